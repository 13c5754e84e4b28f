"""The whole demo driven by a client that shares no code with the project; figures worked out by hand.

The demo is what `examples/01_main_job.py` shows: several diseases, emergency, trauma, not filed, an answer lost, a
request lost, maintenance, a refund; and a stay.
"""

import ast
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from independent.his import CHRONIC, EMERGENCY, ORDINARY, His, NoAnswer, Refused

HERE = Path(__file__).parent
HYPERTENSION = [("XC08CAA001B002010100001", "12.30", 2), ("XC09CAX001A001010100003", "9.85", 4)]  # 24.60 + 39.40
DIABETES = [("XA10BAE001A001010100002", "18.60", 3), ("XA10BGA001A001010100004", "21.40", 2)]  # 55.80 + 42.80
UNRELATED = [("000000000001", "15.00", 1), ("ZA01AAF0001010100008", "13.75", 2)]  # 15.00 + 27.50
FALL = [
    ("000000000001", "15.00", 1),
    ("002101000002", "96.00", 1),
    ("003315000001", "180.00", 1),
    ("C0901010001", "18.50", 3),
    ("XN02BEA001A001010100021", "16.20", 1),
]
NIGHT = [
    ("000000000002", "25.00", 1),
    ("002101000001", "260.00", 1),
    ("002503000001", "20.00", 1),
    ("XB05BBS001A001010100020", "4.15", 2),
    ("001202000001", "12.00", 1),
]


@pytest.fixture
def his(hub):
    found = His(hub.url)
    found.sign_in()
    return found


def serve(hub, his, name):
    his.read(hub.personas()[name]["id_number"])


def figures(row):
    return tuple(row[name] for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay"))


def money(*texts):
    return tuple(map(Decimal, texts))


@pytest.mark.requirement("R027", "R164", "R175", "R176")
def test_a_several_diseases(hub, his):
    """Yunnan employee: chronic 75 %, no deductible; ordinary care below its deductible of 100.00."""
    serve(hub, his, "filed_hypertension_diabetes")
    assert his.qualifications() == ["M03900", "M01600"]
    assert [row["out_flag"] for row in his.filings()] == ["1"]
    baskets = [
        ("1", CHRONIC, HYPERTENSION, "M03900"),
        ("2", CHRONIC, DIABETES, "M01600"),
        ("3", ORDINARY, UNRELATED, ""),
    ]
    settled = [his.settle(his.prepare(f"MZ-{number}", kind, lines, code)) for number, kind, lines, code in baskets]
    assert [figures(info) for info in settled] == [
        money("64.00", "48.00", "16.00", "0.00"),
        money("98.60", "73.95", "24.65", "0.00"),
        money("42.50", "0.00", "42.50", "0.00"),
    ]
    rows = hub.ledger(live="true")
    assert [(row["setl_id"], row["dise_codg"]) for row in rows] == [
        (info["setl_id"], code) for info, code in zip(settled, ["M03900", "M01600", None], strict=True)
    ]
    assert [row["medfee_sumamt"] for row in rows] == ["64.00", "98.60", "42.50"]
    assert his.read(his.person["id"])["insuinfo"][0]["balc"] == Decimal("316.85")  # 400.00 - 16.00 - 24.65 - 42.50


@pytest.mark.requirement("R077", "R105", "R034")
def test_b_emergency_counts_as_filed(hub, his):
    """In scope 324.47; (324.47 - 100.00) x (60 % - 5 points) = 123.4585."""
    serve(hub, his, "emergency_not_filed")
    assert his.filings() == []
    with pytest.raises(Refused, match="备案"):
        his.prepare("MZ-0", ORDINARY, UNRELATED)
    info = his.settle(his.prepare("JZ-1", EMERGENCY, NIGHT))
    assert figures(info) == money("325.30", "123.46", "201.84", "0.00")


@pytest.mark.requirement("R032")
def test_c_trauma(hub, his):
    """Guizhou resident, referred: in scope 331.98; (331.98 - 50.00) x (40 % - 10 points) = 84.594."""
    serve(hub, his, "trauma_no_third_party")
    info = his.settle(his.prepare("WS-1", ORDINARY, FALL, trum_flag="1", rel_ttp_flag="0"))
    assert figures(info) == money("362.70", "84.59", "0.00", "278.11")
    serve(hub, his, "trauma_third_party")
    with pytest.raises(Refused, match="第三方"):
        his.prepare("WS-2", ORDINARY, FALL, trum_flag="1", rel_ttp_flag="1")
    assert len(hub.ledger()) == 1


def test_d_not_filed(hub, his):
    serve(hub, his, "not_filed")
    with pytest.raises(Refused, match="未办理异地就医备案"):
        his.prepare("MZ-1", ORDINARY, UNRELATED)
    assert hub.ledger() == []


def test_e_a_lost_answer_is_found_by_asking(hub, his):
    serve(hub, his, "filed_hypertension")
    data = his.prepare("MZ-1", CHRONIC, HYPERTENSION, "M03900")
    hub.fault("drop_reply", "2207")
    msgid = his.msgid()
    with pytest.raises(NoAnswer):
        his.settle(data, msgid)
    info = his.found_again(data["mdtrt_id"], msgid)
    told = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "cash_payamt")  # 5203 has its own name for the cash
    assert tuple(info[name] for name in told) == money("64.00", "48.00", "16.00", "0.00")
    [row] = hub.ledger(live="true")
    assert (row["setl_id"], row["medins_setl_id"]) == (info["setl_id"], msgid)
    hub.received.expect(infno="2207", msgid=msgid, verdict="fault:drop_reply", effect=True)
    report = hub.report()
    assert report["passed"]
    assert {item["id"]: item["verdict"] for item in report["items"]}["E1"] == "pass"


