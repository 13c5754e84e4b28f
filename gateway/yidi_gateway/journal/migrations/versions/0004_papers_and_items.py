"""Papers of the insurance office in versions, and the items of the problem ledger. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "papers",
        *(sa.Column(name, sa.String, primary_key=True) for name in ("kind", "name")),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("cause", "kind", "problem_class")),
        sa.Column("severity", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("opened_at", "due_at", "alarm_at")),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_index("items_cause", "items", ["cause"], unique=True)
    op.create_index("items_due", "items", ["due_at", "id"])
