"""Any transaction of the catalogue, typed: reads, trials and uploads are asked; money goes through the engine once.

What the gateway does by itself is refused here: sign-in, sign-out and reversals, and money on a visit that it runs.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from yidi_gateway.doors.reading import fields_of, key_of
from yidi_gateway.doors.table import Asked, House
from yidi_gateway.engine import Order
from yidi_gateway.ids import new_id
from yidi_gateway.journal.port import Search
from yidi_gateway.lifecycle import OPEN, TOLD, State
from yidi_gateway.problem import Problem, words
from yidi_gateway.shapes import TransactionIn
from yidi_gateway.submission import Submission
from yidi_gateway.visits import Answer, Call
from yidi_gateway.visits.telling import PENDING, RETRY_S
from yidi_sdk.catalogue import Effect, Transaction, by_infno, row_of
from yidi_sdk.errors import Misused
from yidi_sdk.message import Input, Output
from yidi_sdk.transactions import RegisterOutpatient, SignIn, SignOut

REGISTERED_WITHIN = timedelta(days=31)
DONE, ACCEPTED, CONFLICT = 200, 202, 409


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
        if row.effect is not Effect.COMMIT:
            output = await house.engine.ask(message, operator=operator, insured_division=division)
            return Answer(DONE, {"infno": row.infno, "state": "done", "output": plain(output)})
    except Misused as error:
        raise misused(error) from None
    key = key_of(asked.call.key, needed=True) or ""
    if await is_ours(house, asked.call, message):
        raise Problem("OWNED_BY_VISIT", http=CONFLICT, detail=row.infno)
    order = Order(
        caller=asked.call.caller,
        key=f"{key}:{row.infno}",
        message=message,
        operator=operator,
        insured_division=division,
        busy_on=busy_on(row, message),
        psn_no=_part(message, "psn_no"),
        mdtrt_id=_part(message, "mdtrt_id"),
        expected_total=getattr(message, "medfee_sumamt", None),
    )
    subject = new_id(house.engine.clock.now())
    route = f"transactions/{row.infno}"
    return await house.once(asked.call, route, subject, lambda _subject: submitted(house, asked.call, order))


def scopes_of(row: Transaction[Any]) -> tuple[str, ...]:
    """The rights of which one is needed: asking, settling, or taking a settlement back."""
    if row.effect in (Effect.QUERY, Effect.TRIAL):
        return ("query", "settle")
    takes_back = row.effect is Effect.COMMIT and "setl_id" in row.input.model_fields
    return ("refund",) if takes_back else ("settle",)


def message_of(row: Transaction[Any], nodes: dict[str, Any], call: Call) -> Input[Any]:
    """The typed message. Raises Problem with every field that is wrong."""
    try:
        return row.input.from_wire(nodes)
    except ValidationError as error:
        main = row.input.main_node
        found: list[tuple[str, str]] = []
        for entry, (path, sentence) in zip(error.errors(), fields_of(error, call.language), strict=False):
            first = str(entry["loc"][0]) if entry["loc"] else ""
            beside = main is None or first in row.input.sibling_nodes
            found.append((f"input.{path}" if beside else f"input.{main}.{path}".rstrip("."), sentence))
        raise Problem("BAD_REQUEST", http=422, fields=found) from None


def misused(error: Misused) -> Problem:
    """The problem of a message that cannot be sent as it is."""
    return Problem("BAD_REQUEST", http=422, fields=[(field.path, field.message) for field in error.fields])


async def submitted(house: House, call: Call, order: Order) -> Answer:
    """Submit, drive, tell. Raises Problem for what did not happen."""
    begun = await house.engine.journal.search(Search(caller=order.caller, key=order.key))
    for stands in begun.items:
        if not stands.released:  # carried on also in downtime, when nothing new may begin
            return told(house, call, await house.engine.run(stands.id, call.patience_s))
    admitted = await house.engine.submit(order)
    if admitted.busy and await was_undone(house, admitted.submission):
        admitted = await house.engine.submit(replace(order, busy_on=f"{order.busy_on}/{admitted.submission.id}"))
    if admitted.busy:
        raise Problem("BASKET_BUSY", http=CONFLICT, extra={"submission_id": admitted.submission.id})
    row = await house.engine.run(admitted.submission.id, call.patience_s)
    return told(house, call, row)


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


async def was_undone(house: House, row: Submission) -> bool:
    """Whether a settled submission was undone by its business undo since, so that another may take its place."""
    transaction = by_infno(row.infno)
    if row.state is not State.CONFIRMED or row.setl_id is None or transaction is None:
        return False
    found = await house.engine.journal.search(Search(setl_id=row.setl_id, infno=transaction.undone_by))
    undone = [other for other in found.items if other.state is State.CONFIRMED]
    return bool(undone)


def busy_on(row: Transaction[Any], message: Input[Any]) -> str | None:
    """What may be busy with one such message only: the settlement, else the visit (and disease) it names."""
    for name in ("setl_id", "mdtrt_id", "ipt_otp_no"):
        value = _part(message, name)
        if value:
            return "/".join(("tx", row.infno, name, value, _part(message, "dise_codg"), _part(message, "psn_no")))
    return None


async def is_ours(house: House, call: Call, message: Input[Any]) -> bool:
    """Whether the message names a visit or settlement that the gateway runs for this or another caller."""
    del call
    setl_id, mdtrt_id = _part(message, "setl_id"), _part(message, "mdtrt_id")
    journal = house.engine.journal
    if setl_id:
        found = await journal.search(Search(setl_id=setl_id))
        if any(row.visit_id for row in found.items):
            return True
    if not mdtrt_id:
        return False
    since = house.engine.clock.now() - REGISTERED_WITHIN
    cursor: str | None = None
    while True:
        search = Search(infno=row_of(RegisterOutpatient).infno, since=since, cursor=cursor, limit=200)
        found = await journal.search(search)
        for row in found.items:
            same_person = row.psn_no in ("", _part(message, "psn_no"))
            if row.visit_id and same_person and registered_as(house.engine.output_of(row)) == mdtrt_id:
                return True
        cursor = found.next
        if cursor is None:
            return False


def registered_as(output: Output | None) -> str | None:
    """The visit's number at the platform in the answer to a registration."""
    return getattr(getattr(output, "data", None), "mdtrt_id", None)


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


def _part(message: Input[Any], name: str) -> str:
    return str(getattr(message, name, None) or "")
