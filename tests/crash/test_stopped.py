"""SIGSTOP for longer than bytes may wait, at crash points: nothing leaves late, and the books agree."""

import asyncio
import os
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from crash.town import Caller, Gateway, Json, Nursery, Platform, Verdict, patient, set_up, verdict, visit_body

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="SIGSTOP is POSIX"),
]
STALE_S = 5.0
STOPPED_S = STALE_S + 1
POINTS = ("cp1/2207", "cp2/2207", "cp3/2207", "cp5/2207", "cp7/2207", "cp16/ACCEPTED:2")


@dataclass(frozen=True)
class End:
    """How it ended: the word told, how long each settlement message waited between journal and wire, what is live."""

    word: str
    waited: list[float]
    live: int
    verdict: Verdict


async def stopped_at(point: str, folder: Path, nursery: Nursery) -> End:
    """Settle with a process that is stopped at this point and goes on later."""
    platform = Platform()
    arrived: dict[str, float] = {}

    async def befalls(message: Json) -> Json | str | None:
        arrived[message["msgid"]] = datetime.now().timestamp()
        return platform.hub.perform(message)

    platform.befalls = befalls
    async with platform.open():
        key = set_up(folder, platform.url)
        gateway = Gateway(nursery, folder)
        await gateway.start(YIDI_CRASH=f"stop {point}")
        caller = Caller(gateway, key)
        opened = await caller.post("/v1/visits", visit_body(1, patient(platform.hub, 1)), "open")
        settling = asyncio.ensure_future(caller.post(f"/v1/visits/{opened['visit_id']}/settle", {}, "settle"))
        await until_stopped(gateway.pid)
        await asyncio.sleep(STOPPED_S)
        os.kill(gateway.pid, signal.SIGCONT)
        settled = await settling
        listed = await caller.listed()
        waited: list[float] = []
        for row in listed:
            told = await caller.once("GET", f"/v1/submissions/{row['submission_id']}")
            assert told is not None
            for attempt in told.json()["attempts"]:
                if attempt["purpose"] == "act" and attempt["msgid"] in arrived:
                    kept = datetime.fromisoformat(attempt["at"]).timestamp()
                    waited.append(arrived[attempt["msgid"]] - kept)
        await gateway.stop()
    found = verdict(platform, caller.told, listed)
    return End(settled["baskets"][0]["state"], waited, len(platform.hub.live()), found)


async def until_stopped(pid: int) -> None:
    """Wait until the process is in state T."""
    async with asyncio.timeout(30):
        while Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T":
            await asyncio.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_stopped_at_a_point_and_let_go_on(tmp_path: Path) -> None:
    """All points at once, each with a gateway of its own."""

    async def all_points() -> list[End]:
        async with Nursery.open() as nursery:
            running = [stopped_at(point, tmp_path / str(n), nursery) for n, point in enumerate(POINTS)]
            return await asyncio.gather(*running)

    for point, end in zip(POINTS, asyncio.run(all_points()), strict=True):
        assert (end.word, end.live) == ("settled", 1), point
        assert end.waited, point
        assert max(end.waited) < STALE_S, point
        assert end.verdict.is_clean, f"{point}: {end.verdict}"
