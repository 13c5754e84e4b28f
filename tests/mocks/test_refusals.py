"""Nothing unknown ever succeeds, and every refusal names what is wrong in plain Chinese."""

import pytest

from yidi_mocks.exchange import PATHS
from yidi_sdk import wire


@pytest.fixture
def ready(cashier):
    """A charged chronic basket of somebody whom nothing hinders."""
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    return cashier, visit, batch


def person_data(cashier, **changes):
    data = {"mdtrt_cert_type": "02", "mdtrt_cert_no": cashier.hub.person("filed_hypertension")["id_number"], **changes}
    return {"data": {name: value for name, value in data.items() if value is not ...}}


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"msgid": ...}, "发送方报文ID(msgid)"),
        ({"msgid": "X" * 31}, "发送方报文ID(msgid)长度超过30"),
        ({"mdtrtarea_admvs": "5001"}, "就医地医保区划(mdtrtarea_admvs)"),
        ({"opter_type": "9"}, "经办人类别(opter_type)"),
        ({"inf_time": "2026-13-01 00:00:00"}, "交易时间(inf_time)"),
        ({"inf_time": "20261121"}, "交易时间(inf_time)"),
        ({"fixmedins_code": "H99999999999"}, "定点医药机构编号(fixmedins_code)"),
        ({"fixmedins_name": ""}, "定点医药机构名称(fixmedins_name)"),
        ({"opter": 1}, "经办人(opter)"),
        ({"surprise": "1"}, "surprise"),
        ({"input": ...}, "input"),
        ({"input": "text"}, "input"),
        ({"input": {"data": []}}, "节点data"),
        ({"input": {"other": {}}}, "节点other"),
        ({"sign_no": ""}, "未签到"),
        ({"sign_no": "SIGN0000001"}, "签到失效"),
    ],
)
def test_envelope(cashier, change, names):
    assert names in cashier.refused("1101", person_data(cashier), **change)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"mdtrt_cert_type": ...}, "就诊凭证类型(mdtrt_cert_type)不能为空"),
        ({"mdtrt_cert_type": ""}, "就诊凭证类型(mdtrt_cert_type)不能为空"),
        ({"mdtrt_cert_type": "77"}, "就诊凭证类型(mdtrt_cert_type)取值77"),
        ({"mdtrt_cert_no": "1" * 51}, "就诊凭证编号(mdtrt_cert_no)长度超过50"),
        ({"mdtrt_cert_no": 530}, "就诊凭证编号(mdtrt_cert_no)格式错误"),
        ({"mdtrt_cert_no": "530102190001010001"}, "该参保人的基本信息为空"),
        ({"mdtrt_cert_type": "03"}, "卡识别码(card_sn)不能为空"),
        ({"begntime": "2026-11-21"}, "开始时间(begntime)"),
        ({"psn_name": "测试别人"}, "人员姓名(psn_name)"),
        ({"psnno": "1"}, "data.psnno"),
    ],
)
def test_fields_of_a_query(cashier, change, names):
    assert names in cashier.refused("1101", person_data(cashier, **change))


def test_every_way_to_show_a_credential(hub, cashier):
    kinds = {"e_credential": "01", "id_card": "02", "social_card": "03"}
    for row in hub.personas().values():
        shown = row["credential"]
        data = {
            "mdtrt_cert_type": kinds[shown["kind"]],
            "mdtrt_cert_no": shown["value"],
            "card_sn": shown["card_sn"] or "",
        }
        assert cashier.ok("1101", {"data": data})["baseinfo"]["psn_no"] == row["psn_no"]


def test_unknown_transaction_answers_outside_the_envelope(cashier):
    answer = cashier.send("9999", {"data": {}})
    assert set(answer) == {"type", "infcode", "err_msg"}
    assert answer["infcode"] == -1
    assert "未知交易编号" in answer["err_msg"]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"1", b'{"infno":"1101"', b"\xff\xfe"])
def test_what_is_no_message(cashier, raw):
    status, body = cashier.post(raw)
    assert status == 200
    assert wire.loads(body)["infcode"] == -1


