"""The clients of `examples/clients/`: eligibility, a visit, a settlement whose answer is lost, asked again.

Python and Java run; C# and Delphi have no compiler here, so what must agree in all four is compared as text.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from main_job.running import run_gateway, write_config

from yidi_mocks.plugin import RunningHub

CLIENTS = Path(__file__).parents[1] / "examples" / "clients"
JDK = shutil.which("javac") and shutil.which("java")
Command = list[str]


@pytest.fixture(scope="session")
def java(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The compiled Java client. A machine without a JDK says so in one line and goes on."""
    if not JDK:
        pytest.skip("no JDK here: the Java client was not compiled")
    folder = tmp_path_factory.mktemp("java")
    compiled = subprocess.run(
        ["javac", "-Xlint:all,-options", "-Werror", "-encoding", "UTF-8", "--release", "8", "-d", str(folder),
         str(CLIENTS / "Client.java")],
        capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert compiled.returncode == 0, compiled.stderr
    return ["java", "-Dfile.encoding=UTF-8", "-cp", str(folder), "Client"]


@pytest.fixture(params=["python", "java"])
def client(request: pytest.FixtureRequest) -> Command:
    if request.param == "python":
        return [sys.executable, "-W", "error", "-X", "utf8", str(CLIENTS / "client.py")]
    command: Command = request.getfixturevalue("java")
    return command


@pytest.fixture
def gateway(hub: RunningHub, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    write_config(tmp_path, hub.url, quiet_s=4, commit_s=2, query_s=2)
    with run_gateway(tmp_path) as program:
        yield program.url, tmp_path / "his.key"


def run(client: Command, gateway: tuple[str, Path], *more: str, caller: str = "his") -> tuple[int, list[str]]:
    command = [*client, gateway[0], caller, str(gateway[1]), *more]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=55, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def sends(hub: RunningHub) -> int:
    return len([row for row in hub.received(infno="2207") if row["infno"] == "2207"])


@pytest.mark.slow
def test_a_lost_answer_is_asked_for_again(
    client: Command, gateway: tuple[str, Path], hub: RunningHub, persona: Callable[[str], dict[str, Any]]
) -> None:
    hub.fault("drop_reply", "2207", where="after_effect", when={"nth": 1})
    code, lines = run(client, gateway, persona("filed_hypertension")["id_number"], "SLIP-1")
    assert code == 0, lines
    assert lines[0] == "eligibility: direct"
    (row,) = hub.ledger(live="true")
    assert lines[-1] == f"settled {row['setl_id']}: fund {row['fund_pay_sumamt']}, cash {row['psn_cash_pay']}"
    assert sends(hub) == 1
    again, told = run(client, gateway, persona("filed_hypertension")["id_number"], "SLIP-1")
    assert (again, told) == (1, ["eligibility: direct", *told[1:]])
    assert "KEY_REUSED" in told[-1] or "refused" in told[-1]  # the program started anew tells another time
    assert sends(hub) == 1


@pytest.mark.slow
def test_what_is_not_known_yet_is_waited_for(
    client: Command, gateway: tuple[str, Path], hub: RunningHub, persona: Callable[[str], dict[str, Any]]
) -> None:
    hub.fault("drop_reply", "2207", where="after_effect", when={"nth": 1})
    hub.fault("drop_reply", "5203", where="after_effect", when={"times": 6})
    code, lines = run(client, gateway, persona("filed_hypertension")["id_number"], "SLIP-2")
    assert code == 0, lines
    assert "pending, do not charge again: asked again under the same key" in lines
    assert (len(hub.ledger(live="true")), sends(hub)) == (1, 1)


@pytest.mark.slow
def test_a_refusal_is_told_in_plain_words(client: Command, gateway: tuple[str, Path], hub: RunningHub) -> None:
    code, lines = run(client, gateway, hub.personas()["not_filed"]["id_number"], "SLIP-3")
    assert code == 1
    assert lines[-1].startswith("refused: ")
    assert not hub.ledger(live="true")


@pytest.mark.slow
def test_a_wrong_signature_gets_nowhere(
    client: Command, gateway: tuple[str, Path], hub: RunningHub, persona: Callable[[str], dict[str, Any]]
) -> None:
    gateway[1].chmod(0o600)
    gateway[1].write_text("another-key-0123456789abcdef")
    code, lines = run(client, gateway, persona("filed_hypertension")["id_number"], "SLIP-4")
    assert code == 1
    assert "没有通过身份验证" in lines[0]
    assert not [row for row in hub.received() if row["infno"] == "1101"]


@pytest.mark.parametrize("name", ["client.py", "Client.java", "Client.cs", "Client.pas"])
def test_all_say_the_same(name: str) -> None:
    """Names of headers and fields, the states that are asked again, the key for each step."""
    text = (CLIENTS / name).read_text(encoding="utf-8")
    for header in ("X-Yidi-Caller", "X-Yidi-Time", "X-Yidi-Nonce", "X-Yidi-Signature", "Idempotency-Key"):
        assert header in text
    for path in ("/v1/eligibility", "/v1/visits", "/settle", "/v1/submissions/", "/ack"):
        assert path in text
    for status in ("202", "429", "503"):
        assert re.search(rf"\b{status}\b", text)
    for field in (
        "visit_no", "kind", "credential", "emergency", "trauma", "started_at", "department", "doctor", "diagnoses",
        "lines", "line_no", "local_code", "quantity", "unit_price", "amount", "disease_code", "prescribed_at",
    ):  # fmt: skip
        assert f'"{field}"' in text.replace('\\"', '"'), field
    assert re.search(r"-open\b", text)
    assert re.search(r"-settle\b", text)
    assert "pending, do not charge again: asked again under the same key" in text
