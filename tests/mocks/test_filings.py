"""Filings made through institutions: what they change for a later settlement, and how they are taken back."""

from datetime import date, timedelta

import pytest
from mocks.ward import Ward

PILOT = "H50010300001"
OTHER = "H50010399901"


def day(cashier, shift=0):
    return (date.fromisoformat(cashier.today()) + timedelta(days=shift)).isoformat()


def referral(cashier, **changes):
    data = {
        "psn_no": cashier.psn_no,
        "insutype": cashier.insutype,
        "insu_optins": cashier.insuplc,
        "diag_code": "K25.900",
        "diag_name": "胃溃疡",
        "reflin_medins_no": OTHER,
        "reflin_medins_name": "示例医院(虚构，用于示例)",
        "mdtrtarea_admdvs": "500000",
        "hosp_agre_refl_flag": "1",
        "refl_type": "3",
        "refl_date": day(cashier),
        "refl_rea": "本地无此项目",
        "refl_opnn": "同意",
        "begndate": day(cashier),
        "enddate": day(cashier, 90),
        **changes,
    }
    return {"refmedin": {name: value for name, value in data.items() if value is not ...}}


def disease(cashier, code="M03900", **changes):
    data = {
        "psn_no": cashier.psn_no,
        "insutype": cashier.insutype,
        "opsp_dise_code": code,
        "opsp_dise_name": "高血压",
        "insu_optins": cashier.insuplc,
        "ide_fixmedins_no": PILOT,
        "ide_fixmedins_name": "示例市人民医院(虚构)",
        "hosp_ide_date": day(cashier, -3),
        "diag_dr_codg": "D500103000001",
        "diag_dr_name": "示例医师",
        "begndate": day(cashier),
        **changes,
    }
    return {"data": data}


def institution(cashier, purpose="03", code=PILOT, **changes):
    data = {
        "psn_no": cashier.psn_no,
        "biz_appy_type": purpose,
        "begndate": day(cashier),
        "enddate": "",
        "fix_srt_no": "1",
        "fixmedins_code": code,
        "fixmedins_name": "示例",
        **changes,
    }
    return {"data": data}


def filed(cashier, infno, nodes):
    return cashier.ok(infno, nodes)["result"]["trt_dcla_detl_sn"]


def withdraw(cashier, infno, number, memo="录入有误"):
    return cashier.ok(infno, {"data": {"trt_dcla_detl_sn": number, "psn_no": cashier.psn_no, "memo": memo}})


def not_withdrawn(cashier, infno, number):
    return cashier.refused(infno, {"data": {"trt_dcla_detl_sn": number, "psn_no": cashier.psn_no, "memo": "录入有误"}})


def shown(cashier):
    data = {"psn_no": cashier.psn_no, "begntime": day(cashier, -400), "endtime": f"{day(cashier, 400)} 00:00:00"}
    return cashier.ok("5304", {"data": data})["refmedin"]


def trial(cashier, number="MZ1", chronic="", **flags):
    visit, batch = cashier.basket(number, chronic, **flags)
    return {"data": cashier.trial_data(visit, batch, "100.00", "14" if chronic else "11")}


@pytest.fixture
def stranger(cashier):
    """Somebody from another province whom nothing was filed for."""
    cashier.serve("not_filed")
    return cashier


@pytest.mark.requirement("R010", "R016", "R082", "R005", "R083")
def test_a_referral_is_seen_at_once_and_lets_settle(stranger):
    wanted = trial(stranger)
    assert "未办理异地就医备案" in stranger.refused("2206", wanted)
    number = filed(stranger, "2501", referral(stranger))
    assert number.startswith(stranger.insuplc)
    stranger.ok("2206", wanted)
    (row,) = shown(stranger)
    assert (row["reflin_medins_no"], row["dcla_souc"], row["diag_code"]) == (OTHER, "01", "K25.900")
    assert row["exp_content"]["filing_kind"] == "referral"
    assert row["exp_content"]["filing_number"] == number
    entitled = stranger.ok(
        "2001",
        {
            "data": {
                "psn_no": stranger.psn_no,
                "insutype": stranger.insutype,
                "fixmedins_code": stranger.code,
                "med_type": "11",
                "begntime": f"{day(stranger)} 09:00:00",
            }
        },
    )["trtinfo"]
    assert "异地转诊人员" in entitled[-1]["trt_chk_rslt"]


