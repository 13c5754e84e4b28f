"""The settlements of a day, out of the journal."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from yidi_gateway.clock import BEIJING
from yidi_gateway.journal.port import Journal, Search
from yidi_gateway.lifecycle import State
from yidi_gateway.reconciling.lines import MONEY, TAKING_BACK, Line, is_pending, line_of, sent
from yidi_gateway.submission import Submission

SPAN = timedelta(days=5)
EARLIER, LATER = timedelta(days=2), timedelta(days=1)
"""Around a day: a settlement may be made late in one day and count to the next, after a downtime to the one after."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A day in the journal. `rows`: all money submissions around it by msgid. `pending`: of the day, not final yet."""

    lines: tuple[Line, ...]
    pending: tuple[Submission, ...]
    rows: Mapping[str, Submission] = field(default_factory=dict[str, Submission])


async def of_days(journal: Journal, first: date, last: date, place: str) -> Gathered:
    """What counts to some days, both included, and what may yet."""
    begin, end = (datetime.combine(day, time(), BEIJING) for day in (first, last))
    rows = await journal.made(MONEY, begin - EARLIER, end + timedelta(days=1) + LATER)
    by_id = {row.id: row for row in rows}
    lines: list[Line] = []
    pending: list[Submission] = []
    for row in rows:
        if is_pending(row):
            if first <= row.created_at.astimezone(BEIJING).date() <= last:
                pending.append(row)
            continue
        line = await line_for(journal, row, by_id, place)
        if line is not None and first <= line.day <= last:
            lines.append(line)
    return Gathered(tuple(lines), tuple(pending), {row.msgid: row for row in rows if row.msgid})


async def of_month(journal: Journal, month: date, place: str) -> AsyncIterator[tuple[Line, Submission]]:
    """Every line of a month with its submission, a few days at a time: a month need not fit in memory."""
    first, end = month.replace(day=1), next_month(month)
    while first < end:
        last = min(first + SPAN, end) - timedelta(days=1)
        found = await of_days(journal, first, last, place)
        rows = {row.id: row for row in found.rows.values()}
        for line in found.lines:
            yield line, rows[line.submission_id]
        first = last + timedelta(days=1)


def next_month(month: date) -> date:
    """The first of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


async def line_for(journal: Journal, row: Submission, near: Mapping[str, Submission], place: str) -> Line | None:
    """The line of a submission, with what it rests on looked up."""
    if row.state is State.CONFIRMED:
        original = await original_of(journal, row, near) if row.infno in TAKING_BACK else None
        return line_of(row, place, original=original)
    if row.state is State.REVERSED:
        made = await journal.search(Search(caller=row.caller, key=f"{row.key}:undo"))
        undo = next((other for other in made.items if other.state is State.CONFIRMED), None)
        return line_of(row, place, undo=undo)
    return None


async def original_of(journal: Journal, row: Submission, near: Mapping[str, Submission]) -> Submission | None:
    """What a refund takes back, None where it was settled elsewhere."""
    if row.refund_of is not None:
        return near.get(row.refund_of) or await journal.get(row.refund_of)
    setl_id = str(sent(row).get("setl_id") or "")
    if not setl_id:
        return None
    found: Sequence[Submission] = (await journal.search(Search(setl_id=setl_id))).items
    return next((other for other in found if other.infno not in TAKING_BACK), None)