def test_paths(cashier):
    for path, infno in PATHS.items():
        status, _ = cashier.post(b"{}", path)
        assert status == 200
        if infno not in (None, "1101"):
            answer = cashier.send("1101", person_data(cashier), path)
            assert "请求地址" in answer["err_msg"]
    assert cashier.send("1101", person_data(cashier), "/fsi/api/fsiPsnInfoService/queryPsnInfo")["infcode"] == 0
    assert cashier.post(b"{}", "/fsi/api/elsewhere")[0] == 404


def test_one_msgid_once(cashier):
    cashier.ok("1101", person_data(cashier), msgid="TWICE")
    assert "报文ID重复" in cashier.refused("1101", person_data(cashier), msgid="TWICE")


def test_insured_division_is_required_with_a_person_number(ready):
    cashier, _, _ = ready
    data = {"data": {"psn_no": cashier.psn_no}}
    assert "参保地医保区划(insuplc_admdvs)不能为空" in cashier.refused("5301", data, insuplc_admdvs="")
    assert "参保地医保区划(insuplc_admdvs)与参保信息不符" in cashier.refused("5301", data, insuplc_admdvs="440100")
    assert "人员编号(psn_no)" in cashier.refused("5301", {"data": {"psn_no": "1"}})


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"det_item_fee_sumamt": "1.234"}, "明细项目费用总额(det_item_fee_sumamt)格式错误：小数位数"),
        ({"det_item_fee_sumamt": "1e2"}, "明细项目费用总额(det_item_fee_sumamt)"),
        ({"det_item_fee_sumamt": "123456789012345"}, "明细项目费用总额(det_item_fee_sumamt)长度"),
        ({"det_item_fee_sumamt": ""}, "明细项目费用总额(det_item_fee_sumamt)不能为空"),
        ({"det_item_fee_sumamt": "50.00"}, "明细项目费用总额(det_item_fee_sumamt)与单价"),
        ({"det_item_fee_sumamt": "-1.00", "pric": "-1.00"}, "明细项目费用总额(det_item_fee_sumamt)"),
        ({"cnt": True}, "数量(cnt)"),
        ({"rx_circ_flag": "2"}, "外购处方标志(rx_circ_flag)"),
        ({"fee_ocur_time": "2026-02-30 00:00:00"}, "费用发生时间(fee_ocur_time)"),
        ({"dise_codg": ""}, "病种编码(dise_codg)"),
        ({"dise_codg": "M01600"}, "病种编码(dise_codg)"),
        ({"feedetl_sn": "MZ1-1"}, "费用明细流水号(feedetl_sn)"),
        ({"psn_no": "2"}, "人员编号(psn_no)"),
        ({"unheard": "2"}, "feedetail.unheard"),
    ],
)
def test_fee_lines(ready, change, names):
    cashier, visit, batch = ready
    line = {**cashier.line(visit, batch, "L2", dise_codg="M03900"), **change}
    assert names in cashier.refused("2204", {"feedetail": [cashier.line(visit, batch, "L1", dise_codg="M03900"), line]})
    assert len(cashier.ok("5204", {"data": {"psn_no": cashier.psn_no, "mdtrt_id": visit}})["data"]) == 1


@pytest.mark.parametrize("nodes", [{}, {"feedetail": []}, {"feedetail": {}}, {"feedetail": [1]}])
def test_missing_lines(ready, nodes):
    assert "feedetail" in ready[0].refused("2204", nodes)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"medfee_sumamt": "100.01"}, "医疗费总额(medfee_sumamt)"),
        ({"inscp_scp_amt": "89.99"}, "(inscp_scp_amt)与费用明细分割金额不一致"),
        ({"fulamt_ownpay_amt": "0.01"}, "全自费金额(fulamt_ownpay_amt)"),
        ({"med_type": "11"}, "医疗类别(med_type)"),
        ({"chrg_bchno": "OTHER"}, "请先上传门诊费用明细"),
        ({"mdtrt_id": "1"}, "就诊ID(mdtrt_id)"),
        ({"insutype": "390"}, "险种类型(insutype)"),
        ({"mdtrt_cert_no": "530102196005120014"}, "就诊凭证编号(mdtrt_cert_no)"),
        ({"mid_setl_flag": "1"}, "中途结算(mid_setl_flag)"),
        ({"acct_used_flag": ""}, "个人账户使用标志(acct_used_flag)不能为空"),
        ({"psn_setlway": "09"}, "个人结算方式(psn_setlway)"),
    ],
)
def test_settlement(ready, change, names):
    cashier, visit, batch = ready
    data = cashier.settle_data(visit, batch, "100.00", "14")
    assert names in cashier.refused("2207", {"data": {**data, **change}})
    assert cashier.hub.ledger() == []


