"""The world as the control door shows and changes it: plain JSON, amounts as text."""

from decimal import Decimal, InvalidOperation
from typing import Any

from yidi_mocks import days, registry, splits
from yidi_mocks.entitlement import NOT_OPEN
from yidi_mocks.registry import BadWorld
from yidi_mocks.visit_rules import state_of
from yidi_mocks.world import (
    Credential,
    Filing,
    Institution,
    Insurance,
    Person,
    Qualification,
    Settlement,
    StayLine,
    Visit,
    World,
    balance_left,
)

CHANGEABLE = frozenset(
    {
        "psn_no",
        "name",
        "insurances",
        "filings",
        "qualifications",
        "designated",
        "benefit",
        "in_stay",
        "filing",
        "qualification",
        "status",
        "paused_from",
        "balance",
        "credentials",
    }
)
STATUSES = ("open", *NOT_OPEN)
CLEARING_STATES = frozenset({"open", "in_clearing", "cleared"})


def whole(world: World) -> dict[str, Any]:
    """Everything."""
    return {
        "people": [person_row(person) for person in world.people.values()],
        "institutions": [institution_row(institution) for institution in world.institutions.values()],
        "visits": [visit_row(visit) for visit in world.visits.values()],
        "settlements": [days.ledger_row(settlement) for settlement in world.settlements.values()],
    }


def of_person(person: Person) -> dict[str, Any]:
    """What belongs to one person, in the same shape."""
    hospitals = {visit.institution.code: visit.institution for visit in person.visits}
    return {
        "people": [person_row(person)],
        "institutions": [institution_row(institution) for institution in hospitals.values()],
        "visits": [visit_row(visit) for visit in person.visits],
        "settlements": [days.ledger_row(settlement) for settlement in person.settlements],
    }


def person_row(person: Person) -> dict[str, Any]:
    """One person."""
    return {
        "psn_no": person.psn_no,
        "name": person.name,
        "id_number": person.id_number,
        "persona": person.persona,
        "credentials": [{"kind": c.kind, "value": c.value, "card_sn": c.card_sn} for c in person.credentials],
        "insurances": [_insurance(person, insurance) for insurance in person.insurances],
        "filings": [filing_row(filing) for filing in person.filings],
        "qualifications": [_qualification(qualification) for qualification in person.qualifications],
        "designated": person.designated,
        "benefit": person.benefit,
        "in_stay": person.in_stay,
    }


def persona_row(person: Person) -> dict[str, Any]:
    """One persona as the contract lists it; the first credential is the one to show."""
    shown = person.credentials[0]
    return {
        "name": person.persona,
        "title": person.title,
        "credential": {"kind": shown.kind, "value": shown.value, "card_sn": shown.card_sn},
        "insured_division": person.insurances[0].division if person.insurances else None,
        "about": person.about,
        "psn_no": person.psn_no,
        "person_name": person.name,
        "id_number": person.id_number,
    }


def institution_row(institution: Institution) -> dict[str, Any]:
    """One hospital."""
    return {
        "code": institution.code,
        "name": institution.name,
        "division": institution.division,
        "level": institution.level,
        "status": institution.status,
        "services": institution.services,
        "open_diseases": institution.open_diseases,
        "moves": institution.moves,
        **institution.about,
    }


def visit_row(visit: Visit) -> dict[str, Any]:
    """One visit with its baskets; of a stay, its end and what it is folded into before it goes to the insured place."""
    return {
        "mdtrt_id": visit.mdtrt_id,
        "psn_no": visit.person.psn_no,
        "ipt_otp_no": visit.number,
        "begntime": visit.begun,
        "fixmedins_code": visit.institution.code,
        "care": visit.care.value,
        "state": state_of(visit).value,
        **({} if visit.stay is None else _stay(visit)),
        "encounters": [
            {
                name: encounter.get(name)
                for name in ("med_type", "dise_codg", "otp_er_refl_flag", "ipt_type", "trum_flag", "rel_ttp_flag")
            }
            for encounter in visit.encounters.values()
        ],
        "lines": [
            {
                "feedetl_sn": line.number,
                "chrg_bchno": line.batch or None,
                "dise_codg": line.disease or None,
                "init_feedetl_sn": (line.origin if isinstance(line, StayLine) else "") or None,
                "amount": days.text(line.amount),
                "setl_id": line.setl_id,
            }
            for line in visit.lines
        ],
    }


def _stay(visit: Visit) -> dict[str, Any]:
    return {
        "endtime": visit.stay.ended if visit.stay is not None else "",
        "categories": [
            {
                "med_chrgitm_type": row.category,
                "amount": days.text(row.amount),
                "fulamt_ownpay_amt": days.text(row.self_paid),
                "overlmt_amt": days.text(row.over_limit),
                "preselfpay_amt": days.text(row.class_b_first),
                "inscp_scp_amt": days.text(row.in_scope),
            }
            for row in splits.fold(map(splits.split_of, visit.lines))
        ],
    }


def make_person(world: World, row: dict[str, Any], today: str) -> Person:
    """A new person. An ID number that somebody has moves to the new one. Raises BadWorld."""
    person = registry.person_from(row, registry.next_number(world.people), today)
    if person.psn_no in world.by_psn_no:
        raise BadWorld("psn_no is taken")
    world.add_person(person)
    return person


