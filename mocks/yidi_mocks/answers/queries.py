"""What the platform holds of visits, diagnoses, settlements and fee lines: the same facts that the ledger shows."""

from datetime import date
from typing import Any

from yidi_mocks import entitlement, splits
from yidi_mocks.answers.booking import amounts_of
from yidi_mocks.answers.fees import NOT_SHOWN, split_row
from yidi_mocks.answers.people import identity
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.refusals import Refusal
from yidi_mocks.registry import disease_names
from yidi_mocks.world import ADMISSION, DISCHARGE, Line, Settlement, Visit, balance_left
from yidi_sdk.codes import Flag
from yidi_sdk.transactions import QueryDiagnoses, QueryEncounters, QueryFees, QuerySettlement

IN_HOSPITAL, LEFT = "1", "0"


@answers(QueryEncounters)
def query_encounters(hub: Exchange, call: Call) -> dict[str, Any]:
    """The visits that begin in the period, and the stays that touch it; without cancelled ones. One without encounter
    upload matches every med_type."""
    data, person = call.data, call.who()
    found = [visit for visit in person.visits if _wanted(visit, data) and visit.institution is call.hospital()]
    return {"mdtrtinfo": [_visit(hub, visit) for visit in found]}


@answers(QueryDiagnoses)
def query_diagnoses(hub: Exchange, call: Call) -> dict[str, Any]:
    """The diagnoses of a visit; those of a stay tell admission and discharge apart."""
    visit = _named(hub, call)
    rows = () if visit.cancelled else visit.diagnoses
    return {"diseinfo": [_diagnosis(visit, place, row) for place, row in enumerate(rows, 1)]}


@answers(QuerySettlement)
def query_settlement(hub: Exchange, call: Call) -> dict[str, Any]:
    """One settlement with its funds. Without setl_id (where a capability allows): the newest live one of the visit."""
    data, person = call.data, call.who()
    settlement = hub.world.settlements.get(data["setl_id"]) if data.get("setl_id") else _newest(hub, data["mdtrt_id"])
    if settlement is None or settlement.reversed or settlement.visit.person is not person:
        raise Refusal("settlement_unknown")
    if settlement.visit.mdtrt_id != data["mdtrt_id"] or settlement.visit.institution is not call.hospital():
        raise Refusal("settlement_unknown")
    return {"setlinfo": _settlement(hub, settlement), "setldetail": settlement.funds}


@answers(QueryFees)
def query_fees(hub: Exchange, call: Call) -> dict[str, Any]:
    """The lines of a visit; a settled one carries its setl_id. Those of a stay from another province are not served
    (one source): what the uploads answered is the only split."""
    visit, wanted = _named(hub, call), call.data.get("setl_id")
    if visit.stay is not None and not entitlement.is_local(visit.insurance, visit.institution):
        raise Refusal("fees_not_served")
    lines = [] if visit.cancelled else [line for line in visit.lines if wanted in (None, "", line.setl_id)]
    return {"data": [_line(visit, line) for line in lines]}


def _named(hub: Exchange, call: Call) -> Visit:
    visit = hub.world.visits.get(call.data["mdtrt_id"])
    if visit is None or visit.person is not call.who() or visit.institution is not call.hospital():
        raise Refusal("visit_unknown")
    return visit


def _line(visit: Visit, line: Line) -> dict[str, Any]:
    return {
        **{name: value for name, value in line.given.items() if name not in (*NOT_SHOWN, splits.SCOPE)},
        **split_row(line),
        **({"fee_ocur_time": line.time} if line.time else {}),
        "mdtrt_id": visit.mdtrt_id,
        "setl_id": line.setl_id,
        "rx_drord_no": line.given.get("rxno") or line.given.get("drord_no"),
        "med_type": visit.encounters[line.disease]["med_type"],
        **({"chrg_bchno": line.batch} if line.batch else {}),
        "dise_codg": line.disease or None,
    }


def _diagnosis(visit: Visit, place: int, row: dict[str, Any]) -> dict[str, Any]:
    stay = {"inout_diag_type": row["of"]} if row["of"] in (ADMISSION, DISCHARGE) else {}
    return {
        "diag_info_id": f"{visit.mdtrt_id[-20:]}{place:03d}",
        "mdtrt_id": visit.mdtrt_id,
        "psn_no": visit.person.psn_no,
        **stay,
        **{name: value for name, value in row.items() if name != "of"},
    }


