"""The pages that are built and not committed: one for each transaction, those known by name, code sets, errors.

MkDocs calls `on_files` (see `hooks` in mkdocs.yml). The texts are made from the code and the golden messages; nothing
here reads the network or the clock.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
TRANSACTIONS, LISTED, CODE_SETS, ERRORS = "transactions/index.md", "listed.md", "code-sets.md", "errors.md"
PLACES = {"string": "...", "code": "...", "date": "2026-11-21", "datetime": "2026-11-21 09:30:00"}
"""What stands for a value of a kind where no golden message shows one."""


def on_files(files: Any, config: Any) -> Any:
    """MkDocs: the built pages beside the committed ones."""
    from mkdocs.structure.files import File

    sys.path.insert(0, str(ROOT / "tests"))  # MkDocs loads this file alone
    for place, text in pages().items():
        files.append(File.generated(config, place, content=text))
    return files


def pages() -> dict[str, str]:
    """Every built page by its place below `docs`."""
    from yidi_sdk.catalogue import CATALOGUE

    made = {place_of(row.infno): transaction(row.infno) for row in CATALOGUE}
    return {TRANSACTIONS: index(), **made, LISTED: listed(), CODE_SETS: code_sets(), ERRORS: errors()}


def place_of(infno: str) -> str:
    return f"transactions/{infno}.md"


def index() -> str:
    """Transactions by family."""
    from yidi_sdk.catalogue import CATALOGUE

    families: dict[str, list[Any]] = {}
    for row in CATALOGUE:
        families.setdefault(row.input.__module__, []).append(row)
    parts = ["# Every transaction · 全部交易\n", f"{len(CATALOGUE)} transactions with their fields, by family.", ""]
    parts.append(f"Others are [known by number and name]({up(LISTED)}) only. Codes: [code sets]({up(CODE_SETS)}).\n")
    for module, rows in families.items():
        parts.append(f"## {first_line(import_module(module).__doc__)}\n")
        lines = [
            (f"[{row.infno}]({row.infno}.md)", row.name, row.name_en, f"`{row.effect}`", undo_of(row), row.evidence)
            for row in rows
        ]
        parts.append(table(("infno", "名称", "name", "effect", "undone by", "evidence"), lines) + "\n")
    return "\n".join(parts)


def transaction(infno: str) -> str:
    """One transaction: what it does, what may be done after doubt, every field, an example."""
    from yidi_sdk.explain import dictionary
    from yidi_sdk.explain.pages import EFFECTS

    entry = dictionary.transaction(infno)
    assert entry is not None
    row = entry.row
    facts = [
        ("message", f"`yidi_sdk.{row.input.__name__}`, answered by `{row.output.__name__}`"),
        ("effect", f"`{row.effect}`: {EFFECTS[row.effect]}"),
        ("undone by", undo_of(row) or "nothing"),
        ("path", f"`{row.path}`" if row.path else "none seen"),
        ("province", f"`{row.profile}`" if row.profile else "all"),
        ("evidence", f"`{row.evidence}`"),
    ]
    if entry.elsewhere is not None:
        facts.append(("elsewhere", f"the number means {entry.elsewhere.name} ({entry.elsewhere.name_en})"))
    parts = [f"# {row.infno} {row.name} · {row.name_en}\n", table(("", ""), facts), ""]
    for direction, title in (("in", "Sent · 输入"), ("out", "Received · 输出")):
        nodes = [node for node in entry.nodes if node.direction == direction]
        parts += [f"## {title}\n", *map(node_table, nodes)] if nodes else [f"## {title}\n", "No node.\n"]
    return "\n".join([*parts, *examples(entry)])


def examples(entry: Any) -> Iterator[str]:
    """A message and an answer; the input that `yidi call` takes."""
    infno = entry.row.infno
    yield "## Example · 示例\n"
    sent, received = (golden(infno, way) for way in ("request", "response"))
    if sent is None:
        yield "The least that `input` must hold, with places for values:\n"
        yield code("json", json.dumps(skeleton(entry), ensure_ascii=False, indent=1))
    else:
        yield "The whole message. People, hospital and amounts are invented:\n"
        yield code("json", sent)
    if received is not None:
        yield "An answer to it:\n"
        yield code("json", received)
    yield f"From a terminal; the file holds the value of `input`:\n\n```sh\nyidi explain {infno}"
    yield f"yidi call {infno} --input input.json --dry-run\n```"


def golden(infno: str, way: str) -> str | None:
    """A golden message as it is written, so that 12.10 stays 12.10; None where there is none."""
    path = GOLDEN / f"{infno}.{way}.json"
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def skeleton(entry: Any) -> dict[str, Any]:
    """The required fields of what is sent, nodes inside nodes by their path."""
    made: dict[str, Any] = {}
    for node in (node for node in entry.nodes if node.direction == "in"):
        fields = {use.name: place(use.element) for use in node.fields if use.required}
        holder, names = made, node.name.split(".")
        for name in names[:-1]:
            inner = holder.setdefault(name, {})
            holder = inner[0] if isinstance(inner, list) else inner
        holder[names[-1]] = [fields] if node.is_list else fields
    return made


def place(element: Any) -> Any:
    if element.kind in ("decimal", "integer"):
        return 0
    return PLACES.get(str(element.kind), {})


def node_table(node: Any) -> str:
    """The fields of a node."""
    from yidi_sdk.explain.pages import kind_of

    rows = [
        (
            f"`{use.name}`",
            use.element.label,
            use.element.gloss,
            kind_of(use.element),
            f"[{use.element.code_set}]({up(CODE_SETS)}#{use.element.code_set})" if use.element.code_set else "",
            "yes" if use.required else "",
            use.evidence,
        )
        for use in node.fields
    ]
    head = ("field", "名称", "meaning", "kind", "codes", "required", "evidence")
    return f"**`{node.name}`** ({'list of rows' if node.is_list else 'object'}): {node.gloss}\n\n{table(head, rows)}\n"


def listed() -> str:
    """What is known by number and name only."""
    from yidi_sdk import catalogue

    rows = catalogue.listed()
    lines = [
        (
            f"`{row.infno}`" + (f" to `{row.last}`" if row.last else ""),
            row.name,
            row.name_en,
            f"`{row.effect}`",
            f"`{row.path}`" if row.path else "",
            "; ".join(part for part in (row.note, "2601 undoes it" if row.reversible else "") if part),
        )
        for row in rows
    ]
    head = ("infno", "名称", "name", "effect", "path", "what is known")
    return f"""# Known by number and name · 只知道编号和名称

