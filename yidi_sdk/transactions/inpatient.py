"""The stay: admission, change, discharge, and the way back."""

from yidi_sdk.elements import people, session, settlement, visits
from yidi_sdk.message import Answer, Input, Node, Nothing, Output
from yidi_sdk.transactions.outpatient import Agent


class StayDiagnosis(Node):
    """One diagnosis of a stay."""

    psn_no: people.PsnNo
    diag_type: visits.DiagType
    maindiag_flag: visits.MaindiagFlag
    diag_srt_no: visits.DiagSrtNo
    diag_code: visits.DiagCode
    diag_name: visits.DiagName
    diag_dept: visits.DiagDept
    dise_dor_no: visits.DiseDorNo
    dise_dor_name: visits.DiseDorName
    diag_time: visits.DiagTime
    adm_cond: visits.AdmCond | None = None
    mdtrt_id: visits.MdtrtId | None = None
    vali_flag: visits.ValiFlag | None = None


class AdmissionResult(Answer):
    """The stay's number at the platform."""

    mdtrt_id: visits.MdtrtId
    vola_type: settlement.VolaType | None = None
    vola_dscr: settlement.VolaDscr | None = None


class Admission(Output):
    """The stay that was made."""

    result: AdmissionResult


class AdmitInpatient(Input[Admission], node="mdtrtinfo"):
    """入院办理 2401: make the stay at the platform; it carries the flags of trauma and third party"""

    psn_no: people.PsnNo
    insutype: people.Insutype
    begntime: visits.Begntime
    mdtrt_cert_type: people.MdtrtCertType
    mdtrt_cert_no: people.MdtrtCertNo
    med_type: visits.MedType
    ipt_no: visits.IptNo
    atddr_no: visits.AtddrNo
    chfpdr_name: visits.ChfpdrName
    adm_diag_dscr: visits.AdmDiagDscr
    adm_dept_codg: visits.AdmDeptCodg
    adm_dept_name: visits.AdmDeptName
    adm_bed: visits.AdmBed
    dscg_maindiag_code: visits.DscgMaindiagCode
    dscg_maindiag_name: visits.DscgMaindiagName
    diseinfo: list[StayDiagnosis]
    coner_name: people.ConerName | None = None
    tel: people.Tel | None = None
    medrcdno: visits.Medrcdno | None = None
    main_cond_dscr: visits.MainCondDscr | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    fpsc_no: visits.FpscNo | None = None
    matn_type: visits.MatnType | None = None
    birctrl_type: visits.BirctrlType | None = None
    latechb_flag: visits.LatechbFlag | None = None
    geso_val: visits.GesoVal | None = None
    fetts: visits.Fetts | None = None
    fetus_cnt: visits.FetusCnt | None = None
    pret_flag: visits.PretFlag | None = None
    birctrl_matn_date: visits.BirctrlMatnDate | None = None
    dise_type_code: visits.DiseTypeCode | None = None
    exp_content: session.ExpContent | None = None
    hcard_basinfo: people.HcardBasinfo | None = None
    hcard_chkinfo: people.HcardChkinfo | None = None
    ipt_otp_no: visits.IptOtpNo | None = None
    clnc_flag: visits.ClncFlag | None = None
    er_flag: visits.ErFlag | None = None
    advpay: visits.Advpay | None = None
    repeat_ipt_flag: visits.RepeatIptFlag | None = None
    ttp_resp: visits.TtpResp | None = None
    merg_setl_flag: visits.MergSetlFlag | None = None
    insuplc_admdvs: people.InsuplcAdmdvs | None = None
    mdtrtarea_admvs: visits.MdtrtareaAdmvs | None = None
    trum_flag: visits.TrumFlag | None = None
    rel_ttp_flag: visits.RelTtpFlag | None = None
    mdtrt_grp_type: visits.MdtrtGrpType | None = None
    ipt_type: visits.IptType | None = None
    card_sn: people.CardSn | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    psn_type: people.PsnType | None = None
    agnterinfo: Agent | None = None


