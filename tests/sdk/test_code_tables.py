"""Code sets over time: all that are published, what the platform gave since, what is sent then, how far codes reach."""

import json
import os
import threading
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sdk import scene
from spec import facts

from yidi_sdk import archive
from yidi_sdk.code_tables import CodeTable, TableFile
from yidi_sdk.codes import CODE_SETS, coverage, unmapped
from yidi_sdk.errors import Garbled, Misused, Refused
from yidi_sdk.flows import FileFlawed, download_code_set, refresh_code_set, run
from yidi_sdk.protocol import decode, read_input
from yidi_sdk.transactions import DictionaryTable, DownloadedFile, GetDictionary, GetPerson, Raw
from yidi_sdk.transactions.raw import RawAnswer

NOW = datetime.fromisoformat("2024-05-20T09:40:00+08:00")
LATER = datetime.fromisoformat("2024-06-01T00:10:00+08:00")
KINDS = CodeTable("med_type", {"11": "普通门诊", "9901": "两病门诊"}, "20240101", NOW, "1901")
CREDENTIALS = CodeTable("mdtrt_cert_type", {"01": "电子凭证", "04": "澳门证件"}, "7", NOW, "1901")


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    yield
    CODE_SETS.as_shipped()


def test_every_published_set_is_there_with_every_value() -> None:
    published = {table["name"]: table for table in facts.load("dictionaries.yaml")["dictionaries"]}
    assert len(published) == 49
    assert len(CODE_SETS) == 49
    for name, table in published.items():
        assert dict(CODE_SETS[name].values) == table["values"], name
        assert CODE_SETS[name].label == table["zh"]
    assert sum(len(table["values"]) for table in published.values()) == 332


# ---- the file


def test_tables_come_back_as_they_were_kept(tmp_path: Path) -> None:
    file = TableFile(tmp_path / "new" / "codes.json")
    assert (dict(file.read().tables), file.read().damage) == ({}, ())
    file.keep([KINDS])
    file.keep([CREDENTIALS])
    kept = TableFile(tmp_path / "new" / "codes.json").read()
    assert (dict(kept.tables), kept.damage) == ({"med_type": KINDS, "mdtrt_cert_type": CREDENTIALS}, ())
    newer = CodeTable("med_type", {"11": "普通门诊"}, "20240601", LATER, "1901")
    file.keep([newer])
    assert dict(file.read().tables) == {"med_type": newer, "mdtrt_cert_type": CREDENTIALS}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["codes.json"]


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(st.dictionaries(texts, st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=1), texts)
def test_any_table_comes_back(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str], name: str) -> None:
    file = TableFile(tmp_path_factory.getbasetemp() / "any.json")
    table = CodeTable(name, values, "1", NOW, "1901")
    file.keep([table])
    assert file.read().tables[name] == table
    (tmp_path_factory.getbasetemp() / "any.json").unlink()


@pytest.mark.parametrize(
    "wrong", [{"values": {}}, {"values": {"": "x"}}, {"name": ""}, {"fetched_at": datetime(2024, 5, 20)}]
)
def test_what_is_no_table(wrong: dict[str, Any]) -> None:
    told = {"name": "gend", "values": {"1": "男"}, "version": "", "fetched_at": NOW, "source": "1901", **wrong}
    with pytest.raises(ValueError, match="code table"):
        CodeTable(**told)


WHOLE_FILE_DAMAGED = [
    b"",
    b"[]",
    b"\xff\xfe\x00",
    b"{",
    b"null",
    b'{"format":1}',
    b'{"format":2,"tables":[]}',
    b"[" * 5000,
    b'{"format":1,"tables":null}',
]


