"""Who the person is, and which benefit the person enjoys."""

from pydantic import Field

from yidi_sdk.elements import amounts, people, session, settlement, visits
from yidi_sdk.message import Answer, Input, Output


class PersonBase(Answer):
    """The person."""

    psn_no: people.PsnNo
    certno: people.Certno
    psn_name: people.PsnName
    psn_cert_type: people.PsnCertType | None = None
    gend: people.Gend | None = None
    naty: people.Naty | None = None
    brdy: people.Brdy | None = None
    age: amounts.Age | None = None
    exp_content: session.ExpContent | None = None


class InsuranceRow(Answer):
    """One insurance of the person; a person can have several."""

    insutype: people.Insutype
    insuplc_admdvs: people.InsuplcAdmdvs
    balc: amounts.Balc | None = None
    psn_type: people.PsnType | None = None
    psn_insu_stas: people.PsnInsuStas | None = None
    psn_insu_date: people.PsnInsuDate | None = None
    paus_insu_date: people.PausInsuDate | None = None
    cvlserv_flag: people.CvlservFlag | None = None
    emp_name: people.EmpName | None = None


class IdentityRow(Answer):
    """One special identity."""

    psn_idet_type: people.PsnIdetType | None = None
    psn_type_lv: people.PsnTypeLv | None = None
    memo: session.Memo | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None


class PersonInformation(Output):
    """The person, the insurances, special identities."""

    baseinfo: PersonBase
    insuinfo: list[InsuranceRow]
    idetinfo: list[IdentityRow] = Field(default_factory=list[IdentityRow])


class GetPerson(Input[PersonInformation], node="data"):
    """人员信息获取 1101: resolve a credential to a person and the insurances; always first"""

    mdtrt_cert_type: people.MdtrtCertType
    mdtrt_cert_no: people.MdtrtCertNo
    card_sn: people.CardSn | None = None
    begntime: visits.Begntime | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    orgin_card_info: people.OrginCardInfo | None = None
    sign: people.Sign | None = None


class EntitlementRow(Answer):
    """One fund or check, with the reason when refused."""

    trt_enjymnt_flag: settlement.TrtEnjymntFlag
    psn_no: people.PsnNo | None = None
    trt_chk_type: settlement.TrtChkType | None = None
    fund_pay_type: settlement.FundPayType | None = None
    begndate: visits.Begndate | None = None
    enddate: visits.Enddate | None = None
    trt_chk_rslt: settlement.TrtChkRslt | None = None


class Entitlement(Output):
    """One row a fund or check."""

    trtinfo: list[EntitlementRow]


class CheckEntitlement(Input[Entitlement], node="data"):
    """人员待遇享受检查 2001: ask whether the benefit is enjoyed for a kind of care"""

    psn_no: people.PsnNo
    insutype: people.Insutype
    fixmedins_code: session.FixmedinsCode
    med_type: visits.MedType
    begntime: visits.Begntime
    endtime: visits.Endtime | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    matn_type: visits.MatnType | None = None
    birctrl_type: visits.BirctrlType | None = None
    exp_content: session.ExpContent | None = None
