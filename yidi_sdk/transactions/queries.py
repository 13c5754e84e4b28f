"""What the platform holds of a visit: encounters, diagnoses, settlements, fee lines, sums."""

from pydantic import Field

from yidi_sdk.elements import amounts, fees, people, self_pay, session, settlement, visits
from yidi_sdk.message import Answer, Input, Output


class EncounterRow(Answer):
    """One visit."""

    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    gend: people.Gend | None = None
    naty: people.Naty | None = None
    brdy: people.Brdy | None = None
    age: amounts.Age | None = None
    coner_name: people.ConerName | None = None
    tel: people.Tel | None = None
    insutype: people.Insutype | None = None
    psn_type: people.PsnType | None = None
    maf_psn_flag: people.MafPsnFlag | None = None
    cvlserv_flag: people.CvlservFlag | None = None
    flxempe_flag: people.FlxempeFlag | None = None
    nwb_flag: people.NwbFlag | None = None
    insu_optins: people.InsuOptins | None = None
    emp_name: people.EmpName | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None
    mdtrt_cert_type: people.MdtrtCertType | None = None
    med_type: visits.MedType | None = None
    ars_year_ipt_flag: visits.ArsYearIptFlag | None = None
    pre_pay_flag: visits.PrePayFlag | None = None
    ipt_otp_no: visits.IptOtpNo | None = None
    medrcdno: visits.Medrcdno | None = None
    atddr_no: visits.AtddrNo | None = None
    chfpdr_name: visits.ChfpdrName | None = None
    adm_dept_codg: visits.AdmDeptCodg | None = None
    adm_dept_name: visits.AdmDeptName | None = None
    adm_bed: visits.AdmBed | None = None
    dscg_maindiag_code: visits.DscgMaindiagCode | None = None
    dscg_maindiag_name: visits.DscgMaindiagName | None = None
    dscg_dept_codg: visits.DscgDeptCodg | None = None
    dscg_dept_name: visits.DscgDeptName | None = None
    dscg_bed: visits.DscgBed | None = None
    dscg_way: visits.DscgWay | None = None
    main_cond_dscr: visits.MainCondDscr | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    otp_diag_info: visits.OtpDiagInfo | None = None
    inhosp_stas: visits.InhospStas | None = None
    die_date: visits.DieDate | None = None
    ipt_days: amounts.IptDays | None = None
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
    opter_id: session.OpterId | None = None
    opter_name: session.OpterName | None = None
    opt_time: session.OptTime | None = None
    memo: session.Memo | None = None


class Encounters(Output):
    """The visits found."""

    mdtrtinfo: list[EncounterRow]


class QueryEncounters(Input[Encounters], node="data"):
    """就诊信息查询 5201: visits of a person in a period"""

    psn_no: people.PsnNo
    begntime: visits.Begntime
    endtime: visits.Endtime
    med_type: visits.MedType
    mdtrt_id: visits.MdtrtId | None = None


class DiagnosisRow(Answer):
    """One diagnosis as the platform holds it."""

    diag_info_id: self_pay.DiagInfoId | None = None
    mdtrt_id: visits.MdtrtId | None = None
    psn_no: people.PsnNo | None = None
    inout_diag_type: self_pay.InoutDiagType | None = None
    diag_type: visits.DiagType | None = None
    maindiag_flag: visits.MaindiagFlag | None = None
    diag_srt_no: visits.DiagSrtNo | None = None
    diag_code: visits.DiagCode | None = None
    diag_name: visits.DiagName | None = None
    adm_cond: visits.AdmCond | None = None
    diag_dept: visits.DiagDept | None = None
    dise_dor_no: visits.DiseDorNo | None = None
    dise_dor_name: visits.DiseDorName | None = None
    diag_time: visits.DiagTime | None = None
    opter_id: session.OpterId | None = None
    opter_name: session.OpterName | None = None
    opt_time: session.OptTime | None = None


class DiagnosesFound(Output):
    """The diagnoses found."""

    diseinfo: list[DiagnosisRow]


class QueryDiagnoses(Input[DiagnosesFound], node="data"):
    """诊断信息查询 5202: diagnoses of a visit"""

    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo


