"""Bodies that are signed and encrypted: how a message is opened and proven, how its answer is closed.

Typed from what implementers show, not from the SDK's `signing`: of that only the mathematics of SM2 is used. What does
not hold raises Unproven with the front door's own words.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from yidi_mocks import keys as accounts
from yidi_mocks.files import Stream
from yidi_mocks.keys import Keyring, Keys
from yidi_mocks.provinces import words
from yidi_sdk import wire

PLAIN, CAINFO, ENC_DATA = "plain", "cainfo_sm2+sm4", "enc-data"
BODY_SCHEMES = (PLAIN, CAINFO, ENC_DATA)
CHANNEL_NAMES = ("appId", "appCode", "clientId")
CHANNEL_MUST = ("version", "encType", "signType", "timestamp", "transType", "encData", "signData")
NOT_SIGNED = frozenset({"signData", "encData", "extra"})
USER_ID = b"1234567812345678"
BLOCK = 16
RAW = 64
Order = Callable[[str], Any]


class Unproven(Exception):  # a refusal of the front door, not an error of the hub
    """The message does not prove whose it is. `text` is what the caller reads."""

    def __init__(self, scheme: str, cause: str, **about: object) -> None:
        self.text = words(scheme, cause, **about)
        super().__init__(self.text)


@dataclass(frozen=True, slots=True)
class Seal:
    """How the answer to one message is closed."""

    scheme: str
    keys: Keys
    trans_type: str = ""
    id_name: str = "appId"
    sort: str = "ordinal"
    stamp: str = ""

    def close(self, body: bytes, *, wrongly: bool = False) -> bytes:
        """The answer as it leaves. `wrongly`: signed, but not these bytes. A file leaves as it is."""
        if isinstance(body, Stream):
            return body
        if self.scheme == CAINFO:
            return self._close_output(wire.loads(body), wrongly=wrongly)
        channel = {
            self.id_name: self.keys.name,
            "version": "1.0.0",
            "encType": "SM4",
            "signType": "SM2",
            "timestamp": self.stamp,
            "transType": self.trans_type,
            "code": "0",
            "message": "成功",
        }
        text = channel_text({**channel, "data": wire.loads(body)}, self.keys.secret, self.sort)
        sealed = sm4(channel_key(self.keys), body).hex().upper()
        return wire.dumps({**channel, "encData": sealed, "signData": _signed(text, wrongly=wrongly)})

    def _close_output(self, answer: dict[str, Any], *, wrongly: bool) -> bytes:
        output = answer["output"]
        text = wire.dumps({} if output is None else output)
        sealed = base64.b64encode(sm4(self.keys.name.encode()[:BLOCK], text)).decode()
        proof = {"cainfo": _signed(text, wrongly=wrongly), "signtype": "SM2", "enctype": "SM4"}
        return wire.dumps({**answer, **proof, "output": sealed})


def open_input(message: dict[str, Any], known: Keys) -> tuple[dict[str, Any], Seal]:
    """`cainfo` signs the JSON text of `input`; `input` is that text under the client id. Raises Unproven, NotJson."""
    for name in ("cainfo", "signtype", "enc_type", "input"):
        if not isinstance(message.get(name), str) or not message[name]:
            raise Unproven(CAINFO, "missing", name=name)
    text = _opened(known.name.encode()[:BLOCK], _from_base64(message["input"]))
    if text is None:
        raise Unproven(CAINFO, "sealed")
    named = (message["signtype"], message["enc_type"]) == ("SM2", "SM4")
    if not named or not _is_signed(known, text, message["cainfo"]):
        raise Unproven(CAINFO, "wrong")
    return {**message, "input": wire.loads(text)}, Seal(CAINFO, known)


def open_channel(channel: dict[str, Any], keyring: Keyring, sort: str) -> tuple[dict[str, Any], Seal]:
    """The envelope inside a channel's, proven; of its time nothing is asked here. Raises Unproven, NotJson."""
    id_name = next((name for name in CHANNEL_NAMES if channel.get(name)), CHANNEL_NAMES[0])
    for name in (id_name, *CHANNEL_MUST):
        if not isinstance(channel.get(name), str) or not channel[name]:
            raise Unproven(ENC_DATA, "missing", name=name)
    known = keyring.named(channel[id_name])
    if known is None:
        raise Unproven(ENC_DATA, "stranger", name=id_name)
    sealed = channel["encData"]
    text = _opened(channel_key(known), _from_hex(sealed)) if sealed == sealed.upper() else None
    data: Any = None if text is None else wire.loads(text)
    if not isinstance(data, dict):
        raise Unproven(ENC_DATA, "sealed")
    message = cast("dict[str, Any]", data)
    signed = channel_text({**channel, "data": message}, known.secret, sort)
    named = (channel["encType"], channel["signType"], channel["transType"]) == ("SM4", "SM2", message.get("infno"))
    if not named or not _is_signed(known, signed, channel["signData"]):
        raise Unproven(ENC_DATA, "wrong")
    return message, Seal(ENC_DATA, known, channel["transType"], id_name, sort)


