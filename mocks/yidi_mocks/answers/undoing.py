"""The way back: 2208 undoes a settlement by its id, 2601 a message by its msgid.

A revoked settlement stays, marked refunded, beside a negative one under a new id. A reversed one is as if it had
never been; so is a reversed admission.
"""

from typing import Any

from yidi_mocks import refunding
from yidi_mocks.answers.booking import CLEARED, free_lines, last_rows, revoked, to_revoke
from yidi_mocks.answers.visits import visit_for
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.refusals import Refusal
from yidi_mocks.visit_rules import Forbidden, StayState, may, state_of
from yidi_mocks.world import Care, Settlement, Visit
from yidi_sdk.catalogue import by_infno, row_of
from yidi_sdk.transactions import AdmitInpatient, CancelAdmission, ReverseTransaction, RevokeOutpatientSettlement

AT_ONCE = frozenset({Care.SALE, Care.COMBINED})


@answers(RevokeOutpatientSettlement)
def revoke(hub: Exchange, call: Call) -> dict[str, Any]:
    """The mirror settlement. Any day, any order; one whose month is cleared enters the current month, negative."""
    original = to_revoke(hub, call)
    visit = visit_for(hub, call, RevokeOutpatientSettlement)
    if original is not None and original.live:
        refunding.demand(original, hub.clock.today(), hub.capabilities.refund_variants)
    info = revoked(hub, call, visit, original)
    return {"setlinfo": info, "setldetail": last_rows(visit)}


@answers(ReverseTransaction)
def reverse(hub: Exchange, call: Call) -> None:
    """The message named is undone, on its own day and before clearing. The four exact texts are the contract's."""
    data = call.data
    row = by_infno(data["oinfno"])
    if row is None or not hub.capabilities.reversible.get(row.infno, row.reversible):
        raise Refusal("not_reversible", value=data["oinfno"])
    settled = hub.world.by_msgid.get(data["omsgid"])
    if settled is not None and settled.visit.person is call.who() and settled.infno == row.infno:
        _reverse_settlement(hub, settled)
        call.setl_id = settled.setl_id
        return
    admitted = hub.world.admissions.get(data["omsgid"])
    if admitted is not None and admitted.person is call.who() and row.infno == row_of(AdmitInpatient).infno:
        _reverse_admission(hub, admitted)
        return
    if hub.capabilities.tombstone and hub.received.msgids.number(data["omsgid"]) not in hub.taken:
        hub.fenced.add(data["omsgid"])
    raise Refusal("original_not_found")


def _reverse_settlement(hub: Exchange, found: Settlement) -> None:
    if found.reversed:
        raise Refusal("already_reversed")
    if found.refunded:
        raise Refusal("already_refunded")
    if found.clearing_state in CLEARED:
        raise Refusal("original_cleared")
    if found.day != hub.clock.today():
        raise Refusal("original_other_day")
    original = found.undoes
    if original is None:
        free_lines(found)
    else:
        _revive(original)
    found.live, found.reversed = False, True
    if found.visit.care in AT_ONCE:  # what made it is undone with it, and comes back with it
        found.visit.cancelled = original is None


def _revive(original: Settlement) -> None:
    """Refuses where the lines are not what they were, or a stay is not where its settlement left it."""
    visit = original.visit
    there = {line.number: line for line in visit.lines}
    lines = [there.get(number) for number in original.lines]
    if any(line is None or line.setl_id is not None for line in lines):
        raise Refusal("settled_again")
    if visit.stay is not None and (state_of(visit) is not StayState.TO_SETTLE or len(there) != len(lines)):
        raise Refusal("settled_again")
    found = [line for line in lines if line is not None]
    if sum(line.fen for line in found) != original.fen("medfee_sumamt"):
        raise Refusal("settled_again")
    for line in found:
        line.setl_id = original.setl_id
    original.live, original.refunded = True, False


def _reverse_admission(hub: Exchange, visit: Visit) -> None:
    """An admission that was cancelled is undone already, whichever way."""
    if visit.cancelled:
        raise Refusal("already_reversed")
    verdict = may(state_of(visit), CancelAdmission)
    if isinstance(verdict, Forbidden):
        raise Refusal(verdict.cause)
    if visit.stay is not None and visit.stay.made_on != hub.clock.today():
        raise Refusal("original_other_day")
    visit.cancelled = True