def test_e_and_may_be_reversed_by_its_message(hub, his):
    serve(hub, his, "filed_hypertension")
    data = his.prepare("MZ-1", CHRONIC, HYPERTENSION, "M03900")
    hub.fault("drop_reply", "2207")
    msgid = his.msgid()
    with pytest.raises(NoAnswer):
        his.settle(data, msgid)
    his.reverse(msgid)
    assert hub.ledger(live="true") == []
    with pytest.raises(Refused, match=r"^原交易已冲正$"):
        his.reverse(msgid)
    assert his.settle(data)["setl_id"] == hub.ledger(live="true")[0]["setl_id"]


def test_f_a_lost_request_did_not_happen(hub, his):
    serve(hub, his, "filed_hypertension")
    data = his.prepare("MZ-1", CHRONIC, HYPERTENSION, "M03900")
    hub.fault("drop_request", "2207")
    msgid = his.msgid()
    with pytest.raises(NoAnswer):
        his.settle(data, msgid)
    assert his.found_again(data["mdtrt_id"], msgid) is None
    with pytest.raises(Refused, match=r"^未找到原交易$"):
        his.reverse(msgid)
    assert hub.ledger() == []
    his.settle(data)
    assert len(hub.ledger(live="true")) == 1


def test_f_a_no_that_was_too_early(hub, his):
    """Not there at the first question, there at the second: one no is no verdict."""
    serve(hub, his, "filed_hypertension")
    data = his.prepare("MZ-1", CHRONIC, HYPERTENSION, "M03900")
    hub.fault("slow_commit", "2207")
    msgid = his.msgid()
    with pytest.raises(NoAnswer):
        his.settle(data, msgid)
    assert his.found_again(data["mdtrt_id"], msgid) is None
    assert his.found_again(data["mdtrt_id"], msgid)["medins_setl_id"] == msgid


def test_g_maintenance(hub, his):
    serve(hub, his, "filed_hypertension")
    data = his.prepare("MZ-1", CHRONIC, HYPERTENSION, "M03900")
    hub.control("/outage", {"for_s": 600, "announced": True, "text": "跨省平台升级"})
    with pytest.raises(Refused, match=r"^系统停机维护：跨省平台升级（.+ 至 .+）$"):
        his.qualifications()
    assert hub.ledger() == []
    hub.control("/clock", {"advance_s": 601})
    his.settle(data)
    assert hub.report()["passed"]


@pytest.mark.requirement("R118")
def test_h_refund(hub, his):
    serve(hub, his, "filed_hypertension")
    data = his.prepare("MZ-1", CHRONIC, HYPERTENSION, "M03900")
    info = his.settle(data)
    back = his.refund(data["mdtrt_id"], info["setl_id"])
    assert figures(back) == money("-64.00", "-48.00", "-16.00", "0.00")
    assert back["setl_id"] != info["setl_id"]
    assert back["medins_setl_id"] == his.sent[-1][1]
    assert his.read(his.person["id"])["insuinfo"][0]["balc"] == Decimal("400.00")
    with pytest.raises(Refused):
        his.refund(data["mdtrt_id"], info["setl_id"])
    his.undo_visit(data["mdtrt_id"], "MZ-1")
    rows = hub.ledger()
    assert sum(Decimal(row["medfee_sumamt"]) for row in rows) == 0
    assert not any(row["live"] for row in rows)


@pytest.mark.requirement("R027", "R102")
def test_i_a_stay(hub, his):
    """Guizhou resident, referred: 5,000.00 of a class B drug, 4,500.00 in scope; (4,500 - 600) x (60 % - 10 points)."""
    serve(hub, his, "inpatient_new_year")
    info, visit = his.stay("ZY-1", [("XB01AAA0001", "50.00", 100)])
    assert figures(info) == money("5000.00", "1950.00", "0.00", "3050.00")
    assert info["act_pay_dedc"] == Decimal("600.00")
    [row] = hub.ledger(live="true")
    assert (row["setl_id"], row["medfee_sumamt"], row["fund_pay_sumamt"]) == (info["setl_id"], "5000.00", "1950.00")
    back = his.undo_stay(visit, info["setl_id"])
    assert figures(back) == money("-5000.00", "-1950.00", "0.00", "-3050.00")
    assert hub.ledger(live="true") == []
    assert hub.report()["passed"]


def test_the_client_shares_no_code():
    """Neither by what is written nor by what is loaded."""
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0].startswith("yidi")], path
    program = "import sys, independent.his; print([m for m in sys.modules if m.startswith('yidi')])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=HERE.parent, timeout=20
    )
    assert done.stdout.strip() == "[]"
