"""Numbers of our own: sortable ids, and the short incident number that people read to one another."""

import secrets
from datetime import datetime
from hashlib import sha256

READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters that are not mistaken for one another."""


def new_id(now: datetime) -> str:
    """26 characters: milliseconds, then 64 bits that nobody can guess. Sorts by time."""
    return f"{int(now.timestamp() * 1000):012x}-{secrets.token_hex(8)}"[:29]


def incident_of(subject: str) -> str:
    """Four characters, a hyphen, two: such as E7K4-93. The same subject has the same number."""
    number = int.from_bytes(sha256(subject.encode()).digest()[:8])
    letters: list[str] = []
    for _ in range(6):
        number, digit = divmod(number, len(READABLE))
        letters.append(READABLE[digit])
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"
