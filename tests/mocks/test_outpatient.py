"""The whole outpatient path over HTTP; ledger and queries agree at every step."""

from decimal import Decimal

import pytest

PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")


def query_data(cashier, visit, setl_id):
    return {"data": {"psn_no": cashier.psn_no, "setl_id": setl_id, "mdtrt_id": visit}}


def lines(cashier, visit):
    return cashier.ok("5204", {"data": {"psn_no": cashier.psn_no, "mdtrt_id": visit}})["data"]


def balance(cashier):
    output = cashier.ok(
        "1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": cashier.id_number}}, insuplc_admdvs=""
    )
    return output["insuinfo"][0]["balc"]


def same_everywhere(cashier, visit, setl_id, *, live):
    """Ledger, 5203 and 5204 tell the same of one settlement."""
    row = cashier.hub.ledger(mdtrt_id=visit)[0]
    assert row["setl_id"] == setl_id
    assert row["live"] is live
    found = cashier.ok("5203", query_data(cashier, visit, setl_id))["setlinfo"]
    assert found["medins_setl_id"] == row["medins_setl_id"]
    assert found["refd_setl_flag"] == row["refd_setl_flag"]
    for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay"):
        assert format(found[name], "f") == row[name]
    assert format(found["cash_payamt"], "f") == row["psn_cash_pay"]
    assert {line["setl_id"] for line in lines(cashier, visit)} == ({setl_id} if live else {None})


@pytest.mark.requirement("R174", "R177")
def test_three_baskets_of_one_person_settle_alone(hub, cashier):
    cashier.serve("filed_hypertension_diabetes")
    total = Decimal(0)
    for number, disease, amount in (("V-1", "M03900", "180.10"), ("V-2", "M01600", "95.35"), ("V-3", "", "60.05")):
        visit, batch = cashier.basket(number, disease, amount)
        before = balance(cashier)
        assert {line["setl_id"] for line in lines(cashier, visit)} == {None}
        settled = cashier.settle(visit, batch, amount, "14" if disease else "11")
        info = settled["setlinfo"]
        assert sum(info[name] for name in PARTS) == info["medfee_sumamt"] == Decimal(amount)
        assert info["medfee_sumamt"] == info["fund_pay_sumamt"] + info["psn_part_amt"] + info["hosp_part_amt"]
        assert info["psn_part_amt"] == info["acct_pay"] + info["psn_cash_pay"]
        assert info["balc"] == before - info["acct_pay"] == balance(cashier)
        funds = [row for row in settled["setldetail"] if not row["fund_pay_type"].startswith("3102")]
        assert sum(row["fund_payamt"] for row in funds) == info["fund_pay_sumamt"]
        assert "云南职工统筹基金" in {row["fund_pay_type_name"] for row in settled["setldetail"]}
        same_everywhere(cashier, visit, info["setl_id"], live=True)
        total += info["medfee_sumamt"]
    rows = hub.ledger(psn_no=cashier.psn_no, live="true")
    assert [row["dise_codg"] for row in rows] == ["M03900", "M01600", None]
    assert sum(Decimal(row["medfee_sumamt"]) for row in rows) == total
    assert hub.control("/report")["passed"]


def test_one_registration_with_a_batch_for_each_disease(hub, cashier):
    cashier.serve("filed_hypertension_diabetes")
    visit = cashier.register("V")
    for place, disease in enumerate(("M03900", "M01600", "")):
        cashier.describe(visit, "14" if disease else "11", disease)
        cashier.charge(visit, f"B{place}", cashier.line(visit, f"B{place}", f"L{place}", "50.00", dise_codg=disease))
    ids = [
        cashier.settle(visit, f"B{place}", "50.00", "11" if place == 2 else "14")["setlinfo"]["setl_id"]
        for place in range(3)
    ]
    assert [line["setl_id"] for line in lines(cashier, visit)] == ids
    assert len(hub.ledger(mdtrt_id=visit, live="true")) == 3


