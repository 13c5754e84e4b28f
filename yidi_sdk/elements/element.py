"""One wire field, described once: kind, length, Chinese label, English gloss, code set.

An element is an annotated type. In an `Input` it checks limits and codes and says in one sentence what is wrong; in an
`Output` read with `AS_GIVEN` it only brings the value to its kind. Amounts are `Decimal`, never binary floats.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from yidi_sdk.codes import CODE_SETS


class Kind(StrEnum):
    TEXT = "string"
    CODE = "code"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE = "date"
    DATETIME = "datetime"
    OBJECT = "object"


SHAPES = {
    Kind.DATE: (re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII), "yyyy-MM-dd"),
    Kind.DATETIME: (re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", re.ASCII), "yyyy-MM-dd HH:mm:ss"),
}
PLAIN_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
PLAIN_INTEGER = re.compile(r"-?\d{1,20}", re.ASCII)
FEN, FEN_PLACES = Decimal("0.01"), 2
MAX_GIVEN = 20
"""Digits before the point of a number that we take from the platform; more is no amount."""
SHOWN = 6
"""A wrong code is quoted up to this length; anything longer may be a person's number."""


@dataclass(frozen=True, slots=True)
class Element:
    """What is known of one wire field. `length` counts characters; decimals have `digits` and `places` instead."""

    kind: Kind
    label: str
    gloss: str
    length: int | None = None
    digits: int | None = None
    places: int | None = None
    code_set: str | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        readers = {Kind.DECIMAL: self._read_decimal, Kind.INTEGER: self._read_integer, Kind.OBJECT: _read_anything}
        return core_schema.with_info_plain_validator_function(readers.get(self.kind, self._read_text))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self.json_schema()

    def json_schema(self) -> dict[str, Any]:
        """How the field looks in JSON Schema. Amounts are text with a point."""
        described: dict[str, Any] = {"type": "object" if self.kind is Kind.OBJECT else "string", "title": self.label}
        if self.length is not None and self.kind is not Kind.OBJECT:
            described["maxLength"] = self.length
        return described

    def _read_text(self, value: Any, info: core_schema.ValidationInfo) -> Any:
        if _as_given(info):
            return value if value is None or isinstance(value, str) else str(value)
        return self._text(value)

    def _read_decimal(self, value: Any, info: core_schema.ValidationInfo) -> Any:
        if type(value) is Decimal and value.is_finite() and value.adjusted() < MAX_GIVEN and _as_given(info):
            written = self._written(value)  # the common case of an answer, without further questions
            return written if written == value else value
        return self.decimal(value, as_given=_as_given(info))

    def _read_integer(self, value: Any, info: core_schema.ValidationInfo) -> Any:
        return self._integer(value, as_given=_as_given(info))

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self._wrong("must be text", "应为文本")
        text = str(value)  # a code enum is sent as its plain value
        if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
            raise self._wrong("holds half a character", "含有不完整的字符")
        if self.length is not None and len(text) > self.length:
            raise self._wrong(f"{len(text)} characters, at most {self.length}", f"最多{self.length}个字符")
        if self.kind in SHAPES and text and not SHAPES[self.kind][0].fullmatch(text):
            raise self._wrong(f"must look like {SHAPES[self.kind][1]}", f"格式应为{SHAPES[self.kind][1]}")
        if self.code_set is not None and text:
            codes = CODE_SETS.get(self.code_set)
            if codes is not None and not codes.admits(text):
                quoted = f"{text!r} is" if len(text) <= SHOWN else "the value is"
                raise self._wrong(f"{quoted} not in code set {self.code_set}", f"代码不在字典{self.code_set}中")
        return text

    def decimal(self, value: Any, *, as_given: bool = False) -> Decimal | None:
        """Bring a value to its exact decimal; refuse floats, exponents and more places than the field has."""
        if value is None or (isinstance(value, str) and not value):
            return None  # an empty number is no number; a required one is refused by its message
        number = value if isinstance(value, Decimal) else self._number(value, as_given=as_given)
        if not number.is_finite() or number.adjusted() >= MAX_GIVEN:
            raise self._wrong("must be a finite number of usual size", "应为有限数")
        if self.places is None or self.digits is None:
            return number
        if as_given:
            written = self._written(number)
            return written if written == number else number  # a third place is kept as it was given
        places = -int(number.as_tuple().exponent)
        if places > self.places:
            raise self._wrong(f"has {places} decimal places, at most {self.places}", f"最多{self.places}位小数")
        if number.adjusted() >= self.digits - self.places:
            raise self._wrong(f"has more than {self.digits} digits", f"最多{self.digits}位数字")
        return self._written(number if places >= 0 else number.quantize(Decimal(1)))

    def _number(self, value: Any, *, as_given: bool) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise self._wrong("must be an exact decimal, not a binary float", "应为精确小数")
        text = str(value).strip() if as_given else str(value)
        if not as_given and not PLAIN_NUMBER.fullmatch(text):
            raise self._wrong("must be a plain decimal number", "应为普通十进制数")
        try:
            return Decimal(text)
        except InvalidOperation:
            raise self._wrong("must be a decimal number", "应为十进制数") from None

    def _written(self, number: Decimal) -> Decimal:
        """Yuan and fen have two places; other numbers keep the places they came with."""
        return number.quantize(FEN) if self.places == FEN_PLACES else number

    def _integer(self, value: Any, *, as_given: bool) -> int | None:
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
            raise self._wrong("must be a whole number", "应为整数")
        text = str(value).strip() if as_given else str(value)
        if not PLAIN_INTEGER.fullmatch(text):
            raise self._wrong("must be a whole number", "应为整数")
        number = int(text)
        if not as_given and self.length is not None and len(str(abs(number))) > self.length:
            raise self._wrong(f"has more than {self.length} digits", f"最多{self.length}位")
        return number

    def _wrong(self, english: str, chinese: str) -> PydanticCustomError:
        return PydanticCustomError(
            "element", "{label}: {english}", {"label": self.label, "english": english, "chinese": chinese}
        )


def _as_given(info: core_schema.ValidationInfo) -> bool:
    context = info.context
    return context is not None and bool(context.get("as_given"))


def _read_anything(value: Any, _info: core_schema.ValidationInfo) -> Any:
    return value


def text(label: str, gloss: str, length: int | None = None) -> Element:
    return Element(Kind.TEXT, label, gloss, length=length)


def code(label: str, gloss: str, code_set: str, length: int | None = None) -> Element:
    return Element(Kind.CODE, label, gloss, length=length, code_set=code_set)


def decimal(label: str, gloss: str, digits: int = 16, places: int = 2) -> Element:
    return Element(Kind.DECIMAL, label, gloss, digits=digits, places=places)


def integer(label: str, gloss: str, length: int | None = None) -> Element:
    return Element(Kind.INTEGER, label, gloss, length=length)


def date(label: str, gloss: str) -> Element:
    return Element(Kind.DATE, label, gloss, length=10)


def datetime(label: str, gloss: str) -> Element:
    return Element(Kind.DATETIME, label, gloss, length=19)


def extension(label: str, gloss: str, length: int | None = None) -> Element:
    return Element(Kind.OBJECT, label, gloss, length=length)
