"""What a door hands over with each call, and what it gets back."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from yidi_sdk.rules.reasons import Language


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, under which key, how long the caller waits, in which language. `body_hash` is of the request's bytes.

    `incident` is the number under which this call is found again; an answer that stands under a submission carries the
    submission's own.
    """

    caller: str
    key: str | None = None
    patience_s: float = 25.0
    language: Language = "zh"
    body_hash: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body. `content` holds the very bytes where they have to be the same each time; a door sends them when
    they are there. From status 400 on the body is problem+json, with `headers`."""

    status: int
    body: dict[str, Any]
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])


def encode(body: dict[str, Any]) -> bytes:
    """The bytes of a body: compact UTF-8, members in their order."""
    return msgspec.json.encode(body)


def decode(content: bytes) -> dict[str, Any]:
    """The body of kept bytes."""
    return msgspec.json.decode(content, type=dict[str, Any])
