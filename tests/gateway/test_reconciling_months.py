"""Month end: the calendar, the confirmation in pages, clearing states for refunds, forms, and what runs by itself."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from gateway.day_platform import Entry, settled, yuan
from gateway.office_world import House, entry
from gateway.tiny_platform import START

from yidi_gateway.clock import BEIJING
from yidi_gateway.engine import Held
from yidi_gateway.lifecycle import State
from yidi_gateway.papers import PaperKind
from yidi_gateway.reconciling import clearing_state
from yidi_gateway.reconciling.clearing import objection
from yidi_gateway.reconciling.forms import COLUMNS, Share, all_forms
from yidi_gateway.reconciling.gathering import next_month
from yidi_gateway.reconciling.schedule import Schedule, last_month
from yidi_gateway.submission import Fen, Request, Window
from yidi_sdk.transactions.clearing import ClearingSplitRow

pytestmark = pytest.mark.anyio
OCTOBER = date(2026, 10, 1)


def at(house: House, text: str) -> None:
    house.clock.seconds = (datetime.fromisoformat(text).replace(tzinfo=BEIJING) - START).total_seconds()


class Clearer:
    """What the platform does with 3260 to 3262, beside the books of `DayPlatform`."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.pages: dict[str, list[dict[str, Any]]] = {}
        self.changed: dict[str, dict[str, str]] = {}
        for infno in ("3260", "3261", "3262"):
            setattr(house.platform, f"on_{infno}", getattr(self, f"on_{infno}"))

    def on_3260(self, message: dict[str, Any]) -> Any:
        data = message["input"]["data"]
        month = f"{data['trt_year']}-{data['trt_month']}"
        rows = [e for e in self.house.platform.books.values() if e.day.startswith(month)]
        first = int(data["startrow"]) - 1
        return {"data": [self.row(e, n) for n, e in enumerate(rows[first : first + 100], start=first + 1)]}

    def row(self, e: Entry, number: int) -> dict[str, Any]:
        paid = yuan(e.fund + e.account)
        made = {"seqno": str(number), "mdtrtarea": "500103", "certno": "530102198803150001", "mdtrt_id": e.mdtrt_id}
        told = {"mdtrt_setl_time": f"{e.day} 10:00:00", "setl_sn": e.setl_id, "medfee_sumamt": yuan(e.total)}
        return {**made, **told, "optins_pay_sumamt": paid, **self.changed.get(e.setl_id, {})}

    def on_3261(self, message: dict[str, Any]) -> Any:
        rows = message["input"]["detail"]
        if len(rows) > 100:
            return "参数错误：一次最多确认100行"
        self.pages[message["msgid"]] = rows
        return {}

    def on_3262(self, message: dict[str, Any]) -> Any:
        del self.pages[message["input"]["data"]["otransid"]]
        return {}


async def october(count: int) -> tuple[House, Clearer]:
    house = await House(0).open()
    for number in range(count):
        at(house, f"2026-10-{number + 1:02d} 10:00")
        await house.settle(entry(number, day=f"2026-10-{number + 1:02d}"))
    at(house, "2026-11-02 09:00")
    return house, Clearer(house)


# ---- clearing


@pytest.mark.requirement("R116")
async def test_a_month_is_confirmed_in_pages_of_a_hundred() -> None:
    house, clearer = await october(0)
    at(house, "2026-10-05 10:00")
    for number in range(250):
        await house.settle(entry(number, day="2026-10-05"))
    at(house, "2026-11-02 09:00")
    told = await house.office.clearing.confirm(OCTOBER)
    assert [page["rows"] for page in told["pages"]] == [100, 100, 50]
    assert [page["state"] for page in told["pages"]] == ["settled"] * 3
    assert told["confirmed"] == 250
    assert [len(rows) for rows in clearer.pages.values()] == [100, 100, 50]
    assert [message["input"]["data"]["startrow"] for message in house.platform.sent("3260")] == ["1", "101", "201"]
    again = await house.office.clearing.confirm(OCTOBER)
    assert again == told
    assert len(house.platform.sent("3261")) == 3


