"""Money: M1 to M6 on amounts that hold and on amounts that are one fen off; never binary floating point."""

import ast
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yidi_sdk.rules
from yidi_sdk.rules.money import (
    AMOUNT_NAMES,
    Amounts,
    Fund,
    check,
    check_line_parts,
    estimate_changed,
    with_mutual_aid,
    yuan,
)
from yidi_sdk.rules.reasons import Code
from yidi_sdk.rules.settings import RuleSettings

FEN = Decimal("0.01")
fen = st.integers(0, 5_000_000).map(lambda n: Decimal(n).scaleb(-2))


@st.composite
def settlements(draw: st.DrawFn) -> tuple[Amounts, tuple[Fund, ...], bool]:
    """Amounts that hold every equation, with their fund lines."""
    inside = draw(st.booleans())
    funds = [Fund(f"31{n}100", f"基金{n}", draw(fen)) for n in range(draw(st.integers(0, 3)))]
    account, cash, hospital = draw(fen), draw(fen), draw(st.sampled_from([Decimal(0), FEN]))
    pure = sum((row.amount for row in funds), Decimal(0))
    total = pure + account + cash + hospital
    cuts = sorted(draw(st.lists(st.integers(0, int(total * 100)), min_size=3, max_size=3)))
    edges = [0, *cuts, int(total * 100)]
    parts = [Decimal(b - a).scaleb(-2) for a, b in pairwise(edges)]
    amounts = Amounts(total, *parts, pure + (account if inside else 0), account, cash, hospital)
    rows = (Fund("310200", "个人账户", account), *funds, Fund("999996", "医院负担", hospital))
    return amounts, rows, inside


@pytest.mark.requirement("R148", "R149", "R111")
@given(settlements())
def test_what_holds_holds_and_prints(told: tuple[Amounts, tuple[Fund, ...], bool]) -> None:
    amounts, funds, inside = told
    found = check("settlement", amounts, funds, amounts.total, inside)
    assert (found.outcome, found.breaks) == ("holds", ())
    assert found.statement
    printed = found.statement
    assert printed.fund + printed.cash + (printed.hospital or 0) == amounts.total
    assert sum(amount for _, amount in printed.fund_lines) == printed.fund
    assert all(amount for _, amount in printed.fund_lines)
    names = [name for name, _ in printed.fund_lines]
    assert "个人账户" not in names[:-1], "the account stands last"


@pytest.mark.requirement("R148", "R149")
@given(
    settlements(), st.sampled_from(AMOUNT_NAMES), st.sampled_from([FEN, -FEN]), st.sampled_from(["trial", "settlement"])
)
def test_one_fen_off_is_always_noticed(
    told: tuple[Amounts, tuple[Fund, ...], bool], name: str, off: Decimal, stage: str
) -> None:
    amounts, funds, inside = told
    wrong = replace(amounts, **{name: getattr(amounts, name) + off})
    found = check(stage, wrong, funds, amounts.total, inside)  # type: ignore[arg-type]
    breaks = {"total": {"M1", "M2", "M4"}, "fund": {"M2", "M3"}, "cash": {"M2"}, "hospital": {"M2"}}
    if name == "account":
        assert "M3" in found.breaks if inside else "M2" in found.breaks
        return
    assert set(found.breaks) >= breaks.get(name, {"M1"})
    assert found.outcome == ("failed" if stage == "trial" else "manual")
    assert found.statement is None
    assert list(found.breaks) == sorted(found.breaks)


@pytest.mark.requirement("R118")
@given(settlements())
def test_a_refund_is_the_mirror(told: tuple[Amounts, tuple[Fund, ...], bool]) -> None:
    amounts, funds, inside = told
    back = amounts.mirrored()
    rows = tuple(replace(row, amount=-row.amount) for row in reversed(funds))
    found = check("refund", back, rows, None, inside, original=amounts, original_funds=funds)
    assert (found.outcome, found.breaks) == ("holds", ())
    assert back.mirrored() == amounts
    assert not any(str(value).startswith("-0.00") for value in back.values())


