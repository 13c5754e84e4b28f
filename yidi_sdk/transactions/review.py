"""Orders and fees checked against the rules of the platform."""

from pydantic import Field

from yidi_sdk.elements import amounts, fees, people, review, visits
from yidi_sdk.message import Answer, Input, Node, Output


class ReviewedOrder(Node):
    """One order or prescription."""

    rx_id: review.RxId
    rxno: fees.Rxno
    long_drord_flag: review.LongDrordFlag
    hilist_type: review.HilistType
    chrg_type: review.ChrgType
    drord_bhvr: review.DrordBhvr
    hilist_code: fees.HilistCode
    hilist_name: fees.HilistName
    hilist_lv: review.HilistLv
    hilist_pric: amounts.HilistPric
    hosplist_code: review.HosplistCode
    hosplist_name: review.HosplistName
    cnt: amounts.Cnt
    pric: amounts.Pric
    sumamt: amounts.Sumamt
    ownpay_amt: amounts.OwnpayAmt
    selfpay_amt: amounts.SelfpayAmt
    spec: fees.Spec
    spec_unt: review.SpecUnt
    drord_begn_date: review.DrordBegnDate
    drord_dept_codg: review.DrordDeptCodg
    drord_dept_name: review.DrordDeptName
    drord_dr_codg: review.DrordDrCodg
    drord_dr_name: review.DrordDrName
    drord_dr_profttl: review.DrordDrProfttl
    curr_drord_flag: review.CurrDrordFlag
    grpno: review.Grpno | None = None
    hilist_dosform: review.HilistDosform | None = None
    lv1_hosp_item_pric: amounts.Lv1HospItemPric | None = None
    lv2_hosp_item_pric: amounts.Lv2HospItemPric | None = None
    lv3_hosp_item_pric: amounts.Lv3HospItemPric | None = None
    hilist_memo: review.HilistMemo | None = None
    hosplist_dosform: review.HosplistDosform | None = None
    drord_stop_date: review.DrordStopDate | None = None


class ReviewedOperation(Node):
    """One operation."""

    setl_list_oprn_id: review.SetlListOprnId
    main_oprn_flag: review.MainOprnFlag
    oprn_code: review.OprnCode | None = None
    oprn_name: review.OprnName | None = None
    oprn_date: review.OprnDate | None = None
    anst_way: review.AnstWay | None = None
    oper_dr_name: review.OperDrName | None = None
    oper_dr_code: review.OperDrCode | None = None
    anst_dr_name: review.AnstDrName | None = None
    anst_dr_code: review.AnstDrCode | None = None


class ReviewedEncounter(Node):
    """One visit or stay."""

    mdtrt_id: visits.MdtrtId
    medins_id: review.MedinsId
    medins_name: review.MedinsName
    medins_admdvs: review.MedinsAdmdvs
    medins_type: review.MedinsType
    medins_lv: review.MedinsLv
    adm_date: review.AdmDate
    dscg_date: review.DscgDate
    dscg_main_dise_codg: review.DscgMainDiseCodg
    dscg_main_dise_name: review.DscgMainDiseName
    dr_codg: review.DrCodg
    adm_dept_codg: visits.AdmDeptCodg
    adm_dept_name: visits.AdmDeptName
    dscg_dept_codg: visits.DscgDeptCodg
    dscg_dept_name: visits.DscgDeptName
    med_mdtrt_type: review.MedMdtrtType
    med_type: visits.MedType
    matn_stas: review.MatnStas
    medfee_sumamt: amounts.MedfeeSumamt
    ownpay_amt: amounts.OwnpayAmt
    selfpay_amt: amounts.SelfpayAmt
    setl_totlnum: review.SetlTotlnum
    insutype: people.Insutype
    reim_flag: review.ReimFlag
    out_setl_flag: review.OutSetlFlag
    wardarea_codg: review.WardareaCodg | None = None
    wardno: review.Wardno | None = None
    bedno: review.Bedno | None = None
    fsi_diagnose_dtos: review.FsiDiagnoseDtos | None = None
    acct_payamt: amounts.AcctPayamt | None = None
    ma_amt: amounts.MaAmt | None = None
    hifp_payamt: amounts.HifpPayamt | None = None
    fsi_order_dtos: list[ReviewedOrder] | None = None
    fsi_operation_dtos: list[ReviewedOperation] | None = None


class ReviewedPatient(Node):
    """One patient."""

    patn_id: review.PatnId | None = None
    patn_name: review.PatnName | None = None
    gend: people.Gend | None = None
    brdy: people.Brdy | None = None
    poolarea: review.Poolarea | None = None
    curr_mdtrt_id: review.CurrMdtrtId | None = None
    fsi_his_data_dto: review.FsiHisDataDto | None = None
    fsi_encounter_dtos: list[ReviewedEncounter] | None = None


class ReviewRequest(Node):
    """Whom and what to check."""

    syscode: review.Syscode
    rule_ids: review.RuleIds | None = None
    trig_scen: review.TrigScen | None = None
    task_id: review.TaskId | None = None
    patient_dtos: list[ReviewedPatient] | None = None


class FindingDetail(Answer):
    """One item of a breach."""

    jrd_id: review.JrdId | None = None
    patn_id: review.PatnId | None = None
    mdtrt_id: visits.MdtrtId | None = None
    rx_id: review.RxId | None = None
    vola_item_type: review.VolaItemType | None = None
    vola_amt: amounts.VolaAmt | None = None


class Finding(Answer):
    """One breach of a rule."""

    jr_id: review.JrId | None = None
    rule_id: review.RuleId | None = None
    rule_name: review.RuleName | None = None
    vola_cont: review.VolaCont | None = None
    patn_id: review.PatnId | None = None
    mdtrt_id: visits.MdtrtId | None = None
    vola_amt: amounts.VolaAmt | None = None
    vola_amt_stas: review.VolaAmtStas | None = None
    sev_deg: review.SevDeg | None = None
    vola_evid: review.VolaEvid | None = None
    vola_bhvr_type: review.VolaBhvrType | None = None
    task_id: review.TaskId | None = None
    judge_result_detail_dtos: list[FindingDetail] = Field(default_factory=list[FindingDetail])


class ReviewResult(Output):
    """What the rules say."""

    result: list[Finding] = Field(default_factory=list[Finding])


class ReviewBeforeOrdering(Input[ReviewResult]):
    """明细审核事前分析 3101: check orders and fees against the rules before they are given"""

    data: ReviewRequest


class ReviewDuringTreatment(Input[ReviewResult]):
    """明细审核事中分析 3102: check orders and fees against the rules while the patient is treated"""

    data: ReviewRequest
