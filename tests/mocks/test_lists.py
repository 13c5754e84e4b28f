"""Settlement lists, statements and approvals: what says again what was settled agrees with it to the fen."""

from decimal import Decimal

import pytest
from mocks.ward import BED, Ward


@pytest.fixture
def settled(cashier):
    """A settled chronic basket of three kinds of fee: cashier and the answer of the settlement."""
    cashier.serve("filed_hypertension")
    visit, batch = cashier.register("MZ1"), "PC-1"
    cashier.describe(visit, "14", "M03900")
    lines = [
        cashier.line(visit, batch, "1", "100.00", dise_codg="M03900"),
        cashier.line(visit, batch, "2", "60.00", dise_codg="M03900", med_list_codg="XC09AAA001"),
        cashier.line(visit, batch, "3", "40.00", dise_codg="M03900", med_list_codg="ZF00001"),
    ]
    cashier.charge(visit, batch, *lines)
    return cashier, cashier.settle(visit, batch, "200.00", "14")


def listed(cashier, answer, **changes):
    """4101 typed from the facts, for what was settled."""
    info = answer["setlinfo"]
    share = info["acct_pay"] + info["psn_cash_pay"]
    head = {
        "mdtrt_id": info["mdtrt_id"],
        "setl_id": info["setl_id"],
        "fixmedins_name": "示例市人民医院(虚构)",
        "fixmedins_code": cashier.code,
        "medcasno": "BA0001",
        "psn_name": info["psn_name"],
        "gend": info["gend"],
        "brdy": info["brdy"],
        "ntly": "CHN",
        "naty": "01",
        "patn_cert_type": "01",
        "certno": info["certno"],
        "prfs": "90",
        "coner_name": "测试乙",
        "patn_rlts": "1",
        "coner_addr": "示例市示例路1号",
        "coner_tel": "00000000000",
        "hi_type": "1",
        "insuplc": cashier.insuplc,
        "ipt_med_type": "1",
        "adm_caty": "A03",
        "dscg_caty": "A03",
        "bill_code": "0001",
        "bill_no": "0000001",
        "biz_sn": "YW0001",
        "setl_begn_date": cashier.today(),
        "setl_end_date": cashier.today(),
        "psn_selfpay": share - info["fulamt_ownpay_amt"],
        "psn_ownpay": info["fulamt_ownpay_amt"],
        "acct_pay": info["acct_pay"],
        "psn_cashpay": info["psn_cash_pay"],
        "hi_paymtd": "1",
        "hsorg": "示例医保中心",
        "hsorg_opter": "示例经办人",
        "medins_fill_dept": "医保办",
        "medins_fill_psn": "示例填报人",
    }
    diagnosis = {"diag_type": "1", "diag_code": "I10.x00", "diag_name": "高血压", "maindiag_flag": "1"}
    return {
        "setlinfo": {**head, **changes},
        "payinfo": [{name: row[name] for name in ("fund_pay_type", "fund_payamt")} for row in answer["setldetail"]],
        "diseinfo": [diagnosis],
        "iteminfo": [item("09", "160.00", b="100.00", a="60.00"), item("14", "40.00", own="40.00")],
    }


def item(kind, amount, *, a="0.00", b="0.00", own="0.00", other="0.00"):
    parts = {"claa_sumfee": a, "clab_amt": b, "fulamt_ownpay_amt": own, "oth_amt": other}
    return {"med_chrgitm": kind, "amt": Decimal(amount), **{name: Decimal(text) for name, text in parts.items()}}


def key(cashier, answer):
    return {"psn_no": cashier.psn_no, "setl_id": answer["setlinfo"]["setl_id"]}


def state(cashier, answer, value):
    return {"stastinfo": [{**key(cashier, answer), "stas_type": value}]}


