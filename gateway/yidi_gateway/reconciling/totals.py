"""Totals by insurance, clearing type and clearing agency, and what the platform says of them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from yidi_gateway.amounts import to_yuan
from yidi_gateway.reconciling.lines import CLR_INPATIENT, CLR_OUTPATIENT, Group, Line, total_of
from yidi_gateway.submission import Fen
from yidi_sdk.codes import Flag, InsuranceType
from yidi_sdk.flows.detail_files import VERDICTS
from yidi_sdk.transactions import ReconcileTotals

Verdict = Literal["balanced", "platform_more", "institution_more", "differs", "not_told"]
SAID: Mapping[str, Verdict] = {
    "matched": "balanced",
    "platform_more": "platform_more",
    "institution_more": "institution_more",
    "differs": "differs",
}
ALWAYS = tuple(
    (insutype.value, clr_type)
    for insutype in (InsuranceType.EMPLOYEE, InsuranceType.RESIDENT)
    for clr_type in (CLR_OUTPATIENT, CLR_INPATIENT)
)
"""Asked for also where we have nothing: the platform may."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many, and the sum of their amounts in fen."""

    count: int
    fen: Fen

    def plus(self, delta: tuple[int, int, int, int]) -> "Sum":
        """With count, total, fund and account changed."""
        fen = self.fen
        parts = (fen.total, fen.fund, fen.account)
        told = [None if part is None else part + more for part, more in zip(parts, delta[1:], strict=True)]
        return Sum(self.count + delta[0], Fen(told[0], told[1], told[2], fen.cash))


def summed(lines: Iterable[Line], place: str) -> dict[Group, Sum]:
    """The totals of each group, those that are always asked for included, in their order."""
    by_group: dict[Group, list[Line]] = {Group(*pair, place): [] for pair in ALWAYS}
    for line in lines:
        by_group.setdefault(line.group, []).append(line)
    ordered = sorted(by_group, key=lambda group: (group.place, group.clr_type, group.insutype))
    return {group: sum_of(by_group[group]) for group in ordered}


def sum_of(lines: Sequence[Line]) -> Sum:
    """Count and amounts."""
    return Sum(len(lines), total_of(lines))


def question(group: Group, told: Sum, day: date) -> ReconcileTotals:
    """3201 for one group and day. Refunds are counted, with their minus."""
    fen = told.fen
    return ReconcileTotals(
        insutype=group.insutype,
        clr_type=group.clr_type,
        setl_optins=group.place,
        clr_optins=group.place,
        stmt_begndate=day.isoformat(),
        stmt_enddate=day.isoformat(),
        medfee_sumamt=to_yuan(fen.total or 0),
        fund_pay_sumamt=to_yuan(fen.fund or 0),
        acct_pay=to_yuan(fen.account or 0),
        fixmedins_setl_cnt=told.count,
        refd_setl_flag=Flag.YES,
    )


def verdict_of(stmt_rslt: str) -> Verdict:
    """What the platform said, in either style; a code that nobody has seen is not told."""
    return SAID.get(VERDICTS.get(stmt_rslt, "unclear"), "not_told")
