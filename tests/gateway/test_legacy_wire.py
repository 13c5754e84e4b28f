"""Older programs on the wire itself: HTTP/1.0, no Content-Type, a length on every answer, `Expect`, lines in pieces."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from gateway.national_world import PATH, Program
from main_job.running import run_gateway, write_config

from yidi_mocks.plugin import RunningHub

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
LEGACY = """
[legacy]
dll_call = true
callers = [{ caller = "his", charset = "gb18030", infcode = "text", longest_answer = 1000000 }]
"""


@pytest.fixture
def address(hub: RunningHub, tmp_path: Path) -> Iterator[tuple[str, int]]:
    write_config(tmp_path, hub.url)
    with (tmp_path / "gateway.toml").open("a", encoding="utf-8") as config:
        config.write(LEGACY)
    with run_gateway(tmp_path) as program:
        parts = urlsplit(program.url)
        assert parts.hostname
        assert parts.port
        yield parts.hostname, parts.port


def spoken(address: tuple[str, int], *pieces: bytes, at_once: bool = True) -> tuple[bytes, dict[str, str], bytes]:
    """Write, read until the other side closes; status line, headers, body."""
    with socket.create_connection(address, timeout=30) as connection:
        if at_once:
            connection.sendall(b"".join(pieces))
        else:
            for piece in pieces:
                connection.sendall(piece)
        heard = b""
        while part := connection.recv(65536):
            heard += part
    while heard.startswith(b"HTTP/1.1 100"):
        heard = heard.split(b"\r\n\r\n", 1)[1]
    head, _, body = heard.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return status.encode(), headers, body


def head(length: int, version: str = "1.0", *more: str, path: str = PATH) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/{version}", f"Content-Length: {length}", *more, "", ""]).encode()


def test_http_1_0_gbk_no_content_type(address: tuple[str, int], persona: Callable[[str], dict[str, Any]]) -> None:
    who = persona("filed_hypertension")
    program = Program(httpx.AsyncClient(), who)
    nodes = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": who["credential"]["value"]}}
    for padding in (b"", b"\x00" * 16):
        body = json.dumps(program.envelope("1101", nodes), ensure_ascii=False).encode("gb18030") + padding
        status, headers, answer = spoken(address, head(len(body)), body)
        assert status.split()[1] == b"200"
        assert int(headers["content-length"]) == len(answer)
        assert "transfer-encoding" not in headers
        assert json.loads(answer.decode("gb18030"))["infcode"] == "0"


def test_expect_and_pieces(address: tuple[str, int], persona: Callable[[str], dict[str, Any]]) -> None:
    who = persona("filed_hypertension")
    envelope = Program(httpx.AsyncClient(), who).envelope("9001", {"signIn": {"opter_no": "7", "mac": "", "ip": ""}})
    body = json.dumps(envelope).encode()
    top = head(len(body), "1.1", "Host: gateway", "Expect: 100-continue", "Connection: close")
    status, headers, answer = spoken(
        address, top, *(body[at : at + 50] for at in range(0, len(body), 50)), at_once=False
    )
    assert status.split()[1] == b"200"
    assert int(headers["content-length"]) == len(answer)
    assert json.loads(answer.decode("gb18030"))["infcode"] == "0"


def test_whatever_is_wrong_has_its_length(address: tuple[str, int]) -> None:
    for path, body, code in (
        (PATH, b"", b"200"),
        (PATH, b"{", b"200"),
        ("/dll/call", b"{", b"200"),
        ("/fsi/api/none", b"{}", b"404"),
        ("/v1/identity", b"{}", b"401"),
    ):
        status, headers, answer = spoken(address, head(len(body), path=path), body)
        assert status.split()[1] == code, path
        assert int(headers["content-length"]) == len(answer) > 0
