"""What the insured place pays: stated, simple, never the real policy. Pure, exact to the fen.

The place of care has split the bill (`splits`). The insured place applies its deductible, ratio and ceiling to what is
within scope, and the account pays from the person's share.
Whatever the figures: M1 the four parts are the total; M2 total = funds + person + hospital; M3 the fund rows without
account are the fund sum without account; the fund columns sum to `fund_pay_sumamt`.
"""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from yidi_mocks.figures import COLUMNS, PARTS, fund_row
from yidi_mocks.splits import fen
from yidi_mocks.world import ZERO
from yidi_sdk.codes import InsuranceType

ACCOUNT_ROW = "310200"


class Branch(StrEnum):
    """The branches of a scheme, with a deductible and ratio each. Outpatients share one ceiling; stays have theirs."""

    ORDINARY = "ordinary"
    CHRONIC = "chronic"
    STAY = "stay"


@dataclass(frozen=True, slots=True)
class Terms:
    """What one branch of a scheme grants. `again`: the deductible of a stay that is not the first of its year."""

    deductible: Decimal
    again: Decimal
    ratio: Decimal
    ceiling: Decimal


@dataclass(frozen=True, slots=True)
class Scheme:
    """What one insured place pays for one kind of insurance. Ratios between 0 and 1, amounts in yuan."""

    branches: dict[Branch, Terms]
    ratio_above: Decimal
    basic_fund: tuple[str, str]
    above_fund: tuple[str, str]
    above_column: str


@dataclass(frozen=True, slots=True)
class Place:
    """One insured place. `cuts`: taken off the ratio by group of filing. Names as that place returns them.

    `several_added`: what the ceiling of chronic care grows by with each further disease; elsewhere all share one
    (医保办函〔2021〕4号 三(一): who holds several benefits falls under the rule of the insured place).
    """

    prefix: str
    name: str
    schemes: dict[str, Scheme]
    cuts: dict[str, Decimal]
    account_in_fund: bool
    account_name: str
    civil_name: str
    civil_ratio: Decimal
    several_added: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Claim:
    """What is asked to be paid: the four parts of a batch or stay and the person's standing on that day.

    `deductible_used` and `basic_used`: what live settlements of the year took, of outpatient care or of stays;
    `stays_before`: how many stays of the year are settled. `diseases`: for how many the person is qualified on the day.
    """

    self_paid: Decimal
    over_limit: Decimal
    class_b_first: Decimal
    in_scope: Decimal
    branch: Branch
    filing_group: str  # long_term, referral, emergency, other, local
    insutype: str
    use_account: bool
    balance: Decimal = ZERO
    civil_servant: bool = False
    deductible_used: Decimal = ZERO
    basic_used: Decimal = ZERO
    account_in_fund: bool | None = None
    stays_before: int = 0
    diseases: int = 1


@dataclass(frozen=True, slots=True)
class Payment:
    """The result, by wire name of 2207, and the fund rows of setldetail."""

    amounts: dict[str, Decimal]
    ratio: Decimal
    funds: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def pay(place: Place, claim: Claim) -> Payment:
    """What funds, account and person pay of a batch or stay. Deterministic; every amount has two places."""
    scheme = place.schemes[claim.insutype]
    terms = scheme.branches[claim.branch]
    total = claim.self_paid + claim.over_limit + claim.class_b_first + claim.in_scope
    asked = terms.again if claim.stays_before else terms.deductible
    deductible = min(claim.in_scope, max(ZERO, asked - claim.deductible_used))
    ratio = terms.ratio - place.cuts[claim.filing_group]
    earned = fen((claim.in_scope - deductible) * ratio)
    further = place.several_added * max(0, claim.diseases - 1) if claim.branch is Branch.CHRONIC else ZERO
    basic = min(earned, max(ZERO, terms.ceiling + further - claim.basic_used))
    above = fen((earned - basic) * scheme.ratio_above)
    rest = claim.in_scope - basic - above
    civil = fen((rest - deductible) * place.civil_ratio) if claim.civil_servant and rest > deductible else ZERO
    columns: dict[str, Decimal] = dict.fromkeys(COLUMNS, ZERO)
    columns["hifp_pay"], columns["cvlserv_pay"] = basic, civil
    columns[scheme.above_column] += above
    fund = basic + above + civil
    account = ZERO
    if claim.use_account and claim.insutype == InsuranceType.EMPLOYEE:
        account = min(max(ZERO, claim.balance), total - fund)
    cash = total - fund - account
    inside = place.account_in_fund if claim.account_in_fund is None else claim.account_in_fund
    if inside:
        columns["oth_pay"] += account
    amounts = {
        "medfee_sumamt": total,
        **dict(zip(PARTS, (claim.self_paid, claim.over_limit, claim.class_b_first, claim.in_scope), strict=True)),
        "act_pay_dedc": deductible,
        **columns,
        "fund_pay_sumamt": fund + account if inside else fund,
        "psn_part_amt": cash if inside else cash + account,
        "acct_pay": account,
        "psn_cash_pay": cash,
        "hosp_part_amt": ZERO,
        "acct_mulaid_pay": ZERO,
    }
    rows = [
        (*scheme.basic_fund, claim.in_scope, basic),
        (*scheme.above_fund, ZERO, above),
        ("320100", place.civil_name, ZERO, civil),
        (ACCOUNT_ROW, place.account_name, ZERO, account),
    ]
    return Payment(amounts, ratio, [fund_row(*row) for row in rows if row[3] or row[0] == scheme.basic_fund[0]])


@cache
def places() -> tuple[Place, ...]:
    """All insured places with own figures, longest prefix first; the empty prefix is everywhere else."""
    return tuple(sorted(map(_place, _data("places.json")), key=lambda place: -len(place.prefix)))


def place_of(division: str) -> Place:
    """The insured place of a six-digit division."""
    return next(place for place in places() if division.startswith(place.prefix))


def _place(row: dict[str, Any]) -> Place:
    return Place(
        prefix=row["prefix"],
        name=row["name"],
        schemes={kind: _scheme(scheme) for kind, scheme in row["schemes"].items()},
        cuts={group: Decimal(cut) for group, cut in row["cuts"].items()},
        account_in_fund=row["account_in_fund"],
        account_name=row["account_name"],
        civil_name=row["civil_name"],
        civil_ratio=Decimal(row["civil_ratio"]),
        several_added=Decimal(row.get("several_added", "0.00")),
    )


def _scheme(row: dict[str, Any]) -> Scheme:
    deductible, ceiling = Decimal(row["deductible"]), Decimal(row["ceiling"])
    stay = {name: Decimal(figure) for name, figure in row["stay"].items()}
    return Scheme(
        branches={
            Branch.ORDINARY: Terms(deductible, deductible, Decimal(row["ratio_ordinary"]), ceiling),
            Branch.CHRONIC: Terms(ZERO, ZERO, Decimal(row["ratio_chronic"]), ceiling),
            Branch.STAY: Terms(stay["deductible"], stay["deductible_again"], stay["ratio"], stay["ceiling"]),
        },
        ratio_above=Decimal(row["ratio_above"]),
        basic_fund=(row["basic_fund"][0], row["basic_fund"][1]),
        above_fund=(row["above_fund"][0], row["above_fund"][1]),
        above_column=row["above_column"],
    )


def _data(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(files("yidi_mocks").joinpath("data", name).read_text("utf-8"))
    return rows
