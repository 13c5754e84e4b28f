"""Whether hospital and platform hold the same settlements."""

from pydantic import Field

from yidi_sdk.elements import amounts, clearing, people, session, settlement, visits
from yidi_sdk.message import Answer, Input, Output


class TotalsComparison(Answer):
    """The verdict on the totals."""

    stmt_rslt: clearing.StmtRslt
    setl_optins: clearing.SetlOptins | None = None
    stmt_rslt_dscr: clearing.StmtRsltDscr | None = None
    clr_optins: settlement.ClrOptins | None = None
    clr_way: settlement.ClrWay | None = None
    clr_type: settlement.ClrType | None = None
    stmt_begndate: clearing.StmtBegndate | None = None
    stmt_enddate: clearing.StmtEnddate | None = None


class TotalsCompared(Output):
    """Whether the totals agree."""

    stmtinfo: TotalsComparison


class ReconcileTotals(Input[TotalsCompared], node="data"):
    """医药机构费用结算对总账 3201: compare the totals of a period with those of the platform"""

    insutype: people.Insutype
    clr_type: settlement.ClrType
    setl_optins: clearing.SetlOptins
    stmt_begndate: clearing.StmtBegndate
    stmt_enddate: clearing.StmtEnddate
    medfee_sumamt: amounts.MedfeeSumamt
    fund_pay_sumamt: amounts.FundPaySumamt
    acct_pay: amounts.AcctPay
    fixmedins_setl_cnt: clearing.FixmedinsSetlCnt
    refd_setl_flag: settlement.RefdSetlFlag | None = None
    clr_optins: settlement.ClrOptins | None = None
    cash_payamt: amounts.CashPayamt | None = None


class ComparisonFile(Answer):
    """The file with the result."""

    file_qury_no: clearing.FileQuryNo
    filename: clearing.Filename | None = None
    dld_endtime: clearing.DldEndtime | None = None


class DetailsCompared(Output):
    """Where the result can be fetched."""

    fileinfo: ComparisonFile


class ReconcileDetails(Input[DetailsCompared], node="data"):
    """医药机构费用结算对明细账 3202: compare settlement by settlement, from an uploaded file"""

    setl_optins: clearing.SetlOptins
    file_qury_no: clearing.FileQuryNo
    stmt_begndate: clearing.StmtBegndate
    stmt_enddate: clearing.StmtEnddate
    medfee_sumamt: amounts.MedfeeSumamt
    fund_pay_sumamt: amounts.FundPaySumamt
    cash_payamt: amounts.CashPayamt
    fixmedins_setl_cnt: clearing.FixmedinsSetlCnt
    clr_type: settlement.ClrType | None = None
    clr_optins: settlement.ClrOptins | None = None
    clr_way: settlement.ClrWay | None = None
    refd_setl_flag: settlement.RefdSetlFlag | None = None
    fixmedins_code: session.FixmedinsCode | None = None


class ReconciliationTask(Answer):
    """The number of the task."""

    task_key: clearing.TaskKey | None = None


class DailyReconciliation(Output):
    """The task that was made."""

    fileinfo: ReconciliationTask | None = None


class SubmitDailyReconciliation(Input[DailyReconciliation], node="data"):
    """日对账任务提交(重庆) 3211: hand in the comparison of a day (Chongqing)"""

    clr_begin_ymd: clearing.ClrBeginYmd
    clr_end_ymd: clearing.ClrEndYmd
    file_qury_no: clearing.FileQuryNo
    upload_file_name: clearing.UploadFileName | None = None


class ReconciliationStatus(Answer):
    """The state of the task and its files."""

    check_state: clearing.CheckState | None = None
    task_status: clearing.TaskStatus | None = None
    file_qury_no1: clearing.FileQuryNo1 | None = None
    file_qury_no2: clearing.FileQuryNo2 | None = None
    file_qury_no3: clearing.FileQuryNo3 | None = None


class DailyReconciliationResult(Output):
    """How the task stands."""

    fileinfo: ReconciliationStatus | None = None


class QueryDailyReconciliation(Input[DailyReconciliationResult], node="data"):
    """日对账结果查询(重庆) 3212: ask how the comparison of a day stands (Chongqing)"""

    task_key: clearing.TaskKey


class UnreconciledRow(Answer):
    """One settlement."""

    setlId: settlement.SetlId | None = None
    insuAdmdvs: clearing.InsuAdmdvs | None = None


class Unreconciled(Output):
    """The settlements found."""

    data: list[UnreconciledRow] = Field(default_factory=list[UnreconciledRow])


class QueryUnreconciled(Input[Unreconciled], node="data"):
    """跨省三方对账未成功数据查询 3209A: ask for settlements across provinces that the three sides do not agree on (Jilin)"""

    clr_type: settlement.ClrType | None = None
    begndate: visits.Begndate | None = None
    enddate: visits.Enddate | None = None
    clr_optins: settlement.ClrOptins | None = None
