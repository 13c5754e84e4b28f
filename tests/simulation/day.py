"""One simulated day: the gateway's own code, from the desk down to the bytes, among people and weather; one seed.

Hostile hours, then the world heals, everything has to come to its end, and the books are compared.
"""

import asyncio
import json
import random
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast

import structlog

from simulation.forms import invented
from simulation.hub import Habits, Hub, Json, Person
from simulation.life import Dangers, Life, LifeJournal, simulated
from simulation.oracle import Oracle
from simulation.people import Cashier, Door, Office, Ward
from simulation.swarm import Plan
from simulation.timeloop import TimeClock, TimeLoop, run
from simulation.weather import Weather
from yidi_gateway.background import InProcess
from yidi_gateway.clock import Clock, SteadyClock
from yidi_gateway.doors.table import House
from yidi_gateway.engine import Engine
from yidi_gateway.journal import Journal
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.lifecycle import OPEN
from yidi_gateway.policy import Timing
from yidi_gateway.sending import Platform
from yidi_gateway.visits import Desk
from yidi_gateway.visits.once import Once
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.posters import AsyncPoster, Limits, Reply
from yidi_sdk.profile import load

OPERATOR = Operator(id="0001", name="收费员", kind="1")
HOSPITAL = Institution(code="H50010300001", name="示例医院", division="500103", level="3")
HOSTILE_S = 1500.0
"""The world heals after this long at the latest."""
SWEEP_S = 3.0


@dataclass
class Figures:
    """What a day came to."""

    lives: int = 0
    messages: int = 0
    seconds: float = 0.0
    submissions: int = 0
    trace: str = ""
    points: set[str] = field(default_factory=set)


