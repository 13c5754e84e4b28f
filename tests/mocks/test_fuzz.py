"""The business door under fire: no failure of the hub itself, no success for a broken message, no memory without end.

The messages of a whole demo (`independent.his`) are broken one by one just before they are sent right; bytes of every
golden message are changed at random; long and deep ones are thrown in. What is broken is told by `judge`, which reads the
fact tables and nothing of ours.
"""

import gc
import json
import random
import socket
import tracemalloc
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from independent.his import CHRONIC, ORDINARY, His

from mocks import judge
from yidi_mocks import answers
from yidi_mocks.exchange import ANSWERS, SINGLE_PATH, Exchange
from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE

GOLDEN = {
    path.name.split(".")[0]: path.read_bytes()
    for path in (Path(__file__).parent.parent / "golden").glob("*.request.json")
}
answers.register_all()
ANSWERED = sorted(row.infno for row in CATALOGUE if row.input in ANSWERS)
NAMES = ("psn_no", "mdtrt_id", "setl_id", "chrg_bchno", "med_type", "msgid", "oinfno", "feedetl_sn", "dise_codg")


def told(hub, raw, path=SINGLE_PATH):
    """The answer; whatever the hub raises is its failure. Bytes of a file count as a success."""
    body = hub.perform(hub.admit(raw, path))
    try:
        answer = wire.loads(body)
    except wire.NotJson:
        return {"infcode": 0, "err_msg": None}
    assert answer["infcode"] in (0, -1)
    assert answer["infcode"] == 0 or answer["err_msg"]
    return answer


# broken by construction, in the midst of a life


def wounds(message, chance):
    """Messages that are broken whatever the state, each with its name."""
    nodes = message["input"]
    yield "no msgid", {**message, "msgid": ""}
    yield "long msgid", {**message, "msgid": "M" * 31}
    yield "no operator", {**message, "opter": None}
    yield "stranger in the envelope", {**message, "stranger": "1"}
    yield "number in the envelope", {**message, "fixmedins_name": 7}
    yield "no time", {**message, "inf_time": "2026-02-30 00:00:00"}
    yield "no input", {**message, "input": None}
    yield "input as a list", {**message, "input": [nodes]}
    yield "unknown infno", {**message, "infno": "0000"}
    yield "stranger among nodes", {**message, "input": {**nodes, "stranger": {}}}
    for name, node in nodes.items():
        other = [node] if isinstance(node, dict) else node[0]
        yield f"{name} of another kind", {**message, "input": {**nodes, name: other}}
        row = node if isinstance(node, dict) else node[0]
        known = judge.facts()[message["infno"]][name][1]
        chosen = chance.sample(sorted(row), min(6, len(row)))
        for field in chosen:
            fact = known[field]
            for wrong in _wrong(fact):
                worse = {**row, field: wrong}
                yield f"{field} as {str(wrong)[:20]}", {**message, "input": {**nodes, name: _like(node, worse)}}
        yield f"stranger in {name}", {**message, "input": {**nodes, name: _like(node, {**row, "stranger": "1"})}}


def _wrong(fact):
    kind, length = fact.get("type"), str(fact.get("len", ""))
    if kind == "string":
        yield from ({"a": 1}, True)
        if length.isdigit() and "len" not in str(fact.get("conflict", "")):
            yield "长" * (int(length) + 1)
    elif kind in ("date", "datetime"):
        yield from ("2026-02-30", "yesterday", 20261121)
    elif kind == "decimal":
        yield from ("1e3", "NaN", "12,30", True, "1.2345678")
    elif kind == "integer":
        yield from ("1.5", "x", True)


def _like(node, row):
    return row if isinstance(node, dict) else [row, *node[1:]]


class Wounded(His):
    """Sends each message broken in many ways before it sends it right, without a network."""

    def __init__(self, hub):
        self.hub, self.serial, self.sign_no, self.insured = hub, iter(range(1, 10**6)), "", ""
        self.person, self.sent, self.tried, self.chance = {}, [], set(), random.Random(7)

    def msgid(self):
        return f"H50010300001{self.now():%Y%m%d}{next(self.serial):010d}"

    def post(self, body):
        message = json.loads(body)
        if message["infno"] not in self.tried:
            self.tried.add(message["infno"])
            before = self.state()
            for name, worse in wounds(message, self.chance):
                fresh = worse if name in ("no msgid", "long msgid") else {**worse, "msgid": self.msgid()}
                raw = json.dumps(fresh, ensure_ascii=False).encode()
                answer = told(self.hub, raw)
                assert answer["infcode"] == -1, (message["infno"], name)
            for raw in (body[:-1], body + b"}", body.replace(b'"infno"', b'"infno": "1", "infno"', 1), b"", b"[]"):
                assert told(self.hub, raw)["infcode"] == -1
            assert self.state() == before, message["infno"]
        answer = json.loads(self.hub.perform(self.hub.admit(body, SINGLE_PATH)), parse_float=Decimal)
        assert str(answer["infcode"]) == "0", answer
        return answer

    def state(self):
        world = self.hub.world
        lines = sum(len(visit.lines) for visit in world.visits.values())
        return len(world.visits), len(world.settlements), lines, len(self.hub.sessions)


