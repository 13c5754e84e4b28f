"""`python -m tests.simulation --seeds N [--first K]`: simulated days, one a seed; stops at the first violation."""

import argparse
import asyncio
import logging
import sys
import time
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).parent.parent))

from simulation.run import Day, Violation


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began, restarts, wire = time.monotonic(), 0, 0
    for seed in range(options.first, options.first + options.seeds):
        day = Day(seed)
        try:
            asyncio.run(day.live())
        except Violation as violation:
            print(f"seed {seed}: {violation}\nagain: python -m tests.simulation --seeds 1 --first {seed}")
            return 1
        restarts += day.restarts
        wire += len(day.hub.wire)
    seconds = time.monotonic() - began
    print(f"{options.seeds} seeds, {restarts} restarts, {wire} messages, no violation, {seconds:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
