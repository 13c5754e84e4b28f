"""Nonces of signed calls, for all processes that share the journal. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nonces",
        *(sa.Column(name, sa.String, primary_key=True) for name in ("caller", "nonce")),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_index("nonces_until", "nonces", ["until"])
