"""In a downtime reads answer what was last known, marked with its age; nothing of money rests on it."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import gateway_at, visit_body
from gateway.tiny_platform import START

from yidi_gateway.remembering import LIFE, MOST, Memory, old_is_welcome
from yidi_mocks.plugin import RunningHub
from yidi_sdk.message import Nothing
from yidi_sdk.transactions import GetPerson

ENDLESS = {"from": "2020-01-01T00:00:00+08:00", "to": "2099-01-01T00:00:00+08:00", "text": "系统升级"}


@pytest.fixture
def who(persona: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return persona("filed_hypertension")


@pytest.fixture
async def gateway(hub: RunningHub, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with gateway_at(hub.url, tmp_path) as client:
        yield client


async def test_the_last_answer_with_its_age(gateway: httpx.AsyncClient, who: dict[str, Any], hub: RunningHub) -> None:
    credential = {"credential": who["credential"]}
    question = {**credential, "kind": "chronic", "disease_codes": ["M03900"], "emergency": False, "trauma": False}
    read = {"input": {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": who["credential"]["value"]}}}
    calls = [("/v1/identity", credential), ("/v1/eligibility", question), ("/v1/transactions/1101", read)]
    before = [(await gateway.post(path, json=body)).json() for path, body in calls]
    assert not any("stored_at" in answer for answer in before)
    await gateway.post("/v1/maintenance", json=ENDLESS)
    seen = len(hub.received())
    for (path, body), known in zip(calls, before, strict=True):
        answer = await gateway.post(path, json=body)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told.pop("stored_at")
        if path != "/v1/transactions/1101":
            assert told.pop("maintenance")["text"] == "系统升级"
        told.pop("checked_at", None)
        assert told == {name: value for name, value in known.items() if name != "checked_at"}
    assert len(hub.received()) == seen


async def test_what_was_never_asked_is_not_known(gateway: httpx.AsyncClient, who: dict[str, Any]) -> None:
    await gateway.post("/v1/maintenance", json=ENDLESS)
    answer = await gateway.post("/v1/identity", json={"credential": who["credential"]})
    assert (answer.status_code, answer.json()["code"]) == (503, "MAINTENANCE")


async def test_nothing_is_opened_on_an_old_answer(gateway: httpx.AsyncClient, who: dict[str, Any]) -> None:
    await gateway.post("/v1/identity", json={"credential": who["credential"]})
    await gateway.post("/v1/maintenance", json=ENDLESS)
    body = visit_body(who["credential"])
    answer = await gateway.post("/v1/visits", json=body, headers={"Idempotency-Key": "v"})
    assert (answer.status_code, answer.json()["code"]) == (503, "MAINTENANCE")


def test_memory_is_short_and_small() -> None:
    memory, message, output = Memory(), GetPerson(mdtrt_cert_type="02", mdtrt_cert_no="1"), Nothing()
    memory.put(message, "", output, START)
    assert memory.recalled(message, "", START) is None  # not welcome
    with old_is_welcome() as ages:
        assert memory.recalled(message, "530100", START) is None
        assert memory.recalled(message, "", START + LIFE) is output
        assert memory.recalled(message, "", START + LIFE + timedelta(seconds=1)) is None
        assert ages == [START]
        for number in range(MOST):
            memory.put(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no=f"n{number}"), "", output, START)
        assert memory.recalled(message, "", START) is None
