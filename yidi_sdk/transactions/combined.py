"""Everything of an outpatient visit in one call, as Guangdong has it."""

from yidi_sdk.elements import amounts, combined, fees, people, settlement, visits
from yidi_sdk.message import Input, Node, Output
from yidi_sdk.transactions.outpatient import Agent
from yidi_sdk.transactions.outpatient_settlement import RevocationAmounts, SettlementAmounts


class CombinedDiagnosisRow(Node):
    """One diagnosis."""

    dise_type: combined.DiseType | None = None
    dise_srt_no: combined.DiseSrtNo | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    dise_dept: combined.DiseDept | None = None
    dise_dor_no: visits.DiseDorNo | None = None
    dise_dor_name: visits.DiseDorName | None = None
    dise_time: combined.DiseTime | None = None


class CombinedFeeLine(Node):
    """One fee line."""

    feedetl_sn: fees.FeedetlSn | None = None
    dise_no: combined.DiseNo | None = None
    rx_drord_no: fees.RxDrordNo | None = None
    fee_ocur_date: combined.FeeOcurDate | None = None
    cnt: amounts.Cnt | None = None
    pric: amounts.Pric | None = None
    det_item_fee_sumamt: amounts.DetItemFeeSumamt | None = None
    sin_dos_dscr: fees.SinDosDscr | None = None
    used_frqu_dscr: fees.UsedFrquDscr | None = None
    prd_days: amounts.PrdDays | None = None
    medc_way_dscr: fees.MedcWayDscr | None = None
    med_list_codg: fees.MedListCodg | None = None
    medins_milist_codg: combined.MedinsMilistCodg | None = None
    medins_list_name: fees.MedinsListName | None = None
    bilg_dept_codg: fees.BilgDeptCodg | None = None
    bilg_dept_name: fees.BilgDeptName | None = None
    bilg_dr_codg: fees.BilgDrCodg | None = None
    bilg_dr_name: fees.BilgDrName | None = None
    orders_dept_code: combined.OrdersDeptCode | None = None
    orders_dept_name: combined.OrdersDeptName | None = None
    orders_dr_code: fees.OrdersDrCode | None = None
    orders_dr_name: fees.OrdersDrName | None = None
    hosp_appr_flag: fees.HospApprFlag | None = None
    tcmdrug_used_way: fees.TcmdrugUsedWay | None = None
    extins_flag: combined.ExtinsFlag | None = None
    extins_hosp_code: combined.ExtinsHospCode | None = None
    dscg_tkdrug_flag: fees.DscgTkdrugFlag | None = None
    matn_fee_flag: fees.MatnFeeFlag | None = None
    unchk_flag: fees.UnchkFlag | None = None
    unchk_memo: fees.UnchkMemo | None = None


class CombinedDiagnosis(Node):
    """Diagnoses: rows below it, or one diagnosis itself."""

    mdtrt_id: visits.MdtrtId | None = None
    psn_no: people.PsnNo | None = None
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
    vali_flag: visits.ValiFlag | None = None
    rows: list[CombinedDiagnosisRow] | None = None


class CombinedFees(Node):
    """The fee lines."""

    rows: list[CombinedFeeLine] | None = None


class CombinedSettlement(Output):
    """The settlement."""

    setlInfo: SettlementAmounts


class SettleOutpatientAtOnce(Input[CombinedSettlement], node="mdtrtinfo"):
    """门诊一体化试算结算(广东扩展) 2260: upload encounter, diagnoses and fee lines and settle, in one call (Guangdong)"""

    psn_no: people.PsnNo
    clnc_flag: visits.ClncFlag
    mdtrt_cert_type: people.MdtrtCertType | None = None
    mdtrt_cert_no: people.MdtrtCertNo | None = None
    hcard_basinfo: people.HcardBasinfo | None = None
    hcard_chkinfo: people.HcardChkinfo | None = None
    mdtrt_mode: visits.MdtrtMode | None = None
    setl_flag: combined.SetlFlag | None = None
    insutype: people.Insutype | None = None
    med_type: visits.MedType | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None
    ipt_op_no: combined.IptOpNo | None = None
    adm_dept_code: combined.AdmDeptCode | None = None
    adm_dept_name: visits.AdmDeptName | None = None
    order_no: settlement.OrderNo | None = None
    main_cond_dscr: visits.MainCondDscr | None = None
    dise_no: combined.DiseNo | None = None
    dise_name: visits.DiseName | None = None
    dscg_maindiag_code: visits.DscgMaindiagCode | None = None
    dscg_maindiag_name: visits.DscgMaindiagName | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    op_dise_info: combined.OpDiseInfo | None = None
    invono: settlement.Invono | None = None
    birctrl_type: visits.BirctrlType | None = None
    birctrl_or_matn_time: combined.BirctrlOrMatnTime | None = None
    agnterinfo: Agent | None = None
    diseinfo: list[CombinedDiagnosis] | None = None
    feedetail: list[CombinedFees] | None = None


class CombinedRevocation(Output):
    """The negative settlement."""

    setlInfo: RevocationAmounts


class RevokeSettlementAtOnce(Input[CombinedRevocation], node="mdtrtinfo"):
    """门诊一体化结算撤销(广东扩展) 2261: undo a combined settlement (Guangdong)"""

    setl_id: settlement.SetlId
    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
