"""May this patient settle directly: asked of the platform, judged by the rules; for a counter without a gateway."""

from dataclasses import replace
from datetime import date

from yidi_sdk.client import Client
from yidi_sdk.codes import MedType
from yidi_sdk.flows import Rights, rights_of, run, who_is
from yidi_sdk.flows.patient import filings_of
from yidi_sdk.rules.areas import Institution
from yidi_sdk.rules.eligibility import Question, Verdict, World, verdict
from yidi_sdk.rules.identity import COVERED, Credential, HisRecord, Identified, Insurance, Person, identify
from yidi_sdk.rules.identity import check_credential as cleaned
from yidi_sdk.rules.reasons import Code, Reason
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

CARE = {
    "outpatient": MedType.OUTPATIENT,
    "emergency": MedType.EMERGENCY,
    "chronic": MedType.CHRONIC_OUTPATIENT,
    "inpatient": MedType.INPATIENT,
}


def ask_eligibility(
    client: Client,
    credential: Credential,
    question: Question,
    *,
    place: Institution,
    today: date,
    name: str | None = None,
    settings: RuleSettings = DEFAULTS,
) -> Verdict:
    """Ask 1101, 2001, 5304 and, for chronic care, 5301; the verdict with every reason in order.

    `name`: what the hospital has on record, compared when given. A question that the platform does not answer is
    unknown, never "no". `place.code` is the institution's own.
    Raises NotSent, Refused or Unknown when 1101 itself gives no usable answer. Source: rules 1 to 4.
    """
    clean = cleaned(credential, today)
    if isinstance(clean, Reason):
        return verdict(question, World(place, identity=(clean,)), settings)
    known = run(client, who_is(clean))
    met = Identified("not_direct", (known.reason,) if known.reason else ())
    rights = Rights()
    if known.person is not None and known.reason is None:
        id_number = clean.value if clean.kind == "id_card" else None
        met = _identified(client, known.person, HisRecord(name, id_number), today, question, place, settings)
        rights = _rights(client, known.person, met.insurance, question, place)
    insurances = (met.insurance,) if met.insurance else known.person.insurances if known.person else ()
    world = World(
        institution=place,
        insurances=insurances,
        filings=rights.filings,
        qualifications=rights.qualifications,
        benefit=rights.benefit,
        identity=met.reasons,
        insurance_on=today,
    )
    asked = replace(question, name_compared=met.name_compared, choice=None if met.insurance else question.choice)
    return verdict(asked, world, settings)


def _identified(
    client: Client,
    person: Person,
    his: HisRecord,
    today: date,
    question: Question,
    place: Institution,
    settings: RuleSettings,
) -> Identified:
    """Filings are asked for only where the choice of the insurance hangs on them (IN6)."""
    met = identify(person, his, today, place.division, choice=question.choice, filings=None, settings=settings)
    undecided = any(reason.code is Code.INSURANCE_CHOICE_NEEDED for reason in met.reasons)
    if not undecided or question.choice is not None:
        return met
    filed = run(client, filings_of(person.psn_no, today), insured_division=_likely(person, None).division)
    return identify(person, his, today, place.division, choice=None, filings=filed.filings, settings=settings)


def _rights(
    client: Client, person: Person, insurance: Insurance | None, question: Question, place: Institution
) -> Rights:
    likely = _likely(person, insurance)
    if likely.division[:2] == place.division[:2]:
        return Rights(None, (), ())
    asking = rights_of(
        person.psn_no,
        likely.insutype,
        place.code or "",
        CARE[question.kind],
        question.on,
        chronic=question.kind == "chronic",
    )
    return run(client, asking, insured_division=likely.division)


def _likely(person: Person, insurance: Insurance | None) -> Insurance:
    covered = [row for row in person.insurances if row.insutype in COVERED]
    return insurance or (covered or list(person.insurances))[0]
