"""Day end against a small platform: what differs is found, all of it and nothing else, and mended where that is lawful."""

import asyncio
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from gateway.day_platform import Entry
from gateway.office_world import DAY, House, entry

from yidi_gateway.journal import MemoryJournal, open_journal
from yidi_gateway.journal.port import Search
from yidi_gateway.lifecycle import Event, State
from yidi_gateway.reconciling.differences import Difference, Kind
from yidi_gateway.reconciling.ledger import read
from yidi_gateway.reconciling.mending import mend
from yidi_gateway.submission import Move, Submission

pytestmark = pytest.mark.anyio
KINDS = ("platform_only", "hospital_only", "amount", "sign", "twice", "not_final", "other_day", "identity")


@pytest.fixture
async def house() -> House:
    return await House(20).open()


async def test_a_day_that_agrees_needs_no_file(house: House) -> None:
    found = await house.run()
    assert found["state"] == "balanced"
    assert [row["platform"] for row in found["totals"]] == ["balanced"] * 4
    assert [row["count"] for row in found["totals"]] == [15, 5, 0, 0]
    assert not house.platform.sent("3202")
    assert await house.open_causes() == []


@pytest.mark.requirement("R098", "R112", "R113", "R114")
async def test_a_hundred_of_each_kind_are_found_and_nothing_else() -> None:
    house = await House(1200).open()
    numbers = [f"SETL{number:06d}" for number in range(1200)]
    random.Random(7).shuffle(numbers)
    planted = {
        kind: house.platform.plant(kind, numbers[place * 100 : place * 100 + 100]) for place, kind in enumerate(KINDS)
    }
    found = await house.run()
    seen: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for row in (*found["differences"], *found["mended"]):
        seen[row["kind"]].add(row["settlement_id"])
    assert seen == planted  # recall and precision 100 %: all of each kind, and no other
    assert found["counts"] == {**dict.fromkeys(KINDS, 100), "unclear": 0}
    assert all(row["explained"] for row in found["totals"])
    assert found["state"] == "differences"
    mended = Counter((row["kind"], row["event"], row["outcome"]) for row in found["mended"])
    assert mended == {
        ("twice", "SECOND_AT_HUB", "undone"): 100,
        ("hospital_only", "MISSING_AT_HUB", "manual"): 100,
    }


async def test_after_repair_and_the_peoples_part_nothing_is_left() -> None:
    house = await House(60).open()
    numbers = [f"SETL{number:06d}" for number in range(60)]
    house.platform.plant("twice", numbers[:10])
    house.platform.plant("hospital_only", numbers[10:20])
    found = await house.run()
    assert found["difference"] == {"total": "0.00", "fund": "0.00", "account": "0.00"}
    assert found["state"] == "balanced"
    assert sorted(house.platform.undone) == [f"{number}T" for number in numbers[:10]]
    for number in numbers[:10]:
        row = (await house.journal.search(Search(setl_id=number))).items[0]
        assert [each.event for each in await house.journal.audit(row.id)][-1] == "SECOND_AT_HUB"
    house.clock.seconds += 3600
    await house.office.watch.look()
    repairs = {row["mended_by"] for row in found["mended"] if row["event"] == "SECOND_AT_HUB"}
    assert len(repairs) == 10
    assert not {f"unacknowledged:{name}" for name in repairs} & set(await house.open_causes())


async def test_running_again_gives_the_same_and_mends_nothing_twice() -> None:
    house = await House(40).open()
    numbers = [f"SETL{number:06d}" for number in range(40)]
    for place, kind in enumerate(KINDS):
        house.platform.plant(kind, numbers[place * 3 : place * 3 + 3])
    first = await house.day_end.run(DAY, lambda *_: None)
    sent, causes = len(house.platform.sent("2208")), await house.open_causes()
    for _ in range(3):
        again = await house.day_end.run(DAY, lambda *_: None)
        assert again == first
    assert (len(house.platform.sent("2208")), await house.open_causes()) == (sent, causes)
    assert first.version == 1


