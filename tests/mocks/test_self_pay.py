"""Patients who pay alone: what is uploaded agrees with itself, is read back, and is closed when it is complete."""

from decimal import Decimal

import pytest

WHO = {"psn_cert_type": "01", "certno": "530102196001010000", "psn_name": "测试自费"}


@pytest.fixture
def office(hub, cashier):
    """Nobody is served: the patients are not insured here."""
    return cashier


def visit(office, **changes):
    data = {
        "fixmedins_mdtrt_id": "ZF1",
        "fixmedins_code": office.code,
        **WHO,
        "brdy": "1960-01-01",
        "begntime": f"{office.today()} 09:00:00",
        "endtime": f"{office.today()} 11:00:00",
        "med_type": "11",
        **changes,
    }
    diagnosis = {"diag_type": "1", "diag_srt_no": 1, "diag_code": "I10.x00", "diag_name": "高血压"}
    return {"mdtrtinfo": data, "diseinfo": [diagnosis]}


def line(office, number, amount="10.00", **changes):
    return {
        "mdtrt_sn": "ZF1",
        "ipt_otp_no": "MZ1",
        "med_type": "11",
        "chrg_bchno": "PC1",
        "feedetl_sn": number,
        **WHO,
        "fee_ocur_time": f"{office.today()} 09:10:00",
        "cnt": 1,
        "pric": Decimal(amount),
        "det_item_fee_sumamt": Decimal(amount),
        "med_list_codg": "XB01AAA0001",
        "medins_list_codg": "10023",
        "medins_list_name": "示例药",
        "med_chrgitm_type": "09",
        "prodname": "示例药",
        "bilg_dept_codg": "A03",
        "bilg_dept_name": "内科",
        "bilg_dr_codg": "D500103000001",
        "bilg_dr_name": "示例医师",
        **changes,
    }


def stay(office, **changes):
    data = {
        "fixmedins_mdtrt_id": "ZY1",
        "fixmedins_code": office.code,
        **WHO,
        "begntime": "2026-12-28 09:00:00",
        "endtime": "2027-01-04 10:00:00",
        "med_type": "21",
        "ipt_otp_no": "ZY1",
        "ipt_days": 7,
        "dscg_maindiag_code": "I10.x00",
        "medfee_sumamt": "30.00",
        **changes,
    }
    rows = [
        {"inout_diag_type": when, "diag_type": "1", "maindiag_flag": "1", "diag_code": "I10.x00", "diag_name": "高血压"}
        for when in ("1", "2")
    ]
    return {"ownPayPatnMdtrtD": data, "ownPayPatnDiagListD": rows}


def stay_line(office, number, amount="10.00", **changes):
    return {
        "fixmedins_mdtrt_id": "ZY1",
        "med_type": "21",
        "bkkp_sn": number,
        "fee_ocur_time": "2026-12-29 09:00:00",
        "fixmedins_code": office.code,
        "cnt": 1,
        "pric": Decimal(amount),
        "det_item_fee_sumamt": Decimal(amount),
        "med_list_codg": "XB01AAA0001",
        "medins_list_codg": "10023",
        **changes,
    }


def key(office, number="ZF1", **more):
    return {"data": {"fixmedins_mdtrt_id": number, "fixmedins_code": office.code, **more}}


def complete(office, number="ZF1"):
    return office.send("4203", key(office, number, cplt_flag="1"))


def count(office, number="ZF1"):
    return office.ok("4207", key(office, number))["data"]["recordCounts"]


def lines(*rows):
    return {"fsiOwnpayPatnFeeListDDTO": list(rows)}


