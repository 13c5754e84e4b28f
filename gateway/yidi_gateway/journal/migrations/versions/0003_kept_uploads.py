"""Uploads that wait for the end of a downtime; old rows are found by their age. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept",
        sa.Column("id", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("caller", "key", "infno", "subject")),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("insured_division", sa.String, nullable=False),
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("operator", "input")),
        sa.Column("submission_id", sa.String),
    )
    op.create_index("kept_once", "kept", ["caller", "key"], unique=True)
    op.create_index("kept_waiting", "kept", ["submission_id", "at", "id"])
    op.create_index("attempts_old", "attempts", ["purpose", "at"])
    op.create_index("requests_old", "requests", ["at"])
