"""A HIS in a few calls, for tests of running programs: visits of one basket, settlements, what hub and gateway hold."""

import itertools
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

Json = dict[str, Any]
_numbers = itertools.count(1)


def visit_body(credential: Json, **changes: Any) -> Json:
    now = datetime.now().astimezone()
    started = (now - timedelta(minutes=5)).isoformat(timespec="seconds")
    lines = [("1", "XC08CAA001B002010100001", "2", "12.30", "24.60"), ("2", "002507010001", "1", "26.00", "26.00")]
    return {
        "visit_no": f"T{now:%H%M%S}{next(_numbers):05d}",
        "kind": "outpatient",
        "credential": credential,
        "emergency": False,
        "trauma": False,
        "third_party": None,
        "commitment": None,
        "started_at": started,
        "department": {"code": "A03", "name": "内科"},
        "doctor": {"code": "D500103000001", "name": "示例医师"},
        "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
        "lines": [
            {
                "line_no": number,
                "code": code,
                "local_code": f"L{number}",
                "name": "示例项目",
                "quantity": quantity,
                "unit_price": price,
                "amount": amount,
                "disease_code": None,
                "prescribed_at": started,
            }
            for number, code, quantity, price, amount in lines
        ],
        **changes,
    }


def credential_of(hub: httpx.Client, persona: str) -> Json:
    items = hub.get("/_hub/personas").json()["items"]
    return next(item["credential"] for item in items if item["name"] == persona)


def post(gateway: httpx.Client, path: str, body: Json, key: str, patience: float = 25) -> httpx.Response:
    headers = {"Idempotency-Key": key, "X-Yidi-Patience": str(patience)}
    return gateway.post(path, json=body, headers=headers)


def open_visit(hub: httpx.Client, gateway: httpx.Client, persona: str = "filed_hypertension") -> Json:
    key = f"open-{next(_numbers)}-{time.monotonic_ns()}"
    answer = post(gateway, "/v1/visits", visit_body(credential_of(hub, persona)), key)
    assert answer.status_code == 201, answer.text
    visit: Json = answer.json()
    return visit


def wait_for(gateway: httpx.Client, visit_id: str, done: Callable[[str], bool], seconds: float = 45) -> Json:
    """The first basket once its state is as wanted; bounded."""
    until = time.monotonic() + seconds
    body: Json = {}
    while time.monotonic() < until:
        body = gateway.get(f"/v1/visits/{visit_id}").json()
        if done(body["baskets"][0]["state"]):
            basket: Json = body["baskets"][0]
            return basket
        time.sleep(0.2)
    raise AssertionError(f"still {body}")


def money_sends(hub: httpx.Client, infno: str = "2207") -> list[Json]:
    items: list[Json] = hub.get("/_hub/received", params={"infno": infno}).json()["items"]
    return items


def ledger(hub: httpx.Client) -> list[Json]:
    items: list[Json] = hub.get("/_hub/ledger").json()["items"]
    return items


def submissions_of(gateway: httpx.Client, visit_id: str, infno: str = "2207") -> list[Json]:
    """The submissions of a visit with their attempts."""
    rows = gateway.get("/v1/submissions").json()["items"]
    mine = [row for row in rows if row["visit_id"] == visit_id and row["infno"] == infno]
    return [gateway.get(f"/v1/submissions/{row['submission_id']}").json() for row in mine]
