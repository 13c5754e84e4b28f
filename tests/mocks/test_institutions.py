"""What the platform publishes, item matches with strict codes, review, reports."""

from decimal import Decimal

import pytest

from yidi_mocks import directory
from yidi_sdk.codes import CODE_SETS


def find(cashier, **data):
    return cashier.ok("1201", {"medinsinfo": {"fixmedins_type": "1", **data}})["medinsinfo"]


@pytest.mark.requirement("R003", "R168")
def test_institutions_by_code_and_by_name(hub, cashier):
    (row,) = find(cashier, fixmedins_code="H50010010019")
    assert (row["fixmedins_name"], row["hosp_lv"]) == ("陆军军医大学第一附属医院", "3")
    assert len(row["uscc"]) == 18
    assert {row["fixmedins_code"] for row in find(cashier, fixmedins_name="陆军军医大学")} > {"H50010010019"}
    assert find(cashier, fixmedins_code="H99999999999") == []
    assert find(cashier, fixmedins_type="2", fixmedins_code="H50010010019") == []
    hub.control("/world/institutions/H50010300777", {"name": "新示例医院", "division": "500103"}, "PUT")
    assert find(cashier, fixmedins_name="新示例")[0]["fixmedins_code"] == "H50010300777"
    nothing = {"medinsinfo": {"fixmedins_type": "1"}}
    assert "定点医药机构编号(fixmedins_code)" in cashier.refused("1201", nothing)
    unknown = {"medinsinfo": {"fixmedins_type": "9", "fixmedins_name": "医院"}}
    assert "定点医疗服务机构类型(fixmedins_type)" in cashier.refused("1201", unknown)


def table(cashier, name, **changes):
    data = {"type": name, "parentValue": "", "admdvs": "500103", "date": "2026-05-20", "valiFlag": "1", **changes}
    return cashier.ok("1901", {"data": data})["list"]


@pytest.mark.requirement("R053")
def test_code_tables(cashier):
    rows = table(cashier, "MED_TYPE")
    assert {row["value"]: row["label"] for row in rows} == CODE_SETS["med_type"].values
    assert [row["sort"] for row in rows] == list(range(1, len(rows) + 1))
    assert {row["type"] for row in rows} == {"MED_TYPE"}
    assert {row["value"]: row["label"] for row in table(cashier, "otp_er_refl_flag")} == {"0": "普通", "1": "急诊"}
    assert table(cashier, "med_type", date="2020-12-31") == []
    assert table(cashier, "med_type", valiFlag="0") == []
    assert table(cashier, "med_type", parentValue="1") == []
    base = {"admdvs": "500103", "date": "2026-05-20", "valiFlag": "1"}
    assert "字典类型(type)不正确" in cashier.refused("1901", {"data": {**base, "type": "NO_SUCH"}})
    assert "行政区划(admdvs)" in cashier.refused("1901", {"data": {**base, "type": "gend", "admdvs": "50"}})
    assert "有效标志(valiFlag)" in cashier.refused("1901", {"data": {**base, "type": "gend", "valiFlag": "2"}})


def test_where_the_hubs_tables_and_the_sdks_speak_of_the_same_values():
    """Two copies, held against each other: what differs is meant to."""
    own = {name: dict(found.rows) for name, found in directory.tables().items()}
    both = own.keys() & CODE_SETS.keys()
    assert len(both) > 30
    differing = {name for name in both if CODE_SETS[name].values and own[name] != CODE_SETS[name].values}
    assert differing == {"opsp_dise_code", "psn_insu_stas"}


def test_departments_and_practitioners(cashier):
    rows = cashier.ok("5101", {})["data"]
    assert {"hosp_dept_codg", "hosp_dept_name", "begntime", "caty"} <= rows[0].keys()
    assert "内科" in {row["hosp_dept_name"] for row in rows}
    assert rows[0]["poolarea_no"] == "500103"
    doctors = cashier.ok("5102", {"data": {"prac_psn_type": "1"}})["feedetail"]
    assert "D500103000001" in {row["prac_psn_code"] for row in doctors}
    (one,) = cashier.ok("5102", {"data": {"prac_psn_type": "1", "prac_psn_name": "示例医师"}})["feedetail"]
    assert (
        cashier.ok("5102", {"data": {"prac_psn_type": "2", "prac_psn_code": one["prac_psn_code"]}})["feedetail"] == []
    )
    assert "执业人员分类(prac_psn_type)" in cashier.refused("5102", {"data": {"prac_psn_type": "9"}})
    cashier.code = "H50010010019"
    cashier.sign_in()
    assert {row["poolarea_no"] for row in cashier.ok("5101", {})["data"]} == {"500100"}


def match(cashier, **changes):
    data = {
        "fixmedins_hilist_id": "10023",
        "fixmedins_hilist_name": "示例药",
        "list_type": "101",
        "med_list_codg": "XB01AAA0001",
        "begndate": "2026-01-01",
        "aprvno": "国药准字示例",
        **changes,
    }
    return {"data": data}


