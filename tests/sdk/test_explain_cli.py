"""`yidi explain` and `yidi call` for everything that has a number, a name or a text; exit codes of the contract."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sdk import scene
from sdk.rawserver import Server, serving
from typer.testing import CliRunner, Result

from yidi_sdk import cli
from yidi_sdk.catalogue import listed
from yidi_sdk.explain import errors

RUN = CliRunner()
TOML = """
[platform]
url = "{url}"
profile = "{profile}"
[institution]
code = "H50010399901"
name = "示例"
division = "500103"
[operator]
id = "0001"
name = "甲"
"""
OWN = """
[[row]]
key = "own"
match = "处方流转平台超限"
category = "request"
who = "it"
zh = { cause = "虚构的一条", next = "问信息科" }
en = { cause = "invented", next = "ask IT" }
"""
VERSION = '{"data":{"ver":"0"}}'


def yidi(*arguments: str, stdin: str | None = None) -> Result:
    return RUN.invoke(cli.app, list(arguments), input=stdin)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("YIDI_ERRORS", raising=False)
    yield
    errors.use(environment={})


def configure(url: str = "http://127.0.0.1:9/", profile: str = "national") -> None:
    Path("yidi.toml").write_text(TOML.format(url=url[:-1], profile=profile), encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("1301",), ["西药中成药目录下载", 'Raw("1301"', "yidi call 1301"]),
        (("7103",), ["7101-7105", "绝不重发"]),
        (("insutype=310",), ["职工基本医疗保险", "insutype"]),
        (("310",), ["职工基本医疗保险"]),
        (("med_type", "14"), ["门诊慢特病", "医疗类别"]),
        (("M03900",), ["高血压", "2021-01-01", "dise_codg"]),
        (("not_filed",), ["异地备案", "没有发生", "NOT_FILED"]),
        (("NOT_FILED",), ["没有异地就医备案", "业务规则"]),
        (("KEY_MISSING",), ["网关"]),
        (("TimedOut",), ["结果未知", "先查询"]),
        (("2207:", "wrong", "fields:", "psn_no"), ["字段有误"]),
        (("--profile", "hunan", "1160"), ["卡/凭证读取", "Raw("]),
        (("--profile", "guangdong", "1160"), ["QueryBenefitApplications", "guangdong"]),
        (("系统异常", "--lang", "en"), ["An internal error of the platform", "not before the outcome is queried"]),
    ],
)
def test_explain(arguments: tuple[str, ...], words: list[str]) -> None:
    result = yidi("explain", *arguments)
    assert result.exit_code == 0, result.stderr
    for word in words:
        assert word in result.stdout


def test_every_listed_number_can_be_explained_and_sent() -> None:
    configure()
    for row in listed():
        assert yidi("explain", row.infno).exit_code == 0
        result = yidi("call", row.infno, "--input", "-", "--dry-run", stdin=VERSION)
        assert result.exit_code == 0, result.stderr
        body = json.loads(result.stdout.splitlines()[1])
        assert (body["infno"], body["input"]) == (row.infno, {"data": {"ver": "0"}})


def test_json() -> None:
    told = json.loads(yidi("explain", "--json", "insutype=310").stdout)
    assert told["kind"] == "value"
    assert told["meanings"][0]["label"] == "职工基本医疗保险"
    assert json.loads(yidi("explain", "系统异常", "--json").stdout)["money"] == "unknown"


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("qqqqqqq",), 1, "nothing is known"),
        (("med_type=77",), 1, "med_type=11"),
        (("psn_noo", "--json"), 1, "psn_no"),
        ((), 2, "is wanted"),
        ((" ",), 2, "is wanted"),
        (("psn_no", "--lang", "fr"), 2, "--lang"),
        (("psn_no", "--profile", "atlantis"), 2, "atlantis"),
        (("psn_no", "--errors", "none.toml"), 2, "none.toml"),
        (("--unmapped", "none.txt"), 2, "none.txt"),
    ],
)
def test_what_is_not_known_or_wrong(arguments: tuple[str, ...], code: int, named: str) -> None:
    result = yidi("explain", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert named in result.stderr
    assert result.stderr.count("\n") == 1


def test_rows_of_a_file_and_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("own.toml").write_text(OWN, encoding="utf-8")
    text = "FSI-处方流转平台超限[rxBO_001]"
    assert "虚构的一条" not in yidi("explain", text).stdout
    assert "虚构的一条" in yidi("explain", text, "--errors", "own.toml").stdout
    monkeypatch.setenv("YIDI_ERRORS", "own.toml")
    assert "虚构的一条" in yidi("explain", text).stdout
    Path("own.toml").write_text(OWN.replace('"it"', '"nobody"'), encoding="utf-8")
    result = yidi("explain", text)
    assert result.exit_code == 2
    assert "own.toml: row 1 (own): who:" in result.stderr


def test_a_wrong_file_of_rows_stops_a_call_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    configure()
    Path("own.toml").write_text(OWN.replace('"it"', '"nobody"'), encoding="utf-8")
    monkeypatch.setenv("YIDI_ERRORS", "own.toml")
    assert yidi("call", "1301", "--input", "-", stdin=VERSION).exit_code == 2


TEXTS = """
FSI-费用明细第1行金额超限[feeBO_777]
FSI-费用明细第22行金额超限[feeBO_777]
参保人：张三丰处方超限
未办理异地就医备案
"""


def test_unmapped_texts_of_a_file() -> None:
    Path("texts.txt").write_text(TEXTS, encoding="utf-8")
    lines = yidi("explain", "--unmapped", "texts.txt").stdout.splitlines()
    assert lines[0].split(maxsplit=1) == ["2", "FSI-费用明细第#行金额超限[feeBO_777]"]
    assert lines[-1] == "没有说明 unmapped: 3 / 4"
    assert "张三丰" not in "".join(lines)
    told = json.loads(yidi("explain", "--unmapped", "texts.txt", "--json").stdout)
    assert told["texts"] == 4
    assert sum(told["unmapped"].values()) == 3
    Path("texts.txt").write_bytes("张三".encode("gb18030"))
    assert yidi("explain", "--unmapped", "texts.txt").exit_code == 2


def platform(*answers: bytes) -> object:
    left = list(answers)

    def play(connection: object) -> None:
        body = left.pop(0)
        head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        connection.sendall(head + body)  # type: ignore[attr-defined]

    return serving(play)  # type: ignore[arg-type]


SIGNED = scene.answer({"signinoutb": {"sign_no": "S1"}})


def sent(*arguments: str, answer: bytes, stdin: str = VERSION) -> tuple[Result, Server]:
    with platform(SIGNED, answer) as server:  # type: ignore[attr-defined]
        configure(server.url)
        return yidi("call", *arguments, "--input", "-", stdin=stdin), server


def test_a_listed_number_is_sent_and_its_nodes_are_printed() -> None:
    result, server = sent("1301", answer=scene.answer({"data": {"file_qury_no": "F1"}}))
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout) == {"data": {"file_qury_no": "F1"}}
    assert b'"infno":"1301"' in server.received[1]


@pytest.mark.parametrize(
    ("infno", "text", "code"),
    [
        ("1301", "今日天气晴好", 1),  # a query: refused
        ("2507", "今日天气晴好", 4),  # taken for one that moves money: not known
        ("2507", "非法用户!", 1),
    ],
)
def test_the_outcome_of_a_listed_number_has_its_exit_code(infno: str, text: str, code: int) -> None:
    result, _ = sent(infno, answer=scene.answer(infcode=-1, err_msg=text))
    assert result.exit_code == code
    assert result.stderr.count("\n") == 1


def test_a_listed_number_unreachable_is_3() -> None:
    configure()
    assert yidi("call", "1301", "--input", "-", stdin=VERSION).exit_code == 3


def test_the_profile_of_a_call() -> None:
    configure()
    wrong = yidi("call", "5260", "--input", "-", "--dry-run", stdin=VERSION)
    assert wrong.exit_code == 2
    assert "--profile guangdong" in wrong.stderr
    assert yidi("call", "9999", "--input", "-", "--dry-run", stdin=VERSION).exit_code == 2
    assert yidi("call", "1301", "--input", "-", "--dry-run", "--profile", "mars", stdin=VERSION).exit_code == 2
    guangdong = yidi("call", "5260", "--input", "-", "--dry-run", "--profile", "guangdong", stdin=VERSION)
    assert "Extra inputs" in guangdong.stderr  # its fields are known there, and checked
    raw = yidi("call", "5260", "--input", "-", "--dry-run", "--raw", stdin=VERSION)
    assert raw.exit_code == 0
    assert json.loads(raw.stdout.splitlines()[1])["input"] == {"data": {"ver": "0"}}
    assert yidi("call", "9999", "--input", "-", "--dry-run", "--raw", stdin=VERSION).exit_code == 0


def test_a_person_in_a_listed_number_needs_the_insured_division() -> None:
    configure()
    about_a_person = '{"data":{"psn_no":"53000000000000000000009901"}}'
    result = yidi("call", "2507", "--input", "-", "--dry-run", stdin=about_a_person)
    assert result.exit_code == 2
    assert "insured division" in result.stderr
    told = yidi("call", "2507", "--input", "-", "--dry-run", "--insured", "530100", stdin=about_a_person)
    assert told.exit_code == 0
    assert '"insuplc_admdvs":"530100"' in told.stdout


@pytest.mark.parametrize("command", [(), ("explain",), ("call",), ("catalogue",), ("eligibility",), ("clock",)])
def test_help(command: tuple[str, ...]) -> None:
    result = yidi(*command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_help_starts_without_the_language() -> None:
    """Cold start: neither shapes nor wires are loaded before a command needs them."""
    script = (
        "import sys\nfrom yidi_sdk import cli\nprint(*sorted(name for name in sys.modules if name in "
        "('pydantic', 'msgspec', 'httpx', 'yidi_sdk.catalogue', 'yidi_sdk.explain.errors')))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
