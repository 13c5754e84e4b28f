"""When a message waits, and how long between two questions."""

import datetime as dt
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_gateway.clock import BEIJING
from yidi_gateway.link import OPENS_AFTER, Link, LinkStatus
from yidi_gateway.policy import Timing, next_query_s, next_reversal_s
from yidi_gateway.submission import Purpose, Window
from yidi_sdk.catalogue import Effect

NOON = dt.datetime(2026, 11, 21, 12, 0, tzinfo=BEIJING)
WINDOW = Window("w1", NOON, NOON + timedelta(hours=2), "系统升级")


def held(
    link: Link, now: dt.datetime, effect: Effect, purpose: Purpose = Purpose.ACT, division: str = "530100"
) -> bool:
    hold = link.hold(now, effect=effect, purpose=purpose, division=division, lead_s=30, retry_s=60)
    return hold is not None


@pytest.mark.requirement("R182", "R183")
@pytest.mark.parametrize(
    ("seconds", "effect", "purpose", "expected"),
    [
        (-31, Effect.COMMIT, Purpose.ACT, False),
        (-30, Effect.COMMIT, Purpose.ACT, True),
        (-30, Effect.QUERY, Purpose.READ, False),
        (-30, Effect.REVERSAL, Purpose.REVERSE, False),
        (0, Effect.QUERY, Purpose.READ, True),
        (0, Effect.TRIAL, Purpose.TRIAL, True),
        (0, Effect.UPLOAD, Purpose.UPLOAD, True),
        (0, Effect.COMMIT, Purpose.ACT, True),
        (0, Effect.REVERSAL, Purpose.REVERSE, True),
        (0, Effect.QUERY, Purpose.QUERY, False),
        (0, Effect.QUERY, Purpose.SESSION, False),
        (7199, Effect.COMMIT, Purpose.ACT, True),
        (7200, Effect.COMMIT, Purpose.ACT, False),
    ],
)
def test_what_a_window_holds(seconds: int, effect: Effect, purpose: Purpose, expected: bool) -> None:
    assert held(Link((WINDOW,)), NOON + timedelta(seconds=seconds), effect, purpose) is expected


def test_a_window_of_one_insured_place_leaves_the_others_alone() -> None:
    link = Link((Window("w2", NOON, NOON + timedelta(hours=1), "参保地维护", scope="330100"),))
    assert held(link, NOON, Effect.COMMIT, division="330100")
    assert not held(link, NOON, Effect.COMMIT, division="530100")
    assert link.status(NOON) is LinkStatus.UP


def test_retry_after_is_the_rest_of_the_window() -> None:
    hold = Link((WINDOW,)).hold(
        NOON + timedelta(seconds=0.4), effect=Effect.COMMIT, purpose=Purpose.ACT, division=None, lead_s=0, retry_s=60
    )
    assert hold is not None
    assert hold.retry_after_s == 7200
    assert hold.window is WINDOW


def test_the_breaker_opens_after_five_and_is_tried_by_queries_only() -> None:
    link = Link()
    for _ in range(OPENS_AFTER):
        assert not held(link, NOON, Effect.COMMIT)
        link = link.unreachable(NOON)
    assert link.status(NOON) is LinkStatus.DOWN
    assert held(link, NOON, Effect.COMMIT)
    assert held(link, NOON, Effect.QUERY, Purpose.READ)
    later = NOON + timedelta(seconds=5)
    assert link.status(later) is LinkStatus.DEGRADED
    assert held(link, later, Effect.COMMIT)
    assert not held(link, later, Effect.QUERY, Purpose.READ)
    assert link.answered().status(later) is LinkStatus.UP


def test_pace_of_queries() -> None:
    assert [next_query_s(n, waiting=True) for n in range(6)] == [2, 3, 4, 5, 4, 5]
    assert [next_query_s(n, waiting=False) for n in range(7)] == [2, 10, 20, 40, 60, 60, 60]


@given(st.integers(0, 10_000), st.integers(0, 1000))
def test_reversals_go_on_for_ever_between_five_seconds_and_five_minutes(asked: int, jitter: int) -> None:
    assert 5 <= next_reversal_s(asked, jitter / 1000) <= 375


def test_read_limits_by_effect() -> None:
    timing = Timing()
    assert [timing.read_s(e) for e in Effect] == [10, 10, 30, 30, 30]
