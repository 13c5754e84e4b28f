"""What one message makes and settles: a sale in a pharmacy, Guangdong's visit in one call; same ledger, same queries."""

from decimal import Decimal

import pytest
from mocks.sale import Pharmacy

PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
PHARMACY, OUTPATIENT = "41", "11"


@pytest.fixture
def shop(cashier):
    return Pharmacy(cashier, "filed_hypertension")


def balance(cashier):
    data = {"mdtrt_cert_type": "02", "mdtrt_cert_no": cashier.id_number}
    return cashier.ok("1101", {"data": data}, insuplc_admdvs="")["insuinfo"][0]["balc"]


def asked(cashier, info):
    data = {"psn_no": cashier.psn_no, "mdtrt_id": info["mdtrt_id"], "setl_id": info["setl_id"]}
    return cashier.ok("5203", {"data": data})["setlinfo"]


def lines(cashier, info):
    return cashier.ok("5204", {"data": {"psn_no": cashier.psn_no, "mdtrt_id": info["mdtrt_id"]}})["data"]


def test_a_sale_and_its_way_back(hub, shop):
    cashier = shop.cashier
    shop.enter()
    before = balance(cashier)
    trial = cashier.ok("2101", shop.sale())
    assert hub.ledger() == []
    assert hub.control(f"/world?person={cashier.psn_no}")["visits"] == []
    settled = cashier.ok("2102", shop.sale(), msgid="SOLD")
    info = settled["setlinfo"]
    assert {name: info[name] for name in PARTS} == {name: trial["setlinfo"][name] for name in PARTS}
    assert info["medfee_sumamt"] == sum(info[name] for name in PARTS) == Decimal("60.00")
    assert info["medfee_sumamt"] == info["fund_pay_sumamt"] + info["acct_pay"] + info["psn_cash_pay"]
    assert [row["feedetl_sn"] for row in settled["detlcutinfo"]] == ["S1-1"]
    assert info["clr_type"] == asked(cashier, info)["clr_type"] == PHARMACY
    assert balance(cashier) == before - info["acct_pay"] == info["balc"]
    assert [row["setl_id"] for row in lines(cashier, info)] == [info["setl_id"]]
    revoked = cashier.ok(*shop.undoing(("2103", info)), msgid="BACK")["setlinfo"]
    assert revoked["psn_pay"] == -info["psn_part_amt"]
    assert revoked["cash_payamt"] == -info["psn_cash_pay"]
    assert {name: revoked[name] for name in PARTS} == {name: -info[name] for name in PARTS}
    assert (revoked["medins_setl_id"], balance(cashier), lines(cashier, info)) == ("BACK", before, [])
    assert "该笔结算已撤销" in cashier.refused(*shop.undoing(("2103", info)))
    assert [row["refd_setl_flag"] for row in hub.ledger()] == ["1", "1"]


def reversal(cashier, msgid, infno):
    return "2601", {"data": {"psn_no": cashier.psn_no, "omsgid": msgid, "oinfno": infno}}


def test_a_sale_and_its_revocation_can_be_reversed(hub, shop):
    cashier = shop.cashier
    _, info = shop.sell(msgid="SOLD")
    cashier.ok(*shop.undoing(("2103", info)), msgid="BACK")
    assert "已退费" in cashier.refused(*reversal(cashier, "SOLD", "2102"))
    assert cashier.send(*reversal(cashier, "BACK", "2103"))["infcode"] == 0
    assert [row["setl_id"] for row in hub.ledger(live="true")] == [info["setl_id"]]
    assert [row["setl_id"] for row in lines(cashier, info)] == [info["setl_id"]]
    assert cashier.send(*reversal(cashier, "SOLD", "2102"))["infcode"] == 0
    assert cashier.refused(*reversal(cashier, "SOLD", "2102")) == "原交易已冲正"
    assert hub.ledger(live="true") == []
    assert cashier.refused(*reversal(cashier, "TRIED", "2101")) == "未找到原交易"


