"""Who may be admitted, and whose stay settles: filings in time, flags, enrolment, hospital; one open stay a person.

One file, though long: every test is a few lines over the same stay.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from mocks.ward import Ward

from yidi_mocks.benefit import Branch, place_of
from yidi_mocks.splits import fen

NEW_YEAR = "inpatient_new_year"


def day_after(day, days):
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def charged(cashier, name=NEW_YEAR, total="4000.00", **flags):
    """Admitted, charged, discharged; not settled."""
    ward = Ward(cashier, name)
    ward.admit(**flags)
    ward.charge(ward.line("L1", total))
    ward.discharge()
    return ward


def paid(ward, cut=Decimal(0), branch=Branch.STAY):
    """What the basic fund pays of the ward's stay, a first one of the year, reckoned here."""
    place = place_of(ward.cashier.insuplc)
    terms = place.schemes[ward.cashier.insutype].branches[branch]
    return fen((ward.parts["inscp_scp_amt"] - terms.deductible) * (terms.ratio - cut))


def refused_both(ward, text):
    """Trial and settlement say the same, and nothing is booked."""
    assert text in ward.cashier.refused("2303", ward.bill())
    assert text in ward.cashier.refused("2304", ward.bill())
    assert ward.cashier.hub.ledger() == []


def patch(ward, **change):
    ward.cashier.hub.control(f"/world/people/{ward.cashier.psn_no}", change, "PATCH")


def test_one_open_stay_a_person(hub, cashier):
    ward = Ward(cashier, NEW_YEAR)
    ward.admit("ZY1")
    assert "不可重复住院登记" in cashier.refused("2401", ward.admission("ZY2"))
    cashier.code = "H50010399901"
    cashier.sign_in()
    assert "不可重复住院登记" in cashier.refused("2401", ward.admission("ZY9"))
    assert len(hub.control(f"/world?person={cashier.psn_no}")["visits"]) == 1


def test_a_discharge_is_not_cancelled_while_the_person_lies_elsewhere(cashier):
    ward = charged(cashier)
    first = ward.stay
    ward.admit("ZY2")
    second, ward.stay = ward.stay, first
    assert "不可重复住院登记" in cashier.refused("2405", ward.named())
    ward.stay = second
    cashier.ok("2404", ward.named())
    ward.stay = first
    cashier.ok("2405", ward.named())


def test_a_hospital_number_is_used_once_and_free_again_once_undone(cashier):
    ward = charged(cashier)
    assert "住院号(ipt_no)重复登记" in cashier.refused("2401", ward.admission("ZY1"))
    cashier.ok("2405", ward.named())
    cashier.ok("2302", ward.revocation("0000"))
    cashier.ok("2404", ward.named())
    ward.admit("ZY1")


@pytest.mark.requirement("R019")
def test_no_outpatient_care_for_somebody_in_hospital(cashier):
    ward = Ward(cashier, NEW_YEAR)
    visit, batch = cashier.basket("MZ1")
    ward.admit()
    shown = cashier.ok("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": cashier.id_number}})
    assert shown["baseinfo"]["exp_content"] == {"inhosp_stas": "1"}
    assert "在院状态" in entitled(ward)
    assert "不允许门诊住院同时结算" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00")})
    with pytest.raises(AssertionError):
        cashier.register("MZ2")
    assert cashier.hub.received(infno="2201")[-1]["cause"] == "in_stay"
    ward.discharge()
    shown = cashier.ok("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": cashier.id_number}})
    assert shown["baseinfo"].get("exp_content") is None
    assert entitled(ward) == ""
    cashier.settle(visit, batch, "100.00")


def entitled(ward):
    data = {
        "psn_no": ward.cashier.psn_no,
        "insutype": ward.cashier.insutype,
        "fixmedins_code": ward.cashier.code,
        "med_type": "11",
        "begntime": f"{ward.day()} 09:00:00",
    }
    row = ward.cashier.ok("2001", {"data": data})["trtinfo"][0]
    assert row["trt_enjymnt_flag"] == "1"
    return row["trt_chk_rslt"]


def test_somebody_of_whom_it_was_said_that_they_lie_elsewhere(hub, cashier):
    ward = Ward(cashier, NEW_YEAR)
    patch(ward, in_stay=True)
    assert "不可重复住院登记" in cashier.refused("2401", ward.admission())
    day = ward.day()
    data = {"psn_no": cashier.psn_no, "begntime": f"{day} 00:00:00", "endtime": f"{day} 23:59:59"}
    (row,) = cashier.ok("5303", {"data": data})["data"]
    assert row["psn_no"] == cashier.psn_no
    assert not row["mdtrt_id"].isdigit()


