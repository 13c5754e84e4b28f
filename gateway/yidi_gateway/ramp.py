"""How fast kept uploads go out after a downtime; pure. Sources: rules 12 (DT3), settlement_state_machine 6.

It begins at a tenth of the usual rate and doubles every 30 s while the platform answers as fast as usual. At the first
sign of trouble the rate is halved, and a rate that made trouble is never more than a tenth above what went well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from statistics import median

FIRST_PART = 0.1
STEP_S = 30.0
SLOW = 2.0
"""Times the usual answer time from which the platform counts as slow."""
LEAST = 1.0
AT_ONCE = 8
NEAR = 1.1
"""How much above a rate that went well the next one is, once one has made trouble."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """`rate`: uploads a second. `usual_s`: the usual time of an answer; None while it is not known. `well`: the
    highest rate that went well; `troubled`: whether one did not."""

    rate: float
    since: float
    usual_s: float | None = None
    well: float = 0.0
    troubled: bool = False

    @classmethod
    def begun(cls, usual_rate: float, at: float) -> "Ramp":
        """The beginning, at monotonic second `at`."""
        return cls(max(LEAST, usual_rate * FIRST_PART), at)

    @property
    def at_once(self) -> int:
        """As many at the same time as the rate needs, so that few more follow the first that the platform refuses."""
        return max(1, min(AT_ONCE, ceil(self.rate * (self.usual_s or 0.1) * SLOW)))

    def after(self, took: Sequence[float], *, trouble: bool, at: float) -> "Ramp":
        """The ramp after one second's uploads, which took so long each."""
        if trouble or self._is_slow(took):
            well = self.well if self.troubled and self.well else self.rate / 2
            return replace(self, rate=max(LEAST, min(self.rate / 2, well)), since=at, well=well, troubled=True)
        ramp = self if self.usual_s is not None or not took else replace(self, usual_s=median(took))
        if at - self.since < STEP_S or not took:
            return ramp
        faster = self.rate * (NEAR if self.troubled and self.rate >= self.well else 2)
        if self.troubled and self.rate < self.well:
            faster = min(faster, self.well)
        return replace(ramp, rate=faster, since=at, well=max(self.well, self.rate))

    def _is_slow(self, took: Sequence[float]) -> bool:
        if self.usual_s is None or not took:
            return False
        slowest = sorted(took)[int(len(took) * 0.95)]
        return slowest > SLOW * self.usual_s and slowest > 1.0
