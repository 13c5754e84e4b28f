"""Any transaction over the REST door: typed by the catalogue, money once, nothing that the gateway does by itself."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from gateway.door_world import OTHER_KEY, gateway_at, now, visit_body

from yidi_gateway.doors.orders import busy_on, scopes_of, was_undone
from yidi_gateway.doors.transactions import plain
from yidi_gateway.journal.port import Page, Search
from yidi_gateway.lifecycle import State
from yidi_gateway.submission import Submission
from yidi_mocks.plugin import RunningHub
from yidi_sdk.catalogue import CATALOGUE, Effect, row_of
from yidi_sdk.transactions import (
    GetPerson,
    RegisterOutpatient,
    ReverseTransaction,
    RevokeInpatientSettlement,
    RevokeOutpatientSettlement,
    RevokePharmacySettlement,
    RevokeSettlementAtOnce,
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


TAKES_BACK = {RevokeOutpatientSettlement, RevokeInpatientSettlement, RevokePharmacySettlement, RevokeSettlementAtOnce}


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)
def test_rights_by_effect(row: Any) -> None:
    scopes = scopes_of(row)
    if row.effect in (Effect.QUERY, Effect.TRIAL):
        assert "query" in scopes
    else:
        assert "query" not in scopes
    assert (scopes == ("refund",)) == (row.input in TAKES_BACK)


def test_amounts_leave_as_text() -> None:
    output = row_of(GetPerson).output.model_validate(
        {
            "baseinfo": {"psn_no": "1", "certno": "2", "psn_name": "甲"},
            "insuinfo": [{"insutype": "310", "insuplc_admdvs": "530100", "balc": "12.10"}],
        }
    )
    assert plain(output)["insuinfo"][0]["balc"] == "12.10"


async def test_lost_answer_is_pending_then_found(
    gateway: httpx.AsyncClient, who: dict[str, Any], hub: RunningHub
) -> None:
    hub.fault("drop_reply", REGISTER, where="after_effect", when={"nth": 1})
    division = who["insured_division"]
    headers = {"Idempotency-Key": "k", "X-Yidi-Patience": "0.3"}
    body = {"input": registration(who), "insured_division": division}
    first = await gateway.post(f"/v1/transactions/{REGISTER}", json=body, headers=headers)
    assert first.status_code == 202, first.text
    assert first.json()["state"] == "pending"
    assert first.json()["retry_after_s"] > 0
    assert "请勿重复收费" in first.json()["text"]
    await gateway.post("/v1/maintenance", json={"from": "2020-01-01T00:00:00+08:00", "text": "停机", "scope": division})
    again = await gateway.post(f"/v1/transactions/{REGISTER}", json=body, headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.json()["state"]) == (200, "settled"), again.text
    assert again.json()["output"]["data"]["mdtrt_id"]
    new = await sent(gateway, REGISTER, registration(who, "T-9"), "k9", insured_division=division)
    assert (new.status_code, new.json()["code"]) == (503, "MAINTENANCE")


async def test_refused_money_is_final(gateway: httpx.AsyncClient, who: dict[str, Any], hub: RunningHub) -> None:
    hub.fault("refuse", REGISTER, err_msg="该交易已冲正，不再受理", when={"nth": 1})
    nodes = registration(who)  # carries the time of day: made once
    first = await sent(gateway, REGISTER, nodes, "k", insured_division=who["insured_division"])
    assert first.status_code == 409
    assert first.json()["state"] == "failed"
    assert first.json()["raw"] == "该交易已冲正，不再受理"
    again = await sent(gateway, REGISTER, nodes, "k", insured_division=who["insured_division"])
    assert again.content == first.content


async def test_not_sent_leaves_the_key_usable(tmp_path: Path, hub: RunningHub, who: dict[str, Any]) -> None:
    async with gateway_at("http://127.0.0.1:1", tmp_path) as client:
        for _ in range(2):
            answer = await sent(client, REGISTER, registration(who), "k", insured_division="530100")
            assert (answer.status_code, answer.json()["code"]) == (503, "NOT_SENT"), answer.text
            assert answer.json()["money"] == "not_moved"
            assert answer.headers["retry-after"]
        question = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "1"}}
        assert (await sent(client, PERSON, question)).status_code == 503


async def test_amounts_in_doubt_are_decided_by_two(
    gateway: httpx.AsyncClient, who: dict[str, Any], hub: RunningHub
) -> None:
    opened = await gateway.post("/v1/visits", json=visit_body(who["credential"]), headers={"Idempotency-Key": "v"})
    hub.fault("wrong_amounts", SETTLE, when={"nth": 1})
    visit = f"/v1/visits/{opened.json()['visit_id']}"
    settled = await gateway.post(f"{visit}/settle", headers={"Idempotency-Key": "s"})
    basket = settled.json()["baskets"][0]
    assert basket["state"] == "manual", settled.text
    persons = [{"id": "1", "name": "甲", "role": "insurance_office"}, {"id": "2", "name": "乙", "role": "finance"}]
    decision = {"outcome": "settled", "reason": "平台有记录", "decided_by": persons}
    path = f"/v1/submissions/{basket['submission_id']}/decision"
    decided = await gateway.post(path, json=decision)
    assert (decided.status_code, decided.json()["state"]) == (200, "settled"), decided.text
    twice = await gateway.post(path, json=decision)
    assert (twice.status_code, twice.json()["code"]) == (409, "NOT_MANUAL")
    audit = await gateway.gateway.journal.audit(basket["submission_id"])  # type: ignore[attr-defined]
    assert [row for row in audit if "insurance_office" in str(row.detail)]


async def test_after_an_undo_another_may_take_the_place() -> None:
    clock = datetime.now(UTC)
    settled = Submission("1", "his", "k", SETTLE, clock, State.CONFIRMED, setl_id="S1")
    undo = Submission("2", "his", "u", REVOKE, clock, State.CONFIRMED, setl_id="S1")

    def house(*rows: Submission) -> Any:
        async def search(_search: Search) -> Page:
            return Page(tuple(row for row in rows if row.infno == _search.infno and row.setl_id == _search.setl_id))

        return SimpleNamespace(engine=SimpleNamespace(journal=SimpleNamespace(search=search)))

    assert await was_undone(house(settled, undo).engine, settled)
    assert not await was_undone(house(settled).engine, settled)
    assert not await was_undone(house(settled, replace(undo, state=State.REJECTED)).engine, settled)
    assert not await was_undone(house(settled, undo).engine, replace(settled, state=State.UNKNOWN))


def test_one_such_message_at_a_time() -> None:
    nodes = {"data": {"setl_id": "S1", "mdtrt_id": "M1", "psn_no": "P1"}}
    row = row_of(RevokeOutpatientSettlement)
    assert (
        busy_on(row, row.input.from_wire(nodes)) == f"tx/{REVOKE}/setl_id/S1///fbea"
    )  # a person's number stands nowhere unsealed
    person = row_of(GetPerson)
    assert busy_on(person, GetPerson(mdtrt_cert_type="02", mdtrt_cert_no="1")) is None
