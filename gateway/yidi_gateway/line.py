"""The line to the platform as the gateway lives with it: sign-in, downtime, breaker, and questions over it.

Queries, trials and uploads go out from here; money goes out from `working`, under the same watch.
"""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar, cast

from yidi_gateway.clock import Clock
from yidi_gateway.ids import new_id
from yidi_gateway.journal.port import Journal
from yidi_gateway.link import Hold, Link
from yidi_gateway.policy import REPEATS, Timing
from yidi_gateway.remembering import Memory
from yidi_gateway.sending import Courier, Envelope, Heard, Platform, downtime_text, is_repeatable, outcome_word
from yidi_gateway.session import Sessions
from yidi_gateway.submission import Purpose, Window
from yidi_sdk.catalogue import Effect, row_of
from yidi_sdk.errors import NotSent, Refused, Unknown, YidiError
from yidi_sdk.explain.errors import parse_window
from yidi_sdk.institution import Operator
from yidi_sdk.message import Input, Output
from yidi_sdk.posters import AsyncPoster
from yidi_sdk.transactions import SignedIn, SignIn

OutputT = TypeVar("OutputT", bound=Output)
SIGNED_OUT = "sign_in_expired"
"""Key of the error catalogue's row for a sign-in number that the platform no longer knows."""
PROBE = Operator(id="probe", name="probe", kind="1")
"""Who signs in to see whether a downtime of unknown end is over."""


class Held(Exception):
    """Not sent and not begun: the platform is down. `window` None means it cannot be reached."""

    def __init__(self, hold: Hold) -> None:
        super().__init__("platform under maintenance" if hold.window else "platform cannot be reached")
        self.window = hold.window
        self.retry_after_s = hold.retry_after_s


