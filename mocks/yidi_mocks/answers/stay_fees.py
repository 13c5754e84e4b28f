"""Fee lines of a stay: uploaded day by day in any number of batches, negative lines among them, revoked by number.

A negative line names the positive line that it takes back, of the same item and in the same stay; together the negative
lines of one origin take no more than it has, of amount and of quantity.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from itertools import chain
from sys import intern
from typing import Any

from yidi_mocks import splits
from yidi_mocks.answers.booking import money
from yidi_mocks.answers.fees import CARRIED, demand_product, split_row
from yidi_mocks.answers.matching import demand_matched
from yidi_mocks.answers.visits import visit_for
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.figures import decimal_of, fen_of
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import ZERO, Line, StayLine, Visit, kept
from yidi_sdk.transactions import RevokeInpatientFees, UploadInpatientFees

EVERY_LINE = "0000"
KEPT = (*CARRIED, "drord_no", "frqu_dscr", "memo", "sin_dos", "sin_dosunt", "used_days", "dismed_amt", "dismed_unt")


@answers(UploadInpatientFees)
def upload_fees(hub: Exchange, call: Call) -> dict[str, Any]:
    """All lines of the message are taken, or none. The split of each is told here, and out of area only here."""
    visit = visit_for(hub, call, UploadInpatientFees)
    rows: list[dict[str, Any]] = call.node("feedetail")
    made: list[StayLine] = []
    for row in rows:
        made.append(_line(hub, visit, call, row, chain(visit.lines, made)))  # one may take back another
    numbers = Counter(line.number for line in (*visit.lines, *made))
    for line in made:
        if numbers[line.number] > 1:
            raise Refusal("line_used", value=line.number)
    visit.lines += tuple(made)
    return {"result": [split_row(line) for line in made], "voladetail": []}


@answers(RevokeInpatientFees)
def revoke_fees(hub: Exchange, call: Call) -> None:
    """The lines named are gone, all of them or none; number 0000 means every line."""
    visit = visit_for(hub, call, RevokeInpatientFees)
    rows: list[dict[str, Any]] = call.node("data")
    if any(row["mdtrt_id"] != visit.mdtrt_id or row["psn_no"] != call.who().psn_no for row in rows):
        raise Refusal("line_other_visit")
    named = {row["feedetl_sn"] for row in rows}
    gone = {line.number for line in visit.lines if EVERY_LINE in named or line.number in named}
    if not gone:
        raise Refusal("no_fees_to_revoke")
    left = tuple(line for line in visit.lines if line.number not in gone)
    for line in left:
        if isinstance(line, StayLine) and line.origin in gone:
            raise Refusal("line_is_origin", value=line.origin)
    visit.lines = left


def _line(hub: Exchange, visit: Visit, call: Call, row: dict[str, Any], before: Iterable[Line]) -> StayLine:
    if row["mdtrt_id"] != visit.mdtrt_id or row["psn_no"] != call.who().psn_no:
        raise Refusal("line_other_visit")
    if row["med_type"] != visit.encounters[""]["med_type"]:
        raise Refusal("med_type_differs")
    amount, price, quantity = (
        money(row["det_item_fee_sumamt"]),
        decimal_of(str(row["pric"])),
        decimal_of(str(row["cnt"])),
    )
    demand_product(amount, price, quantity)
    demand_matched(hub, visit.institution, row, hub.clock.today())
    line = StayLine(
        number=row["feedetl_sn"],
        batch="",
        disease="",
        time=intern(row["fee_ocur_time"]),
        count=quantity,
        price=price,
        fen=fen_of(amount),
        given=hub.world.shared.row(splits.scoped(kept(row, KEPT), visit.institution.division)),
        origin=row.get("init_feedetl_sn") or "",
    )
    if amount < ZERO or quantity < ZERO:
        line.parts = _taken_back(line, before)
    elif line.origin:
        raise Refusal("line_origin_unwanted", value=line.number)
    return line


def _taken_back(line: StayLine, before: Iterable[Line]) -> splits.Parts:
    """What a negative line takes of each part of its origin, in fen with the sign of the line."""
    if line.fen >= 0 or line.count >= 0:
        raise Refusal("line_amount")
    held = list(before)
    origin = next((one for one in held if one.number == line.origin), None)
    if origin is None or origin.fen < 0 or origin.given["med_list_codg"] != line.given["med_list_codg"]:
        raise Refusal("line_origin", value=line.number)
    earlier = [one for one in held if isinstance(one, StayLine) and one.origin == origin.number]
    left = origin.fen + sum(one.fen for one in earlier)
    count = origin.count + sum((one.count for one in earlier), Decimal(0))
    if -line.fen > left or -line.count > count:
        raise Refusal("line_origin_used_up", value=line.number)
    whole = splits.split_of(origin)
    parts = [fen_of(part) for part in (whole.self_paid, whole.over_limit, whole.class_b_first, whole.in_scope)]
    for one in earlier:
        parts = [part + taken for part, taken in zip(parts, one.parts or (), strict=True)]
    self_paid, over, first, scope = splits.taken_back((parts[0], parts[1], parts[2], parts[3]), -line.fen)
    return (-self_paid, -over, -first, -scope)
