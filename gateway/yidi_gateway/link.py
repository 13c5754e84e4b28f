"""The line to the platform: up, degraded, maintenance, down; windows and breaker; pure.

A window is announced, entered by a person, or learned from the platform's own answer; it is never guessed. The breaker
opens after five calls in a row that could not be sent at all, and is tried again by queries only.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from yidi_gateway.submission import Purpose, Window
from yidi_sdk.catalogue import Effect

OPENS_AFTER = 5
PROBE_EVERY_S = 5


class LinkStatus(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    MAINT = "maintenance"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a message is not sent now. `window` None: the platform cannot be reached."""

    window: Window | None
    retry_after_s: int


@dataclass(frozen=True, slots=True)
class Link:
    """What is known of the line. Every change gives a new one."""

    windows: tuple[Window, ...] = ()
    failures: int = 0
    failed_at: datetime | None = None

    def status(self, now: datetime) -> LinkStatus:
        if self.window_for(now, None) is not None:
            return LinkStatus.MAINT
        if self.failures < OPENS_AFTER:
            return LinkStatus.UP if self.failures == 0 else LinkStatus.DEGRADED
        return LinkStatus.DEGRADED if self._may_probe(now) else LinkStatus.DOWN

    def window_for(self, now: datetime, division: str | None, lead_s: float = 0) -> Window | None:
        """The window in force, or beginning within `lead_s`, for the platform or for this insured division."""
        for window in self.windows:
            if window.scope not in ("platform", division):
                continue
            begun = window.begins <= now + timedelta(seconds=lead_s)
            if begun and (window.ends is None or now < window.ends):
                return window
        return None

    def hold(
        self, now: datetime, *, effect: Effect, purpose: Purpose, division: str | None, lead_s: float, retry_s: int
    ) -> Hold | None:
        """Whether a message must wait: money from `lead_s` before a window, other work inside it. Queries that resolve
        an unknown outcome and sign-ins go on: they are how the end of a window is seen."""
        resolving = purpose in (Purpose.QUERY, Purpose.SESSION)
        money = effect in (Effect.COMMIT, Effect.REVERSAL)
        window = self.window_for(now, division, lead_s if effect is Effect.COMMIT else 0)
        if window is not None and not resolving:
            return Hold(window, seconds_left(window, now, retry_s))
        if self.failures >= OPENS_AFTER and (money or not self._may_probe(now)):
            return Hold(None, PROBE_EVERY_S)
        return None

    def wants_probe(self, now: datetime) -> bool:
        """Whether the breaker is open and a query may try the line: nobody else may be asking anything."""
        return self.failures >= OPENS_AFTER and self._may_probe(now)

    def answered(self) -> "Link":
        """The platform gave an answer: the breaker closes."""
        return replace(self, failures=0, failed_at=None) if self.failures else self

    def unreachable(self, now: datetime) -> "Link":
        """A call could not be sent at all."""
        return replace(self, failures=self.failures + 1, failed_at=now)

    def with_windows(self, windows: tuple[Window, ...]) -> "Link":
        return replace(self, windows=windows)

    def _may_probe(self, now: datetime) -> bool:
        if self.failed_at is None or now < self.failed_at:  # the clock was set back
            return True
        return now >= self.failed_at + timedelta(seconds=PROBE_EVERY_S)


def seconds_left(window: Window, now: datetime, unknown_end_s: int) -> int:
    """Whole seconds until the window ends; `unknown_end_s` where the end is not known."""
    if window.ends is None:
        return unknown_end_s
    return max(1, -int((now - window.ends).total_seconds() // 1))
