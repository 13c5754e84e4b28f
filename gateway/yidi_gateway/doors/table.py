"""What a row of the REST door's table is, and what its handler is given. `rest.ROUTES` is the table itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from yidi_gateway.access.callers import Callers
from yidi_gateway.doors.entrance import Entrance
from yidi_gateway.engine import Engine
from yidi_gateway.figures import Figures
from yidi_gateway.reconciling.office import Office
from yidi_gateway.shapes import Body, OperatorIn
from yidi_gateway.stays import StayDesk
from yidi_gateway.visits import Answer, Call, Desk
from yidi_gateway.visits.once import Once
from yidi_sdk.institution import Operator

SMALL = 2_000_000
LARGE = 20_000_000
"""Bytes of a body: fee lines may be many, all others are small."""


@dataclass(frozen=True, slots=True)
class House:
    """All parts that a call may need."""

    engine: Engine
    desk: Desk
    operator: Operator
    once: Once
    callers: Callers
    stays: StayDesk = field(init=False)
    office: Office = field(init=False)
    entrance: Entrance = field(init=False)
    figures: Figures = field(init=False, default_factory=Figures)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stays", StayDesk(self.desk.hospital))
        object.__setattr__(self, "office", Office(self.engine, self.operator))
        entrance = Entrance(self.callers, self.engine.journal, self.engine.clock)
        object.__setattr__(self, "entrance", entrance)

    def operator_of(self, given: OperatorIn | None) -> Operator:
        """Who a call names, else the configured one."""
        return self.operator if given is None else Operator(id=given.id, name=given.name, kind=given.kind)


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: who and how, the places in its path, its query, its body as the route's model."""

    call: Call
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any = None
    scopes: frozenset[str] = frozenset()


Handler = Callable[[House, Asked], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of the query: its JSON schema, and what it is for."""

    name: str
    about: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True)
class Route:
    """One call of the door: routing, rights, reading and description come from this row.

    `scopes`: one of them is needed; none means open to everybody. `answers`: status and model of what is so;
    `problems`: statuses of problem+json beside those every call has.
    """

    method: str
    path: str
    operation: str
    summary: str
    handler: Handler
    scopes: tuple[str, ...] = ()
    body: type[Body] | None = None
    body_needed: bool = True
    answers: Mapping[int, type[BaseModel]] = field(default_factory=dict[int, type[BaseModel]])
    problems: tuple[int, ...] = ()
    needs_key: bool = False
    takes_key: bool = False
    query: tuple[Query, ...] = ()
    limit: int = SMALL
    media_type: str = "application/json"
    raw_answer: Mapping[str, Any] | None = None
    """Schema of an answer that has no model."""
