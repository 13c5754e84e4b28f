"""What people do at the hospital: cashiers, a ward, the insurance office. They know only what they are told.

A caller repeats the same key until it has a final answer, loses patience, hangs up, asks twice at once, tries another
key, changes its mind, books what was settled, and asks again long after.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from simulation.forms import PARTS, discharge_in, fee_in, settle_in, stay_in, visit_in
from simulation.hub import Hub, Json, Person
from simulation.life import Life
from simulation.oracle import Oracle
from simulation.timeloop import TimeClock, TimeLoop
from yidi_gateway.doors import told, upkeep
from yidi_gateway.doors.table import Asked, House
from yidi_gateway.doors.transactions import transact
from yidi_gateway.journal.port import Search
from yidi_gateway.shapes import CancelIn, DecisionIn, MaintenanceIn, RefundIn, SettleIn, TransactionIn
from yidi_gateway.visits import Answer, Call

Work = Callable[[House, Call], Awaitable[Answer]]
CALLER = "his"
NOT_FINAL = (202, 503)
SCOPES = frozenset({"query", "settle", "refund"})
HABITS = (
    "void",
    "cancel",
    "refund",
    "other_key",
    "twice_at_once",
    "hang_up",
    "ask_again",
    "ack",
    "keep_uploads",
    "partly",
)


@dataclass
class Door:
    """The gateway as its callers see it: a line that breaks when the process dies, and is there again later."""

    loop: TimeLoop
    oracle: Oracle
    life: Life | None = None
    house: House | None = None
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self, life: Life, house: House) -> None:
        self.life, self.house = life, house
        self.opened.set()

    def shut(self) -> None:
        self.opened.clear()

    async def call(
        self, key: str | None, work: Work, patience: float, body: object = None, until: float = 90
    ) -> Answer | None:
        """One call over the line; None when it broke, or the caller hung up after `until` seconds."""
        await self.opened.wait()
        life, house = self.life, self.house
        assert life is not None
        assert house is not None
        call = Call(CALLER, key, patience, body_hash=repr(body))
        task = life.spawn(_answered(house, call, work))
        await asyncio.wait({task, life.died}, timeout=until, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() or task.cancelled() or task.exception() is not None:
            return None
        answer = task.result()
        self._heard(call, answer)
        return answer

    def _heard(self, call: Call, answer: Answer) -> None:
        if call.key and answer.content is not None and answer.status not in NOT_FINAL:
            self.oracle.answered(CALLER, call.key, answer.content)
        body = answer.body
        for basket in body.get("baskets", ()):
            if basket.get("submission_id") and "refund" not in basket:
                self.oracle.told(basket["submission_id"], basket["state"])
                if basket["state"] == "settled":
                    self.oracle.settled(basket["submission_id"], basket["settlement"])
        if body.get("submission_id") and body.get("state"):
            self.oracle.told(body["submission_id"], body["state"])
        if isinstance(body.get("rest"), dict):
            self._heard(call, Answer(200, {"baskets": [body["rest"]]}))


def is_done(answer: Answer) -> bool:
    """Settled, and with the platform's own answer."""
    return answer.body.get("state") == "settled" and answer.body["output"] is not None


async def _answered(house: House, call: Call, work: Work) -> Answer:
    try:
        return await work(house, call)
    except Exception as error:
        problem = told.problem_of(error)
        if problem is None:
            raise
        return told.of_problem(problem, call.language, call.incident)


@dataclass
class Clerk:
    """Somebody at the hospital. `habits`: what this day's people do beside the plain way."""

    door: Door
    oracle: Oracle
    hub: Hub
    clock: TimeClock
    dice: random.Random
    habits: tuple[str, ...]

    def does(self, habit: str, chance: float) -> bool:
        return habit in self.habits and self.dice.random() < chance

    async def wait(self, least: float, most: float) -> None:
        await asyncio.sleep(self.dice.uniform(least, most))

    async def done(
        self, key: str, work: Work, body: object, between: Callable[[Answer], Awaitable[None]] | None = None
    ) -> Answer:
        """The same key until there is a final answer. `between` is what happens after an answer that is not final."""
        while True:
            patience = self.dice.choice((0.5, 5.0, 25.0))
            until = patience / 2 if self.does("hang_up", 0.2) else 90
            answer = await self.door.call(key, work, patience, body, until)
            if answer is not None and answer.status not in NOT_FINAL:
                return answer
            if answer is not None and between is not None:
                await between(answer)
            await self.wait(0.5, self.dice.choice((5, 60)))

    async def once_more(self, key: str, work: Work, body: object) -> None:
        """A repeat of a call that had its final answer: the oracle compares."""
        await self.wait(0, 600)
        await self.door.call(key, work, 25, body)


