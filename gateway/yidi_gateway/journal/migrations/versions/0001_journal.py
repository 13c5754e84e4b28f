"""The journal as it began. Frozen: what changes later is a revision of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LIVE = "state IN ('new', 'sending', 'unknown', 'confirmed', 'reversing', 'manual')"
APPEND_ONLY = ("events",)


def upgrade() -> None:
    _requests_and_submissions()
    _attempts_and_events()
    _the_rest()
    if op.get_context().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )


def _requests_and_submissions() -> None:
    op.create_table(
        "requests",
        sa.Column("caller", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("body_hash", sa.String, nullable=False),
        sa.Column("route", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("answer", sa.LargeBinary),
    )
    texts = ("visit_id", "basket_id", "busy_on", "msgid", "setl_id", "refund_of")
    numbers = ("expected_fen", "total_fen", "fund_fen", "account_fen", "cash_fen")
    times = ("sent_at", "deadline", "due_at", "state_since", "told_at", "acknowledged_at", "lease_until")
    op.create_table(
        "submissions",
        sa.Column("id", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("caller", "key", "infno", "state")),
        *(sa.Column(name, sa.String, nullable=False) for name in ("mdtrt_id", "insured_division", "incident")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("created_at", "version", "asked")),
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("psn_no", "psn_index", "operator", "input")),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("fenced", "given_up", "released")),
        *(sa.Column(name, sa.String) for name in texts),
        *(sa.Column(name, sa.BigInteger) for name in (*numbers, *times)),
        sa.Column("outcome", sa.LargeBinary),
        sa.Column("reason", sa.Text),
    )
    unreleased, live = sa.text("NOT released"), sa.text(LIVE)
    op.create_index(
        "one_per_key",
        "submissions",
        ["caller", "key"],
        unique=True,
        sqlite_where=unreleased,
        postgresql_where=unreleased,
    )
    op.create_index("one_live_on", "submissions", ["busy_on"], unique=True, sqlite_where=live, postgresql_where=live)
    op.create_index("submissions_newest", "submissions", ["created_at", "id"])
    op.create_index("submissions_due", "submissions", ["due_at"])
    op.create_index("submissions_state", "submissions", ["state"])
    op.create_index("submissions_visit", "submissions", ["visit_id"])
    op.create_index("submissions_setl", "submissions", ["setl_id"])
    op.create_index("submissions_msgid", "submissions", ["msgid"])
    op.create_index("submissions_psn", "submissions", ["psn_index"])


def _attempts_and_events() -> None:
    op.create_table(
        "attempts",
        sa.Column("msgid", sa.String, primary_key=True),
        sa.Column("infno", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("submission_id", sa.String),
        sa.Column("visit_id", sa.String),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("outcome", sa.String),
        sa.Column("http_status", sa.Integer),
        sa.Column("answer", sa.LargeBinary),
        sa.Column("note", sa.String, nullable=False),
    )
    op.create_index("attempts_submission", "attempts", ["submission_id"])
    op.create_index("attempts_visit", "attempts", ["visit_id"])
    op.create_table(
        "events",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("subject", "event", "before", "after")),
        sa.Column("detail", sa.Text, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("previous_hash", "hash")),
    )
    op.create_index("events_subject", "events", ["subject"])
    op.create_table(
        "heads",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("seal", sa.LargeBinary, nullable=False),
    )


def _the_rest() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("caller", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("next_free", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "windows",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("begins", sa.BigInteger, nullable=False),
        sa.Column("ends", sa.BigInteger),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("announced", sa.Boolean, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
    )
    op.create_table(
        "sessions",
        sa.Column("institution", sa.String, primary_key=True),
        sa.Column("operator", sa.String, primary_key=True),
        sa.Column("sign_no", sa.LargeBinary, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
