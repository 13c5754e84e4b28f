"""What a log line may hold: named fields, and in them no number of a person; pure.

The allow list is the net that counts. The patterns behind it are a second one, for a text that slipped through.
"""

import re
from collections.abc import Mapping
from typing import Any

ALLOWED: frozenset[str] = frozenset(
    {
        "address",
        "attempts",
        "caller",
        "code",
        "count",
        "due",
        "duration_ms",
        "effect",
        "event",
        "host",
        "http",
        "incident",
        "infno",
        "kind",
        "level",
        "link",
        "logger",
        "method",
        "msgid",
        "number",
        "outcome",
        "port",
        "profile",
        "reason",
        "route",
        "scope",
        "seconds",
        "state",
        "status",
        "submission",
        "timestamp",
        "version",
        "visit",
        "window",
    }
)
"""Fields that a log line may have; every other one is left out."""

KEPT = 200
"""Characters of a text that are kept."""
_ID_NUMBER = re.compile(r"(?<![0-9])([1-9][0-9]{2})[0-9]{11}([0-9]{3}[0-9Xx])(?![0-9])")
_OLD_ID_NUMBER = re.compile(r"(?<![0-9])([1-9][0-9]{2})[0-9]{8}([0-9]{4})(?![0-9])")
_PHONE = re.compile(r"(?<![0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def redacted(text: str) -> str:
    """The text on one line, with identity and telephone numbers masked: `510***********1234`."""
    clean = _CONTROL.sub(" ", text)[:KEPT]
    for pattern in (_ID_NUMBER, _OLD_ID_NUMBER, _PHONE):
        clean = pattern.sub(r"\1***********\2", clean)
    return clean


def allow_listed(event: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that may be logged, texts redacted; a value that is no plain one is named by its type."""
    return {name: _plain(value) for name, value in event.items() if name in ALLOWED}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return redacted(value)
    return type(value).__name__
