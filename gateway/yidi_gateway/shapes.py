"""What a HIS sends over the REST door: the bodies of contract section 4, unknown fields refused.

Field names are plain English; a description names the wire field where one exists. Amounts stay text, so that the
rules judge their spelling and give the reason; a JSON number is taken as the text it was written with. What a person
has not answered stays None: nothing is ever defaulted to false.

One file, though long: the bodies share their field types and are read beside one another.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints
from pydantic_core import PydanticCustomError

Kind = Literal["outpatient", "chronic", "emergency"]
CredentialKind = Literal["e_credential", "id_card", "social_card"]
CONTROL = r"^[^\x00-\x1f\x7f]*$"
DAY_FIRST = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T|$)")


def _text_of_number(value: Any) -> Any:
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    return value


def _only_text(value: Any) -> Any:
    if isinstance(value, date) or (isinstance(value, str) and DAY_FIRST.match(value)):
        return value
    raise PydanticCustomError("time_text", "a date or time is text that begins YYYY-MM-DD")


Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=CONTROL)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=CONTROL)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=CONTROL)]
Number30 = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=CONTROL)]
Number20 = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=CONTROL)]
Person50 = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=CONTROL)]
Division = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Story = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Amount = Annotated[
    str, BeforeValidator(_text_of_number), StringConstraints(min_length=1, max_length=20, pattern=CONTROL)
]
Moment = Annotated[AwareDatetime, BeforeValidator(_only_text)]
Day = Annotated[date, BeforeValidator(_only_text)]


class Body(BaseModel):
    """A body, or an object in one. Frozen; a field that is not named here is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class CredentialIn(Body):
    """What the patient shows."""

    kind: CredentialKind = Field(description="mdtrt_cert_type: e_credential 01, id_card 02, social_card 03")
    value: str = Field(max_length=2000, repr=False, description="mdtrt_cert_no")
    card_sn: Annotated[str, StringConstraints(max_length=200, pattern=CONTROL)] | None = Field(
        default=None, description="card_sn, goes with a social card"
    )


class PatientIn(Body):
    """What the hospital already knows of the patient; compared with the platform's answer."""

    name: Name | None = Field(default=None, description="psn_name")
    id_number: Code | None = Field(default=None, description="certno")
    insured_division: Division | None = Field(default=None, description="insuplc_admdvs")


class OperatorIn(Body):
    """Who works at the till."""

    id: Code = Field(description="opter")
    name: Name = Field(description="opter_name")
    kind: Code = Field(default="1", description="opter_type")


class IdentityIn(Body):
    """Who is it, and what insurance is there."""

    credential: CredentialIn
    name: Name | None = Field(default=None, description="psn_name, compared when given")
    operator: OperatorIn | None = None


class CommitmentIn(Body):
    """Form 11, 外伤无第三方责任承诺书. Whether it is complete is judged by the rules."""

    signer: str = Field(default="", max_length=100)
    relation: str = Field(default="", max_length=50, description="本人, or the label of agnter_rlts")
    phone: str = Field(default="", max_length=50, description="tel")
    cert_type: str = Field(default="", max_length=50, description="psn_cert_type of the signer")
    cert_no: str = Field(default="", max_length=50, description="certno of the signer")
    patient_cannot_sign: StrictBool = False
    happened_at: Moment | None = None
    place: str = Field(default="", max_length=500)
    course: str = Field(default="", max_length=2000)
    signed_at: Moment | None = None


class EligibilityIn(Body):
    """May this patient settle directly, and if not, what is missing."""

    credential: CredentialIn
    patient: PatientIn | None = None
    kind: Literal["outpatient", "chronic", "emergency", "inpatient"] = Field(description="decides med_type")
    disease_codes: tuple[Code, ...] = Field(default=(), max_length=50, description="opsp_dise_code")
    emergency: StrictBool | None = Field(default=None, description="er_flag, otp_er_refl_flag; None: not answered")
    stay_kind: Literal["ordinary", "emergency"] | None = Field(default=None, description="ipt_type")
    trauma: StrictBool | None = Field(default=None, description="trum_flag; None: not answered")
    third_party: StrictBool | None = Field(default=None, description="rel_ttp_flag; None: not answered")
    commitment: CommitmentIn | None = None
    insurance_kind: Code | None = Field(default=None, description="insutype")
    insurance_division: Division | None = Field(
        default=None, description="insuplc_admdvs; only where two rows share the kind"
    )
    admitted_on: Day | None = Field(default=None, description="day of admission")
    self_paid: StrictBool = False
    on: Day | None = Field(default=None, description="the day asked about; today when left out")
    operator: OperatorIn | None = None


class DepartmentIn(Body):
    """Where the patient is seen."""

    code: Number30 = Field(description="dept_code")
    name: Name = Field(description="dept_name")
    caty: Code | None = Field(default=None, description="caty; the code when left out")


class DoctorIn(Body):
    """Who sees the patient."""

    code: Number30 = Field(description="atddr_no, dr_code")
    name: Person50 = Field(description="dr_name")