def test_who_lies_in_this_hospital(cashier):
    numbers = {Ward(cashier, name).admit(f"Z{place}") for place, name in enumerate((NEW_YEAR, "local_patient"))}
    day = cashier.today()
    data = {"begntime": f"{day} 00:00:00", "endtime": f"{day} 23:59:59"}
    rows = cashier.ok("5303", {"data": data})["data"]
    assert {row["mdtrt_id"] for row in rows} == numbers
    assert {row["out_flag"] for row in rows} == {"0", "1"}


# filing: in force on the admission day or on the settlement day


@pytest.mark.parametrize(
    "change",
    [
        {"filing": {"kind": "referral", "state": "cancelled", "cancelled_on": None}},
        {"filing": {"kind": "referral", "end": "today"}},
        {"filing": {"kind": "referral", "area": "330100"}},
        {"filings": []},
    ],
    ids=["cancelled", "ended", "moved", "gone"],
)
@pytest.mark.requirement("R021", "R081")
def test_what_becomes_of_the_filing_during_the_stay_does_not_matter(hub, cashier, change):
    ward = Ward(cashier, NEW_YEAR)
    ward.admit()
    patch(ward, **change)
    hub.control("/clock", {"advance_s": 3 * 86400})
    ward.charge(ward.line("L1", "4000.00"))
    ward.discharge()
    info = ward.settle()["setlinfo"]
    assert info["hifp_pay"] == paid(ward, place_of("520300").cuts["referral"])
    visit, batch = cashier.basket("MZ1")
    assert "备案" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00")})


@pytest.mark.requirement("R030", "R036", "R090")
def test_a_filing_that_arrives_before_the_settlement_counts(hub, cashier):
    ward = Ward(cashier, "not_filed")
    ward.admit()
    hub.control("/clock", {"advance_s": 2 * 86400})
    ward.charge(ward.line("L1", "4000.00"))
    ward.discharge()
    refused_both(ward, "未办理异地就医备案")
    begun = ward.day()
    patch(ward, filings=[{"kind": "temporary_other", "area": "500000", "begin": begun, "state": "pending"}])
    refused_both(ward, "正在办理")
    patch(ward, filing={"kind": "temporary_other", "state": "active"})
    assert ward.settle()["setlinfo"]["hifp_pay"] == paid(ward, place_of("530100").cuts["other"])


def test_a_filing_true_on_neither_day_does_not_count(hub, cashier):
    ward = Ward(cashier, "not_filed")
    ward.admit()
    day = ward.day()
    hub.control("/clock", {"advance_s": 5 * 86400})
    ward.charge(ward.line("L1", "4000.00"))
    ward.discharge()
    between = {"kind": "referral", "area": "500000", "begin": day_after(day, 2), "end": day_after(day, 3)}
    patch(ward, filings=[between])
    refused_both(ward, "备案有效期")


def test_a_new_admission_day_is_judged_by_the_filings_of_now(hub, cashier):
    ward = Ward(cashier, NEW_YEAR)
    ward.admit()
    day = ward.day()
    patch(ward, filings=[])
    cashier.ok("2403", ward.change_nodes())
    ward.charge(ward.line("L1", "4000.00"))
    ward.discharge()
    cashier.ok("2303", ward.bill())
    cashier.ok("2405", ward.named())
    cashier.ok("2403", ward.change_nodes(begntime=f"{day_after(day, -1)} 08:00:00"))
    ward.discharge()
    refused_both(ward, "未办理异地就医备案")


# emergency, trauma


@pytest.mark.requirement("R105")
@pytest.mark.parametrize(
    "flags",
    [{"ipt_type": "1"}, {"med_type": "24"}, {"exp_content": {"er_flag": "1"}}, {"er_flag": "1"}],
    ids=lambda flags: next(iter(flags)),
)
def test_an_emergency_admission_counts_as_filed(cashier, flags):
    ward = charged(cashier, "emergency_not_filed", **flags)
    assert ward.settle()["setlinfo"]["hifp_pay"] == paid(ward, place_of("530100").cuts["emergency"])


