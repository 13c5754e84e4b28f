"""Somebody sets the machine's clock while a settlement is in doubt, with and without a kill: no false verdict, no waiting.

The clock is set through the clock's port in the forked process. Whole processes under faketime are not needed for it.
"""

import asyncio
import signal
from pathlib import Path

import pytest

from crash.town import SLOW_S, Caller, Gateway, Json, Nursery, Platform, Verdict, patient, set_up, verdict, visit_body

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX"),
]
HOUR = 3600.0


CASES = [
    (by_s, commits, kills) for by_s in (HOUR, -HOUR, 15 * HOUR) for commits in (True, False) for kills in (True, False)
]


async def jumped(nursery: Nursery, by_s: float, *, commits: bool, kills: bool, folder: Path) -> tuple[str, Verdict]:
    """A settlement whose answer is lost; the clock jumps; the platform does it a second later, or never."""
    folder.mkdir()
    platform = Platform()
    lost: list[Json] = []

    async def befalls(message: Json) -> Json | str | None:
        if message["infno"] != "2207" or lost:
            return platform.hub.perform(message)
        lost.append(message)
        (folder / "clock").write_text(str(by_s))
        if commits:
            asyncio.get_running_loop().call_later(SLOW_S, platform.hub.perform, message)
        return None

    platform.befalls = befalls
    async with platform.open():
        key = set_up(folder, platform.url)
        gateway = Gateway(nursery, folder)
        env = {"CLOCK_FILE": str(folder / "clock")}
        await gateway.start(**env)
        caller = Caller(gateway, key, patience=1)
        opened = await caller.post("/v1/visits", visit_body(1, patient(platform.hub, 1)), "open")
        path = f"/v1/visits/{opened['visit_id']}/settle"
        await caller.once("POST", path, {}, "settle")
        if kills:
            await gateway.kill()
            await gateway.start(**env)
        settled = await caller.post(path, {}, "settle", until=60)
        listed = await caller.listed()
        await gateway.stop()
    return str(settled["baskets"][0]["state"]), verdict(platform, caller.told, listed)


def test_the_clock_is_set_forward_back_and_over_midnight(tmp_path: Path) -> None:
    """All cases at once, each with a gateway of its own."""

    async def all_cases() -> list[tuple[str, Verdict]]:
        async with Nursery.open() as nursery:
            folders = [tmp_path / str(number) for number in range(len(CASES))]
            running = [
                jumped(nursery, by_s, commits=commits, kills=kills, folder=folder)
                for (by_s, commits, kills), folder in zip(CASES, folders, strict=True)
            ]
            return await asyncio.gather(*running)

    for (by_s, commits, kills), (word, found) in zip(CASES, asyncio.run(all_cases()), strict=True):
        about = f"clock set by {by_s:+.0f} s, platform commits: {commits}, process killed: {kills}"
        assert word == ("settled" if commits else "failed"), about
        assert found.is_clean, f"{about}: {found}"
