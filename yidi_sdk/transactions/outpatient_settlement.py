"""The outpatient settlement: trial, settlement, and the way back."""

from pydantic import Field

from yidi_sdk.elements import amounts, fees, people, session, settlement, visits
from yidi_sdk.message import Answer, Input, Node, Output
from yidi_sdk.transactions.outpatient import RuleBreach


class TrialAmounts(Answer):
    """The amounts of the trial."""

    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    medfee_sumamt: amounts.MedfeeSumamt
    fulamt_ownpay_amt: amounts.FulamtOwnpayAmt
    overlmt_selfpay: amounts.OverlmtSelfpay
    preselfpay_amt: amounts.PreselfpayAmt
    inscp_scp_amt: amounts.InscpScpAmt
    fund_pay_sumamt: amounts.FundPaySumamt
    acct_pay: amounts.AcctPay
    psn_cash_pay: amounts.PsnCashPay
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
    setl_time: settlement.SetlTime | None = None
    mdtrt_cert_type: people.MdtrtCertType | None = None
    med_type: visits.MedType | None = None
    act_pay_dedc: amounts.ActPayDedc | None = None
    hifp_pay: amounts.HifpPay | None = None
    pool_prop_selfpay: amounts.PoolPropSelfpay | None = None
    cvlserv_pay: amounts.CvlservPay | None = None
    hifes_pay: amounts.HifesPay | None = None
    hifmi_pay: amounts.HifmiPay | None = None
    hifob_pay: amounts.HifobPay | None = None
    maf_pay: amounts.MafPay | None = None
    oth_pay: amounts.OthPay | None = None
    psn_part_amt: amounts.PsnPartAmt | None = None
    hosp_part_amt: amounts.HospPartAmt | None = None
    balc: amounts.Balc | None = None
    acct_mulaid_pay: amounts.AcctMulaidPay | None = None
    medins_setl_id: settlement.MedinsSetlId | None = None
    clr_optins: settlement.ClrOptins | None = None
    clr_way: settlement.ClrWay | None = None
    clr_type: settlement.ClrType | None = None
    memo: session.Memo | None = None
    setl_id: settlement.SetlId | None = None
    hifdm_pay: amounts.HifdmPay | None = None
    exp_content: session.ExpContent | None = None


class FundRow(Answer):
    """One fund, named as the insured place names it."""

    fund_pay_type: settlement.FundPayType | None = None
    inscp_scp_amt: amounts.InscpScpAmt | None = None
    crt_payb_lmt_amt: amounts.CrtPaybLmtAmt | None = None
    fund_payamt: amounts.FundPayamt | None = None
    fund_pay_type_name: settlement.FundPayTypeName | None = None
    setl_proc_info: settlement.SetlProcInfo | None = None
    mdtrt_id: visits.MdtrtId | None = None
    setl_id: settlement.SetlId | None = None


class OutpatientTrial(Output):
    """What the settlement would give now."""

    setlinfo: TrialAmounts
    setldetail: list[FundRow] = Field(default_factory=list[FundRow])
    voladetail: list[RuleBreach] = Field(default_factory=list[RuleBreach])


class PresettleOutpatient(Input[OutpatientTrial], node="data"):
    """门诊预结算 2206: trial of a settlement; nothing is booked"""

    psn_no: people.PsnNo
    mdtrt_cert_type: people.MdtrtCertType
    mdtrt_cert_no: people.MdtrtCertNo
    med_type: visits.MedType
    medfee_sumamt: amounts.MedfeeSumamt
    psn_setlway: settlement.PsnSetlway
    mdtrt_id: visits.MdtrtId
    chrg_bchno: settlement.ChrgBchno
    acct_used_flag: settlement.AcctUsedFlag
    insutype: people.Insutype
    exp_content: session.ExpContent | None = None
    pub_hosp_rfom_flag: visits.PubHospRfomFlag | None = None
    mdtrt_mode: visits.MdtrtMode | None = None
    order_no: settlement.OrderNo | None = None
    hcard_basinfo: people.HcardBasinfo | None = None
    hcard_chkinfo: people.HcardChkinfo | None = None
    card_sn: people.CardSn | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    psn_type: people.PsnType | None = None


class PresettleOutpatientA(PresettleOutpatient):
    """门诊预结算(A版) 2206A: trial of a settlement where the platform publishes the A variant"""


class DrugTrace(Node):
    """One drug's tracing code."""

    feedetl_sn: fees.FeedetlSn | None = None
    drug_trac_codg: fees.DrugTracCodg | None = None
    trdn_flag: fees.TrdnFlag | None = None
    min_prcunt_type: fees.MinPrcuntType | None = None