@pytest.mark.requirement("R021")
def test_a_withdrawn_referral_no_longer_counts(stranger):
    number = filed(stranger, "2501A", referral(stranger))
    wanted = trial(stranger)
    stranger.ok("2206", wanted)
    assert withdraw(stranger, "2502", number)["result"]["trt_dcla_detl_sn"] == number
    assert "取消" in stranger.refused("2206", wanted)
    (row,) = shown(stranger)
    assert (row["exp_content"]["filing_state"], row["exp_content"]["cancelled_on"]) == ("cancelled", day(stranger))
    assert "已撤销" in not_withdrawn(stranger, "2502", number)
    filed(stranger, "2501", referral(stranger))  # and can be made anew
    stranger.ok("2206", wanted)


@pytest.mark.requirement("R020", "R079")
def test_a_filing_has_first_and_last_day(hub, stranger):
    filed(stranger, "2501", referral(stranger, begndate=day(stranger, 2), enddate=day(stranger, 3)))
    assert "起生效" in stranger.refused("2206", trial(stranger))
    hub.control("/clock", {"advance_s": 2 * 86400})
    stranger.ok("2206", trial(stranger, "MZ2"))
    hub.control("/clock", {"advance_s": 2 * 86400})
    assert "到期" in stranger.refused("2206", trial(stranger, "MZ3"))


@pytest.mark.requirement("R036", "R078")
def test_a_request_is_pending_until_it_was_handled(hub, stranger):
    hub.control("/capabilities", {"filing_delay_s": 2 * 86400}, "PUT")
    filed(stranger, "2501", referral(stranger))
    wanted = trial(stranger)
    assert "正在办理" in stranger.refused("2206", wanted)
    assert shown(stranger)[0]["exp_content"]["filing_state"] == "pending"
    hub.control("/clock", {"advance_s": 2 * 86400 - 60})
    assert "正在办理" in stranger.refused("2206", wanted)
    hub.control("/clock", {"advance_s": 120})
    assert shown(stranger)[0]["exp_content"]["filing_state"] == "active"
    stranger.ok("2206", trial(stranger, "MZ2"))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"insutype": "340"}, "险种类型(insutype)"),
        ({"insu_optins": "440100"}, "参保机构医保区划(insu_optins)不正确"),
        ({"hosp_agre_refl_flag": "0"}, "医院同意转院标志(hosp_agre_refl_flag)"),
        ({"reflin_medins_no": PILOT}, "转往定点医药机构编号(reflin_medins_no)不正确：不能转往本机构"),
        ({"reflin_medins_no": "H50010300009"}, "转往定点医药机构编号(reflin_medins_no)不正确：医药机构目录中没有"),
        ({"reflin_medins_no": "X1"}, "转往定点医药机构编号(reflin_medins_no)不正确：应为H或P"),
        ({"reflin_medins_no": "H11010099902"}, "就医地行政区划(mdtrtarea_admdvs)不正确"),
        ({"mdtrtarea_admdvs": "510100"}, "就医地行政区划(mdtrtarea_admdvs)不正确"),
        ({"refl_type": "2"}, "转院类型(refl_type)不正确"),
        ({"refl_type": "9"}, "转院类型(refl_type)不正确"),
        ({"begndate": "2020-01-01", "refl_date": "2020-01-01"}, "开始日期(begndate)不正确"),
        ({"enddate": "2020-01-01"}, "结束日期(enddate)不正确"),
        ({"refl_date": "2999-01-01"}, "转院日期(refl_date)不正确"),
        ({"refl_rea": ...}, "转院原因(refl_rea)不能为空"),
    ],
)
def test_referrals_that_cannot_be(stranger, change, names):
    assert names in stranger.refused("2501", referral(stranger, **change))
    assert shown(stranger) == []


def test_within_the_municipality_and_to_a_place_the_hub_does_not_know(stranger):
    """The type may be told from the hospital's place or from the insured one."""
    filed(stranger, "2501", referral(stranger, refl_type="1"))
    away = referral(stranger, reflin_medins_no="H11010099902", mdtrtarea_admdvs="110000", refl_type="3")
    filed(stranger, "2501", away)
    assert "重复办理" in stranger.refused("2501", away)


def test_variant_a_asks_for_what_the_filing_needs(stranger):
    assert "转往定点医药机构编号(reflin_medins_no)不能为空" in stranger.refused(
        "2501A", referral(stranger, reflin_medins_no=...)
    )
    assert "转院前就诊id(refl_old_mdtrt_id)" in stranger.refused("2501A", referral(stranger, refl_old_mdtrt_id="1"))
    visit = stranger.register()
    filed(stranger, "2501A", referral(stranger, refl_old_mdtrt_id=visit))


