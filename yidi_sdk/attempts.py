"""What one call of a client is made of: who we are, the msgid, what is told to the log, and when it is made again.

Queries and trials are asked again after doubt, each time under a new msgid; what was proven not sent may go again; a
message that moves money goes out once.
"""

import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from yidi_sdk import profile as profiles
from yidi_sdk.catalogue import Effect, Transaction, row_of
from yidi_sdk.envelope import BEIJING
from yidi_sdk.errors import Misused, NotSent, Refused, Unknown, YidiError
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.logging import tell
from yidi_sdk.message import Input, Output
from yidi_sdk.posters import Limits, Reply
from yidi_sdk.profile import Profile
from yidi_sdk.protocol import Request, decode, encode, make_msgid
from yidi_sdk.signing import HeaderSecret, SkewWatch

OutputT = TypeVar("OutputT", bound=Output)
MOST_SERIALS = 9999
STALE_S = 60
"""A second taken longer ago is given up: the time inside a msgid should be near the truth."""
LIMITS: Mapping[Effect, Limits] = {
    Effect.QUERY: Limits(connect_s=5, read_s=10),
    Effect.TRIAL: Limits(connect_s=5, read_s=10),
    Effect.UPLOAD: Limits(connect_s=5, read_s=30),
    Effect.COMMIT: Limits(connect_s=5, read_s=30),
    Effect.REVERSAL: Limits(connect_s=5, read_s=30),
}
ATTEMPTS: Mapping[Effect, int] = {
    Effect.QUERY: 3,
    Effect.TRIAL: 2,
    Effect.UPLOAD: 3,
    Effect.COMMIT: 1,
    Effect.REVERSAL: 3,
}
"""How often a message may go out at most. Uploads and reversals are repeated only when proven not sent."""
LONGEST_PAUSE_S = 4.0
ABOUT_TIME = ("clock_wrong", "signature_wrong")
"""Rows of the error catalogue under which a wrong clock of ours may be the cause."""


class NotKept(NotSent):
    """The outbox refused to keep the bytes, so they were not sent."""


class Msgids:
    """Message numbers, never the same twice in this process, also when the clock is set back or stands still. Two
    processes of one institution, or a restart within a second, need `SharedMsgids` or a counter of their own."""

    def __init__(self, profile: Profile, institution_code: str, clock: Callable[[], datetime]) -> None:
        self._profile = profile
        self._institution_code = institution_code
        self._clock = clock
        self._lock = threading.Lock()
        self._second = datetime.min.replace(tzinfo=BEIJING)
        self._serial = 0

    def __call__(self) -> str:
        """The next number."""
        now = self._clock().astimezone(BEIJING).replace(microsecond=0)
        with self._lock:
            if now > self._second:
                self._second, self._serial = now, 1
            elif self._serial < MOST_SERIALS:
                self._serial += 1
            else:
                self._second, self._serial = self._second + timedelta(seconds=1), 1
            return make_msgid(self._profile, self._institution_code, self._second, self._serial)


class SharedMsgids:
    """Message numbers that several processes of one machine share, also over restarts. Each takes a whole second for
    itself from a small SQLite file and counts within it. Raises OSError when the file cannot be used."""

    def __init__(self, file: str | Path, profile: Profile, institution_code: str) -> None:
        self._file = Path(file)
        self._profile = profile
        self._institution_code = institution_code
        self._lock = threading.Lock()
        self._second = 0
        self._serial = MOST_SERIALS

    def __call__(self) -> str:
        """The next number."""
        with self._lock:
            now = int(time.time())
            if self._serial == MOST_SERIALS or now - self._second > STALE_S:
                self._second, self._serial = self._take(now), 0
            self._serial += 1
            second = datetime.fromtimestamp(self._second, BEIJING)
            return make_msgid(self._profile, self._institution_code, second, self._serial)

    def _take(self, now: int) -> int:
        import sqlite3  # noqa: PLC0415 - only for those who share

        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=10, isolation_level=None)) as counter:
                counter.execute("BEGIN IMMEDIATE")
                counter.execute("CREATE TABLE IF NOT EXISTS taken (institution TEXT PRIMARY KEY, second INTEGER)")
                taken = counter.execute(
                    "INSERT INTO taken VALUES (?, ?)"
                    " ON CONFLICT DO UPDATE SET second = max(second + 1, excluded.second) RETURNING second",
                    (self._institution_code, now),
                ).fetchone()
                counter.execute("COMMIT")
        except sqlite3.Error as error:
            raise OSError(f"the message counter cannot be kept: {error}") from None
        return int(taken[0])


