"""Printed statements and benefit applications; these numbers mean other things outside Guangdong."""

from pydantic import Field

from yidi_sdk.elements import amounts, combined, fees, lists, people, self_pay, session, settlement, statements, visits
from yidi_sdk.message import Answer, Input, Output


class BenefitApplicationRow(Answer):
    """One application."""

    psn_trt_no: statements.PsnTrtNo | None = None
    psn_trt_type: statements.PsnTrtType | None = None
    psn_trt_type_name: statements.PsnTrtTypeName | None = None
    dise_no: combined.DiseNo | None = None
    dise_name: visits.DiseName | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None


class BenefitApplications(Output):
    """The applications found."""

    spinfo: list[BenefitApplicationRow] = Field(default_factory=list[BenefitApplicationRow])


class QueryBenefitApplications(Input[BenefitApplications], node="data"):
    """个人待遇申请信息获取(广东) 1160: applications of a person for benefits (Guangdong)"""

    psn_no: people.PsnNo
    med_type: visits.MedType
    begntime: visits.Begntime | None = None
    hcard_basinfo: people.HcardBasinfo | None = None
    hcard_chkinfo: people.HcardChkinfo | None = None


class StatementHead(Answer):
    """The settlement as printed."""

    setl_id: settlement.SetlId | None = None
    mdtrt_id: visits.MdtrtId | None = None
    psn_no: people.PsnNo | None = None
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
    insu_optins: people.InsuOptins | None = None
    emp_name: people.EmpName | None = None
    pay_loc: session.PayLoc | None = None
    fixmedins_code: session.FixmedinsCode | None = None
    fixmedins_name: session.FixmedinsName | None = None
    setl_time: settlement.SetlTime | None = None
    mdtrt_cert_type: people.MdtrtCertType | None = None
    med_type: visits.MedType | None = None
    medfee_sumamt: amounts.MedfeeSumamt | None = None
    ownpay_amt: amounts.OwnpayAmt | None = None
    overlmt_selfpay: amounts.OverlmtSelfpay | None = None
    preselfpay_amt: amounts.PreselfpayAmt | None = None
    inscp_scp_amt: amounts.InscpScpAmt | None = None
    act_pay_dedc: amounts.ActPayDedc | None = None
    hifp_pay: amounts.HifpPay | None = None
    pool_prop_selfpay: amounts.PoolPropSelfpay | None = None
    med_sumfee: amounts.MedSumfee | None = None
    cvlserv_pay: amounts.CvlservPay | None = None
    hifes_pay: amounts.HifesPay | None = None
    hifmi_pay: amounts.HifmiPay | None = None
    hifob_pay: amounts.HifobPay | None = None
    hifdm_pay: amounts.HifdmPay | None = None
    maf_pay: amounts.MafPay | None = None
    ownpay_hosp_part: statements.OwnpayHospPart | None = None
    oth_pay: amounts.OthPay | None = None
    fund_pay_sumamt: amounts.FundPaySumamt | None = None
    psn_pay: amounts.PsnPay | None = None
    acct_pay: amounts.AcctPay | None = None
    cash_payamt: amounts.CashPayamt | None = None
    year: settlement.Year | None = None
    clr_optins: settlement.ClrOptins | None = None
    clr_type: settlement.ClrType | None = None
    ipt_op_no: combined.IptOpNo | None = None
    op_dise_info: combined.OpDiseInfo | None = None
    dise_no: combined.DiseNo | None = None
    dise_name: visits.DiseName | None = None
    invono: settlement.Invono | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    matn_type: visits.MatnType | None = None
    birctrl_type: visits.BirctrlType | None = None
    adm_dise_dscr: self_pay.AdmDiseDscr | None = None
    adm_dept_code: combined.AdmDeptCode | None = None
    adm_dept_name: visits.AdmDeptName | None = None
    adm_bed: visits.AdmBed | None = None
    dscg_dise_code: self_pay.DscgDiseCode | None = None
    dscg_dise_name: self_pay.DscgDiseName | None = None
    main_cond_dscr: visits.MainCondDscr | None = None
    ipt_days: amounts.IptDays | None = None
    fpsc_no: visits.FpscNo | None = None
    latechb_flag: visits.LatechbFlag | None = None
    geso_val: visits.GesoVal | None = None
    fetts: visits.Fetts | None = None
    fetus_cnt: visits.FetusCnt | None = None
    premature_flag: self_pay.PrematureFlag | None = None
    opter: statements.Opter | None = None
    opter_name: session.OpterName | None = None
    opt_time: session.OptTime | None = None
    birctrl_or_matn_time: combined.BirctrlOrMatnTime | None = None
    hosp_live: statements.HospLive | None = None
    begintime: statements.Begintime | None = None
    endtime: visits.Endtime | None = None
    det_amt: statements.DetAmt | None = None


