"""The tables of the journal, the same on SQLite and PostgreSQL. Invariants are indexes.

Money is whole fen, a time is microseconds since 1970 UTC, a sealed column holds bytes. Append-only tables have triggers
that abort a change; the migrations make those.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

from yidi_gateway.access.chain import microseconds
from yidi_gateway.clock import BEIJING
from yidi_gateway.lifecycle import LIVE, State
from yidi_gateway.submission import Purpose

EPOCH = datetime(1970, 1, 1, 8, tzinfo=BEIJING)


class Moment(TypeDecorator[datetime]):
    """An aware time, exact to the microsecond; it comes back in Beijing time."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Json(TypeDecorator[dict[str, Any]]):
    """A dictionary as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(value, ensure_ascii=False, allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:  # noqa: ARG002
        return None if value is None else json.loads(value)


class Word(TypeDecorator[Any]):
    """A member of a text enum, as its value."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[State] | type[Purpose]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: State | Purpose | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else value.value

    def process_result_value(self, value: str | None, dialect: Dialect) -> State | Purpose | None:  # noqa: ARG002
        return None if value is None else self.words(value)


HELD = "NOT released"
"""Whose key is not free. A partial index serves only queries with its very words, so both take them from here."""
LIVING = f"state IN ({', '.join(repr(state.value) for state in State if state in LIVE)})"
"""What keeps a basket from being settled twice."""


metadata = MetaData()

requests = Table(
    "requests",
    metadata,
    Column("caller", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("body_hash", String, nullable=False),
    Column("route", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("subject", String, nullable=False),
    Column("status", Integer),
    Column("answer", LargeBinary),  # sealed
    Index("requests_old", "at"),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", String, primary_key=True),
    Column("caller", String, nullable=False),
    Column("key", String, nullable=False),
    Column("infno", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", Word(State), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("visit_id", String),
    Column("basket_id", String),
    Column("busy_on", String),
    Column("psn_no", LargeBinary, nullable=False),  # sealed
    Column("psn_index", LargeBinary, nullable=False),  # blind index of psn_no
    Column("mdtrt_id", String, nullable=False),
    Column("insured_division", String, nullable=False),
    Column("operator", LargeBinary, nullable=False),  # sealed
    Column("input", LargeBinary, nullable=False),  # sealed
    Column("expected_fen", BigInteger),
    Column("msgid", String),
    Column("sent_at", Moment),
    Column("deadline", Moment),
    Column("fenced", Boolean, nullable=False),
    Column("given_up", Boolean, nullable=False),
    Column("released", Boolean, nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("due_at", Moment),
    Column("setl_id", String),
    Column("total_fen", BigInteger),
    Column("fund_fen", BigInteger),
    Column("account_fen", BigInteger),
    Column("cash_fen", BigInteger),
    Column("outcome", LargeBinary),  # sealed
    Column("reason", Json),
    Column("refund_of", String),
    Column("incident", String, nullable=False),
    Column("state_since", Moment),
    Column("told_at", Moment),
    Column("acknowledged_at", Moment),
    Column("lease_until", Moment),
    Index(
        "one_per_key",
        "caller",
        "key",
        unique=True,
        sqlite_where=text(HELD),
        postgresql_where=text(HELD),
    ),
    Index(
        "one_live_on",
        "busy_on",
        unique=True,
        sqlite_where=text(LIVING),
        postgresql_where=text(LIVING),
    ),
    Index("submissions_newest", "created_at", "id"),
    Index("submissions_due", "due_at"),
    Index("submissions_state", "state"),
    Index("submissions_visit", "visit_id"),
    Index("submissions_setl", "setl_id"),
    Index("submissions_msgid", "msgid"),
    Index("submissions_mdtrt", "mdtrt_id"),
    Index("submissions_psn", "psn_index"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("msgid", String, primary_key=True),  # unique for ever
    Column("infno", String, nullable=False),
    Column("purpose", Word(Purpose), nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed
    Column("submission_id", String),
    Column("visit_id", String),
    Column("ended_at", Moment),
    Column("outcome", String),
    Column("http_status", Integer),
    Column("answer", LargeBinary),  # sealed
    Column("note", String, nullable=False),
    Index("attempts_submission", "submission_id"),
    Index("attempts_visit", "visit_id"),
    Index("attempts_old", "purpose", "at"),
)

events = Table(
    "events",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),  # read as it stands: verify must survive what was done to it
    Column("subject", String, nullable=False),
    Column("event", String, nullable=False),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous_hash", String, nullable=False),
    Column("hash", String, nullable=False),
    Index("events_subject", "subject"),
)

heads = Table(
    "heads",
    metadata,
    Column("name", String, primary_key=True),
    Column("seal", LargeBinary, nullable=False),  # sealed: number and hash of the newest audit row
)

visits = Table(
    "visits",
    metadata,
    Column("id", String, primary_key=True),
    Column("caller", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("document", LargeBinary, nullable=False),  # sealed
    Column("version", BigInteger, nullable=False),
    Column("state", String, nullable=False),
)

kept = Table(
    "kept",
    metadata,
    Column("id", String, primary_key=True),
    Column("caller", String, nullable=False),
    Column("key", String, nullable=False),
    Column("infno", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("subject", String, nullable=False),
    Column("insured_division", String, nullable=False),
    Column("operator", LargeBinary, nullable=False),  # sealed
    Column("input", LargeBinary, nullable=False),  # sealed
    Column("submission_id", String),
    Index("kept_once", "caller", "key", unique=True),
    Index("kept_waiting", "submission_id", "at", "id"),
)

papers = Table(
    "papers",
    metadata,
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("document", LargeBinary, nullable=False),  # sealed
)

items = Table(
    "items",
    metadata,
    Column("id", String, primary_key=True),
    Column("cause", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("problem_class", String, nullable=False),
    Column("severity", BigInteger, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("alarm_at", Moment, nullable=False),
    Column("document", LargeBinary, nullable=False),  # sealed
    Column("closed_at", Moment),
    Column("version", BigInteger, nullable=False),
    Index("items_cause", "cause", unique=True),
    Index("items_due", "due_at", "id"),
)

nonces = Table(
    "nonces",
    metadata,
    Column("caller", String, primary_key=True),
    Column("nonce", String, primary_key=True),
    Column("until", Moment, nullable=False),
    Index("nonces_until", "until"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("next_free", BigInteger, nullable=False),
)

windows = Table(
    "windows",
    metadata,
    Column("id", String, primary_key=True),
    Column("begins", Moment, nullable=False),
    Column("ends", Moment),
    Column("text", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("announced", Boolean, nullable=False),
    Column("closed_at", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("institution", String, primary_key=True),
    Column("operator", String, primary_key=True),
    Column("sign_no", LargeBinary, nullable=False),  # sealed
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)