def channel_text(channel: dict[str, Any], secret: str, sort: str) -> bytes:
    """What a channel signs: its pairs without empty ones, sorted, then the secret; inside `data` scalars are texts."""
    order = _without_case if sort == "ci" else str
    pairs: list[str] = []
    for name in sorted(channel, key=order):
        value = channel[name]
        if name in NOT_SIGNED or value is None or value in ("", []):
            continue
        told = _sorted(value, order, texts=name == "data")
        pairs.append(f"{name}={told if isinstance(told, str) else wire.dumps(told).decode()}")
    if sort == "ordinal_then_ci":
        pairs.sort(key=str.lower)
    return ("&".join(pairs) + f"&key={secret}").encode()


def _without_case(name: str) -> tuple[str, str]:
    return name.lower(), name


def _sorted(value: Any, order: Order, *, texts: bool) -> Any:
    if isinstance(value, dict):
        row = cast("dict[str, Any]", value)
        kept = [name for name in sorted(row, key=order) if row[name] is not None and row[name] not in ("", [])]
        return {name: _sorted(row[name], order, texts=texts) for name in kept}
    if isinstance(value, list):
        rows: list[Any] = value  # pyright: ignore[reportUnknownVariableType] - any JSON
        return [_sorted(row, order, texts=texts) for row in rows if row is not None and row not in ("", [])]
    if isinstance(value, str) or not texts:
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value).lower()


def channel_key(known: Keys) -> bytes:
    """The first sixteen letters of the secret under the first sixteen of the id, in upper-case hex."""
    return sm4(known.name.encode()[:BLOCK], known.secret.encode()).hex().upper().encode()[:BLOCK]


def sm4(key: bytes, plain: bytes) -> bytes:
    """SM4-ECB with PKCS7 padding."""
    pad = BLOCK - len(plain) % BLOCK
    return bytes(_cipher(key).encryptor().update(plain + bytes([pad]) * pad))


def _opened(key: bytes, sealed: bytes | None) -> bytes | None:
    if not sealed or len(sealed) % BLOCK:
        return None
    plain = bytes(_cipher(key).decryptor().update(sealed))
    pad = plain[-1]
    return plain[:-pad] if 1 <= pad <= BLOCK and plain.endswith(bytes([pad]) * pad) else None


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - slow to load

    return Cipher(algorithms.SM4(key), modes.ECB())  # noqa: S305 - the counterpart has it so


def _signed(text: bytes, *, wrongly: bool) -> str:
    from yidi_sdk.signing import sm2  # noqa: PLC0415 - slow to load, and few schemes need it

    pair = sm2.pair_of(accounts.platform_key())
    signature = sm2.choose().sign(pair, text + b"?" if wrongly else text, USER_ID)
    return base64.b64encode(signature).decode()


def _is_signed(known: Keys, text: bytes, signature: str) -> bool:
    from yidi_sdk.signing import sm2  # noqa: PLC0415 - slow to load, and few schemes need it

    raw = _from_base64(signature)
    try:
        short = raw if raw is None or len(raw) == RAW else sm2.from_der(raw)
    except ValueError:
        return False
    return short is not None and sm2.choose().verify(bytes.fromhex(known.public_key), text, short, USER_ID)


def _from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _from_hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
