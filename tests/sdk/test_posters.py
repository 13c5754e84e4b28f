"""The adapters on a loopback server that misbehaves: not sent only when proven, everything else is doubt."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from sdk import rawserver
from sdk.rawserver import OK, answering, serving

from yidi_sdk import posters
from yidi_sdk.errors import NotSent, TimedOut, Unknown
from yidi_sdk.posters import Limits, Reply
from yidi_sdk.posters.aiohttp import AiohttpPoster
from yidi_sdk.posters.httpx import AsyncHttpxPoster, HttpxPoster

SHORT = Limits(connect_s=0.5, read_s=0.3)
LONG = Limits(connect_s=2, read_s=2)
Post = Callable[..., Reply]


def sync_post(url: str, *, limits: Limits = LONG, headers: Mapping[str, str] | None = None, **options: Any) -> Reply:
    with HttpxPoster(**options) as poster:
        return poster.post(url, headers or {}, b"body", limits)


def in_loop(make: Callable[..., Any]) -> Post:
    def post(url: str, *, limits: Limits = LONG, headers: Mapping[str, str] | None = None, **options: Any) -> Reply:
        async def run() -> Reply:
            async with make(**options) as poster:
                reply: Awaitable[Reply] = poster.post(url, headers or {}, b"body", limits)
                return await reply

        return asyncio.run(run())

    return post


POSTS = {"httpx": sync_post, "async httpx": in_loop(AsyncHttpxPoster), "aiohttp": in_loop(AiohttpPoster)}
each_poster = pytest.mark.parametrize("post", POSTS.values(), ids=POSTS)


@each_poster
def test_bytes_and_headers_arrive_unchanged(post: Post) -> None:
    with serving(answering(OK)) as server:
        reply = post(server.url, headers={"content-type": "application/json", "x-tif-nonce": "n"})
    assert reply.status == 200
    assert reply.body == b"hi"
    assert reply.headers["x-case"] == "Yes"
    head, _, body = server.received[0].lower().partition(b"\r\n\r\n")
    assert body == b"body"
    assert b"x-tif-nonce: n" in head
    assert b"accept-encoding: identity" in head
    assert head.startswith(b"post /x http/1.1")
    assert server.connections == 1


@each_poster
def test_refused_is_not_sent(post: Post) -> None:
    with pytest.raises(NotSent):
        post(f"http://127.0.0.1:{rawserver.unused_port()}/x")


@each_poster
def test_an_unknown_name_is_not_sent(post: Post) -> None:
    with pytest.raises(NotSent):
        post("http://no-such-host.invalid/x")


@each_poster
@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "127.0.0.1", "http:///x", "http://127.0.0.1:99999/"])
def test_no_address_is_not_sent(post: Post, url: str) -> None:
    with pytest.raises(NotSent):
        post(url)


@each_poster
def test_tls_that_fails_is_not_sent(post: Post) -> None:
    with serving(answering(b"this is no handshake")) as server, pytest.raises(NotSent):
        post(server.url.replace("http:", "https:"), tls=ssl.create_default_context())


@each_poster
def test_a_connection_that_is_never_taken_is_not_sent(post: Post) -> None:
    """A full backlog: the handshake does not end within the limit."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        address = listening.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        try:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(address)
            with pytest.raises((NotSent, TimedOut)) as caught:
                post(f"http://127.0.0.1:{address[1]}/x", limits=SHORT)
        finally:
            for one in waiting:
                one.close()
    assert caught.type is NotSent


