"""Logs of allow-listed fields only, into the standard logger `yidi_sdk`, silent until an application listens.

What is not on the list is dropped, so that no name or number of a person can slip in with an event; a new field is a
decision made here.
"""

import logging
from collections.abc import MutableMapping
from functools import cache
from typing import Any

ALLOWED = frozenset(
    {"event", "level", "timestamp", "infno", "msgid", "effect", "outcome", "milliseconds", "attempt", "key"}
)
_listener = logging.getLogger("yidi_sdk")
_listener.addHandler(logging.NullHandler())


def allow_listed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: keep allow-listed fields with plain values, drop the rest."""
    return {
        name: value
        for name, value in event.items()
        if name in ALLOWED and (value is None or isinstance(value, (str, int, float)))
    }


def tell(event: str, **fields: Any) -> None:
    """Log one event at level INFO. Costs nothing while nobody listens."""
    if _listener.isEnabledFor(logging.INFO):
        _bound().info(event, **fields)


@cache
def _bound() -> Any:
    import structlog  # noqa: PLC0415 - heavy, and only those who listen need it

    return structlog.wrap_logger(
        _listener,
        processors=[allow_listed, structlog.processors.KeyValueRenderer(key_order=["event"])],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
