"""The journal: truth of the gateway. A handful of verbs, by intention; every verb that writes is durable on return.

A verb that moves a submission takes a `Move` and acts only if the row still is in that state and version
(compare-and-set); it returns the row after the move, or None when somebody else moved it first. The audit row stands
in the same transaction, chained by hash. Adapters: `memory` (tests, simulation) and `sql` (SQLite, PostgreSQL); both
pass the same contract suite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from yidi_gateway.figures import Spread
from yidi_gateway.lifecycle import State
from yidi_gateway.papers import Item, Paper, PaperKind
from yidi_gateway.submission import Attempt, AuditRow, Kept, Move, Request, SignedSession, Submission, Visit, Window

SEALED_TABLES = ("submissions", "attempts", "requests", "visits", "sessions", "kept", "papers", "items")
"""The tables with sealed columns."""


class JournalDown(RuntimeError):
    """The journal cannot keep anything now. Nothing may be sent."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Answer of `open_request`: `request` is the row that stands now; `fresh` says that this call made it;
    `reused` that the key exists with another body."""

    request: Request
    fresh: bool
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Admitted:
    """Answer of `admit`: the submission that stands now. `fresh`: this call made it. Not fresh and same key: the same
    one again. `busy`: another key holds what this one needs; `submission` is that other one."""

    submission: Submission
    fresh: bool
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """Filters of a page; None means any. Newest first; `cursor` is the `next` of the page before."""

    caller: str | None = None
    key: str | None = None
    states: frozenset[State] | None = None
    since: datetime | None = None
    visit_id: str | None = None
    setl_id: str | None = None
    msgid: str | None = None
    mdtrt_id: str | None = None
    infno: str | None = None
    acknowledged: bool | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    items: tuple[Submission, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A page of ledger items, the one that is due first at its head; `next` is the cursor of the page after."""

    items: tuple[Item, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """What came of an attempt."""

    msgid: str
    at: datetime
    outcome: str
    http_status: int | None = None
    answer: bytes | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChainCheck:
    rows: int
    broken_at: int | None = None


class Journal(Protocol):
    """The port. All times come from the caller (clock port), all ids too; the journal makes neither."""

    async def open_request(self, request: Request) -> Opened:
        """Keep a HIS call under its key, or find the one that is there."""
        ...

    async def answer_request(self, caller: str, key: str, status: int, answer: bytes) -> bytes:
        """Keep the final answer; the first one kept wins and is returned."""
        ...

    async def release_request(self, caller: str, key: str) -> None:
        """Forget a request that did nothing: the key is free again."""
        ...

    async def admit(self, submission: Submission) -> Admitted:
        """Insert in state NEW unless the key is there (unreleased) or `busy_on` is held by a live one."""
        ...

    async def get(self, submission_id: str) -> Submission | None: ...

    async def search(self, search: Search) -> Page: ...

    async def move(self, move: Move) -> Submission | None:
        """One line of the lifecycle with its audit row."""
        ...

    async def start(self, attempt: Attempt, move: Move | None = None) -> Submission | None:
        """Keep the bytes before they leave, and the move that goes with it. With a move that lost its compare-and-set
        nothing is kept and None comes back; without a move, None always. A msgid used before raises JournalDown."""
        ...

    async def finish(self, finish: Finish, move: Move | None = None) -> Submission | None:
        """Keep what came of an attempt, and the move that follows from it. The attempt's result is kept even when the
        move lost (a late answer is evidence)."""
        ...

    async def attempt(self, msgid: str) -> Attempt | None:
        """The envelope of a msgid, ours or one that a HIS chose."""
        ...

    async def attempts(self, submission_id: str | None = None, visit_id: str | None = None) -> tuple[Attempt, ...]: ...

    async def audit(self, subject: str) -> tuple[AuditRow, ...]: ...

    async def note(self, at: datetime, subject: str, event: str, detail: dict[str, str]) -> None:
        """An audit row of its own (a window, a decision, a setting)."""
        ...

    async def claim_due(self, now: datetime, lease_until: datetime, limit: int) -> tuple[Submission, ...]:
        """Take open submissions whose `due_at` has come and whose lease is over; oldest money first."""
        ...

    async def interrupted(self) -> tuple[Submission, ...]:
        """All in NEW or SENDING: what a start finds."""
        ...

    async def keep(self, kept: Kept) -> Kept:
        """Keep an upload that has to wait, or find the one that stands under its key."""
        ...

    async def kept(self, caller: str, key: str) -> Kept | None: ...

    async def waiting(self, limit: int) -> tuple[Kept, ...]:
        """What waits, in the order it came."""
        ...

    async def count_waiting(self) -> int: ...

    async def hand_over(self, kept_id: str, submission_id: str) -> None:
        """It waits no longer: this submission is what it became."""
        ...

    async def put_visit(self, visit: Visit) -> bool:
        """Insert (version 0) or replace the document of version `visit.version`; False when it moved on meanwhile.
        The stored version is one higher after a replacement."""
        ...

    async def get_visit(self, visit_id: str) -> Visit | None: ...

    async def reserve(self, name: str, at_least: int, count: int) -> int:
        """First of `count` numbers that no one got before and that are >= `at_least`; durable, also after a crash."""
        ...

    async def put_window(self, window: Window) -> None: ...

    async def windows(self) -> Sequence[Window]:
        """All windows that are not closed."""
        ...

    async def put_session(self, session: SignedSession) -> None: ...

    async def get_session(self, institution: str, operator: str) -> SignedSession | None: ...

    async def use_nonce(self, caller: str, nonce: str, now: datetime, until: datetime) -> bool:
        """Keep a nonce until then; False when it is kept already and its time is not over. Old ones are forgotten, a
        few with each call."""
        ...

    async def count(self) -> dict[State, int]: ...

    async def oldest_open(self) -> datetime | None:
        """When the oldest submission was made whose outcome is not known yet."""
        ...

    @property
    def commits(self) -> Spread:
        """How long transactions took to be durable, in this process."""
        ...

    async def expire(self, name: str, before: datetime, limit: int) -> int:
        """Forget at most `limit` finished rows of a class of `retention` that are older; how many went."""
        ...

    async def reseal(self, table: str, after: tuple[str, ...], limit: int) -> tuple[int, tuple[str, ...] | None]:
        """Seal with the newest key what an older one sealed, in at most `limit` rows after this one; how many changed,
        and where to go on; None at the end."""
        ...

    async def made(self, infnos: tuple[str, ...], since: datetime, until: datetime) -> tuple[Submission, ...]:
        """All submissions of these transactions made at or after `since` and before `until`, oldest first."""
        ...

    async def put_paper(self, paper: Paper) -> bool:
        """Keep the next version of a paper; False when its version is not the next one."""
        ...

    async def paper(self, kind: PaperKind, name: str, version: int | None = None) -> Paper | None:
        """A version of a paper, the newest by default."""
        ...

    async def papers(self, kind: PaperKind, first: str, last: str) -> tuple[Paper, ...]:
        """The newest version of each paper whose name lies between two, both included, by name."""
        ...

    async def put_item(self, item: Item) -> bool:
        """Insert (version 0) or replace the item of version `item.version`; False when the cause has an item already,
        or it moved on meanwhile. The stored version is one higher after a replacement."""
        ...

    async def item(self, item_id: str) -> Item | None: ...

    async def item_of(self, cause: str) -> Item | None: ...

    async def items(self, *, is_open: bool | None = None, limit: int = 50, cursor: str | None = None) -> ItemPage:
        """A page of ledger items. ValueError for a cursor that is none."""
        ...

    async def verify(self) -> ChainCheck:
        """Walk the audit chain."""
        ...

    async def close(self) -> None: ...
