"""Uploads in a downtime: kept, answered, and let out afterwards no faster than the platform takes them."""

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from gateway.tiny_platform import JumpingClock, TinyPlatform
from hypothesis import given
from hypothesis import strategies as st

from yidi_gateway.draining import MOST_KEPT
from yidi_gateway.engine import Engine, Order, QueueFull
from yidi_gateway.ids import new_id
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.lifecycle import State
from yidi_gateway.policy import Timing
from yidi_gateway.ramp import STEP_S, Ramp
from yidi_gateway.sending import Platform
from yidi_gateway.submission import Window
from yidi_sdk.errors import NotSent, TimedOut
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.posters import Reply
from yidi_sdk.profile import load
from yidi_sdk.transactions import RevokedFeeLine, RevokeInpatientFees

HOSPITAL = Institution(code="H50010300001", name="hospital", division="500103", level="3")
OPERATOR = Operator(id="0001", name="op", kind="1")
CAPACITY, TAKES_S = 20, 0.02
TOO_MANY = "访问过于频繁，请稍后再试"


class Busy(TinyPlatform):
    """Takes at most `CAPACITY` uploads a second of its clock and refuses the rest."""

    def __init__(self, clock: JumpingClock) -> None:
        super().__init__(clock)
        self.came: Counter[int] = Counter()
        self.done: list[str] = []
        self.down: Any = None
        self.lost: set[str] = set()

    async def post(self, url: str, headers: Any, body: bytes, limits: Any) -> Reply:
        if self.down is not None:
            raise self.down
        return await super().post(url, headers, body, limits)

    def on_2302(self, message: dict[str, Any]) -> Any:
        second = int(self.clock.seconds)
        self.came[second] += 1
        self.clock.seconds += TAKES_S
        if self.came[second] > CAPACITY:
            return TOO_MANY
        number = message["input"]["data"][0]["feedetl_sn"]
        self.done.append(number)
        if number in self.lost:
            raise TimedOut("lost")
        return None


class World:
    def __init__(self) -> None:
        self.clock = JumpingClock()
        self.hub = Busy(self.clock)
        self.journal = MemoryJournal()
        self.engine = self.opened()

    def opened(self) -> Engine:
        return Engine(
            journal=self.journal,
            poster=self.hub,
            platform=Platform("http://127.0.0.1:1", load("national"), HOSPITAL),
            clock=self.clock,
            timing=Timing(),
            background=Resting(),
            jitter=random.Random(1),
        )

    async def keep(self, number: int, stay: str | None = None) -> None:
        stay = stay or f"M{number % 50}"
        line = RevokedFeeLine(feedetl_sn=f"L{number}", mdtrt_id=stay, psn_no="P1")
        order = Order(
            caller="his",
            key=f"k{number}:2302",
            message=RevokeInpatientFees(data=[line]),
            operator=OPERATOR,
            insured_division="530100",
            mdtrt_id=stay,
        )
        self.clock.seconds += 0.001
        await self.engine.keep(order)

    async def drained(self, seconds: float, until: int | None = None) -> None:
        end = self.clock.seconds + seconds
        while self.clock.seconds < end and (until is None or await self.journal.count_waiting() > until):
            await self.engine.drain()
            self.clock.seconds = float(int(self.clock.seconds) + 1)


class Resting:
    async def start(self, *_: Any) -> None: ...

    async def stop(self) -> None: ...


async def test_five_thousand_after_two_hours() -> None:
    """F24: never above 1.1 times what the platform takes, in order within a stay, nothing lost, nothing doubled."""
    world = World()
    now = world.clock.now()
    window = Window(new_id(now), now, world.clock.now().replace(hour=11), "系统升级")
    await world.engine.announce(window)
    for number in range(5000):
        await world.keep(number)
        world.clock.seconds += 1.4
    assert not world.hub.came
    assert await world.engine.drain() == 0
    world.clock.seconds = 7200.0
    begun = world.clock.seconds
    await world.drained(3600, until=0)
    assert await world.journal.count_waiting() == 0
    assert max(world.hub.came.values()) <= CAPACITY * 1.1
    assert Counter(world.hub.done) == Counter(f"L{number}" for number in range(5000))
    for stay in range(50):
        mine = [int(number[1:]) for number in world.hub.done if int(number[1:]) % 50 == stay]
        assert mine == sorted(mine)
    assert world.clock.seconds - begun < 5000 / CAPACITY * 2.5


async def test_nothing_goes_out_before_the_line_is_proved() -> None:
    world = World()
    for number in range(5):
        await world.keep(number)
    world.hub.down = NotSent("refused")
    assert await world.engine.drain() == 0
    assert await world.journal.count_waiting() == 5
    world.hub.down = None
    world.clock.seconds += 10
    assert await world.engine.drain() == 1
    await world.drained(60, until=0)
    assert sorted(world.hub.done) == [f"L{number}" for number in range(5)]


async def test_one_in_doubt_is_no_longer_in_the_queue_and_never_sent_again() -> None:
    world = World()
    for number in range(6):
        await world.keep(number, "M1")
    world.hub.lost = {"L2"}
    await world.drained(200, until=0)
    assert world.hub.done == [f"L{number}" for number in range(6)]
    kept = await world.journal.kept("his", "k2:2302")
    assert kept is not None
    assert kept.submission_id is not None
    row = await world.engine.run(kept.submission_id, 400)
    assert row.state is State.MANUAL
    assert world.hub.done.count("L2") == 1


async def test_a_crash_between_sending_and_handing_over_sends_nothing_twice() -> None:
    world = World()
    await world.keep(1)
    hand_over = world.journal.hand_over

    async def crash(*_: str) -> None:
        raise asyncio.CancelledError

    world.journal.hand_over = crash  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await world.engine.drain()
    world.journal.hand_over = hand_over  # type: ignore[method-assign]
    world.engine = world.opened()
    await world.drained(10, until=0)
    assert world.hub.done == ["L1"]


async def test_the_queue_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()

    async def full() -> int:
        return MOST_KEPT

    monkeypatch.setattr(world.journal, "count_waiting", full)
    with pytest.raises(QueueFull):
        await world.keep(1)


@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 3.0)), max_size=200), st.floats(1, 100))
def test_the_ramp_never_jumps(seconds: list[tuple[bool, float]], usual: float) -> None:
    """At most doubled in 30 s, halved at once; once it made trouble never more than a tenth above what went well."""
    ramp = Ramp.begun(usual, 0.0)
    assert ramp.rate == pytest.approx(max(1.0, usual / 10))
    for at, (trouble, took) in enumerate(seconds, 1):
        after = ramp.after([took], trouble=trouble, at=float(at))
        assert 1.0 <= after.rate <= max(ramp.rate * 2, 1.0)
        if after.rate > ramp.rate:
            assert at - ramp.since >= STEP_S
            assert not trouble
            if after.troubled and ramp.rate >= ramp.well:
                assert after.rate <= ramp.rate * 1.11
        if trouble:
            assert after.rate <= max(1.0, ramp.rate / 2)
        ramp = after
