"""Who may speak for an institution: the names, secrets and public keys that the hub holds, by institution."""

import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from yidi_mocks.registry import BadWorld

PUBLIC_LENGTHS = (128, 130)


@dataclass(frozen=True, slots=True)
class Keys:
    """One account: `name` is paasid, access key, x-ca-key, client id and appId; `secret` goes with it; `bearer` is a
    token that is right already; `public_key` the caller's SM2 key, x and y in hex."""

    name: str
    secret: str = field(repr=False)
    bearer: str = field(repr=False)
    public_key: str

    def as_json(self) -> dict[str, str]:
        """As the control door shows it: what is secret is not shown."""
        return {"name": self.name, "public_key": self.public_key}


@cache
def _read() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("yidi_mocks").joinpath("data", "keys.toml").read_text("utf-8"))


def platform_key() -> bytes:
    """The platform's own private SM2 key."""
    return bytes.fromhex(_read()["platform"]["sm2_private_key"])


def platform_public_key() -> str:
    """Its public one, x and y in hex: what callers prove answers with."""
    from yidi_sdk.signing import sm2  # noqa: PLC0415 - slow to load, and few need it

    return sm2.pair_of(platform_key()).public.hex().upper()


def of_any() -> Keys:
    """The account of every institution that has none of its own."""
    row = _read()["any"]
    return Keys(row["name"], row["secret"], row["bearer"], row["sm2_public_key"])


@dataclass(slots=True)
class Keyring:
    """The accounts. `tokens` were given out at the token address, each to a name."""

    own: dict[str, Keys] = field(default_factory=dict[str, Keys])
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    def of(self, code: str) -> Keys:
        """The account of an institution."""
        return self.own.get(code) or of_any()

    def named(self, name: str) -> Keys | None:
        """The account of that name."""
        return next((keys for keys in (*self.own.values(), of_any()) if keys.name == name), None)

    def put(self, code: str, row: dict[str, Any]) -> Keys:
        """Give an institution an account, or change what is named of it. Raises BadWorld."""
        known = ("name", "secret", "bearer", "public_key")
        strange = [name for name, value in row.items() if name not in known or not isinstance(value, str)]
        if strange:
            raise BadWorld(f"{strange[0]}: an account has the texts {', '.join(known)}")
        made = replace(self.of(code), **row)
        if not (len(made.public_key) in PUBLIC_LENGTHS and _is_hex(made.public_key)):
            raise BadWorld("public_key must be x and y in hex")
        self.own[code] = replace(made, public_key=made.public_key[-PUBLIC_LENGTHS[0] :])
        return self.own[code]


def _is_hex(text: str) -> bool:
    return all(letter in "0123456789abcdefABCDEF" for letter in text)
