"""Threat T14: nothing of a person reaches the log, whatever happens to a call."""

import io
import json
import logging as standard
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from gateway.door_world import gateway_at, visit_body

from yidi_gateway import logging
from yidi_gateway.access.redaction import ALLOWED, allow_listed, redacted
from yidi_gateway.clock import SystemClock
from yidi_mocks.plugin import RunningHub

CANARY_NAME, CANARY_ID, CANARY_PHONE = "金丝雀", "510101199001011234", "13812345678"


@pytest.fixture
def captured() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = standard.getLogger()
    kept, level = root.handlers[:], root.level
    logging.configure("debug", SystemClock(), stream)
    yield stream
    structlog.reset_defaults()
    root.handlers, root.level = kept, level


@pytest.mark.requirement("R063")
async def test_no_person_in_the_log(
    hub: RunningHub,
    persona: Callable[[str], dict[str, Any]],
    tmp_path: Path,
    captured: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    who = persona("filed_hypertension")
    names = [CANARY_NAME, CANARY_ID, CANARY_PHONE, who["id_number"], who["person_name"], who["psn_no"]]
    form = {"signer": CANARY_NAME, "phone": CANARY_PHONE, "cert_no": CANARY_ID, "place": CANARY_NAME}
    async with gateway_at(hub.url, tmp_path) as client:
        good = who["credential"]
        wrong = {"kind": "id_card", "value": CANARY_ID}
        patient = {"name": CANARY_NAME, "id_number": CANARY_ID}
        opened = await client.post("/v1/visits", json=visit_body(good), headers={"Idempotency-Key": "a"})
        visit = f"/v1/visits/{opened.json()['visit_id']}"
        settled = await client.post(f"{visit}/settle", headers={"Idempotency-Key": "b"})
        number = settled.json()["baskets"][0]["settlement"]["settlement_id"]
        await client.post(
            f"/v1/settlements/{number}/refund", json={"reason": CANARY_NAME}, headers={"Idempotency-Key": "c"}
        )
        for body in (
            visit_body(good, patient=patient),
            visit_body(wrong),
            visit_body(good, trauma=True, third_party=False, commitment=form),
            visit_body(good, **{CANARY_ID: CANARY_NAME}),
            visit_body(good, doctor={"code": "D1", "name": CANARY_NAME * 100}),
        ):
            await client.post("/v1/visits", json=body, headers={"Idempotency-Key": str(id(body))})
        await client.post("/v1/identity", json={"credential": wrong, "name": CANARY_NAME})
        await client.post("/v1/identity", json={"credential": good, "name": CANARY_NAME})
        await client.post("/v1/identity", content=f'{{"x": "{CANARY_ID}'.encode())
        await client.get(f"/v1/visits/{CANARY_ID}?name={CANARY_NAME}")
        await client.get(f"/v1/{CANARY_ID}?phone={CANARY_PHONE}")
        await client.post("/v1/maintenance", json={"from": "2020-01-01T00:00:00+08:00", "text": CANARY_ID})
        hub.fault("html", "*", when={"always": True})
        await client.post("/v1/identity", json={"credential": good, "name": CANARY_NAME})

        async def broken(*_: Any) -> Any:
            raise RuntimeError(f"{CANARY_NAME} {CANARY_ID} {CANARY_PHONE}")

        monkeypatch.setattr("yidi_gateway.visits.Desk.identity", broken)
        await client.post("/v1/identity", json={"credential": good, "name": CANARY_NAME})
    lines = captured.getvalue().splitlines()
    assert len(lines) > 20
    for line in lines:
        assert set(json.loads(line)) <= ALLOWED
        assert not [name for name in names if name in line], line


@pytest.mark.requirement("R063")
def test_libraries_are_heard_by_template_and_type(captured: io.StringIO) -> None:
    try:
        int(CANARY_ID + "x")
    except ValueError:
        standard.getLogger("uvicorn.error").exception("Exception in %s\nbody", CANARY_NAME)
    line = json.loads(captured.getvalue())
    assert line["kind"] == "ValueError"
    assert line["event"] == "Exception in %s"
    assert CANARY_ID not in captured.getvalue()


def test_second_net() -> None:
    assert redacted(f"id {CANARY_ID}.") == "id 510***********1234."
    assert CANARY_PHONE not in redacted(f"tel:{CANARY_PHONE}")
    assert "130503670401001" not in redacted("old 130503670401001")
    assert redacted("a\nb\x1b[31m") == "a b [31m"
    assert len(redacted("x" * 5000)) == 200
    assert redacted("H50010300001202611250120420029") == "H50010300001202611250120420029"


def test_fields_that_are_not_named_are_left_out() -> None:
    kept = allow_listed({"event": "x", "body": CANARY_ID, "error": "x", "status": 200, "state": {"name": CANARY_NAME}})
    assert kept == {"event": "x", "status": 200, "state": "dict"}
