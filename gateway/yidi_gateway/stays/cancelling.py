"""Undoing a stay in the legal order, as far as asked: settlement, discharge, fee lines, admission (RE10)."""

from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.problem import Problem, of_reasons
from yidi_gateway.shapes import StayCancelIn
from yidi_gateway.stays.document import Document
from yidi_gateway.stays.refunding import Refunding
from yidi_gateway.stays.standing import ADMIT, CHANGE, DISCHARGE, REOPEN, UNADMIT, Stands, newest
from yidi_gateway.stays.uploading import Uploading
from yidi_gateway.stays.ward import Pending, Ward, refused
from yidi_gateway.submission import Submission
from yidi_gateway.visits.calls import Call
from yidi_sdk.institution import Operator
from yidi_sdk.transactions import CancelAdmission, CancelDischarge

STEPS = ("settlement", "discharge", "fees", "admission")


class Cancelling:
    """Cancels stays. Every step that commits is a submission of its own."""

    def __init__(self, ward: Ward, uploading: Uploading, refunding: Refunding) -> None:
        self._ward = ward
        self._engine = ward.hospital.engine
        self._uploading = uploading
        self._refunding = refunding

    async def cancel(self, call: Call, document: Document, now: Stands, body: StayCancelIn, until: float) -> Document:
        """The stay, undone from above. Raises Pending while a step is, Held, or Problem where one is refused."""
        if document.state == "cancelled":
            return document
        operator = self._ward.operator(document, body.operator)
        wanted = STEPS[: STEPS.index(body.until) + 1]
        await self._at_rest(now, until)
        document, now = await self._ward.load(document.id, document.caller)
        if document.mdtrt_id is not None:
            document = await self._ward.same_person(document, operator)
        await self._unsettled(call, document, now, operator, until)
        if "discharge" in wanted and now.discharged:
            await self._reopened(call, document, now, operator, until)
            document = await self._ward.put(document, leaving=None, estimate=None, failure=None)
        if "fees" in wanted and document.mdtrt_id is not None and document.fees:
            document = await self._uploading.empty(document, operator)
        if "admission" in wanted:
            document = await self._unadmitted(call, document, now, operator, until)
        return document

    async def _at_rest(self, now: Stands, until: float) -> None:
        """What has no outcome yet is no longer wanted; it is known first what became of it."""
        for row in now.rows:
            if row.state not in OPEN:
                continue
            if not row.given_up and row.infno not in (CHANGE, DISCHARGE, REOPEN, UNADMIT):
                await self._engine.give_up(row.id)
            if (await self._engine.run(row.id, self._ward.hospital.left(until))).state in OPEN:
                raise Pending

    async def _unsettled(self, call: Call, document: Document, now: Stands, operator: Operator, until: float) -> None:
        row = now.settled
        if row is None:
            return
        if row.state is State.MANUAL:
            raise Problem("IN_DOUBT", extra={"submission_id": row.id}, incident=row.incident, begun=True)
        if now.refund is None and await self._refunding.may_reverse(row):
            row = await self._engine.cancel(row.id, self._ward.hospital.left(until))
            if row.state in OPEN:
                raise Pending
            if row.state is State.REVERSED:
                return
            raise refused(document, row)
        decision = await self._refunding.decided(row, operator)
        if decision.outcome == "refused":
            raise of_reasons(decision.reasons)
        made = await self._refunding.revoked(call, document, row, operator, until)
        self._finished(document, made)

    def _finished(self, document: Document, row: Submission) -> None:
        if row.state in OPEN:
            raise Pending
        if row.state is not State.CONFIRMED:
            raise refused(document, row)

    async def _reopened(self, call: Call, document: Document, now: Stands, operator: Operator, until: float) -> None:
        """2405."""
        await self._ward.done(
            call,
            document,
            CancelDischarge(mdtrt_id=document.mdtrt_id or "", psn_no=document.plan.psn_no),
            key=f"{call.key}:reopen",
            busy_on=f"{document.id}/reopen/{now.times(DISCHARGE)}",
            operator=operator,
            until=until,
        )

    async def _unadmitted(
        self, call: Call, document: Document, now: Stands, operator: Operator, until: float
    ) -> Document:
        """2404. An admission that never came about leaves nothing to undo."""
        admitted = newest(row for row in now.rows if row.infno == ADMIT)
        if (
            document.mdtrt_id is not None
            and admitted is not None
            and admitted.state is State.CONFIRMED
            and now.admitted
        ):
            await self._ward.done(
                call,
                document,
                CancelAdmission(mdtrt_id=document.mdtrt_id, psn_no=document.plan.psn_no),
                key=f"{call.key}:unadmit",
                busy_on=f"{document.id}/unadmit",
                operator=operator,
                until=until,
            )
        return await self._ward.put(document, state="cancelled")
