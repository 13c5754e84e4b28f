"""Orders and fees checked before and during care: three plain rules of the hub's own, stated here.

HUB-01 the same item ordered twice on one day; HUB-02 a price above the limit at the place of care; HUB-03 an item that
no fund pays, told as one that is (hilist_lv not 03). The real rules are a platform's secret; what is shown is the shape
of a finding and that it names order, visit and amount. Nothing is kept: the same question has the same answer.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from yidi_mocks import splits
from yidi_mocks.answers.booking import money
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.labels import Message, demand, wrong
from yidi_mocks.refusals import Refusal
from yidi_mocks.shapes import plain_number
from yidi_mocks.world import ZERO
from yidi_sdk.codes import ItemClass
from yidi_sdk.transactions import ReviewBeforeOrdering, ReviewDuringTreatment

Row = dict[str, Any]
RULES = {"HUB-01": "同日重复医嘱", "HUB-02": "超过限价", "HUB-03": "自费项目按医保上传"}
COUNTED, SEVERE, MILD = "1", "3", "1"
BREACH = "1"  # vola_item_type


@answers(ReviewBeforeOrdering)
def review_before(hub: Exchange, call: Call) -> dict[str, Any]:
    """Findings on the orders that are about to be given."""
    return _reviewed(hub, call, ReviewBeforeOrdering)


@answers(ReviewDuringTreatment)
def review_during(hub: Exchange, call: Call) -> dict[str, Any]:
    """Findings on the orders of the care that is going on."""
    return _reviewed(hub, call, ReviewDuringTreatment)


def _reviewed(hub: Exchange, call: Call, message: Message) -> dict[str, Any]:
    asked = call.node("data")
    if not asked.get("trig_scen") and not asked.get("rule_ids"):
        raise wrong(message, "trig_scen", "与规则标识集合(rule_ids)不能都为空")
    wanted = _rules(message, asked.get("rule_ids"))
    patients: list[Row] = asked.get("patient_dtos") or []
    if not patients:
        raise Refusal("node_missing", name="patient_dtos")
    findings: list[Row] = []
    for patient in patients:
        demand(message, patient, "patn_id", "patn_name", "gend", "brdy", "curr_mdtrt_id")
        encounters: list[Row] = patient.get("fsi_encounter_dtos") or []
        if not encounters:
            raise Refusal("node_missing", name="fsi_encounter_dtos")
        if all(encounter.get("mdtrt_id") != patient["curr_mdtrt_id"] for encounter in encounters):
            raise Refusal("review_visit", value=patient["curr_mdtrt_id"])
        for encounter in encounters:
            _demand_encounter(hub, call, message, encounter)
            for order in _orders(encounter):
                _demand_order(message, order)
            findings += _found(patient, encounter, wanted, splits.scope_of(call.hospital().division))
    number = asked.get("task_id") or call.msgid
    return {"result": [{"jr_id": f"{number}-{place}", **row} for place, row in enumerate(findings, 1)]}


def _rules(message: Message, asked: Any) -> frozenset[str]:
    if asked in (None, "", []):
        return frozenset(RULES)
    given: list[Any] = asked if isinstance(asked, list) else [asked]  # pyright: ignore[reportUnknownVariableType] - any
    unknown = [rule for rule in given if not isinstance(rule, str) or rule not in RULES]
    if unknown:
        raise wrong(message, "rule_ids", f"没有规则{unknown[0]}")
    return frozenset(given)


def _demand_encounter(hub: Exchange, call: Call, message: Message, encounter: Row) -> None:
    if encounter["medins_id"] != call.hospital().code:
        raise wrong(message, "medins_id", "不是发送方机构")
    if encounter["dscg_date"] < encounter["adm_date"]:
        raise wrong(message, "dscg_date", "不能早于入院日期")
    visit = hub.world.visits.get(encounter["mdtrt_id"])
    if visit is not None and visit.institution is not call.hospital():
        raise Refusal("visit_unknown")
    if money(encounter["ownpay_amt"]) + money(encounter["selfpay_amt"]) > money(encounter["medfee_sumamt"]):
        raise wrong(message, "medfee_sumamt", "小于自费金额与自付金额之和")


def _demand_order(message: Message, order: Row) -> None:
    product = _number(order["cnt"]) * _number(order["pric"])
    if abs(splits.fen(product) - money(order["sumamt"])) > splits.FEN:
        raise wrong(message, "sumamt", "与单价×数量不一致")
    stop = order.get("drord_stop_date")
    if stop and stop < order["drord_begn_date"]:
        raise wrong(message, "drord_stop_date", "不能早于医嘱开始日期")


def _found(patient: Row, encounter: Row, wanted: frozenset[str], scope: str) -> Iterator[Row]:
    seen: set[tuple[str, str]] = set()
    for order in _orders(encounter):
        rule = splits.rule_of(order["hilist_code"], scope)
        key, total = (order["hilist_code"], order["drord_begn_date"][:10]), money(order["sumamt"])
        over = splits.fen(max(ZERO, _number(order["pric"]) - rule.limit) * _number(order["cnt"]))
        told_as_paid = order["hilist_lv"] != ItemClass.SELF_PAID
        alone = rule.item_class == ItemClass.SELF_PAID and told_as_paid
        for name, breached, amount in (
            ("HUB-01", key in seen, total),
            ("HUB-02", over > ZERO, over),
            ("HUB-03", alone, total),
        ):
            if breached and name in wanted:
                yield _finding(name, patient, encounter, order, amount)
        seen.add(key)


def _finding(rule: str, patient: Row, encounter: Row, order: Row, amount: Decimal) -> Row:
    about = {"patn_id": patient["patn_id"], "mdtrt_id": encounter["mdtrt_id"], "vola_amt": amount}
    return {
        "rule_id": rule,
        "rule_name": RULES[rule],
        "vola_cont": f"{RULES[rule]}：{order['hilist_name']}",
        **about,
        "vola_amt_stas": COUNTED,
        "sev_deg": SEVERE if rule == "HUB-03" else MILD,
        "vola_evid": "本模拟平台规则",
        "vola_bhvr_type": COUNTED,
        "judge_result_detail_dtos": [
            {"jrd_id": f"{rule}-{order['rx_id']}", **about, "rx_id": order["rx_id"], "vola_item_type": BREACH}
        ],
    }


def _orders(encounter: Row) -> list[Row]:
    orders: list[Row] | None = encounter.get("fsi_order_dtos")
    return orders or []


def _number(value: Any) -> Decimal:
    return Decimal(plain_number(value) or 0)
