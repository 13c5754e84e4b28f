"""Every example runs as a program against a hub and says what it did."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from yidi_mocks.plugin import RunningHub

EXAMPLES = Path(__file__).parent.parent / "examples"
SHORT = sorted([*EXAMPLES.glob("0[2-7]_*.py"), *EXAMPLES.glob("10_*.py")])
UTF8 = {**os.environ, "PYTHONUTF8": "1"}


def said(name: str, *arguments: str) -> list[str]:
    [program] = EXAMPLES.glob(f"{name}_*.py")
    command = [sys.executable, "-W", "error", str(program), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=50, env=UTF8)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("program", SHORT, ids=lambda path: path.name)
def test_short_enough_to_read(program: Path) -> None:
    assert len(program.read_text(encoding="utf-8").splitlines()) < 40


def test_who_is_this(hub: RunningHub) -> None:
    [line] = said("03", hub.url)
    assert line.startswith("测试甲, person number 53000000000000000000009901: insurance 310 of 530100")


def test_nobody(hub: RunningHub) -> None:
    [line] = said("03", hub.url, "530102190001010009")
    assert line == "nobody to settle for: 平台没有查到这个人"


def test_eligibility(hub: RunningHub) -> None:
    assert said("04", hub.url) == ["direct, usable as chronic: M03900"]


def test_eligibility_with_a_reason(hub: RunningHub) -> None:
    first, *reasons = said("04", hub.url, hub.personas()["not_filed"]["id_number"])
    assert first.startswith(("not_direct", "direct_after"))
    assert any(line.startswith(("NOT_FILED", "CHRONIC_NOT_QUALIFIED")) for line in reasons), reasons


def test_chronic_visit_async(hub: RunningHub) -> None:
    [line] = said("05", hub.url)
    [row] = hub.ledger()
    assert line.startswith(f"settled {row['setl_id']}: fund ")


def test_raw_transaction(hub: RunningHub) -> None:
    answered, refused = said("06", hub.url)
    assert answered == "1101 answered baseinfo, insuinfo, idetinfo: 测试甲"
    assert refused.startswith("refused: 平台没有查到这个人; ")


@pytest.mark.requirement("R004", "R167")
def test_test_your_his() -> None:
    """It starts its own hub, and its program behaves."""
    [program] = EXAMPLES.glob("09_*.py")
    assert len(program.read_text(encoding="utf-8").splitlines()) <= 60
    found, title, *lines = said("09")
    assert re.fullmatch(r"found again: 500103\d+", found)
    assert title == "一致性报告 conformance report: 通过 passed"
    assert any(line.startswith("  E1  通过 ") for line in lines)
    assert not any(line.split()[1:2] == ["不通过"] for line in lines)


def test_own_outbox(hub: RunningHub, tmp_path: Path) -> None:
    box = str(tmp_path / "outbox.sqlite")
    hub.fault("drop_reply", "2201")
    [lost] = said("07", hub.url, box)
    [msgid] = re.findall(r"[A-Z0-9]{30}", lost)
    *before, done = said("07", hub.url, box)
    assert f"sent before: 2201 {msgid}" in before
    assert done.startswith("registered as ")
    first, second = hub.received(infno="2201")
    assert first["msgid"] == msgid != second["msgid"]


def test_inpatient_stay(hub: RunningHub) -> None:
    [line] = said("10", hub.url)
    [row] = hub.ledger()
    assert line.startswith(f"settled {row['setl_id']}: total 680.00, fund {row['fund_pay_sumamt']}, cash ")
    assert row["clr_type"] == "21"
