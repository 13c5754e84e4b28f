"""The tables inside README and docs, made from the code. Cog writes them, `cog --check` finds them outdated.

A block calls `show(...)`; nothing here reads the network or the clock.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from requirements_report import marked, obligations

ROOT = Path(__file__).parents[1]
EFFECTS = {
    "query": ("repeat freely", "随意重复"),
    "trial": ("repeat; the newest answer counts", "可重复，以最新一次为准"),
    "upload": ("ask what arrived, send the rest", "先查已到的，再补未到的"),
    "commit": ("never again while unknown", "结果不明时绝不重发"),
    "reversal": ("repeat without end, by the original msgid", "按原报文号重复，直到有结果"),
}


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def catalogue(language: str = "en") -> str:
    """One row a transaction."""
    from yidi_sdk.catalogue import CATALOGUE

    heads = {
        "en": ("infno", "name", "名称", "message", "effect", "undone by", "2601 undoes it", "evidence"),
        "zh": ("交易号", "名称", "消息类", "性质", "业务撤销", "可冲正", "依据"),
    }
    rows = []
    for row in CATALOGUE:
        undone = f"`{row.undone_by}`" if row.undone_by else ""
        tail = (
            f"`{row.effect}`",
            undone,
            ("yes" if language == "en" else "是") if row.reversible else "",
            row.evidence,
        )
        names = (row.name_en, row.name) if language == "en" else (row.name,)
        rows.append((f"`{row.infno}`", *names, f"`{row.input.__name__}`", *tail))
    return table(heads[language], rows)


def effects(language: str = "en") -> str:
    """What may be done after doubt."""
    place = 0 if language == "en" else 1
    head = ("effect", "after doubt") if language == "en" else ("性质", "结果不明时")
    from yidi_sdk.catalogue import Effect

    return table(head, [(f"`{effect}`", EFFECTS[effect][place]) for effect in Effect])


def fields() -> str:
    """Every field of every transaction, in catalogue order."""
    from yidi_sdk.catalogue import CATALOGUE
    from yidi_sdk.explain.dictionary import nodes_of

    parts = []
    for row in CATALOGUE:
        parts.append(f"### {row.infno} {row.name} · {row.name_en}\n")
        parts += [_node(node) for node in nodes_of(row)]
    return "\n".join(parts)


def _node(node: Any) -> str:
    way = "sent" if node.direction == "in" else "received"
    shape = "list of rows" if node.is_list else "object"
    rows = [
        (
            f"`{use.name}`",
            use.element.label,
            use.element.gloss,
            _kind(use.element),
            "yes" if use.required else "",
            use.evidence,
        )
        for use in node.fields
    ]
    head = ("field", "名称", "meaning", "kind", "required", "evidence")
    return f"**`{node.name}`** ({way}, {shape})\n\n{table(head, rows)}\n"


def _kind(element: Any) -> str:
    size = f"{element.digits},{element.places}" if element.digits else element.length or ""
    code = f" `{element.code_set}`" if element.code_set else ""
    return f"{element.kind} {size}{code}".strip()


def diagram() -> str:
    """The lifecycle as Mermaid."""
    from yidi_gateway import lifecycle

    return f"```mermaid\n{lifecycle.diagram()}\n```"


def states(language: str = "en") -> str:
    """What a HIS is told in each state, and what the gateway does next."""
    from yidi_gateway.lifecycle import ACTIONS, OPEN, TOLD, State

    head = (
        ("state", "told to the HIS", "the gateway next", "open")
        if language == "en"
        else ("状态", "告诉HIS", "网关下一步", "处理中")
    )
    yes = "yes" if language == "en" else "是"
    rows = [(f"`{s.name}`", f"`{TOLD[s]}`", f"`{ACTIONS[s]}`", yes if s in OPEN else "") for s in State]
    return table(head, rows)


def edges() -> str:
    """Every edge with what took place."""
    from yidi_gateway.lifecycle import EDGES

    rows = [(f"`{state.name}`", f"`{event.name}`", str(event), f"`{to.name}`") for (state, event), to in EDGES.items()]
    return table(("state", "event", "what took place", "then"), rows)


def requirements() -> str:
    """Obligations that the hospital side implements or the hub simulates, with their tests."""
    tests = marked()
    rows = [
        (
            row["number"],
            row["document"],
            row["article"],
            row["obligation"],
            "<br>".join(f"`{name}`" for name in tests.get(row["number"], [])) or "none yet",
        )
        for row in obligations()
    ]
    return table(("No.", "document", "article", "obligation", "tests"), rows)


def settings() -> str:
    """Every setting of gateway.toml with its default and reason."""
    from yidi_gateway.settings import Section, Settings

    rows = []
    for name, field in Settings.model_fields.items():
        section = field.annotation
        assert isinstance(section, type)
        assert issubclass(section, Section)
        rows += [(f"`[{name}]` `{key}`", _default(one), one.description) for key, one in section.model_fields.items()]
    return table(("setting", "default", "reason"), rows)


def _default(field: Any) -> str:
    if field.is_required():
        return "must be set"
    value = field.default
    return "" if value in (None, ()) else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def commands() -> dict[str, dict[str, str]]:
    """Program -> command -> first line of its help. A program that is not there yet is left out."""
    from importlib import import_module

    import typer

    found: dict[str, dict[str, str]] = {}
    for program, module in {
        "yidi": "yidi_sdk.cli",
        "yidi-hub": "yidi_mocks.cli",
        "yidi-gateway": "yidi_gateway.cli",
    }.items():
        try:
            app = import_module(module).app
        except ModuleNotFoundError:
            continue
        group = typer.main.get_group(app)
        found[program] = {name: _first_line(command.help) for name, command in group.commands.items()}
    return found


def command_table() -> str:
    """Every command."""
    rows = [(f"`{program} {name}`", text) for program, own in commands().items() for name, text in own.items()]
    return table(("command", "does"), rows)


def routes() -> str:
    """Every call of the gateway's REST door, with the right it needs."""
    from yidi_gateway.doors.routes import ROUTES

    rows = []
    for row in ROUTES:
        key = "must have one" if row.needs_key else "may have one" if row.takes_key else ""
        rows.append((f"`{row.method} {row.path}`", row.summary, " or ".join(f"`{s}`" for s in row.scopes), key))
    return table(("call", "does", "right", "Idempotency-Key"), rows)


