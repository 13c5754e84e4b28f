"""What differs by province, as data, one file `profiles/NAME.toml` each: paths, schemes, spellings, flags, behaviour.

Every value has its evidence beside it: `agreed` by two or more independent families of implementers, `single` or
`inferred`. A province is a new file or a few changes (`with_`), never code.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self, cast

Visit = Literal["per_basket", "per_visit"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """How the platform behaves in doubt. Every default is the pessimistic one."""

    idem_msgid: bool = False
    tombstone: bool = False
    one_live: bool = False
    query_without_setl_id: bool = False
    query_shows_msgid: bool = True
    d_max_s: int | None = None
    sign_ttl_s: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One province's way of speaking. `evidence` maps a field's name to how well it is known.

    `flag_codes` maps a wire field to its codes by our own word (`ORD`, `EMG`); `aliases` maps a spelling seen in
    answers to the field it means; `success_texts` are the texts an answer may carry beside `infcode` 0.
    """

    name: str
    path: Literal["single", "per_infno"] = "single"
    single_path: str = "/fsi/api/callService"
    content_type: str = "application/json; charset=utf-8"
    infver: str = "V1.0"
    recer_sys_code: str = "YBXT"
    header_scheme: Literal["none", "tif"] = "none"
    hex_case: Literal["lower", "upper"] = "lower"
    msgid_template: str = "{institution:0<12.12}{time:%Y%m%d%H%M%S}{serial:04d}"
    visit_shape: Visit = "per_basket"
    encounter: str = ""
    acct_in_fund: bool = False
    er_flag_place: Literal["exp_content", "mdtrtinfo"] = "exp_content"
    success_texts: tuple[str, ...] = ("",)
    flag_codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    capabilities: Capabilities = field(default_factory=Capabilities)
    evidence: Mapping[str, str] = field(default_factory=dict[str, str])

    def with_(self, **changes: Any) -> Self:
        """The same profile with some values changed, capabilities by their own names. TypeError for an unknown name,
        ValueError for a value that the field does not have."""
        able = {name: changes.pop(name) for name in CAPABILITY_NAMES & changes.keys()}
        if able:
            changes["capabilities"] = replace(changes.get("capabilities", self.capabilities), **able)
        _check(changes)
        return replace(self, **changes)

    def path_of(self, infno: str, method_path: str) -> str:
        """The path below the platform's address. Where no method path is known, the single one."""
        chosen = method_path if self.path == "per_infno" and method_path else self.single_path
        return chosen.replace("{infno}", infno)


CAPABILITY_NAMES = frozenset(f.name for f in fields(Capabilities))
CHOICES: dict[str, tuple[str, ...]] = {
    "path": ("single", "per_infno"),
    "header_scheme": ("none", "tif"),
    "hex_case": ("lower", "upper"),
    "visit_shape": ("per_basket", "per_visit"),
    "er_flag_place": ("exp_content", "mdtrtinfo"),
}


@cache
def load(name: str) -> Profile:
    """Read `profiles/NAME.toml`. ValueError with the known names when there is none."""
    known = names()
    if name not in known:
        raise ValueError(f"no profile {name!r}; there are: {', '.join(known)}")
    text = files("yidi_sdk").joinpath("profiles", f"{name}.toml").read_text(encoding="utf-8")
    return from_data(tomllib.loads(text))


def names() -> tuple[str, ...]:
    """The profiles that come with the package."""
    found = files("yidi_sdk").joinpath("profiles").iterdir()
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in found if entry.name.endswith(".toml")))


def from_data(data: Mapping[str, Any]) -> Profile:
    """A profile from the tables of its file. ValueError for a name or value that no profile has."""
    evidence: dict[str, str] = {}
    values = _split(data.get("values", {}), evidence)
    able = _split(data.get("capabilities", {}), evidence)
    unknown = (values.keys() - {f.name for f in fields(Profile)}) | (able.keys() - CAPABILITY_NAMES)
    if unknown:
        raise ValueError(f"no profile has {', '.join(sorted(unknown))}")
    _check(values)
    if "success_texts" in values:
        values["success_texts"] = tuple(values["success_texts"])
    return Profile(name=str(data["name"]), capabilities=Capabilities(**able), evidence=evidence, **values)


def _split(table: Mapping[str, Any], evidence: dict[str, str]) -> dict[str, Any]:
    for name, entry in table.items():
        evidence[name] = str(entry["evidence"])
    return {name: entry["value"] for name, entry in cast("Mapping[str, dict[str, Any]]", table).items()}


def _check(values: Mapping[str, Any]) -> None:
    for name in CHOICES.keys() & values.keys():
        if values[name] not in CHOICES[name]:
            raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}")
