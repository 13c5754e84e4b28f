"""Who calls: a bearer key on loopback, signed headers from elsewhere; rights per caller.

From elsewhere `X-Yidi-Signature` is the hex HMAC-SHA256, under the caller's key, over five lines joined by a newline:
method, path with its query as sent, hex SHA-256 of the body, `X-Yidi-Time` (Unix seconds), `X-Yidi-Nonce`.
"""

import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from yidi_gateway.access.tills import Tills, may_act, tills_of
from yidi_gateway.settings import BadSettings, CallerSettings

SKEW_S = 300
SHORT_KEY = 16
LONGEST_NONCE = 64
PUBLIC_BITS = 0o077


class NotAuthenticated(Exception):
    """The caller is not who it says, or says nothing. The text names no secret."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A HIS, with its rights."""

    id: str
    key: bytes = field(repr=False)
    scopes: frozenset[str]
    tills: tuple[Tills, ...] = ()
    calls_per_s: float = 1000.0
    burst: int = 2000

    def acts_as(self, operator: str) -> bool:
        """Whether it may name this operator."""
        return may_act(self.tills, operator)

    def may(self, scopes: Iterable[str]) -> bool:
        """Whether one of these rights is held."""
        return not self.scopes.isdisjoint(scopes)


@dataclass(frozen=True, slots=True)
class Signed:
    """The signed headers of one call."""

    caller: str
    time: str
    nonce: str
    signature: str

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Signed | None":
        """From the headers; None when one is missing."""
        found = [headers.get(name, "") for name in ("x-yidi-caller", "x-yidi-time", "x-yidi-nonce", "x-yidi-signature")]
        return cls(*found) if all(found) else None


class Callers:
    """The callers of the configuration."""

    def __init__(self, callers: Iterable[Caller]) -> None:
        self._by_id = {caller.id: caller for caller in callers}

    def named(self, caller_id: str) -> Caller | None:
        """The caller of this name."""
        return self._by_id.get(caller_id)

    def names(self) -> tuple[str, ...]:
        """All callers."""
        return tuple(self._by_id)

    def only_one(self, scope: str) -> Caller | None:
        """The caller that has this right, if no other has it."""
        found = [caller for caller in self._by_id.values() if scope in caller.scopes]
        return found[0] if len(found) == 1 else None

    def bearer(self, authorization: str) -> Caller:
        """The caller of `Bearer KEY`. Every key is compared, each in constant time. Raises NotAuthenticated."""
        scheme, _, token = authorization.partition(" ")
        given = token.strip().encode()
        found: Caller | None = None
        for caller in self._by_id.values():
            if hmac.compare_digest(sha256(caller.key).digest(), sha256(given).digest()):
                found = caller
        if scheme.lower() != "bearer" or found is None:
            raise NotAuthenticated("unknown key")
        return found

    def claimed(self, signed: Signed, now: float) -> Caller:
        """The caller that signed headers name, if their time is right: what can be told before the body is read."""
        caller = self._by_id.get(signed.caller)
        try:
            stamp = int(signed.time)
        except ValueError:
            raise NotAuthenticated("X-Yidi-Time is no Unix time in seconds") from None
        if abs(now - stamp) > SKEW_S:
            raise NotAuthenticated("X-Yidi-Time differs by more than 300 s from the gateway's clock")
        if caller is None or len(signed.nonce) > LONGEST_NONCE:
            raise NotAuthenticated("unknown caller, or wrong signature")
        return caller

    def verify(self, signed: Signed, method: str, path: str, body: bytes, now: float) -> Caller:
        """The caller, if the signature is right; `nonces.spend` tells whether it is new. Raises NotAuthenticated."""
        caller = self.claimed(signed, now)
        wanted = signature(caller.key, method, path, body, time=signed.time, nonce=signed.nonce)
        if not hmac.compare_digest(wanted.encode(), signed.signature.lower().encode()):
            raise NotAuthenticated("unknown caller, or wrong signature")
        return caller


def signature(key: bytes, method: str, path: str, body: bytes, *, time: str, nonce: str) -> str:
    """What `X-Yidi-Signature` holds."""
    text = "\n".join((method.upper(), path, sha256(body).hexdigest(), time, nonce))
    return hmac.new(key, text.encode(), sha256).hexdigest()


def read_callers(settings: Iterable[CallerSettings]) -> Callers:
    """The callers with their keys. Raises BadSettings naming what is wrong."""
    callers: list[Caller] = []
    for entry in settings:
        key = _key(entry.key_file, entry.id)
        if any(entry.id == other.id for other in callers):
            raise BadSettings(f"[access] callers: {entry.id} stands there twice")
        if any(hmac.compare_digest(key, other.key) for other in callers):
            raise BadSettings(f"[access] callers: {entry.id} has the same key as another caller")
        try:
            tills = tuple(tills_of(text) for text in entry.tills)
        except ValueError as error:
            raise BadSettings(f"[access] callers: {entry.id} tills: {error}") from None
        callers.append(Caller(entry.id, key, frozenset(entry.scopes), tills, entry.calls_per_s, entry.burst))
    return Callers(callers)


def weaknesses(settings: Iterable[CallerSettings]) -> list[str]:
    """What is poor about key files, one sentence each."""
    found: list[str] = []
    for entry in settings:
        if not entry.key_file.is_file():
            continue
        if len(_key(entry.key_file, entry.id)) < SHORT_KEY:
            found.append(f"[access] callers: the key of {entry.id} is shorter than {SHORT_KEY} characters")
        if os.name == "posix" and entry.key_file.stat().st_mode & PUBLIC_BITS:
            found.append(f"[access] callers: the key file of {entry.id} can be read by others; make it 0400")
    return found


def _key(path: Path, caller: str) -> bytes:
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise BadSettings(
            f"[access] callers: key file {path.name} of {caller} cannot be read ({type(error).__name__});"
            " `yidi-gateway sample-config --init DIR` makes one"
        ) from None
    if not key:
        raise BadSettings(f"[access] callers: key file {path.name} of {caller} is empty")
    return key
