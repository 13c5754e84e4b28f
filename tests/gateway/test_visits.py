"""Visits through the desk, with the real engine and the mock hub: opened, settled, told, taken back."""

from decimal import Decimal
from typing import Any

import pytest
from gateway.door_world import visit_body
from gateway.visit_world import Till
from pydantic import ValidationError

from yidi_gateway.problem import Problem
from yidi_gateway.shapes import CancelIn, EligibilityIn, IdentityIn, RefundIn, SettleIn, VisitIn

pytestmark = pytest.mark.anyio
TWO = "filed_hypertension_diabetes"
THREE = (("18.50", None), ("102.00", "M01600"), ("24.60", "M03900"))


@pytest.fixture
def till() -> Till:
    return Till()


async def settled(till: Till, visit: dict[str, Any], key: str | None = None, **body: Any) -> dict[str, Any]:
    answer = await till.desk.settle(till.call(key), visit["visit_id"], SettleIn(**body))
    assert answer.status == 200, answer.body
    return answer.body


def states(body: dict[str, Any]) -> list[str]:
    return [basket["state"] for basket in body["baskets"]]


@pytest.mark.requirement("R087")
async def test_identity(till: Till) -> None:
    body = IdentityIn.model_validate({"credential": till.credential("filed_hypertension")})
    answer = await till.desk.identity(till.call(), body)
    assert answer.body["cross_province"] is True
    assert answer.body["person"]["name"]
    assert "*" in answer.body["person"]["id_number_masked"]
    assert answer.body["chosen"]["insutype"] == "310"


@pytest.mark.parametrize(
    ("persona", "kind", "verdict", "codes"),
    [
        ("filed_hypertension", "chronic", "direct", []),
        ("filed_hypertension", "outpatient", "direct", []),
        ("not_filed", "outpatient", "direct_after", ["NOT_FILED"]),
        ("filed_no_qualification", "chronic", "not_direct", ["CHRONIC_NOT_QUALIFIED"]),
        ("benefit_suspended", "outpatient", "not_direct", ["BENEFIT_SUSPENDED"]),
        ("local_patient", "outpatient", "direct", ["LOCAL_PATIENT"]),
        ("several_insurances", "outpatient", None, None),
    ],
)
async def test_eligibility(till: Till, persona: str, kind: str, verdict: str | None, codes: list[str] | None) -> None:
    body = EligibilityIn.model_validate({"credential": till.credential(persona), "kind": kind, "emergency": False})
    answer = await till.desk.eligibility(till.call(), body)
    if verdict is not None:
        assert (answer.body["verdict"], [row["code"] for row in answer.body["reasons"]]) == (verdict, codes)
    if persona == "filed_hypertension" and kind == "chronic":
        assert answer.body["chronic"][0]["open_here"] is True
        assert answer.body["filing"]["in_force_here"] is True


