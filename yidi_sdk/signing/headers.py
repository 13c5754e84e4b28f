"""Header schemes: who asks, said beside the body.

none      nothing
tif       x-tif-*: SHA-256 over timestamp, token, nonce, timestamp; the body takes no part
csb       _api_*: HMAC over the sorted headers, and over the parameters of a form; a JSON body takes no part
hmac-sm3  x-ca-*: HMAC-SM3 over timestamp, line feed, body
bearer    Authorization: a token that was fetched elsewhere
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from yidi_sdk.profile import Profile
from yidi_sdk.signing.secret import HeaderSecret
from yidi_sdk.signing.signer import SignerFailed

NONE, TIF, CSB, HMAC_SM3, BEARER = "none", "tif", "csb", "hmac-sm3", "bearer"
_TIF_NAMES = ("x-tif-paasid", "x-tif-timestamp", "x-tif-nonce", "x-tif-signature")
_CSB_NAMES = ("_api_access_key", "_api_name", "_api_timestamp", "_api_version")
_CSB_SIGNATURE = "_api_signature"
_FORM = "application/x-www-form-urlencoded"
_ONE_LINE = re.compile(r"[\x21-\x7e]+")
_MILLISECONDS = 12
"""A timestamp with this many digits or more counts milliseconds: seconds have ten until the year 2286."""


def headers(
    profile: Profile, body: bytes, *, infno: str, now_ms: int, nonce: str, secret: HeaderSecret | None
) -> dict[str, str]:
    """The headers of the profile's scheme. `now_ms` is Unix time in milliseconds; of `nonce` as many characters are
    used as the profile has. ValueError for a missing secret or nonce; SignerFailed when no token could be got."""
    scheme = profile.header_scheme
    if scheme == NONE:
        return {}
    if secret is None:
        raise ValueError(f"scheme {scheme} needs a secret")
    stamp = str(now_ms if profile.timestamp_unit == "ms" else now_ms // 1000)
    if scheme == TIF:
        return _tif_headers(profile, stamp, nonce[: profile.nonce_length], secret)
    if scheme == CSB:
        values = (secret.paasid, profile.csb_api_name.replace("{infno}", infno), stamp, profile.csb_api_version)
        fields = dict(zip(_CSB_NAMES, values, strict=True))
        return {**fields, _CSB_SIGNATURE: _csb([*fields.items(), *_form(profile, body)], secret, profile.hmac_alg)}
    if scheme == HMAC_SM3:
        signature = _cased(hmac_sm3(secret.token.encode(), f"{stamp}\n".encode() + body).hex(), profile)
        return {"x-ca-key": secret.paasid, "x-ca-signature": f"{stamp}:{signature}"}
    return {"authorization": f"Bearer {_bearer(secret)}"}


def verify(
    scheme: str,
    sent: Mapping[str, str],
    *,
    now_s: int,
    secret: HeaderSecret,
    skew_s: int = 300,
    body: bytes = b"",
    form: Iterable[tuple[str, str]] = (),
    hmac_alg: str = "sha1",
) -> bool:
    """The other side's check, for tests and hubs: all headers there, the clock within `skew_s`, the signature right in
    either hex case. `form` holds the parameters of a form body, before URL encoding."""
    given = {name.lower(): value for name, value in sent.items()}
    if scheme == NONE:
        return True
    if scheme == TIF:
        paasid, stamp, nonce, signature = (given.get(name) or "" for name in _TIF_NAMES)
        right = bool(nonce) and _same(_tif(stamp, nonce, secret.token), signature.lower())
        return right and paasid == secret.paasid and _is_near(stamp, now_s, skew_s)
    if scheme == CSB:
        fields = [(name, given.get(name) or "") for name in _CSB_NAMES]
        right = all(value for _, value in fields) and _same(
            _csb([*fields, *form], secret, hmac_alg), given.get(_CSB_SIGNATURE) or ""
        )
        return right and fields[0][1] == secret.paasid and _is_near(fields[2][1], now_s, skew_s)
    if scheme == HMAC_SM3:
        stamp, _, signature = (given.get("x-ca-signature") or "").partition(":")
        right = _same(hmac_sm3(secret.token.encode(), f"{stamp}\n".encode() + body).hex(), signature.lower())
        return right and given.get("x-ca-key") == secret.paasid and _is_near(stamp, now_s, skew_s)
    return scheme == BEARER and _same(f"Bearer {_bearer(secret)}", given.get("authorization") or "")


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """HMAC with SM3."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - slow to load, and few schemes need it
    from cryptography.hazmat.primitives.hmac import HMAC  # noqa: PLC0415

    made = HMAC(key, hashes.SM3())
    made.update(message)
    return made.finalize()


def _tif_headers(profile: Profile, stamp: str, nonce: str, secret: HeaderSecret) -> dict[str, str]:
    if not nonce:
        raise ValueError("scheme tif needs a nonce")
    signature = _cased(_tif(stamp, nonce, secret.token), profile)
    return dict(zip(_TIF_NAMES, (secret.paasid, stamp, nonce, signature), strict=True))


def _tif(stamp: str, nonce: str, token: str) -> str:
    return hashlib.sha256(f"{stamp}{token}{nonce}{stamp}".encode()).hexdigest()


def _csb(fields: Iterable[tuple[str, str]], secret: HeaderSecret, algorithm: str) -> str:
    """The secret is used as text, although it often looks like base64."""
    text = "&".join(f"{name}={value}" for name, value in sorted(fields, key=lambda field: field[0].encode()))
    return base64.b64encode(hmac.digest(secret.token.encode(), text.encode(), algorithm)).decode()


def _form(profile: Profile, body: bytes) -> list[tuple[str, str]]:
    """The parameters of a form, before URL encoding; none of any other body."""
    if not profile.content_type.lower().startswith(_FORM):
        return []
    return parse_qsl(body.decode(), keep_blank_values=True)


def _bearer(secret: HeaderSecret) -> str:
    if secret.bearer is None:
        raise ValueError("scheme bearer needs a callable that gives the token")
    try:
        token = secret.bearer()
    except Exception as error:  # noqa: BLE001 - it is the caller's; whatever it raises, there is no token
        raise SignerFailed(f"no bearer token: {type(error).__name__}") from None
    if not _ONE_LINE.fullmatch(token):
        raise SignerFailed("no bearer token: not one word of visible ASCII")
    return token


def _cased(text: str, profile: Profile) -> str:
    return text.upper() if profile.hex_case == "upper" else text.lower()


def _same(right: str, given: str) -> bool:
    return hmac.compare_digest(right.encode(), given.encode("utf-8", "replace"))


def _is_near(stamp: str, now_s: int, skew_s: int) -> bool:
    if not stamp.isascii() or not stamp.isdigit():
        return False
    sent_s = int(stamp) // 1000 if len(stamp) >= _MILLISECONDS else int(stamp)
    return abs(now_s - sent_s) <= skew_s
