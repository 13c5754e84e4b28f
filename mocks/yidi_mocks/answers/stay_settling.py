"""The settlement of a stay, whole and once: trial, settlement, and its mirror.

The place of care folds the lines into the national categories (规程 29), and the insured place calculates on these. The
day of settlement is the day that counts, also over New Year (规程 38).
"""

from typing import Any

from yidi_mocks import entitlement
from yidi_mocks.answers.booking import (
    CLEARED,
    Quote,
    booked,
    last_rows,
    quoted,
    revoked,
    to_revoke,
    trial_of,
)
from yidi_mocks.answers.settling import demand_same_parts
from yidi_mocks.answers.visits import demand_credential, visit_for
from yidi_mocks.benefit import Branch
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import PARTS
from yidi_mocks.refusals import Refusal
from yidi_mocks.visit_rules import Message
from yidi_mocks.world import Care, Settlement, Visit
from yidi_sdk.codes import Flag
from yidi_sdk.transactions import PresettleInpatient, RevokeInpatientSettlement, SettleInpatient


@answers(PresettleInpatient)
def presettle(hub: Exchange, call: Call) -> dict[str, Any]:
    """The result as it would be; nothing is booked."""
    quote = _quote(hub, call, PresettleInpatient)
    info = {**trial_of(hub, call, quote), "psn_setlway": call.data["psn_setlway"]}
    return {"setlinfo": info, "setldetail": quote.payment.funds, "voladetail": []}


@answers(SettleInpatient)
def settle(hub: Exchange, call: Call) -> dict[str, Any]:
    """The whole stay settled under the message's msgid."""
    quote = _quote(hub, call, SettleInpatient)
    info, rows = booked(hub, call, quote)
    return {"setlinfo": {**info, "psn_setlway": call.data["psn_setlway"]}, "setldetail": rows, "voladetail": []}


@answers(RevokeInpatientSettlement)
def revoke(hub: Exchange, call: Call) -> dict[str, Any]:
    """The mirror settlement; of the person's newest stay only, before clearing (规程 39 grants more to outpatients)."""
    original = to_revoke(hub, call)
    visit = visit_for(hub, call, RevokeInpatientSettlement)
    if original is not None and original.live:
        _demand_newest(original)
        if original.clearing_state in CLEARED:
            raise Refusal("stay_cleared")
    info = revoked(hub, call, visit, original)
    return {"setlinfo": info, "setldetail": last_rows(visit)}


def _demand_newest(original: Settlement) -> None:
    settled = original.visit.person.settlements
    place = next(n for n, one in enumerate(settled) if one is original)
    later = settled[place + 1 :]
    if any(one.live and one.visit.stay is not None and one.visit is not original.visit for one in later):
        raise Refusal("later_stay_settled")


def _quote(hub: Exchange, call: Call, message: Message) -> Quote:
    visit, data = visit_for(hub, call, message), call.data
    _demand_of_stay(hub, visit, data)
    demand_credential(call.who(), data)
    group = _judged(hub, visit)
    quote = quoted(
        hub,
        visit,
        visit.lines,
        batch="",
        branch=Branch.STAY,
        group=group,
        use_account=data.get("acct_used_flag") == Flag.YES,
        told=data["medfee_sumamt"],
    )
    demand_same_parts(data, quote.payment.amounts, [name for name in PARTS if data.get(name) not in (None, "")])
    return quote


def _demand_of_stay(hub: Exchange, visit: Visit, data: dict[str, Any]) -> None:
    if any(line.setl_id is not None for line in visit.lines) and hub.capabilities.one_live:
        raise Refusal("already_settled")
    if data["mid_setl_flag"] == Flag.YES:
        raise Refusal("mid_settlement")
    if data.get("med_type") and data["med_type"] != visit.encounters[""]["med_type"]:
        raise Refusal("med_type_differs")
    if data["insutype"] != visit.insurance.insutype:
        raise Refusal("insutype_not_held")
    if data.get("dscgTime") and visit.stay is not None and data["dscgTime"][:10] != visit.stay.ended[:10]:
        raise Refusal("discharge_differs")


def _judged(hub: Exchange, visit: Visit) -> str:
    """The group of filing, as things stand now. Insurance and hospital are asked about today. Raises Refusal."""
    encounter, today = visit.encounters[""], hub.clock.today()
    entitlement.demand_enrolment(visit.insurance, today)
    entitlement.demand_institution(visit.institution, entitlement.service_of(Care.STAY, encounter["med_type"]))
    entitlement.demand_benefit(visit.person, encounter)
    return entitlement.stay_group_of(visit, today, emergency=entitlement.is_emergency(encounter))
