"""How a refusal names a field: by the Chinese label and the wire name that the message's own class gives it."""

from functools import cache
from typing import Any

from yidi_mocks.refusals import Refusal
from yidi_mocks.shapes import plan_of
from yidi_sdk.message import Input

Message = type[Input[Any]]


@cache
def label_of(message: Message, name: str) -> str:
    """The Chinese label of a field, looked for in the outer nodes first. KeyError for a field no node has."""
    level = list(plan_of(message).values())
    while level:
        for node in level:
            if name in node.fields and node.fields[name].node is None:
                return node.fields[name].element.label
        level = [field.node for node in level for field in node.fields.values() if field.node is not None]
    raise KeyError(name)


def missing(message: Message, name: str) -> Refusal:
    """The field is needed here although the shape lets it be left out."""
    return Refusal("field_missing", label=label_of(message, name), name=name)


def wrong(message: Message, name: str, why: str) -> Refusal:
    """The field is well formed and says what cannot be; `why` is a Chinese clause for the clerk."""
    return Refusal("field_wrong", label=label_of(message, name), name=name, why=why)


def demand(message: Message, row: dict[str, Any], *names: str) -> None:
    """Refuse the first of the fields that is left out or empty."""
    for name in names:
        if row.get(name) in (None, ""):
            raise missing(message, name)
