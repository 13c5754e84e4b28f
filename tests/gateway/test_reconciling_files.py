"""Result files that prove nothing: set aside, named, kept sealed, and nothing in them counts as matched."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from gateway.day_platform import packed
from gateway.office_world import DAY, House

from yidi_gateway.papers import PaperKind
from yidi_sdk.posters import Reply

pytestmark = pytest.mark.anyio


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def doubled_lines(text: str) -> bytes:
    return f"{text}\n{text}".encode()


def cut_line(text: str) -> bytes:
    return text[: text.rindex("\t")].encode()


def foreign(text: str) -> bytes:
    return text.replace("说明", "与机构不一致").encode("gb18030")


def garbled(_text: str) -> bytes:
    return b"\xff\xfe\x00 this is no comparison"


TEXTS: dict[str, tuple[Callable[[str], bytes], str]] = {
    "a line twice": (doubled_lines, "doubled"),
    "a short last line": (cut_line, "cut"),
    "GB18030": (foreign, "gb18030"),
    "something else": (garbled, "garbled"),
}
FILES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "half an archive": (half, "cut"),
    "the archive twice": (lambda content: content + content, "cut"),
    "two files in one": (lambda _content: two(), "garbled"),
}


def two() -> bytes:

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", "1")
        archive.writestr("b.txt", "2")
    return made.getvalue()


@pytest.fixture
async def house() -> House:
    house = await House(12).open()
    house.platform.plant("amount", ["SETL000003"])
    return house


async def check_set_aside(house: House, flaw: str, *, has_bytes: bool = True) -> dict[str, Any]:
    found = await house.run()
    assert found["state"] == "incomplete"
    assert [row["flaw"] for row in found["quarantined"]] == [flaw]
    assert found["differences"] == []
    assert found["mended"] == []
    assert found["four_way"]["platform"] is None
    assert found["four_way"]["gateway"]["count"] == 12
    assert {row["details"] for row in found["totals"] if row["platform"] != "balanced"} == {"set_aside"}
    papers = await house.journal.papers(PaperKind.FILE, f"{DAY}/", f"{DAY}/~")
    assert [paper.name.split("/")[3] for paper in papers] == [flaw]
    assert bool(papers[0].document) is has_bytes
    assert await house.open_causes() == ["day:2026-11-21:file:11:500103"]
    return found


@pytest.mark.parametrize("name", TEXTS)
async def test_a_flawed_text_is_set_aside(house: House, name: str) -> None:
    house.platform.text, flaw = TEXTS[name]
    await check_set_aside(house, flaw)


@pytest.mark.parametrize("name", FILES)
async def test_a_flawed_archive_is_set_aside(house: House, name: str) -> None:
    house.platform.file, flaw = FILES[name]
    await check_set_aside(house, flaw)


async def test_a_late_file_is_set_aside(house: House) -> None:
    house.platform.dld_endtime = "2026-11-21 23:59:59"
    await check_set_aside(house, "late")


async def test_a_missing_file_is_named(house: House) -> None:
    house.platform.file = lambda _content: house.platform.reply("文件不存在：文件查询号")
    await check_set_aside(house, "missing", has_bytes=False)


async def test_an_error_page_is_no_file(house: House) -> None:
    house.platform.file = lambda _content: Reply(502, {}, b"bad gateway")
    await check_set_aside(house, "cut")


async def test_the_next_good_file_closes_the_item(house: House) -> None:
    house.platform.file = half
    await check_set_aside(house, "cut")
    house.platform.file = bytes
    found = await house.run()
    assert found["state"] == "differences"
    assert found["quarantined"] == []
    assert await house.open_causes() == ["day:2026-11-21:amount:SETL000003"]


async def test_the_same_flawed_file_is_kept_once(house: House) -> None:
    house.platform.file = lambda _content: packed(b"nothing")
    await house.run()
    await house.run()
    assert len(await house.journal.papers(PaperKind.FILE, f"{DAY}/", f"{DAY}/~")) == 1


async def test_a_file_that_leaves_something_out_does_not_prove_the_day(house: House) -> None:
    house.platform.plant("hospital_only", ["SETL000005"])
    house.platform.plant("platform_only", ["SETL000007"])
    house.platform.text = lambda text: "\n".join(
        line for line in text.split("\n") if "SETL000007P" not in line
    ).encode()
    found = await house.run()
    assert found["state"] == "incomplete"  # the differences in the file do not account for the totals
    assert "day:2026-11-21:totals:310:11:500103" in await house.open_causes()
