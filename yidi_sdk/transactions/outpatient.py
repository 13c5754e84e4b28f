"""The outpatient visit: register, diagnoses, fee lines."""

from pydantic import Field

from yidi_sdk.elements import amounts, fees, people, session, settlement, visits
from yidi_sdk.message import Answer, Input, Node, Nothing, Output


class PersonEcho(Node):
    """The person once more, as some clients send it."""

    psn_no: people.PsnNo | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    gend: people.Gend | None = None
    naty: people.Naty | None = None
    brdy: people.Brdy | None = None
    age: amounts.Age | None = None
    exp_content: session.ExpContent | None = None


class Agent(Node):
    """Who acts for the patient."""

    agnter_name: people.AgnterName | None = None
    agnter_rlts: people.AgnterRlts | None = None
    agnter_cert_type: people.AgnterCertType | None = None
    agnter_certno: people.AgnterCertno | None = None
    agnter_tel: people.AgnterTel | None = None
    agnter_addr: people.AgnterAddr | None = None
    agnter_photo: people.AgnterPhoto | None = None


class Registration(Answer):
    """The visit's number at the platform."""

    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    ipt_otp_no: visits.IptOtpNo | None = None
    exp_content: session.ExpContent | None = None
    vola_type: settlement.VolaType | None = None
    vola_dscr: settlement.VolaDscr | None = None


class OutpatientRegistration(Output):
    """The visit that was made."""

    data: Registration


class RegisterOutpatient(Input[OutpatientRegistration], node="data"):
    """门诊挂号 2201: make the outpatient visit at the platform"""

    psn_no: people.PsnNo
    insutype: people.Insutype
    begntime: visits.Begntime
    mdtrt_cert_type: people.MdtrtCertType
    mdtrt_cert_no: people.MdtrtCertNo
    ipt_otp_no: visits.IptOtpNo
    atddr_no: visits.AtddrNo
    dr_name: visits.DrName
    dept_code: visits.DeptCode
    dept_name: visits.DeptName
    caty: visits.Caty
    hcard_basinfo: people.HcardBasinfo | None = None
    hcard_chkinfo: people.HcardChkinfo | None = None
    exp_content: session.ExpContent | None = None
    card_sn: people.CardSn | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    psn_type: people.PsnType | None = None
    psnbaseinfo: PersonEcho | None = None
    agnterinfo: Agent | None = None


class CancelOutpatientRegistration(Input[Nothing], node="data"):
    """门诊挂号撤销 2202: cancel a visit that has no live settlement"""

    psn_no: people.PsnNo
    mdtrt_id: visits.MdtrtId
    ipt_otp_no: visits.IptOtpNo
    exp_content: session.ExpContent | None = None
    mdtrt_mode: visits.MdtrtMode | None = None


class EncounterFirst(Node):
    """The encounter: category, disease, flags."""

    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    med_type: visits.MedType
    begntime: visits.Begntime
    main_cond_dscr: visits.MainCondDscr | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    birctrl_type: visits.BirctrlType | None = None
    birctrl_matn_date: visits.BirctrlMatnDate | None = None
    matn_type: visits.MatnType | None = None
    ttp_resp: visits.TtpResp | None = None
    expi_gestation_nub_of_m: visits.ExpiGestationNubOfM | None = None
    geso_val: visits.GesoVal | None = None
    exp_content: session.ExpContent | None = None
    otp_er_refl_flag: visits.OtpErReflFlag | None = None
    er_flag: visits.ErFlag | None = None
    trum_flag: visits.TrumFlag | None = None
    rel_ttp_flag: visits.RelTtpFlag | None = None
    mdtrt_grp_type: visits.MdtrtGrpType | None = None
    need_ipt_flag: visits.NeedIptFlag | None = None


class DiagnosisFirst(Node):
    """One diagnosis."""

    diag_type: visits.DiagType
    diag_srt_no: visits.DiagSrtNo
    diag_code: visits.DiagCode
    diag_name: visits.DiagName
    diag_dept: visits.DiagDept
    dise_dor_no: visits.DiseDorNo
    dise_dor_name: visits.DiseDorName
    diag_time: visits.DiagTime
    vali_flag: visits.ValiFlag
    maindiag_flag: visits.MaindiagFlag | None = None


class UploadOutpatientEncounterFirst(Input[Nothing]):
    """门诊就诊信息上传 2203: upload category, disease and diagnoses, first variant"""

    mdtrtinfo: EncounterFirst
    diseinfo: list[DiagnosisFirst]


class Encounter(Node):
    """The encounter: category, disease, flags."""

    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    med_type: visits.MedType
    begntime: visits.Begntime
    main_cond_dscr: visits.MainCondDscr | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    birctrl_type: visits.BirctrlType | None = None
    birctrl_matn_date: visits.BirctrlMatnDate | None = None
    matn_type: visits.MatnType | None = None
    geso_val: visits.GesoVal | None = None
    exp_content: session.ExpContent | None = None
    ttp_resp: visits.TtpResp | None = None
    expi_gestation_nub_of_m: visits.ExpiGestationNubOfM | None = None
    otp_er_refl_flag: visits.OtpErReflFlag | None = None
    er_flag: visits.ErFlag | None = None
    trum_flag: visits.TrumFlag | None = None
    rel_ttp_flag: visits.RelTtpFlag | None = None
    mdtrt_grp_type: visits.MdtrtGrpType | None = None
    need_ipt_flag: visits.NeedIptFlag | None = None
    dise_type_code: visits.DiseTypeCode | None = None