@pytest.mark.requirement("R046")
def test_a_visit_from_beginning_to_end(office):
    office.ok("4205", visit(office))
    office.ok("4201", {"feedetail": [line(office, "1"), line(office, "2", "20.00")]})
    office.ok("4201", {"data": line(office, "3", "0.55")})
    assert count(office) == "3"
    second = office.ok("4207", key(office, page_num="2", page_size="1"))["data"]
    assert (second["bkkpSn"], second["detltemFeeSumamt"], second["pages"]) == ("2", Decimal("20.00"), "3")
    assert second["chkPassFlag"] == "0"
    asked = {"psn_cert_type": "01", "certno": WHO["certno"], "med_type": "11"}
    found = office.ok("4208", {"data": asked})["data"]
    assert (found["fixmedinsMdtrtId"], found["medfeeSumamt"], found["cpltflag"]) == ("ZF1", Decimal("30.55"), "0")
    assert found["psnName"] == "测试自费"
    assert office.ok("4209", key(office))["data"]["diagCode"] == "I10.x00"
    assert complete(office)["infcode"] == 0
    assert complete(office)["infcode"] == 0  # said again it is still so
    assert office.ok("4208", {"data": asked})["data"]["cpltflag"] == "1"
    assert office.ok("4207", key(office))["data"]["chkPassFlag"] == "1"


def test_nothing_changes_after_completion(office):
    office.ok("4205", visit(office))
    office.ok("4201", {"feedetail": [line(office, "1")]})
    complete(office)
    for infno, nodes in (
        ("4201", {"feedetail": [line(office, "2")]}),
        ("4205", visit(office)),
        ("4206", key(office)),
    ):
        assert "已上传完成" in office.refused(infno, nodes)
    office.ok("4202", stay(office, medfee_sumamt="10.00"))
    office.ok("4201A", lines(stay_line(office, "1")))
    complete(office, "ZY1")
    for infno, nodes in (
        ("4201A", lines(stay_line(office, "2"))),
        ("4202", stay(office)),
        ("4204", {"feedetail": [key(office, "ZY1")["data"]]}),
    ):
        assert "已上传完成" in office.refused(infno, nodes)
    assert count(office, "ZY1") == "1"


def test_a_stay_whose_lines_come_first(office):
    office.ok("4201A", lines(stay_line(office, "1"), stay_line(office, "2", "20.00")))
    assert "还未上传自费就诊信息" in office.refused("4203", key(office, "ZY1", cplt_flag="1"))
    nobody = office.ok("4208", {"data": {"psn_cert_type": "01", "certno": WHO["certno"]}})["data"]
    assert nobody == {"recordCounts": "0", "pages": "0"}
    office.ok("4202", stay(office))
    assert complete(office, "ZY1")["infcode"] == 0
    assert office.ok("4209", key(office, "ZY1", page_num="2"))["data"]["inoutDiagType"] == "2"


def test_completion_wants_everything(office):
    office.ok("4202", stay(office))
    assert "还未上传自费费用明细" in office.refused("4203", key(office, "ZY1", cplt_flag="1"))
    office.ok("4201A", lines(stay_line(office, "1")))
    assert "医疗费总额(medfee_sumamt)" in office.refused("4203", key(office, "ZY1", cplt_flag="1"))
    office.ok("4201A", lines(stay_line(office, "2", "20.00", fee_ocur_time="2027-01-05 00:00:00")))
    assert "费用发生时间(fee_ocur_time)不正确" in office.refused("4203", key(office, "ZY1", cplt_flag="1"))
    office.ok("4204", {"feedetail": [key(office, "ZY1")["data"]], "feedetI": {"bkkp_sn": "2"}})
    office.ok("4201A", lines(stay_line(office, "2", "20.00")))
    assert "完成标志(cplt_flag)不正确" in office.refused("4203", key(office, "ZY1", cplt_flag="0"))
    assert "完成标志(cplt_flag)不能为空" in office.refused("4203", key(office, "ZY1"))
    assert "没有上传过" in office.refused("4203", key(office, "ZY9", cplt_flag="1"))
    assert complete(office, "ZY1")["infcode"] == 0


