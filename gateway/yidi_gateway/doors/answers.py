"""What the REST door answers, as models for the OpenAPI. Further members may stand beside those that are named here.

One file, though long: one model after the other, and they share their parts."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Money = Literal["not_moved", "moved", "unknown"]
State = Literal["pending", "settled", "failed", "reversed", "manual", "maintenance"]
BasketState = Literal["pending", "settled", "failed", "reversed", "manual", "maintenance", "not_started"]
TWO_DECIMALS = r"^-?[0-9]+\.[0-9]{2}$"


STORED = "in a downtime: when the answers that this rests on were got; otherwise left out"


class Told(BaseModel):
    """An answer, or an object in one."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class WrongField(Told):
    """One field that is wrong."""

    path: str
    message: str


class Downtime(Told):
    """A downtime window; `to` null: the end is not known."""

    begins: datetime = Field(alias="from")
    ends: datetime | None = Field(alias="to")
    text: str


class Problem(Told):
    """What is told when a call is not done. `cause` and `next_step` are plain Chinese, or English when asked for."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="reason code; see the reason table in the documentation")
    cause: str
    next_step: str
    who: str = Field(description="cashier, insurance_office, it, patient, insured_place or wait")
    money: Money
    incident: str = Field(description="short number under which IT finds this call")
    retry_after_s: int | None
    maintenance: Downtime | None
    fields: list[WrongField]
    raw: str | None = Field(description="the platform's own text")


class Reason(Told):
    """Something that stands between a patient and direct settlement, or a notice."""

    code: str
    effect: Literal["N", "A", "I", "R"]
    text: str
    next_step: str
    who: str
    disease_code: str | None


class Identity(Told):
    """Who it is, and what insurance there is."""

    person: dict[str, Any] | None = None
    insurances: list[dict[str, Any]] | None = None
    cross_province: bool | None = None
    stored_at: datetime | None = Field(default=None, description=STORED)
    maintenance: dict[str, Any] | None = None


class Eligibility(Told):
    """Whether a patient may settle directly."""

    verdict: Literal["direct", "direct_after", "not_direct"]
    reasons: list[Reason]
    filing: dict[str, Any] | None = None
    chronic: list[dict[str, Any]] | None = None
    checked_at: datetime
    stored_at: datetime | None = Field(default=None, description=STORED)
    maintenance: dict[str, Any] | None = None


class FundRow(Told):
    """One fund row as the insured place returned it."""

    type: str = Field(description="fund_pay_type")
    name: str = Field(description="fund_pay_type_name")
    amount: str = Field(pattern=TWO_DECIMALS, description="fund_payamt")


def _amount(wire_name: str) -> Any:
    return Field(pattern=TWO_DECIMALS, description=wire_name)


class Amounts(Told):
    """Amounts of a trial, settlement or refund, in yuan with two decimals as text."""

    total: str = _amount("medfee_sumamt")
    in_scope: str = _amount("inscp_scp_amt")
    class_b_first: str = _amount("preselfpay_amt")
    over_limit: str = _amount("overlmt_selfpay")
    self_paid: str = _amount("fulamt_ownpay_amt")
    fund: str = _amount("fund_pay_sumamt")
    account: str = _amount("acct_pay")
    cash: str = _amount("psn_cash_pay")
    hospital: str = _amount("hosp_part_amt")
    funds: list[FundRow] = Field(description="setldetail")


class Message(Told):
    """The text for the cashier."""

    code: str
    text: str
    next_step: str
    who: str
    money: Money
    raw: str | None


class Notice(Told):
    """A notice that stops nothing."""

    code: str
    text: str
    line_no: str | None


class OpenedBasket(Told):
    """A basket that was registered, uploaded and tried."""

    basket_id: str
    disease_code: str | None = Field(description="dise_codg; null: ordinary care")
    category: Literal["门诊慢特病", "普通门诊"]
    med_type: str
    total: str = Field(pattern=TWO_DECIMALS)
    estimate: Amounts | None


class OpenedVisit(Told):
    """A visit that can be settled. `not_sent`: numbers of lines that did not go out."""

    visit_id: str
    baskets: list[OpenedBasket]
    warnings: list[Notice]
    not_sent: list[str]


class Settlement(Told):
    """What the platform settled. `settlement_id` is its setl_id, verbatim."""

    settlement_id: str
    msgid: str | None
    amounts: Amounts | None


class Basket(Told):
    """How a basket stands."""

    basket_id: str
    state: BasketState
    settlement: Settlement | None
    message: Message | None


class Visit(Told):
    """How a visit stands."""

    visit_id: str
    baskets: list[Basket]
    retry_after_s: int | None = None
    text: str | None = Field(default=None, description="for the cashier while something is pending")


class StayFees(Told):
    """The fee lines of a stay. `not_sent`: form 12 is missing. `pending`: not there yet, or nobody answered."""

    lines: int
    taken: int
    total: str = Field(pattern=TWO_DECIMALS)
    not_sent: list[str]
    pending: list[str]


class Stay(Told):
    """How a stay stands."""

    stay_id: str
    stay_no: str = Field(description="ipt_no")
    state: BasketState
    step: Literal["planned", "admitted", "charged", "discharged", "tried", "settled", "cancelled"]
    encounter_id: str | None = Field(description="mdtrt_id")
    admitted_at: datetime
    discharged_at: datetime | None
    days: int | None
    fees: StayFees
    estimate: Amounts | None
    settlement: Settlement | None
    message: Message | None
    warnings: list[Notice]
    answers: dict[str, Any] = Field(description="what persons answered: kind of stay, emergency, trauma, third party")
    fee_check: bool = Field(description="30,000 yuan or more: what a fee check asks for is kept ready")
    year: int | None = Field(description="the year a settlement counts to")
    details_due: date | None = Field(description="last day for the details to reach the platform")
    maintenance: Downtime | None = None
    retry_after_s: int | None = None
    text: str | None = Field(default=None, description="for the cashier while something is pending")


class Refund(Told):
    """What became of a refund. `amounts` are the mirrored ones."""

    state: State
    year: int | None = None
    clearing_month: str | None = None
    amounts: Amounts | None = None
    notices: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])


class Submission(Told):
    """One submission; alone it carries its attempts."""

    submission_id: str
    key: str
    infno: str
    state: State
    visit_id: str | None
    basket_id: str | None
    msgid: str | None
    settlement: Settlement | None
    created_at: datetime
    acknowledged_at: datetime | None
    incident: str
    attempts: list[dict[str, Any]] | None = None


class Submissions(Told):
    """A page of submissions, newest first."""

    items: list[Submission]
    next: str | None


class Transaction(Told):
    """The platform's answer to any transaction; amounts are text."""

    infno: str
    state: Literal["done", "pending", "settled", "reversed", "manual"]
    output: dict[str, Any] | None = Field(description="the platform's output, with its wire names")
    submission_id: str | None = None
    msgid: str | None = None
    retry_after_s: int | None = None
    text: str | None = None
    stored_at: datetime | None = Field(default=None, description=STORED)


class WindowTold(Told):
    """A downtime window with its name."""

    id: str
    begins: datetime = Field(alias="from")
    ends: datetime | None = Field(alias="to")
    text: str
    scope: str
    announced: bool


class LinkTold(Told):
    """The line to the platform."""

    status: Literal["up", "degraded", "maintenance", "down"]
    checked_at: datetime
    windows: list[WindowTold]


class Withdrawn(Told):
    """A window that was closed."""

    id: str
    closed_at: datetime


class Alive(Told):
    """The process answers."""

    status: Literal["up"]


class Ready(Told):
    """Calls can be taken: the journal keeps things. The line may be down all the same."""

    status: Literal["ready"]
    journal: Literal["up"]
    link: Literal["up", "degraded", "maintenance", "down"]
