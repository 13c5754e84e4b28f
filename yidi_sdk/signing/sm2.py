"""SM2 signatures (GB/T 32918): what is signed, in which form, and who does the mathematics.

`choose` takes the first of gmssl-pyx (the extra `sm2`), a system libcrypto 3 and gmalg that is there and passes the
self-test with the standard's own example.
"""

import ctypes
import ctypes.util
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Protocol

LENGTH = 32
SIGNATURE_LENGTH = 2 * LENGTH
UNCOMPRESSED = 4
DEFAULT_ID = b"1234567812345678"
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_MOST_ID = 8191
_SEQUENCE, _INTEGER = 0x30, 0x02
_MOST_DER = 72
_PKCS8 = bytes.fromhex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420")
_PKCS8_PUBLIC = bytes.fromhex("a14403420004")
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
_OPENSSL_3 = 3
_MOST_HANDLES = 64


class Sm2Missing(ValueError):
    """No implementation of SM2 is there, or none passed the self-test."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key (32 bytes) and its public key (x and y, 64 bytes)."""

    private: bytes = field(repr=False)
    public: bytes


class Backend(Protocol):
    """Who does the mathematics. Signatures are r and s, 64 bytes."""

    name: str

    def sign(self, pair: Pair, message: bytes, user_id: bytes) -> bytes: ...

    def verify(self, public: bytes, message: bytes, signature: bytes, user_id: bytes) -> bool: ...


def pair_of(private: bytes) -> Pair:
    """The pair of a private key. ValueError when it is none; never quotes it."""
    number = int.from_bytes(private, "big")
    if len(private) != LENGTH or not 0 < number < N - 1:
        raise ValueError("a private SM2 key is 32 bytes, or 33 with a leading zero, within the curve's order")
    x, y = _times(number, G)
    return Pair(private, x.to_bytes(LENGTH, "big") + y.to_bytes(LENGTH, "big"))


def is_public(raw: bytes) -> bool:
    """Whether 64 bytes are a point of the curve."""
    if len(raw) != SIGNATURE_LENGTH:
        return False
    x, y = int.from_bytes(raw[:LENGTH], "big"), int.from_bytes(raw[LENGTH:], "big")
    return x < P and y < P and (y * y - (x * x + A) * x - B) % P == 0


def digest(public: bytes, message: bytes, user_id: bytes) -> bytes:
    """e = SM3(ZA || message), ZA = SM3(length of the id in bits || id || a || b || G || public key)."""
    if len(user_id) > _MOST_ID:
        raise ValueError("an SM2 user id is too long")
    curve = b"".join(number.to_bytes(LENGTH, "big") for number in (A, B, *G))
    return sm3(sm3((len(user_id) * 8).to_bytes(2, "big") + user_id + curve + public) + message)


