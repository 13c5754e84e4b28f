"""Jobs by the clock, behind a small port; here the in-process adapter for one node.

A job decides by the clock port and the journal whether anything is due: a round too many does nothing, one that was
missed is made up for by the next.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from yidi_gateway.clock import Clock
from yidi_gateway.journal.port import JournalDown

Job = Callable[[], Awaitable[object]]
log = structlog.get_logger("yidi.timetable")


class Timetable(Protocol):
    """The port: do a job over and over, and stop in order."""

    async def start(self, job: Job) -> None: ...

    async def stop(self) -> None: ...


class Rounds:
    """One round after another, with a pause before each. What a round raises ends that round only."""

    def __init__(self, clock: Clock, every_s: float) -> None:
        self._clock = clock
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    async def start(self, job: Job) -> None:
        self._task = asyncio.create_task(self._go_round(job))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _go_round(self, job: Job) -> None:
        while True:
            await self._clock.sleep(self._every_s)
            try:
                await job()
            except JournalDown as error:
                log.warning("round", outcome="journal_down", kind=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - the next round must come whatever this one met
                log.error("round", outcome="broke", kind=type(error).__name__)  # noqa: TRY400 - no texts in the log
