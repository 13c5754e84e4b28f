"""Two hundred simulated days in the ordinary run; `make simulate SEEDS=N` for more."""

import asyncio

import pytest

from simulation.run import Day


@pytest.mark.parametrize("block", range(10))
def test_twenty_seeds(block: int) -> None:
    for seed in range(block * 20, block * 20 + 20):
        asyncio.run(Day(seed).live())


def test_a_replay_is_identical() -> None:
    def wire(seed: int) -> list[str]:
        day = Day(seed)
        asyncio.run(day.live())
        return [f"{at} {message['msgid']} {message['infno']}" for at, message in day.hub.wire]

    assert wire(7) == wire(7)
