"""The port through which bytes leave: one method. Adapters: `posters.httpx` (default) and `posters.aiohttp`.

An adapter never retries, follows no redirect, reads no proxy from the environment, and takes at most `MAX_ANSWER`
bytes. It raises NotSent only where not a byte of the request can have been written, TimedOut for everything else.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from urllib.parse import urlsplit

from yidi_sdk.errors import NotSent

MAX_ANSWER = 20_000_000
"""Bytes of an answer. A longer one is cut off and counts as no answer."""
KEEP_ALIVE_S = 2
"""Idle connections are closed early: one that the platform closes first would turn a message into doubt."""
TLS_GRACE_S = 1
"""Added to the whole time of a call over its two limits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: to connect (name, TCP, TLS, a free connection), and then until the whole answer is there."""

    connect_s: float
    read_s: float


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer of any status. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Guard(Protocol):
    """Asked before connecting, with the address that will be connected to. Raises NotSent to forbid it."""

    def __call__(self, host: str, port: int, resolved_ip: str, /) -> None: ...


class Poster(Protocol):
    """Posts bytes, waiting in this thread. Raises NotSent or TimedOut."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> Reply: ...


class AsyncPoster(Protocol):
    """Posts bytes, waiting in the event loop. Raises NotSent or TimedOut."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> Reply: ...


@lru_cache(maxsize=256)
def host_and_port(url: str) -> tuple[str, int]:
    """Host and port of an address. NotSent when it is none that can be posted to."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        raise NotSent("not an http or https address") from None
    if not parts.hostname:
        raise NotSent("the address names no host")
    return parts.hostname, port


def is_ip(host: str) -> bool:
    """Whether the host is an address already, so that nothing is resolved."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