Implementers name these {len(rows)} without showing a body. They are sent as they are, in the same envelope, with the
same signing and the same three outcomes. Without a word on its effect a number counts as one that moves money: after
doubt it is never sent again.

```python
from yidi_sdk.transactions.raw import Raw

answer = client.send(Raw("1301", {{"data": {{"ver": "0"}}}}))
answer.nodes  # what the platform answered, by node
```

```sh
yidi call 1301 --input input.json --dry-run
```

{table(head, lines)}
"""


def code_sets() -> str:
    """Every code set with its values."""
    from yidi_sdk import codes
    from yidi_sdk.explain.values import carriers

    parts = ["# Code sets · 字典\n", "A province may have other values: load its table with 1901.\n"]
    for name, one in codes.CODE_SETS.items():
        fields = ", ".join(f"`{field}`" for field in carriers().get(name, ())) or "no field of the shapes here"
        closed = "Other values are refused before sending." if one.closed else "Other values are let through."
        said = [f"Fields: {fields}.", closed, f"Evidence: {one.evidence}." if one.evidence else "", one.note]
        parts += [f"## {name}\n", f"{one.label}. {' '.join(part for part in said if part)}\n"]
        if one.values:
            parts.append(table(("value", "名称"), code_rows(one.values)) + "\n")
        for whose, values in one.variants.items():
            parts += [f"As {whose} has it:\n", table(("value", "名称"), code_rows(values)) + "\n"]
    return "\n".join(parts)


def code_rows(values: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f"`{value}`", label) for value, label in values.items()]


def errors() -> str:
    """The error catalogue: the platform's texts, then our own refusals."""
    from yidi_sdk.explain import errors as catalogue
    from yidi_sdk.explain import pages as told
    from yidi_sdk.explain.refusals import refusals
    from yidi_sdk.explain.rows import CATEGORIES

    rows = catalogue.rows()
    parts = [
        "# Errors in plain words · 错误说明\n",
        "The first row whose pattern is found in the platform's text wins. Its raw text is always kept beside it.",
        "`yidi explain TEXT` finds the row; a text without one is doubt for a message that moves money.\n",
        "## Texts of the platform · 平台的原文\n",
    ]
    for category, title in CATEGORIES.items():
        own = [row for row in rows if row.category == category]
        if own:
            parts.append(f"### {title}\n")
            parts += [error(row, f"`{row.match}`; evidence {row.evidence}", told) for row in own]
    for origin, title in told.ORIGINS.items():
        parts.append(f"## {title}\n")
        parts += [error(row, told.CATEGORIES[row.category], told) for row in refusals() if row.origin == origin]
    return "\n".join(parts)


def error(row: Any, found_by: str, told: Any) -> str:
    """One refusal, Chinese first."""
    moved, again = told.MONEY[row.money], told.REPEAT[row.repeat]
    return (
        f"**`{row.key}`** {found_by}\n\n"
        f"- {row.cause_zh} → {row.next_zh}\n"
        f"- {row.cause_en} → {row.next_en}\n"
        f"- {told.WHO[row.who]}; {moved}; {again}\n"
    )


def undo_of(row: Any) -> str:
    own = f"[{row.undone_by}]({row.undone_by}.md)" if row.undone_by else ""
    reversal = "[2601](2601.md) by its msgid" if row.reversible else ""
    return ", ".join(part for part in (own, reversal) if part)


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A Markdown table."""
    from doc_tables import table as made

    return made(tuple(head), [tuple(row) for row in rows])


def code(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```\n"


def up(page: str) -> str:
    """A page beside `transactions`, seen from inside it."""
    return f"../{page}"


def first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0].rstrip(".")
