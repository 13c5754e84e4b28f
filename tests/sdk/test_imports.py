"""`import yidi_sdk` costs next to nothing, and every promised name is there."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import yidi_sdk
from yidi_sdk import transactions

HEAVY = (
    "pydantic",
    "pydantic_core",
    "msgspec",
    "httpx",
    "aiohttp",
    "tenacity",
    "structlog",
    "cryptography",
    "rich",
    "typer",
    "asyncio",
    "ssl",
)


def loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    return set(
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    )


def test_nothing_heavy_is_imported() -> None:
    assert not loaded("import yidi_sdk") & set(HEAVY)


@pytest.mark.parametrize("module", ["yidi_sdk.explain", "yidi_sdk.errors", "yidi_sdk.signing", "yidi_sdk.institution"])
def test_light_modules_stay_light(module: str) -> None:
    assert not loaded(f"import {module}") & set(HEAVY)


def test_shapes_need_pydantic_alone() -> None:
    assert not loaded("from yidi_sdk import SettleOutpatient") & {"httpx", "aiohttp", "tenacity", "structlog", "rich"}


def test_a_client_loads_no_retry_and_no_log_before_they_are_needed() -> None:
    assert not loaded("from yidi_sdk import Client, AsyncClient") & {"httpx", "aiohttp", "tenacity", "structlog"}


def test_every_promised_name_is_there() -> None:
    for name in yidi_sdk.__all__:
        assert getattr(yidi_sdk, name) is not None
    assert set(yidi_sdk.__all__) <= set(dir(yidi_sdk))
    assert len(set(yidi_sdk.__all__)) == len(yidi_sdk.__all__)


def test_the_three_lists_of_message_names_agree() -> None:
    """What type checkers import, what `import *` promises, what is loaded from a family."""
    block = next(n for n in ast.parse(Path(transactions.__file__).read_text("utf-8")).body if isinstance(n, ast.If))
    checked = {
        (str(statement.module).rsplit(".", 1)[-1], alias.name)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert {name for _, name in checked} == set(transactions.__all__)
    assert checked == {(family, name) for name, family in transactions._FAMILY.items()}


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        yidi_sdk.nonsense  # noqa: B018
