"""The settlement list of a stay, as it is read back."""

from pydantic import Field

from yidi_sdk.elements import amounts, clearing, fees, lists, people, review, session, settlement, visits
from yidi_sdk.message import Answer, Input, Output


class FoundList(Answer):
    """The list."""

    setl_id: settlement.SetlId | None = None
    setl_list_sn: lists.SetlListSn | None = None
    psn_no: people.PsnNo | None = None
    mdtrt_id: visits.MdtrtId | None = None
    fixmedins_name: session.FixmedinsName | None = None
    fixmedins_code: session.FixmedinsCode | None = None
    hi_setl_lv: lists.HiSetlLv | None = None
    medcasno: lists.Medcasno | None = None
    dcla_time: lists.DclaTime | None = None
    psn_name: people.PsnName | None = None
    gend: people.Gend | None = None
    brdy: people.Brdy | None = None
    age: amounts.Age | None = None
    age_days: lists.AgeDays | None = None
    ntly: lists.Ntly | None = None
    naty: people.Naty | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    prfs: lists.Prfs | None = None
    curr_addr: lists.CurrAddr | None = None
    emp_name: people.EmpName | None = None
    emp_addr: lists.EmpAddr | None = None
    emp_tel: lists.EmpTel | None = None
    emp_poscode: lists.EmpPoscode | None = None
    coner_name: people.ConerName | None = None
    patn_rlts: lists.PatnRlts | None = None
    coner_addr: lists.ConerAddr | None = None
    coner_tel: lists.ConerTel | None = None
    insutype: people.Insutype | None = None
    sp_psn_type: lists.SpPsnType | None = None
    insu_admdvs: clearing.InsuAdmdvs | None = None
    nwb_adm_type: lists.NwbAdmType | None = None
    nwb_bir_wt: amounts.NwbBirWt | None = None
    nwb_adm_wt: amounts.NwbAdmWt | None = None
    mul_nwb_bir_wt: lists.MulNwbBirWt | None = None
    mul_nwb_adm_wt: lists.MulNwbAdmWt | None = None
    opsp_diag_caty: lists.OpspDiagCaty | None = None
    opsp_mdtrt_time: lists.OpspMdtrtTime | None = None
    ipt_med_type: lists.IptMedType | None = None
    adm_way_code: lists.AdmWayCode | None = None
    trt_type: lists.TrtType | None = None
    adm_time: lists.AdmTime | None = None
    dscg_time: lists.DscgTime | None = None
    adm_caty: lists.AdmCaty | None = None
    refl_caty: lists.ReflCaty | None = None
    dscg_caty: lists.DscgCaty | None = None
    act_ipt_days: lists.ActIptDays | None = None
    otp_wm_diag: lists.OtpWmDiag | None = None
    otp_wm_diag_dise_code: lists.OtpWmDiagDiseCode | None = None
    otp_tcm_diag: lists.OtpTcmDiag | None = None
    otp_tcm_diag_dise_code: lists.OtpTcmDiagDiseCode | None = None
    diag_code_cnt: lists.DiagCodeCnt | None = None
    oprn_oprt_code_cnt: lists.OprnOprtCodeCnt | None = None
    vent_used_days: lists.VentUsedDays | None = None
    vent_used_h_cnt: lists.VentUsedHCnt | None = None
    vent_used_m_cnt: lists.VentUsedMCnt | None = None
    bfadm_coma_days: lists.BfadmComaDays | None = None
    bfadm_coma_h_cnt: lists.BfadmComaHCnt | None = None
    bfadm_coma_m_cnt: lists.BfadmComaMCnt | None = None
    afadm_coma_days: lists.AfadmComaDays | None = None
    afadm_coma_h_cnt: lists.AfadmComaHCnt | None = None
    afadm_coma_m_cnt: lists.AfadmComaMCnt | None = None
    spga_nurscare_days: lists.SpgaNurscareDays | None = None
    lv1_nurscare_days: lists.Lv1NurscareDays | None = None
    scd_nurscare_days: lists.ScdNurscareDays | None = None
    lv3_nurscare_days: lists.Lv3NurscareDays | None = None
    dscg_way: visits.DscgWay | None = None
    acp_optins_name: lists.AcpOptinsName | None = None
    acp_optins_code: lists.AcpOptinsCode | None = None
    dscg31days_rinp_flag: lists.Dscg31daysRinpFlag | None = None
    rinp_pup: lists.RinpPup | None = None
    chfpdr_name: visits.ChfpdrName | None = None
    chfpdr_code: lists.ChfpdrCode | None = None
    biz_sn: lists.BizSn | None = None
    bill_code: lists.BillCode | None = None
    bill_no: lists.BillNo | None = None
    setl_begndate: lists.SetlBegndate | None = None
    setl_enddate: lists.SetlEnddate | None = None
    psn_selfpay_amt: lists.PsnSelfpayAmt | None = None
    psn_ownpay_fee: lists.PsnOwnpayFee | None = None
    acct_payamt: amounts.AcctPayamt | None = None
    psn_cashpay: amounts.PsnCashpay | None = None
    hi_paymtd: lists.HiPaymtd | None = None
    medins_fill_dept: lists.MedinsFillDept | None = None
    medins_fill_psn: lists.MedinsFillPsn | None = None
    hi_no: lists.HiNo | None = None
    hi_type: lists.HiType | None = None
    opsp_dise_name: visits.OpspDiseName | None = None
    opsp_dise_code: visits.OpspDiseCode | None = None
    dscg_diag: lists.DscgDiag | None = None
    resp_nurs_name: lists.RespNursName | None = None
    resp_nurs_code: lists.RespNursCode | None = None
    hsorg_opter_code: lists.HsorgOpterCode | None = None
    stas_type: lists.StasType | None = None
    hsorg_opter_name: lists.HsorgOpterName | None = None
    hsorg_name: lists.HsorgName | None = None
    hsorg_code: lists.HsorgCode | None = None
    chk_cont: lists.ChkCont | None = None


