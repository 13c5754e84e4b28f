"""What the platform holds of visits, settlements and fee lines: the same facts that the ledger shows."""

from typing import Any

from yidi_mocks.answers.fees import NOT_SHOWN, split_row
from yidi_mocks.answers.people import identity
from yidi_mocks.answers.settling import settlement_amounts
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.refusals import Refusal
from yidi_mocks.registry import disease_names
from yidi_mocks.world import Settlement, Visit, balance_left
from yidi_sdk.transactions import QueryEncounters, QueryFees, QuerySettlement


@answers(QueryEncounters)
def query_encounters(hub: Exchange, call: Call) -> dict[str, Any]:
    """The visits in the period, without cancelled ones. One without encounter upload matches every med_type."""
    data, person = call.data, call.who()
    found = [visit for visit in person.visits if _wanted(visit, data) and visit.institution is call.hospital()]
    return {"mdtrtinfo": [_visit(hub, visit) for visit in found]}


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
    """The lines of a visit; a settled one carries its setl_id."""
    data = call.data
    visit = hub.world.visits.get(data["mdtrt_id"])
    if visit is None or visit.person is not call.who() or visit.institution is not call.hospital():
        raise Refusal("visit_unknown")
    wanted = data.get("setl_id")
    lines = [] if visit.cancelled else [line for line in visit.lines if wanted in (None, "", line.setl_id)]
    return {
        "data": [
            {
                **{name: value for name, value in line.given.items() if name not in NOT_SHOWN},
                **split_row(line),
                **({"fee_ocur_time": line.time} if line.time else {}),
                "mdtrt_id": visit.mdtrt_id,
                "setl_id": line.setl_id,
                "rx_drord_no": line.given.get("rxno"),
                "med_type": visit.encounters[line.disease]["med_type"],
                "chrg_bchno": line.batch,
                "dise_codg": line.disease or None,
            }
            for line in lines
        ]
    }


def _wanted(visit: Visit, data: dict[str, Any]) -> bool:
    if visit.cancelled or data.get("mdtrt_id") not in (None, "", visit.mdtrt_id):
        return False
    kinds = {encounter["med_type"] for encounter in visit.encounters.values()}
    in_time = data["begntime"] <= visit.begun <= data["endtime"]
    return in_time and (not kinds or data["med_type"] in kinds)


def _visit(hub: Exchange, visit: Visit) -> dict[str, Any]:
    given, first = visit.given, next(iter(visit.encounters.values()), None)
    disease = (first or {}).get("dise_codg") or None
    return {
        "mdtrt_id": visit.mdtrt_id,
        **identity(visit.person, hub.clock.today()),
        "insutype": visit.insurance.insutype,
        "psn_type": visit.insurance.psn_type,
        "cvlserv_flag": "1" if visit.insurance.civil_servant else "0",
        "insu_optins": visit.insurance.division,
        "begntime": visit.begun,
        "mdtrt_cert_type": given["mdtrt_cert_type"],
        "med_type": first["med_type"] if first else None,
        "ipt_otp_no": visit.number,
        "atddr_no": given["atddr_no"],
        "chfpdr_name": given["dr_name"],
        "adm_dept_codg": given["dept_code"],
        "adm_dept_name": given["dept_name"],
        "dise_codg": disease,
        "dise_name": disease_names().get(disease) if disease else None,
    }


def _newest(hub: Exchange, mdtrt_id: str) -> Settlement | None:
    visit = hub.world.visits.get(mdtrt_id)
    live = [settlement for settlement in visit.settlements if settlement.live] if visit else []
    return live[-1] if live else None


def _settlement(hub: Exchange, settlement: Settlement) -> dict[str, Any]:
    visit, amounts = settlement.visit, settlement_amounts(settlement)
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
        "setl_time": settlement.time,
        "mdtrt_cert_type": settlement.credential_type,
        "med_type": settlement.med_type,
        "clr_type": "11",
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