def test_a_trial_changes_nothing_and_the_settlement_equals_it(cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900", total="333.33")
    data = cashier.trial_data(visit, batch, "333.33", "14")
    first = cashier.ok("2206", {"data": data})["setlinfo"]
    second = cashier.ok("2206", {"data": data})["setlinfo"]
    assert cashier.hub.ledger() == []
    settled = cashier.settle(visit, batch, "333.33", "14")["setlinfo"]
    for name in first:
        if name != "setl_time":
            assert first[name] == second[name] == settled[name], name


@pytest.mark.requirement("R118")
def test_refund_is_the_mirror_under_a_new_number(cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900", total="200.00")
    before = balance(cashier)
    settled = cashier.settle(visit, batch, "200.00", "14")["setlinfo"]
    data = {"data": {"setl_id": settled["setl_id"], "mdtrt_id": visit, "psn_no": cashier.psn_no}}
    revoked = cashier.ok("2208", data, msgid="H50010300001209912312359590001")["setlinfo"]
    for name in (*PARTS, "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay", "hifp_pay", "act_pay_dedc"):
        assert revoked[name] == -settled[name], name
    assert revoked["setl_id"] != settled["setl_id"]
    assert revoked["medins_setl_id"] == "H50010300001209912312359590001"
    assert revoked["balc"] == before == balance(cashier)
    same_everywhere(cashier, visit, settled["setl_id"], live=False)
    assert [row["refd_setl_flag"] for row in cashier.hub.ledger(mdtrt_id=visit)] == ["1", "1"]
    assert "该笔结算已撤销" in cashier.refused("2208", data)
    cashier.ok("2205", {"data": {"mdtrt_id": visit, "chrg_bchno": "0000", "psn_no": cashier.psn_no}})
    cashier.ok("2202", {"data": {"mdtrt_id": visit, "psn_no": cashier.psn_no, "ipt_otp_no": "MZ1"}})
    assert "已撤销" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "200.00", "14")})


def test_a_refunded_batch_may_be_settled_anew(cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    first = cashier.settle(visit, batch, "100.00", "14")["setlinfo"]
    cashier.ok("2208", {"data": {"setl_id": first["setl_id"], "mdtrt_id": visit, "psn_no": cashier.psn_no}})
    second = cashier.settle(visit, batch, "100.00", "14")["setlinfo"]
    assert second["setl_id"] != first["setl_id"]
    assert [row["setl_id"] for row in cashier.hub.ledger(live="true")] == [second["setl_id"]]


def reverse_data(cashier, msgid, infno="2207"):
    return {"data": {"psn_no": cashier.psn_no, "omsgid": msgid, "oinfno": infno}}


def test_reversal_makes_it_as_if_it_had_not_been(cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    before = balance(cashier)
    settled = cashier.settle(visit, batch, "100.00", "14", msgid="X1")["setlinfo"]
    assert cashier.refused("2601", reverse_data(cashier, "X2")) == "未找到原交易"
    assert cashier.refused("2601", reverse_data(cashier, "X1", "2208")) == "未找到原交易"
    assert "不支持冲正" in cashier.refused("2601", reverse_data(cashier, "X1", "2201"))
    assert cashier.send("2601", reverse_data(cashier, "X1"))["infcode"] == 0
    assert cashier.refused("2601", reverse_data(cashier, "X1")) == "原交易已冲正"
    assert balance(cashier) == before
    assert {line["setl_id"] for line in lines(cashier, visit)} == {None}
    assert "未查询到" in cashier.refused("5203", query_data(cashier, visit, settled["setl_id"]))
    assert cashier.hub.ledger(live="true") == []
    assert cashier.settle(visit, batch, "100.00", "14")["setlinfo"]["setl_id"] != settled["setl_id"]


def test_a_refund_can_be_reversed_and_the_original_lives_again(cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    settled = cashier.settle(visit, batch, "100.00", "14")["setlinfo"]
    left = balance(cashier)
    data = {"data": {"setl_id": settled["setl_id"], "mdtrt_id": visit, "psn_no": cashier.psn_no}}
    cashier.ok("2208", data, msgid="X8")
    cashier.send("2601", reverse_data(cashier, "X8", "2208"))
    assert balance(cashier) == left
    same_everywhere(cashier, visit, settled["setl_id"], live=True)


@pytest.mark.requirement("R118")
@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"clearing_state": "cleared"}, "原交易已清算，不能冲正"),
        ({"clearing_state": "in_clearing"}, "原交易已清算，不能冲正"),
        ({"settled_on": "2025-12-30"}, "非当日交易，不能冲正"),
    ],
)
def test_what_cannot_be_reversed_can_be_refunded(cashier, change, text):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    settled = cashier.settle(visit, batch, "100.00", "14", msgid="X1")["setlinfo"]
    cashier.hub.control(f"/ledger/{settled['setl_id']}", change, "PATCH")
    assert cashier.refused("2601", reverse_data(cashier, "X1")) == text
    cashier.ok("2208", {"data": {"setl_id": settled["setl_id"], "mdtrt_id": visit, "psn_no": cashier.psn_no}})
    original, negative = cashier.hub.ledger(mdtrt_id=visit)
    assert negative["year"] == original["year"]
    cleared = "clearing_state" in change
    assert negative["clearing_month"] == (cashier.today()[:7] if cleared else original["clearing_month"])