class SettlementRow(Answer):
    """The settlement; `psn_pay` and `cash_payamt` stand where 2207 says `psn_part_amt` and `psn_cash_pay`."""

    setl_id: settlement.SetlId
    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    medfee_sumamt: amounts.MedfeeSumamt
    fulamt_ownpay_amt: amounts.FulamtOwnpayAmt
    overlmt_selfpay: amounts.OverlmtSelfpay
    preselfpay_amt: amounts.PreselfpayAmt
    inscp_scp_amt: amounts.InscpScpAmt
    fund_pay_sumamt: amounts.FundPaySumamt
    acct_pay: amounts.AcctPay
    cash_payamt: amounts.CashPayamt
    psn_name: people.PsnName | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    gend: people.Gend | None = None
    naty: people.Naty | None = None
    brdy: people.Brdy | None = None
    age: amounts.Age | None = None
    insutype: people.Insutype | None = None
    psn_type: people.PsnType | None = None
    cvlserv_flag: people.CvlservFlag | None = None
    flxempe_flag: people.FlxempeFlag | None = None
    nwb_flag: people.NwbFlag | None = None
    insu_optins: people.InsuOptins | None = None
    emp_name: people.EmpName | None = None
    pay_loc: session.PayLoc | None = None
    fixmedins_code: session.FixmedinsCode | None = None
    fixmedins_name: session.FixmedinsName | None = None
    hosp_lv: session.HospLv | None = None
    fixmedins_poolarea: session.FixmedinsPoolarea | None = None
    lmtpric_hosp_lv: session.LmtpricHospLv | None = None
    dedc_hosp_lv: session.DedcHospLv | None = None
    begndate: visits.Begndate | None = None
    enddate: visits.Enddate | None = None
    setl_time: settlement.SetlTime | None = None
    mdtrt_cert_type: people.MdtrtCertType | None = None
    med_type: visits.MedType | None = None
    clr_type: settlement.ClrType | None = None
    clr_way: settlement.ClrWay | None = None
    clr_optins: settlement.ClrOptins | None = None
    act_pay_dedc: amounts.ActPayDedc | None = None
    hifp_pay: amounts.HifpPay | None = None
    pool_prop_selfpay: amounts.PoolPropSelfpay | None = None
    cvlserv_pay: amounts.CvlservPay | None = None
    hifes_pay: amounts.HifesPay | None = None
    hifmi_pay: amounts.HifmiPay | None = None
    hifob_pay: amounts.HifobPay | None = None
    maf_pay: amounts.MafPay | None = None
    oth_pay: amounts.OthPay | None = None
    psn_pay: amounts.PsnPay | None = None
    balc: amounts.Balc | None = None
    acct_mulaid_pay: amounts.AcctMulaidPay | None = None
    medins_setl_id: settlement.MedinsSetlId | None = None
    refd_setl_flag: settlement.RefdSetlFlag | None = None
    year: settlement.Year | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    invono: settlement.Invono | None = None
    opter_id: session.OpterId | None = None
    opter_name: session.OpterName | None = None
    opt_time: session.OptTime | None = None
    med_sumfee: amounts.MedSumfee | None = None
    hifdm_pay: amounts.HifdmPay | None = None


class QueriedFundRow(Answer):
    """One fund, named as the insured place names it."""

    fund_pay_type: settlement.FundPayType | None = None
    inscp_scp_amt: amounts.InscpScpAmt | None = None
    crt_payb_lmt_amt: amounts.CrtPaybLmtAmt | None = None
    fund_payamt: amounts.FundPayamt | None = None
    fund_pay_type_name: settlement.FundPayTypeName | None = None
    setl_proc_info: settlement.SetlProcInfo | None = None


class SettlementFound(Output):
    """The settlement found."""

    setlinfo: SettlementRow
    setldetail: list[QueriedFundRow] = Field(default_factory=list[QueriedFundRow])


class QuerySettlement(Input[SettlementFound], node="data"):
    """结算信息查询 5203: one settlement with its funds"""

    psn_no: people.PsnNo
    setl_id: settlement.SetlId
    mdtrt_id: visits.MdtrtId


class FeeRow(Answer):
    """One fee line as the platform holds it."""

    mdtrt_id: visits.MdtrtId
    feedetl_sn: fees.FeedetlSn
    setl_id: settlement.SetlId | None = None
    rx_drord_no: fees.RxDrordNo | None = None
    med_type: visits.MedType | None = None
    fee_ocur_time: fees.FeeOcurTime | None = None
    cnt: amounts.Cnt | None = None
    pric: amounts.Pric | None = None
    sin_dos_dscr: fees.SinDosDscr | None = None
    used_frqu_dscr: fees.UsedFrquDscr | None = None
    prd_days: amounts.PrdDays | None = None
    medc_way_dscr: fees.MedcWayDscr | None = None
    det_item_fee_sumamt: amounts.DetItemFeeSumamt | None = None
    pric_uplmt_amt: amounts.PricUplmtAmt | None = None
    selfpay_prop: amounts.SelfpayProp | None = None
    fulamt_ownpay_amt: amounts.FulamtOwnpayAmt | None = None
    overlmt_amt: amounts.OverlmtAmt | None = None
    preselfpay_amt: amounts.PreselfpayAmt | None = None
    inscp_scp_amt: amounts.InscpScpAmt | None = None
    chrgitm_lv: fees.ChrgitmLv | None = None
    hilist_code: fees.HilistCode | None = None
    hilist_name: fees.HilistName | None = None
    list_type: fees.ListType | None = None
    med_list_codg: fees.MedListCodg | None = None
    medins_list_codg: fees.MedinsListCodg | None = None
    medins_list_name: fees.MedinsListName | None = None
    med_chrgitm_type: fees.MedChrgitmType | None = None
    prodname: fees.Prodname | None = None
    spec: fees.Spec | None = None
    dosform_name: fees.DosformName | None = None
    bilg_dept_codg: fees.BilgDeptCodg | None = None
    bilg_dept_name: fees.BilgDeptName | None = None
    bilg_dr_codg: fees.BilgDrCodg | None = None
    bilg_dr_name: fees.BilgDrName | None = None
    acord_dept_codg: fees.AcordDeptCodg | None = None
    acord_dept_name: fees.AcordDeptName | None = None
    orders_dr_code: fees.OrdersDrCode | None = None
    orders_dr_name: fees.OrdersDrName | None = None
    lmt_used_flag: fees.LmtUsedFlag | None = None
    hosp_prep_flag: fees.HospPrepFlag | None = None
    hosp_appr_flag: fees.HospApprFlag | None = None
    tcmdrug_used_way: fees.TcmdrugUsedWay | None = None
    prodplac_type: fees.ProdplacType | None = None
    bas_medn_flag: fees.BasMednFlag | None = None
    hi_nego_drug_flag: fees.HiNegoDrugFlag | None = None
    chld_medc_flag: fees.ChldMedcFlag | None = None
    etip_flag: fees.EtipFlag | None = None
    etip_hosp_code: fees.EtipHospCode | None = None
    dscg_tkdrug_flag: fees.DscgTkdrugFlag | None = None
    list_sp_item_flag: fees.ListSpItemFlag | None = None
    matn_fee_flag: fees.MatnFeeFlag | None = None
    drt_reim_flag: fees.DrtReimFlag | None = None
    memo: session.Memo | None = None
    opter_id: session.OpterId | None = None
    opter_name: session.OpterName | None = None
    opt_timeP: session.OptTimeP | None = None
    opt_time: session.OptTime | None = None


