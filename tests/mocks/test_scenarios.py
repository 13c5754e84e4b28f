"""Every scenario that comes with the hub is started and does what it says: one check each."""

import http.client
import json
import socket
import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest

from yidi_mocks.plugin import ControlRefused
from yidi_mocks.registry import scenario_rows
from yidi_sdk import wire

PATH = "/fsi/api/callService"
SIGN_IN = {"signIn": {"opter_no": "op001", "mac": "", "ip": ""}}
CHECKS = {}


def shows(*names):
    """The scenario whose check this is."""

    def keep(check):
        CHECKS.update(dict.fromkeys(names, check))
        return check

    return keep


@pytest.mark.parametrize("name", scenario_rows())
def test_scenario(hub, cashier, name):
    hub.reset(name)
    cashier.sign_no = ""
    assert hub.control("/health")["scenario"] == name
    CHECKS[name](hub, cashier)


def test_there_are_many_and_each_says_why():
    rows = scenario_rows()
    assert set(CHECKS) == set(rows)
    assert len(rows) >= 25
    for name, row in rows.items():
        assert row["title"], name
        assert row["about"], name
        assert row["why"].endswith("。"), name
        assert row["why"].count("。") == 1, name
    assert len({row["why"] for row in rows.values()}) == len(rows)


def reached(cashier, disease="M03900"):
    """Visit, batch and the message of a settlement, everything before it done; faults on the way are waited out."""
    cashier.sign_in()
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease=disease)
    return visit, batch, cashier.settle_data(visit, batch, "100.00", "14")


