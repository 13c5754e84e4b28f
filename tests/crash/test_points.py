"""kill -9 at each crash point with each of three platforms: 48 of 48, as the table of the state machine says."""

import asyncio
import signal
from pathlib import Path

import pytest

from crash.points import CASES, all_cases, table
from yidi_gateway.crash import POINTS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX"),
]


@pytest.mark.requirement("R088")
def test_killed_at_every_point_with_every_platform(tmp_path: Path) -> None:
    """One test for all, so that they run a few at a time and not one after the other."""
    outcomes = asyncio.run(all_cases(tmp_path))
    print(table(outcomes))
    assert [outcome for outcome in outcomes if not outcome.is_good] == []
    assert len(outcomes) == 48


def test_every_point_of_the_gateway_is_killed_at() -> None:
    assert [point.name for point in CASES] == list(POINTS)
