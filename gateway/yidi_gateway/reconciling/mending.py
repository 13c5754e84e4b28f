"""What the repair table decides, done: each through the lifecycle, each once."""

from datetime import date
from typing import Any

from yidi_gateway.engine import Engine, Order
from yidi_gateway.lifecycle import TOLD, Event, State, after
from yidi_gateway.reconciling.differences import Difference
from yidi_gateway.reconciling.lines import STAYS
from yidi_gateway.submission import Move, Submission
from yidi_gateway.working import operator_of
from yidi_sdk.transactions import RevokeInpatientSettlement, RevokeOutpatientSettlement

CALLER = "reconciliation"
"""Whose submissions the repairs are."""
PATIENCE_S = 60.0
MISSING: dict[str, Any] = {"code": "IN_DOUBT", "key": None, "raw": None, "money": "unknown", "missing": True}


async def mend(engine: Engine, difference: Difference, event: Event, day: date) -> tuple[str, str | None]:
    """Do what follows; how it stands now, and the submission that does it. "left" where somebody moved it first."""
    row = None if difference.submission_id is None else await engine.journal.get(difference.submission_id)
    if row is None or row.state is not difference.state:
        return "left", difference.submission_id
    if event is Event.SECOND_AT_HUB:
        return await _undo_second(engine, row, difference, day)
    now = engine.clock.now()
    changes: dict[str, Any] = {"state_since": now}
    if event is Event.LIVE_AT_HUB:
        changes |= {"setl_id": difference.setl_id, "asked": 0, "due_at": now, "given_up": True, "reason": None}
        changes |= {} if row.mdtrt_id else {"mdtrt_id": difference.mdtrt_id}
    else:
        changes |= {"reason": MISSING}
    if await _moved(engine, row, event, changes, {"day": day.isoformat()}) is None:
        return "left", row.id
    if event is Event.LIVE_AT_HUB:
        row = await engine.run(row.id, PATIENCE_S)
        return TOLD[row.state], row.id
    return TOLD[after(row.state, event)], row.id


async def _undo_second(engine: Engine, row: Submission, difference: Difference, day: date) -> tuple[str, str | None]:
    """The other record of our message is undone by its own number; never by 2601, which would take ours."""
    number = difference.setl_id or ""
    undo = RevokeInpatientSettlement if row.infno in STAYS else RevokeOutpatientSettlement
    admitted = await engine.submit(
        Order(
            caller=CALLER,
            key=f"second:{number}",
            message=undo(setl_id=number, mdtrt_id=row.mdtrt_id, psn_no=row.psn_no),
            operator=operator_of(row),
            insured_division=row.insured_division,
            busy_on=f"{number}/refund",
            psn_no=row.psn_no,
            mdtrt_id=row.mdtrt_id,
        )
    )
    undoing = admitted.submission
    if admitted.fresh:
        await _moved(engine, row, Event.SECOND_AT_HUB, {}, {"second": number, "day": day.isoformat()})
    done = await engine.run(undoing.id, PATIENCE_S)
    return ("undone" if done.state is State.CONFIRMED else TOLD[done.state]), done.id


async def _moved(
    engine: Engine, row: Submission, event: Event, changes: dict[str, Any], detail: dict[str, Any]
) -> Submission | None:
    return await engine.journal.move(Move(row.id, row.state, row.version, event, engine.clock.now(), changes, detail))
