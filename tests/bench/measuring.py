"""How figures come about: ours and the bare thing in turns (A B A B), medians of both, one ratio beside its aim."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One row of the table. `ours` and `bare` carry the same unit; `skipped` says why there is no figure."""

    axis: str
    ours_is: str
    bare_is: str
    unit: str
    ours: float | None
    bare: float | None
    ratio: float | None
    bound: str
    aim: float
    note: str = ""
    skipped: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where nothing was measured."""
        if self.ratio is None:
            return None
        return self.ratio >= self.aim if self.bound == ">=" else self.ratio <= self.aim

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


@dataclass(frozen=True)
class Axis:
    """What is compared, and the aim."""

    name: str
    ours_is: str
    bare_is: str
    unit: str
    bound: str
    aim: float

    def figure(self, ours: float, bare: float, *, note: str = "") -> Figure:
        return Figure(
            self.name, self.ours_is, self.bare_is, self.unit, ours, bare, ours / bare, self.bound, self.aim, note
        )

    def skipped(self, why: str) -> Figure:
        return Figure(
            self.name, self.ours_is, self.bare_is, self.unit, None, None, None, self.bound, self.aim, skipped=why
        )


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def in_turns(
    *measures: Callable[[], float], rounds: int = 15, at_most_s: float = 12.0, warm_up: bool = True
) -> list[float]:
    """Median of each measure, taken in turns; stops after `rounds`, or when the time is used up (two rounds at least)."""
    if warm_up:
        for measure in measures:
            measure()
    taken: list[list[float]] = [[] for _ in measures]
    begun = time.monotonic()
    for turn in range(rounds):
        if turn > 1 and time.monotonic() - begun > at_most_s:
            break
        for measure, values in zip(measures, taken, strict=True):
            values.append(measure())
    return [median(values) for values in taken]


async def in_turns_async(
    *measures: Callable[[], Awaitable[float]], rounds: int = 15, at_most_s: float = 12.0
) -> list[float]:
    """The same for measures that wait."""
    for measure in measures:
        await measure()
    taken: list[list[float]] = [[] for _ in measures]
    begun = time.monotonic()
    for turn in range(rounds):
        if turn > 1 and time.monotonic() - begun > at_most_s:
            break
        for measure, values in zip(measures, taken, strict=True):
            values.append(await measure())
    return [median(values) for values in taken]
