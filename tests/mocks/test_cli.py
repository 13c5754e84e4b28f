"""The command: ready line, fault from the shell, report, exit codes."""

import json
import subprocess
import sys

import pytest

from yidi_mocks.plugin import RunningHub

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


@pytest.fixture(scope="module")
def served():
    """A hub of its own program, as a province."""
    command = [*HUB, "serve", "--port", "0", "--profile", "hunan", "--latency", "lan", "--scenario", "lost_request"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait(10)


@pytest.mark.slow
def test_serve_as_a_province(served):
    hub = RunningHub(served)
    assert hub.control("/health")["profile"] == "hunan"
    assert hub.control("/latency")["name"] == "lan"
    hub.reset("guangdong_platform")
    assert hub.control("/health")["profile"] == "guangdong"
    hub.reset()
    assert hub.control("/health")["profile"] == "hunan"  # as it was started
    hub.reset(profile="zhejiang")
    assert hub.control("/health")["profile"] == "zhejiang"


@pytest.mark.slow
def test_faults_and_outages_from_the_shell(served):
    told = ("slow_commit", "--infno", "2304", "--when", "probability:0.5", "--seconds", "3", "--code", "504")
    planted = json.loads(run("trigger", *told, "--url", served).stdout)
    assert (planted["when"], planted["seconds"], planted["code"]) == ({"probability": 0.5}, 3.0, 504)
    planted = json.loads(run("trigger", "refuse", "--err-msg", "自编", "--when", "times:2", "--url", served).stdout)
    assert (planted["err_msg"], planted["when"]) == ("自编", {"times": 2})
    down = json.loads(run("outage", "30", "--in-s", "600", "--announced", "--url", served).stdout)
    assert (down["for_s"], down["announced"]) == (30.0, True)
    assert RunningHub(served).control("/outage")["items"] == [down]
    assert run("outage", "30", "--how", "odd", "--url", served).returncode == 2


@pytest.mark.slow
@pytest.mark.parametrize(("form", "begin"), [("text", "一致性报告"), ("json", "{"), ("html", "<!DOCTYPE html>")])
def test_report_in_three_forms(served, form, begin):
    done = run("report", "--url", served, "--format", form)
    assert done.returncode == 0
    assert done.stdout.startswith(begin)
    assert "E1" in done.stdout


@pytest.mark.slow
def test_exit_codes():
    assert run("serve", "--profile", "odd").returncode == 2
    assert "latency must be one of" in run("serve", "--latency", "odd").stderr
    assert "guangdong" in run("profiles").stdout
    assert run("report", "--url", "http://127.0.0.1:9").returncode == 3
    assert run("serve", "--scenario", "odd").returncode == 2
    assert run("trigger", "hang", "--when", "soon").returncode == 2
    assert "sunny" in run("scenario").stdout
