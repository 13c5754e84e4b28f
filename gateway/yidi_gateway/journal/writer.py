"""One thread per connection, fed by a queue. Callers that wait at the same moment share one transaction.

For writing this is group commit: one fsync for all who wait, each in a savepoint of its own, and nobody hears of
success before the commit. SQLite has one writer at a time, so a second thread would only wait for the first.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from yidi_gateway.access.sealing import Unsealable
from yidi_gateway.figures import Spread
from yidi_gateway.journal.book import Book
from yidi_gateway.journal.driver import Clash, Driver, Statements
from yidi_gateway.journal.port import JournalDown
from yidi_gateway.journal.rows import Rows

ResultT = TypeVar("ResultT")
MOST = 256
"""Verbs in one transaction: bounds how long the first of them waits."""


class Job(Generic[ResultT]):
    """A verb, who waits for it, and what came of it."""

    def __init__(self, verb: Callable[[Book], ResultT], future: "asyncio.Future[ResultT]") -> None:
        self.verb = verb
        self.future = future
        self.result: ResultT | None = None
        self.error: Exception | None = None

    def deliver(self) -> None:
        """Wake the caller. One who left hears nothing; what was kept stays kept."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(cast("ResultT", self.result))
        else:
            self.future.set_exception(self.error)


class Broken(Exception):
    """The database ended the whole transaction by itself: nothing of it was kept."""


class Worker:
    """Runs verbs on one connection of `engine`, whose every transaction begins as that engine says."""

    def __init__(self, engine: Engine, rows: Rows, name: str) -> None:
        self._engine = engine
        self._rows = rows
        self._statements = Statements(engine.dialect)
        self._queue: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self.commits = Spread()
        self._open = True
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, verb: Callable[[Book], ResultT]) -> ResultT:
        """What the verb returns, once it is durable. Raises JournalDown when it cannot be kept, or what the verb
        raises; nothing of it is kept then."""
        if not self._open:
            raise JournalDown("the journal is closed")
        future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._queue.put(Job(verb, future))
        return await future

    async def close(self) -> None:
        """Finish what was asked for, then let the connection go."""
        if self._open:
            self._open = False
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        connection: Connection | None = None
        while (jobs := self._gather()) is not None:
            try:
                connection = connection or self._engine.connect()
                self._transact(connection, jobs)
            except Exception as error:  # noqa: BLE001 - whatever it was, every caller must hear of it
                for job in jobs:
                    job.error = down(error)
                if connection is not None:
                    connection.close()  # the next ones get a fresh one
                    connection = None
            _deliver(jobs)
        if connection is not None:
            connection.close()
        self._engine.dispose()

    def _gather(self) -> list[Job[Any]] | None:
        """Wait for one, then take all that wait; None at the end."""
        first = self._queue.get()
        if first is None:
            return None
        jobs = [first]
        with contextlib.suppress(Empty):
            while len(jobs) < MOST:
                job = self._queue.get_nowait()
                if job is None:
                    self._queue.put(None)
                    break
                jobs.append(job)
        return jobs

    def _transact(self, connection: Connection, jobs: list[Job[Any]]) -> None:
        begun = time.perf_counter()
        with connection.begin():
            driver: Any = connection.connection.driver_connection
            book = Book(Driver(driver, self._statements), self._rows)
            for job in jobs:
                self._try(driver, book, job)
            book.end()
        self.commits.add(time.perf_counter() - begun)

    def _try(self, driver: Any, book: Book, job: Job[Any]) -> None:
        """One verb in a savepoint: when it fails the others stay as they are."""
        mark = book.mark()
        driver.execute("SAVEPOINT verb")
        try:
            job.result = job.verb(book)
        except Exception as error:
            if not driver.in_transaction:  # SQLite rolls all of it back by itself when the disk is full or broken
                raise Broken("the database ended the transaction") from error
            driver.execute("ROLLBACK TO verb")
            book.forget(mark)
            job.error = down(error) if isinstance(error, (SQLAlchemyError, Clash, Unsealable)) else error
        driver.execute("RELEASE verb")


def down(error: Exception) -> JournalDown:
    """The error as callers know it; no value of a row is in its text."""
    if isinstance(error, JournalDown):
        return error
    if isinstance(error, Unsealable):
        text = str(error)
    else:
        text = "an invariant of the journal would break" if isinstance(error, Clash) else "nothing can be kept"
    result = JournalDown(f"{text} ({type(error).__name__})")
    result.__cause__ = error
    return result


def _deliver(jobs: list[Job[Any]]) -> None:
    loops = {job.future.get_loop() for job in jobs}
    for loop in loops:
        mine = [job for job in jobs if job.future.get_loop() is loop]
        with contextlib.suppress(RuntimeError):  # its loop is closed: nobody waits
            loop.call_soon_threadsafe(_wake, mine)


def _wake(jobs: list[Job[Any]]) -> None:
    for job in jobs:
        job.deliver()
