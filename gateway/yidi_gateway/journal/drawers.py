"""Papers, ledger items and nonces in plain dictionaries: the same rules as in the database, nothing on disk."""

from collections.abc import Iterable
from datetime import datetime

from yidi_gateway.journal import records
from yidi_gateway.journal.port import ItemPage
from yidi_gateway.papers import Item, Paper, PaperKind
from yidi_gateway.submission import Submission


class Drawers:
    """What `Cabinet` is for a database."""

    def __init__(self) -> None:
        self._papers: dict[tuple[PaperKind, str], list[Paper]] = {}
        self._items: dict[str, Item] = {}
        self._by_cause: dict[str, str] = {}
        self._nonces: dict[tuple[str, str], datetime] = {}

    def use_nonce(self, caller: str, nonce: str, now: datetime, until: datetime) -> bool:
        stands = self._nonces.get((caller, nonce))
        if stands is not None and stands > now:
            return False
        for old in [key for key, end in self._nonces.items() if end <= now]:
            del self._nonces[old]
        self._nonces[caller, nonce] = until
        return True

    def put_paper(self, paper: Paper) -> bool:
        stack = self._papers.get((paper.kind, paper.name), [])
        if paper.version != len(stack) + 1:
            return False
        self._papers[paper.kind, paper.name] = [*stack, records.checked(paper)]
        return True

    def paper(self, kind: PaperKind, name: str, version: int | None) -> Paper | None:
        stack = self._papers.get((kind, name), [])
        if version is None:
            return stack[-1] if stack else None
        return stack[version - 1] if 1 <= version <= len(stack) else None

    def papers(self, kind: PaperKind, first: str, last: str) -> tuple[Paper, ...]:
        hits = (stack[-1] for (of, name), stack in self._papers.items() if of is kind and first <= name <= last)
        return tuple(sorted(hits, key=lambda paper: paper.name))

    def put_item(self, item: Item) -> bool:
        row = records.filed(self.item_of(item.cause), item)
        if row is None:
            return False
        self._items[row.id] = row
        self._by_cause[row.cause] = row.id
        return True

    def item(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    def item_of(self, cause: str) -> Item | None:
        found = self._by_cause.get(cause)
        return None if found is None else self._items[found]

    def items(self, is_open: bool | None, limit: int, cursor: str | None) -> ItemPage:
        hits = sorted(
            (row for row in self._items.values() if is_open in (None, row.closed_at is None)),
            key=lambda row: (row.due_at, row.id),
        )
        if cursor is not None:
            last = self._items.get(cursor)
            if last is None:
                raise ValueError("no page goes on from this cursor")
            hits = [row for row in hits if (row.due_at, row.id) > (last.due_at, last.id)]
        page = tuple(hits[:limit])
        return ItemPage(page, page[-1].id if page and len(hits) > limit else None)


def made_in(
    rows: Iterable[Submission], infnos: tuple[str, ...], since: datetime, until: datetime
) -> tuple[Submission, ...]:
    """Submissions of some transactions made in a span of time, oldest first."""
    hits = (row for row in rows if row.infno in infnos and since <= row.created_at < until)
    return tuple(sorted(hits, key=records.age))
