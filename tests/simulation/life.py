"""One life of a gateway's process: what belongs to it, how it dies, freezes, and keeps nothing once it is dead."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import patch

from simulation.timeloop import TimeLoop
from yidi_gateway import crash, ids, sending
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.journal.port import JournalDown
from yidi_gateway.visits import desk

T = TypeVar("T")
WRITES = frozenset(
    {
        "open_request", "answer_request", "release_request", "admit", "move", "start", "finish", "note", "claim_due",
        "put_visit", "reserve", "put_window", "put_session", "keep", "hand_over",
    }
)  # fmt: skip


class Killed(BaseException):
    """The process is gone; nothing of it runs on."""


@dataclass(frozen=True)
class Dangers:
    """What befalls a process: chances for each crash point, each write to the journal (before and after it is durable),
    that a write freezes the process for minutes, and that the journal cannot keep anything."""

    at_point: float = 0.0
    at_write: float = 0.0
    freezes: float = 0.0
    journal_down: float = 0.0
    slow_disk: float = 0.0
    """The longest time that a verb of the journal takes, before it looks and again after it wrote; seconds."""


_LIFE: ContextVar["Life | None"] = ContextVar("life", default=None)


class Life:
    """One process. Tasks that it starts, however deep, belong to it."""

    def __init__(self, loop: TimeLoop, dice: random.Random, dangers: Dangers) -> None:
        self.loop = loop
        self.dice = dice
        self.dangers = dangers
        self.alive = True
        self.frozen_until = 0.0
        self.died: asyncio.Future[None] = loop.create_future()
        self.passed: list[str] = []
        self._tasks: list[asyncio.Task[Any]] = []

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something in this process."""
        before = _LIFE.set(self)
        try:
            return self.loop.create_task(work)
        finally:
            _LIFE.reset(before)

    def own(self, task: asyncio.Task[Any]) -> None:
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)

    def kill(self) -> None:
        """kill -9: at once, and nothing is tidied up that could be seen from outside."""
        if not self.alive:
            return
        self.alive = False
        self.died.set_result(None)
        for task in list(self._tasks):
            task.cancel()

    def die_perhaps(self, chance: float) -> None:
        """Die with this chance; raises Killed in the task that runs."""
        if self.alive and chance and self.dice.random() < chance:
            self.kill()
        if not self.alive:
            raise Killed

    async def thaw(self) -> None:
        """Wait while the process is stopped (SIGSTOP, a page fault that takes minutes); for ever when it is dead."""
        while self.alive and self.loop.seconds < self.frozen_until:
            await asyncio.sleep(min(5.0, self.frozen_until - self.loop.seconds))
        if not self.alive:
            raise Killed

    def point(self, name: str) -> None:
        self.passed.append(name)
        self.die_perhaps(self.dangers.at_point)


class LifeJournal:
    """The journal as one life sees it: durable for all lives, and out of reach for a dead one."""

    def __init__(self, life: Life, journal: MemoryJournal, saw: Callable[[str, tuple[Any, ...], Any], None]) -> None:
        self._life = life
        self._journal = journal
        self._saw = saw

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._journal, name)
        life, saw = self._life, self._saw

        async def read(*given: Any, **named: Any) -> Any:
            if life.dangers.slow_disk:
                await asyncio.sleep(life.dice.uniform(0, life.dangers.slow_disk))
            if not life.alive:
                raise Killed
            return await verb(*given, **named)

        async def write(*given: Any, **named: Any) -> Any:
            dangers = life.dangers
            if dangers.slow_disk:
                await asyncio.sleep(life.dice.uniform(0, dangers.slow_disk))
            life.die_perhaps(dangers.at_write)
            if dangers.journal_down and life.dice.random() < dangers.journal_down:
                raise JournalDown("no space left")
            result = await verb(*given, **named)
            saw(name, (*given, *named.values()), result)
            life.die_perhaps(dangers.at_write)
            if dangers.freezes and life.dice.random() < dangers.freezes:
                life.frozen_until = life.loop.seconds + life.dice.uniform(4, 400)
            if life.frozen_until > life.loop.seconds:
                await life.thaw()
            if dangers.slow_disk:
                await asyncio.sleep(life.dice.uniform(0, dangers.slow_disk))
            return result

        made = write if name in WRITES else read
        setattr(self, name, made)
        return made


class Seeded:
    """Stands where the gateway takes chance from the machine: the same each time."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    def token_hex(self, size: int) -> str:
        return self._dice.randbytes(size).hex()


@contextmanager
def simulated(loop: TimeLoop, dice: random.Random) -> Iterator[None]:
    """Chance, crash points and tasks of the gateway belong to the simulation inside this block."""

    def task(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
        made: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **more)
        life = _LIFE.get()
        if life is not None:
            life.own(made)
        return made

    def point(name: str, _about: str = "") -> None:
        life = _LIFE.get()
        if life is not None:
            life.point(name)

    loop.set_task_factory(task)
    loop.set_exception_handler(lambda *_: None)
    seeded = Seeded(dice)
    with (
        patch.object(crash, "point", point),
        patch.object(ids, "secrets", seeded),
        patch.object(sending, "secrets", seeded),
        patch.object(desk, "secrets", seeded),
    ):
        yield
