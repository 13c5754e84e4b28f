"""The data dictionary read from the message classes: what a field is, where it is used, how well it is evidenced."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast, get_args

from pydantic.fields import FieldInfo

from yidi_sdk.catalogue import CATALOGUE, Evidence, Later, Listed, Transaction, by_infno
from yidi_sdk.catalogue import listed as known_by_name
from yidi_sdk.elements.element import Element, Kind
from yidi_sdk.message import Input, Output, Shape, is_node

Direction = Literal["in", "out"]
FEWEST_SIGNS = 2
"""So many signs a query must have before it is looked for inside names."""


@dataclass(frozen=True, slots=True)
class FieldUse:
    """One field in one node of one transaction."""

    infno: str
    direction: Direction
    node: str
    name: str
    element: Element
    required: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class NodeUse:
    """One node: an object or a list of rows."""

    direction: Direction
    name: str
    is_list: bool
    gloss: str
    fields: tuple[FieldUse, ...]


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """A field with every place where it is used."""

    name: str
    element: Element
    uses: tuple[FieldUse, ...]


@dataclass(frozen=True, slots=True)
class TransactionEntry:
    """A transaction with its nodes. `elsewhere` is what the number means outside the row's profile, where that is
    known."""

    row: Transaction[Any]
    nodes: tuple[NodeUse, ...]
    elsewhere: Listed | None = None


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """A transaction of which number and name alone are known. `infno` is the number asked for, where the row spans
    several."""

    infno: str
    row: Listed


def transaction(query: str, profile: str | None = None) -> TransactionEntry | None:
    """By infno or by the name of the message class, in any case. With a `profile`, a number that has its meaning in
    another province only is not found."""
    row = by_infno(query.upper(), profile)
    if row is None:
        named = (cast("Transaction[Any]", row) for row in CATALOGUE)
        row = next((row for row in named if query.lower() == _message_name(row).lower()), None)
    if row is None:
        return None
    elsewhere = _listed(row.infno) if row.profile else None
    return TransactionEntry(row, tuple(nodes_of(row)), elsewhere)


def listed(query: str) -> ListedEntry | None:
    """A transaction without a class, by its number (also one inside a span) or its Chinese name."""
    number = query.upper()
    row = _listed(number) or next((row for row in known_by_name() if row.name == query), None)
    if row is None:
        return None
    return ListedEntry(number if row.covers(number) else row.infno, row)


def field(query: str) -> FieldEntry | None:
    """By wire name, in any case, or by Chinese label."""
    entries = fields()
    by_name = {name.lower(): name for name in entries}
    name = by_name.get(query.lower()) or next((n for n, e in entries.items() if e.element.label == query), None)
    return None if name is None else entries[name]


def suggestions(query: str, most: int = 5) -> list[str]:
    """Names that look like the query."""
    names = [row.infno for row in known_by_name()]
    messages = (_message_name(cast("Transaction[Any]", row)) for row in CATALOGUE)
    known = [*fields(), *(row.infno for row in CATALOGUE), *names, *messages]
    begins = [name for name in known if len(query) >= FEWEST_SIGNS and name.startswith(query)]
    close = list(dict.fromkeys([*begins[:most], *difflib.get_close_matches(query, known, n=most, cutoff=0.6)]))[:most]
    if len(query) < FEWEST_SIGNS:
        return close
    labels = [f"{n} ({e.element.label})" for n, e in fields().items() if query in e.element.label]
    numbers = [f"{row.infno} ({row.name})" for row in CATALOGUE if query in row.name]
    numbers += [f"{row.infno} ({row.name})" for row in known_by_name() if query in row.name]
    return list(dict.fromkeys([*close, *labels, *numbers]))[:most]


def nodes_of(row: Transaction[Any]) -> Iterator[NodeUse]:
    """The nodes of a transaction, as its two classes have them: a node inside another by its path, and `(output)` for
    fields that stand in the output itself."""
    message: type[Input[Any]] = row.input
    if message.main_node is not None:
        yield _node(row.infno, "in", message.main_node, message, is_list=False, skip=message.sibling_nodes)
    for name, info in message.model_fields.items():
        if message.main_node is None or name in message.sibling_nodes:
            yield from _inner(row.infno, "in", name, info)
    output: type[Output] = row.output
    if any(not is_node(info.annotation) for info in output.model_fields.values()):
        yield _node(row.infno, "out", "(output)", output, is_list=False, skip=frozenset())
    for name, info in output.model_fields.items():
        yield from _inner(row.infno, "out", name, info)


def element_of(annotation: Any) -> Element | None:
    """The element inside an annotation, however it is wrapped."""
    found = [part for part in getattr(annotation, "__metadata__", ()) if isinstance(part, Element)]
    if found:
        return found[0]
    return next((inner for inner in map(element_of, get_args(annotation)) if inner is not None), None)


def _inner(infno: str, direction: Direction, name: str, info: FieldInfo) -> Iterator[NodeUse]:
    shape = _shape(info.annotation)
    if shape is not None:
        yield _node(infno, direction, name, shape, is_list="list[" in str(info.annotation), skip=frozenset())
        for below, inner in shape.model_fields.items():
            yield from _inner(infno, direction, f"{name}.{below}", inner)


def _node(
    infno: str, direction: Direction, name: str, shape: type[Shape], *, is_list: bool, skip: frozenset[str]
) -> NodeUse:
    proofs = _evidence().get(infno, {}).get(f"{direction} {name}", {})
    fields = tuple(
        FieldUse(infno, direction, name, wire, element, info.is_required(), proofs.get(wire, Evidence.INFERRED))
        for wire, info in shape.model_fields.items()
        if wire not in skip and not is_node(info.annotation)
        for element in (_element(info),)
    )
    return NodeUse(direction, name, is_list, (shape.__doc__ or "").strip().splitlines()[0], fields)


def _element(info: FieldInfo) -> Element:
    found = next((part for part in info.metadata if isinstance(part, Element)), None) or element_of(info.annotation)
    return found or Element(Kind.TEXT, "", "")


def _shape(annotation: Any) -> type[Shape] | None:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    return next((inner for inner in map(_shape, get_args(annotation)) if inner is not None), None)


def _message_name(row: Transaction[Any]) -> str:
    """The name of the message class, without importing it."""
    sends: Any = row.sends
    return str(sends.name if isinstance(sends, Later) else sends.__name__)


def _listed(infno: str) -> Listed | None:
    return next((row for row in known_by_name() if row.covers(infno)), None)


@cache
def fields() -> dict[str, FieldEntry]:
    """Every field of every transaction, by its wire name."""
    uses: dict[str, list[FieldUse]] = {}
    for row in CATALOGUE:
        for node in nodes_of(row):
            for use in node.fields:
                uses.setdefault(use.name, []).append(use)
    return {name: FieldEntry(name, found[0].element, tuple(found)) for name, found in uses.items()}


@cache
def _evidence() -> dict[str, dict[str, dict[str, Evidence]]]:
    text = files("yidi_sdk").joinpath("explain", "evidence.json").read_text(encoding="utf-8")
    data: dict[str, dict[str, dict[str, str]]] = json.loads(text)
    return {
        infno: {
            node: {name: Evidence(level) for level, names in levels.items() for name in names.split()}
            for node, levels in nodes.items()
        }
        for infno, nodes in data.items()
    }
