"""What changes between the fees and the settlement is judged at the settlement, by the day that the rules name.

Outpatients: filing and qualification on the day of the visit, enrolment, benefit and hospital on the day of asking.
"""

from datetime import date, timedelta

import pytest

HOSPITAL = "/world/institutions/H50010300001"


@pytest.fixture
def ready(cashier):
    """A charged chronic basket, tried once."""
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    return cashier, cashier.settle_data(visit, batch, "100.00", "14")


def other_day(cashier, days):
    return (date.fromisoformat(cashier.today()) + timedelta(days=days)).isoformat()


def patch(cashier, **change):
    cashier.hub.control(f"/world/people/{cashier.psn_no}", change, "PATCH")


def refused(ready, text):
    cashier, data = ready
    trial = {name: value for name, value in data.items() if not name.endswith(("_selfpay", "_ownpay_amt", "_scp_amt"))}
    trial.pop("preselfpay_amt", None)
    assert text in cashier.refused("2206", {"data": trial})
    assert text in cashier.refused("2207", {"data": data})
    assert cashier.hub.ledger() == []


def settles(ready):
    cashier, data = ready
    return cashier.ok("2207", {"data": data})["setlinfo"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"status": "2"}, "参保已暂停"),
        ({"paused_from": "2020-01-01"}, "参保已暂停"),
        ({"benefit": "suspended"}, "待遇封锁"),
        ({"in_stay": True}, "在院状态"),
        ({"designated": ["H50010010019"]}, "选定的定点医药机构"),
        ({"filings": []}, "未办理异地就医备案"),
        ({"filing": {"kind": "long_resident", "state": "cancelled"}}, "取消"),
        ({"filing": {"kind": "long_resident", "area": "510100"}}, "与就医地不符"),
        ({"filing": {"kind": "long_resident", "state": "pending"}}, "正在办理"),
        ({"qualifications": []}, "资格未认定"),
        ({"qualification": {"code": "M03900", "end": "2020-01-01"}}, "资格已过期"),
        ({"qualification": {"code": "M03900", "begin": "2999-01-01", "end": None}}, "资格尚未生效"),
    ],
)
def test_what_stops_a_settlement_that_was_tried(ready, change, text):
    patch(ready[0], **change)
    refused(ready, text)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"status": "suspended"}, "已暂停"),
        ({"open_diseases": ["M01600"]}, "未开通该病种"),
        ({"services": ["outpatient", "inpatient"]}, "未开通该类跨省异地就医直接结算服务：门诊慢特病"),
    ],
)
def test_what_is_closed_at_the_hospital_in_mid_day(ready, change, text):
    ready[0].hub.control(HOSPITAL, change, "PUT")
    refused(ready, text)
    before = {"status": "open", "open_diseases": ["M03900"], "services": ["outpatient", "chronic"]}
    ready[0].hub.control(HOSPITAL, before, "PUT")
    settles(ready)


def test_the_last_day_of_filing_and_qualification_is_a_day(ready):
    cashier, _ = ready
    today = cashier.today()
    patch(cashier, filing={"kind": "long_resident", "end": today})
    patch(cashier, qualification={"code": "M03900", "end": today})
    settles(ready)


def test_a_filing_cancelled_today_covers_until_yesterday(ready):
    cashier, _ = ready
    patch(cashier, filing={"kind": "long_resident", "cancelled_on": cashier.today()})
    refused(ready, "取消")
    patch(cashier, filing={"kind": "long_resident", "cancelled_on": other_day(cashier, 1)})
    settles(ready)


def test_the_day_of_the_visit_counts_for_filing_and_qualification(ready):
    """FI13, CH6: settled tomorrow, when both are over."""
    cashier, _ = ready
    today = cashier.today()
    patch(cashier, filing={"kind": "long_resident", "end": today})
    patch(cashier, qualification={"code": "M03900", "end": today})
    cashier.hub.control("/clock", {"advance_s": 86400})
    settles(ready)


