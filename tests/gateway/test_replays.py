"""Threat T03: a signed call that is sent again is refused, by whichever process it reaches, for as long as it would be
good."""

import secrets
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import KEY, gateway_at, visit_body
from main_job.running import run_gateway, write_config

from yidi_gateway.access.callers import SKEW_S, NotAuthenticated, signature
from yidi_gateway.access.nonces import LIFE, spend
from yidi_gateway.clock import SystemClock
from yidi_gateway.journal import MemoryJournal
from yidi_mocks.plugin import RunningHub

REPLAYS = 1000


def signed(key: str, method: str, path: str, body: bytes = b"", **more: str) -> dict[str, str]:
    """The headers of a caller that is not on this machine."""
    at, nonce = str(int(time.time())), secrets.token_hex(8)
    made = signature(key.encode(), method, path, body, time=at, nonce=nonce)
    return {"X-Yidi-Caller": "his", "X-Yidi-Time": at, "X-Yidi-Nonce": nonce, "X-Yidi-Signature": made, **more}


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_thousand_replays_over_two_processes(
    hub: RunningHub, persona: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    """Both on one journal file. The call that is sent again moves money."""
    key = write_config(tmp_path, hub.url)
    with ExitStack() as stack:
        urls = [stack.enter_context(run_gateway(tmp_path)).url for _ in range(2)]
        nodes = [stack.enter_context(httpx.Client(base_url=url, trust_env=False, timeout=50)) for url in urls]
        body = httpx.Request("POST", "http://x", json=visit_body(persona("filed_hypertension")["credential"])).content
        visit = nodes[0].post(
            "/v1/visits",
            content=body,
            headers=signed(key, "POST", "/v1/visits", body, **{"Idempotency-Key": "v"}),
        )
        assert visit.status_code == 201, visit.text
        path = f"/v1/visits/{visit.json()['visit_id']}/settle"
        call = signed(key, "POST", path)  # the Idempotency-Key is not signed: whoever listens may choose another
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(lambda n: sent(nodes[n % 2], path, call, n), range(REPLAYS + 1)))
        assert Counter(told) == {200: 1, 401: REPLAYS}
        assert sent(nodes[1], path, call, 0) == 401
        assert sent(nodes[1], path, signed(key, "POST", path), 0) in (200, 409)
    live = hub.ledger(live="true")
    assert len(live) == 2  # the two baskets of the visit, once each


def sent(node: httpx.Client, path: str, call: dict[str, str], number: int) -> int:
    return node.post(path, headers={**call, "Idempotency-Key": f"r{number}"}).status_code


async def test_a_nonce_lives_longer_than_its_stamp() -> None:
    assert timedelta(seconds=2 * SKEW_S) < LIFE
    journal, now = MemoryJournal(), SystemClock().now()
    await spend(journal, "his", "n", now)
    for seconds in (0, 1, SKEW_S, 2 * SKEW_S):
        with pytest.raises(NotAuthenticated, match="Nonce"):
            await spend(journal, "his", "n", now + timedelta(seconds=seconds))


async def test_only_a_right_signature_uses_a_nonce_up(hub: RunningHub, tmp_path: Path) -> None:
    async with gateway_at(hub.url, tmp_path, peer="10.0.0.9") as client:
        del client.headers["Authorization"]
        good = signed(KEY, "GET", "/v1/link")
        assert (await client.get("/v1/link", headers={**good, "X-Yidi-Signature": "0" * 64})).status_code == 401
        assert (await client.get("/v1/link", headers=good)).status_code == 200
        assert (await client.get("/v1/link", headers=good)).status_code == 401


async def test_the_doors_share_the_nonces(hub: RunningHub, tmp_path: Path) -> None:
    """A signature is for one path; a nonce is for one call, whichever door it came through."""
    async with gateway_at(hub.url, tmp_path, peer="10.0.0.9") as client:
        del client.headers["Authorization"]
        first = signed(KEY, "GET", "/v1/link")
        assert (await client.get("/v1/link", headers=first)).status_code == 200
        path = "/fsi/api/callService"
        made = signature(KEY.encode(), "POST", path, b"{}", time=first["X-Yidi-Time"], nonce=first["X-Yidi-Nonce"])
        again = await client.post(path, content=b"{}", headers={**first, "X-Yidi-Signature": made})
        assert again.json()["yidi"]["code"] == "UNAUTHORISED"


async def test_without_the_journal_nobody_gets_in(hub: RunningHub, tmp_path: Path) -> None:
    async with gateway_at(hub.url, tmp_path, peer="10.0.0.9") as client:
        del client.headers["Authorization"]
        await client.gateway.journal.close()  # type: ignore[attr-defined]
        answer = await client.get("/v1/link", headers=signed(KEY, "GET", "/v1/link"))
        assert (answer.status_code, answer.json()["code"]) == (503, "JOURNAL_DOWN")