@pytest.mark.requirement("R179")
def test_no_wound_is_taken_for_a_message():
    hub = Exchange()
    his = Wounded(hub)
    people = {person.persona: person.id_number for person in hub.world.people.values() if person.persona}
    his.sign_in()
    his.read(people["filed_hypertension"])
    his.qualifications()
    his.filings()
    data = his.prepare("MZ-1", CHRONIC, [("XC08CAA001B002010100001", "12.30", 2)], "M03900")
    info = his.settle(data)
    his.lines_of(data["mdtrt_id"])
    his.settlement(data["mdtrt_id"], info["setl_id"])
    his.refund(data["mdtrt_id"], info["setl_id"])
    his.undo_visit(data["mdtrt_id"], "MZ-1")
    data = his.prepare("MZ-2", ORDINARY, [("XC08CAA001B002010100001", "12.30", 2)])
    msgid = his.msgid()
    his.settle(data, msgid)
    his.reverse(msgid)
    his.read(people["inpatient_new_year"])
    info, visit = his.stay("ZY-1", [("XB01AAA0001", "50.00", 100)])
    his.undo_stay(visit, info["setl_id"])
    assert len(his.tried) >= 20
    assert len(hub.received) > 700


# at random


def base(infno):
    """A message of this transaction: the golden one, or one filled from the fact table."""
    if infno in GOLDEN:
        message = json.loads(GOLDEN[infno])
    else:
        message = {**json.loads(GOLDEN["1101"]), "infno": infno}
        kinds = {
            "date": "2026-11-21",
            "datetime": "2026-11-21 09:00:00",
            "decimal": "1.00",
            "integer": "1",
            "object": {},
        }
        nodes = {}
        for name, (is_list, fields) in judge.facts().get(infno, {}).items():
            row = {field: kinds.get(fact.get("type", ""), "1") for field, fact in fields.items()}
            nodes[name] = [row] if is_list else row
        message["input"] = nodes
    return message


HUB = Exchange()
HUB.capabilities.sign_required = False
PERSON = next(person for person in HUB.world.people.values() if person.persona == "filed_hypertension")
COUNT = iter(range(1, 10**9))
RIGHT = {
    "fixmedins_code": "H50010300001",
    "insuplc_admdvs": "530100",
    "mdtrtarea_admvs": "500103",
    "fixmedins_name": "示例市人民医院(虚构)",
}


def real(message):
    """Of a person, hospital and day of this world, so that much of it would be done."""

    def placed(value):
        if isinstance(value, dict):
            told = {"psn_no": PERSON.psn_no, "mdtrt_cert_no": PERSON.id_number, "certno": PERSON.id_number}
            return {name: told.get(name, placed(inner)) for name, inner in value.items()}
        return [placed(inner) for inner in value] if isinstance(value, list) else value

    return {**message, **RIGHT, "msgid": f"Z{next(COUNT):029d}", "input": placed(message["input"])}


edits = st.lists(
    st.tuples(st.sampled_from(["flip", "drop", "double", "cut", "put"]), st.floats(0, 1), st.integers(0, 255)),
    min_size=1,
    max_size=4,
)
PUTS = (b'"', b"\\", b"{", b"]", b"\x00", b"\xff", b"null", b"1e9", b'"x":1,', "长".encode(), b"-", b"0" * 50)


def mutated(raw, changes):
    for kind, where, what in changes:
        at = int(where * len(raw))
        if kind == "flip":
            raw = raw[:at] + bytes([what]) + raw[at + 1 :]
        elif kind == "drop":
            raw = raw[:at] + raw[at + 1 + what % 8 :]
        elif kind == "double":
            raw = raw[: at + what] + raw[at:]
        elif kind == "cut":
            raw = raw[:at] if what < 64 else raw
        else:
            raw = raw[:at] + PUTS[what % len(PUTS)] + raw[at:]
    return raw


