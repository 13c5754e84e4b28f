"""The gateway's adapter, on aiohttp: many calls at once."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from yidi_sdk.errors import NotSent, TimedOut
from yidi_sdk.posters import KEEP_ALIVE_S, MAX_ANSWER, TLS_GRACE_S, Guard, Limits, Reply, host_and_port, is_ip

PROVEN = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""What aiohttp raises before it has a connection to write to: DNS, refused, TLS, connect and pool timeouts."""
CONNECTIONS = 256
LONG_BODY = 2**20


class AiohttpPoster:
    """Waits in the event loop in which it was first used. `connections` limits those open at once."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, guard: Guard | None = None, connections: int = CONNECTIONS
    ) -> None:
        self._tls = tls
        self._guard = guard
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> Reply:
        """Post once. Raises NotSent or TimedOut."""
        host, port = host_and_port(url)
        if self._guard is not None and is_ip(host):
            self._guard(host, port, host)  # an address is not resolved, so the resolver below never sees it
        try:
            async with self._open().post(
                url, data=_sendable(body), headers=headers, timeout=_timeout(limits), allow_redirects=False
            ) as response:
                got = await self._body(response)
                named = {name.lower(): value for name, value in response.headers.items()}
                return Reply(response.status, named, got)
        except PROVEN as error:
            raise NotSent(f"not sent: {type(error).__name__}") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TimedOut(f"sent, no whole answer: {type(error).__name__}") from None

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        got = bytearray()
        async for chunk in response.content.iter_any():
            got += chunk
            if len(got) > MAX_ANSWER:
                response.close()
                raise TimedOut("the answer is too long to be one")
        return bytes(got)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            resolver = None if self._guard is None else _GuardedResolver(self._guard)
            connector = aiohttp.TCPConnector(
                limit=self._connections,
                ssl=self._tls or True,
                resolver=resolver,
                use_dns_cache=resolver is None,
                keepalive_timeout=KEEP_ALIVE_S,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept-Encoding": "identity"},
            )
        return self._session

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _sendable(body: bytes) -> bytes | BytesIO:
    """Long bodies in pieces, so that the loop serves others in between."""
    return body if len(body) <= LONG_BODY else BytesIO(body)


@cache
def _timeout(limits: Limits) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=limits.connect_s + limits.read_s + TLS_GRACE_S, connect=limits.connect_s, sock_read=limits.read_s
    )


class _GuardedResolver(AbstractResolver):
    """Resolves, then asks the guard about every address that would be connected to."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        for entry in found:
            self._guard(host, port, str(entry[4][0]))
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for kind, _, proto, _, address in found
        ]

    async def close(self) -> None:
        """Nothing is held open."""
