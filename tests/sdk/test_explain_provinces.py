"""Error rows of a province and of a hospital: later files win, a wrong one is refused whole in one sentence."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from yidi_sdk import explain
from yidi_sdk.catalogue import by_infno, listed
from yidi_sdk.explain import errors
from yidi_sdk.explain.refusals import said
from yidi_sdk.explain.rows import Row, RowsWrong, read
from yidi_sdk.profile import names

ROW = """
[[row]]
key = "{key}"
match = "{match}"
category = "request"
who = "it"
{more}
zh = {{ cause = "{cause}", next = "问信息科" }}
en = {{ cause = "invented", next = "ask IT" }}
"""


def text(key: str = "own", match: str = "处方流转平台超限", more: str = "", cause: str = "虚构的一条") -> str:
    return ROW.format(key=key, match=match, more=more, cause=cause)


@pytest.fixture(autouse=True)
def nothing_added() -> Iterator[None]:
    errors.use(environment={})
    yield
    errors.use(environment={})


def found(said_text: str, infno: str = "", profile: str = "") -> Row:
    row = errors.match(said_text, infno, profile)
    assert row is not None
    return row


def test_an_added_file_is_searched_first(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(text(match="系统异常"), encoding="utf-8")
    assert found("系统异常").key == "platform_internal"
    assert errors.use(tmp_path / "own.toml") == 1
    assert found("系统异常").key == "own"
    row = errors.row_named("own")
    assert row is not None
    assert (row.money, row.repeat, row.final) == ("unknown", "query", False)  # what is not said is the careful thing
    assert errors.rows()[0] is row


def test_of_two_files_the_later_wins(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(text(cause="第一"), encoding="utf-8")
    (tmp_path / "two.toml").write_text(text(cause="第二") + text("second", match="处方"), encoding="utf-8")
    errors.use(tmp_path / "one.toml", tmp_path / "two.toml")
    assert found("处方流转平台超限").cause_zh == "第二"
    errors.use(tmp_path / "two.toml", tmp_path / "one.toml")
    assert found("处方流转平台超限").cause_zh == "第一"
    assert found("处方").key == "second"


def test_a_row_takes_the_place_of_ours(tmp_path: Path) -> None:
    """A province that means something else by our own words gives the row's key anew."""
    (tmp_path / "own.toml").write_text(text("rate_limited", match="本地限流"), encoding="utf-8")
    errors.use(tmp_path / "own.toml")
    assert found("本地限流").key == "rate_limited"
    assert errors.match("请求频率过高") is None


def test_the_environment_names_files(tmp_path: Path) -> None:
    for name, cause in (("one.toml", "第一"), ("two.toml", "第二")):
        (tmp_path / name).write_text(text(cause=cause), encoding="utf-8")
    named = os.pathsep.join(str(tmp_path / name) for name in ("one.toml", "two.toml"))
    assert errors.use(environment={"YIDI_ERRORS": named}) == 2
    assert found("处方流转平台超限").cause_zh == "第二"
    assert errors.use(environment={}) == 0
    assert errors.match("处方流转平台超限") is None


def test_a_wrong_file_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(text(), encoding="utf-8")
    (tmp_path / "bad.toml").write_text(text(more="final = 1"), encoding="utf-8")
    errors.use(tmp_path / "good.toml")
    for wrong in (tmp_path / "bad.toml", tmp_path / "none.toml"):
        with pytest.raises((RowsWrong, OSError)):
            errors.use(wrong)
        assert found("处方流转平台超限").key == "own"


WRONG = {
    "row = [": "is not TOML",
    "[errors]\nx = 1": "tables [[row]] are wanted",
    "row = [1]": "row 1: a table is wanted",
    text() + text(): "row 2 (own): the key stands twice",
    text(more='colour = "red"'): "row 1: unknown: colour",
    text().replace("who =", "# who ="): "row 1: missing: who",
    text(more='money = "gone"'): "row 1 (own): money: one of moved, not_moved, unknown is wanted",
    text(more='repeat = "often"'): "row 1 (own): repeat: one of no, query, yes is wanted",
    text(more='code = "NO_SUCH_CODE"'): "row 1 (own): code: one of",
    text(more='final = "yes"'): "row 1: final: true or false is wanted",
    text(more='success_for = "2601"'): "row 1: success_for: a list of numbers in quotes is wanted",
    text(match="re:("): "row 1 (own): match: no regular expression",
    text(match="re:.*"): "row 1 (own): match: it finds every text",
    text(match=" "): "row 1: match: a text is wanted",
    text(cause=""): "row 1: cause_zh: a text is wanted",
    text().replace(', next = "ask IT"', ""): "row 1: en: a cause and a next are wanted",
    text(more='final = true\nmoney = "not_moved"').replace("request", "duplicate"): "final: such a row is no proof",
    text(more='repeat = "yes"'): "repeat: only what certainly was not executed",
}


@pytest.mark.parametrize(("content", "sentence"), WRONG.items(), ids=range(len(WRONG)))
def test_one_sentence_names_file_and_row(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "hainan.toml").write_text(content, encoding="utf-8")
    with pytest.raises(RowsWrong) as caught:
        errors.use(tmp_path / "hainan.toml")
    told = str(caught.value)
    assert told.startswith("hainan.toml")
    assert sentence in told
    assert "\n" not in told.strip()
    row = said(told)
    assert row is not None
    assert row.key in ("RowsWrong", "settings_not_toml")


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "gbk.toml").write_bytes(text().encode("gb18030"))
    with pytest.raises(RowsWrong, match=r"gbk\.toml is not UTF-8"):
        errors.use(tmp_path / "gbk.toml")


def test_a_province_has_its_own_rows() -> None:
    assert found("汕头市平台处理结果：不予撤销", "2302", "guangdong").key == "guangdong_insured_city"
    assert errors.match("汕头市平台处理结果：不予撤销", "2302") is None
    assert errors.match("汕头市平台处理结果：不予撤销", "2305", "guangdong") is None
    row = errors.row_named("guangdong_insured_city")
    assert row is not None
    assert row.who == "insured_place"
    assert explain.about("汕头市平台处理结果：不予撤销", "guangdong") is row


@pytest.mark.parametrize("province", errors.provinces())
def test_files_of_provinces_are_sound(province: str) -> None:
    assert province in names()
    ours = {row.key for row in errors.rows()}
    own = [row for row in errors.rows(province) if row.key not in ours]
    assert own
    for row in own:
        assert row.key.startswith(f"{province}_")  # so that a key means one row
        for infno in (*row.success_for, *row.only_for):
            assert by_infno(infno) or any(one.covers(infno) for one in listed())


def test_reading_ours_again_gives_the_same() -> None:
    source = Path(errors.__file__).with_name("errors.toml").read_text(encoding="utf-8")
    assert read(source, "errors.toml") == errors.rows()
