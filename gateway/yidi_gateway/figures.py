"""How often and how long, counted in this process since its start; pure. What is shown of it: `doors.observed`."""

from collections import Counter
from dataclasses import dataclass, field

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds: from one commit of the journal to a caller's patience."""


@dataclass(slots=True)
class Spread:
    """How long something took: how many within each of `BOUNDS`, how many at all, and all of it together."""

    within: list[int] = field(default_factory=lambda: [0] * len(BOUNDS))
    count: int = 0
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """One more. Added to by one thread, read by any."""
        self.count += 1
        self.seconds += seconds
        for place, bound in enumerate(BOUNDS):
            if seconds <= bound:
                self.within[place] += 1


@dataclass(slots=True)
class Figures:
    """What the doors count. Labels are words of ours only: routes, statuses, numbers of the catalogue, states."""

    calls: Counter[tuple[str, str, int]] = field(default_factory=Counter[tuple[str, str, int]])
    took: dict[tuple[str, str], Spread] = field(default_factory=dict[tuple[str, str], Spread])
    messages: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def called(self, method: str, route: str, status: int, seconds: float) -> None:
        """A call of the REST door was answered."""
        self.calls[method, route, status] += 1
        self.took.setdefault((method, route), Spread()).add(seconds)

    def messaged(self, infno: str, state: str) -> None:
        """A message of the national door was answered."""
        self.messages[infno, state] += 1
