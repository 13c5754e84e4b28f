"""Trial and settlement of a stay: rights asked anew just before, one settlement for the whole of it."""

from dataclasses import replace
from typing import Any

from yidi_gateway.amounts import amounts_of, funds_of
from yidi_gateway.lifecycle import State
from yidi_gateway.problem import Problem
from yidi_gateway.shapes import StaySettleIn
from yidi_gateway.stays import judging
from yidi_gateway.stays.document import Document
from yidi_gateway.stays.standing import REVOKE, Stands
from yidi_gateway.stays.ward import CONFLICT, Ward
from yidi_gateway.submission import Submission
from yidi_gateway.visits.calls import Call
from yidi_gateway.visits.document import Estimate, Failure, Warned
from yidi_gateway.visits.hospital import unanswered
from yidi_gateway.visits.opening import busy
from yidi_sdk.errors import Misused, Refused, YidiError
from yidi_sdk.flows import ask, stay_settlement, stay_trial, sums_of
from yidi_sdk.flows.patient import Rights
from yidi_sdk.institution import Operator
from yidi_sdk.rules import eligibility
from yidi_sdk.rules.money import check, check_line_parts
from yidi_sdk.rules.reasons import Code
from yidi_sdk.rules.settlement import trial_stale
from yidi_sdk.rules.stays import StayDecision, settle_stay