@pytest.mark.requirement("R174", "R177", "R178", "R072")
async def test_one_settlement_a_disease_and_one_for_the_rest(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    assert [(row["disease_code"], row["med_type"], row["total"]) for row in visit["baskets"]] == [
        ("M03900", "14", "24.60"),
        ("M01600", "14", "102.00"),
        (None, "11", "18.50"),
    ]
    assert all(Decimal(row["estimate"]["total"]) == Decimal(row["total"]) for row in visit["baskets"])
    body = await settled(till, visit)
    assert states(body) == ["settled"] * 3
    assert body["totals"]["total"] == "145.10"
    ledger = {row.setl_id: row for row in till.live()}
    assert len(ledger) == 3
    for basket in body["baskets"]:
        told = basket["settlement"]
        assert ledger[told["settlement_id"]].msgid == told["msgid"]
        assert set(told["amounts"]) >= {"total", "fund", "account", "cash", "hospital", "in_scope", "funds"}
    again = await till.desk.visit(till.call(), visit["visit_id"])
    assert again.body == body


async def test_same_key_same_bytes_also_after_a_restart(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    first = await till.desk.settle(till.call("k"), visit["visit_id"], SettleIn())
    till.open_again()
    sent = len(till.poster.sent)
    again = await till.desk.settle(till.call("k"), visit["visit_id"], SettleIn())
    assert again.content == first.content
    assert len(till.poster.sent) == sent
    with pytest.raises(Problem) as reused:
        await till.desk.settle(till.call("k", body="other"), visit["visit_id"], SettleIn())
    assert reused.value.code == "KEY_REUSED"


async def test_another_key_on_a_settled_basket(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    first = visit["baskets"][0]["basket_id"]
    body = await settled(till, visit, baskets=(first,))
    assert states(body) == ["settled", "not_started", "not_started"]
    with pytest.raises(Problem) as busy:
        await till.desk.settle(till.call(), visit["visit_id"], SettleIn(baskets=(first,)))
    assert busy.value.code == "BASKET_BUSY"
    assert states(await settled(till, visit)) == ["settled"] * 3
    assert len(till.live()) == 3


async def test_a_lost_reply_is_found(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    till.poster.plans["2207"] = ["drop_reply"]
    pending = await till.desk.settle(till.call("k", patience_s=5), visit["visit_id"], SettleIn())
    assert pending.status == 202
    assert states(pending.body) == ["pending", "not_started", "not_started"]
    assert "请勿重复收费" in pending.body["baskets"][0]["message"]["text"]
    assert pending.body["baskets"][1]["message"]["code"] == "BASKET_STOPPED"
    with pytest.raises(Problem, match="BASKET_BUSY"):
        await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    done = await till.desk.settle(till.call("k", patience_s=60), visit["visit_id"], SettleIn())
    assert (done.status, states(done.body)) == (200, ["settled"] * 3)
    assert len(till.live()) == 3


async def test_the_second_basket_is_refused(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    till.poster.plans["2207"] = ["", "refuse:FSI-待遇封锁：参保地暂停了该人员的医保待遇[trtBO_001]"]
    body = await settled(till, visit)
    assert states(body) == ["settled", "failed", "not_started"]
    assert body["baskets"][1]["message"]["code"] == "BENEFIT_SUSPENDED"
    assert body["baskets"][1]["message"]["money"] == "not_moved"
    assert body["totals"]["total"] == "24.60"
    assert states(await settled(till, visit)) == ["settled"] * 3


def one_fen_off(answer: dict[str, Any]) -> dict[str, Any]:
    answer["output"]["setlinfo"]["psn_cash_pay"] += Decimal("0.01")
    return answer


async def test_a_trial_one_fen_off_settles_nothing(till: Till) -> None:
    till.poster.plans["2206"] = [one_fen_off, one_fen_off]
    visit = await till.opened(TWO, ("24.60", "M03900"))
    assert visit["baskets"][0]["state"] == "failed"
    assert visit["baskets"][0]["message"]["code"] == "AMOUNTS_M2"
    body = await settled(till, visit)
    assert states(body) == ["failed"]
    assert "2207" not in till.poster.sent
    assert states(await settled(till, visit)) == ["settled"]


async def test_a_settlement_one_fen_off_is_for_people(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    till.poster.plans["2207"] = [one_fen_off]
    body = await settled(till, visit)
    assert states(body) == ["manual", "not_started", "not_started"]
    assert body["baskets"][0]["message"]["money"] == "moved"
    with pytest.raises(Problem, match="BASKET_BUSY"):
        await till.desk.settle(till.call(), visit["visit_id"], SettleIn())


@pytest.mark.requirement("R030")
async def test_not_filed_registers_and_settles_when_the_filing_arrives(till: Till) -> None:
    with pytest.raises(Problem) as refused:
        raise_problem(await till.desk.open_visit(till.call(), till.visit("not_filed", ("20.00", None))))
    assert (refused.value.http, refused.value.code) == (409, "NOT_FILED")
    visit_id = refused.value.extra["visit_id"]
    answer = await till.desk.settle(till.call(), visit_id, SettleIn())
    assert (answer.status, answer.body["code"], answer.body["money"]) == (409, "NOT_FILED", "not_moved")
    filing = till.person("filed_hypertension_diabetes").filings[0]
    till.person("not_filed").filings.append(filing)
    assert states(await settled(till, {"visit_id": visit_id})) == ["settled"]


def raise_problem(answer: Any) -> None:
    """A refusal kept under its key comes back as an answer."""
    raise Problem(answer.body["code"], http=answer.status, extra={"visit_id": answer.body.get("visit_id")})


@pytest.mark.parametrize(
    ("persona", "changes", "code", "http"),
    [
        ("filed_hypertension", {"emergency": None}, "EMERGENCY_UNANSWERED", 422),
        ("filed_hypertension", {"trauma": None}, "TRAUMA_UNANSWERED", 422),
        ("trauma_third_party", {"trauma": True, "third_party": True}, "THIRD_PARTY_LIABLE", 409),
        ("trauma_no_third_party", {"trauma": True, "third_party": False}, "COMMITMENT_MISSING", 422),
        ("filed_hypertension", {"kind": "emergency"}, "FLAGS_CONTRADICT", 422),
        ("filed_hypertension", {"lines": ()}, "NO_LINES", 422),
        ("filed_hypertension", {"patient": {"name": "别人"}}, "IDENTITY_MISMATCH", 409),
        ("benefit_suspended", {}, "BENEFIT_SUSPENDED", 409),
    ],
)
async def test_refused_before_anything_is_registered(
    till: Till, persona: str, changes: dict[str, Any], code: str, http: int
) -> None:
    answer = await till.desk.open_visit(till.call(), till.visit(persona, ("20.00", None), **changes))
    assert (answer.status, answer.body["code"]) == (http, code)
    assert answer.body["money"] == "not_moved"
    assert till.person(persona).id_number not in str(answer.body)
    assert till.person(persona).name not in str(answer.body)
    assert "2201" not in till.poster.sent


async def test_each_wrong_line_is_named(till: Till) -> None:
    body = till.visit("filed_hypertension", ("20.00", None), ("30.00", None))
    raw = body.model_dump()
    raw["lines"] = [{**raw["lines"][0], "amount": "20.0"}, {**raw["lines"][1], "amount": "31.00"}]
    answer = await till.desk.open_visit(till.call(), type(body).model_validate(raw))
    assert answer.status == 422
    assert [row["path"] for row in answer.body["fields"]] == ["lines[0].amount", "lines[1].amount"]


async def test_a_line_without_qualification_becomes_ordinary_care(till: Till) -> None:
    visit = await till.opened("filed_hypertension", ("60.00", "M01600"), ("9.99", None))
    assert [(row["disease_code"], row["total"]) for row in visit["baskets"]] == [(None, "69.99")]
    assert [(row["code"], row["line_no"]) for row in visit["warnings"]] == [("CHRONIC_LINE_TO_ORDINARY", "1")]
    assert states(await settled(till, visit)) == ["settled"]


async def test_the_same_key_carries_on_after_doubt(till: Till) -> None:
    till.poster.plans["2201"] = ["drop_reply"]
    till.poster.plans["2204"] = ["drop_reply"]
    body = till.visit(TWO, *THREE)
    first = await till.desk.open_visit(till.call("k", patience_s=3), body)
    assert (first.status, first.body["state"]) == (202, "pending")
    second = await till.desk.open_visit(till.call("k", patience_s=60), body)
    assert second.status == 201
    assert second.body["visit_id"] == first.body["visit_id"]
    assert len(till.person(TWO).visits) == 3
    assert states(await settled(till, second.body)) == ["settled"] * 3


async def test_an_upload_twice_in_doubt_is_pending(till: Till) -> None:
    till.poster.plans["2204"] = ["drop_request", "drop_reply"]
    body = till.visit(TWO, *THREE)
    first = await till.desk.open_visit(till.call("k"), body)
    assert first.status == 202
    till.open_again()
    second = await till.desk.open_visit(till.call("k"), body)
    assert second.status == 201
    assert states(await settled(till, second.body)) == ["settled"] * 3


async def test_not_sent_leaves_the_key_free(till: Till) -> None:
    till.poster.plans["1101"] = ["not_sent"] * 3
    body = till.visit(TWO, *THREE)
    with pytest.raises(Problem) as problem:
        await till.desk.open_visit(till.call("k"), body)
    assert (problem.value.http, problem.value.code) == (503, "NOT_SENT")
    assert (await till.desk.open_visit(till.call("k", body="changed"), body)).status == 201
    till.poster.plans["2207"] = ["not_sent"]
    visit = await till.opened(TWO, *THREE)
    with pytest.raises(Problem, match="NOT_SENT"):
        await till.desk.settle(till.call("s"), visit["visit_id"], SettleIn())
    assert (await till.desk.settle(till.call("s"), visit["visit_id"], SettleIn())).status == 200


async def test_cancel_undoes_in_the_legal_order(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    await settled(till, visit)
    till.poster.sent.clear()
    key = "cancel"
    answer = await till.desk.cancel(till.call(key, patience_s=1), visit["visit_id"], CancelIn())
    for _ in range(20):
        if answer.status == 200:
            break
        answer = await till.desk.cancel(till.call(key, patience_s=200), visit["visit_id"], CancelIn())
    assert (answer.status, answer.body["state"]) == (200, "reversed")
    assert till.live() == []
    assert all(found.cancelled for found in till.person(TWO).visits)
    undoing = [infno for infno in till.poster.sent if infno in ("2601", "2208", "2205", "2202")]
    last_money = max(place for place, infno in enumerate(undoing) if infno in ("2601", "2208"))
    assert last_money < undoing.index("2205") < undoing.index("2202")


async def test_booked_by_the_his_is_refunded_not_reversed(till: Till) -> None:
    visit = await till.opened(TWO, ("24.60", "M03900"))
    body = await settled(till, visit)
    acked = await till.desk.ack(till.call(), body["baskets"][0]["submission_id"])
    assert acked.body["acknowledged_at"] is not None
    answer = await till.desk.cancel(till.call(), visit["visit_id"], CancelIn())
    assert (answer.status, states(answer.body)) == (200, ["reversed"])
    assert "2208" in till.poster.sent
    assert "2601" not in till.poster.sent


async def test_refund_mirrors_the_settlement(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    body = await settled(till, visit)
    first = body["baskets"][0]["settlement"]
    answer = await till.desk.refund(till.call("r"), first["settlement_id"], RefundIn(reason="退药"))
    assert (answer.status, answer.body["state"]) == (200, "settled")
    assert Decimal(answer.body["amounts"]["cash"]) == -Decimal(first["amounts"]["cash"])
    assert [row["code"] for row in answer.body["notices"]] == ["REFUND_NOT_LATEST"]
    assert (answer.body["year"], answer.body["clearing_month"]) == (2026, "2026-11")
    again = await till.desk.refund(till.call("r"), first["settlement_id"], RefundIn(reason="退药"))
    assert again.content == answer.content
    twice = await till.desk.refund(till.call(), first["settlement_id"], RefundIn(reason="退药"))
    assert twice.body["code"] == "REFUND_ALREADY_DONE"
    told = await till.desk.visit(till.call(), visit["visit_id"])
    assert states(told.body) == ["reversed", "settled", "settled"]


@pytest.mark.requirement("R118")
async def test_last_years_settlement(till: Till) -> None:
    visit = await till.opened(TWO, ("24.60", "M03900"))
    body = await settled(till, visit)
    setl_id = body["baskets"][0]["settlement"]["settlement_id"]
    found = till.hub.world.settlements[setl_id]
    found.day, found.year, found.clearing_month = "2025-12-30", "2025", "2025-12"
    found.time = "2025-12-30 10:00:00"
    answer = await till.desk.refund(till.call(), setl_id, RefundIn(reason="退药"))
    assert [row["code"] for row in answer.body["notices"]] == ["REFUND_CROSS_YEAR"]
    assert answer.body["year"] == 2025


async def test_partial_refund_settles_the_rest_anew(till: Till) -> None:
    visit = await till.opened(TWO, ("24.60", "M03900"), ("30.00", "M03900"))
    body = await settled(till, visit)
    setl_id = body["baskets"][0]["settlement"]["settlement_id"]
    answer = await till.desk.refund(till.call(), setl_id, RefundIn(reason="退药", keep_lines=("1",)))
    assert (answer.status, answer.body["state"]) == (200, "settled")
    assert answer.body["rest"]["state"] == "settled"
    assert answer.body["rest"]["settlement"]["amounts"]["total"] == "24.60"
    assert [str(row.amounts["medfee_sumamt"]) for row in till.live()] == ["24.60"]


async def test_a_lost_refund_reply_is_found(till: Till) -> None:
    visit = await till.opened(TWO, ("24.60", "M03900"))
    body = await settled(till, visit)
    setl_id = body["baskets"][0]["settlement"]["settlement_id"]
    till.poster.plans["2208"] = ["drop_reply"]
    answer = await till.desk.refund(till.call("r", patience_s=1), setl_id, RefundIn(reason="退药"))
    assert (answer.status, answer.body["state"]) == (202, "pending")
    with pytest.raises(Problem, match="BASKET_BUSY"):
        await till.desk.refund(till.call(), setl_id, RefundIn(reason="退药"))
    answer = await till.desk.refund(till.call("r", patience_s=60), setl_id, RefundIn(reason="退药"))
    assert (answer.status, answer.body["state"]) == (200, "settled")
    assert till.live() == []


async def test_void_of_a_pending_one(till: Till) -> None:
    visit = await till.opened(TWO, ("24.60", "M03900"))
    till.poster.plans["2207"] = ["drop_reply"]
    await till.desk.settle(till.call("k", patience_s=1), visit["visit_id"], SettleIn())
    shown = await till.desk.visit(till.call(), visit["visit_id"])
    submission = shown.body["baskets"][0]["submission_id"]
    answer = await till.desk.void(till.call(patience_s=400), submission)
    assert answer.body["state"] == "reversed"
    assert till.live() == []
    purposes = [row["purpose"] for row in answer.body["attempts"]]
    assert purposes[0] == "act"
    assert "reverse" in purposes


async def test_another_caller_sees_nothing(till: Till) -> None:
    visit = await till.opened(TWO, ("24.60", "M03900"))
    other = till.call()
    stranger = type(other)("other", other.key, 5)
    with pytest.raises(Problem, match="NOT_FOUND"):
        await till.desk.visit(stranger, visit["visit_id"])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("department", "code"), "A" * 31),
        (("department", "name"), "科" * 101),
        (("doctor", "code"), "D" * 31),
        (("doctor", "name"), "医" * 51),
        (("diagnoses", 0, "code"), "I" * 21),
        (("diagnoses", 0, "name"), "病" * 101),
        (("invoice_no",), "1" * 21),
    ],
)
def test_what_is_longer_than_the_wire_takes_is_named_before_anything_is_sent(path: tuple[Any, ...], value: str) -> None:
    """One character less fits every message that the visit will need."""
    body = visit_body({"kind": "id_card", "value": "530102198803150001", "card_sn": None}, invoice_no="1")
    place: Any = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ValidationError) as wrong:
        VisitIn.model_validate(body)
    assert wrong.value.errors()[0]["loc"] == path
    place[path[-1]] = value[:-1]
    VisitIn.model_validate(body)
