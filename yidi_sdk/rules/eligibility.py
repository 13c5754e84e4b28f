"""The verdict: may this patient settle directly, now, here (rules 4).

Principles: the platform is the authority; unknown is not no; software gives up no benefit.
Sources: 22号 二, 三; 规程 8 to 14, 31, 32; 4号 二, 三.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from yidi_sdk.rules import chronic, filing, flags
from yidi_sdk.rules.areas import Institution, is_cross_province
from yidi_sdk.rules.chronic import Qualification
from yidi_sdk.rules.filing import Filed, Filing
from yidi_sdk.rules.flags import CommitmentState, Kind, StayKind
from yidi_sdk.rules.identity import Chosen, Insurance, InsuranceChoice, choose_insurance
from yidi_sdk.rules.reasons import REASONS, Code, Reason, http_of, notices, ordered
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

Answer = Literal["direct", "direct_after", "not_direct", "refused"]

# the service of the institution that a kind of visit needs
SERVICE: Mapping[str, str] = MappingProxyType(
    {"outpatient": "outpatient", "emergency": "outpatient", "chronic": "chronic", "inpatient": "inpatient"}
)
# a registration needs the insurance settled; everything else may still arrive before the settlement (FI24)
_CHOICES = (Code.INSURANCE_CHOICE_NEEDED, Code.INSURED_DIVISION_CHANGED)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the visit and the answers of people; None is unanswered.

    `on` is the visit's start day, or the day of asking for a stay admitted on `admitted_on`. `self_paid`: this care
    was already settled privately. `name_compared`: name and ID number were both compared (TR8).
    """

    kind: Kind
    on: date
    disease_codes: tuple[str, ...] = ()
    emergency: bool | None = None
    trauma: bool | None = None
    third_party: bool | None = None
    commitment: CommitmentState = "none"
    admitted_on: date | None = None
    stay_kind: StayKind | None = None
    self_paid: bool = False
    name_compared: bool = True
    choice: InsuranceChoice | None = None


