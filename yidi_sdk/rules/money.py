"""Money: the amounts of a settlement, the equations M1 to M6, the printed statement (rules 7).

Everything is yuan in Decimal with two places; nothing is rounded and nothing is ever binary floating point.
Sources: 附件13 注1 to 注3; 22号 三(四); 规程 2, 29, 30.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Literal

from yidi_sdk.rules.reasons import Code, Reason, ordered
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

Stage = Literal["trial", "settlement", "refund"]
MoneyOutcome = Literal["holds", "failed", "manual"]
Break = Literal["M1", "M2", "M3", "M4", "M5"]

ZERO = Decimal("0.00")
FEN = Decimal("0.01")

# setldetail rows that are no fund money: the account (3102xx) and the hospital's own share
ACCOUNT_ROWS = "3102"
HOSPITAL_ROW = "999996"
ACCOUNT_NAME = "个人账户"

_CODES: Mapping[str, Code] = {
    "M1": Code.AMOUNTS_M1,
    "M2": Code.AMOUNTS_M2,
    "M3": Code.AMOUNTS_M3,
    "M4": Code.AMOUNTS_M4,
    "M5": Code.AMOUNTS_M5,
}


def yuan(value: Decimal) -> Decimal:
    """The same amount written with two places. TypeError for anything but Decimal, ValueError beyond two places."""
    if not isinstance(value, Decimal):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without types
        raise TypeError(f"an amount is a Decimal, not {type(value).__name__}")
    if not value.is_finite():
        raise ValueError(f"an amount is a number: {value}")
    exact = value.quantize(FEN)
    if exact != value:
        raise ValueError(f"an amount has at most two decimals: {value}")
    return exact


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of one settlement or trial, in yuan; negative in a refund.

    in_scope 统筹基金支付范围内, class_b_first 乙类先行自付, over_limit 超限价自付, self_paid 自费; `hospital` is
    hosp_part_amt. Written with two places on the way in; see `yuan` for what is refused.
    """

    total: Decimal
    in_scope: Decimal
    class_b_first: Decimal
    over_limit: Decimal
    self_paid: Decimal
    fund: Decimal
    account: Decimal
    cash: Decimal
    hospital: Decimal = ZERO

    def __post_init__(self) -> None:
        for name in AMOUNT_NAMES:
            object.__setattr__(self, name, yuan(getattr(self, name)))

    def mirrored(self) -> "Amounts":
        """Every amount with the other sign; zero stays zero."""
        return Amounts(*(ZERO - value for value in self.values()))

    def values(self) -> tuple[Decimal, ...]:
        """The amounts in field order."""
        return tuple(getattr(self, name) for name in AMOUNT_NAMES)


AMOUNT_NAMES: tuple[str, ...] = tuple(field.name for field in fields(Amounts))


@dataclass(frozen=True, slots=True)
class Fund:
    """One row of setldetail: type, name as the insured place returned it (附件13 注1), amount in yuan."""

    type: str
    name: str
    amount: Decimal

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", yuan(self.amount))

    @property
    def is_account(self) -> bool:
        """Whether the row is the personal account."""
        return self.type.startswith(ACCOUNT_ROWS)

    @property
    def is_fund(self) -> bool:
        """Whether the row counts as fund money; unknown codes do."""
        return not self.is_account and self.type != HOSPITAL_ROW


@dataclass(frozen=True, slots=True)
class Statement:
    """What is printed: 基金支付合计 and 个人现金支付 add up to the total (注3); 医院负担 where it is not zero.

    `fund_lines`: names as returned, zero rows left out, the account last.
    """

    fund: Decimal
    cash: Decimal
    hospital: Decimal | None = None
    fund_lines: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class MoneyCheck:
    """holds: go on (a broken M3 is only told). failed: nothing moved. manual: moved, a person decides."""

    outcome: MoneyOutcome
    breaks: tuple[Break, ...] = ()
    reasons: tuple[Reason, ...] = ()
    statement: Statement | None = None


