"""9102: a file in the place of an envelope. What is a file, what is a refusal, and what is neither."""

import asyncio
import io
import random
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, assert_type

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk import rawserver, scene
from sdk.scene import PROFILE, answer, request_of

from yidi_sdk import archive
from yidi_sdk.catalogue import row_of
from yidi_sdk.client import AsyncClient, Client
from yidi_sdk.errors import Garbled, Refused, Unknown, YidiError
from yidi_sdk.posters import Reply
from yidi_sdk.posters.aiohttp import AiohttpPoster
from yidi_sdk.protocol import decode
from yidi_sdk.transactions import DownloadedFile, DownloadFile

ASKED = DownloadFile(file_qury_no="F1", filename="plc", fixmedins_code="H50010399901")
EVERY_BYTE = bytes(range(256)) * 3
WHOLE = archive.pack("result.txt", EVERY_BYTE)


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """By the standard library's own writer, as the other side would."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as opened:
        for name, content in members:
            opened.writestr(name, content)
    return made.getvalue()


def read(body: bytes, status: int = 200) -> DownloadedFile:
    return decode(row_of(ASKED), request_of(ASKED), status, {}, body, profile=PROFILE)


def outcome(body: bytes, status: int = 200) -> type[object]:
    try:
        return type(read(body, status))
    except YidiError as error:
        failed = error
    assert failed.infno == row_of(ASKED).infno
    return type(failed)


def test_a_file_comes_down_byte_for_byte() -> None:
    got = read(WHOLE)
    assert_type(got, DownloadedFile)
    assert got.content == WHOLE
    assert archive.unpack(got.content) == {"result.txt": EVERY_BYTE}


REFUSED = {
    "listed text": (200, answer(infcode=-1, err_msg="签到失效，请重新签到")),
    "unlisted text": (200, answer(infcode="-1", err_msg="该文件已超过下载截止时间")),
    "outside the envelope": (200, b'{"code":500159,"success":false,"message":"gateway failure"}'),
    "front door, HTML": (404, b"<html>not found</html>"),
}
NEITHER = {
    "HTML": (200, b"<!DOCTYPE html><html>welcome</html>"),
    "HTML from a broken gateway": (502, b"<html>bad gateway</html>"),
    "a file from a broken gateway": (500, WHOLE),
    "a part of a file": (206, WHOLE),
    "a file behind a redirect": (302, WHOLE),
    "nothing": (200, b""),
    "text": (200, "个人编号\t就诊ID".encode()),
    "another kind of file": (200, b"\x1f\x8b\x08\x00" + EVERY_BYTE),
    "an empty archive": (200, zipped()),
    "an archive of one folder": (200, zipped(("folder/", b""))),
    "success without a file": (200, answer()),
    "success with an output": (200, answer({"file_qury_no": "F1"})),
    "success with text for the file": (200, answer({"content": "UEsDBBQ="})),
    "success with numbers for the file": (200, answer({"content": list(WHOLE[:9])})),
    "cut JSON": (200, answer(infcode=-1, err_msg="签到失效")[:-9]),
    "HTML before the file": (200, b"<html>" + WHOLE),
    "the file twice": (200, WHOLE * 2),
    "something after it": (200, WHOLE + b"\r\n"),
    "an envelope after it": (200, WHOLE + answer(infcode=-1)),
    "the beginning of a file": (200, b"PK\x03\x04"),
    "packed in an unusual way": (200, zipped(("a", EVERY_BYTE), method=zipfile.ZIP_LZMA)),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_an_envelope_that_refuses_is_a_refusal(kind: str) -> None:
    status, body = REFUSED[kind]
    assert outcome(body, status) is Refused


@pytest.mark.parametrize("kind", NEITHER)
def test_what_is_neither_file_nor_refusal_is_not_known(kind: str) -> None:
    status, body = NEITHER[kind]
    assert outcome(body, status) is Garbled


@pytest.mark.parametrize("body", [WHOLE * 2, WHOLE[:40] + WHOLE[45:], b"PK\x03\x04" + WHOLE])
def test_a_file_that_came_doubled_or_with_a_hole_is_named_so(body: bytes) -> None:
    with pytest.raises(Garbled, match="came more than once, or with a piece missing"):
        read(body)


def test_an_encrypted_file_is_not_known() -> None:
    body = bytearray(WHOLE)
    for flags in (6, WHOLE.index(b"PK\x01\x02") + 8):
        body[flags] |= 1
    with pytest.raises(Garbled, match="encrypted"):
        read(bytes(body))


def test_one_name_twice_is_not_known() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        body = zipped(("a", b"1"), ("a", b"2"))
    with pytest.raises(Garbled, match="one name twice"):
        read(body)


@pytest.mark.parametrize("end", range(len(WHOLE)))
def test_a_cut_file_is_never_one(end: int) -> None:
    assert outcome(WHOLE[:end]) is Garbled


@given(st.randoms(use_true_random=False))
def test_a_damaged_file_is_never_taken_for_the_one_that_was_sent(dice: random.Random) -> None:
    body = bytearray(WHOLE)
    at = dice.randrange(len(body))
    body[at] ^= dice.randrange(1, 256)
    try:
        got = read(bytes(body))
    except (Refused, Unknown):
        return
    assert list(archive.unpack(got.content).values()) == [EVERY_BYTE]  # a date or a name may differ, the content not


@given(st.binary(max_size=200), st.integers(100, 599), st.booleans())
def test_any_bytes_give_one_of_the_three_outcomes(noise: bytes, status: int, like_a_file: bool) -> None:
    body = (b"PK\x03\x04" if like_a_file else b"") + noise
    assert outcome(body, status) in (Refused, Garbled)


@given(
    st.binary(max_size=3000), st.text(st.characters(codec="utf-8", exclude_characters="/\\\0"), min_size=1, max_size=9)
)
def test_what_is_packed_comes_out_again(content: bytes, name: str) -> None:
    packed = archive.pack(name, content)
    assert packed == archive.pack(name, content)
    assert archive.unpack(packed) == {name: content}
    assert archive.flaw_in(packed) == ""
    with zipfile.ZipFile(io.BytesIO(packed)) as theirs:
        assert theirs.testzip() is None


@pytest.mark.parametrize("declared", ["true", "small"])
def test_a_bomb_is_not_unpacked(declared: str) -> None:
    bomb = bytearray(zipped(("result.txt", bytes(archive.SMALL * 8))))
    if declared == "small":  # what an archive says of its size is not believed
        for place in (22, bomb.index(b"PK\x01\x02") + 24):
            bomb[place : place + 4] = (10).to_bytes(4, "little")
    assert archive.flaw_in(bytes(bomb))
    assert outcome(bytes(bomb)) is Garbled


def test_the_bounds_of_unpacking() -> None:
    """A ratio for what is large, a size for everything."""
    twenty_times = bytes(archive.SMALL)
    assert archive.flaw_in(zipped(("a", twenty_times))) == ""
    assert "more than is allowed" in archive.flaw_in(zipped(("a", twenty_times + b"0")))
    halves = zipped(("a", twenty_times[: archive.SMALL // 2]), ("b", twenty_times[: archive.SMALL // 2 + 1]))
    assert "more than is allowed" in archive.flaw_in(halves)
    noise = random.Random(7).randbytes(archive.SMALL * 2)
    assert archive.flaw_in(zipped(("a", noise))) == ""
    assert "more than is allowed" in archive.flaw_in(zipped(("a", noise)), most=len(noise) - 1)
    with pytest.raises(archive.NotWhole, match="more than is allowed"):
        archive.unpack(zipped(("a", noise)), most=9)


class Played:
    """A poster that plays answers."""

    def __init__(self, *bodies: bytes) -> None:
        self.bodies = list(bodies)

    def post(self, _url: str, _headers: Mapping[str, str], _body: bytes, _limits: Any) -> Reply:
        return Reply(200, {}, self.bodies.pop(0))


class AsyncPlayed(Played):
    async def post(self, *args: Any) -> Reply:  # type: ignore[override]
        return super().post(*args)


def fetched(*, is_async: bool, url: str = "http://127.0.0.1:1", poster: Any = None) -> Any:
    options: dict[str, Any] = {"institution": scene.INSTITUTION, "operator": scene.OPERATOR}
    if not is_async:
        with Client(url, **options, poster=poster, sleep=lambda _s: None) as client:
            return client.send(ASKED)

    async def no_pause(_seconds: float) -> None:
        return

    async def play() -> Any:
        async with AsyncClient(url, **options, poster=poster, sleep=no_pause) as client:
            return await client.send(ASKED)

    return asyncio.run(play())


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_both_clients_ask_again_after_a_cut_file(is_async: bool) -> None:
    bodies = (WHOLE[:-5], WHOLE)
    assert fetched(is_async=is_async, poster=(AsyncPlayed if is_async else Played)(*bodies)).content == WHOLE


@pytest.mark.parametrize("adapter", ["httpx", "async httpx", "aiohttp"])
def test_every_adapter_delivers_the_bytes(adapter: str) -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=GBK\r\ncontent-length: {len(WHOLE)}\r\n\r\n".encode()

    async def with_aiohttp(url: str) -> Any:
        async with AiohttpPoster() as poster:
            client = AsyncClient(url, institution=scene.INSTITUTION, operator=scene.OPERATOR, poster=poster)
            return await client.send(ASKED)

    with rawserver.serving(rawserver.answering(head + WHOLE)) as server:
        url = f"http://127.0.0.1:{server.port}"
        got = asyncio.run(with_aiohttp(url)) if adapter == "aiohttp" else fetched(is_async=adapter != "httpx", url=url)
    assert got.content == WHOLE


def test_a_file_that_ends_early_on_the_way_is_no_answer() -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(WHOLE)}\r\n\r\n".encode()
    with rawserver.serving(rawserver.answering(head + WHOLE[:-1])) as server, pytest.raises(Unknown):
        fetched(is_async=False, url=f"http://127.0.0.1:{server.port}")


def test_the_checksum_is_looked_at() -> None:
    """A check nobody has seen fail may not be running."""
    content = b"000102\t180.00"
    body = zipped(("result.txt", content), method=zipfile.ZIP_STORED)
    forged = body.replace(b"000102", b"000000")
    assert zlib.crc32(content) != zlib.crc32(content.replace(b"000102", b"000000"))
    assert outcome(body) is DownloadedFile
    with pytest.raises(Garbled, match="damaged"):
        read(forged)