async def test_rows_that_are_not_ours_or_differ_are_left_out_with_an_item() -> None:
    house, clearer = await october(0)
    at(house, "2026-10-05 10:00")
    for number in range(5):
        await house.settle(entry(number, day="2026-10-05"))
    foreign = entry(77, day="2026-10-06")
    house.platform.books[foreign.setl_id] = foreign
    clearer.changed = {"SETL000001": {"medfee_sumamt": "1.00"}, "SETL000002": {"optins_pay_sumamt": "1.00"}}
    at(house, "2026-11-02 09:00")
    told = await house.office.clearing.confirm(OCTOBER)
    assert told["left_out"] == {"SETL000001": "total", "SETL000002": "paid", "SETL000077": "not_ours"}
    assert told["confirmed"] == 3
    assert sorted(await house.open_causes()) == [f"clearing:2026-10:SETL0000{number}" for number in ("01", "02", "77")]
    clearer.changed = {}
    told = await house.office.clearing.confirm(OCTOBER)
    assert (told["confirmed"], told["left_out"]) == (5, {"SETL000077": "not_ours"})
    assert await house.open_causes() == ["clearing:2026-10:SETL000077"]


async def test_a_lost_answer_is_never_sent_again_as_another_message() -> None:
    house, clearer = await october(0)
    at(house, "2026-10-05 10:00")
    await house.settle(entry(1, day="2026-10-05"))
    at(house, "2026-11-02 09:00")
    house.platform.after["3261"] = [house.platform.lost]
    told = await house.office.clearing.confirm(OCTOBER)
    assert [page["state"] for page in told["pages"]] == ["pending"]
    told = await house.office.clearing.confirm(OCTOBER)
    assert [page["state"] for page in told["pages"]] == ["manual"]  # nothing tells what became of it: people decide
    assert len(house.platform.sent("3261")) == 1
    assert (await house.office.clearing.confirm(OCTOBER))["pages"] == told["pages"]
    assert len(house.platform.sent("3261")) == len(clearer.pages) == 1
    number = told["pages"][0]["submission_id"]
    await house.engine.decide(number, settled=True, who={})
    told = await house.office.clearing.confirm(OCTOBER)
    assert [page["state"] for page in told["pages"]] == ["settled"]
    assert await clearing_state.clearing_of(house.journal, "SETL000001", house.clock.now()) == "in_clearing"


async def test_downtime_holds_a_page_back_and_the_next_call_carries_on() -> None:
    house, clearer = await october(0)
    at(house, "2026-10-05 10:00")
    await house.settle(entry(1, day="2026-10-05"))
    at(house, "2026-11-02 09:00")
    await house.engine.announce(Window("w", house.clock.now(), None, "系统升级"))
    with pytest.raises(Held):
        await house.office.clearing.confirm(OCTOBER)
    await house.engine.withdraw("w")
    assert (await house.office.clearing.confirm(OCTOBER))["confirmed"] == 1
    assert len(clearer.pages) == 1


async def test_rolled_back_rows_are_open_and_may_be_confirmed_again() -> None:
    house, clearer = await october(0)
    at(house, "2026-10-05 10:00")
    for number in range(120):
        await house.settle(entry(number, day="2026-10-05"))
    at(house, "2026-11-02 09:00")
    await house.office.clearing.confirm(OCTOBER)
    told = await house.office.clearing.roll_back(OCTOBER)
    assert [page["state"] for page in told["pages"]] == ["rolled_back"] * 2
    assert clearer.pages == {}
    assert await clearing_state.clearing_of(house.journal, "SETL000001", house.clock.now()) == "open"
    told = await house.office.clearing.confirm(OCTOBER)
    assert (told["confirmed"], len(clearer.pages)) == (120, 2)


