"""The published facts and our classes, brought to one form, and what differs between them.

The fact tables name an inner node sometimes by its path and sometimes alone: both are held against the one node of ours
that ends so.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from yidi_sdk.catalogue import CATALOGUE, by_infno
from yidi_sdk.codes import CODE_SETS
from yidi_sdk.elements.element import Element, Kind
from yidi_sdk.explain.dictionary import FieldUse, NodeUse, nodes_of

HERE = Path(__file__).parent.parent / "data" / "spec"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TEXTS = {Kind.TEXT, Kind.CODE}


@cache
def load(name: str) -> dict[str, Any]:
    return yaml.load((HERE / name).read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader


def published_sets() -> dict[str, dict[str, str]]:
    return {table["name"]: table["values"] for table in load("dictionaries.yaml")["dictionaries"]}


def _last(path: str) -> str:
    return path.rsplit(".", 1)[-1]


def differences() -> Iterator[tuple[str, str]]:
    """Pairs of place and difference, such as `2207 in data.invono` and `len 20 -> 30`."""
    facts = load("transactions.yaml")["transactions"]
    yield from _sets("catalogue", {fact["infno"] for fact in facts}, {row.infno for row in CATALOGUE})
    sets = published_sets()
    for fact in facts:
        row = by_infno(fact["infno"])
        assert row is not None
        ours = {(node.direction, node.name): node for node in nodes_of(row)}
        inner = {(direction, _last(path)): node for (direction, path), node in ours.items() if "." in path}
        theirs = {("in" if node["direction"] == "request" else "out", node["node"]): node for node in fact["nodes"]}
        met: set[int] = set()
        for key, given in theirs.items():
            node = ours.get(key) or inner.get((key[0], _last(key[1])))
            if node is None:
                yield f"{row.infno} nodes", f"missing {' '.join(key)}"
                continue
            met.add(id(node))
            nodes_inside = {_last(path) for direction, path in ours if direction == key[0] and "." in path}
            yield from _node(f"{row.infno} {' '.join(key)}", given, node, sets, nodes_inside)
        yield from (
            (f"{row.infno} nodes", f"ours only {d} {n}") for (d, n), node in ours.items() if id(node) not in met
        )


def _sets(place: str, theirs: set[str], ours: set[str]) -> Iterator[tuple[str, str]]:
    yield from ((place, f"missing {name}") for name in theirs - ours)
    yield from ((place, f"ours only {name}") for name in ours - theirs)


def _node(
    place: str, fact: dict[str, Any], ours: NodeUse, sets: dict[str, Any], nodes_inside: set[str]
) -> Iterator[tuple[str, str]]:
    if (fact["kind"] == "list") != ours.is_list:
        yield place, f"kind {fact['kind']} -> {'list' if ours.is_list else 'object'}"
    fields = {field["name"]: field for field in fact["fields"] if field["name"] not in nodes_inside}
    uses = {use.name: use for use in ours.fields}
    yield from _sets(place, set(fields), set(uses))
    for name in fields.keys() & uses.keys():
        for difference in _field(fields[name], uses[name], sets):
            yield f"{place}.{name}", difference


def _field(fact: dict[str, Any], use: FieldUse, sets: dict[str, Any]) -> Iterator[str]:
    element = use.element
    if (fact.get("required") == "Y") != use.required:
        yield f"required {fact.get('required', '?')} -> {'Y' if use.required else 'N'}"
    stated = fact.get("type", "")
    if stated and not _same_kind(stated, element.kind):
        yield f"kind {stated} -> {element.kind}"
    if fact.get("len") and _length(element) != str(fact["len"]):
        yield f"len {fact['len']} -> {_length(element)}"
    if fact["zh"] and fact["zh"] != element.label:
        yield f"zh {fact['zh']} -> {element.label}"
    if fact.get("dict") and fact["dict"] != (element.code_set or ""):
        published = "published" if sets.get(fact["dict"]) else "unpublished"
        yield f"dict {fact['dict']} ({published}) -> {element.code_set or 'text'}"


def _same_kind(stated: str, kind: Kind) -> bool:
    return kind in TEXTS if stated == "string" else stated == kind


def _length(element: Element) -> str:
    if element.kind is Kind.DECIMAL:
        return f"{element.digits},{element.places}"
    return "" if element.length is None else str(element.length)


def code_differences() -> Iterator[tuple[str, str]]:
    """Published tables against our code sets."""
    published = {table["name"]: table for table in load("dictionaries.yaml")["dictionaries"]}
    yield from _sets("code sets", set(published), set(CODE_SETS))
    for name in published.keys() & CODE_SETS.keys():
        used = CODE_SETS[name]
        tables = {"": (published[name]["values"], used.values)}
        variants = published[name].get("variants") or {}
        yield from _sets(f"variants of {name}", set(variants), set(used.variants))
        tables |= {which: (variants[which], used.variants[which]) for which in variants.keys() & used.variants.keys()}
        for which, (theirs, ours) in tables.items():
            place = f"code set {name} {which}".strip()
            yield from _sets(place, set(theirs), set(ours))
            for value in theirs.keys() & ours.keys():
                if theirs[value] != ours[value]:
                    yield f"{place}.{value}", f"label {theirs[value]} -> {ours[value]}"
