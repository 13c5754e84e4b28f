"""Outages: the platform is down for so many seconds, announced or not, from a moment or from the midst of a call. Pure.

An announced outage answers the downtime text with its end; of an unannounced one the caller only sees that nothing
comes: `how` says what. It begins after `in_s` seconds, or with the `nth` call of `infno` from now; then that call is in
flight: its answer is lost although it is done (`answer_lost`), or it is not done (`not_done`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yidi_mocks.clock import CHINA
from yidi_mocks.downtime import shown
from yidi_mocks.faults import AFTER, ANY, BEFORE, Fault, Kind

IN_FLIGHT = {"answer_lost": (Kind.DROP_REPLY, AFTER), "not_done": (Kind.DROP_REQUEST, BEFORE)}
HOW = {"closed": Kind.DROP_REQUEST, "hangs": Kind.HANG, "bad_gateway": Kind.STATUS, "page": Kind.HTML}
KNOWN = frozenset({"for_s", "in_s", "announced", "how", "text", "infno", "nth", "in_flight"})


class BadOutage(ValueError):
    """An outage that makes no sense. The text says why."""


@dataclass(slots=True)
class Outage:
    """One outage. `begin` in seconds of the hub's clock, None until its call has come."""

    number: str
    begin: float | None
    seconds: float
    announced: bool
    how: str
    text: str
    infno: str
    nth: int
    in_flight: str
    seen: int = 0

    def as_json(self) -> dict[str, Any]:
        """As the control door shows it."""
        told: dict[str, Any] = {"id": self.number, "for_s": self.seconds, "announced": self.announced, "how": self.how}
        when: dict[str, str | None] = {"from": None, "to": None}
        if self.begin is not None:
            moments = (self.begin, self.begin + self.seconds)
            when = dict(zip(when, (datetime.fromtimestamp(at, CHINA).isoformat() for at in moments), strict=True))
        return {**told, **when, "infno": self.infno, "nth": self.nth, "in_flight": self.in_flight, "seen": self.seen}

    def strike(self, infno: str, now: float) -> Fault | None:
        """What a call meets that comes now; it may be the call with which the outage begins."""
        if self.begin is None:
            if self.infno not in (ANY, infno):
                return None
            self.seen += 1
            if self.seen < self.nth:
                return None
            self.begin = now
            return self._fault(*IN_FLIGHT[self.in_flight])
        if not self.begin <= now < self.begin + self.seconds:
            return None
        return self._fault(Kind.MAINTENANCE if self.announced else HOW[self.how], BEFORE)

    def overtakes(self, came: float, now: float) -> Fault | None:
        """What a call meets that came before the outage began and has not been answered yet."""
        if self.begin is None or not came < self.begin <= now:
            return None
        return self._fault(*IN_FLIGHT[self.in_flight])

    def _fault(self, kind: Kind, where: str) -> Fault:
        begin = self.begin or 0.0
        moments = [shown(datetime.fromtimestamp(at, CHINA)) for at in (begin, begin + self.seconds)]
        options = {"text": self.text, "begin": moments[0], "end": moments[1], "code": 503, "cause": "outage"}
        if self.announced:
            options["cause"] = "maintenance"
        return Fault(self.number, kind, self.infno, where, {}, options)


@dataclass(slots=True)
class Outages:
    """The outages planted."""

    planted: dict[str, Outage] = field(default_factory=dict[str, Outage])
    serial: int = 0

    def plant(self, row: dict[str, Any], now: float) -> Outage:
        """Add one. Raises BadOutage."""
        if strange := set(row) - KNOWN:
            raise BadOutage(f"unknown: {', '.join(sorted(strange))}")
        try:
            seconds, nth = float(row["for_s"]), int(row.get("nth", 0))
            later = float(row.get("in_s", 0))
        except (KeyError, TypeError, ValueError):
            raise BadOutage("for_s is needed; for_s, in_s and nth are numbers") from None
        how, in_flight = str(row.get("how", "closed")), str(row.get("in_flight", "answer_lost"))
        if how not in HOW or in_flight not in IN_FLIGHT:
            raise BadOutage(f"how is one of {', '.join(HOW)}; in_flight of {', '.join(IN_FLIGHT)}")
        self.serial += 1
        begin = None if nth or row.get("infno") else now + later
        text, infno = str(row.get("text", "平台停机")), str(row.get("infno") or ANY)
        made = Outage(
            f"o{self.serial}", begin, seconds, bool(row.get("announced")), how, text, infno, nth or 1, in_flight
        )
        self.planted[made.number] = made
        return made

    def meeting(self, infno: str, now: float) -> Fault | None:
        """What a call meets that comes now."""
        return next((fault for outage in self.planted.values() if (fault := outage.strike(infno, now))), None)

    def overtaking(self, came: float, now: float) -> Fault | None:
        """What a call meets that was on its way when an outage began."""
        return next((fault for outage in self.planted.values() if (fault := outage.overtakes(came, now))), None)
