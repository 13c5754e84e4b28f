"""JSON in and out: no digit changes, and what may not be believed is refused."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk import wire

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**14), max_value=10**14)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**18) + 1, 10**18 - 1), DECIMALS, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_sent_comes_back_digit_for_digit(value: Any) -> None:
    back = wire.loads(wire.dumps(value))
    assert back == value
    assert repr(back) == repr(value)  # 12.10 is not 12.1


@given(st.integers(-(10**14), 10**14), st.integers(0, 99))
def test_the_text_of_an_amount_survives_both_ways(yuan: int, fen: int) -> None:
    text = f"{yuan}.{fen:02d}"
    assert wire.dumps(wire.loads(text.encode())) == text.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":2}',
        b'{"a" :1,"a":2}',
        b'{"a"\n:1,"a":2}',
        b'{"\\u0061":1,"a":2}',
        b'[{"x":{"a":1,"b":2,"a":3}}]',
        b'{"t":"\\":\\":","a":1,"a":2}',
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b'"\\ud800"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"[" * 33 + b"]" * 33,
        b'{"a":' * 33 + b"1" + b"}" * 33,
        b"[" * 100_000,
        b"1234567890123456789",
        b"0.1234567890123456789",
        b"9" * 5000,
        b"1e5",
        b"1E+2",
        b"",
        b"\xef\xbb\xbf{}",
        b"{} x",
        b"01",
        b"'a'",
        b'{"a":1',
        b'"a\x01"',
    ],
)
def test_refused(raw: bytes) -> None:
    with pytest.raises(wire.NotJson):
        wire.loads(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"x\\":":1.10,"b":["\\":"]}', {'x":': Decimal("1.10"), "b": ['":']}),
        (b"[" * 32 + b"]" * 32, None),
        (b"-123456789012345678", -123456789012345678),
        (b"-1234567890123456.78", Decimal("-1234567890123456.78")),
        (b"-0.0", Decimal("-0.0")),
        ('"价"'.encode(), "价"),
    ],
)
def test_taken(raw: bytes, value: Any) -> None:
    assert wire.loads(raw) == value or value is None


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        [{"a": 0.1}],
        {"a": (1, 2.0)},
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+2"),
        Decimal("1E-9"),
        "\ud800",
        {1, 2}.__iter__(),
        object(),
    ],
)
def test_never_sent(value: Any) -> None:
    with pytest.raises(TypeError):
        wire.dumps(value)


def test_sent_as_plain_utf8_json() -> None:
    assert (
        wire.dumps({"amount": Decimal("12.10"), "name": "价", "n": None})
        == '{"amount":12.10,"name":"价","n":null}'.encode()
    )


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_one_error(raw: bytes) -> None:
    try:
        value = wire.loads(raw)
    except wire.NotJson:
        return
    assert json.loads(raw) == json.loads(wire.dumps(value))


def test_a_refusal_never_quotes_the_bytes() -> None:
    with pytest.raises(wire.NotJson) as caught:
        wire.loads(b'{"certno":"530102198803150000","certno":"530102198803150000"}')
    assert "530102" not in str(caught.value)


@pytest.mark.slow
def test_three_megabytes_in_a_blink() -> None:
    line = {f"f{n}": '":' if n == 3 else Decimal("12.10") if n % 3 else "中文" for n in range(50)}
    raw = wire.dumps({"feedetail": [line] * 5000})
    assert len(raw) > 2_800_000
    begun = time.perf_counter()
    wire.loads(raw)
    assert (
        time.perf_counter() - begun < 3.0
    )  # a guard against quadratic behaviour; the figure itself is in the benchmarks
