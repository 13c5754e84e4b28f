"""The records of the memory: requests, submissions, attempts, visits. Frozen; money is integer fen; times are aware."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from yidi_gateway.lifecycle import Event, State


@dataclass(frozen=True, slots=True)
class Fen:
    """The amounts of one settlement in whole fen. None: not known yet. Negative on a refund."""

    total: int | None = None
    fund: int | None = None
    account: int | None = None
    cash: int | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """What a HIS asked the gateway to get done: one money or registration transaction, with a life of its own."""

    id: str
    caller: str
    key: str
    """The caller's Idempotency-Key and the part it covers; unique per caller while not released."""
    infno: str
    created_at: datetime
    state: State = State.NEW
    version: int = 0
    """Grows with every move: compare-and-set acts on (id, state, version)."""
    visit_id: str | None = None
    basket_id: str | None = None
    busy_on: str | None = None
    """What may be busy only once: e.g. `VISIT/BASKET/settle`; unique among live states. None: nothing is guarded."""
    psn_no: str = ""
    mdtrt_id: str = ""
    insured_division: str = ""
    operator: str = ""
    """JSON of id, name, kind."""
    input: bytes = b""
    """The message's `input` as JSON, made once. Encrypted at rest."""
    expected_fen: int | None = None
    """The total the HIS agreed to; a found record with another total is not adopted."""
    msgid: str | None = None
    sent_at: datetime | None = None
    deadline: datetime | None = None
    fenced: bool = False
    given_up: bool = False
    released: bool = False
    """Proven not sent or held back by downtime: the key may be used again."""
    asked: int = 0
    """Queries or reversals made since the state began."""
    due_at: datetime | None = None
    """When the background work looks at it again."""
    setl_id: str | None = None
    fen: Fen = field(default_factory=Fen)
    outcome: bytes | None = None
    """The platform's `output` as JSON, exactly as returned. Encrypted at rest."""
    reason: dict[str, Any] | None = None
    """Why it ended as it did: code, cause, key, raw; no personal data."""
    refund_of: str | None = None
    incident: str = ""
    state_since: datetime | None = None
    told_at: datetime | None = None
    acknowledged_at: datetime | None = None
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the lifecycle: from (state, version) by an event to another state, with the fields that change.

    `changes` holds field names of `Submission`; `detail` goes into the audit row and carries no personal data.
    """

    submission_id: str
    state: State
    version: int
    event: Event
    at: datetime
    changes: dict[str, Any] = field(default_factory=dict[str, Any])
    detail: dict[str, Any] = field(default_factory=dict[str, Any])


class Purpose(StrEnum):
    """Why an envelope was sent."""

    ACT = "act"
    QUERY = "query"
    REVERSE = "reverse"
    READ = "read"
    UPLOAD = "upload"
    TRIAL = "trial"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One envelope on the wire: one msgid, the very bytes, and what came of it."""

    msgid: str
    infno: str
    purpose: Purpose
    at: datetime
    body: bytes
    """Exactly the bytes that are sent. Encrypted at rest."""
    submission_id: str | None = None
    visit_id: str | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    """ok, refused, unknown, not_sent; None while open."""
    http_status: int | None = None
    answer: bytes | None = None
    """The answer's bytes as received. Encrypted at rest."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the append-only chain."""

    number: int
    at: datetime
    subject: str
    event: str
    before: str
    after: str
    detail: dict[str, Any]
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a HIS under an Idempotency-Key. `answer` is the final answer's bytes, None while not final."""

    caller: str
    key: str
    body_hash: str
    route: str
    at: datetime
    subject: str
    """The visit, settlement or submission the call is about; made with the request."""
    status: int | None = None
    answer: bytes | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """An outpatient visit and its baskets as one document (JSON). Encrypted at rest."""

    id: str
    caller: str
    created_at: datetime
    document: bytes
    version: int = 0
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Window:
    """A downtime window. `ends` None: the end is not known. `scope` is `platform` or an insured division."""

    id: str
    begins: datetime
    ends: datetime | None
    text: str
    scope: str = "platform"
    announced: bool = True
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """An upload that came in a downtime and waits for its turn. `submission_id`: what it became; None while it waits.

    Uploads of one `subject` (a stay, a visit, a person) go out one after the other, in the order they came."""

    id: str
    caller: str
    key: str
    infno: str
    at: datetime
    subject: str
    insured_division: str
    operator: str
    """JSON of id, name, kind. Encrypted at rest."""
    input: bytes
    """The message's `input` as JSON. Encrypted at rest."""
    submission_id: str | None = None


@dataclass(frozen=True, slots=True)
class SignedSession:
    """A sign-in at the platform, one per institution and operator."""

    institution: str
    operator: str
    sign_no: str
    since: datetime
    until: datetime
