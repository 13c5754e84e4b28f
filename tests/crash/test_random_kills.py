"""kill -9 at random moments under load; `make crash` does it a thousand times."""

import asyncio
import signal
from pathlib import Path

import pytest

from crash.kills import killed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX"),
]


@pytest.mark.requirement("R088")
def test_forty_kills_under_load(tmp_path: Path) -> None:
    figures = asyncio.run(killed(tmp_path, 40))
    print(figures)
    assert figures.kills == 40
    assert figures.settlements >= 5
    assert figures.verdict.is_clean, figures.verdict
