"""Threat T01: where the gateway listens and what it reaches, on addresses as they are resolved."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from yidi_gateway.access import network
from yidi_gateway.access.network import EgressRefused, allowed, bind_objection, egress_objection, guard_for
from yidi_sdk.errors import NotSent
from yidi_sdk.posters import Limits
from yidi_sdk.posters.aiohttp import AiohttpPoster

ANY = "0.0.0.0"  # noqa: S104 - what must be refused
BIND = [
    ("127.0.0.1", ["127.0.0.1"], True),
    ("localhost", ["127.0.0.1", "::1"], True),
    ("10.1.2.3", ["10.1.2.3"], True),
    ("172.31.255.255", ["172.31.255.255"], True),
    ("192.168.0.1", ["192.168.0.1"], True),
    ("fd12::1", ["fd12::1"], True),
    ("fe80::1", ["fe80::1"], True),
    ("::1", ["::1"], True),
    (ANY, [ANY], False),
    ("::", ["::"], False),
    ("172.32.0.1", ["172.32.0.1"], False),
    ("100.64.0.1", ["100.64.0.1"], False),
    ("203.0.113.7", ["203.0.113.7"], False),
    ("8.8.8.8", ["8.8.8.8"], False),
    ("2001:4860:4860::8888", ["2001:4860:4860::8888"], False),
    ("::ffff:10.0.0.1", ["::ffff:10.0.0.1"], False),
    ("::ffff:8.8.8.8", ["::ffff:8.8.8.8"], False),
    ("255.255.255.255", ["255.255.255.255"], False),
    ("224.0.0.1", ["224.0.0.1"], False),
    ("169.254.169.254", ["169.254.169.254"], False),
    ("gateway.example", ["10.0.0.1", "203.0.113.7"], False),
    ("gateway.example", [], False),
    ("240.0.0.1", ["240.0.0.1"], False),
    ("0", [ANY], False),
    ("gateway.internal", ["10.0.0.1", "::"], False),
]

EGRESS = [
    ("platform.internal", "10.20.30.40", True),
    ("127.0.0.1", "127.0.0.1", True),
    ("169.254.10.1", "169.254.10.1", True),
    ("fd00::5", "fd00::5", True),
    ("platform.example", "203.0.113.7", False),
    ("platform.example", "8.8.8.8", False),
    ("169.254.169.254", "169.254.169.254", False),
    ("metadata.internal", "169.254.169.254", False),
    ("metadata.internal", "fd00:ec2::254", False),
    ("2130706433", "127.0.0.1", False),
    ("0177.0.0.1", "127.0.0.1", False),
    ("0x7f.0.0.1", "127.0.0.1", False),
    ("0x7f000001", "127.0.0.1", False),
    ("127.1", "127.0.0.1", False),
    ("platform.internal", "::ffff:10.0.0.1", False),
    ("platform.internal", "64:ff9b::a00:1", False),
    ("platform.internal", "2002:a00:1::1", False),
    ("platform.internal", ANY, False),
    ("platform.internal", "::", False),
    ("platform.internal", "not-an-address", False),
    ("plat form", "10.0.0.1", False),
    ("１２７.0.0.1", "127.0.0.1", False),
    ("", "127.0.0.1", False),
    ("platform.internal", "ff02::1", False),
    ("platform.internal", "fec0::1", False),
    ("platform.internal", "2001:db8::1", False),
    ("platform.internal", "100.64.0.1", False),
    ("platform.internal", "192.0.2.1", False),
    ("platform.internal", "::7f00:1", False),
    ("017700000001", "127.0.0.1", False),
    ("127.0.0.1.", "127.0.0.1", False),
    ("platform.internal\r\nX: y", "10.0.0.1", False),
    ("platform.internal:80@203.0.113.7", "10.0.0.1", False),
]


@pytest.mark.requirement("R062")
@pytest.mark.parametrize(("host", "addresses", "may"), BIND)
def test_bind_table(host: str, addresses: list[str], may: bool) -> None:
    assert (bind_objection(host, addresses) is None) is may


@pytest.mark.requirement("R062")
@pytest.mark.parametrize(("host", "ip", "may"), EGRESS)
def test_egress_table(host: str, ip: str, may: bool) -> None:
    assert (egress_objection(host, ip) is None) is may


def test_forty_are_refused() -> None:
    refused = [row for row in BIND if not row[2]], [row for row in EGRESS if not row[2]]
    assert sum(map(len, refused)) >= 40


def test_public_bind_needs_a_written_reason() -> None:
    assert bind_objection("203.0.113.7", ["203.0.113.7"], allow_public=True, reason=" ") is not None
    assert bind_objection("203.0.113.7", ["203.0.113.7"], allow_public=True, reason="line of 2026-11") is None
    assert bind_objection("gateway.example", [], allow_public=True, reason="line") is not None


def test_allow_list_is_narrow_and_reasoned() -> None:
    entry = allowed("203.0.113.0/28", "platform of the pilot")
    assert egress_objection("platform.example", "203.0.113.7", [entry]) is None
    assert egress_objection("platform.example", "203.0.113.77", [entry]) is not None
    for cidr, reason in (
        ("203.0.113.0/28", ""),
        ("0.0.0.0/0", "all"),
        ("::/0", "all"),
        ("203.0.113.9/28", "host bits"),
    ):
        with pytest.raises(ValueError):
            allowed(cidr, reason)


def test_metadata_address_stays_shut_even_when_allowed() -> None:
    entry = allowed("169.254.0.0/16", "why not")
    assert egress_objection("platform.example", "169.254.169.254", [entry]) is not None


def test_guard_knows_one_platform() -> None:
    guard = guard_for("http://Platform.internal:8701/base")
    guard("platform.internal", 8701, "10.0.0.1")
    for host, port, ip in (
        ("platform.internal", 8702, "10.0.0.1"),
        ("other.internal", 8701, "10.0.0.1"),
        ("platform.internal", 8701, "8.8.8.8"),
    ):
        with pytest.raises(EgressRefused):
            guard(host, port, ip)
    assert guard_for("https://p.internal").port == 443


async def test_nothing_is_written_to_a_refused_address() -> None:
    for url in ("http://203.0.113.7:9/x", "http://localhost:9/x"):
        async with AiohttpPoster(guard=guard_for("http://127.0.0.1:8701")) as poster:
            with pytest.raises(NotSent) as refused:
                await poster.post(url, {}, b"{}", Limits(1, 1))
            assert isinstance(refused.value, EgressRefused)


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """A port that takes what comes, answers that it is elsewhere, and keeps the first lines."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        done = threading.Event()

        def take() -> None:
            while not done.is_set():
                with suppress(TimeoutError):
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(2)
                        heard.append(connection.recv(4096).split(b"\r\n")[0])
                        connection.sendall(
                            b"HTTP/1.1 302 Found\r\nLocation: http://203.0.113.7/\r\nContent-Length: 0\r\n\r\n"
                        )

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield server.getsockname()[1], heard
        finally:
            done.set()
            thread.join()


