"""Every transaction against messages that our code did not write: the whole envelope out, every leaf of the answer in."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from yidi_sdk import profile
from yidi_sdk.catalogue import CATALOGUE, Transaction
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.message import Shape
from yidi_sdk.profile import Profile
from yidi_sdk.protocol import Request, decode_full, encode, read_input

HERE = Path(__file__).parent
PROFILE = profile.load("national")
KINDS = ("request", "response")
NO_ENVELOPE = {"9102.response.json"}  # a download is answered by the bytes of the file: test_files_bytes.py has those


def having(kind: str) -> pytest.MarkDecorator:
    rows = [row for row in CATALOGUE if (HERE / f"{row.infno}.{kind}.json").exists()]
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.infno)


class Number(str):
    """The text of a number, so that 12.10 is not 12.1."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and str.__eq__(self, other)

    __hash__ = str.__hash__


def digits(text: str | bytes) -> Any:
    return json.loads(text, parse_float=Number, parse_int=Number)


def golden(row: Transaction[Any], kind: str) -> str:
    return (HERE / f"{row.infno}.{kind}.json").read_text(encoding="utf-8")


def speaking(row: Transaction[Any]) -> Profile:
    """The national way of speaking, in the province where the number means this."""
    return PROFILE.with_(name=row.profile or PROFILE.name)


def encoded(row: Transaction[Any]) -> Request:
    sent = json.loads(golden(row, "request"), parse_float=Decimal)
    return encode(
        read_input(row, sent["input"]),
        profile=speaking(row),
        url="http://127.0.0.1:8701",
        institution=Institution(sent["fixmedins_code"], sent["fixmedins_name"], sent["mdtrtarea_admvs"]),
        operator=Operator(sent["opter"], sent["opter_name"], sent["opter_type"]),
        msgid=sent["msgid"],
        now=datetime.fromisoformat(sent["inf_time"] + "+08:00"),
        insured_division=sent["insuplc_admdvs"],
        sign_no=sent["sign_no"],
    )


@having("request")
def test_the_whole_envelope_leaves_as_typed(row: Transaction[Any]) -> None:
    made = digits(encoded(row).body)
    wanted = digits(golden(row, "request"))
    assert made == wanted
    assert list(made) == list(wanted)  # the envelope's own order too


@having("response")
def test_every_leaf_of_the_answer_arrives(row: Transaction[Any]) -> None:
    body = golden(row, "response")
    full = decode_full(row, encoded(row), 200, {}, body.encode(), profile=speaking(row))
    answer = digits(body)
    assert full.inf_refmsgid == answer["inf_refmsgid"]
    output = answer["output"] or {}
    assert not full.output.model_extra
    for node, value in output.items():
        assert_held(value, getattr(full.output, node))


def assert_held(value: Any, held: Any) -> None:
    if isinstance(held, Shape):
        assert not held.model_extra, "a golden field that no class declares"
        for name, inner in value.items():
            assert_held(inner, getattr(held, name))
    elif isinstance(value, list) and value and isinstance(held[0], Shape):
        for typed, shape in zip(value, held, strict=True):
            assert_held(typed, shape)
    else:
        assert_leaf(value, held)


def assert_leaf(value: Any, held: Any) -> None:
    if isinstance(held, Decimal):
        assert held == Decimal(value)
        assert Decimal(value) == 0 or len(held.as_tuple().digits) >= len(Decimal(value).as_tuple().digits)
    elif isinstance(held, int):
        assert held == int(value)
    elif isinstance(value, Number):
        assert held == str.__str__(value)  # of no known type: taken as text, to the last digit
    else:
        assert held == value or (held is None and value == "")


def test_both_sides_of_every_transaction_are_there_and_nothing_else() -> None:
    names = {path.name for path in HERE.glob("*.json")}
    assert names == {f"{row.infno}.{kind}.json" for row in CATALOGUE for kind in KINDS} - NO_ENVELOPE
    assert len(names) == 2 * 90 - 1


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)
def test_a_golden_message_is_one_of_a_kind(row: Transaction[Any]) -> None:
    """Copied and not changed, it would show nothing of this transaction."""
    sent = json.loads(golden(row, "request"))
    assert sent["infno"] == row.infno
    assert len(sent["msgid"]) == 30
    if f"{row.infno}.response.json" not in NO_ENVELOPE:
        assert int(json.loads(golden(row, "response"))["infcode"]) == 0
