"""Each import contract is seen to fail: a forbidden import is planted in a copy of the tree, and the checker must say so.

A check that nobody has seen fail may not be running.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = {"yidi_sdk": "yidi_sdk", "yidi_gateway": "gateway/yidi_gateway", "yidi_mocks": "mocks/yidi_mocks"}

# contract, file in which the import is planted, the import
PLANTED = [
    ("SDK layers", "yidi_sdk/catalogue.py", "import yidi_sdk.client"),
    ("SDK layers", "yidi_sdk/rules/money.py", "import yidi_sdk.protocol"),
    ("gateway layers", "yidi_gateway/lifecycle.py", "import yidi_gateway.engine"),
    ("gateway layers", "yidi_gateway/engine.py", "import yidi_gateway.doors.rest"),
    ("journal: adapters above the port", "yidi_gateway/journal/port.py", "import yidi_gateway.journal.sql"),
    ("gateway and mocks are strangers", "yidi_gateway/engine.py", "import yidi_mocks.world"),
    ("gateway and mocks are strangers", "yidi_mocks/hub.py", "import yidi_gateway.lifecycle"),
    ("mocks use shapes, not the client, flows, protocol or rules", "yidi_mocks/benefit.py", "import yidi_sdk.rules.money"),
    ("the SDK knows neither gateway nor mocks", "yidi_sdk/client.py", "import yidi_mocks.world"),
    ("pure modules take clock, ids and chance as arguments and do not wait", "yidi_sdk/protocol.py", "import time"),
    ("pure modules take clock, ids and chance as arguments and do not wait", "yidi_gateway/lifecycle.py", "import asyncio"),
    ("pure modules take clock, ids and chance as arguments and do not wait", "yidi_sdk/rules/money.py", "import random"),
]  # fmt: skip


def check(folder: Path) -> str:
    """What the checker says of the packages in this folder."""
    command = [
        str(Path(sys.executable).parent / "lint-imports"),
        "--config",
        str(folder / "pyproject.toml"),
        "--no-cache",
    ]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment = {**inherited, "PYTHONPATH": str(folder)}  # copies do not count as covered or not
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    return done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name, place in PACKAGES.items():
        ignore = shutil.ignore_patterns("__pycache__", "static", "data", "personas")
        shutil.copytree(ROOT / place, tmp_path / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("contract", "file", "planted"), PLANTED, ids=[f"{p[1]}+{p[2]}" for p in PLANTED])
def test_a_forbidden_import_breaks_its_contract(copy: Path, contract: str, file: str, planted: str) -> None:
    target = copy / file
    target.write_text(target.read_text(encoding="utf-8") + f"\n{planted}  # planted\n", encoding="utf-8")
    said = check(copy)
    assert f"{contract} BROKEN" in said, said


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_the_tree_as_it_is_keeps_all(copy: Path) -> None:
    assert " 0 broken" in check(copy)