class SettlementAmounts(Answer):
    """The settlement's number and amounts."""

    mdtrt_id: visits.MdtrtId
    setl_id: settlement.SetlId
    psn_no: people.PsnNo
    medfee_sumamt: amounts.MedfeeSumamt
    fulamt_ownpay_amt: amounts.FulamtOwnpayAmt
    overlmt_selfpay: amounts.OverlmtSelfpay
    preselfpay_amt: amounts.PreselfpayAmt
    inscp_scp_amt: amounts.InscpScpAmt
    fund_pay_sumamt: amounts.FundPaySumamt
    acct_pay: amounts.AcctPay
    psn_cash_pay: amounts.PsnCashPay
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
    setl_time: settlement.SetlTime | None = None
    mdtrt_cert_type: people.MdtrtCertType | None = None
    med_type: visits.MedType | None = None
    act_pay_dedc: amounts.ActPayDedc | None = None
    hifp_pay: amounts.HifpPay | None = None
    pool_prop_selfpay: amounts.PoolPropSelfpay | None = None
    cvlserv_pay: amounts.CvlservPay | None = None
    hifes_pay: amounts.HifesPay | None = None
    hifmi_pay: amounts.HifmiPay | None = None
    hifob_pay: amounts.HifobPay | None = None
    maf_pay: amounts.MafPay | None = None
    oth_pay: amounts.OthPay | None = None
    psn_part_amt: amounts.PsnPartAmt | None = None
    hosp_part_amt: amounts.HospPartAmt | None = None
    balc: amounts.Balc | None = None
    acct_mulaid_pay: amounts.AcctMulaidPay | None = None
    medins_setl_id: settlement.MedinsSetlId | None = None
    clr_optins: settlement.ClrOptins | None = None
    clr_way: settlement.ClrWay | None = None
    clr_type: settlement.ClrType | None = None
    med_sumfee: amounts.MedSumfee | None = None
    hifdm_pay: amounts.HifdmPay | None = None
    exp_content: session.ExpContent | None = None
    psn_setlway: settlement.PsnSetlway | None = None
    memo: session.Memo | None = None


class OutpatientSettlement(Output):
    """The settlement."""

    setlinfo: SettlementAmounts
    setldetail: list[FundRow] = Field(default_factory=list[FundRow])
    voladetail: list[RuleBreach] = Field(default_factory=list[RuleBreach])


class SettleOutpatient(Input[OutpatientSettlement], node="data"):
    """门诊结算 2207: settle one charge batch"""

    psn_no: people.PsnNo
    mdtrt_cert_type: people.MdtrtCertType
    mdtrt_cert_no: people.MdtrtCertNo
    med_type: visits.MedType
    medfee_sumamt: amounts.MedfeeSumamt
    psn_setlway: settlement.PsnSetlway
    mdtrt_id: visits.MdtrtId
    chrg_bchno: settlement.ChrgBchno
    insutype: people.Insutype
    acct_used_flag: settlement.AcctUsedFlag
    fulamt_ownpay_amt: amounts.FulamtOwnpayAmt
    overlmt_selfpay: amounts.OverlmtSelfpay
    preselfpay_amt: amounts.PreselfpayAmt
    inscp_scp_amt: amounts.InscpScpAmt
    invono: settlement.Invono | None = None
    exp_content: session.ExpContent | None = None
    pub_hosp_rfom_flag: visits.PubHospRfomFlag | None = None
    mdtrt_mode: visits.MdtrtMode | None = None
    mid_setl_flag: settlement.MidSetlFlag | None = None
    order_no: settlement.OrderNo | None = None
    hcard_basinfo: people.HcardBasinfo | None = None
    hcard_chkinfo: people.HcardChkinfo | None = None
    card_sn: people.CardSn | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    psn_type: people.PsnType | None = None
    drug_trac_info: list[DrugTrace] | None = None


class SettleOutpatientA(SettleOutpatient):
    """门诊结算(A版) 2207A: settle one charge batch where the platform publishes the A variant; 2601 names it by this number"""


class RevocationAmounts(Answer):
    """The number of the negative settlement and its amounts."""

    mdtrt_id: visits.MdtrtId
    setl_id: settlement.SetlId
    medfee_sumamt: amounts.MedfeeSumamt
    fulamt_ownpay_amt: amounts.FulamtOwnpayAmt
    overlmt_selfpay: amounts.OverlmtSelfpay
    preselfpay_amt: amounts.PreselfpayAmt
    inscp_scp_amt: amounts.InscpScpAmt
    fund_pay_sumamt: amounts.FundPaySumamt
    acct_pay: amounts.AcctPay
    clr_optins: settlement.ClrOptins | None = None
    setl_time: settlement.SetlTime | None = None
    act_pay_dedc: amounts.ActPayDedc | None = None
    hifp_pay: amounts.HifpPay | None = None
    pool_prop_selfpay: amounts.PoolPropSelfpay | None = None
    cvlserv_pay: amounts.CvlservPay | None = None
    hifes_pay: amounts.HifesPay | None = None
    hifmi_pay: amounts.HifmiPay | None = None
    hifob_pay: amounts.HifobPay | None = None
    maf_pay: amounts.MafPay | None = None
    oth_pay: amounts.OthPay | None = None
    psn_part_amt: amounts.PsnPartAmt | None = None
    balc: amounts.Balc | None = None
    acct_mulaid_pay: amounts.AcctMulaidPay | None = None
    hosp_part_amt: amounts.HospPartAmt | None = None
    medins_setl_id: settlement.MedinsSetlId | None = None
    psn_cash_pay: amounts.PsnCashPay | None = None
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
    mdtrt_cert_type: people.MdtrtCertType | None = None
    med_type: visits.MedType | None = None
    clr_way: settlement.ClrWay | None = None
    clr_type: settlement.ClrType | None = None
    psn_setlway: settlement.PsnSetlway | None = None
    med_sumfee: amounts.MedSumfee | None = None
    hifdm_pay: amounts.HifdmPay | None = None
    memo: session.Memo | None = None


class OutpatientRevocation(Output):
    """The negative settlement."""

    setlinfo: RevocationAmounts
    setldetail: list[FundRow] = Field(default_factory=list[FundRow])


class RevokeOutpatientSettlement(Input[OutpatientRevocation], node="data"):
    """门诊结算撤销 2208: undo one settlement; the answer is a new settlement with negative amounts"""

    setl_id: settlement.SetlId
    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    exp_content: session.ExpContent | None = None
