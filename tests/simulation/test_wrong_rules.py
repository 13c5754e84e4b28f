"""Deliberately wrong rules, each a plausible mistake: the simulation must catch every one within 200 seeds."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from simulation.run import Day, Violation
from yidi_gateway import lifecycle, outcome, working
from yidi_gateway.lifecycle import Event, State
from yidi_gateway.line import Line
from yidi_gateway.submission import Purpose
from yidi_gateway.working import Worker
from yidi_sdk.errors import Unknown
from yidi_sdk.message import Nothing

Patch = Callable[[pytest.MonkeyPatch], None]


def not_found_means_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Worker, "_quiet", lambda *_: True)


def timeout_means_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "of_doubt", lambda _error: outcome.Outcome(Event.REFUSED))


def sent_again_after_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lifecycle.EDGES, (State.SENDING, Event.NO_ANSWER), State.NEW)


def reversal_without_an_answer_counts_as_done(monkeypatch: pytest.MonkeyPatch) -> None:
    put = Line.put

    async def believing(self: Line, message: Any, operator: Any, division: str, purpose: Purpose, **more: Any) -> Any:
        try:
            return await put(self, message, operator, division, purpose, **more)
        except Unknown:
            if purpose is Purpose.REVERSE:
                return Nothing()
            raise

    monkeypatch.setattr(Line, "put", believing)


def restart_sends_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lifecycle.EDGES, (State.SENDING, Event.RESTARTED), State.NEW)


def a_reversal_not_found_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fence of what never happened then repeats for ever: liveness (L1) must notice."""
    monkeypatch.setattr(working, "NOT_FOUND", "no such key")


WRONG: list[Patch] = [
    not_found_means_failed,
    timeout_means_failed,
    sent_again_after_a_timeout,
    reversal_without_an_answer_counts_as_done,
    restart_sends_again,
    a_reversal_not_found_is_not_understood,
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda patch: patch.__name__)
def test_a_wrong_rule_is_caught(wrong: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(monkeypatch)
    for seed in range(200):
        try:
            asyncio.run(Day(seed).live())
        except Violation:
            return
    pytest.fail(f"{wrong.__name__} passed 200 seeds")
