"""A hostile platform for the simulation: every call may be lost, late, doubled in doubt, or answered with rubbish.

One seed decides everything. A message that is lost on the way may still arrive later, but no later than D_MAX; that is
the assumption the gateway's QUIET rests on.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.tiny_platform import JumpingClock, TinyPlatform

from yidi_sdk.errors import TimedOut
from yidi_sdk.posters import Limits, Reply

D_MAX = 110.0


class Killed(BaseException):
    """The process dies here."""


@dataclass
class Hostile:
    """The poster of a simulated gateway. `hostility` in 0..1; 0 is a healed world."""

    clock: JumpingClock
    dice: random.Random
    hostility: float
    kills: float
    platform: TinyPlatform = field(init=False)
    killed: bool = False
    late: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    wire: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.platform = TinyPlatform(self.clock)

    async def post(self, url: str, headers: Any, body: bytes, limits: Limits) -> Reply:
        message = json.loads(body)
        self.wire.append((self.clock.seconds, message))
        self._arrivals()
        if message["infno"] == "2207" and self.dice.random() < self.kills:
            self._kill()
        if self.dice.random() >= self.hostility:
            return await self.platform.post(url, headers, body, limits)
        return await self._fault(url, headers, body, message, limits)

    async def _fault(self, url: str, headers: Any, body: bytes, message: dict[str, Any], limits: Limits) -> Reply:
        kind = self.dice.choice(
            ("refused", "lost", "late", "reply_lost", "reply_lost", "hang_after", "rubbish", "kill")
        )
        if kind == "refused":
            self.platform.refused_connection()
        if kind == "lost":
            self.clock.seconds += self.dice.uniform(0, 5)
            raise TimedOut("lost on the way")
        if kind == "late":
            self.late.append((self.clock.seconds + self.dice.uniform(1, D_MAX), message))
            self.clock.seconds += self.dice.uniform(0, 30)
            raise TimedOut("no answer")
        await self.platform.post(url, headers, body, limits)
        if kind == "kill":
            self._kill()
        if kind == "hang_after":
            self.clock.seconds += 30
            raise TimedOut("no answer")
        if kind == "rubbish":
            rubbish: list[Callable[[], Reply | None]] = [
                self.platform.html,
                self.platform.http_502,
                self.platform.cut,
                self.platform.empty,
                self.platform.somebody_elses,
                self.platform.without_node,
                self.platform.unlisted,
            ]
            reply = self.dice.choice(rubbish)()
            assert reply is not None
            return reply
        raise TimedOut("answer lost")

    def _kill(self) -> None:
        self.killed = True
        raise Killed

    def _arrivals(self) -> None:
        """What was held up arrives now."""
        due = [m for t, m in self.late if t <= self.clock.seconds]
        self.late = [(t, m) for t, m in self.late if t > self.clock.seconds]
        for message in due:
            getattr(self.platform, f"on_{message['infno']}")(message)