def test_the_day_of_asking_counts_for_the_insurance(ready):
    """CP3."""
    cashier, _ = ready
    patch(cashier, paused_from=other_day(cashier, 1))
    cashier.ok("5301", {"data": {"psn_no": cashier.psn_no}})
    cashier.hub.control("/clock", {"advance_s": 86400})
    refused(ready, "参保已暂停")
    patch(cashier, paused_from=None)
    settles(ready)


def test_what_was_settled_stays_settled_and_can_be_refunded(ready):
    cashier, data = ready
    info = settles(ready)
    patch(cashier, filings=[], qualifications=[], status="2", benefit="suspended")
    cashier.hub.control(HOSPITAL, {"status": "suspended"}, "PUT")
    nodes = {"data": {"setl_id": info["setl_id"], "mdtrt_id": data["mdtrt_id"], "psn_no": cashier.psn_no}}
    assert cashier.ok("2208", nodes)["setlinfo"]["medfee_sumamt"] == -info["medfee_sumamt"]


# the two shapes of a visit, and the A variants


@pytest.mark.parametrize("shape", ["per_basket", "per_visit"])
def test_both_shapes_of_a_visit_settle_alike(cashier, shape):
    cashier.serve("filed_hypertension_diabetes")
    baskets = (("M03900", "120.00"), ("M01600", "80.50"), ("", "60.05"))
    visits = []
    for place, (disease, total) in enumerate(baskets, 1):
        if shape == "per_basket" or not visits:
            visits.append(cashier.register(f"V-{place}" if shape == "per_basket" else "V"))
        visit, batch, kind = visits[-1], f"B{place}", "14" if disease else "11"
        cashier.describe(visit, kind, disease)
        cashier.charge(visit, batch, cashier.line(visit, batch, f"L{place}", total, dise_codg=disease))
        cashier.settle(visit, batch, total, kind)
    assert [row["state"] for row in shown(cashier)] == ["settled"] * len(visits)
    rows = cashier.hub.ledger(psn_no=cashier.psn_no, live="true")
    assert [(row["dise_codg"], row["medfee_sumamt"]) for row in rows] == [(d or None, t) for d, t in baskets]
    assert [row["fund_pay_sumamt"] for row in rows] == ["81.00", "54.34", "0.00"]
    for row in reversed(rows):
        cashier.ok("2208", {"data": {name: row[name] for name in ("setl_id", "mdtrt_id", "psn_no")}})
    for place, visit in enumerate(visits, 1):
        cashier.ok("2205", {"data": {"mdtrt_id": visit, "chrg_bchno": "0000", "psn_no": cashier.psn_no}})
        number = f"V-{place}" if shape == "per_basket" else "V"
        cashier.ok("2202", {"data": {"mdtrt_id": visit, "psn_no": cashier.psn_no, "ipt_otp_no": number}})
    assert [row["state"] for row in shown(cashier)] == ["cancelled"] * len(visits)


def shown(cashier):
    return cashier.hub.control(f"/world?person={cashier.psn_no}")["visits"]


def test_the_a_variants_settle_and_are_reversed_under_their_own_number(cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    data = cashier.trial_data(visit, batch, "100.00", "14")
    trial, plain = (cashier.ok(infno, {"data": data})["setlinfo"] for infno in ("2206A", "2206"))
    assert {k: v for k, v in trial.items() if k != "setl_time"} == {k: v for k, v in plain.items() if k != "setl_time"}
    parts = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
    bill = {**data, **{name: trial[name] for name in parts}}
    assert "(preselfpay_amt)不能为空" in cashier.refused("2207A", {"data": {**bill, "preselfpay_amt": ""}})
    info = cashier.ok("2207A", {"data": bill}, msgid="VARIANT")["setlinfo"]
    assert "请勿重复结算" in cashier.refused("2207", {"data": bill})
    reversal = {"psn_no": cashier.psn_no, "omsgid": "VARIANT"}
    assert cashier.refused("2601", {"data": {**reversal, "oinfno": "2207"}}) == "未找到原交易"
    assert [row["setl_id"] for row in cashier.hub.ledger(live="true")] == [info["setl_id"]]
    assert cashier.send("2601", {"data": {**reversal, "oinfno": "2207A"}})["infcode"] == 0
    assert cashier.hub.ledger(live="true") == []
