"""The fee lines of a stay and its settlement: upload, trial, settlement, and the way back."""

from pydantic import Field

from yidi_sdk.elements import amounts, fees, people, session, settlement, visits
from yidi_sdk.message import Input, Node, Nothing, Output
from yidi_sdk.transactions.outpatient import FeeLineSplit, RuleBreach
from yidi_sdk.transactions.outpatient_settlement import FundRow, RevocationAmounts, SettlementAmounts, TrialAmounts


class InpatientFeeLine(Node):
    """One fee line of a stay."""

    feedetl_sn: fees.FeedetlSn
    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    med_type: visits.MedType
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
    init_feedetl_sn: fees.InitFeedetlSn | None = None
    drord_no: fees.DrordNo | None = None
    acord_dept_codg: fees.AcordDeptCodg | None = None
    acord_dept_name: fees.AcordDeptName | None = None
    orders_dr_code: fees.OrdersDrCode | None = None
    orders_dr_name: fees.OrdersDrName | None = None
    hosp_appr_flag: fees.HospApprFlag | None = None
    tcmdrug_used_way: fees.TcmdrugUsedWay | None = None
    etip_flag: fees.EtipFlag | None = None
    etip_hosp_code: fees.EtipHospCode | None = None
    dscg_tkdrug_flag: fees.DscgTkdrugFlag | None = None
    matn_fee_flag: fees.MatnFeeFlag | None = None
    memo: session.Memo | None = None
    exp_content: session.ExpContent | None = None
    medins_list_name: fees.MedinsListName | None = None
    frqu_dscr: fees.FrquDscr | None = None
    prd_days: amounts.PrdDays | None = None
    medc_way_dscr: fees.MedcWayDscr | None = None
    sin_dos: fees.SinDos | None = None
    sin_dosunt: fees.SinDosunt | None = None
    used_days: fees.UsedDays | None = None
    dismed_amt: fees.DismedAmt | None = None
    dismed_unt: fees.DismedUnt | None = None
    unchk_flag: fees.UnchkFlag | None = None
    unchk_memo: fees.UnchkMemo | None = None


class InpatientFeeLineSplit(FeeLineSplit):
    """One line and its four parts."""

    defray_type: fees.DefrayType | None = None


class InpatientFeeSplit(Output):
    """How each line was split."""

    result: list[InpatientFeeLineSplit]
    voladetail: list[RuleBreach] = Field(default_factory=list[RuleBreach])


class UploadInpatientFees(Input[InpatientFeeSplit]):
    """住院费用明细上传 2301: upload fee lines of a stay; a negative line names the line it takes back"""

    feedetail: list[InpatientFeeLine]


class RevokedFeeLine(Node):
    """The line to delete."""

    feedetl_sn: fees.FeedetlSn
    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    exp_content: session.ExpContent | None = None


class RevokeInpatientFees(Input[Nothing]):
    """住院费用明细撤销 2302: delete unsettled fee lines of a stay; line 0000 means all"""

    data: list[RevokedFeeLine]


class InpatientTrialAmounts(TrialAmounts):
    """The amounts of the trial."""

    psn_setlway: settlement.PsnSetlway | None = None
    med_sumfee: amounts.MedSumfee | None = None


class InpatientTrial(Output):
    """What the settlement of the stay would give now."""

    setlinfo: InpatientTrialAmounts
    setldetail: list[FundRow] = Field(default_factory=list[FundRow])
    voladetail: list[RuleBreach] = Field(default_factory=list[RuleBreach])


class PresettleInpatient(Input[InpatientTrial], node="data"):
    """住院预结算 2303: trial of the settlement of a stay; nothing is booked"""

    psn_no: people.PsnNo
    mdtrt_cert_type: people.MdtrtCertType
    mdtrt_cert_no: people.MdtrtCertNo
    medfee_sumamt: amounts.MedfeeSumamt
    psn_setlway: settlement.PsnSetlway
    mdtrt_id: visits.MdtrtId
    insutype: people.Insutype
    mid_setl_flag: settlement.MidSetlFlag
    fulamt_ownpay_amt: amounts.FulamtOwnpayAmt
    overlmt_selfpay: amounts.OverlmtSelfpay
    preselfpay_amt: amounts.PreselfpayAmt
    inscp_scp_amt: amounts.InscpScpAmt
    acct_used_flag: settlement.AcctUsedFlag | None = None
    invono: settlement.Invono | None = None
    dscgTime: fees.DscgDay | None = None
    exp_content: session.ExpContent | None = None
    med_type: visits.MedType | None = None
    order_no: settlement.OrderNo | None = None
    mdtrt_mode: visits.MdtrtMode | None = None
    hcard_basinfo: people.HcardBasinfo | None = None
    hcard_chkinfo: people.HcardChkinfo | None = None
    card_sn: people.CardSn | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    psn_type: people.PsnType | None = None


class InpatientSettlement(Output):
    """The settlement of the stay."""

    setlinfo: SettlementAmounts
    setldetail: list[FundRow] = Field(default_factory=list[FundRow])
    voladetail: list[RuleBreach] = Field(default_factory=list[RuleBreach])


class SettleInpatient(Input[InpatientSettlement], node="data"):
    """住院结算 2304: settle a stay"""

    psn_no: people.PsnNo
    mdtrt_cert_type: people.MdtrtCertType
    mdtrt_cert_no: people.MdtrtCertNo
    medfee_sumamt: amounts.MedfeeSumamt
    psn_setlway: settlement.PsnSetlway
    mdtrt_id: visits.MdtrtId
    insutype: people.Insutype
    acct_used_flag: settlement.AcctUsedFlag
    mid_setl_flag: settlement.MidSetlFlag
    invono: settlement.Invono | None = None
    fulamt_ownpay_amt: amounts.FulamtOwnpayAmt | None = None
    overlmt_selfpay: amounts.OverlmtSelfpay | None = None
    preselfpay_amt: amounts.PreselfpayAmt | None = None
    inscp_scp_amt: amounts.InscpScpAmt | None = None
    dscgTime: fees.DscgDay | None = None
    exp_content: session.ExpContent | None = None
    med_type: visits.MedType | None = None
    order_no: settlement.OrderNo | None = None
    mdtrt_mode: visits.MdtrtMode | None = None
    hcard_basinfo: people.HcardBasinfo | None = None
    hcard_chkinfo: people.HcardChkinfo | None = None
    card_sn: people.CardSn | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    psn_type: people.PsnType | None = None


class InpatientRevocationAmounts(RevocationAmounts):
    """The number of the negative settlement and its amounts."""

    exp_content: session.ExpContent | None = None


class InpatientRevocation(Output):
    """The negative settlement."""

    setlinfo: InpatientRevocationAmounts
    setldetail: list[FundRow] = Field(default_factory=list[FundRow])


class RevokeInpatientSettlement(Input[InpatientRevocation], node="data"):
    """住院结算撤销 2305: undo the settlement of a stay; the answer is a new settlement with negative amounts"""

    mdtrt_id: visits.MdtrtId
    setl_id: settlement.SetlId
    psn_no: people.PsnNo
    exp_content: session.ExpContent | None = None
