"""The REST door: authentication, strict reading, problem+json everywhere, rights, downtime."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import KEY, OTHER_KEY, gateway_at, visit_body

from yidi_gateway.access.callers import signature
from yidi_gateway.doors.routes import ROUTES
from yidi_gateway.journal.port import JournalDown
from yidi_mocks.plugin import RunningHub

MEMBERS = set(
    "type title status detail code cause next_step who money incident retry_after_s maintenance fields raw".split()  # noqa: SIM905
)


@pytest.fixture
async def gateway(hub: RunningHub, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with gateway_at(hub.url, tmp_path) as client:
        yield client


@pytest.fixture
def credential(persona: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return persona("filed_hypertension")["credential"]


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert set(body) >= MEMBERS
    assert body["status"] == status
    assert body["incident"]
    return body


def concrete(path: str) -> str:
    for name in ("visit_id", "settlement_id", "submission_id", "window_id"):
        path = path.replace(f"{{{name}}}", "nothing")
    return path.replace("{infno}", "1101")


@pytest.mark.parametrize("route", [route for route in ROUTES if route.scopes], ids=lambda route: route.operation)
async def test_every_guarded_call_wants_a_key_and_a_right(gateway: httpx.AsyncClient, route: Any) -> None:
    path = concrete(route.path)
    del gateway.headers["Authorization"]
    answer = await gateway.request(route.method, path)
    problem(answer, 401, "UNAUTHORISED")
    assert answer.headers["www-authenticate"] == "Bearer"
    wrong = await gateway.request(route.method, path, headers={"Authorization": "Bearer nobody"})
    problem(wrong, 401, "UNAUTHORISED")
    if "query" not in route.scopes:
        weak = await gateway.request(route.method, path, headers={"Authorization": f"Bearer {OTHER_KEY}"})
        problem(weak, 403, "FORBIDDEN")


async def test_open_calls(gateway: httpx.AsyncClient) -> None:
    del gateway.headers["Authorization"]
    assert (await gateway.get("/health/live")).json() == {"status": "up"}
    assert (await gateway.get("/health/ready")).json() == {"status": "ready", "journal": "up", "link": "up"}
    text = (await gateway.get("/metrics")).text
    assert 'yidi_submissions{state="confirmed"} 0' in text
    assert 'yidi_link{status="up"} 1' in text


async def test_bearer_counts_on_loopback_only(hub: RunningHub, tmp_path: Path) -> None:
    async with gateway_at(hub.url, tmp_path, peer="10.0.0.9") as client:
        assert "signed headers" in problem(await client.get("/v1/link"), 401, "UNAUTHORISED")["detail"]
    async with gateway_at(hub.url, tmp_path) as client:
        proxied = await client.get("/v1/link", headers={"X-Forwarded-For": "10.0.0.9"})
        problem(proxied, 401, "UNAUTHORISED")


def signed(method: str, path: str, body: bytes, time: float, nonce: str) -> dict[str, str]:
    stamp = str(int(time))
    made = signature(KEY.encode(), method, path, body, time=stamp, nonce=nonce)
    return {"X-Yidi-Caller": "his", "X-Yidi-Time": stamp, "X-Yidi-Nonce": nonce, "X-Yidi-Signature": made}


async def test_signed_calls_from_elsewhere(hub: RunningHub, tmp_path: Path, credential: dict[str, Any]) -> None:
    async with gateway_at(hub.url, tmp_path, peer="10.0.0.9") as client:
        del client.headers["Authorization"]
        clock = client.gateway.engine.clock.now().timestamp()  # type: ignore[attr-defined]
        body = json.dumps({"credential": credential}).encode()
        headers = signed("POST", "/v1/identity", body, clock, "n1")
        assert (await client.post("/v1/identity", content=body, headers=headers)).status_code == 200
        problem(await client.post("/v1/identity", content=body, headers=headers), 401, "UNAUTHORISED")
        headers = signed("POST", "/v1/identity", body, clock, "n2")
        problem(await client.post("/v1/identity", content=body + b" ", headers=headers), 401, "UNAUTHORISED")
        listed = "/v1/submissions?limit=1"
        answer = await client.get(listed, headers=signed("GET", listed, b"", clock, "n3"))
        assert answer.status_code == 200
        problem(
            await client.get("/v1/submissions", headers=signed("GET", listed, b"", clock, "n4")), 401, "UNAUTHORISED"
        )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"credential":1,"credential":2}',
        b"\xff\xfe",
        b'{"a":NaN}',
        b'{"a":1e5}',
        b"[" * 100_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"a":1234567890123456789012}',
    ],
)
async def test_bytes_that_are_no_json(gateway: httpx.AsyncClient, raw: bytes) -> None:
    problem(await gateway.post("/v1/identity", content=raw), 400, "BAD_REQUEST")


async def test_body_that_is_too_large(gateway: httpx.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 100_000

    problem(await gateway.post("/v1/identity", content=b" " * 2_000_001), 413, "TOO_LARGE")
    problem(await gateway.post("/v1/identity", content=parts()), 413, "TOO_LARGE")


async def test_all_wrong_fields_at_once_without_their_values(gateway: httpx.AsyncClient) -> None:
    body = visit_body({"kind": "passport", "value": "K1234567"}, emergency="no", setl_id="1", started_at=12345)
    body["lines"][1]["amount"] = None
    del body["doctor"]
    answer = await gateway.post("/v1/visits", json=body, headers={"Idempotency-Key": "k"})
    fields = {field["path"]: field["message"] for field in problem(answer, 422, "BAD_REQUEST")["fields"]}
    assert set(fields) == {"credential.kind", "emergency", "setl_id", "started_at", "lines[1].amount", "doctor"}
    assert fields["doctor"] == "缺少这一项"
    assert "passport" not in answer.text
    english = await gateway.post(
        "/v1/visits", json=body, headers={"Idempotency-Key": "k", "Accept-Language": "en-GB,en;q=0.9"}
    )
    fields = {field["path"]: field["message"] for field in english.json()["fields"]}
    assert fields["setl_id"] == "is not a field of this call"
    assert fields["credential.kind"].startswith("must be one of 'e_credential'")


async def test_unanswered_is_not_no(gateway: httpx.AsyncClient, credential: dict[str, Any]) -> None:
    body = visit_body(credential, emergency=None)
    answer = await gateway.post("/v1/visits", json=body, headers={"Idempotency-Key": "k"})
    assert "EMERGENCY_UNANSWERED" in answer.text
    assert answer.status_code == 422


async def test_money_calls_want_a_key(gateway: httpx.AsyncClient, credential: dict[str, Any]) -> None:
    for route in ROUTES:
        if route.needs_key:
            problem(await gateway.request(route.method, concrete(route.path), json={}), 400, "KEY_MISSING")
    long = await gateway.post("/v1/visits", json=visit_body(credential), headers={"Idempotency-Key": "k" * 256})
    assert problem(long, 400, "BAD_REQUEST")["fields"][0]["path"] == "Idempotency-Key"


async def test_patience_and_query_are_read_strictly(gateway: httpx.AsyncClient) -> None:
    for value in ("-1", "soon", "1e3", "99999"):
        answer = await gateway.get("/v1/link", headers={"X-Yidi-Patience": value})
        assert problem(answer, 400, "BAD_REQUEST")["fields"][0]["path"] == "X-Yidi-Patience"
    for query in ("state=done", "since=yesterday", "acknowledged=perhaps", "limit=0", "limit=201", "colour=red"):
        name = query.split("=")[0]
        fields = problem(await gateway.get(f"/v1/submissions?{query}"), 422, "BAD_REQUEST")["fields"]
        assert fields[0]["path"] == name


async def test_paths_and_methods_that_are_not_there(gateway: httpx.AsyncClient) -> None:
    problem(await gateway.get("/v2/nothing"), 404, "NOT_FOUND")
    answer = await gateway.delete("/v1/visits")
    problem(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "POST"
    problem(await gateway.get("/v1/visits/none"), 404, "NOT_FOUND")
    problem(await gateway.get("/v1/submissions/none"), 404, "NOT_FOUND")


async def test_fault_of_our_own_tells_no_details(
    gateway: httpx.AsyncClient, credential: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise RuntimeError("510101199001011234 is in this text")

    monkeypatch.setattr("yidi_gateway.visits.Desk.identity", broken)
    answer = await gateway.post("/v1/identity", json={"credential": credential})
    assert problem(answer, 500, "BROKEN")["money"] == "unknown"
    assert "510101" not in answer.text
    assert "RuntimeError" not in answer.text


async def test_journal_that_keeps_nothing(gateway: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(*_: Any) -> Any:
        raise JournalDown("disk full")

    monkeypatch.setattr("yidi_gateway.journal.MemoryJournal.count", down)
    answer = await gateway.get("/health/ready")
    problem(answer, 503, "JOURNAL_DOWN")
    assert answer.headers["retry-after"] == "5"


async def test_visit_from_opening_to_refund(gateway: httpx.AsyncClient, credential: dict[str, Any]) -> None:
    opened = await gateway.post("/v1/visits", json=visit_body(credential), headers={"Idempotency-Key": "v1"})
    assert opened.status_code == 201, opened.text
    visit_id = opened.json()["visit_id"]
    settled = await gateway.post(f"/v1/visits/{visit_id}/settle", headers={"Idempotency-Key": "s1"})
    assert settled.status_code == 200
    assert [basket["state"] for basket in settled.json()["baskets"]] == ["settled", "settled"]
    again = await gateway.post(f"/v1/visits/{visit_id}/settle", headers={"Idempotency-Key": "s1"}, content=b" {} ")
    assert again.content == settled.content
    other = await gateway.post(
        f"/v1/visits/{visit_id}/settle", headers={"Idempotency-Key": "s1"}, json={"baskets": ["another"]}
    )
    problem(other, 409, "KEY_REUSED")
    page = (await gateway.get("/v1/submissions?acknowledged=false&state=settled&key=s1")).json()
    assert len(page["items"]) == 2
    one = page["items"][0]["submission_id"]
    assert (await gateway.post(f"/v1/submissions/{one}/ack")).status_code == 200
    assert (await gateway.get(f"/v1/submissions/{one}")).json()["acknowledged_at"]
    number = settled.json()["baskets"][1]["settlement"]["settlement_id"]
    refunded = await gateway.post(
        f"/v1/settlements/{number}/refund", headers={"Idempotency-Key": "r1"}, json={"reason": "退药"}
    )
    assert refunded.status_code == 200, refunded.text
    theirs = {"Authorization": f"Bearer {OTHER_KEY}"}
    problem(await gateway.get(f"/v1/visits/{visit_id}", headers=theirs), 404, "NOT_FOUND")
    problem(await gateway.get(f"/v1/submissions/{one}", headers=theirs), 404, "NOT_FOUND")
    assert (await gateway.get("/v1/submissions", headers=theirs)).json()["items"] == []


async def test_downtime_is_told_with_its_window(gateway: httpx.AsyncClient, credential: dict[str, Any]) -> None:
    window = {"from": "2020-01-01T00:00:00+08:00", "to": None, "text": "系统升级"}
    made = await gateway.post("/v1/maintenance", json=window)
    assert made.status_code == 201
    assert made.json()["from"] == "2020-01-01T00:00:00+08:00"
    link = (await gateway.get("/v1/link")).json()
    assert link["status"] == "maintenance"
    answer = await gateway.post("/v1/visits", json=visit_body(credential), headers={"Idempotency-Key": "k"})
    body = problem(answer, 503, "MAINTENANCE")
    assert body["maintenance"]["text"] == "系统升级"
    assert body["money"] == "not_moved"
    assert int(answer.headers["retry-after"]) > 0
    problem(await gateway.delete("/v1/maintenance/none"), 404, "NOT_FOUND")
    assert (await gateway.delete(f"/v1/maintenance/{made.json()['id']}")).status_code == 200
    assert (await gateway.get("/v1/link")).json()["status"] == "up"
    opened = await gateway.post("/v1/visits", json=visit_body(credential), headers={"Idempotency-Key": "k"})
    assert opened.status_code == 201
    backwards = {**window, "to": "2019-01-01T00:00:00+08:00"}
    assert (
        problem(await gateway.post("/v1/maintenance", json=backwards), 422, "BAD_REQUEST")["fields"][0]["path"] == "to"
    )


async def test_decision_wants_two_persons_of_two_roles(gateway: httpx.AsyncClient) -> None:
    one = {"id": "1", "name": "甲", "role": "insurance_office"}
    for second in ({"id": "1", "name": "甲", "role": "finance"}, {"id": "2", "name": "乙", "role": "insurance_office"}):
        body = {"outcome": "settled", "reason": "查过平台", "decided_by": [one, second]}
        answer = await gateway.post("/v1/submissions/x/decision", json=body)
        assert problem(answer, 422, "BAD_REQUEST")["fields"][0]["path"] == "decided_by"
    body = {"outcome": "settled", "reason": "查过", "decided_by": [one, {"id": "2", "name": "乙", "role": "finance"}]}
    problem(await gateway.post("/v1/submissions/x/decision", json=body), 404, "NOT_FOUND")
    alone = {**body, "decided_by": [one]}
    problem(await gateway.post("/v1/submissions/x/decision", json=alone), 422, "BAD_REQUEST")
