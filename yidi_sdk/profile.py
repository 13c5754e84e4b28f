"""What differs by province, as data, one file `profiles/NAME.toml` each: paths, schemes, spellings, flags, behaviour.

Every value has its evidence beside it: `agreed` by two or more independent families of implementers, `single` or
`inferred`. A file may name the profile it is based on; what it does not say itself is then that one's, and `inferred`.
A province is a new file or a few changes (`with_`), never code.
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
    """One province's way of speaking. `evidence` maps a field's name to how well it is known; `based_on` has the names
    of the profiles it is made from, the first one first.

    `flag_codes` maps a wire field to its codes by our own word (`ORD`, `EMG`); `aliases` maps a spelling seen in
    answers to the field it means; `success_texts` are the texts an answer may carry beside `infcode` 0. `node_names`
    maps a transaction's nodes of `input` to other names; `envelope_extra` adds keys to the envelope, in whose values
    {division} and {insured_division} are replaced. What the fields of signing mean: `docs/signing.md`.
    """

    name: str
    path: Literal["single", "per_infno"] = "single"
    single_path: str = "/fsi/api/callService"
    content_type: str = "application/json; charset=utf-8"
    infver: str = "V1.0"
    recer_sys_code: str = "YBXT"
    header_scheme: Literal["none", "tif", "csb", "hmac-sm3", "bearer"] = "none"
    timestamp_unit: Literal["s", "ms"] = "s"
    nonce_length: int = 32
    hex_case: Literal["lower", "upper"] = "lower"
    csb_api_name: str = "{infno}"
    csb_api_version: str = "1.0.0"
    hmac_alg: Literal["sha1", "sha256", "md5"] = "sha1"
    body_scheme: Literal["plain", "cainfo_sm2+sm4", "enc-data"] = "plain"
    channel_id_name: Literal["appId", "appCode", "clientId"] = "appId"
    sig_format: Literal["raw", "der"] = "raw"
    sig_encoding: Literal["base64", "hex"] = "base64"
    sm2_id: str = "1234567812345678"
    canon_sort: Literal["ordinal", "ordinal_then_ci", "ci"] = "ordinal"
    stringify_scalars: bool = True
    kdf: Literal["hex_upper16", "clientid16", "base64_16"] = "hex_upper16"
    clock_skew_max_s: int = 300
    envelope_extra: Mapping[str, str] = field(default_factory=dict[str, str])
    node_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
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
    based_on: tuple[str, ...] = ()

    def is_of(self, province: str) -> bool:
        """Whether this is the profile of that name, or one made from it."""
        return province == self.name or province in self.based_on

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

    def nodes_of(self, infno: str, nodes: Mapping[str, Any]) -> Mapping[str, Any]:
        """The nodes of `input` under the names this province has for them."""
        names = self.node_names.get(infno)
        return {names.get(name, name): node for name, node in nodes.items()} if names else nodes


CAPABILITY_NAMES = frozenset(f.name for f in fields(Capabilities))
VALUE_NAMES = frozenset(f.name for f in fields(Profile)) - {"name", "capabilities", "evidence", "based_on"}
CHOICES: dict[str, tuple[str, ...]] = {
    "path": ("single", "per_infno"),
    "header_scheme": ("none", "tif", "csb", "hmac-sm3", "bearer"),
    "timestamp_unit": ("s", "ms"),
    "hex_case": ("lower", "upper"),
    "hmac_alg": ("sha1", "sha256", "md5"),
    "body_scheme": ("plain", "cainfo_sm2+sm4", "enc-data"),
    "channel_id_name": ("appId", "appCode", "clientId"),
    "sig_format": ("raw", "der"),
    "sig_encoding": ("base64", "hex"),
    "canon_sort": ("ordinal", "ordinal_then_ci", "ci"),
    "kdf": ("hex_upper16", "clientid16", "base64_16"),
    "visit_shape": ("per_basket", "per_visit"),
    "er_flag_place": ("exp_content", "mdtrtinfo"),
}


_AT_LEAST = {"nonce_length": 1, "clock_skew_max_s": 0}


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
    """A profile from the tables of its file, over the profile it is based on (`base`), if it names one. ValueError for
    a name or value that no profile has."""
    evidence: dict[str, str] = {}
    values = _split(data.get("values", {}), evidence)
    able = _split(data.get("capabilities", {}), evidence)
    unknown = (values.keys() - VALUE_NAMES) | (able.keys() - CAPABILITY_NAMES)
    if unknown:
        raise ValueError(f"no profile has {', '.join(sorted(unknown))}")
    _check(values)
    if "success_texts" in values:
        values["success_texts"] = tuple(values["success_texts"])
    name = str(data["name"])
    base = load(str(data["base"])) if "base" in data else Profile(name)
    return replace(
        base,
        name=name,
        based_on=(*base.based_on, base.name) if "base" in data else (),
        capabilities=replace(base.capabilities, **able),
        evidence={**dict.fromkeys(base.evidence, "inferred"), **evidence},
        **values,
    )


def _split(table: Mapping[str, Any], evidence: dict[str, str]) -> dict[str, Any]:
    for name, entry in table.items():
        evidence[name] = str(entry["evidence"])
    return {name: entry["value"] for name, entry in cast("Mapping[str, dict[str, Any]]", table).items()}


def _check(values: Mapping[str, Any]) -> None:
    for name in CHOICES.keys() & values.keys():
        if values[name] not in CHOICES[name]:
            raise ValueError(f"{name} must be one of {', '.join(CHOICES[name])}")
    for name in _AT_LEAST.keys() & values.keys():
        if type(values[name]) is not int or values[name] < _AT_LEAST[name]:
            raise ValueError(f"{name} must be a whole number from {_AT_LEAST[name]}")