def test_who_may_withdraw(hub, stranger):
    number = filed(stranger, "2501", referral(stranger, enddate=day(stranger, 1)))
    assert "不存在" in not_withdrawn(stranger, "2502", "1")
    assert "不存在" in not_withdrawn(stranger, "2504", number)
    mine, name = stranger.code, stranger.psn_no
    stranger.code = OTHER
    stranger.sign_in()
    assert "其他医药机构" in not_withdrawn(stranger, "2502", number)
    stranger.code = mine
    stranger.sign_in()
    stranger.serve("filed_hypertension")
    assert "不存在" in not_withdrawn(stranger, "2502", number)
    stranger.serve("not_filed")
    assert stranger.psn_no == name
    hub.control("/clock", {"advance_s": 3 * 86400})
    assert "到期" in not_withdrawn(stranger, "2502", number)


@pytest.mark.requirement("R158", "R163", "R083")
def test_a_disease_that_is_filed_can_be_settled_under(cashier):
    cashier.serve("filed_no_qualification")
    wanted = trial(cashier, chronic="M03900")
    assert "资格未认定" in cashier.refused("2206", wanted)
    number = filed(cashier, "2503", disease(cashier, enddate=day(cashier, 700)))
    (row,) = cashier.ok("5301", {"data": {"psn_no": cashier.psn_no}})["feedetail"]
    assert (row["opsp_dise_code"], row["begndate"], row["enddate"]) == ("M03900", day(cashier), day(cashier, 700))
    cashier.ok("2206", wanted)
    assert "重复办理" in cashier.refused("2503", disease(cashier))
    withdraw(cashier, "2504", number)
    assert cashier.ok("5301", {"data": {"psn_no": cashier.psn_no}})["feedetail"] == []
    assert "资格未认定" in cashier.refused("2206", wanted)


def test_a_disease_that_was_settled_under_cannot_be_taken_back(cashier):
    cashier.serve("filed_no_qualification")
    number = filed(cashier, "2503", disease(cashier))
    visit, batch = cashier.basket(disease="M03900")
    settled = cashier.settle(visit, batch, "100.00", "14")["setlinfo"]["setl_id"]
    assert "请先撤销结算" in not_withdrawn(cashier, "2504", number)
    cashier.ok("2208", {"data": {"setl_id": settled, "mdtrt_id": visit, "psn_no": cashier.psn_no}})
    withdraw(cashier, "2504", number)


@pytest.mark.requirement("R101", "R164")
def test_several_diseases_each_for_itself(cashier):
    cashier.serve("filed_no_qualification")
    filed(cashier, "2503", disease(cashier))
    filed(cashier, "2503", disease(cashier, "M00503"))
    assert "重复办理" in cashier.refused("2503", disease(cashier, "M00500"))  # M00503 goes under it
    cashier.ok("2206", trial(cashier, chronic="M00500"))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"opsp_dise_code": "M99999"}, "门慢门特病种目录代码(opsp_dise_code)不正确"),
        ({"ide_fixmedins_no": "H50010300009"}, "鉴定定点医药机构编号(ide_fixmedins_no)不正确"),
        ({"hosp_ide_date": "2999-01-01"}, "医院鉴定日期(hosp_ide_date)不正确"),
        ({"begndate": "2020-01-01"}, "开始日期(begndate)不正确"),
        ({"enddate": "2020-01-01"}, "结束日期(enddate)不正确"),
        ({"insu_optins": "440100"}, "参保机构医保区划(insu_optins)不正确"),
        ({"insutype": "340"}, "险种类型(insutype)"),
    ],
)
def test_diseases_that_cannot_be_filed(cashier, change, names):
    cashier.serve("filed_no_qualification")
    assert names in cashier.refused("2503", disease(cashier, **change))
    assert cashier.ok("5301", {"data": {"psn_no": cashier.psn_no}})["feedetail"] == []


def chosen(cashier, purpose=None):
    data = {"psn_no": cashier.psn_no, **({"biz_appy_type": purpose} if purpose else {})}
    return cashier.ok("5302", {"data": data})["psnfixmedin"]


@pytest.mark.requirement("R035")
def test_an_institution_that_is_chosen_may_be_gone_to(hub, cashier):
    cashier.serve("filed_hypertension")
    hub.control(f"/world/people/{cashier.psn_no}", {"designated": [OTHER]}, "PATCH")
    assert [row["fixmedins_code"] for row in chosen(cashier)] == [OTHER]
    wanted = trial(cashier)
    assert "选定的定点医药机构" in cashier.refused("2206", wanted)
    number = filed(cashier, "2505", institution(cashier, fix_srt_no="2"))
    cashier.ok("2206", wanted)
    assert [row["fixmedins_code"] for row in chosen(cashier, "03")] == [OTHER, PILOT]
    assert chosen(cashier, "14") == []
    withdraw(cashier, "2506", number)
    assert "选定的定点医药机构" in cashier.refused("2206", wanted)
    assert [row["fixmedins_code"] for row in chosen(cashier)] == [OTHER]


