"""Threats T12 and T19: one caller that runs wild, and what no body may be; nothing is half done."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gateway.door_world import ALL, KEY, OTHER_KEY, gateway_at, visit_body
from gateway.national_world import Program
from hypothesis import given
from hypothesis import strategies as st

from yidi_gateway.access.callers import Caller
from yidi_gateway.access.limits import Bucket, Limits
from yidi_gateway.access.tills import may_act, tills_of
from yidi_gateway.settings import BadSettings
from yidi_mocks.plugin import RunningHub


def callers(**his: Any) -> dict[str, Any]:
    return {
        "callers": [
            {"id": "his", "key_file": "his.key", "scopes": ALL, **his},
            {"id": "other", "key_file": "other.key", "scopes": ALL},
        ]
    }


# ---- the bucket


def bucketed(rate: float, burst: int) -> tuple[Limits, Caller, list[float]]:
    now = [0.0]
    return Limits(lambda: now[0]), Caller("his", b"k", frozenset(), (), rate, burst), now


def test_a_burst_and_then_the_rate() -> None:
    limits, his, now = bucketed(2, 3)
    assert [limits.take(his) for _ in range(4)] == [0, 0, 0, 1]
    now[0] = 0.4
    assert limits.take(his) == 1
    now[0] = 0.5
    assert [limits.take(his) for _ in range(2)] == [0, 1]


def test_callers_have_buckets_of_their_own() -> None:
    limits, his, _ = bucketed(1, 1)
    other = Caller("other", b"o", frozenset(), (), 1, 1)
    assert (limits.take(his), limits.take(his), limits.take(other)) == (0, 1, 0)


def test_a_slow_rate_tells_the_whole_wait() -> None:
    limits, his, _ = bucketed(0.1, 1)
    assert (limits.take(his), limits.take(his)) == (0, 10)


@given(
    steps=st.lists(st.floats(0, 3), min_size=1, max_size=200),
    rate=st.floats(0.5, 50),
    burst=st.integers(1, 20),
)
def test_never_more_than_burst_and_rate(steps: list[float], rate: float, burst: int) -> None:
    limits, his, now = bucketed(rate, burst)
    taken = 0
    for step in steps:
        now[0] += step
        taken += limits.take(his) == 0
    assert taken <= burst + now[0] * rate + 1e-6


def test_a_clock_that_goes_back_gives_nothing() -> None:
    assert Bucket(0, 100).filled(50, 10, 10).tokens == 0


# ---- at the doors


async def test_too_many_calls_are_refused_and_move_nothing(
    hub: RunningHub, persona: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    credential = persona("filed_hypertension")["credential"]
    async with gateway_at(hub.url, tmp_path, access=callers(calls_per_s=0.001, burst=1)) as client:
        opened = await client.post("/v1/visits", json=visit_body(credential), headers={"Idempotency-Key": "v"})
        assert opened.status_code == 201, opened.text
        path = f"/v1/visits/{opened.json()['visit_id']}/settle"
        refused = await client.post(path, headers={"Idempotency-Key": "s"})
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        told = refused.json()
        assert (told["code"], told["money"]) == ("RATE_LIMITED", "not_moved")
        assert int(refused.headers["retry-after"]) == told["retry_after_s"] > 0
        assert not hub.ledger(live="true")
        fine = await client.get("/v1/link", headers={"Authorization": f"Bearer {OTHER_KEY}"})
        assert fine.status_code == 200
        assert (await client.get("/health/live")).status_code == 200
    # the key that met the limit is free, with any body
    hub.reset()
    async with gateway_at(hub.url, tmp_path) as client:
        opened = await client.post("/v1/visits", json=visit_body(credential), headers={"Idempotency-Key": "v"})
        settled = await client.post(f"/v1/visits/{opened.json()['visit_id']}/settle", headers={"Idempotency-Key": "s"})
        assert settled.status_code == 200


async def test_too_many_messages_of_a_program(
    hub: RunningHub, persona: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    who = persona("filed_hypertension")
    national = {"callers": [{"network": "127.0.0.0/8", "caller": "his"}]}
    access = callers(calls_per_s=0.001, burst=1)
    async with gateway_at(hub.url, tmp_path, access=access, national=national) as client:
        del client.headers["Authorization"]
        program = Program(client, who)
        await program.ok("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": who["credential"]["value"]}})
        refused = await program.send("2201", program.registration("N-1"))
        assert refused["infcode"] == -1
        assert (refused["yidi"]["state"], refused["yidi"]["code"]) == ("not_sent", "RATE_LIMITED")
        assert "频繁" in refused["err_msg"]


async def test_a_wrong_key_takes_nothing_from_the_bucket(hub: RunningHub, tmp_path: Path) -> None:
    async with gateway_at(hub.url, tmp_path, access=callers(calls_per_s=0.001, burst=1)) as client:
        for _ in range(5):
            assert (await client.get("/v1/link", headers={"Authorization": "Bearer wrong"})).status_code == 401
        wrong = {"X-Yidi-Caller": "his", "X-Yidi-Time": "1", "X-Yidi-Nonce": "n", "X-Yidi-Signature": "0"}
        assert (await client.get("/v1/link", headers=wrong)).status_code == 401
        assert (await client.get("/v1/link")).status_code == 200


# ---- tills


@pytest.mark.parametrize(
    ("tills", "operator", "may"),
    [
        ([], "anything", True),
        (["0001-0099"], "0001", True),
        (["0001-0099"], "0099", True),
        (["0001-0099"], "0100", False),
        (["0001-0099"], "0000", False),
        (["0001-0099"], "50", False),
        (["0001-0099"], "00500", False),
        (["0001-0099"], "", False),
        (["A01-A09", "B7"], "A05", True),
        (["A01-A09", "B7"], "B7", True),
        (["A01-A09", "B7"], "B8", False),
        (["A01-A09"], "a05", False),
    ],
)
def test_tills(tills: list[str], operator: str, may: bool) -> None:
    assert may_act([tills_of(text) for text in tills], operator) is may


@pytest.mark.parametrize("text", ["", "-", "0001-", "-0001", "001-0099", "0099-0001", "窗口1-窗口9"])
async def test_no_tills(text: str, hub: RunningHub, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        tills_of(text)
    if text:
        with pytest.raises(BadSettings, match="tills"):
            async with gateway_at(hub.url, tmp_path, access=callers(tills=[text])):
                pass


async def test_a_caller_acts_as_its_own_operators_only(
    hub: RunningHub, persona: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    who = persona("filed_hypertension")
    at_7, at_200 = ({"id": number, "name": "示例收费员", "kind": "1"} for number in ("0007", "0200"))
    async with gateway_at(hub.url, tmp_path, access=callers(tills=["0002-0099"])) as client:
        for operator, may in ((at_7, True), (at_200, False), (None, False)):
            body = visit_body(who["credential"], operator=operator, visit_no=f"V-{operator and operator['id']}")
            answer = await client.post("/v1/visits", json=body, headers={"Idempotency-Key": body["visit_no"]})
            assert answer.status_code == (201 if may else 403), answer.text
            if not may:
                assert answer.json()["fields"][0]["path"] == "operator.id"
            else:
                path = f"/v1/visits/{answer.json()['visit_id']}/settle"
        refused = await client.post(path, json={"operator": at_200}, headers={"Idempotency-Key": "s"})
        assert refused.status_code == 403
        assert not hub.ledger(live="true")
        settled = await client.post(path, json={"operator": at_7}, headers={"Idempotency-Key": "s"})
        assert settled.status_code == 200
        program = Program(client, who)
        own = await program.send("2201", program.registration("N-1"))
        assert own["infcode"] == 0, own
        other = await program.send("2201", program.registration("N-2"), opter="0200")
        assert (other["infcode"], other["yidi"]["code"]) == (-1, "FORBIDDEN")
        assert "opter" in other["err_msg"]
        none = await program.send("2201", program.registration("N-3"), opter="")
        assert none["yidi"]["code"] == "FORBIDDEN"


# ---- what no body may be


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b'{"credential":' + b"[" * 31 + b"]" * 31 + b"}", 422),  # 32 deep: read, and no credential
        (b'{"credential":' + b"[" * 32 + b"]" * 32 + b"}", 400),
        (b'{"credential":' + b"9" * 18 + b"}", 422),
        (b'{"credential":' + b"9" * 19 + b"}", 400),
        (b'{"credential":1.' + b"9" * 18 + b"}", 400),
        (b'{"credential":1e2}', 400),
        (b'{"credential":NaN}', 400),
        (b'{"credential":Infinity}', 400),
        (b'{"name":"a","name":"b"}', 400),
        (b'{"credential":{"kind":"id_card","kind":"id_card"}}', 400),
        (b'{"name":"\xff"}', 400),
        (b'{"name":"\xb2\xe2\xca\xd4"}', 400),  # GBK
        (b'{"name":null}trailing', 400),
        (b"", 400),
        (b'{"credential":[' + b"1," * 250_000 + b"1]}", 400),  # more than 200,000 values
        (b'{"name":"' + b"x" * 2_000_001 + b'"}', 413),
    ],
)
async def test_strict_json(raw: bytes, status: int, hub: RunningHub, tmp_path: Path) -> None:
    async with gateway_at(hub.url, tmp_path) as client:
        answer = await client.post("/v1/identity", content=raw)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        national = await client.post("/fsi/api/callService", content=raw, headers={"Authorization": f"Bearer {KEY}"})
        assert national.status_code == 200
        assert national.json()["infcode"] == -1
    assert not [row for row in hub.received(infno="1101") if row["infno"] == "1101"]
