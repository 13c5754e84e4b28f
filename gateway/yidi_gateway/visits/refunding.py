"""Refunds: one settlement taken back, whole or in part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yidi_gateway.clock import BEIJING
from yidi_gateway.engine import Order
from yidi_gateway.journal.port import Search
from yidi_gateway.lifecycle import OPEN, TOLD, State
from yidi_gateway.problem import Problem, of_reasons, reason_json
from yidi_gateway.reconciling.clearing_state import clearing_of
from yidi_gateway.shapes import RefundIn, SettleIn
from yidi_gateway.submission import Submission
from yidi_gateway.visits import telling
from yidi_gateway.visits.calls import Answer, Call
from yidi_gateway.visits.document import Document, KeptBasket
from yidi_gateway.visits.hospital import Hospital
from yidi_gateway.visits.opening import Opening, busy
from yidi_gateway.visits.planning import rest_basket
from yidi_gateway.visits.settling import Settling
from yidi_gateway.visits.standing import SETTLE, OutputOf, Standing, amounts_of_row
from yidi_gateway.visits.telling import amounts_json
from yidi_sdk.errors import YidiError
from yidi_sdk.flows import ask
from yidi_sdk.institution import Operator
from yidi_sdk.rules import refunds
from yidi_sdk.rules.money import Amounts, Fund
from yidi_sdk.rules.reasons import Code, Language, Reason
from yidi_sdk.rules.refunds import Category, Clearing, RefundDecision, Settled
from yidi_sdk.transactions import (
    QuerySettlement,
    RevokeOutpatientSettlement,
)

DONE, ACCEPTED = 200, 202
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Original:
    """The settlement to be taken back, as journal and platform know it."""

    row: Submission
    amounts: Amounts
    funds: tuple[Fund, ...]
    settled_at: datetime
    clearing: Clearing
    refunded: bool
    document: Document | None = None


class Refunding:
    """Refunds settlements; each refund is a submission of its own."""

    def __init__(self, hospital: Hospital, opening: Opening, settling: Settling) -> None:
        self._hospital = hospital
        self._engine = hospital.engine
        self._opening = opening
        self._settling = settling

    async def refund(self, call: Call, settlement_id: str, body: RefundIn) -> Answer:
        """The work of a refund: 200, or 202 while it is pending. With `keep_lines` the rest is settled anew (RE8)."""
        until = self._engine.clock.monotonic() + call.patience_s
        row = await self._settlement(settlement_id, call.caller)
        original = await self._original(row, call, body)
        made = await self._hospital.refund_of(row)
        mine = made is not None and made.key == f"{call.key}:refund" and made.caller == call.caller
        decision = await self._decided(original, body, None if mine else made)
        done = await self._opening.done(
            revocation(row, call.caller, f"{call.key}:refund", self._hospital.operator_of(body.operator)), until
        )
        told = self._told(call, original, decision, done)
        if told["state"] != "settled" or body.keep_lines is None:
            return Answer(ACCEPTED if told["state"] == "pending" else DONE, told)
        return await self._settle_rest(call, original, body, told, until)

    async def _settlement(self, settlement_id: str, caller: str) -> Submission:
        page = await self._engine.journal.search(Search(setl_id=settlement_id))
        own = [row for row in page.items if row.caller == caller]
        if not own:
            raise Problem("NOT_FOUND", detail=settlement_id)
        settled = next((row for row in own if row.infno == SETTLE), None)
        if settled is None:
            raise Problem("REFUND_NOT_SETTLED", detail=settlement_id)
        return settled

    async def _original(self, row: Submission, call: Call, body: RefundIn) -> Original:
        """The platform's own record first: day, year and refund mark are its to say."""
        known = amounts_of_row(row, self._engine.output_of)
        if known is None or row.setl_id is None:
            raise Problem("REFUND_NOT_SETTLED")
        document = await self._hospital.load(row.visit_id, call.caller) if row.visit_id else None
        settled_at = (row.state_since or row.created_at).astimezone(BEIJING)
        clearing = await clearing_of(self._engine.journal, row.setl_id, self._hospital.now())
        refunded = False
        query = QuerySettlement(psn_no=row.psn_no, setl_id=row.setl_id, mdtrt_id=row.mdtrt_id)
        try:
            found: Any = await self._hospital.drive(
                ask(query), self._hospital.operator_of(body.operator), row.insured_division, row.visit_id
            )
        except YidiError:
            pass  # the journal knows enough; the platform decides when the refund is sent
        else:
            settled_at = _time(found.setlinfo.setl_time) or settled_at
            refunded = found.setlinfo.refd_setl_flag == "1"
        return Original(row, *known, settled_at, clearing, refunded, document)

    async def _decided(self, original: Original, body: RefundIn, made: Submission | None) -> RefundDecision:
        """RE2 to RE15 by the rules. Raises Problem 409."""
        state = TOLD[original.row.state]
        if made is not None:
            if made.state in OPEN or made.state is State.MANUAL:
                raise busy(made)
            state = "refunded"
        elif original.refunded and not await self._is_mine(original):
            state = "refunded"
        settled = Settled(
            category=_category(original),
            state=state,
            settled_at=original.settled_at,
            amounts=original.amounts,
            latest=await self._is_latest(original.row),
            clearing=original.clearing,
        )
        now = self._hospital.now()
        partial = body.keep_lines is not None
        decision = refunds.refund(settled, now, partial=partial, settings=self._hospital.settings)
        if decision.outcome == "refused":
            raise of_reasons(decision.reasons)
        if partial:
            self._kept_lines(original, body)
        return decision

    async def _is_mine(self, original: Original) -> bool:
        """The platform shows the refund that this very call is carrying on."""
        return await self._hospital.refund_of(original.row) is not None

    def _kept_lines(self, original: Original, body: RefundIn) -> tuple[str, ...]:
        """The lines that are settled anew: known ones, and not all of them."""
        keep = body.keep_lines or ()
        basket = _basket(original)
        if basket is None:
            raise Problem("NOT_BUILT", detail="keep_lines")
        wrong = [line_no for line_no in keep if line_no not in basket.line_nos]
        if wrong or not keep or set(keep) == set(basket.line_nos):
            named = wrong or list(keep)
            raise Problem("BAD_REQUEST", fields=[("keep_lines", line_no) for line_no in named] or [("keep_lines", "")])
        return keep

    async def _is_latest(self, row: Submission) -> bool:
        """Whether no later settlement of the person stands (RE4)."""
        cursor: str | None = None
        while True:
            search = Search(infno=SETTLE, states=frozenset({State.CONFIRMED}), since=row.created_at, cursor=cursor)
            page = await self._engine.journal.search(search)
            for other in page.items:
                if other.id == row.id:
                    return True
                if other.psn_no == row.psn_no and await self._hospital.refund_of(other) is None:
                    return False
            cursor = page.next
            if cursor is None:
                return True

    def _told(self, call: Call, original: Original, decision: RefundDecision, done: Submission) -> dict[str, Any]:
        return refund_json(
            original.row.setl_id,
            (original.amounts, original.funds),
            decision,
            done,
            output_of=self._engine.output_of,
            year=self._hospital.now().year,
            language=call.language,
            quiet_s=self._engine.timing.quiet_s,
        )

    async def _settle_rest(
        self, call: Call, original: Original, body: RefundIn, told: dict[str, Any], until: float
    ) -> Answer:
        """RE8: the refund is final, so the rest becomes a basket of the same visit and is settled."""
        basket = _basket(original)
        document = original.document
        if document is None or basket is None:
            return Answer(DONE, told)
        rest = next((kept for kept in document.baskets if kept.rest_of == basket.id), None)
        if rest is None:
            made = rest_basket(document, basket, tuple(body.keep_lines or ()))
            document = await self._hospital.keep(
                document, lambda kept: kept.model_copy(update={"baskets": (*kept.baskets, made)})
            )
            rest = made
        left = self._hospital.left(until)
        again = Call(call.caller, f"{call.key}:rest", left, call.language, call.body_hash, call.incident)
        answer = await self._settling.settle(again, document.id, SettleIn(baskets=(rest.id,), operator=body.operator))
        shown = next(entry for entry in answer.body["baskets"] if entry["basket_id"] == rest.id)
        return Answer(answer.status, {**told, "rest": shown})


