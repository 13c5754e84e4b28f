"""The way back of filings that an institution made: withdrawn by the same institution, from today on."""

from typing import Any

from yidi_mocks import entitlement
from yidi_mocks.answers.filings import DISEASE, INSTITUTION, REFERRAL
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.refusals import Refusal
from yidi_mocks.registers import Filed
from yidi_mocks.world import Qualification
from yidi_sdk.transactions import WithdrawChronicDisease, WithdrawDesignatedInstitution, WithdrawReferral


@answers(WithdrawReferral)
def withdraw_referral(hub: Exchange, call: Call) -> dict[str, Any]:
    """The filing is cancelled from today on; care before today keeps it."""
    filed = _withdrawn(hub, call, REFERRAL)
    return {"result": {"trt_dcla_detl_sn": filed.number}}


@answers(WithdrawChronicDisease)
def withdraw_disease(hub: Exchange, call: Call) -> None:
    """The qualification is no more, unless something was settled under it."""
    _withdrawn(hub, call, DISEASE)


@answers(WithdrawDesignatedInstitution)
def withdraw_institution(hub: Exchange, call: Call) -> None:
    """The institution is no longer chosen; a filing for elsewhere is cancelled from today on."""
    _withdrawn(hub, call, INSTITUTION)


def _withdrawn(hub: Exchange, call: Call, kind: str) -> Filed:
    person, number, today = call.who(), call.data["trt_dcla_detl_sn"], hub.clock.today()
    filed = hub.world.registers.filed.get(number)
    if filed is None or filed.person is not person or filed.kind != kind:
        raise Refusal("filing_unknown", value=number)
    if filed.withdrawn_on is not None:
        raise Refusal("filing_withdrawn", value=number)
    if filed.by.code != call.hospital().code:
        raise Refusal("filing_of_another", value=number)
    if filed.end is not None and filed.end < today:
        raise Refusal("filing_over", end=filed.end, value=number)
    if filed.filing is not None:
        entitlement.demand_changeable(filed.filing, filed.insurance.division, today)
    if filed.qualification is not None:
        _take_qualification(filed, filed.qualification)
    if filed.filing is not None:
        filed.filing.state, filed.filing.cancelled_on = "cancelled", today
    if filed.chosen is not None and filed.chosen in (person.designated or ()):
        person.designated = [code for code in person.designated or () if code != filed.chosen]
    filed.withdrawn_on = today
    return filed


def _take_qualification(filed: Filed, qualification: Qualification) -> None:
    disease = entitlement.NATIONAL.get(qualification.code, qualification.code)
    under_it = (s for s in filed.person.settlements if s.live and s.disease == disease)
    if any(filed.covers(settlement.visit.begun[:10]) for settlement in under_it):
        raise Refusal("filing_used", value=filed.number)
    filed.person.qualifications = [q for q in filed.person.qualifications if q is not qualification]
