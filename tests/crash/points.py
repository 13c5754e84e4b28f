"""kill -9 at each of the sixteen crash points, with each of three platforms: 48 cases, each a gateway of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from simulation.forms import fee_in, stay_in

from crash.town import (
    QUIET_S,
    SLOW_S,
    Caller,
    Gateway,
    Json,
    Nursery,
    Platform,
    Verdict,
    patient,
    set_up,
    verdict,
    visit_body,
)
from yidi_gateway.crash import POINTS

COMMITS, NOTHING, SLOWLY = "commits before it is noticed", "does not commit", "commits slowly after"
BEHAVIOURS = (COMMITS, NOTHING, SLOWLY)
KILLED = -9


@dataclass(frozen=True)
class Point:
    """Where the process dies, in which script, and which message the platform treats in its three ways. `ends`: the
    word told in the end, for each behaviour."""

    name: str
    script: str
    about: str
    message: str
    ends: tuple[str, str, str]


SETTLED = ("settled", "failed", "settled")
CASES = (
    Point("cp1", "settle", "cp1/2207", "2207", SETTLED),
    Point("cp2", "settle", "cp2/2207", "2207", SETTLED),
    Point("cp3", "settle", "cp3/2207", "2207", ("failed", "failed", "failed")),
    Point("cp4", "settle", "", "2207", SETTLED),
    Point("cp5", "settle", "cp5/2207", "2207", SETTLED),
    Point("cp6", "settle", "cp6/2207", "2207", SETTLED),
    Point("cp7", "settle", "cp7/2207", "2207", SETTLED),
    Point("cp8", "settle", "cp8/2207", "2207", SETTLED),
    Point("cp9", "settle", "cp9/2207", "2207", SETTLED),
    Point("cp10", "cancel", "cp10/2207", "2601", ("reversed", "reversed", "reversed")),
    Point("cp11", "cancel", "cp11/2207", "2601", ("reversed", "reversed", "reversed")),
    Point("cp12", "cancel", "cp12/2207", "2601", ("reversed", "reversed", "reversed")),
    Point("cp13", "settle", "cp13", "9001", ("settled", "settled", "settled")),
    Point("cp14", "upload", "cp14/2301", "2301", ("settled", "manual", "manual")),
    Point("cp15", "undo", "cp15/2207", "2208", ("reversed", "manual", "reversed")),
    Point("cp16", "settle", "cp16/", "2207", SETTLED),
)


@dataclass(frozen=True)
class Outcome:
    """How a case ended."""

    point: Point
    behaviour: str
    word: str
    died: int | None
    verdict: Verdict

    @property
    def is_good(self) -> bool:
        wanted = self.point.ends[BEHAVIOURS.index(self.behaviour)]
        return self.word == wanted and self.died == KILLED and self.verdict.is_clean


class Case:
    """One point with one behaviour."""

    def __init__(self, point: Point, behaviour: str, nursery: Nursery, folder: Path) -> None:
        self.point = point
        self.behaviour = behaviour
        self.platform = Platform()
        self.gateway = Gateway(nursery, folder)
        self.folder = folder
        self._treated = False
        self._written = asyncio.Event()

    async def run(self) -> Outcome:
        self.platform.befalls = self._befalls
        async with self.platform.open():
            key = set_up(self.folder, self.platform.url)
            await self.gateway.start(**self._env())
            self.caller = Caller(self.gateway, key)
            lives = asyncio.ensure_future(self._lives())
            try:
                word = await asyncio.wait_for(SCRIPTS[self.point.script](self), 50)
                listed = await asyncio.wait_for(self.caller.listed(), 20)
            finally:
                lives.cancel()
                await self.gateway.stop()
            died = self.gateway.ended[0] if self.gateway.ended else None
            return Outcome(self.point, self.behaviour, word, died, verdict(self.platform, self.caller.told, listed))

    def _env(self) -> dict[str, str]:
        if self.point.name == "cp4":
            return {}
        about = self.point.about
        if self.point.name == "cp16":  # the event that the platform's way leads to; the registration is accepted first
            about = "cp16/ACCEPTED:2" if self.behaviour == COMMITS else "cp16/NO_ANSWER:1"
        return {"YIDI_CRASH": about}

    async def _lives(self) -> None:
        """The first life dies at the point; the second is an ordinary one."""
        if self.point.name == "cp4":
            await self._written.wait()
            await self.gateway.kill()
        else:
            await self.gateway.end()
        await self.gateway.start()

    async def _befalls(self, message: Json) -> Json | str | None:
        """The first message of the kind is treated as the case says."""
        hub = self.platform.hub
        if message["infno"] != self.point.message or self._treated:
            return hub.perform(message)
        self._treated = True
        self._written.set()
        if self.point.name == "cp4":
            await self.gateway.end()  # the bytes are there, the process is gone
        if self.behaviour == NOTHING:
            return None
        if self.behaviour == SLOWLY:
            asyncio.get_running_loop().call_later(SLOW_S, hub.perform, message)
            return None
        done = hub.perform(message)
        return None if self.point.name == "cp9" else done

    # ---- what the caller does

    async def settle(self) -> str:
        body = visit_body(1, patient(self.platform.hub, 1))
        opened = await self.caller.post("/v1/visits", body, "open")
        self.visit_id = opened["visit_id"]
        path = f"/v1/visits/{self.visit_id}/settle"
        settled = await self.caller.post(path, {}, "settle")
        again = await self.caller.post(path, {}, "settle")
        assert again == settled
        return str(settled["baskets"][0]["state"])

    async def cancel(self) -> str:
        assert await self.settle() == "settled"
        await asyncio.sleep(QUIET_S + 0.5)
        (row,) = [row for row in await self.caller.listed() if row["infno"] == "2207"]
        self.caller.told.undone.add(row["submission_id"])
        await self.caller.post(f"/v1/visits/{self.visit_id}/cancel", {}, "cancel")
        (row,) = [row for row in await self.caller.listed() if row["infno"] == "2207"]
        return str(row["state"])

    async def undo(self) -> str:
        """Cleared meanwhile: the reversal is refused, and the settlement is taken back by its number."""
        hub = self.platform.hub
        task = asyncio.ensure_future(self.cancel())
        while not hub.settled:
            await asyncio.sleep(0.01)
        hub.cleared |= set(hub.settled)
        return await task

    async def upload(self) -> str:
        """An upload in a downtime waits in the gateway, and goes out when it is over."""
        person = patient(self.platform.hub, 1)
        now = datetime.now(timezone(timedelta(hours=8)))
        nodes = {"input": stay_in(1, person, now), "insured_division": person.division}
        admitted = await self.caller.post("/v1/transactions/2401", nodes, "admit")
        stay = {"mdtrt_id": admitted["output"]["result"]["mdtrt_id"]}
        window = {"from": now.isoformat(), "to": (now + timedelta(minutes=5)).isoformat(), "text": "停机维护"}
        made = await self.caller.once("POST", "/v1/maintenance", window)
        assert made is not None
        fees = {"feedetail": [fee_in(1, person.psn_no, stay, "12.00", now)]}
        nodes = {"input": fees, "insured_division": person.division}
        kept = await self.caller.once("POST", "/v1/transactions/2301", nodes, "fees")
        assert kept is not None
        assert kept.status_code == 202, kept.text
        assert self.platform.sent("2301") == []
        await self.caller.once("DELETE", f"/v1/maintenance/{made.json()['id']}")
        while True:
            rows = [row for row in await self.caller.listed() if row["infno"] == "2301"]
            if rows:
                assert len(rows) == 1
                return str(rows[0]["state"])
            await asyncio.sleep(0.2)


SCRIPTS: dict[str, Callable[[Any], Awaitable[str]]] = {
    "settle": Case.settle,
    "cancel": Case.cancel,
    "undo": Case.undo,
    "upload": Case.upload,
}
AT_ONCE = 8


async def all_cases(folder: Path) -> list[Outcome]:
    """All 48, a few at a time."""
    slots = asyncio.Semaphore(AT_ONCE)
    async with Nursery.open() as nursery:

        async def one(point: Point, behaviour: str) -> Outcome:
            async with slots:
                place = folder / f"{point.name}-{BEHAVIOURS.index(behaviour)}"
                return await Case(point, behaviour, nursery, place).run()

        cases = [(point, behaviour) for point in CASES for behaviour in BEHAVIOURS]
        return list(await asyncio.gather(*(one(point, behaviour) for point, behaviour in cases)))


def table(outcomes: list[Outcome]) -> str:
    """One line a point: how it ended with each platform."""
    lines = [f"{'':5} {'':62} " + " ".join(f"{behaviour:30}" for behaviour in BEHAVIOURS)]
    for point in CASES:
        found = {one.behaviour: one for one in outcomes if one.point is point}
        cells = [f"{found[b].word} {'good' if found[b].is_good else 'NOT GOOD'}" for b in BEHAVIOURS]
        lines.append(f"{point.name:5} {POINTS[point.name]:62} " + " ".join(f"{cell:30}" for cell in cells))
    lines.append(f"{sum(one.is_good for one in outcomes)} of {len(outcomes)}")
    return "\n".join(lines)
