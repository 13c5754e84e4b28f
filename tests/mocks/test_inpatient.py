"""A whole stay over HTTP; ledger, queries, day and month agree at every step."""

from decimal import Decimal

import pytest
from mocks.ward import BED, OUTSIDE_SCOPE, PARTS, SURGERY, Ward

from yidi_mocks.benefit import COLUMNS, Branch, place_of

INPATIENT, OUTPATIENT = "21", "11"


@pytest.fixture
def ward(cashier):
    return Ward(cashier, "inpatient_new_year")


def asked(ward, setl_id):
    return ward.cashier.ok("5203", ward.named(setl_id=setl_id))["setlinfo"]


def encounter(ward, med_type="21"):
    day = ward.day()
    data = {
        "psn_no": ward.cashier.psn_no,
        "begntime": f"{day} 00:00:00",
        "endtime": f"{day} 23:59:59",
        "med_type": med_type,
    }
    return ward.cashier.ok("5201", {"data": data})["mdtrtinfo"]


def open_stays(ward, **who):
    day = ward.day()
    data = {"begntime": f"{day} 00:00:00", "endtime": f"{day} 23:59:59", **(who or {"psn_no": ward.cashier.psn_no})}
    return ward.cashier.ok("5303", {"data": data})["data"]


def test_from_admission_to_settlement_and_back(hub, ward):
    stay = ward.admit()
    assert [row["mdtrt_id"] for row in open_stays(ward)] == [stay]
    assert open_stays(ward)[0]["out_flag"] == "1"
    (row,) = encounter(ward)
    assert (row["ipt_otp_no"], row["inhosp_stas"], row["adm_bed"]) == ("ZY1", "1", "12")
    ward.charge(ward.line("D1-1", "800.00"), ward.line("D1-2", "120.00", BED))
    ward.charge(ward.line("D2-1", "2600.00", SURGERY), ward.line("D2-2", "90.10", OUTSIDE_SCOPE))
    ward.charge(ward.back("D3-1", "D1-1", "-300.00"))
    ward.discharge()
    assert open_stays(ward) == []
    (row,) = encounter(ward)
    assert (row["inhosp_stas"], row["ipt_days"], row["dscg_way"]) == ("0", 1, "1")
    trial = ward.cashier.ok("2303", ward.bill())
    assert hub.ledger() == []
    settled = ward.settle(msgid="SETTLED")
    info = settled["setlinfo"]
    for name in trial["setlinfo"]:
        if name != "setl_time":
            assert trial["setlinfo"][name] == info[name], name
    assert info["medfee_sumamt"] == sum(info[name] for name in PARTS) == Decimal("3310.10")
    assert info["medfee_sumamt"] == info["fund_pay_sumamt"] + info["psn_part_amt"] + info["hosp_part_amt"]
    assert info["psn_part_amt"] == info["acct_pay"] + info["psn_cash_pay"]
    assert (info["medins_setl_id"], info["clr_type"]) == ("SETTLED", INPATIENT)
    funds = sum(row["fund_payamt"] for row in settled["setldetail"] if not row["fund_pay_type"].startswith("3102"))
    assert funds == info["fund_pay_sumamt"]
    (booked,) = hub.ledger(mdtrt_id=stay)
    assert (booked["setl_id"], booked["med_type"], booked["live"]) == (info["setl_id"], "21", True)
    found = asked(ward, info["setl_id"])
    assert (found["clr_type"], found["begndate"], found["enddate"]) == (INPATIENT, ward.day(), ward.day())
    assert found["cash_payamt"] == info["psn_cash_pay"]
    undo(hub, ward, info)


def undo(hub, ward, info):
    """2305, 2405, 2302, 2404, and nothing is left but two rows that cancel each other out."""
    revoked = ward.cashier.ok("2305", ward.named(setl_id=info["setl_id"]), msgid="REVOKED")["setlinfo"]
    for name in (*PARTS, *COLUMNS, "medfee_sumamt", "act_pay_dedc", "fund_pay_sumamt", "psn_cash_pay", "acct_pay"):
        assert revoked[name] == -info[name], name
    assert revoked["setl_id"] != info["setl_id"]
    assert revoked["medins_setl_id"] == "REVOKED"
    assert asked(ward, info["setl_id"])["refd_setl_flag"] == "1"
    assert "该笔结算已撤销" in ward.cashier.refused("2305", ward.named(setl_id=info["setl_id"]))
    ward.cashier.ok("2405", ward.named())
    ward.cashier.ok("2302", ward.revocation("0000"))
    ward.cashier.ok("2404", ward.named())
    assert encounter(ward) == open_stays(ward) == []
    assert [row["refd_setl_flag"] for row in hub.ledger(mdtrt_id=ward.stay)] == ["1", "1"]
    assert hub.ledger(live="true") == []


