"""How long an answer takes: named distributions of `data/latencies.toml`, drawn by seed. Pure."""

import math
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any


class BadLatency(ValueError):
    """A latency that there is not."""


@cache
def latencies() -> dict[str, dict[str, Any]]:
    """The named ones."""
    return tomllib.loads(files("yidi_mocks").joinpath("data", "latencies.toml").read_text("utf-8"))


@dataclass(slots=True)
class Latency:
    """One distribution with its own chance. `scale` makes all of it shorter or longer."""

    name: str
    random: Random
    scale: float = 1.0
    drawn: int = 0
    row: dict[str, Any] = field(default_factory=dict[str, Any])

    def draw(self, *, money: bool) -> float:
        """Seconds until the next answer; `money`: it answers a message that moves money."""
        self.drawn += 1
        row, longer = self.row, self.row.get("money_times", 1) if money else 1
        if row["shape"] == "even":
            seconds = self.random.uniform(row["least_s"], row["most_s"])
        elif row["shape"] == "lognormal":
            seconds = self.random.lognormvariate(math.log(row["median_s"]), row["sigma"])
        else:
            seconds = row["most_s"] if self.drawn % row["every"] == 0 else row["least_s"]
        return float(min(seconds * longer, row["most_s"])) * self.scale


def named(name: str, seed: int = 1, scale: float = 1.0) -> Latency | None:
    """The latency of that name, None for `none`. Raises BadLatency."""
    if name not in latencies():
        raise BadLatency(f"latency must be one of {', '.join(latencies())}")
    if name == "none":
        return None
    return Latency(name, Random(seed), scale, row=latencies()[name])  # noqa: S311 - latencies repeat by seed
