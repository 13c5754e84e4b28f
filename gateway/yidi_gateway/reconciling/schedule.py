"""What is done by itself: the ledger watched, yesterday reconciled, last month looked after. Once on all nodes.

A run is marked in the journal before it begins; whoever keeps the mark does it. A run that was begun and not ended is
taken over after an hour, and one whose day is not balanced is made again then.
"""

from datetime import date, time, timedelta
from typing import Any

import msgspec
import structlog

from yidi_gateway.clock import BEIJING
from yidi_gateway.engine import Held
from yidi_gateway.papers import Paper, PaperKind
from yidi_gateway.reconciling.office import Office
from yidi_gateway.tidying import tidy

DAY_AT, MONTH_AT, FAR_AT, TIDY_AT = time(0, 30), time(1, 0), time(2, 0), time(3, 0)
AGAIN = timedelta(hours=1)
BACK_DAYS = 7
MOST_RUNS = 30
log = structlog.get_logger("yidi.schedule")
Json = dict[str, Any]


class Schedule:
    """One round of the timetable over an office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._journal = office.engine.journal
        self._clock = office.engine.clock

    async def round(self) -> None:
        """Everything that is due now. Raises JournalDown."""
        now = self._clock.now().astimezone(BEIJING)
        await self._office.watch.look()
        if now.time() >= DAY_AT:
            for day in await self._open_days(now.date()):
                await self._run_day(day)
        if now.time() >= MONTH_AT and await self._claim(f"month:{now:%Y-%m-%d}") is not None:
            await self._office.months.watch(last_month(now.date()))
        if now.time() >= FAR_AT and await self._claim(f"far:{now:%Y-%m-%d}") is not None:
            await self._office.watch.look(far=True)
        if now.time() >= TIDY_AT and await self._claim(f"tidy:{now:%Y-%m-%d}") is not None:
            await tidy(self._journal, self._clock)

    async def _open_days(self, today: date) -> list[date]:
        """Yesterday, and the days before it that were missed; only yesterday where no run was ever made."""
        days = [today - timedelta(days=back) for back in range(1, BACK_DAYS + 1)]
        marks = [await self._journal.paper(PaperKind.RUN, _name(day)) for day in days]
        known = [place for place, mark in enumerate(marks) if mark is not None]
        reach = known[-1] if known else 0
        return [day for place, day in enumerate(days) if place <= reach and not _is_done(marks[place])][::-1]

    async def _run_day(self, day: date) -> None:
        mark = await self._claim(_name(day))
        if mark is None:
            return
        try:
            result = await self._office.reconcile(day)
        except Held:
            log.info("schedule", outcome="held")
            return
        state = getattr(result, "document", {}).get("state", "")
        await self._write(_name(day), mark + 1, {"state": "done" if state == "balanced" else "again"})

    async def _claim(self, name: str) -> int | None:
        """The version of the mark when it is ours now; None when somebody else has it, it is done, or it is early."""
        before = await self._journal.paper(PaperKind.RUN, name)
        if before is None:
            return 1 if await self._write(name, 1, {"state": "begun"}) else None
        if _is_done(before) or before.version >= 2 * MOST_RUNS or not name.startswith("day:"):
            return None
        if self._clock.now() < before.at + AGAIN:
            return None
        return before.version + 1 if await self._write(name, before.version + 1, {"state": "begun"}) else None

    async def _write(self, name: str, version: int, told: Json) -> bool:
        paper = Paper(PaperKind.RUN, name, version, self._clock.now(), msgspec.json.encode(told))
        return await self._journal.put_paper(paper)


def last_month(today: date) -> date:
    """The first of the month before."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def _name(day: date) -> str:
    return f"day:{day}"


def _is_done(mark: Paper | None) -> bool:
    return mark is not None and msgspec.json.decode(mark.document, type=Json)["state"] == "done"
