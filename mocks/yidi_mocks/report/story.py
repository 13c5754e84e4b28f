"""The record as the items of the report ask it: who did what, and what came before and after. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yidi_mocks.record import Received
from yidi_mocks.report.violations import ASKS, BEGINS, COPY, LOST, SETTLES, UNDOES

FORM = ("field_", "node_", "envelope", "path_mismatch", "too_long", "insuplc_missing")
Test = Callable[[Received], bool]
ONCE = SETTLES | BEGINS
Index = dict[str, list[Received]]


@dataclass(slots=True)
class Story:
    """All rows in order, without copies of a middle box, and the rules that were broken. A record may hold half a
    million rows: what is asked for each of many is asked of one person's or one visit's."""

    rows: list[Received]
    broken: list[dict[str, Any]]
    by_person: Index = field(default_factory=dict[str, list[Received]])
    by_visit: Index = field(default_factory=dict[str, list[Received]])

    @classmethod
    def of(cls, rows: Iterable[Received], broken: list[dict[str, Any]]) -> "Story":
        """From the record."""
        story = cls([row for row in rows if row.verdict != COPY], broken)
        for row in story.rows:
            story.by_person.setdefault(row.psn_no, []).append(row)
            story.by_visit.setdefault(row.mdtrt_id, []).append(row)
        return story

    def all_of(self, infnos: Iterable[str], *, done: bool = False) -> list[Received]:
        """Messages of these transactions; `done`: those that were answered well."""
        wanted = frozenset(infnos)
        return [row for row in self.rows if row.infno in wanted and (row.verdict == "ok" or not done)]

    def settled(self, *kinds: str) -> list[Received]:
        """Settlements that came about, of these kinds of care or of all."""
        return [row for row in self.rows if is_settled(row) and (not kinds or row.med_type in kinds)]

    def caused(self, *causes: str) -> list[Received]:
        """Refusals for one of these causes."""
        return [row for row in self.rows if row.cause in causes]

    def rule(self, *names: str) -> list[dict[str, Any]]:
        """Breaches of these rules."""
        return [found for found in self.broken if found["rule"] in names]

    def malformed(self) -> list[Received]:
        """Refusals for the form of the message alone."""
        return [row for row in self.rows if row.verdict == "refused" and (row.cause or "").startswith(FORM)]

    def lost(self, *, done: bool) -> list[Received]:
        """Settlements and registrations without an answer that could be read: done all the same, or not done."""
        return [row for row in self.rows if row.verdict in LOST and row.infno in ONCE and row.effect is done]

    def after(self, row: Received, test: Test) -> Received | None:
        """The first later message of which that is so."""
        return next(filter(test, _later(self.rows, row)), None)

    def before(self, row: Received, test: Test) -> Received | None:
        """The last earlier message of which that is so."""
        return next(filter(test, _earlier(self.rows, row)), None)

    def before_of_person(self, row: Received, infnos: frozenset[str]) -> bool:
        """Whether one of these transactions came earlier for the same person."""
        return any(other.infno in infnos for other in _earlier(self.by_person.get(row.psn_no, []), row))

    def before_of_visit(self, row: Received, test: Test) -> Received | None:
        """The last earlier message about the same visit of which that is so."""
        return next(filter(test, _earlier(self.by_visit.get(row.mdtrt_id, []), row)), None)

    def asked_after(self, row: Received) -> Received | None:
        """The query or undoing about the same person that came after."""
        rows = _later(self.by_person.get(row.psn_no, []), row)
        return next((later for later in rows if later.infno in ASKS | UNDOES), None)


def is_settled(row: Received) -> bool:
    """Whether it is a settlement that came about."""
    return row.infno in SETTLES and row.effect


def _later(rows: list[Received], row: Received) -> Iterator[Received]:
    begin = bisect_right(rows, row.n, key=_place)
    return (rows[at] for at in range(begin, len(rows)))


def _earlier(rows: list[Received], row: Received) -> Iterator[Received]:
    end = bisect_left(rows, row.n, key=_place)
    return (rows[at] for at in range(end - 1, -1, -1))


def _place(row: Received) -> int:
    return row.n


def seconds_between(first: Received, second: Received) -> float:
    """How long after the first the second came."""
    moments = [datetime.strptime(f"{row.at}000", "%Y%m%d%H%M%S%f") for row in (first, second)]  # noqa: DTZ007 - both China time
    return (moments[1] - moments[0]).total_seconds()
