"""A settlement as the journal holds it, ready to be compared: one line a settlement or refund. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from yidi_gateway.clock import BEIJING
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.submission import Fen, Submission
from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE, Effect, row_of
from yidi_sdk.transactions import RevokeInpatientSettlement, RevokeOutpatientSettlement, SettleInpatient

MONEY = tuple(
    sorted(row.infno for row in CATALOGUE if row.effect is Effect.COMMIT and "setlinfo" in row.output.model_fields)
)
"""Transactions whose answer is a settlement or its negative."""
TAKING_BACK = frozenset(row.infno for row in CATALOGUE if row.infno in MONEY and "setl_id" in row.input.model_fields)
STAYS = frozenset({row_of(SettleInpatient).infno, row_of(RevokeInpatientSettlement).infno})
REVOKE_VISIT, REVOKE_STAY = row_of(RevokeOutpatientSettlement).infno, row_of(RevokeInpatientSettlement).infno
CLR_OUTPATIENT, CLR_INPATIENT = "11", "21"
NO_FEN = Fen(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Group:
    """What totals are told for: insutype, clr_type and the clearing agency."""

    insutype: str
    clr_type: str
    place: str


@dataclass(frozen=True, slots=True)
class Line:
    """One settlement or refund that counts to a day. Amounts in fen, negative on a refund.

    `setl_id` None: taken place for certain, its number was never told (a refund whose answer was lost)."""

    submission_id: str
    setl_id: str | None
    msgid: str
    mdtrt_id: str
    psn_no: str
    day: date
    group: Group
    fen: Fen
    refund: bool
    division: str = ""

    @property
    def total(self) -> int:
        return self.fen.total or 0


def settlement_info(row: Submission) -> Mapping[str, Any]:
    """The platform's `setlinfo` as it was returned; empty where none was."""
    return _object(_nodes(row.outcome).get("setlinfo"))


def fund_rows(row: Submission) -> list[Mapping[str, Any]]:
    """The platform's `setldetail` as it was returned."""
    told = _nodes(row.outcome).get("setldetail")
    rows: list[Any] = told if isinstance(told, list) else []  # pyright: ignore[reportUnknownVariableType] - any JSON
    return [_object(each) for each in rows]


def sent(row: Submission) -> Mapping[str, Any]:
    """The main node of the message."""
    return _object(_nodes(row.input).get("data"))


def _nodes(content: bytes | None) -> Mapping[str, Any]:
    return _object(wire.loads(content)) if content else {}


def _object(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def day_of(row: Submission, info: Mapping[str, Any]) -> date:
    """The day a settlement counts to: the platform's own time, else when it was sent."""
    told = str(info.get("setl_time") or "")
    try:
        return date.fromisoformat(told[:10])
    except ValueError:
        return _beijing(row.sent_at or row.created_at)


def group_of(row: Submission, info: Mapping[str, Any], place: str, original: Submission | None = None) -> Group:
    """Insurance, clearing type and agency: as the answer tells, else as its original's, else as what was sent."""
    first: Mapping[str, Any] = {} if original is None else settlement_info(original)
    told = info.get("insutype") or first.get("insutype")
    usual = CLR_INPATIENT if row.infno in STAYS else CLR_OUTPATIENT
    return Group(
        insutype=str(told or sent(row).get("insutype") or ""),
        clr_type=str(info.get("clr_type") or first.get("clr_type") or usual),
        place=str(info.get("clr_optins") or first.get("clr_optins") or place),
    )


def line_of(
    row: Submission, place: str, *, original: Submission | None = None, undo: Submission | None = None
) -> Line | None:
    """The line of a submission, None for one that does not count. `original`: what a refund takes back; `undo`: the
    confirmed business undo of a reversed one, which the platform counts as two rows."""
    if row.state is not State.CONFIRMED and not (row.state is State.REVERSED and undo is not None):
        return None
    refund = row.infno in TAKING_BACK
    fen = row.fen
    if fen.total is None:
        source = original if refund else undo
        if source is None or source.fen.total is None:
            return None
        fen = negated(source.fen)
    info = settlement_info(row)
    return Line(
        submission_id=row.id,
        setl_id=row.setl_id,
        msgid=row.msgid or "",
        mdtrt_id=row.mdtrt_id or (original.mdtrt_id if original else ""),
        psn_no=row.psn_no or (original.psn_no if original else ""),
        day=day_of(row, info),
        group=group_of(row, info, place, original),
        fen=fen,
        refund=refund,
        division=row.insured_division,
    )


def is_pending(row: Submission) -> bool:
    """Nobody can say yet: it is neither the same nor different."""
    return row.state in OPEN or row.state is State.MANUAL


def negated(fen: Fen) -> Fen:
    """The other sign."""
    return Fen(*(None if part is None else -part for part in (fen.total, fen.fund, fen.account, fen.cash)))


def total_of(lines: Iterable[Line]) -> Fen:
    """The sum of all of them."""
    sums = [0, 0, 0, 0]
    for line in lines:
        fen = line.fen
        for place, part in enumerate((fen.total, fen.fund, fen.account, fen.cash)):
            sums[place] += part or 0
    return Fen(*sums)


def _beijing(moment: datetime) -> date:
    return moment.astimezone(BEIJING).date()
