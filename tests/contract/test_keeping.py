"""Visits, counters, windows, sessions; and that values come back as they were."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from anyio import create_task_group
from contract.samples import NOON, after, attempt, move, request, submission, visit, window

from yidi_gateway.journal import JournalDown
from yidi_gateway.journal.port import Search
from yidi_gateway.lifecycle import Event
from yidi_gateway.submission import Fen, SignedSession, Submission


async def test_a_visit_is_inserted_and_replaced_by_version(store):
    assert await store.journal.put_visit(visit(document=b"zero"))
    assert await store.journal.put_visit(visit(document=b"one", state="closed", caller="x", created_at=after(hours=1)))
    journal = await store.reopen()
    assert await journal.get_visit("v1") == visit(document=b"one", version=1, state="closed")


async def test_a_visit_that_moved_on_is_not_replaced(journal):
    await journal.put_visit(visit())
    await journal.put_visit(visit(document=b"one"))
    assert not await journal.put_visit(visit(document=b"late"))
    assert not await journal.put_visit(visit(document=b"early", version=2))
    assert (await journal.get_visit("v1")).document == b"one"


async def test_a_visit_that_is_not_there(journal):
    assert await journal.get_visit("v9") is None
    assert not await journal.put_visit(visit(version=3))


async def test_of_many_replacements_at_once_one_wins(journal):
    await journal.put_visit(visit())
    done = []

    async def call(number):
        done.append(await journal.put_visit(visit(document=f"{number}".encode())))

    async with create_task_group() as group:
        for number in range(30):
            group.start_soon(call, number)
    assert done.count(True) == 1
    assert (await journal.get_visit("v1")).version == 1


async def test_numbers_are_reserved_once_and_never_back(store):
    assert await store.journal.reserve("msgid", 100, 60) == 100
    assert await store.journal.reserve("msgid", 100, 1) == 160
    assert await store.journal.reserve("msgid", 0, 1) == 161
    assert await store.journal.reserve("msgid", 1000, 5) == 1000
    assert await store.journal.reserve("other", 7, 1) == 7
    journal = await store.reopen()
    assert await journal.reserve("msgid", 0, 1) == 1005


async def test_numbers_reserved_at_once_do_not_overlap(journal):
    firsts = []

    async def call():
        firsts.append(await journal.reserve("n", 5, 3))

    async with create_task_group() as group:
        for _ in range(50):
            group.start_soon(call)
    assert sorted(firsts) == list(range(5, 155, 3))


@pytest.mark.parametrize("count", [0, -1])
async def test_a_block_of_no_numbers_is_an_error(journal, count):
    with pytest.raises(ValueError, match="block"):
        await journal.reserve("n", 0, count)


async def test_windows_that_are_not_closed(store):
    await store.journal.put_window(window("late", begins=after(hours=1), ends=None, scope="510000"))
    await store.journal.put_window(window("early", announced=False))
    await store.journal.put_window(window("over", closed_at=NOON))
    journal = await store.reopen()
    assert list(await journal.windows()) == [
        window("early", announced=False),
        window("late", begins=after(hours=1), ends=None, scope="510000"),
    ]
    await journal.put_window(window("early", closed_at=NOON))
    assert [one.id for one in await journal.windows()] == ["late"]


async def test_a_session_per_institution_and_operator(store):
    first = SignedSession("H1", "op", "sign-1", NOON, after(hours=1))
    await store.journal.put_session(first)
    await store.journal.put_session(replace(first, operator="other", sign_no="sign-2"))
    await store.journal.put_session(replace(first, sign_no="sign-3"))
    journal = await store.reopen()
    assert await journal.get_session("H1", "op") == replace(first, sign_no="sign-3")
    assert (await journal.get_session("H1", "other")).sign_no == "sign-2"
    assert await journal.get_session("H2", "op") is None


FULL = Submission(
    id="s1",
    caller="his",
    key="钥匙/1",
    infno="2207",
    created_at=NOON,
    visit_id="v",
    basket_id="b",
    busy_on="v/b/settle",
    psn_no="51010419800101123X",
    mdtrt_id="m",
    insured_division="510000",
    operator='{"name":"李"}',
    input=bytes(range(256)),
    expected_fen=9999999999999999,
    msgid="H5101",
    sent_at=after(microseconds=1),
    deadline=after(seconds=30),
    fenced=True,
    given_up=True,
    asked=3,
    due_at=after(days=1),
    setl_id="t",
    fen=Fen(9999999999999999, -9999999999999999, 0, None),
    outcome=b'{"x":1.10}',
    reason={"code": "X", "raw": "失败", "key": None, "n": 2**60},
    refund_of="s0",
    incident="E7K4-93",
    state_since=NOON,
    told_at=NOON,
    acknowledged_at=NOON,
    lease_until=NOON,
)


async def test_a_full_submission_comes_back_as_it_was(store):
    untouched = [item.name for item in fields(FULL) if getattr(FULL, item.name) in (None, "", b"")]
    assert untouched == []
    await store.journal.admit(FULL)
    journal = await store.reopen()
    assert await journal.get("s1") == FULL
    assert (await journal.search(Search())).items == (FULL,)
    assert type((await journal.get("s1")).expected_fen) is int


async def test_every_field_that_a_move_may_change_is_changed(store):
    row = (await store.journal.admit(submission())).submission
    fixed = {"id", "caller", "key", "infno", "created_at", "state", "version"}
    changes = {item.name: getattr(FULL, item.name) for item in fields(FULL) if item.name not in fixed}
    moved = await store.journal.move(move(row, Event.ALLOTTED, **changes))
    journal = await store.reopen()
    assert await journal.get("s1") == moved == replace(row, **changes, state=moved.state, version=1)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 24, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 3, 1, 0, 0, 0, 1, tzinfo=timezone(timedelta(hours=-7))),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(9999, 12, 30, 12, 0, 0, 123456, tzinfo=UTC),
    ],
)
async def test_times_are_exact_and_aware(store, at):
    await store.journal.start(attempt(at=at))
    journal = await store.reopen()
    (kept,) = await journal.attempts()
    assert kept.at == at
    assert kept.at.tzinfo is not None


@pytest.mark.parametrize("naive", ["created_at", "due_at"])
async def test_a_time_without_a_zone_is_refused(journal, naive):
    with pytest.raises(ValueError, match="zone"):
        await journal.admit(submission(**{naive: NOON.replace(tzinfo=None)}))
    assert await journal.get("s1") is None


@pytest.mark.parametrize("fen", [1.0, True, "1"])
async def test_an_amount_is_whole_fen(journal, fen):
    with pytest.raises(ValueError, match="fen"):
        await journal.admit(submission(fen=Fen(total=fen)))
    with pytest.raises(ValueError, match="fen"):
        await journal.admit(submission(expected_fen=fen))


async def test_an_amount_fits_64_bits(journal):
    with pytest.raises(ValueError, match="64"):
        await journal.admit(submission(expected_fen=2**63))


async def test_a_closed_journal_keeps_nothing(journal):
    await journal.close()
    await journal.close()
    with pytest.raises(JournalDown):
        await journal.open_request(request())
    with pytest.raises(JournalDown):
        await journal.get("s1")