@pytest.mark.requirement("R043", "R103")
def test_a_list_agrees_with_its_settlement_and_is_read_back(settled):
    cashier, answer = settled
    number = cashier.ok("4101", listed(cashier, answer))["data"]["setl_list_id"]
    found = cashier.ok("4103", {"data": key(cashier, answer)})
    info, amounts = found["setlinfo"], answer["setlinfo"]
    assert (info["setl_list_sn"], info["medcasno"], info["setl_begndate"]) == (number, "BA0001", cashier.today())
    assert info["psn_selfpay_amt"] + info["psn_ownpay_fee"] == amounts["acct_pay"] + amounts["psn_cash_pay"]
    assert sum(row["item_sumamt"] for row in found["iteminfo"]) == amounts["medfee_sumamt"] == Decimal("200.00")
    assert [row["fund_payamt"] for row in found["payinfo"]] == [row["fund_payamt"] for row in answer["setldetail"]]
    assert found["diseinfo"][0]["diag_code"] == "I10.x00"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"setl_id": "1"}, "结算ID(setl_id)不存在"),
        ({"mdtrt_id": "1"}, "就诊ID(mdtrt_id)不正确"),
        ({"fixmedins_code": "H50010399901"}, "定点医药机构编号(fixmedins_code)不正确"),
        ({"psn_name": "测试别人"}, "人员姓名(psn_name)不正确"),
        ({"certno": "530102196001010000"}, "证件号码(certno)不正确"),
        ({"brdy": "1960-01-01"}, "出生日期(brdy)不正确"),
        ({"insuplc": "440100"}, "参保地(insuplc)不正确"),
        ({"acct_pay": "0.01"}, "个人账户支出(acct_pay)不正确"),
        ({"psn_cashpay": "0.01"}, "个人现金支付(psn_cashpay)不正确"),
        ({"psn_ownpay": "39.99"}, "个人自费(psn_ownpay)不正确"),
        ({"psn_selfpay": "0.01"}, "个人自付(psn_selfpay)不正确"),
        ({"setl_end_date": "2020-01-01"}, "结算结束日期(setl_end_date)不正确"),
        ({"adm_time": "2026-01-02 00:00:00", "dscg_time": "2026-01-01 00:00:00"}, "出院时间(dscg_time)不正确"),
        ({"diag_code_cnt": 2}, "诊断代码计数(diag_code_cnt)不正确"),
        ({"oprn_oprt_code_cnt": 1}, "手术操作代码计数(oprn_oprt_code_cnt)不正确"),
        ({"medcasno": ""}, "病案号(medcasno)不能为空"),
    ],
)
def test_a_list_that_says_something_else(settled, change, names):
    cashier, answer = settled
    assert names in cashier.refused("4101", listed(cashier, answer, **change))
    assert "没有上传结算清单" in cashier.refused("4103", {"data": key(cashier, answer)})


@pytest.mark.parametrize(
    ("node", "rows", "names"),
    [
        ("payinfo", [{"fund_pay_type": "310100", "fund_payamt": "0.01"}], "基金支付金额(fund_payamt)不正确"),
        ("payinfo", [{"fund_pay_type": "610100", "fund_payamt": "1.00"}], "基金支付金额(fund_payamt)不正确"),
        ("iteminfo", [item("09", "160.00", b="100.00", a="60.00")], "医疗收费项目(med_chrgitm)不正确"),
        ("iteminfo", [item("09", "160.00", b="160.00"), item("14", "39.99", own="39.99")], "金额(amt)不正确"),
        ("iteminfo", [item("09", "160.00", b="159.99"), item("14", "40.00", own="40.00")], "金额(amt)不正确"),
        ("iteminfo", [item("09", "160.00", b="160.00"), item("14", "40.00", a="40.00")], "全自费金额"),
        ("diseinfo", [], None),
        (
            "diseinfo",
            [{"diag_type": "1", "diag_code": "I10", "diag_name": "高血压", "maindiag_flag": "0"}],
            "主诊断(maindiag_flag)",
        ),
        (
            "icuinfo",
            [
                {
                    "scs_cutd_ward_type": "1",
                    "scs_cutd_inpool_time": "2026-01-02 00:00:00",
                    "scs_cutd_exit_time": "2026-01-01 00:00:00",
                    "scs_cutd_sum_dura": "0/0/0",
                }
            ],
            "重症监护退出时间(scs_cutd_exit_time)不正确",
        ),
    ],
)
def test_the_parts_of_a_list(settled, node, rows, names):
    cashier, answer = settled
    nodes = {**listed(cashier, answer), node: rows}
    if names is None:
        cashier.ok("4101", nodes)
    else:
        assert names in cashier.refused("4101", nodes)


