"""Programs that stand beside a measurement: started on free loopback ports, stopped with the block."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_S = 60


class NotStarted(RuntimeError):
    """The program ended, or did not say in time that it is ready."""


@contextmanager
def program(ready: str, log: Path, *arguments: str) -> Iterator[str]:
    """Run `python ARGUMENTS` until the block ends; its address, from the line `READY http://HOST:PORT` it prints."""
    with running(ready, log, *arguments) as (url, _):
        yield url


@contextmanager
def running(ready: str, log: Path, *arguments: str) -> Iterator[tuple[str, int]]:
    """The same, with the process id."""
    command = [sys.executable, *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT, env=environment) as process,
    ):
        try:
            yield _address(process, ready, log), process.pid
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(process: "subprocess.Popen[bytes]", ready: str, log: Path) -> str:
    assert process.stdout is not None
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        line = process.stdout.readline().decode().strip()
        if line.startswith(ready):
            return line.rsplit(" ", 1)[-1]
        if not line and process.poll() is not None:
            break
    raise NotStarted(f"no line {ready!r}; {log.read_text(errors='replace').strip()[-300:]}")
