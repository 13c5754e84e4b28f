"""Docs that cannot rot: generated tables are current, every setting and command is named, the README's code runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import doc_tables
import httpx
import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "README.zh-CN.md", *(ROOT / "docs").glob("*.md")])
READMES = ["README.md", "README.zh-CN.md"]
HUB_URL, GATEWAY_URL = "http://127.0.0.1:8701", "http://127.0.0.1:8700"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def test_generated_tables_are_current() -> None:
    names = [str(page.relative_to(ROOT)) for page in PAGES]
    done = subprocess.run(
        [sys.executable, "-m", "cogapp", "--check", *names], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, f"run `make docs`: {done.stdout}{done.stderr}"


def test_every_setting_is_documented() -> None:
    from yidi_gateway.settings import Settings

    text = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    wanted = [f"`[{table}]` `{name}`" for table, field in Settings.model_fields.items() for name in _names(field)]
    assert [name for name in wanted if name not in text] == []
    assert len(wanted) > 20


def _names(field: object) -> list[str]:
    return list(field.annotation.model_fields)


def test_every_command_is_documented() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    commands = doc_tables.commands()
    assert set(commands) == {"yidi", "yidi-hub", "yidi-gateway"}
    wanted = [f"`{program} {name}`" for program, own in commands.items() for name in own]
    assert [name for name in wanted if name not in text] == []


def test_every_transaction_and_reason_is_documented() -> None:
    from yidi_sdk.catalogue import CATALOGUE
    from yidi_sdk.rules.reasons import Code

    catalogue = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    office = (ROOT / "docs" / "insurance-office.md").read_text(encoding="utf-8")
    assert [row.infno for row in CATALOGUE if f"### {row.infno} " not in catalogue] == []
    assert [code for code in Code if f"`{code}`" not in office] == []


def test_links_lead_somewhere() -> None:
    pages = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_chinese_readme_is_a_twin() -> None:
    """Same number of headings of each level, same code, tables with as many rows."""
    english, chinese = [(ROOT / name).read_text(encoding="utf-8") for name in READMES]
    for one, other in ((_shape(english), _shape(chinese)), (_code(english), _code(chinese))):
        assert one == other


def _shape(text: str) -> list[str]:
    plain = FENCE.sub("", text)
    return [
        "row" if line.startswith("|") else line.split(" ")[0] for line in plain.splitlines() if line[:1] in ("#", "|")
    ]


def _code(text: str) -> list[str]:
    """The blocks without comments, which are translated."""
    return [re.sub(r"  +#.*", "", body) for kind, body in FENCE.findall(text) if kind in ("python", "sh", "bat")]


@contextmanager
def running(program: str, log: Path, *arguments: str) -> Iterator[str]:
    """One of our programs; its address."""
    module = {"hub": "yidi_mocks.cli", "gateway": "yidi_gateway.cli"}[program]
    command = [sys.executable, "-c", f"from {module} import main; main()", "serve", *arguments, "--port", "0"]
    with log.open("wb") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().decode()
            assert line.startswith(f"{program} ready "), log.read_text(encoding="utf-8", errors="replace")
            yield line.split()[-1]
        finally:
            process.terminate()
            process.wait(timeout=15)


@pytest.fixture
def hub_url(tmp_path: Path) -> Iterator[str]:
    """A hub of its own: two programs of one hospital in the same second would make the same msgids."""
    with running("hub", tmp_path / "hub.log") as url:
        yield url


@pytest.fixture
def house(hub_url: str, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A gateway before the hub, set up as the README says; its folder and address."""
    folder = tmp_path / "gateway"
    make = "from yidi_gateway.cli import main; main()"
    subprocess.run(
        [sys.executable, "-c", make, "sample-config", "--init", str(folder)], check=True, capture_output=True
    )
    config = folder / "gateway.toml"
    text = config.read_text(encoding="utf-8")
    assert HUB_URL in text
    config.write_text(text.replace(HUB_URL, hub_url), encoding="utf-8")
    with running("gateway", folder / "gateway.log", "--config", str(config)) as url:
        yield folder, url


def blocks(readme: str, kind: str, word: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    return [body for found, body in FENCE.findall(text) if found == kind and word in body]


def settled_at(hub_url: str) -> list[str]:
    rows = httpx.get(f"{hub_url}/_hub/ledger", trust_env=False).json()["items"]
    return [row["setl_id"] for row in rows if row["live"]]


@pytest.mark.slow
@pytest.mark.parametrize("readme", READMES)
def test_ten_lines_of_python(readme: str, hub_url: str, tmp_path: Path) -> None:
    [code] = blocks(readme, "python", "client.send")
    program = tmp_path / "first.py"
    program.write_text(code.replace(HUB_URL, hub_url), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)], check=False, capture_output=True, text=True, timeout=50, env=UTF8
    )
    assert done.returncode == 0, done.stderr
    [new] = settled_at(hub_url)
    assert done.stdout.startswith(f"settled {new}: fund ")
    indented = code.split("as client:\n", 1)[1].split("\n\n", 1)[0]
    assert len(indented.splitlines()) <= 10


@pytest.mark.slow
def test_the_example_is_the_readme(hub_url: str) -> None:
    program = ROOT / "examples" / "02_first_settlement.py"
    command = [sys.executable, "-W", "error", str(program), hub_url]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=50, env=UTF8)
    assert done.returncode == 0, done.stderr
    assert "cash" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "sed", "date"))), reason="needs a shell with curl")
def test_the_curl_lines(house: tuple[Path, str], hub_url: str) -> None:
    [code] = blocks("README.md", "sh", "/settle")
    folder, url = house
    script = "set -euo pipefail\n" + code.replace(GATEWAY_URL, url)
    environment = {**UTF8, "no_proxy": "127.0.0.1"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, check=False, capture_output=True, timeout=50, env=environment
    )
    assert done.returncode == 0, done.stderr.decode()
    answer = json.loads(done.stdout)
    assert [basket["state"] for basket in answer["baskets"]] == ["settled"], answer
    assert [answer["baskets"][0]["settlement"]["settlement_id"]] == settled_at(hub_url)


UTF8 = {**os.environ, "PYTHONUTF8": "1"}
