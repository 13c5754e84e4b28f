"""THE TABLE: what may follow what in one visit, outpatient or stay. It is the platform's law; pure.

A row is (state, message class) -> the states it can lead to, or the cause of the refusal (a key of `refusals.TEXTS`).
The state of a visit is read from its facts, so that a table row can be held against what really happened.

A stay is undone from above: settlement, discharge, fee lines, admission (operations: 2305, 2405, 2302, 2404). What is
settled by the message that makes it (pharmacy, Guangdong's combined visit) stands or is undone, and nothing between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from yidi_mocks.world import Care, Visit
from yidi_sdk.message import Input
from yidi_sdk.transactions import (
    CancelAdmission,
    CancelDischarge,
    CancelOutpatientRegistration,
    ChangeAdmission,
    DischargeInpatient,
    PresettleInpatient,
    PresettleOutpatient,
    PresettleOutpatientA,
    RevokeInpatientFees,
    RevokeInpatientSettlement,
    RevokeOutpatientFees,
    RevokeOutpatientSettlement,
    RevokePharmacySettlement,
    RevokeSettlementAtOnce,
    SettleInpatient,
    SettleOutpatient,
    SettleOutpatientA,
    UploadInpatientFees,
    UploadOutpatientEncounter,
    UploadOutpatientEncounterFirst,
    UploadOutpatientFees,
)

Message = type[Input[Any]]


class State(StrEnum):
    """Where an outpatient visit stands."""

    REGISTERED = "registered"  # nothing but the registration
    DESCRIBED = "described"  # diagnoses are there, no fees
    CHARGED = "charged"  # unsettled fees, nothing live
    PART_SETTLED = "part_settled"  # a live settlement and unsettled fees
    SETTLED = "settled"  # a live settlement, no unsettled fees
    CANCELLED = "cancelled"  # the registration is undone


class StayState(StrEnum):
    """Where a stay stands."""

    ADMITTED = "admitted"  # in hospital, no fees
    CHARGED = "stay_charged"  # in hospital, fees
    DISCHARGED = "discharged"  # left, no fees
    TO_SETTLE = "to_settle"  # left, fees, nothing live
    SETTLED = "stay_settled"  # a live settlement of all fees
    CANCELLED = "stay_cancelled"  # the admission is undone


class OnceState(StrEnum):
    """Where a visit stands that one message made and settled."""

    SETTLED = "once_settled"
    UNDONE = "once_undone"


AnyState = State | StayState | OnceState


@dataclass(frozen=True, slots=True)
class Allowed:
    """The message may come now; afterwards the visit is in one of `leads_to`."""

    leads_to: frozenset[AnyState]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The message may not come now; `cause` names the text."""

    cause: str


Verdict = Allowed | Forbidden
StateT = TypeVar("StateT", State, StayState, OnceState)

R, D, C, P, S, X = State
IN, FEES, OUT, DUE, PAID, GONE = StayState


def _to(*states: AnyState) -> Allowed:
    return Allowed(frozenset(states))


def _row(states: type[StateT], *verdicts: Allowed | str) -> dict[AnyState, Verdict]:
    cells = [Forbidden(cell) if isinstance(cell, str) else cell for cell in verdicts]
    return dict(zip(states, cells, strict=True))


_PRESETTLE = _row(State, "not_described", "not_charged", _to(C), _to(P), _to(S), "visit_cancelled")
_SETTLE = _row(State, "not_described", "not_charged", _to(P, S), _to(P, S), _to(S), "visit_cancelled")

# message: REGISTERED, DESCRIBED, CHARGED, PART_SETTLED, SETTLED, CANCELLED
OUTPATIENT: dict[Message, Mapping[AnyState, Verdict]] = {
    UploadOutpatientEncounter: _row(State, _to(D), _to(D), _to(C), _to(P), _to(S), "visit_cancelled"),
    UploadOutpatientEncounterFirst: _row(State, _to(D), _to(D), _to(C), _to(P), _to(S), "visit_cancelled"),
    UploadOutpatientFees: _row(State, "not_described", _to(C), _to(C), _to(P), _to(P), "visit_cancelled"),
    RevokeOutpatientFees: _row(
        State, "no_fees_to_revoke", "no_fees_to_revoke", _to(C, D), _to(P, S), "settlement_first", "visit_cancelled"
    ),
    PresettleOutpatient: _PRESETTLE,
    PresettleOutpatientA: _PRESETTLE,
    SettleOutpatient: _SETTLE,
    SettleOutpatientA: _SETTLE,
    RevokeOutpatientSettlement: _row(
        State, "nothing_settled", "nothing_settled", "nothing_settled", _to(C, P), _to(C, P), "visit_cancelled"
    ),
    CancelOutpatientRegistration: _row(
        State, _to(X), _to(X), "fees_first", "settlement_first", "settlement_first", "visit_cancelled"
    ),
}