async def test_a_redirect_is_not_followed() -> None:
    with listening() as (port, heard):
        url = f"http://127.0.0.1:{port}"
        async with AiohttpPoster(guard=guard_for(url)) as poster:
            reply = await poster.post(f"{url}/x", {}, b"{}", Limits(1, 2))
        assert reply.status == 302
        assert len(heard) == 1


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as (proxy, at_proxy), listening() as (port, heard):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        url = f"http://127.0.0.1:{port}"
        async with AiohttpPoster(guard=guard_for(url)) as poster:
            await poster.post(f"{url}/x", {}, b"{}", Limits(1, 2))
        assert heard == [b"POST /x HTTP/1.1"]
        assert at_proxy == []


async def test_a_name_that_moves_is_judged_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: private when it is looked at first, public at the next connection."""
    answers = iter(["127.0.0.1", "203.0.113.7"])

    async def resolving(_loop: object, host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    with listening() as (port, heard):
        url = f"http://platform.internal:{port}"
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(type(loop), "getaddrinfo", resolving, raising=False)
        async with AiohttpPoster(guard=guard_for(url)) as poster:
            assert (await poster.post(f"{url}/x", {}, b"{}", Limits(1, 2))).status == 302
        async with AiohttpPoster(guard=guard_for(url)) as poster:
            with pytest.raises(EgressRefused):
                await poster.post(f"{url}/x", {}, b"{}", Limits(1, 2))
        assert len(heard) == 1


def test_loopback_peers() -> None:
    assert network.is_loopback("127.0.0.1")
    assert network.is_loopback("::1")
    assert network.is_loopback("::ffff:127.0.0.1")
    assert not network.is_loopback("10.0.0.1")
    assert not network.is_loopback(None)
    assert not network.is_loopback("localhost")