def test_a_choice_begins_and_ends(hub, cashier):
    cashier.serve("filed_hypertension")
    hub.control(f"/world/people/{cashier.psn_no}", {"designated": [OTHER]}, "PATCH")
    filed(cashier, "2505", institution(cashier, begndate=day(cashier, 1), enddate=day(cashier, 2)))
    assert "选定" in cashier.refused("2206", trial(cashier))
    hub.control("/clock", {"advance_s": 86400})
    cashier.ok("2206", trial(cashier, "MZ2"))
    hub.control("/clock", {"advance_s": 2 * 86400})
    assert "选定" in cashier.refused("2206", trial(cashier, "MZ3"))
    assert [row["fixmedins_code"] for row in chosen(cashier)] == [OTHER]


def test_who_may_go_anywhere_still_may(cashier):
    cashier.serve("filed_hypertension")
    filed(cashier, "2505", institution(cashier, code=OTHER))
    cashier.ok("2206", trial(cashier))


@pytest.mark.requirement("R017", "R028", "R077")
@pytest.mark.parametrize(("purpose", "kind"), [("06", "referral"), ("07", "emergency"), ("08", "resettled_retiree")])
def test_the_out_of_area_kinds(stranger, purpose, kind):
    number = filed(stranger, "2505", institution(stranger, purpose))
    (row,) = shown(stranger)
    assert row["exp_content"]["filing_kind"] == kind
    assert "重复办理" in stranger.refused("2505", institution(stranger, purpose, OTHER, fix_srt_no="2"))
    wanted = trial(stranger)
    stranger.ok("2206", wanted)
    withdraw(stranger, "2506", number)
    assert "取消" in stranger.refused("2206", wanted)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"biz_appy_type": "77"}, "业务申请类型(biz_appy_type)不正确"),
        ({"fix_srt_no": "一"}, "定点排序号(fix_srt_no)不正确"),
        ({"fixmedins_code": "H50010300009"}, "定点医药机构编号(fixmedins_code)不正确"),
        ({"agnter_name": "测试乙"}, "代办人证件类型(agnter_cert_type)不能为空"),
        ({"begndate": "2020-01-01"}, "开始日期(begndate)不正确"),
        ({"enddate": "2020-01-01"}, "结束日期(enddate)不正确"),
    ],
)
def test_institutions_that_cannot_be_filed(stranger, change, names):
    assert names in stranger.refused("2505", institution(stranger, **change))
    assert chosen(stranger) == []


def test_one_institution_and_one_place_in_the_order_at_a_time(stranger):
    filed(stranger, "2505", institution(stranger))
    assert "定点医药机构编号(fixmedins_code)" in stranger.refused("2505", institution(stranger, fix_srt_no="2"))
    assert "定点排序号(fix_srt_no)" in stranger.refused("2505", institution(stranger, code=OTHER))


def test_queries_name_the_person(cashier):
    cashier.serve("filed_hypertension")
    assert "人员编号(psn_no)不能为空" in cashier.refused("5302", {"data": {"biz_appy_type": "03"}})
    period = {"begntime": "2026-01-01", "endtime": "2026-12-31 00:00:00"}
    assert "人员编号(psn_no)不能为空" in cashier.refused("5304", {"data": period})


@pytest.mark.requirement("R010", "R030", "R090")
def test_a_filing_made_during_a_stay_is_in_time(cashier):
    ward = Ward(cashier, "not_filed")
    ward.admit()
    ward.charge(ward.line("ZY1-1", "3000.00"))
    ward.discharge()
    assert "未办理异地就医备案" in cashier.refused("2304", ward.bill())
    filed(cashier, "2501", referral(cashier))
    assert ward.settle()["setlinfo"]["setl_id"]


@pytest.mark.requirement("R021", "R081")
def test_a_filing_withdrawn_during_a_stay_does_not_stop_it(cashier):
    ward = Ward(cashier, "not_filed")
    number = filed(cashier, "2501", referral(cashier))
    ward.admit()
    ward.charge(ward.line("ZY1-1", "3000.00"))
    withdraw(cashier, "2502", number)
    ward.discharge()
    assert ward.settle()["setlinfo"]["setl_id"]
