"""What is uploaded of a patient who could not settle directly, so that the insured place reimburses by hand (R046).

A visit is registered with its diagnoses, its fee lines follow in batches, then it is called complete. No money moves.
The shapes rest on one or two families of implementers: what is done after doubt uses as little of them as it can.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from yidi_sdk.codes import Flag
from yidi_sdk.errors import Unknown
from yidi_sdk.flows.driving import Flow, ask
from yidi_sdk.flows.outpatient import MOST_LINES, WESTERN_DIAGNOSIS, DiagnosisPlan, LineParts, LinePlan, moment
from yidi_sdk.flows.stays import DischargePlan, main_of
from yidi_sdk.flows.uploading import Uploads, in_batches, one_by_one
from yidi_sdk.rules.money import ZERO
from yidi_sdk.rules.stays import days_in_hospital
from yidi_sdk.transactions import (
    CompleteSelfPayUpload,
    QuerySelfPayFees,
    QuerySelfPayVisits,
    UploadSelfPayInpatientFees,
    UploadSelfPayOutpatientFees,
    UploadSelfPayStay,
    UploadSelfPayVisit,
)
from yidi_sdk.transactions.self_pay import (
    SelfPayDiagnosis,
    SelfPayFeeRow,
    SelfPayInpatientFeeLine,
    SelfPayVisitDiagnosis,
)

AT_ADMISSION, AT_DISCHARGE = "1", "2"
"""inout_diag_type; the values are inferred."""
_LEFT = "0"
_ONE = "1"


@dataclass(frozen=True, slots=True)
class SelfPayLine(LinePlan):
    """One fee line. `category` is med_chrgitm_type."""

    category: str = ""


@dataclass(frozen=True, slots=True)
class SelfPayPlan:
    """A visit that the patient paid alone. `number` is its own number in the institution and names it in all messages;
    with `leaving` it is a stay. `batch_no` is the chrg_bchno of an outpatient visit."""

    number: str
    institution_code: str
    institution_name: str
    cert_type: str
    certno: str
    name: str
    med_type: str
    ipt_otp_no: str
    began: datetime
    ended: datetime
    department_code: str
    department_name: str
    doctor_code: str
    doctor_name: str
    diagnoses: tuple[DiagnosisPlan, ...]
    lines: tuple[SelfPayLine, ...] = field(repr=False)
    leaving: DischargePlan | None = None
    batch_no: str = ""
    bed: str | None = None
    sex: str | None = None
    birthday: date | None = None
    phone: str | None = None
    disease: DiagnosisPlan | None = None

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), ZERO)


def upload_self_pay(
    plan: SelfPayPlan, state: Uploads | None = None, *, registered: bool = False, most_lines: int = MOST_LINES
) -> Flow[Uploads]:
    """Everything of a visit. Run it again with the state it returned, and `registered`, until nothing has `stopped` it.

    An error of the registration is raised; it is asked about and sent again by the next run.
    """
    if not registered:
        yield from register_self_pay(plan)
    state = yield from upload_self_pay_lines(plan, state, most_lines=most_lines)
    if state.stopped is None:
        yield from complete_self_pay(plan)
    return state


def register_self_pay(plan: SelfPayPlan) -> Flow[None]:
    """4205 of a visit or 4202 of a stay, with the diagnoses. After doubt it asks (4208) and sends what is not there."""
    message = self_pay_visit(plan) if plan.leaving is None else self_pay_stay(plan, plan.leaving)
    try:
        yield from ask(message)
    except Unknown:
        found = (yield from ask(_visit_query(plan))).data
        if found is None or found.fixmedinsMdtrtId != plan.number:
            yield from ask(message)


def upload_self_pay_lines(
    plan: SelfPayPlan, state: Uploads | None = None, *, most_lines: int = MOST_LINES
) -> Flow[Uploads]:
    """4201 of a visit or 4201A of a stay, in batches, as far as it goes; NotSent, Refused and Unknown end it and stand
    in `stopped`. After doubt the platform is asked how many lines it holds: all of a batch arrived, or none."""
    state = state or Uploads()
    batches = in_batches(plan.lines, lambda batch: self_pay_fees(plan, batch), state, most_lines)
    return (
        yield from one_by_one(
            batches,
            state,
            lambda batch: _send(plan, batch),
            lambda batch, so_far: _settle_doubt(plan, batch, len(so_far.acknowledged)),
        )
    )


def complete_self_pay(plan: SelfPayPlan) -> Flow[None]:
    """4203. Saying it twice is saying it."""
    message = CompleteSelfPayUpload(
        fixmedins_mdtrt_id=plan.number, fixmedins_code=plan.institution_code, cplt_flag=Flag.YES
    )
    try:
        yield from ask(message)
    except Unknown:
        yield from ask(message)


def _send(plan: SelfPayPlan, batch: Sequence[SelfPayLine]) -> Flow[tuple[LineParts, ...]]:
    yield from ask(self_pay_fees(plan, batch))
    return ()


def _settle_doubt(plan: SelfPayPlan, batch: Sequence[SelfPayLine], before: int) -> Flow[tuple[LineParts, ...]]:
    query = QuerySelfPayFees(
        fixmedins_mdtrt_id=plan.number, fixmedins_code=plan.institution_code, page_num=_ONE, page_size=_ONE
    )
    found = (yield from ask(query)).data
    count = "0" if found is None else found.recordCounts
    if count == str(before):
        yield from ask(self_pay_fees(plan, batch))
    elif count != str(before + len(batch)):
        raise Unknown(f"{before} fee lines are acknowledged, {len(batch)} in doubt, the platform says {count}")
    return ()


def self_pay_visit(plan: SelfPayPlan) -> UploadSelfPayVisit:
    """4205 without its lines, which may be more than one message holds."""
    return UploadSelfPayVisit(
        **_about(plan),
        dise_codg=plan.disease and plan.disease.code,
        dise_name=plan.disease and plan.disease.name,
        diseinfo=[SelfPayVisitDiagnosis(**row) for row in _diagnoses(plan, plan.diagnoses, plan.began)],
    )


def self_pay_stay(plan: SelfPayPlan, leaving: DischargePlan) -> UploadSelfPayStay:
    """4202: the stay with the diagnoses of admission and of discharge."""
    at_first, main = main_of(plan.diagnoses), main_of(leaving.diagnoses)
    told = ((AT_ADMISSION, plan.diagnoses, plan.began), (AT_DISCHARGE, leaving.diagnoses, leaving.at))
    return UploadSelfPayStay(
        **_about(plan),
        ipt_otp_no=plan.ipt_otp_no,
        chfpdr_code=plan.doctor_code,
        chfpdr_name=plan.doctor_name,
        adm_diag_dscr=at_first.name,
        adm_dept_codg=plan.department_code,
        adm_dept_name=plan.department_name,
        adm_bed=plan.bed,
        dscg_maindiag_code=main.code,
        dscg_maindiag_name=main.name,
        dscg_dept_codg=leaving.department_code,
        dscg_dept_name=leaving.department_name,
        dscg_bed=leaving.bed,
        dscg_way=leaving.way,
        die_date=leaving.died_on and f"{leaving.died_on:%Y-%m-%d}",
        ipt_days=Decimal(days_in_hospital(plan.began.date(), leaving.at.date())),
        inhosp_stas=_LEFT,
        medfee_sumamt=plan.total,
        vali_flag=Flag.YES,
        ownPayPatnDiagListD=[
            SelfPayDiagnosis(**row, inout_diag_type=when, maindiag_flag=Flag.YES if diagnosis.main else Flag.NO)
            for when, diagnoses, at in told
            for diagnosis, row in zip(diagnoses, _diagnoses(plan, diagnoses, at), strict=True)
        ],
    )


def self_pay_fees(
    plan: SelfPayPlan, lines: Sequence[SelfPayLine]
) -> UploadSelfPayInpatientFees | UploadSelfPayOutpatientFees:
    """4201A of some lines of a stay, 4201 of some of an outpatient visit."""
    if plan.leaving is not None:
        rows = [SelfPayInpatientFeeLine(**_stay_line(plan, line)) for line in lines]
        return UploadSelfPayInpatientFees(fsiOwnpayPatnFeeListDDTO=rows)
    return UploadSelfPayOutpatientFees(feedetail=[SelfPayFeeRow(**_visit_line(plan, line)) for line in lines])


def _visit_query(plan: SelfPayPlan) -> QuerySelfPayVisits:
    return QuerySelfPayVisits(
        psn_cert_type=plan.cert_type,
        certno=plan.certno,
        psn_name=plan.name,
        begntime=moment(plan.began),
        endtime=moment(plan.ended),
        med_type=plan.med_type,
        page_num=_ONE,
        page_size=_ONE,
    )


def _about(plan: SelfPayPlan) -> dict[str, Any]:
    return {
        "fixmedins_mdtrt_id": plan.number,
        "fixmedins_code": plan.institution_code,
        "fixmedins_name": plan.institution_name,
        "psn_cert_type": plan.cert_type,
        "certno": plan.certno,
        "psn_name": plan.name,
        "gend": plan.sex,
        "brdy": plan.birthday and f"{plan.birthday:%Y-%m-%d}",
        "tel": plan.phone,
        "begntime": moment(plan.began),
        "endtime": moment(plan.ended),
        "med_type": plan.med_type,
    }


def _diagnoses(plan: SelfPayPlan, diagnoses: Sequence[DiagnosisPlan], at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "diag_type": WESTERN_DIAGNOSIS,
            "diag_srt_no": place,
            "diag_code": diagnosis.code,
            "diag_name": diagnosis.name,
            "diag_dept": plan.department_code,
            "diag_dr_code": plan.doctor_code,
            "diag_dr_name": plan.doctor_name,
            "diag_time": moment(at),
            "vali_flag": Flag.YES,
        }
        for place, diagnosis in enumerate(diagnoses, 1)
    ]


def _line(plan: SelfPayPlan, line: SelfPayLine) -> dict[str, Any]:
    return {
        "med_type": plan.med_type,
        "fee_ocur_time": moment(line.at),
        "cnt": line.quantity,
        "pric": line.unit_price,
        "det_item_fee_sumamt": line.amount,
        "med_list_codg": line.code,
        "medins_list_codg": line.local_code,
        "medins_list_name": line.name or None,
        "med_chrgitm_type": line.category or None,
        "prodname": line.name or None,
        "bilg_dept_codg": plan.department_code,
        "bilg_dept_name": plan.department_name,
        "bilg_dr_name": plan.doctor_name,
    }


def _visit_line(plan: SelfPayPlan, line: SelfPayLine) -> dict[str, Any]:
    return {
        **_line(plan, line),
        "mdtrt_sn": plan.number,
        "ipt_otp_no": plan.ipt_otp_no,
        "chrg_bchno": plan.batch_no or plan.number,
        "feedetl_sn": line.number,
        "psn_cert_type": plan.cert_type,
        "certno": plan.certno,
        "psn_name": plan.name,
        "bilg_dr_codg": plan.doctor_code,
    }


def _stay_line(plan: SelfPayPlan, line: SelfPayLine) -> dict[str, Any]:
    return {
        **_line(plan, line),
        "fixmedins_mdtrt_id": plan.number,
        "bkkp_sn": line.number,
        "fixmedins_code": plan.institution_code,
        "fixmedins_name": plan.institution_name,
        "bilg_dr_code": plan.doctor_code,
    }
