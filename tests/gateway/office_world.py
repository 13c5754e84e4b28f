"""A hospital of the insurance office's tests: a journal, an engine, and a platform that holds the same."""

import random
from datetime import date
from typing import Any

from gateway.day_platform import DayPlatform, Entry, settled
from gateway.tiny_platform import JumpingClock

from yidi_gateway.engine import Engine
from yidi_gateway.journal import Journal, MemoryJournal
from yidi_gateway.policy import Timing
from yidi_gateway.reconciling.office import Office
from yidi_gateway.sending import Platform
from yidi_gateway.submission import Submission
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.profile import load

OPERATOR = Operator(id="0001", name="收费员", kind="1")
HOSPITAL = Institution(code="H50010300001", name="示例医院", division="500103", level="3")
DAY = date(2026, 11, 21)


class NoBackground:
    async def start(self, *_: Any) -> None: ...

    async def stop(self) -> None: ...


def entry(number: int, **fields: Any) -> Entry:
    """Settlement number `number` of the day: employees and residents, visits and a few stays."""
    total = 10_000 + 37 * number
    base: dict[str, Any] = {
        "setl_id": f"SETL{number:06d}",
        "mdtrt_id": f"M{number:06d}",
        "psn_no": f"P{number % 400:06d}",
        "msgid": f"H50010300001202611211000{number:06d}",
        "day": DAY.isoformat(),
        "total": total,
        "fund": total * 6 // 10,
        "account": number % 3 * 500,
        "insutype": "390" if number % 4 == 0 else "310",
    }
    return Entry(**{**base, **fields})


class House:
    """A journal, an engine, a platform that holds the same, and the day end over them."""

    def __init__(self, count: int = 0, journal: Journal | None = None) -> None:
        self.clock = JumpingClock()
        self.platform = DayPlatform(self.clock)
        self.journal: Journal = journal or MemoryJournal()
        self.engine = Engine(
            journal=self.journal,
            poster=self.platform,
            platform=Platform("http://127.0.0.1:1", load("national"), HOSPITAL),
            clock=self.clock,
            timing=Timing(),
            background=NoBackground(),
            jitter=random.Random(1),
        )
        self.office = Office(self.engine, OPERATOR)
        self.ledger = self.office.ledger
        self.day_end = self.office.days
        self.count = count

    async def open(self) -> "House":
        await self.engine.start()
        for number in range(self.count):
            await self.settle(entry(number))
        return self

    async def settle(self, made: Entry, **fields: Any) -> Submission:
        self.platform.books[made.setl_id] = made
        return await settled(self.journal, self.clock, made, **fields)

    async def run(self, day: date = DAY) -> dict[str, Any]:
        self.clock.seconds += 86_400 if self.clock.seconds < 86_400 else 0
        return (await self.day_end.run(day, lambda *_: None)).document

    async def open_causes(self) -> list[str]:
        return [item.cause async for item in self.ledger.open_items()]
