"""One simulated day: the gateway's own engine over a hostile platform, with a virtual clock, one seed.

The oracle is written apart from the gateway: it knows only what went over the wire, what the platform holds, and what
the HIS was told. It checks: a settlement leaves once (I8); an answer told as final is never contradicted (I3); at most
one live settlement a basket (I1); in the end the platform's live settlements are the confirmed ones (I2); nothing is
sent that the journal does not hold (I7); when the world heals every submission ends (L1).
"""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gateway.tiny_platform import JumpingClock

from simulation.world import Hostile
from yidi_gateway.engine import Engine, Held, Order
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.lifecycle import OPEN, TOLD, State
from yidi_gateway.policy import Timing
from yidi_gateway.sending import Platform
from yidi_gateway.submission import Submission
from yidi_sdk.errors import YidiError
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.profile import load
from yidi_sdk.transactions import SettleOutpatient

OPERATOR = Operator(id="0001", name="op", kind="1")
HOSPITAL = Institution(code="H50010300001", name="hospital", division="500103", level="3")
FINAL = ("settled", "failed", "reversed")
ZERO, TOTAL = Decimal("0.00"), Decimal("180.00")


class Violation(AssertionError):
    """An invariant is broken; the text names it."""


class NoBackground:
    async def start(self, *_: Any) -> None: ...

    async def stop(self) -> None: ...


@dataclass
class Told:
    """What the HIS heard of each submission, in order; undo that it asked for is no contradiction."""

    words: dict[str, list[str]] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)

    def hear(self, row: Submission) -> None:
        if row.released:
            return  # proven not sent: the key is free, nothing final was said
        word = TOLD[row.state]
        said = self.words.setdefault(row.id, [])
        last = next((w for w in reversed(said) if w in FINAL), None)
        allowed = last == "settled" and row.id in self.undone and word in ("pending", "reversed", "manual")
        if last is not None and word != last and not allowed:
            raise Violation(f"I3: told {last}, then {word}")
        said.append(word)


