"""Why bytes are no message: looked at once more, slowly, so that the refusal can name the place. Pure."""

import json
from typing import Any

from yidi_sdk import wire

SHOWN = 40


class _Why(ValueError):
    """What is wrong, in words."""


def why(raw: bytes) -> str:
    """In plain Chinese, without quoting values. For bytes that `wire.loads` refuses, or that are no object."""
    found = "报文为空"
    try:
        if raw and isinstance(_read(raw), dict):
            found = f"嵌套超过{wire.MAX_DEPTH}层，或含有平台不接受的字符"
        elif raw:
            found = "报文应为JSON对象"
    except UnicodeDecodeError as error:
        found = f"不是UTF-8文本（第{error.start + 1}字节）"
    except RecursionError:
        found = f"嵌套超过{wire.MAX_DEPTH}层"
    except json.JSONDecodeError as error:
        found = f"不是JSON（第{error.lineno}行第{error.colno}列）"
    except _Why as error:
        found = str(error)
    return found


def _read(raw: bytes) -> Any:
    return json.loads(raw.decode(), object_pairs_hook=_once, parse_float=_kept, parse_int=_kept, parse_constant=_never)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Why(f"同一对象内字段{name[:SHOWN]}重复")
        found[name] = value
    return found


def _kept(digits: str) -> str:
    if "e" in digits.lower():
        raise _Why("数字不得用科学计数法")
    if sum(map(str.isdigit, digits)) > wire.MAX_DIGITS:
        raise _Why(f"数字超过{wire.MAX_DIGITS}位")
    return digits


def _never(name: str) -> str:
    raise _Why(f"{name}不是数字")
