"""The control door: world, maintenance, clock, capabilities, record, report, scenarios."""

import json
from datetime import datetime, timedelta

import pytest

from yidi_mocks.plugin import ControlRefused
from yidi_mocks.registry import persona_rows, scenario_rows

NAMES = [
    "filed_hypertension",
    "filed_hypertension_diabetes",
    "filed_no_qualification",
    "not_filed",
    "filing_expires_today",
    "emergency_not_filed",
    "trauma_no_third_party",
    "trauma_third_party",
    "inpatient_new_year",
    "several_insurances",
    "account_in_fund",
    "retired_resettled",
    "disease_not_open_here",
    "benefit_suspended",
    "transplant_kidney",
    "tumour",
    "dialysis",
    "local_patient",
]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def ask_qualifications(cashier):
    return cashier.send("5301", {"data": {"psn_no": cashier.psn_no}})


def test_health_and_personas(hub, persona):
    assert hub.control("/health")["status"] == "up"
    assert set(hub.personas()) == set(NAMES)
    row = persona("local_patient")
    assert row["insured_division"].startswith("50")
    assert set(row["credential"]) == {"kind", "value", "card_sn"}
    assert all(
        not p["insured_division"].startswith("50") for name, p in hub.personas().items() if name != "local_patient"
    )


def test_persona_numbers_have_the_right_check_digit():
    numbers = [row["id_number"] for row in persona_rows()]
    for number in numbers:
        total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
        assert number[17] == "10X98765432"[total % 11]
        assert number[14:17] in ("000", "001")
    assert len(set(numbers)) == len(numbers)


def test_institutions_of_the_documents(hub):
    rows = hub.control("/world")["institutions"]
    assert sum(row["source"] == "渝医保发〔2020〕81号" for row in rows) == 93
    assert sum(row["source"] == "渝中医保〔2019〕26号" for row in rows) == 26
    assert all(len(row["code"]) == 12 and row["wire_code_fictional"] for row in rows)
    (test,) = [row for row in rows if row["code"] == "H50010300001"]
    assert len(test["open_diseases"]) == 9
    assert "M08302" not in test["open_diseases"]


