"""The problem ledger: an item is opened once per cause, and closed when its cause is gone or by a person with a reason.

规程 55: filing 2 working days, system 1, other 10, by the published calendar of working days. 规程 35: each difference
stands until it is explained.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from yidi_gateway.clock import BEIJING, Clock
from yidi_gateway.ids import new_id
from yidi_gateway.journal.port import ItemPage, Journal
from yidi_gateway.papers import Item
from yidi_gateway.reconciling.causes import CAUSES, CLOCKS
from yidi_sdk.rules import clocks
from yidi_sdk.rules.clocks import Calendar, Due

PAGE = 200
GONE = "原因已消除"


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens an item. `subject` holds numbers by name, `detail` what is known; neither goes into a log. `due`
    None: by the class of the kind."""

    cause: str
    kind: str
    subject: Mapping[str, str | None]
    severity: int = 2
    detail: Mapping[str, Any] | None = None
    due: Due | None = None


class NotOpen(Exception):
    """The item is closed already."""


class Ledger:
    """Opens and closes items, each change with its line of history."""

    def __init__(self, journal: Journal, clock: Clock, calendar: Calendar | None = None) -> None:
        self._journal = journal
        self._clock = clock
        self._calendar = calendar or clocks.published()

    async def open(self, opening: Opening) -> Item:
        """The item of a cause; one that was closed is open again, with a new date."""
        while True:
            stands = await self._journal.item_of(opening.cause)
            if stands is not None and stands.closed_at is None:
                return stands
            item = self._made(opening, stands)
            if await self._journal.put_item(item):
                return await self._journal.item(item.id) or item

    async def close(self, item_id: str, *, by: str, reason: str) -> Item:
        """Close one. KeyError where there is none, NotOpen when it is closed."""
        while True:
            item = await self._journal.item(item_id)
            if item is None:
                raise KeyError(item_id)
            if item.closed_at is not None:
                raise NotOpen(item_id)
            now = self._clock.now()
            closed = replace(item, closed_at=now, document=_noted(item, now, "closed", by, reason))
            if await self._journal.put_item(closed):
                return await self._journal.item(item_id) or closed

    async def close_gone(self, prefix: str, still: Collection[str]) -> int:
        """Close the items whose cause begins with `prefix` and is not among those that still are; how many."""
        gone = [item async for item in self.open_items() if item.cause.startswith(prefix) and item.cause not in still]
        for item in gone:
            with suppress(NotOpen):
                await self.close(item.id, by="gateway", reason=GONE)
        return len(gone)

    async def close_cause(self, cause: str) -> None:
        """Close the item of a cause that is gone, where one is open."""
        item = await self._journal.item_of(cause)
        if item is not None and item.closed_at is None:
            with suppress(NotOpen):
                await self.close(item.id, by="gateway", reason=GONE)

    async def open_items(self) -> AsyncIterator[Item]:
        """All that are open, the one that is due first at the head."""
        cursor: str | None = None
        while True:
            page = await self._journal.items(is_open=True, limit=PAGE, cursor=cursor)
            for item in page.items:
                yield item
            cursor = page.next
            if cursor is None:
                return

    async def page(self, *, is_open: bool | None, limit: int, cursor: str | None) -> ItemPage:
        """A page. ValueError for a cursor that is none."""
        return await self._journal.items(is_open=is_open, limit=limit, cursor=cursor)

    async def item(self, item_id: str) -> Item | None:
        return await self._journal.item(item_id)

    def due(self, kind: str, at: datetime) -> Due:
        """When an item of a kind that is opened now is due."""
        return clocks.due(CLOCKS[CAUSES[kind].problem_class], at, self._calendar)

    def _made(self, opening: Opening, stands: Item | None) -> Item:
        now = self._clock.now()
        row, due = CAUSES[opening.kind], opening.due or self.due(opening.kind, now)
        due_at = due.due_at or now
        document: dict[str, Any] = {
            "owner": row.owner,
            "subject": dict(opening.subject),
            "detail": dict(opening.detail or {}),
            "notice": due.notice,
            "history": [] if stands is None else read(stands)["history"],
        }
        item = Item(
            id=new_id(now) if stands is None else stands.id,
            cause=opening.cause,
            kind=opening.kind,
            problem_class=row.problem_class,
            severity=opening.severity,
            opened_at=now if stands is None else stands.opened_at,
            due_at=due_at,
            alarm_at=due.yellow or due_at,
            document=msgspec.json.encode(document),
            version=0 if stands is None else stands.version,
        )
        what = "opened" if stands is None else "opened_again"
        return replace(item, document=_noted(item, now, what, "gateway", ""))


def read(item: Item) -> dict[str, Any]:
    """The item's document."""
    return msgspec.json.decode(item.document, type=dict[str, Any])


def told(item: Item, now: datetime, language: str = "zh") -> dict[str, Any]:
    """An item as the door tells it."""
    row, document = CAUSES[item.kind], read(item)
    is_open = item.closed_at is None
    return {
        "id": item.id,
        "kind": item.kind,
        "class": item.problem_class,
        "severity": item.severity,
        "state": "open" if is_open else "closed",
        "owner": document["owner"],
        "text": row.zh if language == "zh" else row.en,
        "patient_text": row.patient,
        "subject": document["subject"],
        "detail": document["detail"],
        "opened_at": _text(item.opened_at),
        "alarm_at": _text(item.alarm_at),
        "due_at": _text(item.due_at),
        "closed_at": None if item.closed_at is None else _text(item.closed_at),
        "alarm": is_open and now >= item.alarm_at,
        "overdue": is_open and now >= item.due_at,
        "notice": document["notice"],
        "history": document["history"],
    }


def _noted(item: Item, at: datetime, what: str, by: str, reason: str) -> bytes:
    document = read(item)
    document["history"].append({"at": _text(at), "what": what, "by": by, "reason": reason})
    return msgspec.json.encode(document)


def _text(moment: datetime) -> str:
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")