def settle(hub, cashier, data, infno="2207", msgid="SETTLES"):
    """Status and answer, None where nothing came."""
    place = urlsplit(hub.url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=1)
    try:
        connection.request(
            "POST", "/fsi/api/callService", wire.dumps(cashier.envelope(infno, {"data": data}, msgid=msgid))
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (http.client.HTTPException, ConnectionResetError, TimeoutError):
        return None
    finally:
        connection.close()


@shows("sunny")
def _(hub, cashier):
    _, _, data = reached(cashier)
    info = cashier.ok("2207", {"data": data})["setlinfo"]
    assert hub.ledger(live="true")[0]["setl_id"] == info["setl_id"]
    assert hub.report()["passed"]


@shows("slow")
def _(hub, cashier):
    begun = time.monotonic()
    cashier.sign_in()
    assert time.monotonic() - begun >= 0.5


@shows("busy_morning", "heavy_tail")
def _(hub, _cashier):
    assert hub.control("/latency")["name"] == hub.control("/health")["scenario"]


@shows("weather")
def _(hub, cashier):
    kinds = {fault["kind"] for fault in hub.control("/faults")["items"]}
    assert kinds == {"drop_request", "drop_reply", "status", "garble", "html", "delay"}
    for number in range(60):
        settle(hub, cashier, {}, "1101", f"W{number}")
    assert sum(row["verdict"].startswith("fault:") for row in hub.received()) > 3


@shows("lost_reply_once")
def _(hub, cashier):
    _, _, data = reached(cashier)
    assert settle(hub, cashier, data) is None
    assert len(hub.ledger(live="true")) == 1


@shows("lost_replies")
def _(hub, _cashier):
    assert hub.control("/faults")["items"][0]["when"] == {"probability": 0.2}


@shows("lost_request")
def _(hub, cashier):
    _, _, data = reached(cashier)
    assert settle(hub, cashier, data) is None
    assert hub.ledger() == []


@shows("lost_reversal")
def _(hub, cashier):
    _, _, data = reached(cashier)
    assert settle(hub, cashier, data) is None
    undo = {"psn_no": cashier.psn_no, "omsgid": "SETTLES", "oinfno": "2207"}
    assert settle(hub, cashier, undo, "2601", "UNDOES1") is None
    assert hub.ledger(live="true") == []
    assert cashier.refused("2601", {"data": undo}) == "原交易已冲正"


@shows("lost_registration")
def _(hub, cashier):
    cashier.sign_in()
    cashier.serve("filed_hypertension")
    with pytest.raises(http.client.HTTPException):
        cashier.register()
    cashier.connection.close()
    day = cashier.today()
    asked = {"psn_no": cashier.psn_no, "begntime": f"{day} 00:00:00", "endtime": f"{day} 23:59:59", "med_type": "11"}
    assert len(cashier.ok("5201", {"data": asked})["mdtrtinfo"]) == 1


@shows("slow_commit")
def _(hub, cashier):
    visit, _, data = reached(cashier)
    assert settle(hub, cashier, data) is None
    asked = {"data": {"psn_no": cashier.psn_no, "mdtrt_id": visit}}
    assert cashier.ok("5204", asked)["data"][0]["setl_id"] is None
    assert cashier.ok("5204", asked)["data"][0]["setl_id"] is not None


@shows("repeating_proxy")
def _(hub, cashier):
    _, _, data = reached(cashier)
    assert "报文ID重复" in cashier.refused("2207", {"data": data})
    assert len(hub.received(infno="2207")) == 2
    assert len(hub.ledger(live="true")) == 1


@shows("repeats_done_again")
def _(hub, cashier):
    _, _, data = reached(cashier)
    cashier.ok("2207", {"data": data})
    assert len(hub.ledger(live="true")) == 2


@shows("answer_twice")
def _(hub, cashier):
    _, _, data = reached(cashier)
    body = wire.dumps(cashier.envelope("2207", {"data": data}))
    place = urlsplit(hub.url)
    with socket.create_connection((place.hostname, place.port), timeout=0.5) as plug:
        plug.sendall(f"POST {PATH} HTTP/1.1\r\nhost: hub\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        got = b""
        while got.count(b"HTTP/1.1 200") < 2 or not got.endswith(b"}"):
            got += plug.recv(65536)
    assert got.count(b'"setl_id"') % 2 == 0
    assert len(hub.ledger()) == 1


@shows("somebody_elses_answer")
def _(hub, cashier):
    _, _, data = reached(cashier)
    assert cashier.ok("2207", {"data": data})["setlinfo"]["psn_no"] != cashier.psn_no


@shows("wrong_sums")
def _(hub, cashier):
    _, _, data = reached(cashier)
    info = cashier.ok("2207", {"data": data})["setlinfo"]
    assert info["psn_cash_pay"] == info["psn_part_amt"] - info["acct_pay"] + 1


@shows("cut_answer")
def _(hub, cashier):
    _, _, data = reached(cashier)
    assert settle(hub, cashier, data) is None  # http.client: IncompleteRead
    assert hub.received(infno="2207")[0]["verdict"] == "fault:cut"


@shows("garbled_answer")
def _(hub, cashier):
    _, _, data = reached(cashier)
    with pytest.raises(ValueError):
        json.loads(settle(hub, cashier, data)[1])
    assert len(hub.ledger(live="true")) == 1


@shows("login_page")
def _(hub, cashier):
    _, _, data = reached(cashier)
    for msgid in ("A", "B"):
        status, body = settle(hub, cashier, data, msgid=msgid)
        assert (status, b"<html>" in body) == (200, True)
    assert hub.ledger() == []


@shows("bad_gateway_after")
def _(hub, cashier):
    _, _, data = reached(cashier)
    assert settle(hub, cashier, data)[0] == 502
    assert len(hub.ledger(live="true")) == 1


@shows("hanging")
def _(hub, cashier):
    _, _, data = reached(cashier)
    begun = time.monotonic()
    assert settle(hub, cashier, data) is None
    assert time.monotonic() - begun >= 1
    assert len(hub.ledger(live="true")) == 1


@shows("refused_once")
def _(hub, cashier):
    cashier.sign_in()
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    trial = {"data": cashier.trial_data(visit, batch, "100.00", "14")}
    assert "参保地系统返回错误" in cashier.refused("2206", trial)
    cashier.ok("2206", trial)


@shows("rate_limited")
def _(hub, cashier):
    cashier.sign_in()
    ask = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": hub.person("filed_hypertension")["id_number"]}}
    assert all("请求过于频繁" in cashier.refused("1101", ask) for _ in range(3))
    cashier.ok("1101", ask)


@shows("sign_in_lost")
def _(hub, cashier):
    cashier.sign_in()
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    line = {"feedetail": [cashier.line(visit, batch, "L2", dise_codg="M03900")]}
    assert "签到失效" in cashier.refused("2204", line)
    cashier.sign_in()
    cashier.ok("2204", line)


@shows("short_sign_in")
def _(hub, cashier):
    cashier.sign_in()
    hub.control("/clock", {"advance_s": 61})
    assert "签到失效" in cashier.refused("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "1"}})


@shows("maintenance_now")
def _(hub, cashier):
    assert cashier.refused("9001", SIGN_IN).startswith("系统停机维护：国家医保信息平台例行维护（")
    hub.control("/clock", {"advance_s": 1801})
    cashier.sign_in()


@shows("maintenance_soon")
def _(hub, cashier):
    assert "停机维护：国家医保信息平台例行维护" in cashier.send("9001", SIGN_IN)["warn_msg"]
    hub.control("/clock", {"advance_s": 121})
    assert "系统停机维护" in cashier.refused("9001", SIGN_IN)


@shows("insured_place_down")
def _(hub, cashier):
    cashier.sign_in()
    cashier.serve("filed_hypertension")
    assert "云南省医保信息平台升级" in cashier.refused("5301", {"data": {"psn_no": cashier.psn_no}})
    cashier.serve("retired_resettled")
    cashier.ok("5301", {"data": {"psn_no": cashier.psn_no}})


@shows("outage_in_flight")
def _(hub, cashier):
    visit, _, data = reached(cashier)
    assert settle(hub, cashier, data) is None
    assert len(hub.ledger(live="true")) == 1
    ask = {"psn_no": cashier.psn_no, "mdtrt_id": visit}
    assert settle(hub, cashier, ask, "5204", "ASKS1") is None
    hub.control("/clock", {"advance_s": 31})
    assert settle(hub, cashier, ask, "5204", "ASKS2")[0] == 200


@shows("outage_unannounced")
def _(hub, cashier):
    assert settle(hub, cashier, {}, "1101") is None
    hub.control("/clock", {"advance_s": 21})
    cashier.sign_in()


@shows("new_year_eve")
def _(hub, cashier):
    _, _, data = reached(cashier)
    setl_id = cashier.ok("2207", {"data": data})["setlinfo"]["setl_id"]
    assert (hub.ledger()[0]["setl_id"], cashier.today()) == (setl_id, "2026-12-31")
    hub.control("/clock", {"advance_s": 180})
    undo = {"psn_no": cashier.psn_no, "omsgid": hub.ledger()[0]["medins_setl_id"], "oinfno": "2207"}
    assert cashier.refused("2601", {"data": undo}) == "非当日交易，不能冲正"


@shows("clock_ahead")
def _(hub, _cashier):
    from mocks.test_signing import client

    from yidi_sdk.errors import YidiError

    with client(hub, "guangdong") as ours, pytest.raises(YidiError):
        ours.sign_in()
    assert "签名时间戳超时" in hub.received()[0]["err_msg"]


@shows("hospital_suspended")
def _(hub, cashier):
    cashier.sign_in()
    cashier.serve("filed_hypertension")
    with pytest.raises(AssertionError):
        cashier.settle(*cashier.basket(), "100.00")
    assert "已暂停" in hub.received()[-1]["err_msg"]


@shows("chronic_not_open")
def _(hub, cashier):
    cashier.sign_in()
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    assert "未开通该病种" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00", "14")})


@shows("filing_withdrawn")
def _(hub, cashier):
    cashier.sign_in()
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket()
    assert "取消" in cashier.refused("2206", {"data": cashier.trial_data(visit, batch, "100.00")})


@shows("msgid_hidden")
def _(hub, cashier):
    visit, _, data = reached(cashier)
    setl_id = cashier.ok("2207", {"data": data})["setlinfo"]["setl_id"]
    found = cashier.ok("5203", {"data": {"psn_no": cashier.psn_no, "setl_id": setl_id, "mdtrt_id": visit}})
    assert found["setlinfo"]["medins_setl_id"] is None


@shows("no_reversal")
def _(hub, cashier):
    visit, _, data = reached(cashier)
    setl_id = cashier.ok("2207", {"data": data}, msgid="ONCE")["setlinfo"]["setl_id"]
    undo = {"psn_no": cashier.psn_no, "omsgid": "ONCE", "oinfno": "2207"}
    assert "不支持冲正" in cashier.refused("2601", {"data": undo})
    cashier.ok("2208", {"data": {"setl_id": setl_id, "mdtrt_id": visit, "psn_no": cashier.psn_no}})


@shows("texts_for_numbers")
def _(hub, cashier):
    answer = cashier.send("9001", SIGN_IN)
    assert (answer["infcode"], answer["err_msg"]) == ("0", "success")


@shows("doubtful_platform")
def _(hub, _cashier):
    drawn = []
    for seed in range(6):
        hub.reset("doubtful_platform", seed=seed)
        drawn.append(hub.control("/capabilities"))
    assert len({json.dumps(flags, sort_keys=True) for flags in drawn}) > 3
    hub.reset("doubtful_platform", seed=0)
    assert hub.control("/capabilities") == drawn[0]


@shows("wrong_signature")
def _(hub, _cashier):
    assert hub.control("/health")["profile"] == "jilin"
    assert [fault["kind"] for fault in hub.control("/faults")["items"]] == ["wrong_sign"]


@shows("guangdong_platform", "hunan_platform", "zhejiang_platform", "jilin_platform", "chongqing_platform")
def _(hub, _cashier):
    """A whole visit with the SDK, which holds its own idea of the province."""
    from mocks.test_signing import client

    from yidi_sdk.transactions import GetPerson, RegisterOutpatient

    name = hub.control("/health")["profile"]
    person = hub.person("filed_hypertension")
    with client(hub, name) as ours:
        ours.sign_in()
        found = ours.send(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no=person["id_number"]))
        begun = (datetime.now() - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S")
        visit = ours.send(
            RegisterOutpatient(
                psn_no=found.baseinfo.psn_no,
                insutype="310",
                begntime=begun,
                mdtrt_cert_type="02",
                mdtrt_cert_no=person["id_number"],
                ipt_otp_no="MZ1",
                atddr_no="D500103000001",
                dr_name="示例医师",
                dept_code="A03",
                dept_name="内科",
                caty="A03",
            ),
            insured_division="530100",
        )
    assert visit.data.mdtrt_id
    assert hub.report()["passed"]


@pytest.mark.parametrize("suffix", ["json", "toml"])
def test_a_file_of_ones_own(hub, cashier, tmp_path, suffix):
    row = {"title": "x", "faults": [{"kind": "refuse", "infno": "9001", "err_msg": "自编"}], "latency_ms": 1}
    path = tmp_path / f"own.{suffix}"
    text = 'title = "x"\nlatency_ms = 1\n[[faults]]\nkind = "refuse"\ninfno = "9001"\nerr_msg = "自编"\n'
    path.write_text(json.dumps(row) if suffix == "json" else text, encoding="utf-8")
    hub.reset(str(path))
    assert cashier.refused("9001", SIGN_IN) == "自编"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("odd = 1", "odd"),
        ('latency = "odd"', "latency must be one of"),
        ('profile = "odd"', "profile must be one of"),
        ("[[faults]]\nkind = 1", "kind must be one of"),
        ("[[outages]]\nhow = 'odd'", "for_s"),
        ("[persona.nobody]\nbenefit = 'x'", "nobody"),
        ("= 1", "no scenario"),
    ],
)
def test_files_that_make_no_sense(hub, tmp_path, text, words):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ControlRefused) as refused:
        hub.reset(str(path))
    assert refused.value.status == 400
    assert words in str(refused.value)
