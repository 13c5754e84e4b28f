"""The journal in plain dictionaries, for tests and simulation: the same rules, nothing on disk."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from yidi_gateway.access import chain
from yidi_gateway.journal import records
from yidi_gateway.journal.port import Admitted, ChainCheck, Finish, JournalDown, Opened, Page, Search
from yidi_gateway.lifecycle import LIVE, State
from yidi_gateway.submission import Attempt, AuditRow, Move, Request, SignedSession, Submission, Visit, Window


class MemoryJournal:
    """A `Journal` that lives as long as the process. No verb waits, so each one is a transaction of its own."""

    def __init__(self) -> None:
        self._open = True
        self._requests: dict[tuple[str, str], Request] = {}
        self._submissions: dict[str, Submission] = {}
        self._attempts: dict[str, Attempt] = {}
        self._events: list[AuditRow] = []
        self._visits: dict[str, Visit] = {}
        self._counters: dict[str, int] = {}
        self._windows: dict[str, Window] = {}
        self._sessions: dict[tuple[str, str], SignedSession] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._busy: dict[str, str] = {}

    async def open_request(self, request: Request) -> Opened:
        self._usable()
        stands = self._requests.get((request.caller, request.key))
        if stands is not None:
            return records.found(stands, request)
        self._requests[request.caller, request.key] = records.checked(request)
        return Opened(request, fresh=True)

    async def answer_request(self, caller: str, key: str, status: int, answer: bytes) -> bytes:
        self._usable()
        stands = self._requests.get((caller, key))
        if stands is None:
            return answer
        if stands.answer is None:
            stands = self._requests[caller, key] = replace(stands, status=status, answer=answer)
        return cast("bytes", stands.answer)

    async def release_request(self, caller: str, key: str) -> None:
        self._usable()
        stands = self._requests.get((caller, key))
        if stands is not None and stands.answer is None:
            del self._requests[caller, key]

    async def admit(self, submission: Submission) -> Admitted:
        self._usable()
        row, entry = records.admitted(submission)
        if (same := self._keys.get((row.caller, row.key))) is not None:
            return Admitted(self._submissions[same], fresh=False)
        if row.busy_on is not None and (holder := self._busy.get(row.busy_on)) is not None:
            return Admitted(self._submissions[holder], fresh=False, busy=True)
        if row.id in self._submissions:
            raise JournalDown("this id was used before")
        self._note(entry)
        self._put(None, row)
        return Admitted(row, fresh=True)

    async def get(self, submission_id: str) -> Submission | None:
        self._usable()
        return self._submissions.get(submission_id)

    async def search(self, search: Search) -> Page:
        self._usable()
        newest = sorted(self._submissions.values(), key=records.age, reverse=True)
        if search.cursor is not None:
            last = self._submissions.get(search.cursor)
            if last is None:
                raise ValueError("no page goes on from this cursor")
            newest = [row for row in newest if records.age(row) < records.age(last)]
        hits = [row for row in newest if records.matches(row, search)]
        items = tuple(hits[: search.limit])
        return Page(items, items[-1].id if items and len(hits) > len(items) else None)

    async def move(self, move: Move) -> Submission | None:
        self._usable()
        return self._move(move)

    async def start(self, attempt: Attempt, move: Move | None = None) -> Submission | None:
        self._usable()
        if attempt.msgid in self._attempts:
            raise JournalDown("this msgid was used before")
        records.checked(attempt)
        row = None if move is None else self._move(move)
        if move is None or row is not None:
            self._attempts[attempt.msgid] = attempt
        return row

    async def finish(self, finish: Finish, move: Move | None = None) -> Submission | None:
        self._usable()
        records.checked(finish)
        attempt = records.finished(self._attempts[finish.msgid], finish)
        row = None if move is None else self._move(move)
        self._attempts[finish.msgid] = attempt
        return row

    async def attempt(self, msgid: str) -> Attempt | None:
        self._usable()
        return self._attempts.get(msgid)

    async def attempts(self, submission_id: str | None = None, visit_id: str | None = None) -> tuple[Attempt, ...]:
        self._usable()
        hits = (
            attempt
            for attempt in self._attempts.values()
            if submission_id in (None, attempt.submission_id) and visit_id in (None, attempt.visit_id)
        )
        return tuple(sorted(hits, key=lambda attempt: (attempt.at, attempt.msgid)))

    async def audit(self, subject: str) -> tuple[AuditRow, ...]:
        self._usable()
        return tuple(row for row in self._events if row.subject == subject)

    async def note(self, at: datetime, subject: str, event: str, detail: dict[str, str]) -> None:
        self._usable()
        self._note(chain.Entry(at, subject, event, detail=dict(detail)))

    async def claim_due(self, now: datetime, lease_until: datetime, limit: int) -> tuple[Submission, ...]:
        self._usable()
        due = sorted((row for row in self._submissions.values() if records.is_due(row, now)), key=records.age)
        claimed = tuple(records.checked(replace(row, lease_until=lease_until)) for row in due[:limit])
        self._submissions.update({row.id: row for row in claimed})
        return claimed

    async def interrupted(self) -> tuple[Submission, ...]:
        self._usable()
        hits = (row for row in self._submissions.values() if row.state in (State.NEW, State.SENDING))
        return tuple(sorted(hits, key=records.age))

    async def put_visit(self, visit: Visit) -> bool:
        self._usable()
        row = records.replaced(self._visits.get(visit.id), visit)
        if row is not None:
            self._visits[visit.id] = row
        return row is not None

    async def get_visit(self, visit_id: str) -> Visit | None:
        self._usable()
        return self._visits.get(visit_id)

    async def reserve(self, name: str, at_least: int, count: int) -> int:
        self._usable()
        first, self._counters[name] = records.numbers(self._counters.get(name, 0), at_least, count)
        return first

    async def put_window(self, window: Window) -> None:
        self._usable()
        self._windows[window.id] = records.checked(window)

    async def windows(self) -> Sequence[Window]:
        self._usable()
        hits = (window for window in self._windows.values() if window.closed_at is None)
        return tuple(sorted(hits, key=lambda window: (window.begins, window.id)))

    async def put_session(self, session: SignedSession) -> None:
        self._usable()
        self._sessions[session.institution, session.operator] = records.checked(session)

    async def get_session(self, institution: str, operator: str) -> SignedSession | None:
        self._usable()
        return self._sessions.get((institution, operator))

    async def count(self) -> dict[State, int]:
        self._usable()
        states = [row.state for row in self._submissions.values()]
        return {state: states.count(state) for state in State}

    async def verify(self) -> ChainCheck:
        self._usable()
        _, broken_at = chain.first_break(self._events, chain.Head())
        return ChainCheck(len(self._events), broken_at)

    async def close(self) -> None:
        self._open = False

    def _usable(self) -> None:
        if not self._open:
            raise JournalDown("the journal is closed")

    def _move(self, move: Move) -> Submission | None:
        before = self._submissions.get(move.submission_id)
        row = records.moved(before, move, self._is_busy)
        if row is not None:
            if row.busy_on is not None and row.state in LIVE and self._is_busy(row.busy_on, row.id):
                raise JournalDown("another live submission holds what this one would")
            if not row.released and self._keys.get((row.caller, row.key), row.id) != row.id:
                raise JournalDown("another submission has this key by now")
            self._note(records.entry_of(move))
            self._put(before, row)
        return row

    def _is_busy(self, busy_on: str, but: str) -> bool:
        return self._busy.get(busy_on, but) != but

    def _put(self, before: Submission | None, row: Submission) -> None:
        """Store a row and keep the two unique indexes."""
        if before is not None and not before.released:
            self._keys.pop((before.caller, before.key), None)
        if before is not None and before.busy_on is not None and before.state in LIVE:
            self._busy.pop(before.busy_on, None)
        self._submissions[row.id] = row
        if not row.released:
            self._keys[row.caller, row.key] = row.id
        if row.busy_on is not None and row.state in LIVE:
            self._busy[row.busy_on] = row.id

    def _note(self, entry: chain.Entry) -> None:
        records.checked(entry)
        head = chain.head_of(self._events[-1]) if self._events else chain.Head()
        self._events.append(chain.append(head, entry))