class FeesFound(Output):
    """The lines found."""

    data: list[FeeRow]


class QueryFees(Input[FeesFound], node="data"):
    """费用明细查询 5204: fee lines of a visit; a settled line carries its `setl_id`"""

    psn_no: people.PsnNo
    mdtrt_id: visits.MdtrtId
    setl_id: settlement.SetlId | None = None


class DrugRecordRow(Answer):
    """One drug."""

    feedetl_sn: fees.FeedetlSn | None = None
    rx_drord_no: fees.RxDrordNo | None = None
    fixmedins_code: session.FixmedinsCode | None = None
    fixmedins_name: session.FixmedinsName | None = None
    psn_no: people.PsnNo | None = None
    med_type: visits.MedType | None = None
    fee_ocur_time: fees.FeeOcurTime | None = None
    cnt: amounts.Cnt | None = None
    pric: amounts.Pric | None = None
    chrgitm_lv: fees.ChrgitmLv | None = None
    hilist_code: fees.HilistCode | None = None
    hilist_name: fees.HilistName | None = None
    list_type: fees.ListType | None = None
    med_list_codg: fees.MedListCodg | None = None
    medins_list_codg: fees.MedinsListCodg | None = None
    medins_list_name: fees.MedinsListName | None = None
    med_chrgitm_type: fees.MedChrgitmType | None = None
    prodname: fees.Prodname | None = None
    spec: fees.Spec | None = None
    dosform_name: fees.DosformName | None = None
    lmt_used_flag: fees.LmtUsedFlag | None = None
    hosp_prep_flag: fees.HospPrepFlag | None = None
    hosp_appr_flag: fees.HospApprFlag | None = None
    tcmdrug_used_way: fees.TcmdrugUsedWay | None = None
    prodplac_type: fees.ProdplacType | None = None
    bas_medn_flag: fees.BasMednFlag | None = None
    hi_nego_drug_flag: fees.HiNegoDrugFlag | None = None
    chld_medc_flag: fees.ChldMedcFlag | None = None
    etip_flag: fees.EtipFlag | None = None
    etip_hosp_code: fees.EtipHospCode | None = None
    dscg_tkdrug_flag: fees.DscgTkdrugFlag | None = None
    list_sp_item_flag: fees.ListSpItemFlag | None = None
    matn_fee_flag: fees.MatnFeeFlag | None = None


class DrugRecords(Output):
    """The records found."""

    data: list[DrugRecordRow]


class QueryDrugRecords(Input[DrugRecords], node="data"):
    """人员慢特病用药记录查询 5205: drugs that a person was given for chronic diseases"""

    psn_no: people.PsnNo
    begntime: visits.Begntime
    endtime: visits.Endtime | None = None


class AccumulationRow(Answer):
    """One sum."""

    cum_type_code: settlement.CumTypeCode
    cum: amounts.Cum
    insutype: people.Insutype | None = None
    year: settlement.Year | None = None
    cum_ym: settlement.CumYm | None = None


class Accumulations(Output):
    """The sums found."""

    cuminfo: list[AccumulationRow]


class QueryAccumulations(Input[Accumulations], node="data"):
    """人员累计信息查询 5206: what a person has used up in a year"""

    psn_no: people.PsnNo
    cum_ym: settlement.CumYm | None = None
