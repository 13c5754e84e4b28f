"""The judge itself: each of its rules is seen to accuse, on the smallest story that breaks it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from simulation.forms import invented
from simulation.hub import Habits, Hub, Json, Settled, Visit
from simulation.invariants import RULES
from simulation.oracle import Oracle
from simulation.timeloop import TimeClock, TimeLoop, run
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.lifecycle import Event, State
from yidi_gateway.submission import Attempt, Move, Purpose, Submission, Window

AMOUNTS = {
    "medfee_sumamt": Decimal("10.00"),
    "fund_pay_sumamt": Decimal("6.00"),
    "acct_pay": Decimal("0.00"),
    "psn_cash_pay": Decimal("4.00"),
}
SHOWN = {"total": "10.00", "fund": "6.00", "account": "0.00", "cash": "4.00"}


@dataclass
class Story:
    """A journal, a ledger and the judge; `submitted` puts a settlement on its way."""

    loop: TimeLoop
    stretched: set[str]

    def __post_init__(self) -> None:
        self.clock = TimeClock(self.loop)
        self.journal = MemoryJournal()
        self.hub = Hub(Habits(), lambda: "now", self._did)
        self.oracle = Oracle(self.loop, self.journal, self.hub, lambda: self.stretched)
        self.oracle.clock_now = self.clock.now
        self.visit = Visit("M1", invented(1), "V1", inpatient=False, msgid="registered")
        self.hub.visits["M1"] = self.visit

    def _did(self, msgid: str, what: str) -> None:
        self.oracle.done(msgid, what)

    async def submitted(self, name: str, infno: str = "2207", basket: str = "B1", body: bytes = b"{}") -> Submission:
        row = Submission(
            name, "his", f"key-{name}", infno, self.clock.now(), visit_id="V1", basket_id=basket, mdtrt_id="M1"
        )
        await self.journal.admit(row)
        attempt = Attempt(f"msg-{name}", infno, Purpose.ACT, self.clock.now(), body, submission_id=name)
        move = Move(name, State.NEW, 0, Event.ALLOTTED, self.clock.now(), {"msgid": attempt.msgid})
        moved = await self.journal.start(attempt, move)
        self.oracle.kept("start", (attempt, move), moved)
        assert moved is not None
        return moved

    async def moved(self, row: Submission, event: Event, **changes: Any) -> Submission:
        move = Move(row.id, row.state, row.version, event, self.clock.now(), changes)
        moved = await self.journal.move(move)
        assert moved is not None
        self.oracle.kept("move", (move,), moved)
        return moved

    def leaves(self, name: str, infno: str = "2207", **data: Any) -> None:
        message = {"infno": infno, "msgid": f"msg-{name}", "input": {"data": {"mdtrt_id": "M1", **data}}}
        self.oracle.leaves(b"{}", message)

    def settles(self, name: str, setl_id: str = "S1", **amounts: Decimal) -> Settled:
        row = Settled(setl_id, f"msg-{name}", "2207", self.visit, "B1", {**AMOUNTS, **amounts})
        self.hub.settled[setl_id] = row
        self.oracle.done(row.msgid, f"{setl_id} settled")
        return row

    def shown(self, name: str, state: str, setl_id: str | None = "S1", infno: str = "2207", **more: Any) -> Json:
        settlement = None if setl_id is None else {"settlement_id": setl_id, "amounts": SHOWN}
        told = {"submission_id": name, "infno": infno, "state": state, "msgid": f"msg-{name}", "refund_of": None}
        return {**told, "settlement": settlement, **more}


Script = Callable[[Story], Coroutine[Any, Any, None]]
STORIES: list[tuple[str, Script]] = []


def breaks(rule: str) -> Callable[[Script], Script]:
    def told(script: Script) -> Script:
        STORIES.append((rule, script))
        return script

    return told


@breaks("I1")
async def two_live_settlements_of_a_basket(story: Story) -> None:
    story.settles("a")
    story.settles("b", "S2")


@breaks("I2")
async def live_and_told_failed_on_a_day_with_another_message_repeated(story: Story) -> None:
    await story.submitted("a")
    story.stretched.add("msg-other")
    story.settles("a")
    await story.oracle.close([story.shown("a", "failed", None)])


@breaks("R1")
async def live_and_nobody_was_told(story: Story) -> None:
    story.settles("a")
    await story.oracle.close([])


@breaks("R1")
async def told_settled_and_the_platform_has_none(story: Story) -> None:
    await story.oracle.close([story.shown("a", "settled")])


@breaks("I3")
async def told_failed_and_then_settled(story: Story) -> None:
    story.oracle.told("a", "failed")
    story.oracle.told("a", "settled")


@breaks("I3")
async def told_settled_and_then_reversed_unasked(story: Story) -> None:
    story.oracle.told("a", "settled")
    story.oracle.told("a", "reversed")


@breaks("I3")
async def told_failed_and_then_done_by_the_platform(story: Story) -> None:
    await story.submitted("a")
    story.oracle.told("a", "failed")
    story.settles("a")


@breaks("I4")
async def counted_and_reversed(story: Story) -> None:
    story.settles("a").reversed = True
    await story.oracle.close([story.shown("a", "settled")])


@breaks("I5")
async def a_refund_while_the_settlement_is_on_the_wire(story: Story) -> None:
    await story.submitted("a")
    await story.submitted("b", "2208")
    story.leaves("b", "2208")


@breaks("I6")
async def one_msgid_twice(story: Story) -> None:
    await story.submitted("a")
    story.leaves("a")
    story.leaves("a")


@breaks("I7")
async def nothing_kept(story: Story) -> None:
    story.leaves("a")


@breaks("I7")
async def other_bytes_kept(story: Story) -> None:
    await story.submitted("a", body=b'{"other": 1}')
    story.leaves("a")


@breaks("I7")
async def kept_long_before(story: Story) -> None:
    await story.submitted("a")
    story.loop.seconds += 6
    story.leaves("a")


@breaks("I8")
async def again_while_the_first_is_unknown(story: Story) -> None:
    await story.moved(await story.submitted("a"), Event.NO_ANSWER)
    await story.submitted("b")
    story.leaves("b")


@breaks("I9")
async def two_answers_to_one_key(story: Story) -> None:
    story.oracle.answered("his", "k", b"one")
    story.oracle.answered("his", "k", b"two")


@breaks("I10")
async def told_with_other_amounts(story: Story) -> None:
    story.settles("a", psn_cash_pay=Decimal("4.01"))
    story.oracle.told("a", "settled")
    story.oracle.settled("a", {"settlement_id": "S1", "amounts": SHOWN})


@breaks("I11")
async def from_confirmed_back_to_the_wire(story: Story) -> None:
    row = await story.moved(await story.submitted("a"), Event.ACCEPTED)
    back = Move(row.id, State.CONFIRMED, row.version, Event.ALLOTTED, story.clock.now())
    story.oracle.kept("move", (back,), replace(row, state=State.SENDING))


@breaks("I12")
async def a_move_without_its_audit_row(story: Story) -> None:
    await story.submitted("a")
    story.journal._events.pop()
    await story.oracle.close([])


@breaks("I12")
async def an_audit_row_that_somebody_changed(story: Story) -> None:
    await story.submitted("a")
    story.journal._events[0] = replace(story.journal._events[0], event="OTHER")
    await story.oracle.close([])


@breaks("I13")
async def sums_that_differ(story: Story) -> None:
    row = story.settles("a")
    row.amounts = {**row.amounts, "medfee_sumamt": Decimal("11.00")}
    story.oracle.decided("a")  # so that nobody compares the amounts of this one alone
    story.oracle.told("a", "settled")
    await story.oracle.close([story.shown("a", "settled")])


@breaks("I14")
async def a_reversal_of_what_is_confirmed(story: Story) -> None:
    await story.moved(await story.submitted("a"), Event.ACCEPTED)
    attempt = Attempt("msg-r", "2601", Purpose.REVERSE, story.clock.now(), b"{}")
    await story.journal.start(attempt)
    story.leaves("r", "2601", omsgid="msg-a")


@breaks("I15")
async def money_in_a_downtime(story: Story) -> None:
    now = story.clock.now()
    story.oracle.kept("put_window", (Window("w", now, now + timedelta(hours=1), "停机"),), None)
    await story.submitted("a")
    story.leaves("a")


@breaks("I16")
async def a_name_in_the_log(story: Story) -> None:
    story.oracle.names.add("虚构人1")
    story.oracle.logged({"event": "sent", "who": "虚构人1"})


@breaks("I17")
async def fees_revoked_under_a_settlement(story: Story) -> None:
    await story.submitted("a")
    story.settles("a")
    await story.journal.start(Attempt("msg-f", "2205", Purpose.UPLOAD, story.clock.now(), b"{}"))
    story.leaves("f", "2205", chrg_bchno="B1")


@breaks("L1")
async def still_open(story: Story) -> None:
    story.oracle.still_open(await story.submitted("a"))


@breaks("L1")
async def a_step_that_broke(story: Story) -> None:
    story.oracle.logged({"event": "step", "outcome": "broke", "kind": "KeyError"})


@breaks("L2")
async def due_for_long(story: Story) -> None:
    story.oracle.healed_at = 0.0
    row = await story.submitted("a")
    due = replace(row, due_at=story.clock.now())
    story.loop.seconds += 100
    story.oracle.kept("claim_due", (story.clock.now(), None, 1), (due,))


@pytest.mark.parametrize(("rule", "script"), STORIES, ids=[f"{rule}-{script.__name__}" for rule, script in STORIES])
def test_the_rule_accuses(rule: str, script: Script) -> None:
    async def day(loop: TimeLoop) -> str | None:
        story = Story(loop, set())
        await script(story)
        return story.oracle.broken.result().rule if story.oracle.broken.done() else None

    assert run(day) == rule


def test_every_rule_is_seen_to_accuse() -> None:
    assert {rule for rule, _ in STORIES} == set(RULES)


def test_the_rules_are_those_of_the_design() -> None:
    assert list(RULES) == [f"I{number}" for number in range(1, 18)] + ["L1", "L2", "R1"]


def test_a_good_story_is_not_accused() -> None:
    async def day(loop: TimeLoop) -> bool:
        story = Story(loop, set())
        row = await story.submitted("a")
        story.leaves("a")
        story.settles("a")
        await story.moved(row, Event.ACCEPTED, setl_id="S1")
        story.oracle.told("a", "settled")
        await story.oracle.close([story.shown("a", "settled")])
        return story.oracle.broken.done()

    assert not run(day)
