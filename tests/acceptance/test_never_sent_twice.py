"""One row a fault: the settlement message leaves once at most, hub and journal agree, and the word told is true.

Real hub and gateway, two programs over loopback; QUIET and the limits are shortened by setting.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from his import Json, ledger, money_sends, open_visit, post, submissions_of, wait_for
from main_job.running import caller, run_gateway, run_hub, write_config

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
TIMES = {"quiet_s": 3, "commit_s": 2, "query_s": 2, "caller_patience_s": 25}

# kind, where, more, the state in the end
FAULTS = [
    ("delay", "before_effect", {"seconds": 1}, "settled"),
    ("delay", "after_effect", {"seconds": 4}, "settled"),
    ("hang", "before_effect", {}, "failed"),
    ("hang", "after_effect", {}, "settled"),
    ("drop_request", "before_effect", {}, "failed"),
    ("drop_reply", "after_effect", {}, "settled"),
    ("status", "before_effect", {"code": 503}, "failed"),
    ("status", "after_effect", {"code": 500}, "settled"),
    ("status", "after_effect", {"code": 502}, "settled"),
    ("refuse", "before_effect", {"err_msg": "FSI-参保人待遇被封锁"}, "failed"),
    ("refuse", "before_effect", {"err_msg": "一句从未见过的话"}, "failed"),
    ("refuse", "after_effect", {"err_msg": "一句从未见过的话"}, "settled"),
    ("answer_of_another", "after_effect", {}, "settled"),
    ("maintenance", "before_effect", {}, "failed"),
    ("maintenance", "after_effect", {}, "settled"),
    ("cut", "after_effect", {"after_bytes": 40}, "settled"),
    ("garble", "after_effect", {}, "settled"),
    ("html", "after_effect", {}, "settled"),
    ("sign_expired", "before_effect", {}, "settled"),
    ("rate_limit", "before_effect", {}, "failed"),
]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    folder: Path = tmp_path_factory.mktemp("faults")
    with ExitStack() as stack:
        hub_url = stack.enter_context(run_hub(folder)).url
        key = write_config(folder, hub_url, **TIMES)
        url = stack.enter_context(run_gateway(folder)).url
        hub = stack.enter_context(httpx.Client(base_url=hub_url, trust_env=False, timeout=30))
        yield hub, stack.enter_context(caller(url, key))


@pytest.mark.parametrize(
    ("kind", "where", "more", "end"),
    FAULTS,
    ids=[f"{kind}-{where}-{n}" for n, (kind, where, _, _) in enumerate(FAULTS)],
)
def test_fault(programs: tuple[httpx.Client, httpx.Client], kind: str, where: str, more: Json, end: str) -> None:
    hub, gateway = programs
    visit = until_open(hub, gateway)
    before = {message["msgid"] for message in money_sends(hub)}
    fault = {"kind": kind, "infno": "2207", "where": where, "when": {"nth": 1}, **more}
    assert hub.post("/_hub/faults", json=fault).status_code in (200, 201)
    answer = post(gateway, f"/v1/visits/{visit['visit_id']}/settle", {}, f"settle-{visit['visit_id']}")
    assert answer.status_code in (200, 202), answer.text
    hub.delete("/_hub/faults")
    hub.delete("/_hub/maintenance")
    for window in gateway.get("/v1/link").json()["windows"]:
        gateway.delete(f"/v1/maintenance/{window['id']}")
    basket = wait_for(gateway, visit["visit_id"], lambda state: state != "pending", 90)
    assert basket["state"] == end
    sends = [m for m in money_sends(hub) if m["msgid"] not in before]
    allowed = 2 if kind == "sign_expired" else 1  # proven not executed: the same basket goes on under a new msgid
    assert len(sends) == allowed
    live = [r for r in ledger(hub) if r["live"] and r["medins_setl_id"] not in before]
    assert len(live) == (1 if end == "settled" else 0)
    if end == "settled":
        assert live[0]["setl_id"] == basket["settlement"]["settlement_id"]
        assert live[0]["psn_cash_pay"] == basket["settlement"]["amounts"]["cash"]
    acts = [a for s in submissions_of(gateway, visit["visit_id"]) for a in s["attempts"] if a["purpose"] == "act"]
    assert len(acts) == allowed
    again = post(gateway, f"/v1/visits/{visit['visit_id']}/settle", {}, f"settle-{visit['visit_id']}")
    assert [b["state"] for b in again.json()["baskets"]] == [end]
    assert len(money_sends(hub)) == len(before) + allowed


def until_open(hub: httpx.Client, gateway: httpx.Client) -> Json:
    """A learned downtime of the fault before may still be open: wait until the gateway sees its end."""
    for _ in range(400):
        if gateway.get("/v1/link").json()["status"] == "up":
            break
        time.sleep(0.2)
    return open_visit(hub, gateway)
