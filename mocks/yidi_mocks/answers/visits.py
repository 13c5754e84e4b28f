"""Registration, its cancellation, and the upload of encounter and diagnoses. Both visit shapes are taken:
one registration per basket, or one per visit with an encounter upload and a charge batch for each disease."""

from sys import intern
from typing import Any

from yidi_mocks import entitlement
from yidi_mocks.answers.people import KINDS, insurance_of
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import same
from yidi_mocks.refusals import Refusal
from yidi_mocks.visit_rules import Forbidden, Message, may, state_of
from yidi_mocks.world import Person, Visit, kept
from yidi_sdk.codes import Flag
from yidi_sdk.transactions import (
    CancelOutpatientRegistration,
    RegisterOutpatient,
    UploadOutpatientEncounter,
    UploadOutpatientEncounterFirst,
)

REGISTERED = ("mdtrt_cert_type", "atddr_no", "dr_name", "dept_code", "dept_name")
READ = ("med_type", "dise_codg", "otp_er_refl_flag", "trum_flag", "rel_ttp_flag", "exp_content")


@answers(RegisterOutpatient)
def register(hub: Exchange, call: Call) -> dict[str, Any]:
    """A new visit. Filing is not asked here: it may arrive before the settlement."""
    person, data, institution = call.who(), call.data, call.hospital()
    insurance = insurance_of(person, data["insutype"], call)
    entitlement.demand_enrolment(insurance, hub.clock.today())
    if institution.status != "open":
        raise Refusal("institution_suspended")
    if person.in_stay:
        raise Refusal("in_stay")
    demand_credential(person, data)
    for visit in person.visits:
        repeated = visit.number == data["ipt_otp_no"] and visit.institution is institution
        if repeated and not visit.cancelled:
            raise Refusal("ipt_otp_no_used")
    visit = Visit(
        mdtrt_id=same(hub.next_id(institution.division)),
        person=person,
        institution=institution,
        insurance=insurance,
        given=hub.world.shared.row(kept(data, REGISTERED)),
        number=data["ipt_otp_no"],
        begun=intern(data["begntime"]),
    )
    hub.world.visits[visit.mdtrt_id] = visit
    person.visits.append(visit)
    return {
        "data": {
            "mdtrt_id": visit.mdtrt_id,
            "psn_no": person.psn_no,
            "ipt_otp_no": data["ipt_otp_no"],
            "exp_content": None,
        }
    }


@answers(CancelOutpatientRegistration)
def cancel(hub: Exchange, call: Call) -> None:
    """The visit is no more; fees and settlements must be undone before."""
    visit = visit_for(hub, call, CancelOutpatientRegistration)
    if visit.number != call.data["ipt_otp_no"]:
        raise Refusal("ipt_otp_no_differs")
    visit.cancelled = True


@answers(UploadOutpatientEncounter)
def upload_encounter(hub: Exchange, call: Call) -> None:
    """Category, disease, flags and diagnoses of one basket; sent again for the same disease it replaces."""
    _keep_encounter(hub, call, UploadOutpatientEncounter)


@answers(UploadOutpatientEncounterFirst)
def upload_encounter_first(hub: Exchange, call: Call) -> None:
    """The first variant of the same."""
    _keep_encounter(hub, call, UploadOutpatientEncounterFirst)


def _keep_encounter(hub: Exchange, call: Call, message: Message) -> None:
    visit, encounter = visit_for(hub, call, message), call.data
    diagnoses = call.node("diseinfo")
    marked = [row.get("maindiag_flag") for row in diagnoses]
    if message is UploadOutpatientEncounter and marked.count(Flag.YES) != 1:
        raise Refusal("diagnosis_main")
    med_type, disease = encounter["med_type"], encounter.get("dise_codg") or ""
    if med_type not in entitlement.OUTPATIENT_KINDS:
        raise Refusal("med_type_inpatient", value=med_type)
    entitlement.demand_known_disease(med_type, disease)
    visit.encounters = hub.world.shared.row({**visit.encounters, disease: kept(encounter, READ)})


def visit_for(hub: Exchange, call: Call, message: Message) -> Visit:
    """The visit named, if it is this person's, at this hospital, and the table lets the message come now."""
    visit = hub.world.visits.get(call.data["mdtrt_id"])
    if visit is None or visit.institution is not call.hospital():
        raise Refusal("visit_unknown")
    if visit.person is not call.who():
        raise Refusal("visit_of_another")
    verdict = may(state_of(visit), message)
    if isinstance(verdict, Forbidden):
        raise Refusal(verdict.cause)
    return visit


def demand_credential(person: Person, data: dict[str, Any]) -> None:
    """Refuse a credential that is not the person's."""
    shown = (KINDS[data["mdtrt_cert_type"]], data["mdtrt_cert_no"])
    if all((c.kind, c.value) != shown for c in person.credentials):
        raise Refusal("credential_differs")