@dataclass(slots=True)
class Desk:
    """What both clients share: who and where we are, and the pure part of a call."""

    url: str
    profile: Profile
    institution: Institution
    operator: Operator
    clock: Callable[[], datetime]
    msgids: Callable[[], str]
    secret: HeaderSecret | None
    limits: Mapping[Effect, Limits]
    sign_nos: dict[str, str] = field(default_factory=dict[str, str])
    watch: SkewWatch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = SkewWatch(self.clock, time.perf_counter, self.profile.clock_skew_max_s)

    def request(
        self,
        message: Input[Any],
        insured_division: str,
        msgid: str | None,
        sign_no: str | None,
        operator: Operator | None,
    ) -> Request:
        who = operator or self.operator
        return encode(
            message,
            profile=self.profile,
            url=self.url,
            institution=self.institution,
            operator=who,
            msgid=msgid or self.msgids(),
            now=self.clock(),
            insured_division=insured_division,
            sign_no=self.sign_nos.get(who.id, "") if sign_no is None else sign_no,
            nonce=secrets.token_hex(16),
            secret=self.secret,
        )

    def read(self, row: Transaction[OutputT], request: Request, reply: Reply, began: float) -> OutputT:
        """The answer. `began` is what `told` gave; an error about time or signature says what was measured."""
        self.watch.hear(reply.headers, began)
        try:
            return decode(row, request, reply.status, reply.headers, reply.body, profile=self.profile)
        except (Refused, Unknown) as error:
            skew = self.watch.latest
            if skew is not None and error.key in ABOUT_TIME:
                error.args = (f"{error} | {skew.sentence_zh} / {skew.sentence_en}",)
            raise

    def held(self, operator: Operator) -> str:
        """The operator's sign-in number. Misused when there is none."""
        try:
            return self.sign_nos[operator.id]
        except KeyError:
            raise Misused("this operator has not signed in") from None


def open_desk(
    url: str,
    institution: Institution,
    operator: Operator,
    profile: str | Profile,
    clock: Callable[[], datetime] | None,
    msgids: Callable[[], str] | Iterator[str] | None,
    secret: HeaderSecret | None,
    limits: Mapping[Effect, Limits] | None,
) -> Desk:
    try:
        spoken = profiles.load(profile) if isinstance(profile, str) else profile
    except ValueError as error:
        raise Misused(str(error)) from None
    now = clock or beijing_now
    if msgids is None:
        msgids = Msgids(spoken, institution.code, now)
    numbers = msgids if callable(msgids) else msgids.__next__
    return Desk(url, spoken, institution, operator, now, numbers, secret, {**LIMITS, **(limits or {})})


def beijing_now() -> datetime:
    return datetime.now(BEIJING)


@contextmanager
def told(request: Request) -> Generator[float]:
    """Name the message in every error, and log what came of it. Gives the stopwatch as it stood at the beginning."""
    begun = time.perf_counter()
    outcome, key = "ok", None
    try:
        yield begun
    except YidiError as error:
        error.infno, error.msgid = request.infno, request.msgid
        outcome = type(error).__name__
        key = error.key if isinstance(error, (Refused, Unknown)) else None
        raise
    finally:
        tell(
            "sent",
            infno=request.infno,
            msgid=request.msgid,
            effect=str(request.effect),
            outcome=outcome,
            milliseconds=round((time.perf_counter() - begun) * 1000),
            key=key,
        )


def may_repeat(message: Input[Any], error: BaseException) -> bool:
    effect = row_of(message).effect
    if isinstance(error, NotKept) or ATTEMPTS[effect] == 1:
        return False
    return isinstance(error, NotSent) or (effect in (Effect.QUERY, Effect.TRIAL) and isinstance(error, Unknown))


def _policy(message: Input[Any]) -> dict[str, Any]:
    """Full jitter. The first attempt counts although it failed before this policy was asked."""
    import tenacity  # noqa: PLC0415 - entered only after a first failure

    return {
        "stop": tenacity.stop_after_attempt(ATTEMPTS[row_of(message).effect]),
        "wait": tenacity.wait_random_exponential(multiplier=0.5, max=LONGEST_PAUSE_S),
        "retry": tenacity.retry_if_exception(lambda error: may_repeat(message, error)),
        "reraise": True,
    }


def repeat(
    message: Input[Any], first: YidiError, once: Callable[[], OutputT], sleep: Callable[[float], None]
) -> OutputT:
    """Call `once` again after it failed with `first`. Raises its last error."""
    import tenacity  # noqa: PLC0415 - entered only after a first failure

    return tenacity.Retrying(sleep=sleep, **_policy(message))(_after(first, once))


async def async_repeat(
    message: Input[Any],
    first: YidiError,
    once: Callable[[], Awaitable[OutputT]],
    sleep: Callable[[float], Awaitable[None]],
) -> OutputT:
    """The same in the event loop."""
    import tenacity  # noqa: PLC0415 - entered only after a first failure

    retrying = tenacity.AsyncRetrying(sleep=sleep, **_policy(message))
    return cast("OutputT", await retrying(_async_after(first, once)))


def _after(first: YidiError, once: Callable[[], OutputT]) -> Callable[[], OutputT]:
    """`once`, except that the first call fails as it already did."""
    failed = [first]

    def attempt() -> OutputT:
        if failed:
            raise failed.pop()
        return once()

    return attempt


def _async_after(first: YidiError, once: Callable[[], Awaitable[OutputT]]) -> Callable[[], Awaitable[OutputT]]:
    failed = [first]

    async def attempt() -> OutputT:
        if failed:
            raise failed.pop()
        return await once()

    return attempt
