"""What the hub does with each of the 90 transactions, found out by trying: `python -m mocks.coverage_table` prints it.

answered: it was accepted in the course (`course.py`).
stateful: an accepted one changed what the hub holds, or was answered otherwise than by a hub that has seen nothing.
strict: what was done to the golden message, and each time the refusal named it: a node or a field that nobody knows, a
required field left out, a text too long.
tested: what the hub says to the golden message as it stands, which speaks of people and visits that it does not know.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from spec import facts

from mocks import course
from yidi_mocks.exchange import SINGLE_PATH, Exchange
from yidi_mocks.refusals import TEXTS
from yidi_mocks.shapes import NodePlan, plan_of
from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE, Transaction

GOLDEN = Path(__file__).parent.parent / "golden"
CORE = {fact["infno"] for fact in facts.load("transactions.yaml")["transactions"] if fact["core"]}
SAME_FOR_ALL = {
    "1901": "code tables, published",
    "3101": "judged from the message alone",
    "3102": "judged from the message alone",
    "5101": "departments, published",
    "5102": "practitioners, published",
    "5401": "reports that no message uploads",
    "5402": "reports that no message uploads",
}
"""Transactions whose answer has no reason to depend on what happened."""
HEAD = ("infno", "name", "core", "answered", "stateful", "strict", "tested")


@dataclass(frozen=True)
class Row:
    """One transaction. An empty text: nothing was found that deserves the column."""

    infno: str
    name: str
    core: bool
    answered: str
    stateful: str
    strict: str
    tested: str

    @property
    def empty(self) -> list[str]:
        """The columns that say nothing."""
        return [name for name in HEAD[3:] if not getattr(self, name)]


@cache
def seen() -> tuple[course.Seen, ...]:
    """What came of the messages of the course."""
    return tuple(course.run().seen)


@cache
def rows() -> tuple[Row, ...]:
    """All of them."""
    return tuple(_row(row, [one for one in seen() if one.infno == row.infno and one.accepted]) for row in CATALOGUE)


def _row(row: Transaction[Any], accepted: list[course.Seen]) -> Row:
    return Row(
        row.infno,
        row.name,
        row.infno in CORE,
        f"{len(accepted)}×" if accepted else "",
        stateful(row, accepted),
        strict(row),
        tested(row),
    )


def stateful(row: Transaction[Any], accepted: list[course.Seen]) -> str:
    """What accepted messages have to do with the state of the hub."""
    if any(one.moved for one in accepted):
        return "changes"
    if any(course.answer_of_a_new_hub(one) != one.told for one in accepted):
        return "sees"
    return f"same for all: {SAME_FOR_ALL[row.infno]}" if accepted and row.infno in SAME_FOR_ALL else ""


def golden(row: Transaction[Any]) -> dict[str, Any]:
    """The envelope typed from the facts."""
    found: dict[str, Any] = wire.loads((GOLDEN / f"{row.infno}.request.json").read_bytes())
    return found


def said(envelope: dict[str, Any], hub: Exchange | None = None) -> tuple[str, str | None]:
    """Verdict and cause of a message at a hub that has seen nothing and wants no sign-in."""
    hub = hub or course.new_hub()
    hub.capabilities.sign_required = False
    hub.taken.clear()
    hub.perform(hub.admit(wire.dumps(envelope), SINGLE_PATH))
    row = hub.received[-1]
    return (row.err_msg or "", row.cause) if row.verdict != "ok" else ("ok", None)


def tested(row: Transaction[Any]) -> str:
    """What the golden message is told: that it is accepted, or the cause for which it is refused."""
    text, cause = said(golden(row))
    if text == "ok":
        return "accepted"
    return f"refused: {cause}" if cause in TEXTS else ""


def strict(row: Transaction[Any]) -> str:
    """How many broken messages were each refused by name, or nothing where one was not."""
    counted: Counter[str] = Counter()
    hub, envelope = course.new_hub(), golden(row)
    for kind, named, nodes in broken(row):
        text, _ = said({**envelope, "input": nodes}, hub)
        if text == "ok" or named not in text:
            return ""
        counted[kind] += 1
    return ", ".join(f"{number} {kind}" for kind, number in counted.items())


def broken(row: Transaction[Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Broken inputs: kind of fault, what the refusal must name, the input. A fault stands in the first row of a list."""
    nodes: dict[str, Any] = golden(row)["input"]
    found: list[tuple[str, str, dict[str, Any]]] = [("node", "unheard_of", {**nodes, "unheard_of": {"a": "1"}})]
    for name, plan in plan_of(row.input).items():
        value = nodes.get(name)
        if not value:
            continue
        target = value[0] if plan.is_list else value
        found += [
            (kind, named, {**nodes, name: [new] if plan.is_list else new}) for kind, named, new in _spoilt(plan, target)
        ]
    return found


def _spoilt(plan: NodePlan, row: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    found: list[tuple[str, str, dict[str, Any]]] = [("field", f"{plan.name}.strange", {**row, "strange": "1"})]
    found += [("missing", f"({must})", {name: v for name, v in row.items() if name != must}) for must in plan.must]
    long = next(
        (name for name in plan.limits if plan.fields[name].element.length and isinstance(row.get(name), str)), None
    )
    if long is not None:
        found.append(("length", f"({long})长度", {**row, long: "长" * (plan.limits[long] + 1)}))
    return found


def markdown() -> str:
    """The table."""
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    for row in rows():
        cells = [f"`{row.infno}`", row.name, "core" if row.core else "", *(getattr(row, name) for name in HEAD[3:])]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def as_json() -> str:
    """The same for machines."""
    return json.dumps([vars(row) for row in rows()], ensure_ascii=False, indent=1)


if __name__ == "__main__":
    sys.stdout.write(f"{markdown()}\n")
