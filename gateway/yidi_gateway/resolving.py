"""What became of a message whose answer was lost: the questions to ask, as generators; pure.

Each yields query messages and is sent their outputs; it returns a `Finding`. An error of a query is thrown into the
generator by its driver and ends it: a failed query proves nothing. Ladder for an outpatient settlement: fee lines by
visit, the settlement number on them, that settlement, and on it our own msgid. Fee lines of a stay are not told across
provinces, so its settlement is asked for by the stay alone where the platform takes that; else 2601 is the only way.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from yidi_gateway.submission import Submission
from yidi_sdk import wire
from yidi_sdk.catalogue import row_of
from yidi_sdk.codes import Flag, MedType
from yidi_sdk.errors import Refused
from yidi_sdk.message import Input, Output
from yidi_sdk.profile import Capabilities
from yidi_sdk.transactions import (
    AdmitInpatient,
    CancelAdmission,
    CancelDischarge,
    CancelOutpatientRegistration,
    ChangeAdmission,
    DischargeInpatient,
    Encounters,
    FeesFound,
    OpenStays,
    QueryEncounters,
    QueryFees,
    QueryOpenStays,
    QuerySettlement,
    RegisterOutpatient,
    RevokeInpatientSettlement,
    RevokeOutpatientSettlement,
    SettleInpatient,
    SettlementFound,
    SettleOutpatient,
)
from yidi_sdk.transactions.person_queries import OpenStayRow
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


def find_admission(submission: Submission) -> Asking:
    """5303: an open stay of that day that carries our own number of the stay; where 5303 leaves the number out, 5201
    of that stay tells it."""
    data = wire.loads(submission.input)["mdtrtinfo"]
    begin = datetime.fromisoformat(data["begntime"]) - timedelta(days=1)
    for stay in (yield from _open_stays(submission, begin)):
        if stay.begndate and stay.begndate[:10] != data["begntime"][:10]:
            continue
        number = stay.ipt_otp_no or (yield from _number_of(submission, stay.mdtrt_id, data))
        if number == data["ipt_no"]:
            return Finding(found=True, output={"result": {"mdtrt_id": stay.mdtrt_id}})
    return NOTHING


def find_discharge(submission: Submission) -> Asking:
    """5303: the stay is no longer open. It was, when the discharge was sent."""
    return NOTHING if (yield from _is_open(submission)) else Finding(found=True)


def find_cancelled_admission(submission: Submission) -> Asking:
    """5303: the stay is gone. It was open, when its cancellation was sent."""
    return (yield from find_discharge(submission))


def find_open_again(submission: Submission) -> Asking:
    """5303: the stay is open, so its discharge was taken back."""
    return Finding(found=True) if (yield from _is_open(submission)) else NOTHING


def find_admission_change(submission: Submission) -> Asking:
    """5201: the stay shows what was sent. The flags of trauma and third party are shown by no query: whoever changed
    nothing else has to send the change again."""
    data = wire.loads(submission.input)["adminfo"]
    rows = yield from _encounters_of(submission, data)
    for row in rows:
        told = {name: getattr(row, name) for name in SHOWN_OF_A_STAY}
        if all(value is None or value == data.get(name) for name, value in told.items()):
            return Finding(found=True)
    return NOTHING


def find_stay_settlement(submission: Submission, *, without_number: bool = False) -> Asking:
    """5203 by the stay alone (`without_number`: the platform takes that), else 5204 as for outpatients, which some
    platforms answer; ours by `medins_setl_id`. Where nothing can be asked, nothing is found and 2601 is the fence."""
    try:
        numbers = ("",) if without_number else (yield from _settlement_numbers(submission))
    except Refused as refused:
        if refused.key == PERSON_UNKNOWN:
            raise
        return NOTHING
    for setl_id in numbers:
        try:
            # made without its checks: the number is what is not known
            found: SettlementFound = yield QuerySettlement.model_construct(
                psn_no=submission.psn_no, setl_id=setl_id, mdtrt_id=submission.mdtrt_id
            )
        except Refused as refused:
            if refused.key != NO_SETTLEMENT:
                raise
            continue
        row = found.setlinfo
        if row.medins_setl_id == submission.msgid and row.refd_setl_flag != Flag.YES:
            return Finding(found=True, output=as_settlement(found), setl_id=row.setl_id)
    return NOTHING


PERSON_UNKNOWN = "person_unknown"
"""Key of the error catalogue's row for a person number that the platform does not know, or no longer."""
NO_SETTLEMENT = "settlement_unknown"
"""Key of the error catalogue's row for a settlement that the platform does not have."""
SHOWN_OF_A_STAY = (
    "adm_bed",
    "adm_dept_codg",
    "adm_dept_name",
    "atddr_no",
    "chfpdr_name",
    "dscg_maindiag_code",
    "dscg_maindiag_name",
    "coner_name",
    "tel",
    "medrcdno",
)
"""What 5201 shows of what a change of a stay may change."""
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