def test_an_emergency_stays_one_through_a_change(cashier):
    ward = Ward(cashier, "emergency_not_filed")
    ward.admit(ipt_type="1")
    cashier.ok("2403", ward.change_nodes(adm_bed="77"))
    ward.charge(ward.line("L1", "4000.00"))
    ward.discharge()
    ward.settle()


def test_without_the_flag_it_is_no_emergency(cashier):
    refused_both(charged(cashier, "emergency_not_filed"), "未办理异地就医备案")


@pytest.mark.requirement("R032")
def test_a_trauma_without_a_third_party_settles(cashier):
    ward = charged(cashier, "trauma_no_third_party", trum_flag="1", rel_ttp_flag="0")
    assert ward.settle()["setlinfo"]["fund_pay_sumamt"] > 0


def test_a_trauma_with_a_third_party_is_admitted_and_not_settled(cashier):
    refused_both(charged(cashier, "trauma_third_party", trum_flag="1", rel_ttp_flag="1"), "第三方责任")


def test_a_third_party_learnt_of_during_the_stay(cashier):
    ward = Ward(cashier, "trauma_no_third_party")
    ward.admit(trum_flag="1", rel_ttp_flag="0")
    ward.charge(ward.line("L1", "4000.00"))
    cashier.ok("2403", ward.change_nodes(trum_flag="1", rel_ttp_flag="1"))
    ward.discharge()
    refused_both(ward, "第三方责任")


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        ({"trum_flag": "1"}, "(rel_ttp_flag)不能为空"),
        ({"trum_flag": "0", "rel_ttp_flag": "1"}, "互相矛盾"),
        ({"rel_ttp_flag": "1"}, "互相矛盾"),
        ({"med_type": "11"}, "不是住院类别"),
        ({"mdtrt_cert_type": "03", "mdtrt_cert_no": "52K1"}, "卡识别码(card_sn)不能为空"),
        ({"certno": "530102196005120014"}, "人证不一致"),
        ({"mdtrt_cert_no": "530102196005120014"}, "就诊凭证编号(mdtrt_cert_no)"),
        ({"insutype": "310"}, "险种类型(insutype)"),
        ({"ipt_no": ""}, "住院号(ipt_no)不能为空"),
        ({"adm_bed": None}, "(adm_bed)不能为空"),
        ({"begntime": "2026-11-21"}, "开始时间(begntime)"),
        ({"surprise": "1"}, "mdtrtinfo.surprise"),
    ],
)
def test_what_an_admission_may_not_say(cashier, flags, text):
    ward = Ward(cashier, NEW_YEAR)
    assert text in cashier.refused("2401", ward.admission(**flags))
    assert cashier.hub.control(f"/world?person={cashier.psn_no}")["visits"] == []


def test_a_local_trauma_needs_no_cross_province_flag(cashier):
    ward = Ward(cashier, "local_patient")
    ward.admit(trum_flag="1")
    assert ward.row()["encounters"][0]["trum_flag"] == "1"


def test_one_main_diagnosis_and_of_the_right_person(cashier):
    ward = Ward(cashier, NEW_YEAR)
    nodes = ward.admission()
    nodes["diseinfo"] += ward.diagnoses()
    assert "主诊断(maindiag_flag)" in cashier.refused("2401", nodes)
    nodes = ward.admission()
    nodes["diseinfo"][0]["psn_no"] = "somebody"
    assert "人员编号(psn_no)不一致" in cashier.refused("2401", nodes)


# judged again at the settlement


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"status": "2"}, "参保已暂停"),
        ({"paused_from": "2020-01-01"}, "参保已暂停"),
        ({"benefit": "suspended"}, "待遇封锁"),
    ],
)
def test_enrolment_and_benefit_are_asked_again_at_the_settlement(cashier, change, text):
    ward = charged(cashier)
    patch(ward, **change)
    refused_both(ward, text)


def test_an_insurance_that_will_be_paused_settles_until_then(hub, cashier):
    ward = charged(cashier)
    patch(ward, paused_from=day_after(ward.day(), 1))
    cashier.ok("2303", ward.bill())
    hub.control("/clock", {"advance_s": 86400})
    refused_both(ward, "参保已暂停")


