"""Strict checks of the raw JSON of `input`, before any model sees it.

Each Input class is read once into a plan: nodes, fields, limits. What is checked is what the wire showed, so that a
mistake in how our own models read messages cannot hide behind the same models. The first thing wrong is refused by
name.
"""

import re
import sys
from dataclasses import dataclass
from datetime import date as day_type
from datetime import datetime as moment_type
from decimal import Decimal
from functools import cache, lru_cache
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo

from yidi_mocks.refusals import Refusal
from yidi_sdk.codes import CODE_SETS
from yidi_sdk.elements.element import Element, Kind
from yidi_sdk.message import Input, Shape, is_node

MOMENTS_HELD = 1024  # many messages name the same second or day
NONE: frozenset[str] = frozenset()
PLAIN_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One field: its element and whether it must be there; `node` where it holds one."""

    name: str
    element: Element
    required: bool
    node: "NodePlan | None" = None


@dataclass(frozen=True, slots=True)
class NodePlan:
    """One node: object or list of objects, its fields, its required fields."""

    name: str
    is_list: bool
    required: bool
    fields: dict[str, FieldPlan]
    must: tuple[str, ...]
    limits: dict[str, int]
    """Of the fields that are text of any form: their longest. Nearly all fields, so they are looked at first."""
    codes: dict[str, frozenset[str]]
    """Of the fields with a closed code set: what they may say."""


@cache
def plan_of(message: type[Input[Any]]) -> dict[str, NodePlan]:
    """The plan of a message: its nodes by name."""
    fields = message.model_fields
    nodes: dict[str, NodePlan] = {}
    plain: dict[str, FieldPlan] = {}
    for name, info in fields.items():
        if is_node(info.annotation):
            shape, is_list = _shape_of(info.annotation)
            nodes[name] = _node(name, shape, is_list=is_list, required=info.is_required())
        else:
            wire_name = name.removesuffix("_")  # a word of Python, such as `in`, carries a stroke in its class
            plain[wire_name] = FieldPlan(wire_name, _element(info.annotation, info.metadata), info.is_required())
    if message.main_node is not None:
        nodes[message.main_node] = _plan(message.main_node, plain, is_list=False, required=True)
    return nodes


def _node(name: str, shape: type[Shape], *, is_list: bool, required: bool) -> NodePlan:
    fields = {key: _field(key, info) for key, info in shape.model_fields.items()}
    return _plan(name, fields, is_list=is_list, required=required)


def _field(name: str, info: FieldInfo) -> FieldPlan:
    if not is_node(info.annotation):
        return FieldPlan(name, _element(info.annotation, info.metadata), info.is_required())
    shape, is_list = _shape_of(info.annotation)
    inner = _node(name, shape, is_list=is_list, required=info.is_required())
    return FieldPlan(name, Element(Kind.OBJECT, name, name), info.is_required(), inner)


def _plan(name: str, fields: dict[str, FieldPlan], *, is_list: bool, required: bool) -> NodePlan:
    must = tuple(field.name for field in fields.values() if field.required)
    found = ((field.name, _limit(field.element)) for field in fields.values())
    limits = {field: limit for field, limit in found if limit is not None}
    codes = {field.name: _codes(field.element) for field in fields.values()}
    closed = {field: values for field, values in codes.items() if values}
    return NodePlan(name, is_list, required, fields, must, limits, closed)


def _limit(element: Element) -> int | None:
    """The longest text that is right whatever it says, None where the text itself is looked at."""
    if element.kind not in (Kind.TEXT, Kind.CODE) or _codes(element):
        return None
    return sys.maxsize if element.length is None else element.length


def _codes(element: Element) -> frozenset[str]:
    """What a field with a closed code set may say, nothing for any other."""
    codes = CODE_SETS.get(element.code_set) if element.code_set else None
    if codes is None or not codes.closed or element.kind not in (Kind.TEXT, Kind.CODE):
        return frozenset()
    return frozenset(value for value in codes.values if element.length is None or len(value) <= element.length)


def _shape_of(annotation: Any) -> tuple[type[Shape], bool]:
    """The class of a node and whether it is a list of it, through `X | None` and `list[X]`."""
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation, False
    inner = next(part for part in get_args(annotation) if is_node(part))
    shape, is_list = _shape_of(inner)
    return shape, is_list or get_origin(annotation) is list


def _element(annotation: Any, metadata: list[Any]) -> Element:
    """The element of a field, from its metadata or from inside `Annotated[...] | None`."""
    found = next((item for item in metadata if isinstance(item, Element)), None)
    if found is not None:
        return found
    if get_origin(annotation) is Annotated:
        return next(item for item in get_args(annotation)[1:] if isinstance(item, Element))
    return next(_element(part, []) for part in get_args(annotation) if part is not type(None))


def check(message: type[Input[Any]], given: Any, *, may_be_empty: frozenset[str] = frozenset()) -> None:
    """Refuse what is not exactly a message of this class. Raises Refusal naming node and field.

    `may_be_empty` names required fields that a capability allows to come empty.
    """
    if not isinstance(given, dict):
        raise Refusal("node_kind", name="input", why="对象")
    nodes: dict[str, Any] = given  # pyright: ignore[reportUnknownVariableType] - any JSON
    plan = plan_of(message)
    for name in nodes:
        if name not in plan:
            raise Refusal("node_unknown", name=name)
    for name, node in plan.items():
        value = nodes.get(name)
        if value is None or value == "":
            if node.required:
                raise Refusal("node_missing", name=name)
        elif node.is_list:
            _check_list(node, value, may_be_empty)
        else:
            _check_object(node, value, may_be_empty)


def _check_list(node: NodePlan, value: Any, may_be_empty: frozenset[str]) -> None:
    if not isinstance(value, list):
        raise Refusal("node_kind", name=node.name, why="列表")
    if not value and node.required:
        raise Refusal("node_missing", name=node.name)
    for row in value:  # pyright: ignore[reportUnknownVariableType] - any JSON
        _check_object(node, row, may_be_empty)


def _check_object(node: NodePlan, value: Any, may_be_empty: frozenset[str]) -> None:
    if not isinstance(value, dict):
        raise Refusal("node_kind", name=node.name, why="对象")
    row: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType] - any JSON
    fields, limit_of, codes = node.fields, node.limits.get, node.codes
    for name in node.must:
        if row.get(name) in (None, "") and name not in may_be_empty:
            raise Refusal("field_missing", label=fields[name].element.label, name=name)
    for name, item in row.items():
        limit = limit_of(name)
        if type(item) is str and (len(item) <= limit if limit is not None else item in codes.get(name, NONE)):
            continue
        field = fields.get(name)
        if field is None:
            raise Refusal("field_unknown", name=f"{node.name}.{name}")
        if item is None or item == "":
            continue
        if field.node is None:
            _check_value(name, field.element, item)
        else:
            (_check_list if field.node.is_list else _check_object)(field.node, item, may_be_empty)


def _check_value(name: str, element: Element, value: Any) -> None:
    kind = element.kind
    if kind is Kind.DECIMAL:
        _check_decimal(name, element, value)
    elif kind is Kind.INTEGER:
        _check_integer(name, element, value)
    elif kind is not Kind.OBJECT:
        _check_text(name, element, value)


def _check_text(name: str, element: Element, value: Any) -> None:
    if not isinstance(value, str):
        raise Refusal("field_kind", label=element.label, name=name, why="应为文本")
    if element.length is not None and len(value) > element.length:
        raise Refusal("field_length", label=element.label, name=name, length=element.length)
    if element.kind is Kind.DATE and not is_day(value):
        raise Refusal("field_kind", label=element.label, name=name, why="应为yyyy-MM-dd")
    if element.kind is Kind.DATETIME and not is_moment(value):
        raise Refusal("field_kind", label=element.label, name=name, why="应为yyyy-MM-dd HH:mm:ss")
    codes = CODE_SETS.get(element.code_set) if element.code_set else None
    if codes is not None and not codes.admits(value):
        raise Refusal("field_code", label=element.label, name=name, value=value, code_set=codes.name)


def _check_decimal(name: str, element: Element, value: Any) -> None:
    text = plain_number(value)
    if text is None:
        raise Refusal("field_kind", label=element.label, name=name, why="应为普通十进制数")
    whole, _, places = text.lstrip("-").partition(".")
    if element.places is not None and len(places) > element.places:
        raise Refusal("field_places", label=element.label, name=name, places=element.places)
    if element.digits is not None and len(whole.lstrip("0")) > element.digits - (element.places or 0):
        raise Refusal("field_digits", label=element.label, name=name, digits=element.digits)


def _check_integer(name: str, element: Element, value: Any) -> None:
    text = plain_number(value)
    if text is None or "." in text:
        raise Refusal("field_kind", label=element.label, name=name, why="应为整数")
    if element.length is not None and len(text.lstrip("-")) > element.length:
        raise Refusal("field_length", label=element.label, name=name, length=element.length)


def plain_number(value: Any) -> str | None:
    """The digits of a number or of text that is a plain number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return None
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return text if PLAIN_NUMBER.fullmatch(text) else None


def is_day(text: str) -> bool:
    """Whether it is a real day, yyyy-MM-dd."""
    return len(text) == len("yyyy-MM-dd") and _is_day(text)


@lru_cache(MOMENTS_HELD)
def _is_day(text: str) -> bool:
    if not DAY.fullmatch(text):
        return False
    try:
        day_type.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_moment(text: str) -> bool:
    """Whether it is a real second, yyyy-MM-dd HH:mm:ss."""
    return len(text) == len("yyyy-MM-dd HH:mm:ss") and _is_moment(text)


@lru_cache(MOMENTS_HELD)
def _is_moment(text: str) -> bool:
    if not MOMENT.fullmatch(text):
        return False
    try:
        moment_type.fromisoformat(text)
    except ValueError:
        return False
    return True