def test_a_submitted_list_is_closed(settled):
    cashier, answer = settled
    first = cashier.ok("4101", listed(cashier, answer))
    assert cashier.ok("4101", listed(cashier, answer, medcasno="BA0002")) == first
    cashier.ok("4102", state(cashier, answer, "1"))
    assert cashier.ok("4103", {"data": key(cashier, answer)})["setlinfo"]["stas_type"] == "1"
    assert "已提交" in cashier.refused("4101", listed(cashier, answer))
    cashier.ok("4102", state(cashier, answer, "0"))
    cashier.ok("4101", listed(cashier, answer, medcasno="BA0003"))
    assert cashier.ok("4103", {"data": key(cashier, answer)})["setlinfo"]["medcasno"] == "BA0003"


def test_states_change_together_or_not_at_all(settled):
    cashier, answer = settled
    cashier.ok("4101", listed(cashier, answer))
    row = state(cashier, answer, "1")["stastinfo"][0]
    assert "没有上传结算清单" in cashier.refused("4102", {"stastinfo": [row, {**row, "setl_id": "1"}]})
    assert "没有上传结算清单" in cashier.refused("4102", {"stastinfo": [{**row, "psn_no": "1"}]})
    assert "状态分类(stas_type)不正确" in cashier.refused("4102", state(cashier, answer, "7"))
    assert "状态分类(stas_type)不能为空" in cashier.refused("4102", state(cashier, answer, ""))
    assert cashier.ok("4103", {"data": key(cashier, answer)})["setlinfo"]["stas_type"] == "0"


def test_the_list_of_an_undone_settlement_is_void(settled):
    cashier, answer = settled
    cashier.ok("4101", listed(cashier, answer))
    cashier.ok("2208", {"data": {**key(cashier, answer), "mdtrt_id": answer["setlinfo"]["mdtrt_id"]}})
    for infno, nodes in (
        ("4101", listed(cashier, answer)),
        ("4102", state(cashier, answer, "1")),
        ("4103", {"data": key(cashier, answer)}),
    ):
        assert "结算清单作废" in cashier.refused(infno, nodes)
    count = {"fixmedins_code": cashier.code}
    assert cashier.ok("4105", {"data": count})["data"] == []
    assert cashier.ok("4105", {"data": {**count, "refd_setl_flag": "1"}})["data"][0]["count"] == 1


LATER = ("psn_name", "gend", "brdy", "certno", "patn_cert_type", "naty", "hi_type", "insuplc", "adm_caty", "hsorg")
NOT_IN_A = frozenset(
    {*LATER, "fixmedins_name", "fixmedins_code", "hsorg_opter", "psn_selfpay", "psn_ownpay", "acct_pay", "psn_cashpay"}
)


def test_the_later_variant(settled):
    cashier, answer = settled
    nodes = listed(cashier, answer, psn_no=cashier.psn_no, resp_nurs_code="N1", stas_type="1")
    head = {name: value for name, value in nodes["setlinfo"].items() if name not in NOT_IN_A}
    assert "就诊ID(mdtrt_id)" in cashier.refused("4101A", {"setlinfo": {**head, "mdtrt_id": "1"}})
    assert "状态分类(stas_type)" in cashier.refused("4101A", {"setlinfo": {**head, "stas_type": "5"}})
    cashier.ok("4101A", {"setlinfo": head, "diseinfo": nodes["diseinfo"]})
    info = cashier.ok("4103", {"data": key(cashier, answer)})["setlinfo"]
    assert (info["stas_type"], info["psn_cashpay"]) == ("1", answer["setlinfo"]["psn_cash_pay"])


