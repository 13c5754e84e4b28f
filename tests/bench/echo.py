"""A program: the smallest ASGI application, on the server that the hub runs on. Prints `echo ready URL`.

python -m tests.bench.echo
"""

import asyncio
import socket
from typing import Any

import uvicorn

from yidi_mocks.server import Connection


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Give the body back."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False)
    length = (b"content-length", b"%d" % len(body))
    kind = (b"content-type", b"application/json")
    await send({"type": "http.response.start", "status": 200, "headers": [length, kind]})
    await send({"type": "http.response.body", "body": body})


async def main() -> None:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        echo,
        http=Connection,  # the hub's own: one write an answer, no Nagle
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
    )
    print(f"echo ready http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    await uvicorn.Server(config).serve(sockets=[listening])


if __name__ == "__main__":
    try:
        import uvloop

        uvloop.run(main())
    except ImportError:  # Windows
        asyncio.run(main())
