"""The rules that every adapter of the journal keeps. Pure."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from yidi_gateway import lifecycle, retention
from yidi_gateway.access.chain import Entry
from yidi_gateway.journal.port import Finish, Opened, Search
from yidi_gateway.lifecycle import LIVE, OPEN, State
from yidi_gateway.papers import Item, Paper, PaperKind
from yidi_gateway.submission import Attempt, Fen, Kept, Move, Request, SignedSession, Submission, Visit, Window

RecordT = TypeVar(
    "RecordT", Submission, Attempt, Request, Visit, Window, SignedSession, Kept, Fen, Finish, Entry, Paper, Item
)

FIXED = frozenset({"id", "caller", "key", "infno", "created_at", "state", "version"})
"""What a move's `changes` may not name: an identity, or the move's own business."""
AMOUNTS = frozenset({"expected_fen", "total", "fund", "account", "cash"})
HARMLESS = frozenset({str, bytes, bool, dict, State, PaperKind})
"""What nothing can be said against, unless it should be an amount."""
LARGEST = 2**63 - 1
"""Whole numbers are kept in 64 bits."""
RECORDS: tuple[type[Any], ...] = (
    Submission,
    Attempt,
    Request,
    Visit,
    Window,
    SignedSession,
    Kept,
    Fen,
    Finish,
    Entry,
    Paper,
    Item,
)
FIELDS: dict[type[Any], tuple[tuple[str, bool], ...]] = {
    kind: tuple((item.name, item.name in AMOUNTS) for item in fields(kind)) for kind in RECORDS
}
"""The fields of each record, and whether they are amounts."""


def checked(record: RecordT) -> RecordT:
    """The record itself. A time without a zone, an amount that is no whole number of fen or a text field that is no
    text raises ValueError: adapters must not differ in what they let in."""
    for name, is_amount in FIELDS[type(record)]:
        value: object = getattr(record, name)
        if value is None or type(value) in HARMLESS:
            if is_amount and value is not None:
                raise _no_amount(name, value)
            continue
        _check(name, value, is_amount=is_amount)
    return record


def _check(name: str, value: object, *, is_amount: bool) -> None:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"{name}: a time without a zone has no place in the journal")
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(f"{name}: too large for 64 bits")
    if is_amount and type(value) is not int:
        raise _no_amount(name, value)
    if isinstance(value, Fen):
        checked(value)


def _no_amount(name: str, value: object) -> ValueError:
    return ValueError(f"{name}: an amount is a whole number of fen, not {type(value).__name__}")


def own_json(value: dict[str, Any] | None) -> dict[str, Any] | None:
    """A copy that nobody else holds, as it would come back from disk. What JSON cannot say raises TypeError."""
    return None if value is None else cast("dict[str, Any]", json.loads(json.dumps(value, allow_nan=False)))


def admitted(submission: Submission) -> tuple[Submission, Entry]:
    """The row that `admit` inserts, and its audit entry."""
    row = replace(checked(submission), state=State.NEW, version=0, reason=own_json(submission.reason))
    detail = {"caller": row.caller, "infno": row.infno}
    return row, Entry(row.created_at, row.id, "SUBMITTED", "", State.NEW.value, detail)


def refuse_move(move: Move) -> None:
    """What can be said against a move without its row: NoSuchEdge, or ValueError for fields that no move changes."""
    lifecycle.after(move.state, move.event)
    if wrong := FIXED & move.changes.keys():
        raise ValueError(f"a move does not change {', '.join(sorted(wrong))}")


def moved(row: Submission | None, move: Move, is_busy: Callable[[str, str], bool]) -> Submission | None:
    """The row after the move, one version higher; None when it is not in the move's state and version any more.

    A row that comes back to life (the platform has it live after all) gives `busy_on` up when `is_busy(busy_on, id)`
    says that another live one holds it: it must be undone, and the other one must stay guarded.
    """
    refuse_move(move)
    if row is None or row.state is not move.state or row.version != move.version:
        return None
    changes = dict(move.changes)
    if "reason" in changes:
        changes["reason"] = own_json(changes["reason"])
    to = lifecycle.after(move.state, move.event)
    after = checked(replace(row, **changes, state=to, version=row.version + 1))
    revived = to in LIVE and row.state not in LIVE
    if revived and after.busy_on is not None and is_busy(after.busy_on, after.id):
        return replace(after, busy_on=None)
    return after


def entry_of(move: Move) -> Entry:
    """The audit entry of a move."""
    after = lifecycle.after(move.state, move.event)
    return Entry(move.at, move.submission_id, move.event.name, move.state.value, after.value, dict(move.detail))


def finished(attempt: Attempt, finish: Finish) -> Attempt:
    """The attempt with its result. The first result stands, unless it had no answer and this one has: a late answer is
    evidence."""
    if attempt.ended_at is not None and (attempt.answer is not None or finish.answer is None):
        return attempt
    return replace(
        attempt,
        ended_at=finish.at,
        outcome=finish.outcome,
        http_status=finish.http_status,
        answer=finish.answer,
        note=finish.note,
    )


def found(stands: Request, asked: Request) -> Opened:
    """The answer for a key that is there: the same call again, or another body or route under an old key."""
    same = (stands.body_hash, stands.route) == (asked.body_hash, asked.route)
    return Opened(stands, fresh=False, reused=not same)


def replaced(stands: Visit | None, visit: Visit) -> Visit | None:
    """The visit to store; None when the stored one has another version. Caller and time of creation stay."""
    if stands is None:
        return checked(visit) if visit.version == 0 else None
    if stands.version != visit.version:
        return None
    return replace(stands, document=visit.document, state=visit.state, version=visit.version + 1)


def filed(stands: Item | None, item: Item) -> Item | None:
    """The ledger item to store, where `stands` is the one of the same cause; None when another one stands there or it
    moved on meanwhile. What opened it stays."""
    if stands is None:
        return checked(item) if item.version == 0 else None
    if (stands.id, stands.version) != (item.id, item.version):
        return None
    return checked(replace(item, cause=stands.cause, version=item.version + 1))


def numbers(next_free: int, at_least: int, count: int) -> tuple[int, int]:
    """First number of a reserved block, and what is free after it. A block of none raises ValueError."""
    if count < 1:
        raise ValueError("a block has at least one number")
    first = max(next_free, at_least)
    if first + count > LARGEST:
        raise ValueError("no numbers are left")
    return first, first + count


def is_due(row: Submission, now: datetime) -> bool:
    due = row.due_at is not None and row.due_at <= now
    return row.state in OPEN and due and (row.lease_until is None or row.lease_until <= now)


def is_old(kind: retention.Class, row: Attempt | Request | Kept, before: datetime) -> bool:
    """Whether a finished row of this class is older."""
    if isinstance(row, Attempt):
        return row.purpose in kind.purposes and row.ended_at is not None and row.at < before
    finished = row.answer is not None if isinstance(row, Request) else row.submission_id is not None
    return finished and row.at < before


def age(row: Submission) -> tuple[datetime, str]:
    """Oldest money first; the id decides between two of the same instant."""
    return row.created_at, row.id


def matches(row: Submission, search: Search) -> bool:
    """Whether a row belongs to a search, its cursor aside."""
    wanted = {"caller", "key", "visit_id", "setl_id", "msgid", "mdtrt_id", "infno"}
    same = all(getattr(search, name) in (None, getattr(row, name)) for name in wanted)
    told = search.acknowledged is None or search.acknowledged == (row.acknowledged_at is not None)
    in_state = search.states is None or row.state in search.states
    return same and told and in_state and (search.since is None or row.created_at >= search.since)
