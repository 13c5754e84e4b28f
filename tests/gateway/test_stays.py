"""Stays: from admission to one settlement, against the mock hub."""

from datetime import timedelta
from typing import Any

import pytest
from gateway.stay_world import PATIENT, Ward, good

from yidi_gateway.problem import Problem
from yidi_gateway.shapes import OutsideServiceIn, SettleIn, StayChangeIn, StayCommitmentIn, StaySettleIn

pytestmark = pytest.mark.anyio


@pytest.fixture
def ward() -> Ward:
    return Ward()


async def test_the_whole_way(ward: Ward) -> None:
    answer = await ward.stays.admit(ward.call(), ward.stay())
    assert (answer.status, answer.body["state"], answer.body["step"]) == (201, "not_started", "admitted")
    stay_id = answer.body["stay_id"]
    answer = good(
        await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("1", "1000.00"), ward.line("2", "0.50")))
    )
    assert answer.body["fees"] == {"lines": 2, "taken": 2, "total": "1000.50", "not_sent": [], "pending": []}
    ward.clock.seconds += 86400
    good(await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("3", "20.00"))))
    answer = good(await ward.stays.discharge(ward.call(), stay_id, ward.leaving()))
    assert (answer.body["step"], answer.body["days"]) == ("discharged", 1)
    answer = good(await ward.stays.presettle(ward.call(), stay_id, StaySettleIn()))
    assert (answer.body["step"], answer.body["estimate"]["total"]) == ("tried", "1020.50")
    answer = good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn()))
    assert (answer.body["state"], answer.body["step"]) == ("settled", "settled")
    [row] = ward.live()
    told = answer.body["settlement"]
    assert told["settlement_id"] == row.setl_id
    assert told["amounts"]["total"] == "1020.50"
    assert told["amounts"] == answer.body["estimate"]
    assert (await ward.told(stay_id))["settlement"] == told


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"stay_kind": None}, "STAY_KIND_UNANSWERED", "stay_kind"),
        ({"trauma": None}, "TRAUMA_UNANSWERED", "trauma"),
        ({"trauma": True}, "THIRD_PARTY_UNANSWERED", "third_party"),
        ({"trauma": False, "third_party": True}, "FLAGS_CONTRADICT", "stay_kind"),
        ({"stay_kind": "ordinary", "emergency": True}, "FLAGS_CONTRADICT", "stay_kind"),
        ({"trauma": True, "third_party": True}, "THIRD_PARTY_LIABLE", "third_party"),
    ],
)
@pytest.mark.requirement("R104", "R105", "R106")
async def test_what_a_person_has_to_answer(ward: Ward, changes: dict[str, Any], code: str, path: str) -> None:
    answer = await ward.stays.admit(ward.call(), ward.stay(**changes))
    assert (answer.status, answer.body["code"]) == (409 if code == "THIRD_PARTY_LIABLE" else 422, code)
    assert path in [row["path"] for row in answer.body["fields"]]
    assert ward.poster.sent == []


@pytest.mark.requirement("R105")
async def test_an_emergency_counts_as_filed(ward: Ward) -> None:
    stay_id, body = await ward.settled("emergency_not_filed", stay_kind="emergency")
    [visit] = ward.beds("emergency_not_filed")
    assert visit.encounters[""]["med_type"] == "24"
    assert [row["code"] for row in body["warnings"]] == ["EMERGENCY_DEEMED_FILED"]
    assert body["answers"]["stay_kind"] == "emergency"
    assert body["answers"]["answered_by"] == "0001"
    assert (await ward.told(stay_id))["answers"]["emergency"] is None


def form(ward: Ward, **changes: Any) -> dict[str, Any]:
    now = ward.clock.now()
    body = {
        "signer": "测试庚",
        "relation": "本人",
        "phone": "13900000000",
        "cert_type": "01",
        "cert_no": "520102198706210015",
        "place": "家中",
        "course": "自己滑倒",
        "happened_at": now - timedelta(hours=30),
        "signed_at": now - timedelta(minutes=1),
    }
    return {**body, **changes}


