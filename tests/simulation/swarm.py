"""What a day is made of, and how a seed draws it: each switches kinds of trouble on and off."""

import random
from dataclasses import dataclass

from simulation.hub import Habits
from simulation.people import HABITS
from simulation.weather import AFTER, BEFORE, BROKEN

PROCESS = ("dies_at_points", "dies_at_writes", "dies_anytime", "freezes", "journal_down", "slow_disk")
EVENTS = (
    "announced",
    "entered",
    "learnt",
    "dark",
    "cleared",
    "off_by_a_fen",
    "sessions_lost",
    "clock_set",
    "renumbered",
)


@dataclass(frozen=True)
class Plan:
    """What a day is made of. A seed draws it; shrinking takes parts away."""

    seed: int
    weather: tuple[str, ...]
    process: tuple[str, ...]
    events: tuple[str, ...]
    people: tuple[str, ...]
    habits: Habits
    hostility: float
    visits: tuple[tuple[str | None, ...], ...]
    """Disease codes of the lines of each outpatient visit."""
    stays: int


def drawn(seed: int) -> Plan:
    """The swarm: every seed switches kinds of trouble on and off, and draws what the platform is like."""
    dice = random.Random(f"plan {seed}")

    def some(of: tuple[str, ...], chance: float) -> tuple[str, ...]:
        return tuple(name for name in of if dice.random() < chance)

    weather = some((*BEFORE, *AFTER), dice.choice((0.2, 0.5)))
    if dice.random() < 0.15:
        weather = (*weather, dice.choice(BROKEN))
    flags = [dice.random() < 0.3 for _ in range(3)]
    shapes: tuple[tuple[str | None, ...], ...] = ((None,), (None, None), ("M03900", None), ("M03900", "M01600", None))
    return Plan(
        seed=seed,
        weather=weather,
        process=some(PROCESS, 0.3),
        events=some(EVENTS, 0.25),
        people=some(HABITS, 0.5),
        habits=Habits(*flags),
        hostility=dice.choice((0.05, 0.15, 0.4)),
        visits=tuple(dice.choice(shapes) for _ in range(dice.choice((1, 2, 3, 4)))),
        stays=dice.choice((0, 0, 1, 2)),
    )
