"""What a HIS is told: baskets, visits and submissions as the JSON of the contract. Pure.

The state of money is read from submissions alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from yidi_gateway.lifecycle import OPEN, TOLD, State
from yidi_gateway.problem import masked, words
from yidi_gateway.submission import Attempt, Submission
from yidi_gateway.visits.document import Document, Estimate, KeptBasket, Warned
from yidi_gateway.visits.standing import OutputOf, Standing, amounts_of_row
from yidi_sdk.catalogue import by_infno
from yidi_sdk.rules.money import AMOUNT_NAMES, ZERO, Amounts, Fund
from yidi_sdk.rules.reasons import Code, Language

RETRY_S = 3
PENDING = {
    "zh": "医保结算结果正在确认，请勿重复收费；预计{seconds}秒内有结果",
    "en": "The insurance result is being confirmed: do not charge again; expect it within {seconds} seconds",
}


def amounts_json(amounts: Amounts, funds: Iterable[Fund]) -> dict[str, Any]:
    """The keys of the contract, two decimals as text."""
    told: dict[str, Any] = {name: yuan(getattr(amounts, name)) for name in AMOUNT_NAMES}
    told["funds"] = [{"type": row.type, "name": row.name, "amount": yuan(row.amount)} for row in funds]
    return told


def yuan(value: Decimal) -> str:
    """Two decimals; never a negative zero."""
    return f"{value + ZERO:.2f}"


def settlement_json(row: Submission | None, output_of: OutputOf) -> dict[str, Any] | None:
    """`{"settlement_id","msgid","amounts"}`; None where nothing was settled."""
    if row is None or row.state not in (State.CONFIRMED, State.MANUAL, State.REVERSED) or row.setl_id is None:
        return None
    found = amounts_of_row(row, output_of)
    return {
        "settlement_id": row.setl_id,
        "msgid": row.msgid,
        "amounts": None if found is None else amounts_json(*found),
    }


def message_json(stands: Standing, language: Language, quiet_s: float) -> dict[str, Any] | None:
    """The text for the cashier; None where there is nothing to say."""
    if stands.code is None:
        return None
    cause, step, who = words(stands.code, language, key=stands.key)
    if stands.code == Code.OUTCOME_UNKNOWN:
        cause = PENDING[language].format(seconds=int(quiet_s))
    if stands.state == "manual":
        cause = f"{words('IN_DOUBT', language)[0]}：{cause}"
    return {
        "code": str(stands.code),
        "text": cause,
        "next_step": step,
        "who": who,
        "money": stands.money,
        "raw": masked(stands.raw),
        "incident": stands.incident,
    }


def basket_json(
    basket: KeptBasket, stands: Standing, output_of: OutputOf, language: Language, quiet_s: float
) -> dict[str, Any]:
    """One basket of the settle answer."""
    told: dict[str, Any] = {
        "basket_id": basket.id,
        "disease_code": basket.plan.disease_code,
        "category": basket.category,
        "total": yuan(basket.plan.total),
        "state": stands.state,
        "settlement": settlement_json(stands.settlement, output_of),
        "message": message_json(stands, language, quiet_s),
        "submission_id": stands.settlement.id if stands.settlement else None,
        "notices": [{"code": code, "text": words(code, language)[0]} for code in stands.notices],
    }
    if stands.refund is not None:
        told["refund"] = {"state": TOLD[stands.refund.state], "settlement_id": stands.refund.setl_id}
    if stands.window is not None:
        told["maintenance"] = stands.window
    return told


def visit_json(
    document: Document,
    stands: Mapping[str, Standing],
    output_of: OutputOf,
    language: Language,
    quiet_s: float,
) -> dict[str, Any]:
    """The settle answer: baskets, totals of what is settled (BA18), the text while something is pending."""
    baskets = [
        basket_json(basket, stands[basket.id], output_of, language, quiet_s)
        for basket in document.baskets
        if basket.id in stands
    ]
    pending = any(basket["state"] == "pending" for basket in baskets)
    return {
        "visit_id": document.id,
        "state": overall([basket["state"] for basket in baskets], cancelled=document.state == "cancelled"),
        "baskets": baskets,
        "totals": totals(baskets),
        "retry_after_s": RETRY_S if pending else None,
        "text": PENDING[language].format(seconds=int(quiet_s)) if pending else None,
    }


def overall(states: Sequence[str], *, cancelled: bool = False) -> str:
    """One word for the visit: what needs attention first."""
    for word in ("pending", "manual", "maintenance", "failed", "not_started"):
        if word in states and not (cancelled and word in ("failed", "not_started")):
            return word
    if cancelled or (states and all(state == "reversed" for state in states)):
        return "reversed"
    return "settled" if states else "not_started"


def totals(baskets: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Sums over settled baskets only."""
    settled = [basket["settlement"]["amounts"] for basket in baskets if basket["state"] == "settled"]
    known = [amounts for amounts in settled if amounts is not None]
    return {
        name: yuan(sum((Decimal(amounts[name]) for amounts in known), ZERO))
        for name in ("total", "fund", "account", "cash")
    }


