"""The platform's counter: a message comes in as bytes, is judged, done or refused, and answered as bytes.

No waiting and no network here: `admit` reads and finds the fault that meets the call, `perform` does it. In between the
door may wait. What came in and what became of it stands in `received`, in order.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from sys import intern
from typing import Any, cast

from yidi_mocks import downtime, envelope, registry, shapes
from yidi_mocks.calls import Call, Received, Session
from yidi_mocks.capabilities import PROFILES, Capabilities
from yidi_mocks.clock import Clock
from yidi_mocks.faults import Faults
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import World
from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE, Effect, by_infno
from yidi_sdk.message import Input
from yidi_sdk.transactions import QuerySettlement, SignIn

SINGLE_PATH = "/fsi/api/callService"
PATHS: dict[str, str | None] = {SINGLE_PATH: None, **{row.path: row.infno for row in CATALOGUE if row.path}}
MOVES = frozenset({Effect.COMMIT, Effect.REVERSAL, Effect.UPLOAD})
REGION = "500000"

Handler = Callable[["Exchange", "Call"], dict[str, Any] | bytes | None]
ANSWERS: dict[type[Input[Any]], Handler] = {}


def answers(message: type[Input[Any]]) -> Callable[[Handler], Handler]:
    """Make a function the answer to a message."""

    def register(handler: Handler) -> Handler:
        ANSWERS[message] = handler
        return handler

    return register


@dataclass(slots=True)
class Exchange:
    """The state of the hub and its one entrance."""

    profile: str = "national"
    scenario: str = "sunny"
    latency_s: float = 0.0
    usual_latency_s: float = 0.0
    clock: Clock = field(default_factory=Clock)
    capabilities: Capabilities = field(default_factory=Capabilities)
    faults: Faults = field(default_factory=lambda: Faults(Random(1)))  # noqa: S311 - faults repeat by seed
    windows: downtime.Windows = field(default_factory=downtime.Windows)
    world: World = field(default_factory=World)
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    seen: dict[str, bytes | None] = field(default_factory=dict[str, bytes | None])
    fenced: set[str] = field(default_factory=set[str])
    received: list[Received] = field(default_factory=list[Received])
    on_received: Callable[[Received], None] | None = None
    serial: int = 0

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise ValueError(f"profile must be one of {', '.join(PROFILES)}")
        if not self.world.institutions:
            self.world = registry.new_world(self.clock.today())

    def admit(self, raw: bytes, path: str) -> Call:
        """Read a message and find the fault that meets it. Never raises."""
        call = Call(raw, self.clock.stamp(), {}, None)
        try:
            given = wire.loads(raw)
        except wire.NotJson:
            given = None
        if not isinstance(given, dict):
            call.problem = envelope.outside("报文格式错误", self._next())
            return call
        call.envelope = cast("dict[str, Any]", given)
        call.row = by_infno(call.infno)
        call.fault = self.faults.meeting(call.infno) if self.faults.planted else None
        if call.row is None:
            call.problem = envelope.outside("未知交易编号", self._next())
        elif PATHS.get(path) not in (None, call.infno):
            call.problem = self.refuse(call, Refusal("path_mismatch").text)
        return call

    def perform(self, call: Call) -> bytes:
        """Do what the message asks, or refuse it; note it; return the body of the answer."""
        verdict, err_msg, cause = "ok", None, None
        try:
            body = self._done(call)
        except Refusal as refusal:
            verdict, err_msg, cause = "refused", refusal.text, refusal.cause
            body = self.refuse(call, refusal.text)
        if call.problem is not None:
            verdict, err_msg, cause = "refused", _text_of(body), "envelope"
        if call.fault is not None:
            verdict = f"fault:{call.fault.kind.value}"
        self.note(call, verdict, err_msg, cause)
        return body

    def refuse(self, call: Call, text: str) -> bytes:
        """The body of a refusal."""
        return envelope.refused(self._received_id(call), call.at, self.clock.stamp(), text)

    def note(self, call: Call, verdict: str, err_msg: str | None, cause: str | None) -> None:
        """Write what became of a call into the record."""
        data = call.data
        row = Received(
            n=len(self.received) + 1,
            at=call.at,
            infno=intern(call.infno),
            msgid=call.msgid,
            psn_no=call.person.psn_no if call.person else _text(data.get("psn_no")),
            mdtrt_id=intern(_text(data.get("mdtrt_id"))),
            chrg_bchno=intern(_text(data.get("chrg_bchno"))),
            setl_id=call.setl_id or _text(data.get("setl_id")) or None,
            verdict=verdict,
            err_msg=err_msg,
            cause=cause,
            effect=call.moved,
            digest=hashlib.sha256(call.raw).digest(),
            in_maintenance=cause == "maintenance",
        )
        self.received.append(row)
        if self.on_received is not None:
            self.on_received(row)

    def signing_demanded(self) -> bool:
        """Whether a message needs a sign-in number."""
        flag = self.capabilities.sign_required
        return PROFILES[self.profile] if flag is None else flag

    def next_id(self, division: str) -> str:
        """A new mdtrt_id or setl_id: division, day, ten digits."""
        return f"{division}{self.clock.today().replace('-', '')}{self.world.next_serial():010d}"

    def _done(self, call: Call) -> bytes:
        if call.problem is not None or call.row is None:
            return call.problem or envelope.outside("未知交易编号", self._next())
        envelope.check(call.envelope)
        self._demand_up(call)
        self._demand_sender(call)
        if len(call.raw) > envelope.INPUT_LIMIT and _length(call.envelope["input"]) > envelope.INPUT_LIMIT:
            raise Refusal("too_long")
        msgid = call.msgid
        if msgid in self.fenced:
            raise Refusal("fenced")
        if msgid in self.seen:
            before = self.seen[msgid]
            if before is None:
                raise Refusal("duplicate_msgid")
            return before
        self.seen[msgid] = None
        message = call.row.input
        empty = frozenset({"setl_id"}) if self._setl_id_may_be_empty(message) else frozenset[str]()
        shapes.check(message, call.envelope["input"], may_be_empty=empty)
        self._find_person(call)
        output = ANSWERS[message](self, call)
        if call.row.effect in MOVES:
            call.moved = True
            self.world.version += 1
        body = envelope.success(self._received_id(call), call.at, self.clock.stamp(), output)
        if self.capabilities.idem_msgid:
            self.seen[msgid] = body
        return body

    def _setl_id_may_be_empty(self, message: type[Input[Any]]) -> bool:
        return self.capabilities.query_without_setl_id and message is QuerySettlement

    def _demand_up(self, call: Call) -> None:
        if not self.windows.planted:
            return
        window = self.windows.now_over(self.clock.now(), call.envelope.get("insuplc_admdvs") or "")
        if window is not None:
            begin, end = downtime.shown(window.begin), downtime.shown(window.end)
            raise Refusal("maintenance", text=window.text, begin=begin, end=end)

    def _demand_sender(self, call: Call) -> None:
        code = call.envelope["fixmedins_code"]
        call.institution = self.world.institutions.get(code)
        if call.institution is None:
            raise Refusal("institution_unknown")
        if call.row is not None and call.row.input is SignIn:
            return
        sign_no = call.envelope.get("sign_no") or ""
        if not self.signing_demanded():
            return
        if not sign_no:
            raise Refusal("not_signed_in")
        session = self.sessions.get(sign_no)
        ttl = self.capabilities.sign_ttl
        if session is None or session.fixmedins_code != code:
            raise Refusal("sign_expired")
        if ttl is not None and self.clock.seconds() - session.since > ttl:
            del self.sessions[sign_no]
            raise Refusal("sign_expired")

    def _find_person(self, call: Call) -> None:
        psn_no = call.data.get("psn_no")
        if not psn_no:
            return
        insuplc = call.envelope.get("insuplc_admdvs")
        if not insuplc:
            raise Refusal("insuplc_missing")
        call.person = self.world.by_psn_no.get(psn_no)
        if call.person is None:
            raise Refusal("psn_no_unknown")
        if all(insurance.division != insuplc for insurance in call.person.insurances):
            raise Refusal("insuplc_wrong")

    def _received_id(self, call: Call) -> str:
        return f"{REGION}{call.at[:14]}{self._next():010d}"

    def _next(self) -> int:
        self.serial += 1
        return self.serial


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _length(given: Any) -> int:
    return len(wire.dumps(given).decode())


def _text_of(body: bytes) -> str:
    return str(wire.loads(body).get("err_msg"))