@pytest.mark.requirement("R085")
@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"status": "suspended"}, "已暂停"),
        ({"services": ["outpatient", "chronic"]}, "未开通该类跨省异地就医直接结算服务：住院"),
    ],
)
def test_a_hospital_that_is_not_open(hub, cashier, change, text):
    ward = charged(cashier)
    hub.control("/world/institutions/H50010300001", change, "PUT")
    refused_both(ward, text)
    assert text in cashier.refused("2401", ward.admission("ZY2"))


@pytest.mark.requirement("R035")
def test_chosen_hospitals_are_for_outpatients(cashier):
    """FI11, FI12: every networked hospital in the filed area takes the stay."""
    ward = Ward(cashier, NEW_YEAR)
    patch(ward, designated=["H50010010019"], filing={"kind": "referral", "area": "500112"})
    ward.whole()
    cashier.code = "H50010399901"
    cashier.sign_in()
    ward.whole(number="ZY2")


def test_order_of_undoing(cashier):
    ward = charged(cashier)
    setl_id = ward.settle()["setlinfo"]["setl_id"]
    for infno, nodes in (("2405", ward.named()), ("2302", ward.revocation("0000")), ("2404", ward.named())):
        assert "请先撤销结算" in cashier.refused(infno, nodes)
    cashier.ok("2305", ward.named(setl_id=setl_id))
    for infno, nodes in (("2302", ward.revocation("0000")), ("2404", ward.named()), ("2403", ward.change_nodes())):
        assert "请先撤销出院" in cashier.refused(infno, nodes)
    cashier.ok("2405", ward.named())
    assert "请先撤销费用明细" in cashier.refused("2404", ward.named())
    rules = {row["rule"] for row in cashier.hub.control("/report")["violations"]}
    assert rules == {"wrong_order"}


def test_what_is_so_already_breaks_no_order(cashier):
    ward = charged(cashier)
    assert "请勿重复办理出院" in cashier.refused("2402", ward.leaving())
    cashier.ok("2405", ward.named())
    assert "没有可撤销的出院" in cashier.refused("2405", ward.named())
    cashier.ok("2302", ward.revocation("0000"))
    assert "未查询到任何有效相关的记录" in cashier.refused("2302", ward.revocation("0000"))
    assert cashier.hub.control("/report")["violations"] == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"medfee_sumamt": "4000.01"}, "医疗费总额(medfee_sumamt)"),
        ({"inscp_scp_amt": "3599.99"}, "(inscp_scp_amt)与费用明细分割金额不一致"),
        ({"mid_setl_flag": "1"}, "不支持中途结算"),
        ({"insutype": "310"}, "险种类型(insutype)"),
        ({"med_type": "24"}, "医疗类别(med_type)"),
        ({"dscgTime": "2020-01-01"}, "出院时间(dscgTime)"),
        ({"mdtrt_cert_no": "530102196005120014"}, "就诊凭证编号(mdtrt_cert_no)"),
        ({"mdtrt_id": "1"}, "就诊ID(mdtrt_id)不存在"),
        ({"psn_setlway": "09"}, "个人结算方式(psn_setlway)"),
    ],
)
def test_what_a_bill_may_not_say(cashier, change, text):
    ward = charged(cashier)
    assert text in cashier.refused("2304", ward.bill(**change))
    assert text in cashier.refused("2303", ward.bill(**change))


def test_the_discharge_does_not_come_before_the_admission(cashier):
    ward = Ward(cashier, NEW_YEAR)
    ward.admit()
    assert "早于入院时间" in cashier.refused("2402", ward.leaving(endtime="2020-01-01 10:00:00"))


def test_a_stay_settles_once(hub, cashier):
    ward = charged(cashier)
    ward.settle()
    assert "请勿重复结算" in cashier.refused("2304", ward.bill())
    assert "请勿重复结算" in cashier.refused("2303", ward.bill())
    hub.control("/capabilities", {"one_live": False}, "PUT")
    ward.settle()
    assert len(hub.ledger(live="true")) == 2


def test_a_stay_of_one_is_not_anothers(cashier):
    ward = charged(cashier)
    stay = ward.stay
    other = Ward(cashier, "local_patient")
    other.stay = stay
    assert "就诊ID(mdtrt_id)与人员编号" in cashier.refused("2402", other.leaving())
    cashier.code = "H50010399901"
    cashier.sign_in()
    ward = Ward(cashier, NEW_YEAR)
    ward.stay = stay
    assert "就诊ID(mdtrt_id)不存在" in cashier.refused("2405", ward.named())
