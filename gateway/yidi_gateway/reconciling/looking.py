"""One look at a day: totals, where they differ the details, about each objection a question, and the proof.

The proof: the platform is asked for its totals once more, with ours corrected by every difference found. Only when it
agrees to those is nothing left over; then lines of which its file says nothing count as agreed, else each is asked for.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from yidi_gateway.engine import Engine
from yidi_gateway.journal.port import Search
from yidi_gateway.reconciling import details, gathering
from yidi_gateway.reconciling.details import Details
from yidi_gateway.reconciling.differences import UNTOLD, Difference, Held, Kind, Pair, classified, delta, paired
from yidi_gateway.reconciling.gathering import Gathered
from yidi_gateway.reconciling.lines import Group, Line
from yidi_gateway.reconciling.totals import Sum, Verdict, question, summed, verdict_of
from yidi_gateway.submission import Submission
from yidi_sdk.errors import YidiError
from yidi_sdk.institution import Operator

Told = Callable[[str, int, int], None]
"""Hears what is being done: the step, how many are done, of how many."""


@dataclass
class Look:
    """What one look found. `explained`: whether the differences account for a group's totals; None: it cannot be said.
    A group that is not in `explained` was balanced."""

    gathered: Gathered
    lines: tuple[Line, ...]
    sums: Mapping[Group, Sum]
    verdicts: dict[Group, Verdict] = field(default_factory=dict[Group, Verdict])
    details: dict[Group, Details] = field(default_factory=dict[Group, Details])
    differences: list[Difference] = field(default_factory=list[Difference])
    explained: dict[Group, bool | None] = field(default_factory=dict[Group, bool | None])

    def differing(self) -> list[Group]:
        """Groups whose totals the platform does not agree to."""
        return [group for group, verdict in self.verdicts.items() if verdict not in ("balanced", "not_told")]


class Looking:
    """Looks at a day through the engine. Raises Held in a downtime."""

    def __init__(self, engine: Engine, operator: Operator) -> None:
        self._engine = engine
        self._operator = operator
        self._place = engine.institution.division

    async def look(self, day: date, seconds: Sequence[Line], told: Told) -> Look:
        """`seconds`: second records of ours that were undone, both rows of which the platform counts."""
        told("gather", 0, 1)
        gathered = await gathering.of_days(self._engine.journal, day, day, self._place)
        lines = (*gathered.lines, *seconds)
        found = Look(gathered, lines, summed(lines, self._place))
        for number, (group, ours) in enumerate(found.sums.items()):
            told("totals", number, len(found.sums))
            found.verdicts[group] = await self._asked(group, ours, day)
        parts = {Group("", group.clr_type, group.place): None for group in found.differing()}
        for number, part in enumerate(parts):
            told("details", number, len(parts))
            await self._details(found, part, day)
        return found

    async def _asked(self, group: Group, ours: Sum, day: date) -> Verdict:
        try:
            answer = await self._engine.ask(question(group, ours, day), operator=self._operator)
        except YidiError:
            return "not_told"
        return verdict_of(answer.stmtinfo.stmt_rslt)

    async def _details(self, found: Look, part: Group, day: date) -> None:
        """All insurances of a clearing type travel in one file."""
        lines = [line for line in found.lines if _is_of(line.group, part)]
        got = await details.compare(self._engine, self._operator, lines, day, part)
        found.details[part] = got
        groups = [group for group in found.differing() if _is_of(group, part)]
        if got.compared is None:
            found.explained |= dict.fromkeys(groups)
            return
        silent = [line.setl_id for line in got.compared.unanswered]
        lists_all = bool(got.compared.matched)
        pairs = paired(lines, got.compared.objected, silent if lists_all else ())
        some = await self._differences(pairs, found, day)
        proof = await self._proof(found, groups, some, day)
        if silent and not lists_all and not all(proof.values()):
            pairs = paired(lines, got.compared.objected, silent)
            some = await self._differences(pairs, found, day)
            proof = await self._proof(found, groups, some, day)
        found.differences += some
        found.explained |= proof

    async def _differences(self, pairs: Sequence[Pair], found: Look, day: date) -> list[Difference]:
        divisions = {line.mdtrt_id: line.division for line in found.lines}
        divisions |= {row.mdtrt_id: row.insured_division for row in found.gathered.rows.values() if row.mdtrt_id}
        held = await details.evidence(self._engine, self._operator, pairs, divisions)
        known = await self._known(pairs, found.gathered)
        doubles: Counter[str] = Counter()
        told = (
            classified(pair, self._placed(held.get(number, UNTOLD)), known, day, doubles)
            for number, pair in enumerate(pairs)
        )
        return [difference for difference in told if difference is not None]

    async def _known(self, pairs: Iterable[Pair], gathered: Gathered) -> dict[str, Submission]:
        """Our submissions behind what the platform alone has, by msgid and by settlement number."""
        known: dict[str, Submission] = {}
        for pair in pairs:
            if pair.theirs is None or pair.ours is not None:
                continue
            msgid, number = pair.theirs.msgid, pair.theirs.setl_id
            if msgid:
                row = gathered.rows.get(msgid)
                found = () if row is not None else (await self._engine.journal.search(Search(msgid=msgid))).items
                if (row := row or next(iter(found), None)) is not None:
                    known[msgid] = row
            if number and number not in known:
                page = await self._engine.journal.search(Search(setl_id=number))
                known.update((number, row) for row in page.items[:1])
        return known

    def _placed(self, held: Held) -> Held:
        """With our own agency where the platform left it out."""
        group = held.group
        return held if group is None or group.place else replace(held, group=replace(group, place=self._place))

    async def _proof(
        self, found: Look, groups: Sequence[Group], some: Sequence[Difference], day: date
    ) -> dict[Group, bool | None]:
        proof: dict[Group, bool | None] = {}
        homeless = any(each.group is None and each.kind is not Kind.UNCLEAR for each in some)
        for group in groups:
            implied = found.sums[group]
            for each in some:
                if each.group == group:
                    implied = implied.plus(delta(each))
            verdict = await self._asked(group, implied, day)
            proof[group] = (
                None if verdict == "not_told" or (homeless and verdict != "balanced") else verdict == "balanced"
            )
        return proof


def _is_of(group: Group, part: Group) -> bool:
    return (group.clr_type, group.place) == (part.clr_type, part.place)
