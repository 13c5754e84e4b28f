"""The way to the platform and back: what may befall one message, drawn by one die.

A message that is under way may arrive as late as D_MAX after it was written and take effect then; that is the
assumption the gateway's QUIET rests on. Two families break it on purpose: `beyond` and `repeats`.
"""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulation.hub import Hub, Json
from simulation.life import Life
from simulation.timeloop import TimeLoop
from yidi_sdk.errors import NotSent, TimedOut
from yidi_sdk.posters import Limits, Reply

D_MAX = 120.0
BEFORE = ("refused", "lost", "business", "rate_limit", "unlisted", "signed_out", "downtime")
AFTER = ("late", "late_answer", "answer_lost", "rubbish", "unlisted_after", "downtime_after")
BROKEN = ("beyond", "repeats")
RUBBISH = ("html", "http_500", "http_502", "http_503", "cut", "empty", "another", "without_node", "no_infcode")
BLOCKED = "FSI-参保人待遇被封锁"
STRANGE = "平台甲乙丙丁，从未见过的一句话"
MONEY = frozenset({"2201", "2202", "2207", "2208", "2304", "2305", "2401", "2402", "2404", "2405", "2601"})


@dataclass
class Weather:
    """`hostility`: the chance that something befalls a message; `families`: what may. 0 is a healed world."""

    loop: TimeLoop
    hub: Hub
    dice: random.Random
    hostility: float
    families: tuple[str, ...]
    downtime_text: Callable[[], str]
    note: Callable[[str, Json], None] = lambda *_: None
    down: bool = False
    """The platform answers everything with a downtime text."""
    dark: bool = False
    """Nobody listens at all."""
    stretched: set[str] = field(default_factory=set)
    """msgids for which an assumption was broken: arrived after D_MAX, or arrived twice."""
    on_the_way: int = 0

    async def carry(self, body: bytes, limits: Limits, life: Life) -> Reply:
        """One message there and back."""
        message: Json = json.loads(body)
        fate = self._fate(message)
        if fate == "refused":
            await asyncio.sleep(self.dice.uniform(0, 1))
            raise NotSent("connection refused")
        if fate == "lost":
            await asyncio.sleep(self.dice.choice((0.5, limits.read_s)))
            raise TimedOut("no answer")
        reply: asyncio.Future[Reply] = self.loop.create_future()
        there = self._under_way(fate)
        if fate == "beyond":
            self.stretched.add(message["msgid"])
        self.on_the_way += 1
        self.loop.call_later(there, self._arrive, message, fate, reply)
        if fate == "repeats":
            self.stretched.add(message["msgid"])
            self.on_the_way += 1
            later = there + self.dice.choice((0.01, self.dice.uniform(0, D_MAX - there)))
            self.loop.call_later(later, self._arrive, message, "repeated", None)
        waits = limits.read_s if fate != "answer_lost" else min(limits.read_s, there + self.dice.uniform(0, 5))
        try:
            answer = await asyncio.wait_for(reply, waits)
        except TimeoutError:
            raise TimedOut("no answer in time") from None
        await life.thaw()
        return answer

    def _fate(self, message: Json) -> str:
        if self.dark:
            return "refused"
        if self.down:
            return "downtime"
        if not self.families or self.dice.random() >= self.hostility:
            return "fine"
        fate = self.dice.choice(self.families)
        money = message["infno"] in MONEY
        # what people would only be bored by: half of what befalls questions is let go
        return fate if money or self.dice.random() < 0.5 else "fine"

    def _under_way(self, fate: str) -> float:
        if fate in ("late", "repeats"):
            return self.dice.choice((self.dice.uniform(0, 31), self.dice.uniform(0, D_MAX)))
        if fate == "beyond":
            return D_MAX + self.dice.uniform(60, 600)
        return self.dice.uniform(0.01, 0.3)

    def _arrive(self, message: Json, fate: str, reply: "asyncio.Future[Reply] | None") -> None:
        self.on_the_way -= 1
        self.note(f"arrives {fate}", message)
        if fate in ("business", "rate_limit", "unlisted", "signed_out", "downtime"):
            answer = self._said(self._text(fate))
            if fate == "signed_out":
                self.hub.signed.discard(message["sign_no"])
        else:
            done = self.hub.perform(message)
            answer = self._after(fate, message, done)
        if reply is None or answer is None or fate == "answer_lost":
            return
        back = self.dice.uniform(0.01, 0.3) if fate != "late_answer" else self.dice.uniform(9, 200)
        self.loop.call_later(back, self._hand_over, reply, answer)

    def _hand_over(self, reply: "asyncio.Future[Reply]", answer: Reply) -> None:
        if not reply.done():
            reply.set_result(answer)

    def _text(self, fate: str) -> str:
        texts = {
            "business": BLOCKED,
            "rate_limit": "FSI-请求过于频繁，请稍后再试",
            "unlisted": STRANGE,
            "signed_out": "FSI-签到编号已失效，请重新签到",
        }
        return texts.get(fate) or self.downtime_text()

    def _after(self, fate: str, message: Json, done: Any) -> Reply:
        if fate == "unlisted_after":
            return self._said(STRANGE)
        if fate == "downtime_after":
            return self._said(self.downtime_text())
        if fate == "rubbish":
            return self._rubbish(done)
        return self._said(done)

    def _said(self, done: Any) -> Reply:
        good = {"infcode": 0, "inf_refmsgid": "5", "err_msg": None, "output": done}
        bad = {"infcode": -1, "inf_refmsgid": None, "err_msg": done, "output": None}
        return Reply(200, {}, json.dumps(bad if isinstance(done, str) else good, ensure_ascii=False).encode())

    def _rubbish(self, done: Any) -> Reply:
        kind = self.dice.choice(RUBBISH)
        whole = self._said(done).body
        if kind.startswith("http_"):
            return Reply(int(kind[5:]), {}, b"bad gateway" if self.dice.random() < 0.5 else whole)
        if kind == "cut":
            return Reply(200, {}, whole[: self.dice.randrange(1, max(2, len(whole)))])
        if kind == "another" and isinstance(done, dict):
            return self._said(_anothers(done))
        bodies = {"html": b"<html>login</html>", "no_infcode": b'{"output":{}}'}
        bodies["without_node"] = self._said({"other": {"x": 1}}).body
        return Reply(200, {}, bodies.get(kind, b""))


def _anothers(done: Json) -> Json:
    """The same shape, about somebody else."""
    strange = {
        "psn_no": "P-ANOTHER",
        "certno": "530102197001010019",
        "psn_name": "别人",
        "mdtrt_id": "M-ANOTHER",
        "medins_setl_id": "ANOTHER",
        "setl_id": "SETL-ANOTHER",
    }
    made: Json = {}
    for name, node in done.items():
        rows = node if isinstance(node, list) else [node]
        other = [
            {**row, **{k: v for k, v in strange.items() if k in row}} if isinstance(row, dict) else row for row in rows
        ]
        made[name] = other if isinstance(node, list) else other[0]
    return made
