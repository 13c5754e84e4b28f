"""Splitting a bill: one basket per national disease code, one for ordinary care (rules 6).

Sources: 4号 三(一), 三(二); 规程 14. Amounts are yuan with two places, as the hospital's system printed them.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Literal

from yidi_sdk import diseases
from yidi_sdk.rules import chronic
from yidi_sdk.rules.areas import Institution, is_cross_province
from yidi_sdk.rules.chronic import NO_BENEFIT, Place, Qualification
from yidi_sdk.rules.flags import Kind
from yidi_sdk.rules.money import FEN, ZERO
from yidi_sdk.rules.reasons import Code, Reason, http_of, ordered, without_notices
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

Category = Literal["普通门诊", "门诊慢特病", "住院"]

_AMOUNT = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]{2}")
_TWO_PLACES = -2

# (kind, emergency) -> med_type of the basket without disease code
MED_TYPES: Mapping[tuple[str, bool], str] = MappingProxyType(
    {
        ("outpatient", False): "11",
        ("outpatient", True): "13",  # FL2
        ("emergency", False): "13",
        ("emergency", True): "13",
        ("chronic", False): "11",
        ("chronic", True): "11",
        ("inpatient", False): "21",
        ("inpatient", True): "24",
    }
)
CHRONIC_MED_TYPE = "14"


@dataclass(frozen=True, slots=True)
class Line:
    """One fee line. `disease_code` national or local; `origin` names the line a negative one takes back."""

    line_no: str
    disease_code: str | None
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    code: str = ""
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Basket:
    """What is registered and settled alone; `disease_code` None is ordinary care or a stay."""

    disease_code: str | None
    category: Category
    med_type: str
    total: Decimal
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """A bill split, or refused with reasons that name their lines. `total` is the sum of the baskets that go out."""

    outcome: Literal["accepted", "refused"]
    baskets: tuple[Basket, ...] = ()
    reasons: tuple[Reason, ...] = ()
    not_sent: tuple[str, ...] = ()
    total: Decimal = ZERO
    http: int | None = None


def check_amount_text(text: str, line_no: str | None = None, field: str = "amount") -> Decimal | Reason:
    """M6: text with exactly two decimals, no exponent, no blanks; else AMOUNT_FORMAT naming line and field."""
    if not _AMOUNT.fullmatch(text):
        return Reason(Code.AMOUNT_FORMAT, line_no=line_no, detail=field)
    return Decimal(text)


def product_of(line: Line) -> Decimal:
    """Quantity times unit price, rounded half up to the fen."""
    return (line.quantity * line.unit_price).quantize(FEN, rounding=ROUND_HALF_UP)


def split(
    kind: Kind,
    lines: Sequence[Line],
    qualifications: Sequence[Qualification] | None,
    institution: Institution,
    insured_division: str,
    *,
    on: date,
    settings: RuleSettings = DEFAULTS,
    emergency: bool = False,
    in_stay: bool = False,
    earlier: Sequence[Line] = (),
) -> Split:
    """Split the lines of a visit or stay (BA1 to BA13).

    `kind` inpatient: one basket of category 住院. `qualifications` None: 5301 failed. `earlier`: lines of the same
    stay uploaded before, for negative lines to refer to.
    """
    found = _about_the_call(kind, lines, in_stay=in_stay)
    found += _line_by_line(kind, lines, earlier, settings)
    local = not is_cross_province(insured_division, institution.division)
    place = Place(institution, insured_division, on, settings)
    placed, about = _placed(kind, lines, qualifications, place, local=local)
    found += about
    objections = without_notices(found)
    if objections:
        told = ordered(objections)
        return Split("refused", reasons=told, http=http_of(told))
    med_type = MED_TYPES[kind, emergency]
    built = [_basket(kind, code, med_type, placed[code]) for code in sorted(placed, key=diseases.position)]
    return _without_zero(kind, built, found)


def _about_the_call(kind: Kind, lines: Sequence[Line], *, in_stay: bool) -> list[Reason]:
    found = [] if lines else [Reason(Code.NO_LINES, detail="lines")]
    if in_stay and kind != "inpatient":  # BA19
        found.append(Reason(Code.IN_STAY))
    counted = Counter(line.line_no for line in lines)
    found += [
        Reason(Code.LINE_NO_DUPLICATE, line_no=no, detail="line_no") for no, times in counted.items() if times > 1
    ]
    return found


def _line_by_line(kind: Kind, lines: Sequence[Line], earlier: Sequence[Line], settings: RuleSettings) -> list[Reason]:
    """BA7, BA9, BA11 for each line."""
    found: list[Reason] = []
    for line in lines:
        if line.amount.as_tuple().exponent != _TWO_PLACES:
            found.append(Reason(Code.AMOUNT_FORMAT, line_no=line.line_no, detail="amount"))
            continue
        off = abs(product_of(line) - line.amount)
        if off:
            code = Code.LINE_ROUNDING if off <= settings.line_tolerance else Code.LINE_AMOUNT_MISMATCH
            found.append(Reason(code, line_no=line.line_no, detail="amount"))
        if line.disease_code and kind != "chronic":
            found.append(Reason(Code.DISEASE_CODE_WRONG_KIND, line.disease_code, line.line_no, "disease_code"))
        if line.amount < 0 and kind != "inpatient":
            found.append(Reason(Code.NEGATIVE_LINE, line_no=line.line_no, detail="amount"))
    return found + (_negatives(lines, earlier) if kind == "inpatient" else [])


def _negatives(lines: Sequence[Line], earlier: Sequence[Line]) -> list[Reason]:
    """BA11: a negative line names an earlier line of the same item and never takes back more than that line."""
    left: dict[str, tuple[str, Decimal]] = {}
    found: list[Reason] = []
    fresh = {id(line) for line in lines}
    for line in (*earlier, *lines):
        if line.amount >= 0:
            left[line.line_no] = (line.code, line.amount)
            continue
        code, rest = left.get(line.origin or "", ("", ZERO))
        if line.origin in left and code == line.code and rest + line.amount >= 0:
            left[line.origin or ""] = (code, rest + line.amount)
        elif id(line) in fresh:
            found.append(Reason(Code.NEGATIVE_LINE_NO_ORIGIN, line_no=line.line_no, detail="origin"))
    return found


def _placed(
    kind: Kind, lines: Sequence[Line], qualifications: Sequence[Qualification] | None, place: Place, *, local: bool
) -> tuple[dict[str | None, list[Line]], list[Reason]]:
    """Each line in exactly one basket (BA1, BA2), with what was found on the way."""
    placed: dict[str | None, list[Line]] = {}
    found: list[Reason] = []
    for line in lines:
        basket: str | None = None
        if line.disease_code and kind == "chronic":
            basket, about = _basket_of(line, line.disease_code, qualifications, place, local=local)
            found += about
        placed.setdefault(basket, []).append(line)
    asked = [line.disease_code for line in lines if line.disease_code and kind == "chronic"]
    return placed, found + _mapped(asked, qualifications or (), place.settings)


def _basket_of(
    line: Line, code: str, qualifications: Sequence[Qualification] | None, place: Place, *, local: bool
) -> tuple[str | None, list[Reason]]:
    """BA3 to BA6: the basket of a line with a disease code. Local rules are not ours (CP2)."""
    read = chronic.read_code(code, place.settings)
    if isinstance(read, Reason):
        return None, [Reason(read.code, code, line.line_no, "disease_code")]
    if local:
        return read, []
    if qualifications is None:
        return read, [Reason(Code.CHRONIC_UNCONFIRMED, read, line.line_no, "5301")]
    against = chronic.objection(read, qualifications, place)
    if against is None:
        return read, []
    if against in NO_BENEFIT and place.settings.unqualified_line == "ordinary":
        return None, [Reason(Code.CHRONIC_LINE_TO_ORDINARY, read, line.line_no, against)]
    return read, [Reason(against, read, line.line_no)]


def _mapped(asked: Sequence[str], qualifications: Sequence[Qualification], settings: RuleSettings) -> list[Reason]:
    """CH7, on lines and on the qualification rows that serve them."""
    wanted = {diseases.national(code, settings.extra_diseases) for code in asked} - {None}
    held = [row.code for row in qualifications if diseases.national(row.code, settings.extra_diseases) in wanted]
    return chronic.mapped([*asked, *held], settings)


def _basket(kind: Kind, code: str | None, med_type: str, lines: Sequence[Line]) -> Basket:
    total = sum((line.amount for line in lines), ZERO)
    if code is not None:
        return Basket(code, "门诊慢特病", CHRONIC_MED_TYPE, total, tuple(lines))
    return Basket(None, "住院" if kind == "inpatient" else "普通门诊", med_type, total, tuple(lines))


def _without_zero(kind: Kind, built: Sequence[Basket], found: Sequence[Reason]) -> Split:
    """BA10: a basket of 0.00 is not registered. A stay keeps its lines: the uploads have to be complete."""
    zero = [basket for basket in built if kind != "inpatient" and basket.total == 0]
    sent = tuple(basket for basket in built if basket not in zero)
    told = ordered((*found, *(Reason(Code.BASKET_ZERO, disease_code=basket.disease_code) for basket in zero)))
    not_sent = tuple(line.line_no for basket in zero for line in basket.lines)
    return Split("accepted", sent, told, not_sent, sum((basket.total for basket in sent), ZERO))