@pytest.mark.requirement("R126")
@pytest.mark.parametrize(
    ("confirmed", "now", "state"),
    [
        ("2026-11-02 09:00", "2026-11-25 23:59:59", "in_clearing"),
        ("2026-11-02 09:00", "2026-11-26 00:00", "cleared"),  # the 26th at 00:00
        ("2026-11-20 23:59", "2026-11-26 00:00", "cleared"),
        ("2026-11-21 00:00", "2026-11-26 00:00", "in_clearing"),  # in the next round's tables
        ("2026-11-21 00:00", "2026-12-26 00:00", "cleared"),
        ("2026-12-21 00:00", "2027-01-25 23:59:59", "in_clearing"),  # over New Year
        ("2026-12-21 00:00", "2027-01-26 00:00", "cleared"),
    ],
)
def test_a_round_is_over_on_the_26th(confirmed: str, now: str, state: str) -> None:
    told = {"state": "in_clearing", "confirmed_at": f"{confirmed}:00+08:00".replace(" ", "T")}
    moment = datetime.fromisoformat(now).replace(tzinfo=BEIJING)
    assert clearing_state.state_at(told, moment) == state
    assert clearing_state.state_at({**told, "state": "open"}, moment) == "open"
    assert clearing_state.state_at(None, moment) == "open"


@pytest.mark.parametrize(("paid", "why"), [("0.70", "paid"), ("0.60", ""), ("0.80", ""), (None, "paid"), ("x", "paid")])
def test_a_row_is_ours_when_its_amounts_are(paid: str | None, why: str) -> None:
    row = ClearingSplitRow.model_validate({"setl_sn": "1", "medfee_sumamt": Decimal("1.00")})
    row = row.model_copy(update={"optins_pay_sumamt": paid})
    assert objection(row, Fen(100, 60, 20, 20)) == why
    assert objection(row, None) == "not_ours"
    assert objection(row, Fen(101, 60, 20, 21)) == "total"


# ---- forms


@pytest.mark.requirement("R152", "R153")
def test_every_fund_has_its_column_and_none_is_dropped() -> None:
    employee = {
        "310100": "pooling", "310200": "account", "330100": "large_amount", "370100": "supplementary",
        "320100": "civil_servant", "350100": "disabled", "610100": "assistance", "123456": "other",
    }  # fmt: skip
    resident = {"390100": "basic", "390200": "critical_illness", "610103": "assistance", "310100": "other"}
    shares = [Share("53", "310", code, 100 + n) for n, code in enumerate(employee)]
    shares += [Share("53", "390", code, 1000 + n) for n, code in enumerate(resident)]
    shares += [Share("53", "310", "999996", 99999), Share("51", "310", "310100", -5, starred=True)]
    made = all_forms(shares, "2026-10")
    assert list(COLUMNS["14-2"]) == list(employee.values())
    assert list(COLUMNS["14-3"]) == list(resident.values())
    rows = made["14-2"]["rows"]
    assert rows[0] == {
        "region": "530000", "pooling": "1.00", "account": "1.01", "large_amount": "1.02", "supplementary": "1.03",
        "civil_servant": "1.04", "disabled": "1.05", "assistance": "1.06", "other": "1.07", "total": "8.28",
    }  # fmt: skip
    assert (rows[1]["region"], rows[1]["pooling"], rows[1]["total"]) == ("*510000", "-0.05", "-0.05")
    assert made["14-3"]["rows"][0]["total"] == "40.06"
    assert made["14-1"]["total"] == {"employee": "8.23", "resident": "40.06", "total": "48.29"}


@pytest.mark.requirement("R118", "R122")
async def test_a_refund_after_clearing_is_negative_with_a_star_in_its_own_month() -> None:
    house, _ = await october(0)
    at(house, "2026-10-05 10:00")
    kept, cleared, early = (entry(n, day="2026-10-05", insutype="310", account=0) for n in (1, 2, 3))
    for each in (kept, cleared, early):
        await house.settle(each)
    at(house, "2026-11-01 09:00")
    await refund(house, early, "2026-11-01")  # before the month went into clearing: counts to October
    at(house, "2026-11-02 09:00")
    await house.office.clearing.confirm(OCTOBER)
    at(house, "2026-11-10 09:00")
    await refund(house, cleared, "2026-11-10")
    october_told = await house.office.months.report(OCTOBER)
    november = await house.office.months.report(date(2026, 11, 1))
    fund = kept.fund + cleared.fund
    assert [(row["region"], row["total"]) for row in october_told["forms"]["14-2"]["rows"]] == [("530000", yuan(fund))]
    assert [(row["region"], row["total"]) for row in november["forms"]["14-1"]["rows"]] == [
        ("*530000", yuan(-cleared.fund))
    ]


