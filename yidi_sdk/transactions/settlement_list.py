"""The settlement list of a stay, as it is uploaded."""

from yidi_sdk.elements import amounts, lists, people, review, session, settlement, visits
from yidi_sdk.message import Answer, Input, Node, Nothing, Output


class ListPayment(Node):
    """Paid by one fund."""

    fund_pay_type: settlement.FundPayType
    fund_payamt: amounts.FundPayamt


class ListChronicDiagnosis(Node):
    """One diagnosis of a chronic disease."""

    diag_name: visits.DiagName
    diag_code: visits.DiagCode
    oprn_oprt_name: visits.OprnOprtName
    oprn_oprt_code: visits.OprnOprtCode


class ListDiagnosis(Node):
    """One diagnosis."""

    diag_type: visits.DiagType
    diag_code: visits.DiagCode
    diag_name: visits.DiagName
    maindiag_flag: visits.MaindiagFlag
    adm_cond_type: lists.AdmCondType | None = None


class ListItem(Node):
    """One kind of fee."""

    med_chrgitm: lists.MedChrgitm
    amt: amounts.Amt
    claa_sumfee: amounts.ClaaSumfee
    clab_amt: amounts.ClabAmt
    fulamt_ownpay_amt: amounts.FulamtOwnpayAmt
    oth_amt: amounts.OthAmt


class ListOperation(Node):
    """One operation."""

    oprn_oprt_name: visits.OprnOprtName
    oprn_oprt_code: visits.OprnOprtCode
    oprn_oprt_type: lists.OprnOprtType | None = None
    oprn_oprt_date: lists.OprnOprtDate | None = None
    anst_way: review.AnstWay | None = None
    oper_dr_name: review.OperDrName | None = None
    oper_dr_code: review.OperDrCode | None = None
    anst_dr_name: review.AnstDrName | None = None
    anst_dr_code: review.AnstDrCode | None = None
    main_oprn_flag: review.MainOprnFlag | None = None


class ListIntensiveCare(Node):
    """One stay in intensive care."""

    scs_cutd_ward_type: lists.ScsCutdWardType
    scs_cutd_inpool_time: lists.ScsCutdInpoolTime
    scs_cutd_exit_time: lists.ScsCutdExitTime
    scs_cutd_sum_dura: lists.ScsCutdSumDura


class SettlementListNumber(Answer):
    """The number of the list."""

    setl_list_id: lists.SetlListId | None = None


class SettlementListUploaded(Output):
    """The list that was taken."""

    data: SettlementListNumber | None = None