def _encounters_of(
    submission: Submission, data: dict[str, Any], mdtrt_id: str = ""
) -> Generator[Input[Any], Any, tuple[EncounterRow, ...]]:
    """5201 of one stay, by the category and the day that its message names."""
    begin = datetime.fromisoformat(data["begntime"]) - timedelta(days=1)
    answer: Encounters = yield QueryEncounters(
        psn_no=submission.psn_no,
        begntime=f"{begin:%Y-%m-%d} 00:00:00",
        endtime=f"{submission.created_at + timedelta(days=1):%Y-%m-%d} 23:59:59",
        med_type=data["med_type"],
        mdtrt_id=mdtrt_id or submission.mdtrt_id,
    )
    wanted = mdtrt_id or submission.mdtrt_id
    return tuple(row for row in answer.mdtrtinfo if row.mdtrt_id == wanted)


def _number_of(submission: Submission, mdtrt_id: str, data: dict[str, Any]) -> Generator[Input[Any], Any, str | None]:
    rows = yield from _encounters_of(submission, data, mdtrt_id)
    return rows[0].ipt_otp_no if rows else None


def _open_stays(submission: Submission, begin: datetime) -> Generator[Input[Any], Any, tuple[OpenStayRow, ...]]:
    answer: OpenStays = yield QueryOpenStays(
        psn_no=submission.psn_no,
        begntime=f"{begin:%Y-%m-%d} 00:00:00",
        endtime=f"{submission.created_at + timedelta(days=1):%Y-%m-%d} 23:59:59",
    )
    return tuple(answer.data)


def _is_open(submission: Submission) -> Generator[Input[Any], Any, bool]:
    stays = yield from _open_stays(submission, submission.created_at - timedelta(days=LONGEST_STAY_DAYS))
    return any(stay.mdtrt_id == submission.mdtrt_id for stay in stays)


LONGEST_STAY_DAYS = 3660


def _settlement_numbers(submission: Submission) -> Generator[Input[Any], Any, tuple[str, ...]]:
    fees: FeesFound = yield QueryFees(psn_no=submission.psn_no, mdtrt_id=submission.mdtrt_id)
    return tuple(dict.fromkeys(line.setl_id for line in fees.data if line.setl_id))


def as_settlement(found: SettlementFound) -> dict[str, Any]:
    """A queried settlement in the shape of a settlement's answer: two amounts carry other names there, and the
    hospital's part, which is 0.00 unless the equations say otherwise, is left out."""
    node = found.setlinfo.model_dump(exclude_none=True)
    node["psn_cash_pay"] = node.pop("cash_payamt")
    if "psn_pay" in node:
        node["psn_part_amt"] = node.pop("psn_pay")
    node.setdefault("hosp_part_amt", Decimal("0.00"))
    return {"setlinfo": node, "setldetail": [row.model_dump(exclude_none=True) for row in found.setldetail]}


SEARCHES: dict[str, Callable[[Submission], Asking]] = {
    row_of(SettleOutpatient).infno: find_settlement,
    row_of(RevokeOutpatientSettlement).infno: find_revocation,
    row_of(RegisterOutpatient).infno: find_registration,
    row_of(CancelOutpatientRegistration).infno: find_cancelled_registration,
    row_of(AdmitInpatient).infno: find_admission,
    row_of(DischargeInpatient).infno: find_discharge,
    row_of(ChangeAdmission).infno: find_admission_change,
    row_of(CancelAdmission).infno: find_cancelled_admission,
    row_of(CancelDischarge).infno: find_open_again,
    row_of(SettleInpatient).infno: find_stay_settlement,
    row_of(RevokeInpatientSettlement).infno: find_revocation,
}
"""How the outcome of each money transaction is looked for. One that is missing here can only be fenced or decided."""


STAY_SETTLEMENT = row_of(SettleInpatient).infno
SETTLEMENTS = frozenset({row_of(SettleOutpatient).infno, STAY_SETTLEMENT})


def search_of(submission: Submission, able: Capabilities) -> Asking:
    """The questions for a submission, as far as the platform answers them. KeyError where there are none."""
    if submission.infno == STAY_SETTLEMENT:
        return find_stay_settlement(submission, without_number=able.query_without_setl_id)
    return SEARCHES[submission.infno](submission)


def is_settlement(infno: str) -> bool:
    """Whether the amounts of an answer must add up."""
    return infno in SETTLEMENTS


def answered(output: Output | None) -> dict[str, Any] | None:
    """An output as plain JSON values, for the journal."""
    return None if output is None else output.model_dump(exclude_none=True)
