"""How long a program waits for the SDK's import, beside a bare interpreter."""

import subprocess
import sys
from collections.abc import Callable, Iterator

from tests.bench.measuring import Axis, Figure, in_turns, seconds

BARE = "pass"
LAZY = Axis("start", "import yidi_sdk", "python -c pass", "s", "<=", 3.0)
EAGER = Axis(
    "start, with shapes", "from yidi_sdk.transactions import SettleOutpatient", "python -c pass", "s", "<=", 8.0
)


def measure() -> Iterator[Figure]:
    bare, lazy, eager = in_turns(run(BARE), run(LAZY.ours_is), run(EAGER.ours_is), rounds=11, at_most_s=25)
    yield LAZY.figure(lazy, bare)
    yield EAGER.figure(eager, bare)


def run(code: str) -> Callable[[], float]:
    """A measure: an interpreter that runs this and ends."""
    return lambda: seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True))
