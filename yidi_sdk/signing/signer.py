"""The port to whatever holds keys, and the software that holds them where a hospital has no device for it.

A method takes the id of a key and a message, never key bytes: a signature server, an HSM or a UKey fits behind it.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from yidi_sdk.signing import sm2

T = TypeVar("T")
OWN, PLATFORM = "own", "platform"
"""The ids of our key and of the platform's."""
KEY_LENGTH = 16
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_HEX_LENGTHS = (64, 66, 128, 130)


class SignerFailed(Exception):
    """The signer, or whoever gives the bearer token, failed. The text names the kind of failure and quotes nothing."""


class Signer(Protocol):
    """Holds keys. Asked from any thread, once or twice a message; it may wait, and while it does so does the caller.
    Signatures are r and s, 32 bytes each. Whatever it raises means: not done."""

    def sign(self, key_id: str, message: bytes, user_id: bytes) -> bytes:
        """SM2 with SM3 over the message, with this SM2 user id: 64 bytes."""
        ...

    def verify(self, key_id: str, message: bytes, signature: bytes, user_id: bytes) -> bool:
        """Whether the signature of 64 bytes is the key's, over exactly this message."""
        ...

    def encrypt(self, key_id: str, plain: bytes, kdf: str) -> bytes:
        """SM4 in ECB mode with PKCS7 padding, under the key that `kdf` derives (see `derive`)."""
        ...

    def decrypt(self, key_id: str, sealed: bytes, kdf: str) -> bytes:
        """The reverse of `encrypt`. Raises when the padding is wrong."""
        ...


class SoftwareSigner:
    """Keys in this process, as bytes, base64 or hex: private 32 bytes (33 with a leading zero), public 64 (65 with a
    leading 4). `channels` maps a key id to (application or client id, its secret), from which SM4 keys are derived.
    ValueError for a key that is none, or when no SM2 implementation is there; never quotes a key."""

    def __init__(
        self,
        *,
        private_keys: Mapping[str, str | bytes] | None = None,
        public_keys: Mapping[str, str | bytes] | None = None,
        channels: Mapping[str, tuple[str, str]] | None = None,
        backend: sm2.Backend | None = None,
    ) -> None:
        self._pairs = {name: _pair(key) for name, key in (private_keys or {}).items()}
        own = {name: pair.public for name, pair in self._pairs.items()}
        self._public = {**own, **{name: _public(key) for name, key in (public_keys or {}).items()}}
        self._channels = dict(channels or {})
        self._sm4: dict[tuple[str, str], bytes] = {}
        self._backend = backend or (sm2.choose() if self._public else None)

    def __repr__(self) -> str:
        name = "no SM2" if self._backend is None else self._backend.name
        return f"SoftwareSigner({name}; keys: {', '.join(sorted({*self._public, *self._channels}))})"

    def sign(self, key_id: str, message: bytes, user_id: bytes) -> bytes:
        return self._sm2().sign(self._pairs[key_id], message, user_id)

    def verify(self, key_id: str, message: bytes, signature: bytes, user_id: bytes) -> bool:
        return self._sm2().verify(self._public[key_id], message, signature, user_id)

    def encrypt(self, key_id: str, plain: bytes, kdf: str) -> bytes:
        return sm4_encrypt(self._key(key_id, kdf), plain)

    def decrypt(self, key_id: str, sealed: bytes, kdf: str) -> bytes:
        return sm4_decrypt(self._key(key_id, kdf), sealed)

    def _sm2(self) -> sm2.Backend:
        if self._backend is None:
            raise ValueError("this signer has no SM2 key")
        return self._backend

    def _key(self, key_id: str, kdf: str) -> bytes:
        if (key_id, kdf) not in self._sm4:
            self._sm4[key_id, kdf] = derive(kdf, *self._channels[key_id])
        return self._sm4[key_id, kdf]


def derive(kdf: str, client_id: str, secret: str) -> bytes:
    """The SM4 key of a channel. ValueError for an id of fewer than 16 bytes or an unknown derivation.

    clientid16   the first 16 bytes of the id
    hex_upper16  the secret, encrypted under those; in upper-case hex; its first 16 characters
    base64_16    the same in base64
    """
    first = client_id.encode()[:KEY_LENGTH]
    if len(first) != KEY_LENGTH:
        raise ValueError("an application or client id has at least 16 bytes")
    if kdf == "clientid16":
        return first
    sealed = sm4_encrypt(first, secret.encode())
    if kdf == "hex_upper16":
        return sealed.hex().upper().encode()[:KEY_LENGTH]
    if kdf == "base64_16":
        return base64.b64encode(sealed).rstrip(b"=")[:KEY_LENGTH]
    raise ValueError("unknown key derivation")


def sm4_encrypt(key: bytes, plain: bytes) -> bytes:
    """SM4-ECB with PKCS7 padding: the counterpart imposes the mode."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - slow to load
    from cryptography.hazmat.primitives.padding import PKCS7  # noqa: PLC0415

    padder = PKCS7(8 * KEY_LENGTH).padder()
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305 - imposed
    return encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


def sm4_decrypt(key: bytes, sealed: bytes) -> bytes:
    """ValueError when it is not what `sm4_encrypt` makes."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - slow to load
    from cryptography.hazmat.primitives.padding import PKCS7  # noqa: PLC0415

    decryptor = Cipher(algorithms.SM4(key), modes.ECB()).decryptor()  # noqa: S305 - imposed
    unpadder = PKCS7(8 * KEY_LENGTH).unpadder()
    return unpadder.update(decryptor.update(sealed) + decryptor.finalize()) + unpadder.finalize()


def asked(call: Callable[[], T]) -> T:
    """What a signer gives, or SignerFailed: its own words may quote what must not be told."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - it is a device; whatever it raises, it did not do it
        raise SignerFailed(f"the signer failed: {type(error).__name__}") from None


def _pair(key: str | bytes) -> sm2.Pair:
    raw = _bytes(key)
    if len(raw) == sm2.LENGTH + 1 and raw[0] == 0:
        raw = raw[1:]
    return sm2.pair_of(raw)


def _public(key: str | bytes) -> bytes:
    raw = _bytes(key)
    if len(raw) == 2 * sm2.LENGTH + 1 and raw[0] == sm2.UNCOMPRESSED:
        raw = raw[1:]
    if not sm2.is_public(raw):
        raise ValueError("a public SM2 key is a point of the curve, 64 bytes or 65 with a leading 4")
    return raw


def _bytes(key: str | bytes) -> bytes:
    if isinstance(key, bytes):
        return key
    text = "".join(key.split())
    if len(text) in _HEX_LENGTHS and _HEX.fullmatch(text):
        return bytes.fromhex(text)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a key is neither base64 nor hex") from None