class Settling:
    """Tries and settles stays."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward
        self._hospital = ward.hospital

    async def presettle(self, call: Call, document: Document, now: Stands, body: StaySettleIn) -> Document:
        """2303, with M1, M2 and M4. Raises Problem 409 for what the platform refuses or does not add up."""
        self._ward.may_begin(document, now)
        _demand_unsettled(now)
        _demand_discharged(document, now)
        operator = self._ward.operator(document, body.operator)
        if body.credential is not None:
            document = await self._ward.met_again(document, operator, body.credential, call.language)
        else:
            document = await self._ward.same_person(document, operator)
        document = await self._said(document, body)
        return _demand_estimate(await self.try_out(document, operator))

    async def settle(self, call: Call, document: Document, now: Stands, body: StaySettleIn, until: float) -> Submission:
        """2304, under this call's key. Raises Problem when nothing was begun, Held."""
        key = f"{call.key}:settle"
        operator = self._ward.operator(document, body.operator)
        if now.own(call.caller, key) is None:
            self._ward.may_begin(document, now)
            _demand_unsettled(now)
            _demand_discharged(document, now)
            document = await self._asked_again(call, document, body, operator)
            document = await self._said(document, body)
            estimate = document.estimate
            if estimate is None or trial_stale(estimate.at, self._hospital.now(), newest=_newest(document, now)):
                document = await self.try_out(document, operator)
            document = _demand_estimate(document)
        if document.estimate is None or document.leaving is None:
            raise Problem(Code.PRESETTLE_STALE)
        message = stay_settlement(document.plan, document.mdtrt_id or "", document.leaving, document.estimate.amounts)
        return await self._ward.step(
            call,
            document,
            message,
            key=key,
            busy_on=f"{document.id}/settle/{now.times(REVOKE)}",
            operator=operator,
            until=until,
            expected_total=document.total,
        )

    async def _asked_again(self, call: Call, document: Document, body: StaySettleIn, operator: Operator) -> Document:
        """ST3: person and enrolment, benefit and filing, form 11, as they are now; else 409, nothing moved."""
        hospital = self._hospital
        if document.local:
            decision = settle_stay(judging.stay_of(document, hospital.now()))
        else:
            document = await self._ward.met_again(document, operator, body.credential, call.language)
            question = judging.question_at_settlement(document, hospital.now())
            rights = await self._rights(document, operator)
            told = eligibility.verdict(question, hospital.world(document.insurance, rights), hospital.settings).reasons
            decision = settle_stay(judging.stay_of(document, hospital.now()), told)
        if decision.outcome == "refused":
            raise Problem(str(decision.reasons[0].code), http=CONFLICT, reasons=decision.reasons)
        return await self._warned(document, decision)

    async def _rights(self, document: Document, operator: Operator) -> Rights:
        plan = document.plan
        return await self._hospital.rights(
            plan.psn_no,
            plan.insutype,
            document.insurance.division,
            med_type=plan.med_type,
            on=plan.admitted_at.date(),
            chronic=False,
            operator=operator,
            visit_id=document.id,
        )

    async def _warned(self, document: Document, decision: StayDecision) -> Document:
        """The notices of the settlement; what was open at the admission and is cured is told no more."""
        told = tuple(Warned(code=str(reason.code), line_no=reason.line_no) for reason in decision.reasons)
        lines = tuple(warned for warned in document.warnings if warned.line_no is not None)
        return await self._ward.put(document, warnings=tuple(dict.fromkeys((*lines, *told))))

    async def _said(self, document: Document, body: StaySettleIn) -> Document:
        plan = document.plan
        if body.use_account is not None:
            plan = replace(plan, use_account=body.use_account)
        if body.invoice_no is not None:
            plan = replace(plan, invoice_no=body.invoice_no)
        if plan == document.plan:
            return document
        return await self._ward.put(document, plan=plan, estimate=None)

    async def try_out(self, document: Document, operator: Operator) -> Document:
        """2303. What does not add up, and what the platform refuses, is kept as the stay's failure."""
        if document.leaving is None:
            raise Problem(Code.NOT_DISCHARGED)
        broken = [check_line_parts(part.number, part.amount, part.parts) for part in document.parts if part.parts]
        try:
            sums = sums_of([fee.line for fee in document.sent], document.parts)
        except Misused:
            return await self._fail(document, {"code": Code.AMOUNTS_M4})
        if any(broken):
            return await self._fail(document, {"code": Code.AMOUNTS_M4})
        at = self._hospital.now()
        flow = ask(stay_trial(document.plan, document.mdtrt_id or "", document.leaving, sums))
        try:
            trial = await self._ward.drive(document, flow, operator)
        except Refused as refused:
            return await self._fail(document, {"code": refused.code, "key": refused.key, "raw": refused.err_msg})
        except YidiError as error:
            raise unanswered(error) from None
        try:
            amounts, funds = amounts_of(trial), funds_of(trial)
        except (ValueError, TypeError):
            return await self._fail(document, {"code": Code.AMOUNTS_M2})
        held = check("trial", amounts, funds, sums.total, self._hospital.engine.profile.acct_in_fund)
        if held.outcome != "holds":
            return await self._fail(document, {"code": held.reasons[0].code})
        return await self._ward.put(document, estimate=Estimate(amounts=amounts, funds=funds, at=at), failure=None)

    async def _fail(self, document: Document, reason: dict[str, Any]) -> Document:
        failure = Failure(
            code=str(reason["code"]), key=reason.get("key"), raw=reason.get("raw"), at=self._hospital.now()
        )
        return await self._ward.put(document, failure=failure, estimate=None)


def _newest(document: Document, now: Stands) -> bool:
    """Whether no settlement of the stay came after its trial."""
    row, estimate = now.settlement, document.estimate
    return row is None or estimate is None or (row.state_since or row.created_at) < estimate.at


def _demand_unsettled(now: Stands) -> None:
    settled = now.settled
    if settled is None:
        return
    if settled.state is State.MANUAL:
        raise Problem("IN_DOUBT", extra={"submission_id": settled.id}, incident=settled.incident)
    raise busy(settled)


def _demand_discharged(document: Document, now: Stands) -> None:
    if not now.discharged or document.leaving is None:
        raise Problem(Code.NOT_DISCHARGED, detail=document.id)


def _demand_estimate(document: Document) -> Document:
    failure = document.failure
    if failure is not None or document.estimate is None:
        code = failure.code if failure else Code.PRESETTLE_STALE
        key, raw = (failure.key, failure.raw) if failure else (None, None)
        raise Problem(code, http=CONFLICT, key=key, raw=raw, extra={"stay_id": document.id})
    return document
