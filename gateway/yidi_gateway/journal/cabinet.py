"""Papers, ledger items and nonces within one open database transaction."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, or_, select, tuple_

from yidi_gateway.journal import records, schema, statements
from yidi_gateway.journal.driver import Driver
from yidi_gateway.journal.port import ItemPage
from yidi_gateway.journal.rows import Rows
from yidi_gateway.journal.schema import items, nonces, papers, submissions
from yidi_gateway.journal.statements import ADD
from yidi_gateway.lifecycle import OPEN
from yidi_gateway.papers import Item, Paper, PaperKind
from yidi_gateway.submission import Submission

NEWEST = (
    select(papers)
    .where(papers.c.kind == bindparam("at_kind"), papers.c.name == bindparam("at_name"))
    .order_by(papers.c.version.desc())
    .limit(1)
)
VERSION = select(papers).where(
    papers.c.kind == bindparam("at_kind"),
    papers.c.name == bindparam("at_name"),
    papers.c.version == bindparam("at_version"),
)
_latest = (
    select(papers.c.kind, papers.c.name, func.max(papers.c.version).label("version"))
    .where(papers.c.kind == bindparam("at_kind"))
    .where(papers.c.name >= bindparam("first"), papers.c.name <= bindparam("last"))
    .group_by(papers.c.kind, papers.c.name)
    .subquery()
)
PAPERS = (
    select(papers)
    .join(
        _latest,
        (papers.c.kind == _latest.c.kind) & (papers.c.name == _latest.c.name) & (papers.c.version == _latest.c.version),
    )
    .order_by(papers.c.name)
)
OLDEST_OPEN = (
    select(submissions.c.created_at)
    .where(or_(*(submissions.c.state == state for state in sorted(OPEN))))
    .order_by(submissions.c.created_at, submissions.c.id)
    .limit(1)
)
NONCE = select(nonces).where(nonces.c.caller == bindparam("at_caller"), nonces.c.nonce == bindparam("at_nonce"))
SWEPT = 50
"""Nonces forgotten with each that is used: more than are added, so that only living ones stay."""
_over = select(nonces.c.caller, nonces.c.nonce).where(nonces.c.until <= bindparam("now")).limit(SWEPT)
SWEEP = delete(nonces).where(tuple_(nonces.c.caller, nonces.c.nonce).in_(_over))
ITEM = select(items).where(items.c.id == bindparam("at_id"))
ITEM_OF = select(items).where(items.c.cause == bindparam("at_cause"))


@cache
def _items(*, is_open: bool | None, cursor: bool) -> Select[Any]:
    """A page of items, the one that is due first at its head."""
    hits = select(items)
    if is_open is not None:
        hits = hits.where(items.c.closed_at.is_(None) if is_open else items.c.closed_at.is_not(None))
    if cursor:
        later, same = items.c.due_at > bindparam("last_at"), items.c.due_at == bindparam("last_at")
        hits = hits.where(later | (same & (items.c.id > bindparam("last_id"))))
    return hits.order_by(items.c.due_at, items.c.id).limit(bindparam("most"))


@cache
def _made(count: int) -> Select[Any]:
    """Submissions of some transactions (`infno_0` and on) made in a span of time, oldest first."""
    wanted = or_(*(submissions.c.infno == bindparam(f"infno_{number}") for number in range(count)))
    return (
        select(submissions)
        .where(submissions.c.created_at >= bindparam("since"), submissions.c.created_at < bindparam("until"), wanted)
        .order_by(submissions.c.created_at, submissions.c.id)
    )


class Cabinet:
    """The verbs of the journal about papers, items and nonces."""

    def __init__(self, driver: Driver, row_maker: Rows) -> None:
        self._driver = driver
        self._rows = row_maker

    def oldest_open(self) -> datetime | None:
        row = self._driver.one(OLDEST_OPEN)
        return None if row is None else row["created_at"]

    def use_nonce(self, caller: str, nonce: str, now: datetime, until: datetime) -> bool:
        stands = self._driver.one(NONCE, at_caller=caller, at_nonce=nonce)
        if stands is not None and stands["until"] > now:
            return False
        self._driver.execute(SWEEP, {"now": now})
        at = {"at_caller": caller, "at_nonce": nonce}
        again = statements.change(nonces, frozenset({"until"}), "caller", "nonce")
        if not self._driver.execute(again, {"until": until, **at}):
            self._driver.execute(ADD["nonces"], {"caller": caller, "nonce": nonce, "until": until})
        return True

    def put_paper(self, paper: Paper) -> bool:
        newest = self._driver.one(NEWEST, at_kind=paper.kind.value, at_name=paper.name)
        if paper.version != (0 if newest is None else newest["version"]) + 1:
            return False
        self._driver.execute(ADD["papers"], self._rows.of(records.checked(paper)))
        return True

    def paper(self, kind: PaperKind, name: str, version: int | None) -> Paper | None:
        wanted = NEWEST if version is None else VERSION
        row = self._driver.one(wanted, at_kind=kind.value, at_name=name, at_version=version)
        return None if row is None else self._rows.paper(row)

    def papers(self, kind: PaperKind, first: str, last: str) -> tuple[Paper, ...]:
        found = self._driver.all(PAPERS, at_kind=kind.value, first=first, last=last)
        return tuple(self._rows.paper(row) for row in found)

    def put_item(self, item: Item) -> bool:
        row = records.filed(self._by_cause(item.cause), item)
        if row is None:
            return False
        values = self._rows.of(row)
        if row.version == 0:
            self._driver.execute(ADD["items"], values)
            return True
        mine = statements.change(schema.items, frozenset(values), "id", "version")
        return self._driver.execute(mine, values | {"at_id": item.id, "at_version": item.version}) == 1

    def item(self, item_id: str) -> Item | None:
        row = self._driver.one(ITEM, at_id=item_id)
        return None if row is None else self._rows.item(row)

    def item_of(self, cause: str) -> Item | None:
        return self._by_cause(cause)

    def items(self, is_open: bool | None, limit: int, cursor: str | None) -> ItemPage:
        at: dict[str, object] = {"most": limit + 1}
        if cursor is not None:
            last = self.item(cursor)
            if last is None:
                raise ValueError("no page goes on from this cursor")
            at |= {"last_at": last.due_at, "last_id": last.id}
        rows = self._driver.all(_items(is_open=is_open, cursor=cursor is not None), **at)
        page = tuple(self._rows.item(row) for row in rows[:limit])
        return ItemPage(page, page[-1].id if page and len(rows) > limit else None)

    def made(self, infnos: tuple[str, ...], since: datetime, until: datetime) -> tuple[Submission, ...]:
        at: dict[str, object] = {f"infno_{number}": infno for number, infno in enumerate(infnos)}
        rows = self._driver.all(_made(len(infnos)), since=since, until=until, **at)
        return tuple(self._rows.submission(row) for row in rows)

    def _by_cause(self, cause: str) -> Item | None:
        row = self._driver.one(ITEM_OF, at_cause=cause)
        return None if row is None else self._rows.item(row)
