"""Outages, copies by a middle box, late commits, latencies: through real sockets."""

import http.client
import socket
import threading
import time
from random import Random
from urllib.parse import urlsplit

import pytest

from yidi_mocks import latency
from yidi_mocks.plugin import ControlRefused
from yidi_sdk import wire


@pytest.fixture
def settling(cashier):
    """The bytes of a 2207 that would succeed."""
    cashier.serve("filed_hypertension")
    visit, batch = cashier.basket(disease="M03900")
    data = cashier.settle_data(visit, batch, "100.00", "14")
    cashier.visit = visit
    return cashier, wire.dumps(cashier.envelope("2207", {"data": data}, msgid="FLYING"))


def sent(hub, body):
    """What came back over a new connection, None where it was closed without an answer."""
    place = urlsplit(hub.url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=5)
    try:
        connection.request("POST", "/fsi/api/callService", body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (http.client.RemoteDisconnected, ConnectionResetError):
        return None
    finally:
        connection.close()


def ask_fees(cashier):
    return wire.dumps(cashier.envelope("5204", {"data": {"psn_no": cashier.psn_no, "mdtrt_id": cashier.visit}}))


# outages


@pytest.mark.parametrize(("in_flight", "count"), [("answer_lost", 1), ("not_done", 0)])
def test_an_outage_begins_in_the_midst_of_a_settlement(hub, settling, in_flight, count):
    cashier, body = settling
    hub.control("/outage", {"for_s": 60, "infno": "2207", "nth": 1, "in_flight": in_flight})
    assert sent(hub, body) is None
    assert len(hub.ledger()) == count
    assert sent(hub, ask_fees(cashier)) is None
    assert hub.received()[-1]["verdict"] == "fault:drop_request"
    hub.control("/clock", {"advance_s": 61})
    assert sent(hub, ask_fees(cashier))[0] == 200


@pytest.mark.requirement("R060")
def test_a_settlement_that_waits_when_the_outage_begins(hub, settling):
    """Its answer is lost although it was done: it was on its way before anybody knew."""
    hub.control("/latency", {"latency_ms": 500}, "PUT")
    found = []
    caller = threading.Thread(target=lambda: found.append(sent(hub, settling[1])))
    caller.start()
    time.sleep(0.15)
    hub.control("/outage", {"for_s": 60, "in_s": 0.05})
    caller.join(5)
    assert found == [None]
    [row] = hub.ledger()
    assert row["medins_setl_id"] == "FLYING"
    assert hub.received(msgid="FLYING")[0]["verdict"] == "fault:drop_reply"


@pytest.mark.requirement("R138", "R182")
def test_an_announced_outage_tells_its_end(hub, settling):
    cashier, body = settling
    hub.control("/outage", {"for_s": 60, "announced": True, "text": "紧急检修"})
    status, answer = sent(hub, body)
    said = wire.loads(answer)["err_msg"]
    [row] = hub.control("/outage")["items"]
    end = row["to"].replace("T", " ")[:19]
    assert status == 200
    assert said.startswith("系统停机维护：紧急检修（")
    assert end in said
    assert hub.ledger() == []
    assert [v["rule"] for v in hub.report()["violations"]] == ["sent_during_maintenance"]
    hub.control("/outage", method="DELETE")
    assert wire.loads(sent(hub, ask_fees(cashier))[1])["infcode"] == 0


@pytest.mark.parametrize(("how", "status"), [("bad_gateway", 503), ("page", 503)])
def test_how_an_outage_looks(hub, settling, how, status):
    hub.control("/outage", {"for_s": 60, "how": how})
    assert sent(hub, settling[1])[0] == status
    assert hub.ledger() == []


def test_an_outage_that_hangs(hub, settling):
    hub.control("/outage", {"for_s": 60, "how": "hangs"})
    place = urlsplit(hub.url)
    with socket.create_connection((place.hostname, place.port), timeout=0.3) as plug:
        plug.sendall(b"POST /fsi/api/callService HTTP/1.1\r\nhost: hub\r\ncontent-length: 2\r\n\r\n{}")
        with pytest.raises(TimeoutError):
            plug.recv(1)


def test_an_outage_that_comes_later(hub, settling):
    cashier, body = settling
    hub.control("/outage", {"for_s": 60, "in_s": 30})
    assert wire.loads(sent(hub, body)[1])["infcode"] == 0
    hub.control("/clock", {"advance_s": 31})
    assert sent(hub, ask_fees(cashier)) is None


@pytest.mark.parametrize("row", [{}, {"for_s": "x"}, {"for_s": 1, "how": "odd"}, {"for_s": 1, "odd": 1}])
def test_outages_that_make_no_sense(hub, row):
    with pytest.raises(ControlRefused) as refused:
        hub.control("/outage", row)
    assert refused.value.status == 400


@pytest.mark.requirement("R058", "R138")
def test_answers_tell_of_an_announced_window(hub, cashier):
    now = hub.control("/health")["clock"]
    hub.control(
        "/maintenance", {"from": now[:10] + "T23:59:58+08:00", "to": now[:10] + "T23:59:59+08:00", "text": "夜间升级"}
    )
    hub.control("/clock", {"now": now[:10] + "T20:00:00+08:00"})
    answer = cashier.send("9001", {"signIn": {"opter_no": "op001", "mac": "", "ip": ""}})
    assert answer["infcode"] == 0
    assert answer["warn_msg"] == f"系统将于{now[:10]} 23:59:58至{now[:10]} 23:59:59停机维护：夜间升级"
    hub.control("/maintenance", method="DELETE")
    assert cashier.send("9001", {"signIn": {"opter_no": "op001", "mac": "", "ip": ""}})["warn_msg"] is None


# a middle box that repeats


def test_a_request_that_comes_twice(hub, settling):
    hub.fault("repeat_request", "2207")
    answer = wire.loads(sent(hub, settling[1])[1])
    assert (answer["infcode"], "报文ID重复" in answer["err_msg"]) == (-1, True)
    assert len(hub.ledger()) == 1
    first, copy = hub.received(msgid="FLYING")
    assert [(row["verdict"], row["effect"], row["cause"]) for row in (first, copy)] == [
        ("fault:repeat_request", True, None),
        ("fault:repeated_copy", False, "duplicate_msgid"),
    ]
    assert first["bytes_sha256"] == copy["bytes_sha256"]
    assert hub.report()["violations"] == []  # the box did it, not the hospital


def test_the_first_answer_may_be_the_one(hub, settling):
    hub.fault("repeat_request", "2207", answer="first", seconds=0.1)
    assert wire.loads(sent(hub, settling[1])[1])["infcode"] == 0
    deadline = time.monotonic() + 3
    while len(hub.received(msgid="FLYING")) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [row["verdict"] for row in hub.received(msgid="FLYING")] == ["fault:repeat_request", "fault:repeated_copy"]


def test_a_platform_that_answers_copies_alike(hub, settling):
    hub.control("/capabilities", {"idem_msgid": True}, "PUT")
    hub.fault("repeat_request", "2207")
    assert wire.loads(sent(hub, settling[1])[1])["output"]["setlinfo"]["setl_id"] == hub.ledger()[0]["setl_id"]
    assert len(hub.ledger()) == 1


def test_a_platform_that_does_a_copy_again(hub, settling):
    hub.control("/capabilities", {"refuses_repeats": False, "one_live": False}, "PUT")
    hub.fault("repeat_request", "2207")
    answer = wire.loads(sent(hub, settling[1])[1])
    rows = hub.ledger(live="true")
    assert [row["medins_setl_id"] for row in rows] == ["FLYING", "FLYING"]
    assert answer["output"]["setlinfo"]["setl_id"] == rows[1]["setl_id"]


# a commit that comes after "not found"


@pytest.mark.parametrize(("options", "answer"), [({}, None), ({"code": 504}, 504)])
def test_a_settlement_that_lands_after_a_query(hub, settling, options, answer):
    cashier, body = settling
    hub.fault("slow_commit", "2207", **options)
    got = sent(hub, body)
    assert (got and got[0]) == answer
    assert hub.ledger() == []
    [row] = hub.received(msgid="FLYING")
    assert (row["verdict"], row["effect"]) == ("fault:slow_commit", False)
    first = wire.loads(sent(hub, ask_fees(cashier))[1])["output"]["data"]
    assert [line["setl_id"] for line in first] == [None]
    [settlement] = hub.ledger(live="true")
    [row] = hub.received(msgid="FLYING")
    assert (row["effect"], row["setl_id"]) == (True, settlement["setl_id"])
    second = wire.loads(sent(hub, ask_fees(cashier))[1])["output"]["data"]
    assert [line["setl_id"] for line in second] == [settlement["setl_id"]]


def test_two_queries_may_have_to_ask(hub, settling):
    cashier, body = settling
    hub.fault("slow_commit", "2207", after_queries=2)
    sent(hub, body)
    sent(hub, ask_fees(cashier))
    assert hub.ledger() == []
    sent(hub, ask_fees(cashier))
    assert len(hub.ledger()) == 1


def test_a_settlement_that_lands_after_some_time(hub, settling):
    hub.fault("slow_commit", "2207", seconds=0.2)
    sent(hub, settling[1])
    assert hub.ledger() == []
    deadline = time.monotonic() + 3
    while not hub.ledger() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(hub.ledger()) == 1


def test_what_was_fenced_does_not_land(hub, settling):
    cashier, body = settling
    hub.control("/capabilities", {"tombstone": True}, "PUT")
    hub.fault("slow_commit", "2207")
    sent(hub, body)
    data = {"psn_no": cashier.psn_no, "omsgid": "FLYING", "oinfno": "2207"}
    assert "未找到原交易" in cashier.refused("2601", {"data": data})
    sent(hub, ask_fees(cashier))
    assert hub.ledger() == []
    [row] = hub.received(msgid="FLYING")
    assert (row["effect"], row["cause"]) == (False, "fenced")


# latencies


@pytest.mark.parametrize("name", latency.latencies())
def test_latencies_repeat_by_seed_and_stay_within_bounds(name):
    if name == "none":
        assert latency.named(name) is None
        return
    one, other = latency.named(name, 7), latency.named(name, 7)
    drawn = [one.draw(money=place % 4 == 0) for place in range(2000)]
    assert drawn == [other.draw(money=place % 4 == 0) for place in range(2000)]
    assert min(drawn) >= 0
    assert max(drawn) <= one.row["most_s"]
    assert len(set(drawn)) > 1
    half = latency.named(name, 7, 0.5)
    assert half.draw(money=True) == pytest.approx(drawn[0] / 2)


def test_money_takes_longer_where_it_says_so():
    row = latency.latencies()["cross_province"]
    with_money, without = (latency.Latency("x", Random(3), row=row).draw(money=money) for money in (True, False))
    assert with_money == pytest.approx(without * 4)


def test_a_named_latency_is_waited_for(hub, cashier):
    hub.control("/latency", {"name": "stutter", "scale": 0.06}, "PUT")
    begun = time.monotonic()
    for _ in range(10):
        cashier.send("9001", {"signIn": {"opter_no": "op001", "mac": "", "ip": ""}})
    assert time.monotonic() - begun >= 9 * 0.003 + 0.3
    assert hub.control("/latency")["name"] == "stutter"
    with pytest.raises(ControlRefused):
        hub.control("/latency", {"name": "odd"}, "PUT")
    with pytest.raises(ControlRefused):
        hub.control("/latency", {"latency_ms": -1}, "PUT")
    hub.control("/latency", {"name": "none"}, "PUT")
    assert hub.control("/latency")["name"] == "none"