def test_quality_and_counts(settled):
    cashier, answer = settled
    month = cashier.today()[:7].replace("-", "")
    nothing = cashier.ok("4104", {"data": {"setl_ym": month}})
    assert (nothing["deraukubfi"], nothing["data"]) == ([], None)
    cashier.ok("4101", {**listed(cashier, answer), "diseinfo": []})
    found = cashier.ok("4104", {"data": {"setl_id": answer["setlinfo"]["setl_id"]}})
    assert {row["exam_data_fld"] for row in found["deraukubfi"]} == {"opsp_diag_caty", "diseinfo"}
    assert (found["data"]["qltctrl_rslt"], found["data"]["err_lv"], found["data"]["setl_ym"]) == ("0", "1", month)
    cashier.ok("4101", listed(cashier, answer, opsp_diag_caty="A03"))
    assert cashier.ok("4104", {"data": {"psn_no": cashier.psn_no}})["data"]["qltctrl_rslt"] == "1"
    assert cashier.ok("4104", {"data": {"err_lv": "1"}})["data"] is None
    assert cashier.ok("4104", {"data": {"setl_ym": "202001"}})["data"] is None
    assert cashier.ok("4104", {"data": {"page_num": "2", "page_size": "5"}})["data"] is None
    assert "当前页数(page_num)不正确" in cashier.refused("4104", {"data": {"page_num": "0"}})
    asked = {"fixmedins_code": cashier.code, "medtype_list": "14,21", "clr_way_list": "1"}
    assert cashier.ok("4105", {"data": asked})["data"] == [{"med_type": "14", "clr_way": "1", "count": 1}]
    assert cashier.ok("4105", {"data": {**asked, "medtype_list": "11"}})["data"] == []
    later = {**asked, "stt_begntime": "2999-01-01 00:00:00"}
    assert cashier.ok("4105", {"data": later})["data"] == []
    assert "统计结束时间" in cashier.refused("4105", {"data": {**later, "stt_endtime": "2020-01-01 00:00:00"}})
    assert "定点医药机构编号" in cashier.refused("4105", {"data": {"fixmedins_code": "H50010399901"}})


def test_the_printed_statement(settled):
    cashier, answer = settled
    info = answer["setlinfo"]
    found = cashier.ok("5260", {"data": {**key(cashier, answer), "mdtrt_id": info["mdtrt_id"]}})
    assert found["setlinfo"]["medfee_sumamt"] == info["medfee_sumamt"]
    assert found["setlinfo"]["cash_payamt"] == info["psn_cash_pay"]
    assert sum(row["item_sumamt"] for row in found["setldetail"]) == info["medfee_sumamt"]
    assert sum(row["fund_payamt"] for row in found["funddetail"]) == sum(
        row["fund_payamt"] for row in answer["setldetail"]
    )
    assert found["cumulative"]["insutype310_pay"] == f"{info['fund_pay_sumamt']:.2f}"
    assert "就诊ID(mdtrt_id)" in cashier.refused("5260", {"data": {**key(cashier, answer), "mdtrt_id": "1"}})
    assert "结算ID(setl_id)不能为空" in cashier.refused("5260", {"data": {"psn_no": cashier.psn_no}})
    period = {"psn_no": cashier.psn_no, "begntime": f"{cashier.today()} 00:00:00", "endtime": "2999-01-01 00:00:00"}
    assert cashier.ok("5261", {"data": period})["setlinfo"]["setl_id"] == info["setl_id"]
    assert "结束时间(endtime)不正确" in cashier.refused("5261", {"data": {**period, "endtime": "2020-01-01 00:00:00"}})
    cashier.ok("2208", {"data": {**key(cashier, answer), "mdtrt_id": info["mdtrt_id"]}})
    assert cashier.ok("5261", {"data": period})["setlinfo"] is None
    assert "未查询到结算信息" in cashier.refused("5260", {"data": key(cashier, answer)})