async def test_a_platform_that_lists_only_what_differs_is_understood() -> None:
    house = await House(40).open()
    house.platform.lists = "differing"
    house.platform.plant("amount", ["SETL000003"])
    found = await house.run()
    assert [(row["kind"], row["settlement_id"]) for row in found["differences"]] == [("amount", "SETL000003")]
    assert all(row["explained"] for row in found["totals"])
    assert len(house.platform.sent("5203")) == 0  # what it does not list is proven by its totals


async def failed(house: House, made: Entry, *events: Event, **changes: Any) -> Submission:
    """A submission of ours that did not come to a settlement, and that the platform has all the same."""
    row = await settled_until(house, made, *events, **changes)
    house.platform.books[made.setl_id] = made
    return row


async def settled_until(house: House, made: Entry, *events: Event, **changes: Any) -> Submission:
    at = house.clock.now()
    row = Submission(
        id=f"s-{made.setl_id}",
        caller="his",
        key=f"k-{made.setl_id}",
        infno="2207",
        created_at=at,
        psn_no=made.psn_no,
        mdtrt_id=made.mdtrt_id,
        operator='{"id":"0001","name":"收费员","kind":"1"}',
        input=b'{"data":{"insutype":"310"}}',
        insured_division="530100",
    )
    row = (await house.journal.admit(row)).submission
    sent = {"msgid": made.msgid, "sent_at": at}
    for event in (Event.ALLOTTED, *events):
        row = await house.journal.move(Move(row.id, row.state, row.version, event, at, {**sent, **changes}))
        assert row is not None
    return row


async def test_what_was_told_as_failed_and_is_live_is_undone(house: House) -> None:
    events = (Event.NO_ANSWER, Event.NOT_FOUND, Event.ORIGINAL_ABSENT)
    row = await failed(house, entry(500, insutype="310"), *events)
    found = await house.run()
    assert [(each["kind"], each["event"], each["outcome"]) for each in found["mended"]] == [
        ("platform_only", "LIVE_AT_HUB", "reversed")
    ]
    assert found["state"] == "balanced"
    assert (await house.journal.get(row.id)).state is State.REVERSED
    assert house.platform.reversed == [row.msgid]
    assert await house.open_causes() == []


async def test_undone_by_its_number_where_a_reversal_is_not_allowed_any_more(house: House) -> None:
    house.platform.reversal_texts = ["FSI-冲正失败：非当日交易，不能冲正"]
    events = (Event.NO_ANSWER, Event.NOT_FOUND, Event.ORIGINAL_ABSENT)
    row = await failed(house, entry(500, insutype="310"), *events)
    first = await house.run()
    assert house.platform.undone == ["SETL000500"]
    assert (await house.journal.get(row.id)).state is State.REVERSED
    assert first["state"] == "balanced"  # the platform counts both rows, and so do we
    assert (await house.run())["state"] == "balanced"


async def test_what_the_his_has_booked_is_left_to_people(house: House) -> None:
    events = (Event.NO_ANSWER, Event.NOT_FOUND, Event.ORIGINAL_ABSENT)
    await failed(house, entry(500), *events, acknowledged_at=house.clock.now())
    found = await house.run()
    assert found["mended"] == []
    assert house.platform.reversed == []
    assert await house.open_causes() == ["day:2026-11-21:platform_only:SETL000500"]


async def test_a_refused_one_that_is_live_is_left_to_people(house: House) -> None:
    await failed(house, entry(500), Event.REFUSED)
    found = await house.run()
    assert found["mended"] == []
    item = await house.journal.item_of("day:2026-11-21:platform_only:SETL000500")
    assert item is not None
    assert (item.severity, item.problem_class, read(item)["owner"]) == (1, "other", "insurance_office")


async def test_a_pending_one_is_never_called_different(house: House) -> None:
    await failed(house, entry(500), Event.NO_ANSWER)
    found = await house.run()
    assert [row["kind"] for row in found["differences"]] == ["not_final"]
    assert (found["state"], found["pending"]) == ("not_final", 1)
    assert await house.open_causes() == []