class FoundPayment(Answer):
    """Paid by one fund."""

    setl_id: settlement.SetlId | None = None
    psn_no: people.PsnNo | None = None
    mdtrt_id: visits.MdtrtId | None = None
    fund_pay_type: settlement.FundPayType | None = None
    poolarea_fund_pay_type: lists.PoolareaFundPayType | None = None
    poolarea_fund_pay_name: lists.PoolareaFundPayName | None = None
    fund_payamt: amounts.FundPayamt | None = None


class FoundChronicDiagnosis(Answer):
    """One diagnosis of a chronic disease."""

    setl_list_opsp_trt_id: lists.SetlListOpspTrtId | None = None
    mdtrt_id: visits.MdtrtId | None = None
    setl_id: settlement.SetlId | None = None
    psn_no: people.PsnNo | None = None
    diag_code: visits.DiagCode | None = None
    diag_name: visits.DiagName | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None


class FoundDiagnosis(Answer):
    """One diagnosis."""

    setl_list_diag_id: lists.SetlListDiagId | None = None
    setl_id: settlement.SetlId | None = None
    mdtrt_id: visits.MdtrtId | None = None
    psn_no: people.PsnNo | None = None
    diag_type: visits.DiagType | None = None
    maindiag_flag: visits.MaindiagFlag | None = None
    diag_code: visits.DiagCode | None = None
    diag_name: visits.DiagName | None = None
    adm_cond_type: lists.AdmCondType | None = None


class FoundItem(Answer):
    """One kind of fee."""

    setl_list_chrgitm_id: lists.SetlListChrgitmId | None = None
    setl_id: settlement.SetlId | None = None
    mdtrt_id: visits.MdtrtId | None = None
    psn_no: people.PsnNo | None = None
    med_chrgitm_type: fees.MedChrgitmType | None = None
    item_sumamt: lists.ItemSumamt | None = None
    item_claa_amt: lists.ItemClaaAmt | None = None
    item_clab_amt: lists.ItemClabAmt | None = None
    item_ownpay_amt: lists.ItemOwnpayAmt | None = None
    item_oth_amt: lists.ItemOthAmt | None = None
    sindise_code_name: lists.SindiseCodeName | None = None
    daysrg_code_name: lists.DaysrgCodeName | None = None


class FoundOperation(Answer):
    """One operation."""

    setl_list_oprn_id: review.SetlListOprnId | None = None
    setl_id: settlement.SetlId | None = None
    psn_no: people.PsnNo | None = None
    mdtrt_id: visits.MdtrtId | None = None
    main_oprn_flag: review.MainOprnFlag | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None
    oprn_oprt_date: lists.OprnOprtDate | None = None
    anst_way: review.AnstWay | None = None
    oper_dr_name: review.OperDrName | None = None
    oper_dr_code: review.OperDrCode | None = None
    anst_dr_name: review.AnstDrName | None = None
    anst_dr_code: review.AnstDrCode | None = None
    oprn_oprt_begntime: lists.OprnOprtBegntime | None = None
    oprn_oprt_endtime: lists.OprnOprtEndtime | None = None
    anst_begntime: lists.AnstBegntime | None = None
    anst_endtime: lists.AnstEndtime | None = None


