"""Clearing: a month applied for as a whole (3203, 3204), or its settlements of other provinces confirmed row by row
(3260 to 3262).

An application takes in every open settlement of its clearing type, of whatever province. A confirmation takes in the
rows marked 1; those marked 0 stay open for another round. `otransid` is the msgid of the confirmation, or the number
under which the platform received it. `startrow` counts from 1. What the insurance offices pay of a settlement
(`optins_pay_sumamt`) is funds and account: all but cash and the hospital's own share.
"""

from decimal import Decimal
from itertools import islice
from typing import Any, cast

from yidi_mocks import clearing, labels
from yidi_mocks.books import is_refund, total_of
from yidi_mocks.calls import Call
from yidi_mocks.clearing import APPLICATION, CONFIRMATION, Lot
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import fen_of, yuan
from yidi_mocks.forms import is_across
from yidi_mocks.months import is_month, last_day
from yidi_mocks.refusals import Refusal
from yidi_mocks.shapes import plain_number
from yidi_mocks.visit_rules import Message
from yidi_mocks.world import Settlement
from yidi_sdk.codes import Flag
from yidi_sdk.transactions import (
    ApplyForClearing,
    ConfirmClearingSplit,
    FetchClearingSplit,
    RollBackClearingConfirmation,
    WithdrawClearing,
)

PAGE = 100
BY_ITEM = "1"
ROW = ("certno", "mdtrt_id", "mdtrt_setl_time", "setl_sn", "medfee_sumamt", "optins_pay_sumamt", "cnfm_flag")


@answers(ApplyForClearing)
def apply(hub: Exchange, call: Call) -> dict[str, Any]:
    """Every open settlement of the month and type goes into clearing. The sums that the message names must be those."""
    data, code = call.data, call.hospital().code
    month = _month_applied_for(data)
    _demand_over(hub, month)
    if data["clr_way"] != BY_ITEM:
        raise labels.wrong(ApplyForClearing, "clr_way", "跨省异地就医按项目清算")
    of_type = (one for one in hub.world.books.month(month, code) if one.visit.clearing_type == data["clr_type"])
    found = clearing.open_ones(of_type)
    if not found:
        raise Refusal("clearing_nothing", month=month)
    _demand_sums(data, found)
    number = hub.next_id(call.hospital().division)
    hub.world.agency.clearing.take_in(_lot(hub, call, number, APPLICATION, month, found))
    return {"result": {"clr_appy_evt_id": number}}


@answers(WithdrawClearing)
def withdraw(hub: Exchange, call: Call) -> None:
    """The application is undone, unless its round is over."""
    labels.demand(WithdrawClearing, call.data, "clr_appy_evt_id")
    _undo(hub, call, WithdrawClearing, APPLICATION, "clr_appy_evt_id")


@answers(FetchClearingSplit)
def fetch(hub: Exchange, call: Call) -> dict[str, Any]:
    """The month's settlements of other provinces, a hundred a page, whatever became of them since."""
    data, hospital = call.data, call.hospital()
    month, start = _month(FetchClearingSplit, data), _whole(FetchClearingSplit, data, "startrow")
    found = (one for one in hub.world.books.month(month, hospital.code) if is_across(one))
    first = max(start, 1) - 1
    rows = enumerate(islice(found, first, first + PAGE), start=first + 1)
    return {
        "data": [
            {
                "seqno": str(number),
                "mdtrtarea": hospital.division,
                "medins_no": hospital.code,
                "certno": one.visit.person.id_number,
                "mdtrt_id": one.visit.mdtrt_id,
                "mdtrt_setl_time": one.time,
                "setl_sn": one.setl_id,
                "fulamt_advpay_flag": Flag.NO.value,
                "medfee_sumamt": one.amount("medfee_sumamt"),
                "optins_pay_sumamt": f"{yuan(paid_by_offices(one)):.2f}",
            }
            for number, one in rows
        ]
    }


@answers(ConfirmClearingSplit)
def confirm(hub: Exchange, call: Call) -> None:
    """The rows marked 1 go into clearing; one row that is not the platform's refuses them all."""
    data, code = call.data, call.hospital().code
    month = _month(ConfirmClearingSplit, data)
    _demand_over(hub, month)
    rows = cast("list[dict[str, Any]]", call.node("detail"))
    if len(rows) > PAGE:
        raise labels.wrong(ConfirmClearingSplit, "totalrow", f"一次最多确认{PAGE}行")
    if data.get("totalrow") not in (None, "") and _whole(ConfirmClearingSplit, data, "totalrow") != len(rows):
        raise labels.wrong(ConfirmClearingSplit, "totalrow", f"明细有{len(rows)}行")
    chosen: list[Settlement] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        one = _of_row(hub, code, month, row, number)
        if one.setl_id in seen:
            raise _row(number, "setl_sn", "同一结算重复列出")
        seen.add(one.setl_id)
        if row["cnfm_flag"] == Flag.YES:
            if one.clearing_state != clearing.OPEN:
                raise _row(number, "cnfm_flag", "该结算已进入清算")
            chosen.append(one)
    hub.world.agency.clearing.take_in(_lot(hub, call, hub.received_id(call), CONFIRMATION, month, chosen))


@answers(RollBackClearingConfirmation)
def roll_back(hub: Exchange, call: Call) -> None:
    """The confirmation is undone, unless its round is over."""
    month = _month(RollBackClearingConfirmation, call.data)
    _undo(hub, call, RollBackClearingConfirmation, CONFIRMATION, "otransid", month)