def test_benefits_and_designations_that_were_approved(hub, cashier):
    cashier.serve("filed_hypertension")
    asked = {"psn_no": cashier.psn_no, "med_type": "14"}
    (row,) = cashier.ok("1160", {"data": asked})["spinfo"]
    assert (row["dise_no"], row["psn_trt_type_name"]) == ("M03900", "门诊慢特病")
    assert cashier.ok("1160", {"data": {**asked, "med_type": "11"}})["spinfo"] == []
    assert cashier.ok("1160", {"data": {**asked, "begntime": "2001-01-01 00:00:00"}})["spinfo"] == []
    hub.control(f"/world/people/{cashier.psn_no}", {"designated": [cashier.code]}, "PATCH")
    (row,) = cashier.ok("5360", {"data": {"psn_no": cashier.psn_no, "insutype": cashier.insutype}})["data"]
    assert row["dise_codg"] == "M03900"
    assert row["exp_content"] == {"fixmedins_codes": [cashier.code]}
    assert "人员姓名" in cashier.refused("5360", {"data": {"psn_no": cashier.psn_no, "psn_name": "测试别人"}})
    assert "险种类型" in cashier.refused("5360", {"data": {"psn_no": cashier.psn_no, "insutype": "340"}})
    assert "人员编号(psn_no)不能为空" in cashier.refused("5360", {"data": {"insutype": "310"}})


@pytest.mark.requirement("R043", "R102")
def test_the_list_of_a_stay(cashier):
    ward = Ward(cashier, "filed_hypertension")
    ward.admit()
    ward.charge(ward.line("1", "800.00"), ward.line("2", "120.00", BED), ward.back("3", "1", "-300.00"))
    ward.discharge()
    answer = ward.settle()
    day = ward.day()
    nodes = listed(cashier, answer, adm_time=f"{day} 08:00:00", dscg_time=f"{day} 16:00:00", dscg_way="1")
    nodes["iteminfo"] = [item("01", "120.00", a="120.00"), item("09", "500.00", b="500.00")]
    for name, label in (("adm_time", "入院时间"), ("dscg_time", "出院时间")):
        head = {**nodes["setlinfo"], name: "2026-01-01 00:00:00"}
        assert label in cashier.refused("4101", {**nodes, "setlinfo": head})
    wrong = [item("01", "120.00", a="120.00"), item("09", "800.00", b="800.00")]
    assert "收费项目09与费用明细合计500.00不一致" in cashier.refused("4101", {**nodes, "iteminfo": wrong})
    nodes["iteminfo"].append(item("14", "0.00"))  # a kind with nothing in it may stand there
    cashier.ok("4101", nodes)
    found = cashier.ok("4103", {"data": key(cashier, answer)})
    assert {row["med_chrgitm_type"]: row["item_sumamt"] for row in found["iteminfo"]} == {
        "01": Decimal("120.00"),
        "09": Decimal("500.00"),
    }
    assert sum(row["item_sumamt"] for row in found["iteminfo"]) == answer["setlinfo"]["medfee_sumamt"]
    quality = cashier.ok("4104", {"data": {"psn_no": cashier.psn_no}})
    assert {row["exam_data_fld"] for row in quality["deraukubfi"]} == {"chfpdr_code", "act_ipt_days"}
    asked = {"fixmedins_code": cashier.code, "medtype_list": "21"}
    assert cashier.ok("4105", {"data": asked})["data"][0]["count"] == 1
