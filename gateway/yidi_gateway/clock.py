"""Time as a port: wall time for what people and messages read, monotonic time for waits and guards."""

import asyncio
import time
from datetime import datetime, timedelta, timezone
from typing import Protocol

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one time zone and no summer time; days of the platform are days here."""


class Clock(Protocol):
    """What the engine may know of time."""

    def now(self) -> datetime:
        """Wall time, aware, in Beijing time."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(BEIJING)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SteadyClock:
    """Another clock's wall time as it was in the beginning, carried on by seconds that never jump: what is due, leased
    or waited for must not hang on somebody setting the machine's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.now()
        self._at = clock.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self._clock.monotonic() - self._at)

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
