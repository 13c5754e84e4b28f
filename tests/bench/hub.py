"""The mock hub under load, beside the smallest ASGI application on the same server; and a full hub beside an empty one."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx

from tests.bench import material
from tests.bench.measuring import Axis, Figure, in_turns
from tests.bench.programs import ROOT, NotStarted, program

AT_ONCE = 16
SECONDS = 0.7
PEOPLE = 10_000
SPEED = Axis("hub, 1101 at 16", "yidi-hub", "ASGI echo, same server", "calls/s", ">=", 0.50)
SIZE = Axis("hub, 10,000 people", "yidi-hub with 10,000 people", "yidi-hub as started", "calls/s", ">=", 0.90)
HUB = ("-c", "from yidi_mocks.cli import main; main()", "serve", "--port", "0")


class WrongAnswers(AssertionError):
    """The calls were refused: then no figure counts."""


def measure(folder: Path) -> Iterator[Figure]:
    """Both axes. The load comes from a process of its own."""
    body = folder / "1101.json"
    body.write_bytes(material.person_request())
    try:
        with ExitStack() as stack:
            hub = stack.enter_context(program("hub ready", folder / "hub.log", *HUB))
            echo = stack.enter_context(program("echo ready", folder / "echo.log", "-m", "tests.bench.echo"))
            not_asked_to_sign(hub)
            ours, bare = in_turns(load(hub, body), load(echo, body), rounds=5, at_most_s=12)
            yield SPEED.figure(ours, bare)
            full = stack.enter_context(program("hub ready", folder / "full.log", *HUB))
            not_asked_to_sign(full)
            fill(full)
            ours, bare = in_turns(load(full, body), load(hub, body), rounds=5, at_most_s=12)
            yield SIZE.figure(ours, bare, note="people only; 100,000 settlements are not filled in")
    except NotStarted as error:
        yield SPEED.skipped(str(error))
        yield SIZE.skipped("as above")


def load(url: str, body: Path) -> Callable[[], float]:
    """A measure: calls a second."""
    command = [sys.executable, "-m", "tests.bench.load", f"{url}/fsi/api/callService", str(body)]
    command += ["--connections", str(AT_ONCE), "--seconds", str(SECONDS)]

    def once() -> float:
        told = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, timeout=30).stdout
        answer = json.loads(told)
        if answer["refused"] or answer["broken"] or not answer["per_s"]:
            raise WrongAnswers(f"{url}: {answer}")
        return float(answer["per_s"])

    return once


def not_asked_to_sign(url: str) -> None:
    """1101 without a sign-in number, so that the body stays the same for every call."""
    httpx.put(f"{url}/_hub/capabilities", json={"sign_required": False}, trust_env=False).raise_for_status()


def fill(url: str) -> None:
    """Ten thousand invented people, each with an insurance and a filing."""
    with httpx.Client(base_url=url, trust_env=False) as client:
        for number in range(PEOPLE):
            person = {
                "name": f"测试{number}",
                "id_number": id_number(number),
                "insurances": [{"insutype": "310", "division": "530100", "status": "1", "paused_from": None}],
                "filings": [{"kind": "long_resident", "area": "500000", "begin": "2026-01-01", "end": None}],
                "qualifications": [],
            }
            client.post("/_hub/world/people", json=person).raise_for_status()


def id_number(number: int) -> str:
    """An invented number of the right form; its check digit is right."""
    first = f"53010219{70 + number % 30:02d}{1 + number // 30 % 12:02d}{1 + number // 360 % 28:02d}{number % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True))
    return first + "10X98765432"[total % 11]
