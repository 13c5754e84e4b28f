"""The front door: whether a message comes from whom it says, by headers and body, and on time.

none      nothing is asked
tif       x-tif-*: SHA-256 over timestamp, secret, nonce, timestamp
csb       _api_*: HMAC-SHA1 over the sorted headers
hmac-sm3  x-ca-*: HMAC-SM3 over timestamp, line feed, body
bearer    Authorization: a token of the account, or one given out at the token address
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

from yidi_mocks import seals
from yidi_mocks.keys import Keyring, Keys
from yidi_mocks.provinces import Province
from yidi_mocks.seals import Seal, Unproven
from yidi_sdk import wire

NONE, TIF, CSB, HMAC_SM3, BEARER = "none", "tif", "csb", "hmac-sm3", "bearer"
HEADER_SCHEMES = (NONE, TIF, CSB, HMAC_SM3, BEARER)
TIF_NAMES = ("x-tif-paasid", "x-tif-timestamp", "x-tif-nonce", "x-tif-signature")
CSB_NAMES = ("_api_name", "_api_version", "_api_timestamp", "_api_access_key", "_api_signature")
CSB_VERSION = "1.0.0"
SECOND_DIGITS, MILLISECOND_DIGITS = 10, 13
Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Gate:
    """The front door: a header scheme, a body scheme, the accounts, and its own clock."""

    province: Province
    keyring: Keyring
    headers: str
    body: str
    now_s: float

    def read(self, raw: bytes, sent: Headers) -> tuple[dict[str, Any], Seal | None]:
        """The national envelope of a message whose headers and body are proven. Raises Unproven and wire.NotJson;
        TypeError where the message is no object."""
        told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in sent}
        given: Any = wire.loads(raw)
        if not isinstance(given, dict):
            raise TypeError("no object")
        message = cast("dict[str, Any]", given)
        seal: Seal | None = None
        if self.body == seals.ENC_DATA:
            stamp = message.get("timestamp")
            message, seal = seals.open_channel(message, self.keyring, self.province.sort)
            seal = replace(seal, stamp=str(int(self.now_s)))
            self._demand_near(str(stamp), (SECOND_DIGITS, MILLISECOND_DIGITS), seals.ENC_DATA)
        code = message.get("fixmedins_code")
        known = self.keyring.of(code if isinstance(code, str) else "")
        if seal is not None and seal.keys != known:
            raise Unproven(seals.ENC_DATA, "stranger", name=seal.id_name)
        self.check_headers(told, raw, str(message.get("infno")), known)
        return seals.open_input(message, known) if self.body == seals.CAINFO else (message, seal)

    def check_headers(self, told: dict[str, str], raw: bytes, infno: str, known: Keys) -> None:
        """Raises Unproven unless the headers are those of the account, now."""
        if self.headers == TIF:
            self._check_tif(told, known)
        elif self.headers == CSB:
            self._check_csb(told, infno, known)
        elif self.headers == HMAC_SM3:
            self._check_hmac(told, raw, known)
        elif self.headers == BEARER:
            self._check_bearer(told, known)

    def _check_tif(self, told: dict[str, str], known: Keys) -> None:
        name, stamp, nonce, signature = self._all_of(told, TIF_NAMES)
        self._demand(name == known.name, "stranger")
        self._demand_near(stamp, (SECOND_DIGITS,))
        right = hashlib.sha256(f"{stamp}{known.secret}{nonce}{stamp}".encode()).hexdigest()
        self._demand(_same(right, signature.lower()), "wrong")

    def _check_csb(self, told: dict[str, str], infno: str, known: Keys) -> None:
        api, version, stamp, name, signature = self._all_of(told, CSB_NAMES)
        self._demand(name == known.name, "stranger")
        self._demand_near(stamp, (MILLISECOND_DIGITS,))
        pairs = (("_api_access_key", name), ("_api_name", api), ("_api_timestamp", stamp), ("_api_version", version))
        text = "&".join(f"{key}={value}" for key, value in pairs)
        right = base64.b64encode(hmac.digest(known.secret.encode(), text.encode(), "sha1")).decode()
        self._demand(_same(right, signature) and api == infno and version == CSB_VERSION, "wrong")

    def _check_hmac(self, told: dict[str, str], raw: bytes, known: Keys) -> None:
        name, whole = self._all_of(told, ("x-ca-key", "x-ca-signature"))
        stamp, _, signature = whole.partition(":")
        self._demand(name == known.name, "stranger")
        self._demand_near(stamp, (SECOND_DIGITS, MILLISECOND_DIGITS))
        right = hmac_sm3(known.secret.encode(), stamp.encode() + b"\n" + raw).hex().upper()
        self._demand(_same(right, signature.upper()), "wrong")

    def _check_bearer(self, told: dict[str, str], known: Keys) -> None:
        (whole,) = self._all_of(told, ("authorization",))
        kind, _, token = whole.partition(" ")
        given_out = self.keyring.tokens.get(token) == known.name
        self._demand(kind == "Bearer" and (given_out or _same(known.bearer, token)), "wrong")

    def _all_of(self, told: dict[str, str], names: tuple[str, ...]) -> list[str]:
        for name in names:
            if not told.get(name):
                raise Unproven(self.headers, "missing", name=name)
        return [told[name] for name in names]

    def _demand(self, holds: bool, cause: str) -> None:
        if not holds:
            raise Unproven(self.headers, cause, name="", skew=self.province.skew_s)

    def _demand_near(self, stamp: str, digits: tuple[int, ...], scheme: str = "") -> None:
        right = stamp.isascii() and stamp.isdigit() and len(stamp) in digits
        sent_s = int(stamp) / (1000 if len(stamp) == MILLISECOND_DIGITS else 1) if right else 0
        if abs(self.now_s - sent_s) > self.province.skew_s:
            raise Unproven(scheme or self.headers, "stale", skew=self.province.skew_s)


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """HMAC with SM3."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - slow to load, and few schemes need it
    from cryptography.hazmat.primitives.hmac import HMAC  # noqa: PLC0415

    made = HMAC(key, hashes.SM3())
    made.update(message)
    return made.finalize()


def _same(right: str, given: str) -> bool:
    return hmac.compare_digest(right.encode(), given.encode("utf-8", "replace"))