@pytest.mark.parametrize("raw", WHOLE_FILE_DAMAGED)
def test_a_damaged_file_is_not_used_and_says_so(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "codes.json"
    path.write_bytes(raw)
    kept = TableFile(path).use()
    assert dict(kept.tables) == {}
    (sentence,) = kept.damage
    assert sentence.startswith("本地代码表已损坏")
    assert CODE_SETS["med_type"].values["13"] == "急诊"
    TableFile(path).keep([KINDS])
    assert TableFile(path).read().damage == ()


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    kept = TableFile(tmp_path).use()
    assert kept.damage[0].startswith("本地代码表文件读不出")
    assert dict(kept.tables) == {}


@pytest.mark.parametrize("change", ["values", "version", "fetched_at", "source", "checksum", "name", "gone", "extra"])
def test_one_damaged_table_falls_back_alone(tmp_path: Path, change: str) -> None:
    path = tmp_path / "codes.json"
    TableFile(path).keep([KINDS, CREDENTIALS])
    content = json.loads(path.read_bytes())
    entry = content["tables"][0]
    if change == "values":
        entry["values"]["11"] = "普通住院"
    elif change == "gone":
        del entry["values"]
    elif change == "extra":
        entry["note"] = "x"
    else:
        entry[change] = "gend" if change == "name" else "2024-05-21T09:40:00+08:00"
    path.write_text(json.dumps(content), encoding="utf-8")
    kept = TableFile(path).use()
    assert dict(kept.tables) == {"mdtrt_cert_type": CREDENTIALS}
    (sentence,) = kept.damage
    assert sentence.startswith(f"本地代码表 {'gend' if change == 'name' else 'med_type'} 已损坏")
    assert CODE_SETS["med_type"].label_of("11") == "普通门诊"
    assert CODE_SETS["mdtrt_cert_type"].admits("04")


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_changed_byte_goes_unseen(tmp_path_factory: pytest.TempPathFactory, at: int, flip: int) -> None:
    path = tmp_path_factory.getbasetemp() / "flipped.json"
    TableFile(path).keep([KINDS])
    raw = bytearray(path.read_bytes())
    raw[at % len(raw)] ^= flip
    path.write_bytes(raw)
    kept = TableFile(path).read()
    path.unlink()
    assert kept.damage or dict(kept.tables) == {"med_type": KINDS}


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "codes.json"
    file = TableFile(path)
    file.keep([KINDS])
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        file.keep([CREDENTIALS])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_threads_that_keep_at_once_lose_nothing(tmp_path: Path) -> None:
    file = TableFile(tmp_path / "codes.json")
    tables = [CodeTable(f"set{number}", {"1": "一"}, "", NOW, "1901") for number in range(12)]
    threads = [threading.Thread(target=file.keep, args=([table],)) for table in tables]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert set(file.read().tables) == {table.name for table in tables}


# ---- what is sent then


def person(kind: str) -> GetPerson:
    return GetPerson(mdtrt_cert_type=kind, mdtrt_cert_no="x")


@pytest.mark.requirement("R053", "R023")
def test_a_closed_set_admits_what_the_platform_added_without_a_restart(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="就诊凭证类型: '04' is not in code set mdtrt_cert_type"):
        person("04")
    file = TableFile(tmp_path / "codes.json")
    file.keep([CREDENTIALS])
    file.use()
    assert person("04").mdtrt_cert_type == "04"
    assert CODE_SETS["mdtrt_cert_type"].admits("02")
    assert person("02").mdtrt_cert_type == "02"  # a table that came back short stops nobody
    assert CODE_SETS["mdtrt_cert_type"].label_of("01") == "电子凭证"
    with pytest.raises(ValidationError, match="not in code set"):
        person("17")
    with pytest.raises(Misused) as caught:
        read_input(scene.NAMES["GetPerson"], {"data": {"mdtrt_cert_type": "98", "mdtrt_cert_no": "x"}})
    assert [problem.path for problem in caught.value.fields] == ["mdtrt_cert_type"]
    CODE_SETS.as_shipped()
    with pytest.raises(ValidationError):
        person("04")


def test_an_open_set_has_the_platforms_values_and_no_others(tmp_path: Path) -> None:
    file = TableFile(tmp_path / "codes.json")
    file.keep([KINDS, CodeTable("WARD_TYPE", {"1": "普通病区"}, "", NOW, "1901")])
    file.use()
    kinds = CODE_SETS["med_type"]
    assert dict(kinds.values) == {"11": "普通门诊", "9901": "两病门诊"}
    assert kinds.admits("13")
    assert kinds.label == "医疗类别"
    assert kinds.evidence == "the platform's own (1901 version 20240101, fetched 2024-05-20T09:40:00+08:00)"
    assert unmapped("med_type", ["11", "9901", "13", "13"]).share == Decimal("0.5000")
    assert CODE_SETS["WARD_TYPE"].label_of("1") == "普通病区"
    assert (len(CODE_SETS), set(CODE_SETS) >= {"WARD_TYPE", "gend"}) == (50, True)


# ---- fetching


def row(value: str, label: str, **more: Any) -> dict[str, Any]:
    return {"type": "med_type", "value": value, "label": label, "vali_flag": "1", "version": 3, "sort": 1, **more}


class Platform:
    """Answers every message with the next of what a test gives it."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.sent: list[Any] = []

    def send(self, message: Any) -> Any:
        self.sent.append(message)
        return self.answers.pop(0)


def fetched(*rows: dict[str, Any], **changes: Any) -> tuple[CodeTable, Any]:
    platform = Platform(DictionaryTable.model_validate({"list": list(rows)}))
    arguments: dict[str, Any] = {"division": "500103", "on": date(2024, 5, 20), "now": NOW}
    return run(platform, refresh_code_set("med_type", **{**arguments, **changes})), platform.sent[0]


def test_a_dictionary_query_gives_a_table() -> None:
    off = row("12", "门诊挂号", vali_flag="0")
    table, asked = fetched(row("11", "普通门诊"), row("9901", "两病门诊", version="4", vali_flag=None), off)
    assert table == CodeTable("med_type", {"11": "普通门诊", "9901": "两病门诊"}, "4", NOW, "1901")
    assert isinstance(asked, GetDictionary)
    assert asked.to_wire() == {"data": {"type": "med_type", "admdvs": "500103", "date": "2024-05-20", "valiFlag": "1"}}


def test_the_platform_may_have_another_name_for_the_set() -> None:
    table, asked = fetched(row("11", "普通门诊", type="MED_TYPE"), dictionary_type="MED_TYPE", parent="1")
    assert (table.name, asked.type, asked.parentValue) == ("med_type", "MED_TYPE", "1")
    assert fetched(row("11", "x", type="MED_TYPE", version=None))[0].version == ""


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("11", "普通门诊", vali_flag="0")],
        [row("11", "普通门诊"), row("1", "男", type="gend")],
        [row("11", "普通门诊"), row("11", "普通住院")],
    ],
)
def test_an_answer_that_is_no_table_is_not_kept(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(Garbled):
        fetched(*rows)


CATALOGUE = "A00.000\t霍乱\tnull\t1\nA01.000\t伤寒\tnull\t1\n"
PLACES = {
    "in the output": {"file_qury_no": "F9", "filename": "x.zip", "dld_end_time": "2024-05-21 00:00:00", "data_cnt": 2},
    "in a node": {"data": {"file_qury_no": "F9", "data_cnt": "2"}},
    "without a count": {"file_qury_no": "F9", "data_cnt": None},
}


def downloaded(nodes: dict[str, Any], text: str = CATALOGUE, **changes: Any) -> tuple[CodeTable, list[Any]]:
    platform = Platform(
        RawAnswer.model_validate(nodes), DownloadedFile(content=archive.pack("a.txt", text.encode("gb18030")))
    )
    asked = Raw("1307", {"data": {"ver": "0"}})
    options: dict[str, Any] = {"institution_code": "H50010399901", "now": NOW, "width": 4, **changes}
    return run(platform, download_code_set(asked, "diagnoses", **options)), platform.sent


@pytest.mark.parametrize("place", PLACES)
def test_a_catalogue_download_gives_a_table(place: str) -> None:
    table, sent = downloaded(PLACES[place], version="20240101")
    assert table == CodeTable("diagnoses", {"A00.000": "霍乱", "A01.000": "伤寒"}, "20240101", NOW, "1307")
    assert sent[1].to_wire() == {
        "fsDownloadIn": {"file_qury_no": "F9", "filename": "plc", "fixmedins_code": "H50010399901"}
    }


@pytest.mark.parametrize(
    ("nodes", "text"),
    [
        ({}, CATALOGUE),
        ({"file_qury_no": ""}, CATALOGUE),
        ({"file_qury_no": "F9", "data_cnt": 3}, CATALOGUE),
        ({"file_qury_no": "F9"}, CATALOGUE[:-9]),
        ({"file_qury_no": "F9"}, ""),
        ({"file_qury_no": "F9"}, "null\t霍乱\tnull\t1\n"),
        ({"file_qury_no": "F9"}, CATALOGUE + "A00.000\t疟疾\tnull\t1\n"),
    ],
)
def test_a_download_that_is_no_table_is_not_kept(nodes: dict[str, Any], text: str) -> None:
    with pytest.raises(Garbled):
        downloaded(nodes, text)


def test_a_missing_line_is_named_a_cut_file() -> None:
    with pytest.raises(FileFlawed, match="2 lines, 3 were told") as caught:
        downloaded({"file_qury_no": "F9", "data_cnt": 3})
    assert caught.value.flaw == "cut"


def test_a_refused_download_is_a_refusal() -> None:
    message = Raw("1307", {"data": {"ver": "0"}})
    with pytest.raises(Refused):
        decode(
            scene.row_of(message),
            scene.request_of(message),
            200,
            {},
            scene.answer(infcode=-1, err_msg="x"),
            profile=scene.PROFILE,
        )


# ---- how far own codes reach


@pytest.mark.requirement("R166")
def test_how_far_own_codes_reach() -> None:
    mapping = {"X1": "N1", "X2": "N2", "X3": "", "X9": "N9"}
    found = coverage(["X1", "X1", "X2", "X3", "X4", "X4"], mapping, national=["N1", "N9"])
    assert found.mapped == {"X1": "N1"}
    assert found.astray == {"X2": "N2"}
    assert found.unmapped == {"X3": 1, "X4": 2}
    assert (found.total, found.share) == (6, Decimal("0.3333"))
    assert coverage(["X1", "X2"], mapping).share == 1
    assert coverage([], mapping).share == 0


codes = st.lists(st.sampled_from("abcdefgh"), max_size=30)


@given(
    codes,
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["", "N1", "N2"])),
    st.sets(st.sampled_from(["N1", "N2"])),
)
def test_every_code_is_reported_once_and_the_share_adds_up(
    given_codes: list[str], mapping: dict[str, str], national: set[str]
) -> None:
    found = coverage(given_codes, mapping, national)
    groups = [set(found.mapped), set(found.unmapped), set(found.astray)]
    assert set().union(*groups) == set(given_codes)
    assert sum(map(len, groups)) == len(set(given_codes))
    times = sum(given_codes.count(code) for code in found.mapped)
    assert found.share == (Decimal(times) / max(1, len(given_codes))).quantize(Decimal("0.0001"))
