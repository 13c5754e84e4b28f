"""Sign-in at the platform: one session per institution and operator, renewed early, one sign-in at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from yidi_gateway import crash
from yidi_gateway.clock import Clock
from yidi_gateway.journal.port import Journal
from yidi_gateway.policy import Timing
from yidi_gateway.submission import SignedSession
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.transactions import SignedIn, SignIn

Asking = Callable[[SignIn, Operator], Awaitable[SignedIn]]


class Sessions:
    """The sign-in numbers. A session ends with its life or with the day, whichever comes first."""

    def __init__(self, journal: Journal, institution: Institution, clock: Clock, timing: Timing, ask: Asking) -> None:
        self._journal = journal
        self._institution = institution
        self._clock = clock
        self._timing = timing
        self._ask = ask
        self._held: dict[str, SignedSession] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def sign_no(self, operator: Operator) -> str:
        """The sign-in number to send. Signs in when there is none, or the one there is has lived 80 % of its life."""
        held = self._held.get(operator.id)
        if held is not None and self._clock.now() < self._renew_at(held):
            return held.sign_no
        async with self._locks.setdefault(operator.id, asyncio.Lock()):
            held = self._held.get(operator.id) or await self._journal.get_session(self._institution.code, operator.id)
            if held is not None and self._clock.now() < self._renew_at(held):
                self._held[operator.id] = held
                return held.sign_no
            return (await self._renew(operator)).sign_no

    async def forget(self, operator: Operator, sign_no: str) -> None:
        """The platform no longer knows this sign-in number: the next call signs in anew, once for all who ask."""
        held = self._held.get(operator.id)
        if held is not None and held.sign_no == sign_no:
            now = self._clock.now()
            ended = replace(held, since=min(held.since, now), until=now)  # the clock may have been set back
            self._held[operator.id] = ended
            await self._journal.put_session(ended)

    async def _renew(self, operator: Operator) -> SignedSession:
        answer = await self._ask(SignIn(opter_no=operator.id, mac="", ip=""), operator)
        crash.point("cp13")
        now = self._clock.now()
        until = min(now + timedelta(seconds=self._timing.session_life_s), midnight_after(now))
        session = SignedSession(self._institution.code, operator.id, answer.signinoutb.sign_no, now, until)
        await self._journal.put_session(session)
        self._held[operator.id] = session
        return session

    def _renew_at(self, session: SignedSession) -> datetime:
        return session.since + (session.until - session.since) * self._timing.session_renew_at


def midnight_after(now: datetime) -> datetime:
    """The end of the day of `now`."""
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
