"""A program: a server that reads a POST and answers one fixed body, as fast as Python can. Prints `stub ready URL`.

    python -m tests.bench.stub ANSWER_FILE

It is the other end for both sides of a comparison, so it must cost little and do nothing.
"""

import asyncio
import sys
from pathlib import Path
from typing import cast

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


class Stub(asyncio.Protocol):
    """One connection; requests may come in pieces or several at once."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.held += data
        while (end := self.held.find(HEAD_END)) >= 0:
            size = end + len(HEAD_END) + body_length(self.held[:end])
            if len(self.held) < size:
                return
            self.held = self.held[size:]
            self.transport.write(self.answer)


def body_length(head: bytes) -> int:
    """Content-Length of a head, 0 where there is none."""
    lower = head.lower()
    at = lower.find(LENGTH)
    return int(lower[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def http(body: bytes) -> bytes:
    """An answer with its head."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def main(answer: bytes) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Stub(answer), "127.0.0.1", 0)
    print(f"stub ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        import uvloop

        run = uvloop.run
    except ImportError:  # Windows
        run = asyncio.run
    run(main(http(Path(sys.argv[1]).read_bytes())))
