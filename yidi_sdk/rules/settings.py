"""The settings of the rules: where the documents differ or leave a list open, each with its default (rules 13)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal


def _terms() -> Mapping[str, int]:
    return {"50": 12, "other": 6}


def _no_choice() -> Mapping[str, str]:
    return {}


def _no_dates() -> Mapping[str, date]:
    return {}


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """Every setting a rule reads. Areas are leading digits of division codes; months and days are whole numbers."""

    # 22号 二(三) says at least six months, 规程 8 one year; areas under "other" are a lower bound (FI2, FI4)
    filing_term_months: Mapping[str, int] = field(default_factory=_terms)
    # 规程 9 "等" leaves the list of whole-province areas open (FI8)
    province_level_areas: tuple[str, ...] = ("46", "54", "66")
    # a filing to a whole province elsewhere counts for its cities (FI10)
    whole_province_filings: bool = False
    # 81号 一 and the press report; 5199 is a guess at a code (CH2)
    pilot_areas: tuple[str, ...] = ("50", "53", "54", "5101", "5199", "5223")
    # areas that have not opened chronic settlement since (CH3)
    chronic_closed_areas: tuple[str, ...] = ()
    # rows of the disease table switched on, with their first day (CH8)
    extra_diseases: Mapping[str, date] = field(default_factory=_no_dates)
    # insured area -> "any" or "designated" (FI12)
    outpatient_choice: Mapping[str, str] = field(default_factory=_no_choice)
    # 规程 31 speaks for people insured in Chongqing; insured areas that do not follow it are listed (FI20)
    emergency_deemed_filed: bool = True
    emergency_not_deemed_areas: tuple[str, ...] = ()
    # 规程 32 "可" (TR7b)
    commitment_required: bool = True
    # TR6: send an admission with a liable third party
    send_third_party_admissions: bool = False
    # BA3
    unqualified_line: Literal["ordinary", "refuse"] = "ordinary"
    # BA9
    line_tolerance: Decimal = Decimal("0.01")
    # M2: whether the account sits inside fund_pay_sumamt
    acct_in_fund: bool = False
    # whether acct_mulaid_pay sits inside acct_pay
    mulaid_in_account: bool = True
    # RE7
    refund_variants_chronic: bool = True
    # K11: 26号 四
    local_problem_days: int = 2


DEFAULTS = RuleSettings()