async def refund(house: House, of: Entry, day: str) -> None:
    original = await house.journal.get(f"s-{of.setl_id}")
    assert original is not None
    amounts = {"total": -of.total, "fund": -of.fund, "account": -of.account}
    number = int(of.setl_id[4:]) + 500
    negative = entry(number, **amounts, insutype=of.insutype, flag="1", day=day, mdtrt_id=of.mdtrt_id)
    await settled(house.journal, house.clock, negative, infno="2208", refund_of=original.id)


# ---- closing a month


async def closed_october(house: House, upto: int = 31) -> None:
    for day in range(1, upto + 1):
        await house.office.reconcile(date(2026, 10, day))


@pytest.mark.requirement("R113")
@pytest.mark.parametrize(("done_at", "in_time"), [("2026-11-03 23:59:59", True), ("2026-11-04 00:00:00", False)])
async def test_a_month_is_closed_by_the_3rd_or_late(done_at: str, in_time: bool) -> None:
    house, _ = await october(3)
    await closed_october(house, upto=30)
    closing = await house.office.months.closing(OCTOBER)
    assert (closing.closed, closing.missing) == (False, {"2026-10-31": "not_run"})
    at(house, done_at)
    house.clock.seconds -= 0.5  # a day end of a day without settlements takes less
    before = house.clock.sleep

    async def no_time(_seconds: float) -> None:
        await before(0)

    house.clock.sleep = no_time  # type: ignore[method-assign] - the platform answers at once
    if not in_time:
        house.clock.seconds += 0.5
    await house.office.reconcile(date(2026, 10, 31))
    told = (await house.office.months.closing(OCTOBER)).as_json(house.clock.now())
    assert (told["closed"], told["in_time"], told["overdue"]) == (True, in_time, False)
    assert told["due_at"] == "2026-11-04T00:00:00+08:00"


async def test_an_open_item_keeps_the_month_open() -> None:
    house, _ = await october(3)
    house.platform.plant("hospital_only", ["SETL000001"])
    await closed_october(house)
    closing = await house.office.months.closing(OCTOBER)
    assert (closing.closed, closing.missing, closing.open_items) == (False, {}, 1)
    row = (await house.journal.made(("2207",), START - timedelta(days=99), START))[1]
    assert row.state is State.MANUAL
    await house.engine.decide(row.id, settled=False, who={})
    await house.office.reconcile(date(2026, 10, 2))
    assert (await house.office.months.closing(OCTOBER)).closed


async def test_an_open_month_is_an_item_from_the_3rd() -> None:
    house, _ = await october(0)
    at(house, "2026-11-02 23:59:59")
    await house.office.months.watch(OCTOBER)
    assert await house.open_causes() == []
    at(house, "2026-11-03 00:00")
    await house.office.months.watch(OCTOBER)
    assert await house.open_causes() == ["month:2026-10"]
    item = await house.journal.item_of("month:2026-10")
    assert item is not None
    assert item.due_at == datetime(2026, 11, 4, tzinfo=BEIJING)
    await closed_october(house)
    await house.office.months.watch(OCTOBER)
    assert await house.open_causes() == []


def test_months_follow_one_another_over_new_year() -> None:
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert next_month(date(2028, 1, 31)) == date(2028, 2, 1)
    assert last_month(date(2027, 1, 3)) == date(2026, 12, 1)
    assert last_month(date(2028, 3, 1)) == date(2028, 2, 1)


@pytest.mark.requirement("R117")
async def test_a_stay_over_new_year_counts_to_the_day_it_was_settled() -> None:
    house = await House(0).open()
    at(house, "2027-01-04 11:00")
    stay = entry(1, day="2027-01-04", clr_type="21", insutype="310")
    await house.settle(stay, infno="2304")
    for day, count in ((date(2026, 12, 31), 0), (date(2027, 1, 4), 1)):
        found = (await house.office.days.run(day, lambda *_: None)).document
        assert (found["state"], sum(row["count"] for row in found["totals"])) == ("balanced", count)