class UploadSettlementList(Input[SettlementListUploaded], node="setlinfo"):
    """医疗保障基金结算清单信息上传 4101: upload the settlement list of a stay"""

    mdtrt_id: visits.MdtrtId
    setl_id: settlement.SetlId
    fixmedins_name: session.FixmedinsName
    fixmedins_code: session.FixmedinsCode
    medcasno: lists.Medcasno
    psn_name: people.PsnName
    gend: people.Gend
    brdy: people.Brdy
    ntly: lists.Ntly
    naty: people.Naty
    patn_cert_type: lists.PatnCertType
    certno: people.Certno
    prfs: lists.Prfs
    coner_name: people.ConerName
    patn_rlts: lists.PatnRlts
    coner_addr: lists.ConerAddr
    coner_tel: lists.ConerTel
    hi_type: lists.HiType
    insuplc: lists.Insuplc
    ipt_med_type: lists.IptMedType
    adm_caty: lists.AdmCaty
    dscg_caty: lists.DscgCaty
    bill_code: lists.BillCode
    bill_no: lists.BillNo
    biz_sn: lists.BizSn
    setl_begn_date: lists.SetlBegnDate
    setl_end_date: lists.SetlEndDate
    psn_selfpay: amounts.PsnSelfpay
    psn_ownpay: amounts.PsnOwnpay
    acct_pay: amounts.AcctPay
    psn_cashpay: amounts.PsnCashpay
    hi_paymtd: lists.HiPaymtd
    hsorg: lists.Hsorg
    hsorg_opter: lists.HsorgOpter
    medins_fill_dept: lists.MedinsFillDept
    medins_fill_psn: lists.MedinsFillPsn
    hi_setl_lv: lists.HiSetlLv | None = None
    hi_no: lists.HiNo | None = None
    dcla_time: lists.DclaTime | None = None
    age: amounts.Age | None = None
    nwb_age: lists.NwbAge | None = None
    curr_addr: lists.CurrAddr | None = None
    emp_name: people.EmpName | None = None
    emp_addr: lists.EmpAddr | None = None
    emp_tel: lists.EmpTel | None = None
    poscode: lists.Poscode | None = None
    sp_psn_type: lists.SpPsnType | None = None
    nwb_adm_type: lists.NwbAdmType | None = None
    nwb_bir_wt: amounts.NwbBirWt | None = None
    nwb_adm_wt: amounts.NwbAdmWt | None = None
    opsp_diag_caty: lists.OpspDiagCaty | None = None
    opsp_mdtrt_date: lists.OpspMdtrtDate | None = None
    adm_way: lists.AdmWay | None = None
    trt_type: lists.TrtType | None = None
    adm_time: lists.AdmTime | None = None
    refldept_dept: lists.RefldeptDept | None = None
    dscg_time: lists.DscgTime | None = None
    act_ipt_days: lists.ActIptDays | None = None
    otp_wm_dise: lists.OtpWmDise | None = None
    wm_dise_code: lists.WmDiseCode | None = None
    otp_tcm_dise: lists.OtpTcmDise | None = None
    tcm_dise_code: lists.TcmDiseCode | None = None
    diag_code_cnt: lists.DiagCodeCnt | None = None
    maindiag_flag: visits.MaindiagFlag | None = None
    oprn_oprt_code_cnt: lists.OprnOprtCodeCnt | None = None
    vent_used_dura: lists.VentUsedDura | None = None
    pwcry_bfadm_coma_dura: lists.PwcryBfadmComaDura | None = None
    pwcry_afadm_coma_dura: lists.PwcryAfadmComaDura | None = None
    bld_cat: lists.BldCat | None = None
    bld_amt: lists.BldAmt | None = None
    bld_unt: lists.BldUnt | None = None
    spga_nurscare_days: lists.SpgaNurscareDays | None = None
    lv1_nurscare_days: lists.Lv1NurscareDays | None = None
    scd_nurscare_days: lists.ScdNurscareDays | None = None
    lv3_nurscare_days: lists.Lv3NurscareDays | None = None
    dscg_way: visits.DscgWay | None = None
    acp_medins_name: lists.AcpMedinsName | None = None
    acp_optins_code: lists.AcpOptinsCode | None = None
    days_rinp_flag_31: lists.DaysRinpFlag31 | None = None
    days_rinp_pup_31: lists.DaysRinpPup31 | None = None
    chfpdr_name: visits.ChfpdrName | None = None
    chfpdr_code: lists.ChfpdrCode | None = None
    prfs_name: lists.PrfsName | None = None
    payinfo: list[ListPayment] | None = None
    opspdiseinfo: list[ListChronicDiagnosis] | None = None
    diseinfo: list[ListDiagnosis] | None = None
    iteminfo: list[ListItem] | None = None
    oprninfo: list[ListOperation] | None = None
    icuinfo: list[ListIntensiveCare] | None = None


class ListOperationA(Node):
    """One operation, with its times."""

    oprn_oprt_type: lists.OprnOprtType
    oprn_oprt_name: visits.OprnOprtName
    oprn_oprt_code: visits.OprnOprtCode
    oper_dr_code: review.OperDrCode
    oprn_oprt_begntime: lists.OprnOprtBegntime
    oprn_oprt_endtime: lists.OprnOprtEndtime
    anst_way: review.AnstWay | None = None
    anst_dr_code: review.AnstDrCode | None = None
    anst_begntime: lists.AnstBegntime | None = None
    anst_endtime: lists.AnstEndtime | None = None
    oprn_oprt_date: lists.OprnOprtDate | None = None
    oper_dr_name: review.OperDrName | None = None
    anst_dr_name: review.AnstDrName | None = None


class ListTransfusion(Node):
    """One transfusion."""

    bld_cat: lists.BldCat
    bld_amt: lists.BldAmt
    bld_unt: lists.BldUnt
    scs_cutd_sum_dura: lists.ScsCutdSumDura | None = None


