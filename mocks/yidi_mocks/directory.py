"""What the platform publishes: code tables, and the departments and practitioners registered by each institution.

The hub's own data, held apart from the SDK's tables so that a mistake in one is seen in the other. Each institution has
the same invented departments and practitioners; a practitioner's code is D, the division and a running number.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from yidi_mocks.world import Institution

HOSPITAL, PHARMACY = "1", "2"  # fixmedins_type
FIRST_DAY = "2021-01-01"  # of every table


@dataclass(frozen=True, slots=True)
class Table:
    """One code table: wire values with their labels, in order."""

    name: str
    label: str
    rows: tuple[tuple[str, str], ...]

    def has(self, value: str) -> bool:
        """Whether the value is in it."""
        return any(value == known for known, _ in self.rows)


def _data(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(files("yidi_mocks").joinpath("data", name).read_text("utf-8"))
    return rows


@cache
def tables() -> dict[str, Table]:
    """The code tables by name, in lower case."""
    found = (
        Table(row["type"], row["label"], tuple((value, label) for value, label in row["rows"]))
        for row in _data("dictionaries.json")
    )
    return {table.name.lower(): table for table in found}


@cache
def departments() -> tuple[dict[str, Any], ...]:
    """The departments of any hospital."""
    return tuple(_data("departments.json"))


@cache
def _staff() -> tuple[dict[str, Any], ...]:
    return tuple(_data("practitioners.json"))


def practitioners(institution: Institution) -> list[dict[str, Any]]:
    """Who works at the institution: `code`, `number`, `name`, `kind` (prac_psn_type), `certno`, `since`."""
    return [
        {
            **row,
            "code": f"D{institution.division}{row['number']}",
            "certno": f"{institution.division}1980010100{row['number'][-2:]}",
        }
        for row in _staff()
    ]


def kind_of(institution: Institution) -> str:
    """Wire value of fixmedins_type, as the first letter of the code says."""
    return PHARMACY if institution.code.startswith("P") else HOSPITAL


def credit_code_of(institution: Institution) -> str:
    """An invented uscc of eighteen characters; the documents name none."""
    return f"EXAMPLE{institution.code[1:]:0>11}"
