"""Patients who pay alone: visits, diagnoses and fee lines uploaded so that the insured place can reimburse by hand.

One visit is known by the hospital's own number for it. Lines may come before the visit is told, as one family of
implementers does; when it is called complete all must be there and agree, and from then on nothing of it changes. Two
families name a line in two ways: `feedetl_sn` here is `bkkp_sn` there.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from yidi_mocks.answers.booking import money
from yidi_mocks.answers.fees import demand_product
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import decimal_of
from yidi_mocks.labels import Message, demand, wrong
from yidi_mocks.refusals import Refusal
from yidi_mocks.registers import SelfPayVisit
from yidi_mocks.world import ZERO
from yidi_sdk.codes import Flag
from yidi_sdk.transactions import (
    CompleteSelfPayUpload,
    DeleteSelfPayInpatientFees,
    DeleteSelfPayVisit,
    UploadSelfPayInpatientFees,
    UploadSelfPayOutpatientFees,
    UploadSelfPayStay,
    UploadSelfPayVisit,
)

Row = dict[str, Any]
LINE = ("fee_ocur_time", "cnt", "pric", "det_item_fee_sumamt", "med_list_codg", "medins_list_codg")
PERSON = ("psn_cert_type", "certno", "psn_name")
PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_amt")
ID_CARD, ID_DIGITS = "01", 18
OF_LINES = ("certno", "psn_name", "psn_cert_type", "mdtrt_sn")  # what one family repeats on every line


@answers(UploadSelfPayOutpatientFees)
def upload_fees(hub: Exchange, call: Call) -> None:
    """Lines of one outpatient visit, all or none; the visit and its diagnoses may stand beside them."""
    message = UploadSelfPayOutpatientFees
    single, about, diagnoses = call.node("data"), call.node("mdtrtinfo"), call.rows("diseinfo")
    rows: list[Row] = [*([single] if single else []), *call.rows("feedetail")]
    if not rows:
        raise Refusal("node_missing", name="feedetail")
    for row in rows:
        demand(message, row, "mdtrt_sn", "feedetl_sn", "chrg_bchno", "med_type", *PERSON)
    number = rows[0]["mdtrt_sn"]
    told = [row.get("mdtrt_id") for row in (*([about] if about else []), *diagnoses)]
    if any(row["mdtrt_sn"] != number for row in rows) or any(given not in (None, "", number) for given in told):
        raise wrong(message, "mdtrt_sn", "同一报文只能有一次就诊")
    visit = _visit(hub, call, number, stay=False)
    for row in rows:
        _demand_kind(message, row["med_type"], stay=False)
        _demand_person(hub, message, visit, row)
    _add_lines(message, visit, rows, "feedetl_sn")
    _keep(hub, visit, rows[0])
    if about:
        visit.about = {
            **{name: rows[0][name] for name in (*PERSON, "med_type", "ipt_otp_no") if name in rows[0]},
            **about,
        }
    if diagnoses:
        visit.diagnoses = [_older(row) for row in diagnoses]


@answers(UploadSelfPayInpatientFees)
def upload_stay_fees(hub: Exchange, call: Call) -> None:
    """Lines of one stay, all or none."""
    message, rows = UploadSelfPayInpatientFees, call.rows("fsiOwnpayPatnFeeListDDTO")
    for row in rows:
        demand(message, row, "fixmedins_mdtrt_id", "bkkp_sn", "med_type")
        _demand_sender(message, call, row)
        _demand_kind(message, row["med_type"], stay=True)
    number = rows[0]["fixmedins_mdtrt_id"]
    if any(row["fixmedins_mdtrt_id"] != number for row in rows):
        raise wrong(message, "fixmedins_mdtrt_id", "同一报文只能有一次就诊")
    visit = _visit(hub, call, number, stay=True)
    _add_lines(message, visit, rows, "bkkp_sn")
    _keep(hub, visit, None)


@answers(UploadSelfPayStay)
def upload_stay(hub: Exchange, call: Call) -> None:
    """The stay with the diagnoses of admission and of discharge; sent again it replaces what was told before."""
    message, data = UploadSelfPayStay, call.data
    diagnoses = call.rows("ownPayPatnDiagListD")
    demand(message, data, "endtime", "ipt_otp_no")
    visit = _about(hub, call, message, stay=True)
    days = (date.fromisoformat(data["endtime"][:10]) - date.fromisoformat(data["begntime"][:10])).days
    if data.get("ipt_days") not in (None, "") and money(data["ipt_days"]) != max(1, days):
        raise wrong(message, "ipt_days", f"应为{max(1, days)}")
    if not diagnoses:
        raise Refusal("node_missing", name="ownPayPatnDiagListD")
    for row in diagnoses:
        demand(message, row, "inout_diag_type", "diag_type", "maindiag_flag", "diag_code", "diag_name")
    for moment in {row["inout_diag_type"] for row in diagnoses}:
        if [row["maindiag_flag"] for row in diagnoses if row["inout_diag_type"] == moment].count(Flag.YES) != 1:
            raise Refusal("diagnosis_main")
    main = data.get("dscg_maindiag_code")
    if main and all(row["diag_code"] != main for row in diagnoses if row["maindiag_flag"] == Flag.YES):
        raise wrong(message, "dscg_maindiag_code", "不是主诊断")
    _keep(hub, visit, data)
    visit.about, visit.diagnoses = data, diagnoses


@answers(UploadSelfPayVisit)
def upload_visit(hub: Exchange, call: Call) -> None:
    """An outpatient visit, with its diagnoses and as many lines as the message holds."""
    message, data = UploadSelfPayVisit, call.data
    lines = call.rows("feedetail")
    visit = _about(hub, call, message, stay=False)
    diagnoses = call.rows("diseinfo")
    for row in diagnoses:
        demand(message, row, "diag_type", "diag_code", "diag_name")
    for row in lines:
        demand(message, row, "bkkp_sn")
        _demand_sender(message, call, row)
        if row.get("fixmedins_mdtrt_id") not in (None, "", visit.number):
            raise wrong(message, "fixmedins_mdtrt_id", "同一报文只能有一次就诊")
    _add_lines(message, visit, lines, "bkkp_sn")
    _keep(hub, visit, data)
    nodes = ("diseinfo", "feedetail")
    visit.about = {name: value for name, value in data.items() if name not in nodes}
    visit.diagnoses = diagnoses


@answers(CompleteSelfPayUpload)
def complete(hub: Exchange, call: Call) -> None:
    """Everything is there. Said again it is still so; nothing takes it back."""
    message, data = CompleteSelfPayUpload, call.data
    demand(message, data, "fixmedins_mdtrt_id", "cplt_flag")
    _demand_sender(message, call, data)
    if data["cplt_flag"] != Flag.YES:
        raise wrong(message, "cplt_flag", "只能为1(已完成)")
    visit = known_visit(hub, call, data["fixmedins_mdtrt_id"])
    if visit.completed:
        return
    if visit.about is None:
        raise Refusal("self_pay_not_told", value=visit.number)
    if not visit.lines:
        raise Refusal("self_pay_no_lines", value=visit.number)
    told = visit.about.get("medfee_sumamt")
    if told not in (None, "") and money(told) != total_of(visit):
        raise Refusal("sum_differs")
    first, last = visit.about.get("begntime"), visit.about.get("endtime")
    for row in visit.lines.values():
        if (first and row["fee_ocur_time"][:10] < first[:10]) or (last and row["fee_ocur_time"][:10] > last[:10]):
            raise wrong(UploadSelfPayOutpatientFees, "fee_ocur_time", "不在就诊期间内")
    visit.completed = True


@answers(DeleteSelfPayInpatientFees)
def delete_fees(hub: Exchange, call: Call) -> None:
    """Lines of the stays named, before they are complete: the one line named, or all."""
    message, keys = DeleteSelfPayInpatientFees, call.rows("feedetail")
    line: Row = call.node("feedetI") or {}
    if not keys:
        raise Refusal("node_missing", name="feedetail")
    chosen: list[tuple[SelfPayVisit, list[str]]] = []
    for key in keys:
        demand(message, key, "fixmedins_mdtrt_id")
        _demand_sender(message, call, key)
        visit = open_visit(hub, call, key["fixmedins_mdtrt_id"])
        if not visit.stay:
            raise wrong(message, "fixmedins_mdtrt_id", "不是住院就诊")
        wanted = line.get("bkkp_sn")
        gone = [number for number in visit.lines if wanted in (None, "", number)]
        if not gone:
            raise Refusal("no_fees_to_revoke")
        chosen.append((visit, gone))
    for visit, gone in chosen:
        for number in gone:
            visit.lines.pop(number, None)


@answers(DeleteSelfPayVisit)
def delete_visit(hub: Exchange, call: Call) -> None:
    """An outpatient visit with all that was uploaded of it, before it is complete."""
    message, data = DeleteSelfPayVisit, call.data
    demand(message, data, "fixmedins_mdtrt_id")
    _demand_sender(message, call, data)
    visit = open_visit(hub, call, data["fixmedins_mdtrt_id"])
    if visit.stay:
        raise wrong(message, "fixmedins_mdtrt_id", "不是门诊就诊")
    del hub.world.registers.self_pay[visit.fixmedins_code, visit.number]


def known_visit(hub: Exchange, call: Call, number: str) -> SelfPayVisit:
    """What was uploaded of a visit of this hospital. Refuses a number nothing was uploaded under."""
    visit = hub.world.registers.self_pay.get((call.hospital().code, number))
    if visit is None:
        raise Refusal("self_pay_unknown", value=number)
    return visit


def open_visit(hub: Exchange, call: Call, number: str) -> SelfPayVisit:
    """The same, while it may still change."""
    visit = known_visit(hub, call, number)
    if visit.completed:
        raise Refusal("self_pay_complete", value=number)
    return visit


def total_of(visit: SelfPayVisit) -> Decimal:
    """The sum of its lines."""
    return sum((money(row["det_item_fee_sumamt"]) for row in visit.lines.values()), ZERO)


def _visit(hub: Exchange, call: Call, number: str, *, stay: bool) -> SelfPayVisit:
    """The visit as it is, or a new one that is not kept yet: the message may still be refused."""
    visit = hub.world.registers.self_pay.get((call.hospital().code, number))
    if visit is None:
        return SelfPayVisit(number, call.hospital().code, stay=stay)
    if visit.completed:
        raise Refusal("self_pay_complete", value=number)
    if visit.stay is not stay:
        raise Refusal("self_pay_kind", value=number)
    return visit


def _keep(hub: Exchange, visit: SelfPayVisit, told: Row | None) -> None:
    if told is not None:
        visit.who = _who(told)
    hub.world.registers.self_pay[visit.fixmedins_code, visit.number] = visit


def _about(hub: Exchange, call: Call, message: Message, *, stay: bool) -> SelfPayVisit:
    data = call.data
    demand(message, data, "fixmedins_mdtrt_id", *PERSON, "begntime", "med_type")
    _demand_sender(message, call, data)
    _demand_kind(message, data["med_type"], stay=stay)
    if data.get("endtime") and data["endtime"] < data["begntime"]:
        raise wrong(message, "endtime", "不能早于开始时间")
    visit = _visit(hub, call, data["fixmedins_mdtrt_id"], stay=stay)
    _demand_person(hub, message, visit, data)
    if data["psn_cert_type"] == ID_CARD and len(data["certno"]) == ID_DIGITS:
        born = f"{data['certno'][6:10]}-{data['certno'][10:12]}-{data['certno'][12:14]}"
        if data.get("brdy") not in (None, "", born):
            raise wrong(message, "brdy", "与证件号码不一致")
    return visit


def _add_lines(message: Message, visit: SelfPayVisit, rows: Iterable[Row], key: str) -> None:
    made: dict[str, Row] = {}
    for row in rows:
        demand(message, row, *LINE)
        amount = money(row["det_item_fee_sumamt"])
        if not visit.stay and amount < ZERO:
            raise Refusal("line_negative")
        demand_product(amount, decimal_of(str(row["pric"])), decimal_of(str(row["cnt"])))
        parts = [row.get(name) for name in PARTS if row.get(name) not in (None, "")]
        if parts and sum(map(money, parts), ZERO) != amount:
            raise wrong(message, "det_item_fee_sumamt", "与全自费、超限价、先行自付、范围内金额合计不一致")
        if row[key] in visit.lines or row[key] in made:
            raise Refusal("line_used", value=row[key])
        made[row[key]] = {name: value for name, value in row.items() if name not in OF_LINES}
    visit.lines.update(made)


def _who(row: Row) -> tuple[str, str, str]:
    return row["psn_cert_type"], row["certno"], row["psn_name"]


def _demand_person(hub: Exchange, message: Message, visit: SelfPayVisit, row: Row) -> None:
    if visit.who is not None and visit.who != _who(row):
        raise wrong(message, "certno", "与该次就诊已上传的人员不一致")
    known = hub.world.by_credential.get(("id_card", row["certno"])) if row["psn_cert_type"] == ID_CARD else None
    if known is not None and known.name != row["psn_name"]:
        raise Refusal("name_differs")


def _demand_sender(message: Message, call: Call, row: Row) -> None:
    if row.get("fixmedins_code") not in (None, "", call.hospital().code):
        raise wrong(message, "fixmedins_code", "不是发送方机构")


def _demand_kind(message: Message, med_type: str, *, stay: bool) -> None:
    if (med_type.startswith("2") or med_type == "52") is not stay:
        raise wrong(message, "med_type", f"{med_type}不是{'住院' if stay else '门诊'}类别")


def _older(row: Row) -> Row:
    """A diagnosis of the older family under the names of the other."""
    names = {
        "inout_dise_type": "inout_diag_type",
        "dise_type": "diag_type",
        "maindise_flag": "maindiag_flag",
        "dise_srt_no": "diag_srt_no",
        "dise_codg": "diag_code",
        "dise_name": "diag_name",
        "dise_dept": "diag_dept",
        "dise_dor_no": "diag_dr_code",
        "dise_dor_name": "diag_dr_name",
        "dise_time": "diag_time",
    }
    return {names.get(name, name): value for name, value in row.items()}
