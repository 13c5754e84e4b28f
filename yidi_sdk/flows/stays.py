"""What a stay is made of: the plan of it, its lines, its end; and the messages of each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from yidi_sdk.codes import Flag, SettlingWay
from yidi_sdk.errors import FieldProblem, Misused
from yidi_sdk.flows.outpatient import WESTERN_DIAGNOSIS, DiagnosisPlan, LineParts, LinePlan, moment
from yidi_sdk.rules.money import ZERO, Amounts
from yidi_sdk.transactions import (
    AdmitInpatient,
    ChangeAdmission,
    ChangedDiagnosis,
    DischargeInpatient,
    InpatientFeeLine,
    PresettleInpatient,
    RevokedFeeLine,
    RevokeInpatientFees,
    SettleInpatient,
    StayDiagnosis,
    UploadInpatientFees,
)

ALL_LINES = "0000"
"""A line number that means all unsettled lines."""
_NO_APPROVAL = "0"


@dataclass(frozen=True, slots=True)
class StayPlan:
    """A stay as the hospital knows it. `flags`: wire codes by field name (ipt_type, er_flag, trum_flag, rel_ttp_flag);
    `er_flag_place` is the profile's. Out of area the platform wants card_sn, psn_cert_type and certno too."""

    psn_no: str
    insutype: str
    cert_type: str
    cert_no: str
    ipt_no: str
    med_type: str
    admitted_at: datetime
    department_code: str
    department_name: str
    bed: str
    doctor_code: str
    doctor_name: str
    diagnoses: tuple[DiagnosisPlan, ...]
    described: str = ""
    flags: dict[str, str] = field(default_factory=dict[str, str])
    er_flag_place: Literal["exp_content", "mdtrtinfo"] = "exp_content"
    card_sn: str | None = None
    psn_cert_type: str | None = None
    certno: str | None = None
    psn_name: str | None = None
    record_no: str | None = None
    contact: str | None = None
    phone: str | None = None
    use_account: bool = True
    invoice_no: str | None = None


@dataclass(frozen=True, slots=True)
class StayLine(LinePlan):
    """One fee line of a stay. A negative one names in `origin` the line that it takes back; `outside`: a test or drug
    from elsewhere (form 12). Department and doctor are the stay's where they are left out."""

    origin: str | None = None
    outside: bool = False
    outside_hospital: str | None = None
    department: tuple[str, str] | None = None
    doctor: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class DischargePlan:
    """How the stay ended. `way` is dscg_way."""

    at: datetime
    way: str
    department_code: str
    department_name: str
    diagnoses: tuple[DiagnosisPlan, ...]
    bed: str | None = None
    died_on: date | None = None


@dataclass(frozen=True, slots=True)
class StaySums:
    """The four parts of all fee lines, summed here from the replies to the uploads (M1 holds between them)."""

    total: Decimal
    in_scope: Decimal
    class_b_first: Decimal
    over_limit: Decimal
    self_paid: Decimal


def sums_of(lines: Collection[LinePlan], parts: Iterable[LineParts]) -> StaySums:
    """The sums of all lines of the stay. Misused names the lines whose parts the platform did not tell."""
    told = {part.number: part.parts for part in parts if part.parts is not None}
    untold = tuple(FieldProblem(f"feedetail {line.number}", "not split") for line in lines if line.number not in told)
    if untold:
        raise Misused(f"the parts of {len(untold)} fee lines are not known", fields=untold)
    rows = [told[line.number] for line in lines]
    in_scope, class_b_first, over_limit, self_paid = (sum((row[at] for row in rows), ZERO) for at in range(4))
    return StaySums(sum((line.amount for line in lines), ZERO), in_scope, class_b_first, over_limit, self_paid)


