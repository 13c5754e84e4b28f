"""The line, downtime windows, and the decision about a submission that nobody could find out."""

from datetime import datetime
from typing import Any

from yidi_gateway.access.redaction import redacted
from yidi_gateway.clock import BEIJING
from yidi_gateway.doors.table import Asked, House
from yidi_gateway.ids import new_id
from yidi_gateway.lifecycle import State
from yidi_gateway.problem import Problem
from yidi_gateway.shapes import DecisionIn, MaintenanceIn, moment_text
from yidi_gateway.submission import Window
from yidi_gateway.visits import Answer
from yidi_gateway.visits.telling import submission_json

DONE, MADE, CONFLICT, WRONG = 200, 201, 409, 422


async def link(house: House, _asked: Asked) -> Answer:
    """`GET /v1/link`."""
    now = house.engine.clock.now()
    line = house.engine.link
    windows = [window_told(window) for window in line.windows if window.ends is None or window.ends > now]
    return Answer(DONE, {"status": str(line.status(now)), "checked_at": beijing(now), "windows": windows})


async def announce(house: House, asked: Asked) -> Answer:
    """`POST /v1/maintenance`."""
    body: MaintenanceIn = asked.body
    if body.ends is not None and body.ends <= body.begins:
        message = "必须晚于from" if asked.call.language == "zh" else "must be later than from"
        raise Problem("BAD_REQUEST", http=WRONG, fields=[("to", message)])
    name = new_id(house.engine.clock.now())
    window = Window(name, body.begins, body.ends, redacted(body.text), body.scope, announced=True)
    await house.engine.announce(window)
    return Answer(MADE, window_told(window))


async def withdraw(house: House, asked: Asked) -> Answer:
    """`DELETE /v1/maintenance/{id}`."""
    name = asked.path["window_id"]
    if all(window.id != name for window in house.engine.link.windows):
        raise Problem("NOT_FOUND", detail=name)
    await house.engine.withdraw(name)
    return Answer(DONE, {"id": name, "closed_at": beijing(house.engine.clock.now())})


async def decide(house: House, asked: Asked) -> Answer:
    """`POST /v1/submissions/{id}/decision`: two persons of two roles."""
    body: DecisionIn = asked.body
    first, second = body.decided_by
    if first.id == second.id or first.role == second.role:
        message = "要两个人、两种角色" if asked.call.language == "zh" else "must be two persons of two roles"
        raise Problem("BAD_REQUEST", http=WRONG, fields=[("decided_by", message)])
    row = await house.engine.journal.get(asked.path["submission_id"])
    if row is None or row.caller != asked.call.caller:
        raise Problem("NOT_FOUND", detail=asked.path["submission_id"])
    if row.state is not State.MANUAL:
        raise Problem("NOT_MANUAL", http=CONFLICT, detail=row.id)
    who = {
        "decision": body.outcome,
        "why": redacted(body.reason),
        "by": [{"id": person.id, "role": person.role} for person in body.decided_by],
    }
    decided = await house.engine.decide(row.id, settled=body.outcome == "settled", who=who)
    return Answer(DONE, submission_json(decided, house.engine.output_of, asked.call.language))


def window_told(window: Window) -> dict[str, Any]:
    """A window as the door writes it."""
    return {
        "id": window.id,
        "from": beijing(window.begins),
        "to": None if window.ends is None else beijing(window.ends),
        "text": window.text,
        "scope": window.scope,
        "announced": window.announced,
    }


def beijing(moment: datetime) -> str:
    """RFC 3339 with our offset."""
    return moment_text(moment.astimezone(BEIJING))
