"""What became of a message whose answer was lost: the questions to ask, as generators; pure.

Each yields query messages and is sent their outputs; it returns a `Finding`. An error of a query is thrown into the
generator by its driver and ends it: a failed query proves nothing. Ladder for an outpatient settlement: fee lines by
visit, the settlement number on them, that settlement, and on it our own msgid.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yidi_gateway.submission import Submission
from yidi_sdk import wire
from yidi_sdk.catalogue import row_of
from yidi_sdk.codes import Flag, MedType
from yidi_sdk.message import Input, Output
from yidi_sdk.transactions import (
    CancelOutpatientRegistration,
    Encounters,
    FeesFound,
    QueryEncounters,
    QueryFees,
    QuerySettlement,
    RegisterOutpatient,
    RevokeOutpatientSettlement,
    SettlementFound,
    SettleOutpatient,
)
from yidi_sdk.transactions.queries import EncounterRow

Asking = Generator[Input[Any], Any, "Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the platform holds. `output`: the answer rebuilt, in the shape of the lost one; `setl_id` where it has one;
    `total` as the platform returned it."""

    found: bool
    output: dict[str, Any] | None = None
    setl_id: str | None = None


NOTHING = Finding(found=False)


def find_settlement(submission: Submission) -> Asking:
    """5204 by visit, the settlement numbers on its lines, 5203 each, ours by `medins_setl_id`."""
    for setl_id in (yield from _settlement_numbers(submission)):
        found: SettlementFound = yield QuerySettlement(
            psn_no=submission.psn_no, setl_id=setl_id, mdtrt_id=submission.mdtrt_id
        )
        row = found.setlinfo
        if row.medins_setl_id == submission.msgid and row.refd_setl_flag != Flag.YES:
            return Finding(found=True, output=as_settlement(found), setl_id=setl_id)
    return NOTHING


def find_revocation(submission: Submission) -> Asking:
    """5203 of the settlement that was to be undone: marked as refunded means it was."""
    data = wire.loads(submission.input)["data"]
    found: SettlementFound = yield QuerySettlement(
        psn_no=submission.psn_no, setl_id=data["setl_id"], mdtrt_id=submission.mdtrt_id
    )
    if found.setlinfo.refd_setl_flag == Flag.YES:
        return Finding(found=True, output=None)
    return NOTHING


def find_registration(submission: Submission) -> Asking:
    """5201 of the days around: a visit that carries our own visit number. The platform may not know its category yet,
    so each is asked."""
    data = wire.loads(submission.input)["data"]
    begin = datetime.fromisoformat(data["begntime"])
    for visit in (yield from _encounters(submission, begin - timedelta(days=1), begin + timedelta(days=1))):
        if visit.ipt_otp_no == data["ipt_otp_no"]:
            node = {"mdtrt_id": visit.mdtrt_id, "psn_no": visit.psn_no, "ipt_otp_no": visit.ipt_otp_no}
            return Finding(found=True, output={"data": node})
    return NOTHING


def find_cancelled_registration(submission: Submission) -> Asking:
    """5201 around the visit: no longer there means it was cancelled."""
    begin, end = submission.created_at - timedelta(days=400), submission.created_at + timedelta(days=1)
    for visit in (yield from _encounters(submission, begin, end)):
        if visit.mdtrt_id == submission.mdtrt_id:
            return NOTHING
    return Finding(found=True, output=None)


OUTPATIENT_CARE = (MedType.OUTPATIENT, MedType.EMERGENCY, MedType.CHRONIC_OUTPATIENT)


def _encounters(
    submission: Submission, begin: datetime, end: datetime
) -> Generator[Input[Any], Any, tuple[EncounterRow, ...]]:
    rows: list[EncounterRow] = []
    for med_type in OUTPATIENT_CARE:
        answer: Encounters = yield QueryEncounters(
            psn_no=submission.psn_no,
            begntime=f"{begin:%Y-%m-%d} 00:00:00",
            endtime=f"{end:%Y-%m-%d} 23:59:59",
            med_type=med_type,
            mdtrt_id=submission.mdtrt_id or None,
        )
        rows += answer.mdtrtinfo
    return tuple(rows)


def _settlement_numbers(submission: Submission) -> Generator[Input[Any], Any, tuple[str, ...]]:
    fees: FeesFound = yield QueryFees(psn_no=submission.psn_no, mdtrt_id=submission.mdtrt_id)
    return tuple(dict.fromkeys(line.setl_id for line in fees.data if line.setl_id))


def as_settlement(found: SettlementFound) -> dict[str, Any]:
    """A queried settlement in the shape of a settlement's answer: two amounts carry other names there."""
    node = found.setlinfo.model_dump(exclude_none=True)
    node["psn_cash_pay"] = node.pop("cash_payamt")
    if "psn_pay" in node:
        node["psn_part_amt"] = node.pop("psn_pay")
    return {"setlinfo": node, "setldetail": [row.model_dump(exclude_none=True) for row in found.setldetail]}


SEARCHES: dict[str, Callable[[Submission], Asking]] = {
    row_of(SettleOutpatient).infno: find_settlement,
    row_of(RevokeOutpatientSettlement).infno: find_revocation,
    row_of(RegisterOutpatient).infno: find_registration,
    row_of(CancelOutpatientRegistration).infno: find_cancelled_registration,
}
"""How the outcome of each money transaction is looked for. One that is missing here can only be fenced or decided."""


def is_settlement(infno: str) -> bool:
    """Whether the amounts of an answer must add up."""
    return infno == row_of(SettleOutpatient).infno


def answered(output: Output | None) -> dict[str, Any] | None:
    """An output as plain JSON values, for the journal."""
    return None if output is None else output.model_dump(exclude_none=True)
