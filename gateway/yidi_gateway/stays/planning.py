"""From what a HIS sent and the platform told to the plan of a stay, its lines, its end. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from yidi_gateway.clock import BEIJING
from yidi_gateway.shapes import DepartmentIn, DiagnosisIn, DischargeIn, Form12In, StayChangeIn, StayIn, StayLineIn
from yidi_gateway.stays.document import Document, Form12, StayAnswers, StayFee
from yidi_gateway.visits.document import KeptOperator, Warned
from yidi_sdk.flows import DiagnosisPlan, DischargePlan, StayLine, StayPlan
from yidi_sdk.institution import Operator
from yidi_sdk.profile import Profile
from yidi_sdk.rules import forms
from yidi_sdk.rules.baskets import Line
from yidi_sdk.rules.flags import WireFlags, coded
from yidi_sdk.rules.forms import OutsideService
from yidi_sdk.rules.identity import CERT_TYPES, Credential, Identified, Person
from yidi_sdk.rules.reasons import Reason

_ID_CARD = "01"


def document(
    stay_id: str,
    body: StayIn,
    credential: Credential,
    person: Person,
    met: Identified,
    wire: WireFlags,
    notices: Sequence[Reason],
    *,
    caller: str,
    key: str,
    operator: Operator,
    profile: Profile,
    now: datetime,
) -> Document:
    """The document of a stay about to be admitted."""
    if met.insurance is None:
        raise ValueError("no insurance is chosen")
    plan = _plan(body, credential, person, met.insurance.insutype, wire, profile)
    if met.cross_province is not False:
        # out of area these must travel with the admission and the settlement
        who = person.cert_type or _ID_CARD
        plan = replace(plan, psn_cert_type=who, certno=person.id_number, psn_name=person.name)
    return Document(
        id=stay_id,
        caller=caller,
        key=key,
        stay_no=body.stay_no,
        opened_at=now,
        plan=plan,
        answers=_answers(body, met, operator, now),
        patient_name=person.name,
        id_number=person.id_number,
        sex=person.sex or "",
        age=person.age or "",
        insurance=met.insurance,
        local=met.cross_province is False,
        operator=KeptOperator(id=operator.id, name=operator.name, kind=operator.kind),
        warnings=tuple(Warned(code=str(reason.code)) for reason in dict.fromkeys(notices)),
    )


def _plan(
    body: StayIn, credential: Credential, person: Person, insutype: str, wire: WireFlags, profile: Profile
) -> StayPlan:
    return StayPlan(
        psn_no=person.psn_no,
        insutype=insutype,
        cert_type=CERT_TYPES[credential.kind],
        cert_no=credential.value,
        card_sn=credential.card_sn,
        ipt_no=body.stay_no,
        med_type=wire.med_type,
        admitted_at=body.admitted_at.astimezone(BEIJING),
        department_code=body.department.code,
        department_name=body.department.name,
        bed=body.bed,
        doctor_code=body.doctor.code,
        doctor_name=body.doctor.name,
        diagnoses=diagnoses(body.diagnoses),
        described=body.described or "",
        flags=coded(wire, profile.flag_codes),
        er_flag_place=profile.er_flag_place,
        record_no=body.record_no,
        contact=body.contact,
        phone=body.phone,
        use_account=body.use_account is not False,
        invoice_no=body.invoice_no,
    )


def _answers(body: StayIn, met: Identified, operator: Operator, now: datetime) -> StayAnswers:
    if body.stay_kind is None:
        raise ValueError("the kind of stay is not answered")
    return StayAnswers(
        stay_kind=body.stay_kind,
        emergency=body.emergency,
        trauma=body.trauma,
        third_party=body.third_party,
        form_11=None if body.commitment is None else body.commitment.model_dump(mode="json"),
        name_compared=met.name_compared,
        answered_at=now,
        answered_by=operator.id,
    )


def diagnoses(given: Sequence[DiagnosisIn]) -> tuple[DiagnosisPlan, ...]:
    """Where none is named the main one, the first is."""
    main = next((place for place, row in enumerate(given) if row.main), 0)
    return tuple(DiagnosisPlan(row.code, row.name, place == main) for place, row in enumerate(given))


def changed(plan: StayPlan, body: StayChangeIn, flags: dict[str, str]) -> StayPlan:
    """The plan with what has changed."""
    plan = replace(
        plan,
        bed=body.bed or plan.bed,
        described=body.described or plan.described,
        record_no=body.record_no or plan.record_no,
        contact=body.contact or plan.contact,
        phone=body.phone or plan.phone,
        flags=flags,
    )
    if body.department is not None:
        plan = replace(plan, department_code=body.department.code, department_name=body.department.name)
    if body.doctor is not None:
        plan = replace(plan, doctor_code=body.doctor.code, doctor_name=body.doctor.name)
    return plan if body.diagnoses is None else replace(plan, diagnoses=diagnoses(body.diagnoses))


def leaving(body: DischargeIn, plan: StayPlan) -> DischargePlan:
    """The end of the stay."""
    where = body.department or DepartmentIn(code=plan.department_code, name=plan.department_name)
    return DischargePlan(
        at=body.discharged_at.astimezone(BEIJING),
        way=body.way,
        department_code=where.code,
        department_name=where.name,
        diagnoses=diagnoses(body.diagnoses),
        bed=body.bed,
        died_on=body.died_on,
    )


def fees(kept: Document, lines: Sequence[Line], given: Sequence[StayLineIn], call: str) -> tuple[StayFee, ...]:
    """The lines of a call, numbered on from those that the stay had before."""
    numbers = {fee.line_no: fee.line.number for fee in kept.fees}
    held = {fee.line_no for fee in kept.fees if fee.step == "held"}
    made: list[StayFee] = []
    for place, (line, row) in enumerate(zip(lines, given, strict=True), kept.fees_seen + 1):
        numbers[row.line_no] = f"{kept.id}-{place}"
        form = form_12(row.form_12)
        fee = StayFee(
            line_no=row.line_no,
            line=_line(numbers[row.line_no], line, row, numbers.get(row.origin or "")),
            call=call,
            form_12=form,
        )
        if (row.outside and (form is None or missing(kept, form))) or row.origin in held:
            held.add(row.line_no)
            fee = fee.model_copy(update={"step": "held"})
        made.append(fee)
    return tuple(made)


def _line(number: str, line: Line, row: StayLineIn, origin: str | None) -> StayLine:
    return StayLine(
        number=number,
        code=row.code,
        local_code=row.local_code,
        name=row.name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        at=row.prescribed_at.astimezone(BEIJING),
        origin=origin,
        outside=row.outside,
        outside_hospital=row.form_12.provider_code if row.form_12 else None,
        department=(row.department.code, row.department.name) if row.department else None,
        doctor=(row.doctor.code, row.doctor.name) if row.doctor else None,
    )


def form_12(given: Form12In | None) -> Form12 | None:
    """Form 12 as it is kept."""
    return None if given is None else Form12.model_validate(given.model_dump(include=set(Form12.model_fields)))


def missing(kept: Document, form: Form12) -> tuple[str, ...]:
    """The fields of form 12 that are not there yet (ST6)."""
    return forms.form_12_missing(outside_service(kept, form))


def outside_service(kept: Document, form: Form12) -> OutsideService:
    """Form 12 in full: what persons said, the stay, and the person as the platform knows him."""
    plan = kept.plan
    return OutsideService(
        name=kept.patient_name,
        sex=kept.sex,
        age=kept.age,
        department=plan.department_name,
        diagnosis=next((row.name for row in plan.diagnoses if row.main), ""),
        cert_type=plan.psn_cert_type or _ID_CARD,
        cert_no=kept.id_number,
        provider=form.provider.strip(),
        item=form.item.strip(),
        cause=form.cause.strip(),
        on=form.on,
        doctor_signed=form.doctor_signed,
        office_stamped=form.office_stamped,
    )
