"""What `/metrics` shows: every figure of the table, true, and with words of ours only."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.door_world import KEY, gateway_at, settings_for, visit_body
from gateway.national_world import Program

from yidi_gateway import app
from yidi_gateway.doors.observed import FIGURES
from yidi_gateway.doors.routes import ROUTES
from yidi_gateway.figures import BOUNDS, Spread
from yidi_gateway.lifecycle import State
from yidi_gateway.link import LinkStatus
from yidi_mocks.plugin import RunningHub

SAMPLE = re.compile(r'(\w+)(?:\{((?:\w+="[^"]*",?)+)\})? (-?[0-9.e+]+)')
Labels = tuple[tuple[str, str], ...]


async def figures(client: httpx.AsyncClient) -> dict[tuple[str, Labels], float]:
    """Name and labels to value; a line that cannot be read, or stands twice, fails."""
    found = {}
    for line in (await client.get("/metrics")).text.splitlines():
        if line.startswith("#"):
            continue
        match = SAMPLE.fullmatch(line)
        assert match is not None, line
        labels = tuple(sorted(re.findall(r'(\w+)="([^"]*)"', match.group(2) or "")))
        assert (match.group(1), labels) not in found, line
        found[match.group(1), labels] = float(match.group(3))
    return found


def at(**labels: str) -> Labels:
    return tuple(sorted(labels.items()))


@pytest.fixture
async def on_disk(hub: RunningHub, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway whose journal is a file: only that one takes time to commit."""
    settings = settings_for(hub.url, tmp_path, journal={"url": f"sqlite:///{tmp_path / 'yidi.db'}"})
    gateway = await app.build(settings)
    transport = httpx.ASGITransport(app=gateway.app, client=("127.0.0.1", 40000))
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", timeout=60, headers=headers) as client:
        yield client
    await gateway.close()


async def test_figures_are_true(
    on_disk: httpx.AsyncClient, hub: RunningHub, persona: Callable[[str], dict[str, Any]]
) -> None:
    client, who = on_disk, persona("filed_hypertension")
    before = await figures(client)
    assert before["yidi_open_submissions", ()] == before["yidi_oldest_open_seconds", ()] == 0
    opened = await client.post("/v1/visits", json=visit_body(who["credential"]), headers={"Idempotency-Key": "v"})
    hub.fault("drop_reply", "2207", where="after_effect", when={"nth": 1})
    path = f"/v1/visits/{opened.json()['visit_id']}"
    waits = await client.post(f"{path}/settle", headers={"Idempotency-Key": "s", "X-Yidi-Patience": "0.1"})
    assert waits.status_code == 202
    await client.get("/v1/visits/none")
    await client.get("/v1/nowhere")
    program = Program(client, who)
    await program.ok("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": who["credential"]["value"]}})
    await program.send("<script>", {})
    found = await figures(client)
    settle = at(method="POST", route="/v1/visits/{visit_id}/settle", status="202")
    assert found["yidi_calls_total", settle] == 1
    assert found["yidi_calls_total", at(method="GET", route="/v1/visits/{visit_id}", status="404")] == 1
    assert found["yidi_call_seconds_count", at(method="POST", route="/v1/visits")] == 1
    assert found["yidi_messages_total", at(infno="1101", state="done")] == 1
    assert found["yidi_messages_total", at(infno="other", state="failed")] == 1
    assert found["yidi_sends_total", at(effect="commit", outcome="unknown")] == 1
    assert found["yidi_sends_total", at(effect="commit", outcome="ok")] == 2  # two registrations
    assert found["yidi_open_submissions", ()] == 1
    assert found["yidi_submissions", at(state="confirmed")] == 2
    assert found["yidi_uploads_waiting", ()] == 0
    assert found["yidi_link", at(status="up")] == 1
    commits = found["yidi_journal_commit_seconds_count", ()]
    assert commits > before["yidi_journal_commit_seconds_count", ()]
    assert found["yidi_journal_commit_seconds_sum", ()] > 0
    assert found["yidi_journal_commit_seconds_bucket", at(le="+Inf")] == commits


async def test_the_age_of_what_is_open_grows(
    on_disk: httpx.AsyncClient, hub: RunningHub, persona: Callable[[str], dict[str, Any]]
) -> None:
    credential = persona("filed_hypertension")["credential"]
    opened = await on_disk.post("/v1/visits", json=visit_body(credential), headers={"Idempotency-Key": "v"})
    hub.fault("hang", "2207", where="before_effect", when={"nth": 1})
    path = f"/v1/visits/{opened.json()['visit_id']}/settle"
    await on_disk.post(path, headers={"Idempotency-Key": "s", "X-Yidi-Patience": "1"})
    found = await figures(on_disk)
    assert found["yidi_oldest_open_seconds", ()] >= 1


async def test_every_figure_of_the_table_and_no_other(hub: RunningHub, tmp_path: Path) -> None:
    async with gateway_at(hub.url, tmp_path) as client:
        text = (await client.get("/metrics")).text
    named = re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)
    assert named == [(row.name, row.kind) for row in FIGURES]
    assert len(set(named)) == len(named)
    for row in FIGURES:
        assert row.name.startswith("yidi_")
        assert row.name.endswith("_total") is (row.kind == "counter")


async def test_labels_are_words_of_ours(hub: RunningHub, tmp_path: Path) -> None:
    canary = "510225197703080017"
    async with gateway_at(hub.url, tmp_path) as client:
        program = Program(client, {"insured_division": "530100"})
        for path in (f"/v1/visits/{canary}", f"/v1/{canary}", f"/v1/submissions?key={canary}"):
            await client.get(path)
        await client.request(canary, "/v1/link")
        await program.send(canary, {})
        await program.send("1101", {canary: {}})
        found = await figures(client)
    routes = {route.path for route in ROUTES}
    words = {
        "route": routes,
        "method": {"GET", "POST", "DELETE"},
        "status": {str(each) for each in LinkStatus} | {str(status) for status in range(200, 600)},
        "infno": {"other", "1101"},
        "state": {str(each) for each in State} | {"done", "failed", "not_sent", "unknown"},
        "le": {f"{bound:g}" for bound in BOUNDS} | {"+Inf"},
    }
    for _, labels in found:
        for label, word in labels:
            assert word in words.get(label, set()), (label, word)


def test_a_spread_counts_within_each_bound() -> None:
    spread = Spread()
    for seconds in (0.0005, 0.001, 0.2, 99):
        spread.add(seconds)
    assert (spread.count, spread.within[0], spread.within[-1]) == (4, 2, 3)
    assert spread.within == sorted(spread.within)
