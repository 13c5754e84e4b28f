"""Questions about a patient: who it is, which insurance is used, and whether direct settlement is possible."""

from datetime import date, datetime, time
from typing import Any

from yidi_gateway.clock import BEIJING
from yidi_gateway.problem import of_reasons, reason_json
from yidi_gateway.shapes import EligibilityIn, IdentityIn, PatientIn
from yidi_gateway.visits import checks
from yidi_gateway.visits.calls import Answer, Call
from yidi_gateway.visits.hospital import Hospital, division_to_ask
from yidi_gateway.visits.telling import yuan
from yidi_sdk import diseases
from yidi_sdk.codes import CODE_SETS
from yidi_sdk.flows.patient import Rights
from yidi_sdk.institution import Operator
from yidi_sdk.rules import chronic, eligibility
from yidi_sdk.rules.chronic import Place, Qualification
from yidi_sdk.rules.commitment import commitment_state
from yidi_sdk.rules.eligibility import Question, Verdict, World
from yidi_sdk.rules.filing import in_force_here, last_day
from yidi_sdk.rules.flags import kind_row
from yidi_sdk.rules.identity import COVERED, Identified, Insurance, Person
from yidi_sdk.rules.reasons import Language

OK = 200
MED_TYPES = {"outpatient": "11", "emergency": "13", "chronic": "14", "inpatient": "21"}
"""What 2001 is asked about before the flags are known in full."""


class Patients:
    """Answers about patients. Nothing is registered and nothing is kept."""

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital

    async def identity(self, call: Call, body: IdentityIn) -> Answer:
        """The person behind a credential, the insurances, and the one that would be used (ID1 to ID12, IN1 to IN7)."""
        hospital = self._hospital
        today = hospital.today()
        credential = checks.must_be_credential(body.credential, today, call.language)
        operator = hospital.operator_of(body.operator)
        known = await hospital.who_is(credential, operator)
        if known.person is None:
            reasons = (known.reason,) if known.reason else ()
            return Answer(OK, _identity_json(None, Identified("not_direct", reasons), call.language))
        his = checks.his_record(PatientIn(name=body.name), credential)
        met = await hospital.identified(known.person, his, today, operator, None)
        return Answer(OK, _identity_json(known.person, met, call.language))

    async def eligibility(self, call: Call, body: EligibilityIn) -> Answer:
        """May this patient settle directly, now, here: the verdict with every reason in order."""
        hospital = self._hospital
        on = body.on or hospital.today()
        credential = checks.must_be_credential(body.credential, hospital.today(), call.language)
        operator = hospital.operator_of(body.operator)
        known = await hospital.who_is(credential, operator)
        choice = checks.choice_of(body.insurance_kind, body.insurance_division)
        his = checks.his_record(body.patient, credential)
        met = Identified("not_direct", (known.reason,) if known.reason else ())
        rights = Rights()
        if known.person is not None and known.reason is None:
            met = await hospital.identified(known.person, his, hospital.today(), operator, choice)
            rights = await self._rights(body, known.person, met.insurance, on, operator)
        question = _question(body, on, met)
        return self._verdict(call, question, known.person, met, rights)

    async def _rights(
        self, body: EligibilityIn, person: Person, insurance: Insurance | None, on: date, operator: Operator
    ) -> Rights:
        """Asked for the insurance used, or one that could be while none is chosen, so that all is told at once."""
        hospital = self._hospital
        likely = insurance or next((row for row in person.insurances if row.insutype in COVERED), None)
        if likely is None or likely.division[:2] == hospital.place.division[:2]:
            return Rights(None, (), ())
        emergency = kind_row(body.kind, body.stay_kind, body.emergency).emergency
        kind = "emergency" if emergency and body.kind == "outpatient" else body.kind
        return await hospital.rights(
            person.psn_no,
            likely.insutype,
            insurance.division if insurance else division_to_ask(person),
            med_type=MED_TYPES[kind],
            on=on,
            chronic=body.kind == "chronic",
            operator=operator,
        )

    def _verdict(
        self, call: Call, question: Question, person: Person | None, met: Identified, rights: Rights
    ) -> Answer:
        hospital = self._hospital
        insurances = (met.insurance,) if met.insurance else person.insurances if person else ()
        world = World(
            institution=hospital.place,
            insurances=insurances,
            filings=rights.filings,
            qualifications=rights.qualifications,
            benefit=rights.benefit,
            identity=met.reasons,
            insurance_on=hospital.today(),
        )
        found = eligibility.verdict(question, world, hospital.settings)
        if found.verdict == "refused":
            raise of_reasons(found.reasons)
        insurance = met.insurance
        place = Place(hospital.place, insurance.division, question.on, hospital.settings) if insurance else None
        body = {
            "verdict": found.verdict,
            "reasons": [reason_json(reason, call.language) for reason in found.reasons],
            "filing": _filing_json(found, question.on, hospital),
            "chronic": [_chronic_json(row, place) for row in rights.qualifications or ()],
            "usable": list(found.usable),
            "insurance": _insurance_json(insurance) if insurance else None,
            "cross_province": found.cross_province,
            "checked_at": hospital.now().isoformat(timespec="seconds"),
        }
        return Answer(OK, body)


