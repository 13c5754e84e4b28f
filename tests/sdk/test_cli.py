"""The command `yidi`: answers on stdout, one plain sentence on stderr, exit codes as promised."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from sdk import scene
from sdk.rawserver import Server, serving
from typer.testing import CliRunner, Result

from yidi_sdk import cli
from yidi_sdk.catalogue import CATALOGUE

RUN = CliRunner()
TOML = """
[platform]
url = "{url}"
[institution]
code = "H50010399901"
name = "示例"
division = "500103"
[operator]
id = "0001"
name = "甲"
"""
PERSON = json.dumps({"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": scene.ID_NUMBER}})


def yidi(*arguments: str, stdin: str | None = None) -> Result:
    return RUN.invoke(cli.app, list(arguments), input=stdin)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("psn_no", ["人员编号", "person number", "string 30", "1101", "agreed", "required"]),
        ("人员编号", ["psn_no"]),
        ("med_type", ["14  门诊慢特病", "code 6"]),
        ("medfee_sumamt", ["decimal 16,2"]),
        ("caty", ["科别"]),
        ("insuplc_admdvs", ["more"]),
        ("2207", ["门诊结算", "setlinfo", "undone by 2208", "reversible", "single"]),
        ("settleoutpatient", ["2207"]),
        (
            "FSI-未办理异地就医备案[trtBO_002]",
            ["NOT_FILED", "没有发生", "The patient files online", "原文 text: 未办理"],
        ),
        ("already_settled", ["还不知道", "不确定"]),
    ],
)
def test_explain(query: str, said: list[str]) -> None:
    result = yidi("explain", query)
    assert result.exit_code == 0
    for words in said:
        assert words in result.output


def test_every_transaction_and_field_can_be_explained() -> None:
    for row in CATALOGUE:
        assert yidi("explain", row.infno).exit_code == 0


def test_explain_never_shows_an_identity_number() -> None:
    assert scene.ID_NUMBER not in yidi("explain", f"人证不一致{scene.ID_NUMBER}").output


def test_unknown_has_suggestions() -> None:
    result = yidi("explain", "psn_noo")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "psn_no" in result.stderr
    assert yidi("explain", "qqqqqqq").exit_code == 1


def test_catalogue() -> None:
    table = yidi("catalogue").output
    rows = json.loads(yidi("catalogue", "--json").output)
    assert [row["infno"] for row in rows] == [row.infno for row in CATALOGUE]
    for row in rows:
        assert {"name", "name_en", "effect", "undone_by", "evidence"} <= row.keys()
        assert row["infno"] in table


def call(server: Server | None, *more: str, stdin: str = PERSON, infno: str = "1101") -> Result:
    Path("yidi.toml").write_text(
        TOML.format(url="http://127.0.0.1:9" if server is None else server.url[:-2]), encoding="utf-8"
    )
    return yidi("call", infno, "--input", "-", *more, stdin=stdin)


def platform(*answers: bytes) -> Any:
    left = list(answers)

    def play(connection: Any) -> None:
        body = left.pop(0)
        connection.sendall(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

    return serving(play)


SIGNED = scene.answer({"signinoutb": {"sign_no": "S1"}})


def test_call_signs_in_sends_and_prints_the_typed_output() -> None:
    with platform(SIGNED, scene.answer(scene.PERSON)) as server:
        result = call(server)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["baseinfo"]["psn_no"] == scene.PSN_NO
    assert b'"sign_no":"S1"' in server.received[1]


def test_call_sign_in_itself() -> None:
    with platform(SIGNED) as server:
        result = call(server, stdin='{"signIn":{"opter_no":"0001","mac":"","ip":""}}', infno="9001")
    assert json.loads(result.stdout)["signinoutb"]["sign_no"] == "S1"


def test_two_calls_in_one_second_have_two_msgids() -> None:
    with platform(SIGNED, scene.answer(scene.PERSON), SIGNED, scene.answer(scene.PERSON)) as server:
        assert call(server).exit_code == call(server).exit_code == 0
    sent = [json.loads(raw.partition(b"\r\n\r\n")[2])["msgid"] for raw in server.received]
    assert len(set(sent)) == 4


def test_a_business_no_is_1() -> None:
    with platform(SIGNED, scene.answer(infcode=-1, err_msg=f"FSI-人证不一致{scene.ID_NUMBER}[x_1]")) as server:
        result = call(server)
    assert result.exit_code == 1
    assert "人证不一致" in result.stderr
    assert scene.ID_NUMBER not in result.stderr


def test_unreachable_is_3() -> None:
    result = call(None)
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1


def test_unknown_outcome_is_4() -> None:
    body = json.loads((Path(__file__).parent.parent / "golden" / "2207.request.json").read_text(encoding="utf-8"))
    with platform(SIGNED, b"") as server:
        result = call(server, "--insured", "530100", stdin=json.dumps(body["input"]), infno="2207")
    assert result.exit_code == 4
    assert "msgid H50010399901" in result.stderr


def test_dry_run_sends_nothing() -> None:
    result = call(None, "--dry-run")
    assert result.exit_code == 0
    address, body = result.stdout.splitlines()
    assert address == "POST http://127.0.0.1:9/fsi/api/callService"
    assert json.loads(body)["input"]["data"]["mdtrt_cert_type"] == "02"


@pytest.mark.parametrize(
    ("stdin", "infno", "named"),
    [
        ("{", "1101", "not JSON"),
        ("[]", "1101", "object"),
        ('{"data":{"mdtrt_cert_type":"77"}}', "1101", "mdtrt_cert_no"),
        (PERSON, "9999", "9999"),
        ('{"data":{"psn_no":"1"}}', "5301", "insured division"),
    ],
)
def test_wrong_usage_is_2(stdin: str, infno: str, named: str) -> None:
    result = call(None, "--dry-run", stdin=stdin, infno=infno)
    assert result.exit_code == 2
    assert named in result.stderr
    assert scene.ID_NUMBER not in result.stderr


def test_wrong_configuration_is_2(tmp_path: Path) -> None:
    assert yidi("call", "1101", "--input", "-", stdin=PERSON).exit_code == 2
    assert yidi("call", "1101", "--input", "-", "--config", "no.toml", stdin=PERSON).exit_code == 2
    assert yidi("call", "1101", "--input", str(tmp_path / "no.json")).exit_code == 2
    Path("yidi.toml").write_text(TOML.format(url='http://127.0.0.1:9"\nprofile = "atlantis'), encoding="utf-8")
    result = yidi("call", "1101", "--input", "-", stdin=PERSON)
    assert result.exit_code == 2
    assert "atlantis" in result.stderr


def test_settings_from_the_environment_and_a_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "PLATFORM__URL": "http://127.0.0.1:9",
        "PLATFORM__PATH": "per_infno",
        "PLATFORM__SECRET_FILE": str(tmp_path / "no.toml"),
        "INSTITUTION__CODE": "H50010399901",
        "INSTITUTION__NAME": "n",
        "INSTITUTION__DIVISION": "500103",
        "OPERATOR__ID": "1",
        "OPERATOR__NAME": "甲",
    }.items():
        monkeypatch.setenv(f"YIDI_{name}", value)
    (tmp_path / "in.json").write_text(PERSON, encoding="utf-8")
    result = yidi("call", "1101", "--input", "in.json", "--dry-run")
    assert "fsiPsnInfoService/queryPsnInfo" in result.stdout
    assert yidi("call", "1101", "--input", "in.json").exit_code == 2


CALENDAR = """
years = [2026]
holidays = [2026-10-01, 2026-10-02, 2026-10-05, 2026-10-06, 2026-10-07]
make_up_days = [2026-10-10]
"""


def test_clock() -> None:
    day = yidi("clock", "day_reconciliation", "--start", "2026-11-21").output
    assert "due: 2026-11-21 24:00" in day
    assert "2026-11-21T18:00:00+08:00" in day
    Path("days.toml").write_text(CALENDAR, encoding="utf-8")
    ticket = yidi("clock", "ticket_filing", "--start", "2026-09-30T10:00:00+08:00", "--calendar", "days.toml").output
    assert "due: 2026-10-09 24:00" in ticket
    assert "listed on: 2026-11-26" in yidi("clock", "fee_check_list", "--start", "2026-11-21").output


def test_clock_counts_by_the_published_days_and_says_where_these_end() -> None:
    known = yidi("clock", "ticket_filing", "--start", "2026-09-30").output
    assert "due: 2026-10-09 24:00" in known
    assert "周末" not in known
    beyond = yidi("clock", "ticket_filing", "--start", "2026-12-30").output
    assert "due: 2027-01-01 24:00" in beyond
    assert "2027年的节假日安排尚无数据，仅按周末推算" in beyond


def test_clock_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("holidays = 3", encoding="utf-8")
    Path("own.toml").write_text(CALENDAR, encoding="utf-8")
    for arguments, named in (
        (("nonsense", "--start", "2026-11-21"), "day_reconciliation"),
        (("day_reconciliation", "--start", "soon"), "ISO 8601"),
        (("ticket_filing", "--start", "2025-11-21", "--calendar", "own.toml"), "2025"),
        (("ticket_filing", "--start", "2026-11-21", "--calendar", "no.toml"), "no calendar"),
        (("ticket_filing", "--start", "2026-11-21", "--calendar", "bad.toml"), "no calendar"),
    ):
        result = yidi("clock", *arguments)
        assert result.exit_code == 2
        assert named in result.stderr


def test_main(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["yidi", "catalogue", "--json"])
    monkeypatch.setattr("sys.stdout", io.StringIO())
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 0