class DischargeInpatient(Input[Nothing], node="dscginfo"):
    """出院办理 2402: end the stay, with the diagnoses at discharge"""

    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    insutype: people.Insutype
    endtime: visits.Endtime
    dscg_dept_codg: visits.DscgDeptCodg
    dscg_dept_name: visits.DscgDeptName
    dscg_way: visits.DscgWay
    diseinfo: list[StayDiagnosis]
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    fpsc_no: visits.FpscNo | None = None
    matn_type: visits.MatnType | None = None
    birctrl_type: visits.BirctrlType | None = None
    latechb_flag: visits.LatechbFlag | None = None
    geso_val: visits.GesoVal | None = None
    fetts: visits.Fetts | None = None
    fetus_cnt: visits.FetusCnt | None = None
    pret_flag: visits.PretFlag | None = None
    birctrl_matn_date: visits.BirctrlMatnDate | None = None
    cop_flag: visits.CopFlag | None = None
    dscg_bed: visits.DscgBed | None = None
    die_date: visits.DieDate | None = None
    exp_content: session.ExpContent | None = None
    cmplct_flag: visits.CmplctFlag | None = None
    expi_gestation_nub_of_m: visits.ExpiGestationNubOfM | None = None


class ChangedDiagnosis(Node):
    """One diagnosis of a stay that is changed."""

    psn_no: people.PsnNo
    diag_type: visits.DiagType
    maindiag_flag: visits.MaindiagFlag
    diag_srt_no: visits.DiagSrtNo
    diag_code: visits.DiagCode
    diag_name: visits.DiagName
    diag_dept: visits.DiagDept
    dise_dor_no: visits.DiseDorNo
    dise_dor_name: visits.DiseDorName
    diag_time: visits.DiagTime
    vali_flag: visits.ValiFlag
    adm_cond: visits.AdmCond | None = None
    mdtrt_id: visits.MdtrtId | None = None


class AdmissionChange(Answer):
    """A remark on the change."""

    vola_type: settlement.VolaType | None = None
    vola_dscr: settlement.VolaDscr | None = None
    memo: session.Memo | None = None


class AdmissionChanged(Output):
    """What the platform says to the change."""

    result: AdmissionChange | None = None


class ChangeAdmission(Input[AdmissionChanged], node="adminfo"):
    """住院信息变更 2403: change what an open stay says"""

    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    begntime: visits.Begntime
    mdtrt_cert_type: people.MdtrtCertType
    med_type: visits.MedType
    ipt_otp_no: visits.IptOtpNo
    atddr_no: visits.AtddrNo
    chfpdr_name: visits.ChfpdrName
    adm_diag_dscr: visits.AdmDiagDscr
    adm_dept_codg: visits.AdmDeptCodg
    adm_dept_name: visits.AdmDeptName
    adm_bed: visits.AdmBed
    dscg_maindiag_code: visits.DscgMaindiagCode
    dscg_maindiag_name: visits.DscgMaindiagName
    diseinfo: list[ChangedDiagnosis]
    coner_name: people.ConerName | None = None
    tel: people.Tel | None = None
    endtime: visits.Endtime | None = None
    medrcdno: visits.Medrcdno | None = None
    main_cond_dscr: visits.MainCondDscr | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    fpsc_no: visits.FpscNo | None = None
    matn_type: visits.MatnType | None = None
    birctrl_type: visits.BirctrlType | None = None
    latechb_flag: visits.LatechbFlag | None = None
    geso_val: visits.GesoVal | None = None
    fetts: visits.Fetts | None = None
    fetus_cnt: visits.FetusCnt | None = None
    pret_flag: visits.PretFlag | None = None
    birctrl_matn_date: visits.BirctrlMatnDate | None = None
    dise_type_code: visits.DiseTypeCode | None = None
    exp_content: session.ExpContent | None = None
    insutype: people.Insutype | None = None
    mdtrt_cert_no: people.MdtrtCertNo | None = None
    clnc_flag: visits.ClncFlag | None = None
    advpay: visits.Advpay | None = None
    trum_flag: visits.TrumFlag | None = None
    rel_ttp_flag: visits.RelTtpFlag | None = None
    mdtrt_grp_type: visits.MdtrtGrpType | None = None
    agnterinfo: Agent | None = None


class CancelAdmission(Input[Nothing], node="data"):
    """入院撤销 2404: cancel a stay that has no fee lines and no settlement"""

    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    exp_content: session.ExpContent | None = None


class CancelDischarge(Input[Nothing], node="data"):
    """出院撤销 2405: take the discharge back; the stay is open again"""

    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    exp_content: session.ExpContent | None = None
