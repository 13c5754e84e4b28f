"""How far our clock is from the platform's, measured on an answer and told in one sentence.

Signatures carry a time, and a front door refuses a time too far from its own: with a wrong clock nothing gets through.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII)
_RESPOND_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\d{3})?", re.ASCII)
_BEIJING = timezone(timedelta(hours=8))
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Skew:
    """`ahead_s`: by how many whole seconds our clock is ahead at least; negative when it is behind, 0 when the answer
    proves nothing. `source`: what told it."""

    ahead_s: int
    source: str
    limit_s: int

    @property
    def is_too_much(self) -> bool:
        """Whether the platform can be expected to refuse our signatures."""
        return abs(self.ahead_s) > self.limit_s

    @property
    def sentence_zh(self) -> str:
        """One sentence for people, Chinese."""
        if not self.ahead_s:
            return "本机时钟与平台一致。"
        way = "快" if self.ahead_s > 0 else "慢"
        end = "签名会被拒绝，请立即校时" if self.is_too_much else "目前签名仍可通过，建议校时"
        return f"本机时钟比平台{way} {abs(self.ahead_s)} 秒（平台容许 {self.limit_s} 秒）：{end}。"

    @property
    def sentence_en(self) -> str:
        """One sentence for people, English."""
        if not self.ahead_s:
            return "Our clock agrees with the platform's."
        way = "ahead of" if self.ahead_s > 0 else "behind"
        end = "signatures will be refused, set the clock now" if self.is_too_much else "signatures pass, set it soon"
        return f"Our clock is {abs(self.ahead_s)} s {way} the platform's, which allows {self.limit_s} s: {end}."


class SkewWatch:
    """What the answers of a platform show of its clock, as they come. Threads may share it.

    A platform tells whole seconds: a second that was told before teaches nothing and costs one look-up. `clock` gives
    the time with its offset; how long an answer took is read from `stopwatch` (seconds, never set back), so that a
    clock that is put right in between is not taken for a long way. `latest`: what the last answer proved.
    """

    def __init__(self, clock: Callable[[], datetime], stopwatch: Callable[[], float], limit_s: int) -> None:
        self._clock = clock
        self._stopwatch = stopwatch
        self._limit_s = limit_s
        self._told = ""
        self.latest: Skew | None = None

    def hear(self, headers: Mapping[str, str], began: float) -> None:
        """An answer's headers, their names in lower case; `began` is the stopwatch before the message left."""
        told = headers.get("date")
        if told is None or told == self._told:
            return
        self._told = told
        now = self._clock()
        sent_at = now - timedelta(seconds=self._stopwatch() - began)
        found = measure({"date": told}, "", sent_at=sent_at, received_at=now, limit_s=self._limit_s)
        if found is not None:
            self.latest = found


def measure(
    headers: Mapping[str, str], respond_time: str, *, sent_at: datetime, received_at: datetime, limit_s: int
) -> Skew | None:
    """The skew that an answer shows: by its HTTP Date header, else by `respond_time` of its envelope (Beijing time).
    None when it has neither. The answer was made between `sent_at` and `received_at`, both with their offset, so the
    time on the way is no skew."""
    told = {name.lower(): value for name, value in headers.items()}.get("date", "")
    for source, theirs in (("Date", _http_date(told)), ("respond_time", _respond_time(respond_time))):
        if theirs is not None:
            return Skew(_ahead(theirs, sent_at, received_at), source, limit_s)
    return None


def _ahead(theirs: datetime, sent_at: datetime, received_at: datetime) -> int:
    """They tell whole seconds: the truth lies in the second that begins at `theirs`."""
    if sent_at > theirs + _SECOND:
        return (sent_at - theirs - _SECOND) // _SECOND
    if received_at < theirs:
        return -((theirs - received_at) // _SECOND)
    return 0


def _http_date(text: str) -> datetime | None:
    found = _DATE.fullmatch(text)
    if found is None or found[2] not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(found[at]) for at in (1, 3, 4, 5, 6))
    return _moment((year, _MONTHS.index(found[2]) + 1, day, hour, minute, second), UTC)


def _respond_time(text: str) -> datetime | None:
    found = _RESPOND_TIME.fullmatch(text)
    return None if found is None else _moment(tuple(map(int, found.groups())), _BEIJING)


def _moment(parts: tuple[int, ...], zone: timezone) -> datetime | None:
    year, month, day, hour, minute, second = parts
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