# message: ADMITTED, CHARGED, DISCHARGED, TO_SETTLE, SETTLED, CANCELLED
STAY: dict[Message, Mapping[AnyState, Verdict]] = {
    ChangeAdmission: _row(
        StayState, _to(IN), _to(FEES), "discharge_first", "discharge_first", "settlement_first", "stay_cancelled"
    ),
    UploadInpatientFees: _row(
        StayState, _to(FEES), _to(FEES), "discharge_first", "discharge_first", "settlement_first", "stay_cancelled"
    ),
    RevokeInpatientFees: _row(
        StayState,
        "no_fees_to_revoke",
        _to(FEES, IN),
        "discharge_first",
        "discharge_first",
        "settlement_first",
        "stay_cancelled",
    ),
    DischargeInpatient: _row(
        StayState,
        _to(OUT),
        _to(DUE),
        "discharged_already",
        "discharged_already",
        "discharged_already",
        "stay_cancelled",
    ),
    PresettleInpatient: _row(
        StayState, "not_discharged", "not_discharged", "stay_not_charged", _to(DUE), _to(PAID), "stay_cancelled"
    ),
    SettleInpatient: _row(
        StayState, "not_discharged", "not_discharged", "stay_not_charged", _to(PAID), _to(PAID), "stay_cancelled"
    ),
    RevokeInpatientSettlement: _row(
        StayState,
        "nothing_settled",
        "nothing_settled",
        "nothing_settled",
        "nothing_settled",
        _to(DUE, PAID),
        "stay_cancelled",
    ),
    CancelDischarge: _row(
        StayState,
        "discharge_not_there",
        "discharge_not_there",
        _to(IN),
        _to(FEES),
        "settlement_first",
        "stay_cancelled",
    ),
    CancelAdmission: _row(
        StayState,
        _to(GONE),
        "stay_fees_first",
        "discharge_first",
        "discharge_first",
        "settlement_first",
        "stay_cancelled",
    ),
}

# message: SETTLED, UNDONE
ONCE: dict[Message, Mapping[AnyState, Verdict]] = {
    RevokePharmacySettlement: _row(OnceState, _to(OnceState.UNDONE), "already_revoked"),
    RevokeSettlementAtOnce: _row(OnceState, _to(OnceState.UNDONE), "already_revoked"),
}

TABLE: dict[Message, Mapping[AnyState, Verdict]] = {**OUTPATIENT, **STAY, **ONCE}
CARE: dict[Message, Care] = {
    **dict.fromkeys(OUTPATIENT, Care.OUTPATIENT),
    **dict.fromkeys(STAY, Care.STAY),
    RevokePharmacySettlement: Care.SALE,
    RevokeSettlementAtOnce: Care.COMBINED,
}
"""The kind of visit that a message is about."""
REACHED = frozenset({"already_revoked", "discharged_already", "discharge_not_there", "no_fees_to_revoke"})
"""Causes that say: what you want is so already. Asking for it breaks no order."""


def state_of(visit: Visit) -> AnyState:
    """The state, read from what the visit holds."""
    if visit.care is not Care.OUTPATIENT:
        return _stay_state(visit) if visit.stay is not None else _once_state(visit)
    if visit.cancelled:
        return State.CANCELLED
    settled = any(settlement.live for settlement in visit.settlements)
    open_lines = any(line.setl_id is None for line in visit.lines)
    if settled:
        return State.PART_SETTLED if open_lines else State.SETTLED
    if open_lines:
        return State.CHARGED
    return State.DESCRIBED if visit.encounters else State.REGISTERED


def _stay_state(visit: Visit) -> StayState:
    if visit.cancelled:
        return StayState.CANCELLED
    if any(settlement.live for settlement in visit.settlements):
        return StayState.SETTLED
    if visit.stay is not None and visit.stay.discharged:
        return StayState.TO_SETTLE if visit.lines else StayState.DISCHARGED
    return StayState.CHARGED if visit.lines else StayState.ADMITTED


def _once_state(visit: Visit) -> OnceState:
    return OnceState.UNDONE if visit.cancelled else OnceState.SETTLED


def may(state: AnyState, message: Message) -> Verdict:
    """The table's word. KeyError for a message that is no part of the course of such a visit."""
    return TABLE[message][state]
