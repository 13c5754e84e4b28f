"""From a request's bytes to a model: strict JSON, every wrong field named at once, nothing of the input quoted."""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import ClientDisconnect, Request

from yidi_gateway.access.redaction import redacted
from yidi_gateway.problem import Problem
from yidi_sdk import wire
from yidi_sdk.catalogue import Transaction
from yidi_sdk.rules.reasons import Language

ModelT = TypeVar("ModelT", bound=BaseModel)
READ_WITHIN_S = 20
LONGEST_KEY = 255
MOST_VALUES = 200_000
LONGEST_PATIENCE_S = 300.0
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

SENTENCES: dict[str, tuple[str, str]] = {
    "missing": ("缺少这一项", "is missing"),
    "extra_forbidden": ("没有这个字段", "is not a field of this call"),
    "string_type": ("应为文本", "must be text"),
    "string_too_short": ("不能少于{min_length}个字符", "must have at least {min_length} characters"),
    "string_too_long": ("不能超过{max_length}个字符", "must have at most {max_length} characters"),
    "string_pattern_mismatch": ("写法不正确", "is not written as it must be"),
    "literal_error": ("应为以下之一：{expected}", "must be one of {expected}"),
    "bool_type": ("应为true或false", "must be true or false"),
    "timezone_aware": ("时间要带时区，例如+08:00", "needs an offset, such as +08:00"),
    "time_text": ("日期或时间应写作YYYY-MM-DD开头的文本", "must be a date or time as text that begins YYYY-MM-DD"),
    "too_short": ("不能少于{min_length}项", "must have at least {min_length} entries"),
    "too_long": ("不能超过{max_length}项", "must have at most {max_length} entries"),
    "tuple_type": ("应为数组", "must be an array"),
    "list_type": ("应为数组", "must be an array"),
    "model_type": ("应为对象", "must be an object"),
    "model_attributes_type": ("应为对象", "must be an object"),
    "dict_type": ("应为对象", "must be an object"),
}
"""Sentence of a kind of error, Chinese and English; what stands in braces is a limit of the field, never its value."""
DATES = ("这不是有效的日期或时间", "is no date or time")
OTHER = ("不正确", "is not right")


async def read_bytes(request: Request, limit: int) -> bytes:
    """The body. Raises Problem when it is larger than `limit`, or does not come in time."""
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise Problem("TOO_LARGE", http=413, detail=f"{limit} bytes at most")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise Problem("TOO_LARGE", http=413, detail=f"{limit} bytes at most")
                parts.append(part)
    except (TimeoutError, ClientDisconnect):
        raise Problem("BAD_REQUEST", http=400, detail="the body did not come whole") from None
    return b"".join(parts)


def parse(raw: bytes, model: type[ModelT], *, needed: bool, language: Language) -> tuple[ModelT, str]:
    """The body as a model, and the hash of what it says. Raises Problem with every field that is wrong."""
    if not raw.strip() and not needed:
        return model.model_validate({}), hash_of({})
    try:
        content = loads(raw)
    except wire.NotJson as error:
        raise Problem("BAD_REQUEST", http=400, detail=str(error)) from None
    try:
        return model.model_validate(content), hash_of(content)
    except ValidationError as error:
        raise Problem("BAD_REQUEST", http=422, fields=fields_of(error, language)) from None


def loads(raw: bytes) -> Any:
    """A caller's JSON: as strict as the platform's, and of no more than `MOST_VALUES` values. Raises NotJson."""
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") < MOST_VALUES:  # each value follows one of these
        return wire.loads(raw)
    content = wire.loads(raw)
    if _values(content) > MOST_VALUES:
        raise wire.NotJson("too many values")
    return content


def _values(content: Any) -> int:
    count, stack = 0, [content]
    while stack:
        value = stack.pop()
        count += 1
        if isinstance(value, dict):
            stack += value.values()  # pyright: ignore[reportUnknownArgumentType] - any JSON
        elif isinstance(value, list):
            stack += value  # pyright: ignore[reportUnknownArgumentType] - any JSON
    return count


def path_with_query(request: Request) -> str:
    """The path with its query, as sent: what a signature covers."""
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope.get("query_string", b"")
    whole: bytes = raw + (b"?" + query if query else b"")
    return whole.decode("latin-1")


def input_fields(row: Transaction[Any], error: ValidationError, language: Language) -> list[tuple[str, str]]:
    """Path and sentence of every field of a message's `input` that is wrong, as it stands on the wire."""
    main = row.input.main_node
    found: list[tuple[str, str]] = []
    for entry, (path, sentence) in zip(error.errors(), fields_of(error, language), strict=False):
        first = str(entry["loc"][0]) if entry["loc"] else ""
        beside = main is None or first in row.input.sibling_nodes
        found.append((f"input.{path}" if beside else f"input.{main}.{path}".rstrip("."), sentence))
    return found


def hash_of(content: Any) -> str:
    """SHA-256 over what a body says: blanks and the order of members do not count, every value does."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_decimal)
    return sha256(text.encode()).hexdigest()


def _decimal(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def fields_of(error: ValidationError, language: Language, prefix: str = "") -> list[tuple[str, str]]:
    """Path and sentence of every field that is wrong; at most 200."""
    found = error.errors(include_url=False, include_input=False)
    return [(path_of(entry["loc"], prefix), _sentence(entry, language)) for entry in found[:200]]


def path_of(location: Iterable[int | str], prefix: str = "") -> str:
    """`lines[0].amount`; a name that a caller made up is cut and masked."""
    path = prefix
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{redacted(step)[:60]}" if path else redacted(step)[:60]
    return path


def _sentence(entry: ErrorDetails, language: Language) -> str:
    kind = entry["type"]
    pair = SENTENCES.get(kind)
    if pair is None:
        pair = DATES if kind.startswith(("date", "time")) else OTHER
    sentence = pair[0] if language == "zh" else pair[1]
    return sentence.format_map(cast("Mapping[str, Any]", entry.get("ctx", {})))


def language_of(header: str) -> Language:
    """The first of Chinese and English that a caller names; Chinese when it names neither."""
    for part in header.lower().split(","):
        name = part.split(";", 1)[0].strip()
        if name.startswith("en"):
            return "en"
        if name.startswith("zh"):
            return "zh"
    return "zh"


def key_of(header: str | None, *, needed: bool) -> str | None:
    """The Idempotency-Key. Raises Problem when it is needed and missing, or no key at all."""
    key = (header or "").strip()
    if not key:
        if needed:
            raise Problem("KEY_MISSING", http=400)
        return None
    if not _KEY.fullmatch(key):
        raise Problem(
            "BAD_REQUEST", http=400, fields=[("Idempotency-Key", f"1-{LONGEST_KEY} visible ASCII characters")]
        )
    return key


def patience_of(header: str | None, default_s: float) -> float:
    """How long this caller waits, in seconds. Raises Problem when it is no number of seconds."""
    if header is None:
        return default_s
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", header.strip()):
        raise Problem("BAD_REQUEST", http=400, fields=[("X-Yidi-Patience", "0-300")])
    return min(float(header), LONGEST_PATIENCE_S)