@dataclass(frozen=True, slots=True)
class World:
    """What is known. None: could not be asked (filings, qualifications, designated) or not told (benefit).

    `identity` holds what the identity check already found. `insurance_on` is the day enrolment is judged, the day of
    asking (CP3); None takes the question's own day. `designated` is the patient's 5302 list of institution codes.
    """

    institution: Institution
    insurances: Sequence[Insurance] = ()
    filings: Sequence[Filing] | None = ()
    qualifications: Sequence[Qualification] | None = ()
    benefit: Literal["enjoyed", "suspended"] | None = None
    identity: tuple[Reason, ...] = ()
    designated: Collection[str] | None = None
    in_stay: bool = False
    insurance_on: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. `reasons` are complete and in order; the first is what a cashier sees.

    `usable`: national codes that may be settled as chronic. `filing`: the filing used, or the nearest to use.
    `http`: only for refused, where nothing was judged.
    """

    verdict: Answer
    reasons: tuple[Reason, ...] = ()
    usable: tuple[str, ...] = ()
    filing: Filing | None = None
    insurance: Insurance | None = None
    cross_province: bool | None = None
    http: int | None = None
    notices: tuple[Reason, ...] = field(default=())

    @property
    def who(self) -> str | None:
        """Who acts on the first reason."""
        return self.reasons[0].who if self.reasons else None


def verdict(question: Question, world: World, settings: RuleSettings = DEFAULTS) -> Verdict:
    """Judge a question: refused, not_direct, direct_after or direct, with every reason (section 4)."""
    chosen = _insurance(question, world, settings)
    found = [*world.identity, *chosen.reasons]
    cross = _crosses(chosen.insurance, world.institution)
    if cross is False:
        return _answer([*found, Reason(Code.LOCAL_PATIENT)], chosen, cross)  # CP2
    asked, emergency = flags.precheck(
        question.kind,
        question.stay_kind,
        question.emergency,
        question.trauma,
        question.third_party,
        commitment=question.commitment,
        name_compared=question.name_compared,
        settings=settings,
    )
    found += [*asked, *_of_the_visit(question, world)]
    filed, diseases = Filed(), chronic.Chronic()
    if chosen.insurance is not None:
        filed = _filed(question, world, chosen.insurance, settings, emergency=emergency)
        diseases = _diseases(question, world, chosen.insurance, settings)
        found += [*filed.reasons, *diseases.reasons]
    return _answer(found, chosen, cross, filed, diseases)


def _insurance(question: Question, world: World, settings: RuleSettings) -> Chosen:
    """Section 1; a person whom the identity check did not find has no insurance to choose."""
    if any(reason.code is Code.PERSON_NOT_FOUND for reason in world.identity):
        return Chosen(None)
    on = world.insurance_on or question.on
    return choose_insurance(
        world.insurances,
        on,
        world.institution.division,
        choice=question.choice,
        filings=world.filings,
        settings=settings,
    )


def _crosses(insurance: Insurance | None, here: Institution) -> bool | None:
    return is_cross_province(insurance.division, here.division) if insurance else None


def _of_the_visit(question: Question, world: World) -> Iterable[Reason]:
    """Objections that hang on one answer each."""
    here = world.institution
    connected = here.status in (None, "open") and (here.services is None or SERVICE[question.kind] in here.services)
    outpatient = question.kind != "inpatient"
    facts = (
        (world.benefit == "suspended", Code.BENEFIT_SUSPENDED),
        (question.self_paid, Code.SELF_PAID_ALREADY),  # FI18
        (not connected, Code.INSTITUTION_NOT_CONNECTED),
        (outpatient and world.in_stay, Code.IN_STAY),  # BA19
        (question.kind != "chronic" and bool(question.disease_codes), Code.DISEASE_CODE_WRONG_KIND),  # BA7
    )
    return (Reason(code) for objects, code in facts if objects)


def _filed(question: Question, world: World, insurance: Insurance, settings: RuleSettings, *, emergency: bool) -> Filed:
    """Section 2, with the outpatient choice (FI12), which is not for emergencies and stays."""
    here = world.institution
    found = filing.judge(
        world.filings,
        question.on,
        insurance.division,
        here.division,
        settings,
        admitted_on=question.admitted_on if question.kind == "inpatient" else None,
        emergency=emergency,
    )
    if question.kind == "inpatient" or emergency:
        return found
    not_chosen = filing.outpatient_objection(world.designated, here.code, insurance.division, settings)
    return Filed((*found.reasons, not_chosen), found.used) if not_chosen else found


def _diseases(question: Question, world: World, insurance: Insurance, settings: RuleSettings) -> chronic.Chronic:
    """Section 3, for chronic visits only."""
    if question.kind != "chronic":
        return chronic.Chronic()
    place = chronic.Place(world.institution, insurance.division, question.on, settings)
    return chronic.judge(question.disease_codes, world.qualifications, place)


def _answer(
    found: Sequence[Reason],
    chosen: Chosen,
    cross: bool | None,
    filed: Filed | None = None,
    diseases: chronic.Chronic | None = None,
) -> Verdict:
    refusing = ordered(reason for reason in found if reason.effect == "R")
    if refusing:
        return Verdict("refused", refusing, http=http_of(refusing))
    effects = {reason.effect for reason in found}
    if "N" in effects:
        # nothing is judged on the emergency answer once no filing can help
        found = [reason for reason in found if reason.code is not Code.EMERGENCY_UNANSWERED]
    told = ordered(found)
    answer: Answer = "not_direct" if "N" in effects else "direct_after" if "A" in effects else "direct"
    return Verdict(
        answer,
        told,
        diseases.usable if diseases else (),
        filed.used if filed else None,
        chosen.insurance,
        cross,
        notices=notices(told),
    )


def registration_objections(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """What refuses a registration (409): the N rows up to INSTITUTION_NOT_CONNECTED, and an insurance not chosen.

    Want of a filing or of a qualification does not: it acts at the settlement (FI24).
    """
    order = list(REASONS)
    last = order.index(Code.INSTITUTION_NOT_CONNECTED)
    return tuple(reason for reason in reasons if order.index(reason.code) <= last or reason.code in _CHOICES)


def settlement_objections(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """What refuses a settlement (409): every N and A, except a filing that only the trial can confirm (FI22)."""
    return tuple(
        reason for reason in reasons if reason.effect in ("N", "A") and reason.code is not Code.FILING_UNCONFIRMED
    )
