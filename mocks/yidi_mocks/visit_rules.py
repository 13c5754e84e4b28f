"""THE TABLE: what may follow what in one outpatient visit. It is the platform's law; pure.

A row is (state, message class) -> the states it can lead to, or the cause of the refusal (a key of `refusals.TEXTS`).
The state of a visit is read from its facts, so that a table row can be held against what really happened.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from yidi_mocks.world import Visit
from yidi_sdk.message import Input
from yidi_sdk.transactions import (
    CancelOutpatientRegistration,
    PresettleOutpatient,
    RevokeOutpatientFees,
    RevokeOutpatientSettlement,
    SettleOutpatient,
    UploadOutpatientEncounter,
    UploadOutpatientEncounterFirst,
    UploadOutpatientFees,
)

Message = type[Input[Any]]


class State(StrEnum):
    """Where a visit stands."""

    REGISTERED = "registered"  # nothing but the registration
    DESCRIBED = "described"  # diagnoses are there, no fees
    CHARGED = "charged"  # unsettled fees, nothing live
    PART_SETTLED = "part_settled"  # a live settlement and unsettled fees
    SETTLED = "settled"  # a live settlement, no unsettled fees
    CANCELLED = "cancelled"  # the registration is undone


@dataclass(frozen=True, slots=True)
class Allowed:
    """The message may come now; afterwards the visit is in one of `leads_to`."""

    leads_to: frozenset[State]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The message may not come now; `cause` names the text."""

    cause: str


Verdict = Allowed | Forbidden

R, D, C, P, S, X = State


def _to(*states: State) -> Allowed:
    return Allowed(frozenset(states))


def _row(*verdicts: Allowed | str) -> dict[State, Verdict]:
    cells = [Forbidden(cell) if isinstance(cell, str) else cell for cell in verdicts]
    return dict(zip(State, cells, strict=True))


# message: REGISTERED, DESCRIBED, CHARGED, PART_SETTLED, SETTLED, CANCELLED
TABLE: dict[Message, dict[State, Verdict]] = {
    UploadOutpatientEncounter: _row(_to(D), _to(D), _to(C), _to(P), _to(S), "visit_cancelled"),
    UploadOutpatientEncounterFirst: _row(_to(D), _to(D), _to(C), _to(P), _to(S), "visit_cancelled"),
    UploadOutpatientFees: _row("not_described", _to(C), _to(C), _to(P), _to(P), "visit_cancelled"),
    RevokeOutpatientFees: _row(
        "no_fees_to_revoke", "no_fees_to_revoke", _to(C, D), _to(P, S), "settlement_first", "visit_cancelled"
    ),
    PresettleOutpatient: _row("not_described", "not_charged", _to(C), _to(P), _to(S), "visit_cancelled"),
    SettleOutpatient: _row("not_described", "not_charged", _to(P, S), _to(P, S), _to(S), "visit_cancelled"),
    RevokeOutpatientSettlement: _row(
        "nothing_settled", "nothing_settled", "nothing_settled", _to(C, P), _to(C, P), "visit_cancelled"
    ),
    CancelOutpatientRegistration: _row(
        _to(X), _to(X), "fees_first", "settlement_first", "settlement_first", "visit_cancelled"
    ),
}


def state_of(visit: Visit) -> State:
    """The state, read from what the visit holds."""
    if visit.cancelled:
        return State.CANCELLED
    settled = any(settlement.live for settlement in visit.settlements)
    open_lines = any(line.setl_id is None for line in visit.lines)
    if settled:
        return State.PART_SETTLED if open_lines else State.SETTLED
    if open_lines:
        return State.CHARGED
    return State.DESCRIBED if visit.encounters else State.REGISTERED


def may(state: State, message: Message) -> Verdict:
    """The table's word. KeyError for a message that is no part of a visit's course."""
    return TABLE[message][state]