def opened_json(
    document: Document, language: Language, stands: Mapping[str, Standing], quiet_s: float
) -> dict[str, Any]:
    """The answer of opening a visit."""
    return {
        "visit_id": document.id,
        "baskets": [
            {
                "basket_id": basket.id,
                "disease_code": basket.plan.disease_code,
                "category": basket.category,
                "med_type": basket.plan.med_type,
                "total": yuan(basket.plan.total),
                "lines": list(basket.line_nos),
                "estimate": estimate_json(basket.estimate),
                "state": stands[basket.id].state,
                "message": message_json(stands[basket.id], language, quiet_s),
            }
            for basket in document.baskets
        ],
        "total": yuan(document.total),
        "warnings": [warning_json(warned, language) for warned in document.warnings],
        "not_sent": list(document.not_sent),
    }


def estimate_json(estimate: Estimate | None) -> dict[str, Any] | None:
    """The amounts of the newest trial."""
    return None if estimate is None else amounts_json(estimate.amounts, estimate.funds)


def warning_json(warned: Warned, language: Language) -> dict[str, Any]:
    """A notice."""
    cause, step, _ = words(warned.code, language)
    return {
        "code": warned.code,
        "text": cause,
        "next_step": step,
        "line_no": warned.line_no,
        "disease_code": warned.disease_code,
    }


def submission_json(row: Submission, output_of: OutputOf, language: Language) -> dict[str, Any]:
    """A submission without its attempts; never bodies, numbers of persons or names."""
    transaction = by_infno(row.infno)
    reason = row.reason
    told: dict[str, Any] = {
        "submission_id": row.id,
        "key": row.key,
        "infno": row.infno,
        "name": transaction.name if transaction else row.infno,
        "state": TOLD[row.state],
        "visit_id": row.visit_id,
        "basket_id": row.basket_id,
        "msgid": row.msgid,
        "settlement": settlement_json(row, output_of),
        "refund_of": row.refund_of,
        "created_at": row.created_at.isoformat(),
        "state_since": (row.state_since or row.created_at).isoformat(),
        "acknowledged_at": row.acknowledged_at.isoformat() if row.acknowledged_at else None,
        "given_up": row.given_up,
        "incident": row.incident,
        "reason": None,
        "retry_after_s": RETRY_S if row.state in OPEN else None,
    }
    if reason and reason.get("code"):
        cause, step, who = words(reason["code"], language, key=reason.get("key"))
        told["reason"] = {
            "code": reason["code"],
            "text": cause,
            "next_step": step,
            "who": who,
            "money": reason.get("money", "unknown"),
            "raw": masked(reason.get("raw")),
        }
    return told


def attempt_json(attempt: Attempt) -> dict[str, Any]:
    """One envelope, without its bytes."""
    return {
        "msgid": attempt.msgid,
        "infno": attempt.infno,
        "purpose": str(attempt.purpose),
        "at": attempt.at.isoformat(),
        "ended_at": attempt.ended_at.isoformat() if attempt.ended_at else None,
        "outcome": attempt.outcome,
    }
