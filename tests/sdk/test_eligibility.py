"""`yidi eligibility` against a running hub: the verdict in plain words, and its exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from yidi_sdk.cli import app

WHO = {"filed": "53010219600512001X", "not_filed": "530111199011020007", "wrong_digit": "530111199011020008"}
NO_FLAGS = ["--no-emergency", "--no-trauma"]


@pytest.fixture
def settings(hub: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = tmp_path / "yidi.toml"
    file.write_text(
        f'[platform]\nurl = "{hub.url}"\n[institution]\ncode = "H50010300001"\nname = "示例医院"\ndivision = "500103"\n'
        '[operator]\nid = "0001"\nname = "示例"\n',
        encoding="utf-8",
    )
    return file


def run(settings: Path, who: str, *more: str) -> Any:
    arguments = ["eligibility", "--config", str(settings), "--credential", f"id_card:{WHO[who]}", *more]
    return CliRunner().invoke(app, arguments)


@pytest.mark.requirement("R162", "R157", "R083")
def test_direct_with_the_diseases_that_may_be_used(settings: Path) -> None:
    told = run(settings, "filed", "--kind", "chronic", "--disease", "M03900", "--disease", "M01600", *NO_FLAGS)
    assert told.exit_code == 0
    assert "可以直接结算" in told.output
    assert "M03900, M01600" in told.output


@pytest.mark.requirement("R041", "R090", "R005")
def test_not_filed_is_guided(settings: Path) -> None:
    told = run(settings, "not_filed", "--json", *NO_FLAGS)
    assert told.exit_code == 1
    body = json.loads(told.output)
    assert body["verdict"] == "direct_after"
    assert [reason["code"] for reason in body["reasons"]] == ["NOT_FILED"]
    assert body["reasons"][0]["who"] == "patient"


def test_emergency_counts_as_filed(settings: Path) -> None:
    told = run(settings, "not_filed", "--kind", "emergency", "--emergency", "--no-trauma")
    assert told.exit_code == 0
    assert "急诊" in told.output


def test_wrong_input_is_not_asked_about(settings: Path, hub: Any) -> None:
    told = run(settings, "wrong_digit", *NO_FLAGS)
    assert told.exit_code == 2
    assert "校验位" in told.output
    assert WHO["wrong_digit"] not in told.output
    bad = CliRunner().invoke(app, ["eligibility", "--config", str(settings), "--credential", "card:1"])
    assert bad.exit_code == 2


def test_nobody_there(settings: Path) -> None:
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("http://127.0.0.1:", "http://127.0.0.1:1#"), encoding="utf-8")
    assert run(settings, "filed").exit_code == 3