class Line:
    """What the gateway knows of the line, and the questions it asks over it."""

    def __init__(
        self,
        platform: Platform,
        journal: Journal,
        poster: AsyncPoster,
        clock: Clock,
        timing: Timing,
        jitter: random.Random,
    ) -> None:
        self.link = Link()
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.courier = Courier(platform, journal, poster, clock, timing, self._heard, self._held)
        self.sessions = Sessions(journal, platform.institution, clock, timing, self._sign_in)
        self._journal = journal
        self._clock = clock
        self._timing = timing
        self._jitter = jitter
        self._memory = Memory()
        self._keeping: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Read the windows that stand."""
        self.link = self.link.with_windows(tuple(await self._journal.windows()))

    async def ask(
        self,
        message: Input[OutputT],
        *,
        operator: Operator,
        insured_division: str = "",
        visit_id: str | None = None,
    ) -> OutputT:
        """Send a query, trial or upload. Queries and trials are repeated after doubt, each under a new msgid; an upload
        only when proven not sent. Raises Refused, Unknown, NotSent, or Held."""
        effect = row_of(message).effect
        try:
            answer = await self.put(message, operator, insured_division, PURPOSES[effect], visit_id=visit_id)
        except Held:
            old = self._memory.recalled(message, insured_division, self._clock.now())
            if old is None or effect is not Effect.QUERY:
                raise
            return cast("OutputT", old)
        if effect is Effect.QUERY:
            self._memory.put(message, insured_division, answer, self._clock.now())
        return cast("OutputT", answer)

    async def put(
        self,
        message: Input[Any],
        operator: Operator,
        division: str,
        purpose: Purpose,
        *,
        submission_id: str | None = None,
        visit_id: str | None = None,
    ) -> Output:
        """`ask` for a stated purpose: resolving a submission, reversing it, signing in."""
        heard = await self.hear(message, operator, division, purpose, submission_id=submission_id, visit_id=visit_id)
        return heard.output()

    async def hear(
        self,
        message: Input[Any],
        operator: Operator,
        division: str,
        purpose: Purpose,
        *,
        submission_id: str | None = None,
        visit_id: str | None = None,
        msgid: str | None = None,
    ) -> Heard:
        """What came of a message at last. The first envelope goes out under `msgid`, where one is given. Raises Held,
        or Misused for a message that cannot be sent."""
        effect = row_of(message).effect
        left = REPEATS[effect]
        renewed = False
        while True:
            self.check(effect, purpose, division)
            sign_no = "" if purpose is Purpose.SESSION else await self.sessions.sign_no(operator)
            envelope = await self.courier.make(
                message,
                operator=operator,
                purpose=purpose,
                insured_division=division,
                sign_no=sign_no,
                submission_id=submission_id,
                visit_id=visit_id,
                msgid=msgid,
            )
            left, msgid = left - 1, None
            heard = await self.courier.exchange(envelope)
            error = heard.error
            if error is None:
                return heard
            if downtime_text(error) is not None:
                self.check(effect, purpose, division)
            if isinstance(error, Refused):
                if error.key != SIGNED_OUT or renewed or purpose is Purpose.SESSION:
                    return heard
                renewed, left = True, left + 1
                await self.sessions.forget(operator, sign_no)
            elif left <= 0 or (isinstance(error, Unknown) and not is_repeatable(effect)):
                return heard
            await self._clock.sleep(self._jitter.uniform(0.0, 0.5))

    async def _sign_in(self, message: SignIn, operator: Operator) -> SignedIn:
        return cast("SignedIn", await self.put(message, operator, "", Purpose.SESSION))

    async def announce(self, window: Window) -> None:
        """Keep a downtime window that a person entered or the platform announced."""
        await self._journal.put_window(window)
        self.link = self.link.with_windows(tuple(await self._journal.windows()))
        await self._journal.note(self._clock.now(), f"window:{window.id}", "announced", {"scope": window.scope})

    async def withdraw(self, window_id: str) -> bool:
        """Close a window; False when there is none of that name. One that was learned may not have been kept."""
        known = {window.id: window for window in (*self.link.windows, *await self._journal.windows())}
        window = known.get(window_id)
        if window is None:
            return False
        await self._journal.put_window(replace(window, closed_at=self._clock.now()))
        self.link = self.link.with_windows(tuple(await self._journal.windows()))
        await self._journal.note(self._clock.now(), f"window:{window_id}", "closed", {})
        return True

    def _heard(self, envelope: Envelope, error: YidiError | None) -> None:
        """Every answer and failure passes here: the breaker, and windows that the platform's own answer teaches."""
        self.outcomes[str(envelope.row.effect), outcome_word(error)] += 1
        if isinstance(error, NotSent):
            self.link = self.link.unreachable(self._clock.now())
            return
        if error is None or isinstance(error, Refused):
            self.link = self.link.answered()
        text = downtime_text(error)
        if text is not None:
            self._learn(text)

    def _learn(self, text: str) -> None:
        now = self._clock.now()
        if self.link.window_for(now, None) is not None:
            return
        span = parse_window(text)
        begins, ends = span if span is not None else (now, None)
        if ends is not None and ends <= now:
            ends = None  # over by its own words, and still answered: the end is not known
        window = Window(id=new_id(now), begins=min(begins, now), ends=ends, text=text, announced=False)
        self.link = self.link.with_windows((*self.link.windows, window))
        keeping = asyncio.ensure_future(self.announce(window))
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)

    async def probe(self) -> None:
        """Look whether a downtime that only an answer taught us is over, before its stated end too, and whether a line
        that was down is up: by a sign-in, which changes nothing for anybody. What was announced is believed to the
        end."""
        now = self._clock.now()
        window = self.link.window_for(now, None)
        if window is None and self.link.wants_probe(now):
            with suppress(YidiError, Held):
                await self.put(SignIn(opter_no=PROBE.id), PROBE, "", Purpose.SESSION)
        if window is None or (window.announced and window.ends is not None):
            return
        since = (now - window.begins).total_seconds()
        if int(since) % self._timing.unknown_end_retry_s > self._timing.sweep_s:
            return
        try:
            await self.put(SignIn(opter_no=PROBE.id), PROBE, "", Purpose.SESSION)
        except (YidiError, Held):
            return
        await self.withdraw(window.id)

    def _held(self, envelope: Envelope) -> bool:
        """Whether a message about to be written must wait: a downtime may have begun while its bytes were kept."""
        effect = envelope.row.effect
        if effect not in (Effect.COMMIT, Effect.REVERSAL):
            return False
        try:
            self.check(effect, envelope.purpose, envelope.division, 0)
        except Held:
            return True
        return False

    def check(self, effect: Effect, purpose: Purpose, division: str, lead_s: float | None = None) -> None:
        """Raise Held where a message must wait now. `lead_s`: how long before a downtime money is held back already,
        as long as its answer may take (DT4)."""
        hold = self.link.hold(
            self._clock.now(),
            effect=effect,
            purpose=purpose,
            division=division or None,
            lead_s=self._timing.commit_s if lead_s is None else lead_s,
            retry_s=self._timing.unknown_end_retry_s,
        )
        if hold is not None:
            raise Held(hold)


PURPOSES = {
    Effect.QUERY: Purpose.READ,
    Effect.TRIAL: Purpose.TRIAL,
    Effect.UPLOAD: Purpose.UPLOAD,
    Effect.REVERSAL: Purpose.REVERSE,
}