def unmatch(cashier, **changes):
    data = {"fixmedins_code": cashier.code, "list_type": "101", "med_list_codg": "XB01AAA0001", **changes}
    return {"data": data}


def test_fees_need_a_match_where_codes_are_strict(hub, cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.register(), "PC-1"
    cashier.describe(visit)
    fees = {"feedetail": [cashier.line(visit, batch, "1")]}
    hub.control("/capabilities", {"strict_codes": True}, "PUT")
    assert "没有有效的目录对照" in cashier.refused("2204", fees)
    assert cashier.ok("3301", match(cashier))["data"] == {"CODE_SUCCESS": "1", "CODE_ERROR": "0"}
    stranger = {"feedetail": [cashier.line(visit, batch, "1", bilg_dr_codg="D9")]}
    assert "开单医生编码(bilg_dr_codg)D9" in cashier.refused("2204", stranger)
    cashier.ok("2204", fees)
    assert cashier.ok("3302", unmatch(cashier))["data"]["CODE_SUCCESS"] == "1"
    more = {"feedetail": [cashier.line(visit, batch, "2")]}
    assert "没有有效的目录对照" in cashier.refused("2204", more)
    hub.control("/capabilities", {"strict_codes": False}, "PUT")
    cashier.ok("2204", more)


def test_a_match_is_of_its_days_and_its_hospital(hub, cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.register(), "PC-1"
    cashier.describe(visit)
    hub.control("/capabilities", {"strict_codes": True}, "PUT")
    cashier.ok("3301", match(cashier, begndate="2020-01-01", enddate="2020-12-31"))
    cashier.ok("3301", match(cashier, begndate="2999-01-01"))
    assert "已有目录对照" in cashier.refused("3301", match(cashier, begndate="2020-06-01", enddate="2020-06-30"))
    assert "没有有效的目录对照" in cashier.refused("2204", {"feedetail": [cashier.line(visit, batch, "1")]})
    assert cashier.ok("3302", unmatch(cashier, fixmedins_hilist_id="10023"))["data"]["CODE_SUCCESS"] == "2"
    assert "没有有效的目录对照" in cashier.refused("3302", unmatch(cashier))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"list_type": "999"}, "医疗目录类别(list_type)不正确"),
        ({"list_type": "301"}, "医疗目录编码(med_list_codg)不正确"),
        ({"med_list_codg": "0030000"}, "医疗目录编码(med_list_codg)不正确"),
        ({"enddate": "2025-01-01"}, "结束日期(enddate)不正确"),
        ({"listType": "201"}, "(listType)不正确"),
        ({"aprvno": ""}, "批准文号(aprvno)不能为空"),
    ],
)
def test_matches_that_cannot_be(cashier, change, names):
    assert names in cashier.refused("3301", match(cashier, **change))
    assert "没有有效的目录对照" in cashier.refused("3302", unmatch(cashier))
    others = unmatch(cashier, fixmedins_code="H50010399901")
    assert "定点医药机构编号(fixmedins_code)不正确" in cashier.refused("3302", others)


def order(number, code="XB01AAA0001", price="100.00", **changes):
    return {
        "rx_id": number,
        "rxno": "1",
        "long_drord_flag": "0",
        "hilist_type": "101",
        "chrg_type": "09",
        "drord_bhvr": "1",
        "hilist_code": code,
        "hilist_name": "示例药",
        "hilist_lv": "01",
        "hilist_pric": Decimal(price),
        "hosplist_code": "10023",
        "hosplist_name": "示例药",
        "cnt": Decimal("2.00"),
        "pric": Decimal(price),
        "sumamt": 2 * Decimal(price),
        "ownpay_amt": 0,
        "selfpay_amt": 0,
        "spec": "1",
        "spec_unt": "盒",
        "drord_begn_date": "2026-05-20",
        "drord_dept_codg": "A03",
        "drord_dept_name": "内科",
        "drord_dr_codg": "D500103000001",
        "drord_dr_name": "示例医师",
        "drord_dr_profttl": "1",
        "curr_drord_flag": "1",
        **changes,
    }


def asked(cashier, *orders, top=None, patient=None, **changes):
    encounter = {
        "mdtrt_id": "V1",
        "medins_id": cashier.code,
        "medins_name": "示例市人民医院(虚构)",
        "medins_admdvs": "500103",
        "medins_type": "1",
        "medins_lv": "3",
        "adm_date": "2026-05-20",
        "dscg_date": "2026-05-20",
        "dscg_main_dise_codg": "I10.x00",
        "dscg_main_dise_name": "高血压",
        "dr_codg": "D500103000001",
        "adm_dept_codg": "A03",
        "adm_dept_name": "内科",
        "dscg_dept_codg": "A03",
        "dscg_dept_name": "内科",
        "med_mdtrt_type": "1",
        "med_type": "11",
        "matn_stas": "0",
        "medfee_sumamt": "1000.00",
        "ownpay_amt": "0.00",
        "selfpay_amt": "0.00",
        "setl_totlnum": 1,
        "insutype": "310",
        "reim_flag": "1",
        "out_setl_flag": "1",
        "fsi_order_dtos": list(orders),
        **changes,
    }
    person = {
        "patn_id": "P1",
        "patn_name": "测试甲",
        "gend": "1",
        "brdy": "1960-01-01",
        "curr_mdtrt_id": "V1",
        "fsi_encounter_dtos": [encounter],
        **(patient or {}),
    }
    return {"data": {"syscode": "HIS", "trig_scen": "1", "patient_dtos": [person], **(top or {})}}


