"""How a platform writes what it answers: numbers or texts, the word for success, its spellings. Pure.

The handlers say what is so; a dialect only says it in another form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

CHOICES: dict[str, tuple[str, ...]] = {
    "infcode": ("number", "string"),
    "numbers": ("number", "string"),
    "nothing": ("null", "object", "text"),
    "failure": ("error", "code"),
}
ANY = "*"


@dataclass(frozen=True, slots=True)
class Dialect:
    """`infcode` and `numbers` as number or string; `success_text` None, "" or a word beside infcode 0; `nothing`: the
    output of a transaction without nodes as null, {} or ""; `spellings`: by infno or "*", the right name of a field to
    the one written; `failure`: the shape of a failure outside the envelope."""

    infcode: str = "number"
    numbers: str = "number"
    success_text: str | None = None
    nothing: str = "null"
    failure: str = "error"
    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    def changed(self, row: Mapping[str, Any]) -> "Dialect":
        """With the parts that a capability names. Raises ValueError for what there is not."""
        for name, value in row.items():
            if name not in ("success_text", "spellings") and value not in CHOICES.get(name, ()):
                raise ValueError(f"answer: {name} must be one of {', '.join(CHOICES.get(name, ()))}")
        return replace(self, **row)

    def output(self, infno: str, nodes: Any) -> Any:
        """The output as it is written."""
        if nodes is None:
            forms: dict[str, Any] = {"null": None, "object": {}, "text": ""}
            return forms[self.nothing]
        names = {**self.spellings.get(ANY, {}), **self.spellings.get(infno, {})}
        return _written(nodes, names, texts=self.numbers == "string")


PLAIN = Dialect()


def _written(value: Any, names: Mapping[str, str], *, texts: bool) -> Any:
    if isinstance(value, dict):
        row = cast("dict[str, Any]", value)
        return {names.get(name, name): _written(inner, names, texts=texts) for name, inner in row.items()}
    if isinstance(value, (list, tuple)):
        rows = cast("list[Any]", value)
        return [_written(inner, names, texts=texts) for inner in rows]
    if texts and not isinstance(value, bool) and isinstance(value, (int, Decimal)):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return value
