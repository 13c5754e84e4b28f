"""The memory of a stay: one frozen document beside those of the visits, kept as JSON, replaced after every step.

What became of money is read from the submissions of the journal. Fee lines stand here with how far each one got and
with the parts the platform split it into: across provinces these are told once and never again.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Self

from yidi_gateway.visits.document import Estimate, Failure, Kept, KeptOperator, Warned
from yidi_gateway.visits.hospital import STAY_MARK
from yidi_sdk.flows import DischargePlan, LineParts, StayLine, StayPlan, Uploads
from yidi_sdk.rules.flags import StayKind
from yidi_sdk.rules.identity import Insurance
from yidi_sdk.rules.money import ZERO
from yidi_sdk.rules.stays import OutsideLine

Parts = tuple[Decimal, Decimal, Decimal, Decimal]
LineStep = Literal["held", "planned", "sent", "taken"]
"""held: form 12 is not complete, so it does not go out. sent: no answer yet, or none that can be believed."""


class Form12(Kept):
    """What persons said on form 12. The rest of it comes from the platform and the stay."""

    provider: str = ""
    provider_code: str | None = None
    item: str = ""
    cause: str = ""
    on: date | None = None
    doctor_signed: bool = False
    office_stamped: bool = False


class StayFee(Kept):
    """A fee line. `call` is the key under which it came."""

    line_no: str
    line: StayLine
    call: str
    step: LineStep = "planned"
    parts: Parts | None = None
    form_12: Form12 | None = None


class StayAnswers(Kept):
    """What persons answered, and form 11; with who asked and when."""

    stay_kind: StayKind
    emergency: bool | None
    trauma: bool | None
    third_party: bool | None
    form_11: dict[str, str | bool | None] | None = None
    name_compared: bool = False
    answered_at: datetime
    answered_by: str


class ChangeWanted(Kept):
    """A change on its way to the platform: the plan as it will be once that is done. `hidden`: no query shows all of
    it, so a query that finds the rest is no proof."""

    key: str
    hidden: bool
    plan: StayPlan


class Document(Kept):
    """A stay. `key` is the one under which it was opened: its admission stands under it.

    `quiet_from`: when a revocation of fee lines was sent that nobody answered; nothing is uploaded until it cannot
    arrive any more. `earlier_answers`: what was answered before, newest last.
    """

    id: str
    caller: str
    key: str
    stay_no: str
    opened_at: datetime
    version: int = 0
    plan: StayPlan
    answers: StayAnswers
    earlier_answers: tuple[StayAnswers, ...] = ()
    patient_name: str
    id_number: str
    sex: str = ""
    age: str = ""
    insurance: Insurance
    local: bool
    operator: KeptOperator
    mdtrt_id: str | None = None
    change: ChangeWanted | None = None
    fees: tuple[StayFee, ...] = ()
    fees_seen: int = 0
    doubt_from: datetime | None = None
    quiet_from: datetime | None = None
    leaving: DischargePlan | None = None
    estimate: Estimate | None = None
    failure: Failure | None = None
    warnings: tuple[Warned, ...] = ()
    state: Literal["open", "cancelled"] = "open"

    @property
    def sent(self) -> tuple[StayFee, ...]:
        """The lines that belong to the bill."""
        return tuple(fee for fee in self.fees if fee.step != "held")

    @property
    def total(self) -> Decimal:
        """Sum of the lines that belong to the bill."""
        return sum((fee.line.amount for fee in self.sent), ZERO)

    @property
    def uploads(self) -> Uploads:
        """How far the upload has come, as its flow knows it."""
        return Uploads(
            acknowledged=tuple(fee.line.number for fee in self.fees if fee.step == "taken"),
            doubtful=tuple(fee.line.number for fee in self.fees if fee.step == "sent"),
        )

    @property
    def parts(self) -> tuple[LineParts, ...]:
        """How the platform split each line of the bill."""
        return tuple(LineParts(fee.line.number, fee.line.amount, fee.parts) for fee in self.sent)

    @property
    def outside(self) -> tuple[OutsideLine, ...]:
        """The tests and drugs from elsewhere, for the rules."""
        return tuple(
            OutsideLine(fee.line_no, fee.line.amount, fee.line.at.date(), fee.step != "held")
            for fee in self.fees
            if fee.line.outside
        )

    def with_fees(self, numbers: Iterable[str], change: Callable[[StayFee], StayFee]) -> Self:
        """The document with the lines of these numbers changed."""
        wanted = set(numbers)
        fees = tuple(change(fee) if fee.line.number in wanted else fee for fee in self.fees)
        return self.model_copy(update={"fees": fees})

    def without(self, numbers: Iterable[str]) -> Self:
        """The document without the lines of these numbers."""
        gone = set(numbers)
        return self.model_copy(update={"fees": tuple(fee for fee in self.fees if fee.line.number not in gone)})

    def taken(self, parts: Mapping[str, Parts | None]) -> Self:
        """The document after the platform took these lines."""
        return self.with_fees(
            parts, lambda fee: fee.model_copy(update={"step": "taken", "parts": parts[fee.line.number]})
        ).model_copy(update={"doubt_from": None})


def stay_id_at(now: datetime) -> str:
    """20 characters: short enough to be part of the platform's line numbers, which have 30."""
    return f"{STAY_MARK}{int(now.timestamp() * 1000):011x}{secrets.token_hex(4)}"


def is_stay(document_id: str) -> bool:
    """Whether the number is a stay's."""
    return document_id.startswith(STAY_MARK)


def write(document: Document) -> bytes:
    """The document as JSON; amounts as text."""
    return document.model_dump_json(exclude={"version"}).encode()


def read(content: bytes, version: int) -> Document:
    """The document of a stored stay."""
    return Document.model_validate_json(content).model_copy(update={"version": version})
