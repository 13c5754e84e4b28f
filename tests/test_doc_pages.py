"""The built pages say what the code says: every transaction, its fields, effect, undo, evidence and an example."""

import json
import re
import shlex
import sys
import types
from pathlib import Path
from typing import Any

import doc_pages
import pytest
import yaml
from typer.testing import CliRunner

from yidi_sdk import cli
from yidi_sdk.catalogue import CATALOGUE, listed
from yidi_sdk.codes import CODE_SETS
from yidi_sdk.explain import dictionary, errors
from yidi_sdk.explain.refusals import refusals
from yidi_sdk.explain.rows import read

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = doc_pages.pages()
LINK = re.compile(r"\]\(([^)#]*)(?:#([^)]*))?\)")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)
def test_a_page_for_every_transaction(row: Any) -> None:
    text = PAGES[f"transactions/{row.infno}.md"]
    entry = dictionary.transaction(row.infno)
    assert entry is not None
    assert text.startswith(f"# {row.infno} {row.name} · {row.name_en}\n")
    assert f"| effect | `{row.effect}`: " in text
    assert f"| evidence | `{row.evidence}` |" in text
    assert f"`yidi_sdk.{row.input.__name__}`" in text
    undone = next(line for line in text.splitlines() if line.startswith("| undone by |"))
    assert (f"[{row.undone_by}]({row.undone_by}.md)" in undone) is (row.undone_by is not None)
    assert ("[2601](2601.md)" in undone) is row.reversible
    assert row.path in text
    lines = text.splitlines()
    for node in entry.nodes:
        assert f"**`{node.name}`**" in text
        for use in node.fields:
            begin = f"| `{use.name}` | {use.element.label} | {use.element.gloss} |"
            end = f"| {'yes' if use.required else ''} | {use.evidence} |"
            assert any(line.startswith(begin) and line.endswith(end) for line in lines), use


def test_one_page_word_for_word() -> None:
    text = PAGES["transactions/2207.md"]
    for line in (
        "| undone by | [2208](2208.md), [2601](2601.md) by its msgid |",
        "| path | `/fsi/api/outpatientSettleService/saveSettletmentV2` |",
        "| `medfee_sumamt` | 医疗费总额 | total | decimal 16,2 |  | yes | agreed |",
        "| `med_type` | 医疗类别 | category of care | code 6 | [med_type](../code-sets.md#med_type) | yes | agreed |",
        "yidi call 2207 --input input.json --dry-run",
    ):
        assert line in text.splitlines()


def examples(infno: str) -> list[Any]:
    return [json.loads(body) for kind, body in FENCE.findall(PAGES[f"transactions/{infno}.md"]) if kind == "json"]


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)
def test_examples_are_the_golden_messages(row: Any) -> None:
    folder = ROOT / "tests" / "golden"
    files = [folder / f"{row.infno}.{way}.json" for way in ("request", "response")]
    golden = [json.loads(path.read_text(encoding="utf-8")) for path in files if path.exists()]
    found = examples(row.infno)
    if files[0].exists():
        assert found == golden
        assert found[0]["infno"] == row.infno
    else:
        assert set(found[0]) <= {node.name for node in dictionary.nodes_of(row) if node.direction == "in"}


def test_amounts_stay_as_they_were_written() -> None:
    assert '"medfee_sumamt": 180.00' in PAGES["transactions/2207.md"]


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)
def test_a_skeleton_has_every_required_field(row: Any) -> None:
    """Shown where no golden message is; only places stand in it, so the shape is what counts."""
    entry = dictionary.transaction(row.infno)
    made = json.loads(json.dumps(doc_pages.skeleton(entry)))
    for node in dictionary.nodes_of(row):
        if node.direction == "in":
            inside: Any = made
            for name in node.name.split("."):
                inside = inside[name]
                inside = inside[0] if isinstance(inside, list) else inside
            assert {use.name for use in node.fields if use.required} <= set(inside)


def test_everything_known_by_name_is_on_one_page() -> None:
    text = PAGES["listed.md"]
    for row in listed():
        assert f"`{row.infno}`" in text
        assert row.name in text
        assert row.note in text


def test_every_code_set_and_value() -> None:
    text = PAGES["code-sets.md"]
    for name, one in CODE_SETS.items():
        assert f"\n## {name}\n" in text
        for value, label in one.values.items():
            assert f"| `{value}` | {label} |" in text


def test_every_error_and_refusal() -> None:
    text = PAGES["errors.md"]
    for row in (*errors.rows(), *refusals()):
        assert f"**`{row.key}`**" in text
        assert row.cause_zh in text
        assert row.next_en in text


def test_the_index_leads_to_every_page() -> None:
    text = PAGES["transactions/index.md"]
    for row in CATALOGUE:
        assert f"[{row.infno}]({row.infno}.md)" in text


def test_links_of_built_pages_lead_somewhere() -> None:
    known = {*PAGES, *(path.name for path in DOCS.glob("*.md"))}
    headings = {place: set(re.findall(r"^## (\S+)$", text, re.MULTILINE)) for place, text in PAGES.items()}
    followed = 0
    for place, text in PAGES.items():
        for target, heading in LINK.findall(FENCE.sub("", text)):
            whole = (Path(place).parent / target).as_posix().replace("transactions/../", "")
            assert whole in known, f"{place}: {target}"
            assert not heading or heading in headings[whole], f"{place}: {target}#{heading}"
            followed += 1
    assert followed > 500


def test_the_site_names_pages_that_exist() -> None:
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    for entry in config["nav"]:
        [page] = entry.values()
        assert page in PAGES or (DOCS / page).exists()
    assert config["hooks"] == [str(Path(doc_pages.__file__).relative_to(ROOT))]


def test_mkdocs_gets_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    made = types.SimpleNamespace(generated=lambda _config, place, content: (place, content))
    module = types.ModuleType("mkdocs.structure.files")
    module.File = made  # type: ignore[attr-defined]
    for name in ("mkdocs", "mkdocs.structure"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "mkdocs.structure.files", module)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert dict(doc_pages.on_files([], None)) == PAGES


EXPLAIN = FENCE.findall((DOCS / "explain.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "line", [line for kind, body in EXPLAIN if kind == "sh" for line in body.splitlines() if "yidi explain" in line]
)
def test_the_questions_in_the_docs_have_answers(line: str) -> None:
    result = CliRunner().invoke(cli.app, shlex.split(line, comments=True)[1:])
    assert result.exit_code == 0, result.output
    assert result.stdout


def test_the_row_in_the_docs_can_be_used() -> None:
    [body] = [body for kind, body in EXPLAIN if kind == "toml"]
    [row] = read(body, "own.toml")
    assert row.final
    assert row.pattern().search("FSI-处方流转平台超限[rxBO_001]")