class Day:
    """One day by its plan. `live` returns the figures or raises Violation."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.figures = Figures()
        self._hash = sha256()

    def live(self) -> Figures:
        return run(self._live)

    async def _live(self, loop: TimeLoop) -> Figures:
        self.loop = loop
        dice = random.Random(f"day {self.plan.seed}")
        self.dice = random.Random(dice.random())
        self.clock = TimeClock(loop)
        self.journal = MemoryJournal()
        self.hub = Hub(self.plan.habits, lambda: f"{self.clock.now():%Y-%m-%d %H:%M:%S}", self._did)
        plan = self.plan
        self.weather = Weather(
            loop, self.hub, random.Random(dice.random()), plan.hostility, plan.weather, self._downtime_text, self._note
        )
        self.oracle = Oracle(loop, self.journal, self.hub, lambda: self.weather.stretched)
        self.oracle.clock_now = self.clock.now
        self.door = Door(loop, self.oracle)
        self.dangers = self._dangers()
        _listen(self.oracle)
        with simulated(loop, random.Random(dice.random())):
            work = loop.create_task(self._day())
            await asyncio.wait({work, self.oracle.broken}, return_when=asyncio.FIRST_COMPLETED)
            if self.oracle.broken.done():
                work.cancel()
                raise self.oracle.broken.result()
            work.result()
        self.figures.seconds = loop.seconds
        self.figures.submissions = len(self.journal._submissions)
        self.figures.trace = self._hash.hexdigest()
        return self.figures

    def _dangers(self) -> Dangers:
        has = self.plan.process
        return Dangers(
            at_point=0.03 if "dies_at_points" in has else 0.0,
            at_write=0.01 if "dies_at_writes" in has else 0.0,
            freezes=0.01 if "freezes" in has else 0.0,
            journal_down=0.03 if "journal_down" in has else 0.0,
            slow_disk=self.dice.choice((0.002, 0.3)) if "slow_disk" in has else 0.0,
        )

    # ---- the day

    async def _day(self) -> None:
        process = self.loop.create_task(self._process())
        people = self._people()
        happenings = [self.loop.create_task(self._happens(name)) for name in self.plan.events]
        await asyncio.wait(people, timeout=HOSTILE_S)
        for happening in happenings:
            happening.cancel()
        await self._heal()
        await self._end(people)
        process.cancel()

    def _people(self) -> list[asyncio.Task[None]]:
        plan, started = self.plan, []
        for number, codes in enumerate(plan.visits):
            started.append(self._clerk(Cashier).visit(number, self._person(number), codes))
        started += [
            self._clerk(Ward).stay(number, self._person(number))
            for number in range(len(plan.visits), len(plan.visits) + plan.stays)
        ]
        return [self.loop.create_task(work) for work in started]

    def _clerk(self, kind: type[Any]) -> Any:
        dice = random.Random(self.dice.random())
        return kind(self.door, self.oracle, self.hub, self.clock, dice, self.plan.people)

    def _person(self, number: int) -> Person:
        person = invented(number)
        self.hub.people.append(person)
        self.oracle.names |= {person.cert_no, person.name, person.psn_no}
        return person

    async def _process(self) -> None:
        """The gateway, started again whenever it died."""
        while True:
            life = self.life = Life(self.loop, random.Random(self.dice.random()), self.dangers)
            self.figures.lives += 1
            journal = cast("Journal", LifeJournal(life, self.journal, self._kept))
            jitter = random.Random(self.dice.random())
            house = house_of(journal, LifePoster(life, self), self.clock, self.plan.habits, jitter)
            started = life.spawn(house.engine.start())
            await asyncio.wait({started, life.died}, return_when=asyncio.FIRST_COMPLETED)
            if started.done() and not started.cancelled() and started.exception() is None and life.alive:
                self.door.open(life, house)
                if "dies_anytime" in self.plan.process and self.oracle.healed_at is None:
                    self.loop.call_later(self.dice.expovariate(1 / 200), self._kill, life)
                await life.died
            life.kill()
            self.door.shut()
            self.figures.points.update(life.passed)
            await asyncio.sleep(self.dice.uniform(0.5, 20))

    def _kill(self, life: Life) -> None:
        if self.oracle.healed_at is None:
            life.kill()

    async def _heal(self) -> None:
        """No more trouble. What is under way still arrives."""
        self.weather.hostility = 0.0
        self.weather.down = self.weather.dark = False
        self.dangers = self.life.dangers = Dangers()
        self.life.frozen_until = 0.0
        self.hub.off_by = Decimal("0.00")
        self.oracle.healed_at = self.loop.seconds
        await self._clerk(Office).withdraw_all()
        self.oracle.healed_at = self.loop.seconds

    async def _end(self, people: list[asyncio.Task[None]]) -> None:
        """L1: what stood open when the world healed ends within QUIET and ten minutes; then everything does."""
        office: Office = self._clerk(Office)
        open_now = {row.id for row in self.journal._submissions.values() if row.state in OPEN}
        until = self.loop.seconds + Timing().quiet_s + 600
        while open_now and self.loop.seconds < until:
            await asyncio.sleep(10)
            open_now = {one for one in open_now if self.journal._submissions[one].state in OPEN}
        for submission_id in sorted(open_now):
            self.oracle.still_open(self.journal._submissions[submission_id])
        for _ in range(100):
            decided = await office.decide_all()
            waiting = [task for task in people if not task.done()]
            still = [row for row in self.journal._submissions.values() if row.state in OPEN]
            if not (decided or waiting or still):
                break
            await asyncio.sleep(50)
        for task in people:
            if not task.done():
                self.oracle.accuse("L1", "somebody still waits for an answer")
            elif (error := task.exception()) is not None:
                raise error
        while self.weather.on_the_way:
            await asyncio.sleep(10)  # what was held up arrives at last
        await self.oracle.close(await office.listed())

    # ---- what happens in the town

    async def _happens(self, name: str) -> None:
        await asyncio.sleep(self.dice.uniform(5, 400))
        await getattr(self, f"_{name}")()

    async def _announced(self) -> None:
        """A downtime that the platform announced an hour before, or minutes."""
        begins = self.dice.uniform(20, 300)
        lasts = self.dice.uniform(60, 400)
        now = self.clock.now()
        await self._clerk(Office).announce(now + timedelta(seconds=begins), now + timedelta(seconds=begins + lasts))
        await asyncio.sleep(begins)
        await self._down(lasts)

    async def _entered(self) -> None:
        """A downtime that somebody enters while it is on; its end is not known."""
        self.weather.down = True
        await asyncio.sleep(self.dice.uniform(1, 30))
        await self._clerk(Office).announce(self.clock.now(), None)
        await asyncio.sleep(self.dice.uniform(30, 300))
        self.weather.down = False
        await self._clerk(Office).withdraw_all()

    async def _learnt(self) -> None:
        """A downtime that nobody announced."""
        await self._down(self.dice.uniform(30, 400))

    async def _down(self, lasts: float) -> None:
        self.weather.down = True
        await asyncio.sleep(lasts)
        self.weather.down = False

    async def _dark(self) -> None:
        self.weather.dark = True
        await asyncio.sleep(self.dice.uniform(10, 300))
        self.weather.dark = False

    async def _cleared(self) -> None:
        for _ in range(3):
            self.hub.cleared |= {row.setl_id for row in self.hub.rows()}
            await asyncio.sleep(200)

    async def _off_by_a_fen(self) -> None:
        self.hub.off_by = self.dice.choice((Decimal("0.01"), Decimal("-0.01")))

    async def _sessions_lost(self) -> None:
        self.hub.signed.clear()

    async def _renumbered(self) -> None:
        """The insured place gives a person another number; the old one is nobody's from now on."""
        person = self.dice.choice(self.hub.people)
        person.numbers.append(f"NEW{len(person.numbers)}{person.psn_no[-14:]}")
        self.oracle.names.add(person.psn_no)

    async def _clock_set(self) -> None:
        """Somebody sets the machine's clock, forward or back."""
        self.oracle.jumped = True
        self.clock.jump_s += self.dice.choice((-3600.0, -90.0, 90.0, 3600.0, 15 * 3600.0))

    def _downtime_text(self) -> str:
        now = self.clock.now().replace(microsecond=0)
        ends = now + timedelta(seconds=self.dice.choice((30, 300)))
        return self.dice.choice(("系统停机维护", f"系统停机维护：例行升级（{now.isoformat()} 至 {ends.isoformat()}）"))

    # ---- what is written down

    def _note(self, what: str, message: Json) -> None:
        self._hash.update(f"{self.loop.seconds:.6f} {what} {message['infno']} {message['msgid']}\n".encode())

    def _did(self, msgid: str, what: str) -> None:
        self._hash.update(f"{self.loop.seconds:.6f} {what} {msgid}\n".encode())
        self.oracle.done(msgid, what)

    def _kept(self, verb: str, given: tuple[Any, ...], result: Any) -> None:
        self._hash.update(f"{self.loop.seconds:.6f} {verb}\n".encode())
        self.oracle.kept(verb, given, result)