def _question(body: EligibilityIn, on: date, met: Identified) -> Question:
    day_ends = datetime.combine(on, time.max, BEIJING)
    return Question(
        kind=body.kind,
        on=on,
        disease_codes=body.disease_codes,
        emergency=body.emergency,
        trauma=body.trauma,
        third_party=body.third_party,
        commitment=commitment_state(checks.form_11(body.commitment), day_ends).state,
        admitted_on=body.admitted_on,
        stay_kind=body.stay_kind,
        self_paid=body.self_paid,
        name_compared=met.name_compared,
        choice=None if met.insurance else checks.choice_of(body.insurance_kind, body.insurance_division),
    )


def _identity_json(person: Person | None, met: Identified, language: Language) -> dict[str, Any]:
    return {
        "person": None
        if person is None
        else {
            "psn_no": person.psn_no,
            "name": person.name,
            "id_number_masked": masked_id(person.id_number),
            "sex": person.sex,
            "birthday": person.birthday.isoformat() if person.birthday else None,
        },
        "insurances": [_insurance_json(row) for row in person.insurances] if person else [],
        "chosen": _insurance_json(met.insurance) if met.insurance else None,
        "cross_province": met.cross_province,
        "reasons": [reason_json(reason, language) for reason in met.reasons],
    }


def _insurance_json(row: Insurance) -> dict[str, Any]:
    return {
        "insutype": row.insutype,
        "name": CODE_SETS["insutype"].label_of(row.insutype),
        "division": row.division,
        "division_name": CODE_SETS["admdvs"].label_of(row.division),
        "status": row.status,
        "since": _day(row.since),
        "paused_from": _day(row.paused_from),
        "balance": None if row.balance is None else yuan(row.balance),
    }


def _filing_json(found: Verdict, on: date, hospital: Hospital) -> dict[str, Any] | None:
    """The filing used, or the one nearest to being of use."""
    used, insurance = found.filing, found.insurance
    if used is None or insurance is None:
        return None
    here = hospital.place.division
    return {
        "kind": used.kind,
        "area": used.area,
        "area_name": CODE_SETS["admdvs"].label_of(used.area),
        "valid_from": _day(used.begin),
        "valid_to": _day(last_day(used, insurance.division, hospital.settings).day),
        "state": used.state,
        "cancelled_on": _day(used.cancelled_on),
        "promise_papers_open": used.promise_papers_open,
        "in_force_here": in_force_here(used, on, insurance.division, here, hospital.settings),
    }


def _chronic_json(row: Qualification, place: Place | None) -> dict[str, Any]:
    """One qualification by its national code; `open_here`: hospital, areas and day all allow it."""
    read = chronic.read_code(row.code, place.settings) if place else row.code
    code = read if isinstance(read, str) else None
    return {
        "code": code or row.code,
        "name": row.name or diseases.name_of(code or row.code),
        "valid_from": _day(row.begin),
        "valid_to": _day(row.end),
        "open_here": bool(code and place and chronic.open_objection(code, place) is None),
    }


def masked_id(number: str) -> str:
    """Region and last character; what lies between is not shown."""
    return f"{number[:3]}{'*' * max(0, len(number) - 4)}{number[-1:]}"


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
