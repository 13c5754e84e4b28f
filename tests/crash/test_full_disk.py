"""A disk that is full: nothing is sent that cannot be kept, what is open is finished when there is room again."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crash.town import Caller, Gateway, Json, Nursery, Platform, patient, set_up, verdict, visit_body

resource = pytest.importorskip("resource", reason="limits of a process are POSIX")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
MB = 1_000_000
Full = Callable[[Gateway, bool], None]
"""Makes the disk of a gateway full, or gives it room again."""


@contextmanager
def small_file_system(folder: Path) -> Iterator[tuple[Path, Full]]:
    """A tmpfs of 4 MB, filled to the last byte by a file of its own. Skips where none can be mounted."""
    place = folder / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no tmpfs can be mounted here; the same with a limit on the size of files is tested")
    filler = place / "filler"

    def full(_: Gateway, is_full: bool) -> None:
        if not is_full:
            filler.unlink()
            return
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            for size in (4096, 64, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"\0" * size)

    try:
        yield place / "yidi.db", full
    finally:
        subprocess.run(["umount", str(place)], check=True)


@contextmanager
def small_files(folder: Path) -> Iterator[tuple[Path, Full]]:
    """No file of the process may grow: the write fails as on a full disk."""

    def full(gateway: Gateway, is_full: bool) -> None:
        sizes = [path.stat().st_size for path in folder.glob("yidi.db*")]
        limit = min(sizes) if is_full else resource.RLIM_INFINITY
        resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    yield folder / "yidi.db", full


async def disk_full(folder: Path, journal: Path, full: Full) -> None:
    """One settlement is in doubt, another is wanted, and the disk is full."""
    platform = Platform()
    lost: list[Json] = []

    async def befalls(message: Json) -> Json | str | None:
        done = platform.hub.perform(message)
        if message["infno"] == "2207" and not lost:
            lost.append(message)
            return None  # settled, and the answer is nothing to believe
        return done

    platform.befalls = befalls
    async with Nursery.open() as nursery, platform.open():
        key = set_up(folder, platform.url, journal)
        gateway = Gateway(nursery, folder)
        await gateway.start()
        caller = Caller(gateway, key, patience=1)
        opened = [await caller.post("/v1/visits", visit_body(n, patient(platform.hub, n)), f"open-{n}") for n in (1, 2)]
        first, second = (f"/v1/visits/{visit['visit_id']}/settle" for visit in opened)
        in_doubt = await caller.once("POST", first, {}, "settle-1")
        assert in_doubt is not None
        assert in_doubt.status_code == 202, in_doubt.text
        full(gateway, True)
        await asyncio.sleep(1)
        refused = [await caller.once("POST", second, {}, "settle-2") for _ in range(3)]
        assert {answer.status_code for answer in refused if answer is not None} == {503}
        assert {answer.json()["code"] for answer in refused if answer is not None} == {"JOURNAL_DOWN"}
        assert len(platform.sent("2207")) == 1
        full(gateway, False)
        assert (await caller.post(first, {}, "settle-1"))["baskets"][0]["state"] == "settled"
        assert (await caller.post(second, {}, "settle-2"))["baskets"][0]["state"] == "settled"
        listed = await caller.listed()
        await gateway.stop()
    found = verdict(platform, caller.told, listed)
    assert found.is_clean, found
    assert len(platform.sent("2207")) == 2


@pytest.mark.skipif(os.name != "posix", reason="mounts")
def test_a_small_file_system_is_full(tmp_path: Path) -> None:
    with small_file_system(tmp_path) as (journal, full):
        asyncio.run(disk_full(tmp_path / "gateway", journal, full))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux")
def test_no_file_may_grow(tmp_path: Path) -> None:
    folder = tmp_path / "gateway"
    folder.mkdir()
    with small_files(folder) as (journal, full):
        asyncio.run(disk_full(folder, journal, full))
