"""Fields encrypted at rest: AES-256-GCM, bound to their place, each value naming its key.

A sealed value is `1 | length of key id | key id | nonce (12) | ciphertext and tag`. Its associated data is table,
column and row id: moved to another place it does not open. For search by a sealed field there is a blind index:
HMAC-SHA256 under a key of its own.
"""

import base64
import binascii
import contextlib
import hmac
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from json.encoder import encode_basestring
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = 1
NONCE = 12
KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,32}")


class Unsealable(RuntimeError):
    """A sealed value does not open, or the keys are unusable. The text says why and quotes no secret."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of 32 bytes and its id. The secret is not in its `repr`."""

    id: str
    secret: bytes = field(repr=False)


class Sealer:
    """Seals with the newest key, opens with any. `keys`: newest first."""

    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys or len({key.id for key in keys}) != len(keys):
            raise Unsealable("at least one key is needed, and each id once")
        for key in keys:
            if not KEY_ID.fullmatch(key.id) or len(key.secret) != 32:  # noqa: PLR2004 - AES-256
                raise Unsealable("a key has an id of letters and digits and 32 bytes")
        self._newest = keys[0].id
        self._ciphers = {key.id: AESGCM(_derived(key, b"yidi field")) for key in keys}
        self._indexes = [_derived(key, b"yidi blind index") for key in keys]

    def seal(self, data: bytes, table: str, column: str, row: str) -> bytes:
        """The sealed value of `data` for one place."""
        key_id = self._newest.encode()
        nonce = os.urandom(NONCE)
        head = bytes((FORMAT, len(key_id))) + key_id
        sealed = self._ciphers[self._newest].encrypt(nonce, data, head + _place(table, column, row))
        return head + nonce + sealed

    def open(self, value: bytes, table: str, column: str, row: str) -> bytes:
        """What was sealed. Raises Unsealable when it was sealed for another place or with a key that is not here."""
        end = 2 + value[1] if len(value) > 1 else 2
        head, nonce, sealed = value[:end], value[end : end + NONCE], value[end + NONCE :]
        if len(sealed) < 16 or head[0] != FORMAT:  # noqa: PLR2004 - the tag
            raise Unsealable(f"{table}.{column}: not a sealed value")
        cipher = self._ciphers.get(head[2:].decode("ascii", "replace"))
        if cipher is None:
            raise Unsealable(f"{table}.{column}: sealed with a key that is not in the key file")
        try:
            return cipher.decrypt(nonce, sealed, head + _place(table, column, row))
        except InvalidTag:
            raise Unsealable(f"{table}.{column}: changed, moved from another row, or sealed with another key") from None

    def is_newest(self, value: bytes) -> bool:
        """Whether the newest key sealed it."""
        return value[2 : 2 + value[1]] == self._newest.encode() if len(value) > 1 else False

    def blind(self, text: str) -> bytes:
        """The blind index of a text under the newest key, for storing."""
        return hmac.digest(self._indexes[0], text.encode(), "sha256")

    def blinds(self, text: str) -> tuple[bytes, ...]:
        """The blind index under every key, for searching rows of any age."""
        return tuple(hmac.digest(index, text.encode(), "sha256") for index in self._indexes)


def read_keys(path: Path) -> tuple[Key, ...]:
    """The keys of a file: one line `id:base64` each, newest first; empty lines and `#` lines are skipped. Raises
    Unsealable."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unsealable(f"the key file cannot be read: {type(error).__name__}") from None
    keys: list[Key] = []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        key_id, _, secret = line.strip().partition(":")
        try:
            keys.append(Key(key_id, base64.b64decode(secret, validate=True)))
        except binascii.Error:
            raise Unsealable("a line of the key file is not id:base64") from None
    return tuple(keys)


def add_key(path: Path, key_id: str) -> None:
    """Put a fresh key before those of a file; old ones stay, to open what they sealed. Raises Unsealable."""
    keys = read_keys(path)
    if any(key.id == key_id for key in keys):
        raise Unsealable(f"the key file has a key {key_id} already")
    fresh = Key(key_id, os.urandom(32))
    Sealer((fresh, *keys))
    _written(path, (fresh, *keys), replace=True)


def drop_keys(path: Path) -> int:
    """Keep the newest key of a file alone; how many went. What the others sealed cannot be opened any more."""
    keys = read_keys(path)
    _written(path, keys[:1], replace=True)
    return len(keys) - 1


def make_keys(path: Path, key_id: str = "k1") -> None:
    """Write a file with one fresh key, readable by its owner only. A file that is there stays as it is."""
    _written(path, (Key(key_id, os.urandom(32)),), replace=False)


def _written(path: Path, keys: Sequence[Key], *, replace: bool) -> None:
    """Whole or not at all; without `replace` never over another's keys."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.writelines(f"{key.id}:{base64.b64encode(key.secret).decode()}\n" for key in keys)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
            return
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _derived(key: Key, purpose: bytes) -> bytes:
    """One key never serves two purposes."""
    return hmac.digest(key.secret, purpose, sha256)


def _place(table: str, column: str, row: str) -> bytes:
    """JSON of table, column and row."""
    return f"{_column(table, column)}{encode_basestring(row)}]".encode()


@cache
def _column(table: str, column: str) -> str:
    return json.dumps([table, column, ""], ensure_ascii=False).removesuffix('""]')
