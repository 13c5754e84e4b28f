"""What the journal asks of its database, in SQLAlchemy Core. Each is one object: the driver compiles it once."""

from functools import cache
from typing import Any

from sqlalchemy import (
    Delete,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)

from yidi_gateway import retention
from yidi_gateway.journal import schema
from yidi_gateway.journal.schema import (
    attempts,
    counters,
    events,
    heads,
    kept,
    requests,
    sessions,
    submissions,
    visits,
    windows,
)
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.submission import Purpose

SEARCHED = ("caller", "key", "visit_id", "setl_id", "msgid", "mdtrt_id", "infno")
"""The columns that a search may name."""

ADD = {table.name: insert(table) for table in schema.metadata.sorted_tables}

SUBMISSION = select(submissions).where(submissions.c.id == bindparam("at_id"))
BY_KEY = select(submissions).where(
    submissions.c.caller == bindparam("at_caller"), submissions.c.key == bindparam("at_key"), text(schema.HELD)
)
BY_BUSY = select(submissions).where(
    submissions.c.busy_on == bindparam("at_busy"), text(schema.LIVING), submissions.c.id != bindparam("but")
)
INTERRUPTED = (
    select(submissions)
    .where(or_(*(submissions.c.state == state for state in (State.NEW, State.SENDING))))
    .order_by(submissions.c.created_at, submissions.c.id)
)
DUE = (
    select(submissions)
    .where(submissions.c.due_at <= bindparam("now"), or_(*(submissions.c.state == state for state in sorted(OPEN))))
    .where(submissions.c.lease_until.is_(None) | (submissions.c.lease_until <= bindparam("now")))
    .order_by(submissions.c.created_at, submissions.c.id)
    .limit(bindparam("most"))
)
COUNT = select(submissions.c.state, func.count().label("n")).group_by(submissions.c.state)

ATTEMPT = select(attempts).where(attempts.c.msgid == bindparam("at_msgid"))
ATTEMPTS_OF_SUBMISSION = (
    select(attempts)
    .where(attempts.c.submission_id == bindparam("at_submission"))
    .order_by(attempts.c.at, attempts.c.msgid)
)
ATTEMPTS_OF_VISIT = (
    select(attempts).where(attempts.c.visit_id == bindparam("at_visit")).order_by(attempts.c.at, attempts.c.msgid)
)
ATTEMPTS_OF_BOTH = ATTEMPTS_OF_SUBMISSION.where(attempts.c.visit_id == bindparam("at_visit"))
ATTEMPTS = select(attempts).order_by(attempts.c.at, attempts.c.msgid)

REQUEST = select(requests).where(requests.c.caller == bindparam("at_caller"), requests.c.key == bindparam("at_key"))
RELEASE: Delete = delete(requests).where(
    requests.c.caller == bindparam("at_caller"), requests.c.key == bindparam("at_key"), requests.c.answer.is_(None)
)

KEPT_BY_KEY = select(kept).where(kept.c.caller == bindparam("at_caller"), kept.c.key == bindparam("at_key"))
KEPT_WAITING = (
    select(kept).where(kept.c.submission_id.is_(None)).order_by(kept.c.at, kept.c.id).limit(bindparam("most"))
)
KEPT_COUNT = select(func.count().label("n")).select_from(kept).where(kept.c.submission_id.is_(None))

VISIT = select(visits).where(visits.c.id == bindparam("at_id"))
COUNTER = select(counters).where(counters.c.name == bindparam("at_name"))
WINDOWS = select(windows).where(windows.c.closed_at.is_(None)).order_by(windows.c.begins, windows.c.id)
SESSION = select(sessions).where(
    sessions.c.institution == bindparam("at_institution"), sessions.c.operator == bindparam("at_operator")
)

HEAD = select(heads).where(heads.c.name == bindparam("at_name"))
FIRST_EVENT = select(events.c.number).limit(1)
EVENTS_AFTER = (
    select(events).where(events.c.number > bindparam("after")).order_by(events.c.number).limit(bindparam("most"))
)
EVENTS_ABOUT = select(events).where(events.c.subject == bindparam("at_subject")).order_by(events.c.number)


def _expire(row: retention.Class) -> Delete:
    table = schema.metadata.tables[row.table]
    ids = list(table.primary_key.columns)
    done = {"attempts": attempts.c.ended_at, "requests": requests.c.answer, "kept": kept.c.submission_id}[row.table]
    old = select(*ids).where(table.c.at < bindparam("before"), done.is_not(None))
    if row.purposes:
        old = old.where(or_(*(attempts.c.purpose == Purpose(purpose) for purpose in row.purposes)))
    return delete(table).where(tuple_(*ids).in_(old.limit(bindparam("most"))))


EXPIRE = {row.name: _expire(row) for row in retention.CLASSES}


@cache
def page_of(table: str, *, begun: bool) -> Select[Any]:
    """Rows of a table by their id, after one of them when `begun` (its id bound as `after_0` and on)."""
    whole = schema.metadata.tables[table]
    ids = list(whole.primary_key.columns)
    rows = select(whole).order_by(*ids).limit(bindparam("most"))
    if not begun:
        return rows
    last = tuple_(*(bindparam(f"after_{number}", type_=column.type) for number, column in enumerate(ids)))
    return rows.where(tuple_(*ids) > last)


@cache
def change(table: Table, columns: frozenset[str], *where: str) -> Update:
    """An update of `columns`; a row is found by the columns of `where`, each bound as `at_` and its name."""
    found = [table.c[name] == bindparam(f"at_{name}") for name in where]
    return update(table).where(*found).values(dict.fromkeys(sorted(columns)))


@cache
def search(named: frozenset[str], states: int, *, since: bool, acknowledged: bool | None, cursor: bool) -> Select[Any]:
    """A page, newest first. `named` are the columns it is held to (bound as `at_` and the name), `states` how many
    states are wanted (`state_0` and on; none means any), `since` and `cursor` whether those are given."""
    hits = select(submissions)
    for name in SEARCHED:
        if name in named:
            hits = hits.where(submissions.c[name] == bindparam(f"at_{name}"))
    if states:
        hits = hits.where(or_(*(submissions.c.state == bindparam(f"state_{number}") for number in range(states))))
    if since:
        hits = hits.where(submissions.c.created_at >= bindparam("since"))
    if acknowledged is not None:
        told = submissions.c.acknowledged_at
        hits = hits.where(told.is_not(None) if acknowledged else told.is_(None))
    if cursor:
        same, older = submissions.c.created_at == bindparam("last_at"), submissions.c.created_at < bindparam("last_at")
        hits = hits.where(older | (same & (submissions.c.id < bindparam("last_id"))))
    return hits.order_by(submissions.c.created_at.desc(), submissions.c.id.desc()).limit(bindparam("most"))