def _wanted(visit: Visit, data: dict[str, Any]) -> bool:
    if visit.cancelled or data.get("mdtrt_id") not in (None, "", visit.mdtrt_id):
        return False
    kinds = {encounter["med_type"] for encounter in visit.encounters.values()}
    if visit.stay is None:
        in_time = data["begntime"] <= visit.begun <= data["endtime"]
    else:
        in_time = visit.begun <= data["endtime"] and (visit.stay.open or data["begntime"] <= visit.stay.ended)
    return in_time and (not kinds or data["med_type"] in kinds)


def _visit(hub: Exchange, visit: Visit) -> dict[str, Any]:
    first = next(iter(visit.encounters.values()), None)
    return {
        "mdtrt_id": visit.mdtrt_id,
        **identity(visit.person, hub.clock.today()),
        "insutype": visit.insurance.insutype,
        "psn_type": visit.insurance.psn_type,
        "cvlserv_flag": "1" if visit.insurance.civil_servant else "0",
        "insu_optins": visit.insurance.division,
        "begntime": visit.begun,
        "med_type": first["med_type"] if first else None,
        "ipt_otp_no": visit.number,
        **(_of_outpatient(visit, first or {}) if visit.stay is None else _of_stay(hub, visit)),
    }


def _of_outpatient(visit: Visit, first: dict[str, Any]) -> dict[str, Any]:
    given, disease = visit.given, first.get("dise_codg") or None
    return {
        "mdtrt_cert_type": given.get("mdtrt_cert_type"),
        "atddr_no": given.get("atddr_no"),
        "chfpdr_name": given.get("dr_name"),
        "adm_dept_codg": given.get("dept_code"),
        "adm_dept_name": given.get("dept_name"),
        "dise_codg": disease,
        "dise_name": disease_names().get(disease) if disease else None,
    }


def _of_stay(hub: Exchange, visit: Visit) -> dict[str, Any]:
    """`ipt_days`: the day of discharge less that of admission, at least one; of an open stay, up to today."""
    left = (visit.stay.discharge if visit.stay is not None else None) or {}
    last = (left.get("endtime") or hub.clock.today())[:10]
    days = (date.fromisoformat(last) - date.fromisoformat(visit.begun[:10])).days
    return {
        **{name: value for name, value in visit.given.items() if name != "adm_diag_dscr"},
        **left,
        "endtime": left.get("endtime"),
        "inhosp_stas": LEFT if left else IN_HOSPITAL,
        "ars_year_ipt_flag": Flag.YES if visit.begun[:4] != last[:4] else Flag.NO,
        "ipt_days": max(1, days),
    }


def _last_day(visit: Visit) -> str:
    return (visit.stay.ended if visit.stay is not None else "")[:10] or visit.begun[:10]


def _newest(hub: Exchange, mdtrt_id: str) -> Settlement | None:
    visit = hub.world.visits.get(mdtrt_id)
    live = [settlement for settlement in visit.settlements if settlement.live] if visit else []
    return live[-1] if live else None


def _settlement(hub: Exchange, settlement: Settlement) -> dict[str, Any]:
    visit, amounts = settlement.visit, amounts_of(settlement)
    person_part, cash = amounts.pop("psn_part_amt"), amounts.pop("psn_cash_pay")
    amounts.pop("hosp_part_amt")
    return {
        "setl_id": settlement.setl_id,
        "mdtrt_id": visit.mdtrt_id,
        **identity(visit.person, hub.clock.today()),
        "insutype": visit.insurance.insutype,
        "psn_type": visit.insurance.psn_type,
        "cvlserv_flag": "1" if visit.insurance.civil_servant else "0",
        "insu_optins": visit.insurance.division,
        "fixmedins_code": visit.institution.code,
        "fixmedins_name": visit.institution.name,
        "hosp_lv": visit.institution.level,
        "begndate": visit.begun[:10],
        "enddate": _last_day(visit),
        "setl_time": settlement.time,
        "mdtrt_cert_type": settlement.credential_type,
        "med_type": settlement.med_type,
        "clr_type": visit.clearing_type,
        "clr_way": "1",
        "clr_optins": visit.institution.division,
        **amounts,
        "psn_pay": person_part,
        "cash_payamt": cash,
        "balc": balance_left(visit.person, visit.insurance),
        "medins_setl_id": settlement.msgid if hub.capabilities.query_shows_msgid else None,
        "refd_setl_flag": "1" if settlement.refunded or settlement.undoes else "0",
        "year": settlement.year,
        "dise_codg": settlement.disease or None,
        "dise_name": disease_names().get(settlement.disease) if settlement.disease else None,
        "invono": settlement.invoice or None,
    }
