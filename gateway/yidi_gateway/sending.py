"""One envelope: make the bytes once, journal them, send exactly them, journal what came of it.

The only place of the gateway that puts bytes on the wire. No transport retry, no redirect; a message waits too long
between journal and wire is not written.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from yidi_gateway import crash
from yidi_gateway.clock import Clock
from yidi_gateway.journal.port import Finish, Journal
from yidi_gateway.msgids import Msgids
from yidi_gateway.policy import Timing
from yidi_gateway.submission import Attempt, Purpose
from yidi_sdk.catalogue import Effect, Transaction, row_of
from yidi_sdk.errors import NotSent, Refused, Unknown, YidiError
from yidi_sdk.explain.errors import MAINTENANCE, row_named
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.message import Input, Output
from yidi_sdk.posters import AsyncPoster, Limits, Reply
from yidi_sdk.profile import Profile
from yidi_sdk.protocol import Request, decode, encode
from yidi_sdk.signing import HeaderSecret

log = structlog.get_logger("yidi.sending")
OutputT = TypeVar("OutputT", bound=Output)
KEPT_ANSWER = 2_000_000
"""Bytes of an answer that are kept; a longer one is not from this interface."""


@dataclass(frozen=True, slots=True)
class Platform:
    """Where messages go and as whom."""

    url: str
    profile: Profile
    institution: Institution
    secret: HeaderSecret | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message made into bytes, with what is needed to read its answer."""

    row: Transaction[Any]
    request: Request
    purpose: Purpose
    submission_id: str | None = None
    visit_id: str | None = None
    division: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of an envelope: the answer as it stood on the wire, and its output or the error that it means."""

    request: Request
    reply: Reply | None = None
    answer: Output | None = None
    error: YidiError | None = None

    def output(self) -> Output:
        """The output. Raises the error."""
        if self.error is not None:
            raise self.error
        if self.answer is None:
            raise TypeError("heard neither an output nor an error")
        return self.answer


class StaleSend(NotSent):
    """More than the allowed seconds passed between journal and wire (a stopped process): not written."""


class HeldBack(NotSent):
    """A downtime began after the message was made: not written."""


class Courier:
    """Makes, keeps, sends and reads envelopes. `heard` is told of every answer, failure and downtime text; `held` says
    of an envelope about to be written whether it must wait after all."""

    def __init__(
        self,
        platform: Platform,
        journal: Journal,
        poster: AsyncPoster,
        clock: Clock,
        timing: Timing,
        heard: Callable[[Envelope, YidiError | None], None],
        held: Callable[[Envelope], bool],
    ) -> None:
        self.platform = platform
        self.sends = 0
        self._journal = journal
        self._poster = poster
        self._clock = clock
        self._timing = timing
        self._heard = heard
        self._held = held
        self._keeping: set[asyncio.Future[Any]] = set()
        self._msgids = Msgids(journal, platform.profile, platform.institution.code, clock)

    async def make(
        self,
        message: Input[Any],
        *,
        operator: Operator,
        purpose: Purpose,
        insured_division: str = "",
        sign_no: str = "",
        submission_id: str | None = None,
        visit_id: str | None = None,
        msgid: str | None = None,
    ) -> Envelope:
        """The bytes, under a new msgid or the caller's own. Raises Misused when the message cannot be sent as it is."""
        request = encode(
            message,
            profile=self.platform.profile,
            url=self.platform.url,
            institution=self.platform.institution,
            operator=operator,
            msgid=msgid or await self._msgids.next(),
            now=self._clock.now(),
            insured_division=insured_division,
            sign_no=sign_no,
            nonce=secrets.token_hex(16),
            secret=self.platform.secret,
        )
        return Envelope(row_of(message), request, purpose, submission_id, visit_id, insured_division)

    def attempt(self, envelope: Envelope) -> Attempt:
        """The journal's row for an envelope."""
        return Attempt(
            msgid=envelope.request.msgid,
            infno=envelope.row.infno,
            purpose=envelope.purpose,
            at=self._clock.now(),
            body=envelope.request.body,
            submission_id=envelope.submission_id,
            visit_id=envelope.visit_id,
        )

    async def exchange(self, message_envelope: Envelope) -> Heard:
        """Journal, send, read, journal: for what is no submission of its own.

        Nothing rests on what a read or trial came to being durable, so nobody waits for that second row."""
        begun = self._clock.monotonic()
        await self._journal.start(self.attempt(message_envelope))
        reply: Reply | None = None
        try:
            reply = await self.post(message_envelope, begun)
            output = self.read(message_envelope, reply)
        except YidiError as error:
            await self._keep(message_envelope, self.finished(message_envelope, reply, error))
            return Heard(message_envelope.request, reply, error=error)
        await self._keep(message_envelope, self.finished(message_envelope, reply, None))
        return Heard(message_envelope.request, reply, output)

    async def drain(self) -> None:
        """Wait until everything that was heard is kept."""
        await asyncio.gather(*self._keeping, return_exceptions=True)

    async def _keep(self, envelope: Envelope, finish: Finish) -> None:
        keeping = asyncio.ensure_future(self._journal.finish(finish))
        if not is_repeatable(envelope.row.effect):
            await keeping
            return
        self._keeping.add(keeping)
        keeping.add_done_callback(self._kept)

    def _kept(self, keeping: "asyncio.Future[Any]") -> None:
        self._keeping.discard(keeping)
        if not keeping.cancelled() and (error := keeping.exception()) is not None:
            log.warning("kept", outcome="journal_down", kind=type(error).__name__)

    async def post(self, envelope: Envelope, begun: float) -> Reply:
        """Write the bytes, once. `begun`: monotonic time when they were journaled."""
        if self._clock.monotonic() - begun > self._timing.stale_send_s:
            raise StaleSend("not sent: too long between journal and wire", **_named(envelope))
        if self._held(envelope):
            raise HeldBack("not sent: the platform is down", **_named(envelope))
        request = envelope.request
        limits = Limits(
            connect_s=self._timing.connect_s, read_s=self._timing.read_s(envelope.row.effect, envelope.row.infno)
        )
        crash.point("cp4", envelope.row.infno)
        self.sends += 1
        try:
            return await self._poster.post(request.url, request.headers, request.body, limits)
        except YidiError as error:
            self._tell(envelope, error)
            raise

    def read(self, envelope: Envelope, reply: Reply) -> Output:
        """The typed answer. Raises Refused, or Unknown when it cannot be believed."""
        try:
            output: Output = decode(
                envelope.row,
                envelope.request,
                reply.status,
                reply.headers,
                reply.body,
                profile=self.platform.profile,
            )
        except YidiError as error:
            self._tell(envelope, error)
            raise
        self._tell(envelope, None)
        return output

    def finished(self, envelope: Envelope, reply: Reply | None, error: YidiError | None) -> Finish:
        """The journal's row for what came of an envelope."""
        return Finish(
            msgid=envelope.request.msgid,
            at=self._clock.now(),
            outcome=outcome_word(error),
            http_status=None if reply is None else reply.status,
            answer=None if reply is None else reply.body[:KEPT_ANSWER],
            note="" if error is None else type(error).__name__,
        )

    def _tell(self, envelope: Envelope, error: YidiError | None) -> None:
        self._heard(envelope, error)
        log.info(
            "sent",
            infno=envelope.row.infno,
            msgid=envelope.request.msgid,
            effect=str(envelope.row.effect),
            outcome=outcome_word(error),
        )


def outcome_word(error: YidiError | None) -> str:
    """ok, refused, unknown or not_sent."""
    if error is None:
        return "ok"
    if isinstance(error, Refused):
        return "refused"
    return "unknown" if isinstance(error, Unknown) else "not_sent"


def downtime_text(error: YidiError | None) -> str | None:
    """The platform's text when it answered with a downtime, else None."""
    if not isinstance(error, (Refused, Unknown)) or error.key is None:
        return None
    row = row_named(error.key)
    return error.err_msg if row is not None and row.category == MAINTENANCE else None


def _named(envelope: Envelope) -> dict[str, str]:
    return {"infno": envelope.row.infno, "msgid": envelope.request.msgid}


def is_repeatable(effect: Effect) -> bool:
    """Whether doubt may be answered by asking again under a new msgid."""
    return effect in (Effect.QUERY, Effect.TRIAL)
