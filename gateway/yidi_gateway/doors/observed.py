"""THE TABLE of what `/metrics` shows. No label holds anything that a caller wrote."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from yidi_gateway.doors.table import House
from yidi_gateway.figures import BOUNDS, Spread
from yidi_gateway.lifecycle import OPEN, State
from yidi_gateway.link import LinkStatus
from yidi_gateway.reconciling.watching import oldest_age


@dataclass(frozen=True, slots=True)
class Figure:
    """One name of `/metrics`: its kind, what it tells, its labels."""

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    about: str
    labels: tuple[str, ...] = ()


FIGURES = (
    Figure("yidi_submissions", "gauge", "Submissions in the journal.", ("state",)),
    Figure("yidi_open_submissions", "gauge", "Submissions whose outcome is not known yet."),
    Figure("yidi_oldest_open_seconds", "gauge", "Age of the oldest submission without an outcome; 0: there is none."),
    Figure("yidi_uploads_waiting", "gauge", "Uploads kept for the end of a downtime."),
    Figure("yidi_oldest_upload_seconds", "gauge", "How long the oldest upload waits; 0: none does."),
    Figure("yidi_link", "gauge", "The line to the platform: 1 for the state it is in.", ("status",)),
    Figure("yidi_sends_total", "counter", "Envelopes sent, by what came of them.", ("effect", "outcome")),
    Figure("yidi_calls_total", "counter", "Calls of the REST door.", ("method", "route", "status")),
    Figure("yidi_call_seconds", "histogram", "How long calls of the REST door took.", ("method", "route")),
    Figure("yidi_messages_total", "counter", "Messages of the national door, by answer.", ("infno", "state")),
    Figure("yidi_journal_commit_seconds", "histogram", "How long the journal took to write and sync one transaction."),
)
Samples = dict[str, list[str]]


async def text(house: House) -> str:
    """All figures as Prometheus reads them. Raises JournalDown."""
    samples = await _samples(house)
    lines: list[str] = []
    for figure in FIGURES:
        lines += [f"# HELP {figure.name} {figure.about}", f"# TYPE {figure.name} {figure.kind}"]
        lines += samples[figure.name]
    return "\n".join(lines) + "\n"


async def _samples(house: House) -> Samples:
    engine, figures = house.engine, house.figures
    journal, now, status = engine.journal, engine.clock.now(), engine.status
    counts = await journal.count()
    oldest = await journal.oldest_open()
    since = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
    upload_age = oldest_age(await journal.waiting(1), now)
    calls = ((("method", one[0]), ("route", one[1]), ("status", str(one[2])), n) for one, n in figures.calls.items())
    return {
        "yidi_submissions": [_line("yidi_submissions", {"state": str(each)}, counts.get(each, 0)) for each in State],
        "yidi_open_submissions": [_line("yidi_open_submissions", {}, sum(counts.get(each, 0) for each in OPEN))],
        "yidi_oldest_open_seconds": [_line("yidi_oldest_open_seconds", {}, round(since))],
        "yidi_uploads_waiting": [_line("yidi_uploads_waiting", {}, await journal.count_waiting())],
        "yidi_oldest_upload_seconds": [_line("yidi_oldest_upload_seconds", {}, round(upload_age))],
        "yidi_link": [_line("yidi_link", {"status": str(each)}, int(each is status)) for each in LinkStatus],
        "yidi_sends_total": [
            _line("yidi_sends_total", {"effect": effect, "outcome": outcome}, n)
            for (effect, outcome), n in sorted(engine.outcomes.items())
        ],
        "yidi_calls_total": [_line("yidi_calls_total", dict(labels), n) for *labels, n in sorted(calls)],
        "yidi_call_seconds": [
            line
            for (method, route), spread in sorted(figures.took.items())
            for line in _histogram("yidi_call_seconds", {"method": method, "route": route}, spread)
        ],
        "yidi_messages_total": [
            _line("yidi_messages_total", {"infno": infno, "state": state}, n)
            for (infno, state), n in sorted(figures.messages.items())
        ],
        "yidi_journal_commit_seconds": list(_histogram("yidi_journal_commit_seconds", {}, journal.commits)),
    }


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    inside = ",".join(f'{label}="{word}"' for label, word in labels.items())
    return f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"


def _histogram(name: str, labels: Mapping[str, str], spread: Spread) -> Iterable[str]:
    for bound, count in zip(BOUNDS, spread.within, strict=True):
        yield _line(f"{name}_bucket", {**labels, "le": f"{bound:g}"}, count)
    yield _line(f"{name}_bucket", {**labels, "le": "+Inf"}, spread.count)
    yield _line(f"{name}_sum", labels, round(spread.seconds, 6))
    yield _line(f"{name}_count", labels, spread.count)
