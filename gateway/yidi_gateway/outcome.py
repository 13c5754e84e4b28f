"""From an answer to an event: what a sent money message came to; pure.

The door to `CONFIRMED` is narrow: ours, complete, and the equations hold. Whatever cannot be believed is UNKNOWN.
"""

from dataclasses import dataclass, field
from typing import Any

from yidi_gateway.amounts import amounts_of, fen_of, funds_of, to_yuan
from yidi_gateway.lifecycle import Event
from yidi_gateway.resolving import answered, is_settlement
from yidi_gateway.submission import Submission
from yidi_sdk import wire
from yidi_sdk.errors import Refused, Unknown
from yidi_sdk.explain.errors import MAINTENANCE, row_named
from yidi_sdk.message import Output
from yidi_sdk.rules.money import check

SETTLED_IN_DOUBT = {"money": "moved", "key": None, "raw": None}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The event, the submission's fields that change with it, and the platform's text where it announced downtime."""

    event: Event
    changes: dict[str, Any] = field(default_factory=dict[str, Any])
    downtime_text: str | None = None


def of_output(submission: Submission, output: Output, *, acct_in_fund: bool, original: Output | None = None) -> Outcome:
    """An accepted answer: CONFIRMED, or MANUAL when an equation is broken. `original`: the settlement that a refund
    must mirror, where it is known."""
    changes: dict[str, Any] = {"outcome": wire.dumps(answered(output))}
    node: Any = getattr(output, "setlinfo", None)
    if node is None:
        if number := registered_as(output):
            changes["mdtrt_id"] = number
        return Outcome(Event.ACCEPTED, changes)
    changes["setl_id"] = node.setl_id
    try:
        amounts = amounts_of(output)
    except ValueError:
        return Outcome(Event.ACCEPTED_IN_DOUBT, {**changes, "reason": {**SETTLED_IN_DOUBT, "code": "AMOUNTS_M2"}})
    changes["fen"] = fen_of(amounts)
    if not is_settlement(submission.infno):
        if original is not None and not _mirrors(output, original, acct_in_fund=acct_in_fund):
            reason = {**SETTLED_IN_DOUBT, "code": "AMOUNTS_M5", "breaks": ["M5"]}
            return Outcome(Event.ACCEPTED_IN_DOUBT, {**changes, "reason": reason})
        return Outcome(Event.ACCEPTED, changes)
    expected = None if submission.expected_fen is None else to_yuan(submission.expected_fen)
    verdict = check("settlement", amounts, funds_of(output), expected, acct_in_fund)
    if verdict.outcome == "manual":
        reason = {**SETTLED_IN_DOUBT, "code": str(verdict.reasons[0].code), "breaks": list(verdict.breaks)}
        return Outcome(Event.ACCEPTED_IN_DOUBT, {**changes, "reason": reason})
    if verdict.breaks:
        changes["reason"] = {"code": "AMOUNTS_M3", "money": "moved", "key": None, "raw": None}
    return Outcome(Event.ACCEPTED, changes)


def registered_as(output: Output | None) -> str | None:
    """The visit's or stay's number at the platform, in the answer to a registration or an admission."""
    node: Any = getattr(output, "data", None) or getattr(output, "result", None)
    return getattr(node, "mdtrt_id", None)


def _mirrors(refund: Output, original: Output, *, acct_in_fund: bool) -> bool:
    verdict = check(
        "refund",
        amounts_of(refund),
        funds_of(refund),
        None,
        acct_in_fund,
        original=amounts_of(original),
        original_funds=funds_of(original),
    )
    return "M5" not in verdict.breaks


def of_refusal(error: Refused) -> Outcome:
    """A refusal that the error catalogue lists as final."""
    reason = {"code": error.code, "key": error.key, "raw": error.err_msg, "money": "not_moved"}
    return Outcome(Event.REFUSED, {"reason": reason})


def of_doubt(error: Unknown) -> Outcome:
    """No answer, or one that proves nothing."""
    row = None if error.key is None else row_named(error.key)
    if row is not None and row.category == MAINTENANCE:
        return Outcome(Event.MAINTENANCE_ANSWER, downtime_text=error.err_msg)
    if row is not None and row.category == "duplicate":
        return Outcome(Event.ALREADY_DONE)
    if error.err_msg and row is None:
        return Outcome(Event.UNLISTED)
    return Outcome(Event.NO_ANSWER)
