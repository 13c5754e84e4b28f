"""Invented people by the thousand: repeatable, all different, and of every kind a cashier meets."""

import subprocess
import sys
from collections import Counter
from dataclasses import asdict

import pytest

from yidi_mocks import answers, registry
from yidi_mocks.exchange import SINGLE_PATH, Exchange
from yidi_mocks.plugin import RunningHub
from yidi_mocks.population import FIRST_NUMBER, WEIGHTS, generate
from yidi_mocks.scenario import BadScenario, restart
from yidi_mocks.world import FILING_KINDS
from yidi_sdk import wire

DAY = "2026-11-21"
MANY = 10_000


@pytest.fixture(scope="module")
def people():
    return list(generate(MANY, 7, DAY))


def test_a_seed_repeats_and_another_does_not(people):
    again = generate(50, 7, DAY)
    assert [asdict(person) for person in again] != [asdict(person) for person in generate(50, 8, DAY)]
    assert [asdict(p) for p in generate(50, 7, DAY)] == [asdict(p) for p in generate(50, 7, DAY)]
    assert list(generate(0, 7, DAY)) == []


def test_ten_thousand_different_people(people):
    assert len(people) == len({p.psn_no for p in people}) == len({p.id_number for p in people}) == MANY
    assert len({(c.kind, c.value) for p in people for c in p.credentials}) == sum(len(p.credentials) for p in people)
    known = {row["id_number"] for row in registry.persona_rows()}
    assert not known & {p.id_number for p in people}
    assert min(p.number for p in people) == FIRST_NUMBER


def test_id_numbers_are_well_formed_and_nobodys(people):
    for person in people:
        number = person.id_number
        total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
        assert "10X98765432"[total % 11] == number[17]
        assert number[4:6] == "00"  # a city's code: numbers are issued under counties only
        assert "1900-01-01" < person.birthday < DAY


@pytest.mark.requirement("R017", "R027")
def test_everything_a_cashier_meets_is_among_them(people):
    kinds = Counter(filing.kind for person in people for filing in person.filings)
    assert set(kinds) == set(FILING_KINDS)
    assert kinds.most_common()[-1][1] > 100
    states = Counter(filing.state for person in people for filing in person.filings)
    assert set(states) == {"active", "pending", "cancelled", "unseen"}
    insured = Counter(insurance.insutype for person in people for insurance in person.insurances)
    assert set(insured) == {"310", "390"}
    assert all(0.3 < count / MANY < 0.7 for count in insured.values())
    assert {division[:2] for p in people for division in (p.insurances[0].division,)} > {"50", "51", "52", "53", "54"}
    assert 0.1 < sum(bool(p.qualifications) for p in people) / MANY < 0.4
    for share in (
        sum(len(p.insurances) > 1 for p in people),
        sum(p.insurances[0].status != "1" for p in people),
        sum(p.benefit == "suspended" for p in people),
        sum(p.designated is not None for p in people),
        sum(not p.filings and p.insurances[0].division[:2] != "50" for p in people),
        sum(filing.area != "500000" for p in people for filing in p.filings),
    ):
        assert 20 < share < MANY / 3
    for kind in ("id_card", "e_credential", "social_card"):
        assert any(c.kind == kind for p in people for c in p.credentials)


def test_a_hub_serves_them(people):
    answers.register_all()
    hub = Exchange(population=300)
    hub.capabilities.sign_required = False
    restart(hub, "sunny", seed=7)
    hub.capabilities.sign_required = False
    invented = [person for person in hub.world.people.values() if person.number >= FIRST_NUMBER]
    assert len(invented) == 300
    kinds = {"e_credential": "01", "id_card": "02", "social_card": "03"}
    for n, person in enumerate(invented):
        shown = person.credentials[-1]
        data = {"mdtrt_cert_type": kinds[shown.kind], "mdtrt_cert_no": shown.value, "card_sn": shown.card_sn or ""}
        envelope = {
            "infno": "1101",
            "msgid": f"P{n}",
            "mdtrtarea_admvs": "500103",
            "insuplc_admdvs": "",
            "recer_sys_code": "YBXT",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "op001",
            "opter_name": "示例收费员",
            "inf_time": "2026-11-21 09:01:05",
            "fixmedins_code": "H50010300001",
            "fixmedins_name": "示例市人民医院(虚构)",
            "input": {"data": data},
        }
        answer = wire.loads(hub.perform(hub.admit(wire.dumps(envelope), SINGLE_PATH)))
        assert answer["infcode"] == 0, answer
        assert answer["output"]["baseinfo"]["psn_no"] == person.psn_no


def test_a_scenario_may_name_how_many(tmp_path):
    hub = Exchange()
    path = tmp_path / "crowd.toml"
    path.write_text('title = "人多"\npopulation = 40\n', "utf-8")
    restart(hub, str(path), seed=3)
    assert len(hub.world.people) == len(registry.persona_rows()) + 40
    path.write_text('population = "many"\n', "utf-8")
    with pytest.raises(BadScenario, match="population"):
        restart(hub, str(path), seed=3)


@pytest.mark.slow
def test_the_command_serves_them():
    command = [
        sys.executable,
        "-c",
        "from yidi_mocks.cli import main; main()",
        "serve",
        "--port",
        "0",
        "--people",
        "30",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            hub = RunningHub(process.stdout.readline().split()[-1])
            assert len(hub.control("/world")["people"]) == len(registry.persona_rows()) + 30
            hub.reset()
            assert len(hub.control("/world")["people"]) == len(registry.persona_rows()) + 30
            made = hub.control("/world/people", {"name": "测试新", "id_number": "530102199001010000", "insurances": []})
            assert hub.person(made["psn_no"])["name"] == "测试新"
        finally:
            process.terminate()
            process.wait(10)
