"""One wire field, described once: kind, length, Chinese label, English gloss, code set.

An element is an annotated type. In an `Input` it checks limits and codes and says in one sentence what is wrong; in an
`Output` it only brings the value to its kind. Amounts are `Decimal`, never binary floats.

A message has thousands of fields, so text is checked by pydantic's own compiled schemas; only what these refuse is
looked at once more in Python, for the sentence (`refusal`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

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


@dataclass(frozen=True, slots=True)
class Written:
    """How a day or a time is written: for Python, for pydantic's own patterns (where nothing is right too), for people."""

    pattern: re.Pattern[str]
    native: str
    shown: str


def _written(pattern: str, shown: str) -> Written:
    return Written(re.compile(pattern), f"^(?:{pattern})?$", shown)


SHAPES = {
    Kind.DATE: _written("[0-9]{4}-[0-9]{2}-[0-9]{2}", "yyyy-MM-dd"),
    Kind.DATETIME: _written("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", "yyyy-MM-dd HH:mm:ss"),
}
ELEMENT = "yidi_element"
"""Where a field's schema names its element, so that a message can fit it to what it is: sent or received."""
LONGEST = 2**31
"""The limit of a text without one: what has a limit is looked at sign by sign, and half a character found."""
ValueT = TypeVar("ValueT")
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
        return self.sent(required=False)

    def sent(self, *, required: bool) -> CoreSchema:
        """How the field is checked in what we send. Text is refused in pydantic's words: see `refusal`."""
        if self.kind is Kind.OBJECT:
            return core_schema.any_schema(metadata=self._mark())
        if self.kind is Kind.DECIMAL:
            return self._plain(self._sent_decimal(required=required))
        if self.kind is Kind.INTEGER:
            return self._plain(lambda value: self._there(self._integer(value), required=required))
        codes = None if self.code_set is None else CODE_SETS.get(self.code_set)
        if codes is not None and codes.closed:
            fitting = [value for value in codes.values if self.length is None or len(value) <= self.length]
            return core_schema.union_schema(
                [
                    core_schema.literal_schema(fitting if required else ["", *fitting]),
                    core_schema.no_info_plain_validator_function(  # only what was renewed after this was compiled
                        lambda value: self._there(self._text(value), required=required)
                    ),
                ],
                mode="left_to_right",
                custom_error_type="literal_error",
                custom_error_context={"expected": "a code of the set"},
                metadata=self._mark(),
            )
        return core_schema.str_schema(
            strict=True,
            pattern=SHAPES[self.kind].native if self.kind in SHAPES else None,
            min_length=1 if required else None,
            max_length=LONGEST if self.length is None else self.length,
            metadata=self._mark(),
        )

    def given(self, *, required: bool) -> CoreSchema:
        """How the field is read in what we receive: brought to its kind, limits not checked."""
        if self.kind is Kind.OBJECT:
            return core_schema.any_schema(metadata=self._mark())
        if self.kind is Kind.DECIMAL:
            return self._plain(self._given_decimal(required=required))
        if self.kind is Kind.INTEGER:
            return self._plain(lambda value: self._there(self._integer(value, as_given=True), required=required))
        context: dict[str, str | int] = {"label": self.label, "english": "must not be empty", "chinese": "不能为空"}
        return core_schema.union_schema(
            [
                core_schema.str_schema(strict=True, min_length=1 if required else None),
                core_schema.no_info_plain_validator_function(lambda value: self._given_text(value, required=required)),
            ],
            mode="left_to_right",
            custom_error_type="element",
            custom_error_message="{label}: {english}",
            custom_error_context=context,
            metadata=self._mark(),
        )

    def refusal(self, value: Any) -> PydanticCustomError | None:
        """What is wrong with a text that we would send, in one sentence that does not quote it; None when nothing is."""
        try:
            self._there(self._text(value), required=True)
        except PydanticCustomError as error:
            return error
        return None

    def _mark(self) -> dict[str, Any]:
        return {ELEMENT: self}

    def _plain(self, reader: Callable[[Any], Any]) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(reader, metadata=self._mark())

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self.json_schema()

    def json_schema(self) -> dict[str, Any]:
        """How the field looks in JSON Schema. Amounts are text with a point."""
        described: dict[str, Any] = {"type": "object" if self.kind is Kind.OBJECT else "string", "title": self.label}
        if self.length is not None and self.kind is not Kind.OBJECT:
            described["maxLength"] = self.length
        return described

    def _sent_decimal(self, *, required: bool) -> Callable[[Any], Decimal | None]:
        if self.places is None or self.digits is None:
            return lambda value: self._there(self.decimal(value), required=required)
        unit, above = Decimal(1).scaleb(-self.places), self.digits - self.places

        def read(value: Any) -> Decimal | None:
            if type(value) is Decimal and value.same_quantum(unit) and value.adjusted() < above:
                return value  # the common case: written as it must be
            return self._there(self.decimal(value), required=required)

        return read

    def _given_decimal(self, *, required: bool) -> Callable[[Any], Decimal | None]:
        def read(value: Any) -> Decimal | None:
            if type(value) is Decimal and value.same_quantum(FEN) and value.adjusted() < MAX_GIVEN:
                return value
            return self._there(self.decimal(value, as_given=True), required=required)

        return read

    def _given_text(self, value: Any, *, required: bool) -> str | None:
        return self._there(value if value is None or isinstance(value, str) else str(value), required=required)

    def _there(self, value: ValueT, *, required: bool) -> ValueT:
        """Refuse nothing where something must be: an empty amount is no amount."""
        if required and (value is None or value == ""):
            raise self._wrong("must not be empty", "不能为空")
        return value

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self._wrong("must be text", "应为文本")
        text = str(value)  # a code enum is sent as its plain value
        if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
            raise self._wrong("holds half a character", "含有不完整的字符")
        if self.length is not None and len(text) > self.length:
            raise self._wrong(f"{len(text)} characters, at most {self.length}", f"最多{self.length}个字符")
        if self.kind in SHAPES and text and not SHAPES[self.kind].pattern.fullmatch(text):
            raise self._wrong(f"must look like {SHAPES[self.kind].shown}", f"格式应为{SHAPES[self.kind].shown}")
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

    def _integer(self, value: Any, *, as_given: bool = False) -> int | None:
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
