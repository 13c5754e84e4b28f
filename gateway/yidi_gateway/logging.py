"""The log: one JSON object a line on stderr; named fields only, and those without numbers of persons.

Libraries that log by the standard module are heard by the template of their message and the type of their error; what
they put into the template may hold anything and is left out.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from yidi_gateway.access.redaction import allow_listed
from yidi_gateway.clock import Clock

Event = MutableMapping[str, Any]


class _Library(logging.Handler):
    """Hands a library's record to our own log."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        template = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        log = structlog.get_logger()
        tell = log.error if record.levelno >= logging.ERROR else log.warning
        if record.levelno < logging.WARNING:
            tell = log.info
        tell(template.split("\n", 1)[0], logger=record.name, kind=kind)


def configure(level: str, clock: Clock, stream: TextIO | None = None) -> None:
    """Set the log up for this process. `stream` is stderr when left out."""

    def stamped(_log: Any, _method: str, event: Event) -> Event:
        event["timestamp"] = clock.now().isoformat(timespec="milliseconds")
        return event

    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            stamped,
            only_named,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Library()]
    root.setLevel(logging.INFO if level == "debug" else logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        library = logging.getLogger(name)
        library.handlers, library.propagate, library.disabled = [], True, False
        library.setLevel(logging.NOTSET)


def only_named(_log: Any, _method: str, event: Event) -> Event:
    """Leave out every field that is not on the allow list, an error's text above all."""
    kept = allow_listed(event)
    error = event.get("exc_info")
    if isinstance(error, BaseException):
        kept.setdefault("kind", type(error).__name__)
    return kept
