"""What seeds of the simulation found in the gateway, each as a short script of its own."""

import asyncio
import json
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from simulation.day import house_of
from simulation.forms import invented, visit_in
from simulation.hub import Habits, Hub, Json
from simulation.timeloop import TimeClock, TimeLoop, run
from simulation.weather import Weather
from yidi_gateway.engine import Held
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.journal.port import JournalDown
from yidi_gateway.lifecycle import Event, State
from yidi_gateway.problem import Problem
from yidi_gateway.shapes import CancelIn, SettleIn
from yidi_gateway.submission import Attempt, Move, Purpose, Submission, Window
from yidi_gateway.visits import Answer, Call
from yidi_gateway.visits.once import Once
from yidi_sdk.catalogue import Effect
from yidi_sdk.errors import NotSent, TimedOut
from yidi_sdk.posters import Limits, Reply

Fault = Callable[[Json], Reply | str | None]


@dataclass
class Town:
    """One gateway, one platform, one patient, no weather; `faults` by infno, the first one each time."""

    loop: TimeLoop
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    sent: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = TimeClock(self.loop)
        self.hub = Hub(Habits(), lambda: f"{self.clock.now():%Y-%m-%d %H:%M:%S}", lambda *_: None)
        self.weather = Weather(self.loop, self.hub, random.Random(1), 0.0, (), lambda: "系统停机维护")
        self.journal = MemoryJournal()
        self.house = house_of(self.journal, self, self.clock, Habits(), random.Random(1))
        self.engine, self.desk = self.house.engine, self.house.desk
        self.person = invented(1)
        self.hub.people.append(self.person)
        self.keys = iter(range(1000))

    async def post(self, url: str, headers: Any, body: bytes, limits: Limits) -> Reply:
        message = json.loads(body)
        self.sent.append(message)
        if self.faults.get(message["infno"]):
            befell = self.faults[message["infno"]].pop(0)(message)
            if isinstance(befell, Reply):
                return befell
            if befell is not None:
                return self.weather._said(befell)
        await asyncio.sleep(0.01)
        return self.weather._said(self.hub.perform(message))

    async def restart(self) -> None:
        """The process ends and begins again over the same journal."""
        await self.engine.stop()
        self.house = house_of(self.journal, self, self.clock, Habits(), random.Random(1))
        self.engine, self.desk = self.house.engine, self.house.desk
        await self.engine.start()

    def only(self, infno: str) -> Submission:
        """The one submission of this transaction."""
        (row,) = (row for row in self.journal._submissions.values() if row.infno == infno)
        return row

    async def in_doubt(self, arrives_after_s: float | None) -> None:
        """A settlement whose answer is lost; the message arrives later, or never (None)."""

        def lost(message: Json) -> None:
            if arrives_after_s is not None:
                self.loop.call_later(arrives_after_s, self.hub.perform, message)
            raise TimedOut("no answer")

        self.faults["2207"] = [lost]
        body = visit_in(1, self.person, (None,), self.clock.now(), random.Random(1))
        opened = await self.desk.open_visit(self.call(), body)
        await self.desk.settle(Call("his", "settle", 1), opened.body["visit_id"], SettleIn())
        assert self.only("2207").state is State.UNKNOWN

    def call(self, key: str | None = None) -> Call:
        return Call("his", key or f"key-{next(self.keys)}")

    async def settled(self) -> tuple[str, Submission]:
        """A visit of one basket, settled."""
        body = visit_in(1, self.person, (None,), self.clock.now(), random.Random(1))
        opened = await self.desk.open_visit(self.call(), body)
        visit_id = opened.body["visit_id"]
        told = await self.desk.settle(self.call(), visit_id, SettleIn())
        row = await self.journal.get(told.body["baskets"][0]["submission_id"])
        assert row is not None
        assert row.state is State.CONFIRMED
        return visit_id, row


def in_town(script: Callable[[Town], Coroutine[Any, Any, None]]) -> None:
    async def day(loop: TimeLoop) -> None:
        town = Town(loop)
        await town.engine.start()
        try:
            await script(town)
        finally:
            await town.engine.stop()

    run(day)


def refused_connection(_: Json) -> None:
    raise NotSent("connection refused")


def no_answer(_: Json) -> None:
    raise TimedOut("no answer")