@given(settlements(), st.sampled_from(AMOUNT_NAMES))
def test_a_refund_one_fen_off_goes_to_a_person(told: tuple[Amounts, tuple[Fund, ...], bool], name: str) -> None:
    amounts, _, inside = told
    back = amounts.mirrored()
    found = check("refund", replace(back, **{name: getattr(back, name) + FEN}), None, None, inside, original=amounts)
    assert found.outcome == "manual"
    assert found.breaks[-1] == "M5"


EIGHT = Amounts(*(Decimal(text) for text in ("10.00", "10.00", "0", "0", "0", "6.00", "0", "4.00")))


def test_only_m3_goes_on_with_a_notice() -> None:
    found = check("settlement", EIGHT, [Fund("310100", "统筹", Decimal("5.99"))], EIGHT.total, acct_in_fund=False)
    assert (found.outcome, found.breaks, [r.effect for r in found.reasons]) == ("holds", ("M3",), ["I"])
    assert found.statement


@pytest.mark.requirement("R152")
def test_unknown_fund_codes_count_as_fund() -> None:
    rows = [Fund("310100", "统筹", Decimal("5.00")), Fund("777777", "某市专项补助", Decimal("1.00"))]
    assert check("settlement", EIGHT, rows, None, acct_in_fund=False).breaks == ()


def test_an_account_inside_the_fund_is_no_larger_than_the_fund() -> None:
    assert check("settlement", replace(EIGHT, account=Decimal("6.01")), None, None, acct_in_fund=True).breaks == ("M2",)
    assert check("settlement", replace(EIGHT, account=Decimal("-1.00")), None, None, acct_in_fund=True).breaks == (
        "M2",
    )


def test_a_documented_tolerance() -> None:
    off = replace(EIGHT, cash=Decimal("4.01"))
    assert check("trial", off, None, None, acct_in_fund=False, tolerance=FEN).breaks == ()
    assert check("trial", off, None, None, acct_in_fund=False).breaks == ("M2",)


@pytest.mark.requirement("R044", "R103")
def test_the_split_of_a_line_is_the_line() -> None:
    parts = [Decimal("1.00"), Decimal("0.50"), Decimal("0.00"), Decimal("0.50")]
    assert check_line_parts("3", Decimal("2.00"), parts) is None
    wrong = check_line_parts("3", Decimal("2.01"), parts)
    assert wrong
    assert (wrong.code, wrong.line_no) == (Code.AMOUNTS_M4, "3")


def test_estimates_and_mutual_aid() -> None:
    assert estimate_changed(EIGHT, EIGHT) is None
    changed = estimate_changed(EIGHT, replace(EIGHT, cash=Decimal("4.01")))
    assert changed
    assert changed.code is Code.ESTIMATE_CHANGED
    assert with_mutual_aid(EIGHT, Decimal("1.00")) == EIGHT
    assert with_mutual_aid(EIGHT, Decimal("1.00"), RuleSettings(mulaid_in_account=False)).account == Decimal("1.00")


@pytest.mark.requirement("R150")
def test_amounts_are_decimals_of_two_places() -> None:
    assert str(yuan(Decimal("12.1"))) == "12.10"
    assert str(yuan(Decimal("1E2"))) == "100.00"
    with pytest.raises(TypeError, match="float"):
        yuan(12.1)  # type: ignore[arg-type]
    for text in ("0.001", "NaN", "Infinity"):
        with pytest.raises(ValueError, match="amount"):
            yuan(Decimal(text))
    with pytest.raises(TypeError, match="float"):
        replace(EIGHT, cash=4.0)


RULES = sorted(Path(yidi_sdk.rules.__file__).parent.glob("*.py"))
IMPURE = {"asyncio", "httpx", "psycopg", "random", "socket", "sqlalchemy", "sqlite3", "time", "uuid"}


@pytest.mark.requirement("R150")
@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_rules_are_pure_and_know_no_float(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), node.lineno
        assert not (isinstance(node, ast.Name) and node.id == "float"), node.lineno
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await)
        assert not (isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow")), node.lineno
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not IMPURE & {name.split(".")[0] for name in names}
