"""How older programs write a message and want its answer written; pure. What is said stays what the national door says.

Read the same for all: a byte order mark, padding with NUL, JSON inside a JSON text. The charset is pinned for each
caller and never guessed: 1.3 % of short GBK names are good UTF-8 too. A Content-Type that names one goes before it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal, cast

from yidi_gateway.doors import reading
from yidi_gateway.doors.envelopes import Said
from yidi_gateway.problem import Problem
from yidi_gateway.settings import BadSettings, LegacyCallerSettings
from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE
from yidi_sdk.elements.element import Kind
from yidi_sdk.explain.dictionary import nodes_of

Charset = Literal["utf-8", "gb18030"]
Kept = Literal["as_given", "number", "text"]
NAMES: Mapping[str, Charset] = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
}
"""GBK and GB2312 are parts of GB18030, which has all of Unicode, so that 𠮷 in a name has bytes too."""
MARK = b"\xef\xbb\xbf"
CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_-]+)""", re.IGNORECASE)
PLAIN_AMOUNT = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,6})?", re.ASCII)
FEN_PLACES = 2
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Of one caller. `longest_answer`: bytes that it can take."""

    charset: Charset = "utf-8"
    answer: Literal["national", "code_data"] = "national"
    infcode: Kept = "as_given"
    amounts: Kept = "as_given"
    longest_answer: int = 20_000_000

    @property
    def is_plain(self) -> bool:
        """Whether answers leave as they are."""
        return (self.answer, self.infcode, self.amounts) == ("national", "as_given", "as_given")


PLAIN = Dialect()


def dialects_of(settings: Iterable[LegacyCallerSettings], known: Iterable[str]) -> dict[str, Dialect]:
    """The dialect of each caller that has one. Raises BadSettings."""
    names, found = set(known), dict[str, Dialect]()
    for entry in settings:
        if entry.caller not in names:
            raise BadSettings(f"[legacy] callers: {entry.caller} is no caller of [access]")
        if entry.caller in found:
            raise BadSettings(f"[legacy] callers: {entry.caller} stands there twice")
        found[entry.caller] = Dialect(**entry.model_dump(exclude={"caller"}))
    return found


def charset_of(content_type: str | None, pinned: Charset) -> Charset:
    """The charset of a message and of its answer. Raises Problem for one that nobody speaks here."""
    named = CHARSET.search(content_type or "")
    if named is None:
        return pinned
    found = NAMES.get(named.group(1).lower())
    if found is None:
        raise Problem("BAD_REQUEST", fields=[("Content-Type", "字符集应为UTF-8或GB18030（GBK）")])
    return found


def envelope_in(raw: bytes, charset: Charset) -> dict[str, Any]:
    """The envelope, which may stand in a JSON text. Raises Problem."""
    value = value_in(raw, charset)
    if isinstance(value, str):
        value = parsed(value)
    if not isinstance(value, dict):
        raise Problem("BAD_REQUEST", fields=[("报文", "应为JSON对象")])
    return cast("dict[str, Any]", value)


def value_in(raw: bytes, charset: Charset) -> Any:
    """What the bytes say. Raises Problem."""
    content = raw.rstrip(b"\x00")
    if content.startswith(MARK):
        content = content.removeprefix(MARK)
    elif charset == "gb18030":
        try:
            content = content.decode(charset).encode()
        except UnicodeError:
            raise Problem("BAD_REQUEST", fields=[("报文", "不是正确的GB18030（GBK）编码")]) from None
    try:
        return reading.loads(content)
    except wire.NotJson as error:
        raise Problem("BAD_REQUEST", fields=[("报文", f"不是正确的JSON（{error}）")]) from None


def parsed(text: str) -> Any:
    """JSON inside a JSON text; None for what is none."""
    try:
        return reading.loads(text.encode("utf-8", "surrogatepass"))
    except wire.NotJson:
        return None


def written(said: Said, dialect: Dialect, charset: Charset) -> bytes:
    """The answer as this caller reads it. A file is left as it is."""
    if said.media_type != JSON:
        return said.content
    content = said.content if dialect.is_plain else wire.dumps(_spoken(wire.loads(said.content), dialect))
    return content if charset == "utf-8" else content.decode().encode(charset)


def _spoken(envelope: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    output = envelope.get("output")
    if dialect.amounts != "as_given":
        output = _amounts(output, dialect.amounts)
    infcode = str(envelope.get("infcode"))
    if dialect.answer == "code_data":
        code = "1" if infcode == "0" else "-1"
        return {"Code": code, "ErrorMsg": envelope.get("err_msg"), "Data": output, "yidi": envelope.get("yidi")}
    spoken = {**envelope, "output": output}
    if dialect.infcode == "text":
        spoken["infcode"] = infcode
    elif dialect.infcode == "number" and re.fullmatch(r"-?[0-9]{1,9}", infcode, re.ASCII):
        spoken["infcode"] = int(infcode)
    return spoken


def _amounts(value: Any, kept: Kept, name: str = "") -> Any:
    """Every amount below, by the names of the catalogue, as text or as a number. None and "" stay what they are."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {each: _amounts(part, kept, each) for each, part in members.items()}
    if isinstance(value, list):
        return [_amounts(part, kept, name) for part in value]  # pyright: ignore[reportUnknownVariableType] - any JSON
    places = amount_places().get(name)
    if places is None or isinstance(value, bool):
        return value
    if kept == "text" and isinstance(value, (int, Decimal)):
        return _text(Decimal(value), places)
    if kept == "number" and isinstance(value, str) and PLAIN_AMOUNT.fullmatch(value):
        return Decimal(value)
    return value


def _text(value: Decimal, places: int) -> str:
    exponent = value.as_tuple().exponent
    if places == FEN_PLACES and isinstance(exponent, int) and exponent > -FEN_PLACES:
        value = value.quantize(Decimal("0.01"))
    return f"{value:f}"


@cache
def amount_places() -> Mapping[str, int]:
    """Decimal fields of the catalogue's answers, with their places."""
    return {
        use.name: use.element.places or 0
        for row in CATALOGUE
        for node in nodes_of(row)
        if node.direction == "out"
        for use in node.fields
        if use.element.kind is Kind.DECIMAL
    }