def paid_by_offices(settlement: Settlement) -> int:
    """Funds and account together, in fen."""
    own = settlement.fen("psn_cash_pay") + settlement.fen("hosp_part_amt")
    return settlement.fen("medfee_sumamt") - own


def _lot(hub: Exchange, call: Call, number: str, kind: str, month: str, found: list[Settlement]) -> Lot:
    code, today = call.hospital().code, hub.clock.today()
    return Lot(number, call.msgid, kind, code, month, hub.clock.text(), clearing.round_of(today), found)


def _undo(hub: Exchange, call: Call, message: Message, kind: str, name: str, month: str | None = None) -> None:
    book = hub.world.agency.clearing
    book.close(hub.clock.today())
    lot = book.find(kind, call.hospital().code, call.data[name])
    if lot is None or month not in (None, lot.month):
        raise Refusal("clearing_unknown", label=labels.label_of(message, name), name=name)
    if lot.closed:
        raise Refusal("clearing_done")
    book.undo(lot)


def _demand_over(hub: Exchange, month: str) -> None:
    """The month is over, and not too long ago."""
    today, latest = hub.clock.today(), clearing.deadlines(month)["applied_at_latest_by"]
    hub.world.agency.clearing.close(today)
    if today[:7] <= month:
        raise Refusal("clearing_early", month=month)
    if today > latest:
        raise Refusal("clearing_late", month=month, until=latest)


def _month_applied_for(data: dict[str, Any]) -> str:
    """The month named as yyyyMM or yyyy-MM, or by its first and last day; what is named twice must be the same."""
    told, begin, end = (data.get(name) or "" for name in ("setlym", "begndate", "enddate"))
    if not told and not begin:
        raise labels.missing(ApplyForClearing, "setlym")
    month = f"{told[:4]}-{told[4:]}" if told and "-" not in told else told or begin[:7]
    if not is_month(month):
        raise labels.wrong(ApplyForClearing, "setlym", "应为yyyyMM")
    for name, day, right in (("begndate", begin, f"{month}-01"), ("enddate", end, last_day(month))):
        if day not in ("", right):
            raise labels.wrong(ApplyForClearing, name, f"清算年月{month}应为{right}")
    return month


def _demand_sums(data: dict[str, Any], found: list[Settlement]) -> None:
    """What the message names must be the platform's. 人次 are settlements less refunds; what of a fee the insurance
    recognises (med_sumfee) no source defines: it lies between what is in scope and all."""
    totals, refunds = total_of(found), sum(map(is_refund, found))
    right = {
        "psntime": (totals.count - 2 * refunds) * 100,
        "medfee_sumamt": totals.medfee,
        "fund_appy_sum": totals.fund,
        "cash_payamt": totals.cash,
        "acct_pay": totals.account,
    }
    for name, fen in right.items():
        if data.get(name) not in (None, "") and _fen(data[name]) != fen:
            shown = str(fen // 100) if name == "psntime" else f"{yuan(fen):.2f}"
            label = labels.label_of(ApplyForClearing, name)
            raise Refusal("clearing_sum", label=label, name=name, value=shown)
    recognised = _fen(data.get("med_sumfee"))
    least, most = sorted((sum(one.fen("inscp_scp_amt") for one in found), totals.medfee))
    if recognised is not None and not least <= recognised <= most:
        raise labels.wrong(ApplyForClearing, "med_sumfee", f"应在{yuan(least):.2f}至{yuan(most):.2f}之间")


def _fen(value: Any) -> int | None:
    """The fen of a plain number, None for anything else and for parts of a fen."""
    text = plain_number(value)
    try:
        return None if text is None else fen_of(Decimal(text))
    except ValueError:
        return None


def _of_row(hub: Exchange, code: str, month: str, row: dict[str, Any], number: int) -> Settlement:
    """The settlement of a row. Refuses one that is not in the month, or that the row tells otherwise."""
    for name in ROW:
        if row.get(name) in (None, ""):
            raise _row(number, name, "不能为空")
    one = hub.world.settlements.get(row["setl_sn"])
    ours = one is not None and one.visit.institution.code == code and one.clearing_month == month
    if one is None or not ours or one.reversed or not is_across(one):
        raise _row(number, "setl_sn", f"清算年月{month}没有这笔异地结算")
    right = {"certno": one.visit.person.id_number, "mdtrt_id": one.visit.mdtrt_id, "mdtrt_setl_time": one.time}
    for name, value in right.items():
        if row[name] != value:
            raise _row(number, name, "与平台不一致")
    for name, fen in (("medfee_sumamt", one.fen("medfee_sumamt")), ("optins_pay_sumamt", paid_by_offices(one))):
        if _fen(row[name]) != fen:
            raise _row(number, name, f"平台为{yuan(fen):.2f}")
    if row["cnfm_flag"] not in (Flag.YES, Flag.NO):
        raise _row(number, "cnfm_flag", "应为0或1")
    return one


def _row(number: int, name: str, why: str) -> Refusal:
    return Refusal("clearing_row", row=number, label=labels.label_of(ConfirmClearingSplit, name), name=name, why=why)


def _month(message: Message, data: dict[str, Any]) -> str:
    year, month = _whole(message, data, "trt_year"), _whole(message, data, "trt_month")
    found = f"{year:04d}-{month:02d}"
    if not is_month(found):
        raise labels.wrong(message, "trt_month", "应为1至12")
    return found


def _whole(message: Message, data: dict[str, Any], name: str) -> int:
    text = str(data[name])
    if not (text.isascii() and text.isdigit() and len(text) <= len("100000")):
        raise labels.wrong(message, name, "应为整数")
    return int(text)
