"""A hub that holds much stays small and quick: bytes a settlement, work a message."""

import gc
import sys
import tracemalloc
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yidi_mocks import answers, envelope, worldview
from yidi_mocks.clock import Clock
from yidi_mocks.exchange import SINGLE_PATH, Exchange
from yidi_mocks.refusals import Refusal
from yidi_mocks.scenario import restart
from yidi_sdk import wire

DIVISION = "530100"
NOON = 1795233600.0  # 2026-11-21 in China
A_SETTLEMENT = 2_900
"""Bytes, with visit, line and the six messages it took; tracemalloc counts about 2,400."""
ENVELOPE = {
    "mdtrtarea_admvs": "500103",
    "insuplc_admdvs": DIVISION,
    "recer_sys_code": "YBXT",
    "dev_no": "",
    "dev_safe_info": "",
    "cainfo": "",
    "signtype": "",
    "infver": "V1.0",
    "opter_type": "1",
    "opter": "op001",
    "opter_name": "示例收费员",
    "inf_time": "2026-11-21 09:01:05",
    "fixmedins_code": "H50010300001",
    "fixmedins_name": "示例市人民医院(虚构)",
    "sign_no": "",
}
PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")


class Crowd:
    """Many people at one counter, without a network."""

    def __init__(self, people=0):
        answers.register_all()
        self.hub = Exchange(clock=Clock(lambda: NOON))  # a clock that ticks in between makes one step more
        self.hub.capabilities.sign_required = False
        self.today = self.hub.clock.today()
        self.messages = self.visits = 0
        self.people = [self.make(number) for number in range(people)]

    def make(self, number):
        born = f"19{50 + number % 50}0101"
        row = {
            "name": f"测试{number}",
            "id_number": f"530102{born}{number % 1000:03d}{number // 1000 % 10}",
            "insurances": [{"insutype": "310", "division": DIVISION}],
            "filings": [{"kind": "long_resident", "area": "500000", "begin": "2020-01-01", "end": None}],
        }
        return worldview.make_person(self.hub.world, row, self.today)

    def raw(self, infno, nodes):
        self.messages += 1
        msgid = f"H50010300001{self.today.replace('-', '')}{self.messages:010d}"
        return wire.dumps({"infno": infno, "msgid": msgid, **ENVELOPE, "input": nodes})

    def send(self, infno, nodes):
        answer = wire.loads(self.hub.perform(self.hub.admit(self.raw(infno, nodes), SINGLE_PATH)))
        assert answer["infcode"] == 0, answer
        return answer["output"]

    def settle(self, person):
        """All six messages of one visit with one line, whose amount is not that of the visit before."""
        number, psn_no = self.visits, person.psn_no
        self.visits += 1
        shown = {"mdtrt_cert_type": "02", "mdtrt_cert_no": person.id_number}
        begun, batch, total = f"{self.today} 09:00:00", f"PC{number}", Decimal(10000 + number * 7) / 100
        self.send("1101", {"data": shown})
        who = {"psn_no": psn_no, "insutype": "310"}
        desk = {
            "atddr_no": "D500103000001",
            "dr_name": "示例医师",
            "dept_code": "A03",
            "dept_name": "内科",
            "caty": "A03",
        }
        visit = self.send("2201", {"data": {**who, **shown, "begntime": begun, "ipt_otp_no": f"MZ{number}", **desk}})
        mdtrt_id = visit["data"]["mdtrt_id"]
        info = {"mdtrt_id": mdtrt_id, "psn_no": psn_no, "med_type": "11", "begntime": begun, "dise_codg": ""}
        diagnosis = {"diag_type": "1", "maindiag_flag": "1", "diag_srt_no": 1, "diag_code": "I10.x00"}
        by = {"diag_name": "高血压", "diag_dept": "内科", "dise_dor_no": "D500103000001", "dise_dor_name": "示例医师"}
        rows = [{**diagnosis, **by, "diag_time": begun, "vali_flag": "1"}]
        self.send("2203A", {"mdtrtinfo": info, "diseinfo": rows})
        line = {"feedetl_sn": f"{number}-1", "mdtrt_id": mdtrt_id, "psn_no": psn_no, "chrg_bchno": batch}
        item = {
            "rx_circ_flag": "0",
            "fee_ocur_time": begun,
            "med_list_codg": "XB01AAA0001",
            "medins_list_codg": "10023",
        }
        cost = {"det_item_fee_sumamt": total, "cnt": 1, "pric": total, "hosp_appr_flag": "1"}
        at = {"bilg_dept_codg": "A03", "bilg_dept_name": "内科", "bilg_dr_codg": "D1", "bilg_dr_name": "示例医师"}
        self.send("2204", {"feedetail": [{**line, **item, **cost, **at}]})
        pay = {"med_type": "11", "medfee_sumamt": total, "psn_setlway": "01", "acct_used_flag": "1"}
        data = {**who, **shown, **pay, "mdtrt_id": mdtrt_id, "chrg_bchno": batch}
        trial = self.send("2206", {"data": data})["setlinfo"]
        return self.send("2207", {"data": {**data, **{name: trial[name] for name in PARTS}}})