class Diagnosis(Node):
    """One diagnosis."""

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
    psn_no: people.PsnNo | None = None
    adm_cond: visits.AdmCond | None = None
    mdtrt_id: visits.MdtrtId | None = None


class UploadOutpatientEncounter(Input[Nothing]):
    """门诊就诊信息上传(A版) 2203A: upload category, disease and diagnoses"""

    mdtrtinfo: Encounter
    diseinfo: list[Diagnosis]


class FeeLine(Node):
    """One fee line."""

    feedetl_sn: fees.FeedetlSn
    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    chrg_bchno: settlement.ChrgBchno
    rx_circ_flag: fees.RxCircFlag
    fee_ocur_time: fees.FeeOcurTime
    med_list_codg: fees.MedListCodg
    medins_list_codg: fees.MedinsListCodg
    det_item_fee_sumamt: amounts.DetItemFeeSumamt
    cnt: amounts.Cnt
    pric: amounts.Pric
    bilg_dept_codg: fees.BilgDeptCodg
    bilg_dept_name: fees.BilgDeptName
    bilg_dr_codg: fees.BilgDrCodg
    bilg_dr_name: fees.BilgDrName
    hosp_appr_flag: fees.HospApprFlag
    dise_codg: visits.DiseCodg | None = None
    rxno: fees.Rxno | None = None
    sin_dos_dscr: fees.SinDosDscr | None = None
    used_frqu_dscr: fees.UsedFrquDscr | None = None
    prd_days: amounts.PrdDays | None = None
    medc_way_dscr: fees.MedcWayDscr | None = None
    acord_dept_codg: fees.AcordDeptCodg | None = None
    acord_dept_name: fees.AcordDeptName | None = None
    orders_dr_code: fees.OrdersDrCode | None = None
    orders_dr_name: fees.OrdersDrName | None = None
    tcmdrug_used_way: fees.TcmdrugUsedWay | None = None
    etip_flag: fees.EtipFlag | None = None
    etip_hosp_code: fees.EtipHospCode | None = None
    dscg_tkdrug_flag: fees.DscgTkdrugFlag | None = None
    matn_fee_flag: fees.MatnFeeFlag | None = None
    exp_content: session.ExpContent | None = None
    medins_list_name: fees.MedinsListName | None = None
    unchk_flag: fees.UnchkFlag | None = None
    unchk_memo: fees.UnchkMemo | None = None


class FeeLineSplit(Answer):
    """One line and its four parts."""

    feedetl_sn: fees.FeedetlSn
    det_item_fee_sumamt: amounts.DetItemFeeSumamt
    cnt: amounts.Cnt | None = None
    pric: amounts.Pric | None = None
    pric_uplmt_amt: amounts.PricUplmtAmt | None = None
    selfpay_prop: amounts.SelfpayProp | None = None
    fulamt_ownpay_amt: amounts.FulamtOwnpayAmt | None = None
    overlmt_amt: amounts.OverlmtAmt | None = None
    preselfpay_amt: amounts.PreselfpayAmt | None = None
    inscp_scp_amt: amounts.InscpScpAmt | None = None
    chrgitm_lv: fees.ChrgitmLv | None = None
    med_chrgitm_type: fees.MedChrgitmType | None = None
    bas_medn_flag: fees.BasMednFlag | None = None
    hi_nego_drug_flag: fees.HiNegoDrugFlag | None = None
    chld_medc_flag: fees.ChldMedcFlag | None = None
    list_sp_item_flag: fees.ListSpItemFlag | None = None
    lmt_used_flag: fees.LmtUsedFlag | None = None
    drt_reim_flag: fees.DrtReimFlag | None = None
    memo: session.Memo | None = None
    exp_content: session.ExpContent | None = None


class RuleBreach(Answer):
    """One breach of a rule that the platform names."""

    mdtrt_id: visits.MdtrtId | None = None
    medins_list_codg: fees.MedinsListCodg | None = None
    medins_list_name: fees.MedinsListName | None = None
    med_list_codg: fees.MedListCodg | None = None
    vola_type: settlement.VolaType | None = None
    vola_dscr: settlement.VolaDscr | None = None


class OutpatientFeeSplit(Output):
    """How each line was split by the place of care."""

    result: list[FeeLineSplit]
    voladetail: list[RuleBreach] = Field(default_factory=list[RuleBreach])


class UploadOutpatientFees(Input[OutpatientFeeSplit]):
    """门诊费用明细信息上传 2204: upload fee lines of one charge batch; one batch carries one disease at most"""

    feedetail: list[FeeLine]


class RevokeOutpatientFees(Input[Nothing], node="data"):
    """门诊费用明细信息撤销 2205: delete unsettled fee lines of one batch; batch 0000 means all"""

    mdtrt_id: visits.MdtrtId
    chrg_bchno: settlement.ChrgBchno
    psn_no: people.PsnNo
    exp_content: session.ExpContent | None = None
