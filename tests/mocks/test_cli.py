"""The command: ready line, fault from the shell, report, exit codes."""

import json
import subprocess
import sys

import pytest

HUB = [sys.executable, "-c", "from yidi_mocks.cli import main; main()"]


def run(*arguments):
    return subprocess.run([*HUB, *arguments], capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.slow
def test_serve_says_ready_and_stops(tmp_path):
    journal = tmp_path / "journal.jsonl"
    command = [*HUB, "serve", "--port", "0", "--journal", str(journal)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            assert line.startswith("hub ready http://127.0.0.1:")
            url = line.split()[-1]
            planted = run("trigger", "drop_reply", "--infno", "2207", "--when", "nth:3", "--url", url)
            assert json.loads(planted.stdout)["when"] == {"nth": 3}
            report = run("report", "--url", url, "--format", "json")
            assert report.returncode == 0
            assert json.loads(report.stdout)["passed"]
            assert run("trigger", "odd", "--url", url).returncode == 2
        finally:
            process.terminate()
            process.wait(10)


@pytest.mark.slow
def test_exit_codes():
    assert run("report", "--url", "http://127.0.0.1:9").returncode == 3
    assert run("serve", "--scenario", "odd").returncode == 2
    assert run("trigger", "hang", "--when", "soon").returncode == 2
    assert "sunny" in run("scenario").stdout