def test_deletion(office):
    office.ok("4205", visit(office))
    office.ok("4201", {"feedetail": [line(office, "1")]})
    whole = {"feedetail": [key(office)["data"]]}
    assert "不是住院就诊" in office.refused("4204", whole)
    office.ok("4206", key(office))
    assert "没有上传过" in office.refused("4206", key(office))
    assert "没有上传过" in office.refused("4207", key(office))
    office.ok("4201A", lines(stay_line(office, "1"), stay_line(office, "2"), stay_line(office, "3")))
    gone = {"feedetail": [key(office, "ZY1")["data"]]}
    office.ok("4204", {**gone, "feedetI": {"bkkp_sn": "2"}})
    assert "未查询到" in office.refused("4204", {**gone, "feedetI": {"bkkp_sn": "2"}})
    assert count(office, "ZY1") == "2"
    office.ok("4204", gone)
    assert count(office, "ZY1") == "0"
    assert "不是门诊就诊" in office.refused("4206", key(office, "ZY1"))
    assert "feedetail" in office.refused("4204", {"feedetI": {"bkkp_sn": "2"}})


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"mdtrt_sn": ""}, "就医流水号(mdtrt_sn)不能为空"),
        ({"mdtrt_sn": "ZF2"}, "就医流水号(mdtrt_sn)不正确：同一报文只能有一次就诊"),
        ({"feedetl_sn": "1"}, "费用明细流水号(feedetl_sn)1重复"),
        ({"det_item_fee_sumamt": "10.02"}, "明细项目费用总额(det_item_fee_sumamt)与单价"),
        ({"det_item_fee_sumamt": "-10.00", "pric": "-10.00"}, "明细项目费用总额(det_item_fee_sumamt)"),
        ({"certno": "530102196001010001"}, "证件号码(certno)不正确"),
        ({"psn_name": "测试别人"}, "证件号码(certno)不正确"),
        ({"med_type": "21"}, "医疗类别(med_type)不正确"),
        ({"fee_ocur_time": ""}, "费用发生时间(fee_ocur_time)不能为空"),
        ({"med_list_codg": None}, "医疗目录编码(med_list_codg)不能为空"),
    ],
)
def test_lines_of_a_visit(office, change, names):
    office.ok("4205", visit(office))
    rows = [line(office, "1"), {**line(office, "2"), **change}]
    assert names in office.refused("4201", {"feedetail": rows})
    assert count(office) == "0"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"fixmedins_mdtrt_id": "ZY2"}, "医药机构就诊ID(fixmedins_mdtrt_id)不正确"),
        ({"bkkp_sn": "1"}, "费用明细流水号(feedetl_sn)1重复"),
        ({"fixmedins_code": "H50010399901"}, "定点医药机构编号(fixmedins_code)不正确"),
        ({"med_type": "11"}, "医疗类别(med_type)不正确"),
        ({"inscp_amt": "9.00", "preselfpay_amt": "0.99"}, "明细项目费用总额(det_item_fee_sumamt)不正确"),
        ({"pric": None}, "单价(pric)不能为空"),
    ],
)
def test_lines_of_a_stay(office, change, names):
    office.ok("4202", stay(office))
    assert names in office.refused("4201A", lines(stay_line(office, "1"), {**stay_line(office, "2"), **change}))
    assert count(office, "ZY1") == "0"
    office.ok("4201A", lines(stay_line(office, "1", inscp_amt="9.00", preselfpay_amt="1.00"), stay_line(office, "2")))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"endtime": ""}, "结束时间(endtime)不能为空"),
        ({"endtime": "2026-12-27 00:00:00"}, "结束时间(endtime)不正确"),
        ({"ipt_days": 8}, "住院天数(ipt_days)不正确"),
        ({"dscg_maindiag_code": "K25.900"}, "(dscg_maindiag_code)不正确"),
        ({"med_type": "11"}, "医疗类别(med_type)不正确"),
        ({"brdy": "1960-01-02"}, "出生日期(brdy)不正确"),
        ({"certno": ""}, "证件号码(certno)不能为空"),
    ],
)
def test_stays_that_cannot_be(office, change, names):
    assert names in office.refused("4202", stay(office, **change))
    nodes = stay(office)
    assert "ownPayPatnDiagListD" in office.refused("4202", {"ownPayPatnMdtrtD": nodes["ownPayPatnMdtrtD"]})
    nodes["ownPayPatnDiagListD"][0]["maindiag_flag"] = "0"
    assert "主诊断(maindiag_flag)" in office.refused("4202", nodes)
    assert "没有上传过" in office.refused("4207", key(office, "ZY1"))


