"""The problem ledger: what opens an item, until when it is due, and how it closes."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from gateway.office_world import House, entry
from gateway.tiny_platform import START

from yidi_gateway.clock import BEIJING
from yidi_gateway.lifecycle import Event
from yidi_gateway.papers import Item
from yidi_gateway.reconciling.causes import CAUSES, CLOCKS, WORKING_DAYS
from yidi_gateway.reconciling.ledger import NotOpen, Opening, read, told
from yidi_gateway.reconciling.watching import oldest_age
from yidi_gateway.submission import Kept, Move, Submission

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house() -> House:
    return await House(0).open()


def at(house: House, text: str) -> None:
    house.clock.seconds = (datetime.fromisoformat(text).replace(tzinfo=BEIJING) - START).total_seconds()


async def made(house: House, name: str, *events: Event, **fields: object) -> Submission:
    changes = {key: fields.pop(key) for key in ("reason", "acknowledged_at", "sent_at") if key in fields}
    base = {"caller": "his", "key": f"k{name}", "infno": "2207", "created_at": house.clock.now(), "operator": "{}"}
    row = (await house.journal.admit(Submission(**{"id": name, "input": b"{}", **base, **fields}))).submission
    for event in (Event.ALLOTTED, *events):
        row = await house.journal.move(Move(row.id, row.state, row.version, event, house.clock.now(), changes))
        assert row is not None
    return row


async def move(house: House, name: str, event: Event, **changes: object) -> None:
    row = await house.journal.get(name)
    assert row is not None
    assert await house.journal.move(Move(row.id, row.state, row.version, event, house.clock.now(), changes))


async def causes(house: House) -> list[str]:
    await house.office.watch.look()
    return sorted(await house.open_causes())


async def item_of(house: House, cause: str) -> Item:
    item = await house.journal.item_of(cause)
    assert item is not None
    return item


def test_every_kind_has_a_class_an_owner_and_both_languages() -> None:
    for kind, row in CAUSES.items():
        assert row.problem_class in CLOCKS, kind
        assert row.owner in ("insurance_office", "finance", "it", "cashier"), kind
        assert any("\u4e00" <= sign <= "\u9fff" for sign in row.zh), kind
        assert row.en.isascii(), kind


# opened on, class, due at 24:00 of the day before; holidays of 2026 as published: 1 to 3 January, 4 January is worked
DUE = [
    ("2026-11-24 10:00", "system", "2026-11-26"),
    ("2026-11-24 10:00", "filing", "2026-11-27"),
    ("2026-11-24 10:00", "other", "2026-12-09"),
    ("2026-11-27 16:00", "system", "2026-12-01"),  # a Friday
    ("2025-12-31 16:00", "system", "2026-01-05"),  # 1 to 3 January off, Sunday the 4th is worked
    ("2025-12-31 16:00", "filing", "2026-01-06"),
    ("2026-02-13 10:00", "system", "2026-02-15"),  # Saturday the 14th is worked before the Spring Festival
    ("2026-02-14 10:00", "system", "2026-02-25"),  # and then everything is closed until the 24th
    ("2026-09-30 23:59", "other", "2026-10-21"),  # National Day, Saturday 10 October is worked
]


@pytest.mark.requirement("R136")
@pytest.mark.parametrize(("opened", "problem_class", "due_at"), DUE)
async def test_items_are_due_by_working_days(house: House, opened: str, problem_class: str, due_at: str) -> None:
    at(house, opened)
    kind = next(kind for kind, row in CAUSES.items() if row.problem_class == problem_class)
    item = await house.ledger.open(Opening("c", kind, {}))
    assert item.due_at == datetime.fromisoformat(due_at).replace(tzinfo=BEIJING)
    assert item.opened_at <= item.alarm_at < item.due_at
    assert WORKING_DAYS[problem_class] in (1, 2, 10)


async def test_a_year_without_published_days_says_so(house: House) -> None:
    at(house, "2031-03-03 09:00")
    item = await house.ledger.open(Opening("c", "unknown", {}))
    assert "2031" in told(item, house.clock.now())["notice"]


async def test_alarm_and_overdue_follow_the_clock(house: House) -> None:
    at(house, "2026-11-24 10:00")
    item = await house.ledger.open(Opening("c", "manual", {}))
    shown = [
        (told(item, moment)["alarm"], told(item, moment)["overdue"])
        for moment in (item.alarm_at - timedelta(seconds=1), item.alarm_at, item.due_at)
    ]
    assert shown == [(False, False), (True, False), (True, True)]
    closed = await house.ledger.close(item.id, by="A1 (finance)", reason="checked")
    assert told(closed, item.due_at)["overdue"] is False


@pytest.mark.requirement("R012")
async def test_unknown_opens_after_15_minutes_and_closes_when_it_is_known(house: House) -> None:
    await made(house, "s1", Event.NO_ANSWER, sent_at=house.clock.now())
    house.clock.seconds += 899
    assert await causes(house) == []
    house.clock.seconds += 1
    assert await causes(house) == ["unknown:s1"]
    await move(house, "s1", Event.FOUND, acknowledged_at=house.clock.now())
    assert await causes(house) == []
    history = read(await item_of(house, "unknown:s1"))["history"]
    assert [(line["what"], line["by"]) for line in history] == [("opened", "gateway"), ("closed", "gateway")]


async def test_in_doubt_opens_at_once_and_closes_when_two_persons_decide(house: House) -> None:
    await made(house, "s1", Event.ACCEPTED_IN_DOUBT)
    assert await causes(house) == ["manual:s1"]
    await move(house, "s1", Event.DECIDED_SETTLED, acknowledged_at=house.clock.now())
    assert await causes(house) == []


async def test_not_booked_opens_after_15_minutes_and_closes_with_the_booking(house: House) -> None:
    await made(house, "s1", Event.ACCEPTED)
    assert await causes(house) == []
    house.clock.seconds += 900
    assert await causes(house) == ["unacknowledged:s1"]
    await move(house, "s1", Event.ACKNOWLEDGED, acknowledged_at=house.clock.now())
    assert await causes(house) == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [("NOT_FILED", "refused_filing"), ("FILING_EXPIRED", "refused_filing"), ("BENEFIT_SUSPENDED", "refused")],
)
async def test_a_refusal_opens_and_closes_when_the_basket_is_settled(house: House, code: str, kind: str) -> None:
    where = {"visit_id": "v1", "basket_id": "b1"}
    await made(house, "s1", Event.REFUSED, reason={"code": code}, **where)
    assert await causes(house) == [f"{kind}:s1"]
    house.clock.seconds += 60
    await made(house, "s2", Event.ACCEPTED, acknowledged_at=house.clock.now(), **where)
    assert await causes(house) == []


async def test_what_moves_no_money_opens_nothing(house: House) -> None:
    await made(house, "s1", Event.REFUSED, infno="2201")
    await made(house, "s2", Event.ACCEPTED, infno="2201")
    house.clock.seconds += 3600
    assert await causes(house) == []


@pytest.mark.requirement("R115")
async def test_an_upload_alarms_after_48_hours_and_is_due_at_the_end_of_the_third_day(house: House) -> None:
    at(house, "2026-12-30 09:00")
    kept = Kept("u1", "his", "k", "2301", house.clock.now(), "M1", "530100", "{}", b"{}")
    await house.journal.keep(kept)
    house.clock.seconds += 48 * 3600 - 1
    assert await causes(house) == []
    house.clock.seconds += 1
    assert await causes(house) == ["upload_overdue:u1"]
    item = await item_of(house, "upload_overdue:u1")
    assert item.alarm_at == datetime(2027, 1, 1, 9, tzinfo=BEIJING)
    assert item.due_at == datetime(2027, 1, 3, tzinfo=BEIJING)  # 24:00 of 2 January: calendar days, over New Year
    await house.journal.hand_over("u1", "s9")
    assert await causes(house) == []


async def test_a_person_closes_with_a_reason_and_once(house: House) -> None:
    await house.settle(entry(1))
    house.clock.seconds += 900
    assert await causes(house) == ["unacknowledged:s-SETL000001"]
    item = await item_of(house, "unacknowledged:s-SETL000001")
    closed = await house.ledger.close(item.id, by="A1 (finance)", reason="booked by hand")
    assert read(closed)["history"][-1]["reason"] == "booked by hand"
    with pytest.raises(NotOpen):
        await house.ledger.close(item.id, by="A1 (finance)", reason="again")
    with pytest.raises(KeyError):
        await house.ledger.close("none", by="A1", reason="x")


async def test_an_item_is_opened_once_however_often_anybody_looks(house: House) -> None:
    await made(house, "s1", Event.ACCEPTED_IN_DOUBT)
    for _ in range(3):
        house.clock.seconds += 60
        await house.office.watch.look()
    item = await item_of(house, "manual:s1")
    assert (item.version, len(read(item)["history"])) == (0, 1)


async def test_two_who_open_the_same_get_one_item(house: House) -> None:
    opening = Opening("c", "unknown", {})
    first, second = await house.ledger.open(opening), await house.ledger.open(replace(opening, severity=1))
    assert first == second


def test_the_age_of_the_oldest_upload() -> None:
    kept = Kept("u1", "his", "k", "2301", START, "M1", "530100", "{}", b"{}")
    assert oldest_age((), START) == 0
    assert oldest_age((kept,), START + timedelta(hours=50)) == 50 * 3600
