"""A stay: admitted, changed, its fee lines uploaded day by day, discharged, tried, and undone in the legal order.

What commits is yielded once: after an Unknown a query has to say what became of it. The fee lines of a stay cannot be
asked back across provinces, so a batch in doubt is revoked by its numbers and sent again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self, cast

from yidi_sdk.errors import FieldProblem, Misused, NotSent, Refused, Unknown, YidiError
from yidi_sdk.flows.driving import Flow, ask
from yidi_sdk.flows.outpatient import MOST_LINES, LineParts
from yidi_sdk.flows.stays import (
    DischargePlan,
    StayLine,
    StayPlan,
    StaySums,
    admission,
    admission_change,
    discharge,
    stay_fee_revocation,
    stay_fees,
    stay_trial,
)
from yidi_sdk.flows.uploading import Uploads, in_batches, one_by_one
from yidi_sdk.message import Input
from yidi_sdk.rules import areas, baskets
from yidi_sdk.rules.reasons import Reason, without_notices
from yidi_sdk.transactions import (
    AdmissionChanged,
    CancelAdmission,
    CancelDischarge,
    InpatientRevocation,
    InpatientTrial,
    RevokeInpatientFees,
    RevokeInpatientSettlement,
)
from yidi_sdk.transactions.inpatient_fees import InpatientFeeLineSplit

NOTHING_THERE = "nothing_to_revoke"
"""The error catalogue's row for a revocation that finds nothing: the wanted end is reached."""
UNDO_ORDER: tuple[type[Input[Any]], ...] = (
    RevokeInpatientSettlement,
    CancelDischarge,
    RevokeInpatientFees,
    CancelAdmission,
)
"""RE10. What stands above is undone first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a stay stands at the platform, and what undoing it came to. `setl_id`: its live settlement.

    `stopped`: the error at which the undoing ended. After an Unknown, the uppermost thing that stands is in doubt:
    ask (5203, 5303) before going on. `revocation`: the answer to 2305, to be held against the settlement (M5).
    """

    psn_no: str
    mdtrt_id: str
    setl_id: str | None = None
    discharged: bool = False
    fees: bool = False
    admitted: bool = True
    revocation: InpatientRevocation | None = None
    stopped: YidiError | None = None

    def next(self) -> Input[Any] | None:
        """The only message that may undo something now."""
        if self.setl_id is not None:
            return RevokeInpatientSettlement(mdtrt_id=self.mdtrt_id, setl_id=self.setl_id, psn_no=self.psn_no)
        if self.discharged:
            return CancelDischarge(mdtrt_id=self.mdtrt_id, psn_no=self.psn_no)
        if self.fees:
            return stay_fee_revocation(self.psn_no, self.mdtrt_id)
        if self.admitted:
            return CancelAdmission(mdtrt_id=self.mdtrt_id, psn_no=self.psn_no)
        return None

    def undone(self, step: Input[Any], answer: Any = None) -> Self:
        """What stands after a step of `next` was done."""
        if isinstance(step, RevokeInpatientSettlement):
            return replace(self, setl_id=None, revocation=cast("InpatientRevocation | None", answer))
        if isinstance(step, CancelDischarge):
            return replace(self, discharged=False)
        return replace(self, fees=False) if isinstance(step, RevokeInpatientFees) else replace(self, admitted=False)

    def whole(self) -> Self:
        """Itself; raises what stopped it."""
        if self.stopped is not None:
            raise self.stopped
        return self


def admit(stay: StayPlan) -> Flow[str]:
    """2401; the stay's number at the platform."""
    return (yield from ask(admission(stay))).result.mdtrt_id


def change_stay(stay: StayPlan, mdtrt_id: str) -> Flow[AdmissionChanged]:
    """2403: the stay is now as the plan says."""
    return (yield from ask(admission_change(stay, mdtrt_id)))


def upload_stay(
    stay: StayPlan,
    mdtrt_id: str,
    lines: Sequence[StayLine],
    state: Uploads | None = None,
    *,
    earlier: Sequence[StayLine] = (),
    most_lines: int = MOST_LINES,
) -> Flow[Uploads]:
    """2301 in batches, as far as it goes: NotSent, Refused and Unknown end it and stand in `stopped`. Run it again with
    the state that it returned; lines may have been added.

    `earlier`: lines of the stay that are not in `lines`, for negative ones to refer to. Whoever must survive its own
    end sends `stay_batches` one by one with `upload_stay_batch` and keeps `Uploads.begun` before each.
    Raises Misused, naming every line that the rules refuse (BA9, BA11), before anything is sent.
    """
    state = state or Uploads()
    against = check_stay_lines(lines, earlier)
    if against:
        told = tuple(FieldProblem(f"feedetail {reason.line_no}", reason.code) for reason in against)
        raise Misused("; ".join(f"{problem.path}: {problem.message}" for problem in told), fields=told)
    return (
        yield from one_by_one(
            stay_batches(stay, mdtrt_id, lines, state, most_lines),
            state,
            lambda batch: upload_stay_batch(stay, mdtrt_id, batch),
            lambda batch, _: upload_stay_batch(stay, mdtrt_id, batch, doubtful=True),
        )
    )


