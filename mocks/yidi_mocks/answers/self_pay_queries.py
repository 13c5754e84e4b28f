"""What was uploaded of patients who pay alone, read back. Names are written in camel case in these answers.

The shape known holds one row: the first of the page asked. `recordCounts` says how many there are.
"""

from collections.abc import Sequence
from typing import Any

from yidi_mocks.answers.booking import money
from yidi_mocks.answers.self_pay import known_visit, total_of
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.labels import Message, demand, wrong
from yidi_mocks.pages import first_of_page, size_of_page
from yidi_mocks.registers import SelfPayVisit
from yidi_sdk.codes import Flag
from yidi_sdk.transactions import QuerySelfPayDiagnoses, QuerySelfPayFees, QuerySelfPayVisits

# as they were seen, or renamed on the way
SPELLED = {
    "det_item_fee_sumamt": "detltemFeeSumamt",
    "otp_diag_info": "otpDiaglnfo",
    "birctrl_type": "birctrIType",
    "birctrl_matn_date": "birctrIMatnDate",
    "elec_bil_chkcode": "elecBillChkcode",
    "exp_content": "exp_content",
    "feedetl_sn": "bkkpSn",
    "bilg_dr_codg": "bilgDrCode",
    "orders_dr_code": "acordDrCode",
    "orders_dr_name": "acordDrName",
}
UNSEEN = frozenset({"chrg_bchno", "ipt_otp_no", "med_type"})  # of a line: this answer has no place for them


@answers(QuerySelfPayFees)
def query_fees(hub: Exchange, call: Call) -> dict[str, Any]:
    """One line of a visit."""
    visit = _visit(hub, call, QuerySelfPayFees)
    rows = [
        {
            **_camel({name: value for name, value in row.items() if name not in UNSEEN}),
            **_key(call, visit),
            "valiFlag": Flag.YES.value,
            "chkPassFlag": Flag.YES.value if visit.completed else Flag.NO.value,
        }
        for row in visit.lines.values()
    ]
    return _page(QuerySelfPayFees, call.data, rows)


@answers(QuerySelfPayVisits)
def query_visits(hub: Exchange, call: Call) -> dict[str, Any]:
    """One visit of a person: document and number must be told, the rest narrows. One not told of yet is not found."""
    data, message = call.data, QuerySelfPayVisits
    demand(message, data, "psn_cert_type", "certno")
    begin, end = data.get("begntime") or "", data.get("endtime") or "9999"
    if begin > end:
        raise wrong(message, "endtime", "不能早于开始时间")
    found = [visit for visit in hub.world.registers.self_pay.values() if _wanted(call, visit, data, begin, end)]
    rows = [
        {
            **_camel(visit.about or {}),
            **_key(call, visit),
            "medfeeSumamt": total_of(visit),
            "cpltflag": Flag.YES.value if visit.completed else Flag.NO.value,
            "valiFlag": Flag.YES.value,
        }
        for visit in found
    ]
    return _page(message, data, rows)


@answers(QuerySelfPayDiagnoses)
def query_diagnoses(hub: Exchange, call: Call) -> dict[str, Any]:
    """One diagnosis of a visit."""
    visit = _visit(hub, call, QuerySelfPayDiagnoses)
    rows = [
        {"diagInfoId": f"{visit.number}-{place}", **_camel(row), **_key(call, visit), "valiFlag": Flag.YES.value}
        for place, row in enumerate(visit.diagnoses, 1)
    ]
    return _page(QuerySelfPayDiagnoses, call.data, rows)


def _wanted(call: Call, visit: SelfPayVisit, data: dict[str, Any], begin: str, end: str) -> bool:
    about, who = visit.about, visit.who
    if about is None or who is None or visit.fixmedins_code != call.hospital().code:
        return False
    told = data.get("medfee_sumam_t")
    return (
        (data["psn_cert_type"], data["certno"]) == who[:2]
        and data.get("psn_name") in (None, "", who[2])
        and begin <= (about.get("begntime") or "") <= end
        and data.get("med_type") in (None, "", about.get("med_type"))
        and data.get("elec_billno_code") in (None, "", about.get("elec_billno_code"))
        and (told in (None, "") or money(told) == total_of(visit))
    )


def _visit(hub: Exchange, call: Call, message: Message) -> SelfPayVisit:
    demand(message, call.data, "fixmedins_mdtrt_id")
    if call.data.get("fixmedins_code") not in (None, "", call.hospital().code):
        raise wrong(message, "fixmedins_code", "不是发送方机构")
    return known_visit(hub, call, call.data["fixmedins_mdtrt_id"])


def _key(call: Call, visit: SelfPayVisit) -> dict[str, Any]:
    return {
        "fixmedinsMdtrtId": visit.number,
        "fixmedinsCode": visit.fixmedins_code,
        "fixmedinsName": call.hospital().name,
    }


def _page(message: Message, data: dict[str, Any], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    place, size = first_of_page(message, data, len(rows)), size_of_page(message, data)
    counts = {"recordCounts": str(len(rows)), "pages": str(-(-len(rows) // size))}
    return {"data": counts if place is None else {**rows[place], **counts}}


def _camel(row: dict[str, Any]) -> dict[str, Any]:
    return {SPELLED.get(name) or _hump(name): value for name, value in row.items()}


def _hump(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
