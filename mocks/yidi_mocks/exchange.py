"""The platform's counter: a message comes in as bytes, is judged, done or refused, and answered as bytes.

No waiting and no network here: `admit` reads and finds the fault that meets the call, `perform` does it. In between the
door may wait. What came in and what became of it stands in `received`, in order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from yidi_mocks import downtime, envelope, registry, shapes
from yidi_mocks.calls import Call, Session
from yidi_mocks.capabilities import PROFILES, Capabilities
from yidi_mocks.clock import Clock
from yidi_mocks.faults import Faults
from yidi_mocks.msgids import Taken
from yidi_mocks.record import Received, Record
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import NOT_SHOWN, World
from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE, Effect, Transaction, by_infno
from yidi_sdk.message import Input
from yidi_sdk.transactions import QuerySettlement, SignIn

SINGLE_PATH = "/fsi/api/callService"
PATHS: dict[str, str | None] = {SINGLE_PATH: None, **{row.path: row.infno for row in CATALOGUE if row.path}}
MOVES = frozenset({Effect.COMMIT, Effect.REVERSAL, Effect.UPLOAD})
REGION = "500000"
NONE: frozenset[str] = frozenset()
WITHOUT_SETL_ID = frozenset({"setl_id"})

Handler = Callable[["Exchange", "Call"], dict[str, Any] | bytes | None]
ANSWERS: dict[type[Input[Any]], Handler] = {}


def answers(message: type[Input[Any]]) -> Callable[[Handler], Handler]:
    """Make a function the answer to a message."""

    def register(handler: Handler) -> Handler:
        ANSWERS[message] = handler
        return handler

    return register


def _answered(infno: str) -> Transaction[Any] | None:
    """The row of a transaction that this hub answers; it knows no other."""
    row = by_infno(infno)
    return row if row is not None and row.input in ANSWERS else None


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
    taken: Taken = field(default_factory=Taken)
    bodies: dict[int, bytes] = field(default_factory=dict[int, bytes])
    fenced: set[str] = field(default_factory=set[str])
    received: Record = field(default_factory=Record)
    on_received: Callable[[Received], None] | None = None
    serial: int = 0

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise ValueError(f"profile must be one of {', '.join(PROFILES)}")
        if not self.world.institutions:
            self.world = registry.new_world(self.clock.today())

    def admit(self, raw: bytes, path: str) -> Call:
        """Read a message and find the fault that meets it. Never raises."""
        call = self._read(raw, path)
        call.number = self.received.msgids.number(call.msgid)
        return call

    def _read(self, raw: bytes, path: str) -> Call:
        call = Call(raw, self.clock.stamp(), {})
        try:
            given = wire.loads(raw)
        except wire.NotJson:
            given = None
        if not isinstance(given, dict):
            call.problem = envelope.outside("报文格式错误", self._next())
            return call
        message: dict[str, Any] = given  # pyright: ignore[reportUnknownVariableType] - any JSON
        call.envelope = message
        call.infno, call.msgid = _text(message.get("infno")), _text(message.get("msgid"))
        call.row = _answered(call.infno)
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
        fate = (call.infno, verdict, err_msg, cause, call.moved)
        psn_no = call.person.psn_no if call.person else None
        self.received.add((call.at, call.number, psn_no, call.setl_id, call.data, fate, call.raw))
        if self.on_received is not None:
            self.on_received(self.received[-1])

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
        if self.windows.planted:
            self._demand_up(call)
        self._demand_sender(call)
        if len(call.raw) > envelope.INPUT_LIMIT and _length(call.envelope["input"]) > envelope.INPUT_LIMIT:
            raise Refusal("too_long")
        if call.msgid in self.fenced:
            raise Refusal("fenced")
        if not self.taken.take(call.number):
            before = self.bodies.get(call.number)
            if before is None:
                raise Refusal("duplicate_msgid")
            return before
        message = call.row.input
        without = self.capabilities.query_without_setl_id and message is QuerySettlement
        shapes.check(message, call.envelope["input"], may_be_empty=WITHOUT_SETL_ID if without else NONE)
        self._find_person(call)
        output = ANSWERS[message](self, call)
        if call.row.effect in MOVES:
            call.moved = True
            if call.person is not None:  # a message moves nobody else
                call.person.shown = NOT_SHOWN
        body = envelope.success(self._received_id(call), call.at, self.clock.stamp(), output)
        if self.capabilities.idem_msgid:
            self.bodies[call.number] = body
        return body

    def _demand_up(self, call: Call) -> None:
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
