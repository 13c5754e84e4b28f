"""The platform's counter: a message comes in as bytes, is judged, done or refused, and answered as bytes.

No waiting and no network here: `admit` reads and finds the fault that meets the call, `perform` does it. In between the
door may wait. What came in and what became of it stands in `received`, in order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from yidi_mocks import admission, downtime, envelope, landing, registry, shapes
from yidi_mocks.calls import Call, Session
from yidi_mocks.capabilities import Capabilities
from yidi_mocks.clock import Clock
from yidi_mocks.dialect import PLAIN, Dialect
from yidi_mocks.faults import Faults
from yidi_mocks.files import Stream
from yidi_mocks.gate import Headers
from yidi_mocks.keys import Keyring
from yidi_mocks.landing import Landing
from yidi_mocks.latency import Latency
from yidi_mocks.msgids import Taken
from yidi_mocks.outage import Outages
from yidi_mocks.provinces import Province, provinces
from yidi_mocks.record import Received, Record
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import NOT_SHOWN, World
from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE, Effect, Transaction, by_infno
from yidi_sdk.message import Input
from yidi_sdk.transactions import QuerySettlement, UploadFile

SINGLE_PATH = "/fsi/api/callService"
PATHS: dict[str, str | None] = {SINGLE_PATH: None, **{row.path: row.infno for row in CATALOGUE if row.path}}
MOVES = frozenset({Effect.COMMIT, Effect.REVERSAL, Effect.UPLOAD})
REGION = "500000"
NONE: frozenset[str] = frozenset()
WITHOUT_SETL_ID = frozenset({"setl_id"})
KIND_LENGTH = 6
KEPT = 64  # letters of what a caller may write as long as it likes

Handler = Callable[["Exchange", "Call"], dict[str, Any] | bytes | None]
ANSWERS: dict[type[Input[Any]], Handler] = {}


def answers(message: type[Input[Any]]) -> Callable[[Handler], Handler]:
    """Make a function the answer to a message."""

    def register(handler: Handler) -> Handler:
        ANSWERS[message] = handler
        return handler

    return register


ROWS: dict[str, tuple[Transaction[Any], type[Input[Any]]]] = {}
"""Rows that were asked for, and the classes of their messages: both are looked up once."""


def _answered(infno: str) -> tuple[Transaction[Any], type[Input[Any]]] | None:
    """A transaction that this hub answers, and the class of its message; it knows no other."""
    row = by_infno(infno)
    if row is None or row.input not in ANSWERS:
        return None
    return ROWS.setdefault(infno, (row, row.input))


@dataclass(slots=True)
class Exchange:
    """The state of the hub and its one entrance."""

    profile: str = "national"
    scenario: str = "sunny"
    latency_s: float = 0.0
    usual_latency_s: float = 0.0
    latency: Latency | None = None
    usual_latency: Latency | None = None
    clock: Clock = field(default_factory=Clock)
    capabilities: Capabilities = field(default_factory=Capabilities)
    faults: Faults = field(default_factory=lambda: Faults(Random(1)))  # noqa: S311 - faults repeat by seed
    windows: downtime.Windows = field(default_factory=downtime.Windows)
    outages: Outages = field(default_factory=Outages)
    landings: list[Landing] = field(default_factory=list[Landing])
    keyring: Keyring = field(default_factory=Keyring)
    asked_profile: str = field(init=False)
    province: Province = field(init=False)
    paths: dict[str, str | None] = field(init=False)
    world: World = field(default_factory=World)
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    taken: Taken = field(default_factory=Taken)
    bodies: dict[int, bytes] = field(default_factory=dict[int, bytes])
    fenced: set[str] = field(default_factory=set[str])
    received: Record = field(default_factory=Record)
    on_received: Callable[[Received], None] | None = None
    population: int = 0
    serial: int = 0

    def __post_init__(self) -> None:
        self.speak(self.profile)
        self.asked_profile = self.profile
        if not self.world.institutions:
            self.world = registry.new_world(self.clock.today())

    def speak(self, profile: str) -> None:
        """Be the platform of that profile. Raises ValueError."""
        if profile not in provinces():
            raise ValueError(f"profile must be one of {', '.join(provinces())}")
        self.profile, self.province = profile, provinces()[profile]
        self.paths = dict(PATHS)
        for path in self.province.paths:
            if "{infno}" in path:
                self.paths.update({path.replace("{infno}", row.infno): row.infno for row in CATALOGUE})
            else:
                self.paths[path] = None

    def admit(self, raw: bytes, path: str, headers: Headers = ()) -> Call:
        """Read a message and find the fault that meets it. Never raises."""
        call = self._read(raw, path, headers)
        call.number = self.received.msgids.number(call.msgid)
        return call

    def again(self, call: Call) -> Call:
        """The same bytes once more, as a middle box repeats them: no fault meets the copy."""
        copy = Call(call.raw, self.clock.stamp(), call.envelope, call.row, call.message, call.infno, call.msgid)
        copy.number, copy.seal, copy.problem, copy.copied = call.number, call.seal, call.problem, True
        return copy

    def _read(self, raw: bytes, path: str, headers: Headers) -> Call:
        call = Call(raw, self.clock.stamp(), {})
        message = admission.opened(self, call, headers)
        if message is None:
            return call
        call.envelope = message
        call.infno, call.msgid = _text(message.get("infno")), _text(message.get("msgid"))
        known = ROWS.get(call.infno)
        if known is None or known[1] not in ANSWERS:
            known = _answered(call.infno)
        if known is not None:
            call.row, call.message = known
        call.fault = self.faults.meeting(call.infno) if self.faults.planted else None
        if self.outages.planted and call.fault is None:
            call.fault = self.outages.meeting(call.infno, self.clock.seconds())
        if call.row is None:
            call.problem = self.outside("未知交易编号")
        elif self.paths.get(path) not in (None, call.infno):
            call.problem = self.refuse(call, Refusal("path_mismatch").text)
        elif self.province.node_names:
            admission.rename(message, self.province.node_names.get(call.infno, {}))
        return call

    def dialect(self) -> Dialect:
        """How answers are written."""
        changes = self.capabilities.answer
        return self.province.dialect.changed(changes) if changes else self.province.dialect

    def outside(self, text: str) -> bytes:
        """A failure outside the envelope."""
        return envelope.outside(text, self._next(), self.dialect())

    def perform(self, call: Call) -> bytes:
        """Do what the message asks, or refuse it; note it; return the body of the answer."""
        verdict, err_msg, cause = "ok", None, None
        try:
            body = self.do(call)
        except Refusal as refusal:
            verdict, err_msg, cause = "refused", refusal.text, refusal.cause
            body = self.refuse(call, refusal.text)
        if call.problem is not None:
            verdict, err_msg, cause = "refused", _text_of(body), call.cause
        if call.fault is not None:
            verdict = f"fault:{call.fault.kind.value}"
        elif call.copied:
            verdict = "fault:repeated_copy"
        self.note(call, verdict, err_msg, cause)
        if self.landings:
            landing.after(self, call)
        return body

    def refuse(self, call: Call, text: str) -> bytes:
        """The body of a refusal."""
        return envelope.refused(self.received_id(call), call.at, self.clock.stamp(), text, self.dialect())

    def note(self, call: Call, verdict: str, err_msg: str | None, cause: str | None) -> None:
        """Write what became of a call into the record."""
        data = call.data
        fate = (call.infno, verdict, err_msg, cause, call.moved, _kind(data) if "med_type" in data else "")
        psn_no = call.person.psn_no if call.person else None
        self.received.add((call.at, call.number, psn_no, call.setl_id, data, fate, call.raw))
        if self.on_received is not None:
            self.on_received(self.received[-1])

    def signing_demanded(self) -> bool:
        """Whether a message needs a sign-in number."""
        flag = self.capabilities.sign_required
        return self.province.sign_required if flag is None else flag

    def next_id(self, division: str) -> str:
        """A new mdtrt_id or setl_id: division, day, ten digits."""
        return f"{division}{self.clock.today().replace('-', '')}{self.world.next_serial():010d}"

    def do(self, call: Call) -> bytes:
        """Judge and do what a message asks; the answer. Raises Refusal: then nothing was done."""
        message = call.message
        if call.problem is not None or call.row is None or message is None:
            return call.problem or self.outside("未知交易编号")
        self._demand_order(call)
        if not self.taken.take(call.number):
            before = self._said_before(call)
            if before is not None:
                return before
        without = self.capabilities.query_without_setl_id and message is QuerySettlement
        shapes.check(message, call.envelope["input"], may_be_empty=WITHOUT_SETL_ID if without else NONE)
        admission.find_person(self, call)
        output = ANSWERS[message](self, call)
        if call.row.effect in MOVES:
            call.moved = True
            if call.person is not None:  # a message moves nobody else
                call.person.shown = NOT_SHOWN
        body = self._answer(call, output)
        if self.capabilities.idem_msgid:
            self.bodies[call.number] = body
        return body

    def _answer(self, call: Call, output: dict[str, Any] | bytes | None) -> bytes:
        if isinstance(output, Stream):
            return output
        if self.windows.planted or self.capabilities.answer or self.province.dialect is not PLAIN:
            return self._spoken(call, output)
        return envelope.success(self.received_id(call), call.at, self.clock.stamp(), output)

    def _demand_order(self, call: Call) -> None:
        """All that is asked before the number of the message counts as taken."""
        envelope.check(call.envelope)
        if self.windows.planted:
            admission.demand_up(self, call)
        admission.demand_sender(self, call)
        if len(call.raw) > envelope.INPUT_LIMIT:
            _demand_length(call)
        if call.msgid in self.fenced:
            raise Refusal("fenced")

    def _said_before(self, call: Call) -> bytes | None:
        """What the first message under this msgid was answered; None where it is to be done again."""
        before = self.bodies.get(call.number)
        if before is None and self.capabilities.refuses_repeats:
            raise Refusal("duplicate_msgid")
        return before

    def _spoken(self, call: Call, output: dict[str, Any] | bytes | None) -> bytes:
        """The answer with a warning, or in another dialect."""
        warning = self.windows.warning(self.clock.now()) if self.windows.planted else None
        dialect = self.dialect()
        said = (self.received_id(call), call.at, self.clock.stamp())
        nodes = wire.loads(output) if isinstance(output, bytes) else output
        return envelope.spoken(*said, dialect.output(call.infno, nodes), warning, dialect)

    def received_id(self, call: Call) -> str:
        """The number under which the message was received: the same whenever it is asked for."""
        if not call.received_id:
            call.received_id = f"{REGION}{call.at[:14]}{self._next():010d}"
        return call.received_id

    def _next(self) -> int:
        self.serial += 1
        return self.serial


def _text(value: Any) -> str:
    return value[:KEPT] if isinstance(value, str) else ""


def _kind(data: dict[str, Any]) -> str:
    """The kind of care a message names: few different ones."""
    kind = data.get("med_type")
    return kind if isinstance(kind, str) and len(kind) <= KIND_LENGTH else ""


def _demand_length(call: Call) -> None:
    """A file has a limit of its own."""
    if call.message is not UploadFile and len(wire.dumps(call.envelope["input"]).decode()) > envelope.INPUT_LIMIT:
        raise Refusal("too_long")


def _text_of(body: bytes) -> str:
    answer = wire.loads(body)
    return str(answer.get("err_msg") or answer.get("message"))
