"""Every kind of fault, on the wire. Raw sockets show what a library would hide."""

import socket
import time
from urllib.parse import urlsplit

import pytest

from yidi_mocks.faults import AFTER, BEFORE, PLACES, Kind
from yidi_sdk import wire


@pytest.fixture
def settling(cashier):
    """The bytes of a 2207 that would succeed."""
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    data = cashier.settle_data(visit, batch, "100.00", "14")
    return cashier, wire.dumps(cashier.envelope("2207", {"data": data}, msgid="FAULTY"))


def raw_exchange(hub, body, wait_s=2.0):
    """Send one request over a bare socket; what came back until the end or the wait, and whether it ended."""
    place = urlsplit(hub.url)
    with socket.create_connection((place.hostname, place.port), timeout=wait_s) as plug:
        head = f"POST /fsi/api/callService HTTP/1.1\r\nhost: hub\r\ncontent-length: {len(body)}\r\n\r\n"
        plug.sendall(head.encode() + body)
        got = b""
        try:
            while part := plug.recv(65536):
                got += part
        except TimeoutError:
            return got, False
        except ConnectionResetError:
            return got, True
        return got, True


def last(hub):
    return hub.received(infno="2207")[-1]


def test_drop_request_closes_before_any_effect(hub, settling):
    hub.fault("drop_request", "2207")
    assert raw_exchange(hub, settling[1]) == (b"", True)
    assert hub.ledger() == []
    assert (last(hub)["verdict"], last(hub)["effect"]) == ("fault:drop_request", False)
    assert settling[0].post(settling[1])[0] == 200
    assert len(hub.ledger()) == 1


def test_drop_reply_closes_after_the_effect(hub, settling):
    hub.fault("drop_reply", "2207", where="after_effect", when={"nth": 1})
    assert raw_exchange(hub, settling[1]) == (b"", True)
    (row,) = hub.ledger(live="true")
    assert row["medins_setl_id"] == "FAULTY"
    assert (last(hub)["verdict"], last(hub)["effect"], last(hub)["setl_id"]) == (
        "fault:drop_reply",
        True,
        row["setl_id"],
    )


@pytest.mark.parametrize(("where", "count"), [(BEFORE, 0), (AFTER, 1)])
def test_hang_never_answers_and_keeps_the_connection(hub, settling, where, count):
    hub.fault("hang", "2207", where=where)
    assert raw_exchange(hub, settling[1], wait_s=0.4) == (b"", False)
    assert len(hub.ledger()) == count


def test_cut_sends_a_part_and_closes(hub, settling):
    hub.fault("cut", "2207", after_bytes=20)
    got, ended = raw_exchange(hub, settling[1])
    head, _, body = got.partition(b"\r\n\r\n")
    assert ended
    assert len(body) == 20
    promised = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length"))
    assert promised > 20
    assert len(hub.ledger()) == 1


@pytest.mark.parametrize(("where", "count"), [(BEFORE, 0), (AFTER, 1)])
def test_delay_before_and_after_the_effect(hub, settling, where, count):
    hub.fault("delay", "2207", where=where, seconds=0.5)
    assert raw_exchange(hub, settling[1], wait_s=0.2) == (b"", False)
    assert len(hub.ledger()) == count
    deadline = time.monotonic() + 3
    while not hub.ledger() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(hub.ledger()) == 1


def test_the_whole_answer_leaves_in_one_segment(hub, settling):
    place = urlsplit(hub.url)
    with socket.create_connection((place.hostname, place.port), timeout=2) as plug:
        body = settling[1]
        head = f"POST /fsi/api/callService HTTP/1.1\r\nhost: hub\r\ncontent-length: {len(body)}\r\n\r\n"
        plug.sendall(head.encode() + body)
        first = plug.recv(65536)
    head, _, rest = first.partition(b"\r\n\r\n")
    assert f"content-length: {len(rest)}".encode() in head
    assert wire.loads(rest)["infcode"] == 0


@pytest.mark.parametrize("where", [BEFORE, AFTER])
@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("refuse", {"err_msg": "云南省参保地系统异常"}, "云南省参保地系统异常"),
        ("maintenance", {}, "系统停机维护："),
        ("sign_expired", {}, "签到失效"),
        ("rate_limit", {}, "请求过于频繁"),
    ],
)
def test_refusing_kinds(hub, settling, where, kind, options, words):
    hub.fault(kind, "2207", where=where, **options)
    answer = wire.loads(settling[0].post(settling[1])[1])
    assert answer["infcode"] == -1
    assert words in answer["err_msg"]
    assert len(hub.ledger()) == (where == AFTER)


def test_sign_expired_really_ends_the_session(hub, cashier):
    hub.fault("sign_expired", "5301")
    cashier.serve("filed_hypertension")
    assert "签到失效" in cashier.refused("5301", {"data": {"psn_no": cashier.psn_no}})
    assert "签到失效" in cashier.refused("5301", {"data": {"psn_no": cashier.psn_no}})
    cashier.sign_in()
    cashier.ok("5301", {"data": {"psn_no": cashier.psn_no}})


@pytest.mark.parametrize("where", [BEFORE, AFTER])
@pytest.mark.parametrize(("kind", "code", "status"), [("status", 503, 503), ("status", None, 502), ("html", None, 200)])
def test_not_an_answer(hub, settling, where, kind, code, status):
    hub.fault(kind, "2207", where=where, **({"code": code} if code else {}))
    got, body = settling[0].post(settling[1])
    assert got == status
    assert b"<html>" in body
    assert len(hub.ledger()) == (where == AFTER)


