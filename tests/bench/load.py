"""A program: calls one URL over N connections for some seconds and prints one line of JSON.

    python -m tests.bench.load URL BODY_FILE --connections 16 --seconds 1.5

`@@msgid@@` in the body is replaced by a new number at every call: a platform does not take a msgid twice. Written on
sockets, because an HTTP client would be slower than the servers and so flatter the slower of the two.
"""

import argparse
import asyncio
import json
import secrets
import time
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from tests.bench.stub import HEAD_END, body_length

PLACE = b"@@msgid@@"
MSGID_LENGTH = 30


class Caller(asyncio.Protocol):
    """One connection, one call at a time, until told to stop."""

    def __init__(self, load: "Load") -> None:
        self.load = load
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self.load.next_call())

    def data_received(self, data: bytes) -> None:
        self.held += data
        end = self.held.find(HEAD_END)
        if end < 0:
            return
        size = end + len(HEAD_END) + body_length(self.held[:end])
        if len(self.held) < size:
            return
        self.load.answered(self.held[: end + len(HEAD_END) + 40])
        self.held = self.held[size:]
        if self.load.running:
            self.transport.write(self.load.next_call())
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.load.broken += self.load.running


class Load:
    """The calls made, and what came back."""

    def __init__(self, url: str, body: bytes) -> None:
        address = urlsplit(url)
        head = (
            f"POST {address.path or '/'} HTTP/1.1\r\nhost: {address.netloc}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body.replace(PLACE, b'0' * MSGID_LENGTH))}\r\n\r\n"
        )
        before, _, after = body.partition(PLACE)
        self.call = (head.encode() + before, after)
        self.varies = PLACE in body
        self.stamp = f"H50010300001{time.strftime('%Y%m%d')}".encode()
        self.number = secrets.randbelow(10**9)
        self.calls = self.refused = self.broken = 0
        self.running = True

    def next_call(self) -> bytes:
        if not self.varies:
            return self.call[0]
        self.number += 1
        return self.call[0] + self.stamp + b"%010d" % self.number + self.call[1]

    def answered(self, head: bytes) -> None:
        self.calls += 1
        self.refused += b'"infcode":-1' in head or b" 200 " not in head[:20]


async def main(url: str, body: bytes, connections: int, seconds: float) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    load = Load(url, body)
    address = urlsplit(url)
    begun = time.perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: Caller(load), address.hostname, address.port)
    await asyncio.sleep(seconds)
    load.running = False
    spent = time.perf_counter() - begun
    per_s = load.calls / spent
    await asyncio.sleep(0.1)
    return {"per_s": per_s, "refused": load.refused, "broken": load.broken}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("body", type=Path)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=1.5)
    given = parser.parse_args()
    try:
        import uvloop

        run = uvloop.run
    except ImportError:  # Windows
        run = asyncio.run
    print(json.dumps(run(main(given.url, given.body.read_bytes(), given.connections, given.seconds))))
