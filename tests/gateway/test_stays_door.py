"""Stays over HTTP: the real door, the real hub on loopback; every answer is as the OpenAPI describes it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jsonschema
from gateway.door_world import gateway_at, now

from yidi_gateway.doors import openapi
from yidi_mocks.plugin import RunningHub

DOCUMENT = openapi.document()


def as_described(name: str, answer: httpx.Response) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    found = [error.message for error in jsonschema.Draft202012Validator(reference).iter_errors(answer.json())]
    assert not found, (found, answer.text)
    body: dict[str, Any] = answer.json()
    return body


def stay_body(credential: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {
        "stay_no": "ZY-20261121-1",
        "stay_kind": "ordinary",
        "credential": credential,
        "trauma": False,
        "admitted_at": now(),
        "department": {"code": "A03", "name": "内科"},
        "bed": "12",
        "doctor": {"code": "D500103000001", "name": "医生"},
        "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
    }
    return {**body, **more}


LINE = {
    "line_no": "1",
    "code": "XC09AAY001A010101",
    "local_code": "10023",
    "name": "药品",
    "quantity": "2",
    "unit_price": "12.30",
    "amount": "24.60",
}


async def test_the_whole_way_over_http(
    hub: RunningHub, persona: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    credential = persona("inpatient_new_year")["credential"]
    async with gateway_at(hub.url, tmp_path) as client:

        async def call(path: str, body: dict[str, Any] | None, key: str, status: int = 200) -> httpx.Response:
            answer = await client.post(path, json=body, headers={"Idempotency-Key": key})
            assert answer.status_code == status, answer.text
            return answer

        opened = as_described("Stay", await call("/v1/stays", stay_body(credential), "a", 201))
        stay = f"/v1/stays/{opened['stay_id']}"
        fees = {"lines": [{**LINE, "prescribed_at": now()}]}
        as_described("Stay", await call(f"{stay}/fees", fees, "f"))
        as_described("Stay", await call(f"{stay}/changes", {"bed": "14"}, "c"))
        leaving = {"discharged_at": now(), "way": "1", "diagnoses": [{"code": "I10.x00", "name": "高血压"}]}
        as_described("Problem", await call(f"{stay}/settle", None, "early", 409))
        as_described("Stay", await call(f"{stay}/discharge", leaving, "d"))
        tried = as_described("Stay", await call(f"{stay}/presettle", None, "p"))
        first = await call(f"{stay}/settle", None, "s")
        settled = as_described("Stay", first)
        assert settled["state"] == "settled"
        assert settled["settlement"]["amounts"] == tried["estimate"]
        assert (await call(f"{stay}/settle", None, "s")).content == first.content
        ledger = httpx.get(f"{hub.url}/_hub/ledger", params={"live": "true"}).json()["items"]
        [row] = [row for row in ledger if row["setl_id"] == settled["settlement"]["settlement_id"]]
        assert row["medfee_sumamt"] == "24.60"
        got = as_described("Stay", await client.get(stay))
        assert got["settlement"] == settled["settlement"]
        owned = {
            "input": {
                "data": {
                    "mdtrt_id": got["encounter_id"],
                    "setl_id": row["setl_id"],
                    "psn_no": row["psn_no"],
                }
            },
            "insured_division": "520300",
        }
        mine = await call("/v1/transactions/2305", owned, "t", 409)
        assert mine.json()["code"] == "OWNED_BY_VISIT"
        number = settled["settlement"]["settlement_id"]
        refund = as_described("Refund", await call(f"/v1/settlements/{number}/refund", {"reason": "退"}, "r"))
        assert (refund["state"], refund["amounts"]["total"]) == ("settled", "-24.60")
        gone = as_described("Stay", await call(f"{stay}/cancel", None, "x"))
        assert gone["step"] == "cancelled"
        live = httpx.get(f"{hub.url}/_hub/ledger", params={"live": "true"}).json()["items"]
        assert number not in [row["setl_id"] for row in live]


async def test_what_the_door_refuses(hub: RunningHub, persona: Callable[[str], dict[str, Any]], tmp_path: Path) -> None:
    credential = persona("inpatient_new_year")["credential"]
    async with gateway_at(hub.url, tmp_path) as client:
        key = {"Idempotency-Key": "k"}
        unanswered = stay_body(credential, trauma=None, stay_kind=None)
        answer = await client.post("/v1/stays", json=unanswered, headers=key)
        told = as_described("Problem", answer)
        assert answer.status_code == 422
        assert {row["path"] for row in told["fields"]} == {"stay_kind", "trauma"}
        assert credential["value"] not in answer.text
        assert (await client.post("/v1/stays", json=stay_body(credential))).status_code == 400
        too_long = stay_body(credential, department={"code": "A" * 40, "name": "内科"})
        answer = await client.post("/v1/stays", json=too_long, headers={"Idempotency-Key": "long"})
        assert answer.status_code == 422, answer.text
        assert "department.code" in {row["path"] for row in answer.json()["fields"]}
        strange = await client.post("/v1/stays", json=stay_body(credential, more=1), headers={"Idempotency-Key": "m"})
        assert strange.status_code == 422
        for path in ("fees", "discharge", "settle", "cancel"):
            answer = await client.post(f"/v1/stays/S000/{path}", json=None, headers={"Idempotency-Key": path})
            assert answer.status_code in (404, 400, 422)
        assert (await client.get("/v1/stays/S000")).status_code == 404
