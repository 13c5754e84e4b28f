"""What a caller must never do, found in the record: it would cost money or break the order. Pure.

What a middle box did is not the caller's: repeated copies are left out.
"""

from collections.abc import Iterable
from typing import Any

from yidi_mocks.record import Received
from yidi_mocks.visit_rules import REACHED, TABLE, Forbidden
from yidi_sdk.catalogue import Effect, by_infno, row_of
from yidi_sdk.message import Input
from yidi_sdk.transactions import (
    AdmitInpatient,
    QueryEncounters,
    QueryFees,
    QueryOpenStays,
    QuerySettlement,
    RegisterOutpatient,
    ReverseTransaction,
    RevokeInpatientSettlement,
    RevokeOutpatientSettlement,
    SettleInpatient,
    SettleOutpatient,
    SettleOutpatientA,
)

COPY = "fault:repeated_copy"
MONEY = frozenset({Effect.COMMIT, Effect.REVERSAL})
ORDER = frozenset(cell.cause for row in TABLE.values() for cell in row.values() if isinstance(cell, Forbidden))
LOST = frozenset(
    f"fault:{kind}"
    for kind in (
        "drop_request",
        "drop_reply",
        "hang",
        "cut",
        "garble",
        "html",
        "status",
        "slow_commit",
        "answer_of_another",
    )
)
HARMLESS = REACHED


def numbers_of(*messages: type[Input[Any]]) -> frozenset[str]:
    """The transactions of these messages."""
    return frozenset(row_of(message).infno for message in messages)


SETTLES = numbers_of(SettleOutpatient, SettleOutpatientA, SettleInpatient)
STAYS = numbers_of(SettleInpatient)
BEGINS = numbers_of(RegisterOutpatient, AdmitInpatient)
UNDOES = numbers_of(RevokeOutpatientSettlement, RevokeInpatientSettlement, ReverseTransaction)
ASKS = numbers_of(QueryEncounters, QuerySettlement, QueryFees, QueryOpenStays)


def batch_of(row: Received) -> tuple[str, str, str] | None:
    """Person, visit and batch of a settlement; a stay is one batch."""
    if row.infno not in SETTLES or row.verdict == COPY or not (row.chrg_bchno or row.infno in STAYS):
        return None
    return row.psn_no, row.mdtrt_id, row.chrg_bchno


def violation(row: Received, rule: str, about: str) -> dict[str, Any]:
    """One breach, at one message."""
    return {"n": row.n, "rule": rule, "infno": row.infno, "msgid": row.msgid, "text": about}


def repeated_commits(rows: list[Received]) -> Iterable[dict[str, Any]]:
    """A batch settled again although the settlement before stands (done, whatever the caller heard of it)."""
    standing: dict[tuple[str, str], str | None] = {}
    for row in rows:
        batch = batch_of(row)
        if batch is not None:
            if batch[1:] in standing:
                yield violation(row, "duplicate_commit", "同一收费批次重复结算")
            if row.effect:
                standing[batch[1:]] = row.setl_id
        elif row.infno in UNDOES and row.effect:
            standing = {key: setl_id for key, setl_id in standing.items() if not _undone(row, key, setl_id)}


def blind_repeats(rows: list[Received]) -> Iterable[dict[str, Any]]:
    """A batch sent again after its answer was lost, without asking what had become of it."""
    doubtful: set[tuple[str, str, str]] = set()
    for row in rows:
        batch = batch_of(row)
        if batch is not None:
            if batch in doubtful:
                yield violation(row, "blind_repeat", "结果未知时未查询即再次结算")
            doubtful.discard(batch)
            if row.verdict in LOST:
                doubtful.add(batch)
        elif row.infno in ASKS or row.infno in UNDOES:
            doubtful = {d for d in doubtful if d[0] != row.psn_no or row.mdtrt_id not in ("", d[1])}


def _undone(row: Received, batch: tuple[str, str], setl_id: str | None) -> bool:
    """A revocation names the visit, a reversal the settlement."""
    return row.mdtrt_id == batch[0] if row.mdtrt_id else row.setl_id == setl_id


def during_maintenance(rows: list[Received]) -> Iterable[dict[str, Any]]:
    """Money sent into a downtime."""
    for row in rows:
        known = by_infno(row.infno)
        if row.in_maintenance and known is not None and known.effect in MONEY:
            yield violation(row, "sent_during_maintenance", "停机维护期间仍发送资金类交易")


def wrong_order(rows: list[Received]) -> Iterable[dict[str, Any]]:
    """What the visit's law forbids at that moment."""
    for row in rows:
        if row.verdict == "refused" and row.cause in ORDER - HARMLESS:
            yield violation(row, "wrong_order", row.err_msg or "")


def repeated_ids(rows: list[Received]) -> Iterable[dict[str, Any]]:
    """A message under a number that was used."""
    for row in rows:
        if row.cause == "duplicate_msgid" and row.verdict != COPY:
            yield violation(row, "duplicate_msgid", row.err_msg or "")


RULES = (repeated_commits, blind_repeats, during_maintenance, wrong_order, repeated_ids)
