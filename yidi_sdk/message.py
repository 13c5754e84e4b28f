"""What a message is: an `Input` we send, an `Output` we receive.

Field names are the wire's own names, unchanged. An `Input` refuses unknown fields and checks every limit before
anything is sent. An `Output` is taken as the platform gave it: unknown fields are kept, limits are not checked, because
a name that is one character too long must never turn a settlement that was done into an answer that cannot be read.
"""

from typing import Any, ClassVar, Generic, Self, TypeVar, cast, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError, SchemaSerializer, core_schema

from yidi_sdk.elements.element import ELEMENT, Element, Kind

AS_GIVEN: dict[str, bool] = {"as_given": True}
"""Validation context for what the platform sent. An `Answer` reads so in any case; kept for those who say it."""
_anything = SchemaSerializer(core_schema.any_schema())
_ABOUT_THE_TEXT = frozenset(
    {
        "string_type",
        "string_too_short",
        "string_too_long",
        "string_pattern_mismatch",
        "string_unicode",
        "literal_error",
    }
)
"""What pydantic's own text schemas say; the element has the better sentence."""


class Shape(BaseModel):
    """An object of the wire. A required field that is there but empty counts as missing."""

    model_config = ConfigDict(frozen=True, defer_build=True, validate_default=False, hide_input_in_errors=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        fields: Any = handler.resolve_ref_schema(schema)
        while fields["type"] != "model-fields":
            fields = fields["schema"]
        for field in fields["fields"].values():
            _fit(field, given=issubclass(cls, Answer))
        return schema


def _fit(field: dict[str, Any], *, given: bool) -> None:
    """Put the element's schema for what is sent, or for what is given, into a field's schema."""
    holder, required = field, True
    while "schema" in holder:
        inner: dict[str, Any] = holder["schema"]
        required = required and inner["type"] != "default"
        metadata: dict[str, Any] = inner.get("metadata") or {}
        element = metadata.get(ELEMENT)
        if isinstance(element, Element):
            made = element.given(required=required) if given else element.sent(required=required)
            holder["schema"] = {**made, "metadata": metadata}
            return
        holder = inner


class Node(Shape):
    """An object inside a message that we send; also a row of a list."""

    model_config = ConfigDict(extra="forbid")
    nested: ClassVar[tuple[tuple[str, bool], ...]] = ()
    """The fields whose values are more than one text or number, and whether they are nodes; others are extensions."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        fields = cls.model_fields.items()
        cls.nested = tuple((name, is_node(field.annotation)) for name, field in fields if not _is_single(field))

    @model_validator(mode="wrap")
    @classmethod
    def _in_one_sentence(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Every wrong text with the label of its field."""
        try:
            return handler(data)
        except ValidationError as error:
            raise ValidationError.from_exception_data(
                error.title, [_said(cls, entry) for entry in error.errors(include_url=False)], hide_input=True
            ) from None


class Answer(Shape):
    """An object inside a message that we receive; also a row of a list."""

    model_config = ConfigDict(extra="allow")


class Output(Answer):
    """The `output` part of an answer: its fields are the nodes, named as on the wire."""

    is_file: ClassVar[bool] = False
    """Whether the answer is a file in the place of an envelope."""


class Nothing(Output):
    """The answer of a transaction that returns no node: `infcode` 0 is all there is to know."""


OutputT_co = TypeVar("OutputT_co", bound=Output, covariant=True)


class Input(Node, Generic[OutputT_co]):
    """The `input` part of a message, generic in the `Output` that answers it.

    `class X(Input[Y], node="data")` puts the plain fields of X into the node `data`; fields that are themselves a
    `Node` (or a list of them) are nodes beside it. Without `node`, every field is a node.
    """

    main_node: ClassVar[str | None] = None
    sibling_nodes: ClassVar[frozenset[str]] = frozenset()

    def __class_getitem__(cls, _answer: Any) -> type[Self]:
        """The answer is for type checkers alone; pydantic would make a class of its own for every one."""
        return cls

    def __init_subclass__(cls, node: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if node is not None:
            cls.main_node = node

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.sibling_nodes = frozenset(name for name, field in cls.model_fields.items() if is_node(field.annotation))

    def to_wire(self) -> dict[str, Any]:
        """The value of `input` in the envelope: nodes, without fields that were not set to anything."""
        fields = _fields_of(self)
        if self.main_node is None:
            return fields
        siblings = {name: fields.pop(name) for name, is_shape in self.nested if is_shape and name in fields}
        return {self.main_node: fields, **siblings}

    @classmethod
    def from_wire(cls, nodes: dict[str, Any]) -> Self:
        """Read the value of `input` again. Raises pydantic's ValidationError with every field that is wrong."""
        if cls.main_node is None:
            return cls.model_validate(nodes)
        flat = dict(nodes)
        main = flat.pop(cls.main_node, None)
        return cls.model_validate({**(cast("dict[str, Any]", main) if isinstance(main, dict) else {}), **flat})


def _fields_of(node: Node) -> dict[str, Any]:
    fields = {name: value for name, value in node.__dict__.items() if value is not None}
    for name, is_shape in node.nested:
        if name in fields:
            value = fields[name]
            if not is_shape:
                fields[name] = _anything.to_python(value, exclude_none=True)
            elif type(value) is list:
                rows: list[Node] = value  # pyright: ignore[reportUnknownVariableType] - the field says so
                fields[name] = [_fields_of(row) for row in rows]
            else:
                fields[name] = _fields_of(value)
    return fields


def _said(cls: type[Node], entry: ErrorDetails) -> InitErrorDetails:
    """An error once more; where a text of this node is wrong, in the words of its element."""
    loc, kind, context = entry["loc"], entry["type"], entry.get("ctx", {})
    given: Any = entry["input"]
    found: str | PydanticCustomError = kind
    if kind == "element":  # said already
        found = PydanticCustomError(kind, "{label}: {english}", context)
    elif len(loc) == 1 and kind in _ABOUT_THE_TEXT:
        element = _element_of(cls.model_fields[str(loc[0])])
        found = (element and element.refusal(given)) or kind
    return InitErrorDetails(type=found, loc=loc, input=given, ctx=context)


def _element_of(field: FieldInfo) -> Element | None:
    """The element of a field, also of one that may be left out."""
    parts = [*field.metadata, *(part for kind in get_args(field.annotation) for part in get_args(kind))]
    return next((part for part in parts if isinstance(part, Element)), None)


def _is_single(field: FieldInfo) -> bool:
    element = _element_of(field)
    return element is not None and element.kind is not Kind.OBJECT


def is_node(annotation: Any) -> bool:
    """Whether a field holds a node of its own: a `Node`, a list of them, or either of the two left out."""
    if isinstance(annotation, type):
        return issubclass(annotation, Shape)
    return any(is_node(part) for part in get_args(annotation))
