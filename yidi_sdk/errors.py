"""What can go wrong, sorted by what the caller may do next.

YidiError
├── Misused            our caller's mistake; nothing was sent
├── NotSent            proven: not one byte was written; the same call may be made again
├── Refused            the platform said no; put right what it names, then ask anew
└── Unknown            it may have happened: recover first (query, reverse), never send it again
    ├── TimedOut       sent, and no answer in time or the connection broke
    └── Garbled        an answer came that cannot be believed
"""

from dataclasses import dataclass


class YidiError(Exception):
    """Base of all errors of this package. `infno` and `msgid` name the message; both are "" before one was made."""

    def __init__(self, message: str, *, infno: str = "", msgid: str = "") -> None:
        super().__init__(message)
        self.infno = infno
        self.msgid = msgid


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that is wrong: its path in wire names, and one sentence."""

    path: str
    message: str


class Misused(YidiError):
    """The call itself is wrong. `fields` names every field that is. Nothing was sent."""

    def __init__(
        self, message: str, *, fields: tuple[FieldProblem, ...] = (), infno: str = "", msgid: str = ""
    ) -> None:
        super().__init__(message, infno=infno, msgid=msgid)
        self.fields = fields


class NotSent(YidiError):
    """Proven not sent: name not resolved, connection refused, TLS failed, or the outbox refused to keep the bytes."""


class Refused(YidiError):
    """The platform refused. `err_msg` is its own text, whole; `code` is the reason code it means (`PLATFORM_REFUSED`
    when the error catalogue knows no better); `key` names the catalogue's row, None when no row matches."""

    def __init__(
        self, message: str, *, err_msg: str, code: str, key: str | None, infno: str = "", msgid: str = ""
    ) -> None:
        super().__init__(message, infno=infno, msgid=msgid)
        self.err_msg = err_msg
        self.code = code
        self.key = key


class Unknown(YidiError):
    """The outcome is not known. The message must not be sent again. `err_msg` is the platform's text if there was one,
    `key` the error catalogue's row for it."""

    def __init__(
        self, message: str, *, err_msg: str = "", key: str | None = None, infno: str = "", msgid: str = ""
    ) -> None:
        super().__init__(message, infno=infno, msgid=msgid)
        self.err_msg = err_msg
        self.key = key


class TimedOut(Unknown):
    """Sent, but no answer within the limit, or the connection broke after the first byte."""


class Garbled(Unknown):
    """An answer came that is not one: not JSON, cut, HTTP 5xx, somebody else's, or success without its node."""
