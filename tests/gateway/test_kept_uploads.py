"""An upload in a downtime over the REST door: 202 and kept, then sent by itself; the same key tells what became of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import gateway_at
from gateway.national_world import Program

from yidi_mocks.plugin import RunningHub


@pytest.fixture
def who(persona: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return persona("filed_hypertension")


@pytest.fixture
async def gateway(hub: RunningHub, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with gateway_at(hub.url, tmp_path) as client:
        yield client


async def test_kept_and_sent_afterwards(gateway: httpx.AsyncClient, hub: RunningHub, who: dict[str, Any]) -> None:
    data = await Program(gateway, who).charged()
    upload = {"data": {name: data[name] for name in ("psn_no", "mdtrt_id", "chrg_bchno")}}
    body = {"input": upload, "insured_division": who["insured_division"]}
    window = {"from": "2020-01-01T00:00:00+08:00", "to": "2099-01-01T00:00:00+08:00", "text": "系统升级"}
    made = (await gateway.post("/v1/maintenance", json=window)).json()
    plain = await gateway.post("/v1/transactions/2205", json=body)
    assert (plain.status_code, plain.json()["code"]) == (503, "MAINTENANCE")

    async def keyed(key: str = "u1") -> httpx.Response:
        return await gateway.post("/v1/transactions/2205", json=body, headers={"Idempotency-Key": key})

    kept = await keyed()
    assert (kept.status_code, kept.json()["state"]) == (202, "pending")
    assert "留存" in kept.json()["text"]
    assert (await keyed()).status_code == 202
    assert not [row for row in hub.received(infno="2205") if row["infno"] == "2205"]
    await gateway.delete(f"/v1/maintenance/{made['id']}")
    for _ in range(100):
        done = await keyed()
        if done.status_code == 200:
            break
        await asyncio.sleep(0.1)
    assert (done.status_code, done.json()["state"]) == (200, "settled"), done.text
    assert len([row for row in hub.received(infno="2205") if row["infno"] == "2205"]) == 1
    assert (await keyed()).content == done.content
