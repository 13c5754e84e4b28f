"""Settlement lists: uploaded for a settlement that stands, changed in state, read back, looked through, counted.

A list says again what was settled, so every amount in it is held against the settlement, to the fen: own share and
self-paid share are account and cash; the funds are its funds; the kinds of fee are its lines. What the platform would
only find fault with is no refusal but stands in 4104. `stas_type` 0 not submitted, 1 submitted, is the hub's own; a
submitted list cannot be uploaded again. A list whose settlement was undone is void.
"""

from collections import Counter
from typing import Any

from yidi_mocks.answers.list_rules import ITEMS, demand_same_amounts, items_of, settlement_for, share_of
from yidi_mocks.answers.people import identity
from yidi_mocks.calls import Call
from yidi_mocks.directory import tables
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.labels import Message, demand, wrong
from yidi_mocks.pages import first_of_page
from yidi_mocks.refusals import Refusal
from yidi_mocks.registers import SettlementList
from yidi_mocks.world import Settlement, kept
from yidi_sdk.codes import Flag
from yidi_sdk.transactions import (
    ChangeSettlementListStatus,
    CountSettlementLists,
    QueryListQuality,
    QuerySettlementList,
    UploadSettlementList,
    UploadSettlementListA,
)

OPEN, SUBMITTED = "0", "1"
NODES = ("payinfo", "opspdiseinfo", "diseinfo", "iteminfo", "oprninfo", "icuinfo", "bldinfo")
# names of 4101 that 4103 writes in another way
READ_BACK = {
    "poscode": "emp_poscode",
    "opsp_mdtrt_date": "opsp_mdtrt_time",
    "adm_way": "adm_way_code",
    "refldept_dept": "refl_caty",
    "otp_wm_dise": "otp_wm_diag",
    "wm_dise_code": "otp_wm_diag_dise_code",
    "otp_tcm_dise": "otp_tcm_diag",
    "tcm_dise_code": "otp_tcm_diag_dise_code",
    "days_rinp_flag_31": "dscg31days_rinp_flag",
    "days_rinp_pup_31": "rinp_pup",
    "setl_begn_date": "setl_begndate",
    "setl_end_date": "setl_enddate",
    "acp_medins_name": "acp_optins_name",
    "hsorg": "hsorg_name",
    "hsorg_opter": "hsorg_opter_name",
}
LEFT_OUT = frozenset(
    {"patn_cert_type", "insuplc", "psn_selfpay", "psn_ownpay", "acct_pay", "maindiag_flag", "prfs_name"}
)
# what the office wants to see in a list of a stay, beyond what an upload must have
WANTED = ("adm_time", "dscg_time", "dscg_way", "chfpdr_code", "act_ipt_days")


@answers(UploadSettlementList)
def upload(hub: Exchange, call: Call) -> dict[str, Any]:
    """The list of a settlement; sent again it replaces the one before while that is not submitted."""
    message, data = UploadSettlementList, call.data
    settlement = settlement_for(hub, call, message)
    if data["fixmedins_code"] != call.hospital().code:
        raise wrong(message, "fixmedins_code", "不是发送方机构")
    person = settlement.visit.person
    told = {"psn_name": person.name, "gend": person.sex, "brdy": person.birthday, "certno": person.id_number}
    for name, value in told.items():
        if data[name] != value:
            raise wrong(message, name, "与结算的人员信息不一致")
    if data["insuplc"] != settlement.visit.insurance.division:
        raise wrong(message, "insuplc", "与结算的参保地不一致")
    demand_same_amounts(message, call, settlement)
    return {"data": {"setl_list_id": _keep(hub, call, settlement).number}}


@answers(UploadSettlementListA)
def upload_a(hub: Exchange, call: Call) -> None:
    """The later variant tells no amounts: they are the settlement's."""
    message = UploadSettlementListA
    settlement = settlement_for(hub, call, message)
    if settlement.visit.person is not call.who():
        raise Refusal("settlement_unknown")
    state = call.data.get("stas_type")
    if state:
        _demand_state(message, state)
    _keep(hub, call, settlement).submitted = state == SUBMITTED