class FoundIntensiveCare(Answer):
    """One stay in intensive care."""

    setl_list_scs_cutd_id: lists.SetlListScsCutdId | None = None
    psn_no: people.PsnNo | None = None
    mdtrt_id: visits.MdtrtId | None = None
    setl_id: settlement.SetlId | None = None
    scs_cutd_ward_type: lists.ScsCutdWardType | None = None
    scs_cutd_inpool_time: lists.ScsCutdInpoolTime | None = None
    scs_cutd_exit_time: lists.ScsCutdExitTime | None = None
    scs_cutd_sum_dura: lists.ScsCutdSumDura | None = None


class FoundTransfusion(Answer):
    """One transfusion."""

    setl_List_bld_Id: lists.SetlListBldId | None = None
    psn_no: people.PsnNo | None = None
    mdtrt_id: visits.MdtrtId | None = None
    setl_id: settlement.SetlId | None = None
    bld_cat: lists.BldCat | None = None
    bld_amt: lists.BldAmt | None = None
    bld_unt: lists.BldUnt | None = None


class SettlementListFound(Output):
    """The list found."""

    setlinfo: FoundList | None = None
    payinfo: list[FoundPayment] = Field(default_factory=list[FoundPayment])
    opspdiseinfo: list[FoundChronicDiagnosis] = Field(default_factory=list[FoundChronicDiagnosis])
    diseinfo: list[FoundDiagnosis] = Field(default_factory=list[FoundDiagnosis])
    iteminfo: list[FoundItem] = Field(default_factory=list[FoundItem])
    oprninfo: list[FoundOperation] = Field(default_factory=list[FoundOperation])
    icuinfo: list[FoundIntensiveCare] = Field(default_factory=list[FoundIntensiveCare])
    bldinfo: list[FoundTransfusion] = Field(default_factory=list[FoundTransfusion])


class QuerySettlementList(Input[SettlementListFound], node="data"):
    """结算清单信息查询 4103: read a settlement list back"""

    psn_no: people.PsnNo | None = None
    setl_id: settlement.SetlId | None = None


class QualityFinding(Answer):
    """One field that was found wrong; the node is spelled as it was seen."""

    exam_data_fld: lists.ExamDataFld | None = None
    qltctrl_chkrslt: lists.QltctrlChkrslt | None = None
    err_lv: lists.ErrLv | None = None
    retn_flag: lists.RetnFlag | None = None
    init_val: lists.InitVal | None = None


class QualityVerdict(Answer):
    """The verdict on the list."""

    fixmedins_code: session.FixmedinsCode | None = None
    fixmedins_name: session.FixmedinsName | None = None
    setl_ym: lists.SetlYm | None = None
    setl_id: settlement.SetlId | None = None
    psn_no: people.PsnNo | None = None
    psn_name: people.PsnName | None = None
    qltctrl_rslt: lists.QltctrlRslt | None = None
    err_lv: lists.ErrLv | None = None
    retn_flag: lists.RetnFlag | None = None
    qltctrl_ver: lists.QltctrlVer | None = None
    psn_cert_type: people.PsnCertType | None = None
    cert_no: lists.CertNo | None = None
    detailinfo: lists.Detailinfo | None = None


class ListQuality(Output):
    """What was found."""

    deraukubfi: list[QualityFinding] = Field(default_factory=list[QualityFinding])
    data: QualityVerdict | None = None


class QueryListQuality(Input[ListQuality], node="data"):
    """结算清单质控/统计查询 4104: ask what the quality control found in settlement lists"""

    setl_ym: lists.SetlYm | None = None
    setl_id: settlement.SetlId | None = None
    psn_no: people.PsnNo | None = None
    err_lv: lists.ErrLv | None = None
    retn_flag: lists.RetnFlag | None = None
    page_num: session.PageNum | None = None
    page_size: session.PageSize | None = None


class SettlementListCounts(Output):
    """The counts, taken as they come: no implementer shows the answer."""


class CountSettlementLists(Input[SettlementListCounts], node="data"):
    """结算清单数量统计 4105: count settlement lists by category, place and way of clearing"""

    fixmedins_code: session.FixmedinsCode
    medtype_list: lists.MedtypeList | None = None
    stt_begntime: lists.SttBegntime | None = None
    stt_endtime: lists.SttEndtime | None = None
    pay_loc_list: lists.PayLocList | None = None
    clr_way_list: lists.ClrWayList | None = None
    refd_setl_flag: settlement.RefdSetlFlag | None = None
