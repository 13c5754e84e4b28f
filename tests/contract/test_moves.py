"""Compare-and-set moves, attempts, and the audit rows that go with them."""

from dataclasses import replace

import pytest
from anyio import create_task_group
from contract.samples import NOON, after, attempt, move, standing, submission

from yidi_gateway.journal import JournalDown
from yidi_gateway.journal.port import Finish
from yidi_gateway.lifecycle import Event, NoSuchEdge, State
from yidi_gateway.submission import Fen


async def test_a_move_changes_state_version_and_fields(journal):
    row = (await journal.admit(submission())).submission
    moved = await journal.move(move(row, Event.ALLOTTED, msgid="m1", sent_at=NOON))
    assert moved == replace(row, state=State.SENDING, version=1, msgid="m1", sent_at=NOON)
    assert await journal.get("s1") == moved


@pytest.mark.parametrize("wrong", [{"version": 1}, {"state": State.SENDING}, {"submission_id": "s9"}])
async def test_a_move_from_elsewhere_moves_nothing(journal, wrong):
    row = (await journal.admit(submission())).submission
    event = Event.NO_ANSWER if "state" in wrong else Event.ALLOTTED
    assert await journal.move(replace(move(row, event), **wrong)) is None
    assert await journal.get("s1") == row
    assert len(await journal.audit("s1")) == 1


async def test_a_line_that_the_lifecycle_does_not_know_is_an_error(journal):
    row = (await journal.admit(submission())).submission
    with pytest.raises(NoSuchEdge):
        await journal.move(move(row, Event.ACCEPTED))
    assert await journal.get("s1") == row


@pytest.mark.parametrize("field", ["id", "state", "version", "created_at", "caller", "key", "infno"])
async def test_what_is_fixed_is_not_changed(journal, field):
    row = (await journal.admit(submission())).submission
    with pytest.raises(ValueError, match=field):
        await journal.move(move(row, Event.ALLOTTED, **{field: getattr(row, field)}))


async def test_an_unknown_field_is_an_error(journal):
    row = (await journal.admit(submission())).submission
    with pytest.raises(TypeError):
        await journal.move(move(row, Event.ALLOTTED, no_such_field=1))
    assert await journal.get("s1") == row


async def test_a_move_has_its_audit_row(journal):
    row = (await journal.admit(submission())).submission
    await journal.move(move(row, Event.ALLOTTED, {"try": 1, "why": "测试", "done": False, "by": None}))
    row = (await journal.audit("s1"))[-1]
    assert (row.event, row.before, row.after, row.at) == ("ALLOTTED", "new", "sending", NOON)
    assert row.detail == {"try": 1, "why": "测试", "done": False, "by": None}


@pytest.mark.parametrize("detail", [{"x": 1.5}, {"x": b"bytes"}, {"x": NOON}, {"x": [1.5]}, {1: "x"}])
async def test_a_detail_is_plain_or_nothing_moves(journal, detail):
    row = (await journal.admit(submission())).submission
    with pytest.raises(TypeError):
        await journal.move(move(row, Event.ALLOTTED, detail))
    assert await journal.get("s1") == row
    assert (await journal.verify()).broken_at is None


async def test_of_many_moves_at_once_one_wins(journal):
    row = (await journal.admit(submission())).submission
    moved = []

    async def call(number):
        moved.append(await journal.move(move(row, Event.ALLOTTED, msgid=f"m{number}")))

    async with create_task_group() as group:
        for number in range(50):
            group.start_soon(call, number)
    (won,) = [one for one in moved if one is not None]
    assert await journal.get("s1") == won
    assert len(await journal.audit("s1")) == 2


async def test_one_failure_does_not_spoil_the_others(journal):
    rows = [(await journal.admit(submission(f"s{number}"))).submission for number in range(20)]
    failed, moved = [], []

    async def call(number):
        event = Event.ACCEPTED if number % 2 else Event.ALLOTTED
        try:
            moved.append(await journal.move(move(rows[number], event)))
        except NoSuchEdge:
            failed.append(number)

    async with create_task_group() as group:
        for number in range(20):
            group.start_soon(call, number)
    assert (len(failed), len(moved)) == (10, 10)
    assert (await journal.count())[State.SENDING] == 10
    assert await journal.verify() == replace(await journal.verify(), rows=30, broken_at=None)


async def test_start_keeps_the_bytes_and_the_move(store):
    body = bytes(range(256))
    row = (await store.journal.admit(submission())).submission
    sending = await store.journal.start(attempt(body=body), move(row, Event.ALLOTTED, msgid="m1"))
    journal = await store.reopen()
    assert sending.state is State.SENDING
    assert await journal.get("s1") == sending
    assert await journal.attempts("s1") == (attempt(body=body),)