@answers(ChangeSettlementListStatus)
def change_status(hub: Exchange, call: Call) -> None:
    """All lists named get their state, or none does."""
    rows, message = call.rows("stastinfo"), ChangeSettlementListStatus
    found: list[tuple[SettlementList, bool]] = []
    for row in rows:
        demand(message, row, "psn_no", "setl_id", "stas_type")
        _demand_state(message, row["stas_type"])
        held, _ = _held(hub, call, row["setl_id"], row["psn_no"])
        found.append((held, row["stas_type"] == SUBMITTED))
    for held, submitted in found:
        held.submitted = submitted


@answers(QuerySettlementList)
def query(hub: Exchange, call: Call) -> dict[str, Any]:
    """One list under the names that this answer has, with the funds and fees of its settlement."""
    demand(QuerySettlementList, call.data, "psn_no", "setl_id")
    held, settlement = _held(hub, call, call.data["setl_id"], call.data["psn_no"])
    visit, amounts = settlement.visit, settlement.amounts
    key = {"setl_id": settlement.setl_id, "mdtrt_id": visit.mdtrt_id, "psn_no": visit.person.psn_no}
    head = {READ_BACK.get(name, name): value for name, value in held.head.items() if name not in LEFT_OUT}
    self_paid = amounts["fulamt_ownpay_amt"]
    return {
        "setlinfo": {
            **head,
            **identity(visit.person, hub.clock.today()),
            **key,
            "setl_list_sn": held.number,
            "fixmedins_code": visit.institution.code,
            "fixmedins_name": visit.institution.name,
            "insutype": visit.insurance.insutype,
            "insu_admdvs": visit.insurance.division,
            "psn_selfpay_amt": held.head.get("psn_selfpay", share_of(settlement) - self_paid),
            "psn_ownpay_fee": held.head.get("psn_ownpay", self_paid),
            "acct_payamt": amounts["acct_pay"],
            "psn_cashpay": amounts["psn_cash_pay"],
            "diag_code_cnt": len(held.nodes["diseinfo"]),
            "oprn_oprt_code_cnt": len(held.nodes["oprninfo"]),
            "stas_type": SUBMITTED if held.submitted else OPEN,
        },
        "payinfo": [
            {
                **key,
                "fund_pay_type": row["fund_pay_type"],
                "poolarea_fund_pay_type": row["fund_pay_type"],
                "poolarea_fund_pay_name": row["fund_pay_type_name"],
                "fund_payamt": row["fund_payamt"],
            }
            for row in settlement.funds
        ],
        "iteminfo": [{**key, **{ITEMS[name]: value for name, value in row.items()}} for row in items_of(settlement)],
        **{name: [{**key, **row} for row in held.nodes[name]] for name in NODES if name not in ("payinfo", "iteminfo")},
    }


@answers(QueryListQuality)
def query_quality(hub: Exchange, call: Call) -> dict[str, Any]:
    """What is missing in lists of this hospital; the shape known shows one list, the first of the page."""
    data = call.data
    found = [
        (held, findings)
        for held in hub.world.registers.lists.values()
        if (settlement := hub.world.settlements[held.setl_id]).visit.institution is call.hospital()
        and data.get("setl_id") in (None, "", held.setl_id)
        and data.get("psn_no") in (None, "", settlement.visit.person.psn_no)
        and data.get("setl_ym") in (None, "", settlement.day[:7].replace("-", ""))
        and data.get("err_lv") in (None, "", _level(findings := _findings(held, settlement)))
        and data.get("retn_flag") in (None, "", Flag.NO.value)
    ]
    page = first_of_page(QueryListQuality, data, len(found))
    if page is None:
        return {"deraukubfi": [], "data": None}
    held, findings = found[page]
    settlement = hub.world.settlements[held.setl_id]
    person = settlement.visit.person
    return {
        "deraukubfi": [
            {"exam_data_fld": name, "qltctrl_chkrslt": text, "err_lv": "1", "retn_flag": Flag.NO.value}
            for name, text in findings
        ],
        "data": {
            "fixmedins_code": settlement.visit.institution.code,
            "fixmedins_name": settlement.visit.institution.name,
            "setl_ym": settlement.day[:7].replace("-", ""),
            "setl_id": held.setl_id,
            "psn_no": person.psn_no,
            "psn_name": person.name,
            "psn_cert_type": "01",
            "cert_no": person.id_number,
            "qltctrl_rslt": "0" if findings else "1",
            "err_lv": _level(findings),
            "retn_flag": Flag.NO.value,
            "qltctrl_ver": "1",
        },
    }


