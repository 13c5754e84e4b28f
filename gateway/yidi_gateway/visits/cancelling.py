"""Undoing a whole visit in the legal order: settlements, fee lines, registrations."""

from collections.abc import Sequence
from typing import Any

from yidi_gateway.engine import Order
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.problem import Problem
from yidi_gateway.shapes import CancelIn
from yidi_gateway.submission import Submission
from yidi_gateway.visits import telling
from yidi_gateway.visits.calls import Answer, Call
from yidi_gateway.visits.document import Document, KeptBasket
from yidi_gateway.visits.hospital import Hospital, unanswered
from yidi_gateway.visits.opening import Opening, operator_of
from yidi_gateway.visits.refunding import revocation
from yidi_gateway.visits.settling import Settling
from yidi_gateway.visits.standing import REGISTER, SETTLE, amounts_of_row
from yidi_sdk.errors import YidiError
from yidi_sdk.flows import ask
from yidi_sdk.institution import Operator
from yidi_sdk.rules import refunds
from yidi_sdk.rules.reasons import Code
from yidi_sdk.rules.refunds import Settled
from yidi_sdk.transactions import CancelOutpatientRegistration, RevokeOutpatientFees

ACCEPTED = 202


class Cancelling:
    """Cancels visits. Every step that moves money is a submission of its own."""

    def __init__(self, hospital: Hospital, opening: Opening, settling: Settling) -> None:
        self._hospital = hospital
        self._engine = hospital.engine
        self._opening = opening
        self._settling = settling

    async def cancel(self, call: Call, visit_id: str, body: CancelIn) -> Answer:
        """RE16: settlements last first, then the fee lines, then the registrations. 202 while a step is pending."""
        until = self._engine.clock.monotonic() + call.patience_s
        document = await self._hospital.load(visit_id, call.caller)
        rows = await self._hospital.submissions(visit_id)
        operator = self._hospital.operator_of(body.operator) if body.operator else operator_of(document)
        live = [row for row in rows if row.infno == SETTLE and row.state in (*OPEN, State.CONFIRMED, State.MANUAL)]
        for row in live:  # newest first
            if row.state is State.MANUAL:
                raise Problem("IN_DOUBT", extra={"submission_id": row.id}, incident=row.incident)
            if not await self._undone(call, row, operator, until):
                return await self._settling.told(call, document)
        for basket in reversed(document.baskets):
            if not await self._unregistered(call, document, basket, rows, operator, until):
                told = await self._settling.told(call, document)
                return Answer(ACCEPTED, {**told.body, "state": "pending", "retry_after_s": telling.RETRY_S})
        document = await self._hospital.keep(document, lambda kept: kept.model_copy(update={"state": "cancelled"}))
        return await self._settling.told(call, document)

    async def _undone(self, call: Call, row: Submission, operator: Operator, until: float) -> bool:
        """One settlement of the visit undone: True when nothing of it stands any more."""
        left = self._hospital.left(until)
        if row.state in OPEN:
            if not row.given_up:
                await self._engine.give_up(row.id)
            row = await self._engine.run(row.id, left)
            if row.state is State.MANUAL:
                raise Problem("IN_DOUBT", extra={"submission_id": row.id}, incident=row.incident, begun=True)
            if row.state is not State.CONFIRMED:
                return row.state not in OPEN
        made = await self._hospital.refund_of(row)
        if made is not None and made.state is State.CONFIRMED:
            return True
        if made is None and self._may_reverse(row):
            return (await self._engine.cancel(row.id, left)).state is State.REVERSED
        return await self._revoked(call, row, made, operator, until)

    def _may_reverse(self, row: Submission) -> bool:
        """RE1: same day, not booked by the HIS. Whether it is cleared the platform says; then 2208 follows."""
        known = amounts_of_row(row, self._engine.output_of)
        if known is None:
            return False
        settled = Settled(
            category="普通门诊",
            state="settled",
            settled_at=row.state_since or row.created_at,
            amounts=known[0],
            paid=row.acknowledged_at is not None,
        )
        return refunds.refund(settled, self._hospital.now(), "reversal").outcome == "accepted"

    async def _revoked(
        self, call: Call, row: Submission, made: Submission | None, operator: Operator, until: float
    ) -> bool:
        if made is not None:
            left = self._hospital.left(until)
            return (await self._engine.run(made.id, left)).state is State.CONFIRMED
        order = revocation(row, call.caller, f"{call.key}:{row.id}:refund", operator)
        done = await self._opening.done(order, until)
        if done.state in OPEN or done.state is State.CONFIRMED:
            return done.state is State.CONFIRMED
        raise refused(done)

    async def _unregistered(
        self,
        call: Call,
        document: Document,
        basket: KeptBasket,
        rows: Sequence[Submission],
        operator: Operator,
        until: float,
    ) -> bool:
        """2205 of the batch, then 2202 of the registration. True when nothing of the basket stands any more."""
        registered = next((row for row in rows if row.basket_id == basket.id and row.infno == REGISTER), None)
        if registered is not None and registered.state in OPEN:
            left = self._hospital.left(until)
            registered = await self._engine.run(registered.id, left)
            if registered.state in OPEN:
                return False
        mdtrt_id = basket.mdtrt_id
        if mdtrt_id is None and registered is not None and registered.state is State.CONFIRMED:
            output: Any = self._engine.output_of(registered)
            mdtrt_id = output.data.mdtrt_id
        if mdtrt_id is None:
            return True
        await self._fees_revoked(document, basket, mdtrt_id, operator)
        if registered is None:
            return True  # registered with another basket of the visit
        order = _unregistration(call, document, basket, mdtrt_id, operator)
        done = await self._opening.done(order, until)
        if done.state in OPEN or done.state is State.CONFIRMED:
            return done.state is State.CONFIRMED
        raise refused(done)

    async def _fees_revoked(self, document: Document, basket: KeptBasket, mdtrt_id: str, operator: Operator) -> None:
        """2205. Lines that are not there are what is wanted; asked once more after doubt."""
        if "fees" in basket.undone or basket.step in ("planned", "registered"):
            return
        message = RevokeOutpatientFees(
            mdtrt_id=mdtrt_id, chrg_bchno=basket.plan.chrg_bchno, psn_no=document.plan.psn_no
        )
        try:
            await self._hospital.drive(ask(message), operator, document.insurance.division, document.id)
        except YidiError as error:
            raise unanswered(error, begun=True) from None
        await self._hospital.keep(
            document,
            lambda kept: kept.changed(basket.id, lambda old: old.model_copy(update={"undone": (*old.undone, "fees")})),
        )


def refused(row: Submission) -> Problem:
    """The problem of a step that the platform refused, or that is in doubt."""
    reason = row.reason or {}
    code = reason.get("code") or "PLATFORM_REFUSED"
    if row.state is State.MANUAL:
        code = "IN_DOUBT"
    elif code == Code.OUTCOME_UNKNOWN:  # people decided since
        code = "DID_NOT_HAPPEN"
    return Problem(code, key=reason.get("key"), raw=reason.get("raw"), incident=row.incident)


def _unregistration(call: Call, document: Document, basket: KeptBasket, mdtrt_id: str, operator: Operator) -> Order:
    return Order(
        caller=call.caller,
        key=f"{document.key}:{basket.id}:unregister",
        message=CancelOutpatientRegistration(
            psn_no=document.plan.psn_no, mdtrt_id=mdtrt_id, ipt_otp_no=basket.plan.ipt_otp_no
        ),
        operator=operator,
        insured_division=document.insurance.division,
        visit_id=document.id,
        basket_id=basket.id,
        busy_on=f"{document.id}/{basket.id}/unregister",
        psn_no=document.plan.psn_no,
        mdtrt_id=mdtrt_id,
    )
