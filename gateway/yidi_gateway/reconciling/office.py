"""The insurance office: what the doors and the timetable call. A day is reconciled by one task; others join it."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

from yidi_gateway.clock import BEIJING
from yidi_gateway.engine import Engine
from yidi_gateway.papers import Paper, PaperKind
from yidi_gateway.reconciling.clearing import Clearing
from yidi_gateway.reconciling.day import DayEnd, Result
from yidi_gateway.reconciling.ledger import Ledger
from yidi_gateway.reconciling.month import MonthEnd
from yidi_gateway.reconciling.payments import read_payments
from yidi_gateway.reconciling.watching import Watch
from yidi_sdk.institution import Operator
from yidi_sdk.rules.clocks import Calendar

Json = dict[str, Any]


@dataclass
class Progress:
    """How far a day end is: the step, how many of it are done, of how many."""

    step: str = "begin"
    done: int = 0
    of: int = 1

    def told(self, step: str, done: int, of: int) -> None:
        """Hear what is being done."""
        self.step, self.done, self.of = step, done, of

    def as_json(self) -> Json:
        return {"step": self.step, "done": self.done, "of": self.of}


@dataclass(frozen=True, slots=True)
class Running:
    """A day end that is not done yet."""

    day: date
    progress: Progress
    task: "asyncio.Task[Result]"


class Office:
    """Day ends, ledger, imports."""

    def __init__(self, engine: Engine, operator: Operator, calendar: Calendar | None = None) -> None:
        self.engine = engine
        self.operator = operator
        self.ledger = Ledger(engine.journal, engine.clock, calendar)
        self.days = DayEnd(engine, operator, self.ledger)
        self.watch = Watch(engine.journal, engine.clock, self.ledger)
        self.clearing = Clearing(engine, operator, self.ledger)
        self.months = MonthEnd(engine, self.ledger, self.clearing)
        self._running: dict[date, Running] = {}

    def today(self) -> date:
        return self.engine.clock.now().astimezone(BEIJING).date()

    def yesterday(self) -> date:
        return self.today() - timedelta(days=1)

    def running(self, day: date) -> Running | None:
        """The day end of that day, while it runs."""
        return self._running.get(day)

    async def reconcile(self, day: date, patience_s: float | None = None) -> Result | Running:
        """Reconcile a day, or join whoever does. Running when patience ended first. Raises Held and JournalDown."""
        running = self._running.get(day)
        if running is None:
            progress = Progress()
            task = asyncio.create_task(self.days.run(day, progress.told))
            running = self._running[day] = Running(day, progress, task)
            task.add_done_callback(lambda done: self._over(day, done))
        done, _ = await asyncio.wait({running.task}, timeout=patience_s)
        return running.task.result() if done else running

    async def stop(self) -> None:
        """Nobody waits any more: what was done stays, the rest is done by the next run."""
        tasks = [running.task for running in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def take_his_totals(self, day: date, told: Json) -> int:
        """Keep what the HIS says of its day; the version."""
        return await self._keep(PaperKind.HIS_TOTALS, day.isoformat(), msgspec.json.encode(told))

    async def take_payments(self, day: date, name: str, content: bytes) -> tuple[int, int]:
        """Keep a payment file; its version and how many payments are in it. Raises BadPayments."""
        rows = read_payments(content)
        return await self._keep(PaperKind.PAYMENTS, f"{day}/{name}", content), len(rows)

    async def _keep(self, kind: PaperKind, name: str, content: bytes) -> int:
        journal, now = self.engine.journal, self.engine.clock.now()
        while True:
            before = await journal.paper(kind, name)
            if before is not None and before.document == content:
                return before.version
            version = 1 if before is None else before.version + 1
            if await journal.put_paper(Paper(kind, name, version, now, content)):
                return version

    def _over(self, day: date, task: "asyncio.Task[Result]") -> None:
        self._running.pop(day, None)
        if not task.cancelled():
            task.exception()  # read, so that nobody is told of one that nobody waited for