class DiagnosisIn(Body):
    """One diagnosis of the visit."""

    code: Number20 = Field(description="diag_code")
    name: Name = Field(description="diag_name")
    main: StrictBool = Field(default=False, description="maindiag_flag")


class LineIn(Body):
    """One fee line. Amounts are text; the rules judge how they are written."""

    line_no: Code = Field(description="feedetl_sn")
    code: Code = Field(description="med_list_codg, national code")
    local_code: Code = Field(description="medins_list_codg")
    name: Text = Field(description="shown to people; the platform goes by the code")
    quantity: Amount = Field(description="cnt")
    unit_price: Amount = Field(description="pric")
    amount: Amount = Field(description="det_item_fee_sumamt, two decimals")
    disease_code: Code | None = Field(default=None, description="dise_codg; None: ordinary care")
    prescribed_at: Moment = Field(description="fee_ocur_time")


class VisitIn(Body):
    """An outpatient visit with its fee lines."""

    visit_no: Annotated[str, StringConstraints(min_length=1, max_length=28, pattern=CONTROL)] = Field(
        description="ipt_otp_no; with one registration per basket it goes out as visit_no-1, visit_no-2"
    )
    kind: Kind = Field(description="decides med_type")
    credential: CredentialIn
    emergency: StrictBool | None = Field(default=None, description="er_flag, otp_er_refl_flag; None: not answered")
    trauma: StrictBool | None = Field(default=None, description="trum_flag; None: not answered")
    third_party: StrictBool | None = Field(default=None, description="rel_ttp_flag; None: not answered")
    commitment: CommitmentIn | None = None
    started_at: Moment = Field(description="begntime")
    department: DepartmentIn
    doctor: DoctorIn
    diagnoses: tuple[DiagnosisIn, ...] = Field(min_length=1, max_length=50, description="diseinfo")
    lines: tuple[LineIn, ...] = Field(max_length=5000, description="feedetail")
    operator: OperatorIn | None = Field(default=None, description="opter, opter_name, opter_type")
    patient: PatientIn | None = None
    insurance_kind: Code | None = Field(default=None, description="insutype")
    insurance_division: Division | None = Field(
        default=None, description="insuplc_admdvs; only where two rows share the kind"
    )
    use_account: StrictBool | None = Field(default=None, description="acct_used_flag")
    invoice_no: Number20 | None = Field(default=None, description="invono")


class SettleIn(Body):
    """Which baskets to settle; all in order when left out."""

    baskets: tuple[Code, ...] | None = Field(default=None, max_length=50)
    use_account: StrictBool | None = Field(default=None, description="acct_used_flag")
    invoice_no: Number20 | None = Field(default=None, description="invono")
    operator: OperatorIn | None = None


Name50 = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=CONTROL)]


class StayIn(Body):
    """A stay that begins. Nothing that a person has to answer has a default."""

    stay_no: Number30 = Field(description="ipt_no, unique within the hospital")
    stay_kind: Literal["ordinary", "emergency"] | None = Field(default=None, description="ipt_type, decides med_type")
    credential: CredentialIn
    emergency: StrictBool | None = Field(default=None, description="er_flag; None: the kind of stay answers it")
    trauma: StrictBool | None = Field(default=None, description="trum_flag; None: not answered")
    third_party: StrictBool | None = Field(default=None, description="rel_ttp_flag; None: not answered")
    commitment: CommitmentIn | None = None
    admitted_at: Moment = Field(description="begntime")
    department: DepartmentIn
    bed: Number30 = Field(description="adm_bed")
    doctor: DoctorIn
    diagnoses: tuple[DiagnosisIn, ...] = Field(min_length=1, max_length=50, description="diseinfo")
    described: Text | None = Field(default=None, description="adm_diag_dscr; the main diagnosis when left out")
    record_no: Number30 | None = Field(default=None, description="medrcdno")
    contact: Name50 | None = Field(default=None, description="coner_name")
    phone: Name50 | None = Field(default=None, description="tel")
    operator: OperatorIn | None = Field(default=None, description="opter, opter_name, opter_type")
    patient: PatientIn | None = None
    insurance_kind: Code | None = Field(default=None, description="insutype")
    insurance_division: Division | None = Field(
        default=None, description="insuplc_admdvs; only where two rows share the kind"
    )
    use_account: StrictBool | None = Field(default=None, description="acct_used_flag")
    invoice_no: Number20 | None = Field(default=None, description="invono")


class Form12In(Body):
    """Form 12, 住院期间外院检查治疗或定点药店购药单: what persons say on it. The rest is known from the stay."""

    provider: str = Field(default="", max_length=200, description="the other hospital, or the pharmacy")
    provider_code: Number30 | None = Field(default=None, description="etip_hosp_code")
    item: str = Field(default="", max_length=500)
    cause: str = Field(default="", max_length=500)
    on: Day | None = None
    doctor_signed: StrictBool = False
    office_stamped: StrictBool = False