@pytest.mark.requirement("R107", "R144")
async def test_a_trauma_whose_form_11_comes_late(ward: Ward) -> None:
    who = "trauma_no_third_party"
    stay_id = await ward.discharged(who, trauma=True, third_party=False)
    [visit] = ward.beds(who)
    assert (visit.encounters[""]["trum_flag"], visit.encounters[""]["rel_ttp_flag"]) == ("1", "0")
    answer = await ward.stays.settle(ward.call(), stay_id, StaySettleIn())
    assert (answer.status, answer.body["code"], answer.body["money"]) == (409, "COMMITMENT_MISSING", "not_moved")
    wrong = StayCommitmentIn.model_validate(form(ward, phone=""))
    answer = await ward.stays.commitment(ward.call(), stay_id, wrong)
    assert (answer.status, answer.body["code"]) == (422, "COMMITMENT_INCOMPLETE")
    assert [row["path"] for row in answer.body["fields"]] == ["phone"]
    answer = good(await ward.stays.commitment(ward.call(), stay_id, StayCommitmentIn.model_validate(form(ward))))
    assert answer.body["answers"]["commitment"] == "complete"
    answer = good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn()))
    assert answer.body["state"] == "settled"
    late = await ward.stays.commitment(ward.call(), stay_id, StayCommitmentIn.model_validate(form(ward)))
    assert (late.status, late.body["code"]) == (409, "UNDO_ORDER")


async def test_form_11_where_there_is_no_trauma(ward: Ward) -> None:
    stay_id = await ward.admitted()
    answer = await ward.stays.commitment(ward.call(), stay_id, StayCommitmentIn.model_validate(form(ward)))
    assert (answer.status, answer.body["code"]) == (422, "FLAGS_CONTRADICT")


@pytest.mark.requirement("R106", "R108")
async def test_a_third_party_learnt_of_in_mid_stay(ward: Ward) -> None:
    who = "trauma_no_third_party"
    stay_id = await ward.charged(who, trauma=True, third_party=False)
    answer = good(await ward.stays.change(ward.call(), stay_id, StayChangeIn(third_party=True)))
    [visit] = ward.beds(who)
    assert (visit.encounters[""]["trum_flag"], visit.encounters[""]["rel_ttp_flag"]) == ("1", "1")
    assert answer.body["answers"]["third_party"] is True
    assert [row["third_party"] for row in answer.body["answers"]["earlier"]] == [False]
    good(await ward.stays.discharge(ward.call(), stay_id, ward.leaving()))
    answer = await ward.stays.settle(ward.call(), stay_id, StaySettleIn())
    assert (answer.status, answer.body["code"]) == (409, "THIRD_PARTY_LIABLE")
    assert "2304" not in ward.poster.sent


async def test_a_change_of_bed_and_doctor(ward: Ward) -> None:
    stay_id = await ward.admitted()
    body = StayChangeIn.model_validate({"bed": "33", "doctor": {"code": "D500103000002", "name": "另一医师"}})
    good(await ward.stays.change(ward.call(), stay_id, body))
    [visit] = ward.beds()
    assert (visit.given["adm_bed"], visit.given["atddr_no"]) == ("33", "D500103000002")
    assert visit.given["adm_dept_codg"] == "A03"
    nothing = await ward.stays.change(ward.call(), stay_id, StayChangeIn())
    assert (nothing.status, nothing.body["code"]) == (422, "BAD_REQUEST")