async def test_a_refund_counts_with_its_minus_on_its_own_day(house: House) -> None:
    original = (await house.journal.search(Search(setl_id="SETL000001"))).items[0]
    base = entry(1)
    negative = entry(700, total=-base.total, fund=-base.fund, account=-base.account, insutype=base.insutype, flag="1")
    await house.settle(negative, infno="2208", refund_of=original.id)
    found = await house.run()
    assert found["state"] == "balanced"
    assert found["totals"][0]["count"] == 16


async def test_a_refund_whose_answer_was_lost_is_counted_by_what_it_takes_back(house: House) -> None:
    original = (await house.journal.search(Search(setl_id="SETL000001"))).items[0]
    base = entry(1)
    amounts = {"total": -base.total, "fund": -base.fund, "account": -base.account}
    negative = entry(700, **amounts, insutype=base.insutype, flag="1", mdtrt_id=base.mdtrt_id, psn_no=base.psn_no)
    row = Submission(
        id="r1", caller="his", key="r1", infno="2208", created_at=house.clock.now(), refund_of=original.id,
        psn_no=base.psn_no, mdtrt_id=base.mdtrt_id, operator="{}", input=b'{"data":{"setl_id":"SETL000001"}}',
    )  # fmt: skip
    row = (await house.journal.admit(row)).submission
    changes = {"msgid": negative.msgid, "sent_at": house.clock.now()}
    for event in (Event.ALLOTTED, Event.NO_ANSWER, Event.FOUND):
        row = await house.journal.move(Move(row.id, row.state, row.version, event, house.clock.now(), changes))
        assert row is not None
    house.platform.books[negative.setl_id] = negative
    assert (await house.run())["state"] == "balanced"
    house.platform.plant("amount", ["SETL000003"])  # now the files travel, and ours cannot name that refund
    found = await house.run()
    assert [(each["kind"], each["settlement_id"]) for each in found["differences"]] == [("amount", "SETL000003")]


async def test_a_settlement_over_midnight_counts_to_the_platforms_day(house: House) -> None:
    house.clock.seconds = 15 * 3600 - 30  # 23:59:30
    await house.settle(entry(900, day="2026-11-22", insutype="310"))
    assert (await house.run())["totals"][0]["count"] == 15
    assert (await house.run(date(2026, 11, 22)))["totals"][0]["count"] == 1


async def test_an_item_closes_when_its_difference_is_gone(house: House) -> None:
    before = house.platform.books["SETL000003"]
    house.platform.plant("amount", ["SETL000003"])
    await house.run()
    assert await house.open_causes() == ["day:2026-11-21:amount:SETL000003"]
    house.platform.books["SETL000003"] = before
    found = await house.day_end.run(DAY, lambda *_: None)
    assert (found.version, found.document["state"]) == (2, "balanced")
    assert await house.open_causes() == []
    item = await house.journal.item_of("day:2026-11-21:amount:SETL000003")
    assert [line["what"] for line in read(item)["history"]] == ["opened", "closed"]
    house.platform.plant("amount", ["SETL000003"])
    house.clock.seconds += timedelta(days=1).total_seconds()
    await house.day_end.run(DAY, lambda *_: None)
    item = await house.journal.item_of("day:2026-11-21:amount:SETL000003")
    assert [line["what"] for line in read(item)["history"]] == ["opened", "closed", "opened_again"]


async def test_a_platform_that_says_nothing_leaves_the_day_open(house: House) -> None:
    house.platform.always["3201"] = house.platform.http_502
    found = await house.run()
    assert found["state"] == "incomplete"
    assert {row["platform"] for row in found["totals"]} == {"not_told"}


