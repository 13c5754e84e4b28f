"""The same client, unchanged, against the gateway's national door: whatever goes wrong behind it, what the client was
told is what the hub holds, and no settlement left twice."""

import shutil
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from independent.his import CHRONIC, His, NoAnswer, Refused
from independent.test_whole_demo import DIABETES, HYPERTENSION, UNRELATED, figures, money

CONFIG = """\
[platform]
url = "{hub}"
[institution]
code = "H50010300001"
name = "示例市人民医院(虚构)"
division = "500103"
[journal]
url = "sqlite:///yidi.db"
[timing]
commit_s = 1
query_s = 1
upload_s = 1
quiet_s = 3
caller_patience_s = 40
[access]
callers = [{{ id = "his", key_file = "his.key", scopes = ["query", "settle", "refund", "admin"] }}]
"""
FAULTS = [
    ("delay", {"seconds": 0.3}),
    ("delay", {"seconds": 1.6}),
    ("hang", {}),
    ("drop_request", {}),
    ("drop_reply", {}),
    ("cut", {"after_bytes": 40}),
    ("garble", {}),
    ("html", {}),
    ("status", {"code": 502}),
    ("refuse", {"err_msg": "参保人医保待遇暂停"}),
    ("refuse", {"err_msg": "没有人听说过的说法"}),
    ("wrong_sign", {}),
    ("answer_of_another", {}),
    ("duplicate_reply", {}),
    ("wrong_amounts", {}),
    ("maintenance", {}),
    ("sign_expired", {}),
    ("rate_limit", {}),
]
BOTH = ("before_effect", "after_effect")
"""Kinds that a hub takes at one place only are planted there; the other place is refused by its control door."""
LIES = {("refuse", "after_effect"), ("rate_limit", "after_effect"), ("sign_expired", "after_effect")}
"""The platform says in its own final words that it did nothing, and did it: only the day's end shows that."""


@pytest.fixture
def door(hub, tmp_path):
    """The gateway as a program of its own before this test's hub."""
    (tmp_path / "his.key").write_text("a-key-for-tests-0123456789")
    (tmp_path / "gateway.toml").write_text(CONFIG.format(hub=hub.url), encoding="utf-8")
    program = shutil.which("yidi-gateway", path=str(Path(sys.executable).parent))
    command = [program, "serve", "--config", str(tmp_path / "gateway.toml"), "--port", "0"]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process:
        try:
            line = process.stdout.readline().decode()
            assert line.startswith("gateway ready"), (tmp_path / "log").read_text("utf-8")
            yield line.split()[-1]
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def his(door):
    found = His(door, patience_s=60)
    found.sign_in()
    return found


def serve(hub, his, name):
    his.read(hub.personas()[name]["id_number"])


def told_at_last(his, data, msgid, within_s=60):
    """What the client hears of a settlement in the end: settled, or no. While it is pending it asks again."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            return his.settle(data, msgid)
        except Refused as refused:
            if not str(refused).startswith("结果确认中，请勿重复收费"):
                return None
            time.sleep(0.3)
    raise AssertionError("still pending")


def test_a_day_without_trouble(hub, his):
    serve(hub, his, "filed_hypertension_diabetes")
    baskets = [("1", CHRONIC, HYPERTENSION, "M03900"), ("2", CHRONIC, DIABETES, "M01600"), ("3", "11", UNRELATED, "")]
    settled = [his.settle(his.prepare(f"MZ-{number}", kind, lines, code)) for number, kind, lines, code in baskets]
    assert figures(settled[0]) == money("64.00", "48.00", "16.00", "0.00")
    assert [row["setl_id"] for row in hub.ledger(live="true")] == [info["setl_id"] for info in settled]
    back = his.refund(settled[2]["mdtrt_id"], settled[2]["setl_id"])
    assert back["medins_setl_id"] == his.sent[-1][1]
    his.undo_visit(settled[2]["mdtrt_id"], "MZ-3")
    assert len(hub.ledger(live="true")) == 2
    assert hub.report()["passed"]


def test_a_stay(hub, his):
    serve(hub, his, "inpatient_new_year")
    info, visit = his.stay("ZY-1", [("XB01AAA0001", "50.00", 100)])
    assert figures(info) == money("5000.00", "1950.00", "0.00", "3050.00")
    [row] = hub.ledger(live="true")
    assert row["setl_id"] == info["setl_id"]
    back = his.undo_stay(visit, info["setl_id"])
    assert figures(back) == money("-5000.00", "-1950.00", "0.00", "-3050.00")
    assert hub.ledger(live="true") == []


@pytest.mark.parametrize("where", BOTH)
@pytest.mark.parametrize(("kind", "options"), FAULTS, ids=lambda value: value if isinstance(value, str) else None)
def test_every_fault_of_the_settlement(hub, his, kind, options, where):
    serve(hub, his, "filed_hypertension")
    data = his.prepare("MZ-1", CHRONIC, HYPERTENSION, "M03900")
    try:
        hub.fault(kind, "2207", where=where, when={"nth": 1}, **options)
    except AssertionError:
        pytest.skip(f"{kind} does not come {where}")
    msgid = his.msgid()
    info = told_at_last(his, data, msgid)
    rows = hub.ledger(live="true")
    sent = [row for row in hub.received(infno="2207") if row["infno"] == "2207"]
    effects = [row for row in sent if row["effect"]]
    assert len(effects) <= 1
    if kind != "sign_expired":  # proven not executed by the platform's own words, so it is sent anew
        assert [row["msgid"] for row in sent] == [msgid]
    if info is None:
        assert not rows or kind == "wrong_amounts" or (kind, where) in LIES, "told no, and the platform holds it"
    else:
        assert [row["setl_id"] for row in rows] == [info["setl_id"]]
        assert figures(info)[0] == Decimal("64.00")


@pytest.mark.parametrize("kind", ["drop_reply", "hang", "status", "garble"])
@pytest.mark.parametrize("infno", ["2208", "2201"])
def test_registration_and_refund_without_an_answer(hub, his, kind, infno):
    serve(hub, his, "filed_hypertension")
    data = his.prepare("MZ-1", CHRONIC, HYPERTENSION, "M03900")
    info = his.settle(data)
    hub.fault(kind, infno, where="after_effect", when={"nth": 1})
    if infno == "2201":
        visit = his.register("MZ-2")
        assert visit in {row["mdtrt_id"] for row in hub.control(f"/world?person={his.person['psn_no']}")["visits"]}
        return
    back = his.refund(data["mdtrt_id"], info["setl_id"])
    assert back["setl_id"] != info["setl_id"]
    assert hub.ledger(live="true") == []
    assert len([row for row in hub.received(infno="2208") if row["infno"] == "2208"]) == 1


def test_the_client_reverses_what_it_did_not_hear_of(hub, door, his):
    serve(hub, his, "filed_hypertension")
    data = his.prepare("MZ-1", CHRONIC, HYPERTENSION, "M03900")
    hub.fault("hang", "2207", where="after_effect", when={"nth": 1})
    msgid = his.msgid()
    his.patience_s = 0.5
    with pytest.raises(NoAnswer):
        his.settle(data, msgid)
    his.patience_s = 60
    his.reverse(msgid)
    assert hub.ledger(live="true") == []
    with pytest.raises(Refused, match=r"^原交易已冲正$"):
        his.reverse(msgid)
    again = his.settle(data)
    assert [row["setl_id"] for row in hub.ledger(live="true")] == [again["setl_id"]]
