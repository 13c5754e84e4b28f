"""The audit chain: each row carries SHA-256 of the hash before it and its own canonical JSON. Pure.

An edited, deleted, inserted or swapped row breaks the chain at that row. A chain alone does not show that its tail is
missing or that all of it was written anew: its `Head` is to be kept where who may edit the rows cannot forge it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from yidi_gateway.submission import AuditRow

GENESIS = "0" * 64
"""The hash before the first row."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row of a chain."""

    number: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be kept; the chain gives it a number and a hash. `detail` is JSON of text, int, bool and None."""

    at: datetime
    subject: str
    event: str
    before: str = ""
    after: str = ""
    detail: dict[str, Any] | None = None


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 UTC, exact. A time without a zone raises ValueError."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone has no place in the journal")
    return (at - EPOCH) // timedelta(microseconds=1)


def canonical(value: object) -> str:
    """The one JSON text of a value: keys sorted, no spaces. Anything but text, int, bool, None, and lists and
    dictionaries of them raises TypeError."""
    _refuse_others(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def append(head: Head, entry: Entry) -> AuditRow:
    """The row that follows `head`."""
    detail = entry.detail or {}
    row = AuditRow(
        number=head.number + 1,
        at=entry.at,
        subject=entry.subject,
        event=entry.event,
        before=entry.before,
        after=entry.after,
        detail=cast("dict[str, Any]", json.loads(canonical(detail))),
        previous_hash=head.hash,
        hash="",
    )
    return _with_hash(row)


def head_of(row: AuditRow) -> Head:
    return Head(row.number, row.hash)


def first_break(rows: Iterable[AuditRow | None], head: Head) -> tuple[Head, int | None]:
    """Walk `rows`, which follow `head`. The head after the last good row, and the number of the first row that is not
    what it was; None when all are. A row of None could not be read at all."""
    for row in rows:
        if row is None or row.number != head.number + 1 or row.previous_hash != head.hash or _digest(row) != row.hash:
            return head, head.number + 1
        head = head_of(row)
    return head, None


def _with_hash(row: AuditRow) -> AuditRow:
    return AuditRow(
        row.number, row.at, row.subject, row.event, row.before, row.after, row.detail, row.previous_hash, _digest(row)
    )


def _digest(row: AuditRow) -> str:
    body = {
        "number": row.number,
        "at": microseconds(row.at),
        "subject": row.subject,
        "event": row.event,
        "before": row.before,
        "after": row.after,
        "detail": row.detail,
    }
    return hashlib.sha256((row.previous_hash + canonical(body)).encode()).hexdigest()


def _refuse_others(value: object) -> None:
    if value is None or isinstance(value, (str, int)):
        return
    if isinstance(value, (list, tuple)):
        for item in cast("list[object]", value):
            _refuse_others(item)
    elif isinstance(value, dict):
        for key, item in cast("dict[object, object]", value).items():
            if not isinstance(key, str):
                raise TypeError(f"{type(key).__name__} cannot name a field of an audit row")
            _refuse_others(item)
    else:
        raise TypeError(f"{type(value).__name__} has no place in an audit row")