async def test_an_unanswered_question_is_no_difference_of_money(house: House) -> None:
    house.platform.plant("hospital_only", ["SETL000003"])
    house.platform.always["5203"] = house.platform.http_502
    found = await house.run()
    assert [row["kind"] for row in found["differences"]] == ["unclear"]
    assert found["mended"] == []
    row = (await house.journal.search(Search(setl_id="SETL000003"))).items[0]
    assert row.state is State.CONFIRMED


async def test_a_file_that_leaves_out_what_it_lacks_is_asked_about_line_by_line() -> None:
    house = await House(12).open()
    house.platform.lists = "differing"
    house.platform.plant("amount", ["SETL000003"])
    house.platform.plant("hospital_only", ["SETL000005"])
    house.platform.text = lambda text: "\n".join(line for line in text.split("\n") if "SETL000005" not in line).encode()
    found = await house.run()
    assert [row["settlement_id"] for row in found["mended"]] == ["SETL000005"]
    assert [row["settlement_id"] for row in found["differences"]] == ["SETL000003"]
    assert all(row["explained"] for row in found["totals"])


@pytest.mark.parametrize("event", [Event.MISSING_AT_HUB, Event.SECOND_AT_HUB, Event.LIVE_AT_HUB])
async def test_what_somebody_moved_meanwhile_is_left_alone(house: House, event: Event) -> None:
    row = (await house.journal.search(Search(setl_id="SETL000001"))).items[0]
    moved = Move(row.id, row.state, row.version, Event.CANCELLED, house.clock.now(), {"due_at": house.clock.now()})
    assert await house.journal.move(moved)
    stale = Difference(
        Kind.TWICE, "SETL000001T", "X", row.mdtrt_id, row.psn_no, row.id, State.CONFIRMED, None, None, None
    )
    assert await mend(house.engine, stale, event, DAY) == ("left", row.id)
    assert house.platform.received == []
    assert (await house.journal.get(row.id)).state is State.REVERSING


async def test_a_till_that_cancels_during_a_day_end_makes_no_difference(house: House) -> None:
    row = (await house.journal.search(Search(setl_id="SETL000001"))).items[0]
    house.platform.plant("hospital_only", ["SETL000001"])

    def cancelled() -> None:
        """The platform has reversed it already; the journal hears of it while the day end asks."""
        del house.platform.always["5203"]
        at, changes = house.clock.now(), {"due_at": None}
        asyncio.get_running_loop().create_task(
            reverse(Move(row.id, row.state, row.version, Event.CANCELLED, at, changes))
        )

    async def reverse(move: Move) -> None:
        moved = await house.journal.move(move)
        assert moved is not None
        await house.journal.move(Move(moved.id, moved.state, moved.version, Event.REVERSED_LATE, move.at))

    house.platform.always["5203"] = cancelled
    found = await house.run()
    assert (found["state"], found["mended"], found["differences"]) == ("balanced", [], [])
    assert await house.open_causes() == []


async def test_a_file_gives_the_same_as_memory_and_names_nobody(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'yidi.db'}"
    results: list[dict[str, Any]] = []
    for journal in (MemoryJournal(), await open_journal(url)):
        house = await House(40, journal).open()
        numbers = [f"SETL{number:06d}" for number in range(40)]
        for place, kind in enumerate(KINDS):
            house.platform.plant(kind, numbers[place * 3 : place * 3 + 3])
        results.append(without_ids(await house.run()))
        assert without_ids((await house.day_end.run(DAY, lambda *_: None)).document) == results[-1]
        await journal.close()
    assert results[0] == results[1]
    journal = await open_journal(url)
    again = await House(0, journal).day_end.result(DAY)
    assert again is not None
    assert without_ids(again.document) == results[1]
    await journal.close()
    content = b"".join(file.read_bytes() for file in tmp_path.glob("yidi.db*") if file.suffix != ".key")
    assert b"P000003" not in content


def without_ids(document: dict[str, Any]) -> dict[str, Any]:
    """Ids of submissions that were made on the way are drawn by chance."""
    return {**document, "mended": [{**row, "mended_by": bool(row["mended_by"])} for row in document["mended"]]}