@pytest.mark.parametrize("infno", ["3101", "3102"])
def test_findings(cashier, infno):
    assert cashier.ok(infno, asked(cashier, order("1")))["result"] == []
    dear = order("3", "C010100", "900.00", hilist_lv="02")
    hidden = order("4", "X990001", "5.00")
    found = cashier.ok(infno, asked(cashier, order("1"), order("2"), dear, hidden))["result"]
    assert [(row["rule_id"], row["vola_amt"]) for row in found] == [
        ("HUB-01", Decimal("200.00")),
        ("HUB-02", Decimal("200.00")),
        ("HUB-03", Decimal("10.00")),
    ]
    assert [row["judge_result_detail_dtos"][0]["rx_id"] for row in found] == ["2", "3", "4"]
    assert {row["mdtrt_id"] for row in found} == {"V1"}
    one = {"rule_ids": ["HUB-02"], "trig_scen": "", "task_id": "T1"}
    (row,) = cashier.ok(infno, asked(cashier, order("1"), order("2"), dear, hidden, top=one))["result"]
    assert row["jr_id"] == "T1-1"


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"top": {"trig_scen": ""}}, "触发场景(trig_scen)不正确"),
        ({"top": {"rule_ids": ["X"]}}, "规则标识集合(rule_ids)不正确"),
        ({"top": {"rule_ids": [{}]}}, "规则标识集合(rule_ids)不正确"),
        ({"top": {"patient_dtos": []}}, "patient_dtos"),
        ({"patient": {"patn_name": ""}}, "姓名(patn_name)不能为空"),
        ({"patient": {"fsi_encounter_dtos": []}}, "fsi_encounter_dtos"),
        ({"patient": {"curr_mdtrt_id": "V2"}}, "当前就诊标识(curr_mdtrt_id)V2"),
        ({"medins_id": "H50010399901"}, "定点医疗机构ID(medins_id)不正确"),
        ({"dscg_date": "2026-05-19"}, "出院日期(dscg_date)不正确"),
        ({"ownpay_amt": "1000.01"}, "医疗费总额(medfee_sumamt)不正确"),
        ({"med_type": ""}, "医疗类别(med_type)不能为空"),
    ],
)
def test_questions_that_cannot_be(cashier, changes, names):
    assert names in cashier.refused("3101", asked(cashier, order("1"), **changes))


def test_orders_are_checked(cashier):
    assert "(sumamt)不正确" in cashier.refused("3101", asked(cashier, order("1", sumamt="1.00")))
    stopped = order("1", drord_stop_date="2026-05-19")
    assert "(drord_stop_date)不正确" in cashier.refused("3101", asked(cashier, stopped))


def test_reports(cashier):
    cashier.serve("filed_hypertension")
    rows = cashier.ok("5401", {"bilgiteminfo": {"psn_no": cashier.psn_no}})["bilgiteminfo"]
    assert [row["rpotc_no"] for row in rows] == ["RPT-CT-0001", "RPT-LAB-0001"]
    narrow = {"psn_no": cashier.psn_no, "exam_item_code": "LAB-GLU"}
    assert len(cashier.ok("5401", {"bilgiteminfo": narrow})["bilgiteminfo"]) == 1
    assert cashier.ok("5401", {"bilgiteminfo": {**narrow, "exam_org_code": "H1"}})["bilgiteminfo"] == []
    key = {"psn_no": cashier.psn_no, "rpotc_no": "RPT-LAB-0001", "fixmedins_code": "H50010399901"}
    found = cashier.ok("5402", {"rptdetailinfo": key})
    assert [row["exam_item_detl_code"] for row in found["inspectiondetails"]] == ["GLU", "HBA1C"]
    assert found["checkreportdetails"] == []
    (image,) = cashier.ok("5402", {"rptdetailinfo": {**key, "rpotc_no": "RPT-CT-0001"}})["checkreportdetails"]
    assert image["exam_ccls"] == "未见明显异常"
    assert "报告单号(rpotc_no)" in cashier.refused("5402", {"rptdetailinfo": {**key, "fixmedins_code": "H1"}})
    assert "人员编号(psn_no)不能为空" in cashier.refused("5401", {"bilgiteminfo": {"exam_item_code": "1"}})
    cashier.serve("not_filed")
    assert cashier.ok("5401", {"bilgiteminfo": {"psn_no": cashier.psn_no}})["bilgiteminfo"] == []
    assert "报告单号(rpotc_no)" in cashier.refused("5402", {"rptdetailinfo": {**key, "psn_no": cashier.psn_no}})
