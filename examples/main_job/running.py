"""Hub and gateway as two programs on free loopback ports, with a throw-away journal."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

CONFIG = """\
[platform]
url = "{hub}"
profile = "national"
path = "single"
[institution]
code = "H50010300001"
name = "示例市人民医院"
division = "500103"
level = "3"
[operator]
id = "0001"
name = "示例收费员"
kind = "1"
[journal]
url = "sqlite:///{journal}"
[timing]
quiet_s = {quiet_s}
[access]
callers = [{{ id = "his", key_file = "his.key", scopes = ["query", "settle", "refund", "reconcile", "admin"] }}]
"""


@dataclass(frozen=True)
class Running:
    """Where the two answer, and a client for each."""

    hub_url: str
    gateway_url: str
    hub: httpx.Client
    gateway: httpx.Client


@contextmanager
def hub_and_gateway(quiet_s: int) -> Iterator[Running]:
    """Start both, yield when both accept calls, stop both."""
    with ExitStack() as stack:
        # a killed program on Windows may hold its file a moment longer
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="yidi-demo-", ignore_cleanup_errors=True)))
        key = secrets.token_hex(32)
        (folder / "his.key").write_text(key)
        (folder / "his.key").chmod(0o400)
        hub_url = stack.enter_context(program("yidi_mocks.cli", "hub ready", folder, "serve", "--port", "0"))
        journal = (folder / "yidi.db").as_posix()
        config = CONFIG.format(hub=hub_url, journal=journal, quiet_s=quiet_s)
        (folder / "gateway.toml").write_text(config, encoding="utf-8")
        arguments = ("serve", "--config", str(folder / "gateway.toml"), "--port", "0")
        gateway_url = stack.enter_context(program("yidi_gateway.cli", "gateway ready", folder, *arguments))
        hub = stack.enter_context(httpx.Client(base_url=hub_url, trust_env=False, timeout=30))
        bearer = {"Authorization": f"Bearer {key}"}
        gateway = stack.enter_context(
            httpx.Client(base_url=gateway_url, headers=bearer, trust_env=False, timeout=60),
        )
        yield Running(hub_url, gateway_url, hub, gateway)


@contextmanager
def program(module: str, ready: str, folder: Path, *arguments: str) -> Iterator[str]:
    """Run one of ours until the block ends; its address, read from the line it prints when it accepts calls."""
    log = (folder / f"{module}.log").open("wb")
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment) as process:
        try:
            yield address(process, ready)
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()


def address(process: "subprocess.Popen[bytes]", ready: str) -> str:
    """Wait for `READY http://HOST:PORT` on the program's output."""
    assert process.stdout is not None
    until = time.monotonic() + 60
    while time.monotonic() < until:
        line = process.stdout.readline().decode().strip()
        if line.startswith(ready):
            return line.rsplit(" ", 1)[-1]
        if process.poll() is not None:
            break
    raise SystemExit(f"{process.args!r} did not start")