def no_space(*_: Any) -> Any:
    raise JournalDown("no space left")


def test_a_learned_downtime_that_could_not_be_kept_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(town: Town) -> None:
        monkeypatch.setattr(town.journal, "put_window", no_space)
        town.faults["1101"] = [lambda _: "系统停机维护"]
        with pytest.raises(Problem):
            await town.settled()
        monkeypatch.undo()
        assert town.engine.link.windows
        await asyncio.sleep(200)  # a sign-in a minute looks whether it is over
        await town.settled()

    in_town(script)


def test_a_line_that_was_down_is_seen_to_be_up_when_nobody_asks_anything() -> None:
    async def script(town: Town) -> None:
        _, row = await town.settled()
        town.faults["2601"] = [refused_connection] * 5
        town.faults["9001"] = [refused_connection] * 2
        await town.engine.cancel(row.id, 40)
        await asyncio.sleep(400)
        assert (await town.engine.run(row.id, 0)).state is State.REVERSED

    in_town(script)


def test_a_downtime_that_is_kept_counts_although_its_audit_row_was_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(town: Town) -> None:
        now = town.clock.now()
        with monkeypatch.context() as broken:
            broken.setattr(town.journal, "note", no_space)
            with pytest.raises(JournalDown):
                await town.engine.announce(Window("w", now, now + timedelta(hours=1), "停机维护"))
        with pytest.raises(Held):
            town.engine._line.check(Effect.COMMIT, Purpose.ACT, "530100")

    in_town(script)


def test_an_answer_that_says_manual_is_not_the_last_word_of_a_key() -> None:
    async def script(town: Town) -> None:
        states = iter(("manual", "settled", "reversed"))
        once = Once(town.journal, town.clock)

        async def work(_: str) -> Answer:
            return Answer(200, {"state": next(states)})

        told = [(await once(town.call("k"), "route", "subject", work)).body["state"] for _ in range(3)]
        assert told == ["manual", "settled", "settled"]

    in_town(script)


def test_a_cancelled_visit_with_a_settlement_in_doubt_stops_there() -> None:
    """The reversal is cleared away, the refund refused: people decide, and no fee line is touched before."""

    async def script(town: Town) -> None:
        visit_id, row = await town.settled()
        town.hub.cleared.add(row.setl_id or "")
        town.faults["2208"] = [lambda _: "FSI-参保人待遇被封锁"]
        assert (await town.desk.cancel(town.call(), visit_id, CancelIn())).body["state"] == "manual"
        assert (await town.desk.cancel(town.call(), visit_id, CancelIn())).body["code"] == "IN_DOUBT"
        assert "2205" not in [message["infno"] for message in town.sent]

    in_town(script)


def test_a_cancel_that_carries_on_after_a_restart_stops_there_too() -> None:
    async def script(town: Town) -> None:
        visit_id, row = await town.settled()
        town.hub.cleared.add(row.setl_id or "")
        town.faults["2208"] = [lambda _: "FSI-参保人待遇被封锁"]
        town.faults["2601"] = [no_answer]
        await town.engine.cancel(row.id, 0)  # the process ended here: the next call finds it reversing
        assert (await town.desk.cancel(town.call(), visit_id, CancelIn())).body["code"] == "IN_DOUBT"
        assert "2205" not in [message["infno"] for message in town.sent]

    in_town(script)


def test_a_settlement_is_not_reversed_before_its_own_refund_has_ended() -> None:
    async def script(town: Town) -> None:
        _, row = await town.settled()
        town.hub.cleared.add(row.setl_id or "")

        def done_and_silent(message: Json) -> None:
            town.hub.perform(message)
            raise TimedOut("no answer")

        town.faults["2208"] = [done_and_silent]
        town.faults["5203"] = [no_answer] * 30
        await town.engine.cancel(row.id, 100)
        undo = next(made for made in town.journal._submissions.values() if made.infno == "2208")
        stands = town.journal._submissions[row.id]
        assert (undo.state, stands.state) == (State.UNKNOWN, State.REVERSING)
        town.faults["5203"] = []
        await asyncio.sleep(700)
        ended = {
            made.infno: made.state for made in town.journal._submissions.values() if made.infno in ("2207", "2208")
        }
        assert ended == {"2207": State.REVERSED, "2208": State.CONFIRMED}

    in_town(script)