class UploadSettlementListA(Input[Nothing], node="setlinfo"):
    """医疗保障基金结算清单信息上传(A版) 4101A: upload the settlement list of a stay, later variant"""

    psn_no: people.PsnNo
    mdtrt_id: visits.MdtrtId
    setl_id: settlement.SetlId
    medcasno: lists.Medcasno
    ntly: lists.Ntly
    prfs: lists.Prfs
    coner_name: people.ConerName
    patn_rlts: lists.PatnRlts
    coner_addr: lists.ConerAddr
    coner_tel: lists.ConerTel
    dscg_caty: lists.DscgCaty
    bill_code: lists.BillCode
    bill_no: lists.BillNo
    biz_sn: lists.BizSn
    setl_begn_date: lists.SetlBegnDate
    setl_end_date: lists.SetlEndDate
    medins_fill_dept: lists.MedinsFillDept
    medins_fill_psn: lists.MedinsFillPsn
    resp_nurs_code: lists.RespNursCode
    hi_paymtd: lists.HiPaymtd
    hi_no: lists.HiNo | None = None
    dcla_time: lists.DclaTime | None = None
    curr_addr: lists.CurrAddr | None = None
    emp_name: people.EmpName | None = None
    emp_addr: lists.EmpAddr | None = None
    emp_tel: lists.EmpTel | None = None
    poscode: lists.Poscode | None = None
    nwb_adm_type: lists.NwbAdmType | None = None
    nwb_bir_wt: amounts.NwbBirWt | None = None
    nwb_adm_wt: amounts.NwbAdmWt | None = None
    mul_nwb_bir_wt: lists.MulNwbBirWt | None = None
    mul_nwb_adm_wt: lists.MulNwbAdmWt | None = None
    opsp_diag_caty: lists.OpspDiagCaty | None = None
    opsp_mdtrt_date: lists.OpspMdtrtDate | None = None
    adm_way: lists.AdmWay | None = None
    trt_type: lists.TrtType | None = None
    adm_time: lists.AdmTime | None = None
    refldept_dept: lists.RefldeptDept | None = None
    dscg_time: lists.DscgTime | None = None
    otp_wm_dise: lists.OtpWmDise | None = None
    wm_dise_code: lists.WmDiseCode | None = None
    otp_tcm_dise: lists.OtpTcmDise | None = None
    tcm_dise_code: lists.TcmDiseCode | None = None
    vent_used_dura: lists.VentUsedDura | None = None
    pwcry_bfadm_coma_dura: lists.PwcryBfadmComaDura | None = None
    pwcry_afadm_coma_dura: lists.PwcryAfadmComaDura | None = None
    spga_nurscare_days: lists.SpgaNurscareDays | None = None
    lv1_nurscare_days: lists.Lv1NurscareDays | None = None
    scd_nurscare_days: lists.ScdNurscareDays | None = None
    lv3_nurscare_days: lists.Lv3NurscareDays | None = None
    dscg_way: visits.DscgWay | None = None
    acp_medins_name: lists.AcpMedinsName | None = None
    acp_optins_code: lists.AcpOptinsCode | None = None
    days_rinp_flag_31: lists.DaysRinpFlag31 | None = None
    days_rinp_pup_31: lists.DaysRinpPup31 | None = None
    chfpdr_code: lists.ChfpdrCode | None = None
    stas_type: lists.StasType | None = None
    sp_psn_type: lists.SpPsnType | None = None
    prfs_name: lists.PrfsName | None = None
    nwb_age: lists.NwbAge | None = None
    ipt_med_type: lists.IptMedType | None = None
    chfpdr_name: visits.ChfpdrName | None = None
    opspdiseinfo: list[ListChronicDiagnosis] | None = None
    diseinfo: list[ListDiagnosis] | None = None
    oprninfo: list[ListOperationA] | None = None
    icuinfo: list[ListIntensiveCare] | None = None
    bldinfo: list[ListTransfusion] | None = None


class SettlementListStatus(Node):
    """The new state of one list."""

    psn_no: people.PsnNo | None = None
    setl_id: settlement.SetlId | None = None
    stas_type: lists.StasType | None = None


class ChangeSettlementListStatus(Input[Nothing]):
    """结算清单状态修改 4102: change the state of settlement lists"""

    stastinfo: list[SettlementListStatus]