@pytest.mark.requirement("R112", "R151")
def test_day_and_month_tell_stays_from_outpatients(hub, cashier):
    ward = Ward(cashier, "account_in_fund")
    visit, batch = cashier.basket(total="150.00")
    cashier.settle(visit, batch, "150.00")
    ward.whole("6000.00")
    day = hub.control(f"/day/{ward.day()}")
    found = {row["clr_type"]: (row["count"], row["medfee_sumamt"]) for row in day["totals"]}
    assert found == {OUTPATIENT: (1, "150.00"), INPATIENT: (1, "6000.00")}
    month = hub.control(f"/clearing/{ward.day()[:7]}")
    assert (month["count"], month["medfee_sumamt"]) == (2, "6150.00")
    assert [row["province"] for row in month["by_province"]] == ["广东省"]


@pytest.mark.requirement("R117")
@pytest.mark.parametrize("name", ["inpatient_new_year", "account_in_fund"])
def test_over_new_year_it_is_one_settlement_of_the_new_year(hub, cashier, name):
    hub.control("/clock", {"now": "2026-12-30T09:00:00+08:00"})
    ward = Ward(cashier, name)
    ward.admit()
    ward.charge(ward.line("OLD", "4000.00"))
    hub.control("/clock", {"now": "2027-01-04T09:00:00+08:00"})
    ward.charge(ward.line("NEW", "1500.00"))
    ward.discharge()
    assert "不支持中途结算" in cashier.refused("2304", ward.bill(mid_setl_flag="1"))
    info = ward.settle()["setlinfo"]
    assert asked(ward, info["setl_id"])["year"] == "2027"
    (row,) = encounter(ward)
    assert (row["ars_year_ipt_flag"], row["ipt_days"]) == ("1", 5)
    sums = {row["cum_type_code"]: row["cum"] for row in year_sums(ward, "2027")}
    assert (sums["C0000"], sums["F0000"]) == (1, Decimal("5500.00"))
    assert {row["cum"] for row in year_sums(ward, "2026")} == {0}
    assert hub.control("/day/2027-01-04")["count"] == 1


def year_sums(ward, when):
    return ward.cashier.ok("5206", {"data": {"psn_no": ward.cashier.psn_no, "cum_ym": when}})["cuminfo"]


def test_the_second_stay_of_a_year_has_the_smaller_deductible_until_the_first_is_undone(ward):
    terms = place_of("520300").schemes["390"].branches[Branch.STAY]
    first = ward.whole("9000.00", "ZY1")["setlinfo"]
    one = ward.stay
    assert first["act_pay_dedc"] == terms.deductible
    second = ward.whole("9000.00", "ZY2")["setlinfo"]
    assert second["act_pay_dedc"] == terms.again < terms.deductible
    assert second["fund_pay_sumamt"] > first["fund_pay_sumamt"]
    two, ward.stay = ward.stay, one
    assert "之后还有住院结算" in ward.cashier.refused("2305", ward.named(setl_id=first["setl_id"]))
    ward.stay = two
    ward.cashier.ok("2305", ward.named(setl_id=second["setl_id"]))
    ward.stay = one
    ward.cashier.ok("2305", ward.named(setl_id=first["setl_id"]))
    ward.stay = two
    assert ward.settle()["setlinfo"]["act_pay_dedc"] == terms.deductible


