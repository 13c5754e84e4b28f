"""The command: exit codes, one sentence on stderr, and what each verb prints."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from yidi_mocks.plugin import RunningHub

COMMAND = [sys.executable, "-c", "from yidi_gateway.cli import main; main()"]


def ran(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("YIDI_")}
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = ran("sample-config", "--init", "set-up", folder=tmp_path)
    assert made.returncode == 0, made.stderr
    return tmp_path / "set-up"


def test_sample_config_makes_keys_that_only_we_read(folder: Path) -> None:
    key = folder / "his.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o400
    assert len(key.read_text().strip()) >= 32
    again = ran("sample-config", "--init", ".", folder=folder)
    assert again.returncode == 2
    assert len(again.stderr.splitlines()) == 1


def test_sample_config_prints(tmp_path: Path) -> None:
    printed = ran("sample-config", folder=tmp_path)
    assert printed.returncode == 0
    assert "[platform]" in printed.stdout


@pytest.mark.parametrize("verb", ["check", "serve", "doctor", "migrate", "tail"])
def test_wrong_configuration_ends_with_2(tmp_path: Path, verb: str) -> None:
    missing = ran(verb, folder=tmp_path)
    assert missing.returncode == 2
    assert missing.stderr.startswith("yidi-gateway: configuration file gateway.toml not found")
    assert len(missing.stderr.splitlines()) == 1


def test_setting_is_named(folder: Path) -> None:
    wrong = ran("serve", folder=folder, YIDI_SERVER__PROT="1")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "yidi-gateway: [server] prot is not a setting\n"
    public = ran("serve", "--host", "0.0.0.0", folder=folder)  # noqa: S104 - what must be refused
    assert public.returncode == 2
    assert "[server] host: 0.0.0.0 (0.0.0.0) is not a loopback or private address" in public.stderr
    (folder / "his.key").unlink()
    keyless = ran("serve", "--port", "0", folder=folder)
    assert keyless.returncode == 2
    assert "key file his.key of his cannot be read" in keyless.stderr
    assert not (folder / "his.key").exists()


def test_check(folder: Path) -> None:
    good = ran("check", folder=folder)
    assert good.returncode == 0, good.stderr
    assert "only inferred" in good.stdout
    bad = ran("check", folder=folder, YIDI_PLATFORM__URL="http://203.0.113.9:8701")
    assert bad.returncode == 2
    assert "is a public address" in bad.stdout
    assert ran("migrate", folder=folder).returncode == 0
    assert "opens; 0 submissions" in ran("check", folder=folder).stdout


@pytest.mark.requirement("R004")
def test_doctor(folder: Path, hub: RunningHub) -> None:
    well = ran("doctor", folder=folder, YIDI_PLATFORM__URL=hub.url)
    assert well.returncode == 0, well.stdout + well.stderr
    assert "sign-in number" in well.stdout
    assert "answered, as it should, with a refusal" in well.stdout
    away = ran("doctor", folder=folder, YIDI_PLATFORM__URL="http://127.0.0.1:1")
    assert away.returncode == 3
    assert len(away.stderr.splitlines()) == 1
    hub.fault("html", "*", when={"always": True})
    broken = ran("doctor", folder=folder, YIDI_PLATFORM__URL=hub.url)
    assert broken.returncode == 3


def test_verbs_that_need_a_running_gateway_say_so(folder: Path) -> None:
    for verb in ("query", "reverse"):
        asked = ran(verb, "x", "--url", "http://127.0.0.1:1", folder=folder)
        assert asked.returncode == 3
        assert "needs it running" in asked.stderr


def test_show_and_tail_on_an_empty_journal(folder: Path) -> None:
    assert ran("tail", folder=folder).stdout == ""
    shown = ran("show", "x", folder=folder)
    assert (shown.returncode, shown.stdout) == (1, "")


def test_wrong_usage_ends_with_2(folder: Path) -> None:
    assert ran("serve", "--bogus", folder=folder).returncode == 2
    assert ran("nonsense", folder=folder).returncode == 2
