"""Working days: Monday to Friday without the days off of the State Council, and the days worked in their place. Pure.

A year without a published calendar is refused, because a wrong due day is worse than none.
"""

import json
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

SATURDAY = 5
A_DAY = timedelta(days=1)
LONGEST_HOLIDAY = 31


class NoCalendar(ValueError):
    """A working day was asked for in a year whose calendar is not known, or a calendar makes no sense."""


class Calendar:
    """The years that are known."""

    def __init__(self) -> None:
        self._years: dict[int, tuple[frozenset[date], frozenset[date]]] = {}
        for row in _published():
            self.add(row)

    @property
    def years(self) -> list[int]:
        """Which."""
        return sorted(self._years)

    def add(self, row: dict[str, Any]) -> None:
        """`year`, `holidays` as spans [first, last] of days off, `make_up_days`. Raises NoCalendar."""
        try:
            year = int(row["year"])
            spans = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in row["holidays"]]
            worked = frozenset(map(date.fromisoformat, row["make_up_days"]))
        except (KeyError, TypeError, ValueError):
            raise NoCalendar("a calendar has year, holidays [[first, last], ...] and make_up_days") from None
        if any(not 0 <= (last - first).days < LONGEST_HOLIDAY for first, last in spans):
            raise NoCalendar("holidays: the first day of a span comes before its last, within a month")
        off = frozenset(first + A_DAY * n for first, last in spans for n in range((last - first).days + 1))
        if any(day.year != year for day in off | worked):
            raise NoCalendar(f"every day of the calendar of {year} lies in {year}")
        self._years[year] = (off, worked)

    def is_working(self, day: date) -> bool:
        """Whether it is one. Raises NoCalendar."""
        if day.year not in self._years:
            raise NoCalendar(f"there is no holiday calendar for {day.year}; add one with PUT /_hub/calendar")
        off, worked = self._years[day.year]
        return day in worked or (day not in off and day.weekday() < SATURDAY)

    def after(self, start: str, days: int) -> str:
        """The last day, yyyy-MM-dd, of a term of so many working days; the day it starts is not counted. Raises
        NoCalendar."""
        day = date.fromisoformat(start[:10])
        while days > 0:
            day += A_DAY
            days -= self.is_working(day)
        return day.isoformat()


@cache
def _published() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(files("yidi_mocks").joinpath("data", "holidays.json").read_text("utf-8")))
