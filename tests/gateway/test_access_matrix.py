"""Threats T02 and T05: every call of the door for every caller, and nobody reaches what another caller made."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import gateway_at, now, visit_body
from gateway.national_world import Program, msgid

from yidi_gateway.doors.orders import scopes_of
from yidi_gateway.doors.routes import ROUTES
from yidi_gateway.doors.table import Route
from yidi_mocks.plugin import RunningHub
from yidi_sdk.catalogue import CATALOGUE, by_infno

SCOPES = ("query", "settle", "refund", "reconcile", "admin")
NOBODY, WRONG, ALL, STRANGER = "nobody", "wrong_key", "all", "stranger"

RIGHTS = """
identify             query
judgeEligibility     query
openVisit            settle
getVisit             query
settleVisit          settle
cancelVisit          settle refund
admitStay            settle
getStay              query
uploadStayFees       settle
linkOutsideService   settle
changeStay           settle
linkCommitment       settle
dischargeStay        settle
presettleStay        settle
settleStay           settle
cancelStay           settle refund
refundSettlement     refund
transact             query settle refund
getSubmission        query
listSubmissions      query
acknowledge          settle
giveUp               settle refund
decide               reconcile admin
getLink              query reconcile admin
announceMaintenance  reconcile admin
withdrawMaintenance  reconcile admin
reconcile            reconcile
getReconciliation    reconcile
listLedger           reconcile admin
getLedgerItem        reconcile admin
closeLedgerItem      reconcile admin
getMonth             reconcile
confirmMonth         reconcile
rollBackMonth        reconcile
tellHisTotals        reconcile
tellPayments         reconcile
live                 -
ready                -
metrics              -
docs                 -
"""
"""Typed from what each call does, not printed from the code: a call that is not here, or has another right, is wrong."""

OF_THE_HOUSE = {"window_id", "date", "month", "item_id", "infno", "name"}
"""Places in a path that name what belongs to the whole hospital, not to one caller."""


def rights() -> dict[str, frozenset[str]]:
    rows = (line.split() for line in RIGHTS.strip().splitlines())
    return {name: frozenset(scopes) - {"-"} for name, *scopes in rows}


def keys(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings of one caller for each right, one with all, one more with all; their keys."""
    found = {name: f"key-of-{name}-0123456789" for name in (*SCOPES, ALL, STRANGER)}
    for name, key in found.items():
        (folder / f"{name}.key").write_text(key)
    callers = [
        {"id": name, "key_file": f"{name}.key", "scopes": [name] if name in SCOPES else list(SCOPES)} for name in found
    ]
    return {"access": {"callers": callers}}, found