def test_a_refund_that_was_never_sent_does_not_end_with_people() -> None:
    async def script(town: Town) -> None:
        _, row = await town.settled()
        town.hub.cleared.add(row.setl_id or "")
        town.faults["2208"] = [refused_connection]
        await town.engine.cancel(row.id, 100)
        await asyncio.sleep(100)
        assert town.journal._submissions[row.id].state is State.REVERSED

    in_town(script)


@pytest.mark.parametrize("restarts", [False, True], ids=["running", "restarted"])
def test_no_negative_verdict_because_somebody_set_the_clock_forward(restarts: bool) -> None:
    async def script(town: Town) -> None:
        await town.in_doubt(arrives_after_s=100)
        town.clock.jump_s = 3600
        if restarts:
            await town.restart()
        await asyncio.sleep(200)
        assert [row.live for row in town.hub.rows()] == [True]
        assert town.only("2207").state is State.CONFIRMED

    in_town(script)


@pytest.mark.parametrize("restarts", [False, True], ids=["running", "restarted"])
def test_what_is_in_doubt_is_looked_for_although_somebody_set_the_clock_back(restarts: bool) -> None:
    async def script(town: Town) -> None:
        await town.in_doubt(arrives_after_s=None)
        town.clock.jump_s = -3600
        if restarts:
            await town.restart()
        await asyncio.sleep(500)
        assert town.only("2207").state is State.ABSENT

    in_town(script)


def test_a_sign_in_that_the_platform_forgot_is_renewed_although_somebody_set_the_clock_back() -> None:
    async def script(town: Town) -> None:
        await town.settled()
        town.clock.jump_s = -3600
        town.hub.signed.clear()
        await town.settled()

    in_town(script)


def test_a_breaker_that_opened_closes_again_although_somebody_set_the_clock_back() -> None:
    async def script(town: Town) -> None:
        _, row = await town.settled()
        town.faults = {"2601": [refused_connection] * 6, "9001": [refused_connection] * 100}
        await town.engine.cancel(row.id, 120)
        assert town.engine.link.failures >= 5
        town.faults = {}
        town.clock.jump_s = -3600
        await asyncio.sleep(600)
        assert town.only("2207").state is State.REVERSED

    in_town(script)


def test_a_journal_that_is_down_now_and_then_poisons_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(town: Town) -> None:
        await town.in_doubt(arrives_after_s=100)
        start, times = town.journal.start, iter(range(1000))

        async def now_and_then(*given: Any) -> Any:
            if next(times) < 6:
                raise JournalDown("no space left")
            return await start(*given)

        monkeypatch.setattr(town.journal, "start", now_and_then)
        await asyncio.sleep(800)
        assert town.only("2207").state is State.CONFIRMED

    in_town(script)


def test_a_cancel_whose_step_people_decided_about_is_told_and_not_left_waiting() -> None:
    async def script(town: Town) -> None:
        visit_id, _ = await town.settled()
        town.faults["2202"] = [no_answer]
        key = "cancel"
        assert (await town.desk.cancel(Call("his", key, 1), visit_id, CancelIn())).status == 202
        await asyncio.sleep(200)  # the reversal's QUIET
        assert (await town.desk.cancel(Call("his", key, 1), visit_id, CancelIn())).status == 202
        row = town.only("2202")
        move = Move(row.id, row.state, row.version, Event.POISONED, town.clock.now())
        assert await town.journal.move(move) is not None
        told = await town.desk.cancel(Call("his", key, 1), visit_id, CancelIn())
        assert (told.status, told.body["code"]) == (409, "IN_DOUBT")
        await town.engine.decide(row.id, settled=False, who={})
        told = await town.desk.cancel(Call("his", "another", 1), visit_id, CancelIn())
        assert (told.status, told.body["code"]) == (409, "DID_NOT_HAPPEN")

    in_town(script)


