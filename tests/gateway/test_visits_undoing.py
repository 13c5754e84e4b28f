"""Refunds and cancellations where something stands in the way."""

from decimal import Decimal
from typing import Any

import pytest
from gateway.visit_world import Till

from yidi_gateway.problem import Problem
from yidi_gateway.reconciling import clearing_state
from yidi_gateway.shapes import CancelIn, RefundIn, SettleIn

pytestmark = pytest.mark.anyio
TWO = "filed_hypertension_diabetes"
THREE = (("18.50", None), ("102.00", "M01600"), ("24.60", "M03900"))
GONE = RefundIn(reason="退药")


@pytest.fixture
def till() -> Till:
    return Till()


async def settled(till: Till, *lines: tuple[str, str | None]) -> tuple[str, list[dict[str, Any]]]:
    visit = await till.opened(TWO, *lines)
    answer = await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert [row["state"] for row in answer.body["baskets"]] == ["settled"] * len(answer.body["baskets"])
    return visit["visit_id"], answer.body["baskets"]


def one_fen_off(answer: dict[str, Any]) -> dict[str, Any]:
    answer["output"]["setlinfo"]["psn_cash_pay"] += Decimal("0.01")
    return answer


async def cancelled(till: Till, visit_id: str, key: str = "c") -> Any:
    for _ in range(10):
        answer = await till.desk.cancel(till.call(key, patience_s=300), visit_id, CancelIn())
        if answer.status != 202:
            return answer
    raise AssertionError("still pending")


async def test_a_refund_one_fen_off_is_for_people(till: Till) -> None:
    _, [basket] = await settled(till, ("24.60", "M03900"))
    till.poster.plans["2208"] = [one_fen_off]
    answer = await till.desk.refund(till.call(), basket["settlement"]["settlement_id"], GONE)
    assert (answer.status, answer.body["state"]) == (200, "manual")
    assert answer.body["message"]["code"] in ("AMOUNTS_M2", "AMOUNTS_M5")
    assert "AMOUNTS_M5" in [row["code"] for row in answer.body["notices"]]


async def test_a_refused_refund_is_failed_and_may_be_tried_again(till: Till) -> None:
    _, [basket] = await settled(till, ("24.60", "M03900"))
    setl_id = basket["settlement"]["settlement_id"]
    till.poster.plans["2208"] = ["refuse:FSI-待遇封锁：参保地暂停了该人员的医保待遇[trtBO_001]"]
    answer = await till.desk.refund(till.call(), setl_id, GONE)
    assert (answer.body["state"], answer.body["message"]["code"]) == ("failed", "BENEFIT_SUSPENDED")
    assert answer.body["message"]["money"] == "not_moved"
    answer = await till.desk.refund(till.call(), setl_id, GONE)
    assert answer.body["state"] == "settled"


async def test_refunded_elsewhere(till: Till) -> None:
    _, [basket] = await settled(till, ("24.60", "M03900"))
    setl_id = basket["settlement"]["settlement_id"]
    till.hub.world.settlements[setl_id].refunded = True
    answer = await till.desk.refund(till.call(), setl_id, GONE)
    assert (answer.status, answer.body["code"]) == (409, "REFUND_ALREADY_DONE")


async def test_nothing_of_that_number(till: Till) -> None:
    answer = await till.desk.refund(till.call(), "S404", GONE)
    assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")


async def test_a_negative_settlement_is_not_refunded(till: Till) -> None:
    _, [basket] = await settled(till, ("24.60", "M03900"))
    answer = await till.desk.refund(till.call(), basket["settlement"]["settlement_id"], GONE)
    answer = await till.desk.refund(till.call(), answer.body["settlement_id"], GONE)
    assert (answer.status, answer.body["code"]) == (409, "REFUND_NOT_SETTLED")


async def test_the_platform_does_not_answer_the_question_before(till: Till) -> None:
    _, [basket] = await settled(till, ("24.60", "M03900"))
    till.poster.plans["5203"] = ["drop_reply"] * 3  # longer than the caller's patience: begun all the same
    answer = await till.desk.refund(till.call(), basket["settlement"]["settlement_id"], GONE)
    assert answer.body["state"] == "settled"


@pytest.mark.parametrize(("state", "notices"), [("in_clearing", ["REFUND_AFTER_CLEARING"]), ("open", [])])
async def test_a_month_that_went_into_clearing(till: Till, state: str, notices: list[str]) -> None:
    """What was confirmed to the platform (3261) is kept; a confirmation that was rolled back is open again."""
    _, [basket] = await settled(till, ("24.60", "M03900"))
    number, now = basket["settlement"]["settlement_id"], till.clock.now()
    await clearing_state.write(till.journal, number, {"state": state, "confirmed_at": now.isoformat()}, now)
    answer = await till.desk.refund(till.call(), number, GONE)
    assert [row["code"] for row in answer.body["notices"]] == notices