def admission(stay: StayPlan) -> AdmitInpatient:
    """2401."""
    return AdmitInpatient(
        **_about(stay),
        ipt_no=stay.ipt_no,
        ipt_type=stay.flags.get("ipt_type"),
        er_flag=stay.flags.get("er_flag") if stay.er_flag_place == "mdtrtinfo" else None,
        card_sn=stay.card_sn,
        psn_cert_type=stay.psn_cert_type,
        certno=stay.certno,
        psn_name=stay.psn_name,
        diseinfo=[StayDiagnosis(**row) for row in _diagnoses(stay, stay.diagnoses, stay.admitted_at)],
    )


def admission_change(stay: StayPlan, mdtrt_id: str) -> ChangeAdmission:
    """2403. Trauma and third party travel with it, for instance when a liable party is learnt of (TR6)."""
    rows = _diagnoses(stay, stay.diagnoses, stay.admitted_at)
    return ChangeAdmission(
        **_about(stay),
        mdtrt_id=mdtrt_id,
        ipt_otp_no=stay.ipt_no,
        diseinfo=[ChangedDiagnosis(**row, mdtrt_id=mdtrt_id) for row in rows],
    )


def discharge(stay: StayPlan, mdtrt_id: str, leaving: DischargePlan) -> DischargeInpatient:
    """2402."""
    rows = _diagnoses(stay, leaving.diagnoses, leaving.at)
    return DischargeInpatient(
        mdtrt_id=mdtrt_id,
        psn_no=stay.psn_no,
        insutype=stay.insutype,
        endtime=moment(leaving.at),
        dscg_dept_codg=leaving.department_code,
        dscg_dept_name=leaving.department_name,
        dscg_bed=leaving.bed,
        dscg_way=leaving.way,
        die_date=leaving.died_on and f"{leaving.died_on:%Y-%m-%d}",
        diseinfo=[StayDiagnosis(**row, mdtrt_id=mdtrt_id) for row in rows],
    )


def stay_fees(stay: StayPlan, mdtrt_id: str, lines: Iterable[StayLine]) -> UploadInpatientFees:
    """2301 of some lines."""
    return UploadInpatientFees(feedetail=[_fee_line(stay, mdtrt_id, line) for line in lines])


def stay_fee_revocation(psn_no: str, mdtrt_id: str, numbers: Iterable[str] = (ALL_LINES,)) -> RevokeInpatientFees:
    """2302 of some lines, or of all that are not settled."""
    rows = [RevokedFeeLine(feedetl_sn=number, mdtrt_id=mdtrt_id, psn_no=psn_no) for number in numbers]
    return RevokeInpatientFees(data=rows)


def stay_trial(stay: StayPlan, mdtrt_id: str, leaving: DischargePlan, sums: StaySums) -> PresettleInpatient:
    """2303."""
    return PresettleInpatient(**_to_settle(stay, mdtrt_id, leaving, sums))


def stay_settlement(stay: StayPlan, mdtrt_id: str, leaving: DischargePlan, estimate: Amounts) -> SettleInpatient:
    """2304 with the parts its newest trial returned: the whole stay at once, never an interim settlement (ST1, ST2)."""
    return SettleInpatient(**_to_settle(stay, mdtrt_id, leaving, estimate))


def _about(stay: StayPlan) -> dict[str, Any]:
    """What an admission and its change have in common."""
    main = main_of(stay.diagnoses)
    flags = stay.flags
    er_flag = flags.get("er_flag") if stay.er_flag_place == "exp_content" else None
    return {
        "psn_no": stay.psn_no,
        "insutype": stay.insutype,
        "coner_name": stay.contact,
        "tel": stay.phone,
        "begntime": moment(stay.admitted_at),
        "mdtrt_cert_type": stay.cert_type,
        "mdtrt_cert_no": stay.cert_no,
        "med_type": stay.med_type,
        "medrcdno": stay.record_no,
        "atddr_no": stay.doctor_code,
        "chfpdr_name": stay.doctor_name,
        "adm_diag_dscr": stay.described or main.name,
        "adm_dept_codg": stay.department_code,
        "adm_dept_name": stay.department_name,
        "adm_bed": stay.bed,
        "dscg_maindiag_code": main.code,
        "dscg_maindiag_name": main.name,
        "exp_content": {"er_flag": er_flag} if er_flag else None,
        "trum_flag": flags.get("trum_flag"),
        "rel_ttp_flag": flags.get("rel_ttp_flag"),
    }


