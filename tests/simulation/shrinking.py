"""From a failing day to a short one: families of trouble first, then people's habits, then the people themselves.

A part is left out when the day still breaks the same invariant without it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from simulation.day import Day
from simulation.oracle import Violation
from simulation.swarm import Plan

Tried = Callable[[Plan], str | None]
SEEDS = 20
PARTS = ("weather", "process", "events", "people")


def broken_rule(plan: Plan) -> str | None:
    """The invariant that a day breaks; None for a good day."""
    try:
        Day(plan).live()
    except Violation as violation:
        return violation.rule
    return None


def shrunk(plan: Plan, tried: Tried = broken_rule) -> Plan:
    """The shortest plan found that breaks the same invariant; the plan itself where it breaks none."""
    rule = tried(plan)
    if rule is None:
        return plan
    while True:
        shorter = next((found for other in _shorter(plan) if (found := _breaking(other, rule, tried))), None)
        if shorter is None:
            return plan
        plan = shorter


def _breaking(plan: Plan, rule: str, tried: Tried) -> Plan | None:
    """The plan under a seed with which it breaks the rule: a part less, and the dice fall otherwise."""
    for turn in range(SEEDS):
        other = replace(plan, seed=plan.seed + turn * 1_000_003)
        if tried(other) == rule:
            return other
    return None


def _shorter(plan: Plan) -> Iterator[Plan]:
    """Every plan with a part less, the largest parts first."""
    for part in PARTS:
        if len(getattr(plan, part)) > 1:
            yield replace(plan, **{part: ()})
    for part in PARTS:
        for name in getattr(plan, part):
            yield replace(plan, **{part: tuple(other for other in getattr(plan, part) if other != name)})
    if len(plan.visits) + plan.stays > 1:
        for place in range(len(plan.visits)):
            yield replace(plan, visits=plan.visits[:place] + plan.visits[place + 1 :])
        if plan.stays:
            yield replace(plan, stays=plan.stays - 1)
    for place, codes in enumerate(plan.visits):
        if len(codes) > 1:
            yield replace(plan, visits=(*plan.visits[:place], codes[1:], *plan.visits[place + 1 :]))
