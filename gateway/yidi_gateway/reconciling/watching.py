"""What opens ledger items between day ends: unknown for 15 minutes, in doubt, refused, not booked, not uploaded.

Looked at every minute; what is gone closes by itself.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from yidi_gateway.clock import Clock
from yidi_gateway.journal.port import Journal, Search
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.papers import Item
from yidi_gateway.reconciling.ledger import Ledger, Opening, read
from yidi_gateway.reconciling.lines import MONEY
from yidi_gateway.reconciling.mending import CALLER
from yidi_gateway.submission import Kept, Submission
from yidi_sdk.rules import clocks

LONG = timedelta(minutes=15)
UPLOAD_ALARM = timedelta(hours=48)
FIRST_LOOK, LATER_LOOK = timedelta(days=7), timedelta(hours=2)
PAGE = 200
MOST_UPLOADS = 20_000
DOUBT = frozenset({State.UNKNOWN, State.REVERSING})
FILING_CODES = ("NOT_FILED", "FILING_")
"""Reason codes of refusals that are about the filing: two working days (规程 55)."""


class Watch:
    """Opens and closes the items of single submissions and uploads."""

    def __init__(self, journal: Journal, clock: Clock, ledger: Ledger) -> None:
        self._journal = journal
        self._clock = clock
        self._ledger = ledger
        self._looked = False
        self._gone: dict[str, Callable[[Submission], Awaitable[bool]]] = {
            "unknown": self._is_known,
            "manual": self._is_decided,
            "refused": self._is_settled_since,
            "refused_filing": self._is_settled_since,
            "unacknowledged": self._is_booked,
        }

    async def look(self, *, far: bool = False) -> None:
        """One round; `far`: back over a week. Raises JournalDown."""
        now = self._clock.now()
        since = now - (FIRST_LOOK if far or not self._looked else LATER_LOOK)
        async for row in self._rows(Search(states=DOUBT, limit=PAGE)):
            if (row.sent_at or row.created_at) <= now - LONG:
                await self._open("unknown", row, 2)
        async for row in self._rows(Search(states=frozenset({State.MANUAL}), limit=PAGE)):
            await self._open("manual", row, 1 if (row.reason or {}).get("missing") else 2)
        async for row in self._rows(Search(states=frozenset({State.REJECTED}), since=since, limit=PAGE)):
            if row.infno in MONEY and not await self._is_settled_since(row):
                await self._open(_kind_of_refusal(row), row, 3)
        wanted = Search(states=frozenset({State.CONFIRMED}), acknowledged=False, since=since, limit=PAGE)
        async for row in self._rows(wanted):
            if row.infno in MONEY and row.caller != CALLER and (row.state_since or row.created_at) <= now - LONG:
                await self._open("unacknowledged", row, 3)
        waiting = await self._journal.waiting(MOST_UPLOADS)
        for kept in waiting:
            if kept.at <= now - UPLOAD_ALARM:
                await self._open_upload(kept)
        await self._close({kept.id for kept in waiting})
        self._looked = True

    async def _rows(self, search: Search) -> AsyncIterator[Submission]:
        """All of a search, page by page; read before anything is changed."""
        rows: list[Submission] = []
        cursor: str | None = None
        while True:
            page = await self._journal.search(
                Search(
                    states=search.states,
                    since=search.since,
                    acknowledged=search.acknowledged,
                    limit=search.limit,
                    cursor=cursor,
                )
            )
            rows += page.items
            cursor = page.next
            if cursor is None:
                break
        for row in rows:
            yield row

    async def _open(self, kind: str, row: Submission, severity: int) -> None:
        reason = row.reason or {}
        subject = {"submission_id": row.id, "settlement_id": row.setl_id, "visit_id": row.visit_id}
        detail = {"infno": row.infno, "incident": row.incident, "code": reason.get("code")}
        await self._ledger.open(Opening(f"{kind}:{row.id}", kind, subject, severity, detail))

    async def _open_upload(self, kept: Kept) -> None:
        due = clocks.due("inpatient_details", kept.at, clocks.published())
        subject = {"upload_id": kept.id, "mdtrt_id": kept.subject}
        detail = {"infno": kept.infno, "at": kept.at.isoformat(timespec="seconds")}
        await self._ledger.open(Opening(f"upload_overdue:{kept.id}", "upload_overdue", subject, 2, detail, due))

    async def _close(self, waiting: set[str]) -> None:
        items = [item async for item in self._ledger.open_items()]
        for item in items:
            if item.kind == "upload_overdue":
                if read(item)["subject"]["upload_id"] not in waiting:
                    await self._ledger.close_cause(item.cause)
            elif item.kind in self._gone and await self._is_over(item):
                await self._ledger.close_cause(item.cause)

    async def _is_over(self, item: Item) -> bool:
        row = await self._journal.get(read(item)["subject"]["submission_id"])
        return row is not None and await self._gone[item.kind](row)

    async def _is_known(self, row: Submission) -> bool:
        return row.state not in OPEN

    async def _is_decided(self, row: Submission) -> bool:
        return row.state is not State.MANUAL

    async def _is_booked(self, row: Submission) -> bool:
        return row.acknowledged_at is not None or row.state is not State.CONFIRMED

    async def _is_settled_since(self, row: Submission) -> bool:
        """The same basket was settled after all."""
        if row.visit_id is None:
            return False
        wanted = Search(visit_id=row.visit_id, infno=row.infno, states=frozenset({State.CONFIRMED}))
        found = (await self._journal.search(wanted)).items
        return any(other.basket_id == row.basket_id and other.created_at > row.created_at for other in found)


def _kind_of_refusal(row: Submission) -> str:
    code = str((row.reason or {}).get("code") or "")
    return "refused_filing" if code.startswith(FILING_CODES) else "refused"


def oldest_age(waiting: tuple[Kept, ...], now: datetime) -> float:
    """Seconds that the oldest upload has waited; 0 when none waits."""
    return max(((now - kept.at).total_seconds() for kept in waiting), default=0.0)
