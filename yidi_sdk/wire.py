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
_HOLDERS = frozenset({dict, list})
_SENT = frozenset({str, int, bool, type(None), Decimal, dict, list})


class NotJson(ValueError):
    """The bytes are not JSON that may be believed. The text says why, without quoting them."""


def _number(text: str) -> Decimal:
    if len(text) > MAX_DIGITS and sum(map(str.isdigit, text)) > MAX_DIGITS:
        raise NotJson("a number is too long")
    if "e" in text or "E" in text:
        raise NotJson("a number has an exponent")
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
    if _count_keys(value) != _written_keys(raw):
        _refuse_duplicates(raw)  # a key was swallowed, or text looks like a key: look closely
    return value


def dumps(value: Any) -> bytes:
    """Encode as compact UTF-8 JSON, decimals as plain numbers. A float or a number without fixed notation raises
    TypeError, text that is not Unicode too."""
    if not _all_exact(value):
        _refuse_inexact(value)
    try:
        raw = _encoder.encode(value)
    except UnicodeEncodeError:
        raise TypeError("half a character (a lone surrogate) has no place in a message") from None
    if _may_have_exponent(raw):
        _refuse_inexact(value)
    return raw


def _may_have_exponent(raw: bytes) -> bool:
    """Whether a decimal, or only a text, left signs of no fixed notation. One letter is found at once, two are not."""
    return (
        (b"E" in raw and (b"E+" in raw or b"E-" in raw))
        or (b"N" in raw and b"NaN" in raw)
        or (b"I" in raw and b"Infinity" in raw)
    )


def _written_keys(raw: bytes) -> int:
    """How many keys there seem to be: never fewer than there are."""
    if b"\n" in raw or b"\r" in raw or b"\t" in raw or b" :" in raw:
        return len(_KEY.findall(raw))
    return raw.count(b'":')


def _count_keys(value: Any) -> int:
    """All keys of all objects, as decoded. Raises NotJson for deep nesting and long whole numbers."""
    keys = depth = 0
    level: list[Any] = [value]
    while True:
        kinds = set(map(type, level))  # of a whole level: a message has a hundred thousand values
        if int in kinds:
            whole = [item for item in level if type(item) is int]
            if max(whole) >= _LIMIT or min(whole) <= -_LIMIT:
                raise NotJson("a number is too long")
        if kinds.isdisjoint(_HOLDERS):
            return keys
        depth += 1
        if depth > MAX_DEPTH:
            raise NotJson("nested too deep")
        level, found = _below(level)
        keys += found


def _all_exact(value: Any) -> bool:
    """Whether all of a value is of kinds that are sent as they are. False asks for a closer look."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        kinds = set(map(type, level))
        if not kinds <= _SENT:
            return False
        if kinds.isdisjoint(_HOLDERS):
            return True
        level, _ = _below(level)
    return False


def _below(level: list[Any]) -> tuple[list[Any], int]:
    """What stands in the objects and lists of a level, and how many keys its objects have."""
    below: list[Any] = []
    keys = 0
    for item in level:
        kind = type(item)  # pyright: ignore[reportUnknownVariableType] - any JSON
        if kind is dict:
            keys += len(item)
            below += item.values()
        elif kind is list:
            below += item
    return below, keys


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