def steps(work):
    """How many calls of functions a piece of work makes: the same on every machine, whatever else runs."""
    count = 0

    def called(_frame, event, _arg):
        nonlocal count
        count += event in ("call", "c_call")

    gc.collect()
    gc.disable()  # others may have asked to be called when it runs
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


@pytest.mark.slow
@pytest.mark.timeout(180)  # counting every allocation takes three times as long
def test_a_settlement_takes_little_memory():
    crowd = Crowd(people=200)
    for number in range(200):
        crowd.settle(crowd.people[number])
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(2000):
            crowd.settle(crowd.people[number % 200])
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(crowd.hub.world.settlements) == 2200
    assert len(crowd.hub.received) == 6 * 2200  # nothing was left out
    assert taken / 2000 <= A_SETTLEMENT


def ask_1101(crowd):
    shown = {"mdtrt_cert_type": "02", "mdtrt_cert_no": next(iter(crowd.hub.world.people.values())).id_number}
    crowd.send("1101", {"data": shown})
    raw = crowd.raw("1101", {"data": shown})
    return steps(lambda: crowd.hub.perform(crowd.hub.admit(raw, SINGLE_PATH)))


def test_many_people_and_settlements_do_not_slow_a_1101():
    """Ten thousand people; the settlements by hand, because 20,000 visits over the counter take half a minute."""
    empty, full = Crowd(), Crowd(people=10_000)
    crowd_world = full.hub.world
    for person in full.people[:20]:
        full.settle(person)
    originals = list(crowd_world.settlements.values())
    for number in range(20_000):
        copied = type(originals[0])(**{name: getattr(originals[number % 20], name) for name in originals[0].__slots__})
        copied.setl_id, copied.msgid = f"S{number}", f"M{number}"
        person = full.people[20 + number % 9_980]
        crowd_world.settlements[copied.setl_id] = crowd_world.by_msgid[copied.msgid] = copied
        person.settlements.append(copied)
    assert ask_1101(full) == ask_1101(empty)


def test_one_persons_settlement_leaves_the_answers_about_others_made():
    crowd = Crowd(people=2)
    settled, other = crowd.people
    for person in crowd.people:
        crowd.send("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": person.id_number}})
    made = other.shown
    paid = crowd.settle(settled)["setlinfo"]["acct_pay"]
    assert paid > 0
    assert other.shown is made
    rows = [
        crowd.send("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": person.id_number}})["insuinfo"]
        for person in crowd.people
    ]
    assert rows[0][0]["balc"] + paid == rows[1][0]["balc"]


def test_a_message_on_its_way_over_a_reset_is_recorded_as_sent():
    crowd = Crowd()
    raw = crowd.raw("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "1"}})
    call = crowd.hub.admit(raw, SINGLE_PATH)
    restart(crowd.hub, "sunny")
    crowd.hub.perform(call)
    assert [(row.n, row.msgid) for row in crowd.hub.received] == [(1, wire.loads(raw)["msgid"])]


FULL = {"infno": "1101", "msgid": "M", **ENVELOPE, "input": {"data": {}}}
wrong = st.none() | st.just("") | st.integers(0, 1) | st.text("0123456789 -:长", max_size=40) | st.just({"a": []})


@example({"recer_admdvs": None}, {"msgid"})
@given(
    st.dictionaries(st.sampled_from([*FULL, "recer_admdvs", "stranger"]), wrong, max_size=3),
    st.sets(st.sampled_from([*FULL]), max_size=2),
)
def test_the_quick_look_at_an_envelope_never_takes_what_the_slow_one_refuses(changes, without):
    """Nor the other way round, for a message with all its fields."""
    given_envelope = {name: value for name, value in {**FULL, **changes}.items() if name not in without}
    try:
        envelope._refuse_first(given_envelope)
    except Refusal:
        assert not envelope._in_order(given_envelope)
    else:
        usual = set(given_envelope) == set(FULL) and None not in given_envelope.values()
        assert envelope._in_order(given_envelope) or not usual or not given_envelope["input"]
