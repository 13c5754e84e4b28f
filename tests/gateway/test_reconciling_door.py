"""The insurance office over the REST door, with a real hub behind it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import OTHER_KEY, gateway_at, now, visit_body

from yidi_gateway.doors import office_answers
from yidi_mocks.plugin import RunningHub

TODAY = now()[:10]


@pytest.fixture
async def gateway(hub: RunningHub, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with gateway_at(hub.url, tmp_path) as client:
        yield client


def control(hub: RunningHub, method: str, path: str, **more: Any) -> Any:
    answer = httpx.request(method, f"{hub.url}/_hub{path}", trust_env=False, **more)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


async def sold(gateway: httpx.AsyncClient, who: dict[str, Any], number: str) -> list[dict[str, Any]]:
    opened = await gateway.post(
        "/v1/visits", json=visit_body(who["credential"], visit_no=number), headers={"Idempotency-Key": number}
    )
    assert opened.status_code == 201, opened.text
    visit = opened.json()["visit_id"]
    settled = await gateway.post(f"/v1/visits/{visit}/settle", headers={"Idempotency-Key": f"{number}s"})
    assert settled.status_code == 200, settled.text
    return [basket["settlement"] for basket in settled.json()["baskets"]]


async def reconciled(gateway: httpx.AsyncClient, day: str = TODAY) -> dict[str, Any]:
    answer = await gateway.post("/v1/reconciliations", json={"date": day})
    assert answer.status_code == 200, answer.text
    office_answers.DayResult.model_validate(answer.json())
    return answer.json()


async def test_a_day_with_settlements_and_a_refund_agrees(gateway, hub, persona) -> None:
    first = await sold(gateway, persona("filed_hypertension"), "D-1")
    await sold(gateway, persona("filed_hypertension"), "D-2")
    number = first[0]["settlement_id"]
    undone = await gateway.post(
        f"/v1/settlements/{number}/refund", json={"reason": "错"}, headers={"Idempotency-Key": "r1"}
    )
    assert undone.json()["state"] == "settled", undone.text
    found = await reconciled(gateway)
    assert found["state"] == "balanced", found
    assert sum(row["count"] for row in found["totals"]) == 5
    again = await gateway.get(f"/v1/reconciliations/{TODAY}")
    assert again.json() == found
    assert (await reconciled(gateway)) == found


@pytest.mark.parametrize(
    ("planted", "kind", "state"),
    [
        ("only_platform", "platform_only", "differences"),
        ("only_hospital", "hospital_only", "balanced"),
        ("amount", "amount", "differences"),
        ("sign", "sign", "differences"),
        ("twice", "twice", "balanced"),
        ("not_final", "not_final", "not_final"),
    ],
)
async def test_what_the_hub_plants_is_found(gateway, hub, persona, planted, kind, state) -> None:
    for number in range(3):
        await sold(gateway, persona("filed_hypertension"), f"D-{number}")
    made = control(hub, "POST", "/ledger/differences", json={"kind": planted, "date": TODAY, "count": 2, "seed": 3})
    found = await reconciled(gateway)
    rows = [(row["kind"], row["settlement_id"]) for row in (*found["differences"], *found["mended"])]
    assert sorted(rows) == sorted((kind, number) for number in made["setl_ids"])
    assert found["state"] == state
    assert (await reconciled(gateway)) == found


async def test_the_ledger_lists_tells_and_closes(gateway, hub, persona) -> None:
    for number in range(3):
        await sold(gateway, persona("filed_hypertension"), f"D-{number}")
    control(hub, "POST", "/ledger/differences", json={"kind": "amount", "date": TODAY, "count": 3, "seed": 3})
    await reconciled(gateway)
    first = (await gateway.get("/v1/ledger?limit=2")).json()
    rest = (await gateway.get(f"/v1/ledger?limit=2&cursor={first['next']}")).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    item = first["items"][0]
    office_answers.LedgerItem.model_validate(item)
    assert (item["kind"], item["class"], item["state"]) == ("amount", "other", "open")
    assert item["due_at"] > item["alarm_at"] >= item["opened_at"]
    body = {"reason": "已与经办机构核对", "closed_by": {"id": "A1", "name": "王五", "role": "insurance_office"}}
    closed = await gateway.post(f"/v1/ledger/{item['id']}/close", json=body)
    assert closed.status_code == 200
    assert closed.json()["history"][-1]["by"] == "A1 (insurance_office)"
    assert (await gateway.post(f"/v1/ledger/{item['id']}/close", json=body)).json()["code"] == "ITEM_CLOSED"
    assert (await gateway.get(f"/v1/ledger/{item['id']}")).json() == closed.json()
    assert len((await gateway.get("/v1/ledger")).json()["items"]) == 2
    assert len((await gateway.get("/v1/ledger?state=closed")).json()["items"]) == 1


async def test_four_totals_and_the_cash_agree_or_open_an_item(gateway, persona) -> None:
    settled = await sold(gateway, persona("filed_hypertension"), "D-1")
    amounts = [each["amounts"] for each in settled]

    def summed(name: str) -> str:
        from decimal import Decimal

        return str(sum(Decimal(each[name]) for each in amounts))

    whole = {name: summed(name) for name in ("total", "fund", "account", "cash")}
    told = {"insutype": "310", "clr_type": "11", "count": len(settled), **whole}
    receipts = {"count": len(settled), "total": whole["total"], "cash": whole["cash"]}
    body = {"date": TODAY, "totals": [told], "receipts": receipts}
    assert (await gateway.post("/v1/his-totals", json=body)).status_code == 201
    lines = "".join(f"{each['settlement_id']},{each['amounts']['cash']}\n" for each in settled)
    paid = {"date": TODAY, "name": "bank.csv", "csv": f"settlement_id,amount\n{lines}"}
    answer = await gateway.post("/v1/payment-files", json=paid)
    assert (answer.status_code, answer.json()["count"]) == (201, len(settled))
    found = await reconciled(gateway)
    assert found["four_way"]["unequal"] == []
    assert found["four_way"]["payments"] == {"files": 1, "gaps": []}
    assert (await gateway.get("/v1/ledger")).json()["items"] == []

    wrong = {**body, "receipts": {**receipts, "cash": "0.01"}}
    assert (await gateway.post("/v1/his-totals", json=wrong)).json()["version"] == 2
    await gateway.post("/v1/payment-files", json={**paid, "csv": "settlement_id,amount\nnone,5\n"})
    found = await reconciled(gateway)
    assert found["four_way"]["unequal"] == ["cash"]
    assert {"settlement_id": "none", "cash": "0.00", "paid": "5.00"} in found["four_way"]["payments"]["gaps"]
    kinds = {item["kind"] for item in (await gateway.get("/v1/ledger")).json()["items"]}
    assert kinds == {"four_way", "payments"}

    await gateway.post("/v1/his-totals", json=body)
    await gateway.post("/v1/payment-files", json=paid)
    await reconciled(gateway)
    assert (await gateway.get("/v1/ledger")).json()["items"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/reconciliations", {"date": "2126-01-01"}, 422),
        ("POST", "/v1/reconciliations", {"date": "2026-13-01"}, 422),
        ("POST", "/v1/reconciliations", {}, 422),
        ("GET", "/v1/reconciliations/2020-01-01", None, 404),
        ("GET", "/v1/reconciliations/yesterday", None, 404),
        ("GET", "/v1/ledger?state=odd", None, 422),
        ("GET", "/v1/ledger?limit=0", None, 422),
        ("GET", "/v1/ledger?cursor=none", None, 422),
        ("GET", "/v1/ledger/none", None, 404),
        ("POST", "/v1/his-totals", {"date": TODAY, "totals": [{"insutype": "310"}]}, 422),
        ("POST", "/v1/payment-files", {"date": TODAY, "name": "a", "csv": "settlement_id,amount\n1,x\n"}, 422),
        ("POST", "/v1/payment-files", {"date": TODAY, "name": "a", "csv": "number\n1\n"}, 422),
    ],
)
async def test_what_is_wrong_is_named(gateway, method, path, body, status) -> None:
    answer = await gateway.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_it_needs_the_right(gateway) -> None:
    gateway.headers["Authorization"] = f"Bearer {OTHER_KEY}"
    for path in ("/v1/ledger", f"/v1/reconciliations/{TODAY}"):
        assert (await gateway.get(path)).status_code == 403


async def test_downtime_holds_nothing_half_done(gateway, hub, persona) -> None:
    await sold(gateway, persona("filed_hypertension"), "D-1")
    window = {"from": now(), "to": None, "text": "系统升级", "scope": "platform"}
    entered = await gateway.post("/v1/maintenance", json=window)
    answer = await gateway.post("/v1/reconciliations", json={"date": TODAY})
    assert answer.status_code in (200, 503)
    if answer.status_code == 503:
        assert answer.json()["code"] == "MAINTENANCE"
    assert (await gateway.delete(f"/v1/maintenance/{entered.json()['id']}")).status_code == 200
    assert (await reconciled(gateway))["state"] == "balanced"


@pytest.mark.requirement("R122")
async def test_our_share_of_the_month_is_the_platforms(gateway, hub, persona) -> None:
    """The hub knows one hospital here: what it makes of the month for the insured province is our share."""
    month = TODAY[:7]
    settled = await sold(gateway, persona("filed_hypertension"), "D-1")
    report = (await gateway.get(f"/v1/clearing/{month}")).json()
    office_answers.MonthTold.model_validate(report)
    assert report["clearing"]["open"] == len(settled)
    assert report["reconciliation"]["closed"] is False
    theirs = control(hub, "GET", f"/clearing/{month}?province=53")["forms"]
    for form in ("14-1", "14-2", "14-3"):
        assert report["forms"][form]["columns"] == theirs[form]["columns"]
        assert report["forms"][form]["total"] == theirs[form]["total"]
    early = await gateway.post(f"/v1/clearing/{month}/confirm")
    assert (early.status_code, early.json()["code"]) == (422, "BAD_REQUEST")


@pytest.mark.parametrize("path", ["/v1/clearing/2026-13", "/v1/clearing/October", "/v1/clearing/2026-10-01"])
async def test_what_is_no_month(gateway, path) -> None:
    assert (await gateway.get(path)).status_code == 404
    assert (await gateway.post(f"{path}/confirm")).status_code == 404


async def test_a_month_without_rows_is_confirmed_as_nothing(gateway) -> None:
    for step in ("confirm", "roll-back"):
        answer = await gateway.post("/v1/clearing/2026-09/" + step)
        assert (answer.status_code, answer.json()["pages"], answer.json()["confirmed"]) == (200, [], 0), answer.text
        office_answers.Confirmation.model_validate(answer.json())


async def test_the_age_of_the_oldest_upload_is_a_metric(gateway) -> None:
    assert "\nyidi_oldest_upload_seconds 0\n" in (await gateway.get("/metrics")).text
