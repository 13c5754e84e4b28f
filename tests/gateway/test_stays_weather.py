"""Stays in bad weather: answers that are lost, crashes between steps, downtime, repeats, calls at once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from gateway.stay_world import PATIENT, Ward, good

from yidi_gateway.problem import Problem
from yidi_gateway.shapes import RefundIn, StayCancelIn, StayChangeIn, StaySettleIn
from yidi_gateway.submission import Window
from yidi_gateway.visits import Answer

pytestmark = pytest.mark.anyio
LONG = 400.0
"""Patience beyond QUIET."""


@pytest.fixture
def ward() -> Ward:
    return Ward()


async def step(ward: Ward, infno: str, stay_id: str, key: str, patience_s: float = LONG) -> Answer:
    """The call that sends this message."""
    call = ward.call(key, patience_s)
    if infno == "2402":
        return await ward.stays.discharge(call, stay_id, ward.leaving())
    if infno == "2403":
        return await ward.stays.change(call, stay_id, StayChangeIn(bed="33"))
    if infno == "2304":
        return await ward.stays.settle(call, stay_id, StaySettleIn())
    until = {"2305": "settlement", "2405": "discharge", "2404": "admission"}[infno]
    return await ward.stays.cancel(call, stay_id, StayCancelIn.model_validate({"until": until}))


async def before(ward: Ward, infno: str) -> str:
    """A stay to which the message may come."""
    if infno in ("2402", "2404"):
        return await ward.charged()
    if infno == "2403":
        return await ward.admitted()
    if infno in ("2304", "2405"):
        return await ward.discharged()
    stay_id, body = await ward.settled()
    await ward.desk.ack(ward.call(), body["submission_id"])  # booked: a refund, not a reversal
    return stay_id


def done(ward: Ward, infno: str) -> bool:
    """Whether the platform holds what the message wants."""
    visits = [visit for visit in ward.person(PATIENT).visits if visit.stay is not None]
    visit = visits[-1]
    if infno == "2402":
        return bool(visit.stay.discharge)
    if infno == "2403":
        return visit.given["adm_bed"] == "33"
    if infno == "2304":
        return bool(ward.live())
    if infno == "2305":
        return not ward.live()
    if infno == "2405":
        return visit.stay.discharge is None
    return bool(visit.cancelled)


NUMBERS = ["2402", "2403", "2304", "2305", "2405", "2404"]


@pytest.mark.parametrize("infno", NUMBERS)
async def test_lost_before_the_effect(ward: Ward, infno: str) -> None:
    stay_id = await before(ward, infno)
    ward.poster.plans[infno] = ["drop_request"]
    answer = await step(ward, infno, stay_id, "k")
    assert not done(ward, infno)
    if infno == "2304":
        assert (answer.status, answer.body["state"]) == (200, "failed")
        assert answer.body["message"]["code"] == "DID_NOT_HAPPEN"
    else:
        assert (answer.status, answer.body["code"]) == (409, "DID_NOT_HAPPEN")
    assert ward.poster.sent.count(infno) == 1
    assert good(await step(ward, infno, stay_id, "k2"))
    assert done(ward, infno)
    assert ward.poster.sent.count(infno) == 2


@pytest.mark.parametrize("infno", NUMBERS)
async def test_lost_after_the_effect(ward: Ward, infno: str) -> None:
    stay_id = await before(ward, infno)
    ward.poster.plans[infno] = ["drop_reply"]
    answer = await step(ward, infno, stay_id, "k")
    if infno == "2304":  # no query tells of it out of area: the fence undoes it (K3)
        assert (answer.status, answer.body["state"]) == (200, "reversed")
        assert not done(ward, infno)
        assert good(await step(ward, infno, stay_id, "k2")).body["state"] == "settled"
    else:
        assert answer.status == 200, answer.body
        assert ward.poster.sent.count(infno) == 1
    assert done(ward, infno)
    assert len(ward.live()) <= 1


async def test_a_settlement_that_can_be_asked_for_is_adopted(ward: Ward) -> None:
    ward.profile = ward.profile.with_(query_without_setl_id=True)
    ward.hub.capabilities.query_without_setl_id = True
    ward.open_again()
    stay_id = await ward.discharged()
    ward.poster.plans["2304"] = ["drop_reply"]
    began = ward.clock.seconds
    answer = await step(ward, "2304", stay_id, "k", 200)
    assert (answer.status, answer.body["state"]) == (200, "settled")
    [row] = ward.live()
    assert answer.body["settlement"]["settlement_id"] == row.setl_id
    assert ward.clock.seconds - began < 60 + 10  # the deadline of a stay, then at once
    assert "2601" not in ward.poster.sent
    assert answer.body["settlement"]["amounts"] == answer.body["estimate"]


async def test_another_settlement_of_the_stay_is_not_adopted(ward: Ward) -> None:
    ward.profile = ward.profile.with_(query_without_setl_id=True)
    ward.hub.capabilities.query_without_setl_id = True
    ward.hub.capabilities.query_shows_msgid = False
    ward.open_again()
    stay_id = await ward.discharged()
    ward.poster.plans["2304"] = ["drop_reply"]
    answer = await step(ward, "2304", stay_id, "k")
    assert answer.body["state"] == "reversed"
    assert ward.live() == []


@pytest.mark.parametrize("plan", ["drop_request", "drop_reply"])
async def test_an_admission_whose_answer_is_lost(ward: Ward, plan: str) -> None:
    ward.poster.plans["2401"] = [plan]
    body = ward.stay()
    answer = await ward.stays.admit(ward.call("a", 25, body), body)
    if plan == "drop_reply":
        assert answer.status == 202
        answer = await ward.stays.admit(ward.call("a", 25, body), body)
        assert (answer.status, answer.body["step"]) == (201, "admitted")
        assert len(ward.beds()) == 1
        good(await ward.stays.fees(ward.call(), answer.body["stay_id"], ward.fees(ward.line("1"))))
        return
    assert (answer.status, answer.body["state"]) == (202, "pending")
    for _ in range(20):
        answer = await ward.stays.admit(ward.call("a", 25, body), body)
        if answer.status != 202:
            break
    assert (answer.status, answer.body["code"]) == (409, "DID_NOT_HAPPEN")
    assert ward.beds() == []
    assert ward.poster.sent.count("2401") == 1
    assert await ward.admitted()


async def test_a_change_of_what_no_query_shows_is_sent_again(ward: Ward) -> None:
    who = "trauma_no_third_party"
    stay_id = await ward.charged(who, trauma=True, third_party=False)
    ward.poster.plans["2403"] = ["drop_request"]
    answer = await ward.stays.change(ward.call("k", 100), stay_id, StayChangeIn(third_party=True))
    assert answer.status == 200
    assert ward.poster.sent.count("2403") == 2
    [visit] = ward.beds(who)
    assert visit.encounters[""]["rel_ttp_flag"] == "1"


async def test_a_late_answer_blocks_even_while_the_platform_does_not_know_it(ward: Ward) -> None:
    who = "trauma_no_third_party"
    stay_id = await ward.discharged(who, trauma=True, third_party=False)
    good(await ward.stays.cancel(ward.call(), stay_id, StayCancelIn(until="discharge")))
    ward.poster.plans["2403"] = ["refuse:FSI-就诊ID(mdtrt_id)不存在"]
    answer = await ward.stays.change(ward.call(), stay_id, StayChangeIn(third_party=True))
    assert answer.status == 409
    good(await ward.stays.discharge(ward.call(), stay_id, ward.leaving()))
    answer = await ward.stays.settle(ward.call(), stay_id, StaySettleIn())
    assert (answer.status, answer.body["code"]) == (409, "THIRD_PARTY_LIABLE")


# ---- fee lines


@pytest.mark.parametrize("plan", ["drop_request", "drop_reply"])
async def test_three_hundred_lines_with_one_batch_lost(ward: Ward, plan: str) -> None:
    stay_id = await ward.admitted()
    ward.poster.plans["2301"] = ["", "", plan]
    body = ward.fees(*(ward.line(str(place), "10.00") for place in range(300)))
    answer = good(await ward.stays.fees(ward.call(body=body, patience_s=100), stay_id, body))
    assert answer.body["fees"] == {"lines": 300, "taken": 300, "total": "3000.00", "not_sent": [], "pending": []}
    [visit] = ward.beds()
    assert len(visit.lines) == 300
    assert len({line.number for line in visit.lines}) == 300
    assert ward.poster.sent.count("2302") == 1
    good(await ward.stays.discharge(ward.call(), stay_id, ward.leaving()))
    answer = good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn()))
    assert answer.body["settlement"]["amounts"]["total"] == "3000.00"


async def test_uploads_are_small_enough(ward: Ward) -> None:
    stay_id = await ward.admitted()
    lines = (ward.line(str(place), "10.00", name="名" * 95) for place in range(120))
    good(await ward.stays.fees(ward.call(), stay_id, ward.fees(*lines)))
    sizes = []
    for attempt in await ward.journal.attempts(visit_id=stay_id):
        if attempt.infno == "2301":
            text = attempt.body.decode()
            sizes.append((text.count('"feedetl_sn"'), len(text)))
    assert sum(count for count, _ in sizes) == 120
    assert all(count <= 50 and length < 41_000 for count, length in sizes)


@pytest.mark.parametrize("lost", ["drop_request", "drop_reply"])
async def test_a_batch_in_doubt_twice_over(ward: Ward, lost: str) -> None:
    stay_id = await ward.admitted()
    ward.poster.plans["2301"] = ["drop_reply", lost]
    body = ward.fees(ward.line("1"), ward.line("2"))
    answer = await ward.stays.fees(ward.call("f", body=body), stay_id, body)
    assert answer.status == 202
    assert answer.body["fees"]["pending"] == ["1", "2"]
    answer = good(await ward.stays.fees(ward.call("f", body=body), stay_id, body))
    assert answer.body["fees"]["taken"] == 2
    [visit] = ward.beds()
    assert len(visit.lines) == 2


async def test_nothing_is_sent_anew_while_a_revocation_may_still_arrive(ward: Ward) -> None:
    stay_id = await ward.admitted()
    ward.poster.plans["2301"] = ["drop_reply"]
    ward.poster.plans["2302"] = ["drop_request"]
    body = ward.fees(ward.line("1"))
    assert (await ward.stays.fees(ward.call("f", body=body), stay_id, body)).status == 202
    sent = list(ward.poster.sent)
    assert (await ward.stays.fees(ward.call("f", body=body), stay_id, body)).status == 202
    assert [infno for infno in ward.poster.sent[len(sent) :] if infno in ("2301", "2302")] == []
    ward.clock.seconds += 151
    good(await ward.stays.fees(ward.call("f", body=body), stay_id, body))
    [visit] = ward.beds()
    assert len(visit.lines) == 1


async def test_a_refusal_of_a_batch_in_doubt_is_believed_late(ward: Ward) -> None:
    stay_id = await ward.admitted()
    no = "refuse:FSI-医疗目录编码(med_list_codg)没有有效的目录对照，请先上传目录对照"
    ward.poster.plans["2301"] = ["drop_request", no, no, no]
    body = ward.fees(ward.line("1"))
    assert (await ward.stays.fees(ward.call("f", body=body), stay_id, body)).status == 202
    assert (await ward.stays.fees(ward.call("f", body=body), stay_id, body)).status == 202
    ward.clock.seconds += 151
    answer = await ward.stays.fees(ward.call("f", body=body), stay_id, body)
    assert (answer.status, answer.body["not_taken"]) == (409, ["1"])
    [visit] = ward.beds()
    assert visit.lines == ()
    good(await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("1"))))


async def test_a_crash_in_the_middle_of_an_upload(ward: Ward) -> None:
    stay_id = await ward.admitted()
    body = ward.fees(*(ward.line(str(place), "10.00") for place in range(120)))
    reached = asyncio.Event()
    post = ward.poster.post

    async def die_after_the_second(url: str, headers: Any, raw: bytes, limits: Any) -> Any:
        reply = await post(url, headers, raw, limits)
        if ward.poster.sent.count("2301") == 2:
            reached.set()
            await asyncio.Event().wait()  # the answer never gets there
        return reply

    ward.poster.post = die_after_the_second  # type: ignore[method-assign]
    ward.open_again()
    task = asyncio.create_task(ward.stays.fees(ward.call("f", body=body), stay_id, body))
    await reached.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    ward.poster.post = post  # type: ignore[method-assign]
    ward.open_again()
    await ward.engine.start()
    answer = good(await ward.stays.fees(ward.call("f", body=body), stay_id, body))
    assert answer.body["fees"]["taken"] == 120
    [visit] = ward.beds()
    assert len(visit.lines) == 120
    assert ward.poster.sent.count("2302") == 1


async def test_unfinished_lines_go_out_before_the_discharge(ward: Ward) -> None:
    stay_id = await ward.admitted()
    ward.poster.plans["2301"] = ["not_sent"]
    body = ward.fees(ward.line("1", "77.00"))
    answer = await told_or_problem(ward.stays.fees(ward.call("f", body=body), stay_id, body))
    assert answer == (503, "NOT_SENT")
    good(await ward.stays.discharge(ward.call(), stay_id, ward.leaving()))
    [visit] = ward.beds()
    assert len(visit.lines) == 1


async def told_or_problem(call: Any) -> tuple[int, str]:
    try:
        answer = await call
    except Problem as problem:
        return problem.http, problem.code
    return answer.status, answer.body.get("code", answer.body.get("state"))


# ---- crashes and repeats


@pytest.mark.parametrize("infno", NUMBERS)
@pytest.mark.parametrize("plan", ["drop_request", "drop_reply"])
async def test_a_crash_while_the_outcome_is_unknown(ward: Ward, infno: str, plan: str) -> None:
    stay_id = await before(ward, infno)
    ward.poster.plans[infno] = [plan]
    left = ward.leaving()
    assert (await step(ward, infno, stay_id, "k", 1)).status == 202
    ward.open_again()
    await ward.engine.start()
    other = await told_or_problem(step_as(ward, infno, stay_id, "other", left))
    assert other in (
        (409, "BASKET_BUSY"),
        (409, "DID_NOT_HAPPEN"),
        (200, "failed"),
        (200, "reversed"),
        (200, "settled"),
    ) or infno in ("2305", "2405", "2404")
    answer = await step_as(ward, infno, stay_id, "k", left)
    for _ in range(10):
        if answer.status != 202:
            break
        answer = await step_as(ward, infno, stay_id, "k", left)
    assert answer.status in (200, 409)
    again = await step_as(ward, infno, stay_id, "k", left)
    assert (again.status, again.content) == (answer.status, answer.content)
    assert len(ward.live()) <= 1


async def step_as(ward: Ward, infno: str, stay_id: str, key: str, _left: Any) -> Answer:
    return await step(ward, infno, stay_id, key)


async def test_a_restart_after_every_step(ward: Ward) -> None:
    stay_id = await ward.admitted()
    ward.open_again()
    good(await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("1"))))
    ward.open_again()
    good(await ward.stays.discharge(ward.call(), stay_id, ward.leaving()))
    ward.open_again()
    good(await ward.stays.presettle(ward.call(), stay_id, StaySettleIn()))
    ward.open_again()
    first = good(await ward.stays.settle(ward.call("s"), stay_id, StaySettleIn()))
    ward.open_again()
    again = good(await ward.stays.settle(ward.call("s"), stay_id, StaySettleIn()))
    assert again.content == first.content
    assert ward.poster.sent.count("2304") == 1


async def test_the_same_key_gets_the_same_bytes(ward: Ward) -> None:
    body = ward.stay()
    first = await ward.stays.admit(ward.call("a", body=body), body)
    stay_id = first.body["stay_id"]
    fees = ward.fees(ward.line("1"))
    left = ward.leaving()
    calls = [
        lambda: ward.stays.admit(ward.call("a", body=body), body),
        lambda: ward.stays.fees(ward.call("f", body=fees), stay_id, fees),
        lambda: ward.stays.change(ward.call("c"), stay_id, StayChangeIn(bed="9")),
        lambda: ward.stays.discharge(ward.call("d"), stay_id, left),
        lambda: ward.stays.presettle(ward.call("p"), stay_id, StaySettleIn()),
        lambda: ward.stays.settle(ward.call("s"), stay_id, StaySettleIn()),
        lambda: ward.stays.cancel(ward.call("x"), stay_id, StayCancelIn()),
    ]
    told = [await call() for call in calls]
    sent = len(ward.poster.sent)
    again = [await call() for call in calls]
    assert [answer.content for answer in again] == [answer.content for answer in told]
    assert len(ward.poster.sent) == sent
    other = await told_or_problem(ward.stays.settle(ward.call("s", body="other"), stay_id, StaySettleIn()))
    assert other == (409, "KEY_REUSED")


async def test_another_key_while_a_settlement_is_pending(ward: Ward) -> None:
    stay_id = await ward.discharged()
    ward.poster.plans["2304"] = ["drop_request"]
    assert (await ward.stays.settle(ward.call("s", 1), stay_id, StaySettleIn())).status == 202
    for call in (
        ward.stays.settle(ward.call(), stay_id, StaySettleIn()),
        ward.stays.presettle(ward.call(), stay_id, StaySettleIn()),
        ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("9"))),
        ward.stays.discharge(ward.call(), stay_id, ward.leaving()),
        ward.stays.change(ward.call(), stay_id, StayChangeIn(bed="9")),
    ):
        assert await told_or_problem(call) == (409, "BASKET_BUSY")
    told = await ward.told(stay_id)
    assert (told["state"], told["message"]["code"]) == ("pending", "OUTCOME_UNKNOWN")
    assert "请勿重复收费" in told["text"]


async def test_calls_at_once(ward: Ward) -> None:
    stay_id = await ward.discharged()
    told = await asyncio.gather(
        *(told_or_problem(ward.stays.settle(ward.call(f"s{n}"), stay_id, StaySettleIn())) for n in range(6))
    )
    assert sorted(told) == [(200, "settled"), *[(409, "BASKET_BUSY")] * 5]
    assert len(ward.live()) == 1
    one = await ward.admitted("filed_hypertension")
    lines = [ward.fees(ward.line(str(n))) for n in range(8)]
    await asyncio.gather(*(ward.stays.fees(ward.call(body=body), one, body) for body in lines))
    [visit] = ward.beds("filed_hypertension")
    assert len(visit.lines) == 8


# ---- downtime


def window(ward: Ward, minutes: int = 60) -> Window:
    now = ward.clock.now()
    return Window("w1", now, now + timedelta(minutes=minutes), "升级维护")


@pytest.mark.requirement("R182", "R183")
async def test_downtime(ward: Ward) -> None:
    stay_id = await ward.discharged()
    await ward.engine.announce(window(ward))
    sent = len(ward.poster.sent)
    body = ward.stay("filed_hypertension")
    for call in (
        ward.stays.settle(ward.call("s"), stay_id, StaySettleIn()),
        ward.stays.presettle(ward.call("p"), stay_id, StaySettleIn()),
        ward.stays.admit(ward.call("a", body=body), body),
    ):
        assert await told_or_problem(call) == (503, "MAINTENANCE")
    assert len(ward.poster.sent) == sent
    assert (await ward.stays.stay(ward.call(), stay_id)).status == 200
    ward.clock.seconds += 3700
    assert good(await ward.stays.settle(ward.call("s"), stay_id, StaySettleIn())).body["state"] == "settled"
    assert (await ward.stays.admit(ward.call("a", body=body), body)).status == 201


async def test_fees_are_kept_in_a_downtime(ward: Ward) -> None:
    stay_id = await ward.admitted()
    await ward.engine.announce(window(ward))
    body = ward.fees(ward.line("1", "10.00"))
    answer = await ward.stays.fees(ward.call("f", body=body), stay_id, body)
    assert (answer.status, answer.body["fees"]["pending"]) == (202, ["1"])
    assert answer.body["maintenance"]["text"] == "升级维护"
    assert "2301" not in ward.poster.sent
    ward.clock.seconds += 3700
    good(await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("2", "5.00"))))
    [visit] = ward.beds()
    assert len(visit.lines) == 2
    answer = good(await ward.stays.fees(ward.call("f", body=body), stay_id, body))
    assert answer.body["fees"]["total"] == "15.00"


async def test_the_settlement_of_a_stay_is_held_back_a_minute_before(ward: Ward) -> None:
    stay_id = await ward.discharged()
    good(await ward.stays.presettle(ward.call(), stay_id, StaySettleIn()))
    now = ward.clock.now()
    begins = now + timedelta(seconds=50)  # 30 s would still let it out, its answer may take 60 (DT4)
    await ward.engine.announce(Window("w1", begins, begins + timedelta(hours=1), "升级维护"))
    assert await told_or_problem(ward.stays.settle(ward.call(), stay_id, StaySettleIn())) == (503, "MAINTENANCE")
    assert "2304" not in ward.poster.sent


async def test_an_answer_that_teaches_downtime(ward: Ward) -> None:
    stay_id = await ward.discharged()
    ward.poster.plans["2304"] = ["refuse:系统停机维护：升级（2026-11-21 09:00:00 至 2026-11-21 12:00:00）"]
    answer = await ward.stays.settle(ward.call("s"), stay_id, StaySettleIn())
    assert (answer.status, answer.body["state"]) == (202, "pending")
    ward.clock.seconds += 3 * 3600
    for _ in range(5):
        answer = await ward.stays.settle(ward.call("s", LONG), stay_id, StaySettleIn())
        if answer.status != 202:
            break
    assert answer.body["state"] == "failed"
    assert ward.live() == []


async def test_a_refund_that_is_pending_is_carried_on(ward: Ward) -> None:
    _, body = await ward.settled()
    await ward.desk.ack(ward.call(), body["submission_id"])
    number = body["settlement"]["settlement_id"]
    ward.poster.plans["2305"] = ["drop_reply"]
    answer = await ward.stays.refund(ward.call("r", 1), number, RefundIn(reason="退"))
    assert (answer.status, answer.body["state"]) == (202, "pending")
    busy = await told_or_problem(ward.stays.refund(ward.call(), number, RefundIn(reason="退")))
    assert busy == (409, "BASKET_BUSY")
    answer = await ward.stays.refund(ward.call("r", LONG), number, RefundIn(reason="退"))
    assert (answer.status, answer.body["state"]) == (200, "settled")
    assert ward.poster.sent.count("2305") == 1


@pytest.mark.parametrize("plan", ["drop_request", "drop_reply"])
async def test_an_outside_line_taken_out_with_its_answer_lost(ward: Ward, plan: str) -> None:
    stay_id = await ward.admitted()
    paper = {"provider": "药店", "item": "药", "cause": "缺药", "on": ward.clock.now().date()}
    signed = {**paper, "doctor_signed": True, "office_stamped": True}
    later = ward.clock.now() + timedelta(days=3)
    lines = (ward.line("1", "900.00"), ward.line("2", "80.00", outside=True, form_12=signed, prescribed_at=later))
    good(await ward.stays.fees(ward.call(), stay_id, ward.fees(*lines)))
    ward.poster.plans["2302"] = [plan]
    left = ward.leaving()
    answer = await ward.stays.discharge(ward.call("d"), stay_id, left)
    assert answer.status == 202
    assert answer.body["fees"]["pending"] == ["2"]
    ward.clock.seconds += 151
    good(await ward.stays.discharge(ward.call("d"), stay_id, left))
    [visit] = ward.beds()
    assert len(visit.lines) == 1
    answer = good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn()))
    assert answer.body["settlement"]["amounts"]["total"] == "900.00"


async def test_a_stay_is_asked_for_without_a_key(ward: Ward) -> None:
    stay_id = await ward.discharged()
    ward.poster.plans["2304"] = ["drop_request"]
    assert (await ward.stays.settle(ward.call(patience_s=1), stay_id, StaySettleIn())).status == 202
    answer = await ward.stays.stay(ward.call(), stay_id)
    assert (answer.status, answer.body["state"]) == (200, "pending")
