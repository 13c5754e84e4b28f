"""What the platform pays the hospital, month by month."""

from pydantic import Field

from yidi_sdk.elements import amounts, clearing, people, settlement, visits
from yidi_sdk.message import Answer, Input, Node, Nothing, Output


class ClearingApplicationNumber(Answer):
    """The number of the application."""

    clr_appy_evt_id: clearing.ClrAppyEvtId | None = None


class ClearingApplication(Output):
    """The application that was made."""

    result: ClearingApplicationNumber | None = None


class ApplyForClearing(Input[ClearingApplication], node="data"):
    """清算申请 3203: apply for the clearing of a month"""

    clr_type: settlement.ClrType
    clr_way: settlement.ClrWay
    setlym: clearing.Setlym | None = None
    psntime: amounts.Psntime | None = None
    medfee_sumamt: amounts.MedfeeSumamt | None = None
    med_sumfee: amounts.MedSumfee | None = None
    fund_appy_sum: amounts.FundAppySum | None = None
    cash_payamt: amounts.CashPayamt | None = None
    acct_pay: amounts.AcctPay | None = None
    begndate: visits.Begndate | None = None
    enddate: visits.Enddate | None = None


class WithdrawClearing(Input[Nothing], node="data"):
    """清算申请撤销 3204: withdraw an application for clearing"""

    clr_appy_evt_id: clearing.ClrAppyEvtId | None = None


class ClearingSplitRow(Answer):
    """One settlement."""

    seqno: clearing.Seqno | None = None
    mdtrtarea: clearing.Mdtrtarea | None = None
    medins_no: clearing.MedinsNo | None = None
    certno: people.Certno | None = None
    mdtrt_id: visits.MdtrtId | None = None
    mdtrt_setl_time: clearing.MdtrtSetlTime | None = None
    setl_sn: clearing.SetlSn | None = None
    fulamt_advpay_flag: clearing.FulamtAdvpayFlag | None = None
    medfee_sumamt: amounts.MedfeeSumamt | None = None
    optins_pay_sumamt: clearing.OptinsPaySumamt | None = None


class ClearingSplit(Output):
    """The settlements of the month."""

    data: list[ClearingSplitRow] = Field(default_factory=list[ClearingSplitRow])


class FetchClearingSplit(Input[ClearingSplit], node="data"):
    """提取异地清分明细 3260: fetch the settlements of a month that other places pay for"""

    trt_year: clearing.TrtYear
    trt_month: clearing.TrtMonth
    startrow: clearing.Startrow


class ConfirmedRow(Node):
    """One settlement, confirmed or left out."""

    certno: people.Certno | None = None
    mdtrt_id: visits.MdtrtId | None = None
    mdtrt_setl_time: clearing.MdtrtSetlTime | None = None
    setl_sn: clearing.SetlSn | None = None
    medfee_sumamt: amounts.MedfeeSumamt | None = None
    optins_pay_sumamt: clearing.OptinsPaySumamt | None = None
    cnfm_flag: clearing.CnfmFlag | None = None


class ConfirmClearingSplit(Input[Nothing], node="data"):
    """异地清分结果确认 3261: confirm the settlements of a month, at most 100 rows a call"""

    trt_year: clearing.TrtYear
    trt_month: clearing.TrtMonth
    detail: list[ConfirmedRow]
    totalrow: clearing.Totalrow | None = None


class RollBackClearingConfirmation(Input[Nothing], node="data"):
    """异地清分结果确认回退 3262: take the confirmation of a month back"""

    trt_year: clearing.TrtYear
    trt_month: clearing.TrtMonth
    otransid: clearing.Otransid
