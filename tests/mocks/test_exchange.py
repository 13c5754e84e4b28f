"""Without a network: whatever comes in, the exchange answers; a message is judged on its raw JSON."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yidi_mocks import answers
from yidi_mocks.exchange import ANSWERS, SINGLE_PATH, Exchange
from yidi_mocks.shapes import plan_of
from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE, by_infno, listed
from yidi_sdk.transactions import SettleOutpatient, UploadOutpatientEncounter

HUB = Exchange()
HUB.capabilities.sign_required = False
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
scalars = st.none() | st.booleans() | st.integers(-(10**19), 10**19) | st.text(max_size=12)
values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=4), scalars, max_size=2)
ENVELOPE = {
    "mdtrtarea_admvs": "500103",
    "insuplc_admdvs": "530100",
    "recer_sys_code": "YBXT",
    "infver": "V1.0",
    "opter_type": "1",
    "opter": "op001",
    "opter_name": "示例收费员",
    "inf_time": "2026-11-21 09:01:05",
    "fixmedins_code": "H50010300001",
    "fixmedins_name": "示例市人民医院(虚构)",
}


def ask(envelope):
    return wire.loads(HUB.perform(HUB.admit(json.dumps(envelope).encode(), SINGLE_PATH)))


ANSWERED = [row for row in CATALOGUE if row.input in ANSWERS]


def test_every_row_of_the_catalogue_has_an_answer():
    answers.register_all()
    assert [row.infno for row in CATALOGUE if row.input not in ANSWERS] == []
    assert set(ANSWERS) == {row.input for row in CATALOGUE}


@pytest.mark.parametrize("listed", [row for row in listed() if by_infno(row.infno) is None], ids=lambda row: row.infno)
def test_what_is_known_by_name_only_is_refused_in_plain_words(listed):
    answer = ask({**ENVELOPE, "infno": listed.infno, "msgid": f"N{listed.infno}", "input": {"data": {}}})
    assert answer["infcode"] == -1
    assert "未知交易编号" in answer["err_msg"]


def filled(plan):
    """A node with every field holding something plausible."""
    kinds = {"date": "2026-11-21", "datetime": "2026-11-21 09:00:00", "decimal": "1.00", "integer": 1, "object": {}}
    row = {name: kinds.get(field.element.kind.value, "1") for name, field in plan.fields.items()}
    person = next(iter(HUB.world.people.values()))
    if "psn_no" in row:
        row["psn_no"] = person.psn_no
    return [row] if plan.is_list else row


@CALM
@given(st.sampled_from(ANSWERED), st.integers(1, 10**9), st.data())
def test_the_hub_always_answers(row, number, data):
    nodes = {name: filled(plan) for name, plan in plan_of(row.input).items()}
    if nodes:
        name = data.draw(st.sampled_from(sorted(nodes)))
        target = nodes[name][0] if isinstance(nodes[name], list) else nodes[name]
        for field in data.draw(st.lists(st.sampled_from(sorted(target)), max_size=3)):
            target[field] = data.draw(values)
    if data.draw(st.booleans()):
        nodes[data.draw(st.sampled_from(["data", "input", "feedetail", "mdtrtinfo"]))] = data.draw(values)
    envelope = {**ENVELOPE, "infno": row.infno, "msgid": f"F{number}", "input": nodes}
    if data.draw(st.booleans()):
        envelope[data.draw(st.sampled_from(sorted(envelope)))] = data.draw(values)
    answer = ask(envelope)
    assert answer["infcode"] in (0, -1)
    assert answer["infcode"] == 0 or answer["err_msg"]


@CALM
@given(st.binary(max_size=200))
def test_any_bytes(raw):
    assert wire.loads(HUB.perform(HUB.admit(raw, SINGLE_PATH)))["infcode"] == -1


def test_plans_know_what_must_be_there():
    plan = plan_of(SettleOutpatient)
    assert set(plan) == {"data", "drug_trac_info"}
    assert "medfee_sumamt" in plan["data"].must
    assert "invono" not in plan["data"].must
    assert not plan["drug_trac_info"].required
    assert plan["drug_trac_info"].is_list
    nodes = plan_of(UploadOutpatientEncounter)
    assert nodes["diseinfo"].is_list
    assert nodes["mdtrtinfo"].fields["med_type"].element.label == "医疗类别"


def test_too_long_an_input_is_refused():
    person = next(iter(HUB.world.people.values()))
    data = {"psn_no": person.psn_no, "exp_content": "长" * 40001}
    envelope = {**ENVELOPE, "infno": "2205", "msgid": "LONG", "input": {"data": data}}
    assert "40000" in ask(envelope)["err_msg"]


@pytest.mark.parametrize("suffix", ["py"])
def test_no_transaction_number_in_the_code(suffix):
    """The catalogue is the only place that names them."""
    import yidi_mocks

    quoted = [f'"{row.infno}"' for row in CATALOGUE]
    for path in Path(yidi_mocks.__file__).parent.rglob(f"*.{suffix}"):
        text = path.read_text("utf-8")
        assert [number for number in quoted if number in text] == [], path
