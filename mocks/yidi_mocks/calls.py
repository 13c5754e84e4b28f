"""One message on its way through the hub, and the session it belongs to."""

from dataclasses import dataclass
from typing import Any, cast

from yidi_mocks.faults import Fault
from yidi_mocks.refusals import Refusal
from yidi_mocks.seals import Seal
from yidi_mocks.world import Institution, Person
from yidi_sdk.catalogue import Transaction
from yidi_sdk.message import Input

FIRST_NODES = ("mdtrtinfo", "feedetail", "data")


@dataclass(slots=True)
class Call:
    """One message on its way through.

    `infno` and `msgid` as sent, "" where they are no text; `number` is that of the msgid. `seal` closes the answer;
    `status` and `cause` belong to `problem`; `copied`: a middle box sent the same bytes once more.
    """

    raw: bytes
    at: str
    envelope: dict[str, Any]
    row: Transaction[Any] | None = None
    message: type[Input[Any]] | None = None
    infno: str = ""
    msgid: str = ""
    number: int = 0
    problem: bytes | None = None
    fault: Fault | None = None
    institution: Institution | None = None
    person: Person | None = None
    moved: bool = False
    setl_id: str | None = None
    received_id: str = ""
    seal: Seal | None = None
    status: int = 200
    cause: str = "envelope"
    copied: bool = False
    _data: dict[str, Any] | None = None

    def node(self, name: str) -> Any:
        """A node of the input, None where it is left out."""
        given: Any = self.envelope.get("input")
        if not isinstance(given, dict):
            return None
        nodes: dict[str, Any] = given  # pyright: ignore[reportUnknownVariableType] - any JSON
        return nodes.get(name)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a list node that was checked, none where it is left out."""
        return cast("list[dict[str, Any]]", self.node(name) or [])

    @property
    def data(self) -> dict[str, Any]:
        """The node that names person and visit: the message's main node, else its first object or first row."""
        if self._data is None:
            self._data = self._main_node()
        return self._data

    def _main_node(self) -> dict[str, Any]:
        main = self.message.main_node if self.message else None
        if main and isinstance(value := self.node(main), dict):
            found: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType] - any JSON
            return found
        for name in (main,) if main else FIRST_NODES:
            value = self.node(name)
            if isinstance(value, list) and value:
                value = value[0]  # pyright: ignore[reportUnknownVariableType] - any JSON
            if isinstance(value, dict):
                return cast("dict[str, Any]", value)
        return {}

    def hospital(self) -> Institution:
        """The sender, known once the call is admitted."""
        if self.institution is None:
            raise Refusal("institution_unknown")
        return self.institution

    def who(self) -> Person:
        """The person the message is about."""
        if self.person is None:
            raise Refusal("psn_no_unknown")
        return self.person


@dataclass(slots=True)
class Session:
    """A sign-in."""

    sign_no: str
    fixmedins_code: str
    operator: str
    since: float
