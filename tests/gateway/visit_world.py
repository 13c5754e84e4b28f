"""Engine, memory journal and mock hub in one process, with a clock that jumps: a till without a network."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from gateway.tiny_platform import JumpingClock

import yidi_mocks.answers  # noqa: F401 - registers the handlers
from yidi_gateway.engine import Engine
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.policy import Timing
from yidi_gateway.sending import Platform
from yidi_gateway.shapes import VisitIn
from yidi_gateway.visits import Answer, Call, Desk
from yidi_mocks.clock import Clock
from yidi_mocks.exchange import Exchange
from yidi_sdk import wire
from yidi_sdk.errors import NotSent, TimedOut
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.posters import Limits, Reply
from yidi_sdk.profile import load

OPERATOR = Operator(id="0001", name="收费员", kind="1")
HOSPITAL = Institution(code="H50010300001", name="示例医院", division="500103", level="3")
Edit = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class HubPoster:
    """The hub behind the poster's port. `plans`: by infno, what befalls the next calls, one each."""

    hub: Exchange
    clock: JumpingClock
    plans: dict[str, list[str | Edit]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)

    async def post(self, url: str, headers: Any, body: bytes, limits: Limits) -> Reply:
        infno = wire.loads(body)["infno"]
        self.clock.seconds += 0.02  # no two messages at one instant
        todo = self.plans.get(infno) or []
        plan = todo.pop(0) if todo else ""
        if plan == "not_sent":
            raise NotSent("refused")
        self.sent.append(infno)
        call = self.hub.admit(body, "/fsi/api/callService")
        if plan == "drop_request":
            await self.clock.sleep(limits.read_s)
            raise TimedOut("no answer")
        if isinstance(plan, str) and plan.startswith("refuse:"):
            return Reply(200, {}, self.hub.refuse(call, plan.removeprefix("refuse:")))
        answer = self.hub.perform(call)
        if plan == "drop_reply":
            await self.clock.sleep(limits.read_s)
            raise TimedOut("no answer")
        if callable(plan):
            answer = wire.dumps(plan(wire.loads(answer)))
        return Reply(200, {}, answer)


class NoBackground:
    async def start(self, *_: Any) -> None: ...

    async def stop(self) -> None: ...


class Till:
    """One hospital at work."""

    def __init__(self, **desk: Any) -> None:
        self.clock = JumpingClock()
        self.hub = Exchange(clock=Clock(lambda: self.clock.now().timestamp()))
        self.poster = HubPoster(self.hub, self.clock)
        self.journal = MemoryJournal()
        self.desk_settings = desk
        self.profile = load("national")
        self.open_again()
        self.numbers = itertools.count(1)

    def open_again(self) -> None:
        """As after a restart: the journal is all that is left."""
        self.engine = Engine(
            journal=self.journal,
            poster=self.poster,
            platform=Platform("http://hub", self.profile, HOSPITAL),
            clock=self.clock,
            timing=Timing(),
            background=NoBackground(),
        )
        self.desk = Desk(self.engine, operator=OPERATOR, **self.desk_settings)

    def person(self, name: str) -> Any:
        return next(person for person in self.hub.world.people.values() if person.persona == name)

    def call(self, key: str | None = None, patience_s: float = 25, body: Any = None, **more: Any) -> Call:
        return Call("his", key or f"key-{next(self.numbers)}", patience_s, body_hash=repr(body), **more)

    def credential(self, persona: str) -> dict[str, Any]:
        return {"kind": "id_card", "value": self.person(persona).id_number}

    def visit(self, persona: str, *lines: tuple[str, str | None], **changes: Any) -> VisitIn:
        begun = self.clock.now() - timedelta(minutes=5)
        person = self.person(persona)
        body = {
            "visit_no": f"V{next(self.numbers)}",
            "kind": "chronic" if any(code for _, code in lines) else "outpatient",
            "credential": self.credential(persona),
            "patient": {"name": person.name, "id_number": person.id_number},
            "emergency": False,
            "trauma": False,
            "started_at": begun,
            "department": {"code": "A03", "name": "内科"},
            "doctor": {"code": "D500103000001", "name": "示例医师"},
            "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
            "lines": [
                {
                    "line_no": str(place),
                    "code": "XC08CAA001B002010100001",
                    "local_code": f"L{place}",
                    "name": "示例项目",
                    "quantity": "1",
                    "unit_price": amount,
                    "amount": amount,
                    "disease_code": code,
                    "prescribed_at": begun,
                }
                for place, (amount, code) in enumerate(lines, 1)
            ],
            **changes,
        }
        return VisitIn.model_validate(body)

    async def opened(self, persona: str, *lines: tuple[str, str | None], **changes: Any) -> dict[str, Any]:
        answer: Answer = await self.desk.open_visit(self.call(), self.visit(persona, *lines, **changes))
        assert answer.status == 201, answer.body
        return answer.body

    def live(self) -> list[Any]:
        return [row for row in self.hub.world.settlements.values() if row.live and not row.undoes]
