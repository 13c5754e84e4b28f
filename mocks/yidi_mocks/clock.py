"""The hub's own clock: China time, set and moved over the control door, running on from there."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


class Clock:
    """Now, as the hub believes. `set` and `advance` move it; it never stands still."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._shift = 0.0
        self._second: int = -1
        self._thousandth = -1
        self._begun = ""
        self._stamp = ""
        self._text = ""
        self._day = ""

    def seconds(self) -> float:
        """Seconds since the epoch, moved by what was asked."""
        return self._source() + self._shift

    def unmoved(self) -> float:
        """Seconds since the epoch as the machine has them: whoever stands at the door looks at another clock."""
        return self._source()

    def seconds_of(self, stamp: str) -> float:
        """The moment of a stamp, in seconds."""
        return datetime.strptime(f"{stamp}000+0800", "%Y%m%d%H%M%S%f%z").timestamp()

    def now(self) -> datetime:
        """Now, with offset +08:00."""
        return datetime.fromtimestamp(self.seconds(), CHINA)

    def today(self) -> str:
        """The day in China, yyyy-MM-dd."""
        seconds = self._source() + self._shift
        if int(seconds) != self._second:
            self._tick(seconds)
        return self._day

    def set(self, moment: datetime) -> None:
        """Make it `moment` now; one without offset is China time."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
        self._shift = aware.timestamp() - self._source()

    def advance(self, seconds: float) -> None:
        """Move on, or back when negative."""
        self._shift += seconds

    def reset(self) -> None:
        """Back to the machine's own time."""
        self._shift = 0.0

    def text(self) -> str:
        """Now as yyyy-MM-dd HH:mm:ss."""
        self._tick(self.seconds())
        return self._text

    def stamp(self) -> str:
        """Now as yyyyMMddHHmmssSSS, the form of refmsg_time."""
        seconds = self._source() + self._shift
        thousandth = int(seconds * 1000)
        if thousandth != self._thousandth:  # many messages come in the same one
            self._thousandth = thousandth
            self._tick(seconds)
            self._stamp = f"{self._begun}{int(seconds % 1 * 1000):03d}"
        return self._stamp

    def _tick(self, seconds: float) -> None:
        whole = int(seconds)
        if whole != self._second:
            moment = datetime.fromtimestamp(whole, CHINA)
            self._second = whole
            self._text = moment.strftime("%Y-%m-%d %H:%M:%S")
            self._day = self._text[:10]
            self._begun = moment.strftime("%Y%m%d%H%M%S")
