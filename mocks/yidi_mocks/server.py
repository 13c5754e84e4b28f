"""The hub on uvicorn: one write a reply, no Nagle delay, and a connection that can be closed without an answer.

uvicorn writes head and body apart. `Joined` collects what is written in one turn of the event loop and lets it leave in
one write; with TCP_NODELAY the answer is one segment. The protocol hands itself to the application as
`yidi.connection`.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any, cast

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from yidi_mocks.exchange import Exchange
from yidi_mocks.hub import CONNECTION, Hub

GRACE_S = 1
READY_WITHIN_S = 20


class Joined:
    """A transport whose writes of one turn of the loop leave together."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Keep until the end of this turn."""
        if not self._waiting:
            self._loop.call_soon(self.flush)
        self._waiting.append(data)

    def flush(self) -> None:
        """Let what waits leave in one write."""
        if self._waiting:
            data = b"".join(self._waiting)
            self._waiting.clear()
            if not self._transport.is_closing():
                self._transport.write(data)

    def close(self) -> None:
        """Flush, then close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with the two things above."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override, unused-ignore] # uvicorn narrows it so
        """Take the socket, switch Nagle off, join writes."""
        plug = transport.get_extra_info("socket")
        if plug is not None:
            with contextlib.suppress(OSError):
                plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(cast("asyncio.Transport", Joined(transport, self.loop)))

    def on_message_begin(self) -> None:
        """Put the connection into the scope."""
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)["extensions"] = {CONNECTION: self}

    def close_now(self) -> None:
        """Close without an answer; what was written before still leaves."""
        self.transport.close()

    def write_raw(self, data: bytes) -> None:
        """Write bytes past the HTTP machinery."""
        self.transport.write(data)


class HubServer(uvicorn.Server):
    """A server that tells when it accepts calls and does not wait long for hanging ones."""

    def __init__(self, exchange: Exchange, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.exchange = exchange
        self.socket = socket.create_server((host, port), backlog=512)
        hub = Hub(exchange)
        config = uvicorn.Config(
            cast("Any", hub),
            loop="auto",
            http=Connection,
            ws="none",
            lifespan="off",
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_S,
            timeout_keep_alive=75,
        )
        super().__init__(config)
        # only the control door asks where a call comes from: what a proxy says of it is read there
        hub.control = ProxyHeadersMiddleware(hub.control, trusted_hosts=config.forwarded_allow_ips)
        self.host = host
        self.port = int(self.socket.getsockname()[1])
        self.on_ready: Callable[[], None] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.host}:{self.port}"

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, then tell."""
        await super().startup(sockets)
        if self.started and self.on_ready is not None:
            self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of connections that hang on purpose, then end."""
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            cycle = getattr(connection, "cycle", None)
            if transport is not None and cycle is not None and not cycle.response_started:
                transport.abort()
        await super().shutdown(sockets)

    def serve_here(self) -> None:
        """Run until told to stop."""
        try:
            with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises Ctrl-C again once it is down
                self.run(sockets=[self.socket])
        finally:
            self.socket.close()


class ThreadedHub:
    """A hub in a thread of this process, for tests: `start`, use `url`, `stop`."""

    def __init__(self, exchange: Exchange) -> None:
        self.server = HubServer(exchange)
        self._ready = threading.Event()
        self.server.on_ready = self._ready.set
        self._thread = threading.Thread(target=self.server.serve_here, name="yidi-hub", daemon=True)

    def start(self) -> None:
        """Returns once it accepts calls. Raises TimeoutError."""
        self._thread.start()
        if not self._ready.wait(READY_WITHIN_S):
            raise TimeoutError("the hub did not start")

    def stop(self) -> None:
        """Returns once it is gone."""
        self.server.should_exit = True
        self._thread.join(READY_WITHIN_S)
