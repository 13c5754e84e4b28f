"""Rules of the house that a reader relies on, read from the source text."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from yidi_sdk.catalogue import CATALOGUE

ROOT = Path(__file__).parent.parent.parent
PACKAGES = (ROOT / "yidi_sdk", ROOT / "gateway" / "yidi_gateway", ROOT / "mocks" / "yidi_mocks")
SOURCES = sorted(path for package in PACKAGES for path in package.rglob("*.py"))
SDK = sorted((ROOT / "yidi_sdk").rglob("*.py"))
INFNOS = {row.infno for row in CATALOGUE}
WAITS = {"client.py", "attempts.py"}
IMPURE = {
    "httpx",
    "aiohttp",
    "sqlite3",
    "sqlalchemy",
    "psycopg",
    "asyncio",
    "socket",
    "time",
    "random",
    "uuid",
    "secrets",
}
PURE = (
    "envelope.py",
    "wire.py",
    "profile.py",
    "protocol.py",
    "catalogue.py",
    "message.py",
    "flows.py",
    "errors.py",
    "codes.py",
)
LOOK_ALIKE = {
    "money.py": "the beginning of a fund's code",
    "settings.py": "the beginning of a division code",
    "refunds.py": "the way back, step by step, as the rules' own table has it",
    "baskets.py": "names the query that gave no answer",
    "chronic.py": "names the query that gave no answer",
}
MONEY = ("elements", "rules", "transactions", "wire.py", "flows.py", "protocol.py", "message.py", "envelope.py")


def named(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=lambda path: str(path.relative_to(ROOT)))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def docstrings(module: ast.Module) -> set[int]:
    bodies = (node.body for node in ast.walk(module) if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)))
    return {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}


def literals(path: Path) -> Iterator[str]:
    module = tree(path)
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings(module):
            yield node.value


@named([path for path in SOURCES if path.name != "catalogue.py"])
def test_the_number_of_a_transaction_stands_in_the_catalogue_alone(path: Path) -> None:
    found = INFNOS & set(literals(path))
    assert bool(found) is (path.name in LOOK_ALIKE and path.is_relative_to(ROOT / "yidi_sdk"))


@named(SDK)
def test_nothing_is_async_but_clients_and_posters(path: Path) -> None:
    waiting = [node for node in ast.walk(tree(path)) if isinstance(node, (ast.AsyncFunctionDef, ast.Await))]
    assert not waiting or path.name in WAITS or path.parent.name == "posters" or "Protocol" in path.read_text("utf-8")


@named(
    [
        path
        for path in SDK
        if path.parent.name in ("elements", "transactions", "signing", "explain", "rules") or path.name in PURE
    ]
)
def test_pure_modules_import_nothing_that_waits_or_guesses(path: Path) -> None:
    if path.parent.name == "posters":
        return
    imported: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    assert not imported & IMPURE


@named([path for path in SDK if path.parent.name in MONEY or path.name in MONEY])
def test_no_binary_float_near_money(path: Path) -> None:
    for node in ast.walk(tree(path)):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"line {node.lineno}"
        assert not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")


@named(SOURCES)
def test_no_path_of_a_machine(path: Path) -> None:
    assert not re.search(r"/(work|root|home|tmp)/", path.read_text(encoding="utf-8"))


def test_the_checks_see_something() -> None:
    """A check nobody has seen fail may not be running."""
    assert INFNOS & set(literals(ROOT / "yidi_sdk" / "catalogue.py"))
    assert len(SDK) > 40
