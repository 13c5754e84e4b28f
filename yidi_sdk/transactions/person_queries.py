"""What the platform holds of a person: qualifications, institutions, stays, referrals."""

from pydantic import Field

from yidi_sdk.elements import amounts, fees, filings, people, session, settlement, visits
from yidi_sdk.message import Answer, Input, Output


class QualificationRow(Answer):
    """One qualification with its validity."""

    opsp_dise_code: visits.OpspDiseCode
    begndate: visits.Begndate
    opsp_dise_name: visits.OpspDiseName | None = None
    enddate: visits.Enddate | None = None


class Qualifications(Output):
    """The qualifications found; an empty list means none."""

    feedetail: list[QualificationRow]


class QueryQualifications(Input[Qualifications], node="data"):
    """人员慢特病备案查询 5301: chronic-disease qualifications of a person"""

    psn_no: people.PsnNo


class DesignatedInstitutionRow(Answer):
    """One institution with its validity."""

    fixmedins_code: session.FixmedinsCode
    psn_no: people.PsnNo | None = None
    insutype: people.Insutype | None = None
    fix_srt_no: filings.FixSrtNo | None = None
    fixmedins_name: session.FixmedinsName | None = None
    begndate: visits.Begndate | None = None
    enddate: visits.Enddate | None = None
    memo: session.Memo | None = None


class DesignatedInstitutions(Output):
    """The institutions found."""

    psnfixmedin: list[DesignatedInstitutionRow]


class QueryDesignatedInstitutions(Input[DesignatedInstitutions], node="data"):
    """人员定点信息查询 5302: institutions that a person chose"""

    psn_no: people.PsnNo | None = None
    biz_appy_type: filings.BizAppyType | None = None


class OpenStayRow(Answer):
    """One stay."""

    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    gend: people.Gend | None = None
    brdy: people.Brdy | None = None
    age: amounts.Age | None = None
    insutype: people.Insutype | None = None
    begndate: visits.Begndate | None = None
    med_type: visits.MedType | None = None
    ipt_otp_no: visits.IptOtpNo | None = None
    out_flag: settlement.OutFlag | None = None


class OpenStays(Output):
    """The stays found; an empty list means none."""

    data: list[OpenStayRow]


class QueryOpenStays(Input[OpenStays], node="data"):
    """在院信息查询 5303: stays of a person that are open"""

    begntime: visits.Begntime
    endtime: visits.Endtime
    psn_no: people.PsnNo | None = None


class ReferralRow(Answer):
    """One filing."""

    insutype: people.Insutype | None = None
    dcla_souc: settlement.DclaSouc | None = None
    psn_no: people.PsnNo | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    gend: people.Gend | None = None
    brdy: people.Brdy | None = None
    tel: people.Tel | None = None
    addr: people.Addr | None = None
    insu_optins: people.InsuOptins | None = None
    emp_name: people.EmpName | None = None
    diag_code: visits.DiagCode | None = None
    diag_name: visits.DiagName | None = None
    dise_cond_dscr: visits.DiseCondDscr | None = None
    reflin_medins_no: settlement.ReflinMedinsNo | None = None
    reflin_medins_name: settlement.ReflinMedinsName | None = None
    out_flag: settlement.OutFlag | None = None
    refl_date: settlement.ReflDate | None = None
    refl_rea: settlement.ReflRea | None = None
    begndate: visits.Begndate | None = None
    enddate: visits.Enddate | None = None
    hosp_agre_refl_flag: settlement.HospAgreReflFlag | None = None
    opter_id: session.OpterId | None = None
    opter_name: session.OpterName | None = None
    opt_time: session.OptTime | None = None


class Referrals(Output):
    """The filings found."""

    refmedin: list[ReferralRow]


class QueryReferrals(Input[Referrals], node="data"):
    """转院信息查询 5304: referral filings of a person, with out-of-area flag and validity"""

    begntime: visits.BegnDateText
    endtime: visits.Endtime
    psn_no: people.PsnNo | None = None


class ApprovedDesignationRow(Answer):
    """One designation."""

    psn_no: people.PsnNo | None = None
    insutype: people.Insutype | None = None
    med_type: visits.MedType | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    begndate: visits.Begndate | None = None
    enddate: visits.Enddate | None = None
    hilist_code: fees.HilistCode | None = None
    hilist_name: fees.HilistName | None = None
    exp_content: session.ExpContent | None = None


class ApprovedDesignations(Output):
    """The designations found."""

    data: list[ApprovedDesignationRow] = Field(default_factory=list[ApprovedDesignationRow])


class QueryApprovedDesignations(Input[ApprovedDesignations], node="data"):
    """人员审批定点信息获取(江苏) 5360: designations that were approved (Jiangsu)"""

    begntime: visits.Begntime | None = None
    psn_name: people.PsnName | None = None
    psn_no: people.PsnNo | None = None
    insutype: people.Insutype | None = None
