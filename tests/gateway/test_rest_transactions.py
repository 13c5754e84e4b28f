"""Any transaction over the REST door: typed by the catalogue, money once, nothing that the gateway does by itself."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import OTHER_KEY, gateway_at, now, visit_body

from yidi_gateway.doors.transactions import plain, scopes_of
from yidi_mocks.plugin import RunningHub
from yidi_sdk.catalogue import CATALOGUE, Effect, row_of
from yidi_sdk.transactions import (
    GetPerson,
    RegisterOutpatient,
    ReverseTransaction,
    RevokeOutpatientSettlement,
    SettleOutpatient,
    SignIn,
)

PERSON, REGISTER = row_of(GetPerson).infno, row_of(RegisterOutpatient).infno
SETTLE, REVOKE = row_of(SettleOutpatient).infno, row_of(RevokeOutpatientSettlement).infno


@pytest.fixture
async def gateway(hub: RunningHub, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with gateway_at(hub.url, tmp_path) as client:
        yield client


@pytest.fixture
def who(persona: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return persona("filed_hypertension")


async def sent(
    gateway: httpx.AsyncClient, infno: str, nodes: dict[str, Any], key: str | None = None, **more: Any
) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await gateway.post(f"/v1/transactions/{infno}", json={"input": nodes, **more}, headers=headers)


def registration(who: dict[str, Any], number: str = "T-1") -> dict[str, Any]:
    return {
        "data": {
            "psn_no": who["psn_no"],
            "insutype": "310",
            "begntime": now()[:19].replace("T", " "),
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": who["credential"]["value"],
            "ipt_otp_no": number,
            "atddr_no": "D500103000001",
            "dr_name": "医生",
            "dept_code": "A03",
            "dept_name": "内科",
            "caty": "A03",
        }
    }


async def test_question(gateway: httpx.AsyncClient, who: dict[str, Any]) -> None:
    data = {"mdtrt_cert_type": "02", "mdtrt_cert_no": who["credential"]["value"]}
    answer = await sent(gateway, PERSON, {"data": data})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["state"] == "done"
    assert body["output"]["baseinfo"]["psn_no"] == who["psn_no"]
    assert isinstance(body["output"]["insuinfo"][0]["balc"], str)


async def test_refusal_keeps_the_platforms_text(gateway: httpx.AsyncClient) -> None:
    answer = await sent(gateway, PERSON, {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "110101190001010009"}})
    assert answer.status_code == 409
    assert answer.json()["code"] == "PERSON_NOT_FOUND"
    assert answer.json()["raw"]


async def test_wrong_fields_carry_their_wire_path(gateway: httpx.AsyncClient) -> None:
    answer = await sent(gateway, PERSON, {"data": {"mdtrt_cert_no": "1", "colour": "red"}})
    assert answer.status_code == 422
    assert {field["path"] for field in answer.json()["fields"]} == {"input.data.mdtrt_cert_type", "input.data.colour"}


async def test_what_is_not_sent_for_a_caller(gateway: httpx.AsyncClient, who: dict[str, Any]) -> None:
    assert (await sent(gateway, "0000", {})).json()["code"] == "NOT_FOUND"
    for cls in (SignIn, ReverseTransaction):
        answer = await sent(gateway, row_of(cls).infno, {}, "k")
        assert (answer.status_code, answer.json()["code"]) == (409, "OWNED_BY_GATEWAY")
    weak = await gateway.post(
        f"/v1/transactions/{REGISTER}",
        json={"input": registration(who)},
        headers={"Authorization": f"Bearer {OTHER_KEY}", "Idempotency-Key": "k"},
    )
    assert weak.status_code == 403
    assert (await sent(gateway, REGISTER, registration(who))).json()["code"] == "KEY_MISSING"


async def test_money_once_under_a_key(gateway: httpx.AsyncClient, who: dict[str, Any], hub: RunningHub) -> None:
    division = who["insured_division"]
    nodes = registration(who)
    first = await sent(gateway, REGISTER, nodes, "k1", insured_division=division)
    assert first.status_code == 200, first.text
    assert first.json()["output"]["data"]["mdtrt_id"]
    again = await sent(gateway, REGISTER, nodes, "k1", insured_division=division)
    assert again.content == first.content
    assert len(hub.received(infno=REGISTER)) == 1
    other = await sent(gateway, REGISTER, registration(who, "T-2"), "k1", insured_division=division)
    assert other.json()["code"] == "KEY_REUSED"
    busy = await sent(gateway, REGISTER, nodes, "k2", insured_division=division)
    assert busy.json()["code"] == "BASKET_BUSY"
    row = await gateway.get(f"/v1/submissions/{first.json()['submission_id']}")
    assert row.json()["state"] == "settled"


async def test_money_on_a_visit_of_the_gateway(gateway: httpx.AsyncClient, who: dict[str, Any]) -> None:
    opened = await gateway.post("/v1/visits", json=visit_body(who["credential"]), headers={"Idempotency-Key": "v"})
    visit_id = opened.json()["visit_id"]
    settled = await gateway.post(f"/v1/visits/{visit_id}/settle", headers={"Idempotency-Key": "s"})
    number = settled.json()["baskets"][0]["settlement"]["settlement_id"]
    nodes = {"data": {"setl_id": number, "mdtrt_id": "1", "psn_no": who["psn_no"]}}
    answer = await sent(gateway, REVOKE, nodes, "k")
    assert (answer.status_code, answer.json()["code"]) == (409, "OWNED_BY_VISIT")


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)
def test_rights_by_effect(row: Any) -> None:
    scopes = scopes_of(row)
    if row.effect in (Effect.QUERY, Effect.TRIAL):
        assert "query" in scopes
    else:
        assert "query" not in scopes
    assert (scopes == ("refund",)) == (row.infno == REVOKE)


def test_amounts_leave_as_text() -> None:
    output = row_of(GetPerson).output.model_validate(
        {
            "baseinfo": {"psn_no": "1", "certno": "2", "psn_name": "甲"},
            "insuinfo": [{"insutype": "310", "insuplc_admdvs": "530100", "balc": "12.10"}],
        }
    )
    assert plain(output)["insuinfo"][0]["balc"] == "12.10"
