"""How often a caller may call: a bucket of tokens for each, so that one that runs wild leaves the others their turn.

A call takes a token before anything of it is done, so that one that is refused has moved nothing and used no key up.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from yidi_gateway.access.callers import Caller


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens left, as of a moment."""

    tokens: float
    at: float

    def filled(self, now: float, rate: float, burst: int) -> "Bucket":
        """The same later: `rate` tokens a second more, `burst` at most. A clock that goes back adds none."""
        return Bucket(min(float(burst), self.tokens + max(0.0, now - self.at) * rate), now)


class Limits:
    """The buckets of all callers of the configuration."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._buckets: dict[str, Bucket] = {}

    def take(self, caller: Caller) -> int:
        """One token: 0; where there is none, whole seconds until there is one again."""
        now = self._monotonic()
        stands = self._buckets.get(caller.id, Bucket(float(caller.burst), now))
        bucket = stands.filled(now, caller.calls_per_s, caller.burst)
        if bucket.tokens < 1:
            self._buckets[caller.id] = bucket
            return max(1, math.ceil((1 - bucket.tokens) / caller.calls_per_s))
        self._buckets[caller.id] = Bucket(bucket.tokens - 1, now)
        return 0
