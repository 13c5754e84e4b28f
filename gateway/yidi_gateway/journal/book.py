"""The verbs of the journal within one open database transaction. What waits is elsewhere."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Executable

from yidi_gateway import crash
from yidi_gateway.access import chain
from yidi_gateway.access.chain import Entry, Head
from yidi_gateway.access.sealing import Unsealable
from yidi_gateway.journal import records, rows, schema, statements
from yidi_gateway.journal.cabinet import Cabinet
from yidi_gateway.journal.driver import Clash, Driver
from yidi_gateway.journal.port import Admitted, Finish, JournalDown, Opened, Page, Search
from yidi_gateway.journal.rows import IDS, Rows
from yidi_gateway.journal.statements import ADD
from yidi_gateway.lifecycle import State
from yidi_gateway.submission import Attempt, AuditRow, Kept, Move, Request, SignedSession, Submission, Visit, Window

HEAD = "audit"
SET_ASIDE = timedelta(hours=1)
SEAL = frozenset({"seal"})
RESULT = frozenset({"ended_at", "outcome", "http_status", "answer", "note"})


class Book:
    """The journal as it stands in one transaction. Audit rows and the chain's head are written once, by `end`."""

    def __init__(self, driver: Driver, row_maker: Rows) -> None:
        self._driver = driver
        self._rows = row_maker
        self.cabinet = Cabinet(driver, row_maker)
        self._head: Head | None = None
        self._noted: list[AuditRow] = []

    # ---- the audit chain

    def begin_chain(self) -> None:
        """Give a new journal its first head. Raises JournalDown when an old one lost its own."""
        if self._stored_head() is None:
            if self._driver.one(statements.FIRST_EVENT) is not None:
                raise JournalDown("the head of the audit chain is gone: somebody changed the journal")
            self._driver.execute(ADD["heads"], {"name": HEAD, "seal": self._seal(Head())})

    def end(self) -> None:
        """Write what belongs to the transaction as a whole."""
        if self._noted:
            crash.point("cp16", self._noted[-1].event)
            self._driver.execute_all(ADD["events"], [rows.event_values(row) for row in self._noted])
            head = chain.head_of(self._noted[-1])
            moved = statements.change(schema.heads, SEAL, "name")
            self._driver.execute(moved, {"seal": self._seal(head), "at_name": HEAD})

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
        some = self._driver.all(statements.EVENTS_AFTER, after=number, most=limit)
        return tuple(rows.readable_event(row) for row in some), self.chain_head()

    def audit(self, subject: str) -> tuple[AuditRow, ...]:
        return tuple(rows.event(row) for row in self._driver.all(statements.EVENTS_ABOUT, at_subject=subject))

    # ---- requests

    def open_request(self, request: Request) -> Opened:
        stands = self._request(request.caller, request.key)
        if stands is not None:
            return records.found(stands, request)
        self._driver.execute(ADD["requests"], self._rows.of(records.checked(request)))
        return Opened(request, fresh=True)

    def answer_request(self, caller: str, key: str, status: int, answer: bytes) -> bytes:
        stands = self._request(caller, key)
        if stands is None:
            return answer
        if stands.answer is not None:
            return stands.answer
        sealed = self._rows.sealed("requests", "answer", (caller, key), answer)
        mine = statements.change(schema.requests, frozenset({"status", "answer"}), "caller", "key")
        self._driver.execute(mine, {"status": status, "answer": sealed, "at_caller": caller, "at_key": key})
        return answer

    def release_request(self, caller: str, key: str) -> None:
        self._driver.execute(statements.RELEASE, {"at_caller": caller, "at_key": key})

    # ---- submissions

    def admit(self, submission: Submission) -> Admitted:
        row, entry = records.admitted(submission)
        if (same := self._driver.one(statements.BY_KEY, at_caller=row.caller, at_key=row.key)) is not None:
            return Admitted(self._rows.submission(same), fresh=False)
        other = None
        if row.busy_on is not None:
            other = self._driver.one(statements.BY_BUSY, at_busy=row.busy_on, but=row.id)
        if other is not None:
            return Admitted(self._rows.submission(other), fresh=False, busy=True)
        try:
            self._driver.execute(ADD["submissions"], self._rows.of(row))
        except Clash as error:
            raise JournalDown("this id was used before") from error
        self.note(entry)
        return Admitted(row, fresh=True)

    def get(self, submission_id: str) -> Submission | None:
        row = self._driver.one(statements.SUBMISSION, at_id=submission_id)
        return None if row is None else self._rows.submission(row)

    def move(self, move: Move) -> Submission | None:
        before = self.get(move.submission_id)
        after = records.moved(before, move, self._is_busy)
        if before is None or after is None:
            return None
        changes = self._rows.between(before, after)
        at = {"at_id": move.submission_id, "at_state": move.state, "at_version": move.version}
        moving = statements.change(schema.submissions, frozenset(changes), "id", "state", "version")
        try:
            count = self._driver.execute(moving, changes | at)
        except Clash as error:
            raise JournalDown("another submission holds the key or the place that this one would") from error
        if count != 1:
            return None
        self.note(records.entry_of(move))
        return after

    def start(self, attempt: Attempt, move: Move | None) -> Submission | None:
        row = None if move is None else self.move(move)
        if move is None or row is not None:
            try:
                self._driver.execute(ADD["attempts"], self._rows.of(records.checked(attempt)))
            except Clash as error:
                raise JournalDown("this msgid was used before") from error
        elif self._driver.one(statements.ATTEMPT, at_msgid=attempt.msgid) is not None:
            raise JournalDown("this msgid was used before")
        return row

    def finish(self, finish: Finish, move: Move | None) -> Submission | None:
        stands = self._driver.one(statements.ATTEMPT, at_msgid=finish.msgid)
        if stands is None:
            raise KeyError(finish.msgid)
        before = self._rows.attempt(stands)
        after = records.finished(before, records.checked(finish))
        if after is not before:
            answer = self._rows.sealed("attempts", "answer", (finish.msgid,), after.answer)
            result = {"ended_at": after.ended_at, "outcome": after.outcome, "http_status": after.http_status}
            ending = statements.change(schema.attempts, RESULT, "msgid")
            values = {**result, "answer": answer, "note": after.note, "at_msgid": finish.msgid}
            self._driver.execute(ending, values)
        return None if move is None else self.move(move)

    def attempt(self, msgid: str) -> Attempt | None:
        row = self._driver.one(statements.ATTEMPT, at_msgid=msgid)
        return None if row is None else self._rows.attempt(row)

    def attempts(self, submission_id: str | None, visit_id: str | None) -> tuple[Attempt, ...]:
        wanted = {(True, True): statements.ATTEMPTS_OF_BOTH, (True, False): statements.ATTEMPTS_OF_SUBMISSION}
        wanted |= {(False, True): statements.ATTEMPTS_OF_VISIT, (False, False): statements.ATTEMPTS}
        hits = wanted[submission_id is not None, visit_id is not None]
        found = self._driver.all(hits, at_submission=submission_id, at_visit=visit_id)
        return tuple(self._rows.attempt(row) for row in found)

    def search(self, search: Search) -> Page:
        at: dict[str, object] = {"most": search.limit + 1, "since": search.since}
        if search.cursor is not None:
            last = self.get(search.cursor)
            if last is None:
                raise ValueError("no page goes on from this cursor")
            at |= {"last_at": last.created_at, "last_id": last.id}
        named = frozenset(name for name in statements.SEARCHED if getattr(search, name) is not None)
        at |= {f"at_{name}": getattr(search, name) for name in named}
        if search.states is not None and not search.states:
            return Page(())
        at |= {f"state_{number}": state for number, state in enumerate(search.states or ())}
        hits = statements.search(
            named,
            len(search.states or ()),
            since=search.since is not None,
            acknowledged=search.acknowledged,
            cursor=search.cursor is not None,
        )
        page = self._submissions(hits, **at)
        items = page[: search.limit]
        return Page(items, items[-1].id if items and len(page) > len(items) else None)

    def claim_due(self, now: datetime, lease_until: datetime, limit: int) -> tuple[Submission, ...]:
        due = self._due(now, lease_until, limit)
        claimed = tuple(records.checked(replace(row, lease_until=lease_until)) for row in due)
        lease = statements.change(schema.submissions, frozenset({"lease_until"}), "id")
        for row in claimed:
            self._driver.execute(lease, {"lease_until": lease_until, "at_id": row.id})
        return claimed

    def interrupted(self) -> tuple[Submission, ...]:
        return self._submissions(statements.INTERRUPTED)

    def count(self) -> dict[State, int]:
        counted = {row["state"]: row["n"] for row in self._driver.all(statements.COUNT)}
        return {state: counted.get(state, 0) for state in State}

    # ---- uploads that wait

    def keep(self, kept: Kept) -> Kept:
        stands = self.kept(kept.caller, kept.key)
        if stands is None:
            self._driver.execute(ADD["kept"], self._rows.of(records.checked(kept)))
        return stands or kept

    def kept(self, caller: str, key: str) -> Kept | None:
        row = self._driver.one(statements.KEPT_BY_KEY, at_caller=caller, at_key=key)
        return None if row is None else self._rows.kept(row)

    def waiting(self, limit: int) -> tuple[Kept, ...]:
        return tuple(self._rows.kept(row) for row in self._driver.all(statements.KEPT_WAITING, most=limit))

    def count_waiting(self) -> int:
        row = self._driver.one(statements.KEPT_COUNT)
        return 0 if row is None else int(row["n"])

    def hand_over(self, kept_id: str, submission_id: str) -> None:
        handing = statements.change(schema.kept, frozenset({"submission_id"}), "id")
        self._driver.execute(handing, {"submission_id": submission_id, "at_id": kept_id})

    # ---- what is forgotten or sealed anew

    def expire(self, name: str, before: datetime, limit: int) -> int:
        return self._driver.execute(statements.EXPIRE[name], {"before": before, "most": limit})

    def reseal(self, table: str, after: tuple[str, ...], limit: int) -> tuple[int, tuple[str, ...] | None]:
        found = self._driver.all(
            statements.page_of(table, begun=bool(after)),
            most=limit,
            **{f"after_{number}": value for number, value in enumerate(after)},
        )
        changed = 0
        for row in found:
            values = self._rows.resealed(table, row)
            if values:
                ids = IDS[table]
                at = {f"at_{name}": row[name] for name in ids}
                change = statements.change(schema.metadata.tables[table], frozenset(values), *ids)
                changed += self._driver.execute(change, values | at)
        return changed, tuple(found[-1][name] for name in IDS[table]) if len(found) == limit else None

    # ---- visits, counters, windows, sessions

    def put_visit(self, visit: Visit) -> bool:
        stands = self.get_visit(visit.id)
        row = records.replaced(stands, visit)
        if row is None:
            return False
        values = self._rows.of(row)
        if stands is None:
            self._driver.execute(ADD["visits"], values)
            return True
        mine = statements.change(schema.visits, frozenset(values), "id", "version")
        return self._driver.execute(mine, values | {"at_id": visit.id, "at_version": visit.version}) == 1

    def get_visit(self, visit_id: str) -> Visit | None:
        row = self._driver.one(statements.VISIT, at_id=visit_id)
        return None if row is None else self._rows.visit(row)

    def reserve(self, name: str, at_least: int, count: int) -> int:
        stands = self._driver.one(statements.COUNTER, at_name=name)
        first, next_free = records.numbers(0 if stands is None else stands["next_free"], at_least, count)
        if stands is None:
            self._driver.execute(ADD["counters"], {"name": name, "next_free": next_free})
        else:
            counting = statements.change(schema.counters, frozenset({"next_free"}), "name")
            self._driver.execute(counting, {"next_free": next_free, "at_name": name})
        return first

    def put_window(self, window: Window) -> None:
        values = self._rows.of(records.checked(window))
        changed = statements.change(schema.windows, frozenset(values), "id")
        if not self._driver.execute(changed, values | {"at_id": window.id}):
            self._driver.execute(ADD["windows"], values)

    def windows(self) -> tuple[Window, ...]:
        return tuple(self._rows.window(row) for row in self._driver.all(statements.WINDOWS))

    def put_session(self, session: SignedSession) -> None:
        values = self._rows.of(records.checked(session))
        mine = statements.change(schema.sessions, frozenset(values), "institution", "operator")
        at = {"at_institution": session.institution, "at_operator": session.operator}
        if not self._driver.execute(mine, values | at):
            self._driver.execute(ADD["sessions"], values)

    def get_session(self, institution: str, operator: str) -> SignedSession | None:
        row = self._driver.one(statements.SESSION, at_institution=institution, at_operator=operator)
        return None if row is None else self._rows.session(row)

    # ---- small parts

    def _due(self, now: datetime, lease_until: datetime, limit: int) -> tuple[Submission, ...]:
        """What is due and opens. A row that somebody changed is set aside for a while and noted: it must not stop
        others."""
        found: list[Submission] = []
        for row in self._driver.all(statements.DUE, now=now, most=limit):
            try:
                found.append(self._rows.submission(row))
            except Unsealable as error:
                lease = statements.change(schema.submissions, frozenset({"lease_until"}), "id")
                aside = max(lease_until, now + SET_ASIDE)
                self._driver.execute(lease, {"lease_until": aside, "at_id": row["id"]})
                self.note(Entry(now, row["id"], "unreadable", detail={"why": str(error)}))
        return tuple(found)

    def _submissions(self, statement: Executable, **at: object) -> tuple[Submission, ...]:
        return tuple(self._rows.submission(row) for row in self._driver.all(statement, **at))

    def _request(self, caller: str, key: str) -> Request | None:
        row = self._driver.one(statements.REQUEST, at_caller=caller, at_key=key)
        return None if row is None else self._rows.request(row)

    def _is_busy(self, busy_on: str, but: str) -> bool:
        return self._driver.one(statements.BY_BUSY, at_busy=busy_on, but=but) is not None

    def _stored_head(self) -> Head | None:
        row = self._driver.one(statements.HEAD, at_name=HEAD)
        if row is None:
            return None
        number, _, digest = self._rows.sealer.open(row["seal"], "heads", "seal", HEAD).decode().partition(":")
        return Head(int(number), digest)

    def _seal(self, head: Head) -> bytes:
        return self._rows.sealer.seal(f"{head.number}:{head.hash}".encode(), "heads", "seal", HEAD)
