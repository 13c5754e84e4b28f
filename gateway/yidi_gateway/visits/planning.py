"""From a checked visit and what the platform told to the document that is kept. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from yidi_gateway.clock import BEIJING
from yidi_gateway.shapes import LineIn, VisitIn
from yidi_gateway.visits.checks import Checked
from yidi_gateway.visits.document import Answers, Document, KeptBasket, KeptOperator, Warned
from yidi_sdk.flows import BasketPlan, DiagnosisPlan, LinePlan, VisitPlan
from yidi_sdk.institution import Operator
from yidi_sdk.profile import Profile
from yidi_sdk.rules.baskets import Basket, Line, Split
from yidi_sdk.rules.flags import WireFlags, coded
from yidi_sdk.rules.identity import CERT_TYPES, Insurance, Person
from yidi_sdk.rules.reasons import Reason

_CATEGORY_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out before anything is registered."""

    person: Person
    insurance: Insurance
    local: bool
    compared: bool
    wire: WireFlags
    split: Split
    notices: tuple[Reason, ...]


def plan(
    visit_id: str,
    body: VisitIn,
    checked: Checked,
    found: Found,
    *,
    caller: str,
    key: str,
    operator: Operator,
    profile: Profile,
    now: datetime,
) -> Document:
    """The document of a visit about to be registered."""
    given = {row.line_no: row for row in body.lines}
    baskets = tuple(
        _basket(visit_id, body.visit_no, number, basket, given) for number, basket in enumerate(found.split.baskets, 1)
    )
    told = (*found.split.reasons, *found.notices)
    return Document(
        id=visit_id,
        caller=caller,
        key=key,
        visit_no=body.visit_no,
        opened_at=now,
        plan=_visit(body, checked, found, profile),
        answers=_answers(body, checked, found, now),
        patient_name=found.person.name,
        id_number=found.person.id_number,
        insurance=found.insurance,
        local=found.local,
        operator=KeptOperator(id=operator.id, name=operator.name, kind=operator.kind),
        baskets=baskets,
        warnings=tuple(
            Warned(code=str(reason.code), line_no=reason.line_no, disease_code=reason.disease_code)
            for reason in dict.fromkeys(told)
        ),
        not_sent=found.split.not_sent,
    )


def _visit(body: VisitIn, checked: Checked, found: Found, profile: Profile) -> VisitPlan:
    main = next((place for place, row in enumerate(body.diagnoses) if row.main), 0)
    return VisitPlan(
        psn_no=found.person.psn_no,
        insutype=found.insurance.insutype,
        cert_type=CERT_TYPES[checked.credential.kind],
        cert_no=checked.credential.value,
        card_sn=checked.credential.card_sn,
        started_at=body.started_at.astimezone(BEIJING),
        department_code=body.department.code,
        department_name=body.department.name,
        category=(body.department.caty or body.department.code)[:_CATEGORY_LENGTH],
        doctor_code=body.doctor.code,
        doctor_name=body.doctor.name,
        diagnoses=tuple(DiagnosisPlan(row.code, row.name, place == main) for place, row in enumerate(body.diagnoses)),
        flags=coded(found.wire, profile.flag_codes),
        use_account=body.use_account is not False,
        invoice_no=body.invoice_no,
        er_flag_place=profile.er_flag_place,
        encounter=profile.encounter,
    )


def _answers(body: VisitIn, checked: Checked, found: Found, now: datetime) -> Answers:
    return Answers(
        kind=body.kind,
        emergency=body.emergency,
        trauma=body.trauma,
        third_party=body.third_party,
        commitment=checked.form.state,
        form_11=None if body.commitment is None else body.commitment.model_dump(mode="json"),
        name_compared=found.compared,
        answered_at=now,
    )


def _basket(visit_id: str, visit_no: str, number: int, basket: Basket, given: Mapping[str, LineIn]) -> KeptBasket:
    return KeptBasket(
        id=f"{visit_id}-{number}",
        category="门诊慢特病" if basket.disease_code else "普通门诊",
        line_nos=tuple(line.line_no for line in basket.lines),
        plan=BasketPlan(
            ipt_otp_no=f"{visit_no}-{number}",
            chrg_bchno=f"{visit_id}-{number}",
            med_type=basket.med_type,
            disease_code=basket.disease_code,
            total=basket.total,
            lines=tuple(
                _line(f"{visit_id}-{number}-{place}", line, given[line.line_no])
                for place, line in enumerate(basket.lines, 1)
            ),
        ),
    )


def _line(number: str, line: Line, given: LineIn) -> LinePlan:
    return LinePlan(
        number=number,
        code=given.code,
        local_code=given.local_code,
        name=given.name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        at=given.prescribed_at.astimezone(BEIJING),
    )


def rest_basket(document: Document, original: KeptBasket, keep: tuple[str, ...]) -> KeptBasket:
    """RE8: the rest of a partly refunded basket, as a new basket of the same visit."""
    number = len(document.baskets) + 1
    kept = [
        (line_no, line) for line_no, line in zip(original.line_nos, original.plan.lines, strict=True) if line_no in keep
    ]
    lines = tuple(
        LinePlan(
            number=f"{document.id}-{number}-{place}",
            code=line.code,
            local_code=line.local_code,
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            at=line.at,
        )
        for place, (_, line) in enumerate(kept, 1)
    )
    return KeptBasket(
        id=f"{document.id}-{number}",
        category=original.category,
        line_nos=tuple(line_no for line_no, _ in kept),
        rest_of=original.id,
        plan=BasketPlan(
            ipt_otp_no=f"{document.visit_no}-{number}",
            chrg_bchno=f"{document.id}-{number}",
            med_type=original.plan.med_type,
            disease_code=original.plan.disease_code,
            total=sum((line.amount for line in lines), original.plan.total * 0),
            lines=lines,
        ),
    )
