"""A call under an Idempotency-Key is done once: the first final answer is kept and given again, byte for byte."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from yidi_gateway.clock import Clock
from yidi_gateway.journal.port import Journal, JournalDown
from yidi_gateway.lifecycle import TOLD, State
from yidi_gateway.line import Held
from yidi_gateway.problem import MEDIA_TYPE, Problem, render
from yidi_gateway.submission import Request
from yidi_gateway.visits.calls import Answer, Call, decode, encode

Work = Callable[[str], Awaitable[Answer]]
"""Does the call, or carries it on; is given the subject that was kept with the key."""
NOT_FINAL = (202, 503)
TRANSIENT = frozenset({"BASKET_BUSY"})
"""Another call stands in the way just now: nothing was begun, so the key is not used up."""
_FIRST_PROBLEM = 400


class Once:
    """Holds what is needed to do calls once: the journal, the clock, and a lock for each key in this process."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._locks: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}

    async def __call__(self, call: Call, route: str, subject: str, work: Work) -> Answer:
        """Do `work` unless the key has its final answer. Not final (202, 503) is not kept: the same key carries on.

        Raises Problem for a key that is missing or belongs to another body, and for what is not final. The key is
        free again after a call that began nothing.
        """
        if not call.key:
            raise Problem("KEY_MISSING")
        async with self._alone(call.caller, call.key):
            request = Request(call.caller, call.key, call.body_hash, route, self._clock.now(), subject)
            opened = await self._journal.open_request(request)
            kept = opened.request
            if opened.reused or kept.body_hash != call.body_hash or kept.route != route:
                raise Problem("KEY_REUSED")
            if kept.status is not None and kept.answer is not None:
                return again(kept.status, kept.answer)
            return await self._do(call, call.key, kept.subject, work)

    async def _do(self, call: Call, key: str, subject: str, work: Work) -> Answer:
        try:
            answer = await work(subject)
        except Held as held:
            await self._journal.release_request(call.caller, key)
            raise downtime(held) from None
        except JournalDown:
            raise Problem("JOURNAL_DOWN", retry_after_s=5, begun=True) from None
        except Problem as problem:
            if not problem.is_final or problem.code in TRANSIENT:
                if not problem.begun:
                    await self._journal.release_request(call.caller, key)
                raise
            status, _, body = render(problem, call.language, call.incident)
            answer = Answer(status, body)
        if answer.status in NOT_FINAL or answer.body.get("state") == TOLD[State.MANUAL]:
            return answer  # people decide about it yet
        content = await self._journal.answer_request(call.caller, key, answer.status, encode(answer.body))
        return again(answer.status, content)

    @asynccontextmanager
    async def _alone(self, caller: str, key: str) -> AsyncGenerator[None]:
        """One at a time under a key; the others wait and then find the answer."""
        name = (caller, key)
        lock, users = self._locks.get(name, (asyncio.Lock(), 0))
        self._locks[name] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(name)
            if users > 1:
                self._locks[name] = (lock, users - 1)


def again(status: int, content: bytes) -> Answer:
    """A kept answer."""
    headers = {"Content-Type": MEDIA_TYPE} if status >= _FIRST_PROBLEM else {}
    return Answer(status, decode(content), content, headers)


def downtime(held: Held, *, begun: bool = False) -> Problem:
    """The problem for a call that was held back."""
    code = "MAINTENANCE" if held.window is not None else "NOT_SENT"
    return Problem(code, window=held.window, retry_after_s=held.retry_after_s, begun=begun)
