"""Deliberately wrong rules, each a plausible mistake: the simulation catches them.

`make simulate SEEDS=2000 ARGS=--wrong-rules` shows the first seed for each; here the seed that caught it last time is
tried first, so that the run is short.
"""

import pytest

from simulation.shrinking import shrunk
from simulation.wrong_rules import CAUGHT_BY, RULES, SURVIVES, first_caught, wrong

ALL = 2000


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", [name for name in RULES if name not in SURVIVES])
def test_a_wrong_rule_is_caught(name: str) -> None:
    seeds = (*CAUGHT_BY.get(name, ()), *range(ALL))
    assert first_caught(name, seeds) is not None, f"{name} passed {ALL} seeds"


def test_the_right_rules_pass_the_seeds_that_catch_the_wrong_ones() -> None:
    assert first_caught(None, sorted({seed for seeds in CAUGHT_BY.values() for seed in seeds})) is None


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_failing_day_is_made_short() -> None:
    """A timeout that is told as failed needs one visit, one kind of weather, and nothing else."""
    with wrong("timeout_is_failed"):
        caught = first_caught(None, (*CAUGHT_BY["timeout_is_failed"], *range(ALL)))
        assert caught is not None
        plan = shrunk(caught.plan)
    assert len(plan.weather) + len(plan.process) + len(plan.events) + len(plan.people) <= 1
    assert len(plan.visits) + plan.stays == 1