@pytest.mark.requirement("R109")
async def test_form_12_lines(ward: Ward) -> None:
    stay_id = await ward.admitted()
    paper = {
        "provider": "外院",
        "item": "PET",
        "cause": "本院没有设备",
        "on": ward.clock.now().date(),
        "doctor_signed": True,
        "office_stamped": True,
    }
    lines = (
        ward.line("1", "1000.00"),
        ward.line("2", "300.00", outside=True, form_12=paper),
        ward.line("3", "200.00", outside=True),
        ward.line("4", "70.00", outside=True, form_12={**paper, "office_stamped": False}),
    )
    answer = good(await ward.stays.fees(ward.call(), stay_id, ward.fees(*lines)))
    assert answer.body["fees"] == {"lines": 4, "taken": 2, "total": "1300.00", "not_sent": ["3", "4"], "pending": []}
    incomplete = OutsideServiceIn.model_validate({"line_nos": ["3"], **paper, "cause": " "})
    answer = await ward.stays.outside(ward.call(), stay_id, incomplete)
    assert (answer.status, answer.body["code"]) == (422, "OUTSIDE_FORM_MISSING")
    assert [row["path"] for row in answer.body["fields"]] == ["cause"]
    unknown = OutsideServiceIn.model_validate({"line_nos": ["1"], **paper})
    assert (await ward.stays.outside(ward.call(), stay_id, unknown)).status == 422
    linked = OutsideServiceIn.model_validate({"line_nos": ["3"], **paper})
    answer = good(await ward.stays.outside(ward.call(), stay_id, linked))
    assert answer.body["fees"]["total"] == "1500.00"
    [visit] = ward.beds()
    assert [line.given.get("etip_flag") for line in visit.lines] == [None, "1", "1"]
    answer = good(await ward.stays.discharge(ward.call(), stay_id, ward.leaving()))
    assert [(row["code"], row["line_no"]) for row in answer.body["warnings"]] == [("OUTSIDE_FORM_MISSING", "4")]
    answer = good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn()))
    assert answer.body["settlement"]["amounts"]["total"] == "1500.00"


async def test_an_outside_line_of_another_day_stays_out(ward: Ward) -> None:
    stay_id = await ward.admitted()
    paper = {
        "provider": "药店",
        "item": "药",
        "cause": "缺药",
        "on": ward.clock.now().date(),
        "doctor_signed": True,
        "office_stamped": True,
    }
    later = ward.clock.now() + timedelta(days=3)
    lines = (ward.line("1", "900.00"), ward.line("2", "80.00", outside=True, form_12=paper, prescribed_at=later))
    good(await ward.stays.fees(ward.call(), stay_id, ward.fees(*lines)))
    answer = good(await ward.stays.discharge(ward.call(), stay_id, ward.leaving()))
    assert [(row["code"], row["line_no"]) for row in answer.body["warnings"]] == [("OUTSIDE_DATE", "2")]
    answer = good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn()))
    assert answer.body["settlement"]["amounts"]["total"] == "900.00"


async def test_negative_lines(ward: Ward) -> None:
    stay_id = await ward.charged(PATIENT, "500.00")
    answer = good(await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("2", "-500.00", origin="1"))))
    assert answer.body["fees"]["total"] == "0.00"
    for wrong in (ward.line("3", "-1.00"), ward.line("3", "-1.00", origin="1"), ward.line("3", "-1.00", origin="9")):
        answer = await ward.stays.fees(ward.call(), stay_id, ward.fees(wrong))
        assert (answer.status, answer.body["code"]) == (422, "NEGATIVE_LINE_NO_ORIGIN")
        assert answer.body["fields"][0]["path"] == "lines[0].origin"


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"amount": "100.0"}, "AMOUNT_FORMAT", "lines[1].amount"),
        ({"unit_price": "90.00"}, "LINE_AMOUNT_MISMATCH", "lines[1].amount"),
        ({"line_no": "1"}, "LINE_NO_DUPLICATE", "lines[1].line_no"),
        ({"line_no": "0"}, "LINE_NO_DUPLICATE", "lines[1].line_no"),
    ],
)
async def test_lines_that_the_rules_refuse(ward: Ward, change: dict[str, str], code: str, path: str) -> None:
    stay_id = await ward.admitted()
    good(await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("0"))))
    sent = ward.poster.sent.count("2301")
    answer = await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("1"), {**ward.line("2"), **change}))
    assert (answer.status, answer.body["code"]) == (422, code)
    assert path in [row["path"] for row in answer.body["fields"]]
    assert ward.poster.sent.count("2301") == sent


async def test_a_batch_that_the_platform_refuses(ward: Ward) -> None:
    stay_id = await ward.charged()
    ward.poster.plans["2301"] = ["refuse:FSI-费用明细流水号(feedetl_sn)格式错误"]
    answer = await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("7", "5.00")))
    assert answer.status == 409
    assert answer.body["not_taken"] == ["7"]
    answer = good(await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("7", "6.00"))))
    assert answer.body["fees"]["total"] == "1256.50"