def reasons() -> str:
    """Every reason code with cause and next step, Chinese first."""
    from yidi_sdk.rules.reasons import REASONS

    rows = [(f"`{row.code}`", row.zh, row.next_zh, row.en, row.who) for row in REASONS.values()]
    return table(("代码", "原因", "下一步", "cause", "who"), rows)


def personas() -> str:
    """The invented people of the hub."""
    from yidi_mocks.registry import persona_rows

    return table(
        ("name", "title", "about"), [(f"`{row['name']}`", row["title"], row["about"]) for row in persona_rows()]
    )


def scenarios() -> str:
    """The scenarios that come with the hub."""
    from yidi_mocks.registry import scenario_rows

    return table(
        ("name", "title", "about"), [(f"`{r['name']}`", r["title"], r["about"]) for r in scenario_rows().values()]
    )


def faults() -> str:
    """Kinds of faults and where they may strike."""
    from yidi_mocks.faults import PLACES

    rows = [
        (f"`{kind}`", f"`{usual}`", ", ".join(f"`{p}`" for p in sorted(may))) for kind, (usual, may) in PLACES.items()
    ]
    return table(("kind", "strikes, unless told", "may strike"), rows)


def profile() -> str:
    """The national profile: what differs by province, with its evidence."""
    from dataclasses import fields as fields_of

    from yidi_sdk.profile import load

    one = load("national")
    parts = [(one, f.name) for f in fields_of(one) if f.name not in ("name", "capabilities", "evidence")]
    parts += [(one.capabilities, f.name) for f in fields_of(one.capabilities)]
    rows = [(f"`{name}`", f"`{_plain(getattr(of, name))}`", one.evidence.get(name, "")) for of, name in parts]
    return table(("value", "national", "evidence"), rows)


def _plain(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, tuple):
        return ", ".join(part or '""' for part in value)
    return str(value)


def retention() -> str:
    """What the journal forgets, and when."""
    from yidi_gateway.retention import CLASSES

    rows = [
        (row.name, f"`{row.table}` {', '.join(row.purposes)}".strip(), f"{row.days} days", row.why) for row in CLASSES
    ]
    return table(("what", "rows", "kept for", "why"), rows)


def example(name: str) -> str:
    """The code of an example, without its docstring."""
    text = (ROOT / "examples" / name).read_text(encoding="utf-8")
    return "```python\n" + text.split('"""', 2)[2].strip() + "\n```"


def show(text: str) -> None:
    """Put into the page, for a cog block."""
    import cog

    cog.outl(f"\n{text}\n")


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0] if text else ""