class StayLineIn(Body):
    """One fee line of a stay. A negative one names in `origin` the line that it takes back."""

    line_no: Code = Field(description="the hospital's own number, unique in the stay; feedetl_sn is made from it")
    code: Code = Field(description="med_list_codg, national code")
    local_code: Code = Field(description="medins_list_codg")
    name: Name = Field(description="medins_list_name")
    quantity: Amount = Field(description="cnt")
    unit_price: Amount = Field(description="pric")
    amount: Amount = Field(description="det_item_fee_sumamt, two decimals")
    prescribed_at: Moment = Field(description="fee_ocur_time")
    origin: Code | None = Field(default=None, description="init_feedetl_sn: line_no of the line taken back")
    outside: StrictBool = Field(default=False, description="etip_flag: done or bought elsewhere (form 12)")
    form_12: Form12In | None = Field(default=None, description="without a complete one an outside line does not go out")
    department: DepartmentIn | None = Field(default=None, description="bilg_dept_codg; the stay's when left out")
    doctor: DoctorIn | None = Field(default=None, description="bilg_dr_codg; the stay's when left out")


class StayFeesIn(Body):
    """Fee lines of a stay, as often as there are some."""

    lines: tuple[StayLineIn, ...] = Field(max_length=5000, description="feedetail")
    operator: OperatorIn | None = None


class OutsideServiceIn(Form12In):
    """Form 12 for lines of the stay that were sent before."""

    line_nos: tuple[Code, ...] = Field(min_length=1, max_length=200)
    operator: OperatorIn | None = None


class StayCommitmentIn(CommitmentIn):
    """Form 11 of a stay, linked before its settlement."""

    operator: OperatorIn | None = None


class StayChangeIn(Body):
    """What has changed of a stay; what is left out stays. A late answer on the third party comes here too."""

    department: DepartmentIn | None = None
    bed: Number30 | None = Field(default=None, description="adm_bed")
    doctor: DoctorIn | None = None
    diagnoses: tuple[DiagnosisIn, ...] | None = Field(default=None, min_length=1, max_length=50)
    described: Text | None = Field(default=None, description="adm_diag_dscr")
    record_no: Number30 | None = Field(default=None, description="medrcdno")
    contact: Name50 | None = Field(default=None, description="coner_name")
    phone: Name50 | None = Field(default=None, description="tel")
    trauma: StrictBool | None = Field(default=None, description="trum_flag")
    third_party: StrictBool | None = Field(default=None, description="rel_ttp_flag")
    operator: OperatorIn | None = None


class DischargeIn(Body):
    """How the stay ended."""

    discharged_at: Moment = Field(description="endtime")
    way: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$")] = Field(description="dscg_way")
    department: DepartmentIn | None = Field(default=None, description="dscg_dept_codg; the stay's when left out")
    bed: Number30 | None = Field(default=None, description="dscg_bed")
    diagnoses: tuple[DiagnosisIn, ...] = Field(min_length=1, max_length=50, description="diseinfo")
    died_on: Day | None = Field(default=None, description="die_date")
    operator: OperatorIn | None = None


class StaySettleIn(Body):
    """Try or settle a stay. `credential`: one shown now, where the first serves no more."""

    credential: CredentialIn | None = None
    use_account: StrictBool | None = Field(default=None, description="acct_used_flag")
    invoice_no: Number20 | None = Field(default=None, description="invono")
    operator: OperatorIn | None = None


class StayCancelIn(Body):
    """Undo a stay from above, as far as asked."""

    until: Literal["settlement", "discharge", "fees", "admission"] = "admission"
    reason: Text | None = None
    operator: OperatorIn | None = None


class CancelIn(Body):
    """Undo a visit in the legal order."""

    reason: Text | None = None
    operator: OperatorIn | None = None


class RefundIn(Body):
    """Take a settlement back. With `keep_lines`: undo it all, then settle the rest anew."""

    reason: Text
    keep_lines: tuple[Code, ...] | None = Field(default=None, max_length=5000)
    operator: OperatorIn | None = None


class AckIn(Body):
    """The HIS has booked it."""

    receipt_no: Code | None = Field(default=None, description="the HIS's own booking number")


class VoidIn(Body):
    """The HIS no longer wants a pending submission."""

    reason: Text | None = None
    operator: OperatorIn | None = None


class DeciderIn(Body):
    """One of the two who decide."""

    id: Code
    name: Name
    role: Literal["insurance_office", "finance", "cashier", "it"]


class DecisionIn(Body):
    """What became of a submission that the gateway could not find out: two persons of two roles, with a reason."""

    outcome: Literal["settled", "reversed"]
    reason: Text
    decided_by: tuple[DeciderIn, DeciderIn]


class MaintenanceIn(Body):
    """A downtime window that somebody announced. `to` None: the end is not known."""

    begins: Moment = Field(alias="from")
    ends: Moment | None = Field(default=None, alias="to")
    text: Text
    scope: Literal["platform"] | Division = Field(default="platform", description="platform, or an insured division")


class TransactionIn(Body):
    """Any transaction of the catalogue: `input` holds its nodes with their wire names."""

    input: dict[str, Any]
    insured_division: Division | None = Field(default=None, description="insuplc_admdvs")
    operator: OperatorIn | None = None


def moment_text(moment: datetime) -> str:
    """RFC 3339 with offset, whole seconds, as every time leaves the gateway."""
    return moment.isoformat(timespec="seconds")