@pytest.mark.requirement("R117")
async def test_a_stay_over_new_year(ward: Ward) -> None:
    ward.clock.seconds += 39 * 86400  # 30 December
    stay_id = await ward.charged(PATIENT, "20000.00")
    ward.clock.seconds += 4 * 86400
    good(await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("2", "15000.00"))))
    good(await ward.stays.discharge(ward.call(), stay_id, ward.leaving()))
    answer = good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn()))
    assert ward.poster.sent.count("2304") == 1
    [row] = ward.live()
    assert (row.year, answer.body["year"], answer.body["days"]) == ("2027", 2027, 4)
    assert {row["code"] for row in answer.body["warnings"]} == {"STAY_CROSSES_YEAR", "FEE_CHECK_READY"}
    assert answer.body["fee_check"] is True
    assert answer.body["details_due"] == "2027-01-06"


@pytest.mark.requirement("R030")
async def test_a_filing_that_comes_before_the_settlement(ward: Ward) -> None:
    who = "not_filed"
    stay_id = await ward.discharged(who)
    assert "NOT_FILED" in [row["code"] for row in (await ward.told(stay_id))["warnings"]]
    answer = await ward.stays.settle(ward.call(), stay_id, StaySettleIn())
    assert (answer.status, answer.body["code"]) == (409, "NOT_FILED")
    filing = ward.person("filed_hypertension").filings[0]
    ward.person(who).filings.append(filing)
    answer = good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn()))
    assert answer.body["state"] == "settled"
    assert "NOT_FILED" not in [row["code"] for row in answer.body["warnings"]]


async def test_enrolment_that_ended_in_mid_stay(ward: Ward) -> None:
    stay_id = await ward.discharged()
    ward.person(PATIENT).insurances[0].status = "2"
    answer = await ward.stays.settle(ward.call(), stay_id, StaySettleIn())
    assert (answer.status, answer.body["code"]) == (409, "ENROLMENT_PAUSED")
    assert "2304" not in ward.poster.sent


async def test_nothing_is_settled_before_the_discharge(ward: Ward) -> None:
    stay_id = await ward.charged()
    for call in (ward.stays.settle, ward.stays.presettle):
        answer = await call(ward.call(), stay_id, StaySettleIn())
        assert (answer.status, answer.body["code"]) == (409, "NOT_DISCHARGED")


async def test_fees_after_the_discharge_need_its_undoing(ward: Ward) -> None:
    stay_id = await ward.discharged()
    answer = await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("9")))
    assert (answer.status, answer.body["code"]) == (409, "UNDO_ORDER")
    answer = await ward.stays.discharge(ward.call(), stay_id, ward.leaving())
    assert (answer.status, answer.body["code"]) == (409, "UNDO_ORDER")


async def test_a_stale_trial_is_made_anew(ward: Ward) -> None:
    stay_id = await ward.discharged()
    good(await ward.stays.presettle(ward.call(), stay_id, StaySettleIn()))
    ward.clock.seconds += 601
    good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn()))
    assert ward.poster.sent.count("2303") == 2


async def test_a_trial_that_does_not_add_up(ward: Ward) -> None:
    stay_id = await ward.discharged()

    def wrong(answer: dict[str, Any]) -> dict[str, Any]:
        answer["output"]["setlinfo"]["psn_cash_pay"] = "0.01"
        return answer

    ward.poster.plans["2303"] = [wrong]
    answer = await ward.stays.settle(ward.call(), stay_id, StaySettleIn())
    assert (answer.status, answer.body["code"]) == (409, "AMOUNTS_M2")
    assert "2304" not in ward.poster.sent
    assert (await ward.told(stay_id))["state"] == "failed"
    assert good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn())).body["state"] == "settled"


async def test_a_settlement_that_does_not_add_up(ward: Ward) -> None:
    stay_id = await ward.discharged()

    def wrong(answer: dict[str, Any]) -> dict[str, Any]:
        answer["output"]["setlinfo"]["psn_cash_pay"] = "0.01"
        return answer

    ward.poster.plans["2304"] = [wrong]
    answer = await ward.stays.settle(ward.call(), stay_id, StaySettleIn())
    assert (answer.status, answer.body["state"]) == (200, "manual")
    again = await ward.stays.settle(ward.call(), stay_id, StaySettleIn())
    assert (again.status, again.body["code"]) == (409, "IN_DOUBT")
    assert ward.poster.sent.count("2304") == 1


