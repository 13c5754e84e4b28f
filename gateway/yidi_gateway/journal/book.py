"""The verbs of the journal within one open database transaction. What waits is elsewhere."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Executable, Select, bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from yidi_gateway.access import chain
from yidi_gateway.access.chain import Entry, Head
from yidi_gateway.journal import records, rows, schema
from yidi_gateway.journal.port import Admitted, Finish, JournalDown, Opened, Page, Search
from yidi_gateway.journal.rows import Row, Rows
from yidi_gateway.journal.schema import attempts, counters, events, heads, requests, sessions, submissions, visits
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.submission import Attempt, AuditRow, Move, Request, SignedSession, Submission, Visit, Window

HEAD = "audit"
ADD = {table.name: insert(table) for table in schema.metadata.sorted_tables}
BY_ID = select(submissions).where(submissions.c.id == bindparam("at_id"))
BY_KEY = select(submissions).where(
    submissions.c.caller == bindparam("at_caller"),
    submissions.c.key == bindparam("at_key"),
    text(schema.HELD),
)
BY_BUSY = select(submissions).where(
    submissions.c.busy_on == bindparam("at_busy"),
    text(schema.LIVING),
    submissions.c.id != bindparam("but"),
)
MOVE = update(submissions).where(
    submissions.c.id == bindparam("at_id"),
    submissions.c.state == bindparam("at_state"),
    submissions.c.version == bindparam("at_version"),
)
ATTEMPT = select(attempts).where(attempts.c.msgid == bindparam("at_msgid"))
FINISH = update(attempts).where(attempts.c.msgid == bindparam("at_msgid"))


class Book:
    """The journal as it stands in one transaction. Audit rows and the chain's head are written once, by `end`."""

    def __init__(self, connection: Connection, row_maker: Rows) -> None:
        self._connection = connection
        self._rows = row_maker
        self._head: Head | None = None
        self._noted: list[AuditRow] = []

    # ---- the audit chain

    def begin_chain(self) -> None:
        """Give a new journal its first head. Raises JournalDown when an old one lost its own."""
        if self._stored_head() is None:
            if self._one(select(events.c.number).limit(1)) is not None:
                raise JournalDown("the head of the audit chain is gone: somebody changed the journal")
            self._execute(ADD["heads"], {"name": HEAD, "seal": self._seal(Head())})

    def end(self) -> None:
        """Write what belongs to the transaction as a whole."""
        if self._noted:
            self._connection.execute(ADD["events"], [rows.event_values(row) for row in self._noted])
            head = chain.head_of(self._noted[-1])
            self._execute(update(heads).where(heads.c.name == HEAD), {"seal": self._seal(head)})

    def mark(self) -> int:
        """Where the audit rows of the next verb begin."""
        return len(self._noted)

    def forget(self, mark: int) -> None:
        """Drop the audit rows of a verb that failed."""
        del self._noted[mark:]

    def chain_head(self) -> Head:
        """The head as it was sealed. Raises JournalDown when it is gone."""
        if self._head is None:
            self._head = self._stored_head()
        if self._head is None:
            raise JournalDown("the head of the audit chain is gone: somebody changed the journal")
        return chain.head_of(self._noted[-1]) if self._noted else self._head

    def note(self, entry: Entry) -> None:
        self._noted.append(chain.append(self.chain_head(), records.checked(entry)))

    def events_after(self, number: int, limit: int) -> tuple[tuple[AuditRow | None, ...], Head]:
        """The next audit rows, unreadable ones as None, and the head of the same instant."""
        some = select(events).where(events.c.number > number).order_by(events.c.number).limit(limit)
        return tuple(rows.readable_event(row) for row in self._all(some)), self.chain_head()

    def audit(self, subject: str) -> tuple[AuditRow, ...]:
        mine = select(events).where(events.c.subject == subject).order_by(events.c.number)
        return tuple(rows.event(row) for row in self._all(mine))

    # ---- requests

    def open_request(self, request: Request) -> Opened:
        stands = self._request(request.caller, request.key)
        if stands is not None:
            return records.found(stands, request)
        self._execute(ADD["requests"], self._rows.of(records.checked(request)))
        return Opened(request, fresh=True)

    def answer_request(self, caller: str, key: str, status: int, answer: bytes) -> bytes:
        stands = self._request(caller, key)
        if stands is None:
            return answer
        if stands.answer is not None:
            return stands.answer
        sealed = self._rows.sealed("requests", "answer", (caller, key), answer)
        mine = update(requests).where(requests.c.caller == caller, requests.c.key == key)
        self._execute(mine, {"status": status, "answer": sealed})
        return answer

    def release_request(self, caller: str, key: str) -> None:
        unanswered = requests.delete().where(
            requests.c.caller == caller, requests.c.key == key, requests.c.answer.is_(None)
        )
        self._execute(unanswered, {})

    # ---- submissions

    def admit(self, submission: Submission) -> Admitted:
        row, entry = records.admitted(submission)
        if (same := self._one(BY_KEY, at_caller=row.caller, at_key=row.key)) is not None:
            return Admitted(self._rows.submission(same), fresh=False)
        if row.busy_on is not None and (other := self._one(BY_BUSY, at_busy=row.busy_on, but=row.id)) is not None:
            return Admitted(self._rows.submission(other), fresh=False, busy=True)
        try:
            self._execute(ADD["submissions"], self._rows.of(row))
        except IntegrityError as error:
            raise JournalDown("this id was used before") from error
        self.note(entry)
        return Admitted(row, fresh=True)

    def get(self, submission_id: str) -> Submission | None:
        row = self._one(BY_ID, at_id=submission_id)
        return None if row is None else self._rows.submission(row)

    def move(self, move: Move) -> Submission | None:
        before = self.get(move.submission_id)
        after = records.moved(before, move, self._is_busy)
        if before is None or after is None:
            return None
        changes = self._rows.between(before, after)
        at = {"at_id": move.submission_id, "at_state": move.state, "at_version": move.version}
        try:
            count = self._execute(MOVE, changes | at)
        except IntegrityError as error:
            raise JournalDown("another submission holds the key or the place that this one would") from error
        if count != 1:
            return None
        self.note(records.entry_of(move))
        return after

    def start(self, attempt: Attempt, move: Move | None) -> Submission | None:
        row = None if move is None else self.move(move)
        if move is None or row is not None:
            try:
                self._execute(ADD["attempts"], self._rows.of(records.checked(attempt)))
            except IntegrityError as error:
                raise JournalDown("this msgid was used before") from error
        elif self._one(ATTEMPT, at_msgid=attempt.msgid) is not None:
            raise JournalDown("this msgid was used before")
        return row

    def finish(self, finish: Finish, move: Move | None) -> Submission | None:
        stands = self._one(ATTEMPT, at_msgid=finish.msgid)
        if stands is None:
            raise KeyError(finish.msgid)
        before = self._rows.attempt(stands)
        after = records.finished(before, records.checked(finish))
        if after is not before:
            answer = self._rows.sealed("attempts", "answer", (finish.msgid,), after.answer)
            result = {"ended_at": after.ended_at, "outcome": after.outcome, "http_status": after.http_status}
            self._execute(FINISH, {**result, "answer": answer, "note": after.note, "at_msgid": finish.msgid})
        return None if move is None else self.move(move)

    def attempts(self, submission_id: str | None, visit_id: str | None) -> tuple[Attempt, ...]:
        hits = select(attempts).order_by(attempts.c.at, attempts.c.msgid)
        if submission_id is not None:
            hits = hits.where(attempts.c.submission_id == submission_id)
        if visit_id is not None:
            hits = hits.where(attempts.c.visit_id == visit_id)
        return tuple(self._rows.attempt(row) for row in self._all(hits))

    def search(self, search: Search) -> Page:
        hits = _filtered(search).order_by(submissions.c.created_at.desc(), submissions.c.id.desc())
        if search.cursor is not None:
            last = self.get(search.cursor)
            if last is None:
                raise ValueError("no page goes on from this cursor")
            same, older = submissions.c.created_at == last.created_at, submissions.c.created_at < last.created_at
            hits = hits.where(older | (same & (submissions.c.id < last.id)))
        page = self._submissions(hits.limit(search.limit + 1))
        items = page[: search.limit]
        return Page(items, items[-1].id if items and len(page) > len(items) else None)

    def claim_due(self, now: datetime, lease_until: datetime, limit: int) -> tuple[Submission, ...]:
        due = (
            select(submissions)
            .where(submissions.c.due_at <= now, submissions.c.state.in_(list(OPEN)))
            .where(submissions.c.lease_until.is_(None) | (submissions.c.lease_until <= now))
            .order_by(submissions.c.created_at, submissions.c.id)
            .limit(limit)
        )
        claimed = tuple(records.checked(replace(row, lease_until=lease_until)) for row in self._submissions(due))
        if claimed:
            mine = update(submissions).where(submissions.c.id.in_([row.id for row in claimed]))
            self._execute(mine, {"lease_until": lease_until})
        return claimed

    def interrupted(self) -> tuple[Submission, ...]:
        found = select(submissions).where(submissions.c.state.in_([State.NEW, State.SENDING]))
        return self._submissions(found.order_by(submissions.c.created_at, submissions.c.id))

    def count(self) -> dict[State, int]:
        per_state = select(submissions.c.state, func.count().label("n")).group_by(submissions.c.state)
        counted = {row["state"]: row["n"] for row in self._all(per_state)}
        return {state: counted.get(state, 0) for state in State}

    # ---- visits, counters, windows, sessions

    def put_visit(self, visit: Visit) -> bool:
        stands = self.get_visit(visit.id)
        row = records.replaced(stands, visit)
        if row is None:
            return False
        values = self._rows.of(row)
        if stands is None:
            self._execute(ADD["visits"], values)
            return True
        mine = update(visits).where(visits.c.id == visit.id, visits.c.version == visit.version)
        return self._execute(mine, values) == 1

    def get_visit(self, visit_id: str) -> Visit | None:
        row = self._one(select(visits).where(visits.c.id == visit_id))
        return None if row is None else self._rows.visit(row)

    def reserve(self, name: str, at_least: int, count: int) -> int:
        stands = self._one(select(counters).where(counters.c.name == name))
        first, next_free = records.numbers(0 if stands is None else stands["next_free"], at_least, count)
        if stands is None:
            self._execute(ADD["counters"], {"name": name, "next_free": next_free})
        else:
            self._execute(update(counters).where(counters.c.name == name), {"next_free": next_free})
        return first

    def put_window(self, window: Window) -> None:
        values = self._rows.of(records.checked(window))
        if not self._execute(update(schema.windows).where(schema.windows.c.id == window.id), values):
            self._execute(ADD["windows"], values)

    def windows(self) -> tuple[Window, ...]:
        still = select(schema.windows).where(schema.windows.c.closed_at.is_(None))
        still = still.order_by(schema.windows.c.begins, schema.windows.c.id)
        return tuple(self._rows.window(row) for row in self._all(still))

    def put_session(self, session: SignedSession) -> None:
        values = self._rows.of(records.checked(session))
        mine = update(sessions).where(
            sessions.c.institution == session.institution, sessions.c.operator == session.operator
        )
        if not self._execute(mine, values):
            self._execute(ADD["sessions"], values)

    def get_session(self, institution: str, operator: str) -> SignedSession | None:
        mine = select(sessions).where(sessions.c.institution == institution, sessions.c.operator == operator)
        row = self._one(mine)
        return None if row is None else self._rows.session(row)

    # ---- small parts

    def _execute(self, statement: Executable, values: dict[str, Any]) -> int:
        return self._connection.execute(statement, values).rowcount

    def _one(self, statement: Executable, **at: object) -> Row | None:
        return cast("Row | None", self._connection.execute(statement, at).mappings().first())

    def _all(self, statement: Executable) -> Iterable[Row]:
        return cast("Iterable[Row]", self._connection.execute(statement).mappings())

    def _submissions(self, statement: Executable) -> tuple[Submission, ...]:
        return tuple(self._rows.submission(row) for row in self._all(statement))

    def _request(self, caller: str, key: str) -> Request | None:
        row = self._one(select(requests).where(requests.c.caller == caller, requests.c.key == key))
        return None if row is None else self._rows.request(row)

    def _is_busy(self, busy_on: str, but: str) -> bool:
        return self._one(BY_BUSY, at_busy=busy_on, but=but) is not None

    def _stored_head(self) -> Head | None:
        row = self._one(select(heads).where(heads.c.name == HEAD))
        if row is None:
            return None
        number, _, digest = self._rows.sealer.open(row["seal"], "heads", "seal", HEAD).decode().partition(":")
        return Head(int(number), digest)

    def _seal(self, head: Head) -> bytes:
        return self._rows.sealer.seal(f"{head.number}:{head.hash}".encode(), "heads", "seal", HEAD)


def _filtered(search: Search) -> Select[Any]:
    hits = select(submissions)
    for name in ("caller", "key", "visit_id", "setl_id", "msgid", "infno"):
        if (wanted := getattr(search, name)) is not None:
            hits = hits.where(submissions.c[name] == wanted)
    if search.states is not None:
        hits = hits.where(submissions.c.state.in_(list(search.states)))
    if search.since is not None:
        hits = hits.where(submissions.c.created_at >= search.since)
    if search.acknowledged is not None:
        is_told = submissions.c.acknowledged_at.is_not(None)
        hits = hits.where(is_told if search.acknowledged else ~is_told)
    return hits
