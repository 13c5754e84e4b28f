"""A sale in a pharmacy. The trial is known by name only: its shape is that of the settlement."""

from pydantic import Field

from yidi_sdk.elements import amounts, fees, people, session, settlement, visits
from yidi_sdk.message import Input, Node, Output
from yidi_sdk.transactions.outpatient import FeeLineSplit
from yidi_sdk.transactions.outpatient_settlement import FundRow, RevocationAmounts, SettlementAmounts, TrialAmounts


class PharmacyLine(Node):
    """One line of a sale."""

    feedetl_sn: fees.FeedetlSn | None = None
    rxno: fees.Rxno | None = None
    rx_circ_flag: fees.RxCircFlag | None = None
    fee_ocur_time: fees.FeeOcurTime | None = None
    med_list_codg: fees.MedListCodg | None = None
    medins_list_codg: fees.MedinsListCodg | None = None
    det_item_fee_sumamt: amounts.DetItemFeeSumamt | None = None
    cnt: amounts.Cnt | None = None
    pric: amounts.Pric | None = None
    sin_dos_dscr: fees.SinDosDscr | None = None
    used_frqu_dscr: fees.UsedFrquDscr | None = None
    prd_days: amounts.PrdDays | None = None
    medc_way_dscr: fees.MedcWayDscr | None = None
    bilg_dr_codg: fees.BilgDrCodg | None = None
    bilg_dr_name: fees.BilgDrName | None = None
    tcmdrug_used_way: fees.TcmdrugUsedWay | None = None


class PharmacySettlement(Output):
    """The settlement of the sale."""

    setlinfo: SettlementAmounts
    setldetail: list[FundRow] = Field(default_factory=list[FundRow])
    detlcutinfo: list[FeeLineSplit] = Field(default_factory=list[FeeLineSplit])


class SettlePharmacy(Input[PharmacySettlement], node="druginfo"):
    """药店结算 2102: settle a sale"""

    psn_no: people.PsnNo
    drugdetail: list[PharmacyLine]
    mdtrt_cert_type: people.MdtrtCertType | None = None
    mdtrt_cert_no: people.MdtrtCertNo | None = None
    begntime: visits.Begntime | None = None
    medfee_sumamt: amounts.MedfeeSumamt | None = None
    invono: settlement.Invono | None = None
    insutype: people.Insutype | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    acct_used_flag: settlement.AcctUsedFlag | None = None
    med_type: visits.MedType | None = None
    exp_content: session.ExpContent | None = None


class PharmacyTrial(Output):
    """What the settlement of the sale would give now."""

    setlinfo: TrialAmounts
    setldetail: list[FundRow] = Field(default_factory=list[FundRow])
    detlcutinfo: list[FeeLineSplit] = Field(default_factory=list[FeeLineSplit])


class PresettlePharmacy(Input[PharmacyTrial], node="druginfo"):
    """药店预结算 2101: trial of a sale; nothing is booked"""

    drugdetail: list[PharmacyLine]
    psn_no: people.PsnNo | None = None
    mdtrt_cert_type: people.MdtrtCertType | None = None
    mdtrt_cert_no: people.MdtrtCertNo | None = None
    begntime: visits.Begntime | None = None
    medfee_sumamt: amounts.MedfeeSumamt | None = None
    invono: settlement.Invono | None = None
    insutype: people.Insutype | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    acct_used_flag: settlement.AcctUsedFlag | None = None
    med_type: visits.MedType | None = None
    exp_content: session.ExpContent | None = None


class PharmacyRevocationAmounts(RevocationAmounts):
    """The number of the negative settlement and its amounts; `psn_pay` and `cash_payamt` stand where 2208 has `psn_part_amt` and `psn_cash_pay`."""

    psn_pay: amounts.PsnPay | None = None
    cash_payamt: amounts.CashPayamt | None = None


class PharmacyRevocation(Output):
    """The negative settlement."""

    setlinfo: PharmacyRevocationAmounts
    setldetail: list[FundRow] = Field(default_factory=list[FundRow])


class RevokePharmacySettlement(Input[PharmacyRevocation], node="data"):
    """药店结算撤销 2103: undo the settlement of a sale"""

    setl_id: settlement.SetlId
    mdtrt_id: visits.MdtrtId
    psn_no: people.PsnNo
    exp_content: session.ExpContent | None = None
