"""Threats T14 and T15: what is known of a person leaves no trace in logs, figures, addresses, dumps or files."""

import base64
import itertools
import json
import os
import re
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import now, visit_body
from gateway.national_world import Program
from gateway.test_access_matrix import stay_body
from main_job.running import caller, run_gateway, write_config

from yidi_mocks.plugin import RunningHub
from yidi_sdk.rules.identity import check_digit

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not hasattr(signal, "SIGABRT") or os.name != "posix", reason="kill -6 is POSIX"),
]
PEOPLE = 1000
ID_PREFIX, PHONE_PREFIX, NAME_PREFIX = "51022519770308", "1397788", "金丝雀贰"
LEGACY = """
[legacy]
ask_by_get = true
dll_call = true
"""
numbers = itertools.count(1)


def canary(number: int) -> dict[str, str]:
    """An invented person, whose name, number and telephone begin like nobody else's."""
    first = f"{ID_PREFIX}{number:03d}"
    return {
        "name": f"{NAME_PREFIX}{chr(0x4E00 + number)}",
        "id": first + check_digit(first),
        "phone": f"{PHONE_PREFIX}{number:04d}",
    }


# ---- looking for them


def spellings(text: str) -> Iterator[bytes]:
    """A text as it may lie in a file."""
    for raw in {text.encode(coding) for coding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")}:
        yield raw
        yield raw.hex().encode()
        yield raw.hex().upper().encode()
        yield "".join(f"%{byte:02X}" for byte in raw).encode()
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + raw)
            yield whole[-(-shift * 4 // 3) : len(whole) - len(whole) % 4 - (4 if (len(raw) + shift) % 3 else 0)]
    yield json.dumps(text).strip('"').encode()
    yield text[::-1].encode()


def needles(texts: Iterable[str]) -> re.Pattern[bytes]:
    found = {spelling for text in texts for spelling in spellings(text) if len(spelling) >= 6}
    return re.compile(b"|".join(re.escape(spelling) for spelling in sorted(found)))


def hits(pattern: re.Pattern[bytes], folder: Path) -> list[tuple[str, bytes]]:
    """Every file below a folder that has one, with the first."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        match = pattern.search(path.read_bytes())
        if match is not None:
            found.append((path.name, match.group()))
    return found


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """Each spelling, planted at every shift, is found: a search that cannot find proves nothing."""
    who = canary(7)
    pattern = needles([ID_PREFIX, NAME_PREFIX, PHONE_PREFIX])
    assert not hits(pattern, tmp_path)
    file = tmp_path / "x"
    for text in who.values():
        for coding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
            raw = text.encode(coding)
            for pad in (b"", b"a", b"ab", b"abc"):
                whole = pad + raw + pad
                for planted in (whole, base64.b64encode(whole), whole.hex().encode()):
                    file.write_bytes(b"....." + planted + b".....")
                    assert hits(pattern, tmp_path), (text, coding, planted)
    file.write_bytes(b"510***********1234 H50010300001202611250120420029")
    assert not hits(pattern, tmp_path)


# ---- leaving them everywhere


@contextmanager
def aborted(process: "subprocess.Popen[bytes]", hub: RunningHub, call: Callable[[], Any]) -> Iterator[None]:
    """kill -6 while this call waits for an answer that the platform does not give."""
    hub.fault("hang", "2207", where="after_effect", when={"nth": 1})

    def cut_off() -> None:
        with suppress(httpx.HTTPError):
            call()

    thread = threading.Thread(target=cut_off)
    thread.start()
    until = time.monotonic() + 30
    while not hub.ledger(live="true") and time.monotonic() < until:
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGABRT)
    thread.join(30)
    assert process.wait(20) == -signal.SIGABRT
    yield


def known_to_the_platform(hub: RunningHub, who: dict[str, str]) -> dict[str, Any]:
    made = hub.control(
        "/world/people",
        {
            "name": who["name"],
            "id_number": who["id"],
            "insurances": [{"insutype": "310", "division": "530100", "status": "1"}],
            "filings": [{"kind": "long_resident", "area": "500000", "begin": "2020-01-01", "end": "2099-12-31"}],
            "qualifications": [{"code": "M03900", "name": "高血压", "begin": "2020-01-01", "end": "2099-12-31"}],
            "designated": ["H50010300001"],
        },
    )
    return {"insured_division": "530100", "psn_no": made["psn_no"], "credential": credential(who)}


def credential(who: dict[str, str]) -> dict[str, Any]:
    return {"kind": "id_card", "value": who["id"], "card_sn": None}


def form_11(who: dict[str, str]) -> dict[str, Any]:
    return {
        "signer": who["name"],
        "relation": "self",
        "phone": who["phone"],
        "cert_type": "01",
        "cert_no": who["id"],
        "patient_cannot_sign": False,
        "happened_at": now(),
        "place": f"{who['name']}家",
        "course": f"{who['name']}跌倒，电话{who['phone']}",
        "signed_at": now(),
    }


def said(client: httpx.Client, method: str, path: str, body: Any = None, patience: str = "20") -> httpx.Response:
    headers = {"Idempotency-Key": f"c{next(numbers)}", "X-Yidi-Patience": patience}
    return client.request(method, path, json=body, headers=headers)


def through_all_calls(client: httpx.Client, hub: RunningHub, who: dict[str, str]) -> list[int]:
    """One person through every way that works, and every way that does not; the states of HTTP."""
    told: list[int] = []

    def call(method: str, path: str, body: Any = None, patience: str = "20") -> httpx.Response:
        answer = said(client, method, path, body, patience)
        told.append(answer.status_code)
        return answer

    good = credential(who)
    patient = {"name": who["name"], "id_number": who["id"]}
    call("POST", "/v1/identity", {"credential": good, "name": who["name"]})
    call("POST", "/v1/eligibility", {"credential": good, "patient": patient, "kind": "chronic", "trauma": False})
    visit = call("POST", "/v1/visits", visit_body(good, patient=patient, visit_no=f"V{who['id'][-5:]}"))
    assert visit.status_code == 201, visit.text
    path = f"/v1/visits/{visit.json()['visit_id']}"
    settled = call("POST", f"{path}/settle")
    number = settled.json()["baskets"][0]["settlement"]["settlement_id"]
    call("GET", path)
    call("POST", f"/v1/settlements/{number}/refund", {"reason": f"{who['name']} {who['phone']} {who['id']}"})
    call("POST", f"{path}/cancel", {"reason": who["name"]})
    call("POST", "/v1/visits", visit_body(good, trauma=True, third_party=False, commitment=form_11(who), visit_no="T1"))
    stay = call("POST", "/v1/stays", stay_body({"credential": good}) | {"patient": patient})
    if stay.status_code == 201:
        call("POST", f"/v1/stays/{stay.json()['stay_id']}/commitment", form_11(who))
        call("POST", f"/v1/stays/{stay.json()['stay_id']}/cancel", {"reason": who["name"]})
    nodes = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": who["id"], "psn_name": who["name"]}}
    call("POST", "/v1/transactions/1101", {"input": nodes})
    # what is wrong
    call("POST", "/v1/visits", visit_body(good, **{who["id"]: who["name"]}))
    call("POST", "/v1/visits", visit_body(good, doctor={"code": who["id"], "name": who["name"] * 100}))
    call("GET", f"/v1/visits/{who['id']}?name={who['name']}&phone={who['phone']}")
    call("GET", f"/v1/{who['id']}/{who['name']}")
    call("GET", f"/v1/submissions?key={who['id']}&cursor={who['phone']}")
    call("POST", f"/v1/transactions/{who['id']}", {"input": {who["name"]: {}}})
    call("POST", "/v1/maintenance", {"from": now(), "to": now(), "text": f"{who['name']}{who['id']}"})
    told.append(client.post("/v1/identity", content=f'{{"x": "{who["id"]}'.encode()).status_code)
    told.append(client.post("/v1/identity", content=who["name"].encode("gb18030")).status_code)
    told.append(client.get("/v1/link", headers={"Authorization": f"Bearer {who['id']}"}).status_code)
    told.append(client.get("/v1/link", headers={"X-Yidi-Caller": who["id"], "X-Yidi-Time": "1"}).status_code)
    # what the platform does
    for kind, options in (
        ("refuse", {"err_msg": f"{who['name']}（{who['id']}）{who['phone']}待遇暂停"}),
        ("garble", {}),
        ("html", {}),
        ("drop_reply", {"where": "after_effect"}),
        ("wrong_amounts", {}),
    ):
        with suppress(Exception):
            hub.fault(kind, "1101", when={"nth": 1}, **options)
        call("POST", "/v1/identity", {"credential": good, "name": who["name"]}, "5")
    hub.control("/faults", method="DELETE")
    return told


def through_the_national_door(client: httpx.Client, who: dict[str, str], known: dict[str, Any]) -> None:
    """The same by envelope: a question, a registration, a wrong one, GBK, the bridge, an address with a name in it."""
    program = Program(httpx.AsyncClient(), known)
    question = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": who["id"], "psn_name": who["name"]}}
    registration = program.registration(f"N{who['id'][-5:]}")
    registration["data"]["exp_content"] = {"remark": who["name"], "phone": who["phone"]}
    for envelope in (
        program.envelope("1101", question, opter_name=who["name"]),
        program.envelope("2201", registration),
        program.envelope("2201", {"data": {"psn_no": who["id"], who["name"]: who["phone"]}}),
        program.envelope(who["id"], question),
        program.envelope("1101", question, msgid=who["id"]),
    ):
        client.post("/fsi/api/callService", json=envelope)
        raw = json.dumps(envelope, ensure_ascii=False).encode("gb18030")
        client.post("/fsi/api/callService", content=raw, headers={"Content-Type": "text/plain; charset=GBK"})
        client.post("/dll/call", json={"method": "BUSINESS_HANDLE", "parameters": {"in": json.dumps(envelope)}})
    client.get(f"/fsi/api/ask/1101?mdtrt_cert_no={who['id']}&psn_name={who['name']}")
    client.get(f"/fsi/api/result/2207/{who['id']}?name={who['name']}")
    client.post(f"/fsi/api/{who['name']}", content=who["id"].encode())


def test_no_trace_of_a_person(hub: RunningHub, tmp_path: Path) -> None:
    key = write_config(tmp_path, hub.url, quiet_s=4, commit_s=20, query_s=2, upload_s=2)
    with (tmp_path / "gateway.toml").open("a", encoding="utf-8") as config:
        config.write(LEGACY)
    before = {path.name for path in Path.cwd().iterdir()}
    shown: list[str] = []
    people = [canary(number) for number in range(PEOPLE)]
    known = [known_to_the_platform(hub, who) for who in people[:4]]
    with run_gateway(tmp_path) as program, caller(program.url, key) as client:
        limits = Path(f"/proc/{program.process.pid}/limits")
        if limits.exists():
            core = next(line for line in limits.read_text().splitlines() if line.startswith("Max core file size"))
            assert core.split()[4] == "0", core
        for number in (0, 1):
            statuses = through_all_calls(client, hub, people[number])
            assert {200, 201, 400, 401, 404, 422} <= set(statuses), statuses
            assert 500 not in statuses
        through_the_national_door(client, people[2], known[2])
        for who in people[4:]:  # strangers to the platform
            answer = client.post("/v1/identity", json={"credential": credential(who), "name": who["name"]})
            assert answer.status_code in (200, 404, 409, 422), answer.text
        shown.append(client.get("/metrics").text)
        visit = said(client, "POST", "/v1/visits", visit_body(credential(people[3]), visit_no="LAST"))
        assert visit.status_code == 201, visit.text
        path = f"/v1/visits/{visit.json()['visit_id']}/settle"
        with aborted(program.process, hub, lambda: said(client, "POST", path)):
            pass
    with run_gateway(tmp_path) as program, caller(program.url, key) as client:
        until = time.monotonic() + 40
        while any(
            basket["state"] == "pending" for basket in client.get(path.removesuffix("/settle")).json()["baskets"]
        ):
            assert time.monotonic() < until
            time.sleep(0.3)
        shown.append(client.get("/metrics").text)
        backup(tmp_path)
    (tmp_path / "shown.txt").write_text("\n".join(shown), encoding="utf-8")
    pattern = needles([ID_PREFIX, NAME_PREFIX, PHONE_PREFIX, *(one["psn_no"] for one in known)])
    assert (tmp_path / "yidi-gateway.log").stat().st_size > 100_000
    assert (tmp_path / "yidi.db").stat().st_size > 100_000
    assert hits(pattern, tmp_path) == []
    for name in {path.name for path in Path.cwd().iterdir()} - before:
        assert not name.startswith("core"), "a dump of the process was left"


def backup(folder: Path) -> None:
    import sqlite3
    from contextlib import closing

    with (
        closing(sqlite3.connect(folder / "yidi.db")) as source,
        closing(sqlite3.connect(folder / "backup.db")) as target,
    ):
        source.backup(target)


@pytest.fixture(autouse=True)
def dumps_are_allowed() -> Iterator[None]:
    """As on a machine where somebody allowed them: the gateway itself must not leave one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
