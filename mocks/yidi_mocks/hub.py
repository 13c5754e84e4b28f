"""The hub as an ASGI application: business door, faults on the wire, control door. The only part that waits.

Faults that need the connection itself (drop, hang, cut, duplicate) use the extension `yidi.connection` that `server.py`
puts into the scope; under another server they fall back to an error of the application, which closes the connection.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from yidi_mocks import answers, downtime, faults, landing, tokens
from yidi_mocks.calls import Call
from yidi_mocks.control import Control
from yidi_mocks.exchange import Exchange
from yidi_mocks.faults import Fault, Kind
from yidi_mocks.files import Stream
from yidi_mocks.refusals import sentence
from yidi_sdk.catalogue import Effect

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

CONNECTION = "yidi.connection"
JSON = b"application/json"
FILE = b"application/octet-stream"
DEFAULT_DELAY_S = 1.0
MAINTENANCE_FOR = timedelta(hours=1)
LARGEST = 12_000_000  # a file of two megabytes, each byte a number of up to four signs and a comma
SECOND = "second"
MONEY = frozenset({Effect.COMMIT, Effect.REVERSAL})


class ConnectionGone(Exception):  # not an error: the fault asked for it
    """The connection was closed on purpose, and this server gave no other way."""


class Hub:
    """`await hub(scope, receive, send)`. One exchange, one control door."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        answers.register_all()
        self.control: Any = Control(exchange).app()
        self._handles: list[asyncio.TimerHandle] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path.startswith("/_hub"):
            await self.control(scope, receive, send)
            return
        message = await receive()
        raw = message.get("body", b"")
        if message.get("more_body"):
            raw = await _rest(receive, raw)
        exchange = self.exchange
        if path not in exchange.paths or scope["method"] != "POST" or len(raw) > LARGEST:
            await self._elsewhere(path, raw, scope, send)
            return
        call = exchange.admit(raw, path, scope["headers"])
        if exchange.latency_s or exchange.latency is not None:
            await self._wait(call)
        if call.fault is None:
            body = exchange.perform(call)
            await _answer(send, call.status, JSON, body if call.seal is None else call.seal.close(body))
        else:
            await self._with_fault(call, call.fault, scope, receive, send)

    async def _wait(self, call: Call) -> None:
        """As long as the platform takes; an outage may begin meanwhile."""
        exchange = self.exchange
        seconds = exchange.latency_s
        if exchange.latency is not None:
            seconds += exchange.latency.draw(money=call.row is not None and call.row.effect in MONEY)
        await asyncio.sleep(seconds)
        if exchange.outages.planted and call.fault is None:
            came, now = exchange.clock.seconds_of(call.at), exchange.clock.seconds()
            call.fault = exchange.outages.overtaking(came, now)

    async def _elsewhere(self, path: str, raw: bytes, scope: Scope, send: Send) -> None:
        """No address of the business door, or too long a message; or the address that gives out tokens."""
        exchange = self.exchange
        if path and path == exchange.province.token_path and scope["method"] == "POST" and len(raw) <= LARGEST:
            status, body = tokens.given_out(exchange, raw, scope["headers"])
            await _answer(send, status, JSON, body)
        elif len(raw) > LARGEST:
            await _answer(send, 413, JSON, exchange.outside(f"报文长度超过{LARGEST}字节"))
            _connection(scope).close_now()  # the rest of it is not read
        else:
            await _answer(send, 404, JSON, exchange.outside("请求地址不存在"))

    async def _with_fault(self, call: Call, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        before = fault.where == faults.BEFORE
        if fault.kind is Kind.DELAY:
            await self._delayed(call, fault, send, before=before)
            return
        if fault.kind is Kind.SLOW_COMMIT:
            await self._held(call, fault, scope, receive, send)
            return
        body = self._before(call, fault) if before else self.exchange.perform(call)
        text = None if before else self._refusal(fault)
        if text is not None:
            body = self.exchange.refuse(call, text)
        if fault.kind is Kind.REPEAT_REQUEST:
            body = await self._repeated(call, fault, body)
        body = faults.changed(fault, body, sealed=call.seal is not None)
        if call.seal is not None:
            body = call.seal.close(body, wrongly=fault.kind is Kind.WRONG_SIGN)
        if fault.kind in (Kind.DROP_REQUEST, Kind.DROP_REPLY):
            await _drop(scope, receive)
        elif fault.kind is Kind.HANG:
            await _hang(receive)
        elif fault.kind is Kind.CUT:
            await _cut(scope, receive, send, body, int(fault.options.get("after_bytes", len(body) // 2)))
        elif fault.kind is Kind.DUPLICATE_REPLY:
            await _twice(scope, send, body)
        else:
            status, kind, spoiled = faults.spoiled(fault, body)
            await _answer(send, status, kind, spoiled)

    async def _repeated(self, call: Call, fault: Fault, first: bytes) -> bytes:
        """A middle box sends the request a second time, at once or after `seconds`; one of the answers goes back."""
        copy, seconds = self.exchange.again(call), float(fault.options.get("seconds", 0))
        if fault.options.get("answer", SECOND) == SECOND:
            await asyncio.sleep(seconds)
            return self.exchange.perform(copy)
        self._later(seconds, lambda: self.exchange.perform(copy))
        return first

    async def _held(self, call: Call, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Taken in, not answered, done later: after queries about its visit, or after `seconds`."""
        seconds = fault.options.get("seconds")
        queries = int(fault.options.get("after_queries", landing.USUAL_QUERIES if seconds is None else landing.NEVER))
        held = landing.hold(self.exchange, call, queries)
        if seconds is not None:
            self._later(float(seconds), lambda: landing.land(self.exchange, held))
        if "code" in fault.options:
            await _answer(send, int(fault.options["code"]), b"text/html", faults.BUSY_PAGE)
        else:
            await _drop(scope, receive)

    def _later(self, seconds: float, act: Callable[[], object]) -> None:
        handle = asyncio.get_running_loop().call_later(seconds, act)
        self._handles = [one for one in self._handles if not one.cancelled() and one.when() > handle.when() - seconds]
        self._handles.append(handle)

    async def _delayed(self, call: Call, fault: Fault, send: Send, *, before: bool) -> None:
        seconds = float(fault.options.get("seconds", DEFAULT_DELAY_S))
        limit = self.exchange.capabilities.D_max
        if before:
            await asyncio.sleep(seconds)
            if limit is not None and seconds > limit:
                self.exchange.note(call, "fault:delay", None, "too_late")
                await self._closed(send, call, self.exchange.refuse(call, sentence("too_late")))
                return
        body = self.exchange.perform(call)
        if not before:
            await asyncio.sleep(seconds)
        await self._closed(send, call, body)

    async def _closed(self, send: Send, call: Call, body: bytes) -> None:
        await _answer(send, 200, JSON, body if call.seal is None else call.seal.close(body))

    def _before(self, call: Call, fault: Fault) -> bytes:
        """Nothing was done: note it, and make the body that the fault then spoils."""
        text = self._refusal(fault)
        self.exchange.note(call, f"fault:{fault.kind.value}", text, fault.options.get("cause", "fault"))
        return self.exchange.refuse(call, text or "FSI-系统异常[gateBO_003]")

    def _refusal(self, fault: Fault) -> str | None:
        now = self.exchange.clock.now()
        text = faults.refusal_text(fault, downtime.shown(now), downtime.shown(now + MAINTENANCE_FOR))
        if fault.kind is Kind.SIGN_EXPIRED:
            self.exchange.sessions.clear()
        return text


async def _rest(receive: Receive, begun: bytes) -> bytes:
    """The whole message, or a little more than is taken in: nobody fills this hub's memory."""
    parts, length = [begun], len(begun)
    more = True
    while more and length <= LARGEST:
        message = await receive()
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        more = message.get("more_body", False)
    return b"".join(parts)


async def _answer(send: Send, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", FILE if isinstance(body, Stream) else kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _drop(scope: Scope, receive: Receive) -> None:
    """Close without a byte of answer."""
    _connection(scope).close_now()
    await _gone(receive)


async def _hang(receive: Receive) -> None:
    """Never answer; the connection stays until the caller or the server ends it."""
    await _gone(receive)


async def _cut(scope: Scope, receive: Receive, send: Send, body: bytes, after: int) -> None:
    """Promise the whole body, send its first bytes, close."""
    kept = max(0, min(after, len(body) - 1))
    headers = [(b"content-type", JSON), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body[:kept], "more_body": True})
    _connection(scope).close_now()
    await _gone(receive)


async def _twice(scope: Scope, send: Send, body: bytes) -> None:
    """The same answer twice on one connection, as a stuttering middle box does."""
    connection = _connection(scope)
    await _answer(send, 200, JSON, body)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    connection.write_raw(head + body)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _connection(scope: Scope) -> Any:
    """The connection itself. Raises ConnectionGone where the server does not hand it over."""
    extensions: dict[str, Any] = scope.get("extensions") or {}
    connection = extensions.get(CONNECTION)
    if connection is None:
        raise ConnectionGone
    return connection
