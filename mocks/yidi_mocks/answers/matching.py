"""Which national item a hospital's item is: told before its fees come, where the hub is strict about codes."""

from typing import Any

from yidi_mocks.calls import Call
from yidi_mocks.directory import practitioners, tables
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.labels import Message, wrong
from yidi_mocks.refusals import Refusal
from yidi_mocks.registers import Match
from yidi_mocks.world import Institution, kept
from yidi_sdk.transactions import UploadItemMatch, WithdrawItemMatch

# the first letter of a national code says its list; own preparations and minority medicine have letters of their own
BY_LETTER = {"X": "101", "Z": "102", "T": "103", "C": "301"}
SERVICE = "201"
CAMEL = {
    "fixmedinsHilistId": "fixmedins_hilist_id",
    "fixmedinsHilistName": "fixmedins_hilist_name",
    "listType": "list_type",
    "medListCodg": "med_list_codg",
    "exctCont": "exct_cont",
}
TOLD = ("fixmedins_hilist_name", "aprvno", "dosform", "prcunt", "spec", "pacspec", "pric", "memo")


@answers(UploadItemMatch)
def upload_match(hub: Exchange, call: Call) -> dict[str, Any]:
    """From its first day on the hospital's item is the national one; another for the same days is refused."""
    data, message = call.data, UploadItemMatch
    for twin, name in CAMEL.items():
        if data.get(twin) not in (None, "", data.get(name)):
            raise wrong(message, twin, f"与{name}不一致")
    _demand_list(message, data)
    end = data.get("enddate") or None
    if end is not None and end < data["begndate"]:
        raise wrong(message, "enddate", "不能早于开始日期")
    matches = hub.world.registers.matches.setdefault(call.hospital().code, [])
    local = data["fixmedins_hilist_id"]
    if any(match.local == local and match.meets(data["begndate"], end) for match in matches):
        raise Refusal("item_matched", value=local)
    matches.append(
        Match(
            fixmedins_code=call.hospital().code,
            local=local,
            national=data["med_list_codg"],
            list_type=data["list_type"],
            begin=data["begndate"],
            end=end,
            given=kept(data, TOLD),
        )
    )
    return {"data": {"CODE_SUCCESS": "1", "CODE_ERROR": "0"}}


@answers(WithdrawItemMatch)
def withdraw_match(hub: Exchange, call: Call) -> dict[str, Any]:
    """The matches named are no more; fees under them stay. Without a local number: all of the national one."""
    data, message = call.data, WithdrawItemMatch
    if data["fixmedins_code"] != call.hospital().code:
        raise wrong(message, "fixmedins_code", "只能撤销本机构的对照")
    _demand_list(message, data)
    matches = hub.world.registers.matches.get(call.hospital().code, [])
    gone = [
        match
        for match in matches
        if (match.national, match.list_type) == (data["med_list_codg"], data["list_type"])
        and data.get("fixmedins_hilist_id") in (None, "", match.local)
    ]
    if not gone:
        raise Refusal("item_not_matched", value=data["med_list_codg"])
    hub.world.registers.matches[call.hospital().code] = [match for match in matches if match not in gone]
    return {"data": {"CODE_SUCCESS": str(len(gone)), "CODE_ERROR": "0"}}


def demand_matched(hub: Exchange, institution: Institution, row: dict[str, Any], day: str) -> None:
    """Where the hub is strict about codes: refuse a fee line with an unmatched item or an unknown doctor."""
    if not hub.capabilities.strict_codes:
        return
    matches = hub.world.registers.matches.get(institution.code, ())
    pair = (row.get("medins_list_codg") or "", row["med_list_codg"])
    if not any((match.local, match.national) == pair and match.meets(day, day) for match in matches):
        raise Refusal("item_not_matched", value=pair[1])
    doctor = row.get("bilg_dr_codg")
    if doctor and all(known["code"] != doctor for known in practitioners(institution)):
        raise Refusal("doctor_unknown", value=doctor)


def _demand_list(message: Message, data: dict[str, Any]) -> None:
    kind, code = data["list_type"], data["med_list_codg"]
    if not tables()["list_type"].has(kind):
        raise wrong(message, "list_type", f"字典中没有{kind}")
    expected = SERVICE if code[0].isdigit() else BY_LETTER.get(code[0])
    if expected is not None and kind in (*BY_LETTER.values(), SERVICE) and kind != expected:
        raise wrong(message, "med_list_codg", f"{code}不属于医疗目录类别{kind}")
