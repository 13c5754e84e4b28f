"""Problems between agencies, fee checks, and the working days by which they count."""

from datetime import date, datetime, timedelta

import pytest
from mocks.till import Till
from mocks.ward import Ward

from yidi_mocks.clock import CHINA
from yidi_mocks.feechecks import NINE, BadCheck, FeeChecks, list_month
from yidi_mocks.plugin import ControlRefused
from yidi_mocks.problems import BadProblem, Problems
from yidi_mocks.workdays import Calendar, NoCalendar

CALENDAR = Calendar()


# ---- working days, from the State Council's calendars


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2026-11-23", 1, "2026-11-24"),  # Monday
        ("2026-11-27", 1, "2026-11-30"),  # Friday
        ("2026-11-27 23:59:59", 2, "2026-12-01"),
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday that is worked
        ("2026-02-14", 1, "2026-02-24"),  # the Spring Festival, 15 to 23 February
        ("2026-02-27", 1, "2026-02-28"),
        ("2026-09-30", 2, "2026-10-09"),  # 1 to 7 October
        ("2026-10-09", 1, "2026-10-10"),
        ("2026-09-24", 1, "2026-09-28"),  # 25 to 27 September
        ("2026-09-18", 1, "2026-09-20"),  # a Sunday that is worked
        ("2025-12-31", 1, "2026-01-04"),  # over New Year
        ("2025-01-24", 2, "2025-01-27"),  # 26 January, a Sunday, is worked
        ("2025-01-27", 1, "2025-02-05"),
        ("2025-09-30", 1, "2025-10-09"),
        ("2025-04-30", 1, "2025-05-06"),
    ],
)
def test_the_last_of_so_many_working_days(start, days, last):
    assert CALENDAR.after(start, days) == last