def upload_stay_batch(
    stay: StayPlan, mdtrt_id: str, batch: Sequence[StayLine], *, doubtful: bool = False
) -> Flow[tuple[LineParts, ...]]:
    """One batch. `doubtful`: it was sent before and not answered, so it is revoked by its numbers (2302) first.

    Refused after doubt may mean that the lost message arrived late: the batch stays in doubt. Unknown from the
    revocation ends it too, because a revocation that arrives late would delete what was sent anew.
    """
    if doubtful:
        try:
            yield from ask(stay_fee_revocation(stay.psn_no, mdtrt_id, [line.number for line in batch]))
        except Refused as refused:
            if refused.key != NOTHING_THERE:
                raise
    answer = yield from ask(stay_fees(stay, mdtrt_id, batch))
    return tuple(_parts_of(row) for row in answer.result)


def discharge_and_try(
    stay: StayPlan, mdtrt_id: str, leaving: DischargePlan, sums: StaySums, *, discharged: bool = False
) -> Flow[InpatientTrial]:
    """2402 and 2303. `discharged`: 2402 is known to be done. Settling is the caller's, once the patient agrees."""
    if not discharged:
        yield from ask(discharge(stay, mdtrt_id, leaving))
    return (yield from ask(stay_trial(stay, mdtrt_id, leaving, sums)))


def undo_stay(standing: Standing, until: type[Input[Any]] = CancelAdmission) -> Flow[Standing]:
    """Undo what stands, from above, as far as the step `until`: 2305, 2405, 2302, 2404. NotSent, Refused and Unknown
    end it and stand in `stopped`. Deleting the fee lines is asked for once more after doubt, nothing else is."""
    wanted = UNDO_ORDER[: UNDO_ORDER.index(until) + 1]
    standing = replace(standing, stopped=None)
    while (step := standing.next()) is not None and isinstance(step, wanted):
        try:
            answer = yield from _undo(step)
        except (NotSent, Refused, Unknown) as error:
            return replace(standing, stopped=error)
        standing = standing.undone(step, answer)
    return standing


def _undo(step: Input[Any]) -> Flow[Any]:
    if not isinstance(step, RevokeInpatientFees):
        return (yield from ask(step))
    try:
        try:
            return (yield from ask(step))
        except Unknown:
            return (yield from ask(step))
    except Refused as refused:
        if refused.key != NOTHING_THERE:
            raise
    return None


def check_stay_lines(lines: Sequence[StayLine], earlier: Sequence[StayLine] = ()) -> tuple[Reason, ...]:
    """What the rules have against the lines of a stay: amounts (BA9), negative lines (BA11), numbers used twice."""
    if not lines:
        return ()
    nowhere = areas.Institution("")  # no line of a stay has a disease, so no place is looked at
    judged = [tuple(map(_judged, some)) for some in (lines, earlier)]
    split = baskets.split("inpatient", judged[0], (), nowhere, "", on=lines[0].at.date(), earlier=judged[1])
    return without_notices(split.reasons)


def stay_batches(
    stay: StayPlan, mdtrt_id: str, lines: Iterable[StayLine], state: Uploads, most_lines: int = MOST_LINES
) -> list[tuple[StayLine, ...]]:
    """The lines that are not acknowledged, in uploads of at most 50 lines and fewer than 40,000 characters each."""
    return list(in_batches(lines, lambda batch: stay_fees(stay, mdtrt_id, batch), state, most_lines))


def _judged(line: StayLine) -> baskets.Line:
    return baskets.Line(
        line_no=line.number,
        disease_code=None,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        code=line.code,
        origin=line.origin,
    )


def _parts_of(row: InpatientFeeLineSplit) -> LineParts:
    match row.inscp_scp_amt, row.preselfpay_amt, row.overlmt_amt, row.fulamt_ownpay_amt:
        case (Decimal() as in_scope, Decimal() as class_b, Decimal() as over_limit, Decimal() as self_paid):
            return LineParts(row.feedetl_sn, row.det_item_fee_sumamt, (in_scope, class_b, over_limit, self_paid))
        case _:
            return LineParts(row.feedetl_sn, row.det_item_fee_sumamt, None)