def test_a_chronic_sale_needs_a_qualification_and_a_place_where_the_disease_is_open(hub, shop):
    shop.enter()
    nodes = shop.sale(med_type="14", dise_codg="M03900")
    info = shop.cashier.ok("2102", nodes)["setlinfo"]
    assert (info["act_pay_dedc"], asked(shop.cashier, info)["dise_codg"]) == (0, "M03900")
    data = {"psn_no": shop.cashier.psn_no, "begntime": f"{shop.cashier.today()} 00:00:00"}
    (drug,) = shop.cashier.ok("5205", {"data": data})["data"]
    assert (drug["feedetl_sn"], drug["list_type"]) == ("S1-1", "101")
    assert "资格未认定" in shop.cashier.refused("2102", shop.sale(med_type="14", dise_codg="M01600"))
    hub.control(f"/world/institutions/{shop.cashier.code}", {"open_diseases": ["M01600"]}, "PUT")
    assert "未开通该病种" in shop.cashier.refused("2102", shop.sale(med_type="14", dise_codg="M03900"))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"insutype": ...}, "险种类型(insutype)不能为空"),
        ({"med_type": ...}, "医疗类别(med_type)不能为空"),
        ({"mdtrt_cert_no": ...}, "就诊凭证编号(mdtrt_cert_no)不能为空"),
        ({"medfee_sumamt": ...}, "医疗费总额(medfee_sumamt)不能为空"),
        ({"medfee_sumamt": "60.01"}, "医疗费总额(medfee_sumamt)"),
        ({"med_type": "11"}, "不是药店购药类别"),
        ({"dise_codg": "M03900"}, "病种编码(dise_codg)"),
        ({"mdtrt_cert_no": "530102196005120014"}, "人证不一致"),
        ({"insutype": "390"}, "险种类型(insutype)"),
    ],
)
def test_what_a_sale_may_not_say(shop, change, text):
    shop.enter()
    for infno in ("2101", "2102"):
        assert text in shop.cashier.refused(infno, shop.sale(**change))
    assert shop.cashier.hub.ledger() == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"feedetl_sn": ...}, "费用明细流水号(feedetl_sn)不能为空"),
        ({"pric": ...}, "单价(pric)不能为空"),
        ({"pric": "50.00"}, "单价×数量"),
        ({"cnt": -1, "pric": "-60.00"}, "不能有负数明细"),
        ({"unheard": "1"}, "drugdetail.unheard"),
    ],
)
def test_what_a_line_of_a_sale_may_not_say(shop, change, text):
    shop.enter()
    assert text in shop.cashier.refused("2102", shop.sale(shop.goods(**change)))


def test_who_may_sell_and_to_whom(hub, cashier):
    shop = Pharmacy(cashier, "not_filed")
    assert "未开通该类跨省异地就医直接结算服务：药店购药" in cashier.refused("2102", shop.sale())
    shop.enter()
    assert "未办理异地就医备案" in cashier.refused("2102", shop.sale())
    cashier.serve("filed_hypertension")
    hub.control(f"/world/people/{cashier.psn_no}", {"in_stay": True}, "PATCH")
    assert "在院状态" in cashier.refused("2102", shop.sale())


def test_the_combined_visit_is_tried_settled_and_undone(hub, shop):
    cashier = shop.cashier
    before = balance(cashier)
    trial = cashier.ok("2260", shop.combined("0"))["setlInfo"]
    assert (trial["setl_id"], trial["mdtrt_id"], hub.ledger()) == ("0", "0", [])
    info = cashier.ok("2260", shop.combined(), msgid="ONCE")["setlInfo"]
    assert {name: info[name] for name in PARTS} == {name: trial[name] for name in PARTS}
    assert info["medfee_sumamt"] == info["fund_pay_sumamt"] + info["psn_cash_pay"] == Decimal("100.00")
    assert (info["medins_setl_id"], info["clr_type"], balance(cashier)) == ("ONCE", OUTPATIENT, before)
    assert [row["setl_id"] for row in lines(cashier, info)] == [info["setl_id"]]
    data = {"psn_no": cashier.psn_no, "mdtrt_id": info["mdtrt_id"]}
    (diagnosis,) = cashier.ok("5202", {"data": data})["diseinfo"]
    assert (diagnosis["diag_code"], diagnosis.get("inout_diag_type")) == ("I10.x00", None)
    assert "门诊一体化" in cashier.refused("2208", {"data": {**data, "setl_id": info["setl_id"]}})
    assert "不支持冲正" in cashier.refused(*reversal(cashier, "ONCE", "2260"))
    revoked = cashier.ok(*shop.undoing(("2261", info)))["setlInfo"]
    assert revoked["psn_cash_pay"] == -info["psn_cash_pay"]
    assert hub.ledger(live="true") == lines(cashier, info) == []
    assert cashier.ok("2260", shop.combined())["setlInfo"]["setl_id"] != info["setl_id"]  # its number is free again


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"setl_flag": ...}, "(setl_flag)不能为空"),
        ({"setl_flag": "2"}, "(setl_flag)不正确"),
        ({"ipt_op_no": ...}, "(ipt_op_no)不能为空"),
        ({"med_type": "21"}, "不是门诊类别"),
        ({"dise_no": "M03900"}, "不能带病种编码"),
        ({"med_type": "14", "dise_no": "M03900"}, "费用明细的病种编码(dise_codg)与就诊信息不一致"),
        ({"clnc_flag": ...}, "(clnc_flag)不能为空"),
    ],
)
def test_what_a_combined_visit_may_not_say(shop, change, text):
    assert text in shop.cashier.refused("2260", shop.combined(**change))
    assert shop.cashier.hub.ledger() == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"pric": "1.00"}, "单价×数量"),
        ({"cnt": "a"}, "数量(cnt)格式错误"),
        ({"unheard": "1"}, "rows.unheard"),
        ({"med_list_codg": ""}, "(med_list_codg)不能为空"),
    ],
)
def test_rows_below_a_node_are_looked_at(shop, change, text):
    nodes = shop.combined()
    nodes["feedetail"][0]["rows"][0].update(change)
    assert text in shop.cashier.refused("2260", nodes)


def test_a_combined_visit_without_lines_is_none(shop):
    for feedetail in ([], [{}], [{"rows": []}]):
        assert "不能为空" in shop.cashier.refused("2260", {**shop.combined(), "feedetail": feedetail})
