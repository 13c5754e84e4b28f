"""How a basket stands, read from the submissions of its visit. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from yidi_gateway.amounts import amounts_of, funds_of
from yidi_gateway.lifecycle import LIVE, OPEN, TOLD, State
from yidi_gateway.submission import Submission
from yidi_gateway.visits.document import KeptBasket
from yidi_sdk.catalogue import row_of
from yidi_sdk.message import Output
from yidi_sdk.rules.money import Amounts, Fund, estimate_changed
from yidi_sdk.rules.reasons import Code
from yidi_sdk.transactions import (
    CancelOutpatientRegistration,
    RegisterOutpatient,
    RevokeOutpatientSettlement,
    SettleOutpatient,
)

OutputOf = Callable[[Submission], Output | None]
REGISTER = row_of(RegisterOutpatient).infno
UNREGISTER = row_of(CancelOutpatientRegistration).infno
SETTLE = row_of(SettleOutpatient).infno
REVOKE = row_of(RevokeOutpatientSettlement).infno


@dataclass(frozen=True, slots=True)
class Standing:
    """How a basket stands: the word told, its newest settlement and refund, and a message where there is one."""

    state: str
    settlement: Submission | None = None
    refund: Submission | None = None
    code: str | None = None
    key: str | None = None
    raw: str | None = None
    money: str = "not_moved"
    incident: str = ""
    window: dict[str, Any] | None = None
    notices: tuple[str, ...] = field(default=())


def standing(basket: KeptBasket, rows: Sequence[Submission], output_of: OutputOf) -> Standing:
    """How a basket stands by the submissions of its visit (newest first)."""
    own = [row for row in rows if row.basket_id == basket.id]
    settled = newest(row for row in own if row.infno == SETTLE)
    refund = None
    if settled is not None:
        refund = newest(row for row in own if row.infno == REVOKE and row.refund_of == settled.id)
    failure = basket.failure
    if settled is None or (failure is not None and settled.state not in LIVE and failure.at >= settled.created_at):
        if failure is not None:
            return Standing("failed", code=failure.code, key=failure.key, raw=failure.raw)
        return _not_begun(own)
    if refund is not None and settled.state is State.CONFIRMED and refund.state in (*OPEN, State.CONFIRMED):
        state = "reversed" if refund.state is State.CONFIRMED else "pending"
        code = None if state == "reversed" else Code.OUTCOME_UNKNOWN
        return Standing(state, settled, refund, code, money="moved", incident=refund.incident)
    return _of_settlement(basket, settled, refund, output_of)


def newest(rows: Iterable[Submission]) -> Submission | None:
    """The live one, of which there is at most one; else the newest (rows come newest first)."""
    found = list(rows)
    return next((row for row in found if row.state in LIVE), found[0] if found else None)


def _not_begun(own: Sequence[Submission]) -> Standing:
    """No settlement yet: a registration that is pending, failed or in doubt shows itself."""
    registered = next((row for row in own if row.infno == REGISTER), None)
    if registered is None or registered.state is State.CONFIRMED:
        return Standing("not_started")
    reason = registered.reason or {}
    state = TOLD[registered.state]
    code = Code.OUTCOME_UNKNOWN if state == "pending" else reason.get("code") or "DID_NOT_HAPPEN"
    return Standing(state, code=code, key=reason.get("key"), raw=reason.get("raw"), incident=registered.incident)


def _of_settlement(basket: KeptBasket, row: Submission, refund: Submission | None, output_of: OutputOf) -> Standing:
    state = TOLD[row.state]
    reason = row.reason or {}
    money = {"settled": "moved", "pending": "unknown", "manual": "moved"}.get(state, "not_moved")
    if state == "pending":
        return Standing(state, row, refund, Code.OUTCOME_UNKNOWN, money="unknown", incident=row.incident)
    notices = _notices(basket, row, output_of) if state == "settled" else ()
    code = reason.get("code") or (notices[0] if notices else None)
    return Standing(
        state, row, refund, code, reason.get("key"), reason.get("raw"), money, row.incident, notices=notices
    )


def _notices(basket: KeptBasket, row: Submission, output_of: OutputOf) -> tuple[str, ...]:
    """AMOUNTS_M3 and ESTIMATE_CHANGED of a settled basket."""
    told = [str((row.reason or {}).get("code") or "")]
    result = amounts_of_row(row, output_of)
    if result is not None and basket.estimate is not None and estimate_changed(basket.estimate.amounts, result[0]):
        told.append(Code.ESTIMATE_CHANGED)
    return tuple(code for code in told if code)


def amounts_of_row(row: Submission, output_of: OutputOf) -> tuple[Amounts, tuple[Fund, ...]] | None:
    """The amounts the platform returned for a settlement or refund; None while there are none that can be read."""
    output = output_of(row)
    if output is None or not hasattr(output, "setlinfo"):
        return None
    try:
        return amounts_of(output), funds_of(output)
    except (ValueError, TypeError):
        return None
