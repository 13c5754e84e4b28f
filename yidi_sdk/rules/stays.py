"""Settling a stay: the year it counts to, what was done outside, the fee check (rules 9).

Sources: 22号 二(四), 三(四); 规程 14, 33, 36, 38, 41, 54; 附件12. Amounts are yuan.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from yidi_sdk.rules.clocks import Calendar, due, shanghai
from yidi_sdk.rules.eligibility import settlement_objections
from yidi_sdk.rules.money import ZERO, yuan
from yidi_sdk.rules.reasons import Code, Reason, http_of, notices, ordered

FEE_CHECK_FROM = Decimal("30000.00")
# ST4: kept ready for every stay, by these names
FEE_CHECK_FIELDS = ("证件号码", "姓名", "性别", "医疗机构", "住院号", "发票号码", "入院日期", "出院日期", "总费用")


@dataclass(frozen=True, slots=True)
class OutsideLine:
    """A test or drug from outside (etip_flag 1). `form12`: the form is complete, signed and stamped."""

    line_no: str
    amount: Decimal
    on: date
    form12: bool


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay about to be settled. `lines_total` without the outside lines; `discharged_at` None before 2402."""

    admitted_at: datetime
    discharged_at: datetime | None
    settled_at: datetime
    lines_total: Decimal
    outside: tuple[OutsideLine, ...] = ()
    interim: bool = False


@dataclass(frozen=True, slots=True)
class StayDecision:
    """Whether the stay may be settled and what goes with it. `refused_lines` stay out, the rest is settled."""

    outcome: Literal["accepted", "refused"]
    http: int | None = None
    reasons: tuple[Reason, ...] = ()
    total: Decimal | None = None
    year: int | None = None
    days: int | None = None
    fee_check: bool = False
    details_due: date | None = None
    refused_lines: tuple[str, ...] = ()


def days_in_hospital(admitted_on: date, discharged_on: date) -> int:
    """ST8: the difference of the days, at least one."""
    return max((discharged_on - admitted_on).days, 1)


def settle_stay(stay: Stay, asked_again: Sequence[Reason] = ()) -> StayDecision:
    """Decide a discharge settlement (ST1 to ST9).

    `asked_again`: the reasons of the verdict asked anew just before 2304 (ST3), with the stay's own admission day.
    """
    objections = [*_about_discharge(stay), *settlement_objections(asked_again)]
    if objections or stay.discharged_at is None:
        against = ordered(objections)
        return StayDecision("refused", http_of(against), against)
    admitted, discharged = shanghai(stay.admitted_at).date(), shanghai(stay.discharged_at).date()
    settled = shanghai(stay.settled_at).date()
    refused = tuple(_about_outside(stay.outside, admitted, discharged))
    out = {reason.line_no for reason in refused}
    accepted = (yuan(line.amount) for line in stay.outside if line.line_no not in out)
    total = yuan(stay.lines_total) + sum(accepted, ZERO)
    told = [*refused, *notices(asked_again)]
    if admitted.year != settled.year:
        told.append(Reason(Code.STAY_CROSSES_YEAR))
    if total >= FEE_CHECK_FROM:
        told.append(Reason(Code.FEE_CHECK_READY))
    return StayDecision(
        "accepted",
        reasons=ordered(told),
        total=total,
        year=settled.year,
        days=days_in_hospital(admitted, discharged),
        fee_check=total >= FEE_CHECK_FROM,
        details_due=due("inpatient_details", stay.settled_at, Calendar()).due,
        refused_lines=tuple(line.line_no for line in stay.outside if line.line_no in out),
    )


def _about_discharge(stay: Stay) -> Iterable[Reason]:
    """ST2, ST3: an interim settlement is refused as such, whether or not the patient is discharged."""
    if stay.interim:
        yield Reason(Code.MID_STAY_SETTLEMENT, detail="mid_setl_flag")
    elif stay.discharged_at is None:
        yield Reason(Code.NOT_DISCHARGED, detail="discharged_at")


def _about_outside(lines: Iterable[OutsideLine], admitted: date, discharged: date) -> Iterable[Reason]:
    """ST6, ST7."""
    for line in lines:
        if not line.form12:
            yield Reason(Code.OUTSIDE_FORM_MISSING, line_no=line.line_no, detail="form12")
        if not admitted <= line.on <= discharged:
            yield Reason(Code.OUTSIDE_DATE, line_no=line.line_no, detail="on")