def test_a_batch_settles_once(ready):
    cashier, visit, batch = ready
    data = cashier.settle_data(visit, batch, "100.00", "14")
    cashier.ok("2207", {"data": data})
    assert "请勿重复结算" in cashier.refused("2207", {"data": data})
    assert len(cashier.hub.ledger()) == 1


def test_order_of_undoing(ready):
    cashier, visit, batch = ready
    cancel = {"data": {"mdtrt_id": visit, "psn_no": cashier.psn_no, "ipt_otp_no": "MZ1"}}
    fees = {"data": {"mdtrt_id": visit, "chrg_bchno": batch, "psn_no": cashier.psn_no}}
    assert "请先撤销费用明细" in cashier.refused("2202", cancel)
    cashier.settle(visit, batch, "100.00", "14")
    assert "请先撤销结算" in cashier.refused("2205", fees)
    assert "请先撤销结算" in cashier.refused("2202", cancel)
    assert {v["rule"] for v in cashier.hub.control("/report")["violations"]} == {"wrong_order"}


def refused_settlement(cashier, name, disease="", total="100.00", **flags):
    cashier.serve(name)
    visit, batch = cashier.basket("MZ9", disease, total, **flags)
    med_type = "14" if disease else flags.get("med_type", "11")
    text = cashier.refused("2206", {"data": cashier.trial_data(visit, batch, total, med_type)})
    parts = dict.fromkeys(("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt"), "0.00")
    data = {**cashier.trial_data(visit, batch, total, med_type), **parts}
    assert cashier.refused("2207", {"data": data}) == text
    assert cashier.hub.ledger() == []
    return text


@pytest.mark.parametrize(
    ("name", "disease", "flags", "text"),
    [
        ("not_filed", "", {}, "未办理异地就医备案"),
        ("emergency_not_filed", "", {}, "未办理异地就医备案"),
        ("filed_no_qualification", "M03900", {}, "慢特病资格未认定"),
        ("disease_not_open_here", "M08302", {}, "未开通该病种"),
        ("benefit_suspended", "", {}, "待遇封锁"),
        ("trauma_third_party", "", {"trum_flag": "1", "rel_ttp_flag": "1"}, "外伤涉及第三方"),
    ],
)
def test_who_may_not_settle_directly(cashier, name, disease, flags, text):
    assert text in refused_settlement(cashier, name, disease, **flags)


@pytest.mark.requirement("R105")
@pytest.mark.parametrize("flags", [{"otp_er_refl_flag": "1"}, {"med_type": "13"}, {"exp_content": {"er_flag": "1"}}])
def test_an_emergency_counts_as_filed(cashier, flags):
    cashier.serve("emergency_not_filed")
    visit, batch = cashier.basket(**flags)
    cashier.settle(visit, batch, "100.00", flags.get("med_type", "11"))


@pytest.mark.requirement("R018")
def test_local_patients_need_no_filing(cashier):
    cashier.serve("local_patient")
    visit, batch = cashier.basket()
    cashier.settle(visit, batch, "100.00")


def test_filing_that_expires_today(hub, cashier):
    cashier.serve("filing_expires_today")
    visit, batch = cashier.basket()
    cashier.settle(visit, batch, "100.00")
    hub.control("/clock", {"advance_s": 86400})
    visit, batch = cashier.basket("MZ2")
    assert "超出异地就医备案有效期" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00")})


@pytest.mark.requirement("R021", "R078")
@pytest.mark.parametrize(
    ("filing", "text"),
    [
        ({"kind": "long_resident", "area": "510100", "begin": "2020-01-01"}, "与就医地不符"),
        ({"kind": "long_resident", "area": "500000", "begin": "2020-01-01", "state": "pending"}, "正在办理"),
        ({"kind": "long_resident", "area": "500000", "begin": "2999-01-01"}, "起生效"),
        ({"kind": "long_resident", "area": "500000", "begin": "2020-01-01", "cancelled_on": "2020-02-01"}, "取消"),
        ({"kind": "temporary_other", "area": "500000", "begin": "2020-01-01"}, "2020-07-01到期"),
    ],
)
def test_filings_that_do_not_help(hub, cashier, filing, text):
    number = hub.person("filed_no_qualification")["psn_no"]
    hub.control(f"/world/people/{number}", {"filings": [filing]}, "PATCH")
    assert text in refused_settlement(cashier, "filed_no_qualification")