async def test_start_that_lost_keeps_nothing(journal):
    row = (await journal.admit(submission())).submission
    await journal.move(move(row, Event.ABANDONED))
    assert await journal.start(attempt(), move(row, Event.ALLOTTED)) is None
    assert await journal.attempts() == ()


async def test_start_without_a_move(journal):
    assert await journal.start(attempt(submission_id=None, visit_id="v1")) is None
    assert len(await journal.attempts(visit_id="v1")) == 1


async def test_a_msgid_is_used_once(journal):
    rows = [(await journal.admit(submission(f"s{number}"))).submission for number in range(2)]
    await journal.start(attempt(submission_id="s0"), move(rows[0], Event.ALLOTTED))
    with pytest.raises(JournalDown):
        await journal.start(attempt(submission_id="s1"), move(rows[1], Event.ALLOTTED))
    assert await journal.get("s1") == rows[1]
    assert len(await journal.audit("s1")) == 1
    assert [one.submission_id for one in await journal.attempts()] == ["s0"]


async def test_a_msgid_is_used_once_also_by_who_lost(journal):
    row = await standing(journal, State.ABSENT)
    await journal.start(attempt())
    with pytest.raises(JournalDown):
        await journal.start(attempt(), replace(move(row, Event.LIVE_AT_HUB), version=0))


async def test_finish_keeps_the_answer_and_the_move(store):
    answer = b"\x00\xff" + "成功".encode("gb18030")
    row = (await store.journal.admit(submission())).submission
    sending = await store.journal.start(attempt(), move(row, Event.ALLOTTED))
    fen = Fen(total=9999999999999999, fund=-1, account=0, cash=None)
    finish = Finish("m1", after(seconds=2), "ok", 200, answer, "note")
    moved = await store.journal.finish(finish, move(sending, Event.ACCEPTED, fen=fen, outcome=answer, setl_id="t1"))
    journal = await store.reopen()
    assert await journal.get("s1") == moved
    assert (moved.fen, moved.outcome) == (fen, answer)
    (kept,) = await journal.attempts("s1")
    assert (kept.ended_at, kept.outcome, kept.http_status) == (after(seconds=2), "ok", 200)
    assert (kept.answer, kept.note, kept.body) == (answer, "note", attempt().body)


async def test_finish_keeps_the_result_when_the_move_lost(journal):
    row = (await journal.admit(submission())).submission
    sending = await journal.start(attempt(), move(row, Event.ALLOTTED))
    await journal.move(move(sending, Event.RESTARTED))
    assert await journal.finish(Finish("m1", NOON, "ok", 200, b"late"), move(sending, Event.ACCEPTED)) is None
    assert (await journal.get("s1")).state is State.UNKNOWN
    assert (await journal.attempts("s1"))[0].answer == b"late"


async def test_a_late_answer_is_evidence_and_no_answer_is_lost(journal):
    await journal.start(attempt())
    await journal.finish(Finish("m1", NOON, "unknown"))
    await journal.finish(Finish("m1", after(seconds=40), "ok", 200, b"late"))
    await journal.finish(Finish("m1", after(seconds=50), "unknown"))
    await journal.finish(Finish("m1", after(seconds=60), "ok", 200, b"third"))
    (kept,) = await journal.attempts("s1")
    assert (kept.outcome, kept.answer, kept.ended_at) == ("ok", b"late", after(seconds=40))


async def test_finish_of_nothing_is_an_error(journal):
    with pytest.raises(KeyError):
        await journal.finish(Finish("m9", NOON, "ok"))


async def test_attempts_by_submission_and_visit_in_order_of_time(journal):
    await journal.start(attempt("m3", at=after(seconds=3), visit_id="v1"))
    await journal.start(attempt("m1", at=after(seconds=1), visit_id="v1"))
    await journal.start(attempt("m2", at=after(seconds=2), submission_id="s2"))
    assert [one.msgid for one in await journal.attempts("s1")] == ["m1", "m3"]
    assert [one.msgid for one in await journal.attempts(visit_id="v1")] == ["m1", "m3"]
    assert [one.msgid for one in await journal.attempts()] == ["m1", "m2", "m3"]
    assert await journal.attempts("s1", "v2") == ()


async def test_a_reason_that_the_caller_changes_later_stays(journal):
    row = (await journal.admit(submission())).submission
    reason = {"code": "X", "deep": [1, {"a": None}]}
    await journal.move(move(row, Event.ALLOTTED, reason=reason))
    reason["code"] = "Y"
    assert (await journal.get("s1")).reason == {"code": "X", "deep": [1, {"a": None}]}
