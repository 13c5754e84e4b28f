"""Two hundred simulated days in the ordinary run; `make simulate SEEDS=N` for more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulation.day import Day
from simulation.swarm import drawn

ROOT = Path(__file__).parents[2]
ONE_DAY = "from simulation.day import Day; from simulation.swarm import drawn; print(Day(drawn({seed})).live().trace)"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("block", range(10))
def test_twenty_days(block: int) -> None:
    for seed in range(block * 20, block * 20 + 20):
        Day(drawn(seed)).live()


@pytest.mark.parametrize("seed", [7, 11])
def test_a_replay_is_identical(seed: int) -> None:
    """Event by event: every message, every effect at the platform, every write of the journal, with its time."""
    first, second = Day(drawn(seed)).live(), Day(drawn(seed)).live()
    assert first.trace == second.trace
    assert first.trace != Day(drawn(seed + 1)).live().trace


def test_a_replay_is_identical_in_another_process() -> None:
    """Whatever order sets have there."""
    traces = set[str]()
    for hash_seed in ("1", "2"):
        path = os.pathsep.join((str(ROOT / "tests"), str(ROOT / "examples")))
        variables = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
        command = [sys.executable, "-c", ONE_DAY.format(seed=7)]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=True)
        traces.add(done.stdout.strip())
    assert len(traces) == 1


def test_the_swarm_switches_everything_on_and_off() -> None:
    """Every kind of trouble is in some days and missing in others; so is every habit of the platform."""
    plans = [drawn(seed) for seed in range(300)]
    for part in ("weather", "process", "events", "people"):
        named = {name for plan in plans for name in getattr(plan, part)}
        assert len(named) >= 6, part
        for name in named:
            assert any(name not in getattr(plan, part) for plan in plans), name
    for flag in ("idem_msgid", "tombstone", "one_live"):
        assert {getattr(plan.habits, flag) for plan in plans} == {True, False}
    assert {plan.stays for plan in plans} == {0, 1, 2}
