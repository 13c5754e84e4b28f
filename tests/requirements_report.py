"""Which obligations have a test: prints the rows of class a and c that have none yet; `--matrix` prints the table.

Reads the marks `@pytest.mark.requirement("R174", ...)` from the test files without running them.
"""

import ast
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).parent


def obligations() -> list[dict[str, str]]:
    rows = yaml.safe_load((HERE / "data" / "requirements.yaml").read_text(encoding="utf8"))["requirements"]
    return [row for row in rows if set(row["class"]) & {"a", "c"}]


def marked() -> dict[str, list[str]]:
    """Number of an obligation -> the tests that show it, as `file::test`."""
    found: dict[str, list[str]] = {}
    for path in sorted(HERE.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf8"))
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                for number in (n for d in node.decorator_list for n in _numbers(d)):
                    found.setdefault(number, []).append(f"{path.relative_to(HERE)}::{node.name}")
    return found


def _numbers(decorator: ast.expr) -> list[str]:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return []
    if decorator.func.attr != "requirement":
        return []
    return [a.value for a in decorator.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def matrix() -> str:
    """The table for the docs: number, article, obligation, tests."""
    tests = marked()
    lines = ["| No. | Document | Article | Obligation | Tests |", "|---|---|---|---|---|"]
    for row in obligations():
        names = "<br>".join(f"`{name}`" for name in tests.get(row["number"], [])) or "–"
        lines.append(f"| {row['no']} | {row['document']} | {row['article']} | {row['obligation']} | {names} |")
    return "\n".join(lines)


def main() -> None:
    rows, tests = obligations(), marked()
    known = {
        row["number"]
        for row in yaml.safe_load((HERE / "data" / "requirements.yaml").read_text(encoding="utf8"))["requirements"]
    }
    if unknown := sorted(set(tests) - known):
        sys.exit(f"marks name obligations that do not exist: {', '.join(unknown)}")
    if "--matrix" in sys.argv:
        print(matrix())
        return
    open_rows = [row["number"] for row in rows if row["number"] not in tests]
    print(f"obligations of class a and c: {len(rows)}, with a test: {len(rows) - len(open_rows)}")
    print(f"none yet: {' '.join(open_rows)}")


if __name__ == "__main__":
    main()
