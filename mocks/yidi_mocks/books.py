"""The settlements by day and by month, so that a question about a day does not look through all of them.

A shelf holds what one hospital settled on one day for one insurance and clearing type. Its sums are made when they are
first asked for and carried on; what is reversed or not final is taken off each time, so that they never disagree with
the settlements themselves.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from yidi_mocks import figures

if TYPE_CHECKING:
    from yidi_mocks.world import Settlement

SUMMED = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay")
PLACES = tuple(figures.PLACE[name] for name in SUMMED)
MIDNIGHT = "24:00"
SERIAL = 10
"""Digits at the end of a setl_id that tell the order."""
A_DAY = timedelta(days=1)
Kind = tuple[str, str, str]
"""fixmedins_code, insutype, clr_type."""
Wanted = Callable[[Kind], bool]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many settlements, and four sums of them in fen, in the order of SUMMED."""

    count: int = 0
    medfee: int = 0
    fund: int = 0
    account: int = 0
    cash: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*(mine + its for mine, its in zip(self.as_tuple(), other.as_tuple(), strict=True)))

    def __sub__(self, other: "Totals") -> "Totals":
        return Totals(*(mine - its for mine, its in zip(self.as_tuple(), other.as_tuple(), strict=True)))

    def as_tuple(self) -> tuple[int, int, int, int, int]:
        """Count and sums."""
        return self.count, self.medfee, self.fund, self.account, self.cash

    def as_json(self) -> dict[str, str]:
        """The sums by wire name, as text with two places."""
        return {name: f"{figures.yuan(fen):.2f}" for name, fen in zip(SUMMED, self.as_tuple()[1:], strict=True)}


def total_of(settlements: "Iterable[Settlement]") -> Totals:
    """Of all of them."""
    count, sums = 0, [0, 0, 0, 0]
    for settlement in settlements:
        fen = figures.all_of(settlement.packed, settlement.fund_names)
        for place, at in enumerate(PLACES):
            sums[place] += fen[at]
        count += 1
    return Totals(count, *sums)


def funds_of(settlement: "Settlement") -> "Iterable[tuple[str, int]]":
    """Code and payment in fen of each fund row."""
    paid = figures.all_of(settlement.packed, settlement.fund_names)[len(figures.AMOUNTS) + 1 :: 2].tolist()
    return zip((code for code, _ in settlement.fund_names), paid, strict=True)


def is_refund(settlement: "Settlement") -> bool:
    """Whether it is a negative row."""
    return settlement.undoes is not None or settlement.fen("medfee_sumamt") < 0


@dataclass(frozen=True, slots=True)
class Cut:
    """What belongs to a day at this moment. The day D of the platform ends at `ends_at` (HH:MM, 24:00 for midnight) of
    D. `final_to`: settlements made later are not final yet, None: all are. `waiting`: setl_ids that are not either."""

    ends_at: str = MIDNIGHT
    final_to: str | None = None
    waiting: frozenset[str] = frozenset()

    def day_of(self, moment: str) -> str:
        """The platform's day of a moment."""
        if self.ends_at == MIDNIGHT or moment[11:16] < self.ends_at:
            return moment[:10]
        return (date.fromisoformat(moment[:10]) + A_DAY).isoformat()

    def is_final(self, settlement: "Settlement") -> bool:
        """Whether the day's books have it."""
        if settlement.setl_id in self.waiting:
            return False
        return self.final_to is None or settlement.time <= self.final_to


class Shelf:
    """Settlements of one kind and day, in the order in which they were booked."""

    __slots__ = ("_counted", "_refunds", "_sums", "rows")

    def __init__(self) -> None:
        self.rows: list[Settlement] = []
        self.forget()

    def forget(self) -> None:
        """The sums are made anew when they are next asked for."""
        self._counted, self._sums, self._refunds = 0, Totals(), Totals()

    def totals(self, cut: Cut, *, refunds: bool = True) -> Totals:
        """Of what stands and is final; `refunds` false leaves the negative rows out."""
        if self._counted < len(self.rows):
            new = self.rows[self._counted :]
            self._sums += total_of(new)
            self._refunds += total_of(filter(is_refund, new))
            self._counted = len(self.rows)
        left_out = [row for row in self.rows if row.reversed]
        if cut.final_to is not None or cut.waiting:
            left_out += [row for row in self.rows if not row.reversed and not cut.is_final(row)]
        sums = self._sums - total_of(left_out)
        if refunds:
            return sums
        return sums - self._refunds + total_of(filter(is_refund, left_out))


