"""Deadlines K1 to K13 (rules 10).

Times are Asia/Shanghai. A deadline runs to 24:00 of its due day; the start day is not counted. Calendar days never
move for holidays; working days need the year's holiday data. A year without data makes the clock refuse, unless the
calendar says to count it by its weekends: then the deadline says that it did.
Sources: 规程 7, 35 to 37, 47, 54, 55; 26号 四; 附件2. The days off: `holidays.toml`.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from yidi_sdk.rules.filing import term_end
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
ProblemClass = Literal["filing", "fault", "other"]

_SATURDAY = 5
_LIST_DAY = 26
_ONE_DAY = timedelta(days=1)
_MONTH_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}")


class NoCalendarError(Exception):
    """Working days of a year were asked for that the holiday data do not cover."""

    def __init__(self, year: int) -> None:
        super().__init__(f"no holiday data for {year}: working days cannot be counted")
        self.year = year


@dataclass(frozen=True, slots=True)
class Calendar:
    """Holidays and make-up days (调休) of the years covered, as published each year. `beyond`: what a deadline does
    with a year that is not covered."""

    years: Collection[int] = ()
    holidays: Collection[date] = ()
    make_up_days: Collection[date] = ()
    beyond: Literal["refuse", "weekends"] = "refuse"

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday that is no holiday, or a make-up day. NoCalendarError for a year without data."""
        if day.year not in self.years:
            raise NoCalendarError(day.year)
        return day in self.make_up_days or (day.weekday() < _SATURDAY and day not in self.holidays)

    def working_day(self, start: date, days: int) -> date:
        """The working day some working days after (or, negative, before) a day, which is not counted itself."""
        step = _ONE_DAY if days > 0 else -_ONE_DAY
        day, left = start, abs(days)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day


