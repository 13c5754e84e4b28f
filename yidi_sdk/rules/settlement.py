"""Settling the baskets of a visit one after the other (rules 6, BA13 to BA18) and how old a trial may be.

Source: 4号 三(二); 规程 2. A settled basket stays settled; nothing is undone unasked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from yidi_sdk.rules.money import ZERO, Amounts, Fund, check, estimate_changed
from yidi_sdk.rules.reasons import Code, Reason, ordered
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

Reply = Literal["ok", "refused", "no_reply", "maintenance", "trial_broken"]
State = Literal["settled", "failed", "pending", "manual", "maintenance", "not_started"]

TRIAL_LASTS = timedelta(minutes=10)

# reply that is not ok -> state and the code told
REPLIES: dict[Reply, tuple[State, Code]] = {
    "refused": ("failed", Code.PLATFORM_REFUSED),
    "no_reply": ("pending", Code.OUTCOME_UNKNOWN),
    "maintenance": ("maintenance", Code.MAINTENANCE),
}


@dataclass(frozen=True, slots=True)
class BasketOutcome:
    """What the platform did with one basket.

    `codes`: the reason of a refusal where one is known, or the broken equations of a trial. `estimate` or
    `estimate_cash`: what the trial said.
    """

    disease_code: str | None
    total: Decimal
    reply: Reply
    amounts: Amounts | None = None
    funds: tuple[Fund, ...] | None = None
    estimate: Amounts | None = None
    estimate_cash: Decimal | None = None
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Sums:
    """BA18: what the patient is shown, settled baskets only."""

    total: Decimal = ZERO
    fund: Decimal = ZERO
    account: Decimal = ZERO
    cash: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Settling:
    """The baskets after a settle call. `open`: places of the baskets that are not settled."""

    outcome: Literal["all", "part", "none"]
    states: tuple[State, ...]
    reasons: tuple[Reason, ...]
    sums: Sums
    open: tuple[int, ...]
    http: int


def sequence(outcomes: Sequence[BasketOutcome], settings: RuleSettings = DEFAULTS) -> Settling:
    """States, reasons and sums of baskets settled in this order; the first not settled stops the rest (BA15)."""
    states: list[State] = []
    reasons: list[Reason] = []
    stopped = False
    for basket in outcomes:
        if stopped:
            state: State = "not_started"
            found = [Reason(Code.BASKET_STOPPED, disease_code=basket.disease_code)]
        else:
            state, found = _state_of(basket, settings)
        states.append(state)
        reasons += found
        stopped = state != "settled"
    settled = [basket.amounts for basket, state in zip(outcomes, states, strict=True) if state == "settled"]
    is_open = tuple(place for place, state in enumerate(states) if state != "settled")
    outcome: Literal["all", "part", "none"] = "all" if not is_open else "part" if settled else "none"
    return Settling(outcome, tuple(states), ordered(reasons), _sums(settled), is_open, _http(states))


def _state_of(basket: BasketOutcome, settings: RuleSettings) -> tuple[State, list[Reason]]:
    if basket.reply == "trial_broken":
        return "failed", [Reason(code, disease_code=basket.disease_code) for code in basket.codes]
    if basket.reply != "ok":
        state, code = REPLIES[basket.reply]
        return state, [Reason(told, disease_code=basket.disease_code) for told in basket.codes or (code,)]
    if basket.amounts is None:
        raise ValueError("a settled basket has amounts")
    held = check("settlement", basket.amounts, basket.funds, basket.total, settings.acct_in_fund)
    found = [Reason(reason.code, disease_code=basket.disease_code) for reason in held.reasons]
    if held.outcome != "holds":
        return "manual", found
    if _changed(basket, basket.amounts):
        found.append(Reason(Code.ESTIMATE_CHANGED, disease_code=basket.disease_code))
    return "settled", found


def _changed(basket: BasketOutcome, amounts: Amounts) -> bool:
    if basket.estimate is not None:
        return estimate_changed(basket.estimate, amounts) is not None
    return basket.estimate_cash is not None and basket.estimate_cash != amounts.cash


def _sums(settled: Sequence[Amounts | None]) -> Sums:
    known = [amounts for amounts in settled if amounts is not None]
    return Sums(
        sum((amounts.total for amounts in known), ZERO),
        sum((amounts.fund for amounts in known), ZERO),
        sum((amounts.account for amounts in known), ZERO),
        sum((amounts.cash for amounts in known), ZERO),
    )


def _http(states: Sequence[State]) -> int:
    """202 while an outcome is unknown; 503 when the link was down before anything was settled; else 200."""
    if "pending" in states:
        return 202
    return 503 if states[:1] == ["maintenance"] else 200


def undo_order(states: Sequence[State]) -> tuple[int, ...]:
    """BA16, RE16: places of the settled baskets, last settled first."""
    return tuple(place for place in reversed(range(len(states))) if states[place] == "settled")


def trial_stale(trial_at: datetime, now: datetime, *, newest: bool) -> Reason | None:
    """Only the newest trial may be settled, within ten minutes."""
    if newest and now - trial_at <= TRIAL_LASTS:
        return None
    return Reason(Code.PRESETTLE_STALE)
