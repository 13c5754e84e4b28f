"""Refunds and reversals: what may be taken back, how, and to which year and month it counts (rules 8).

Sources: 规程 25, 38 to 40, 48, 51; 22号 六. Days and months are those of Asia/Shanghai.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from yidi_sdk.rules.clocks import shanghai
from yidi_sdk.rules.money import Amounts
from yidi_sdk.rules.reasons import Code, Reason, http_of, ordered
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

Category = Literal["普通门诊", "门诊慢特病", "住院"]
Way = Literal["refund", "reversal"]
Clearing = Literal["open", "in_clearing", "cleared"]

REVERSE = "2601"
REFUND_OUTPATIENT = "2208"
# RE10, in this order only
INPATIENT_STEPS = ("2305", "2405", "2302", "2404")
# RE16: what follows once every basket is refunded
VISIT_STEPS = ("2205", "2202")


@dataclass(frozen=True, slots=True)
class Settled:
    """The settlement to be taken back. `latest`: no later settlement of the person exists (of stays: no later stay).

    `state` as the gateway tells it, or `refunded`. `undone`: steps of a stay already undone.
    """

    category: Category
    state: str
    settled_at: datetime
    amounts: Amounts
    paid: bool = True
    latest: bool = True
    clearing: Clearing = "open"
    undone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundDecision:
    """Whether it may go out, as which transaction, and where it counts.

    `clearing_month` is `YYYY-MM`, None for a reversal. `amounts` are the mirrored ones the answer must show (M5).
    `partial`: the rest is settled anew once this is final; visit day and filing day stay the original's (RE8).
    """

    outcome: Literal["accepted", "refused"]
    http: int | None = None
    reasons: tuple[Reason, ...] = ()
    transaction: str | None = None
    year: int | None = None
    clearing_month: str | None = None
    amounts: Amounts | None = None
    partial: bool = False


def refund(
    settled: Settled,
    refund_at: datetime,
    way: Way = "refund",
    *,
    partial: bool = False,
    step: str | None = None,
    settings: RuleSettings = DEFAULTS,
) -> RefundDecision:
    """Decide a refund (RE1 to RE15). `step`: the transaction asked for in undoing a stay; None is the next one.

    Objections come in the order RE14, RE15, RE2, RE10, RE11, RE12, RE9; a state with nothing to refund stands alone.
    """
    transaction = _transaction(settled, way, step)
    objections = _about_the_state(settled) or [
        *_about_reversal(settled, refund_at, way),
        *_about_a_stay(settled, way, transaction),
        *_about_the_rest(settled, refund_at, settings, way, partial=partial),
    ]
    if objections:
        return RefundDecision("refused", http_of(objections), tuple(objections))
    at = shanghai(refund_at)
    year = shanghai(settled.settled_at).year
    moves_money = transaction in (REVERSE, REFUND_OUTPATIENT, INPATIENT_STEPS[0])
    amounts = settled.amounts.mirrored() if moves_money else None
    if way == "reversal":
        return RefundDecision("accepted", transaction=transaction, year=year, amounts=amounts)
    counted = at if settled.clearing != "open" else shanghai(settled.settled_at)
    return RefundDecision(
        "accepted",
        reasons=ordered(_notices(settled, refund_at)) if moves_money else (),
        transaction=transaction,
        year=year,
        clearing_month=f"{counted:%Y-%m}",
        amounts=amounts,
        partial=partial,
    )


def _transaction(settled: Settled, way: Way, step: str | None) -> str | None:
    if way == "reversal":
        return REVERSE
    if settled.category != "住院":
        return REFUND_OUTPATIENT
    return step or next_step(settled.undone)


def next_step(undone: Sequence[str]) -> str | None:
    """RE10: the next step in undoing a stay; None when all are undone or the ones undone are out of order."""
    done = len(undone)
    in_order = tuple(undone) == INPATIENT_STEPS[:done]
    return INPATIENT_STEPS[done] if in_order and done < len(INPATIENT_STEPS) else None


def _about_the_state(settled: Settled) -> list[Reason]:
    """RE14, RE15. A stay whose settlement is undone goes on with its other steps."""
    if settled.state == "settled" or (settled.state == "refunded" and settled.undone):
        return []
    codes = {"pending": Code.BASKET_BUSY, "refunded": Code.REFUND_ALREADY_DONE}
    return [Reason(codes.get(settled.state, Code.REFUND_NOT_SETTLED), detail=settled.state)]


def _about_reversal(settled: Settled, refund_at: datetime, way: Way) -> Iterable[Reason]:
    """RE1, RE2."""
    same_day = shanghai(settled.settled_at).date() == shanghai(refund_at).date()
    if way == "reversal" and (settled.paid or not same_day or settled.clearing != "open"):
        yield Reason(Code.REVERSAL_NOT_ALLOWED)


def _about_a_stay(settled: Settled, way: Way, transaction: str | None) -> Iterable[Reason]:
    """RE10 to RE12; the last two stand before the settlement is undone."""
    if settled.category != "住院" or way == "reversal":
        return
    wanted = next_step(settled.undone)
    if transaction is None or transaction != wanted:
        yield Reason(Code.UNDO_ORDER, detail=wanted)
    elif not settled.undone:
        if not settled.latest:
            yield Reason(Code.REFUND_INPATIENT_NOT_LATEST)
        if settled.clearing != "open":
            yield Reason(Code.REFUND_INPATIENT_CLEARED)


def _about_the_rest(
    settled: Settled, refund_at: datetime, settings: RuleSettings, way: Way, *, partial: bool
) -> Iterable[Reason]:
    """RE9, and RE7 where the province does not grant the variants to chronic baskets."""
    if way == "reversal":
        return
    if partial and _crosses_year(settled, refund_at):
        yield Reason(Code.REFUND_PARTIAL_CROSS_YEAR)
    variants = any(True for _ in _notices(settled, refund_at))
    if settled.category == "门诊慢特病" and variants and not settings.refund_variants_chronic:
        yield Reason(Code.PLATFORM_REFUSED, detail="refund_variants_chronic")


def _crosses_year(settled: Settled, refund_at: datetime) -> bool:
    return shanghai(settled.settled_at).year != shanghai(refund_at).year


def _notices(settled: Settled, refund_at: datetime) -> Iterable[Reason]:
    """RE4 隔笔, RE5 跨年, RE6 清算后, RE13."""
    if not settled.latest:
        yield Reason(Code.REFUND_NOT_LATEST)
    if _crosses_year(settled, refund_at):
        yield Reason(Code.REFUND_CROSS_YEAR)
    if settled.clearing != "open":
        yield Reason(Code.REFUND_AFTER_CLEARING)
