"""The outpatient trial and settlement: one arithmetic, one set of questions; only the settlement changes the world.

The A variants say the same under another number, which a reversal then has to name.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from yidi_mocks import benefit, entitlement
from yidi_mocks.answers.booking import Quote, booked, money, quoted, trial_of
from yidi_mocks.answers.visits import demand_credential, visit_for
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import PARTS
from yidi_mocks.refusals import Refusal
from yidi_mocks.visit_rules import Message
from yidi_mocks.world import Line, Visit
from yidi_sdk.codes import Flag, MedType
from yidi_sdk.elements.element import Element
from yidi_sdk.transactions import PresettleOutpatient, PresettleOutpatientA, SettleOutpatient, SettleOutpatientA


@answers(PresettleOutpatient)
def presettle(hub: Exchange, call: Call) -> dict[str, Any]:
    """The result as it would be; nothing is booked."""
    quote = _quote(hub, call, PresettleOutpatient)
    return {"setlinfo": trial_of(hub, call, quote), "setldetail": quote.payment.funds, "voladetail": []}


@answers(SettleOutpatient)
def settle(hub: Exchange, call: Call) -> dict[str, Any]:
    """One batch settled under the message's msgid."""
    quote = _quote(hub, call, SettleOutpatient)
    demand_same_parts(call.data, quote.payment.amounts, PARTS)
    info, rows = booked(hub, call, quote)
    return {"setlinfo": info, "setldetail": rows, "voladetail": []}


answers(PresettleOutpatientA)(presettle)
answers(SettleOutpatientA)(settle)


def _quote(hub: Exchange, call: Call, message: Message) -> Quote:
    visit, data, person = visit_for(hub, call, message), call.data, call.who()
    batch = data["chrg_bchno"]
    lines = _lines_to_settle(hub, visit, batch)
    disease = lines[0].disease
    encounter = visit.encounters[disease]
    if data["med_type"] != encounter["med_type"]:
        raise Refusal("med_type_differs")
    if data.get("mid_setl_flag") == Flag.YES:
        raise Refusal("mid_settlement")
    if data["insutype"] != visit.insurance.insutype:
        raise Refusal("insutype_not_held")
    demand_credential(person, data)
    branch, group = judged(hub, visit, disease, lines)
    used = data["acct_used_flag"] == Flag.YES
    told = data["medfee_sumamt"]
    return quoted(hub, visit, lines, batch=batch, branch=branch, group=group, use_account=used, told=told)


def judged(hub: Exchange, visit: Visit, disease: str, lines: Iterable[Line]) -> tuple[benefit.Branch, str]:
    """The branch that pays and the group of filing, as things stand now. The visit's day is asked about the filing and
    the qualification, today about the insurance. Raises Refusal."""
    encounter, person, day = visit.encounters[disease], visit.person, visit.begun[:10]
    chronic = encounter["med_type"] == MedType.CHRONIC_OUTPATIENT
    entitlement.demand_enrolment(visit.insurance, hub.clock.today())
    entitlement.demand_institution(
        visit.institution, entitlement.service_of(visit.care, encounter["med_type"]), disease
    )
    entitlement.demand_person(person, visit.institution, encounter)
    if chronic:
        entitlement.demand_qualification(person, disease, day)
    emergency = entitlement.is_emergency(encounter, [line.given for line in lines])
    group = entitlement.group_of(person, visit.insurance, visit.institution, day, emergency=emergency)
    return benefit.Branch.CHRONIC if chronic else benefit.Branch.ORDINARY, group


def _lines_to_settle(hub: Exchange, visit: Visit, batch: str) -> list[Line]:
    lines = visit.batch(batch)
    if not lines:
        raise Refusal("not_charged")
    if any(line.setl_id is not None for line in lines) and hub.capabilities.one_live:
        raise Refusal("already_settled")
    return lines


def demand_same_parts(data: dict[str, Any], amounts: dict[str, Decimal], names: Iterable[str]) -> None:
    """Refuse parts that are not those of the lines."""
    for name in names:
        if money(data[name]) != amounts[name]:
            field = SettleOutpatient.model_fields[name]
            label = next(item.label for item in field.metadata if isinstance(item, Element))
            raise Refusal("parts_differ", label=label, name=name)