async def test_a_settlement_that_the_platform_refuses(ward: Ward) -> None:
    stay_id = await ward.discharged()
    ward.poster.plans["2304"] = ["refuse:FSI-待遇封锁：参保地暂停了该人员的医保待遇"]
    answer = good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn()))
    assert (answer.body["state"], answer.body["message"]["code"]) == ("failed", "BENEFIT_SUSPENDED")
    assert answer.body["message"]["money"] == "not_moved"
    assert good(await ward.stays.settle(ward.call(), stay_id, StaySettleIn())).body["state"] == "settled"


async def test_an_admission_that_the_platform_refuses(ward: Ward) -> None:
    ward.poster.plans["2401"] = ["refuse:FSI-参保已暂停，请确认是否停保"]
    answer = await ward.stays.admit(ward.call("a"), ward.stay())
    assert (answer.status, answer.body["code"]) == (409, "ENROLMENT_PAUSED")
    told = await ward.told(answer.body["stay_id"])
    assert (told["state"], told["step"]) == ("failed", "planned")
    assert (await ward.stays.fees(ward.call(), told["stay_id"], ward.fees(ward.line("1")))).body[
        "code"
    ] == "NOT_ADMITTED"
    assert await ward.admitted()


@pytest.mark.requirement("R059")
@pytest.mark.parametrize("step", ["fees", "changes", "discharge", "presettle", "settle", "cancel"])
async def test_a_person_number_that_changes_in_mid_stay(ward: Ward, step: str) -> None:
    from yidi_gateway.shapes import StayCancelIn

    number = "53000000000000000000007777"
    if step in ("fees", "changes"):
        stay_id = await ward.admitted()
        ward.hub.world.rename(ward.person(PATIENT), number)
        if step == "fees":
            answer = await ward.stays.fees(ward.call(), stay_id, ward.fees(ward.line("1")))
        else:
            answer = await ward.stays.change(ward.call(), stay_id, StayChangeIn(bed="3"))
    elif step == "discharge":
        stay_id = await ward.charged()
        ward.hub.world.rename(ward.person(PATIENT), number)
        answer = await ward.stays.discharge(ward.call(), stay_id, ward.leaving())
    else:
        stay_id = await ward.discharged()
        ward.hub.world.rename(ward.person(PATIENT), number)
        if step == "cancel":
            answer = await ward.stays.cancel(ward.call(), stay_id, StayCancelIn())
        else:
            call = ward.stays.presettle if step == "presettle" else ward.stays.settle
            answer = await call(ward.call(), stay_id, StaySettleIn())
    good(answer)
    assert ward.person(PATIENT).psn_no == number


async def test_a_stay_and_a_visit_are_not_mixed_up(ward: Ward) -> None:
    stay_id = await ward.admitted()
    visit = await ward.opened("filed_hypertension", ("50.00", None))
    with pytest.raises(Problem) as problem:
        await ward.desk.visit(ward.call(), stay_id)
    assert problem.value.code == "NOT_FOUND"
    answer = await ward.desk.settle(ward.call(), stay_id, SettleIn())
    assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")
    with pytest.raises(Problem) as problem:
        await ward.stays.stay(ward.call(), visit["visit_id"])
    assert problem.value.code == "NOT_FOUND"
    answer = await ward.stays.settle(ward.call(), visit["visit_id"], StaySettleIn())
    assert (answer.status, answer.body["code"]) == (404, "NOT_FOUND")


async def test_another_callers_stay_is_not_found(ward: Ward) -> None:
    from dataclasses import replace

    stay_id = await ward.admitted()
    with pytest.raises(Problem) as problem:
        await ward.stays.stay(replace(ward.call(), caller="other"), stay_id)
    assert problem.value.code == "NOT_FOUND"


