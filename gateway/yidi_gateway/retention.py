"""What the journal forgets, and when; pure. What is not in the table is kept.

Sources: 网络安全法 21 (logs six months at least), 个人信息保护法 19 (no longer than needed), contract 4 (a key is good
for 400 days), 规程 (promise forms two years and more: they stand in visits, which are kept).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

BATCH = 500
"""Rows deleted in one transaction: others get their turn in between."""


@dataclass(frozen=True, slots=True)
class Class:
    """Rows of one kind and how long they are kept. `purposes`: of attempts, which ones."""

    name: str
    table: str
    days: int
    why: str
    purposes: tuple[str, ...] = ()


CLASSES = (
    Class(
        "reads",
        "attempts",
        190,
        "what was asked and answered; six months of logs",
        ("read", "trial", "query", "session"),
    ),
    Class("uploads", "attempts", 400, "as long as the key under which they came", ("upload",)),
    Class("keys", "requests", 400, "an Idempotency-Key is good for so long"),
    Class("kept", "kept", 400, "uploads that waited and were handed over"),
)
"""Submissions, attempts that moved money or reversed, visits, stays and audit rows are never deleted by the gateway."""


def before(row: Class, now: datetime) -> datetime:
    """Rows older than this go."""
    return now - timedelta(days=row.days)
