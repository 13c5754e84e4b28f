"""Work that nobody waits for, behind a small port; here the in-process adapter for one node.

A step may run twice after a crash: the journal's compare-and-set makes a repeat harmless. The adapter sweeps what is
due out of the journal and hands each submission to the engine, a few at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

import structlog

from yidi_gateway.clock import Clock
from yidi_gateway.journal.port import Journal, JournalDown
from yidi_gateway.policy import Timing

Step = Callable[[str], Awaitable[object]]
Look = Callable[[], Awaitable[object]]
AT_ONCE = 8
BATCH = 32
log = structlog.get_logger("yidi.background")


class Background(Protocol):
    """The port: start working, and stop in order."""

    async def start(self, step: Step, probe: Look, drain: Look) -> None: ...

    async def stop(self) -> None: ...


class InProcess:
    """One sweep a second over what is due; eight submissions at once; `probe` looks whether a downtime is over. When
    nothing in doubt is due, `drain` lets out uploads that waited."""

    def __init__(self, journal: Journal, clock: Clock, timing: Timing) -> None:
        self._journal = journal
        self._clock = clock
        self._timing = timing
        self._sweeper: asyncio.Task[None] | None = None
        self._draining: asyncio.Task[None] | None = None
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()

    async def start(self, step: Step, probe: Look, drain: Look) -> None:
        self._sweeper = asyncio.create_task(self._sweep_on(step, probe, drain))

    async def stop(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
        for task in (self._sweeper, self._draining, *self._running):
            if task is not None:
                await asyncio.gather(task, return_exceptions=True)

    async def _sweep_on(self, step: Step, probe: Look, drain: Look) -> None:
        while True:
            try:
                await probe()
                if not await self.sweep(step) and (self._draining is None or self._draining.done()):
                    self._draining = asyncio.create_task(self._drained(drain))
            except JournalDown as error:
                log.warning("sweep", outcome="journal_down", kind=type(error).__name__)
            await self._clock.sleep(self._timing.sweep_s)

    async def sweep(self, step: Step) -> int:
        """Hand out what is due now; the number handed out."""
        now = self._clock.now()
        lease = now + timedelta(seconds=self._timing.commit_s + 30)
        due = await self._journal.claim_due(now, lease, BATCH)
        for submission in due:
            task = asyncio.create_task(self._take(step, submission.id))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(due)

    async def _drained(self, drain: Look) -> None:
        try:
            await drain()
        except JournalDown as error:
            log.warning("drain", outcome="journal_down", kind=type(error).__name__)

    async def _take(self, step: Step, submission_id: str) -> None:
        async with self._slots:
            try:
                await step(submission_id)
            except JournalDown as error:
                log.warning("step", outcome="journal_down", kind=type(error).__name__)
