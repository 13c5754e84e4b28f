"""What a settlement list must say: it is held against the settlement that it tells of, to the fen."""

from decimal import Decimal
from typing import Any

from yidi_mocks import splits
from yidi_mocks.answers.booking import money
from yidi_mocks.benefit import ACCOUNT_ROW
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange
from yidi_mocks.labels import Message, wrong
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import ZERO, LineSplit, Settlement
from yidi_sdk.codes import Flag, ItemClass
from yidi_sdk.transactions import UploadSettlementList

ITEMS = {
    "med_chrgitm": "med_chrgitm_type",
    "amt": "item_sumamt",
    "claa_sumfee": "item_claa_amt",
    "clab_amt": "item_clab_amt",
    "fulamt_ownpay_amt": "item_ownpay_amt",
    "oth_amt": "item_oth_amt",
}
"""The names of 4101 for a kind of fee, and those of 4103 and 5260."""


def settlement_for(hub: Exchange, call: Call, message: Message) -> Settlement:
    """The settlement that the list is of, if it stands, is of this hospital, and the list agrees with its course."""
    data = call.data
    settlement = hub.world.settlements.get(data["setl_id"])
    if settlement is None or settlement.visit.institution is not call.hospital():
        raise Refusal("settlement_unknown")
    if settlement.visit.mdtrt_id != data["mdtrt_id"]:
        raise wrong(message, "mdtrt_id", "与结算不符")
    if not settlement.live:
        raise Refusal("list_of_undone", value=settlement.setl_id)
    if data["setl_end_date"] < data["setl_begn_date"]:
        raise wrong(message, "setl_end_date", "不能早于结算开始日期")
    _demand_course(message, data, settlement)
    marked = [row.get("maindiag_flag") for row in call.rows("diseinfo")]
    if marked and marked.count(Flag.YES) != 1:
        raise Refusal("diagnosis_main")
    for name, node in (("diag_code_cnt", "diseinfo"), ("oprn_oprt_code_cnt", "oprninfo")):
        if data.get(name) not in (None, "") and money(data[name]) != len(call.rows(node)):
            raise wrong(message, name, f"与{node}的条数不一致")
    for row in call.rows("icuinfo"):
        if row["scs_cutd_exit_time"] < row["scs_cutd_inpool_time"]:
            raise wrong(message, "scs_cutd_exit_time", "不能早于重症监护进入时间")
    return settlement


def share_of(settlement: Settlement) -> Decimal:
    """What the person pays, from account and purse."""
    return settlement.amount("acct_pay") + settlement.amount("psn_cash_pay")


def _demand_course(message: Message, data: dict[str, Any], settlement: Settlement) -> None:
    visit = settlement.visit
    admitted, left = data.get("adm_time"), data.get("dscg_time")
    if admitted and left and left < admitted:
        raise wrong(message, "dscg_time", "不能早于入院时间")
    if visit.stay is None:
        return
    if admitted and admitted[:10] != visit.begun[:10]:
        raise wrong(message, "adm_time", f"与入院登记的{visit.begun[:10]}不一致")
    if left and left[:10] != visit.stay.ended[:10]:
        raise wrong(message, "dscg_time", f"与出院登记的{visit.stay.ended[:10]}不一致")


def demand_same_amounts(message: Message, call: Call, settlement: Settlement) -> None:
    """Refuse amounts, funds or kinds of fee that are not the settlement's."""
    _demand_shares(message, call.data, settlement)
    _demand_funds(call.rows("payinfo"), settlement)
    _demand_items(call.rows("iteminfo"), settlement)


def _demand_shares(message: Message, data: dict[str, Any], settlement: Settlement) -> None:
    for name, ours in (("acct_pay", "acct_pay"), ("psn_cashpay", "psn_cash_pay")):
        if money(data[name]) != settlement.amount(ours):
            raise wrong(message, name, f"与结算金额{settlement.amount(ours)}不一致")
    alone = settlement.amount("fulamt_ownpay_amt")
    # where a province counts what is over the limit is not agreed: on either side
    if money(data["psn_ownpay"]) not in (alone, alone + settlement.amount("overlmt_selfpay")):
        raise wrong(message, "psn_ownpay", f"与结算的全自费金额{alone}不一致")
    if money(data["psn_selfpay"]) + money(data["psn_ownpay"]) != share_of(settlement):
        raise wrong(message, "psn_selfpay", f"与个人自费合计应为{share_of(settlement)}")


def _demand_funds(rows: list[dict[str, Any]], settlement: Settlement) -> None:
    if not rows:
        return
    told = {row["fund_pay_type"]: money(row["fund_payamt"]) for row in rows}
    paid = {row["fund_pay_type"]: row["fund_payamt"] for row in settlement.funds}
    if len(told) != len(rows):
        raise wrong(UploadSettlementList, "fund_pay_type", "重复")
    for code in told.keys() | paid.keys():
        ours, account = paid.get(code, ZERO), code == ACCOUNT_ROW and code not in told
        if told.get(code, ZERO) != ours and not account:
            raise wrong(UploadSettlementList, "fund_payamt", f"基金{code}与结算的{ours}不一致")


def _demand_items(rows: list[dict[str, Any]], settlement: Settlement) -> None:
    if not rows:
        return
    message = UploadSettlementList
    ours = {row["med_chrgitm"]: row for row in items_of(settlement)}
    rows = [row for row in rows if money(row["amt"])]
    told = {row["med_chrgitm"]: row for row in rows}
    if len(told) != len(rows) or told.keys() != ours.keys():
        raise wrong(message, "med_chrgitm", f"应为{'、'.join(sorted(ours))}各一条")
    for code, row in told.items():
        parts = [money(row[name]) for name in ("claa_sumfee", "clab_amt", "fulamt_ownpay_amt", "oth_amt")]
        if money(row["amt"]) != ours[code]["amt"]:
            raise wrong(message, "amt", f"收费项目{code}与费用明细合计{ours[code]['amt']}不一致")
        if sum(parts, ZERO) != money(row["amt"]):
            raise wrong(message, "amt", f"收费项目{code}与甲类、乙类、自费、其他合计不一致")
        if parts[2] != ours[code]["fulamt_ownpay_amt"]:
            raise wrong(
                message, "fulamt_ownpay_amt", f"收费项目{code}与费用明细的{ours[code]['fulamt_ownpay_amt']}不一致"
            )


def items_of(settlement: Settlement) -> list[dict[str, Any]]:
    """The kinds of fee of a settlement, under the names of 4101."""
    by_kind: dict[str, list[LineSplit]] = {}
    for line in settlement.visit.lines:
        if line.setl_id == settlement.setl_id:
            split = splits.split_of(line)
            by_kind.setdefault(split.category, []).append(split)
    return [
        {
            "med_chrgitm": kind,
            "amt": _sum(rows),
            "claa_sumfee": _sum([row for row in rows if row.item_class == ItemClass.A and not row.self_paid]),
            "clab_amt": _sum([row for row in rows if row.item_class == ItemClass.B and not row.self_paid]),
            "fulamt_ownpay_amt": _sum([row for row in rows if row.self_paid]),
            "oth_amt": _sum(
                [row for row in rows if row.item_class not in (ItemClass.A, ItemClass.B) and not row.self_paid]
            ),
        }
        for kind, rows in sorted(by_kind.items())
        if _sum(rows)  # a kind of which all was taken back is none
    ]


def _sum(rows: list[LineSplit]) -> Decimal:
    return sum((row.amount for row in rows), ZERO)
