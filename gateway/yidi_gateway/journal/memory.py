"""The journal in plain dictionaries, for tests and simulation: the same rules, nothing on disk."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from yidi_gateway import retention
from yidi_gateway.access import chain
from yidi_gateway.figures import Spread
from yidi_gateway.journal import records
from yidi_gateway.journal.drawers import Drawers, made_in
from yidi_gateway.journal.port import Admitted, ChainCheck, Finish, ItemPage, JournalDown, Opened, Page, Search
from yidi_gateway.lifecycle import LIVE, OPEN, State
from yidi_gateway.papers import Item, Paper, PaperKind
from yidi_gateway.submission import Attempt, AuditRow, Kept, Move, Request, SignedSession, Submission, Visit, Window


class MemoryJournal:
    """A `Journal` that lives as long as the process. No verb waits, so each one is a transaction of its own."""

    def __init__(self) -> None:
        self._open = True
        self.commits = Spread()
        self._drawers = Drawers()
        self._requests: dict[tuple[str, str], Request] = {}
        self._submissions: dict[str, Submission] = {}
        self._attempts: dict[str, Attempt] = {}
        self._events: list[AuditRow] = []
        self._visits: dict[str, Visit] = {}
        self._kept: dict[tuple[str, str], Kept] = {}
        self._waiting: dict[str, Kept] = {}
        self._counters: dict[str, int] = {}
        self._windows: dict[str, Window] = {}
        self._sessions: dict[tuple[str, str], SignedSession] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._under_key: dict[tuple[str, str], dict[str, Submission]] = {}
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
        rows: Iterable[Submission] = self._submissions.values()
        if search.caller is not None and search.key is not None:
            rows = self._under_key.get((search.caller, search.key), {}).values()
        newest = sorted(rows, key=records.age, reverse=True)
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
        for row in claimed:
            self._submissions[row.id] = self._under_key[row.caller, row.key][row.id] = row
        return claimed

    async def interrupted(self) -> tuple[Submission, ...]:
        self._usable()
        hits = (row for row in self._submissions.values() if row.state in (State.NEW, State.SENDING))
        return tuple(sorted(hits, key=records.age))

    async def keep(self, kept: Kept) -> Kept:
        self._usable()
        stands = self._kept.get((kept.caller, kept.key))
        if stands is None:
            stands = self._kept[kept.caller, kept.key] = self._waiting[kept.id] = records.checked(kept)
        return stands

    async def kept(self, caller: str, key: str) -> Kept | None:
        self._usable()
        return self._kept.get((caller, key))

    async def waiting(self, limit: int) -> tuple[Kept, ...]:
        self._usable()
        return tuple(sorted(self._waiting.values(), key=lambda row: (row.at, row.id))[:limit])

    async def count_waiting(self) -> int:
        self._usable()
        return len(self._waiting)

    async def hand_over(self, kept_id: str, submission_id: str) -> None:
        self._usable()
        row = self._waiting.pop(kept_id, None)
        if row is not None:
            self._kept[row.caller, row.key] = replace(row, submission_id=submission_id)

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

    async def use_nonce(self, caller: str, nonce: str, now: datetime, until: datetime) -> bool:
        self._usable()
        return self._drawers.use_nonce(caller, nonce, now, until)

    async def count(self) -> dict[State, int]:
        self._usable()
        states = [row.state for row in self._submissions.values()]
        return {state: states.count(state) for state in State}

    async def oldest_open(self) -> datetime | None:
        self._usable()
        return min((row.created_at for row in self._submissions.values() if row.state in OPEN), default=None)

    async def expire(self, name: str, before: datetime, limit: int) -> int:
        self._usable()
        row = next(each for each in retention.CLASSES if each.name == name)
        tables: dict[str, dict[Any, Any]] = {
            "attempts": self._attempts,
            "requests": self._requests,
            "kept": self._kept,
        }
        rows = tables[row.table]
        old = [key for key, value in rows.items() if records.is_old(row, value, before)][:limit]
        for key in old:
            del rows[key]
        return len(old)

    async def reseal(self, table: str, after: tuple[str, ...], limit: int) -> tuple[int, tuple[str, ...] | None]:
        self._usable()
        del table, after, limit
        return 0, None

    async def made(self, infnos: tuple[str, ...], since: datetime, until: datetime) -> tuple[Submission, ...]:
        self._usable()
        return made_in(self._submissions.values(), infnos, since, until)

    async def put_paper(self, paper: Paper) -> bool:
        self._usable()
        return self._drawers.put_paper(paper)

    async def paper(self, kind: PaperKind, name: str, version: int | None = None) -> Paper | None:
        self._usable()
        return self._drawers.paper(kind, name, version)

    async def papers(self, kind: PaperKind, first: str, last: str) -> tuple[Paper, ...]:
        self._usable()
        return self._drawers.papers(kind, first, last)

    async def put_item(self, item: Item) -> bool:
        self._usable()
        return self._drawers.put_item(item)

    async def item(self, item_id: str) -> Item | None:
        self._usable()
        return self._drawers.item(item_id)

    async def item_of(self, cause: str) -> Item | None:
        self._usable()
        return self._drawers.item_of(cause)

    async def items(self, *, is_open: bool | None = None, limit: int = 50, cursor: str | None = None) -> ItemPage:
        self._usable()
        return self._drawers.items(is_open, limit, cursor)

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
        self._under_key.setdefault((row.caller, row.key), {})[row.id] = row
        if not row.released:
            self._keys[row.caller, row.key] = row.id
        if row.busy_on is not None and row.state in LIVE:
            self._busy[row.busy_on] = row.id

    def _note(self, entry: chain.Entry) -> None:
        records.checked(entry)
        head = chain.head_of(self._events[-1]) if self._events else chain.Head()
        self._events.append(chain.append(head, entry))