@pytest.mark.parametrize("change", [{"status": "suspended"}, {"services": ["inpatient"]}])
def test_hospital_not_open(hub, cashier, change):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    hub.control("/world/institutions/H50010300001", change, "PUT")
    text = cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00", "14")})
    assert "医疗机构" in text


def test_person_in_a_stay(hub, cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    hub.control(f"/world/people/{cashier.psn_no}", {"in_stay": True}, "PATCH")
    assert "在院" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00", "14")})


def test_one_disease_a_batch(cashier):
    cashier.serve("filed_hypertension_diabetes")
    visit = cashier.register()
    cashier.describe(visit, "14", "M03900")
    cashier.describe(visit, "14", "M01600")
    mixed = [cashier.line(visit, "B", "1", dise_codg="M03900"), cashier.line(visit, "B", "2", dise_codg="M01600")]
    assert "只能有一个病种编码(dise_codg)" in cashier.refused("2204", {"feedetail": mixed})


def test_encounters(cashier):
    cashier.serve("filed_hypertension")
    visit = cashier.register()
    assert "病种编码(dise_codg)不能为空" in cashier.refused("2203A", cashier.encounter_nodes(visit, "14"))
    assert "病种编码(dise_codg)M99999" in cashier.refused("2203A", cashier.encounter_nodes(visit, "14", "M99999"))
    assert "医疗类别(med_type)" in cashier.refused("2203A", cashier.encounter_nodes(visit, "21"))
    nodes = cashier.encounter_nodes(visit, "11")
    nodes["diseinfo"][0]["maindiag_flag"] = "0"
    assert "主诊断(maindiag_flag)" in cashier.refused("2203A", nodes)
    nodes["diseinfo"][0]["diag_srt_no"] = "1.5"
    assert "诊断排序号(diag_srt_no)" in cashier.refused("2203A", nodes)
    assert "门诊号" in cashier.refused("2201", {"data": {**_registration(cashier), "ipt_otp_no": "MZ1"}})


def _registration(cashier):
    return {
        "psn_no": cashier.psn_no,
        "insutype": cashier.insutype,
        "begntime": f"{cashier.today()} 09:00:00",
        "mdtrt_cert_type": "02",
        "mdtrt_cert_no": cashier.id_number,
        "ipt_otp_no": "MZ1",
        "atddr_no": "D1",
        "dr_name": "示例医师",
        "dept_code": "A03",
        "dept_name": "内科",
        "caty": "A03",
    }


def test_what_the_queries_tell_of_a_person(cashier):
    cashier.serve("filed_hypertension_diabetes")
    found = cashier.ok("5301", {"data": {"psn_no": cashier.psn_no}})["feedetail"]
    assert [row["opsp_dise_code"] for row in found] == ["M03900", "M01600"]
    day = cashier.today()
    data = {"psn_no": cashier.psn_no, "begntime": day, "endtime": f"{day} 23:59:59"}
    (filing,) = cashier.ok("5304", {"data": data})["refmedin"]
    assert filing["out_flag"] == "1"
    assert filing["exp_content"]["filing_kind"] == "long_resident"
    assert filing["exp_content"]["filing_area"] == "500000"


@pytest.mark.parametrize(
    ("name", "flag", "words"), [("filed_hypertension", "1", "备案有效"), ("benefit_suspended", "0", "封锁")]
)
def test_entitlement(cashier, name, flag, words):
    cashier.serve(name)
    data = {
        "psn_no": cashier.psn_no,
        "insutype": cashier.insutype,
        "fixmedins_code": cashier.code,
        "med_type": "11",
        "begntime": f"{cashier.today()} 09:00:00",
    }
    rows = cashier.ok("2001", {"data": data})["trtinfo"]
    assert rows[0]["trt_enjymnt_flag"] == flag
    assert words in "".join(row["trt_chk_rslt"] for row in rows)
