"""The account at the platform's front door, and the file it comes from. Nothing secret shows in a representation."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from yidi_sdk.signing.signer import OWN, PLATFORM, Signer, SoftwareSigner


@dataclass(frozen=True, slots=True)
class HeaderSecret:
    """Who we are to the front door, and what proves it.

    `paasid` and `token` are the pair that every scheme has under its own names: paasid and token (tif), access key and
    secret key (csb, hmac-sm3), appId and appSecret (enc-data). `bearer` gives the token of scheme bearer; it is asked
    once per message, so it holds a token ready and does not log in each time. `signer` signs and encrypts bodies.
    """

    paasid: str
    token: str = field(repr=False)
    bearer: Callable[[], str] | None = field(default=None, repr=False)
    signer: Signer | None = field(default=None, repr=False)


def read_secret(path: str | Path) -> HeaderSecret:
    """Read a secret file (TOML). ValueError when something is missing or wrong; the text never quotes the file.

    `paasid` and `token`; or `paasid` and `bearer_file`, a text file whose token somebody else renews. For signed
    bodies `sm2_private_key` and `sm2_platform_key`, or `signer = "package.module:function"`: called without arguments,
    it returns a `Signer`, for instance of a signature server.
    """
    source = Path(path)
    try:
        values = tomllib.loads(source.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ValueError("the secret file is not TOML") from None
    paasid, token, bearer_file = (values.get(name) for name in ("paasid", "token", "bearer_file"))
    if not isinstance(paasid, str) or not (token or bearer_file):
        raise ValueError("the secret file needs paasid and token")
    if not all(isinstance(value, str | None) for value in (token, bearer_file)):
        raise ValueError("token and bearer_file of the secret file must be texts")
    return HeaderSecret(
        paasid=paasid,
        token=token or "",
        bearer=None if not bearer_file else _Bearer(source.parent / bearer_file),
        signer=_signer(values, paasid, token or ""),
    )


class _Bearer:
    """Reads the token anew for each message, so that whoever renews the file is heard."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> str:
        return self._path.read_text(encoding="ascii").strip()


def _signer(values: Mapping[str, Any], paasid: str, token: str) -> Signer | None:
    named = values.get("signer")
    if named is not None:
        return _opened(str(named))
    private, platform = (str(values.get(name, "")) for name in ("sm2_private_key", "sm2_platform_key"))
    if not private and not platform:
        return None
    if not private or not platform:
        raise ValueError("the secret file needs sm2_private_key and sm2_platform_key, or neither")
    return SoftwareSigner(
        private_keys={OWN: private}, public_keys={PLATFORM: platform}, channels={OWN: (paasid, token)}
    )


def _opened(named: str) -> Signer:
    module, _, function = named.partition(":")
    try:
        signer: Signer = getattr(import_module(module), function)()
    except Exception as error:  # noqa: BLE001 - it is a program of others; whatever it raises, there is no signer
        raise ValueError(f"the secret file's signer cannot be opened: {type(error).__name__}") from None
    return signer