WITHOUT_ANSWER = {
    "reset": rawserver.resetting,
    "closed": rawserver.closing,
    "hangs": rawserver.hanging,
    "half a head": answering(b"HTTP/1.1 200 OK\r\ncontent-le"),
    "cut": answering(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
    "cut in chunks": answering(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhal"),
    "no HTTP": answering(b"220 smtp ready\r\n\r\n"),
}


@each_poster
@pytest.mark.parametrize("kind", WITHOUT_ANSWER)
def test_written_and_no_whole_answer_is_doubt(post: Post, kind: str) -> None:
    with serving(WITHOUT_ANSWER[kind]) as server:
        with pytest.raises(Unknown) as caught:
            post(server.url, limits=SHORT)
        assert caught.type is TimedOut
        assert server.connections == 1  # and nothing was tried again


@each_poster
def test_a_slow_drip_ends_in_time(post: Post) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x")
            if server.done.wait(0.05):
                return

    with serving(drip) as server, pytest.raises(TimedOut):
        post(server.url, limits=Limits(connect_s=0.1, read_s=0.2))


@each_poster
def test_a_redirect_is_an_answer_and_not_followed(post: Post) -> None:
    with serving(answering(OK)) as other:
        raw = f"HTTP/1.1 307 Go\r\nlocation: {other.url}\r\ncontent-length: 0\r\n\r\n".encode()
        with serving(answering(raw)) as server:
            assert post(server.url).status == 307
        assert other.connections == 0


@each_poster
def test_a_failure_status_is_an_answer_and_not_repeated(post: Post) -> None:
    with serving(answering(b"HTTP/1.1 503 Down\r\ncontent-length: 2\r\n\r\nno")) as server:
        reply = post(server.url)
        assert (reply.status, reply.body) == (503, b"no")
        assert server.connections == 1


@each_poster
def test_proxies_of_the_environment_are_ignored(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{rawserver.unused_port()}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving(answering(OK)) as server:
        assert post(server.url).body == b"hi"


@each_poster
def test_an_answer_that_never_ends_is_cut_off(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("yidi_sdk.posters.httpx.MAX_ANSWER", "yidi_sdk.posters.aiohttp.MAX_ANSWER"):
        monkeypatch.setattr(module, 1000)
    raw = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + b"x" * 5000
    with serving(answering(raw)) as server, pytest.raises(TimedOut, match="too long"):
        post(server.url)


@each_poster
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_guard_sees_the_resolved_address_before_anything_is_written(post: Post, host: str) -> None:
    asked: list[tuple[str, int, str]] = []

    def forbid(name: str, port: int, ip: str, /) -> None:
        asked.append((name, port, ip))
        raise NotSent("egress is not allowed")

    with serving(answering(OK)) as server:
        with pytest.raises(NotSent, match="egress"):
            post(f"http://{host}:{server.port}/x", guard=forbid)
        assert server.connections == 0
    assert asked[0][:2] == (host, server.port)
    assert asked[0][2] in ("127.0.0.1", "::1")


@each_poster
def test_a_guard_that_allows_changes_nothing(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, *a, **k: real("127.0.0.1", port, *a, **k))
    with serving(answering(OK)) as server:
        url = f"http://platform.test:{server.port}/x"
        assert post(url, guard=lambda _host, _port, _ip, /: None).body == b"hi"
    assert f"host: platform.test:{server.port}".encode() in server.received[0].lower()


@each_poster
def test_a_guarded_host_with_a_dead_first_address_is_reached_by_its_second(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def two(_host: object, port: int, *_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("127.0.0.9", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with serving(answering(OK)) as server:
        url = f"http://platform.test:{server.port}/x"
        assert post(url, guard=lambda _host, _port, _ip, /: None).body == b"hi"
        assert server.connections == 1


def test_an_aiohttp_poster_waits_for_a_free_connection_and_then_gives_up_unsent() -> None:
    async def run() -> None:
        async with AiohttpPoster(connections=1) as poster:
            first = asyncio.create_task(poster.post(server.url, {}, b"1", Limits(connect_s=1, read_s=1)))
            await asyncio.sleep(0.1)
            with pytest.raises(NotSent):
                await poster.post(server.url, {}, b"2", Limits(connect_s=0.2, read_s=1))
            with pytest.raises(TimedOut):
                await first

    with serving(rawserver.hanging) as server:
        asyncio.run(run())
        assert server.connections == 1


def test_hosts() -> None:
    assert posters.host_and_port("https://a.b/x") == ("a.b", 443)
    assert posters.host_and_port("http://[::1]:8/x") == ("::1", 8)
    assert posters.is_ip("::1")
    assert not posters.is_ip("a.b")


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_a_long_body_leaves_whole_and_without_a_warning() -> None:
    """A file of 9101 is longer than what aiohttp likes to be given in one piece."""
    body = b"x" * (3 * 2**20)
    with serving(answering(OK)) as server:

        async def run() -> Reply:
            async with AiohttpPoster() as poster:
                return await poster.post(server.url, {"content-type": "application/json"}, body, LONG)

        assert asyncio.run(run()).status == 200
        head, _, rest = server.received[0].partition(b"\r\n\r\n")
    assert b"content-length: %d" % len(body) in head.lower()
    assert b"chunked" not in head.lower()
    assert set(rest) == {ord("x")}
