"""A typed, signed settlement sent by the SDK, beside the bare HTTP client that posts the same bytes."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import aiohttp
import httpx

from tests.bench import material
from tests.bench.measuring import Axis, Figure, in_turns, in_turns_async
from tests.bench.programs import program
from yidi_sdk.client import AsyncClient, Client
from yidi_sdk.posters.aiohttp import AiohttpPoster
from yidi_sdk.posters.httpx import HttpxPoster
from yidi_sdk.profile import load
from yidi_sdk.protocol import Request, encode
from yidi_sdk.signing import HeaderSecret

AT_ONCE = 64
SYNC = Axis("SDK, sync", "Client.send, signed, httpx", "httpx.Client.post", "calls/s", ">=", 0.90)
ASYNC = Axis("SDK, async at 64", "AsyncClient.send, signed, aiohttp", "httpx.AsyncClient.post", "calls/s", ">=", 10)
AIOHTTP = Axis(
    "SDK, async at 64", "AsyncClient.send, signed, aiohttp", "aiohttp.ClientSession.post", "calls/s", ">=", 0.85
)
PROFILE = load("national").with_(header_scheme="tif")
SECRET = HeaderSecret(paasid="bench", token="demo-secret-0001")


def measure(folder: Path) -> Iterator[Figure]:
    """All three, against one stub that answers at once."""
    answer = folder / "settled.json"
    answer.write_bytes(material.settled())
    with program("stub ready", folder / "stub.log", "-m", "tests.bench.stub", str(answer)) as url:
        yield one_by_one(url)
        yield from asyncio.run(many_at_once(url))


def one_by_one(url: str) -> Figure:
    request, message = made(url), material.settlement()
    with HttpxPoster() as poster, httpx.Client(trust_env=False) as bare:
        client = Client(
            url,
            institution=material.HOSPITAL,
            operator=material.OPERATOR,
            profile=PROFILE,
            poster=poster,
            secret=SECRET,
        )

        def ours() -> object:
            return client.send(message, insured_division=material.DIVISION)

        def plain() -> object:
            return bare.post(request.url, headers=dict(request.headers), content=request.body).content

        ours_rate, bare_rate = in_turns(rate(ours), rate(plain), rounds=41, at_most_s=15)
    return SYNC.figure(ours_rate, bare_rate)


async def many_at_once(url: str) -> list[Figure]:
    request, message = made(url), material.settlement()
    pool = aiohttp.TCPConnector(limit=AT_ONCE)
    async with (
        AiohttpPoster() as poster,
        httpx.AsyncClient(trust_env=False) as bare,
        aiohttp.ClientSession(connector=pool) as session,
    ):
        client = AsyncClient(
            url,
            institution=material.HOSPITAL,
            operator=material.OPERATOR,
            profile=PROFILE,
            poster=poster,
            secret=SECRET,
        )

        async def ours() -> object:
            return await client.send(message, insured_division=material.DIVISION)

        async def plain() -> object:
            return (await bare.post(request.url, headers=dict(request.headers), content=request.body)).content

        async def beside() -> object:
            async with session.post(request.url, headers=request.headers, data=request.body) as answer:
                return await answer.read()

        ours_rate, httpx_rate, aiohttp_rate = await in_turns_async(
            rate_at_once(ours, 40), rate_at_once(plain, 4), rate_at_once(beside, 40), rounds=13, at_most_s=30
        )
    return [ASYNC.figure(ours_rate, httpx_rate), AIOHTTP.figure(ours_rate, aiohttp_rate)]


def made(url: str) -> Request:
    """The bytes, once, for the bare clients."""
    return encode(
        material.settlement(),
        profile=PROFILE,
        url=url,
        institution=material.HOSPITAL,
        operator=material.OPERATOR,
        msgid="H50010300001202611210940000001",
        now=datetime(2026, 11, 21, 9, 40, tzinfo=timezone(timedelta(hours=8))),
        insured_division=material.DIVISION,
        nonce="0123456789abcdef0123456789abcdef",
        secret=SECRET,
    )


def rate(call: Callable[[], object], calls: int = 150) -> Callable[[], float]:
    """A measure: calls a second, one after the other."""

    def once() -> float:
        begun = time.perf_counter()
        for _ in range(calls):
            call()
        return calls / (time.perf_counter() - begun)

    return once


def rate_at_once(call: Callable[[], Awaitable[object]], each: int) -> Callable[[], Awaitable[float]]:
    """A measure: calls a second, with 64 under way all the time."""

    async def worker() -> None:
        for _ in range(each):
            await call()

    async def once() -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
        return AT_ONCE * each / (time.perf_counter() - begun)

    return once
