"""One message on its way through the hub, the row that records it, and the session it belongs to."""

from dataclasses import dataclass
from typing import Any, cast

from yidi_mocks.faults import Fault
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import Institution, Person
from yidi_sdk.catalogue import Transaction

FIRST_NODES = ("mdtrtinfo", "feedetail")


@dataclass(slots=True)
class Received:
    """One row of the record."""

    n: int
    at: str
    infno: str
    msgid: str
    psn_no: str
    mdtrt_id: str
    chrg_bchno: str
    setl_id: str | None
    verdict: str
    err_msg: str | None
    cause: str | None
    effect: bool
    digest: bytes
    in_maintenance: bool = False

    def as_json(self) -> dict[str, Any]:
        """As the control door shows it."""
        shown = {name: getattr(self, name) for name in self.__slots__ if name != "digest"}
        return {**shown, "bytes_sha256": self.digest.hex()}


@dataclass(slots=True)
class Call:
    """One message on its way through."""

    raw: bytes
    at: str
    envelope: dict[str, Any]
    row: Transaction[Any] | None
    problem: bytes | None = None
    fault: Fault | None = None
    institution: Institution | None = None
    person: Person | None = None
    moved: bool = False
    setl_id: str | None = None
    _data: dict[str, Any] | None = None

    @property
    def infno(self) -> str:
        """As sent, "" when it is no text."""
        value = self.envelope.get("infno")
        return value if isinstance(value, str) else ""

    @property
    def msgid(self) -> str:
        """As sent, "" when it is no text."""
        value = self.envelope.get("msgid")
        return value if isinstance(value, str) else ""

    def node(self, name: str) -> Any:
        """A node of the input, None where it is left out."""
        given = self.envelope.get("input")
        return cast("dict[str, Any]", given).get(name) if isinstance(given, dict) else None

    @property
    def data(self) -> dict[str, Any]:
        """The node that names person and visit: the message's main node, else its first object or first row."""
        if self._data is None:
            self._data = self._main_node()
        return self._data

    def _main_node(self) -> dict[str, Any]:
        main = self.row.input.main_node if self.row else None
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
