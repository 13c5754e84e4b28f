"""Any transaction of the catalogue, typed: reads, trials and uploads are asked; money goes through the engine once.

What the gateway does by itself is refused here: sign-in, sign-out and reversals, and money on a visit that it runs.
"""

from contextlib import suppress
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from yidi_gateway.doors.orders import busy_on, carried, is_anothers, is_ours, named_in, part, scopes_of
from yidi_gateway.doors.reading import input_fields, key_of
from yidi_gateway.doors.table import Asked, House
from yidi_gateway.engine import Held, Order, QueueFull
from yidi_gateway.ids import new_id
from yidi_gateway.lifecycle import OPEN, TOLD, State
from yidi_gateway.problem import Problem, words
from yidi_gateway.remembering import old_is_welcome
from yidi_gateway.shapes import TransactionIn
from yidi_gateway.submission import Submission
from yidi_gateway.visits import Answer, Call
from yidi_gateway.visits.telling import PENDING, RETRY_S
from yidi_sdk.catalogue import Effect, Transaction, by_infno, row_of
from yidi_sdk.errors import Misused
from yidi_sdk.message import Input, Output
from yidi_sdk.transactions import SignIn, SignOut

DONE, ACCEPTED, CONFLICT = 200, 202, 409
QUEUE_RETRY_S = 60


async def transact(house: House, asked: Asked) -> Answer:
    """`POST /v1/transactions/{infno}`."""
    row = by_infno(asked.path["infno"])
    if row is None:
        raise Problem("NOT_FOUND", detail=asked.path["infno"])
    if row.effect is Effect.REVERSAL or row.input in (SignIn, SignOut):
        raise Problem("OWNED_BY_GATEWAY", http=CONFLICT, detail=row.infno)
    if asked.scopes.isdisjoint(scopes_of(row)):
        raise Problem("FORBIDDEN", http=403, detail=f"needs {' or '.join(scopes_of(row))}")
    body: TransactionIn = asked.body
    message = message_of(row, body.input, asked.call)
    operator = house.operator_of(body.operator)
    division = body.insured_division or ""
    try:
        if row.effect is not Effect.COMMIT and not (row.effect is Effect.UPLOAD and asked.call.key):
            with old_is_welcome() as ages:
                output = await house.engine.ask(message, operator=operator, insured_division=division)
            answer = {"infno": row.infno, "state": "done", "output": plain(output)}
            if ages:
                answer["stored_at"] = min(ages).isoformat(timespec="seconds")
            return Answer(DONE, answer)
    except Misused as error:
        raise misused(error) from None
    key = key_of(asked.call.key, needed=True) or ""
    if await is_ours(house.engine, message):
        raise Problem("OWNED_BY_VISIT", http=CONFLICT, detail=row.infno)
    if await is_anothers(house.engine, message, asked.call.caller):
        raise Problem("NOT_FOUND")
    order = Order(
        caller=asked.call.caller,
        key=f"{key}:{row.infno}",
        message=message,
        operator=operator,
        insured_division=division,
        busy_on=busy_on(row, message) if row.effect is Effect.COMMIT else None,
        psn_no=part(message, "psn_no"),
        mdtrt_id=named_in(message.to_wire(), "mdtrt_id"),
        expected_total=getattr(message, "medfee_sumamt", None) if row.effect is Effect.COMMIT else None,
    )
    subject = new_id(house.engine.clock.now())
    work = submitted if row.effect is Effect.COMMIT else uploaded
    return await house.once(
        asked.call, f"transactions/{row.infno}", subject, lambda _subject: work(house, asked.call, order)
    )


def message_of(row: Transaction[Any], nodes: dict[str, Any], call: Call) -> Input[Any]:
    """The typed message. Raises Problem with every field that is wrong."""
    try:
        return row.input.from_wire(nodes)
    except ValidationError as error:
        raise Problem("BAD_REQUEST", http=422, fields=input_fields(row, error, call.language)) from None


def misused(error: Misused) -> Problem:
    """The problem of a message that cannot be sent as it is."""
    return Problem("BAD_REQUEST", http=422, fields=[(field.path, field.message) for field in error.fields])


async def submitted(house: House, call: Call, order: Order) -> Answer:
    """Submit, drive, tell. Raises Problem for what did not happen."""
    return told(house, call, await carried(house.engine, order, call.patience_s))


async def uploaded(house: House, call: Call, order: Order) -> Answer:
    """An upload under a key: sent now, or kept for the end of the downtime (DT3), behind others that wait."""
    engine = house.engine
    kept = await engine.journal.kept(order.caller, order.key)
    if kept is None and not await engine.journal.count_waiting():
        with suppress(Held):
            row = await carried(engine, order, call.patience_s)
            if not row.released:
                return told(house, call, row)
    try:
        kept = kept or await engine.keep(order)
    except QueueFull:
        raise Problem("QUEUE_FULL", retry_after_s=QUEUE_RETRY_S, begun=True) from None
    if kept.submission_id is not None:
        return told(house, call, await engine.run(kept.submission_id, call.patience_s))
    body = {"infno": row_of(order.message).infno, "state": "pending", "output": None, "submission_id": None}
    return Answer(ACCEPTED, {**body, "retry_after_s": QUEUE_RETRY_S, "text": words("KEPT", call.language)[0]})


def told(house: House, call: Call, row: Submission) -> Answer:
    """What became of it."""
    reason = row.reason or {}
    code, money = reason.get("code") or "DID_NOT_HAPPEN", reason.get("money", "not_moved")
    about = {"submission_id": row.id, "state": TOLD[row.state]}
    if row.state is State.ABSENT and row.released:
        raise Problem(code, http=503, retry_after_s=RETRY_S, incident=row.incident)
    if row.state in (State.REJECTED, State.ABSENT):
        raise Problem(
            code,
            http=CONFLICT,
            key=reason.get("key"),
            raw=reason.get("raw"),
            money=money,
            extra=about,
            incident=row.incident,
            begun=True,
        )
    output = house.engine.output_of(row)
    body: dict[str, Any] = {
        "infno": row.infno,
        "state": TOLD[row.state],
        "output": None if output is None else plain(output),
        "submission_id": row.id,
        "msgid": row.msgid,
        "incident": row.incident,
    }
    if row.state in OPEN:
        text = PENDING[call.language].format(seconds=int(house.engine.timing.quiet_s))
        return Answer(ACCEPTED, {**body, "retry_after_s": RETRY_S, "text": text})
    if row.state is State.MANUAL:
        body["text"] = words("IN_DOUBT", call.language)[0]
    return Answer(DONE, body)


def plain(output: Output) -> dict[str, Any]:
    """An output as the door writes it: amounts as text."""
    nodes: dict[str, Any] = _texts(output.model_dump(exclude_none=True))
    return nodes


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _texts(part) for name, part in value.items()}  # pyright: ignore[reportUnknownVariableType] - any JSON
    if isinstance(value, (list, tuple)):
        return [_texts(part) for part in value]  # pyright: ignore[reportUnknownVariableType] - any JSON
    return str(value) if isinstance(value, Decimal) else value
