"""Header schemes: what a province wants beside the body to know who asks. Pure: clock and nonce are arguments.

`none` sends nothing. `tif` (Guangdong family) sends `x-tif-*`: SHA-256 over timestamp, token, nonce, timestamp.
Body signatures (SM2 `cainfo`) go through the `Signer` port, so that a key can stay in a device.
"""

import hashlib
import hmac
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

NONE, TIF = "none", "tif"
_TIF_NAMES = ("x-tif-paasid", "x-tif-timestamp", "x-tif-nonce", "x-tif-signature")


@dataclass(frozen=True, slots=True)
class HeaderSecret:
    """The account at the platform's front door. The token never shows in a representation."""

    paasid: str
    token: str = field(repr=False)


class Signer(Protocol):
    """Signs a body: a software key, a card or a signature server. `sign` returns the text of `cainfo`, `name` is the
    value of `signtype` (SM2, SM3). It is asked once per message and may wait; it must not change the bytes."""

    name: str

    def sign(self, body: bytes) -> str: ...


def headers(
    scheme: str,
    body: bytes,  # noqa: ARG001 - tif leaves the body out; other schemes sign it
    *,
    now_s: int,
    nonce: str,
    secret: HeaderSecret | None,
    hex_case: str = "lower",
) -> dict[str, str]:
    """The headers of a scheme. `now_s` is Unix time in seconds. ValueError for an unknown scheme, a missing secret or
    an empty nonce."""
    if scheme == NONE:
        return {}
    if scheme != TIF:
        raise ValueError(f"unknown header scheme {scheme!r}")
    if secret is None or not nonce:
        raise ValueError("scheme tif needs a secret and a nonce")
    signature = _tif(str(now_s), nonce, secret.token)
    signature = signature.upper() if hex_case == "upper" else signature
    return dict(zip(_TIF_NAMES, (secret.paasid, str(now_s), nonce, signature), strict=True))


def verify(scheme: str, sent: Mapping[str, str], *, now_s: int, secret: HeaderSecret, skew_s: int = 300) -> bool:
    """The other side's check, for tests and hubs: all headers there, the clock within `skew_s`, the signature right in
    either hex case."""
    if scheme == NONE:
        return True
    given = {name.lower(): value for name, value in sent.items()}
    if scheme != TIF or any(not given.get(name) for name in _TIF_NAMES):
        return False
    paasid, timestamp, nonce, signature = (given[name] for name in _TIF_NAMES)
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now_s - int(timestamp)) > skew_s:
        return False
    right = _tif(timestamp, nonce, secret.token)
    return paasid == secret.paasid and hmac.compare_digest(right.encode(), signature.lower().encode())


def read_secret(path: str | Path) -> HeaderSecret:
    """Read `paasid` and `token` from a TOML file. ValueError when one is missing; the text never quotes the file."""
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError:
        raise ValueError("the secret file is not TOML") from None
    paasid, token = values.get("paasid"), values.get("token")
    if not isinstance(paasid, str) or not isinstance(token, str) or not token:
        raise ValueError("the secret file needs paasid and token")
    return HeaderSecret(paasid=paasid, token=token)


def _tif(timestamp: str, nonce: str, token: str) -> str:
    return hashlib.sha256(f"{timestamp}{token}{nonce}{timestamp}".encode()).hexdigest()