def revocation(row: Submission, caller: str, key: str, operator: Operator) -> Order:
    """2208 of a settlement, as a submission of its own."""
    return Order(
        caller=caller,
        key=key,
        message=RevokeOutpatientSettlement(setl_id=row.setl_id or "", mdtrt_id=row.mdtrt_id, psn_no=row.psn_no),
        operator=operator,
        insured_division=row.insured_division,
        visit_id=row.visit_id,
        basket_id=row.basket_id,
        busy_on=f"{row.setl_id}/refund",
        psn_no=row.psn_no,
        mdtrt_id=row.mdtrt_id,
        refund_of=row.id,
    )


def refund_json(
    refund_of: str | None,
    original: tuple[Amounts, tuple[Fund, ...]],
    decision: RefundDecision,
    done: Submission,
    *,
    output_of: OutputOf,
    year: int,
    language: Language,
    quiet_s: float,
) -> dict[str, Any]:
    """What became of a refund of the settlement `refund_of`. `original`: what was settled; `year`: that of today."""
    state = TOLD[done.state]
    reasons: list[Reason] = list(decision.reasons)
    returned = amounts_of_row(done, output_of)
    if done.state is State.MANUAL and done.reason is not None:
        reasons = [Reason(Code(done.reason["code"])), *reasons]
    settled, settled_funds = original
    amounts, funds = returned or (decision.amounts or settled.mirrored(), _mirrored(settled_funds))
    shown = Standing(state, done, incident=done.incident, money="unknown" if state == "pending" else "moved")
    message = _message(shown, done, reasons if state == "manual" else [])
    return {
        "state": state,
        "settlement_id": done.setl_id,
        "refund_of": refund_of,
        "submission_id": done.id,
        "year": decision.year,
        "refund_year": year,
        "clearing_month": decision.clearing_month,
        "amounts": amounts_json(amounts, funds),
        "notices": [reason_json(reason, language) for reason in reasons],
        "message": telling.message_json(message, language, quiet_s),
        "retry_after_s": telling.RETRY_S if state == "pending" else None,
    }


def _mirrored(funds: tuple[Fund, ...]) -> tuple[Fund, ...]:
    return tuple(Fund(row.type, row.name, row.amount * 0 - row.amount) for row in funds)


def _message(shown: Standing, done: Submission, broken: Sequence[Reason]) -> Standing:
    reason = done.reason or {}
    if shown.state == "pending":
        return Standing("pending", done, code="OUTCOME_UNKNOWN", money="unknown", incident=done.incident)
    if shown.state == "settled":
        return Standing("settled")
    code = str(broken[0].code) if broken else reason.get("code") or "PLATFORM_REFUSED"
    money = "moved" if shown.state == "manual" else "not_moved"
    return Standing(shown.state, done, None, code, reason.get("key"), reason.get("raw"), money, incident=done.incident)


def _basket(original: Original) -> KeptBasket | None:
    if original.document is None or original.row.basket_id is None:
        return None
    return original.document.basket(original.row.basket_id)


def _category(original: Original) -> Category:
    basket = _basket(original)
    return "普通门诊" if basket is None else basket.category


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=BEIJING) if text else None
    except ValueError:
        return None
