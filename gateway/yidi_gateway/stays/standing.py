"""What of a stay stands at the platform, read from its submissions. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yidi_gateway.lifecycle import LIVE, OPEN, State
from yidi_gateway.stays.document import Document
from yidi_gateway.submission import Submission
from yidi_sdk.catalogue import row_of
from yidi_sdk.transactions import (
    AdmitInpatient,
    CancelAdmission,
    CancelDischarge,
    ChangeAdmission,
    DischargeInpatient,
    RevokeInpatientSettlement,
    SettleInpatient,
)

ADMIT = row_of(AdmitInpatient).infno
CHANGE = row_of(ChangeAdmission).infno
DISCHARGE = row_of(DischargeInpatient).infno
SETTLE = row_of(SettleInpatient).infno
REVOKE = row_of(RevokeInpatientSettlement).infno
REOPEN = row_of(CancelDischarge).infno
UNADMIT = row_of(CancelAdmission).infno


@dataclass(frozen=True, slots=True)
class Stands:
    """`rows`: all submissions of the stay, newest first. `settlement`: its live or newest settlement; `refund`: what
    takes that one back."""

    rows: tuple[Submission, ...]
    settlement: Submission | None = None
    refund: Submission | None = None
    discharged: bool = False
    admitted: bool = False

    @property
    def settled(self) -> Submission | None:
        """The settlement that stands or may come to stand; None when nothing of it is left."""
        row = self.settlement
        undone = self.refund is not None and self.refund.state is State.CONFIRMED
        return None if row is None or row.state not in LIVE or undone else row

    @property
    def pending(self) -> Submission | None:
        """The newest submission whose outcome is not known."""
        return next((row for row in self.rows if row.state in OPEN), None)

    def times(self, infno: str) -> int:
        """How often this was done: a step that was taken back may be made again."""
        return sum(row.infno == infno and row.state is State.CONFIRMED for row in self.rows)

    def own(self, caller: str, key: str) -> Submission | None:
        """The submission under this very key."""
        return next((row for row in self.rows if row.key == key and row.caller == caller), None)


def stands(rows: Sequence[Submission]) -> Stands:
    """How a stay stands by its submissions (newest first)."""
    settlement = newest(row for row in rows if row.infno == SETTLE and not _is_taken_back(row, rows))
    if settlement is None or settlement.state not in LIVE:
        settlement = newest(row for row in rows if row.infno == SETTLE)
    refund = None
    if settlement is not None:
        refund = newest(row for row in rows if row.infno == REVOKE and row.refund_of == settlement.id)
    return Stands(
        tuple(rows),
        settlement,
        refund,
        discharged=_last(rows, DISCHARGE, REOPEN),
        admitted=_last(rows, ADMIT, UNADMIT),
    )


def newest(rows: Iterable[Submission]) -> Submission | None:
    """The live one, of which there is at most one; else the newest."""
    found = list(rows)
    return next((row for row in found if row.state in LIVE), found[0] if found else None)


def _is_taken_back(row: Submission, rows: Sequence[Submission]) -> bool:
    return any(other.refund_of == row.id and other.state is State.CONFIRMED for other in rows)


def _last(rows: Sequence[Submission], made: str, undone: str) -> bool:
    """Whether the last word of two that take each other back is the first one."""
    last = next((row for row in rows if row.infno in (made, undone) and row.state is State.CONFIRMED), None)
    return last is not None and last.infno == made


def caught_up(document: Document, rows: Sequence[Submission]) -> Document:
    """The document with what the resolver found out meanwhile: the stay's number, a change that is done."""
    if document.mdtrt_id is None:
        admitted = next((row for row in rows if row.infno == ADMIT and row.state is State.CONFIRMED), None)
        if admitted is not None and admitted.mdtrt_id:
            document = document.model_copy(update={"mdtrt_id": admitted.mdtrt_id, "failure": None})
    wanted = document.change
    if wanted is not None:
        made = next((row for row in rows if row.infno == CHANGE and row.key.startswith(wanted.key)), None)
        proven = made is not None and (made.state is not State.CONFIRMED or made.outcome or not wanted.hidden)
        if made is not None and proven and made.state not in OPEN:
            plan = wanted.plan if made.state is State.CONFIRMED else document.plan
            document = document.model_copy(update={"change": None, "plan": plan})
    return document