@answers(CountSettlementLists)
def count(hub: Exchange, call: Call) -> dict[str, Any]:
    """How many lists, by category and way of clearing. No implementer shows the answer: `data` is the hub's own shape.

    `refd_setl_flag` 1 counts those of undone settlements too.
    """
    data, message = call.data, CountSettlementLists
    if data["fixmedins_code"] != call.hospital().code:
        raise wrong(message, "fixmedins_code", "只能统计本机构的结算清单")
    wanted = {name: _codes(data.get(name)) for name in ("medtype_list", "clr_way_list")}
    begin, end = data.get("stt_begntime") or "", data.get("stt_endtime") or "9999"
    if begin > end:
        raise wrong(message, "stt_endtime", "不能早于统计开始时间")
    counted: Counter[tuple[str, str]] = Counter()
    for held in hub.world.registers.lists.values():
        settlement = hub.world.settlements[held.setl_id]
        here = settlement.visit.institution is call.hospital() and begin <= settlement.time <= end
        if not here or (not settlement.live and data.get("refd_setl_flag") != Flag.YES):
            continue
        row = (settlement.med_type, "1")
        if all(not codes or value in codes for value, codes in zip(row, wanted.values(), strict=True)):
            counted[row] += 1
    return {
        "data": [
            {"med_type": med_type, "clr_way": way, "count": number}
            for (med_type, way), number in sorted(counted.items())
        ]
    }


def _keep(hub: Exchange, call: Call, settlement: Settlement) -> SettlementList:
    before = hub.world.registers.lists.get(settlement.setl_id)
    if before is not None and before.submitted:
        raise Refusal("list_submitted", value=settlement.setl_id)
    number = before.number if before is not None else hub.next_id(settlement.visit.institution.division)
    head = {name: value for name, value in call.data.items() if name not in NODES and value not in (None, "")}
    nodes = {name: [kept(row, row) for row in call.rows(name)] for name in NODES}
    held = SettlementList(number, settlement.setl_id, head, nodes, hub.clock.text())
    hub.world.registers.lists[settlement.setl_id] = held
    return held


def _held(hub: Exchange, call: Call, setl_id: str, psn_no: str) -> tuple[SettlementList, Settlement]:
    held = hub.world.registers.lists.get(setl_id)
    settlement = hub.world.settlements.get(setl_id)
    known = held is not None and settlement is not None and settlement.visit.institution is call.hospital()
    if held is None or settlement is None or not known or settlement.visit.person.psn_no != psn_no:
        raise Refusal("list_unknown", value=setl_id)
    if not settlement.live:
        raise Refusal("list_of_undone", value=setl_id)
    return held, settlement


def _findings(held: SettlementList, settlement: Settlement) -> list[tuple[str, str]]:
    """What the office would ask about: field and remark."""
    wanted = WANTED if settlement.visit.stay is not None else ("opsp_diag_caty",)
    found = [(name, "未填写") for name in wanted if held.head.get(name) in (None, "")]
    if not held.nodes["diseinfo"] and not held.nodes["opspdiseinfo"]:
        found.append(("diseinfo", "没有诊断"))
    return found


def _level(findings: list[tuple[str, str]]) -> str:
    return "1" if findings else "0"


def _demand_state(message: Message, state: str) -> None:
    if not tables()["stas_type"].has(state):
        raise wrong(message, "stas_type", "应为0(未提交)或1(已提交)")


def _codes(text: Any) -> frozenset[str]:
    return frozenset(part for part in str(text or "").replace("，", ",").split(",") if part)
