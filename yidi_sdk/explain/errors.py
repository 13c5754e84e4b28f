"""The error catalogue: what a platform's text means, who acts, what to do next, and whether money moved. Pure.

The rows are data (`errors.toml`); the first row that matches wins, so special rows stand before general ones. A text
that no row matches proves nothing: for a message that moves money it is doubt.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from yidi_sdk.envelope import BEIJING

MAINTENANCE = "maintenance"
"""Category of the rows that say the platform is down for maintenance."""
DUPLICATE = "duplicate"
"""Category of the rows that say it was done before: query, and find it."""
DEFAULT_CODE = "PLATFORM_REFUSED"


@dataclass(frozen=True, slots=True)
class Row:
    """One cause. `final`: certainly not executed. `money`: not_moved, moved or unknown. `code`: the reason code.
    `success_for`: transactions for which the text says that the wanted end is reached already."""

    key: str
    match: str
    category: str
    who: str
    cause_zh: str
    next_zh: str
    cause_en: str
    next_en: str
    final: bool = False
    money: str = "unknown"
    code: str = DEFAULT_CODE
    success_for: tuple[str, ...] = ()
    only_for: tuple[str, ...] = ()
    evidence: str = "inferred"

    @property
    def maintenance(self) -> bool:
        """Whether the platform says that it is down for maintenance."""
        return self.category == MAINTENANCE


@cache
def rows() -> tuple[Row, ...]:
    """The whole catalogue, in the order in which it is searched."""
    text = files("yidi_sdk").joinpath("explain", "errors.toml").read_text(encoding="utf-8")
    return tuple(_row(entry) for entry in tomllib.loads(text)["row"])


def match(text: str, infno: str = "") -> Row | None:
    """The first row that matches the platform's text, None when none does. Without `infno` rows that belong to single
    transactions count too."""
    for pattern, row in _patterns():
        if infno and row.only_for and infno not in row.only_for:
            continue
        if pattern.search(text):
            return row
    return None


def row_named(key: str) -> Row | None:
    """The row with this key, None when there is none."""
    return _by_key().get(key)


def clean(text: str) -> str:
    """The platform's text for people: without subsystem prefix, Java class names, trailing null and rule numbers; long
    runs of digits (identity and person numbers) are masked. The raw text belongs in the audit, not this one."""
    plain = _TAIL.sub("", _JAVA.sub("", _PREFIX.sub("", text.strip())))
    plain = _NULL.sub("", plain).strip()
    return _NUMBERS.sub("***", plain)


def parse_window(text: str) -> tuple[datetime, datetime] | None:
    """The window a downtime text carries, with offsets (Beijing time where it has none); None when it carries none."""
    found = [_time(part) for part in _TIME.finditer(text)]
    times = [time for time in found if time is not None]
    if len(times) < 2 or times[0] >= times[1]:  # noqa: PLR2004 - from and to
        return None
    return times[0], times[1]


_PREFIX = re.compile(r"^(?:[A-Z]{2,6}-)+")
_JAVA = re.compile(r"(?:[a-z][a-z0-9_]*\.){2,}[A-Za-z0-9_$]+(?:Exception|Error)?\s*[:：]?\s*")
_TAIL = re.compile(r"(?:\[[A-Za-z]+_?\d*\]\s*)+$")
_NULL = re.compile(r"(?:null|NULL)+$")
_NUMBERS = re.compile(r"\d{14,}[\dXx]")
_TIME = re.compile(
    r"(?P<year>\d{4})\s*[-/年]\s*(?P<month>\d{1,2})\s*[-/月]\s*(?P<day>\d{1,2})\s*日?[T\s]*"
    r"(?P<hour>\d{1,2})\s*[:：时点]\s*(?P<minute>\d{1,2})?\s*分?(?::(?P<second>\d{2}))?(?:\.\d+)?"
    r"(?P<offset>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def _time(found: re.Match[str]) -> datetime | None:
    parts = [int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    days, hour = divmod(parts[3], 24) if parts[3] == 24 else (0, parts[3])  # noqa: PLR2004 - 24:00 is midnight
    offset = found["offset"]
    try:
        zone = BEIJING if offset is None else datetime.strptime(offset, "%z").tzinfo
        year, month, day, _, minute, second = parts
        return datetime(year, month, day, hour, minute, second, tzinfo=zone) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Row], ...]:
    return tuple(
        (re.compile(row.match.removeprefix("re:") if row.match.startswith("re:") else re.escape(row.match)), row)
        for row in rows()
    )


@cache
def _by_key() -> dict[str, Row]:
    return {row.key: row for row in rows()}


def _row(entry: dict[str, Any]) -> Row:
    said = {language: entry.pop(language) for language in ("zh", "en")}
    return Row(
        cause_zh=said["zh"]["cause"],
        next_zh=said["zh"]["next"],
        cause_en=said["en"]["cause"],
        next_en=said["en"]["next"],
        success_for=tuple(entry.pop("success_for", ())),
        only_for=tuple(entry.pop("only_for", ())),
        **entry,
    )
