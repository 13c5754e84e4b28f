"""More of the control door: keys, outages, latency, profile. Each says 400 with the reason for what makes no sense."""

import math
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from yidi_mocks import keys, latency
from yidi_mocks.exchange import Exchange
from yidi_mocks.outage import BadOutage
from yidi_mocks.provinces import provinces
from yidi_mocks.registry import BadWorld

Action = Callable[[Request], Awaitable[Response]]
Body = Callable[[Request], Awaitable[dict[str, Any]]]
LONGEST_S = 3600


class Steering:
    """The actions, over one exchange. `body_of` reads the JSON object that a request brings."""

    def __init__(self, exchange: Exchange, body_of: Body) -> None:
        self.exchange = exchange
        self.body_of = body_of

    def table(self) -> tuple[tuple[str, str, Action], ...]:
        """Verb, path, action."""
        return (
            ("GET", "/profiles", self.profiles),
            ("GET", "/keys", self.all_keys),
            ("PUT", "/keys/{code}", self.put_keys),
            ("POST", "/outage", self.plant_outage),
            ("GET", "/outage", self.list_outages),
            ("DELETE", "/outage", self.remove_outages),
            ("GET", "/latency", self.show_latency),
            ("PUT", "/latency", self.put_latency),
        )

    async def profiles(self, _: Request) -> Response:
        """Every profile: what it wants, and how well that is known."""
        rows = [
            {"name": p.name, "about": p.about, "headers": p.headers, "body": p.body, "evidence": p.evidence}
            for p in provinces().values()
        ]
        return JSONResponse({"items": rows, "next": None})

    async def all_keys(self, _: Request) -> Response:
        """The account of any institution, those of their own, the platform's public key. No secrets."""
        own = {code: account.as_json() for code, account in self.exchange.keyring.own.items()}
        shown = {"any": keys.of_any().as_json(), "own": own, "platform_public_key": keys.platform_public_key()}
        return JSONResponse(shown)

    async def put_keys(self, request: Request) -> Response:
        """The account of one institution."""
        made = self.exchange.keyring.put(request.path_params["code"], await self.body_of(request))
        return JSONResponse(made.as_json())

    async def plant_outage(self, request: Request) -> Response:
        """One outage more."""
        hub = self.exchange
        try:
            made = hub.outages.plant(await self.body_of(request), hub.clock.seconds())
        except BadOutage as error:
            raise BadWorld(str(error)) from None
        return JSONResponse(made.as_json(), 201)

    async def list_outages(self, _: Request) -> Response:
        """All outages."""
        rows = [outage.as_json() for outage in self.exchange.outages.planted.values()]
        return JSONResponse({"items": rows, "next": None})

    async def remove_outages(self, _: Request) -> Response:
        """The platform is up again."""
        self.exchange.outages.planted.clear()
        return Response(status_code=204)

    async def show_latency(self, _: Request) -> Response:
        """The named latencies, and the one in force."""
        now = self.exchange.latency
        rows = [{"name": name, "about": row["about"]} for name, row in latency.latencies().items()]
        shown = {"name": now.name if now else "none", "latency_ms": round(self.exchange.latency_s * 1000)}
        return JSONResponse({**shown, "items": rows, "next": None})

    async def put_latency(self, request: Request) -> Response:
        """A named latency (`name`, `seed`, `scale`), or the same wait for every answer (`latency_ms`)."""
        given = await self.body_of(request)
        if "latency_ms" in given:
            self.exchange.latency_s = number(given["latency_ms"], LONGEST_S * 1000) / 1000
        if "name" in given:
            scale = number(given.get("scale", 1), 100)
            try:
                self.exchange.latency = latency.named(str(given["name"]), int(given.get("seed", 1)), scale)
            except latency.BadLatency as error:
                raise BadWorld(str(error)) from None
        return await self.show_latency(request)


def number(value: Any, most: float) -> float:
    """A number from 0 to `most`. Raises BadWorld."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most or math.isnan(value):
        raise BadWorld(f"a number from 0 to {most} is wanted")
    return float(value)
