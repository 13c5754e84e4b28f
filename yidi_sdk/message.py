"""What a message is: an `Input` we send, an `Output` we receive.

Field names are the wire's own names, unchanged. An `Input` refuses unknown fields and checks every limit before
anything is sent. An `Output` is taken as the platform gave it: unknown fields are kept, limits are not checked, because
a name that is one character too long must never turn a settlement that was done into an answer that cannot be read.
"""

from functools import cache
from typing import Any, ClassVar, Generic, Self, TypeVar, cast, get_args

from pydantic import BaseModel, ConfigDict, model_validator

AS_GIVEN: dict[str, bool] = {"as_given": True}
"""Validation context for what the platform sent: elements then check kind, not limits."""


class Shape(BaseModel):
    """An object of the wire. A required field that is there but empty counts as missing."""

    model_config = ConfigDict(frozen=True, defer_build=True, validate_default=False, hide_input_in_errors=True)

    @model_validator(mode="after")
    def has_what_it_must(self) -> Self:
        """Refuse an empty value in a required field: an empty amount is no amount."""
        values = self.__dict__
        missing = [name for name in required_fields(type(self)) if _is_empty(values[name])]
        if missing:
            raise ValueError(f"empty: {', '.join(missing)}")
        return self


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value)


@cache
def required_fields(shape: type[Shape]) -> tuple[str, ...]:
    """The names of the fields that must be there; looked up for every object of a message."""
    return tuple(name for name, field in shape.model_fields.items() if field.is_required())


class Node(Shape):
    """An object inside a message that we send; also a row of a list."""

    model_config = ConfigDict(extra="forbid")


class Answer(Shape):
    """An object inside a message that we receive; also a row of a list."""

    model_config = ConfigDict(extra="allow")


class Output(Answer):
    """The `output` part of an answer: its fields are the nodes, named as on the wire."""


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
        dumped = self.model_dump(exclude_none=True)
        if self.main_node is None:
            return dumped
        siblings = {name: dumped.pop(name) for name in list(dumped) if name in self.sibling_nodes}
        return {self.main_node: dumped, **siblings}

    @classmethod
    def from_wire(cls, nodes: dict[str, Any]) -> Self:
        """Read the value of `input` again. Raises pydantic's ValidationError with every field that is wrong."""
        if cls.main_node is None:
            return cls.model_validate(nodes)
        flat = dict(nodes)
        main = flat.pop(cls.main_node, None)
        return cls.model_validate({**(cast("dict[str, Any]", main) if isinstance(main, dict) else {}), **flat})


def is_node(annotation: Any) -> bool:
    """Whether a field holds a node of its own: a `Node`, a list of them, or either of the two left out."""
    if isinstance(annotation, type):
        return issubclass(annotation, Shape)
    return any(is_node(part) for part in get_args(annotation))