@pytest.mark.parametrize("keep", [("9",), ("1", "2"), ()])
async def test_lines_that_cannot_be_kept(till: Till, keep: tuple[str, ...]) -> None:
    _, [basket] = await settled(till, ("24.60", "M03900"), ("30.00", "M03900"))
    body = RefundIn(reason="退药", keep_lines=keep)
    answer = await till.desk.refund(till.call(), basket["settlement"]["settlement_id"], body)
    assert (answer.status, answer.body["code"]) == (422, "BAD_REQUEST")
    assert len(till.live()) == 1


async def test_no_partial_refund_across_years(till: Till) -> None:
    _, [basket] = await settled(till, ("24.60", "M03900"), ("30.00", "M03900"))
    setl_id = basket["settlement"]["settlement_id"]
    till.hub.world.settlements[setl_id].time = "2025-12-30 10:00:00"
    answer = await till.desk.refund(till.call(), setl_id, RefundIn(reason="退药", keep_lines=("1",)))
    assert (answer.status, answer.body["code"]) == (409, "REFUND_PARTIAL_CROSS_YEAR")


async def test_the_rest_is_pending_and_carried_on(till: Till) -> None:
    _, [basket] = await settled(till, ("24.60", "M03900"), ("30.00", "M03900"))
    body = RefundIn(reason="退药", keep_lines=("2",))
    setl_id = basket["settlement"]["settlement_id"]
    till.poster.plans["2207"] = ["drop_reply"]
    answer = await till.desk.refund(till.call("r", patience_s=1), setl_id, body)
    assert (answer.status, answer.body["rest"]["state"]) == (202, "pending")
    till.open_again()
    answer = await till.desk.refund(till.call("r", patience_s=60), setl_id, body)
    assert (answer.status, answer.body["rest"]["state"]) == (200, "settled")
    assert [str(row.amounts["medfee_sumamt"]) for row in till.live()] == ["30.00"]


async def test_cancel_while_a_settlement_is_pending(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    till.poster.plans["2207"] = ["drop_reply"]
    await till.desk.settle(till.call(patience_s=1), visit["visit_id"], SettleIn())
    answer = await cancelled(till, visit["visit_id"])
    assert (answer.status, answer.body["state"]) == (200, "reversed")
    assert till.live() == []
    assert all(found.cancelled for found in till.person(TWO).visits)


async def test_cancel_while_a_registration_is_pending(till: Till) -> None:
    till.poster.plans["2201"] = ["drop_reply"]
    opened = await till.desk.open_visit(till.call(patience_s=1), till.visit(TWO, *THREE))
    assert opened.status == 202
    answer = await cancelled(till, opened.body["visit_id"])
    assert (answer.status, answer.body["state"]) == (200, "reversed")
    assert all(found.cancelled for found in till.person(TWO).visits)


async def test_cancel_of_what_is_in_doubt(till: Till) -> None:
    visit = await till.opened(TWO, ("24.60", "M03900"))
    till.poster.plans["2207"] = [one_fen_off]
    await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    answer = await till.desk.cancel(till.call(), visit["visit_id"], CancelIn())
    assert (answer.status, answer.body["code"]) == (409, "IN_DOUBT")


async def test_cancel_that_the_platform_refuses(till: Till) -> None:
    visit = await till.opened(TWO, ("24.60", "M03900"))
    till.poster.plans["2202"] = ["refuse:FSI-待遇封锁：参保地暂停了该人员的医保待遇[trtBO_001]"]
    answer = await till.desk.cancel(till.call(), visit["visit_id"], CancelIn())
    assert (answer.status, answer.body["code"]) == (409, "BENEFIT_SUSPENDED")


async def test_cancel_with_lost_replies(till: Till) -> None:
    visit = await till.opened(TWO, ("24.60", "M03900"), ("9.00", None))
    till.poster.plans["2205"] = ["drop_reply"]
    till.poster.plans["2202"] = ["drop_reply"]
    with pytest.raises(Problem, match="NO_ANSWER"):
        await till.desk.cancel(till.call("c"), visit["visit_id"], CancelIn())
    answer = await cancelled(till, visit["visit_id"])
    assert (answer.status, answer.body["state"]) == (200, "reversed")


async def test_cancel_of_the_day_after_is_a_refund(till: Till) -> None:
    visit_id, _ = await settled(till, ("24.60", "M03900"))
    till.clock.seconds += 24 * 3600
    answer = await cancelled(till, visit_id)
    assert (answer.status, answer.body["state"]) == (200, "reversed")
    assert "2601" not in till.poster.sent


async def test_cancel_after_a_refund(till: Till) -> None:
    visit_id, baskets = await settled(till, *THREE)
    await till.desk.refund(till.call(), baskets[0]["settlement"]["settlement_id"], GONE)
    answer = await cancelled(till, visit_id)
    assert (answer.status, answer.body["state"]) == (200, "reversed")
    assert till.live() == []
