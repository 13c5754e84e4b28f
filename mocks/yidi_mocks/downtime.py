"""Windows in which the platform is down, for all or for the people insured in one division. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from yidi_mocks.clock import CHINA

PLATFORM = "platform"
AHEAD = timedelta(days=1)


class BadWindow(ValueError):
    """A window that makes no sense. The text says why."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `begin` (inclusive) to `end` (exclusive). `scope` is `platform` or a six-digit insured division."""

    number: str
    begin: datetime
    end: datetime
    text: str
    announced: bool
    scope: str

    def covers(self, now: datetime, insured_division: str) -> bool:
        """Whether a call at this moment, for somebody insured there, meets the window."""
        if not self.begin <= now < self.end:
            return False
        return self.scope == PLATFORM or insured_division.startswith(area(self.scope))

    def as_json(self) -> dict[str, Any]:
        """As the control door shows it."""
        begin, end = self.begin.isoformat(), self.end.isoformat()
        shown = {"id": self.number, "from": begin, "to": end, "text": self.text}
        return {**shown, "announced": self.announced, "scope": self.scope}


def area(division: str) -> str:
    """What all divisions within one begin with: two digits of a province, four of a city, six of a county."""
    return division[:2] if division.endswith("0000") else division[:4] if division.endswith("00") else division


@dataclass(slots=True)
class Windows:
    """The windows planted."""

    planted: dict[str, Window] = field(default_factory=dict[str, Window])
    serial: int = 0

    def plant(self, row: dict[str, Any]) -> Window:
        """Add one. Raises BadWindow."""
        self.serial += 1
        begin, end = moment(row.get("from")), moment(row.get("to"))
        if end <= begin:
            raise BadWindow("to must come after from")
        scope = str(row.get("scope") or PLATFORM)
        if scope != PLATFORM and not (len(scope) == 6 and scope.isdigit()):  # noqa: PLR2004 - GB/T 2260
            raise BadWindow("scope must be platform or a six-digit division")
        text = str(row.get("text") or "平台例行维护")
        window = Window(f"m{self.serial}", begin, end, text, bool(row.get("announced", True)), scope)
        self.planted[window.number] = window
        return window

    def now_over(self, now: datetime, insured_division: str) -> Window | None:
        """The window that a call meets, None when the platform is up for it."""
        return next((w for w in self.planted.values() if w.covers(now, insured_division)), None)

    def warning(self, now: datetime) -> str | None:
        """What an answer says of an announced window that begins within a day."""
        soon = [w for w in self.planted.values() if w.announced and now < w.begin <= now + AHEAD]
        if not soon:
            return None
        first = min(soon, key=lambda window: window.begin)
        return f"系统将于{shown(first.begin)}至{shown(first.end)}停机维护：{first.text}"


def moment(text: Any) -> datetime:
    """Read an ISO moment; one without offset is China time. Raises BadWindow."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise BadWindow(f"{text} is no ISO time") from None
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def shown(at: datetime) -> str:
    """As it stands in the downtime text."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
