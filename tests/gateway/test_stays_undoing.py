"""Undoing stays: in the legal order, as far as asked; and refunds of their settlements."""

from typing import Any

import pytest
from gateway.stay_world import PATIENT, Ward, good

from yidi_gateway.shapes import RefundIn, StayCancelIn, StaySettleIn
from yidi_gateway.visits import Answer

pytestmark = pytest.mark.anyio
WHY = RefundIn(reason="费用录错")


@pytest.fixture
def ward() -> Ward:
    return Ward()


async def cancelled(ward: Ward, stay_id: str, until: str = "admission", patience_s: float = 400) -> dict[str, Any]:
    call = ward.call(patience_s=patience_s)
    answer = await ward.stays.cancel(call, stay_id, StayCancelIn.model_validate({"until": until}))
    for _ in range(5):
        if answer.status != 202:
            break
        answer = await ward.stays.cancel(call, stay_id, StayCancelIn.model_validate({"until": until}))
    return good(answer).body


async def at(ward: Ward, stage: str) -> str:
    if stage == "settled":
        return (await ward.settled())[0]
    return await {"admitted": ward.admitted, "charged": ward.charged, "discharged": ward.discharged}[stage]()


@pytest.mark.parametrize("stage", ["admitted", "charged", "discharged", "settled"])
async def test_cancel_at_every_stage(ward: Ward, stage: str) -> None:
    stay_id = await at(ward, stage)
    body = await cancelled(ward, stay_id)
    assert (body["state"], body["step"]) == ("reversed", "cancelled")
    assert ward.live() == []
    assert ward.beds() == []
    [visit] = [visit for visit in ward.person(PATIENT).visits if visit.stay is not None]
    assert visit.lines == ()
    answer = await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("9")))
    assert (answer.status, answer.body["code"]) == (409, "UNDO_ORDER")
    again = await ward.stays.cancel(ward.call(), stay_id, StayCancelIn())
    assert again.body["step"] == "cancelled"


@pytest.mark.parametrize(
    ("until", "step", "messages"),
    [
        ("settlement", "tried", []),
        ("discharge", "charged", ["2405"]),
        ("fees", "admitted", ["2405", "2302"]),
        ("admission", "cancelled", ["2405", "2302", "2404"]),
    ],
)
async def test_as_far_as_asked(ward: Ward, until: str, step: str, messages: list[str]) -> None:
    stay_id, told = await ward.settled()
    await ward.desk.ack(ward.call(), told["submission_id"])
    body = await cancelled(ward, stay_id, until)
    assert body["step"] == step
    sent = [infno for infno in ward.poster.sent if infno in ("2305", "2405", "2302", "2404", "2601")]
    assert sent == ["2305", *messages]


async def test_settled_anew_after_fees_were_put_right(ward: Ward) -> None:
    stay_id, told = await ward.settled(PATIENT, "1000.00")
    await ward.desk.ack(ward.call(), told["submission_id"])
    await cancelled(ward, stay_id, "discharge")
    good(
        await ward.stays.fees(
            ward.call(), stay_id, ward.fees(ward.line("2", "-1000.00", origin="1"), ward.line("3", "700.00"))
        )
    )
    good(await ward.stays.discharge(ward.call(), stay_id, ward.leaving()))
    body = good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn())).body
    assert (body["state"], body["settlement"]["amounts"]["total"]) == ("settled", "700.00")
    assert body["settlement"]["settlement_id"] != told["settlement"]["settlement_id"]
    assert len(ward.live()) == 1
    assert (await cancelled(ward, stay_id))["step"] == "cancelled"
    assert ward.live() == []


async def test_after_all_fees_are_gone_others_come(ward: Ward) -> None:
    stay_id = await ward.discharged()
    body = await cancelled(ward, stay_id, "fees")
    assert body["fees"]["lines"] == 0
    good(await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("1", "30.00"))))
    [visit] = ward.beds()
    assert [line.fen for line in visit.lines] == [3000]


async def test_a_settlement_of_today_is_reversed(ward: Ward) -> None:
    stay_id, _ = await ward.settled()
    body = await cancelled(ward, stay_id, "settlement")
    assert body["state"] == "reversed"
    assert "2305" not in ward.poster.sent
    assert "2601" in ward.poster.sent


async def test_a_reversal_that_is_not_allowed_becomes_a_refund(ward: Ward) -> None:
    stay_id, _ = await ward.settled()
    ward.poster.plans["2601"] = ["refuse:原交易已清算，不能冲正"]
    await cancelled(ward, stay_id, "settlement")
    assert ward.poster.sent.count("2305") == 1
    assert ward.live() == []


async def test_what_is_in_doubt_is_not_undone(ward: Ward) -> None:
    stay_id = await ward.discharged()

    def wrong(answer: dict[str, Any]) -> dict[str, Any]:
        answer["output"]["setlinfo"]["psn_cash_pay"] = "0.01"
        return answer

    ward.poster.plans["2304"] = [wrong]
    assert (await ward.stays.settle(ward.call(), stay_id, StaySettleIn())).body["state"] == "manual"
    answer = await ward.stays.cancel(ward.call(), stay_id, StayCancelIn())
    assert (answer.status, answer.body["code"]) == (409, "IN_DOUBT")
    assert len(ward.live()) == 1


