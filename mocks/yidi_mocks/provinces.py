"""What differs by province, as the hub believes it: read from `data/provinces.toml`, which is not the SDK's profile."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from yidi_mocks.dialect import PLAIN, Dialect

ABOUT_ANSWERS = ("infcode", "numbers", "success_text", "nothing", "spellings", "failure")


@dataclass(frozen=True, slots=True)
class Province:
    """One platform: how it wants to be spoken to, and how it answers (`dialect`).

    `paths` are its own beside those of the contract; `node_names` maps, by infno, its names of nodes to the national
    ones; `skew_s` is what the front door allows a clock to be wrong; `status` the HTTP status of its refusals;
    `sort` how the text of enc-data is ordered: ordinal, ordinal_then_ci or ci.
    """

    name: str
    about: str
    evidence: str
    headers: str = "none"
    body: str = "plain"
    paths: tuple[str, ...] = ()
    token_path: str = ""
    sign_required: bool = True
    skew_s: int = 300
    status: int = 200
    sort: str = "ordinal"
    node_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    dialect: Dialect = PLAIN

    @property
    def guarded(self) -> bool:
        """Whether messages must prove whose they are."""
        return self.headers != "none" or self.body != "plain"


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(files("yidi_mocks").joinpath("data", "provinces.toml").read_text("utf-8"))


@cache
def provinces() -> dict[str, Province]:
    """Every profile of the hub, by name."""
    return {name: _province(name, dict(table)) for name, table in _read().items() if name != "words"}


def words(scheme: str, cause: str, **about: object) -> str:
    """What the front door of a scheme says: missing, stranger, stale, wrong or sealed."""
    text: str = _read()["words"][scheme][cause]
    return text.format(**about)


def _province(name: str, table: dict[str, Any]) -> Province:
    told = {key: table.pop(key) for key in ABOUT_ANSWERS if key in table}
    if "paths" in table:
        table["paths"] = tuple(table["paths"])
    return Province(name, dialect=Dialect(**told) if told else PLAIN, **table)
