"""`yidi-gateway reconcile DATE` against a gateway that runs as a program, with a real hub behind it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import now, visit_body

from yidi_gateway import dayend
from yidi_mocks.plugin import RunningHub

TODAY = now()[:10]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from yidi_gateway.cli import main; main()", *arguments]


@pytest.fixture
def gateway(hub: RunningHub, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    subprocess.run(command("sample-config", "--init", str(tmp_path)), check=True, capture_output=True, timeout=60)
    config = tmp_path / "gateway.toml"
    text = config.read_text(encoding="utf-8").replace('url = "http://127.0.0.1:8701"', f'url = "{hub.url}"')
    config.write_text(text, encoding="utf-8")
    with subprocess.Popen(
        command("serve", "--config", str(config), "--port", "0"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as serving:
        assert serving.stdout is not None
        ready = serving.stdout.readline().decode()
        assert ready.startswith("gateway ready "), ready
        yield ready.split()[-1], config
        serving.terminate()
        serving.wait(timeout=60)


def ran(gateway: tuple[str, Path], *arguments: str) -> subprocess.CompletedProcess[str]:
    url, config = gateway
    more = ("--config", str(config), "--url", url)
    made = command("reconcile", *arguments, *more)
    return subprocess.run(made, capture_output=True, text=True, timeout=120, check=False)


def sell(gateway: tuple[str, Path], who: dict[str, Any]) -> None:
    url, config = gateway
    key = (config.parent / "his.key").read_text().strip()
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=60) as his:
        body = visit_body(who["credential"])
        visit = his.post("/v1/visits", json=body, headers={"Idempotency-Key": "v"}).json()["visit_id"]
        assert his.post(f"/v1/visits/{visit}/settle", headers={"Idempotency-Key": "s"}).status_code == 200


def test_a_day_on_the_command_line(gateway, hub: RunningHub, persona) -> None:
    sell(gateway, persona("filed_hypertension"))
    agreed = ran(gateway, TODAY, "--json")
    assert agreed.returncode == 0, agreed.stderr
    told = json.loads(agreed.stdout.splitlines()[-1])
    assert (told["date"], told["state"]) == (TODAY, "balanced")
    assert sum(row["count"] for row in told["totals"]) == 2

    planted = {"kind": "amount", "date": TODAY, "count": 1, "seed": 1}
    assert httpx.post(f"{hub.url}/_hub/ledger/differences", json=planted, trust_env=False).status_code < 300
    differs = ran(gateway, TODAY)
    assert differs.returncode == 1
    assert "amount" in differs.stdout
    assert "do not hold the same" in differs.stderr


def test_wrong_days_and_a_gateway_that_is_not_there(gateway) -> None:
    assert ran(gateway, "2026-13-01").returncode == 2
    url, config = gateway
    nobody = ran(("http://127.0.0.1:1", config), TODAY)
    assert (nobody.returncode, "needs it running" in nobody.stderr) == (3, True)
    future = ran((url, config), "2126-01-01")
    assert future.returncode == 1


def test_progress_says_the_step() -> None:
    found = {"progress": {"step": "totals", "done": 2, "of": 4}}
    assert dayend.progress_text(found) == "totals (3201): 2 of 4"
