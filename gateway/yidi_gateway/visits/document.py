"""The memory of a visit: one frozen document, kept as JSON, replaced after every step.

What became of money is never read from here but from the submissions of the journal: this document holds the plan,
how far each basket got, and what the newest trial said.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from yidi_sdk.flows import BasketPlan, VisitPlan
from yidi_sdk.rules.flags import Kind
from yidi_sdk.rules.identity import Insurance
from yidi_sdk.rules.money import Amounts, Fund

Step = Literal["planned", "registered", "uploading", "uploaded", "tried"]


class Kept(BaseModel):
    """A part of the document."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Estimate(Kept):
    """What the newest trial said, and when it was asked."""

    amounts: Amounts
    funds: tuple[Fund, ...]
    at: datetime


class Failure(Kept):
    """Why a basket cannot go on: nothing moved."""

    code: str
    key: str | None = None
    raw: str | None = None
    at: datetime


class Warned(Kept):
    """A notice to the cashier."""

    code: str
    line_no: str | None = None
    disease_code: str | None = None


class KeptOperator(Kept):
    """Who worked the till."""

    id: str
    name: str
    kind: str


class KeptBasket(Kept):
    """A basket: its plan, how far it got, and `original` where it is the rest of a partial refund."""

    id: str
    category: Literal["普通门诊", "门诊慢特病"]
    plan: BasketPlan
    line_nos: tuple[str, ...]
    step: Step = "planned"
    mdtrt_id: str | None = None
    estimate: Estimate | None = None
    failure: Failure | None = None
    rest_of: str | None = None
    undone: tuple[str, ...] = ()


class Answers(Kept):
    """What persons answered, and form 11; kept with who asked."""

    kind: Kind
    emergency: bool | None
    trauma: bool | None
    third_party: bool | None
    commitment: Literal["none", "complete", "incomplete"]
    form_11: dict[str, str | bool | None] | None = None
    name_compared: bool = False
    answered_at: datetime


class Document(Kept):
    """A visit. `key` is the one under which it was opened: its registrations stand under it."""

    id: str
    caller: str
    key: str
    visit_no: str
    opened_at: datetime
    version: int = 0
    plan: VisitPlan
    answers: Answers
    patient_name: str
    id_number: str
    insurance: Insurance
    local: bool
    operator: KeptOperator
    baskets: tuple[KeptBasket, ...]
    warnings: tuple[Warned, ...] = ()
    not_sent: tuple[str, ...] = ()
    state: Literal["open", "cancelled"] = "open"

    def basket(self, basket_id: str) -> KeptBasket:
        """The basket of that id. KeyError where there is none."""
        for basket in self.baskets:
            if basket.id == basket_id:
                return basket
        raise KeyError(basket_id)

    def changed(self, basket_id: str, change: Callable[[KeptBasket], KeptBasket]) -> "Document":
        """The document with one basket changed."""
        baskets = tuple(change(basket) if basket.id == basket_id else basket for basket in self.baskets)
        return self.model_copy(update={"baskets": baskets})

    @property
    def total(self) -> Decimal:
        """Sum of the baskets."""
        return sum((basket.plan.total for basket in self.baskets), Decimal("0.00"))


def write(document: Document) -> bytes:
    """The document as JSON; amounts as text."""
    return document.model_dump_json(exclude={"version"}).encode()


def read(content: bytes, version: int) -> Document:
    """The document of a stored visit."""
    return Document.model_validate_json(content).model_copy(update={"version": version})
