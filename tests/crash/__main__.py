"""`python -m tests.crash --kills N`: kill -9 at random moments under load, and the table of the crash points."""

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from crash import kills, points


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="yidi-crash-") as folder:
        outcomes = asyncio.run(points.all_cases(Path(folder) / "points"))
        print(points.table(outcomes), flush=True)
        figures = asyncio.run(kills.killed(Path(folder) / "kills", options.kills, options.seed))
        print(figures)
        for text in (*figures.verdict.lost, *figures.verdict.doubled, *figures.verdict.contradicted):
            print(f"  {text}")
    return 0 if figures.verdict.is_clean and all(outcome.is_good for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