@dataclass(frozen=True, slots=True)
class Start:
    """What a clock starts from: a moment; the day and the month it lies in follow."""

    at: datetime

    @property
    def day(self) -> date:
        """The day."""
        return self.at.date()

    def of_month(self, months: int, day: int) -> date:
        """A day of the month some months later."""
        return term_end(self.day.replace(day=1), months).replace(day=day)


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: refused when a year has no holiday data (`missing_year`). `due` runs to 24:00, which is `due_at`.
    `weekends_only` has the years of which only the weekends were counted as days off; `notice` says so."""

    clock: str
    outcome: Literal["computed", "refused"]
    due: date | None = None
    yellow: datetime | None = None
    red: datetime | None = None
    listed_on: date | None = None
    missing_year: int | None = None
    weekends_only: tuple[int, ...] = ()

    @property
    def due_at(self) -> datetime | None:
        """24:00 of the due day."""
        return at(self.due + _ONE_DAY) if self.due else None

    @property
    def notice(self) -> str:
        """What a reader must know of the day, Chinese first; "" when nothing."""
        if not self.weekends_only:
            return ""
        years = "、".join(map(str, self.weekends_only))
        return (
            f"{years}年的节假日安排尚无数据，仅按周末推算，节假日和调休未计入，请核对到期日"
            f" / no holiday data for {years}: only weekends were counted as days off, check the day"
        )


Rule = Callable[[Start, Calendar], date]
Alarm = Callable[[Start, date, Calendar], datetime]


@dataclass(frozen=True, slots=True)
class Clock:
    """One row of the table: when it is due and when it alarms, yellow and red."""

    row: str
    due: Rule
    yellow: Alarm | None = None
    red: Alarm | None = None
    source: str = ""


def shanghai(moment: datetime) -> datetime:
    """The moment in Asia/Shanghai; one without offset is taken to be there already."""
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def at(day: date, hour: int = 0) -> datetime:
    """A full hour of a day."""
    return datetime.combine(day, time(hour), SHANGHAI)


def _month(months: int, day: int) -> Rule:
    return lambda start, _: start.of_month(months, day)


def _working(days: int) -> Rule:
    return lambda start, calendar: calendar.working_day(start.day, days)


def _on_due_day(hour: int = 0) -> Alarm:
    return lambda _, due, __: at(due, hour)


def _same_month(day: int, hour: int = 0) -> Alarm:
    return lambda _, due, __: at(due.replace(day=day), hour)


def _after_start(hours: int) -> Alarm:
    return lambda start, _, __: start.at + timedelta(hours=hours)


def _before_due(days: int) -> Alarm:
    return lambda _, due, __: at(due - timedelta(days=days))


def _working_day(days: int) -> Alarm:
    return lambda start, _, calendar: at(calendar.working_day(start.day, days))


def _one_working_day_before(_: Start, due: date, calendar: Calendar) -> datetime:
    return at(calendar.working_day(due, -1))


def _at_once(start: Start, _: date, __: Calendar) -> datetime:
    return start.at


def _latest_declaration(start: Start, _: Calendar) -> date:
    """K6: the earlier of the 20th of M+3 and 31 March of the next year."""
    return min(start.of_month(3, 20), date(start.day.year + 1, 3, 31))


def listed_on(moment: datetime) -> date:
    """K7: the first 26th 00:00 after a request; one at exactly that moment waits for the next list."""
    day = shanghai(moment).date().replace(day=_LIST_DAY)
    return day if shanghai(moment) < at(day) else term_end(day, 1)


# K9 (and K11 by class): working days, when the yellow alarm goes off
TICKETS: Mapping[ProblemClass, Clock] = MappingProxyType(
    {
        "filing": Clock("K9", _working(2), _one_working_day_before, _on_due_day(), "规程 55"),
        "fault": Clock("K9", _working(1), _at_once, _on_due_day(), "规程 55"),
        "other": Clock("K9", _working(10), _one_working_day_before, _on_due_day(), "规程 55"),
    }
)

CLOCKS: Mapping[str, Clock] = MappingProxyType(
    {
        "day_reconciliation": Clock("K1", lambda s, _: s.day, _on_due_day(18), _on_due_day(22), "规程 35"),
        "month_reconciliation": Clock("K2", _month(1, 3), _same_month(1, 9), _on_due_day(), "规程 35"),
        "inpatient_details": Clock(
            "K3", lambda s, _: s.day + timedelta(days=3), _after_start(48), _after_start(72), "规程 36"
        ),
        "hospital_confirmation": Clock("K4", _month(1, 18), _same_month(13), _on_due_day(), "规程 37"),
        "month_declaration": Clock("K5", _month(1, 20), _same_month(15), _on_due_day(), "规程 47"),
        "declaration_latest": Clock("K6", _latest_declaration, _before_due(10), _on_due_day(), "规程 47"),
        "fee_check_list": Clock(
            "K7", lambda s, _: term_end(listed_on(s.at), 1), _same_month(20), _on_due_day(), "规程 54"
        ),
        "fee_check_confirm": Clock("K8", _working(5), _working_day(3), _on_due_day(), "规程 54"),
        "ticket_filing": TICKETS["filing"],
        "ticket_fault": TICKETS["fault"],
        "ticket_other": TICKETS["other"],
        "ticket_silent_confirm": Clock("K10", _working(10), _working_day(7), _on_due_day(), "规程 55"),
        "local_problem": Clock("K11", _working(2), _one_working_day_before, _on_due_day(), "26号 四"),
        "online_filing": Clock("K12", _working(2), source="规程 7"),
        "promise_retention": Clock("K13", lambda s, _: term_end(s.day, 24), source="附件2"),
    }
)


def due(
    clock: str,
    start: date | datetime,
    calendar: Calendar,
    *,
    problem_class: ProblemClass | None = None,
    settings: RuleSettings = DEFAULTS,
) -> Due:
    """When a clock is due and alarms. KeyError for a name that is none.

    `start`: the business day, any day of the month for month clocks, or the moment. `problem_class` is for
    local_problem (K11): a ticket of that class, else the days of the setting.
    """
    row = CLOCKS[clock]
    if clock == "local_problem":
        own = Clock("K11", _working(settings.local_problem_days), row.yellow, row.red, row.source)
        row = TICKETS[problem_class] if problem_class else own
    begins = Start(shanghai(start) if isinstance(start, datetime) else at(start))
    counted: list[int] = []
    while True:
        try:
            found = _found(clock, row, begins, calendar)
        except NoCalendarError as missing:
            if calendar.beyond == "refuse":
                return Due(clock, "refused", missing_year=missing.year)
            counted.append(missing.year)
            calendar = replace(calendar, years=(*calendar.years, missing.year))
        else:
            return replace(found, weekends_only=tuple(sorted(counted)))


def _found(clock: str, row: Clock, begins: Start, calendar: Calendar) -> Due:
    day = row.due(begins, calendar)
    yellow = row.yellow(begins, day, calendar) if row.yellow else None
    red = row.red(begins, day, calendar) if row.red else None
    listed = listed_on(begins.at) if row.row == "K7" else None
    return Due(clock, "computed", day, yellow, red, listed)


@cache
def published() -> Calendar:
    """The calendar that comes with the package: days off and make-up days as the State Council publishes them. Years
    beyond it are counted by their weekends, and the deadline says so."""
    text = files("yidi_sdk").joinpath("rules", "holidays.toml").read_text(encoding="utf-8")
    years: list[dict[str, Any]] = tomllib.loads(text)["year"]
    return Calendar(
        years=frozenset(year["year"] for year in years),
        holidays=frozenset(day for year in years for span in year["holidays"] for day in _days(**span)),
        make_up_days=frozenset(day for year in years for day in year["make_up_days"]),
        beyond="weekends",
    )


def _days(first: date, last: date, name: str) -> list[date]:  # noqa: ARG001 - the name is for who reads the file
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def read_start(text: str) -> date | datetime:
    """A month (2026-11), a day or a moment in ISO 8601. ValueError for anything else."""
    if _MONTH_TEXT.fullmatch(text):
        return date.fromisoformat(f"{text}-01")
    moment = datetime.fromisoformat(text)
    return moment if "T" in text or " " in text else moment.date()