def test_a_visit_is_either_of_a_patient_who_leaves_or_of_one_who_stays(office):
    office.ok("4201A", lines(stay_line(office, "1", fixmedins_mdtrt_id="ZF1")))
    assert "门诊住院类别" in office.refused("4205", visit(office))
    assert "门诊住院类别" in office.refused("4201", {"feedetail": [line(office, "1")]})


def test_a_person_the_platform_knows_must_be_that_person(hub, office):
    known = hub.person("filed_hypertension")
    who = {"certno": known["id_number"], "brdy": ""}
    assert "人证不一致" in office.refused("4205", visit(office, **who))
    office.ok("4205", visit(office, **who, psn_name=known["name"]))


def test_the_older_family_tells_visit_and_diagnoses_beside_the_lines(office):
    nodes = {
        "feedetail": [line(office, "1")],
        "mdtrtinfo": {"mdtrt_id": "ZF1", "begntime": f"{office.today()} 09:00:00", "atddr_name": "示例医师"},
        "diseinfo": [{"mdtrt_id": "ZF1", "dise_type": "1", "maindise_flag": "1", "dise_codg": "I10.x00"}],
    }
    wrong = {**nodes, "diseinfo": [{"mdtrt_id": "ZF2", "dise_codg": "I10.x00"}]}
    assert "就医流水号(mdtrt_sn)不正确" in office.refused("4201", wrong)
    assert "feedetail" in office.refused("4201", {"mdtrtinfo": nodes["mdtrtinfo"]})
    office.ok("4201", nodes)
    assert office.ok("4209", key(office))["data"]["diagCode"] == "I10.x00"
    assert complete(office)["infcode"] == 0


def test_visits_are_the_hospitals_own(office):
    office.ok("4205", visit(office))
    mine, office.code = office.code, "H50010399901"
    office.sign_in()
    assert "没有上传过" in office.refused("4207", key(office))
    asked = {"data": {"psn_cert_type": "01", "certno": WHO["certno"]}}
    assert office.ok("4208", asked)["data"]["recordCounts"] == "0"
    office.ok("4205", visit(office))  # the same number at another hospital is another visit
    office.code = mine
    office.sign_in()
    assert office.ok("4208", asked)["data"]["recordCounts"] == "1"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, "1"),
        ({"psn_name": "测试别人"}, "0"),
        ({"med_type": "13"}, "0"),
        ({"begntime": "2999-01-01 00:00:00"}, "0"),
        ({"medfee_sumam_t": "10.00"}, "1"),
        ({"medfee_sumam_t": "10.01"}, "0"),
        ({"elec_billno_code": "P1"}, "0"),
    ],
)
def test_what_narrows_a_query(office, change, found):
    office.ok("4205", {**visit(office), "feedetail": [stay_line(office, "1", fixmedins_mdtrt_id="ZF1", med_type="11")]})
    asked = {"psn_cert_type": "01", "certno": WHO["certno"], **change}
    assert office.ok("4208", {"data": asked})["data"]["recordCounts"] == found
    assert "证件号码(certno)不能为空" in office.refused("4208", {"data": {"psn_cert_type": "01"}})
    backwards = {"begntime": "2026-02-01 00:00:00", "endtime": "2026-01-01 00:00:00"}
    assert "结束时间(endtime)不正确" in office.refused("4208", {"data": {**asked, **backwards}})
