"""Answers to questions, remembered for a downtime: reads then answer what was last known, with its age (DT1).

In memory alone and not for long: they hold personal data. Only who says so is given an old answer: what leads to money
is always asked anew.
"""

from collections import OrderedDict
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from yidi_sdk import wire
from yidi_sdk.catalogue import row_of
from yidi_sdk.message import Input, Output

MOST = 2000
LIFE = timedelta(hours=24)
_ages: ContextVar[list[datetime] | None] = ContextVar("yidi_ages", default=None)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer and when it was got."""

    at: datetime
    output: Output


class Memory:
    """The newest answers, each under what was asked of whom."""

    def __init__(self) -> None:
        self._held: OrderedDict[bytes, Answered] = OrderedDict()

    def put(self, message: Input[Output], division: str, output: Output, at: datetime) -> None:
        """Remember; the oldest goes when there are too many."""
        key = _key(message, division)
        self._held[key] = Answered(at, output)
        self._held.move_to_end(key)
        while len(self._held) > MOST:
            self._held.popitem(last=False)

    def recalled(self, message: Input[Output], division: str, now: datetime) -> Output | None:
        """The last answer, where an old one is welcome and there is one; its time is noted for the asker."""
        ages = _ages.get()
        found = None if ages is None else self._held.get(_key(message, division))
        if ages is None or found is None or now - found.at > LIFE:
            return None
        ages.append(found.at)
        return found.output


@contextmanager
def old_is_welcome() -> Generator[list[datetime]]:
    """Within it, questions that cannot be asked now are answered from memory; the list holds when those were got."""
    ages: list[datetime] = []
    token = _ages.set(ages)
    try:
        yield ages
    finally:
        _ages.reset(token)


def _key(message: Input[Output], division: str) -> bytes:
    asked = {"infno": row_of(message).infno, "insuplc_admdvs": division, "input": message.to_wire()}
    return sha256(wire.dumps(asked)).digest()
