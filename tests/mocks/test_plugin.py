"""What test teams hold in their hands: the pytest fixtures, also under xdist, and asking what came in."""

import subprocess
import sys

import pytest

from yidi_mocks.expecting import NotReceived, ReceivedLog

SUITE = """
import http.client
import json
import os
from urllib.parse import urlsplit

import pytest

SEEN = []


def post(url, body=b"{}"):
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=5)
    connection.request("POST", "/fsi/api/callService", body)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


@pytest.mark.parametrize("turn", range(8))
def test_every_test_begins_anew(hub, hub_url, persona, turn):
    assert hub.url == hub_url
    assert hub.received() == []
    assert post(hub_url)["infcode"] == -1
    hub.received.expect(verdict="refused")
    assert persona("filed_hypertension")["insured_division"] == "530100"
    with open(os.environ["SEEN"], "a") as file:
        file.write(hub_url + "\\n")


@pytest.mark.hub_scenario("maintenance_now", seed=3)
def test_the_marked_scenario(hub):
    assert hub.control("/health")["scenario"] == "maintenance_now"


@pytest.mark.hub_scenario("sunny", profile="hunan")
def test_the_marked_profile(hub):
    assert hub.control("/health")["profile"] == "hunan"


def test_and_after_it_the_usual_one(hub):
    health = hub.control("/health")
    assert (health["scenario"], health["profile"]) == ("sunny", "national")
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_the_plugin_in_a_suite_of_its_own(tmp_path, workers, monkeypatch):
    (tmp_path / "test_his.py").write_text(SUITE, encoding="utf-8")
    seen = tmp_path / "seen.txt"
    monkeypatch.setenv("SEEN", str(seen))
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "-n", str(workers)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=50, check=False)
    assert "11 passed" in done.stdout, done.stdout + done.stderr
    hubs = set(seen.read_text().split())
    assert len(hubs) == max(workers, 1)  # one hub a worker, used by all its tests


def log(*rows):
    usual = {"msgid": "M", "psn_no": "P1", "mdtrt_id": "V1", "chrg_bchno": "", "setl_id": None, "verdict": "ok"}
    more = {"cause": None, "effect": False, "err_msg": None, "in_maintenance": False, "med_type": "", "at": "1"}
    made = [{"n": place, "infno": "1101", **usual, **more, **row} for place, row in enumerate(rows, start=1)]
    return ReceivedLog(
        lambda asked: [r for r in made if all(str(r.get(name)) == value for name, value in asked.items())]
    )


def told(call, *arguments, **fields):
    with pytest.raises(NotReceived) as caught:
        call(*arguments, **fields)
    return str(caught.value)


RECORD = log(
    {"infno": "2201", "mdtrt_id": ""},
    {"infno": "2207", "mdtrt_id": "V1", "verdict": "refused", "err_msg": "请勿重复结算", "cause": "already_settled"},
    {"infno": "2207", "mdtrt_id": "V2", "setl_id": "S2", "effect": True},
)


def test_what_is_there_is_found():
    assert RECORD.expect(infno="2207", mdtrt_id="V2")["setl_id"] == "S2"
    assert RECORD.expect(infno="2207", setl_id=...)["n"] == 3
    assert RECORD.expect(infno=("2207", "2304"), verdict="ok")["n"] == 3
    assert [row["n"] for row in RECORD.expect_count(2, infno="2207")] == [2, 3]
    RECORD.expect_none(infno="2208")
    assert [row["n"] for row in RECORD.expect_order("2201", "2207")] == [1, 2]
    assert [row["n"] for row in RECORD(infno="2207")] == [2, 3]


def test_the_closest_message_and_the_field_that_differs():
    lines = told(RECORD.expect, infno="2207", mdtrt_id="V1", verdict="ok").splitlines()
    assert lines[0] == "expected 1 with infno='2207', mdtrt_id='V1', verdict='ok'; received 0 of 3 messages in all"
    assert lines[1] == "  closest: #2 2207 refused mdtrt_id=V1 请勿重复结算"
    assert lines[2] == "    verdict: wanted 'ok', was 'refused'"
    assert lines[3] == "  then: #3 2207 ok mdtrt_id=V2 setl_id=S2"
    assert lines[4] == "    mdtrt_id: wanted 'V1', was 'V2'"


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"mdtrt_id": "v2"}, "only spaces or case differ"),
        ({"mdtrt_id": "V2\n"}, "only spaces or case differ"),
        ({"mdtrt_id": "V"}, "one is a part of the other"),
        ({"infno": 2201}, "a str, not a int"),
        ({"infno": "2201", "mdtrt_id": ...}, "wanted anything, was ''"),
    ],
)
def test_hints(fields, hint):
    assert hint in told(RECORD.expect, **fields)


def test_too_many_are_shown():
    text = told(RECORD.expect, infno="2207")
    assert "received 2 of 3" in text
    assert "#2 2207 refused" in text
    assert "#3 2207 ok" in text
    assert "#3" in told(RECORD.expect_none, effect=True)


def test_an_empty_record_says_so():
    assert "nothing came in. Is the address right?" in told(log().expect, infno="2207")


def test_order():
    assert told(RECORD.expect_order, "2207", "2201") == "no 2201 after 2207; in order there came: 2201 2207 2207"
    assert "nothing" in told(log().expect_order, "2201")


def test_a_field_that_there_is_not():
    with pytest.raises(TypeError, match="no field infnr; there are infno"):
        RECORD.expect(infnr="2207")


def test_the_fields_are_those_of_the_record(hub, cashier):
    from yidi_mocks.expecting import FIELDS

    assert set(hub.received()[0]) == set(FIELDS)
    hub.received.expect(infno="9001", verdict="ok")
    hub.received.expect_none(infno="2207")