def main_of(diagnoses: Iterable[DiagnosisPlan]) -> DiagnosisPlan:
    """The main diagnosis. Misused unless there is exactly one."""
    found = [diagnosis for diagnosis in diagnoses if diagnosis.main]
    if len(found) != 1:
        problem = FieldProblem("diseinfo.maindiag_flag", f"one main diagnosis is needed, there are {len(found)}")
        raise Misused(f"{problem.path}: {problem.message}", fields=(problem,))
    return found[0]


def _diagnoses(stay: StayPlan, diagnoses: Iterable[DiagnosisPlan], at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "psn_no": stay.psn_no,
            "diag_type": WESTERN_DIAGNOSIS,
            "maindiag_flag": Flag.YES if diagnosis.main else Flag.NO,
            "diag_srt_no": place,
            "diag_code": diagnosis.code,
            "diag_name": diagnosis.name,
            "diag_dept": stay.department_code,
            "dise_dor_no": stay.doctor_code,
            "dise_dor_name": stay.doctor_name,
            "diag_time": moment(at),
            "vali_flag": Flag.YES,
        }
        for place, diagnosis in enumerate(diagnoses, 1)
    ]


def _fee_line(stay: StayPlan, mdtrt_id: str, line: StayLine) -> InpatientFeeLine:
    department = line.department or (stay.department_code, stay.department_name)
    doctor = line.doctor or (stay.doctor_code, stay.doctor_name)
    return InpatientFeeLine(
        feedetl_sn=line.number,
        init_feedetl_sn=line.origin,
        mdtrt_id=mdtrt_id,
        psn_no=stay.psn_no,
        med_type=stay.med_type,
        fee_ocur_time=moment(line.at),
        med_list_codg=line.code,
        medins_list_codg=line.local_code,
        medins_list_name=line.name or None,
        det_item_fee_sumamt=line.amount,
        cnt=line.quantity,
        pric=line.unit_price,
        bilg_dept_codg=department[0],
        bilg_dept_name=department[1],
        bilg_dr_codg=doctor[0],
        bilg_dr_name=doctor[1],
        hosp_appr_flag=_NO_APPROVAL,
        etip_flag=Flag.YES if line.outside else None,
        etip_hosp_code=line.outside_hospital,
    )


def _to_settle(stay: StayPlan, mdtrt_id: str, leaving: DischargePlan, sums: StaySums | Amounts) -> dict[str, Any]:
    return {
        "psn_no": stay.psn_no,
        "mdtrt_cert_type": stay.cert_type,
        "mdtrt_cert_no": stay.cert_no,
        "card_sn": stay.card_sn,
        "psn_cert_type": stay.psn_cert_type,
        "certno": stay.certno,
        "psn_name": stay.psn_name,
        "medfee_sumamt": sums.total,
        "psn_setlway": SettlingWay.BY_ITEM,
        "mdtrt_id": mdtrt_id,
        "insutype": stay.insutype,
        "med_type": stay.med_type,
        "acct_used_flag": Flag.YES if stay.use_account else Flag.NO,
        "mid_setl_flag": Flag.NO,
        "fulamt_ownpay_amt": sums.self_paid,
        "overlmt_selfpay": sums.over_limit,
        "preselfpay_amt": sums.class_b_first,
        "inscp_scp_amt": sums.in_scope,
        "invono": stay.invoice_no,
        "dscgTime": f"{leaving.at:%Y-%m-%d}",
    }
