"""JSON with exact decimals, both ways. The only place that touches JSON of the platform.

`12.10` comes back as `Decimal("12.10")` and leaves as `12.10`. NaN, infinity, duplicate keys, nesting deeper than 32,
numbers longer than 18 digits and text that is not UTF-8 are refused.
"""

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

MAX_DEPTH = 32
MAX_DIGITS = 18
_LIMIT = 10**MAX_DIGITS
_PLAIN = frozenset({str, int, bool, type(None)})
_FIXED = re.compile(r"-?[0-9.]+")
_KEY = re.compile(rb'"[ \t\r\n]*:')


class NotJson(ValueError):
    """The bytes are not JSON that may be believed. The text says why, without quoting them."""


def _number(text: str) -> Decimal:
    if "e" in text or "E" in text or (len(text) > MAX_DIGITS and sum(map(str.isdigit, text)) > MAX_DIGITS):
        raise NotJson("a number is too long or has an exponent")
    return Decimal(text)


def _plain(value: object) -> object:
    raise TypeError(f"{type(value).__name__} has no place in a message")


_decoder = msgspec.json.Decoder(float_hook=_number)
_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=_plain)


def loads(raw: bytes) -> Any:
    """Decode JSON. Whole numbers become `int`, others `Decimal`. Raises NotJson."""
    try:
        value = _decoder.decode(raw)
    except NotJson:
        raise
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, ValueError) as error:
        raise NotJson(f"not JSON: {type(error).__name__}") from None
    keys = _count_keys(value)
    if keys != len(
        _KEY.findall(raw)
    ):  # equal: no key was swallowed; unequal: text may look like a key, so look closely
        _refuse_duplicates(raw)
    return value


def dumps(value: Any) -> bytes:
    """Encode as compact UTF-8 JSON, decimals as plain numbers. A float or a number without fixed notation raises
    TypeError, text that is not Unicode too."""
    _refuse_inexact(value)
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        raise TypeError("half a character (a lone surrogate) has no place in a message") from None


def _count_keys(value: Any) -> int:
    """All keys of all objects, as decoded. Raises NotJson for deep nesting and long whole numbers."""
    keys = depth = 0
    level = [value]
    while level:
        inner: list[Any] = []
        deeper = False
        for item in level:
            kind = type(item)  # pyright: ignore[reportUnknownVariableType] - any JSON
            if kind is dict:
                keys += len(item)
                inner.extend(item.values())
                deeper = True
            elif kind is list:
                inner.extend(item)
                deeper = True
            elif kind is int and not -_LIMIT < item < _LIMIT:
                raise NotJson("a number is too long")
        depth += deeper
        if depth > MAX_DEPTH:
            raise NotJson("nested too deep")
        level = inner
    return keys


def _refuse_duplicates(raw: bytes) -> None:
    try:
        json.loads(raw, object_pairs_hook=_no_duplicates, parse_float=str)
    except NotJson:
        raise
    except (ValueError, RecursionError):
        raise NotJson("not JSON") from None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise NotJson("a key stands twice in one object")


def _refuse_inexact(value: Any) -> None:
    stack: list[Any] = [[value]]
    while stack:
        for inner in _inside(stack.pop()):
            kind = type(inner)  # pyright: ignore[reportUnknownVariableType] - any JSON
            if kind in _PLAIN:
                continue
            if kind is Decimal and not _FIXED.fullmatch(str(inner)):
                raise TypeError("a number must have fixed notation")
            if isinstance(inner, float):
                raise TypeError("a binary float has no place in a message")
            if isinstance(inner, (dict, list, tuple)):
                stack.append(inner)


def _inside(item: Any) -> Iterable[Any]:
    return item.values() if isinstance(item, dict) else item  # pyright: ignore[reportUnknownVariableType] - any JSON
