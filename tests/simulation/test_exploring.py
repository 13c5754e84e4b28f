"""All schedules of a small world with at most so many faults; `make simulate ARGS="--explore 3"` goes deeper."""

import pytest

from simulation.exploring import ALL_HABITS, explore
from simulation.hub import Habits
from simulation.wrong_rules import wrong


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_no_schedule_with_two_faults_breaks_anything() -> None:
    figures = explore(2, Habits())
    print(f"{figures.runs} schedules with at most 2 faults, {figures.moments} moments, {figures.seconds:.0f} s")
    assert figures.violations == []
    assert figures.runs > 500
    assert figures.moments > 10_000


def test_no_single_fault_breaks_anything_whatever_the_platforms_habits() -> None:
    assert [figures for habits in ALL_HABITS if (figures := explore(1, habits)).violations] == []


@pytest.mark.parametrize(
    ("name", "faults", "schedule"),
    [
        ("timeout_is_failed", 1, "2207: answer lost"),
        ("restart_sends_again", 1, "dies"),
        ("not_found_is_failed", 1, "2207: held up"),
    ],
)
def test_the_shortest_schedule_that_breaks_a_wrong_rule_is_told(name: str, faults: int, schedule: str) -> None:
    with wrong(name):
        assert explore(faults - 1, Habits()).violations == []
        ((rule, told),) = explore(faults, Habits()).violations
    assert schedule in told
    assert rule
