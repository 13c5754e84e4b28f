"""Money messages that a HIS composes itself: once per key, one at a time for each visit or settlement they name."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from yidi_gateway.engine import Engine, Order
from yidi_gateway.journal.port import Search
from yidi_gateway.lifecycle import State
from yidi_gateway.outcome import registered_as
from yidi_gateway.problem import Problem
from yidi_gateway.submission import Submission
from yidi_sdk.catalogue import Effect, Transaction, by_infno
from yidi_sdk.message import Input

CONFLICT = 409
MOST = 200
ABOUT = ("setl_id", "mdtrt_id", "ipt_otp_no", "ipt_no")
"""What a money message may name; the first that it has says what may be busy."""
WITHIN = ("chrg_bchno", "dise_codg")
MARK = 4


def scopes_of(row: Transaction[Any]) -> tuple[str, ...]:
    """The rights of which one is needed: asking, settling, or taking a settlement back."""
    if row.effect in (Effect.QUERY, Effect.TRIAL):
        return ("query", "settle")
    if row.effect is Effect.REVERSAL:
        return ("settle", "refund")
    takes_back = row.effect is Effect.COMMIT and "setl_id" in row.input.model_fields
    return ("refund",) if takes_back else ("settle",)


def busy_on(row: Transaction[Any], message: Input[Any]) -> str | None:
    """What may be busy with one such message only: the settlement, else the batch of a visit, or the visit's own
    number."""
    for name in ABOUT:
        value = part(message, name)
        if value:
            within = (part(message, each) for each in WITHIN)
            return "/".join(("tx", row.infno, name, value, *within, _mark(part(message, "psn_no"))))
    return None


def _mark(psn_no: str) -> str:
    """Tells two persons of one number apart. It stands in the journal unsealed, so it is too short to tell who."""
    return sha256(psn_no.encode()).hexdigest()[:MARK] if psn_no else ""


def part(message: Input[Any], name: str) -> str:
    """A field of the message's main node as text; "" where there is none."""
    return str(getattr(message, name, None) or "")


def named_in(nodes: Mapping[str, Any], name: str) -> str:
    """The first value of a field, wherever in a message's `input` it stands; "" where there is none."""
    for node in nodes.values():
        rows: list[Any] = node if isinstance(node, list) else [node]  # pyright: ignore[reportUnknownVariableType] - any JSON
        for row in rows:
            if isinstance(row, dict) and row.get(name):  # pyright: ignore[reportUnknownMemberType] - any JSON
                return str(row[name])  # pyright: ignore[reportUnknownArgumentType] - any JSON
    return ""


async def is_ours(engine: Engine, message: Input[Any]) -> bool:
    """Whether the message names a visit or settlement that the gateway runs, for whichever caller."""
    setl_id, mdtrt_id = part(message, "setl_id"), part(message, "mdtrt_id")
    named = [Search(setl_id=setl_id, limit=MOST)] if setl_id else []
    named += [Search(mdtrt_id=mdtrt_id, limit=MOST)] if mdtrt_id else []
    for search in named:
        if any(row.visit_id for row in (await engine.journal.search(search)).items):
            return True
    return False


async def is_anothers(engine: Engine, message: Input[Any], caller: str) -> bool:
    """Whether the message names a settlement that another caller made: only its own caller takes it back."""
    setl_id = part(message, "setl_id")
    if not setl_id:
        return False
    named = (await engine.journal.search(Search(setl_id=setl_id, limit=MOST))).items
    return bool(named) and all(row.caller != caller for row in named)


async def carried(engine: Engine, order: Order, patience_s: float) -> Submission:
    """The submission under the order's key, brought as far as it goes. One that stands is carried on also in downtime,
    when nothing new may begin. Raises Held, or Problem BASKET_BUSY when another key stands in the way."""
    begun = await engine.journal.search(Search(caller=order.caller, key=order.key))
    for stands in begun.items:
        if not stands.released:
            return await engine.run(stands.id, patience_s)
    row = await _submitted(engine, order, patience_s)
    if row.released and row.state is State.REJECTED:  # the sign-in number had expired: proven not executed, sent anew
        row = await _submitted(engine, replace(order, msgid=None), patience_s)
    return row


async def _submitted(engine: Engine, order: Order, patience_s: float) -> Submission:
    admitted = await engine.submit(order)
    while admitted.busy and await was_undone(engine, admitted.submission):
        admitted = await engine.submit(replace(order, busy_on=f"{order.busy_on}/{admitted.submission.id}"))
    if admitted.busy:
        row = admitted.submission
        raise Problem("BASKET_BUSY", http=CONFLICT, extra={"submission_id": row.id}, incident=row.incident)
    return await engine.run(admitted.submission.id, patience_s)


async def was_undone(engine: Engine, row: Submission) -> bool:
    """Whether what stands was undone by its business undo since, so that another may take its place."""
    transaction = by_infno(row.infno)
    if row.state is not State.CONFIRMED or transaction is None or transaction.undone_by is None:
        return False
    if row.setl_id is not None:
        wanted = Search(setl_id=row.setl_id, infno=transaction.undone_by)
    else:
        number = row.mdtrt_id or _number_in(engine, row)
        if not number:
            return False
        wanted = Search(mdtrt_id=number, infno=transaction.undone_by)
    found = await engine.journal.search(wanted)
    return any(other.state is State.CONFIRMED and other.created_at >= row.created_at for other in found.items)


def _number_in(engine: Engine, row: Submission) -> str | None:
    output = engine.output_of(row)
    return None if output is None else registered_as(output)
