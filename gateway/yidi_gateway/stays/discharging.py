"""Discharge: the upload is finished, outside lines of other days are taken out, then 2402."""

from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.problem import Problem
from yidi_gateway.shapes import DischargeIn
from yidi_gateway.stays import judging, planning
from yidi_gateway.stays.document import Document
from yidi_gateway.stays.standing import REOPEN, Stands
from yidi_gateway.stays.uploading import Uploading
from yidi_gateway.stays.ward import Pending, Ward, refused, sendable
from yidi_gateway.visits.calls import Call
from yidi_gateway.visits.document import Warned
from yidi_sdk.flows import discharge
from yidi_sdk.institution import Operator
from yidi_sdk.rules.reasons import Code
from yidi_sdk.rules.stays import settle_stay


class Discharging:
    """Discharges from stays."""

    def __init__(self, ward: Ward, uploading: Uploading) -> None:
        self._ward = ward
        self._uploading = uploading

    async def discharge(self, call: Call, document: Document, now: Stands, body: DischargeIn, until: float) -> Document:
        """The stay, discharged. Raises Pending, Held, or Problem."""
        key = f"{call.key}:discharge"
        operator = self._ward.operator(document, body.operator)
        leaving = planning.leaving(body, document.plan)
        if now.own(call.caller, key) is None:
            self._ward.may_begin(document, now)
            if now.discharged or now.settled is not None:
                raise Problem(Code.UNDO_ORDER, detail=document.id)
            if leaving.at < document.plan.admitted_at:
                raise Problem("BAD_REQUEST", fields=[("discharged_at", "早于入院时间")])
            plan, mdtrt_id = document.plan, document.mdtrt_id or ""
            sendable(lambda: discharge(plan, mdtrt_id, leaving))
            document = await self._uploading.finish(document, operator, until)
            document = await self._ward.same_person(document, operator)
            document = await self._ward.put(document, leaving=leaving, estimate=None, failure=None)
            document = await self._within(document, operator)
        row = await self._ward.step(
            call,
            document,
            discharge(document.plan, document.mdtrt_id or "", leaving),
            key=key,
            busy_on=f"{document.id}/discharge/{now.times(REOPEN)}",
            operator=operator,
            until=until,
        )
        if row.state in OPEN:
            raise Pending
        if row.state is not State.CONFIRMED:
            raise refused(document, row)
        return document

    async def _within(self, document: Document, operator: Operator) -> Document:
        """ST6, ST7: outside lines without form 12, or not of a day of the stay, stay out; what is there is revoked."""
        decision = settle_stay(judging.stay_of(document, self._ward.hospital.now()))
        out = [fee for fee in document.fees if fee.line_no in decision.refused_lines]
        numbers = [fee.line.number for fee in out]
        back = [
            fee.line.number for fee in document.fees if fee.line.origin in numbers and fee.line.number not in numbers
        ]
        there = [
            fee.line.number for fee in document.fees if fee.line.number in (*numbers, *back) and fee.step != "held"
        ]
        if there:
            document = await self._uploading.take_out(document, there, operator)
        told = tuple(
            Warned(code=str(reason.code), line_no=reason.line_no) for reason in decision.reasons if reason.line_no
        )
        return await self._ward.keep(
            document,
            lambda kept: kept.model_copy(update={"warnings": tuple(dict.fromkeys((*kept.warnings, *told)))}),
        )