class Cashier(Clerk):
    """One outpatient visit from the door to the receipt, and sometimes back."""

    async def visit(self, number: int, person: Person, codes: tuple[str | None, ...]) -> None:
        await self.wait(0, 400)
        body = visit_in(number, person, codes, self.clock.now(), self.dice)

        async def opening(house: House, call: Call) -> Answer:
            return await house.desk.open_visit(call, body)

        opened = await self.done(f"open-{number}", opening, body)
        if opened.status != 201:
            visit_id = opened.body.get("visit_id")
            if visit_id and self.dice.random() < 0.7:
                await self._cancel(number, visit_id)
            return
        visit_id = opened.body["visit_id"]
        settled = await self._settle(number, visit_id)
        if self.does("ask_again", 0.5):
            await self.once_more(f"open-{number}", opening, body)
        lines = {basket["basket_id"]: tuple(basket["lines"]) for basket in opened.body["baskets"]}
        await self._afterwards(number, visit_id, settled, lines)

    async def _settle(self, number: int, visit_id: str) -> Answer:
        body = SettleIn()

        async def settling(house: House, call: Call) -> Answer:
            return await house.desk.settle(call, visit_id, body)

        async def between(answer: Answer) -> None:
            pending = [b["submission_id"] for b in answer.body.get("baskets", ()) if b["state"] == "pending"]
            if pending and pending[0] and self.does("void", 0.1):
                await self.void(pending[0])
            if self.does("other_key", 0.3):
                await self.door.call(f"settle-{number}-other", settling, 1, body)

        if self.does("twice_at_once", 0.4):
            others = [self.door.call(f"settle-{number}", settling, 5, body) for _ in range(2)]
            for answer in await asyncio.gather(*others):
                if answer is not None and answer.status not in NOT_FINAL:
                    break
        settled = await self.done(f"settle-{number}", settling, body, between)
        for attempt in range(2):
            if not any(basket["state"] == "failed" for basket in settled.body.get("baskets", ())):
                break
            await self.wait(1, 100)  # it was told failed: charged anew, under a new key
            settled = await self.done(f"settle-{number}-again-{attempt}", settling, body, between)
        if self.does("ask_again", 0.5):
            await self.once_more(f"settle-{number}", settling, body)
        return settled

    async def _afterwards(self, number: int, visit_id: str, settled: Answer, lines: dict[str, tuple[str, ...]]) -> None:
        for basket in settled.body.get("baskets", ()):
            if basket["state"] != "settled":
                continue
            if self.does("ack", 0.6):
                await self.ack(basket["submission_id"])
            if self.does("refund", 0.3):
                await self._refund(number, basket, lines.get(basket["basket_id"], ()))
        if self.does("cancel", 0.3):
            await self._cancel(number, visit_id)

    async def _refund(self, number: int, basket: Json, lines: tuple[str, ...]) -> None:
        """The whole settlement, or all but its first line, which is then settled anew."""
        await self.wait(1, 300)
        setl_id = basket["settlement"]["settlement_id"]
        partly = len(lines) > 1 and self.does("partly", 0.7)
        body = RefundIn(reason="退药", keep_lines=lines[:1] if partly else None)
        self.oracle.undo_asked(basket["submission_id"])

        async def refunding(house: House, call: Call) -> Answer:
            return await house.desk.refund(call, setl_id, body)

        key = f"refund-{number}-{basket['basket_id']}"
        await self.done(key, refunding, body)
        if self.does("ask_again", 0.5):
            await self.once_more(key, refunding, body)

    async def _cancel(self, number: int, visit_id: str) -> None:
        body = CancelIn(reason="不看了")
        found = await self.door.call(None, lambda house, call: house.desk.visit(call, visit_id), 1)
        for basket in found.body.get("baskets", ()) if found else ():
            if basket["submission_id"]:
                self.oracle.undo_asked(basket["submission_id"])

        async def cancelling(house: House, call: Call) -> Answer:
            return await house.desk.cancel(call, visit_id, body)

        await self.done(f"cancel-{number}", cancelling, body)

    async def ack(self, submission_id: str) -> None:
        await self.door.call(None, lambda house, call: house.desk.ack(call, submission_id), 1)

    async def void(self, submission_id: str) -> None:
        self.oracle.undo_asked(submission_id)
        await self.door.call(None, lambda house, call: house.desk.void(call, submission_id), self.dice.choice((1, 25)))


