"""`python -m tests.simulation --seeds N [--first K]`: simulated days, one a seed, over all cores.

A day that breaks an invariant is told with its seed and the shortest plan that still breaks it. `--wrong-rules` shows
the first seed that catches each deliberately wrong rule; `--explore DEPTH` walks through every schedule of a small
world instead of drawing them.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from simulation import exploring, shrinking, wrong_rules
from simulation.day import Day
from simulation.oracle import Violation
from simulation.swarm import drawn

BLOCK = 25


def days(first: int, count: int, until: float | None = None) -> tuple[int, dict[str, int], list[tuple[int, str]]]:
    """A block of seeds: how many were run, the sums of their figures, and the violations."""
    sums = {"lives": 0, "messages": 0, "submissions": 0, "hours": 0}
    broken: list[tuple[int, str]] = []
    done = 0
    for seed in range(first, first + count):
        try:
            figures = Day(drawn(seed)).live()
        except Violation as violation:
            broken.append((seed, str(violation)))
            continue
        finally:
            done += 1
        sums["lives"] += figures.lives
        sums["messages"] += figures.messages
        sums["submissions"] += figures.submissions
        sums["hours"] += round(figures.seconds)
    return done, sums, broken


def simulate(first: int, seeds: int, workers: int) -> int:
    """All seeds; tells and returns how many broke an invariant."""
    began = time.monotonic()
    blocks = range(first, first + seeds, BLOCK)
    sizes = [min(BLOCK, first + seeds - begin) for begin in blocks]
    sums: dict[str, int] = {}
    broken: list[tuple[int, str]] = []
    with ProcessPoolExecutor(workers) as pool:
        for _, found, bad in pool.map(days, blocks, sizes, repeat(None)):
            sums = {name: sums.get(name, 0) + value for name, value in found.items()}
            broken += bad
    for seed, text in broken[:5]:
        print(f"seed {seed}: {text}\n  again: python -m tests.simulation --seeds 1 --first {seed}")
        print(f"  shortest: {shrinking.shrunk(drawn(seed))}")
    took = time.monotonic() - began
    hours = sums.get("hours", 0) / 3600
    print(
        f"{seeds} seeds, {hours:.0f} simulated hours, {sums.get('submissions', 0)} money messages' lives, "
        f"{sums.get('messages', 0)} messages, {sums.get('lives', 0)} lives of the process: "
        f"{len(broken)} violations, {took:.0f} s"
    )
    return len(broken)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--wrong-rules", action="store_true")
    parser.add_argument("--explore", type=int, metavar="DEPTH")
    options = parser.parse_args()
    if options.wrong_rules:
        return wrong_rules.tell(options.seeds, options.workers)
    if options.explore is not None:
        return exploring.tell(options.explore)
    return 1 if simulate(options.first, options.seeds, options.workers) else 0


if __name__ == "__main__":
    sys.exit(main())
