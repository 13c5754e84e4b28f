"""Comparing settlements with the hospital: totals, settlement by settlement, and what three sides do not agree on.

The settling agency of a hospital is that of its own place. 3212 answers `task_status` 0 while the task runs and 1 when
it is done, `check_state` 1 when both sides agree and 0 when not, and three files: what only the platform has, what only
the hospital has, what differs. No source says more of these than their names.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from yidi_mocks import detailfiles, labels, statements
from yidi_mocks.answers.booking import money
from yidi_mocks.answers.files import keep
from yidi_mocks.books import Cut, Totals, is_refund, total_of
from yidi_mocks.calls import Call
from yidi_mocks.days import cut_of
from yidi_mocks.detailfiles import Result, Told
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import fen_of
from yidi_mocks.files import packed, unpacked
from yidi_mocks.forms import is_across
from yidi_mocks.refusals import Refusal
from yidi_mocks.statements import BALANCED, Asked, Statement, Task
from yidi_mocks.visit_rules import Message
from yidi_mocks.world import Settlement
from yidi_sdk.codes import Flag
from yidi_sdk.transactions import (
    QueryDailyReconciliation,
    QueryUnreconciled,
    ReconcileDetails,
    ReconcileTotals,
    SubmitDailyReconciliation,
)

RUNNING, DONE = "0", "1"
AGREES, AGREES_NOT = "1", "0"
LONGEST_DAYS = 366
TASK_FILES = (statements.PLATFORM_MORE, statements.INSTITUTION_MORE, statements.DIFFERS)


@answers(ReconcileTotals)
def reconcile_totals(hub: Exchange, call: Call) -> dict[str, Any]:
    """Whether the hospital's totals are the platform's: of one insurance and clearing type over some days."""
    data, code = call.data, call.hospital().code
    begin, end = _period(ReconcileTotals, data, "stmt_begndate", "stmt_enddate")
    _demand_agency(call, ReconcileTotals)
    refunds = _counts_refunds(hub, data)
    kind = (code, data["insutype"], data["clr_type"])
    platform = hub.world.books.totals(kind, begin, end, cut(hub), refunds=refunds)
    told = Totals(
        int(data["fixmedins_setl_cnt"]),
        *(_fen(data.get(name)) for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "cash_payamt")),
    )
    with_cash = data.get("cash_payamt") not in (None, "")
    verdict = statements.of_totals(platform, told, with_cash=with_cash)
    said = Statement(call.infno, hub.clock.text(), code, begin, end, kind[1], kind[2], verdict, platform, refunds)
    hub.world.agency.statements.note(said)
    return {
        "stmtinfo": {
            "setl_optins": data["setl_optins"],
            "stmt_rslt": codes(hub)[verdict],
            "stmt_rslt_dscr": statements.described(verdict, platform, told),
            "clr_optins": data.get("clr_optins") or data["setl_optins"],
            "clr_way": "1",
            "clr_type": data["clr_type"],
            "stmt_begndate": begin,
            "stmt_enddate": end,
        }
    }


@answers(ReconcileDetails)
def reconcile_details(hub: Exchange, call: Call) -> dict[str, Any]:
    """Settlement by settlement, from the uploaded file; the verdict on each lies in a file to fetch."""
    data, code = call.data, call.hospital().code
    begin, end = _period(ReconcileDetails, data, "stmt_begndate", "stmt_enddate")
    _demand_agency(call, ReconcileDetails)
    if data.get("fixmedins_code") not in (None, "", code):
        raise labels.wrong(ReconcileDetails, "fixmedins_code", "与发送方的机构编号不同")
    told = _told(hub, call)
    _demand_sums(data, told)
    refunds = _counts_refunds(hub, data)
    results = _compared(hub, code, begin, end, data.get("clr_type") or None, told, call, refunds=refunds)
    shown = results if hub.capabilities.statement_lists == "all" else _differing(results)
    kept = _result_file(hub, call, shown)
    info = {"file_qury_no": kept.number, "filename": kept.name, "dld_endtime": kept.until}
    return {"fileinfo": info}


@answers(SubmitDailyReconciliation)
def submit_task(hub: Exchange, call: Call) -> dict[str, Any]:
    """The same comparison as a task: of every insurance and clearing type."""
    data, code = call.data, call.hospital().code
    begin, end = _period(SubmitDailyReconciliation, data, "clr_begin_ymd", "clr_end_ymd")
    told = _told(hub, call)
    results = _compared(hub, code, begin, end, None, told, call, refunds=True)
    files = [
        _result_file(hub, call, [result for result in results if result.verdict == verdict]).number
        for verdict in TASK_FILES
    ]
    done_at = hub.clock.seconds() + hub.capabilities.task_takes_s
    number = hub.next_id(call.hospital().division)
    task = Task(number, code, done_at, not _differing(results), (files[0], files[1], files[2]))
    hub.world.agency.statements.tasks[number] = task
    return {"fileinfo": {"task_key": number}}


@answers(QueryDailyReconciliation)
def query_task(hub: Exchange, call: Call) -> dict[str, Any]:
    """How the task stands."""
    task = hub.world.agency.statements.tasks.get(call.data["task_key"])
    if task is None or task.code != call.hospital().code:
        raise Refusal("task_unknown")
    if hub.clock.seconds() < task.done_at:
        return {"fileinfo": {"check_state": None, "task_status": RUNNING}}
    files = {f"file_qury_no{place}": number for place, number in enumerate(task.files, start=1)}
    return {"fileinfo": {"check_state": AGREES if task.balanced else AGREES_NOT, "task_status": DONE, **files}}


@answers(QueryUnreconciled)
def query_unreconciled(hub: Exchange, call: Call) -> dict[str, Any]:
    """Settlements across provinces that do not agree between hospital, place of care and insured place: what the last
    comparison found, what is not final, and what the insured place has not booked."""
    data, code = call.data, call.hospital().code
    begin, end = data.get("begndate") or "", data.get("enddate") or "9999-12-31"
    if begin > end:
        raise labels.wrong(QueryUnreconciled, "enddate", "早于开始日期")
    agency = hub.world.agency
    named = set(agency.statements.unsettled.get(code, {})) | agency.differences.of_kind("insured_place")
    named |= agency.differences.waiting(hub.clock.text())
    found = (hub.world.settlements.get(setl_id) for setl_id in sorted(named))
    rows = [
        one
        for one in found
        if one is not None
        and not one.reversed
        and is_across(one)
        and one.visit.institution.code == code
        and begin <= one.day <= end
        and data.get("clr_type") in (None, "", one.visit.clearing_type)
    ]
    return {"data": [{"setlId": one.setl_id, "insuAdmdvs": one.visit.insurance.division} for one in rows]}


def cut(hub: Exchange) -> Cut:
    """What counts to a day now."""
    return cut_of(hub.world, hub.capabilities, hub.clock)


def codes(hub: Exchange) -> dict[str, str]:
    """stmt_rslt by verdict, as this platform writes it."""
    return statements.CODES[hub.capabilities.statement_codes]


def _compared(
    hub: Exchange,
    code: str,
    begin: str,
    end: str,
    clr_type: str | None,
    told: Sequence[Told],
    call: Call,
    *,
    refunds: bool,
) -> list[Result]:
    now = cut(hub)
    wanted = list(
        hub.world.books.settled(begin, end, now, lambda kind: kind[0] == code and clr_type in (None, kind[2]))
    )
    counted = [one for one in wanted if refunds or not is_refund(one)]
    named = {row.setl_id for row in told}
    held = {one.setl_id: one for one in wanted if refunds or not is_refund(one) or one.setl_id in named}
    why_not = {setl_id: _why_not(hub, code, setl_id, now) for setl_id in named if setl_id not in held}
    results = statements.of_details(Asked(held, {key: why for key, why in why_not.items() if why}), told)
    verdict = statements.DIFFERS if _differing(results) else BALANCED
    book = hub.world.agency.statements
    totals = total_of(counted)
    said = Statement(call.infno, hub.clock.text(), code, begin, end, None, clr_type, verdict, totals, refunds)
    book.note(said)
    book.note_details(code, [*held, *named], results, end)
    return results


def _why_not(hub: Exchange, code: str, setl_id: str, now: Cut) -> str:
    """Why a settlement of this hospital that stands in the ledger does not count, "" for one that does not stand."""
    found = hub.world.settlements.get(setl_id)
    if found is None or found.visit.institution.code != code:
        return ""
    if found.reversed:
        return "该结算已冲正"
    if not now.is_final(found):
        until = hub.world.agency.differences.until(setl_id)
        return f"平台尚未日终，{f'{until}后再对账' if until else '稍后再对账'}"
    return f"该结算属于{now.day_of(found.time)}{_kind_in_words(found)}，不在对账范围内"


def _kind_in_words(found: Settlement) -> str:
    return f"，清算类别{found.visit.clearing_type}"


def _told(hub: Exchange, call: Call) -> list[Told]:
    kept = hub.world.agency.files.find(call.data["file_qury_no"], call.hospital().code, hub.clock.text())
    return detailfiles.read(unpacked(kept.content))


def _demand_sums(data: dict[str, Any], told: Sequence[Told]) -> None:
    """The message says of its file what stands in it; cash does not."""
    sums = {"medfee_sumamt": sum(row.medfee for row in told), "fund_pay_sumamt": sum(row.fund for row in told)}
    for name, fen in sums.items():
        if _fen(data[name]) != fen:
            raise Refusal("statement_sum", label=labels.label_of(ReconcileDetails, name), name=name)
    if int(data["fixmedins_setl_cnt"]) != len(told):
        raise labels.wrong(ReconcileDetails, "fixmedins_setl_cnt", f"对账文件有{len(told)}行")


def _result_file(hub: Exchange, call: Call, results: Sequence[Result]) -> Any:
    content = packed(detailfiles.RESULT_NAME, detailfiles.written(results, codes(hub)))
    return keep(hub, call, f"result_{hub.clock.today().replace('-', '')}.zip", content)


def _differing(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.verdict != BALANCED]


def _counts_refunds(hub: Exchange, data: dict[str, Any]) -> bool:
    flag = data.get("refd_setl_flag")
    return hub.capabilities.refunds_counted if flag in (None, "") else flag == Flag.YES


def _fen(value: Any) -> int:
    return fen_of(money(value))


def _period(message: Message, data: dict[str, Any], first: str, last: str) -> tuple[str, str]:
    begin, end = data[first], data[last]
    if end < begin:
        raise labels.wrong(message, last, f"早于{labels.label_of(message, first)}")
    if (date.fromisoformat(end) - date.fromisoformat(begin)).days >= LONGEST_DAYS:
        raise labels.wrong(message, last, f"对账期超过{LONGEST_DAYS}天")
    return begin, end


def _demand_agency(call: Call, message: Message) -> None:
    division = call.hospital().division
    for name in ("setl_optins", "clr_optins"):
        if call.data.get(name) not in (None, "", division):
            raise labels.wrong(message, name, f"本机构的经办机构是{division}")
