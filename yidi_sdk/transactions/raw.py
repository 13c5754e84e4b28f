"""Any transaction by its number, also one that has no class: the nodes go out and come back as they are."""

from collections.abc import Mapping
from typing import Any

from yidi_sdk.message import Input, Output


class RawAnswer(Output):
    """What the platform answered, every node of it, in `nodes`."""

    @property
    def nodes(self) -> dict[str, Any]:
        """The nodes by name."""
        return dict(self.model_extra or {})


class Raw(Input[RawAnswer]):
    """`Raw(infno, nodes)`: a message that no class describes, in the same envelope, with the same three outcomes.

    Nothing in it is checked. What may be done after doubt is looked up by its number; a number that is not known is
    taken for one that moves money.
    """

    infno: str
    nodes: dict[str, Any]

    def __init__(self, infno: str, nodes: Mapping[str, Any] | None = None) -> None:
        given: dict[str, Any] = {"infno": infno, "nodes": dict(nodes or {})}
        super().__init__(**given)

    def to_wire(self) -> dict[str, Any]:
        return dict(self.nodes)