def sm3(message: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - slow to load

    made = hashes.Hash(hashes.SM3())
    made.update(message)
    return made.finalize()


def to_der(signature: bytes) -> bytes:
    """64 bytes as the DER that other implementations keep: SEQUENCE of r and s. ValueError for another length."""
    if len(signature) != SIGNATURE_LENGTH:
        raise ValueError("a signature has 64 bytes")
    parts = b"".join(_integer(signature[at : at + LENGTH]) for at in (0, LENGTH))
    return bytes((_SEQUENCE, len(parts))) + parts


def from_der(der: bytes) -> bytes:
    """The reverse, read strictly. ValueError when it is not that."""
    try:
        first = 4 + der[3]
        second = first + 2 + der[first + 1]
        numbers = (der[4:first], der[first + 2 : second])
        made = b"".join(number.lstrip(b"\0").rjust(LENGTH, b"\0") for number in numbers)
        if len(der) <= _MOST_DER and len(made) == SIGNATURE_LENGTH and to_der(made) == der:
            return made
    except IndexError:
        pass
    raise ValueError("not a signature in DER")


def _integer(raw: bytes) -> bytes:
    short = raw.lstrip(b"\0") or b"\0"
    short = b"\0" + short if short[0] & 0x80 else short
    return bytes((_INTEGER, len(short))) + short


def _times(number: int, point: tuple[int, int]) -> tuple[int, int]:
    """A multiple of a point. Only for the public key of a private one, when keys are loaded."""
    total: tuple[int, int] | None = None
    while number:
        if number & 1:
            total = point if total is None else _plus(total, point)
        point = _plus(point, point)
        number >>= 1
    assert total is not None  # noqa: S101 - a key is not zero
    return total


def _plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    if one == other:
        slope = (3 * one[0] * one[0] + A) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


class Gmssl:
    """gmssl-pyx, through its digest functions: twelve times as fast as through its own `sm2_sign`."""

    name = "gmssl-pyx"

    def __init__(self) -> None:
        self._library: Any = import_module("gmssl_pyx")

    def sign(self, pair: Pair, message: bytes, user_id: bytes) -> bytes:
        return from_der(self._library.sm2_sign_sm3_digest(pair.private, digest(pair.public, message, user_id)))

    def verify(self, public: bytes, message: bytes, signature: bytes, user_id: bytes) -> bool:
        if not _is_plausible(signature):
            return False
        e = digest(public, message, user_id)
        try:
            return self._library.sm2_verify_sm3_digest(public, e, to_der(signature)) is True
        except self._library.GmsslInnerError:
            return False


class Libcrypto:
    """A system libcrypto 3 through ctypes. Signing there takes the digest as it is."""

    name = "libcrypto"

    def __init__(self) -> None:
        found = ctypes.util.find_library("crypto")
        library = ctypes.CDLL(found or "libcrypto.so.3")
        if library.OPENSSL_version_major() < _OPENSSL_3:
            raise OSError("libcrypto is older than 3")
        for name in ("d2i_AutoPrivateKey", "d2i_PUBKEY", "EVP_PKEY_CTX_new"):
            getattr(library, name).restype = ctypes.c_void_p
        self._library: Any = library
        self._handles: dict[tuple[str, bytes], int] = {}

    def sign(self, pair: Pair, message: bytes, user_id: bytes) -> bytes:
        e = digest(pair.public, message, user_id)
        made = ctypes.create_string_buffer(_MOST_DER)
        length = ctypes.c_size_t(_MOST_DER)

        def act(context: ctypes.c_void_p) -> bool:
            given = (made, ctypes.byref(length), e, ctypes.c_size_t(len(e)))
            return (self._library.EVP_PKEY_sign_init(context), self._library.EVP_PKEY_sign(context, *given)) == (1, 1)

        if not self._with("d2i_AutoPrivateKey", _PKCS8 + pair.private + _PKCS8_PUBLIC + pair.public, act):
            raise ValueError("libcrypto did not sign")
        return from_der(made.raw[: length.value])

    def verify(self, public: bytes, message: bytes, signature: bytes, user_id: bytes) -> bool:
        if not _is_plausible(signature):
            return False
        e, der = digest(public, message, user_id), to_der(signature)

        def act(context: ctypes.c_void_p) -> bool:
            given = (der, ctypes.c_size_t(len(der)), e, ctypes.c_size_t(len(e)))
            return (self._library.EVP_PKEY_verify_init(context), self._library.EVP_PKEY_verify(context, *given)) == (
                1,
                1,
            )

        return self._with("d2i_PUBKEY", _SPKI + public, act)

    def _with(self, reader: str, key: bytes, act: Callable[[ctypes.c_void_p], bool]) -> bool:
        """Act with a key. Reading one takes longer than using it, so the few that a hospital has stay read."""
        held = self._handles.get((reader, key))
        handle = ctypes.c_void_p(self._read(reader, key) if held is None else held)
        if handle.value is None:
            self._library.ERR_clear_error()
            return False
        if held is None and len(self._handles) < _MOST_HANDLES:
            held = self._handles.setdefault((reader, key), handle.value)
        context = ctypes.c_void_p(self._library.EVP_PKEY_CTX_new(handle, None))
        try:
            return context.value is not None and act(context)
        finally:
            self._library.EVP_PKEY_CTX_free(context)
            if held != handle.value:
                self._library.EVP_PKEY_free(handle)
            self._library.ERR_clear_error()

    def _read(self, reader: str, key: bytes) -> int | None:
        start = ctypes.c_char_p(key)
        found: int | None = getattr(self._library, reader)(None, ctypes.byref(start), ctypes.c_long(len(key)))
        return found


class Gmalg:
    """gmalg, in plain Python: some 60 signatures a second."""

    name = "gmalg"

    def __init__(self) -> None:
        self._library: Any = import_module("gmalg")

    def sign(self, pair: Pair, message: bytes, user_id: bytes) -> bytes:
        r, s = self._library.SM2(pair.private, user_id, bytes((UNCOMPRESSED,)) + pair.public).sign(message)
        return bytes(r).rjust(LENGTH, b"\0") + bytes(s).rjust(LENGTH, b"\0")

    def verify(self, public: bytes, message: bytes, signature: bytes, user_id: bytes) -> bool:
        if not _is_plausible(signature):
            return False
        who = self._library.SM2(None, user_id, bytes((UNCOMPRESSED,)) + public)
        return who.verify(message, signature[:LENGTH], signature[LENGTH:]) is True


BACKENDS: tuple[Callable[[], Backend], ...] = (Gmssl, Libcrypto, Gmalg)
"""In the order in which they are tried."""


@cache
def choose() -> Backend:
    """The first that is there and passes the self-test, once a process. Raises Sm2Missing."""
    for make in BACKENDS:
        try:
            found = make()
        except (ImportError, OSError, AttributeError):
            continue
        if passes_self_test(found):
            if isinstance(found, Gmalg):
                warnings.warn("SM2 in plain Python: some 60 signatures a second", RuntimeWarning, stacklevel=2)
            return found
    raise Sm2Missing("no SM2: install yidi-sdk[sm2], or have a libcrypto 3, or install gmalg")


def passes_self_test(backend: Backend) -> bool:
    """Whether it accepts the standard's signature (GB/T 32918.5 annex A), signs with the standard's key, and refuses
    another message, another user id and another signature."""
    private = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
    right = bytes.fromhex(
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )
    message, pair = b"message digest", pair_of(private)
    try:
        made = backend.sign(pair, message, DEFAULT_ID)
        accepted = all(backend.verify(pair.public, message, given, DEFAULT_ID) for given in (right, made))
        refused = (
            backend.verify(pair.public, message + b".", right, DEFAULT_ID),
            backend.verify(pair.public, message, right, b"another id"),
            backend.verify(pair.public, message, right[:-1] + b"\0", DEFAULT_ID),
        )
    except Exception:  # noqa: BLE001 - whatever it raises, it is not used
        return False
    return accepted and not any(refused)


def _is_plausible(signature: bytes) -> bool:
    """64 bytes with r and s within the curve's order: others need no mathematics."""
    r, s = int.from_bytes(signature[:LENGTH], "big"), int.from_bytes(signature[LENGTH:], "big")
    return len(signature) == SIGNATURE_LENGTH and 0 < r < N and 0 < s < N