def test_a_refund_of_an_earlier_settlement_leaves_the_later_ones(cashier):
    cashier.serve("filed_hypertension")
    first_visit, first_batch = cashier.basket("A", "M03900")
    first = cashier.settle(first_visit, first_batch, "100.00", "14")["setlinfo"]
    second_visit, second_batch = cashier.basket("B", "M03900")
    second = cashier.settle(second_visit, second_batch, "100.00", "14")["setlinfo"]
    cashier.ok("2208", {"data": {"setl_id": first["setl_id"], "mdtrt_id": first_visit, "psn_no": cashier.psn_no}})
    assert [row["setl_id"] for row in cashier.hub.ledger(live="true")] == [second["setl_id"]]


def test_lost_registration_is_found_by_visit_number(cashier):
    cashier.serve("filed_hypertension")
    visit = cashier.register("LOST-1")
    data = {
        "psn_no": cashier.psn_no,
        "begntime": f"{cashier.today()} 00:00:00",
        "endtime": f"{cashier.today()} 23:59:59",
        "med_type": "14",
    }
    (found,) = cashier.ok("5201", {"data": data})["mdtrtinfo"]
    assert (found["mdtrt_id"], found["ipt_otp_no"]) == (visit, "LOST-1")
    cashier.ok("2202", {"data": {"mdtrt_id": visit, "psn_no": cashier.psn_no, "ipt_otp_no": "LOST-1"}})
    assert cashier.ok("5201", {"data": data})["mdtrtinfo"] == []


def test_account_inside_the_fund(cashier):
    cashier.serve("account_in_fund")
    visit, batch = cashier.basket(disease="M03900", total="300.00")
    settled = cashier.settle(visit, batch, "300.00", "14")
    info = settled["setlinfo"]
    assert info["acct_pay"] > 0
    assert info["medfee_sumamt"] == info["fund_pay_sumamt"] + info["psn_cash_pay"] + info["hosp_part_amt"]
    funds = sum(row["fund_payamt"] for row in settled["setldetail"] if not row["fund_pay_type"].startswith("3102"))
    assert funds == info["fund_pay_sumamt"] - info["acct_pay"]
    assert "个人医疗账户" in {row["fund_pay_type_name"] for row in settled["setldetail"]}


def test_the_number_may_change_in_mid_visit(cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    cashier.hub.control(f"/world/people/{cashier.psn_no}", {"psn_no": "53000000000000000000077777"}, "PATCH")
    assert "人员编号(psn_no)" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00", "14")})
    cashier.psn_no = "53000000000000000000077777"
    assert cashier.settle(visit, batch, "100.00", "14")["setlinfo"]["psn_no"] == cashier.psn_no


@pytest.mark.requirement("R112", "R151")
def test_day_and_month_are_sums_of_the_ledger(cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900", total="120.00")
    settled = cashier.settle(visit, batch, "120.00", "14")
    day = cashier.hub.control(f"/day/{cashier.today()}")
    month = cashier.hub.control(f"/clearing/{cashier.today()[:7]}")
    assert day["count"] == month["count"] == 1
    assert day["medfee_sumamt"] == month["medfee_sumamt"] == "120.00"
    assert day["totals"][0]["insutype"] == "310"
    assert month["by_province"][0]["province"] == "云南省"
    assert sum(Decimal(row["amount"]) for row in month["funds"]) == sum(r["fund_payamt"] for r in settled["setldetail"])
