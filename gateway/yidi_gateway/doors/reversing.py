"""A reversal (2601) that a HIS asks for: of what the gateway sent, it is the gateway's own work."""

from yidi_gateway.doors.envelopes import Envelopes, Said
from yidi_gateway.engine import Engine
from yidi_gateway.journal.port import Search
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.submission import Submission
from yidi_gateway.visits import Call
from yidi_sdk.catalogue import by_infno
from yidi_sdk.institution import Operator
from yidi_sdk.transactions import ReverseTransaction

NOT_FOUND, ALREADY = "未找到原交易", "原交易已冲正"
NOT_REVERSIBLE = "这种交易不能冲正，请用对应的撤销交易"


async def reversed_for(
    engine: Engine,
    envelopes: Envelopes,
    message: ReverseTransaction,
    operator: Operator,
    division: str,
    call: Call,
) -> Said:
    """What became of the reversal. One of a message that the gateway never sent goes to the platform as it is.

    A pending one is given up: found, it is undone; not found, it did not happen."""
    row = await _original(engine, message, call.caller)
    if row is None:
        if await engine.journal.attempt(message.omsgid) is not None:
            return envelopes.not_reversed(NOT_FOUND, None)  # a question, an upload, or another caller's
        return envelopes.of_heard(await engine.hear(message, operator=operator, insured_division=division))
    if (against := _objection(row)) is not None:
        return envelopes.not_reversed(against, row)
    row = await _driven(engine, row, call.patience_s)
    if row.state in (State.REVERSED, State.ABSENT):
        return envelopes.reversed_already("", row)
    return await envelopes.of_submission(row)


async def _original(engine: Engine, message: ReverseTransaction, caller: str) -> Submission | None:
    """By the caller's own number, which is the key; by the number on the wire where the gateway made that."""
    by_key = await engine.journal.search(Search(caller=caller, key=f"{message.omsgid}:{message.oinfno}"))
    found = [row for row in by_key.items if not row.released] or list(by_key.items)
    if not found:
        page = await engine.journal.search(Search(caller=caller, msgid=message.omsgid))
        found = [row for row in page.items if row.infno == message.oinfno]
    return found[0] if found else None


def _objection(row: Submission) -> str | None:
    if row.state is State.REVERSED:
        return ALREADY  # said as the platform says it
    if row.state in (State.REJECTED, State.ABSENT):
        return NOT_FOUND
    transaction = by_infno(row.infno)
    return None if transaction is not None and transaction.reversible else NOT_REVERSIBLE


async def _driven(engine: Engine, row: Submission, patience_s: float) -> Submission:
    if row.state is State.CONFIRMED:
        return await engine.cancel(row.id, patience_s)
    if row.state in OPEN:
        await engine.give_up(row.id)
    return await engine.run(row.id, patience_s)