class Day:
    """One seed."""

    def __init__(self, seed: int, settlements: int = 12) -> None:
        self.dice = random.Random(seed)
        self.clock = JumpingClock()
        self.hub = Hostile(self.clock, self.dice, self.dice.choice((0.0, 0.1, 0.3, 0.6)), self.dice.choice((0, 0.1)))
        self.journal = MemoryJournal()
        self.told = Told()
        self.settlements = settlements
        self.engine = self._new_engine()
        self.restarts = 0
        self.released: set[str] = set()

    def _new_engine(self) -> Engine:
        return Engine(
            journal=self.journal,
            poster=self.hub,
            platform=Platform("http://127.0.0.1:1", load("national"), HOSPITAL),
            clock=self.clock,
            timing=Timing(),
            background=NoBackground(),
            jitter=random.Random(self.dice.random()),
        )

    async def live(self) -> None:
        """Hostile hours, then the world heals, then the books are compared."""
        await self.engine.start()
        ids: list[str] = []
        for number in range(self.settlements):
            if (row := await self._settle(number)) is not None:
                ids.append(row.id)
            await self._disturb(ids)
        self.hub.hostility = self.hub.kills = 0.0
        healed = self.clock.seconds
        for submission_id in ids:
            row = await self._drive(submission_id, 1500)
            if row.state in OPEN:
                raise Violation(f"L1: still {row.state} {self.clock.seconds - healed:.0f} s after the world healed")
        await self._check(ids)

    async def _settle(self, number: int) -> Submission | None:
        order = Order(
            caller="his",
            key=f"k{number}",
            message=settle_message(f"M{number}"),
            operator=OPERATOR,
            insured_division="530100",
            visit_id=f"V{number}",
            basket_id="B1",
            busy_on=f"V{number}/B1/settle",
            psn_no="P1",
            mdtrt_id=f"M{number}",
            expected_total=TOTAL,
        )
        for _ in range(3):
            try:
                admitted = await self.engine.submit(order)
            except (Held, YidiError):
                self.clock.seconds += 10
                continue
            row = await self._drive(admitted.submission.id, self.dice.choice((1, 8, 25, 60)))
            if not row.released:
                return row
            self.released.add(row.msgid or "")
        return None

    async def _disturb(self, ids: list[str]) -> None:
        """What people do: give up, cancel, ask again, some of them for long."""
        if not ids or self.dice.random() > 0.4:
            return
        submission_id = self.dice.choice(ids)
        row = await self.journal.get(submission_id)
        assert row is not None
        if row.state in OPEN:
            await self.engine.give_up(submission_id)
        elif row.state is State.CONFIRMED:
            self.told.undone.add(submission_id)
            await self.engine.cancel(submission_id, 0)
        await self._drive(submission_id, self.dice.choice((5, 300)))

    async def _drive(self, submission_id: str, patience: float) -> Submission:
        """Run it as a caller with this patience would, over as many lives of the process as it takes."""
        until = self.clock.seconds + patience
        while True:
            row = await self.engine.run(submission_id, until - self.clock.seconds)
            if not self.hub.killed:
                self.told.hear(row)
                return row
            await self._restart()

    async def _restart(self) -> None:
        self.restarts += 1
        self.hub.killed = False
        self.engine = self._new_engine()
        await self.engine.start()

    async def _check(self, ids: list[str]) -> None:
        rows = [await self.journal.get(i) for i in ids]
        confirmed = {row.msgid for row in rows if row is not None and row.state is State.CONFIRMED}
        live = {s["medins_setl_id"] for s in self.hub.platform.live()}
        if live != confirmed:
            raise Violation(f"I2: live at the platform {sorted(live)}, confirmed here {sorted(map(str, confirmed))}")
        kept = {a.msgid: a.body for i in ids for a in await self.journal.attempts(i)}
        for row in rows:
            assert row is not None
            money = [m for _, m in self.hub.wire if m["msgid"] in kept and self._is_of(m, row)]
            if len(money) > 1:
                raise Violation(f"I8: {row.id} went over the wire {len(money)} times")
        if len({m["msgid"] for _, m in self.hub.wire}) != len(self.hub.wire):
            raise Violation("I6: a msgid was used twice")
        for _, message in self.hub.wire:
            if message["infno"] == "2207" and message["msgid"] not in kept and not self._was_released(message):
                raise Violation("I7: over the wire without a row in the journal")
        by_visit: dict[str, int] = {}
        for settled in self.hub.platform.live():
            by_visit[settled["mdtrt_id"]] = by_visit.get(settled["mdtrt_id"], 0) + 1
        if any(count > 1 for count in by_visit.values()):
            raise Violation("I1: two live settlements of one basket")
        if (await self.journal.verify()).broken_at is not None:
            raise Violation("I12: the audit chain does not verify")

    def _is_of(self, message: dict[str, Any], row: Submission) -> bool:
        return message["infno"] == row.infno and message["input"]["data"]["mdtrt_id"] == row.mdtrt_id

    def _was_released(self, message: dict[str, Any]) -> bool:
        """Of a submission that was proven not sent: its row is there, but not among those that were told."""
        return message["msgid"] in self.released


def settle_message(mdtrt_id: str) -> SettleOutpatient:
    return SettleOutpatient(
        psn_no="P1",
        mdtrt_cert_type="02",
        mdtrt_cert_no="530102198803150001",
        med_type="14",
        medfee_sumamt=TOTAL,
        psn_setlway="01",
        mdtrt_id=mdtrt_id,
        chrg_bchno="B1",
        acct_used_flag="0",
        insutype="310",
        fulamt_ownpay_amt=ZERO,
        overlmt_selfpay=ZERO,
        preselfpay_amt=ZERO,
        inscp_scp_amt=TOTAL,
    )