async def test_a_number_of_a_stay_serves_once(ward: Ward) -> None:
    from yidi_gateway.shapes import StayCancelIn

    stay_id = await ward.admitted(stay_no="ZY-1")
    with pytest.raises(Problem) as problem:
        await ward.stays.admit(ward.call(), ward.stay(stay_no="ZY-1"))
    assert problem.value.code == "BASKET_BUSY"
    good(await ward.stays.cancel(ward.call(), stay_id, StayCancelIn()))
    assert await ward.admitted(stay_no="ZY-1") != stay_id
    assert len(ward.beds()) == 1


async def test_a_local_patient(ward: Ward) -> None:
    _, body = await ward.settled("local_patient")
    [visit] = ward.beds("local_patient")
    assert not {"ipt_type", "trum_flag", "er_flag"} & set(visit.encounters[""])
    assert body["state"] == "settled"


@pytest.mark.requirement("R108")
async def test_a_third_party_learnt_of_after_the_discharge(ward: Ward) -> None:
    stay_id = await ward.discharged("trauma_no_third_party", trauma=True, third_party=False, commitment=form(ward))
    answer = good(await ward.stays.change(ward.call(), stay_id, StayChangeIn(third_party=True)))
    assert answer.body["answers"]["third_party"] is True
    assert "2403" not in ward.poster.sent
    answer = await ward.stays.settle(ward.call(), stay_id, StaySettleIn())
    assert (answer.status, answer.body["code"]) == (409, "THIRD_PARTY_LIABLE")


async def test_a_bed_cannot_change_after_the_discharge(ward: Ward) -> None:
    stay_id = await ward.discharged()
    answer = await ward.stays.change(ward.call(), stay_id, StayChangeIn(bed="3"))
    assert (answer.status, answer.body["code"], answer.body["detail"]) == (409, "UNDO_ORDER", "discharge")


async def test_a_credential_shown_at_the_settlement(ward: Ward) -> None:
    stay_id = await ward.discharged()
    wrong = StaySettleIn.model_validate({"credential": ward.credential("filed_hypertension")})
    answer = await ward.stays.settle(ward.call(), stay_id, wrong)
    assert (answer.status, answer.body["code"]) == (409, "IDENTITY_MISMATCH")
    shown = StaySettleIn.model_validate({"credential": ward.credential(PATIENT), "invoice_no": "INV-1"})
    good(await ward.stays.settle(ward.call(), stay_id, shown))
    [row] = ward.live()
    assert row.invoice == "INV-1"


async def test_what_takes_back_a_held_line_is_held_with_it(ward: Ward) -> None:
    stay_id = await ward.admitted()
    lines = (ward.line("1", "50.00", outside=True), ward.line("2", "-50.00", origin="1"), ward.line("3", "7.00"))
    answer = good(await ward.stays.fees(ward.call(), stay_id, ward.fees(*lines)))
    assert answer.body["fees"]["not_sent"] == ["1", "2"]
    paper = {"provider": "药店", "item": "药", "cause": "缺药", "on": ward.clock.now().date()}
    linked = {"line_nos": ["1"], **paper, "doctor_signed": True, "office_stamped": True}
    answer = good(await ward.stays.outside(ward.call(), stay_id, OutsideServiceIn.model_validate(linked)))
    assert (answer.body["fees"]["taken"], answer.body["fees"]["total"]) == (3, "7.00")


async def test_a_settlement_of_another_total_is_in_doubt(ward: Ward) -> None:
    stay_id = await ward.discharged(PATIENT, "100.00")

    def other(answer: dict[str, Any]) -> dict[str, Any]:
        node = answer["output"]["setlinfo"]
        for name in ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "fund_pay_sumamt", "acct_pay"):
            node[name] = "0.00"
        for name in ("medfee_sumamt", "inscp_scp_amt", "psn_cash_pay", "psn_part_amt"):
            node[name] = "90.00"
        return {**answer, "output": {**answer["output"], "setldetail": []}}

    ward.poster.plans["2304"] = [other]
    answer = await ward.stays.settle(ward.call(), stay_id, StaySettleIn())
    assert (answer.body["state"], answer.body["message"]["code"]) == ("manual", "AMOUNTS_M4")
