"""Who we are: the institution, the operator, the endpoint; from TOML or the environment.

TOML has the tables `[platform]`, `[institution]` and `[operator]`; the environment has the same keys as
`YIDI_PLATFORM__URL`, `YIDI_INSTITUTION__CODE` and so on. Secrets are named by file, never written into either.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

PREFIX = "YIDI_"


@dataclass(frozen=True, slots=True)
class Institution:
    """The hospital. `code` has 12 characters, `division` is its own 6-digit area code, `level` 1 to 3."""

    code: str
    name: str
    division: str
    level: str = "3"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who works at the counter. `kind`: 1 clerk, 2 kiosk, 3 mobile."""

    id: str
    name: str
    kind: str = "1"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a client needs. `path` overrides the profile's addressing style; `secret_file` holds the header secret."""

    url: str
    institution: Institution
    operator: Operator
    profile: str = "national"
    path: str | None = None
    secret_file: Path | None = None


class SettingsMissing(ValueError):
    """A setting is missing or unknown. The text names it."""


def from_toml(path: str | Path) -> Settings:
    """Read a TOML file. Tables and keys that belong to others (the gateway's) are left alone. A relative
    `secret_file` is looked for beside the file. Raises SettingsMissing, or OSError when there is no such file."""
    import tomllib  # noqa: PLC0415 - not needed by those who build the records themselves

    source = Path(path)
    try:
        tables = tomllib.loads(source.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsMissing(f"{source.name} is not TOML: {error}") from None
    return _settings(tables, source.parent)


def from_env(environment: Mapping[str, str] | None = None) -> Settings:
    """Read `YIDI_TABLE__KEY` variables. Raises SettingsMissing."""
    tables: dict[str, dict[str, str]] = {}
    for name, value in (os.environ if environment is None else environment).items():
        if name.startswith(PREFIX) and "__" in name:
            table, key = name.removeprefix(PREFIX).lower().split("__", 1)
            tables.setdefault(table, {})[key] = value
    return _settings(tables, Path())


def _settings(tables: Mapping[str, Any], folder: Path) -> Settings:
    platform = _table(tables, "platform")
    secret = platform.get("secret_file")
    return Settings(
        url=_text(platform, "platform", "url"),
        institution=Institution(**_texts(tables, "institution", Institution)),
        operator=Operator(**_texts(tables, "operator", Operator)),
        profile=str(platform.get("profile", "national")),
        path=None if platform.get("path") is None else str(platform["path"]),
        secret_file=None if secret is None else folder / str(secret),
    )


def _texts(tables: Mapping[str, Any], name: str, record: type[Any]) -> dict[str, str]:
    table = _table(tables, name)
    known = {field.name: field for field in fields(record)}
    texts = {key: str(value) for key, value in table.items() if key in known}
    for key in ("code", "name", "division", "id"):
        if key in known:
            _text(table, name, key)
    return texts


def _table(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = tables.get(name)
    if not isinstance(table, Mapping):
        raise SettingsMissing(f"settings lack [{name}]")
    return table  # pyright: ignore[reportUnknownVariableType] - any TOML


def _text(table: Mapping[str, Any], name: str, key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise SettingsMissing(f"settings lack [{name}] {key}")
    return value