def test_stays_and_outpatient_care_use_up_ceilings_and_deductibles_of_their_own(hub, cashier):
    ward = Ward(cashier, "account_in_fund")
    before = ward.whole("6000.00", "ZY1")["setlinfo"]
    visit, batch = cashier.basket(total="400.00")
    outpatient = cashier.settle(visit, batch, "400.00")["setlinfo"]
    hub.reset()
    cashier.sign_in()
    cashier.serve("account_in_fund")
    visit, batch = cashier.basket(total="400.00")
    assert cashier.settle(visit, batch, "400.00")["setlinfo"]["hifp_pay"] == outpatient["hifp_pay"]
    assert before["hifp_pay"] > 0


@pytest.mark.parametrize("state", ["in_clearing", "cleared"])
def test_a_stay_in_clearing_is_not_undone(hub, ward, state):
    info = ward.whole()["setlinfo"]
    hub.control(f"/ledger/{info['setl_id']}", {"clearing_state": state}, "PATCH")
    assert "已清算或清算中" in ward.cashier.refused("2305", ward.named(setl_id=info["setl_id"]))
    assert [row["live"] for row in hub.ledger(mdtrt_id=ward.stay)] == [True]


def test_last_years_stay_is_undone_in_its_own_year(hub, ward):
    info = ward.whole()["setlinfo"]
    hub.control(f"/ledger/{info['setl_id']}", {"settled_on": "2025-12-30"}, "PATCH")
    ward.cashier.ok("2305", ward.named(setl_id=info["setl_id"]))
    original, negative = hub.ledger(mdtrt_id=ward.stay)
    assert negative["year"] == original["year"] == "2025"
    assert negative["clearing_month"] == "2025-12"


def reversal(ward, msgid, infno):
    return {"data": {"psn_no": ward.cashier.psn_no, "omsgid": msgid, "oinfno": infno}}


def test_what_a_reversal_undoes_of_a_stay(hub, ward):
    ward.admit(msgid="ADMITTED")
    ward.charge(ward.line("L1", "3000.00"))
    assert "先撤销费用明细" in ward.cashier.refused("2601", reversal(ward, "ADMITTED", "2401"))
    ward.discharge()
    settled = ward.settle(msgid="SETTLED")["setlinfo"]
    for infno in ("2207", "2207A", "2305", "2401"):
        assert ward.cashier.refused("2601", reversal(ward, "SETTLED", infno)) == "未找到原交易"
    assert "先撤销结算" in ward.cashier.refused("2601", reversal(ward, "ADMITTED", "2401"))
    ward.cashier.ok("2305", ward.named(setl_id=settled["setl_id"]), msgid="REVOKED")
    assert "已退费" in ward.cashier.refused("2601", reversal(ward, "SETTLED", "2304"))
    assert ward.cashier.send("2601", reversal(ward, "REVOKED", "2305"))["infcode"] == 0
    assert [row["setl_id"] for row in hub.ledger(live="true")] == [settled["setl_id"]]
    assert ward.cashier.send("2601", reversal(ward, "SETTLED", "2304"))["infcode"] == 0
    assert ward.cashier.refused("2601", reversal(ward, "SETTLED", "2304")) == "原交易已冲正"
    assert ward.row()["state"] == "to_settle"
    ward.cashier.ok("2405", ward.named())
    ward.cashier.ok("2302", ward.revocation("L1"))
    assert ward.cashier.send("2601", reversal(ward, "ADMITTED", "2401"))["infcode"] == 0
    assert ward.cashier.refused("2601", reversal(ward, "ADMITTED", "2401")) == "原交易已冲正"
    assert open_stays(ward) == encounter(ward) == []
    for infno in ("2402", "2405", "2301"):
        assert "不支持冲正" in ward.cashier.refused("2601", reversal(ward, "ADMITTED", infno))


def test_a_revocation_is_not_reversed_once_the_stay_went_on(hub, ward):
    info = ward.whole()["setlinfo"]
    ward.cashier.ok("2305", ward.named(setl_id=info["setl_id"]), msgid="REVOKED")
    ward.cashier.ok("2405", ward.named())
    assert "不能冲正" in ward.cashier.refused("2601", reversal(ward, "REVOKED", "2305"))
    ward.charge(ward.line("MORE", "10.00"))
    ward.discharge()
    assert "不能冲正" in ward.cashier.refused("2601", reversal(ward, "REVOKED", "2305"))
    assert hub.ledger(live="true") == []


