"""Encode then decode is the identity, for every message and every answer, from values that fit the elements."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spec import facts

from yidi_sdk import profile, wire
from yidi_sdk.catalogue import CATALOGUE, Transaction
from yidi_sdk.codes import CODE_SETS
from yidi_sdk.elements.element import Element, Kind
from yidi_sdk.explain import dictionary
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.message import Shape, is_node
from yidi_sdk.protocol import Request, decode, encode, read_input

PROFILE = profile.load("national")
CALM = settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
NOW = datetime.fromisoformat("2024-05-20T09:00:00+08:00")
MSGID = "H50010399901202405200900000001"
FREE_DIGITS = 18
letters = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
days = st.dates().map(lambda day: day.isoformat())
moments = st.datetimes().map(lambda moment: moment.isoformat(" ", "seconds"))


def numbers(element: Element) -> st.SearchStrategy[Decimal]:
    """Numbers written with all their places."""
    digits, places = element.digits or FREE_DIGITS, element.places or 0
    most = 10**digits - 1
    return st.integers(-most, most).map(lambda number: Decimal(number).scaleb(-places))


def texts(element: Element) -> st.SearchStrategy[str]:
    codes = CODE_SETS.get(element.code_set or "")
    if codes is not None and codes.closed:
        return st.sampled_from(
            [value for value in codes.values if element.length is None or len(value) <= element.length]
        )
    return st.text(letters, min_size=1, max_size=min(element.length or 12, 12))


KINDS: dict[Kind, Callable[[Element], st.SearchStrategy[Any]]] = {
    Kind.TEXT: texts,
    Kind.CODE: texts,
    Kind.DECIMAL: numbers,
    Kind.INTEGER: lambda element: st.integers(0, 10 ** min(element.length or FREE_DIGITS, FREE_DIGITS) - 1),
    Kind.DATE: lambda _: days,
    Kind.DATETIME: lambda _: moments,
    Kind.OBJECT: lambda _: st.dictionaries(
        st.text(letters, min_size=1, max_size=4), st.text(letters, max_size=4), max_size=2
    ),
}


@cache
def instances(shape: type[Shape]) -> st.SearchStrategy[Any]:
    """Objects of a class, each optional field there or not."""
    must: dict[str, st.SearchStrategy[Any]] = {}
    may: dict[str, st.SearchStrategy[Any]] = {}
    for name, info in shape.model_fields.items():
        if is_node(info.annotation):
            inner = instances(dictionary._shape(info.annotation))
            value: st.SearchStrategy[Any] = inner
            if "list[" in str(info.annotation):
                value = st.lists(inner, min_size=1, max_size=2)
        elif name == "in_":
            value = st.binary(max_size=20)
        else:
            element = dictionary._element(info)
            value = KINDS[element.kind](element)
        (must if info.is_required() else may)[name] = value
    given_fields = st.fixed_dictionaries(must, optional=may)
    return given_fields.map(shape.model_validate)


def sent(row: Transaction[Any], message: Any) -> Request:
    return encode(
        message,
        profile=PROFILE.with_(name=row.profile or PROFILE.name),
        url="http://127.0.0.1:8701",
        institution=Institution("H50010399901", "示例市人民医院(虚构)", "500103"),
        operator=Operator("op001", "示例收费员"),
        msgid=MSGID,
        now=NOW,
        insured_division="530100",
    )


each_row = pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)


@each_row
def test_a_message_comes_back_as_it_went(row: Transaction[Any]) -> None:
    @CALM
    @given(instances(row.input))
    def check(message: Any) -> None:
        request = sent(row, message)
        assert request.infno == row.infno
        assert read_input(row, wire.loads(request.body)["input"]) == message

    check()


@pytest.mark.parametrize("row", [row for row in CATALOGUE if not row.output.is_file], ids=lambda row: row.infno)
def test_an_answer_comes_back_as_it_went(row: Transaction[Any]) -> None:
    @CALM
    @given(instances(row.output), st.data())
    def check(output: Any, data: st.DataObject) -> None:
        request = sent(row, data.draw(instances(row.input)))
        nodes = ours(output.model_dump(exclude_none=True), request)
        body = wire.dumps({"infcode": 0, "inf_refmsgid": "1", "output": nodes})
        got = decode(row, request, 200, {}, body, profile=PROFILE)
        assert type(got) is row.output
        assert got.model_dump(exclude_none=True) == row.output.model_validate(nodes).model_dump(exclude_none=True)
        assert all(nodes[name] == value for name, value in got.model_dump(exclude_none=True).items() if value != [])

    check()


def ours(nodes: dict[str, Any], request: Request) -> dict[str, Any]:
    """The same answer about the person and the visit that were asked about, made by our message."""
    wanted = {"psn_no": request.psn_no, "mdtrt_id": request.mdtrt_id, "medins_setl_id": request.msgid}
    for node in nodes.values():
        for row in node if isinstance(node, list) else [node]:
            if isinstance(row, dict):
                row.update({name: value for name, value in wanted.items() if row.get(name) and value})
    return nodes


def test_every_kind_of_field_was_tried() -> None:
    used = {use.element.kind for row in CATALOGUE for node in facts.nodes_of(row) for use in node.fields}
    assert used == set(KINDS)
