"""Messages that came in, were not answered, and are done later: after a query has said that they are not there."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yidi_mocks.calls import Call
from yidi_mocks.refusals import Refusal
from yidi_sdk.catalogue import Effect

if TYPE_CHECKING:
    from yidi_mocks.exchange import Exchange

USUAL_QUERIES, NEVER = 1, sys.maxsize


@dataclass(slots=True)
class Landing:
    """One message on its way down. `place` is its row of the record, `queries` how many must ask first."""

    call: Call
    place: int
    visit: str
    queries: int


def hold(hub: "Exchange", call: Call, queries: int = USUAL_QUERIES) -> Landing:
    """Take a message in without doing it; it lands after so many queries about its visit."""
    hub.note(call, "fault:slow_commit", None, "fault")
    landing = Landing(call, len(hub.received) - 1, str(call.data.get("mdtrt_id") or ""), queries)
    hub.landings.append(landing)
    return landing


def after(hub: "Exchange", asked: Call) -> None:
    """A query was answered: what waited for it lands now."""
    if asked.row is None or asked.row.effect is not Effect.QUERY:
        return
    visit = asked.data.get("mdtrt_id")
    for landing in [one for one in hub.landings if one.visit == visit]:
        landing.queries -= 1
        if landing.queries <= 0:
            land(hub, landing)


def land(hub: "Exchange", landing: Landing) -> None:
    """Do it, or find that it may no longer be done; its row of the record tells. A second landing does nothing."""
    if landing not in hub.landings:
        return
    hub.landings.remove(landing)
    call, err_msg, cause = landing.call, None, None
    try:
        hub.do(call)
    except Refusal as refusal:
        err_msg, cause = refusal.text, refusal.cause
    hub.received.amend(landing.place, (call.infno, "fault:slow_commit", err_msg, cause, call.moved, ""), call.setl_id)