class StatementItem(Answer):
    """One kind of fee."""

    med_chrgitm_type: fees.MedChrgitmType | None = None
    item_sumamt: lists.ItemSumamt | None = None
    item_claa_amt: lists.ItemClaaAmt | None = None
    item_clab_amt: lists.ItemClabAmt | None = None
    item_ownpay_amt: lists.ItemOwnpayAmt | None = None
    item_oth_amt: lists.ItemOthAmt | None = None
    overlmt_selfpay: amounts.OverlmtSelfpay | None = None


class StatementFund(Answer):
    """One fund."""

    setl_id: settlement.SetlId | None = None
    mdtrt_id: visits.MdtrtId | None = None
    fund_pay_type: settlement.FundPayType | None = None
    inscp_scp_amt: amounts.InscpScpAmt | None = None
    crt_payb_lmt_amt: amounts.CrtPaybLmtAmt | None = None
    fund_payamt: amounts.FundPayamt | None = None
    setl_proc_info: settlement.SetlProcInfo | None = None


class StatementStepsResident(Answer):
    """The steps of a resident's settlement."""

    bed_pay_cach: statements.BedPayCach | None = None
    part_pay_cach: statements.PartPayCach | None = None
    qfbzx_pay_cach: statements.QfbzxPayCach | None = None
    jbylgf_pay_cash: statements.JbylgfPayCash | None = None
    over_limit_cach_390: statements.OverLimitCach390 | None = None
    over_limit_cach: statements.OverLimitCach | None = None
    jbylgf_basic_pay: statements.JbylgfBasicPay | None = None
    jbylgf_med_pay: statements.JbylgfMedPay | None = None
    over_limit_sup_pay_390: statements.OverLimitSupPay390 | None = None
    sum_cach: statements.SumCach | None = None
    sum_jbyl: statements.SumJbyl | None = None
    sum_med: statements.SumMed | None = None
    sum_sup: statements.SumSup | None = None
    sum_bed_pay: statements.SumBedPay | None = None
    sum_own_pay: statements.SumOwnPay | None = None
    sum_part_pay: statements.SumPartPay | None = None
    sum_jbylgf_pay: statements.SumJbylgfPay | None = None
    sum_major_pay: statements.SumMajorPay | None = None
    sum_over_limit: statements.SumOverLimit | None = None
    sum_over_limit_390: statements.SumOverLimit390 | None = None
    sum_all_pay: statements.SumAllPay | None = None


class StatementStepsEmployee(Answer):
    """The steps of an employee's settlement."""

    bed_pay_cach: statements.BedPayCach | None = None
    own_pay_cach: statements.OwnPayCach | None = None
    part_pay_cach: statements.PartPayCach | None = None
    qfbzx_pay_cach: statements.QfbzxPayCach | None = None
    jbylgf_pay_cash: statements.JbylgfPayCash | None = None
    over_limit_cach: statements.OverLimitCach | None = None
    jbylgf_basic_pay: statements.JbylgfBasicPay | None = None
    jbylgf_med_pay: statements.JbylgfMedPay | None = None
    major_basic_pay: statements.MajorBasicPay | None = None
    sum_cach: statements.SumCach | None = None
    sum_jbyl: statements.SumJbyl | None = None
    sum_med: statements.SumMed | None = None
    sum_bed_pay: statements.SumBedPay | None = None
    sum_own_pay: statements.SumOwnPay | None = None
    sum_part_pay: statements.SumPartPay | None = None
    sum_qfbzx_pay: statements.SumQfbzxPay | None = None
    sum_jbylgf_pay: statements.SumJbylgfPay | None = None
    sum_major_pay: statements.SumMajorPay | None = None
    sum_over_limit: statements.SumOverLimit | None = None
    sum_all_pay: statements.SumAllPay | None = None


