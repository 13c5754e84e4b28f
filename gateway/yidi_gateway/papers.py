"""What the insurance office keeps: papers in versions, and the items of the problem ledger. Frozen; times are aware."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PaperKind(StrEnum):
    """What a paper is. Its `name` says which one of them."""

    DAY = "day"
    """The result of a day end; named by its day."""
    FILE = "file"
    """A file that could not be used, as it came; named by day, clearing type, place and content."""
    HIS_TOTALS = "his_totals"
    """What the HIS says of its day; named by its day."""
    PAYMENTS = "payments"
    """What bank or till was paid; named by day and file."""
    CLEARING = "clearing"
    """Where a settlement is in clearing; named by its number."""
    CONFIRMATION = "confirmation"
    """A month's rows confirmed to the platform; named by month."""
    RUN = "run"
    """A job of the timetable that was begun; named by job and day."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of a paper; versions count from 1 and older ones stay. Encrypted at rest: it may name persons."""

    kind: PaperKind
    name: str
    version: int
    at: datetime
    document: bytes
    """JSON, or the bytes of a file."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that has to be looked into until it is explained. `cause` is what it is about, and opens it once.

    `problem_class`: filing (2 working days), system (1), other (10). `severity` 1 is the worst. `document` is JSON:
    owner, subject, texts, history; encrypted at rest."""

    id: str
    cause: str
    kind: str
    problem_class: str
    severity: int
    opened_at: datetime
    due_at: datetime
    alarm_at: datetime
    document: bytes
    closed_at: datetime | None = None
    version: int = 0
