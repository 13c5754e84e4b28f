"""Downtime (停机维护): what happens to a call before, during and after a window (rules 12).

Sources: 22号 五(二); 4号 三(三); 规程 56. No wording ever says "failed" for a call that was not sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from types import MappingProxyType
from typing import Literal

from yidi_sdk.rules.areas import same_pool
from yidi_sdk.rules.reasons import Code, Reason

Call = Literal[
    "read",
    "trial",
    "upload_visit",
    "upload_daily",
    "money",
    "money_stay",
    "unknown_query",
    "reversal",
    "own",
]
Outcome = Literal["sent", "not_sent", "queued", "stored"]
Phase = Literal["before", "during", "unproved", "draining", "clear"]

EVERYWHERE = "platform"
# DT7: while the end is not known
ASK_AGAIN_S = 60
# DT4: nothing shall be in flight when the window begins; the deadline of each kind of money call
IN_FLIGHT: Mapping[str, timedelta] = MappingProxyType(
    {"money": timedelta(seconds=30), "money_stay": timedelta(seconds=60)}
)
# nobody waits at the other end of these
UNATTENDED = ("unknown_query", "reversal")


@dataclass(frozen=True, slots=True)
class Window:
    """A downtime window (DT11). `ends` None: not known. `scope`: platform, or an insured division."""

    begins: datetime
    ends: datetime | None
    scope: str = EVERYWHERE
    text: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """How far the line is back after a window: a read proves it, then the unknown outcomes are drained."""

    proved: bool = True
    drained: bool = True
    still_maintenance: bool = False


@dataclass(frozen=True, slots=True)
class Handling:
    """What happens to a call. `http` None: no caller waits. `banner`: the announcement is shown beside the answer."""

    outcome: Outcome
    http: int | None = None
    reasons: tuple[Reason, ...] = ()
    retry_after_s: int | None = None
    banner: bool = False


_PHASES: tuple[Phase, ...] = ("before", "during", "unproved", "draining", "clear")


def _row(*outcomes: Outcome) -> Mapping[Phase, Outcome]:
    return MappingProxyType(dict(zip(_PHASES, outcomes, strict=True)))


# DT1 to DT6, by phase. unproved: over, but no read has come back yet; draining: unknown outcomes come first.
TABLE: Mapping[Call, Mapping[Phase, Outcome]] = MappingProxyType(
    {
        "read": _row("sent", "stored", "sent", "sent", "sent"),  # DT1
        "trial": _row("sent", "not_sent", "not_sent", "sent", "sent"),  # DT2
        "upload_visit": _row("sent", "not_sent", "not_sent", "not_sent", "sent"),  # DT3
        "upload_daily": _row("sent", "queued", "queued", "queued", "sent"),  # DT3
        "money": _row("sent", "not_sent", "not_sent", "not_sent", "sent"),  # DT4
        "money_stay": _row("sent", "not_sent", "not_sent", "not_sent", "sent"),  # DT4
        "unknown_query": _row("sent", "sent", "sent", "sent", "sent"),  # DT5
        "reversal": _row("sent", "queued", "queued", "sent", "sent"),  # DT5
        "own": _row("stored", "stored", "stored", "stored", "stored"),  # DT6
    }
)


def handle(
    call: Call,
    now: datetime,
    window: Window | None,
    patient_division: str | None,
    *,
    stored_at: datetime | None = None,
    link: Link | None = None,
) -> Handling:
    """What happens to a call now. `stored_at`: when our own stored answer to a read was got; None: there is none."""
    link = link or Link()
    phase = phase_of(call, now, window, patient_division, link)
    outcome = TABLE[call][phase]
    if call == "read" and outcome == "stored" and stored_at is None:
        outcome = "not_sent"
    held_back = phase not in ("before", "clear")
    told = (Reason(Code.MAINTENANCE),) if held_back and outcome != "sent" and call != "own" else ()
    waits = outcome in ("not_sent", "queued")
    return Handling(
        outcome,
        _http(call, outcome),
        told,
        _rest(now, window) if waits else None,
        banner=window is not None and _concerns(window, patient_division) and phase != "clear",
    )


def phase_of(call: Call, now: datetime, window: Window | None, patient_division: str | None, link: Link) -> Phase:
    """Where `now` lies: money calls stop one deadline early (DT4); a window still claimed stays open (DT7)."""
    if window is not None and _concerns(window, patient_division):
        if now < window.begins - IN_FLIGHT.get(call, timedelta(0)):
            return "before"
        if window.ends is None or now < window.ends or link.still_maintenance:
            return "during"
    elif window is not None:
        return "clear"
    if not link.proved:
        return "unproved"
    return "clear" if link.drained else "draining"


def _concerns(window: Window, patient_division: str | None) -> bool:
    """DT11: an insured place that is down concerns its own patients only."""
    if window.scope == EVERYWHERE:
        return True
    if patient_division is None:
        return False
    if window.scope[2:] == "0000":
        return window.scope[:2] == patient_division[:2]
    return same_pool(window.scope, patient_division)


def _rest(now: datetime, window: Window | None) -> int:
    """Whole seconds to the end of the window; a minute where the end is not known or has passed."""
    if window is None or window.ends is None or window.ends <= now:
        return ASK_AGAIN_S
    return ceil((window.ends - now) / timedelta(seconds=1))


def _http(call: Call, outcome: Outcome) -> int | None:
    if call in UNATTENDED:
        return None
    return {"not_sent": 503, "queued": 202}.get(outcome, 200)