class StatementAssistance(Answer):
    """Medical assistance."""

    hosp_help_pay: statements.HospHelpPay | None = None
    help_cach: statements.HelpCach | None = None


class StatementSums(Answer):
    """What was used up this year."""

    now_year_cumulative: statements.NowYearCumulative | None = None
    insutype310_pay: statements.Insutype310Pay | None = None
    fund_major_pay: statements.FundMajorPay | None = None
    insutype370_pay: statements.Insutype370Pay | None = None
    psn_hops310_pay: statements.PsnHops310Pay | None = None
    mz_current_month_pay: statements.MzCurrentMonthPay | None = None
    zgybjj_current_season: statements.ZgybjjCurrentSeason | None = None
    jmybjj_current_season: statements.JmybjjCurrentSeason | None = None
    insutype390_pay: statements.Insutype390Pay | None = None
    insutype392_pay: statements.Insutype392Pay | None = None
    psn_hops390_pay: statements.PsnHops390Pay | None = None
    mz_type_pay: statements.MzTypePay | None = None
    med_assis_treat: statements.MedAssisTreat | None = None
    soc_med_assis_treat: statements.SocMedAssisTreat | None = None
    med_assis_amount_insur_cnt: statements.MedAssisAmountInsurCnt | None = None
    accu_amt_med_year: statements.AccuAmtMedYear | None = None
    spe_add_dedu_tax: statements.SpeAddDeduTax | None = None


class Statement(Output):
    """The statement."""

    setlinfo: StatementHead | None = None
    setldetail: list[StatementItem] = Field(default_factory=list[StatementItem])
    funddetail: list[StatementFund] = Field(default_factory=list[StatementFund])
    setlProcInfo_390: StatementStepsResident | None = None
    setlProcInfo_310_510: StatementStepsEmployee | None = None
    hospHelpInfo: StatementAssistance | None = None
    cumulative: StatementSums | None = None


class QueryStatement(Input[Statement], node="data"):
    """结算单查询(广东) 5260: everything that the printed statement shows (Guangdong)"""

    psn_no: people.PsnNo | None = None
    setl_id: settlement.SetlId | None = None
    mdtrt_id: visits.MdtrtId | None = None


class StatementRow(Answer):
    """The settlement."""

    setl_id: settlement.SetlId | None = None
    reim_type: statements.ReimType | None = None
    manl_reim_rea: statements.ManlReimRea | None = None
    mdtrt_id: visits.MdtrtId | None = None
    psn_name: people.PsnName | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    gend: people.Gend | None = None
    naty: people.Naty | None = None
    brdy: people.Brdy | None = None
    age: amounts.Age | None = None
    insutype: people.Insutype | None = None
    psn_type: people.PsnType | None = None
    insu_optins: people.InsuOptins | None = None
    emp_name: people.EmpName | None = None
    med_type: visits.MedType | None = None
    ipt_op_no: combined.IptOpNo | None = None
    dise_no: combined.DiseNo | None = None
    dise_name: visits.DiseName | None = None
    invono: settlement.Invono | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    main_cond_dscr: visits.MainCondDscr | None = None
    dise_info: statements.DiseInfo | None = None
    adm_dept_code: combined.AdmDeptCode | None = None
    adm_dept_name: visits.AdmDeptName | None = None
    adm_bed: visits.AdmBed | None = None
    dscg_dise_code: self_pay.DscgDiseCode | None = None
    dscg_dise_name: self_pay.DscgDiseName | None = None
    inpatientNo: statements.InpatientNo | None = None
    patientNo: statements.PatientNo | None = None
    updateState: statements.UpdateState | None = None
    fund_pay_sumamt: amounts.FundPaySumamt | None = None
    medfee_sumamt: amounts.MedfeeSumamt | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None


class StatementsFound(Output):
    """The settlement found."""

    setlinfo: StatementRow | None = None


class QuerySettlementsForStatement(Input[StatementsFound], node="data"):
    """结算单查询/慢特病限额查询(地方) 5261: settlements of a person in a period, for printing (Guangdong)"""

    psn_no: people.PsnNo | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None