# ---- by itself


async def marks(house: House) -> dict[str, str]:
    papers = await house.journal.papers(PaperKind.RUN, "day:", "day:~")
    return {paper.name[4:]: json.loads(paper.document)["state"] for paper in papers}


async def test_yesterday_is_reconciled_once_after_midnight() -> None:
    house = await House(0).open()
    schedule = Schedule(house.office)
    at(house, "2026-12-31 12:00")
    await house.settle(entry(1, day="2026-12-31"))
    at(house, "2027-01-01 00:29")
    await schedule.round()
    assert await marks(house) == {}
    at(house, "2027-01-01 00:30")
    await schedule.round()
    assert await marks(house) == {"2026-12-31": "done"}
    sent = len(house.platform.sent("3201"))
    for _ in range(3):
        house.clock.seconds += 60
        await schedule.round()
    assert len(house.platform.sent("3201")) == sent
    assert (await house.office.days.result(date(2026, 12, 31))) is not None


async def test_two_nodes_do_it_once() -> None:
    house = await House(0).open()
    first, second = Schedule(house.office), Schedule(house.office)
    at(house, "2026-11-22 00:30")
    assert await first._claim("day:2026-11-21") == 1
    await second.round()
    assert len(house.platform.sent("3201")) == 0
    assert await marks(house) == {"2026-11-21": "begun"}


async def test_a_run_that_died_is_taken_over_after_an_hour() -> None:
    house = await House(0).open()
    schedule = Schedule(house.office)
    at(house, "2026-11-22 00:30")
    await schedule._claim("day:2026-11-21")
    at(house, "2026-11-22 01:29")
    await schedule.round()
    assert await marks(house) == {"2026-11-21": "begun"}
    at(house, "2026-11-22 01:30")
    await schedule.round()
    assert await marks(house) == {"2026-11-21": "done"}


async def test_missed_days_are_made_up_for_and_what_is_not_balanced_is_tried_again() -> None:
    house = await House(0).open()
    schedule = Schedule(house.office)
    at(house, "2026-11-22 00:30")
    await schedule.round()
    at(house, "2026-11-25 06:00")  # the gateway was off for three days
    house.platform.always["3201"] = house.platform.http_502
    await schedule.round()
    assert await marks(house) == {
        "2026-11-21": "done", "2026-11-22": "again", "2026-11-23": "again", "2026-11-24": "again"
    }  # fmt: skip
    del house.platform.always["3201"]
    await schedule.round()
    assert "again" in (await marks(house)).values()
    house.clock.seconds += 3600
    await schedule.round()
    assert set((await marks(house)).values()) == {"done"}


async def test_what_is_old_is_forgotten_once_a_day() -> None:
    house = await House(0).open()
    schedule = Schedule(house.office)
    at(house, "2025-01-05 10:00")
    await house.journal.open_request(Request("his", "old", "h", "r", house.clock.now(), "v1"))
    await house.journal.answer_request("his", "old", 200, b"{}")
    at(house, "2026-11-22 02:59")
    await schedule.round()
    assert not (await house.journal.open_request(Request("his", "old", "h", "r", house.clock.now(), "v1"))).fresh
    at(house, "2026-11-22 03:00")
    await schedule.round()
    assert (await house.journal.open_request(Request("his", "old", "h", "r", house.clock.now(), "v1"))).fresh


async def test_downtime_puts_a_day_off() -> None:
    house = await House(0).open()
    schedule = Schedule(house.office)
    at(house, "2026-11-22 00:30")
    await house.engine.announce(Window("w", house.clock.now(), None, "系统升级"))
    house.platform.always["3201"] = house.platform.maintenance
    await schedule.round()
    assert (await marks(house))["2026-11-21"] in ("begun", "again")
    await house.engine.withdraw("w")
    del house.platform.always["3201"]
    house.clock.seconds += 3601
    await schedule.round()
    assert (await marks(house))["2026-11-21"] == "done"