@settings(max_examples=800, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(ANSWERED), edits)
def test_changed_bytes(infno, changes):
    raw = mutated(json.dumps(real(base(infno)), ensure_ascii=False).encode(), changes)
    if told(HUB, raw)["infcode"] == 0:
        assert judge.broken(raw) == ""


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(ANSWERED), st.data())
def test_changed_values(infno, data):
    message = real(base(infno))
    for _ in range(data.draw(st.integers(1, 3))):
        target = data.draw(st.sampled_from(places(message)))
        keys = sorted(target) if isinstance(target, dict) else range(len(target))
        if keys:
            target[data.draw(st.sampled_from(list(keys)))] = data.draw(anything)
    raw = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if told(HUB, raw)["infcode"] == 0:
        assert judge.broken(raw) == ""


def places(value):
    found = [value] if isinstance(value, (dict, list)) and value else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [place for one in inner for place in places(one)]


def test_the_judge_sees_what_is_broken():
    """So that it cannot be silent about everything."""
    good = real(base("2207"))
    assert judge.broken(json.dumps(good).encode()) == ""
    data = good["input"]["data"]
    for name, wrong in [("psn_no", "1" * 31), ("psn_no", 1), ("medfee_sumamt", "x"), ("odd", "1")]:
        assert judge.broken(json.dumps({**good, "input": {"data": {**data, name: wrong}}}).encode())
    for change in ({"msgid": ""}, {"infno": "0000"}, {"input": []}, {"opter": "x" * 31}, {"input": {"odd": {}}}):
        assert judge.broken(json.dumps({**good, **change}).encode())
    assert judge.broken(b'{"a":1,"a":2}')


def test_every_answered_row_has_a_message_to_change():
    """All but those whose input has no node."""
    empty = [infno for infno in ANSWERED if not base(infno)["input"]]
    assert empty == [infno for infno in empty if not judge.facts()[infno]]
    assert len(empty) <= 3


# without end


def hostile(number):
    """Long where no limit was looked at before, and never the same twice."""
    text = f"{number:06d}" * 4000
    message = real(base(ANSWERED[number % len(ANSWERED)]))
    name = ("msgid", "infno", "opter", "fixmedins_code", "sign_no", "insuplc_admdvs")[number % 6]
    if number % 3 == 0:
        message[name] = text
    elif number % 3 == 1:
        message["input"] = {text: {}}
    else:
        message["input"] = {
            "data": {"psn_no": text, "mdtrt_id": text, "chrg_bchno": text, "setl_id": text, "med_type": text}
        }
    return json.dumps(message, ensure_ascii=False).encode()


def test_long_messages_leave_little_behind():
    hub = Exchange()
    hub.capabilities.sign_required = False
    for number in range(200):
        told(hub, hostile(number))
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(200, 800):
            assert told(hub, hostile(number))["infcode"] == -1
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(hub.received) == 800
    assert taken < 600 * 2_000  # of 24,000 letters each, up to five times


def test_a_message_that_is_too_long_is_not_held(hub):
    place = urlsplit(hub.url)
    sent = 0
    with socket.create_connection((place.hostname, place.port), timeout=10) as plug:
        plug.sendall(f"POST {SINGLE_PATH} HTTP/1.1\r\nhost: hub\r\ncontent-length: 200000000\r\n\r\n".encode())
        try:
            while sent < 60_000_000:
                plug.sendall(b"x" * 100_000)
                sent += 100_000
        except OSError:
            pass  # the hub closed: it had enough
    assert sent < 60_000_000
    assert hub.received() == []


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"a":' * 50_000, b'{"infno":"1101","input":' + b"[" * 40 + b"]" * 40 + b"}"]
)
def test_deep_ones(hub, cashier, raw):
    status, body = cashier.post(raw)
    assert status == 200
    answer = wire.loads(body)
    assert answer["infcode"] == -1
    assert "报文格式错误" in answer["err_msg"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "报文为空"),
        (b"[]", "报文应为JSON对象"),
        (b'{"infno":"1101","infno":"2207"}', "同一对象内字段infno重复"),
        (b'{"a":{"b":1,"b":1}}', "字段b重复"),
        (b'{"a":NaN}', "NaN不是数字"),
        (b'{"a":1e5}', "科学计数法"),
        (b'{"a":1234567890123456789}', "数字超过18位"),
        (b'{"a":"\xff"}', "不是UTF-8文本（第7字节）"),
        (b'{"a":1', "不是JSON（第1行第7列）"),
        (b'{"a":"\\ud800"}', "平台不接受的字符"),
    ],
)
@pytest.mark.requirement("R064", "R181")
def test_the_refusal_names_the_place(cashier, raw, words):
    assert words in wire.loads(cashier.post(raw)[1])["err_msg"]