@pytest.mark.parametrize(("year", "count"), [(2025, 248), (2026, 248)])
def test_how_many_working_days_a_year_has(year, count):
    """2025: 261 weekdays, 18 of them off (1+6+1+3+1+6), 5 made up; 2026: 261 weekdays, 19 off (2+6+1+3+1+1+5), 6 made
    up."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    assert sum(map(CALENDAR.is_working, days)) == count


def test_a_year_without_a_calendar_is_refused():
    with pytest.raises(NoCalendar, match="2027"):
        CALENDAR.after("2026-12-31", 1)
    calendar = Calendar()
    calendar.add({"year": 2027, "holidays": [["2027-01-01", "2027-01-03"]], "make_up_days": []})
    assert calendar.after("2026-12-31", 1) == "2027-01-04"
    assert calendar.years == [2025, 2026, 2027]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"year": 2027, "holidays": [["2027-01-03", "2027-01-01"]], "make_up_days": []},
        {"year": 2027, "holidays": [["2026-12-31", "2027-01-01"]], "make_up_days": []},
        {"year": 2027, "holidays": [["2027-01-01", "9999-01-01"]], "make_up_days": []},
        {"year": 2027, "holidays": [], "make_up_days": ["2026-01-04"]},
        {"year": "soon", "holidays": [], "make_up_days": []},
    ],
)
def test_a_calendar_that_makes_no_sense(row):
    with pytest.raises(NoCalendar):
        Calendar().add(row)


# ---- problems


RAISED = "2026-09-30 10:00:00"


def raised(kind="filing", at=RAISED, **about):
    problems = Problems(CALENDAR)
    return problems, problems.raise_one({"kind": kind, "about": "备案查不到", **about}, at)


@pytest.mark.requirement("R049")
@pytest.mark.parametrize(("kind", "due"), [("fault", "2026-10-08"), ("filing", "2026-10-09"), ("other", "2026-10-20")])
def test_by_when_a_problem_is_answered(kind, due):
    _, problem = raised(kind)
    assert problem.as_json("2026-09-30")["due"] == due
    assert not problem.as_json(due)["overdue"]
    after = (date.fromisoformat(due) + timedelta(days=1)).isoformat()
    assert problem.as_json(after)["overdue"]
    assert problem.as_json(after)["state"] == "open"


@pytest.mark.requirement("R137")
def test_silence_confirms_after_ten_working_days():
    problems, problem = raised()
    problems.change(problem, {"answer": "已补备案"}, "2026-10-09 09:00:00")
    # 10 (worked), 12 to 16, 19 to 22
    assert problem.as_json("2026-10-22") == {
        **problem.as_json("2026-10-22"),
        "state": "answered",
        "overdue": False,
        "confirm_by": "2026-10-22",
        "confirmed_by_silence": False,
    }
    shown = problem.as_json("2026-10-23")
    assert (shown["state"], shown["confirmed_by_silence"]) == ("confirmed", True)
    with pytest.raises(BadProblem, match="confirmed"):
        problems.change(problem, {"dispute": "没有"}, "2026-10-23 09:00:00")


def test_a_confirmed_answer_and_a_late_one():
    problems, problem = raised()
    problems.change(problem, {"answer": "已补备案"}, "2026-10-10 09:00:00")
    problems.change(problem, {"confirm": True}, "2026-10-12 09:00:00")
    shown = problem.as_json("2026-12-01")
    assert (shown["state"], shown["overdue"], shown["confirmed_by_silence"]) == ("confirmed", True, False)
    assert [entry["step"] for entry in shown["log"]] == ["answer", "confirm"]


def test_a_dispute_asks_one_level_up():
    problems, problem = raised(psn_no="P1")
    problems.change(problem, {"answer": "查不到"}, "2026-10-09 09:00:00")
    higher = problems.change(problem, {"dispute": "仍未解决"}, "2026-10-10 09:00:00")
    assert problem.as_json("2026-12-31")["state"] == "disputed"
    shown = higher.as_json("2026-10-10")
    assert (shown["follows"], shown["level"], shown["due"], shown["psn_no"]) == (
        problem.number,
        "city",
        "2026-10-13",
        "P1",
    )


def test_a_term_may_be_extended_once_agreed():
    problems, problem = raised()
    problems.change(problem, {"extended_to": "2026-10-30"}, "2026-10-09 09:00:00")
    assert not problem.as_json("2026-10-30")["overdue"]
    with pytest.raises(BadProblem, match="later than"):
        problems.change(problem, {"extended_to": "2026-10-29"}, "2026-10-09 09:00:00")


@pytest.mark.parametrize(
    "row", [{}, {"confirm": True}, {"dispute": "x"}, {"answer": ""}, {"answer": "a", "confirm": True}, {"close": True}]
)
def test_steps_that_do_not_fit(row):
    problems, problem = raised()
    with pytest.raises(BadProblem):
        problems.change(problem, row, "2026-10-09 09:00:00")
    assert problem.as_json("2026-10-09")["log"] == []


@pytest.mark.parametrize(
    "row",
    [{"kind": "odd"}, {"about": ""}, {"level": "moon"}, {"stranger": 1}],
)
def test_problems_that_make_no_sense(row):
    with pytest.raises(BadProblem):
        Problems(CALENDAR).raise_one({"kind": "filing", "about": "x", **row}, RAISED)


# ---- fee checks


FIELDS = {
    "certno": "530102198001010010",
    "psn_name": "测试甲",
    "gend": "1",
    "fixmedins_name": "示例市人民医院(虚构)",
    "ipt_no": "ZY1",
    "invono": "F1",
    "begndate": "2026-10-01",
    "enddate": "2026-10-20",
    "medfee_sumamt": "30000.00",
}


def asked(at="2026-11-10 09:00:00", **changes):
    checks = FeeChecks(CALENDAR)
    return checks, checks.ask({**FIELDS, **changes}, at)


@pytest.mark.requirement("R134")
@pytest.mark.parametrize(
    ("moment", "month"),
    [
        ("2026-11-25 23:59:59", "2026-11"),
        ("2026-11-26 00:00:00", "2026-12"),
        ("2026-10-26 00:00:00", "2026-11"),
        ("2026-12-26 00:00:00", "2027-01"),
        ("2026-12-31 12:00:00", "2027-01"),
    ],
)
def test_the_list_of_a_moment(moment, month):
    assert list_month(moment) == month


@pytest.mark.requirement("R134")
def test_a_list_that_is_made_does_not_change():
    checks, check = asked()
    assert check.as_json("2026-11-25")["state"] == "asked"
    assert checks.made_lists("2026-11-25") == []
    checks.change(check, {"invono": "F2"}, "2026-11-25 23:59:59")
    (made,) = checks.made_lists("2026-11-26")
    assert made == {
        "list": "2026-11",
        "made_at": "2026-11-26 00:00:00",
        "from": "2026-10-26",
        "checks": [check.number],
        "answered": 0,
        "carried_over": 0,
    }
    with pytest.raises(BadCheck, match="is made"):
        checks.change(check, {"invono": "F3"}, "2026-11-26 00:00:00")
    with pytest.raises(BadCheck, match="is made"):
        checks.withdraw(check, "2026-11-26 00:00:00")
    assert check.as_json("2026-11-26")["invono"] == "F2"


def test_a_result_a_reason_and_its_confirmation():
    checks, check = asked()
    with pytest.raises(BadCheck):
        checks.change(check, {"result": "correct"}, "2026-11-25 09:00:00")  # in no list yet
    with pytest.raises(BadCheck, match="reason"):
        checks.change(check, {"result": "wrong"}, "2026-11-27 09:00:00")
    checks.change(check, {"result": "wrong", "reason": "住院号不符"}, "2026-11-27 09:00:00")
    shown = check.as_json("2026-12-04")
    assert (shown["state"], shown["confirm_by"], shown["confirm_overdue"]) == ("answered", "2026-12-04", False)
    assert check.as_json("2026-12-05")["confirm_overdue"]
    checks.change(check, {"confirm": True}, "2026-12-03 09:00:00")
    assert (check.as_json("2026-12-31")["state"], check.as_json("2026-12-31")["confirm_overdue"]) == (
        "confirmed",
        False,
    )


@pytest.mark.requirement("R134")
def test_what_is_late_goes_into_the_next_list():
    checks, check = asked()
    assert (check.as_json("2026-12-26")["due"], check.as_json("2026-12-26")["carried_over"]) == ("2026-12-26", 0)
    shown = check.as_json("2026-12-27")
    assert (shown["overdue"], shown["carried_over"], shown["list"]) == (True, 1, "2026-12")
    assert check.as_json("2027-01-27")["list"] == "2027-01"
    assert checks.made_lists("2026-12-27")[0]["carried_over"] == 1


@pytest.mark.parametrize("name", NINE)
def test_each_of_nine_fields_is_needed(name):
    with pytest.raises(BadCheck, match=name):
        asked(**{name: ""})


@pytest.mark.parametrize(
    "change", [{"medfee_sumamt": "29999.99"}, {"enddate": "2026-09-30"}, {"begndate": "soon"}, {"stranger": "1"}]
)
def test_checks_that_make_no_sense(change):
    with pytest.raises(BadCheck):
        asked(**change)


# ---- over the control door


@pytest.mark.requirement("R049", "R137")
def test_problems_over_the_control_door(hub):
    hub.control("/clock", {"now": "2026-11-23T09:00:00"})
    made = hub.control("/problems", {"kind": "fault", "about": "结算超时"})
    assert (made["state"], made["due"]) == ("open", "2026-11-24")
    hub.control(f"/problems/{made['id']}", {"answer": "已恢复"}, "PATCH")
    assert hub.control("/problems?state=answered")["items"][0]["confirm_by"] == "2026-12-07"
    hub.control("/clock", {"now": "2026-12-08T00:00:00"})
    assert hub.control("/problems?state=confirmed")["items"][0]["confirmed_by_silence"]
    assert hub.control("/problems?state=open")["items"] == []


def test_fee_checks_over_the_control_door(hub, cashier):
    ward = Ward(cashier, "filed_hypertension")
    settled = ward.whole("35000.00")["setlinfo"]["setl_id"]
    told = hub.control("/fee-checks", {"setl_id": settled, "invono": "F9"})
    assert told["fixmedins_name"] == "示例市人民医院(虚构)"
    assert told["medfee_sumamt"] == "35000.00"
    assert set(NINE) <= set(told)
    hub.control(f"/fee-checks/{told['id']}", {"gend": "2"}, "PATCH")
    assert hub.control("/fee-checks")["items"][0]["gend"] == "2"
    hub.control(f"/fee-checks/{told['id']}", method="DELETE")
    assert hub.control("/fee-checks") == {"items": [], "lists": [], "next": None}


def test_the_calendar_over_the_control_door(hub):
    assert hub.control("/calendar") == {"years": [2025, 2026]}
    hub.control("/clock", {"now": "2026-12-31T09:00:00"})
    with pytest.raises(ControlRefused, match="2027"):
        hub.control("/problems", {"kind": "fault", "about": "x"})
    hub.control("/calendar", {"year": 2027, "holidays": [["2027-01-01", "2027-01-03"]], "make_up_days": []}, "PUT")
    assert hub.control("/problems", {"kind": "fault", "about": "x"})["due"] == "2027-01-04"
    hub.reset()
    assert hub.control("/calendar") == {"years": [2025, 2026]}
    assert hub.control("/problems")["items"] == []


def test_a_hub_of_another_time_has_other_terms():
    till = Till(datetime(2025, 9, 30, 9, 0, tzinfo=CHINA))
    made = till.hub.world.agency.problems.raise_one({"kind": "fault", "about": "x"}, till.hub.clock.text())
    assert made.due == "2025-10-09"
