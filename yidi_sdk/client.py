"""`Client` and `AsyncClient`: the only code of the SDK that waits.

A call goes down once: encode, keep (the outbox), post, decode. When it is made again is told in `attempts.py`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from inspect import isawaitable
from typing import Any, Protocol, Self, TypeVar

from yidi_sdk.attempts import NotKept, async_repeat, may_repeat, open_desk, repeat, told
from yidi_sdk.catalogue import Effect, row_of
from yidi_sdk.errors import YidiError
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.message import Input, Output
from yidi_sdk.posters import AsyncPoster, Limits, Poster, Reply
from yidi_sdk.profile import Profile
from yidi_sdk.protocol import Request
from yidi_sdk.signing import HeaderSecret, Skew
from yidi_sdk.transactions.session import SignedIn, SignedOut, SignIn, SignOut

OutputT = TypeVar("OutputT", bound=Output)


class Outbox(Protocol):
    """Keeps the bytes before they leave, so that a lost answer can be asked for and reversed by its msgid. If `keep`
    raises, nothing is sent."""

    def keep(self, infno: str, msgid: str, body: bytes) -> None: ...


class AsyncOutbox(Protocol):
    """The same for an event loop."""

    async def keep(self, infno: str, msgid: str, body: bytes) -> None: ...


class Client:
    """Sends messages and waits in this thread; threads may share it.

    `profile` is a name or a Profile; `poster` defaults to httpx; `outbox` keeps the bytes before they leave; `msgids`
    is a callable or an iterator of message numbers; `limits` overrides the seconds by effect.
    """

    def __init__(
        self,
        url: str,
        *,
        institution: Institution,
        operator: Operator,
        profile: str | Profile = "national",
        poster: Poster | None = None,
        outbox: Outbox | None = None,
        clock: Callable[[], datetime] | None = None,
        msgids: Callable[[], str] | Iterator[str] | None = None,
        secret: HeaderSecret | None = None,
        limits: Mapping[Effect, Limits] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._desk = open_desk(url, institution, operator, profile, clock, msgids, secret, limits)
        self._own: Any = None
        if poster is None:
            from yidi_sdk.posters.httpx import HttpxPoster  # noqa: PLC0415 - heavy, and only the default

            poster = self._own = HttpxPoster()
        self._poster = poster
        self._outbox = outbox
        self._sleep = sleep

    def send(
        self,
        message: Input[OutputT],
        *,
        insured_division: str = "",
        msgid: str | None = None,
        sign_no: str | None = None,
        operator: Operator | None = None,
    ) -> OutputT:
        """Send a message and return its typed answer. `insured_division` is the person's, from 1101; needed whenever
        the message names a person. With a `msgid` of the caller's own nothing is repeated.

        Raises Misused (nothing sent), NotSent (proven), Refused, or Unknown: never send it again before a query."""

        def once() -> OutputT:
            request = self._desk.request(message, insured_division, msgid, sign_no, operator)
            with told(request) as began:
                self._keep(request)
                reply = self._poster.post(request.url, request.headers, request.body, self._desk.limits[request.effect])
                return self._desk.read(row_of(message), request, reply, began)

        try:
            return once()
        except YidiError as error:
            if msgid is not None or not may_repeat(message, error):
                raise
            first = error
        return repeat(message, first, once, self._sleep)

    @property
    def clock_skew(self) -> Skew | None:
        """How far our clock is from the platform's by the Date header of the last answer, None where none told it."""
        return self._desk.watch.latest

    def sign_in(self, *, operator: Operator | None = None, mac: str = "", ip: str = "") -> SignedIn:
        """Open a session; its number travels in every later message of this operator."""
        who = operator or self._desk.operator
        answer = self.send(SignIn(opter_no=who.id, mac=mac, ip=ip), operator=who, sign_no="")
        self._desk.sign_nos[who.id] = answer.signinoutb.sign_no
        return answer

    def sign_out(self, *, operator: Operator | None = None) -> SignedOut:
        """Close the operator's session. Misused when there is none."""
        who = operator or self._desk.operator
        answer = self.send(SignOut(sign_no=self._desk.held(who), opter_no=who.id), operator=who)
        del self._desk.sign_nos[who.id]
        return answer

    def _keep(self, request: Request) -> None:
        if self._outbox is not None:
            try:
                self._outbox.keep(request.infno, request.msgid, request.body)
            except Exception as error:
                raise NotKept("not sent: the outbox did not keep the bytes") from error

    def close(self) -> None:
        """Close the connections of the poster that this client made."""
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient:
    """Sends messages and waits in the event loop. The same arguments and promises as `Client`."""

    def __init__(
        self,
        url: str,
        *,
        institution: Institution,
        operator: Operator,
        profile: str | Profile = "national",
        poster: AsyncPoster | None = None,
        outbox: Outbox | AsyncOutbox | None = None,
        clock: Callable[[], datetime] | None = None,
        msgids: Callable[[], str] | Iterator[str] | None = None,
        secret: HeaderSecret | None = None,
        limits: Mapping[Effect, Limits] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._desk = open_desk(url, institution, operator, profile, clock, msgids, secret, limits)
        self._own: Any = None
        if poster is None:
            from yidi_sdk.posters.httpx import AsyncHttpxPoster  # noqa: PLC0415 - heavy, and only the default

            poster = self._own = AsyncHttpxPoster()
        self._poster = poster
        self._outbox = outbox
        self._sleep = sleep

    async def send(
        self,
        message: Input[OutputT],
        *,
        insured_division: str = "",
        msgid: str | None = None,
        sign_no: str | None = None,
        operator: Operator | None = None,
    ) -> OutputT:
        """See `Client.send`."""

        async def once() -> OutputT:
            request = self._desk.request(message, insured_division, msgid, sign_no, operator)
            with told(request) as began:
                await self._keep(request)
                reply = await self.post(request, self._desk.limits[request.effect])
                return self._desk.read(row_of(message), request, reply, began)

        try:
            return await once()
        except YidiError as error:
            if msgid is not None or not may_repeat(message, error):
                raise
            first = error
        return await async_repeat(message, first, once, self._sleep)

    async def post(self, request: Request, limits: Limits) -> Reply:
        """The poster alone, for those who keep and read by themselves. Raises NotSent or TimedOut."""
        return await self._poster.post(request.url, request.headers, request.body, limits)

    @property
    def clock_skew(self) -> Skew | None:
        """See `Client.clock_skew`."""
        return self._desk.watch.latest

    async def sign_in(self, *, operator: Operator | None = None, mac: str = "", ip: str = "") -> SignedIn:
        """Open a session; its number travels in every later message of this operator."""
        who = operator or self._desk.operator
        answer = await self.send(SignIn(opter_no=who.id, mac=mac, ip=ip), operator=who, sign_no="")
        self._desk.sign_nos[who.id] = answer.signinoutb.sign_no
        return answer

    async def sign_out(self, *, operator: Operator | None = None) -> SignedOut:
        """Close the operator's session. Misused when there is none."""
        who = operator or self._desk.operator
        answer = await self.send(SignOut(sign_no=self._desk.held(who), opter_no=who.id), operator=who)
        del self._desk.sign_nos[who.id]
        return answer

    async def _keep(self, request: Request) -> None:
        if self._outbox is not None:
            try:
                kept = self._outbox.keep(request.infno, request.msgid, request.body)
                if isawaitable(kept):
                    await kept
            except Exception as error:
                raise NotKept("not sent: the outbox did not keep the bytes") from error

    async def aclose(self) -> None:
        """Close the connections of the poster that this client made."""
        if self._own is not None:
            await self._own.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
