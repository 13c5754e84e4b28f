"""What a HIS is told of a stay, as the JSON of the contract. Pure."""

from datetime import datetime
from typing import Any

from yidi_gateway.lifecycle import TOLD, State
from yidi_gateway.shapes import moment_text
from yidi_gateway.stays import judging
from yidi_gateway.stays.document import Document, StayAnswers
from yidi_gateway.stays.standing import ADMIT, Stands, newest
from yidi_gateway.submission import Submission
from yidi_gateway.visits.standing import OutputOf, Standing, amounts_of_row
from yidi_gateway.visits.telling import (
    PENDING,
    RETRY_S,
    estimate_json,
    message_json,
    settlement_json,
    warning_json,
    yuan,
)
from yidi_sdk.rules.money import estimate_changed
from yidi_sdk.rules.reasons import Code, Language
from yidi_sdk.rules.stays import FEE_CHECK_FROM, StayDecision, days_in_hospital, settle_stay


def stay_json(
    document: Document,
    now: Stands,
    output_of: OutputOf,
    language: Language,
    quiet_s: float,
    at: datetime,
    *,
    waits: bool = False,
) -> dict[str, Any]:
    """How a stay stands. `waits`: a step of this call has no outcome yet."""
    shown = standing(document, now, output_of, waits=waits)
    pending = shown.state == "pending"
    decision = _decision(document, now, at)
    told: dict[str, Any] = {
        "stay_id": document.id,
        "stay_no": document.stay_no,
        "state": shown.state,
        "step": step_of(document, now),
        "encounter_id": document.mdtrt_id,
        "admitted_at": moment_text(document.plan.admitted_at),
        "discharged_at": moment_text(document.leaving.at) if document.leaving and now.discharged else None,
        "days": _days(document, now),
        "fees": fees_json(document),
        "estimate": estimate_json(document.estimate),
        "settlement": settlement_json(now.settlement, output_of),
        "submission_id": now.settlement.id if now.settlement else None,
        "message": message_json(shown, language, quiet_s),
        "warnings": [warning_json(warned, language) for warned in document.warnings],
        "answers": answers_json(document, at),
        "fee_check": document.total >= FEE_CHECK_FROM,
        "year": decision.year if decision else None,
        "details_due": decision.details_due.isoformat() if decision and decision.details_due else None,
        "retry_after_s": RETRY_S if pending else None,
        "text": PENDING[language].format(seconds=int(quiet_s)) if pending else None,
    }
    if now.refund is not None:
        told["refund"] = {"state": TOLD[now.refund.state], "settlement_id": now.refund.setl_id}
    return told


def _decision(document: Document, now: Stands, at: datetime) -> StayDecision | None:
    """Year and due day of a settlement that stands (ST1, ST9)."""
    row = now.settled
    if row is None or row.state is not State.CONFIRMED or document.leaving is None:
        return None
    return settle_stay(judging.stay_of(document, (row.state_since or at).astimezone(at.tzinfo)))


def _days(document: Document, now: Stands) -> int | None:
    if document.leaving is None or not now.discharged:
        return None
    return days_in_hospital(document.plan.admitted_at.date(), document.leaving.at.date())


def step_of(document: Document, now: Stands) -> str:
    """How far the stay has come."""
    if document.state == "cancelled":
        return "cancelled"
    if now.settled is not None and now.settled.state is State.CONFIRMED:
        return "settled"
    if now.discharged:
        return "discharged" if document.estimate is None else "tried"
    if document.mdtrt_id is None:
        return "planned"
    return "charged" if any(fee.step == "taken" for fee in document.fees) else "admitted"


def standing(document: Document, now: Stands, output_of: OutputOf, *, waits: bool = False) -> Standing:
    """The word of the contract for the stay, with the message that goes with it."""
    row, pending = now.settlement, now.pending
    if pending is not None or waits:
        incident = pending.incident if pending else ""
        return Standing("pending", row, now.refund, Code.OUTCOME_UNKNOWN, money="unknown", incident=incident)
    manual = next((other for other in now.rows if other.state is State.MANUAL), None)
    if manual is not None:
        return _of(manual, "manual", "moved")
    if now.settled is not None:
        return _settled(document, now.settled, output_of)
    failure = document.failure
    if failure is not None and (row is None or failure.at >= row.created_at):
        return Standing("failed", code=failure.code, key=failure.key, raw=failure.raw)
    return _unsettled(document, now) if row is None else _undone(row, now)


def _undone(row: Submission, now: Stands) -> Standing:
    """A settlement of which nothing is left, or that never came about."""
    if now.refund is not None and now.refund.state is State.CONFIRMED:
        return Standing("reversed", row, now.refund, incident=now.refund.incident)
    return _of(row, TOLD[row.state], "not_moved")


def _unsettled(document: Document, now: Stands) -> Standing:
    """No settlement yet: an admission that failed shows itself."""
    if document.state == "cancelled":
        return Standing("reversed")
    admitted = newest(other for other in now.rows if other.infno == ADMIT)
    if admitted is not None and admitted.state is not State.CONFIRMED:
        return _of(admitted, TOLD[admitted.state], "not_moved")
    return Standing("not_started")


def _of(row: Submission, state: str, money: str) -> Standing:
    reason = row.reason or {}
    code = reason.get("code") or ("DID_NOT_HAPPEN" if state == "failed" else None)
    return Standing(state, row, None, code, reason.get("key"), reason.get("raw"), money, row.incident)


def _settled(document: Document, row: Submission, output_of: OutputOf) -> Standing:
    """With AMOUNTS_M3 and ESTIMATE_CHANGED where they are so."""
    code = (row.reason or {}).get("code")
    result = amounts_of_row(row, output_of)
    estimate = document.estimate
    if code is None and result is not None and estimate is not None and estimate_changed(estimate.amounts, result[0]):
        code = Code.ESTIMATE_CHANGED
    return Standing("settled", row, code=code, money="moved", incident=row.incident)


def fees_json(document: Document) -> dict[str, Any]:
    """How many lines there are, what they come to, and which did not go out."""
    steps = [fee.step for fee in document.fees]
    return {
        "lines": len(steps),
        "taken": steps.count("taken"),
        "total": yuan(document.total),
        "not_sent": [fee.line_no for fee in document.fees if fee.step == "held"],
        "pending": [fee.line_no for fee in document.fees if fee.step in ("planned", "sent")],
    }


def answers_json(document: Document, at: datetime) -> dict[str, Any]:
    """What persons answered, who asked, and what was answered before."""
    return {
        **_answered(document.answers),
        "commitment": judging.form_state(document.answers, document.plan.admitted_at, at),
        "earlier": [_answered(answers) for answers in document.earlier_answers],
    }


def _answered(answers: StayAnswers) -> dict[str, Any]:
    return {
        "stay_kind": answers.stay_kind,
        "emergency": answers.emergency,
        "trauma": answers.trauma,
        "third_party": answers.third_party,
        "answered_at": moment_text(answers.answered_at),
        "answered_by": answers.answered_by,
    }
