"""Real processes: a gateway that is started, used, asked from the command line, killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import visit_body

from yidi_mocks.plugin import RunningHub

MAIN = [sys.executable, "-c", "from yidi_gateway.cli import main; main()"]


def environment(hub: RunningHub) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("YIDI_")}
    return {**clean, "YIDI_PLATFORM__URL": hub.url, "YIDI_TIMING__QUIET_S": "3", "YIDI_TIMING__COMMIT_S": "2"}


@contextmanager
def served(folder: Path, hub: RunningHub, **more: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    with subprocess.Popen(
        [*MAIN, "serve", "--port", "0"], cwd=folder, env={**environment(hub), **more}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready.startswith("gateway ready http://127.0.0.1:"), process.stderr and process.stderr.read()
            key = (folder / "his.key").read_text().strip()
            headers = {"Authorization": f"Bearer {key}"}
            with httpx.Client(base_url=ready.split()[-1], headers=headers, timeout=50) as client:
                yield process, client
        finally:
            process.kill()


@pytest.fixture
def folder(tmp_path: Path, hub: RunningHub) -> Path:
    subprocess.run(
        [*MAIN, "sample-config", "--init", "."], cwd=tmp_path, env=environment(hub), check=True, capture_output=True
    )
    return tmp_path


def command(folder: Path, hub: RunningHub, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MAIN, *arguments], cwd=folder, env=environment(hub), capture_output=True, text=True, timeout=50, check=False
    )


def opened(client: httpx.Client, credential: dict[str, Any]) -> str:
    answer = client.post("/v1/visits", json=visit_body(credential), headers={"Idempotency-Key": "v"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["visit_id"])


@pytest.mark.slow
def test_serve_settle_ask_and_stop(folder: Path, hub: RunningHub, persona: Callable[[str], dict[str, Any]]) -> None:
    with served(folder, hub) as (process, client):
        visit_id = opened(client, persona("filed_hypertension")["credential"])
        settled = client.post(f"/v1/visits/{visit_id}/settle", headers={"Idempotency-Key": "s"})
        assert [basket["state"] for basket in settled.json()["baskets"]] == ["settled", "settled"]
        number = settled.json()["baskets"][0]["submission_id"]
        asked = command(folder, hub, "query", number, "--url", str(client.base_url))
        assert asked.returncode == 0, asked.stderr
        refused = command(folder, hub, "reverse", number, "--url", str(client.base_url))
        assert refused.returncode == 1
        assert "/refund" in refused.stderr
        assert number in command(folder, hub, "tail").stdout
        shown = command(folder, hub, "show", number)
        assert '"audit"' in shown.stdout
        assert persona("filed_hypertension")["psn_no"] not in shown.stdout
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    with served(folder, hub) as (_, client):
        again = client.post(f"/v1/visits/{visit_id}/settle", headers={"Idempotency-Key": "s"})
        assert again.content == settled.content


@pytest.mark.slow
def test_killed_while_the_answer_is_on_its_way(
    folder: Path, hub: RunningHub, persona: Callable[[str], dict[str, Any]]
) -> None:
    with served(folder, hub, YIDI_CRASH="cp5:3") as (process, client):  # two registrations, then the first settlement
        visit_id = opened(client, persona("filed_hypertension")["credential"])
        with pytest.raises(httpx.HTTPError):
            client.post(f"/v1/visits/{visit_id}/settle", headers={"Idempotency-Key": "s"})
        process.wait(20)
    with served(folder, hub) as (_, client):
        until = time.monotonic() + 40
        while True:
            answer = client.post(f"/v1/visits/{visit_id}/settle", headers={"Idempotency-Key": "s"})
            states = [basket["state"] for basket in answer.json()["baskets"]]
            if answer.status_code == 200 and "pending" not in states:
                break
            assert time.monotonic() < until, answer.text
            time.sleep(0.5)
    live = hub.ledger(live="true")
    assert len(live) == states.count("settled")


@pytest.mark.slow
def test_port_in_use_is_one_sentence(folder: Path, hub: RunningHub) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = command(folder, hub, "serve", "--port", str(port))
    assert refused.returncode == 2
    assert refused.stderr == f"yidi-gateway: [server] port: {port} on 127.0.0.1 is in use\n"