@pytest.mark.requirement("R182")
@pytest.mark.parametrize("scope", ["platform", "530100"])
def test_maintenance_stops_every_business_call(hub, cashier, scope):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    data = cashier.settle_data(visit, batch, "100.00", "14")
    now = datetime.fromisoformat(hub.control("/health")["clock"])
    window = {"from": (now - timedelta(seconds=5)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    number = hub.control("/maintenance", {**window, "text": "例行升级", "announced": True, "scope": scope})["id"]
    text = cashier.refused("2207", {"data": data})
    assert text.startswith("系统停机维护：例行升级（")
    assert window["to"][:19].replace("T", " ") in text
    assert "停机维护" in ask_qualifications(cashier)["err_msg"]
    assert hub.ledger() == []
    assert {v["rule"] for v in hub.control("/report")["violations"]} == {"sent_during_maintenance"}
    if scope == "platform":
        assert "停机维护" in cashier.refused("9001", {"signIn": {"opter_no": "1"}})
    hub.control(f"/maintenance/{number}", method="DELETE")
    cashier.ok("2207", {"data": data})


def test_maintenance_of_another_division_does_not_touch(hub, cashier):
    cashier.serve("filed_hypertension")
    window = {"from": "2000-01-01T00:00:00+08:00", "to": "2999-01-01T00:00:00+08:00", "scope": "510100"}
    hub.control("/maintenance", window)
    assert ask_qualifications(cashier)["infcode"] == 0


def test_maintenance_ends_by_the_clock(hub, cashier):
    cashier.serve("filed_hypertension")
    hub.control("/clock", {"now": "2026-12-01T10:00:00+08:00"})
    hub.control("/maintenance", {"from": "2026-12-01T10:00:00", "to": "2026-12-01T11:00:00", "text": "x"})
    assert ask_qualifications(cashier)["infcode"] == -1
    hub.control("/clock", {"advance_s": 3601})
    assert ask_qualifications(cashier)["infcode"] == 0
    assert hub.control("/health")["clock"].startswith("2026-12-01T11:00:0")


def test_capability_query_without_setl_id(hub, cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    settled = cashier.settle(visit, batch, "100.00", "14")["setlinfo"]
    ask = {"data": {"psn_no": cashier.psn_no, "setl_id": "", "mdtrt_id": visit}}
    assert "结算ID(setl_id)不能为空" in cashier.refused("5203", ask)
    hub.control("/capabilities", {"query_without_setl_id": True}, "PUT")
    assert cashier.ok("5203", ask)["setlinfo"]["setl_id"] == settled["setl_id"]
    hub.control("/capabilities", {"query_shows_msgid": False}, "PUT")
    assert cashier.ok("5203", ask)["setlinfo"]["medins_setl_id"] is None


def test_capability_idem_msgid(hub, cashier):
    hub.control("/capabilities", {"idem_msgid": True}, "PUT")
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    data = {"data": cashier.settle_data(visit, batch, "100.00", "14")}
    assert cashier.send("2207", data, msgid="SAME") == cashier.send("2207", data, msgid="SAME")
    assert len(hub.ledger()) == 1


def test_capability_tombstone(hub, cashier):
    hub.control("/capabilities", {"tombstone": True}, "PUT")
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    data = {"data": cashier.settle_data(visit, batch, "100.00", "14")}
    reverse = {"data": {"psn_no": cashier.psn_no, "omsgid": "LATE", "oinfno": "2207"}}
    assert cashier.refused("2601", reverse) == "未找到原交易"
    assert "不再受理" in cashier.refused("2207", data, msgid="LATE")
    assert hub.ledger() == []


def test_capability_one_live_off(hub, cashier):
    hub.control("/capabilities", {"one_live": False}, "PUT")
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    cashier.settle(visit, batch, "100.00", "14")
    cashier.settle(visit, batch, "100.00", "14")
    assert len(hub.ledger(live="true")) == 2
    assert {v["rule"] for v in hub.control("/report")["violations"]} == {"duplicate_commit"}


def test_capability_signing_and_its_life(hub, cashier):
    hub.control("/capabilities", {"sign_ttl": 60}, "PUT")
    cashier.serve("filed_hypertension")
    hub.control("/clock", {"advance_s": 61})
    assert "签到失效" in ask_qualifications(cashier)["err_msg"]
    hub.control("/capabilities", {"sign_required": False}, "PUT")
    cashier.sign_no = ""
    assert ask_qualifications(cashier)["infcode"] == 0


def test_capability_reversible_and_account(hub, cashier):
    hub.control("/capabilities", {"reversible": {"2207": False}, "acct_in_fund": True}, "PUT")
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    info = cashier.settle(visit, batch, "100.00", "14", msgid="R1")["setlinfo"]
    assert info["medfee_sumamt"] == info["fund_pay_sumamt"] + info["psn_cash_pay"]
    assert "不支持冲正" in cashier.refused(
        "2601", {"data": {"psn_no": cashier.psn_no, "omsgid": "R1", "oinfno": "2207"}}
    )


def test_late_request_beyond_d_max_has_no_effect(hub, cashier):
    hub.control("/capabilities", {"D_max": 0.01}, "PUT")
    cashier.serve("filed_hypertension")
    hub.fault("delay", "5301", seconds=0.05)
    assert "受理时限" in ask_qualifications(cashier)["err_msg"]


def test_people_made_and_changed(hub, cashier):
    made = hub.control(
        "/world/people",
        {
            "name": "测试新人",
            "id_number": "530102198803150001",
            "insurances": [{"insutype": "390", "division": "530100", "status": "1"}],
            "filings": [{"kind": "referral", "area": "500000", "begin": "2026-01-01", "end": "2999-01-01"}],
            "qualifications": [{"code": "M01600", "begin": "2024-01-01"}],
            "designated": [],
        },
    )
    output = cashier.serve(made["psn_no"])
    assert output["baseinfo"]["psn_name"] == "测试新人"
    visit, batch = cashier.basket(disease="M01600")
    cashier.settle(visit, batch, "100.00", "14")
    hub.control(f"/world/people/{made['psn_no']}", {"qualification": {"code": "M01600", "end": "2024-12-31"}}, "PATCH")
    visit, batch = cashier.basket("MZ2", "M01600")
    assert "已过期" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00", "14")})
    hub.control(f"/world/people/{made['psn_no']}", {"benefit": "suspended", "designated": ["H50010399901"]}, "PATCH")
    assert hub.person(made["psn_no"])["benefit"] == "suspended"


@pytest.mark.parametrize(
    ("path", "body", "verb", "status"),
    [
        ("/world/people", {"name": "x"}, "POST", 400),
        ("/world/people/1", {}, "PATCH", 404),
        ("/world?person=1", None, "GET", 404),
        ("/world/institutions/H50010300001", {"status": "odd"}, "PUT", 400),
        ("/ledger/1", {}, "PATCH", 404),
        ("/faults", {"kind": "odd"}, "POST", 400),
        ("/faults", {"kind": "drop_reply", "where": "before_effect"}, "POST", 400),
        ("/faults", {"kind": "delay", "when": {"soon": 1}}, "POST", 400),
        ("/faults", {"kind": "delay", "odd": 1}, "POST", 400),
        ("/faults/f99", None, "DELETE", 404),
        ("/maintenance", {"from": "2026-01-02", "to": "2026-01-01"}, "POST", 400),
        ("/maintenance", {"from": "x", "to": "y"}, "POST", 400),
        ("/capabilities", {"odd": 1}, "PUT", 400),
        ("/capabilities", {"one_live": "yes"}, "PUT", 400),
        ("/reset", {"scenario": "odd"}, "POST", 400),
        ("/clock", [], "POST", 400),
        ("/day/yesterday", None, "GET", 400),
        ("/clearing/2026-13", None, "GET", 400),
        ("/clearing/2026-11?state=odd", None, "GET", 400),
        ("/ledger/differences", {"kind": "odd"}, "POST", 400),
        ("/ledger/differences", {"kind": "sign", "odd": 1}, "POST", 400),
        ("/ledger/differences", {"kind": "sign", "count": 0}, "POST", 400),
        ("/ledger/differences", {"kind": "sign", "count": True}, "POST", 400),
        ("/ledger/differences", {"kind": "sign", "date": "now"}, "POST", 400),
        ("/ledger/differences", {"kind": "sign"}, "POST", 400),
        ("/ledger/differences/d9", None, "DELETE", 404),
        ("/deductions", {"setl_id": "1"}, "POST", 404),
        ("/prepayments", {}, "PUT", 400),
        ("/accounts/53", {}, "PUT", 400),
        ("/problems", {}, "POST", 400),
        ("/problems/p9", {}, "PATCH", 404),
        ("/fee-checks", {}, "POST", 400),
        ("/fee-checks", {"setl_id": "1"}, "POST", 404),
        ("/fee-checks/c9", {}, "PATCH", 404),
        ("/fee-checks/c9", None, "DELETE", 404),
        ("/calendar", {}, "PUT", 400),
        ("/capabilities", {"day_ends_at": "25:00"}, "PUT", 400),
        ("/capabilities", {"statement_codes": "odd"}, "PUT", 400),
    ],
)
def test_nonsense_is_told(hub, path, body, verb, status):
    with pytest.raises(ControlRefused) as error:
        hub.control(path, body, verb)
    assert error.value.status == status


def test_received_rows(hub, cashier):
    cashier.serve("filed_hypertension")
    cashier.refused("5301", {"data": {"psn_no": "1"}}, msgid="ODD")
    cashier.send("9999", {})
    rows = hub.received()
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["verdict"] for row in rows] == ["ok", "ok", "refused", "refused"]
    (row,) = hub.received(msgid="ODD")
    assert row["infno"] == "5301"
    assert not row["effect"]
    assert len(row["bytes_sha256"]) == 64


def test_reset_forgets(hub, cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    cashier.settle(visit, batch, "100.00", "14")
    hub.reset()
    assert hub.ledger() == hub.received() == []
    assert hub.control("/world")["visits"] == []


@pytest.mark.requirement("R026")
@pytest.mark.parametrize("name", sorted(scenario_rows()))
def test_scenarios_begin(hub, name):
    hub.reset(name)
    assert hub.control("/health")["scenario"] == name
    hub.reset()


def test_scenario_from_a_file(hub, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"title": "x", "faults": [{"kind": "hang", "infno": "2207"}]}), "utf-8")
    hub.reset(str(path))
    assert hub.control("/faults")["items"][0]["kind"] == "hang"


@pytest.mark.parametrize("form", ["text", "html"])
def test_report_for_people(hub, cashier, form):
    cashier.connection.request("GET", f"/_hub/report?format={form}")
    assert "通过" in cashier.connection.getresponse().read().decode()


def test_a_change_shows_in_the_next_answer(hub, cashier):
    before = cashier.serve("filed_hypertension")["insuinfo"][0]
    hub.control(f"/world/people/{cashier.psn_no}", {"paused_from": "2020-01-01", "balance": "7.50"}, "PATCH")
    after = cashier.serve("filed_hypertension")["insuinfo"][0]
    assert (before["paus_insu_date"], after["paus_insu_date"]) == (None, "2020-01-01")
    assert format(after["balc"], "f") == "7.50"
