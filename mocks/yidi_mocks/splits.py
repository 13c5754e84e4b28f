"""How the place of care splits fee lines: four parts a line, and those of a stay folded into national categories.

Stated, simple, never the real policy. Pure, exact to the fen: the parts of a line are the line. A row of `items.json`
with a `place` takes the place of the national row of its prefix where care is given in that province (规程 第二十八条);
a line made there carries it as `scope`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from yidi_mocks.figures import yuan
from yidi_mocks.world import ZERO, Line, LineSplit, StayLine
from yidi_sdk.codes import ItemClass

FEN = Decimal("0.01")
NO_LIMIT = Decimal(999999)
DISAPPROVED = "2"
SPLITS_HELD = 1024
SCOPE = "scope"
Parts = tuple[int, int, int, int]
"""self_paid, over_limit, class_b_first, in_scope of a line in fen: the order of `figures.PARTS`."""


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


def split_of(line: Line) -> LineSplit:
    """A line in its four parts: not stored, because the line says it all."""
    if line.fen < 0 and isinstance(line, StayLine) and line.parts is not None:
        return _split_back(line, line.parts)
    given = line.given
    disapproved = given.get("hosp_appr_flag") == DISAPPROVED
    code, scope = given["med_list_codg"], given.get(SCOPE, "")
    return split_line(code, line.amount, line.price, line.count, disapproved=disapproved, scope=scope)


@lru_cache(SPLITS_HELD)
def split_line(
    code: str, amount: Decimal, price: Decimal, quantity: Decimal, *, disapproved: bool = False, scope: str = ""
) -> LineSplit:
    """Split one line at the place of care. A line that the hospital did not approve is self-paid in full."""
    rule = rule_of(code, scope)
    if disapproved or rule.item_class == ItemClass.SELF_PAID:
        return LineSplit(
            amount, amount, ZERO, ZERO, ZERO, ItemClass.SELF_PAID.value, Decimal(1), rule.limit, rule.category
        )
    over = min(amount, fen(max(ZERO, price - rule.limit) * quantity))
    first = fen((amount - over) * rule.ratio)
    return LineSplit(
        amount, ZERO, over, first, amount - over - first, rule.item_class, rule.ratio, rule.limit, rule.category
    )


def _split_back(line: StayLine, parts: Parts) -> LineSplit:
    rule = rule_of(line.given["med_list_codg"], line.given.get(SCOPE, ""))
    self_paid, over, first, scope = map(yuan, parts)
    return LineSplit(line.amount, self_paid, over, first, scope, rule.item_class, rule.ratio, rule.limit, rule.category)


def taken_back(left: Parts, taken: int) -> Parts:
    """The share of each part in what a negative line takes of what is left of its origin; fen, `left` not negative and
    in sum at least `taken`.

    In proportion, the odd fen from the last parts first; no part ever takes more than it has left. So a line that is
    taken back whole leaves nothing in any part, in however many pieces it goes.
    """
    whole = sum(left)
    shares = [part * taken // whole if whole else 0 for part in left]
    odd = taken - sum(shares)
    for place in reversed(range(len(left))):
        more = min(odd, left[place] - shares[place])
        shares[place] += more
        odd -= more
    return (shares[0], shares[1], shares[2], shares[3])


@dataclass(frozen=True, slots=True)
class CategorySum:
    """One of the national categories (med_chrgitm_type) of a stay, with its four parts."""

    category: str
    amount: Decimal
    self_paid: Decimal
    over_limit: Decimal
    class_b_first: Decimal
    in_scope: Decimal


def fold(splits: Iterable[LineSplit]) -> list[CategorySum]:
    """The lines of a stay as they leave the place of care: one row a category, in order of the code."""
    found: dict[str, list[LineSplit]] = {}
    for split in splits:
        found.setdefault(split.category, []).append(split)
    return [_category(code, rows) for code, rows in sorted(found.items())]


def _category(code: str, rows: list[LineSplit]) -> CategorySum:
    parts = ((row.amount, row.self_paid, row.over_limit, row.class_b_first, row.in_scope) for row in rows)
    return CategorySum(code, *(sum(part, ZERO) for part in zip(*parts, strict=True)))


def rule_of(code: str, scope: str = "") -> ItemRule:
    """The item rule with the longest prefix; the empty prefix takes what is left."""
    return next(rule for rule in item_rules(scope) if code.startswith(rule.prefix))


@cache
def item_rules(scope: str = "") -> tuple[ItemRule, ...]:
    """The rules of a scope, longest prefix first; "" is everywhere that has no rows of its own."""
    found: dict[str, ItemRule] = {}
    for place in ("", scope):
        for row in _rows():
            if row.get("place", "") == place:
                limit = Decimal(row["limit"]) if row["limit"] else NO_LIMIT
                found[row["prefix"]] = ItemRule(
                    row["prefix"], row["class"], Decimal(row["ratio"]), limit, row["category"]
                )
    return tuple(sorted(found.values(), key=lambda rule: -len(rule.prefix)))


@cache
def scope_of(division: str) -> str:
    """The scope of care given in a division: its province where that has rows of its own, else ""."""
    return division[:2] if any(row.get("place") == division[:2] for row in _rows()) else ""


def scoped(said: dict[str, Any], division: str) -> dict[str, Any]:
    """What was said of a line, with the scope of the division it was given in."""
    scope = scope_of(division)
    return {**said, SCOPE: scope} if scope else said


def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(files("yidi_mocks").joinpath("data", "items.json").read_text("utf-8"))
    return rows
