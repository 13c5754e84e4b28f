"""What `yidi explain --json` prints: one JSON object for each kind of thing, with the same names in all of them."""

from collections.abc import Callable
from typing import Any

from yidi_sdk.catalogue import Effect, Evidence
from yidi_sdk.codes import CODE_SETS
from yidi_sdk.elements.element import Element
from yidi_sdk.explain.dictionary import FieldEntry, FieldUse, ListedEntry, NodeUse, TransactionEntry
from yidi_sdk.explain.errors import clean
from yidi_sdk.explain.pages import Found
from yidi_sdk.explain.refusals import Refusal
from yidi_sdk.explain.rows import Row
from yidi_sdk.explain.values import ValueEntry


def record(found: Found, query: str = "") -> dict[str, Any]:
    """The object: `kind` says what it is. `text` is the query of an error, cleaned of numbers of persons."""
    for kind, make in MAKERS.items():
        if isinstance(found, kind):
            return make(found)
    told = _refusal(found) if isinstance(found, Refusal) else _row(found)  # type: ignore[arg-type]  # what is left
    return {**told, "text": clean(query)} if query and query != told["key"] else told


def _field(entry: FieldEntry) -> dict[str, Any]:
    return {
        "kind": "field",
        "name": entry.name,
        **_element(entry.element),
        "uses": [{**_use(use), "infno": use.infno, "direction": use.direction, "node": use.node} for use in entry.uses],
    }


def _transaction(entry: TransactionEntry) -> dict[str, Any]:
    row = entry.row
    return {
        "kind": "transaction",
        "infno": row.infno,
        "name": row.name,
        "name_en": row.name_en,
        "message": row.input.__name__,
        "effect": str(row.effect),
        "undone_by": row.undone_by,
        "reversible": row.reversible,
        "path": row.path,
        "profile": row.profile,
        "evidence": str(row.evidence),
        "elsewhere": None if entry.elsewhere is None else entry.elsewhere.name,
        "nodes": [_node(node) for node in entry.nodes],
    }


def _listed(entry: ListedEntry) -> dict[str, Any]:
    row = entry.row
    return {
        "kind": "listed",
        "infno": entry.infno,
        "last": row.last,
        "name": row.name,
        "name_en": row.name_en,
        "effect": str(Effect(row.effect)),
        "reversible": row.reversible,
        "path": row.path,
        "note": row.note,
        "evidence": str(Evidence.INFERRED),
    }


def _value(entry: ValueEntry) -> dict[str, Any]:
    disease = entry.disease
    return {
        "kind": "value",
        "value": entry.value,
        "meanings": [
            {
                "code_set": meaning.code_set.name,
                "value": meaning.value,
                "code_set_label": meaning.code_set.label,
                "label": meaning.label,
                "variant": meaning.variant,
                "closed": meaning.code_set.closed,
                "evidence": meaning.code_set.evidence,
                "fields": list(meaning.fields),
            }
            for meaning in entry.meanings
        ],
        "disease": None
        if disease is None
        else {
            "code": disease.code,
            "name": disease.name,
            "opens_on": str(disease.opens_on) if disease.opens_on else None,
            "evidence": disease.evidence,
        },
        "may_mean": list(entry.organs),
    }


MAKERS: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    FieldEntry: _field,
    TransactionEntry: _transaction,
    ListedEntry: _listed,
    ValueEntry: _value,
}


def _told(row: Row | Refusal) -> dict[str, Any]:
    return {
        "key": row.key,
        "category": row.category,
        "who": row.who,
        "money": row.money,
        "repeat": row.repeat,
        "cause_zh": row.cause_zh,
        "next_zh": row.next_zh,
        "cause_en": row.cause_en,
        "next_en": row.next_en,
    }


def _refusal(row: Refusal) -> dict[str, Any]:
    return {"kind": "refusal", **_told(row), "origin": row.origin}


def _row(row: Row) -> dict[str, Any]:
    return {"kind": "error", **_told(row), "code": row.code, "final": row.final, "evidence": row.evidence}


def _node(node: NodeUse) -> dict[str, Any]:
    return {
        "direction": node.direction,
        "name": node.name,
        "is_list": node.is_list,
        "gloss": node.gloss,
        "fields": [{"name": use.name, **_element(use.element), **_use(use)} for use in node.fields],
    }


def _use(use: FieldUse) -> dict[str, Any]:
    return {"required": use.required, "evidence": str(use.evidence)}


def _element(element: Element) -> dict[str, Any]:
    values = CODE_SETS.get(element.code_set or "")
    return {
        "label": element.label,
        "gloss": element.gloss,
        "type": str(element.kind),
        "length": element.length,
        "digits": element.digits,
        "places": element.places,
        "code_set": element.code_set,
        "values": dict(values.values) if values else None,
    }
