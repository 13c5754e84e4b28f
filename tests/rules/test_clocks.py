"""Deadlines: calendar days that never move, working days that need the year's data."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk.rules.clocks import (
    CLOCKS,
    SHANGHAI,
    Calendar,
    NoCalendarError,
    due,
    listed_on,
    published,
    read_start,
    shanghai,
)
from yidi_sdk.rules.settings import RuleSettings

HOLIDAYS = frozenset(date(2026, 10, day) for day in range(1, 8))
CALENDAR = Calendar((2026,), HOLIDAYS, frozenset({date(2026, 10, 10)}))
NOTHING = Calendar()


@pytest.mark.requirement("R113", "R115", "R116", "R126", "R135", "R136", "R143")
@pytest.mark.parametrize(
    ("clock", "start", "day", "yellow", "red"),
    [
        ("day_reconciliation", "2026-10-01", "2026-10-01", "2026-10-01 18:00", "2026-10-01 22:00"),
        ("month_reconciliation", "2026-12", "2027-01-03", "2027-01-01 09:00", "2027-01-03 00:00"),
        ("month_reconciliation", "2026-09-30", "2026-10-03", "2026-10-01 09:00", "2026-10-03 00:00"),
        ("inpatient_details", "2026-11-21T10:30", "2026-11-24", "2026-11-23 10:30", "2026-11-24 10:30"),
        ("hospital_confirmation", "2026-11", "2026-12-18", "2026-12-13 00:00", "2026-12-18 00:00"),
        ("month_declaration", "2026-11", "2026-12-20", "2026-12-15 00:00", "2026-12-20 00:00"),
        ("declaration_latest", "2026-11", "2027-02-20", "2027-02-10 00:00", "2027-02-20 00:00"),
        ("declaration_latest", "2026-01", "2026-04-20", "2026-04-10 00:00", "2026-04-20 00:00"),
        ("fee_check_list", "2026-11-25T23:59", "2026-12-26", "2026-12-20 00:00", "2026-12-26 00:00"),
        ("fee_check_confirm", "2026-09-30", "2026-10-13", "2026-10-10 00:00", "2026-10-13 00:00"),
        ("ticket_filing", "2026-09-28", "2026-09-30", "2026-09-29 00:00", "2026-09-30 00:00"),
        ("ticket_fault", "2026-09-30T08:15", "2026-10-08", "2026-09-30 08:15", "2026-10-08 00:00"),
        ("ticket_other", "2026-09-30", "2026-10-20", "2026-10-19 00:00", "2026-10-20 00:00"),
        ("ticket_silent_confirm", "2026-11-02", "2026-11-16", "2026-11-11 00:00", "2026-11-16 00:00"),
        ("local_problem", "2026-11-20", "2026-11-24", "2026-11-23 00:00", "2026-11-24 00:00"),
        ("online_filing", "2026-11-20", "2026-11-24", None, None),
        ("promise_retention", "2026-11-21", "2028-11-21", None, None),
    ],
)
def test_each_clock(clock: str, start: str, day: str, yellow: str | None, red: str | None) -> None:
    found = due(clock, read_start(start), CALENDAR)
    assert found.outcome == "computed"
    assert str(found.due) == day
    assert (found.yellow and f"{found.yellow:%Y-%m-%d %H:%M}") == yellow
    assert (found.red and f"{found.red:%Y-%m-%d %H:%M}") == red
    assert found.due_at == datetime.combine(date.fromisoformat(day) + timedelta(days=1), datetime.min.time(), SHANGHAI)


def test_every_clock_is_tried() -> None:
    assert {row.row for row in CLOCKS.values()} == {f"K{number}" for number in range(1, 14)}


@pytest.mark.parametrize(
    "clock", [name for name, row in CLOCKS.items() if row.row in {"K8", "K9", "K10", "K11", "K12"}]
)
def test_a_year_without_data_refuses(clock: str) -> None:
    found = due(clock, date(2026, 12, 31), CALENDAR)
    assert (found.outcome, found.due, found.due_at, found.missing_year) == ("refused", None, None, 2027)


@pytest.mark.parametrize(
    "clock", [name for name, row in CLOCKS.items() if row.row in {"K1", "K2", "K3", "K4", "K5", "K6", "K7", "K13"}]
)
def test_calendar_days_need_no_data(clock: str) -> None:
    assert due(clock, date(2026, 12, 31), NOTHING).outcome == "computed"


@given(st.dates(date(2026, 1, 1), date(2026, 6, 30)), st.integers(1, 20))
def test_working_days_are_counted_one_by_one(start: date, days: int) -> None:
    end = CALENDAR.working_day(start, days)
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert CALENDAR.is_working_day(end)
    assert sum(CALENDAR.is_working_day(day) for day in between) == days


def test_make_up_days_work() -> None:
    assert CALENDAR.is_working_day(date(2026, 10, 10))
    assert not CALENDAR.is_working_day(date(2026, 10, 11))
    assert not CALENDAR.is_working_day(date(2026, 10, 1))
    with pytest.raises(NoCalendarError, match="2027"):
        CALENDAR.is_working_day(date(2027, 1, 4))


@pytest.mark.requirement("R134")
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))
def test_the_list_is_the_first_26th_strictly_after(moment: datetime) -> None:
    day = listed_on(moment)
    start = datetime.combine(day, datetime.min.time())
    assert day.day == 26
    assert timedelta(0) < start - moment <= timedelta(days=31)


def test_local_problems_follow_the_class_of_the_ticket() -> None:
    start = date(2026, 11, 20)
    assert due("local_problem", start, CALENDAR, problem_class="fault").due == date(2026, 11, 23)
    assert due("local_problem", start, CALENDAR, problem_class="other").due == date(2026, 12, 4)
    assert due("local_problem", start, CALENDAR, settings=RuleSettings(local_problem_days=1)).due == date(2026, 11, 23)


def test_starts_and_zones() -> None:
    assert read_start("2026-11") == date(2026, 11, 1)
    assert read_start("2026-11-21") == date(2026, 11, 21)
    assert due("day_reconciliation", datetime.fromisoformat("2026-11-21T16:00:00Z"), NOTHING).due == date(2026, 11, 22)
    assert shanghai(datetime(2026, 11, 21, 9)).isoformat() == "2026-11-21T09:00:00+08:00"
    for wrong in ("", "2026", "21.11.2026"):
        with pytest.raises(ValueError):
            read_start(wrong)
    with pytest.raises(KeyError):
        due("no_such_clock", date(2026, 11, 21), NOTHING)


def working_days(first: str, last: str) -> list[str]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return [f"{day:%m-%d}" for day in days if published().is_working_day(day)]


@pytest.mark.parametrize(
    ("first", "last", "works"),
    [
        # 2025, 国办发明电〔2024〕12号
        ("2025-01-01", "2025-01-02", ["01-02"]),
        ("2025-01-25", "2025-02-09", ["01-26", "01-27", "02-05", "02-06", "02-07", "02-08"]),
        ("2025-04-03", "2025-04-07", ["04-03", "04-07"]),
        ("2025-04-26", "2025-05-06", ["04-27", "04-28", "04-29", "04-30", "05-06"]),
        ("2025-05-30", "2025-06-03", ["05-30", "06-03"]),
        ("2025-09-27", "2025-10-12", ["09-28", "09-29", "09-30", "10-09", "10-10", "10-11"]),
        # 2026, 国办发明电〔2025〕7号
        ("2025-12-31", "2026-01-05", ["12-31", "01-04", "01-05"]),
        ("2026-02-13", "2026-03-01", ["02-13", "02-14", "02-24", "02-25", "02-26", "02-27", "02-28"]),
        ("2026-04-03", "2026-04-07", ["04-03", "04-07"]),
        ("2026-04-30", "2026-05-10", ["04-30", "05-06", "05-07", "05-08", "05-09"]),
        ("2026-06-18", "2026-06-22", ["06-18", "06-22"]),
        ("2026-09-19", "2026-09-28", ["09-20", "09-21", "09-22", "09-23", "09-24", "09-28"]),
        ("2026-09-30", "2026-10-11", ["09-30", "10-08", "10-09", "10-10"]),
    ],
)
def test_the_published_days(first: str, last: str, works: list[str]) -> None:
    assert working_days(first, last) == works


def test_the_published_days_are_as_many_as_the_notices_say_and_move_no_more_than_weekends() -> None:
    """28 days off in 2025 and 33 in 2026; every make-up day is a weekend day, and none is a day off."""
    calendar = published()
    assert set(calendar.years) == {2025, 2026}
    off = {year: sum(day.year == year for day in calendar.holidays) for year in calendar.years}
    assert off == {2025: 28, 2026: 33}
    assert len(calendar.make_up_days) == 5 + 6
    assert all(day.weekday() >= 5 for day in calendar.make_up_days)
    assert not set(calendar.make_up_days) & set(calendar.holidays)


@pytest.mark.requirement("R013", "R136")
@pytest.mark.parametrize(
    ("clock", "start", "day"),
    [
        ("ticket_filing", "2025-12-30", "2026-01-04"),  # a Sunday that is worked
        ("ticket_fault", "2025-12-31", "2026-01-04"),
        ("ticket_other", "2025-12-22", "2026-01-06"),
        ("fee_check_confirm", "2026-02-12", "2026-02-26"),  # 13, 14 (worked Saturday), 24, 25, 26
        ("local_problem", "2025-01-24", "2025-01-27"),  # 26 is a worked Sunday
        ("online_filing", "2025-09-30", "2025-10-10"),
    ],
)
def test_deadlines_over_new_year_and_moved_days(clock: str, start: str, day: str) -> None:
    found = due(clock, read_start(start), published())
    assert (found.outcome, str(found.due), found.weekends_only, found.notice) == ("computed", day, (), "")


def test_beyond_the_published_years_only_weekends_count_and_the_deadline_says_so() -> None:
    found = due("ticket_filing", date(2026, 12, 30), published())
    assert (found.outcome, found.due, found.missing_year) == ("computed", date(2027, 1, 1), None)
    assert found.weekends_only == (2027,)
    assert found.notice.startswith("2027年的节假日安排尚无数据，仅按周末推算")
    early = due("ticket_other", date(2024, 12, 20), published())
    assert (early.due, early.weekends_only) == (date(2025, 1, 6), (2024,))
    for far, years in ((date(2030, 3, 1), (2030,)), (date(2029, 12, 31), (2030,))):
        assert due("ticket_other", far, published()).weekends_only == years
    assert due("day_reconciliation", date(2030, 3, 1), published()).weekends_only == ()  # no working day is counted