class Ward(Clerk):
    """One stay, in messages that the HIS composes: admission, fees, discharge, settlement, and sometimes the way back."""

    async def stay(self, number: int, person: Person) -> None:
        await self.wait(0, 300)
        fields = stay_in(number, person, self.clock.now())
        admitted = await self._act(f"admit-{number}", "2401", person, lambda _: fields)
        if not is_done(admitted):
            return
        stay = {"mdtrt_id": admitted.body["output"]["result"]["mdtrt_id"]}
        line = await self._line(number, person, stay)
        discharged = await self._act(
            f"discharge-{number}", "2402", person, lambda psn_no: discharge_in(psn_no, stay, self.clock.now())
        )
        if discharged.body.get("state") != "settled":
            return
        trial = {**settle_in(person, line), **stay}
        await self._ask("2303", person, lambda psn_no: {"data": {**trial, "psn_no": psn_no, **PARTS}})
        settled = await self._settle(f"settle-{number}", person, trial)
        if is_done(settled) and self.does("refund", 0.5):
            await self._back(number, person, stay, settled)

    async def _settle(self, key: str, person: Person, trial: Json) -> Answer:
        nodes = lambda psn_no: {"data": {**trial, "psn_no": psn_no, "acct_used_flag": "0"}}  # noqa: E731
        settled = await self._act(key, "2304", person, nodes)
        for attempt in range(2):
            if settled.status == 200:
                break
            await self.wait(1, 100)
            settled = await self._act(f"{key}-again-{attempt}", "2304", person, nodes)
        return settled

    async def _back(self, number: int, person: Person, stay: Json, settled: Answer) -> None:
        await self.wait(1, 300)
        self.oracle.undo_asked(settled.body["submission_id"])
        undo = {"setl_id": settled.body["output"]["setlinfo"]["setl_id"], **stay}
        undone = await self._act(f"undo-{number}", "2305", person, lambda psn_no: {"data": {**undo, "psn_no": psn_no}})
        if undone.body.get("state") == "settled":
            await self._act(f"return-{number}", "2405", person, lambda psn_no: {"data": {**stay, "psn_no": psn_no}})

    async def _line(self, number: int, person: Person, stay: Json) -> str:
        """One fee line, sent until the platform has it; in doubt it is sent again and refused as known."""
        amount = f"{self.dice.randrange(1000, 90000) / 100:.2f}"
        at = self.clock.now()

        def nodes(psn_no: str) -> Json:
            return {"feedetail": [fee_in(number, psn_no, stay, amount, at)]}

        if self.does("keep_uploads", 0.7):
            await self._act(f"fees-{number}", "2301", person, nodes)
            return amount
        for _ in range(6):
            answer = await self._ask("2301", person, nodes)
            if answer is not None and answer.status == 200:
                break
            await self.wait(1, 60)
        return amount

    async def _ask(self, infno: str, person: Person, nodes: Callable[[str], Json]) -> Answer | None:
        given = nodes(person.psn_no)
        return await self.door.call(None, self._message(infno, person, given), 10)

    async def _act(self, key: str, infno: str, person: Person, nodes: Callable[[str], Json]) -> Answer:
        given = nodes(person.psn_no)

        async def between(answer: Answer) -> None:
            submission_id = answer.body.get("submission_id")
            if submission_id and self.does("void", 0.1):
                self.oracle.undo_asked(submission_id)
                await self.door.call(None, lambda house, call: house.desk.void(call, submission_id), 1)

        return await self.done(key, self._message(infno, person, given), given, between)

    def _message(self, infno: str, person: Person, given: Json) -> Work:
        body = TransactionIn(input=given, insured_division=person.division)

        async def sending(house: House, call: Call) -> Answer:
            return await transact(house, Asked(call, {"infno": infno}, {}, body, SCOPES))

        return sending


class Office(Clerk):
    """The insurance office: downtimes that were announced, and what nobody but people can decide."""

    async def announce(self, begins: datetime, ends: datetime | None) -> None:
        body = MaintenanceIn.model_validate(
            {"from": begins.isoformat(), "to": ends and ends.isoformat(), "text": "停机维护"}
        )
        await self.door.call(None, lambda house, call: upkeep.announce(house, Asked(call, {}, {}, body)), 5)

    async def withdraw_all(self) -> None:
        async def withdrawing(house: House, call: Call) -> Answer:
            for window in house.engine.link.windows:
                await upkeep.withdraw(house, Asked(call, {"window_id": window.id}, {}))
            return Answer(200, {})

        await self.door.call(None, withdrawing, 5)

    async def decide_all(self) -> int:
        """Two persons look at the platform's own screen and decide every one that is left to people."""
        rows = [row for row in await self.listed() if row["state"] == "manual"]
        for row in rows:
            live = any(made.live for made in self.hub.made_by(row["msgid"] or ""))
            word = "settled" if live else "reversed"
            by = [{"id": "1", "name": "甲", "role": "insurance_office"}, {"id": "2", "name": "乙", "role": "finance"}]
            body = DecisionIn.model_validate({"outcome": word, "reason": "查平台", "decided_by": by})
            asked = {"submission_id": row["submission_id"]}
            self.oracle.decided(row["submission_id"])
            await self.door.call(None, _deciding(asked, body), 5)
        return len(rows)

    async def listed(self) -> list[Json]:
        """All submissions, as the list shows them."""
        rows: list[Json] = []
        cursor: str | None = None
        while True:
            search = Search(cursor=cursor, limit=50)
            page = await self.door.call(None, _listing(search), 5)
            if page is None or page.status != 200:
                await asyncio.sleep(1)
                continue
            rows += page.body["items"]
            cursor = cast("str | None", page.body["next"])
            if cursor is None:
                return rows


def _deciding(asked: Json, body: DecisionIn) -> Work:
    async def deciding(house: House, call: Call) -> Answer:
        return await upkeep.decide(house, Asked(call, asked, {}, body))

    return deciding


def _listing(search: Search) -> Work:
    async def listing(house: House, call: Call) -> Answer:
        return await house.desk.submissions(call, search)

    return listing
