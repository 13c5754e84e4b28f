"""After a downtime: the uploads that were kept go out, in their order, no faster than the platform takes them.

Unknown outcomes come first; then one upload proves the line; then the ramp. An upload that was proven not sent stays;
one in doubt is a submission like any other and is looked for.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

import structlog

from yidi_gateway import crash
from yidi_gateway.clock import Clock
from yidi_gateway.journal.port import Journal
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.ramp import Ramp
from yidi_gateway.submission import Kept, Submission

log = structlog.get_logger("yidi.draining")
MOST_KEPT = 10_000
"""So many may wait; more are refused, so that a HIS notices."""
BUSY = frozenset({"rate_limited", "platform_busy"})
"""Keys of the error catalogue's rows that say: not now."""


class Drain:
    """Hands kept uploads over. `send` gets one done as a submission and returns how it then stands, None: held back."""

    def __init__(
        self, journal: Journal, clock: Clock, usual_rate: float, send: Callable[[Kept], Awaitable[Submission | None]]
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._usual_rate = usual_rate
        self._send = send
        self._ramp: Ramp | None = None
        self._credit = 0.0
        self._looked_at = 0.0

    async def step(self) -> int:
        """One look: as many as the ramp lets out now; the number that went out."""
        now = self._clock.monotonic()
        if self._ramp is None:
            waiting = await self._journal.waiting(1)
            if not waiting:
                return 0
            return await self._proved(waiting[0], now)
        self._credit = min(self._ramp.rate, self._credit + self._ramp.rate * (now - self._looked_at))
        self._looked_at = now
        if self._credit < 1:
            return 0
        waiting = await self._journal.waiting(int(self._credit))
        if not waiting:
            self._ramp = None
            return 0
        return await self._let_out(waiting, self._ramp)

    async def _proved(self, first: Kept, now: float) -> int:
        """One upload shows that the line is back."""
        if await self._one(first) is None:
            return 0
        self._ramp = Ramp.begun(self._usual_rate, now)
        self._credit, self._looked_at = 0.0, now
        log.info("drain", outcome="begun", waiting=await self._journal.count_waiting())
        return 1

    async def _let_out(self, waiting: tuple[Kept, ...], ramp: Ramp) -> int:
        lanes: dict[str, list[Kept]] = defaultdict(list)
        for kept in waiting:
            lanes[kept.subject].append(kept)
        slots = asyncio.Semaphore(ramp.at_once)
        took: list[float] = []
        troubled = asyncio.Event()

        async def lane(line: list[Kept]) -> None:
            for kept in line:
                async with slots:
                    if troubled.is_set():
                        return
                    seconds = await self._one(kept)
                    if seconds is None:
                        troubled.set()
                        return
                    took.append(seconds)

        await asyncio.gather(*(lane(line) for line in lanes.values()))
        self._credit -= len(took)
        if troubled.is_set():
            self._credit = 0.0
        self._ramp = ramp.after(took, trouble=troubled.is_set(), at=self._clock.monotonic())
        return len(took)

    async def _one(self, kept: Kept) -> float | None:
        """Seconds that it took; None for trouble. What was proven not done goes on waiting."""
        begun = self._clock.monotonic()
        row = await self._send(kept)
        if row is None or row.released or says_not_now(row):
            return None
        crash.point("cp14", kept.infno)
        await self._journal.hand_over(kept.id, row.id)
        return None if row.state in OPEN else self._clock.monotonic() - begun


def says_not_now(row: Submission) -> bool:
    """Whether the platform refused only because it had too much to do."""
    return row.state is State.REJECTED and (row.reason or {}).get("key") in BUSY
