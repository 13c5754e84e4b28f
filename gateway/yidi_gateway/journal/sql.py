"""The journal in a database: SQLite in one file, through one writer thread and one reader thread."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import select

from yidi_gateway.access import chain
from yidi_gateway.access.chain import Entry
from yidi_gateway.access.sealing import Sealer, Unsealable, make_keys, read_keys
from yidi_gateway.figures import Spread
from yidi_gateway.journal.book import Book
from yidi_gateway.journal.database import engine_of, file_of, migrate
from yidi_gateway.journal.port import Admitted, ChainCheck, Finish, ItemPage, JournalDown, Opened, Page, Search
from yidi_gateway.journal.rows import Rows
from yidi_gateway.journal.schema import heads
from yidi_gateway.journal.writer import Worker
from yidi_gateway.lifecycle import State
from yidi_gateway.papers import Item, Paper, PaperKind
from yidi_gateway.submission import Attempt, AuditRow, Kept, Move, Request, SignedSession, Submission, Visit, Window

VERIFIED_AT_ONCE = 2000
"""Audit rows per look of `verify`: other readers get their turn in between."""


async def open_sql(url: str, key_file: Path | None = None) -> "SqlJournal":
    """Open, make or bring up to date the journal at `url`. Raises JournalDown."""
    return await SqlJournal.opened(url, await asyncio.to_thread(_prepared, url, key_file))


class SqlJournal:
    """A `Journal` in one SQLite file. What returned is on the disk."""

    def __init__(self, url: str, sealer: Sealer) -> None:
        rows = Rows(sealer)
        self._writer = Worker(engine_of(url), rows, "yidi-journal-writer")
        self._reader = Worker(engine_of(url, "BEGIN"), rows, "yidi-journal-reader")

    @classmethod
    async def opened(cls, url: str, sealer: Sealer) -> "SqlJournal":
        """Open, and prove that the keys fit. Raises JournalDown."""
        journal = cls(url, sealer)
        try:
            await journal._writer.run(lambda book: book.begin_chain())
        except BaseException:
            await journal.close()
            raise
        return journal

    async def open_request(self, request: Request) -> Opened:
        return await self._writer.run(lambda book: book.open_request(request))

    async def answer_request(self, caller: str, key: str, status: int, answer: bytes) -> bytes:
        return await self._writer.run(lambda book: book.answer_request(caller, key, status, answer))

    async def release_request(self, caller: str, key: str) -> None:
        await self._writer.run(lambda book: book.release_request(caller, key))

    async def admit(self, submission: Submission) -> Admitted:
        return await self._writer.run(lambda book: book.admit(submission))

    async def get(self, submission_id: str) -> Submission | None:
        return await self._reader.run(lambda book: book.get(submission_id))

    async def search(self, search: Search) -> Page:
        return await self._reader.run(lambda book: book.search(search))

    async def move(self, move: Move) -> Submission | None:
        return await self._writer.run(lambda book: book.move(move))

    async def start(self, attempt: Attempt, move: Move | None = None) -> Submission | None:
        return await self._writer.run(lambda book: book.start(attempt, move))

    async def finish(self, finish: Finish, move: Move | None = None) -> Submission | None:
        return await self._writer.run(lambda book: book.finish(finish, move))

    async def attempt(self, msgid: str) -> Attempt | None:
        return await self._reader.run(lambda book: book.attempt(msgid))

    async def attempts(self, submission_id: str | None = None, visit_id: str | None = None) -> tuple[Attempt, ...]:
        return await self._reader.run(lambda book: book.attempts(submission_id, visit_id))

    async def audit(self, subject: str) -> tuple[AuditRow, ...]:
        return await self._reader.run(lambda book: book.audit(subject))

    async def note(self, at: datetime, subject: str, event: str, detail: dict[str, str]) -> None:
        await self._writer.run(lambda book: book.note(Entry(at, subject, event, detail=dict(detail))))

    async def claim_due(self, now: datetime, lease_until: datetime, limit: int) -> tuple[Submission, ...]:
        return await self._writer.run(lambda book: book.claim_due(now, lease_until, limit))

    async def interrupted(self) -> tuple[Submission, ...]:
        return await self._reader.run(lambda book: book.interrupted())

    async def keep(self, kept: Kept) -> Kept:
        return await self._writer.run(lambda book: book.keep(kept))

    async def kept(self, caller: str, key: str) -> Kept | None:
        return await self._reader.run(lambda book: book.kept(caller, key))

    async def waiting(self, limit: int) -> tuple[Kept, ...]:
        return await self._reader.run(lambda book: book.waiting(limit))

    async def oldest_open(self) -> datetime | None:
        return await self._reader.run(lambda book: book.cabinet.oldest_open())

    @property
    def commits(self) -> Spread:
        return self._writer.commits

    async def count_waiting(self) -> int:
        return await self._reader.run(lambda book: book.count_waiting())

    async def hand_over(self, kept_id: str, submission_id: str) -> None:
        await self._writer.run(lambda book: book.hand_over(kept_id, submission_id))

    async def put_visit(self, visit: Visit) -> bool:
        return await self._writer.run(lambda book: book.put_visit(visit))

    async def get_visit(self, visit_id: str) -> Visit | None:
        return await self._reader.run(lambda book: book.get_visit(visit_id))

    async def use_nonce(self, caller: str, nonce: str, now: datetime, until: datetime) -> bool:
        return await self._writer.run(lambda book: book.cabinet.use_nonce(caller, nonce, now, until))

    async def reserve(self, name: str, at_least: int, count: int) -> int:
        return await self._writer.run(lambda book: book.reserve(name, at_least, count))

    async def put_window(self, window: Window) -> None:
        await self._writer.run(lambda book: book.put_window(window))

    async def windows(self) -> Sequence[Window]:
        return await self._reader.run(lambda book: book.windows())

    async def put_session(self, session: SignedSession) -> None:
        await self._writer.run(lambda book: book.put_session(session))

    async def get_session(self, institution: str, operator: str) -> SignedSession | None:
        return await self._reader.run(lambda book: book.get_session(institution, operator))

    async def count(self) -> dict[State, int]:
        return await self._reader.run(lambda book: book.count())

    async def expire(self, name: str, before: datetime, limit: int) -> int:
        return await self._writer.run(lambda book: book.expire(name, before, limit))

    async def reseal(self, table: str, after: tuple[str, ...], limit: int) -> tuple[int, tuple[str, ...] | None]:
        return await self._writer.run(lambda book: book.reseal(table, after, limit))

    async def made(self, infnos: tuple[str, ...], since: datetime, until: datetime) -> tuple[Submission, ...]:
        return await self._reader.run(lambda book: book.cabinet.made(infnos, since, until))

    async def put_paper(self, paper: Paper) -> bool:
        return await self._writer.run(lambda book: book.cabinet.put_paper(paper))

    async def paper(self, kind: PaperKind, name: str, version: int | None = None) -> Paper | None:
        return await self._reader.run(lambda book: book.cabinet.paper(kind, name, version))

    async def papers(self, kind: PaperKind, first: str, last: str) -> tuple[Paper, ...]:
        return await self._reader.run(lambda book: book.cabinet.papers(kind, first, last))

    async def put_item(self, item: Item) -> bool:
        return await self._writer.run(lambda book: book.cabinet.put_item(item))

    async def item(self, item_id: str) -> Item | None:
        return await self._reader.run(lambda book: book.cabinet.item(item_id))

    async def item_of(self, cause: str) -> Item | None:
        return await self._reader.run(lambda book: book.cabinet.item_of(cause))

    async def items(self, *, is_open: bool | None = None, limit: int = 50, cursor: str | None = None) -> ItemPage:
        return await self._reader.run(lambda book: book.cabinet.items(is_open, limit, cursor))

    async def verify(self) -> ChainCheck:
        good = chain.Head()
        while True:
            rows, head = await self._reader.run(partial(Book.events_after, number=good.number, limit=VERIFIED_AT_ONCE))
            good, broken_at = chain.first_break(rows, good)
            if broken_at is not None:
                return ChainCheck(good.number, broken_at)
            if len(rows) < VERIFIED_AT_ONCE:
                return ChainCheck(good.number, None if good == head else good.number + 1)

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()


def _prepared(url: str, key_file: Path | None) -> Sealer:
    """Bring the schema up to date and read the keys; a new journal gets new ones. Raises JournalDown."""
    file = file_of(url)
    migrate(url)
    path = key_file or file.with_name(f"{file.name}.key")
    try:
        if not path.exists():
            if not _is_new(url):
                raise JournalDown("the key file of this journal is missing: what it sealed cannot be read without")
            make_keys(path)
        return Sealer(read_keys(path))
    except (Unsealable, OSError) as error:
        raise JournalDown(f"the key file cannot be used: {error}") from error


def _is_new(url: str) -> bool:
    engine = engine_of(url, "BEGIN")
    try:
        with engine.begin() as connection:
            return connection.execute(select(heads)).first() is None
    finally:
        engine.dispose()
