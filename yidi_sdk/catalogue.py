"""THE TABLE: one row a transaction. SDK, gateway and mock all read it; the number of a transaction stands nowhere else.

`effect` says what may be done after doubt. `undone_by` names the business undo; `reversible` says that 2601 undoes it.
`CATALOGUE` carries no annotation, so that type checkers refuse a row whose Output does not answer its Input.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar

from yidi_sdk.message import Input, Nothing, Output
from yidi_sdk.transactions import outpatient, person, queries, reversal, session

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
    """One transaction. `path` is the method path seen below the platform's address, "" where none was seen."""

    infno: str
    name: str
    name_en: str
    input: type[Input[OutputT]]
    output: type[OutputT]
    effect: Effect
    undone_by: str | None = None
    reversible: bool = False
    path: str = ""
    evidence: Evidence = Evidence.AGREED


Q, P, K, N, V = Effect.QUERY, Effect.TRIAL, Effect.UPLOAD, Effect.COMMIT, Effect.REVERSAL

CATALOGUE = (
    Transaction("9001", "签到", "Sign in", session.SignIn, session.SignedIn, Q, "9002", path="/fsi/api/signInSignOutService/signIn"),
    Transaction("9002", "签退", "Sign out", session.SignOut, session.SignedOut, Q, path="/fsi/api/signInSignOutService/signOut"),
    Transaction("1101", "人员信息获取", "Get person information", person.GetPerson, person.PersonInformation, Q, path="/fsi/api/fsiPsnInfoService/queryPsnInfo"),
    Transaction("2001", "人员待遇享受检查", "Check benefit entitlement", person.CheckEntitlement, person.Entitlement, Q, path="/fsi/api/fsiPsnPriorityInfoService/queryPsnPriorityInfo"),
    Transaction("2201", "门诊挂号", "Register outpatient", outpatient.RegisterOutpatient, outpatient.OutpatientRegistration, N, "2202", path="/fsi/api/outpatientDocInfoService/outpatientRregistration"),
    Transaction("2202", "门诊挂号撤销", "Cancel outpatient registration", outpatient.CancelOutpatientRegistration, Nothing, N, path="/fsi/api/outpatientDocInfoService/outpatientRegistrationCancel"),
    Transaction("2203", "门诊就诊信息上传", "Upload outpatient encounter", outpatient.UploadOutpatientEncounterFirst, Nothing, K, path="/fsi/api/outpatientDocInfoService/outpatientMdtrtinfoUp"),
    Transaction("2203A", "门诊就诊信息上传(A版)", "Upload outpatient encounter, variant A", outpatient.UploadOutpatientEncounter, Nothing, K, path="/fsi/api/outpatientDocInfoService/outpatientMdtrtinfoUpA"),
    Transaction("2204", "门诊费用明细信息上传", "Upload outpatient fee lines", outpatient.UploadOutpatientFees, outpatient.OutpatientFeeSplit, K, "2205", path="/fsi/api/outpatientDocInfoService/outpatientFeeListUp"),
    Transaction("2205", "门诊费用明细信息撤销", "Revoke outpatient fee lines", outpatient.RevokeOutpatientFees, Nothing, K, path="/fsi/api/outpatientDocInfoService/outpatientFeeListUpCancel"),
    Transaction("2206", "门诊预结算", "Outpatient trial settlement", outpatient.PresettleOutpatient, outpatient.OutpatientTrial, P, path="/fsi/api/outpatientSettleService/preSettletment"),
    Transaction("2207", "门诊结算", "Settle outpatient", outpatient.SettleOutpatient, outpatient.OutpatientSettlement, N, "2208", reversible=True, path="/fsi/api/outpatientSettleService/saveSettletmentV2"),
    Transaction("2208", "门诊结算撤销", "Revoke outpatient settlement", outpatient.RevokeOutpatientSettlement, outpatient.OutpatientRevocation, N, reversible=True, path="/fsi/api/outpatientSettleService/cancleSettletment"),
    Transaction("2601", "冲正交易", "Reverse a transaction", reversal.ReverseTransaction, Nothing, V, path="/fsi/api/reverseService/revsMethod"),
    Transaction("5201", "就诊信息查询", "Query encounters", queries.QueryEncounters, queries.Encounters, Q),
    Transaction("5203", "结算信息查询", "Query settlement", queries.QuerySettlement, queries.SettlementFound, Q, path="/fsi/api/fsiIntegratedQueryService/querySetlInfo"),
    Transaction("5204", "费用明细查询", "Query fee lines", queries.QueryFees, queries.FeesFound, Q, path="/fsi/api/fsiIntegratedQueryService/queryFeeList"),
    Transaction("5301", "人员慢特病备案查询", "Query chronic-disease qualifications", queries.QueryQualifications, queries.Qualifications, Q, path="/fsi/api/fsiIntegratedQueryService/queryPsnOpspReg"),
    Transaction("5304", "转院信息查询", "Query referral filings", queries.QueryReferrals, queries.Referrals, Q),
)  # fmt: skip


@cache
def _by_infno() -> dict[str, Transaction[Any]]:
    return {row.infno: row for row in CATALOGUE}


@cache
def _by_input() -> dict[type[Input[Any]], Transaction[Any]]:
    return {row.input: row for row in CATALOGUE}


def by_infno(infno: str) -> Transaction[Any] | None:
    """The row with this number, None where there is none."""
    return _by_infno().get(infno)


def row_of(message: Input[OutputT] | type[Input[OutputT]]) -> Transaction[OutputT]:
    """The row of a message or its class. KeyError for a class that no row names: a row is what makes it a transaction."""
    cls = message if isinstance(message, type) else type(message)
    return _by_input()[cls]
