"""The default adapter, on httpx: `HttpxPoster` and `AsyncHttpxPoster`.

They stand on httpx's transports, below its client: cookies, redirects, proxies and authentication are what a poster
must not have, and preparing them is a third of a call.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Self

import httpx

from yidi_sdk.errors import NotSent, TimedOut
from yidi_sdk.posters import KEEP_ALIVE_S, MAX_ANSWER, TLS_GRACE_S, Guard, Limits, Reply, host_and_port

PROVEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
"""What httpx raises before it has a connection to write to."""
CONNECTIONS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=KEEP_ALIVE_S)
_SENT_ALWAYS = {
    "accept": "*/*",
    "accept-encoding": "identity",
    "connection": "keep-alive",
    "user-agent": f"python-httpx/{httpx.__version__}",
}


class HttpxPoster:
    """Waits in this thread; threads may share it. `transport` replaces the network in tests."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        guard: Guard | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._guard = guard
        self._transport = transport or httpx.HTTPTransport(verify=tls or True, trust_env=False, limits=CONNECTIONS)

    def post(self, url: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> Reply:
        """Post once. Raises NotSent or TimedOut."""
        host_and_port(url)
        addresses = [url] if self._guard is None else _guarded(self._guard, url, _resolve(url))
        for address in addresses[:-1]:
            try:
                return self._once(url, address, headers, body, limits)
            except NotSent:  # proven, so the host's next address may be tried
                continue
        return self._once(url, addresses[-1], headers, body, limits)

    def _once(self, url: str, address: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> Reply:
        until = time.monotonic() + limits.connect_s + limits.read_s + TLS_GRACE_S
        try:
            response = self._transport.handle_request(_request(url, address, headers, body, limits))
            try:
                got = bytearray()
                for chunk in response.iter_bytes():
                    got += chunk
                    if time.monotonic() > until:
                        raise TimedOut("the answer came too slowly")
                    _check_size(got)
            finally:
                response.close()
            return Reply(response.status_code, dict(response.headers), bytes(got))
        except PROVEN as error:
            raise NotSent(f"not sent: {type(error).__name__}") from None
        except httpx.HTTPError as error:
            raise TimedOut(f"sent, no whole answer: {type(error).__name__}") from None

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncHttpxPoster:
    """Waits in the event loop. `transport` replaces the network in tests."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        guard: Guard | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._guard = guard
        self._transport = transport or httpx.AsyncHTTPTransport(verify=tls or True, trust_env=False, limits=CONNECTIONS)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> Reply:
        """Post once. Raises NotSent or TimedOut."""
        host_and_port(url)
        addresses = [url]
        if self._guard is not None:
            try:
                async with asyncio.timeout(limits.connect_s):
                    addresses = _guarded(self._guard, url, await asyncio.to_thread(_resolve, url))
            except TimeoutError:
                raise NotSent("not sent: the name was not resolved in time") from None
        for address in addresses[:-1]:
            try:
                return await self._once(url, address, headers, body, limits)
            except NotSent:  # proven, so the host's next address may be tried
                continue
        return await self._once(url, addresses[-1], headers, body, limits)

    async def _once(self, url: str, address: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> Reply:
        try:
            async with asyncio.timeout(limits.connect_s + limits.read_s + TLS_GRACE_S):
                return await self._exchange(url, address, headers, body, limits)
        except PROVEN as error:
            raise NotSent(f"not sent: {type(error).__name__}") from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise TimedOut(f"sent, no whole answer: {type(error).__name__}") from None

    async def _exchange(self, url: str, address: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> Reply:
        response = await self._transport.handle_async_request(_request(url, address, headers, body, limits))
        try:
            got = bytearray()
            async for chunk in response.aiter_bytes():
                got += chunk
                _check_size(got)
        finally:
            await response.aclose()
        return Reply(response.status_code, dict(response.headers), bytes(got))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _request(url: str, address: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> httpx.Request:
    sent = {**_SENT_ALWAYS, **headers}
    extensions: dict[str, Any] = {"timeout": _timeout(limits)}
    if address != url:  # connect to the checked address, speak to the host
        host, port = host_and_port(url)
        shown = f"[{host}]" if ":" in host else host
        sent["host"] = shown if port in (80, 443) else f"{shown}:{port}"
        extensions["sni_hostname"] = host
    return httpx.Request("POST", _parsed(address), headers=sent, content=body, extensions=extensions)


@lru_cache(maxsize=256)
def _parsed(address: str) -> httpx.URL:
    return httpx.URL(address)


@cache
def _timeout(limits: Limits) -> dict[str, float]:
    return {"connect": limits.connect_s, "pool": limits.connect_s, "write": limits.read_s, "read": limits.read_s}


def _check_size(got: bytearray) -> None:
    if len(got) > MAX_ANSWER:
        raise TimedOut("the answer is too long to be one")


def _resolve(url: str) -> list[str]:
    host, port = host_and_port(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotSent("not sent: the name cannot be resolved") from None
    return [str(entry[4][0]) for entry in found]


def _guarded(guard: Guard, url: str, addresses: list[str]) -> list[str]:
    """The addresses with the host replaced by those that were checked, so that nobody resolves it a second time."""
    host, port = host_and_port(url)
    for ip in addresses:
        guard(host, port, ip)
    return [str(httpx.URL(url).copy_with(host=ip)) for ip in addresses]
