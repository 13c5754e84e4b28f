"""Records with sensible fields, and a journal that can be opened anew."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from yidi_gateway.clock import BEIJING
from yidi_gateway.journal import Journal, open_journal
from yidi_gateway.lifecycle import Event, State
from yidi_gateway.submission import Attempt, Move, Purpose, Request, Submission, Visit, Window

NOON = datetime(2026, 11, 24, 12, 0, 0, 123457, tzinfo=BEIJING)
EVENTS = {
    State.SENDING: [Event.ALLOTTED],
    State.ABSENT: [Event.ABANDONED],
    State.UNKNOWN: [Event.ALLOTTED, Event.NO_ANSWER],
    State.CONFIRMED: [Event.ALLOTTED, Event.ACCEPTED],
    State.REJECTED: [Event.ALLOTTED, Event.REFUSED],
    State.MANUAL: [Event.ALLOTTED, Event.ACCEPTED_IN_DOUBT],
    State.REVERSING: [Event.ALLOTTED, Event.NO_ANSWER, Event.NOT_FOUND],
    State.REVERSED: [Event.ALLOTTED, Event.NO_ANSWER, Event.NOT_FOUND, Event.REVERSED_LATE],
}
"""How a new submission gets there."""


@dataclass
class Store:
    url: str
    journal: Journal

    @classmethod
    async def open(cls, url: str) -> "Store":
        return cls(url, await open_journal(url))

    async def reopen(self) -> Journal:
        """Close and open; memory, which keeps nothing, goes on."""
        if self.url != "memory://":
            await self.journal.close()
            self.journal = await open_journal(self.url)
        return self.journal

    @property
    def path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    def sql(self, *statements: str) -> list[tuple]:
        """Run statements past the journal, as somebody with the file would; the rows of the last one."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return [connection.execute(statement).fetchall() for statement in statements][-1]

    def tamper(self, *statements: str) -> None:
        """Change audit rows after taking their guard away."""
        self.sql("DROP TRIGGER events_no_update", "DROP TRIGGER events_no_delete", *statements)


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)


def submission(name="s1", **fields) -> Submission:
    base = {"caller": "his", "key": f"key-{name}", "infno": "2207", "created_at": NOON}
    return Submission(id=name, **{**base, **fields})


def attempt(msgid="m1", **fields) -> Attempt:
    base = {"infno": "2207", "purpose": Purpose.ACT, "at": NOON, "body": b'{"infno":"2207"}', "submission_id": "s1"}
    return Attempt(msgid=msgid, **{**base, **fields})


def request(key="k1", **fields) -> Request:
    base = {"caller": "his", "body_hash": "h1", "route": "/v1/visits", "at": NOON, "subject": "v1"}
    return Request(key=key, **{**base, **fields})


def visit(name="v1", **fields) -> Visit:
    return Visit(**{"id": name, "caller": "his", "created_at": NOON, "document": b'{"baskets":[]}', **fields})


def window(name="w1", **fields) -> Window:
    return Window(**{"id": name, "begins": NOON, "ends": after(hours=2), "text": "系统升级", **fields})


def move(row: Submission, event: Event, detail: dict | None = None, **changes) -> Move:
    """The next line of a row."""
    return Move(row.id, row.state, row.version, event, NOON, changes, detail or {})


async def standing(journal: Journal, state: State, name="s1", changes: dict | None = None, **fields) -> Submission:
    """A submission that went to `state` the lawful way; `changes` come with the last move."""
    row = (await journal.admit(submission(name, **fields))).submission
    events = EVENTS.get(state, [])
    for number, event in enumerate(events, 1):
        row = await journal.move(move(row, event, **(changes or {} if number == len(events) else {})))
    assert row.state is state
    return row
