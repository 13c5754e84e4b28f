"""THE TABLE: one row a transaction. SDK, gateway and mock all read it; the number of a transaction stands nowhere else.

`effect` says what may be done after doubt. `undone_by` names the business undo; `reversible` says that 2601 undoes it.
`CATALOGUE` carries no annotation, so that every row keeps the types of its two classes; a test holds the one against the
other. The classes of a family are imported when a row of it is asked for them. What is known by its name only is sent as
a `Raw`.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from yidi_sdk.message import Input, Nothing, Output
from yidi_sdk.transactions.raw import Raw, RawAnswer

OutputT = TypeVar("OutputT", bound=Output)


class Effect(StrEnum):
    """What a transaction does at the platform, and so what may be done when its outcome is not known."""

    QUERY = "query"  # repeat freely, each time under a new msgid
    TRIAL = "trial"  # repeat; only the newest answer counts
    UPLOAD = "upload"  # ask what arrived, send the rest
    COMMIT = "commit"  # never again while unknown: query, then reverse
    REVERSAL = "reversal"  # keyed by the original msgid: repeat without end


class Evidence(StrEnum):
    """How well a shape is evidenced: the official text is not public."""

    AGREED = "agreed"  # two or more independent families of implementers agree
    SINGLE = "single"  # one family
    INFERRED = "inferred"  # drawn from context


@dataclass(frozen=True, slots=True)
class Transaction(Generic[OutputT]):
    """One transaction. `path` is the method path seen below the platform's address, "" where none was seen; `profile`
    is set where the number means this in one province only."""

    infno: str
    name: str
    name_en: str
    sends: "type[Input[OutputT]]"
    receives: type[OutputT]
    effect: Effect
    undone_by: str | None = None
    reversible: bool = False
    path: str = ""
    evidence: Evidence = Evidence.AGREED
    profile: str = ""

    @property
    def input(self) -> type[Input[OutputT]]:
        """The class of the message."""
        return _there(self.sends)

    @property
    def output(self) -> type[OutputT]:
        """The class of the answer."""
        return _there(self.receives)


@dataclass(frozen=True, slots=True)
class Later:
    """A class that is not imported yet."""

    family: str
    name: str


class Family:
    """A module of `transactions` that gives its classes as `Later`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Later:
        return Later(self._name, name)


ClassT = TypeVar("ClassT")


def _there(found: ClassT) -> ClassT:
    """The class itself. Type checkers never see a `Later`."""
    return cast("ClassT", _imported(found)) if isinstance(found, Later) else found


@cache
def _imported(later: Later) -> object:
    return getattr(import_module(f"yidi_sdk.transactions.{later.family}"), later.name)


if TYPE_CHECKING:
    from yidi_sdk.transactions import (
        clearing,
        combined,
        files,
        filings,
        inpatient,
        inpatient_fees,
        institutions,
        matching,
        outpatient,
        outpatient_settlement,
        person,
        person_queries,
        pharmacy,
        queries,
        reconciliation,
        reports,
        reversal,
        review,
        self_pay,
        self_pay_queries,
        session,
        settlement_list,
        settlement_list_queries,
        statements,
    )
else:
    clearing = Family("clearing")
    combined = Family("combined")
    files = Family("files")
    filings = Family("filings")
    inpatient = Family("inpatient")
    inpatient_fees = Family("inpatient_fees")
    institutions = Family("institutions")
    matching = Family("matching")
    outpatient = Family("outpatient")
    outpatient_settlement = Family("outpatient_settlement")
    person = Family("person")
    person_queries = Family("person_queries")
    pharmacy = Family("pharmacy")
    queries = Family("queries")
    reconciliation = Family("reconciliation")
    reports = Family("reports")
    reversal = Family("reversal")
    review = Family("review")
    self_pay = Family("self_pay")
    self_pay_queries = Family("self_pay_queries")
    session = Family("session")
    settlement_list = Family("settlement_list")
    settlement_list_queries = Family("settlement_list_queries")
    statements = Family("statements")

Q, P, K, N, V = Effect.QUERY, Effect.TRIAL, Effect.UPLOAD, Effect.COMMIT, Effect.REVERSAL
S, I = Evidence.SINGLE, Evidence.INFERRED  # noqa: E741 - as the others, one letter a value