def change_person(world: World, person: Person, row: dict[str, Any], today: str) -> None:
    """Change what the row names. Lists replace; `filing` and `qualification` change one of a list or add to it.

    `status`, `paused_from` and `balance` at the top are those of the first insurance. Raises BadWorld.
    """
    unknown = set(row) - CHANGEABLE
    if unknown:
        raise BadWorld(f"cannot change {', '.join(sorted(unknown))}")
    _change_lists(world, person, row, today)
    for name in ("name", "benefit", "in_stay"):
        if name in row:
            setattr(person, name, row[name])
    if "designated" in row:
        person.designated = list(row["designated"]) if row["designated"] else None
    if "status" in row:
        person.insurances[0].status = str(row["status"])
    if "paused_from" in row:
        person.insurances[0].paused_from = row["paused_from"]
    if "balance" in row:
        person.insurances[0].balance = _amount(row["balance"])
    if row.get("psn_no") and row["psn_no"] != person.psn_no:
        if row["psn_no"] in world.by_psn_no:
            raise BadWorld("psn_no is taken")
        world.rename(person, str(row["psn_no"]))


def _change_lists(world: World, person: Person, row: dict[str, Any], today: str) -> None:
    if "insurances" in row:
        _change_insurances(person, [registry.insurance_from(item) for item in row["insurances"]])
    if "filings" in row:
        person.filings = [registry.filing_from(item, today) for item in row["filings"]]
    if "qualifications" in row:
        person.qualifications = [registry.qualification_from(item, today) for item in row["qualifications"]]
    if "filing" in row:
        given = row["filing"]
        old = next((f for f in person.filings if given.get("kind") in (None, f.kind)), None)
        made = registry.filing_from({**(filing_row(old) if old else {}), **given}, today)
        person.filings = [f for f in person.filings if f is not old] + [made]
    if "qualification" in row:
        given = row["qualification"]
        old_one = next((q for q in person.qualifications if q.code == given.get("code")), None)
        made_one = registry.qualification_from({**(_qualification(old_one) if old_one else {}), **given}, today)
        person.qualifications = [q for q in person.qualifications if q is not old_one] + [made_one]
    if "credentials" in row:
        person.credentials = [Credential(c["kind"], c["value"], c.get("card_sn")) for c in row["credentials"]]
        world.add_person(person)


def _change_insurances(person: Person, made: list[Insurance]) -> None:
    """Keep the record of an insurance that stays, so that visits and sums still point at it."""
    kept = list(person.insurances)
    for place, insurance in enumerate(made):
        old = next((i for i in kept if i.insutype == insurance.insutype), None)
        if old is not None:
            kept.remove(old)
            for name in ("division", "status", "paused_from", "since"):
                setattr(old, name, getattr(insurance, name))
            made[place] = old
    person.insurances = made


def put_institution(world: World, code: str, row: dict[str, Any], today: str) -> Institution:
    """Make or change a hospital; what the row leaves out stays. `status`: one of `STATUSES`. Raises BadWorld."""
    if len(code) > 12:  # noqa: PLR2004 - fixmedins_code
        raise BadWorld("code has at most 12 characters")
    status = row.get("status", "open")
    if status not in STATUSES:
        raise BadWorld(f"status must be one of {', '.join(STATUSES)}")
    before = world.institutions.get(code)
    institution = registry.institution_from(code, row, before)
    if "status" in row:
        institution.become(status, today)
    world.institutions[code] = institution
    return institution


def change_settlement(settlement: Settlement, row: dict[str, Any]) -> None:
    """`clearing_state` open, in_clearing or cleared; `clearing_month`; `settled_on` or `date`. Raises BadWorld."""
    unknown = set(row) - {"clearing_state", "clearing_month", "settled_on", "date", "settlement_day"}
    if unknown:
        raise BadWorld(f"cannot change {', '.join(sorted(unknown))}")
    if "clearing_state" in row:
        if row["clearing_state"] not in CLEARING_STATES:
            raise BadWorld(f"clearing_state must be one of {', '.join(sorted(CLEARING_STATES))}")
        settlement.clearing_state = row["clearing_state"]
    day = row.get("settled_on") or row.get("date") or row.get("settlement_day")
    if day:
        text = str(day)[:10]
        settlement.day, settlement.year, settlement.clearing_month = text, text[:4], text[:7]
        settlement.time = f"{text}{settlement.time[10:]}"
    if "clearing_month" in row:
        settlement.clearing_month = str(row["clearing_month"])


def _amount(value: Any) -> Decimal:
    try:
        return Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise BadWorld("balance must be an amount") from None


def _insurance(person: Person, insurance: Insurance) -> dict[str, Any]:
    return {
        "insutype": insurance.insutype,
        "division": insurance.division,
        "status": insurance.status,
        "paused_from": insurance.paused_from,
        "since": insurance.since,
        "psn_type": insurance.psn_type,
        "balance": days.text(balance_left(person, insurance)),
    }


def filing_row(filing: Filing) -> dict[str, Any]:
    """One filing."""
    return {name: getattr(filing, name) for name in filing.__slots__}


def _qualification(qualification: Qualification) -> dict[str, Any]:
    return {name: getattr(qualification, name) for name in qualification.__slots__}
