"""An event loop whose time moves only when nobody has anything to do, and a gateway's clock over it."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from yidi_gateway.clock import BEIJING

T = TypeVar("T")
START = datetime(2026, 11, 21, 9, 0, tzinfo=BEIJING)
"""A simulated day begins here."""


class Standstill(RuntimeError):
    """Nobody will ever act again: something waits for what cannot come."""


class _NoSockets:
    """Stands where a loop keeps its selector: instead of waiting, time moves on."""

    def __init__(self, loop: "TimeLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Standstill("nothing is scheduled")
        self._loop.seconds += timeout
        return []

    def close(self) -> None: ...


class TimeLoop(asyncio.BaseEventLoop):
    """Hours in milliseconds; the same order of events each time."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self._selector = _NoSockets(self)

    def time(self) -> float:
        return self.seconds

    def _process_events(self, _events: object) -> None: ...

    def _write_to_self(self) -> None: ...


class TimeClock:
    """The clock of a simulated gateway. `jump_s` is what the machine's wall clock is wrong by."""

    def __init__(self, loop: TimeLoop) -> None:
        self._loop = loop
        self.jump_s = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self._loop.seconds + self.jump_s)

    def monotonic(self) -> float:
        return self._loop.seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run(main: Callable[[TimeLoop], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine over simulated time to its end; whatever is left then is cancelled."""
    loop = TimeLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main(loop))
