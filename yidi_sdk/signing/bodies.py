"""Body schemes: how the envelope is closed before it is sent, and how its answer is opened and proven.

plain           as it is
cainfo_sm2+sm4  `cainfo` signs the JSON text of `input`; `input` is that text, encrypted (Jilin)
enc-data        the whole envelope is the `data` of a channel envelope, which is signed and in which `data` is encrypted
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from yidi_sdk import wire
from yidi_sdk.profile import Profile
from yidi_sdk.signing import canonical, sm2
from yidi_sdk.signing.secret import HeaderSecret
from yidi_sdk.signing.signer import OWN, PLATFORM, Signer, SignerFailed, asked

PLAIN, CAINFO, ENC_DATA = "plain", "cainfo_sm2+sm4", "enc-data"
SM2_NAME, SM4_NAME, VERSION = "SM2", "SM4", "1.0.0"
_WELL = ("0", "None")


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer as the plain scheme has it. `flaw` says why nothing proves it to be the platform's; "" when proven."""

    value: Any
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Seal:
    """How a message was closed, so that its answer can be opened."""

    profile: Profile
    secret: HeaderSecret = field(repr=False)
    signer: Signer = field(repr=False)

    def close(self, envelope: Mapping[str, Any], infno: str, now_ms: int) -> dict[str, Any]:
        """The envelope as it is sent. TypeError for a value that has no place in a message, SignerFailed."""
        if self.profile.body_scheme == CAINFO:
            return self._close_input(envelope)
        stamp = now_ms if self.profile.timestamp_unit == "ms" else now_ms // 1000
        return self.close_data(envelope, infno, stamp)

    def open(self, answer: Any) -> Opened:
        """The answer without its seal. Never raises: what cannot be checked is not proven."""
        if not isinstance(answer, dict):
            return Opened(answer, "no envelope")
        given = cast("dict[str, Any]", answer)
        return self._open_output(given) if self.profile.body_scheme == CAINFO else self.open_data(given)

    def close_data(self, data: Mapping[str, Any], trans_type: str, stamp: int) -> dict[str, Any]:
        """A channel envelope around any data: also for the services beside the hospital interface that speak it."""
        channel = {
            self.profile.channel_id_name: self.secret.paasid,
            "version": VERSION,
            "encType": SM4_NAME,
            "signType": SM2_NAME,
            "timestamp": str(stamp),
            "transType": trans_type,
        }
        plain = wire.dumps(data)
        signed = self._signed(canonical.text_of({**channel, canonical.DATA: data}, self.profile, self.secret.token))
        sealed = self._encrypted(plain)
        return {**channel, "encData": sealed.hex().upper(), "signData": signed}

    def open_data(self, answer: dict[str, Any]) -> Opened:
        """The data of a channel's answer. A channel's own failure becomes one of the platform's."""
        rebuilt = dict(answer)
        sealed = answer.get("encData")
        if sealed not in (None, ""):
            try:
                rebuilt[canonical.DATA] = wire.loads(self._decrypted(bytes.fromhex(_text(sealed))))
            except ValueError:
                return Opened(answer, "encData does not open")
        try:
            text = canonical.text_of(rebuilt, self.profile, self.secret.token)
        except (TypeError, ValueError):
            return Opened(answer, "not text that can be signed")
        flaw = self._flaw(answer.get("signData"), text)
        if str(answer.get("code")) not in _WELL:
            return Opened({"infcode": -1, "err_msg": answer.get("message")}, flaw)
        return Opened(rebuilt.get(canonical.DATA), flaw)

    def _close_input(self, envelope: Mapping[str, Any]) -> dict[str, Any]:
        text = wire.dumps(envelope["input"])
        sealed = self._encrypted(text)
        made = {"cainfo": self._signed(text), "signtype": SM2_NAME, "input": base64.b64encode(sealed).decode()}
        return {**envelope, **made, "enc_type": SM4_NAME}

    def _open_output(self, answer: dict[str, Any]) -> Opened:
        sealed, text = answer.get("output"), b""
        if sealed not in (None, ""):
            try:
                text = self._decrypted(base64.b64decode(_text(sealed), validate=True))
                opened = {**answer, "output": text.decode()}
            except ValueError:
                return Opened(answer, "output does not open")
        else:
            opened = answer
        return Opened(opened, self._flaw(answer.get("cainfo"), text))

    def _encrypted(self, plain: bytes) -> bytes:
        return asked(lambda: bytes(memoryview(self.signer.encrypt(OWN, plain, self.profile.kdf))))

    def _decrypted(self, sealed: bytes) -> bytes:
        """ValueError when it is not ours; a wrong padding is no failure of the signer."""
        try:
            return bytes(memoryview(self.signer.decrypt(OWN, sealed, self.profile.kdf)))
        except Exception:  # noqa: BLE001 - a device raises what it likes; its words are not told
            raise ValueError("does not open") from None

    def _signed(self, text: bytes) -> str:
        made = asked(lambda: self.signer.sign(OWN, text, self.profile.sm2_id.encode()))
        raw = asked(lambda: sm2.to_der(made))  # a signer that gives another form than the port says is found here
        raw = raw if self.profile.sig_format == "der" else made
        return raw.hex() if self.profile.sig_encoding == "hex" else base64.b64encode(raw).decode()

    def _flaw(self, signature: Any, text: bytes) -> str:
        if signature in (None, ""):
            return "no signature"
        try:
            raw = _decoded(_text(signature), self.profile.sig_encoding)
            raw = raw if len(raw) == sm2.SIGNATURE_LENGTH else sm2.from_der(raw)
        except ValueError:
            return "the signature is none"
        try:
            is_right = asked(lambda: self.signer.verify(PLATFORM, text, raw, self.profile.sm2_id.encode()))
        except SignerFailed as error:
            return str(error)
        return "" if is_right is True else "the signature is wrong"


def seal_of(profile: Profile, secret: HeaderSecret | None) -> Seal | None:
    """How the profile closes bodies; None for plain ones. ValueError when there is nobody to sign."""
    if profile.body_scheme == PLAIN:
        return None
    if secret is None or secret.signer is None:
        raise ValueError(f"body scheme {profile.body_scheme} needs a secret with a signer")
    return Seal(profile, secret, secret.signer)


def _decoded(text: str, encoding: str) -> bytes:
    """ValueError for anything else."""
    if encoding == "hex":
        return bytes.fromhex(text)
    return base64.b64decode(text, validate=True)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004 - read like any other wrong content
    return value
