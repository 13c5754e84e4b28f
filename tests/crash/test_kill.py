"""kill -9 of the gateway at named points of a settlement, then a restart: as the table of crash points says."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from his import Json, ledger, money_sends, open_visit, post, submissions_of, wait_for
from main_job.running import Program, caller, run_gateway, run_hub, write_config

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX"),
]
SETTLES = 2
"""The registration passes every point once; the settlement is the second to pass."""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[httpx.Client]:
    with run_hub(tmp_path) as program, httpx.Client(base_url=program.url, trust_env=False, timeout=30) as client:
        yield client


def killed_at(point: str, folder: Path, hub: httpx.Client) -> tuple[str, Json]:
    """Open a visit and settle it with a gateway that dies at this point; its key and the visit."""
    key = write_config(folder, str(hub.base_url).rstrip("/"), quiet_s=4, commit_s=3, query_s=2)
    with run_gateway(folder, YIDI_CRASH=f"{point}:{SETTLES}") as program, caller(program.url, key) as gateway:
        visit = open_visit(hub, gateway)
        with pytest.raises(httpx.TransportError):
            post(gateway, f"/v1/visits/{visit['visit_id']}/settle", {}, "settle-1")
        assert program.process.wait(timeout=10) == -signal.SIGKILL
    return key, visit


def restarted(folder: Path, key: str, visit: Json) -> Iterator[tuple[Program, httpx.Client, Json]]:
    with run_gateway(folder) as program, caller(program.url, key) as gateway:
        basket = wait_for(gateway, visit["visit_id"], lambda state: state not in ("pending", "not_started"))
        yield program, gateway, basket


@pytest.mark.requirement("R088")
def test_cp3_between_the_journal_and_the_first_byte(hub: httpx.Client, tmp_path: Path) -> None:
    key, visit = killed_at("cp3", tmp_path, hub)
    assert money_sends(hub) == []
    for _, gateway, basket in restarted(tmp_path, key, visit):
        assert basket["state"] == "failed"
        assert [a["purpose"] for s in submissions_of(gateway, visit["visit_id"]) for a in s["attempts"]].count(
            "act"
        ) == 1
    assert money_sends(hub) == []
    assert ledger(hub) == []


@pytest.mark.parametrize("point", ["cp5", "cp7"])
def test_after_the_platform_settled_and_before_it_is_booked(point: str, hub: httpx.Client, tmp_path: Path) -> None:
    key, visit = killed_at(point, tmp_path, hub)
    assert len(ledger(hub)) == 1
    for _, gateway, basket in restarted(tmp_path, key, visit):
        assert basket["state"] == "settled"
        assert basket["settlement"]["settlement_id"] == ledger(hub)[0]["setl_id"]
        again = post(gateway, f"/v1/visits/{visit['visit_id']}/settle", {}, "settle-1")
        assert again.status_code == 200
    assert len(money_sends(hub)) == 1
    assert [row["live"] for row in ledger(hub)] == [True]


def test_cp8_booked_and_not_told(hub: httpx.Client, tmp_path: Path) -> None:
    key, visit = killed_at("cp8", tmp_path, hub)
    for _, gateway, basket in restarted(tmp_path, key, visit):
        assert basket["state"] == "settled"
        path = f"/v1/visits/{visit['visit_id']}/settle"
        answers = [post(gateway, path, {}, "settle-1") for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 200]
        assert len({a.content for a in answers}) == 1
    assert len(money_sends(hub)) == 1


def test_killed_from_outside_while_the_platform_has_settled_and_says_nothing(hub: httpx.Client, tmp_path: Path) -> None:
    """Crash point 5 without a hook: the hub commits and hangs, the process is killed meanwhile."""
    key = write_config(tmp_path, str(hub.base_url).rstrip("/"), quiet_s=4, commit_s=20, query_s=2)
    with run_gateway(tmp_path) as program, caller(program.url, key) as gateway:
        visit = open_visit(hub, gateway)
        hub.post("/_hub/faults", json={"kind": "hang", "infno": "2207", "where": "after_effect", "when": {"nth": 1}})

        def settle() -> None:
            with pytest.raises(httpx.TransportError):
                post(gateway, f"/v1/visits/{visit['visit_id']}/settle", {}, "settle-1")

        cashier = threading.Thread(target=settle)
        cashier.start()
        for _ in range(100):
            if ledger(hub):
                break
            time.sleep(0.1)
        os.kill(program.process.pid, signal.SIGKILL)
        cashier.join(timeout=20)
    for _, _, basket in restarted(tmp_path, key, visit):
        assert basket["state"] == "settled"
    assert len(money_sends(hub)) == 1
    assert [row["live"] for row in ledger(hub)] == [True]
