"""Admission: check, identify, choose the insurance, ask for rights, then 2401; carried on under the same key."""

from dataclasses import replace

from yidi_gateway.engine import Order
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.problem import Problem, of_reasons
from yidi_gateway.shapes import StayIn
from yidi_gateway.stays import judging, planning
from yidi_gateway.stays.document import Document, read, write
from yidi_gateway.stays.ward import Pending, Ward, refused, sendable
from yidi_gateway.submission import Submission, Visit
from yidi_gateway.visits import checks
from yidi_gateway.visits.calls import Call
from yidi_gateway.visits.document import Failure
from yidi_gateway.visits.patients import MED_TYPES
from yidi_sdk.flows import admission
from yidi_sdk.flows.patient import Rights
from yidi_sdk.institution import Operator
from yidi_sdk.rules import eligibility
from yidi_sdk.rules.commitment import CommitmentCheck
from yidi_sdk.rules.eligibility import registration_objections
from yidi_sdk.rules.identity import Credential, Identified, Person
from yidi_sdk.rules.reasons import Reason, without_notices

_MOST_TURNS = 100


class Admitting:
    """Opens stays."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward
        self._hospital = ward.hospital
        self._engine = ward.hospital.engine

    async def admit(self, call: Call, body: StayIn, stay_id: str, until: float) -> Document:
        """The stay, admitted. Raises Pending, Held, or Problem 409 when the platform refuses."""
        stored = await self._engine.journal.get_visit(stay_id)
        document = read(stored.document, stored.version) if stored else await self._planned(call, body, stay_id)
        if document.mdtrt_id is not None:
            return document
        row = await self._admitted(call, document, until)
        if row.state in OPEN:
            raise Pending
        if row.state is State.CONFIRMED:
            return await self._ward.put(document, mdtrt_id=row.mdtrt_id, failure=None)
        reason = row.reason or {}
        failure = Failure(
            code=reason.get("code") or "DID_NOT_HAPPEN",
            key=reason.get("key"),
            raw=reason.get("raw"),
            at=self._hospital.now(),
        )
        await self._ward.put(document, failure=failure)
        raise refused(document, row)

    async def _admitted(self, call: Call, document: Document, until: float) -> Submission:
        """2401 brought to rest. The hospital's number of the stay is busy until that stay is cancelled."""
        order = Order(
            caller=call.caller,
            key=f"{document.key}:admit",
            message=admission(document.plan),
            operator=self._ward.operator(document, None),
            insured_division=document.insurance.division,
            visit_id=document.id,
            psn_no=document.plan.psn_no,
        )
        place = f"stay/{document.stay_no}/admit"
        for _ in range(_MOST_TURNS):
            try:
                return await self._ward.opening.done(replace(order, busy_on=place), until)
            except Problem as problem:
                other = problem.extra.get("submission_id")
                if problem.code != "BASKET_BUSY" or other is None or not await self._is_cancelled(other):
                    raise
                place = f"{place}/{other}"[-200:]
        raise Problem("BASKET_BUSY")

    async def _is_cancelled(self, submission_id: str) -> bool:
        row = await self._engine.journal.get(submission_id)
        visit = None if row is None or row.visit_id is None else await self._engine.journal.get_visit(row.visit_id)
        return visit is not None and visit.state == "cancelled"

    async def _planned(self, call: Call, body: StayIn, stay_id: str) -> Document:
        """The document of a new stay, stored. Raises Problem with every objection."""
        hospital, profile = self._hospital, self._engine.profile
        now = hospital.now()
        credential, form = judging.check_admission(body, now, hospital.settings, profile.flag_codes, call.language)
        operator = hospital.operator_of(body.operator)
        person, met = await self._met(body, credential, operator)
        flags = judging.flags_of(
            body,
            form,
            hospital.settings,
            profile.flag_codes,
            compared=met.name_compared,
            local=met.cross_province is False,
        )
        if flags.wire is None:
            raise of_reasons(flags.reasons)
        notices = await self._judged(body, form, person, met, operator)
        document = planning.document(
            stay_id,
            body,
            credential,
            person,
            met,
            flags.wire,
            notices,
            caller=call.caller,
            key=call.key or "",
            operator=operator,
            profile=profile,
            now=now,
        )
        sendable(lambda: admission(document.plan))
        await self._engine.journal.put_visit(Visit(stay_id, call.caller, now, write(document)))
        return (await self._ward.load(stay_id, call.caller))[0]

    async def _met(self, body: StayIn, credential: Credential, operator: Operator) -> tuple[Person, Identified]:
        """1101: the person, compared, and the insurance chosen. Raises Problem."""
        hospital = self._hospital
        known = await hospital.who_is(credential, operator)
        if known.person is None or known.reason is not None:
            raise of_reasons((known.reason,) if known.reason else ())
        choice = checks.choice_of(body.insurance_kind, body.insurance_division)
        his = checks.his_record(body.patient, credential)
        met = await hospital.identified(known.person, his, hospital.today(), operator, choice)
        if without_notices(met.reasons) or met.insurance is None:
            raise of_reasons(registration_objections(met.reasons) or met.reasons)
        return known.person, met

    async def _judged(
        self, body: StayIn, form: CommitmentCheck, person: Person, met: Identified, operator: Operator
    ) -> tuple[Reason, ...]:
        """An admission is refused for what no later step can cure; filing acts at the settlement (FI24)."""
        hospital, insurance = self._hospital, met.insurance
        if insurance is None:
            return ()
        rights = Rights(None, (), ())
        if met.cross_province is not False:
            rights = await hospital.rights(
                person.psn_no,
                insurance.insutype,
                insurance.division,
                med_type=MED_TYPES["inpatient"],
                on=body.admitted_at.astimezone(hospital.now().tzinfo).date(),
                chronic=False,
                operator=operator,
            )
        question = judging.question_at_admission(body, form, met, hospital.now())
        told = eligibility.verdict(question, hospital.world(insurance, rights, met.reasons), hospital.settings).reasons
        against = registration_objections(told)
        if against:
            raise of_reasons(against)
        return tuple(reason for reason in told if reason.effect in ("A", "I"))
