"""kill -9 at random moments under load: tills that settle, cancel and ask again, a platform in bad weather, one
gateway after another over the same journal. In the end ledger, journal and what callers were told agree to the fen.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from crash.town import Caller, Gateway, Json, Nursery, Platform, Told, Verdict, patient, set_up, verdict, visit_body

TILLS = 6
SHORT_S, LONG_S, LONG = (0.0, 0.8), (3.0, 6.0), 0.1
"""How long a life lasts after it takes calls; one in ten is long enough for QUIET to pass."""
PATIENCE_S, MOST_WAITING, FOR_EVER = 4.0, 40, 7200.0


@dataclass
class Figures:
    kills: int = 0
    visits: int = 0
    settlements: int = 0
    messages: int = 0
    seconds: float = 0.0
    verdict: Verdict = field(default_factory=lambda: Verdict([], [], []))

    def __str__(self) -> str:
        v = self.verdict
        return (
            f"{self.kills} kills, {self.visits} visits, {self.settlements} settlements at the platform, "
            f"{self.messages} messages, {self.seconds:.0f} s: "
            f"{len(v.lost)} lost, {len(v.doubled)} doubled, {len(v.contradicted)} contradicted"
        )


class Storm:
    """One gateway killed again and again."""

    def __init__(self, nursery: Nursery, folder: Path, kills: int, seed: int) -> None:
        self.platform = Platform(befalls=self._befalls)
        self.gateway = Gateway(nursery, folder)
        self.folder = folder
        self.kills = kills
        self.dice = random.Random(seed)
        self.told = Told()
        self.figures = Figures()
        self.hostile = True
        self._numbers = iter(range(1, 1_000_000))
        self._patients: set[asyncio.Future[None]] = set()

    async def run(self) -> Figures:
        began = time.monotonic()
        async with self.platform.open():
            key = set_up(self.folder, self.platform.url, quiet_s=2, commit_s=1.5)
            self.caller = Caller(self.gateway, key, self.told, patience=2)
            await self.gateway.start()
            tills = [asyncio.ensure_future(self._till()) for _ in range(TILLS)]
            while self.figures.kills < self.kills:
                lasts = LONG_S if self.dice.random() < LONG else SHORT_S
                await asyncio.sleep(self.dice.uniform(*lasts))
                await self.gateway.kill()
                self.figures.kills += 1
                await self.gateway.start()
            self.hostile = False
            await asyncio.wait_for(asyncio.gather(*tills), 60)
            await asyncio.wait_for(asyncio.gather(*self._patients), 300)
            listed = await asyncio.wait_for(self.caller.listed(), 120)
            await self.gateway.stop()
        self.figures.verdict = verdict(self.platform, self.told, listed)
        self.figures.settlements = len(self.platform.hub.settled)
        self.figures.messages = len(self.platform.received)
        self.figures.seconds = time.monotonic() - began
        return self.figures

    async def _befalls(self, message: Json) -> Json | str | None:
        """A quarter of the messages fares badly while the storm lasts."""
        hub = self.platform.hub
        chance = self.dice.random() if self.hostile else 1.0
        if chance < 0.06:
            return None  # never arrived
        if chance < 0.14:
            hub.perform(message)
            return None  # done, and the answer is nothing to believe
        if chance < 0.20:
            asyncio.get_running_loop().call_later(self.dice.uniform(0, 1.2), hub.perform, message)
            return None  # arrives late
        if chance < 0.25:
            await asyncio.sleep(self.dice.uniform(0, 1))
        return hub.perform(message)

    async def _till(self) -> None:
        """One patient after another while the storm lasts. One who takes long goes on beside the next."""
        while self.hostile:
            if len(self._patients) > MOST_WAITING:
                await asyncio.sleep(0.2)
                continue
            patient_ = asyncio.ensure_future(self._patient(next(self._numbers)))
            self._patients.add(patient_)
            await asyncio.wait({patient_}, timeout=PATIENCE_S)
            if patient_.done():
                patient_.result()
                self._patients.discard(patient_)

    async def _patient(self, number: int) -> None:
        self.figures.visits += 1
        body = visit_body(number, patient(self.platform.hub, number))
        opened = await self.caller.post("/v1/visits", body, f"o{number}", FOR_EVER)
        if "visit_id" not in opened or "baskets" not in opened:
            return
        path = f"/v1/visits/{opened['visit_id']}/settle"
        settled = await self.caller.post(path, {}, f"s{number}", FOR_EVER)
        if self.dice.random() < 0.3:
            again = await self.caller.post(path, {}, f"s{number}", FOR_EVER)
            if again != settled:
                self.told.contradictions.append(f"s{number} answered differently")
        for basket in settled.get("baskets", ()):
            if basket["state"] == "settled" and self.dice.random() < 0.3:
                self.told.undone.add(basket["submission_id"])
                cancel = f"/v1/visits/{opened['visit_id']}/cancel"
                await self.caller.post(cancel, {}, f"c{number}", FOR_EVER)


async def killed(folder: Path, kills: int, seed: int = 1) -> Figures:
    async with Nursery.open() as nursery:
        return await Storm(nursery, folder, kills, seed).run()