@pytest.fixture
async def door(hub: RunningHub, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings, found = keys(tmp_path)
    async with gateway_at(hub.url, tmp_path, **settings) as client:
        del client.headers["Authorization"]
        client.keys = {**found, WRONG: "no-such-key"}  # type: ignore[attr-defined]
        yield client


def as_caller(door: httpx.AsyncClient, who: str, **more: str) -> dict[str, str]:
    if who == NOBODY:
        return more
    return {"Authorization": f"Bearer {door.keys[who]}", **more}  # type: ignore[attr-defined]


def path_of(route: Route, **places: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: places.get(found.group(1), "1101"), route.path)


async def called(door: httpx.AsyncClient, route: Route, who: str, path: str, key: str = "k") -> httpx.Response:
    headers = as_caller(door, who, **{"Idempotency-Key": key, "X-Yidi-Patience": "1"})
    content = b"" if route.method in ("GET", "DELETE") else b"{}"
    return await door.request(route.method, path, headers=headers, content=content)


def test_every_call_has_its_right() -> None:
    assert {route.operation: frozenset(route.scopes) for route in ROUTES} == rights()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
async def test_matrix(door: httpx.AsyncClient, route: Route) -> None:
    """Each caller at each call: 401 without a key, 403 without the right, else let in (whatever is said then)."""
    wanted = rights()[route.operation]
    for who in (NOBODY, WRONG, *SCOPES, ALL):
        answer = await called(door, route, who, path_of(route))
        cell = (route.operation, who, answer.status_code, answer.text[:200])
        if not wanted:
            assert answer.status_code == 200, cell
        elif who in (NOBODY, WRONG):
            assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORISED"), cell
            assert answer.headers["www-authenticate"] == "Bearer"
        elif who != ALL and who not in wanted:
            assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN"), cell
        else:
            assert answer.status_code not in (401, 403, 500), cell


EFFECTS = """
query    query settle
trial    query settle
upload   settle
commit   settle
reversal settle refund
"""
TAKES_BACK = {"2208", "2305"}


@pytest.mark.parametrize("row", [row for row in CATALOGUE if row.effect != "reversal"], ids=lambda row: row.infno)
async def test_each_number_at_both_doors(door: httpx.AsyncClient, row: Any) -> None:
    """Which right a number needs hangs on its effect; what takes a settlement back needs `refund`."""
    rows = (line.split() for line in EFFECTS.strip().splitlines())
    by_effect = {effect: set(scopes) for effect, *scopes in rows}
    takes_back = row.effect == "commit" and "setl_id" in row.input.model_fields
    wanted = {"refund"} if takes_back else by_effect[str(row.effect)]
    assert set(scopes_of(row)) == wanted
    if row.infno in TAKES_BACK:
        assert wanted == {"refund"}
    program = Program(door, {"insured_division": "530100"})
    for who in SCOPES:
        headers = as_caller(door, who, **{"Idempotency-Key": "k"})
        told = await door.post(f"/v1/transactions/{row.infno}", json={"input": {"none": {}}}, headers=headers)
        national = await door.post("/fsi/api/callService", json=program.envelope(row.infno, {}), headers=headers)
        code = national.json()["yidi"].get("code")
        if row.infno in ("9001", "9002"):
            if who in ("query", "settle", "refund"):
                assert told.json()["code"] == "OWNED_BY_GATEWAY"
        else:
            assert (told.status_code == 403) is (who not in wanted), (row.infno, who, told.text)
        if by_infno(row.infno, "national") is not None:
            assert (code == "FORBIDDEN") is (who not in wanted), (row.infno, who, national.text)


# ---- one caller and another


@pytest.fixture
async def made(door: httpx.AsyncClient, hub: RunningHub, persona: Callable[[str], dict[str, Any]]) -> dict[str, str]:
    """What caller `all` has: a settled visit, an open one, a stay, a pending submission; the places of paths."""
    who = persona("filed_hypertension")

    async def post(path: str, body: Any, key: str, patience: str = "20") -> Any:
        headers = as_caller(door, ALL, **{"Idempotency-Key": key, "X-Yidi-Patience": patience})
        answer = await door.post(path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    visit = await post("/v1/visits", visit_body(who["credential"]), "visit")
    settled = await post(f"/v1/visits/{visit['visit_id']}/settle", {}, "settle")
    other = await post("/v1/visits", visit_body(who["credential"], visit_no="HIS-8"), "visit-2")
    patient = persona("inpatient_new_year")
    stay = await post("/v1/stays", stay_body(patient), "stay")
    hub.fault("drop_reply", "2207", where="after_effect", when={"nth": 1})
    waits = await post(f"/v1/visits/{other['visit_id']}/settle", {}, "settle-2", "0.2")
    (pending,) = [basket for basket in waits["baskets"] if basket["state"] == "pending"]
    return {
        "visit_id": other["visit_id"],
        "stay_id": stay["stay_id"],
        "settlement_id": settled["baskets"][0]["settlement"]["settlement_id"],
        "submission_id": pending["submission_id"],
    }


def stay_body(who: dict[str, Any]) -> dict[str, Any]:
    return {
        "stay_no": "ZY-1",
        "stay_kind": "ordinary",
        "credential": who["credential"],
        "trauma": False,
        "admitted_at": now(),
        "department": {"code": "A03", "name": "内科"},
        "bed": "12",
        "doctor": {"code": "D500103000001", "name": "示例医师"},
        "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
    }


BODIES: dict[str, Any] = {
    "refundSettlement": {"reason": "退费"},
    "uploadStayFees": {
        "lines": [
            {
                "line_no": "1",
                "code": "XC08CAA001B002010100001",
                "local_code": "L1",
                "name": "示例项目",
                "quantity": "1",
                "unit_price": "100.00",
                "amount": "100.00",
                "prescribed_at": "2026-11-21T09:40:00+08:00",
            }
        ]
    },
    "linkOutsideService": {
        "line_nos": ["1"],
        "institution": {"code": "H50010300002", "name": "外院"},
    },
    "dischargeStay": {"discharged_at": "2026-11-21T09:40:00+08:00", "way": "1"},
    "decide": {
        "outcome": "settled",
        "reason": "核对",
        "decided_by": [{"id": "1", "role": "office"}, {"id": "2", "role": "finance"}],
    },
}


async def test_another_caller_sees_and_moves_nothing(
    door: httpx.AsyncClient, hub: RunningHub, made: dict[str, str]
) -> None:
    """Every call with the name of an object in its path, by a caller with all rights but of another HIS."""
    before = money(hub)
    tried = set()
    for route in ROUTES:
        places = set(re.findall(r"\{(\w+)\}", route.path))
        assert places <= OF_THE_HOUSE | set(made), f"{route.operation}: whose is {places}?"
        if not places & set(made):
            continue
        headers = as_caller(door, STRANGER, **{"Idempotency-Key": f"x-{route.operation}", "X-Yidi-Patience": "1"})
        body = BODIES.get(route.operation, {})
        content = {} if route.method == "GET" else {"json": body}
        answer = await door.request(route.method, path_of(route, **made), headers=headers, **content)
        if answer.status_code == 422:  # what is wrong with our own body is told before anything is looked up
            tried.add((route.operation, "body"))
            continue
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND"), (route.operation, answer.text)
        assert not set(made.values()) & set(re.findall(r"[\w-]+", answer.text.replace(answer.json()["detail"], "")))
        tried.add((route.operation, "object"))
    assert len(tried) >= 15
    assert ("refundSettlement", "object") in tried
    assert ("cancelStay", "object") in tried
    assert money(hub) == before
    listed = await door.get("/v1/submissions", headers=as_caller(door, STRANGER))
    assert listed.json()["items"] == []
    for key in ("settle", "settle-2", "visit", "stay"):
        listed = await door.get(f"/v1/submissions?key={key}", headers=as_caller(door, STRANGER))
        assert listed.json()["items"] == []


def money(hub: RunningHub) -> list[Any]:
    moves = ("2201", "2202", "2207", "2208", "2401", "2402", "2304", "2305", "2601", "2301", "2302")
    return [(row["infno"], row["msgid"]) for row in hub.received() if row["infno"] in moves]


async def test_the_owner_still_reaches_all_of_it(door: httpx.AsyncClient, made: dict[str, str]) -> None:
    """The same addresses are good ones: a 404 above is for the caller."""
    for path in (
        f"/v1/visits/{made['visit_id']}",
        f"/v1/stays/{made['stay_id']}",
        f"/v1/submissions/{made['submission_id']}",
    ):
        assert (await door.get(path, headers=as_caller(door, ALL))).status_code in (200, 202)
    headers = as_caller(door, ALL, **{"Idempotency-Key": "back", "X-Yidi-Patience": "20"})
    taken = await door.post(f"/v1/settlements/{made['settlement_id']}/refund", json={"reason": "退"}, headers=headers)
    assert taken.status_code == 200, taken.text


async def test_a_key_of_another_caller_is_not_its_answer(
    door: httpx.AsyncClient, made: dict[str, str], persona: Callable[[str], dict[str, Any]]
) -> None:
    body = visit_body(persona("filed_hypertension")["credential"], visit_no="OTHER-1")
    mine = await door.post("/v1/visits", json=body, headers=as_caller(door, ALL, **{"Idempotency-Key": "visit"}))
    assert mine.json()["code"] == "KEY_REUSED"
    theirs = await door.post("/v1/visits", json=body, headers=as_caller(door, STRANGER, **{"Idempotency-Key": "visit"}))
    assert theirs.status_code == 201, theirs.text
    hidden = await door.get(f"/v1/visits/{theirs.json()['visit_id']}", headers=as_caller(door, ALL))
    assert hidden.status_code == 404


async def test_a_message_of_another_program(
    door: httpx.AsyncClient, hub: RunningHub, persona: Callable[[str], dict[str, Any]]
) -> None:
    """Settled through the national door: the stranger neither hears of it, nor reverses it, nor takes it back."""
    who = persona("filed_hypertension")
    mine, theirs = (
        Program(
            httpx.AsyncClient(transport=door._transport, base_url="http://gateway", headers=as_caller(door, name)), who
        )
        for name in (ALL, STRANGER)
    )
    number = msgid()
    data = await mine.charged()
    settled = await mine.ok("2207", {"data": data}, msgid=number)
    setl_id = settled["output"]["setlinfo"]["setl_id"]
    same = await theirs.send("2207", {"data": data}, msgid=number)
    assert same["infcode"] == -1, same
    assert setl_id not in str(same)
    undone = await theirs.send("2601", {"data": {"psn_no": who["psn_no"], "omsgid": number, "oinfno": "2207"}})
    assert undone["infcode"] == -1
    back = {"psn_no": who["psn_no"], "mdtrt_id": data["mdtrt_id"], "setl_id": setl_id}
    refused = await theirs.send("2208", {"data": back})
    assert (refused["infcode"], refused["yidi"]["code"]) == (-1, "NOT_FOUND")
    headers = as_caller(door, STRANGER, **{"Idempotency-Key": "b"})
    typed = await door.post("/v1/transactions/2208", json={"input": {"data": back}}, headers=headers)
    assert (typed.status_code, typed.json()["code"]) == (404, "NOT_FOUND")
    assert len(hub.ledger(live="true")) == 1
    assert (await mine.ok("2208", {"data": back}))["yidi"]["state"] == "settled"
    assert not hub.ledger(live="true")
    for program in (mine, theirs):
        await program.door.aclose()
