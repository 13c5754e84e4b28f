"""The way back: 2208 undoes a settlement by its id, 2601 a message by its msgid.

A revoked settlement stays, marked refunded, beside a negative one under a new id. A reversed one is as if it had
never been.
"""

from sys import intern
from typing import Any

from yidi_mocks.answers.people import identity
from yidi_mocks.answers.settling import settlement_amounts
from yidi_mocks.answers.visits import visit_for
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import mirrored, same
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import Settlement, balance_left
from yidi_sdk.catalogue import by_infno, row_of
from yidi_sdk.transactions import ReverseTransaction, RevokeOutpatientSettlement, SettleOutpatient

CLEARED = frozenset({"in_clearing", "cleared"})


@answers(RevokeOutpatientSettlement)
def revoke(hub: Exchange, call: Call) -> dict[str, Any]:
    """The mirror settlement. Any day, any order; one whose month is cleared enters the current month, negative."""
    original = hub.world.settlements.get(call.data["setl_id"])
    named = original is not None and original.visit.mdtrt_id == call.data["mdtrt_id"]
    if original is not None and named and original.visit.person is call.who() and original.refunded:
        raise Refusal("already_revoked")
    visit = visit_for(hub, call, RevokeOutpatientSettlement)
    if original is None or original.visit is not visit or not original.live:
        raise Refusal("settlement_unknown")
    negative = _mirror(hub, call, original)
    original.live, original.refunded = False, True
    _free_lines(original)
    hub.world.add_settlement(negative)
    call.setl_id = negative.setl_id
    info = {
        "mdtrt_id": visit.mdtrt_id,
        "setl_id": negative.setl_id,
        **identity(visit.person, hub.clock.today()),
        "insutype": visit.insurance.insutype,
        "psn_type": visit.insurance.psn_type,
        "cvlserv_flag": "1" if visit.insurance.civil_servant else "0",
        "setl_time": negative.time,
        "mdtrt_cert_type": negative.credential_type,
        "med_type": negative.med_type,
        "clr_optins": visit.institution.division,
        "clr_way": "1",
        "clr_type": "11",
        "medins_setl_id": negative.msgid,
        **settlement_amounts(negative),
        "balc": balance_left(visit.person, visit.insurance),
    }
    rows = [{**row, "mdtrt_id": visit.mdtrt_id, "setl_id": negative.setl_id} for row in negative.funds]
    return {"setlinfo": info, "setldetail": rows}


@answers(ReverseTransaction)
def reverse(hub: Exchange, call: Call) -> None:
    """The message named is undone, on its own day and before clearing. The four exact texts are the contract's."""
    data = call.data
    row = by_infno(data["oinfno"])
    if row is None or not hub.capabilities.reversible.get(row.infno, row.reversible):
        raise Refusal("not_reversible", value=data["oinfno"])
    found = hub.world.by_msgid.get(data["omsgid"])
    wanted = RevokeOutpatientSettlement if found is not None and found.undoes is not None else SettleOutpatient
    if found is None or found.visit.person is not call.who() or row_of(wanted).infno != row.infno:
        if hub.capabilities.tombstone and hub.received.msgids.number(data["omsgid"]) not in hub.taken:
            hub.fenced.add(data["omsgid"])
        raise Refusal("original_not_found")
    if found.reversed:
        raise Refusal("already_reversed")
    if found.refunded:
        raise Refusal("already_refunded")
    if found.clearing_state in CLEARED:
        raise Refusal("original_cleared")
    if found.day != hub.clock.today():
        raise Refusal("original_other_day")
    _take_back(found)
    call.setl_id = found.setl_id


def _take_back(found: Settlement) -> None:
    original = found.undoes
    if original is None:
        _free_lines(found)
    else:
        there = {line.number: line for line in original.visit.lines}
        lines = [there.get(number) for number in original.lines]
        if any(line is None or line.setl_id is not None for line in lines):
            raise Refusal("settled_again")
        for line in lines:
            if line is not None:
                line.setl_id = original.setl_id
        original.live, original.refunded = True, False
    found.live, found.reversed = False, True


def _free_lines(settlement: Settlement) -> None:
    for line in settlement.visit.lines:
        if line.setl_id == settlement.setl_id:
            line.setl_id = None


def _mirror(hub: Exchange, call: Call, original: Settlement) -> Settlement:
    now = intern(hub.clock.text())
    cleared = original.clearing_state in CLEARED
    return Settlement(
        setl_id=same(hub.next_id(original.visit.institution.division)),
        msgid=call.msgid,
        visit=original.visit,
        batch=original.batch,
        disease=original.disease,
        med_type=original.med_type,
        packed=mirrored(original.packed, original.fund_names),
        fund_names=original.fund_names,
        ratio=original.ratio,
        time=now,
        day=intern(now[:10]),
        year=original.year,
        clearing_month=intern(now[:7]) if cleared else original.clearing_month,
        invoice=original.invoice,
        live=False,
        undoes=original,
        credential_type=original.credential_type,
    )
