"""Downtime: every kind of call before, during and after a window."""

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from yidi_sdk.rules.clocks import SHANGHAI
from yidi_sdk.rules.downtime import TABLE, Call, Link, Phase, Window, handle

BEGINS = datetime(2026, 11, 21, 22, tzinfo=SHANGHAI)
ENDS = datetime(2026, 11, 22, 2, tzinfo=SHANGHAI)
WINDOW = Window(BEGINS, ENDS)
HOUR = timedelta(hours=1)
PATIENT = "530100"

# call: before, during, over but unproved, draining, clear
EXPECTED = """
read          sent   stored   sent     sent     sent
trial         sent   not_sent not_sent sent     sent
upload_visit  sent   not_sent not_sent not_sent sent
upload_daily  sent   queued   queued   queued   sent
money         sent   not_sent not_sent not_sent sent
money_stay    sent   not_sent not_sent not_sent sent
unknown_query sent   sent     sent     sent     sent
reversal      sent   queued   queued   sent     sent
own           stored stored   stored   stored   stored
"""
ROWS = [line.split() for line in EXPECTED.strip().splitlines()]
MOMENTS = [
    (BEGINS - HOUR, Link()),
    (BEGINS + HOUR, Link()),
    (ENDS, Link(proved=False, drained=False)),
    (ENDS + HOUR, Link(drained=False)),
    (ENDS + HOUR, Link()),
]


@pytest.mark.requirement("R058", "R138", "R183")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_call_in_every_phase(row: list[str]) -> None:
    call: Any = row[0]
    for (now, link), outcome in zip(MOMENTS, row[1:], strict=True):
        found = handle(call, now, WINDOW, PATIENT, stored_at=BEGINS - HOUR, link=link)
        assert found.outcome == outcome
        unattended = call in ("unknown_query", "reversal")
        assert found.http == (None if unattended else {"not_sent": 503, "queued": 202}.get(outcome, 200))
        assert (found.retry_after_s is not None) is (outcome in ("not_sent", "queued"))
        told = outcome in ("not_sent", "queued") or (call == "read" and outcome == "stored")
        assert [str(r.code) for r in found.reasons] == (["MAINTENANCE"] if told else [])


def test_the_table_is_total() -> None:
    assert set(TABLE) == set(get_args(Call)) == {row[0] for row in ROWS}
    assert all(set(row) == set(get_args(Phase)) for row in TABLE.values())


@pytest.mark.parametrize(("call", "seconds"), [("money", 30), ("money_stay", 60), ("trial", 0)])
def test_nothing_is_in_flight_when_the_window_begins(call: Any, seconds: int) -> None:
    last = BEGINS - timedelta(seconds=seconds)
    assert handle(call, last - timedelta(seconds=1), WINDOW, PATIENT).outcome == "sent"
    held = handle(call, last, WINDOW, PATIENT)
    assert (held.outcome, held.retry_after_s) == ("not_sent", 4 * 3600 + seconds)


def test_a_read_without_a_stored_answer_is_not_sent() -> None:
    found = handle("read", BEGINS + HOUR, WINDOW, PATIENT)
    assert (found.outcome, found.http, found.retry_after_s) == ("not_sent", 503, 3 * 3600)


def test_a_window_the_platform_still_claims_stays_open() -> None:
    found = handle("money", ENDS + HOUR, WINDOW, PATIENT, link=Link(still_maintenance=True))
    assert (found.outcome, found.retry_after_s) == ("not_sent", 60)
    assert handle("money", ENDS + HOUR, Window(BEGINS, None), PATIENT).retry_after_s == 60


@pytest.mark.parametrize(
    ("scope", "patient", "outcome"),
    [
        ("platform", None, "not_sent"),
        ("530100", "530102", "not_sent"),
        ("530000", "530300", "not_sent"),
        ("330100", "530100", "sent"),
        ("530100", None, "sent"),
    ],
)
def test_a_window_of_one_insured_place(scope: str, patient: str | None, outcome: str) -> None:
    found = handle("money", BEGINS + HOUR, Window(BEGINS, ENDS, scope), patient)
    assert (found.outcome, found.banner) == (outcome, outcome == "not_sent")


def test_without_a_window_everything_goes_out() -> None:
    assert handle("money", BEGINS, None, PATIENT).outcome == "sent"
    assert handle("money", BEGINS, None, PATIENT, link=Link(drained=False)).retry_after_s == 60
