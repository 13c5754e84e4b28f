"""How a bill is split and what the insured place pays: stated, simple, never the real policy. Pure, exact to the fen.

Two steps. The place of care splits each line into four parts (`split_line`). The insured place then applies its
deductible, ratio and ceiling to what is within scope, and the account pays from the person's share (`pay`).
Whatever the figures: M1 the four parts are the total; M2 total = funds + person + hospital; M3 the fund rows without
account are the fund sum without account; the fund columns sum to `fund_pay_sumamt`.
"""

import json
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from yidi_mocks.figures import COLUMNS, PARTS, fund_row
from yidi_mocks.world import ZERO, Line, LineSplit
from yidi_sdk.codes import InsuranceType, ItemClass

FEN = Decimal("0.01")
NO_LIMIT = Decimal(999999)
DISAPPROVED = "2"
SPLITS_HELD = 1024
ACCOUNT_ROW = "310200"


def fen(value: Decimal) -> Decimal:
    """Rounded half up to two places."""
    return value.quantize(FEN, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class ItemRule:
    """How the place of care treats items whose code begins with `prefix`; the longest prefix counts."""

    prefix: str
    item_class: str
    ratio: Decimal
    limit: Decimal
    category: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """What one insured place pays for one kind of insurance. Ratios between 0 and 1, amounts in yuan."""

    deductible: Decimal
    ratio_ordinary: Decimal
    ratio_chronic: Decimal
    ceiling: Decimal
    ratio_above: Decimal
    basic_fund: tuple[str, str]
    above_fund: tuple[str, str]
    above_column: str


@dataclass(frozen=True, slots=True)
class Place:
    """One insured place. `cuts`: taken off the ratio by group of filing. Names as that place returns them."""

    prefix: str
    name: str
    schemes: dict[str, Scheme]
    cuts: dict[str, Decimal]
    account_in_fund: bool
    account_name: str
    civil_name: str
    civil_ratio: Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """What is asked to be paid: the four parts of a batch and the person's standing on that day."""

    self_paid: Decimal
    over_limit: Decimal
    class_b_first: Decimal
    in_scope: Decimal
    chronic: bool
    filing_group: str  # long_term, referral, emergency, other, local
    insutype: str
    use_account: bool
    balance: Decimal = ZERO
    civil_servant: bool = False
    deductible_used: Decimal = ZERO
    basic_used: Decimal = ZERO
    account_in_fund: bool | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """The result, by wire name of 2207, and the fund rows of setldetail."""

    amounts: dict[str, Decimal]
    ratio: Decimal
    funds: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def split_of(line: Line) -> LineSplit:
    """A line in its four parts: not stored, because the line says it all."""
    given = line.given
    disapproved = given["hosp_appr_flag"] == DISAPPROVED
    return split_line(given["med_list_codg"], line.amount, line.price, line.count, disapproved=disapproved)


@lru_cache(SPLITS_HELD)
def split_line(
    code: str, amount: Decimal, price: Decimal, quantity: Decimal, *, disapproved: bool = False
) -> LineSplit:
    """Split one line at the place of care. A line that the hospital did not approve is self-paid in full."""
    rule = rule_of(code)
    if disapproved or rule.item_class == ItemClass.SELF_PAID:
        return LineSplit(
            amount, amount, ZERO, ZERO, ZERO, ItemClass.SELF_PAID.value, Decimal(1), rule.limit, rule.category
        )
    over = min(amount, fen(max(ZERO, price - rule.limit) * quantity))
    first = fen((amount - over) * rule.ratio)
    return LineSplit(
        amount, ZERO, over, first, amount - over - first, rule.item_class, rule.ratio, rule.limit, rule.category
    )


def pay(place: Place, claim: Claim) -> Payment:
    """What funds, account and person pay of a batch. Deterministic; every amount has two places."""
    scheme = place.schemes[claim.insutype]
    total = claim.self_paid + claim.over_limit + claim.class_b_first + claim.in_scope
    deductible = ZERO if claim.chronic else min(claim.in_scope, max(ZERO, scheme.deductible - claim.deductible_used))
    ratio = (scheme.ratio_chronic if claim.chronic else scheme.ratio_ordinary) - place.cuts[claim.filing_group]
    earned = fen((claim.in_scope - deductible) * ratio)
    basic = min(earned, max(ZERO, scheme.ceiling - claim.basic_used))
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


def rule_of(code: str) -> ItemRule:
    """The item rule with the longest prefix; the empty prefix takes what is left."""
    return next(rule for rule in item_rules() if code.startswith(rule.prefix))


@cache
def item_rules() -> tuple[ItemRule, ...]:
    """The rules, longest prefix first."""
    rows = (
        ItemRule(
            row["prefix"],
            row["class"],
            Decimal(row["ratio"]),
            Decimal(row["limit"]) if row["limit"] else NO_LIMIT,
            row["category"],
        )
        for row in _data("items.json")
    )
    return tuple(sorted(rows, key=lambda rule: -len(rule.prefix)))


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
    )


def _scheme(row: dict[str, Any]) -> Scheme:
    figures = ("deductible", "ratio_ordinary", "ratio_chronic", "ceiling", "ratio_above")
    return Scheme(
        **{name: Decimal(row[name]) for name in figures},
        basic_fund=(row["basic_fund"][0], row["basic_fund"][1]),
        above_fund=(row["above_fund"][0], row["above_fund"][1]),
        above_column=row["above_column"],
    )


def _data(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(files("yidi_mocks").joinpath("data", name).read_text("utf-8"))
    return rows