def check(
    stage: Stage,
    amounts: Amounts,
    funds: Sequence[Fund] | None,
    lines_total: Decimal | None,
    acct_in_fund: bool,
    *,
    original: Amounts | None = None,
    original_funds: Sequence[Fund] | None = None,
    tolerance: Decimal = ZERO,
) -> MoneyCheck:
    """Hold an answer against M1 to M5 and name every equation that is broken, in order.

    `funds` or `lines_total` None: not told, so not held against. `original`: what a refund must mirror.
    `tolerance` is zero unless the province documents one.
    """
    tests: tuple[tuple[Break, bool], ...] = (
        ("M1", _near(amounts.total, sum_of_parts(amounts), tolerance)),
        ("M2", _m2(amounts, acct_in_fund, tolerance)),
        ("M3", funds is None or _m3(amounts, funds, acct_in_fund)),
        ("M4", lines_total is None or _near(yuan(lines_total), amounts.total, tolerance)),
        ("M5", original is None or _m5(amounts, funds, original, original_funds)),
    )
    breaks: tuple[Break, ...] = tuple(name for name, holds in tests if not holds)
    reasons = ordered(Reason(_CODES[name]) for name in breaks)
    if set(breaks) <= {"M3"}:
        return MoneyCheck("holds", breaks, reasons, statement(amounts, funds or (), acct_in_fund))
    return MoneyCheck("failed" if stage == "trial" else "manual", breaks, reasons)


def sum_of_parts(amounts: Amounts) -> Decimal:
    """The right side of M1."""
    return amounts.in_scope + amounts.class_b_first + amounts.over_limit + amounts.self_paid


def _near(a: Decimal, b: Decimal, tolerance: Decimal) -> bool:
    return abs(a - b) <= tolerance


def _m2(amounts: Amounts, acct_in_fund: bool, tolerance: Decimal) -> bool:
    """An account inside the fund is part of it: not larger, and of the same sign."""
    paid = amounts.fund + amounts.cash + amounts.hospital
    if not acct_in_fund:
        return _near(amounts.total, paid + amounts.account, tolerance)
    inside = abs(amounts.account) <= abs(amounts.fund) and amounts.account * amounts.fund >= 0
    return inside and _near(amounts.total, paid, tolerance)


def _m3(amounts: Amounts, funds: Sequence[Fund], acct_in_fund: bool) -> bool:
    listed = sum((row.amount for row in funds if row.is_fund), ZERO)
    return listed == amounts.fund - (amounts.account if acct_in_fund else ZERO)


def _m5(
    amounts: Amounts,
    funds: Sequence[Fund] | None,
    original: Amounts,
    original_funds: Sequence[Fund] | None,
) -> bool:
    if amounts != original.mirrored():
        return False
    if funds is None or original_funds is None:
        return True
    undone = _by_name(original_funds)
    return _by_name(funds) == {name: -amount for name, amount in undone.items()}


def _by_name(funds: Iterable[Fund]) -> dict[str, Decimal]:
    """Sums per name; rows of zero say nothing. Two types under one name are one line, as in print."""
    sums: dict[str, Decimal] = {}
    for row in funds:
        sums[row.name] = sums.get(row.name, ZERO) + row.amount
    return {name: amount for name, amount in sums.items() if amount}


def statement(amounts: Amounts, funds: Sequence[Fund], acct_in_fund: bool) -> Statement:
    """The figures of form 13 and the receipt (注3 holds in print whichever side the account is on)."""
    lines = [(row.name, row.amount) for row in funds if row.is_fund and row.amount]
    account = [(row.name, row.amount) for row in funds if row.is_account and row.amount]
    if not account and amounts.account:
        account = [(ACCOUNT_NAME, amounts.account)]
    return Statement(
        amounts.fund if acct_in_fund else amounts.fund + amounts.account,
        amounts.cash,
        amounts.hospital or None,
        (*lines, *account),
    )


def check_line_parts(line_no: str, amount: Decimal, parts: Iterable[Decimal]) -> Reason | None:
    """M4 for one line: its four split parts are the line."""
    if sum((yuan(part) for part in parts), ZERO) == yuan(amount):
        return None
    return Reason(Code.AMOUNTS_M4, line_no=line_no, detail="split parts")


def estimate_changed(estimate: Amounts, result: Amounts) -> Reason | None:
    """A settlement that adds up and differs from its trial is charged as it is and told."""
    return None if estimate == result else Reason(Code.ESTIMATE_CHANGED)


def with_mutual_aid(amounts: Amounts, mulaid: Decimal, settings: RuleSettings = DEFAULTS) -> Amounts:
    """Amounts with acct_mulaid_pay (共济) inside the account, whichever way the province returns it."""
    return amounts if settings.mulaid_in_account else replace(amounts, account=amounts.account + yuan(mulaid))