def house_of(journal: Journal, poster: AsyncPoster, clock: Clock, habits: Habits, jitter: random.Random) -> House:
    """A gateway over this journal and this line; its profile knows the platform's habits."""
    profile = load("national").with_(idem_msgid=habits.idem_msgid, tombstone=habits.tombstone, one_live=habits.one_live)
    timing = Timing(sweep_s=SWEEP_S)
    engine = Engine(
        journal=journal,
        poster=poster,
        platform=Platform("http://127.0.0.1:1", profile, HOSPITAL),
        clock=clock,
        timing=timing,
        background=InProcess(journal, SteadyClock(clock), timing),
        jitter=jitter,
    )
    return House(engine, Desk(engine, operator=OPERATOR), OPERATOR, Once(journal, clock), cast("Any", None))


@dataclass
class LifePoster:
    """The poster of one life: the oracle looks at what leaves, then it is on its way."""

    life: Life
    day: Day

    async def post(self, url: str, headers: Any, body: bytes, limits: Limits) -> Reply:
        message = cast("Json", json.loads(body))
        self.day.figures.messages += 1
        self.day._note("leaves", message)
        self.day.oracle.leaves(body, message)
        reply = await self.day.weather.carry(body, limits, self.life)
        await self.life.thaw()
        return reply


def _listen(oracle: Oracle) -> None:
    """Every log line goes to the oracle, and nowhere else."""

    def heard(_log: Any, _method: str, event: Any) -> Any:
        oracle.logged(event)
        raise structlog.DropEvent

    structlog.configure(processors=[heard], wrapper_class=structlog.BoundLogger, cache_logger_on_first_use=False)
