"""Submissions are found by the platform's visit number. Frozen."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("submissions_mdtrt", "submissions", ["mdtrt_id"])
