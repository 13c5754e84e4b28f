"""Answers of every transaction, changed at random: read or refused as whole answers, and no digit of a number changed."""

from contextlib import suppress
from copy import deepcopy
from decimal import Decimal
from functools import cache
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from sdk import scene

from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE, Effect, Transaction
from yidi_sdk.codes import CODE_SETS
from yidi_sdk.elements import amounts
from yidi_sdk.elements.element import Element, Kind
from yidi_sdk.errors import Refused, Unknown
from yidi_sdk.message import Answer, Node
from yidi_sdk.protocol import Request, decode

NUMBERS = (
    st.decimals(-(10**13), 10**13, places=2) | st.decimals(-(10**6), 10**6, places=4) | st.integers(-(10**9), 10**9)
)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=5,
)
ENVELOPED = [row for row in CATALOGUE if not row.output.is_file]
ROWS = st.sampled_from(ENVELOPED)
REQUEST = Request("0000", scene.MSGID, Effect.QUERY, "http://x", {}, b"")


def element_of(annotation: Any, metadata: list[Any]) -> Element | None:
    parts = [*metadata, *(part for kind in get_args(annotation) for part in get_args(kind))]
    return next((part for part in parts if isinstance(part, Element)), None)


def shape_of(annotation: Any) -> tuple[type[BaseModel], bool] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    for part in get_args(annotation):
        found = shape_of(part)
        if found is not None:
            return found[0], "list[" in str(annotation)
    return None


def example(shape: type[BaseModel]) -> dict[str, Any]:
    """An answer with every field."""
    made: dict[str, Any] = {}
    for name, field in shape.model_fields.items():
        inner, element = shape_of(field.annotation), element_of(field.annotation, field.metadata)
        if inner is not None:
            made[name] = [example(inner[0])] if inner[1] else example(inner[0])
        elif element is not None and element.kind is Kind.DECIMAL:
            made[name] = Decimal("1.50")
        elif element is not None and element.kind is Kind.INTEGER:
            made[name] = 1
        else:
            made[name] = scene.MSGID if name == "medins_setl_id" else "1"  # a settlement names its message
    return made


@cache
def whole(row: Transaction[Any]) -> dict[str, Any]:
    return example(row.output)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [place for key, inner in entries for place in places(inner, (*path, key))]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key] if isinstance(value, (dict, list)) else getattr(value, key)
    return value


def read(row: Transaction[Any], output: Any) -> Any:
    return decode(row, REQUEST, 200, {}, scene.answer(output), profile=scene.PROFILE)


@pytest.mark.parametrize("row", ENVELOPED, ids=lambda row: row.infno)
def test_an_answer_with_every_field_is_read(row: Transaction[Any]) -> None:
    read(row, whole(row))


@settings(max_examples=2500, deadline=None)
@given(ROWS, st.data())
def test_an_answer_changed_anywhere_is_read_or_refused_as_a_whole(row: Transaction[Any], data: st.DataObject) -> None:
    output = deepcopy(whole(row))
    for path in data.draw(st.lists(st.sampled_from(places(output)), max_size=4)) if output else []:
        try:
            at(output, path[:-1])[path[-1]] = data.draw(JSON)
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change took the place away
    with suppress(Refused, Unknown):
        assert isinstance(read(row, output), row.output)


@settings(max_examples=1000, deadline=None)
@given(ROWS, st.data())
def test_no_digit_of_a_number_changes_when_it_is_read(row: Transaction[Any], data: st.DataObject) -> None:
    output = deepcopy(whole(row))
    numbers = [path for path in places(output) if isinstance(at(output, path), Decimal)]
    given_numbers = {path: data.draw(NUMBERS) for path in numbers[:5]}
    for path, number in given_numbers.items():
        at(output, path[:-1])[path[-1]] = str(number) if data.draw(st.booleans()) else number
    got = read(row, output)
    for path, number in given_numbers.items():
        held = at(got, path)
        assert type(held) is Decimal
        assert held == number
        assert wire.loads(wire.dumps(held)) == held


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)
def test_an_empty_number_is_left_out_and_a_required_field_may_not_be_empty(row: Transaction[Any]) -> None:
    for path in places(whole(row)):
        if isinstance(at(whole(row), path), (dict, list)) or path[-1] == "exp_content":
            continue
        shape: Any = row.output
        for key in path[:-1]:
            shape = shape if isinstance(key, int) else shape_of(shape.model_fields[key].annotation)[0]  # type: ignore[index]
        field = shape.model_fields[path[-1]]
        output = deepcopy(whole(row))
        for nothing in ("", None):
            at(output, path[:-1])[path[-1]] = nothing
            if field.is_required():
                with pytest.raises(Unknown, match=path[-1]):
                    read(row, output)
            else:
                assert at(read(row, output), path) in (nothing, None)


class Sent(Node):
    amount: amounts.MedfeeSumamt


class Given(Answer):
    amount: amounts.MedfeeSumamt


@given(st.decimals(allow_nan=True, allow_infinity=True) | NUMBERS | st.text(max_size=8) | st.floats())
def test_what_is_sent_as_an_amount_is_exact_or_refused(value: Any) -> None:
    for shape in (Sent, Given):
        try:
            held = shape.model_validate({"amount": value}).amount
        except ValidationError:
            continue
        assert not isinstance(value, float)
        assert held == Decimal(value)
        assert held.is_finite()


def test_a_wrong_field_is_named_with_its_label_wherever_it_stands() -> None:
    line = {**LINE, "bilg_dr_name": "x" * 51, "fee_ocur_time": "2024-05-20", "rx_circ_flag": "9"}
    with pytest.raises(ValidationError) as caught:
        scene.NAMES["UploadOutpatientFees"].input.from_wire({"feedetail": [LINE, line, {**LINE, "psn_no": ""}]})
    found = {entry["loc"]: (entry["type"], entry["msg"]) for entry in caught.value.errors()}
    assert found == {
        ("feedetail", 1, "bilg_dr_name"): ("element", "开单医师姓名: 51 characters, at most 50"),
        ("feedetail", 1, "fee_ocur_time"): ("element", "费用发生时间: must look like yyyy-MM-dd HH:mm:ss"),
        ("feedetail", 1, "rx_circ_flag"): ("element", "外购处方标志: '9' is not in code set yes_no"),
        ("feedetail", 2, "psn_no"): ("element", "人员编号: must not be empty"),
    }
    assert CODE_SETS["yes_no"].closed


LINE = {
    "feedetl_sn": "1", "mdtrt_id": "1", "psn_no": "1", "chrg_bchno": "1", "rx_circ_flag": "0",
    "fee_ocur_time": "2024-05-20 09:40:00", "med_list_codg": "X", "medins_list_codg": "1",
    "det_item_fee_sumamt": "1.00", "cnt": "1", "pric": "1", "bilg_dept_codg": "A", "bilg_dept_name": "A",
    "bilg_dr_codg": "D", "bilg_dr_name": "N", "hosp_appr_flag": "0",
}  # fmt: skip
