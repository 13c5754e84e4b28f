"""Hub and gateway as two programs on free loopback ports, with a throw-away journal."""

import os
import secrets
import shutil
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
{timing}
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


@dataclass(frozen=True)
class Program:
    """One of ours, running: where it answers, and its process."""

    url: str
    process: "subprocess.Popen[bytes]"


@contextmanager
def hub_and_gateway(quiet_s: int) -> Iterator[Running]:
    """Start both, yield when both accept calls, stop both."""
    with ExitStack() as stack:
        # a killed program on Windows may hold its file a moment longer
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="yidi-demo-", ignore_cleanup_errors=True)))
        hub_url = stack.enter_context(run_hub(folder)).url
        key = write_config(folder, hub_url, quiet_s=quiet_s)
        gateway_url = stack.enter_context(run_gateway(folder)).url
        hub = stack.enter_context(httpx.Client(base_url=hub_url, trust_env=False, timeout=30))
        gateway = stack.enter_context(caller(gateway_url, key))
        yield Running(hub_url, gateway_url, hub, gateway)


def write_config(folder: Path, hub_url: str, **timing: float) -> str:
    """gateway.toml and the caller's key in this folder; the key."""
    key = secrets.token_hex(32)
    (folder / "his.key").write_text(key)
    (folder / "his.key").chmod(0o400)
    times = "\n".join(f"{name} = {value}" for name, value in timing.items())
    config = CONFIG.format(hub=hub_url, journal=(folder / "yidi.db").as_posix(), timing=times)
    (folder / "gateway.toml").write_text(config, encoding="utf-8")
    return key


def caller(gateway_url: str, key: str) -> httpx.Client:
    """A client that speaks as the HIS."""
    bearer = {"Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=gateway_url, headers=bearer, trust_env=False, timeout=90)


@contextmanager
def run_hub(folder: Path) -> Iterator[Program]:
    with program("yidi-hub", "hub ready", folder, "serve", "--port", "0") as hub:
        yield hub


@contextmanager
def run_gateway(folder: Path, **environment: str) -> Iterator[Program]:
    """A gateway over the gateway.toml of this folder."""
    arguments = ("serve", "--config", str(folder / "gateway.toml"), "--port", "0")
    with program("yidi-gateway", "gateway ready", folder, *arguments, **environment) as gateway:
        yield gateway


@contextmanager
def program(name: str, ready: str, folder: Path, *arguments: str, **environment: str) -> Iterator[Program]:
    """Run one of ours until the block ends; its address is read from the line it prints when it accepts calls."""
    log = (folder / f"{name}.log").open("ab")
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed: pip install -e '.[dev]'")
    command = [found, *arguments]
    variables = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    with log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=variables) as process:
        try:
            yield Program(address(process, ready), process)
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
