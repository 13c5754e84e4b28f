"""The error catalogue: what a platform's text means, who acts, what to do next, and whether money moved.

The rows are data (`errors.toml`); the first row that matches wins, so special rows stand before general ones. A
province's rows (`provinces/NAME.toml`, by profile) are searched before them, and rows of files that `use` brought in
before all; a row with the key of an earlier file's takes its place. A text that no row matches proves nothing: for a
message that moves money it is doubt.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from yidi_sdk.envelope import BEIJING
from yidi_sdk.explain.rows import DEFAULT_CODE, DUPLICATE, MAINTENANCE, Row, RowsWrong, read
from yidi_sdk.explain.tally import UNMAPPED

__all__ = [
    "DEFAULT_CODE",
    "DUPLICATE",
    "ENVIRONMENT",
    "MAINTENANCE",
    "Row",
    "RowsWrong",
    "caused",
    "clean",
    "form_of",
    "match",
    "parse_window",
    "provinces",
    "row_named",
    "rows",
    "understand",
    "use",
]
ENVIRONMENT = "YIDI_ERRORS"
"""Names files of more rows, separated as in PATH."""


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """Rows in the order in which they are searched."""

    rows: tuple[Row, ...]
    patterns: tuple[tuple[re.Pattern[str], Row], ...]
    by_key: Mapping[str, Row]


_added: tuple[tuple[Row, ...], ...] = ()


def use(*paths: str | Path, environment: Mapping[str, str] | None = None) -> int:
    """Put the rows of these files before all others, instead of those of an earlier call; returns how many there are.
    Without a path, the files that YIDI_ERRORS names. Of two files the later wins. Meant for the start of a program: a
    wrong file raises RowsWrong, or OSError when it cannot be read, and changes nothing."""
    global _added  # noqa: PLW0603 - one catalogue a program, set at its start
    named = os.environ if environment is None else environment
    chosen = paths or tuple(path for path in named.get(ENVIRONMENT, "").split(os.pathsep) if path)
    found = tuple(_file(Path(path)) for path in chosen)
    _added = found
    return sum(map(len, found))


def rows(profile: str = "") -> tuple[Row, ...]:
    """The whole catalogue, in the order in which it is searched."""
    return _catalogue(profile, _added).rows


def match(text: str, infno: str = "", profile: str = "") -> Row | None:
    """The first row that matches the platform's text, None when none does. Without `infno` rows that belong to single
    transactions count too."""
    for pattern, row in _catalogue(profile, _added).patterns:
        if row.general or (infno and row.only_for and infno not in row.only_for):
            continue
        if pattern.search(text):
            return row
    return None


def understand(text: str, infno: str = "", profile: str = "") -> Row | None:
    """Like `match`; a text without a row is counted in `explain.unmapped`. Once for each answer of the platform."""
    row = match(text, infno, profile)
    if row is None and text.strip():
        UNMAPPED.add(text)
    return row


def form_of(text: str) -> Row | None:
    """The row that knows a text's form alone. It explains to people; what may be done next does not rest on it."""
    patterns = _catalogue("", _added).patterns
    return next((row for pattern, row in patterns if row.general and pattern.search(text)), None)


def caused(text: str) -> Row | None:
    """The row whose cause stands in a sentence of ours about the platform's answer."""
    told = [row for row in _catalogue("", _added).rows if row.cause_zh in text]
    return max(told, key=lambda row: len(row.cause_zh), default=None)


def row_named(key: str) -> Row | None:
    """The row with this key, None when there is none: ours or an added one, else a province's."""
    found = _catalogue("", _added).by_key.get(key)
    if found is not None:
        return found
    return next((row for name in provinces() for row in _province(name) if row.key == key), None)


@lru_cache(maxsize=1)
def provinces() -> tuple[str, ...]:
    """The profiles with rows of their own."""
    folder = files("yidi_sdk").joinpath("explain", "provinces")
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


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


@lru_cache(maxsize=32)
def _catalogue(profile: str, added: tuple[tuple[Row, ...], ...]) -> _Catalogue:
    """Base, province and added files, the last first; a key that a later file has too is left out of the earlier."""
    known: dict[str, Row] = {}
    for batch in (*reversed(added), _province(profile), _base()):
        known |= {row.key: row for row in batch if row.key not in known}
    return _Catalogue(tuple(known.values()), tuple(_compiled(known.values())), known)


def _compiled(found: Iterable[Row]) -> Iterable[tuple[re.Pattern[str], Row]]:
    return ((row.pattern(), row) for row in found)


@lru_cache(maxsize=1)
def _base() -> tuple[Row, ...]:
    text = files("yidi_sdk").joinpath("explain", "errors.toml").read_text(encoding="utf-8")
    return read(text, "errors.toml")


@lru_cache(maxsize=64)
def _province(profile: str) -> tuple[Row, ...]:
    if profile not in provinces():
        return ()
    name = f"{profile}.toml"
    return read(files("yidi_sdk").joinpath("explain", "provinces", name).read_text(encoding="utf-8"), name)


def _file(path: Path) -> tuple[Row, ...]:
    try:
        return read(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError:
        raise RowsWrong(f"{path.name} is not UTF-8") from None