def test_garble_is_no_json(hub, settling):
    hub.fault("garble", "2207")
    with pytest.raises(wire.NotJson):
        wire.loads(settling[0].post(settling[1])[1])
    assert len(hub.ledger()) == 1


def test_answer_of_another(hub, settling):
    hub.fault("answer_of_another", "2207")
    info = wire.loads(settling[0].post(settling[1])[1])["output"]["setlinfo"]
    (row,) = hub.ledger()
    assert info["medins_setl_id"] != "FAULTY"
    assert info["psn_no"] != row["psn_no"]
    assert info["setl_id"] != row["setl_id"]


def test_wrong_amounts_only_in_the_answer(hub, settling):
    hub.fault("wrong_amounts", "2207")
    info = wire.loads(settling[0].post(settling[1])[1])["output"]["setlinfo"]
    assert info["medfee_sumamt"] != info["fund_pay_sumamt"] + info["acct_pay"] + info["psn_cash_pay"]
    (row,) = hub.ledger()
    assert row["psn_cash_pay"] != format(info["psn_cash_pay"], "f")


def test_wrong_sign(hub, settling):
    hub.fault("wrong_sign", "2207", where="before_effect")
    assert "签名不一致" in wire.loads(settling[0].post(settling[1])[1])["err_msg"]
    hub.fault("wrong_sign", "2207")
    answer = wire.loads(settling[0].post(settling[1])[1])
    assert (answer["infcode"], answer["signtype"]) == (0, "SM2")


def test_duplicate_reply(hub, settling):
    hub.fault("duplicate_reply", "2207")
    got, _ = raw_exchange(hub, settling[1], wait_s=0.4)
    assert got.count(b"HTTP/1.1 200 OK") == 2
    assert len(hub.ledger()) == 1


def test_every_kind_has_its_place():
    assert set(PLACES) == set(Kind)
    assert all(usual in possible for usual, possible in PLACES.values())


def test_when(hub, cashier):
    cashier.serve("filed_hypertension")
    ask = {"data": {"psn_no": cashier.psn_no}}
    number = hub.fault("rate_limit", "5301", when={"nth": 2})
    assert [cashier.send("5301", ask)["infcode"] for _ in range(3)] == [0, -1, 0]
    assert hub.control(f"/faults/{number}")["fired"] == 1
    hub.control("/faults", method="DELETE")
    hub.fault("rate_limit", "*", when={"times": 2})
    assert [cashier.send("5301", ask)["infcode"] for _ in range(3)] == [-1, -1, 0]
    hub.control("/faults", method="DELETE")
    number = hub.fault("rate_limit", "5301", when={"always": True})
    assert [cashier.send("5301", ask)["infcode"] for _ in range(2)] == [-1, -1]
    hub.control(f"/faults/{number}", method="DELETE")
    assert cashier.send("5301", ask)["infcode"] == 0


def test_probability_repeats_by_seed(hub, cashier):
    def run():
        hub.reset(seed=7)
        cashier.sign_in()
        cashier.serve("filed_hypertension")
        hub.fault("rate_limit", "5301", when={"probability": 0.5})
        return [cashier.send("5301", {"data": {"psn_no": cashier.psn_no}})["infcode"] for _ in range(20)]

    first = run()
    assert first == run()
    assert set(first) == {0, -1}


def test_a_hub_with_hanging_connections_still_stops():
    from yidi_mocks.exchange import Exchange
    from yidi_mocks.plugin import RunningHub
    from yidi_mocks.server import ThreadedHub

    server = ThreadedHub(Exchange())
    server.start()
    hub = RunningHub(server.server.url)
    hub.fault("hang", "*", when={"always": True})
    place = urlsplit(hub.url)
    with socket.create_connection((place.hostname, place.port), timeout=5) as plug:
        plug.sendall(b"POST /fsi/api/callService HTTP/1.1\r\nhost: hub\r\ncontent-length: 2\r\n\r\n{}")
        while not hub.received():
            time.sleep(0.01)
        begun = time.monotonic()
        server.stop()
        assert time.monotonic() - begun < 4
        with pytest.raises(OSError):
            plug.recv(1) or plug.sendall(b"x" * 100_000) or plug.sendall(b"x" * 100_000)


@pytest.mark.hub_scenario("lost_reply_once")
def test_blind_repeats_are_violations(hub, cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    data = cashier.settle_data(visit, batch, "100.00", "14")
    assert raw_exchange(hub, wire.dumps(cashier.envelope("2207", {"data": data}))) == (b"", True)
    cashier.send("2207", {"data": data})
    assert [v["rule"] for v in hub.control("/report")["violations"]] == ["duplicate_commit", "blind_repeat"]


def test_asking_after_a_lost_answer_is_right(hub, cashier):
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    data = cashier.settle_data(visit, batch, "100.00", "14")
    hub.fault("drop_request", "2207")
    assert raw_exchange(hub, wire.dumps(cashier.envelope("2207", {"data": data}))) == (b"", True)
    cashier.ok("5204", {"data": {"psn_no": cashier.psn_no, "mdtrt_id": visit}})
    cashier.ok("2207", {"data": data})
    assert hub.control("/report")["passed"]
