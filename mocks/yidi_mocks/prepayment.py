"""Prepayment (规程 第十六条 to 第二十六条): what insured provinces have paid ahead, and how much of it a month uses.

The amount of a year is twice the monthly mean of the last quarter of the year before (第十六条), unless somebody set
another. Use is the clearing of a month over the prepayment (第二十一条): 70 % warns yellow, 90 % red, and red lets the
city ask for an increase within 3 working days of the tables' confirmation.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, cast

from yidi_mocks.figures import yuan
from yidi_mocks.shapes import is_day, plain_number
from yidi_mocks.workdays import Calendar, NoCalendar

YELLOW, RED = Decimal("0.70"), Decimal("0.90")
QUARTER = ("10", "11", "12")
TIMES = 2
FOUR_PLACES = Decimal("0.0001")
APPLY_WITHIN, SUBMIT_WITHIN, PAY_WITHIN, TELL_WITHIN = 3, 5, 10, 5


class BadPrepayment(ValueError):
    """What was said of prepayment makes no sense."""


def warning_of(rate: Decimal) -> str | None:
    """yellow, red or None."""
    if rate >= RED:
        return "red"
    return "yellow" if rate >= YELLOW else None


class Prepayments:
    """Amounts in fen by year and province of the insured place; how they were paid; the accounts that money goes to
    (附件10)."""

    def __init__(self) -> None:
        self._set: dict[tuple[str, str], int] = {}
        self._paid: dict[tuple[str, str], dict[str, str]] = {}
        self.accounts: dict[str, list[dict[str, str]]] = {}

    def as_json(self) -> dict[str, Any]:
        """Amounts by year and province, and the accounts with since when; the last of each counts."""
        years: dict[str, dict[str, str]] = {}
        for (year, province), fen in sorted(self._set.items()):
            years.setdefault(year, {})[province] = f"{yuan(fen):.2f}"
        return {"years": years, "accounts": self.accounts}

    def notice(self, year: str, calendar: Calendar) -> dict[str, Any]:
        """附件4, what the insured provinces pay ahead, in units of 10,000 yuan; published by the end of January, then
        submitted, paid and told in 5, 10 and 5 working days, all by the end of February (第十八条 to 第二十条)."""
        rows = [self._row(year, province, fen) for (its, province), fen in sorted(self._set.items()) if its == year]
        submitted, paid, told = terms_from(calendar, f"{year}-01-31", SUBMIT_WITHIN, PAY_WITHIN, TELL_WITHIN)
        terms = {"published_by": f"{year}-01-31", "submitted_by": submitted, "paid_by": paid, "told_by": told}
        total = sum(fen for (its, _), fen in self._set.items() if its == year)
        return {
            "title": "跨省异地就医预付金收款通知书",
            "year": year,
            "unit": "万元",
            "rows": rows,
            "total": _in_ten_thousands(total),
            "terms": {**terms, "done_by": _end_of_february(year)},
        }

    def _row(self, year: str, province: str, fen: int) -> dict[str, Any]:
        paid = self._paid.get((year, province))
        late = paid is not None and paid["date"] > _end_of_february(year)
        return {"division": f"{province}0000", "amount": _in_ten_thousands(fen), "paid": paid, "late": late}

    def put_payment(self, year: str, province: str, row: dict[str, Any]) -> None:
        """`bank`, `serial` and `date` of the payment of a year's amount (第二十条). Raises BadPrepayment."""
        if (year, province) not in self._set:
            raise BadPrepayment("nothing is to be paid ahead by that province in that year")
        if set(row) != {"bank", "serial", "date"} or not all(map(_is_text, row.values())) or not is_day(row["date"]):
            raise BadPrepayment("a payment has bank, serial, and date (yyyy-MM-dd)")
        self._paid[year, province] = {name: str(value) for name, value in row.items()}

    def put(self, row: dict[str, Any]) -> None:
        """`year` and `amounts` in yuan by province code of two digits, raised or lowered as often as one likes. Raises
        BadPrepayment."""
        year, amounts = row.get("year"), row.get("amounts")
        if not isinstance(year, str) or len(year) != len("yyyy") or not year.isdigit() or not isinstance(amounts, dict):
            raise BadPrepayment("prepayment has year (yyyy) and amounts by province code")
        read: dict[tuple[str, str], int] = {}
        for province, amount in cast("dict[str, Any]", amounts).items():
            text = plain_number(amount)
            if not _is_province(province) or text is None or not 0 < Decimal(text) < Decimal(10) ** 14:
                raise BadPrepayment("amounts: a province code of two digits, and an amount in yuan above zero")
            read[year, province] = int((Decimal(text) * 100).to_integral_value(ROUND_DOWN))
        self._set.update(read)

    def put_account(self, province: str, row: dict[str, Any], now: str) -> list[dict[str, str]]:
        """The account that a province's money goes to from now on (第二十六条); those before stay in the list. Raises
        BadPrepayment."""
        if not _is_province(province) or set(row) != {"name", "bank", "number"} or not all(map(_is_text, row.values())):
            raise BadPrepayment("an account has name, bank and number, under a province code of two digits")
        rows = self.accounts.setdefault(province, [])
        rows.append({**{name: str(value) for name, value in row.items()}, "since": now})
        return rows

    def amount(self, year: str, province: str, before: Mapping[str, int]) -> int | None:
        """In fen; `before`: the clearing of the months before by month, in fen. None where nothing tells."""
        known = self._set.get((year, province))
        if known is not None:
            return known
        quarter = [before.get(f"{int(year) - 1}-{month}") for month in QUARTER]
        if all(fen is None for fen in quarter):
            return None
        return TIMES * sum(fen or 0 for fen in quarter) // len(QUARTER)


def use_of(amount: int | None, used: int) -> dict[str, Any]:
    """Amount, use, rate and warning; amounts in fen on the way in, in yuan on the way out."""
    rate = None if not amount else (Decimal(used) / amount).quantize(FOUR_PLACES, ROUND_DOWN)
    return {
        "prepaid": None if amount is None else f"{yuan(amount):.2f}",
        "used": f"{yuan(used):.2f}",
        "rate": None if rate is None else str(rate),
        "warning": None if rate is None else warning_of(rate),
    }


def terms_from(calendar: Calendar, day: str, *terms: int) -> list[str | None]:
    """The last days of terms of working days that follow each other; None from where the calendar is not known."""
    found: list[str | None] = []
    last: str | None = day
    for term in terms:
        try:
            last = None if last is None else calendar.after(last, term)
        except NoCalendar:
            last = None
        found.append(last)
    return found


def _in_ten_thousands(fen: int) -> str:
    return f"{yuan(fen).scaleb(-4):.6f}"


def _end_of_february(year: str) -> str:
    return (date(int(year), 3, 1) - timedelta(days=1)).isoformat()


def _is_province(value: object) -> bool:
    return isinstance(value, str) and len(value) == len("50") and value.isdigit()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