class Books:
    """All shelves, by day, and the settlements of each clearing month by hospital."""

    def __init__(self) -> None:
        self._days: dict[str, dict[Kind, Shelf]] = {}
        self._months: dict[str, dict[str, list[Settlement]]] = {}

    def add(self, settlement: "Settlement") -> None:
        """Book one."""
        kind = kind_of(settlement)
        shelves = self._days.setdefault(settlement.day, {})
        shelf = shelves.get(kind)
        if shelf is None:
            shelf = shelves[kind] = Shelf()
        shelf.rows.append(settlement)
        self._months.setdefault(settlement.clearing_month, {}).setdefault(kind[0], []).append(settlement)

    def remove(self, settlement: "Settlement") -> None:
        """Before its day, its month or its amounts change, or it goes; `add` puts it back. One not booked is left."""
        kind = kind_of(settlement)
        shelf = self._days.get(settlement.day, {}).get(kind)
        if shelf is not None:
            _drop(shelf.rows, settlement)
            shelf.forget()
        _drop(self._months.get(settlement.clearing_month, {}).get(kind[0], []), settlement)

    def forget(self, settlement: "Settlement") -> None:
        """Its amounts change: its shelf is summed anew."""
        shelf = self._days.get(settlement.day, {}).get(kind_of(settlement))
        if shelf is not None:
            shelf.forget()

    def kinds(self, begin: str, end: str, cut: Cut) -> list[Kind]:
        """Which kinds there are from a day to a day of the platform."""
        return sorted({kind for day in days_between(_first(begin, cut), end) for kind in self._days.get(day, ())})

    def booked_on(self, day: str) -> "list[Settlement]":
        """What was booked on a day of the calendar, in order, with what was reversed."""
        rows = (row for shelf in self._days.get(day, {}).values() for row in shelf.rows)
        return sorted(rows, key=lambda row: (row.time, row.setl_id[-SERIAL:]))

    def totals(self, kind: Kind, begin: str, end: str, cut: Cut, *, refunds: bool = True) -> Totals:
        """Of one kind over days of the platform, both included."""
        if cut.ends_at == MIDNIGHT:
            shelves = (self._days.get(day, {}).get(kind) for day in days_between(begin, end))
            return sum((shelf.totals(cut, refunds=refunds) for shelf in shelves if shelf is not None), Totals())
        rows = self.settled(begin, end, cut, lambda other: other == kind)
        return total_of(row for row in rows if refunds or not is_refund(row))

    def settled(
        self, begin: str, end: str, cut: Cut, wanted: Wanted = lambda _: True, *, final: bool = True
    ) -> "Iterator[Settlement]":
        """What stands over days of the platform, both included, of the kinds wanted; `final` false: what is not yet."""
        for settlement in self.booked(begin, end, cut, wanted):
            if not settlement.reversed and cut.is_final(settlement) == final:
                yield settlement

    def booked(self, begin: str, end: str, cut: Cut, wanted: Wanted) -> "Iterator[Settlement]":
        """The same with what is reversed or not final."""
        plain = cut.ends_at == MIDNIGHT
        for day in days_between(_first(begin, cut), end):
            for kind, shelf in self._days.get(day, {}).items():
                if wanted(kind):
                    yield from (row for row in shelf.rows if plain or begin <= cut.day_of(row.time) <= end)

    def months(self) -> list[str]:
        """The clearing months with anything in them."""
        return sorted(month for month, hospitals in self._months.items() if any(hospitals.values()))

    def month(self, month: str, code: str | None = None) -> "Iterator[Settlement]":
        """What stands in a clearing month, of one hospital where named, in the order in which it was booked there."""
        hospitals = self._months.get(month, {})
        for its_code, rows in hospitals.items():
            if code in (None, its_code):
                yield from (row for row in rows if not row.reversed)


def kind_of(settlement: "Settlement") -> Kind:
    """Hospital, insurance, clearing type."""
    visit = settlement.visit
    return visit.institution.code, visit.insurance.insutype, visit.clearing_type


def _first(begin: str, cut: Cut) -> str:
    """The first day of the calendar that has something of a day of the platform."""
    day = date.fromisoformat(begin)
    return begin if cut.ends_at == MIDNIGHT or day == date.min else (day - A_DAY).isoformat()


def days_between(begin: str, end: str) -> Iterator[str]:
    """Every day from one to the other, yyyy-MM-dd, both included."""
    first, last = date.fromisoformat(begin).toordinal(), date.fromisoformat(end).toordinal()
    return (date.fromordinal(day).isoformat() for day in range(first, last + 1))


def _drop(rows: "list[Settlement]", settlement: "Settlement") -> None:
    """By identity: two settlements may be equal in all they say."""
    place = next((place for place, row in enumerate(rows) if row is settlement), None)
    if place is not None:
        del rows[place]