def test_a_journal_that_keeps_nothing_is_not_asked_a_thousand_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(town: Town) -> None:
        body = visit_in(1, town.person, (None,), town.clock.now(), random.Random(1))
        opened = await town.desk.open_visit(town.call(), body)
        tries: list[str] = []

        async def down(attempt: Attempt, move: Move | None = None) -> Any:
            tries.append(attempt.infno)
            if len(tries) >= 200:
                await asyncio.sleep(3600)
            raise JournalDown("no space left")

        async def stuck(move: Move) -> Any:
            raise JournalDown("no space left")

        with monkeypatch.context() as broken:
            started = town.journal.start
            broken.setattr(town.journal, "start", lambda a, m=None: down(a, m) if m else started(a, m))
            broken.setattr(town.journal, "move", stuck)
            told = asyncio.ensure_future(town.desk.settle(town.call("k"), opened.body["visit_id"], SettleIn()))
            await asyncio.wait({told}, timeout=60)
        assert 2 <= len(tries) < 200
        told = await town.desk.settle(town.call("k"), opened.body["visit_id"], SettleIn())
        assert told.body["state"] == "settled"

    in_town(script)


def test_what_could_not_be_kept_before_it_was_sent_leaves_the_basket_free(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(town: Town) -> None:
        body = visit_in(1, town.person, (None,), town.clock.now(), random.Random(1))
        opened = await town.desk.open_visit(town.call(), body)
        started, times = town.journal.start, iter(range(1000))

        async def once(attempt: Attempt, move: Move | None = None) -> Any:
            if move is not None and next(times) == 0:
                raise JournalDown("no space left")
            return await started(attempt, move)

        monkeypatch.setattr(town.journal, "start", once)
        with pytest.raises(Problem) as told:
            await town.desk.settle(town.call("one"), opened.body["visit_id"], SettleIn())
        assert told.value.code == "NOT_SENT"
        settled = await town.desk.settle(town.call("two"), opened.body["visit_id"], SettleIn())
        assert settled.body["state"] == "settled"

    in_town(script)


@pytest.mark.parametrize("infno", ["2207", "2601"])
def test_a_downtime_that_begins_while_the_bytes_are_kept_stops_them(
    infno: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(town: Town) -> None:
        started = town.journal.start

        async def slowly(attempt: Attempt, move: Move | None = None) -> Any:
            kept = await started(attempt, move)
            if attempt.infno == infno:
                now = town.clock.now()
                await town.engine.announce(Window("w", now, now + timedelta(minutes=5), "停机维护"))
            return kept

        if infno == "2601":
            _, row = await town.settled()
            monkeypatch.setattr(town.journal, "start", slowly)
            assert (await town.engine.cancel(row.id, 20)).state is State.REVERSING
        else:
            monkeypatch.setattr(town.journal, "start", slowly)
            with pytest.raises(Problem) as told:
                await town.settled()
            assert told.value.code == "MAINTENANCE"
        assert infno not in [message["infno"] for message in town.sent]

    in_town(script)


@pytest.mark.parametrize("arrives_after_s", [1.0, None], ids=["settled", "never arrived"])
def test_what_is_in_doubt_is_found_under_the_persons_new_number(arrives_after_s: float | None) -> None:
    async def script(town: Town) -> None:
        await town.in_doubt(arrives_after_s)
        await asyncio.sleep(1.5)
        town.person.numbers.append("NEW-NUMBER-1")
        await asyncio.sleep(400)
        row = town.only("2207")
        assert (row.state, row.psn_no) == (State.CONFIRMED if arrives_after_s else State.ABSENT, "NEW-NUMBER-1")

    in_town(script)


def test_a_reversal_goes_on_under_the_persons_new_number() -> None:
    async def script(town: Town) -> None:
        _, row = await town.settled()
        town.person.numbers.append("NEW-NUMBER-1")
        await town.engine.cancel(row.id, 5)
        await asyncio.sleep(300)
        assert town.only("2207").state is State.REVERSED
        assert [made.live for made in town.hub.rows()] == [False]

    in_town(script)


def test_somebody_elses_answer_renumbers_nobody() -> None:
    async def script(town: Town) -> None:
        await town.in_doubt(1.0)
        await asyncio.sleep(1.5)
        town.person.numbers.append("NEW-NUMBER-1")
        stranger = {"psn_no": "P-ANOTHER", "certno": "530102197001010019", "psn_name": "别人"}
        town.faults["1101"] = [lambda _: Reply(200, {}, json.dumps(other).encode())]
        other = {"infcode": 0, "output": {"baseinfo": stranger, "insuinfo": []}}
        await asyncio.sleep(400)
        row = town.only("2207")
        assert (row.state, row.psn_no) == (State.CONFIRMED, "NEW-NUMBER-1")

    in_town(script)
