"""Day end (规程 35): look, mend what may be mended, look again, and keep what came of it.

The same day may be reconciled as often as anybody likes: what was mended is not mended again, a ledger item is opened
once, and a result that says the same as the one before is no new version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import msgspec
import structlog

from yidi_gateway.engine import Engine
from yidi_gateway.lifecycle import State
from yidi_gateway.papers import Paper, PaperKind
from yidi_gateway.reconciling import fourway, telling
from yidi_gateway.reconciling.differences import Difference, Kind
from yidi_gateway.reconciling.ledger import Ledger, Opening
from yidi_gateway.reconciling.lines import Group, Line, negated
from yidi_gateway.reconciling.looking import Look, Looking, Told
from yidi_gateway.reconciling.mending import mend
from yidi_gateway.reconciling.repair import repair_of
from yidi_sdk.institution import Operator

log = structlog.get_logger("yidi.reconciling")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """A stored result: its version, when it was first found, and the document of the door."""

    version: int
    at: datetime
    document: Json


class DayEnd:
    """Reconciles days, one call at a time each."""

    def __init__(self, engine: Engine, operator: Operator, ledger: Ledger) -> None:
        self._engine = engine
        self._journal = engine.journal
        self._looking = Looking(engine, operator)
        self._ledger = ledger

    async def run(self, day: date, told: Told) -> Result:
        """Reconcile a day. Raises Held in a downtime and JournalDown; what was done until then stays."""
        before = await self.result(day)
        mended: dict[str, Json] = {} if before is None else {row["cause"]: row for row in before.document["mended"]}
        found = await self._looking.look(day, await self._seconds(mended.values()), told)
        fresh, moved = await self._mend(day, found.differences, told)
        if fresh or moved:
            mended |= fresh
            found = await self._looking.look(day, await self._seconds(mended.values()), told)
        await self._set_aside(day, found)
        still = await self._open_items(day, found, mended)
        totals = await fourway.compare(self._journal, self._ledger, day, found)
        await self._ledger.close_gone(f"day:{day}:", still)
        document = telling.document(day, found, mended.values(), totals)
        told("done", 1, 1)
        log.info("reconcile", outcome=document["state"], count=len(document["differences"]))
        return await self._kept(day, document)

    async def result(self, day: date, version: int | None = None) -> Result | None:
        """What was found last, or in one version; None where the day was not reconciled."""
        paper = await self._journal.paper(PaperKind.DAY, day.isoformat(), version)
        return None if paper is None else Result(paper.version, paper.at, _read(paper))

    async def _mend(self, day: date, differences: Iterable[Difference], told: Told) -> tuple[dict[str, Json], bool]:
        """What was mended by its cause, and whether somebody else moved one meanwhile: then the look is out of date."""
        done: dict[str, Json] = {}
        moved = False
        wanted = [(each, repair_of(each)) for each in differences]
        acting = [(each, repair) for each, repair in wanted if repair.event is not None]
        for number, (each, repair) in enumerate(acting):
            told("mend", number, len(acting))
            if repair.event is None:
                continue
            state, submission_id = await mend(self._engine, each, repair.event, day)
            if state == "left":
                moved = True
                continue
            cause = cause_of(day, each)
            await self._open(day, each)
            done[cause] = {
                **telling.difference(each),
                "cause": cause,
                "event": repair.event.name,
                "outcome": state,
                "mended_by": submission_id,
                "psn_no": each.psn_no,
            }
        return done, moved

    async def _open(self, day: date, each: Difference) -> str:
        cause = cause_of(day, each)
        subject = {
            "date": day.isoformat(),
            "settlement_id": each.setl_id,
            "submission_id": each.submission_id,
            "mdtrt_id": each.mdtrt_id or None,
        }
        detail = {"ours": telling.amounts(each.ours), "platform": telling.amounts(each.platform), "memo": each.memo}
        severity = repair_of(each).severity
        await self._ledger.open(Opening(cause, each.kind.value, subject, severity, detail))
        return cause

    async def _open_items(self, day: date, found: Look, mended: Mapping[str, Json]) -> set[str]:
        """Open what people have to look into; the causes that still are."""
        still = {await self._open(day, each) for each in found.differences if repair_of(each).item}
        for cause, row in mended.items():
            made = None if row["mended_by"] is None else await self._journal.get(row["mended_by"])
            settled = made is None or made.state in (State.CONFIRMED, State.REVERSED, State.ABSENT)
            if not settled:
                still.add(cause)
        for part, got in found.details.items():
            if got.set_aside is not None:
                subject = {"date": day.isoformat(), "clr_type": part.clr_type, "place": part.place}
                opening = Opening(
                    f"day:{day}:file:{part.clr_type}:{part.place}", "file", subject, 2, {"flaw": got.set_aside.flaw}
                )
                await self._ledger.open(opening)
                still.add(opening.cause)
        for group, explained in found.explained.items():
            if explained is not True and not _has_file_item(found, group):
                still.add(await self._open_totals(day, group, found))
        return still

    async def _open_totals(self, day: date, group: Group, found: Look) -> str:
        cause = f"day:{day}:totals:{group.insutype}:{group.clr_type}:{group.place}"
        subject = {
            "date": day.isoformat(),
            "insutype": group.insutype,
            "clr_type": group.clr_type,
            "place": group.place,
        }
        detail = {"platform": found.verdicts[group], "ours": telling.amounts(found.sums[group].fen)}
        await self._ledger.open(Opening(cause, "totals", subject, 2, detail))
        return cause

    async def _seconds(self, mended: Iterable[Json]) -> list[Line]:
        """Second records of our messages that were undone: the platform counts them and their negatives."""
        lines: list[Line] = []
        for row in mended:
            undo = None
            if row["event"] == "SECOND_AT_HUB" and row["mended_by"]:
                undo = await self._journal.get(row["mended_by"])
            if undo is None or undo.state is not State.CONFIRMED or undo.fen.total is None:
                continue
            lines.append(
                Line(
                    submission_id=f"second:{row['settlement_id']}",
                    setl_id=row["settlement_id"],
                    msgid=row["msgid"],
                    mdtrt_id=undo.mdtrt_id,
                    psn_no=row["psn_no"],
                    day=date.fromisoformat(row["cause"].split(":")[1]),
                    group=Group(row["insutype"] or "", row["clr_type"] or "", row["place"] or ""),
                    fen=negated(undo.fen),
                    refund=False,
                    division=undo.insured_division,
                )
            )
        return lines

    async def _set_aside(self, day: date, found: Look) -> None:
        """Keep a file that was not used, once, under a name of its own."""
        for part, got in found.details.items():
            if got.set_aside is not None:
                name = file_name(day, part, got.set_aside.flaw, got.set_aside.content)
                paper = Paper(PaperKind.FILE, name, 1, self._engine.clock.now(), got.set_aside.content)
                await self._journal.put_paper(paper)

    async def _kept(self, day: date, document: Json) -> Result:
        while True:
            before = await self.result(day)
            if before is not None and before.document == document:
                return before
            version = 1 if before is None else before.version + 1
            now = self._engine.clock.now()
            content = msgspec.json.encode(document)
            if await self._journal.put_paper(Paper(PaperKind.DAY, day.isoformat(), version, now, content)):
                await self._journal.note(now, f"day:{day}", "reconciled", {"state": document["state"]})
                return Result(version, now, document)


def cause_of(day: date, each: Difference) -> str:
    """What a ledger item is about: one difference of one day."""
    kind = Kind.PLATFORM_ONLY if each.kind in (Kind.PLATFORM_ONLY, Kind.UNCLEAR) and each.ours is None else each.kind
    return f"day:{day}:{kind}:{each.setl_id or each.msgid}"


def file_name(day: date, part: Group, flaw: str, content: bytes) -> str:
    """The name of a file that was set aside; the same file has the same name."""
    return f"{day}/{part.clr_type}/{part.place}/{flaw}/{sha256(content).hexdigest()[:16]}"


def _has_file_item(found: Look, group: Group) -> bool:
    return any(
        got.set_aside is not None and (part.clr_type, part.place) == (group.clr_type, group.place)
        for part, got in found.details.items()
    )


def _read(paper: Paper) -> Json:
    return msgspec.json.decode(paper.document, type=dict[str, Any])