async def test_a_pending_settlement_is_given_up_and_undone(ward: Ward) -> None:
    stay_id = await ward.discharged()
    ward.poster.plans["2304"] = ["drop_reply"]
    assert (await ward.stays.settle(ward.call(patience_s=1), stay_id, StaySettleIn())).status == 202
    assert (await cancelled(ward, stay_id))["step"] == "cancelled"
    assert ward.live() == []
    assert ward.beds() == []


async def test_an_admission_in_doubt_is_undone(ward: Ward) -> None:
    ward.poster.plans["2401"] = ["drop_reply"]
    answer = await ward.stays.admit(ward.call(patience_s=1), ward.stay())
    assert answer.status == 202
    assert (await cancelled(ward, answer.body["stay_id"]))["step"] == "cancelled"
    assert ward.beds() == []


@pytest.mark.parametrize("plan", ["drop_request", "drop_reply"])
async def test_the_fees_go_also_when_the_answer_is_lost(ward: Ward, plan: str) -> None:
    stay_id = await ward.charged()
    ward.poster.plans["2302"] = [plan]
    assert (await cancelled(ward, stay_id))["step"] == "cancelled"
    [visit] = [visit for visit in ward.person(PATIENT).visits if visit.stay is not None]
    assert visit.lines == ()


# ---- refunds


async def refund(ward: Ward, told: dict[str, Any], key: str | None = None) -> Answer:
    return await ward.stays.refund(ward.call(key), told["settlement"]["settlement_id"], WHY)


async def test_a_refund(ward: Ward) -> None:
    stay_id, told = await ward.settled()
    answer = good(await refund(ward, told, "r"))
    assert answer.body["state"] == "settled"
    assert answer.body["refund_of"] == told["settlement"]["settlement_id"]
    paid = told["settlement"]["amounts"]
    assert answer.body["amounts"]["total"] == f"-{paid['total']}"
    assert answer.body["amounts"]["fund"] == f"-{paid['fund']}"
    assert ward.live() == []
    again = await refund(ward, told, "r")
    assert again.content == answer.content
    other = await refund(ward, told)
    assert (other.status, other.body["code"]) == (409, "REFUND_ALREADY_DONE")
    now = await ward.told(stay_id)
    assert (now["state"], now["refund"]["state"]) == ("reversed", "settled")
    assert ward.poster.sent.count("2305") == 1


async def test_a_refund_of_last_year(ward: Ward) -> None:
    _, told = await ward.settled()
    ward.clock.seconds += 45 * 86400
    answer = good(await refund(ward, told))
    assert [row["code"] for row in answer.body["notices"]] == ["REFUND_CROSS_YEAR"]
    assert (answer.body["year"], answer.body["refund_year"]) == (2026, 2027)


async def test_not_while_a_later_stay_is_settled(ward: Ward) -> None:
    _, first = await ward.settled()
    ward.clock.seconds += 86400
    _, second = await ward.settled()
    answer = await refund(ward, first)
    assert (answer.status, answer.body["code"]) == (409, "REFUND_INPATIENT_NOT_LATEST")
    assert "2305" not in ward.poster.sent
    good(await refund(ward, second))
    good(await refund(ward, first))
    assert ward.live() == []


async def test_not_when_the_month_is_cleared(ward: Ward) -> None:
    _, told = await ward.settled()
    row = ward.hub.world.settlements[told["settlement"]["settlement_id"]]
    row.clearing_state = "cleared"
    answer = good(await refund(ward, told))
    assert (answer.body["state"], answer.body["message"]["code"]) == ("failed", "REFUND_INPATIENT_CLEARED")
    assert len(ward.live()) == 1


async def test_a_stay_is_refunded_whole(ward: Ward) -> None:
    _, told = await ward.settled()
    number = told["settlement"]["settlement_id"]
    answer = await ward.stays.refund(ward.call(), number, RefundIn(reason="退", keep_lines=("1",)))
    assert (answer.status, answer.body["code"]) == (501, "NOT_BUILT")
    assert len(ward.live()) == 1


async def test_a_refund_that_is_no_mirror(ward: Ward) -> None:
    _, told = await ward.settled()

    def wrong(answer: dict[str, Any]) -> dict[str, Any]:
        answer["output"]["setlinfo"]["fund_pay_sumamt"] = "-1.00"
        return answer

    ward.poster.plans["2305"] = [wrong]
    answer = await refund(ward, told)
    assert (answer.status, answer.body["state"]) == (200, "manual")
    assert "AMOUNTS_M5" in [row["code"] for row in answer.body["notices"]]


async def test_after_a_refund_the_trial_is_made_anew(ward: Ward) -> None:
    stay_id, told = await ward.settled()
    good(await refund(ward, told))
    tried = ward.poster.sent.count("2303")
    body = good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn())).body
    assert body["state"] == "settled"
    assert ward.poster.sent.count("2303") == tried + 1
    assert len(ward.live()) == 1
