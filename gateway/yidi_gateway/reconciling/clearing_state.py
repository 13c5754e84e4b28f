"""Where a settlement is in clearing: what a refund has to know. Kept when a month's rows were confirmed (3261)."""

from datetime import date, datetime, time
from typing import Any

import msgspec

from yidi_gateway.clock import BEIJING
from yidi_gateway.journal.port import Journal
from yidi_gateway.papers import Paper, PaperKind
from yidi_gateway.reconciling.gathering import next_month
from yidi_sdk.rules.refunds import Clearing

APPLIED_BY, OVER_AFTER = 20, 25
"""What is confirmed by the 20th is in the tables of that month, which are confirmed by the 25th (规程 43, 47)."""
Json = dict[str, Any]


def state_at(told: Json | None, now: datetime) -> Clearing:
    """The state by what was kept of it: open, in clearing, or cleared once the round's tables are confirmed."""
    if told is None or told["state"] != "in_clearing":
        return "open"
    return "cleared" if now >= over_at(datetime.fromisoformat(told["confirmed_at"])) else "in_clearing"


def over_at(confirmed_at: datetime) -> datetime:
    """When the round is over that a confirmation went into: the 26th at 00:00."""
    day = confirmed_at.astimezone(BEIJING).date()
    month = day if day.day <= APPLIED_BY else next_month(day)
    return datetime.combine(date(month.year, month.month, OVER_AFTER + 1), time(), BEIJING)


async def read(journal: Journal, setl_id: str) -> Json | None:
    """What is kept of a settlement: state, month, when confirmed; None where it never was."""
    paper = await journal.paper(PaperKind.CLEARING, setl_id)
    return None if paper is None else msgspec.json.decode(paper.document, type=Json)


async def clearing_of(journal: Journal, setl_id: str, now: datetime) -> Clearing:
    """Whether a settlement is in clearing now."""
    return state_at(await read(journal, setl_id), now)


async def write(journal: Journal, setl_id: str, told: Json, now: datetime) -> None:
    """Keep the next state of a settlement; one that says the same changes nothing."""
    content = msgspec.json.encode(told)
    while True:
        before = await journal.paper(PaperKind.CLEARING, setl_id)
        if before is not None and before.document == content:
            return
        version = 1 if before is None else before.version + 1
        if await journal.put_paper(Paper(PaperKind.CLEARING, setl_id, version, now, content)):
            return
