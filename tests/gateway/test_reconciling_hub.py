"""Day end, clearing and refunds of visits and stays against the hub, over days and months of one clock."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from gateway.stay_world import Ward, good
from gateway.tiny_platform import START
from gateway.visit_world import OPERATOR

from yidi_gateway.clock import BEIJING
from yidi_gateway.reconciling.gathering import next_month
from yidi_gateway.reconciling.office import Office
from yidi_gateway.shapes import RefundIn, SettleIn

pytestmark = pytest.mark.anyio
PERSON = "filed_hypertension_diabetes"


class Week:
    """A hospital whose insurance office works behind the same clock."""

    def __init__(self) -> None:
        self.ward = Ward()
        self.office = Office(self.ward.engine, OPERATOR)

    def at(self, text: str) -> None:
        moment = datetime.fromisoformat(text).replace(tzinfo=BEIJING)
        self.ward.clock.seconds = (moment - START).total_seconds()

    async def sold(self, *lines: tuple[str, str | None]) -> list[dict[str, Any]]:
        visit = await self.ward.opened(PERSON, *lines)
        answer = await self.ward.desk.settle(self.ward.call(), visit["visit_id"], SettleIn())
        assert answer.status == 200
        return [basket["settlement"] for basket in answer.body["baskets"]]

    async def reconciled(self, day: str) -> dict[str, Any]:
        return (await self.office.days.run(datetime.fromisoformat(day).date(), lambda *_: None)).document

    async def refunded(self, number: str, lost: str = "") -> dict[str, Any]:
        if lost:
            self.ward.poster.plans["2208"] = [lost]
        answer = await self.ward.desk.refund(self.ward.call(patience_s=400), number, RefundIn(reason="退药"))
        assert answer.status == 200, answer.body
        return answer.body

    async def open_items(self) -> list[str]:
        return [item.cause async for item in self.office.ledger.open_items()]


@pytest.fixture
def week() -> Week:
    return Week()


@pytest.mark.requirement("R098", "R113")
async def test_visits_and_stays_of_a_day_agree(week: Week) -> None:
    await week.sold(("24.60", "M03900"), ("18.50", None))
    _, told = await week.ward.settled()
    assert told["settlement"] is not None
    found = await week.reconciled("2026-11-21")
    assert found["state"] == "balanced", found["totals"]
    assert {row["clr_type"]: row["count"] for row in found["totals"] if row["count"]} == {"11": 2, "21": 1}


@pytest.mark.parametrize("kind", ["amount", "sign", "only_hospital", "only_platform", "twice"])
async def test_what_is_planted_on_a_stay_is_found(week: Week, kind: str) -> None:
    _, told = await week.ward.settled()
    ledger = week.ward.hub.world.agency.differences
    row = {"kind": kind, "date": "2026-11-21", "count": 1, "seed": 1}
    made = ledger.plant(week.ward.hub.world, row, "2026-11-21", "24:00")
    week.at("2026-11-22 01:00")
    found = await week.reconciled("2026-11-21")
    expected = {"only_hospital": "hospital_only", "only_platform": "platform_only"}.get(kind, kind)
    rows = [(each["kind"], each["settlement_id"]) for each in (*found["differences"], *found["mended"])]
    assert rows == [(expected, made.setl_ids[0])]
    if kind == "twice":
        assert "2305" in week.ward.poster.sent
        assert found["state"] == "balanced"
    assert told["settlement"] is not None


@pytest.mark.requirement("R118")
@pytest.mark.parametrize("lost", ["", "drop_reply", "drop_request"])
async def test_refund_variants_each_day_agrees(week: Week, lost: str) -> None:
    """Same day, not the latest, over New Year: each with its answer lost, and every day end balanced."""
    week.at("2026-12-30 10:00")
    first = (await week.sold(("24.60", "M03900")))[0]["settlement_id"]
    last_year = (await week.sold(("30.00", "M03900")))[0]["settlement_id"]
    await week.sold(("11.00", "M03900"))
    told = await week.refunded(first, lost)
    assert [row["code"] for row in told["notices"]] == ["REFUND_NOT_LATEST"]
    week.at("2026-12-31 00:40")
    assert (await week.reconciled("2026-12-30"))["state"] == "balanced"
    week.at("2027-01-02 10:00")
    told = await week.refunded(last_year, lost)
    assert "REFUND_CROSS_YEAR" in [row["code"] for row in told["notices"]]
    assert told["year"] == 2026
    week.at("2027-01-03 00:40")
    for day in ("2026-12-30", "2027-01-02"):
        found = await week.reconciled(day)
        assert found["state"] == "balanced", (day, found)
    assert not [cause for cause in await week.open_items() if cause.startswith("day:")]


@pytest.mark.requirement("R116", "R118", "R126")
async def test_a_month_is_confirmed_and_a_refund_after_it_is_told_as_one(week: Week) -> None:
    numbers = [row["settlement_id"] for row in await week.sold(("24.60", "M03900"), ("18.50", None))]
    _, stay = await week.ward.settled()
    numbers.append(stay["settlement"]["settlement_id"])
    november = START.date().replace(day=1)
    week.at("2026-12-02 09:00")
    told = await week.office.clearing.confirm(november)
    assert (told["confirmed"], told["left_out"]) == (3, {})
    states = {week.ward.hub.world.settlements[number].clearing_state for number in numbers}
    assert states == {"in_clearing"}
    report = await week.office.months.report(november)
    assert (report["clearing"]["open"], report["clearing"]["in_clearing"]) == (0, 3)

    refund = await week.refunded(numbers[0])
    assert "REFUND_AFTER_CLEARING" in [row["code"] for row in refund["notices"]]
    assert refund["clearing_month"] == "2026-12"
    answer = await week.ward.stays.refund(week.ward.call(), numbers[2], RefundIn(reason="退"))
    assert (answer.status, answer.body["code"]) == (409, "REFUND_INPATIENT_CLEARED")
    assert "2305" not in week.ward.poster.sent

    december = await week.office.months.report(next_month(november))
    assert [row["region"][0] for row in december["forms"]["14-1"]["rows"]] == ["*"]
    week.at("2026-12-26 00:00")
    report = await week.office.months.report(november)
    assert (report["clearing"]["in_clearing"], report["clearing"]["cleared"]) == (0, 3)


async def test_a_confirmation_is_rolled_back_at_the_hub(week: Week) -> None:
    number = (await week.sold(("24.60", "M03900")))[0]["settlement_id"]
    november = START.date().replace(day=1)
    week.at("2026-12-02 09:00")
    await week.office.clearing.confirm(november)
    told = await week.office.clearing.roll_back(november)
    assert [page["state"] for page in told["pages"]] == ["rolled_back"]
    assert week.ward.hub.world.settlements[number].clearing_state == "open"
    refund = await week.refunded(number)
    assert "REFUND_AFTER_CLEARING" not in [row["code"] for row in refund["notices"]]


async def test_a_lost_confirmation_is_left_to_people_and_never_sent_twice(week: Week) -> None:
    await week.sold(("24.60", "M03900"))
    november = START.date().replace(day=1)
    week.at("2026-12-02 09:00")
    week.ward.poster.plans["3261"] = ["drop_reply"]
    for _ in range(3):
        told = await week.office.clearing.confirm(november)
    assert [page["state"] for page in told["pages"]] == ["manual"]
    assert week.ward.poster.sent.count("3261") == 1


async def test_unknown_at_midnight_is_not_final_and_then_agrees(week: Week) -> None:
    visit = await week.ward.opened(PERSON, ("24.60", "M03900"))
    week.ward.poster.plans["2207"] = ["drop_reply"]
    week.ward.poster.plans["5204"] = ["drop_reply"] * 3
    answer = await week.ward.desk.settle(week.ward.call("s", patience_s=1), visit["visit_id"], SettleIn())
    assert answer.status == 202
    found = await week.reconciled("2026-11-21")
    assert found["mended"] == []
    assert {row["kind"] for row in found["differences"]} <= {"not_final"}
    assert found["pending"] == 1
    good_now = await week.ward.desk.settle(week.ward.call("s", patience_s=400), visit["visit_id"], SettleIn())
    assert good(good_now).body["baskets"][0]["state"] == "settled"
    assert (await week.reconciled("2026-11-21"))["state"] == "balanced"


@pytest.mark.requirement("R112", "R114")
async def test_a_hundred_of_each_kind_planted_at_the_hub_are_found_and_nothing_else(week: Week) -> None:
    for _ in range(170):
        await week.sold(("24.60", "M03900"), ("102.00", "M01600"), ("18.50", None))
    hub = week.ward.hub
    planted: dict[str, set[str]] = {}
    for kind, name in PLANTED.items():
        row = {"kind": name, "date": "2026-11-21", "count": 100, "seed": 5}
        planted[kind] = set(hub.world.agency.differences.plant(hub.world, row, "2026-11-21", "24:00").setl_ids)
    week.at("2026-11-22 01:00")
    found = await week.reconciled("2026-11-21")
    seen: dict[str, set[str]] = {kind: set() for kind in PLANTED}
    for row in (*found["differences"], *found["mended"]):
        seen[row["kind"]].add(row["settlement_id"])
    assert seen == planted  # recall and precision are whole
    assert all(row["explained"] for row in found["totals"])
    assert Counter(row["outcome"] for row in found["mended"]) == {"undone": 100, "manual": 100}
    assert await week.reconciled("2026-11-21") == found


PLANTED = {
    "platform_only": "only_platform",
    "hospital_only": "only_hospital",
    "amount": "amount",
    "sign": "sign",
    "twice": "twice",
}
