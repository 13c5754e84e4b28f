"""Who speaks to the voucher's program: a port of one method, an adapter for a middleware with an address, two readers.

A DLL (NationECCode.dll, entry nationECTrans) is a port of a few lines. Its argument types, its encoding and the length
of its answer are in the manual of the driver; the port only has to turn bytes of JSON into bytes of JSON:

    class Driver:
        def __init__(self, file, address):
            self._entry = ctypes.WinDLL(file).nationECTrans      # a 32-bit DLL needs a 32-bit Python
            self._address = address
            self._one_at_a_time = threading.Lock()                # it holds the scanner

        def exchange(self, body):
            answer = ctypes.create_string_buffer(65536)
            with self._one_at_a_time:
                self._entry(self._address, body.decode().encode("gbk"), answer)
            return answer.value.decode("gbk").encode()

    reader = VoucherReader(Driver(...), org_id="H50010399901")

A port raises NotSent where it is certain that nothing was asked; whatever else it raises is Unknown to the caller.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from yidi_sdk.errors import Garbled, Misused, Refused, Unknown, YidiError
from yidi_sdk.logging import tell
from yidi_sdk.message import Answer
from yidi_sdk.posters import AsyncPoster, Limits, Poster, Reply
from yidi_sdk.voucher.calls import Call, Function
from yidi_sdk.voucher.exchange import decode, encode

AnswerT = TypeVar("AnswerT", bound=Answer)
LIMITS = Limits(connect_s=3, read_s=60)
"""Seconds: the program may be waiting for the patient to show the code."""
HEADERS = {"content-type": "application/json; charset=utf-8"}
OK = 200
NO_ADDRESS = (
    "没有配置电子凭证中间件的地址，请填写 http:// 或 https:// 地址"
    " / no address of the e-voucher middleware is configured: http:// or https:// is wanted"
)


class VoucherPort(Protocol):
    """Bytes of JSON there, bytes of JSON back, once, waiting in this thread."""

    def exchange(self, body: bytes) -> bytes: ...


class AsyncVoucherPort(Protocol):
    """The same in the event loop."""

    async def exchange(self, body: bytes) -> bytes: ...


class HttpMiddleware:
    """A middleware at `url`, which has no default. Raises Misused without an address; NotSent, TimedOut or Garbled when
    it does not answer with HTTP 200."""

    def __init__(self, url: str, *, poster: Poster | None = None, limits: Limits = LIMITS) -> None:
        self._url = _address(url)
        self._limits = limits
        self._own: Any = None
        if poster is None:
            from yidi_sdk.posters.httpx import HttpxPoster  # noqa: PLC0415 - heavy, and only the default

            poster = self._own = HttpxPoster()
        self._poster = poster

    def exchange(self, body: bytes) -> bytes:
        """Post once."""
        return _body(self._poster.post(self._url, HEADERS, body, self._limits))

    def close(self) -> None:
        """Close the connections of the poster that was made here."""
        if self._own is not None:
            self._own.close()


class AsyncHttpMiddleware:
    """The same in the event loop."""

    def __init__(self, url: str, *, poster: AsyncPoster | None = None, limits: Limits = LIMITS) -> None:
        self._url = _address(url)
        self._limits = limits
        self._own: Any = None
        if poster is None:
            from yidi_sdk.posters.httpx import AsyncHttpxPoster  # noqa: PLC0415 - heavy, and only the default

            poster = self._own = AsyncHttpxPoster()
        self._poster = poster

    async def exchange(self, body: bytes) -> bytes:
        """Post once."""
        return _body(await self._poster.post(self._url, HEADERS, body, self._limits))

    async def aclose(self) -> None:
        """Close the connections of the poster that was made here."""
        if self._own is not None:
            await self._own.aclose()


class VoucherReader:
    """Asks the program, once each time: a code is good for one reading. It keeps nothing of an answer."""

    def __init__(self, port: VoucherPort, org_id: str) -> None:
        self._port = port
        self._org_id = org_id

    def send(self, call: Call[AnswerT], *, extra: Any = None) -> AnswerT:
        """The typed answer. Raises Misused and NotSent (nothing was asked), Refused, or Unknown."""
        body = encode(call, self._org_id, extra)
        with _told(call.function):
            return decode(call, self._org_id, self._port.exchange(body))


class AsyncVoucherReader:
    """The same in the event loop."""

    def __init__(self, port: AsyncVoucherPort, org_id: str) -> None:
        self._port = port
        self._org_id = org_id

    async def send(self, call: Call[AnswerT], *, extra: Any = None) -> AnswerT:
        """See `VoucherReader.send`."""
        body = encode(call, self._org_id, extra)
        with _told(call.function):
            return decode(call, self._org_id, await self._port.exchange(body))


def _address(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise Misused(NO_ADDRESS)
    return url


def _body(reply: Reply) -> bytes:
    if reply.status != OK:
        raise Garbled(f"the e-voucher middleware answered with HTTP {reply.status}")
    return reply.body


@contextmanager
def _told(function: Function) -> Generator[None]:
    """Name the function in every error, and log what came of it."""
    begun = time.perf_counter()
    outcome, key = "ok", None
    try:
        yield
    except YidiError as error:
        error.infno = function.name
        outcome = type(error).__name__
        key = error.key if isinstance(error, (Refused, Unknown)) else None
        raise
    except Exception as error:
        outcome = Unknown.__name__
        raise Unknown(
            f"{function.name}: the driver failed, outcome not known: {type(error).__name__}", infno=function.name
        ) from error
    finally:
        tell(
            "voucher",
            infno=function.name,
            effect=str(function.effect),
            outcome=outcome,
            milliseconds=round((time.perf_counter() - begun) * 1000),
            key=key,
        )