# That 2601 undoes 2102 2103 2207 2208 2304 2305 2401 is agreed; for 2101 and 2207A one family says so.
CATALOGUE = (
    Transaction("9001", "签到", "Sign in", session.SignIn, session.SignedIn, Q, "9002", path="/fsi/api/signInSignOutService/signIn"),
    Transaction("9002", "签退", "Sign out", session.SignOut, session.SignedOut, Q, path="/fsi/api/signInSignOutService/signOut"),
    Transaction("1101", "人员信息获取", "Get person information", person.GetPerson, person.PersonInformation, Q, path="/fsi/api/fsiPsnInfoService/queryPsnInfo"),
    Transaction("1201", "医药机构信息获取", "Find institutions", institutions.FindInstitutions, institutions.InstitutionsFound, Q, path="/fsi/api/fsiFixMedInsService/queryFixMedIns"),
    Transaction("1901", "字典表查询", "Get code table", institutions.GetDictionary, institutions.DictionaryTable, Q, path="/fsi/api/catalogqueryservice/queryDataDic"),
    Transaction("2001", "人员待遇享受检查", "Check benefit entitlement", person.CheckEntitlement, person.Entitlement, Q, path="/fsi/api/fsiPsnPriorityInfoService/queryPsnPriorityInfo"),
    Transaction("2201", "门诊挂号", "Register outpatient", outpatient.RegisterOutpatient, outpatient.OutpatientRegistration, N, "2202", path="/fsi/api/outpatientDocInfoService/outpatientRregistration"),
    Transaction("2202", "门诊挂号撤销", "Cancel outpatient registration", outpatient.CancelOutpatientRegistration, Nothing, N, path="/fsi/api/outpatientDocInfoService/outpatientRegistrationCancel"),
    Transaction("2203", "门诊就诊信息上传", "Upload outpatient encounter", outpatient.UploadOutpatientEncounterFirst, Nothing, K, path="/fsi/api/outpatientDocInfoService/outpatientMdtrtinfoUp"),
    Transaction("2203A", "门诊就诊信息上传(A版)", "Upload outpatient encounter, variant A", outpatient.UploadOutpatientEncounter, Nothing, K, path="/fsi/api/outpatientDocInfoService/outpatientMdtrtinfoUpA"),
    Transaction("2204", "门诊费用明细信息上传", "Upload outpatient fee lines", outpatient.UploadOutpatientFees, outpatient.OutpatientFeeSplit, K, "2205", path="/fsi/api/outpatientDocInfoService/outpatientFeeListUp"),
    Transaction("2205", "门诊费用明细信息撤销", "Revoke outpatient fee lines", outpatient.RevokeOutpatientFees, Nothing, K, path="/fsi/api/outpatientDocInfoService/outpatientFeeListUpCancel"),
    Transaction("2206", "门诊预结算", "Outpatient trial settlement", outpatient_settlement.PresettleOutpatient, outpatient_settlement.OutpatientTrial, P, path="/fsi/api/outpatientSettleService/preSettletment"),
    Transaction("2206A", "门诊预结算(A版)", "Outpatient trial settlement, variant A", outpatient_settlement.PresettleOutpatientA, outpatient_settlement.OutpatientTrial, P, path="/fsi/api/outpatientSettleService/preSettletmentA"),
    Transaction("2207", "门诊结算", "Settle outpatient", outpatient_settlement.SettleOutpatient, outpatient_settlement.OutpatientSettlement, N, "2208", reversible=True, path="/fsi/api/outpatientSettleService/saveSettletmentV2"),
    Transaction("2207A", "门诊结算(A版)", "Settle outpatient, variant A", outpatient_settlement.SettleOutpatientA, outpatient_settlement.OutpatientSettlement, N, "2208", reversible=True, path="/fsi/api/outpatientSettleService/saveSettletment"),
    Transaction("2208", "门诊结算撤销", "Revoke outpatient settlement", outpatient_settlement.RevokeOutpatientSettlement, outpatient_settlement.OutpatientRevocation, N, reversible=True, path="/fsi/api/outpatientSettleService/cancleSettletment"),
    Transaction("2301", "住院费用明细上传", "Upload inpatient fee lines", inpatient_fees.UploadInpatientFees, inpatient_fees.InpatientFeeSplit, K, "2302", path="/fsi/api/hospFeeDtlService/feeDtlUp"),
    Transaction("2302", "住院费用明细撤销", "Revoke inpatient fee lines", inpatient_fees.RevokeInpatientFees, Nothing, K, path="/fsi/api/hospFeeDtlService/feeDtlCl"),
    Transaction("2303", "住院预结算", "Inpatient trial settlement", inpatient_fees.PresettleInpatient, inpatient_fees.InpatientTrial, P, path="/fsi/api/hospSettService/preSett"),
    Transaction("2304", "住院结算", "Settle inpatient", inpatient_fees.SettleInpatient, inpatient_fees.InpatientSettlement, N, "2305", reversible=True, path="/fsi/api/hospSettService/settV2"),
    Transaction("2305", "住院结算撤销", "Revoke inpatient settlement", inpatient_fees.RevokeInpatientSettlement, inpatient_fees.InpatientRevocation, N, reversible=True, path="/fsi/api/hospSettService/settCl"),
    Transaction("2401", "入院办理", "Admit inpatient", inpatient.AdmitInpatient, inpatient.Admission, N, "2404", reversible=True, path="/fsi/api/hospitalRegisterService/hospitalRegisterSave"),
    Transaction("2402", "出院办理", "Discharge inpatient", inpatient.DischargeInpatient, Nothing, N, "2405", path="/fsi/api/dscgService/dischargeProcess"),
    Transaction("2403", "住院信息变更", "Change admission", inpatient.ChangeAdmission, inpatient.AdmissionChanged, N, path="/fsi/api/hospitalRegisterService/hospitalRegisterEdit"),
    Transaction("2404", "入院撤销", "Cancel admission", inpatient.CancelAdmission, Nothing, N, path="/fsi/api/hospitalRegisterService/hospitalRegisterCancel"),
    Transaction("2405", "出院撤销", "Cancel discharge", inpatient.CancelDischarge, Nothing, N, path="/fsi/api/dscgService/dischargeUndo"),
    Transaction("2501", "转院备案", "File referral", filings.FileReferral, filings.Filing, N, "2502", evidence=S),
    Transaction("2501A", "转院备案(A版)", "File referral, variant A", filings.FileReferralA, filings.Filing, N, "2502", evidence=S),
    Transaction("2502", "转院备案撤销", "Withdraw referral filing", filings.WithdrawReferral, filings.WithdrawnFiling, N, evidence=S),
    Transaction("2503", "人员慢特病备案", "File chronic disease", filings.FileChronicDisease, filings.Filing, N, "2504", evidence=S),
    Transaction("2504", "人员慢特病备案撤销", "Withdraw chronic-disease filing", filings.WithdrawChronicDisease, Nothing, N, evidence=S),
    Transaction("2505", "人员定点备案", "File designated institution", filings.FileDesignatedInstitution, filings.Filing, N, "2506"),
    Transaction("2506", "人员定点备案撤销", "Withdraw designated-institution filing", filings.WithdrawDesignatedInstitution, Nothing, N),
    Transaction("2601", "冲正交易", "Reverse a transaction", reversal.ReverseTransaction, Nothing, V, path="/fsi/api/reverseService/revsMethod"),
    Transaction("5201", "就诊信息查询", "Query encounters", queries.QueryEncounters, queries.Encounters, Q),
    Transaction("5202", "诊断信息查询", "Query diagnoses", queries.QueryDiagnoses, queries.DiagnosesFound, Q),
    Transaction("5203", "结算信息查询", "Query settlement", queries.QuerySettlement, queries.SettlementFound, Q, path="/fsi/api/fsiIntegratedQueryService/querySetlInfo"),
    Transaction("5204", "费用明细查询", "Query fee lines", queries.QueryFees, queries.FeesFound, Q, path="/fsi/api/fsiIntegratedQueryService/queryFeeList"),
    Transaction("5205", "人员慢特病用药记录查询", "Query drug records of chronic diseases", queries.QueryDrugRecords, queries.DrugRecords, Q),
    Transaction("5206", "人员累计信息查询", "Query accumulations", queries.QueryAccumulations, queries.Accumulations, Q, path="/fsi/api/fsiIntegratedQueryService/queryFixmedinsPracPsnSum"),
    Transaction("5301", "人员慢特病备案查询", "Query chronic-disease qualifications", person_queries.QueryQualifications, person_queries.Qualifications, Q, path="/fsi/api/fsiIntegratedQueryService/queryPsnOpspReg"),
    Transaction("5302", "人员定点信息查询", "Query designated institutions", person_queries.QueryDesignatedInstitutions, person_queries.DesignatedInstitutions, Q),
    Transaction("5303", "在院信息查询", "Query open stays", person_queries.QueryOpenStays, person_queries.OpenStays, Q, path="/fsi/api/fsiIntegratedQueryService/queryInhospInfo"),
    Transaction("5304", "转院信息查询", "Query referral filings", person_queries.QueryReferrals, person_queries.Referrals, Q),
    Transaction("3201", "医药机构费用结算对总账", "Reconcile totals", reconciliation.ReconcileTotals, reconciliation.TotalsCompared, Q, path="/fsi/api/ybSettlementStmtService/stmtTotal"),
    Transaction("3202", "医药机构费用结算对明细账", "Reconcile details", reconciliation.ReconcileDetails, reconciliation.DetailsCompared, K, path="/fsi/api/ybSettlementStmtService/stmtDetail"),
    Transaction("3209A", "跨省三方对账未成功数据查询", "Query settlements across provinces that do not reconcile (Jilin)", reconciliation.QueryUnreconciled, reconciliation.Unreconciled, Q, evidence=S, profile="jilin"),
    Transaction("3211", "日对账任务提交(重庆)", "Submit daily reconciliation (Chongqing)", reconciliation.SubmitDailyReconciliation, reconciliation.DailyReconciliation, K, evidence=S, profile="chongqing"),
    Transaction("3212", "日对账结果查询(重庆)", "Query daily reconciliation (Chongqing)", reconciliation.QueryDailyReconciliation, reconciliation.DailyReconciliationResult, Q, evidence=S, profile="chongqing"),
    Transaction("3203", "清算申请", "Apply for clearing", clearing.ApplyForClearing, clearing.ClearingApplication, N, "3204", evidence=S),
    Transaction("3204", "清算申请撤销", "Withdraw clearing application", clearing.WithdrawClearing, Nothing, N, evidence=S),
    Transaction("3260", "提取异地清分明细", "Fetch out-of-area clearing split", clearing.FetchClearingSplit, clearing.ClearingSplit, Q, evidence=S),
    Transaction("3261", "异地清分结果确认", "Confirm out-of-area clearing split", clearing.ConfirmClearingSplit, Nothing, N, "3262", evidence=S),
    Transaction("3262", "异地清分结果确认回退", "Roll back clearing confirmation", clearing.RollBackClearingConfirmation, Nothing, N, evidence=S),
    Transaction("3301", "目录对照上传", "Upload item match", matching.UploadItemMatch, matching.ItemMatched, K, "3302", path="/fsi/api/catalogCompService/catalogCompUp"),
    Transaction("3302", "目录对照撤销", "Withdraw item match", matching.WithdrawItemMatch, matching.ItemUnmatched, K),
    Transaction("3101", "明细审核事前分析", "Review before ordering", review.ReviewBeforeOrdering, review.ReviewResult, Q, path="/fsi/api/riskConService/beforeAnalyze"),
    Transaction("3102", "明细审核事中分析", "Review during treatment", review.ReviewDuringTreatment, review.ReviewResult, Q, path="/fsi/api/riskConService/courseAnalyze", evidence=S),
    Transaction("4101", "医疗保障基金结算清单信息上传", "Upload settlement list", settlement_list.UploadSettlementList, settlement_list.SettlementListUploaded, K, path="/fsi/api/medinfoupload/setllistinfoupld"),
    Transaction("4101A", "医疗保障基金结算清单信息上传(A版)", "Upload settlement list, variant A", settlement_list.UploadSettlementListA, Nothing, K, path="/fsi/api/medinfoupload/setllistinfoupldA"),
    Transaction("4102", "结算清单状态修改", "Change settlement list status", settlement_list.ChangeSettlementListStatus, Nothing, K, evidence=S),
    Transaction("4103", "结算清单信息查询", "Query settlement list", settlement_list_queries.QuerySettlementList, settlement_list_queries.SettlementListFound, Q, evidence=S),
    Transaction("4104", "结算清单质控/统计查询", "Query settlement-list quality", settlement_list_queries.QueryListQuality, settlement_list_queries.ListQuality, Q, evidence=S),
    Transaction("4105", "结算清单数量统计", "Count settlement lists", settlement_list_queries.CountSettlementLists, settlement_list_queries.SettlementListCounts, Q, evidence=S),
    Transaction("4201", "自费病人门诊费用明细信息上传", "Upload self-pay outpatient fees", self_pay.UploadSelfPayOutpatientFees, Nothing, K),
    Transaction("4201A", "自费病人住院费用明细信息上传", "Upload self-pay inpatient fees", self_pay.UploadSelfPayInpatientFees, Nothing, K, "4204", evidence=S),
    Transaction("4202", "自费病人住院就诊和诊断信息上传", "Upload self-pay stay", self_pay.UploadSelfPayStay, Nothing, K),
    Transaction("4203", "自费病人就诊以及费用明细上传完成", "Complete self-pay upload", self_pay.CompleteSelfPayUpload, Nothing, K),
    Transaction("4204", "自费病人住院费用明细删除", "Delete self-pay inpatient fees", self_pay.DeleteSelfPayInpatientFees, Nothing, K, evidence=S),
    Transaction("4205", "自费病人门诊就医信息上传", "Upload self-pay outpatient visit", self_pay.UploadSelfPayVisit, Nothing, K, "4206", evidence=S),
    Transaction("4206", "自费病人门诊就医信息删除", "Delete self-pay outpatient visit", self_pay.DeleteSelfPayVisit, Nothing, K, evidence=S),
    Transaction("4207", "自费病人就医费用明细查询", "Query self-pay fees", self_pay_queries.QuerySelfPayFees, self_pay_queries.SelfPayFees, Q, evidence=S),
    Transaction("4208", "自费病人就医就诊信息查询", "Query self-pay visits", self_pay_queries.QuerySelfPayVisits, self_pay_queries.SelfPayVisits, Q, evidence=S),
    Transaction("4209", "自费病人就医诊断信息查询", "Query self-pay diagnoses", self_pay_queries.QuerySelfPayDiagnoses, self_pay_queries.SelfPayDiagnoses, Q, evidence=S),
    Transaction("5101", "科室信息查询", "Query departments", institutions.QueryDepartments, institutions.Departments, Q, path="/fsi/api/fsiIntegratedQueryService/queryFixmedinsDept", evidence=S),
    Transaction("5102", "医执人员信息查询", "Query practitioners", institutions.QueryPractitioners, institutions.Practitioners, Q, path="/fsi/api/fsiIntegratedQueryService/queryFixmedinsPracPsn"),
    Transaction("5401", "项目互认信息查询", "Query recognised examinations", reports.QueryRecognisedItems, reports.RecognisedItems, Q, evidence=S),
    Transaction("5402", "报告明细信息查询", "Query report", reports.QueryReport, reports.ReportFound, Q, evidence=S),
    Transaction("9101", "文件上传", "Upload file", files.UploadFile, files.UploadedFile, K, path="/fsi/api/fileupload/upload"),
    Transaction("9102", "文件下载", "Download file", files.DownloadFile, files.DownloadedFile, Q),
    Transaction("2101", "药店预结算", "Pharmacy trial settlement", pharmacy.PresettlePharmacy, pharmacy.PharmacyTrial, P, reversible=True, evidence=I),
    Transaction("2102", "药店结算", "Settle pharmacy sale", pharmacy.SettlePharmacy, pharmacy.PharmacySettlement, N, "2103", reversible=True, evidence=S),
    Transaction("2103", "药店结算撤销", "Revoke pharmacy settlement", pharmacy.RevokePharmacySettlement, pharmacy.PharmacyRevocation, N, reversible=True, evidence=S),
    Transaction("1160", "个人待遇申请信息获取(广东)", "Query benefit applications (Guangdong)", statements.QueryBenefitApplications, statements.BenefitApplications, Q, evidence=S, profile="guangdong"),
    Transaction("2260", "门诊一体化试算结算(广东扩展)", "Settle outpatient at once (Guangdong)", combined.SettleOutpatientAtOnce, combined.CombinedSettlement, N, "2261", evidence=S, profile="guangdong"),
    Transaction("2261", "门诊一体化结算撤销(广东扩展)", "Revoke settlement at once (Guangdong)", combined.RevokeSettlementAtOnce, combined.CombinedRevocation, N, evidence=S, profile="guangdong"),
    Transaction("5260", "结算单查询(广东)", "Query printed statement (Guangdong)", statements.QueryStatement, statements.Statement, Q, evidence=S, profile="guangdong"),
    Transaction("5261", "结算单查询/慢特病限额查询(地方)", "Query settlements for printing (Guangdong)", statements.QuerySettlementsForStatement, statements.StatementsFound, Q, evidence=S, profile="guangdong"),
    Transaction("5360", "人员审批定点信息获取(江苏)", "Query approved designations (Jiangsu)", person_queries.QueryApprovedDesignations, person_queries.ApprovedDesignations, Q, evidence=S),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A transaction known by number and name. `last` ends a span of numbers under one name."""

    infno: str
    name: str
    name_en: str
    effect: Effect = Effect.COMMIT
    last: str = ""
    note: str = ""
    path: str = ""
    reversible: bool = False

    def covers(self, infno: str) -> bool:
        """Whether the row speaks of this number."""
        if not self.last:
            return infno == self.infno
        return len(infno) == len(self.infno) and self.infno <= infno <= self.last


@cache
def listed() -> tuple[Listed, ...]:
    """What implementers name without showing a body: `transactions/listed.toml`."""
    import tomllib  # noqa: PLC0415 - with the line below, a third of what importing the table costs
    from importlib.resources import files  # noqa: PLC0415

    text = files("yidi_sdk").joinpath("transactions", "listed.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["listed"]
    return tuple(Listed(effect=Effect(row.pop("effect", Effect.COMMIT)), **row) for row in rows)


@cache
def _rows() -> dict[tuple[str, str], Transaction[Any]]:
    """Rows by profile and number; rows that hold everywhere stand under ""."""
    return {(row.profile, row.infno): row for row in CATALOGUE}


@cache
def _by_infno() -> dict[str, Transaction[Any]]:
    """Rows by number alone."""
    return {row.infno: row for row in CATALOGUE}


@cache
def _by_class() -> dict[tuple[str, str], Transaction[Any]]:
    """Rows by the module and name of their message, so that looking for one imports nothing."""
    return {_named(row.sends): row for row in CATALOGUE}


def _named(found: object) -> tuple[str, str]:
    if isinstance(found, Later):
        return f"yidi_sdk.transactions.{found.family}", found.name
    return (found.__module__, found.__qualname__) if isinstance(found, type) else ("", "")


def by_infno(infno: str, profile: str | None = None) -> Transaction[Any] | None:
    """The row with this number, None where there is none. Where a `profile` is named, a number that has its meaning in
    another province only is not found: there it means something else."""
    if profile is None:
        return _by_infno().get(infno)
    return _rows().get((profile, infno)) or _rows().get(("", infno))


def row_of(message: Input[OutputT] | type[Input[OutputT]]) -> Transaction[OutputT]:
    """The row of a message or its class. KeyError for a class that no row names: a row is what makes it a transaction.
    A `Raw` has a row of its own, made from its number."""
    if isinstance(message, Raw):
        return cast("Transaction[OutputT]", raw_row(message.infno))
    return _by_class()[_named(message if isinstance(message, type) else type(message))]


@lru_cache(maxsize=200)
def raw_row(infno: str) -> Transaction[RawAnswer]:
    """What is known of a number without using its shape. A number that nobody names is taken for one that moves money."""
    known = by_infno(infno)
    if known is not None:
        return Transaction(
            infno,
            known.name,
            known.name_en,
            Raw,
            RawAnswer,
            known.effect,
            known.undone_by,
            known.reversible,
            known.path,
        )
    row = next((row for row in listed() if row.covers(infno)), None) or Listed(infno, infno, infno)
    return Transaction(
        infno,
        row.name,
        row.name_en,
        Raw,
        RawAnswer,
        row.effect,
        reversible=row.reversible,
        path=row.path,
        evidence=Evidence.INFERRED,
    )