def test_an_admission_of_yesterday_is_cancelled_and_not_reversed(hub, ward):
    ward.admit(msgid="ADMITTED")
    hub.control("/clock", {"advance_s": 86400})
    assert ward.cashier.refused("2601", reversal(ward, "ADMITTED", "2401")) == "非当日交易，不能冲正"
    ward.cashier.ok("2404", ward.named())


def test_a_tombstone_keeps_a_late_admission_out(hub, ward):
    hub.control("/capabilities", {"tombstone": True}, "PUT")
    assert ward.cashier.refused("2601", reversal(ward, "LATE", "2401")) == "未找到原交易"
    assert "不再受理" in ward.cashier.refused("2401", ward.admission(), msgid="LATE")
    assert open_stays(ward) == []


def test_fee_lines_of_a_stay_are_told_to_local_patients_only(cashier):
    ward = Ward(cashier, "local_patient")
    ward.whole("2000.00")
    (line,) = cashier.ok("5204", ward.named())["data"]
    assert (line["feedetl_sn"], line["med_type"], line["setl_id"]) == (
        "ZY1-1",
        "21",
        cashier.hub.ledger(live="true")[0]["setl_id"],
    )
    away = Ward(cashier, "inpatient_new_year")
    away.whole("2000.00", "ZY2")
    assert "不支持费用明细查询" in cashier.refused("5204", away.named())


def test_the_newest_settlement_is_found_without_its_number_where_that_is_allowed(hub, ward):
    info = ward.whole()["setlinfo"]
    assert "结算ID(setl_id)不能为空" in ward.cashier.refused("5203", ward.named(setl_id=""))
    hub.control("/capabilities", {"query_without_setl_id": True}, "PUT")
    assert asked(ward, "")["setl_id"] == info["setl_id"]


def test_diagnoses_of_admission_and_discharge_are_told_apart(ward):
    ward.admit()
    assert [row["inout_diag_type"] for row in diagnoses(ward)] == ["1"]
    ward.discharge()
    assert [row["inout_diag_type"] for row in diagnoses(ward)] == ["1", "2"]
    ward.cashier.ok("2405", ward.named())
    assert [row["inout_diag_type"] for row in diagnoses(ward)] == ["1"]


def diagnoses(ward):
    return ward.cashier.ok("5202", ward.named())["diseinfo"]


@pytest.mark.requirement("R059")
def test_the_number_and_the_insured_place_may_change_in_mid_stay(hub, ward):
    ward.admit()
    ward.charge(ward.line("L1", "3000.00"))
    person = hub.person(ward.cashier.psn_no)
    moved = [{**person["insurances"][0], "division": "520100"}]
    hub.control(f"/world/people/{ward.cashier.psn_no}", {"psn_no": "5201NEW", "insurances": moved}, "PATCH")
    assert "人员编号已变更" in ward.cashier.refused("2402", ward.leaving())
    ward.cashier.psn_no, ward.cashier.insuplc = "5201NEW", "520100"
    assert [row["mdtrt_id"] for row in open_stays(ward)] == [ward.stay]
    ward.charge(ward.line("L2", "500.00"), ward.back("L3", "L1", "-1000.00"))
    ward.discharge()
    info = ward.settle()["setlinfo"]
    assert (info["psn_no"], info["medfee_sumamt"]) == ("5201NEW", Decimal("2500.00"))
    (row,) = hub.ledger(live="true")
    assert (row["psn_no"], row["insuplc_admdvs"]) == ("5201NEW", "520100")
    assert "参保地" in ward.cashier.refused("5203", ward.named(setl_id=info["setl_id"]), insuplc_admdvs="520300")


@pytest.mark.requirement("R027", "R102")
def test_the_lines_go_to_the_insured_place_as_national_categories(ward):
    ward.admit()
    ward.charge(ward.line("1", "100.00"), ward.line("2", "60.00", BED), ward.line("3", "40.00", BED))
    ward.charge(ward.back("4", "1", "-100.00"), ward.line("5", "1000.00", SURGERY))
    rows = {row["med_chrgitm_type"]: (row["amount"], row["inscp_scp_amt"]) for row in ward.row()["categories"]}
    assert rows == {"01": ("100.00", "100.00"), "06": ("1000.00", "900.00"), "09": ("0.00", "0.00")}
