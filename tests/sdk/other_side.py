"""The platform's side of signing, tiny and written from the specification's facts alone: no code of `yidi_sdk.signing`."""

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC

P = 2**256 - 2**224 - 2**96 + 2**64 - 1
N = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", 16)
CURVE = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93"
BASE = "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0"
HOSPITAL, PLATFORM = 0x1234567890ABCDEF1234567890ABCDEF, 0xFEDCBA0987654321FEDCBA0987654321
"""Made-up private keys."""


def sm3(message: bytes) -> bytes:
    made = hashes.Hash(hashes.SM3())
    made.update(message)
    return made.finalize()


def times(k: int, point: tuple[int, int]) -> tuple[int, int]:
    total: tuple[int, int] | None = None
    for bit in f"{k:b}":
        total = None if total is None else plus(total, total)
        if bit == "1":
            total = point if total is None else plus(total, point)
    assert total
    return total


def plus(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    up, down = (3 * a[0] ** 2 - 3, 2 * a[1]) if a == b else (b[1] - a[1], b[0] - a[0])
    m = up * pow(down, P - 2, P) % P
    x = (m * m - a[0] - b[0]) % P
    return x, (m * (a[0] - x) - a[1]) % P


def point(raw: bytes) -> tuple[int, int]:
    return int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")


def public(private: int) -> bytes:
    return b"".join(number.to_bytes(32, "big") for number in times(private, point(bytes.fromhex(BASE))))


def e_of(key: bytes, message: bytes, user_id: bytes) -> int:
    za = sm3((8 * len(user_id)).to_bytes(2, "big") + user_id + bytes.fromhex(CURVE + BASE) + key)
    return int.from_bytes(sm3(za + message), "big")


def is_signed(key: bytes, message: bytes, signature: bytes, user_id: bytes = b"1234567812345678") -> bool:
    r, s = point(signature)
    x, _ = plus(times(s, point(bytes.fromhex(BASE))), times((r + s) % N, point(key)))
    return len(signature) == 64 and (e_of(key, message, user_id) + x) % N == r


def sign(private: int, message: bytes, user_id: bytes = b"1234567812345678", k: int = 987654321) -> bytes:
    """With a k that everybody knows: for tests only."""
    r = (e_of(public(private), message, user_id) + times(k, point(bytes.fromhex(BASE)))[0]) % N
    s = pow(1 + private, -1, N) * (k - r * private) % N
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def sm4(key: bytes, text: bytes, *, back: bool = False) -> bytes:
    cipher = Cipher(algorithms.SM4(key), modes.ECB())  # noqa: S305 - the specification has it
    if back:
        made = cipher.decryptor().update(text)
        return made[: -made[-1]]
    pad = 16 - len(text) % 16
    return cipher.encryptor().update(text + bytes([pad]) * pad)


def check_headers(scheme: str, sent: dict[str, str], body: bytes, infno: str, account: tuple[str, str], now_ms: int):
    """Assert that the headers are what the scheme says, and nothing else."""
    name, secret = account
    rest = {key: value for key, value in sent.items() if key != "content-type"}
    now_s = now_ms // 1000
    if scheme == "none":
        assert rest == {}
    elif scheme == "tif":
        nonce = rest["x-tif-nonce"]
        signature = hashlib.sha256(f"{now_s}{secret}{nonce}{now_s}".encode()).hexdigest()
        want = {"paasid": name, "timestamp": str(now_s), "nonce": nonce, "signature": signature}
        assert rest == {f"x-tif-{key}": value for key, value in want.items()}
        assert len(nonce) == 32
    elif scheme == "csb":
        text = f"_api_access_key={name}&_api_name={infno}&_api_timestamp={now_ms}&_api_version=1.0.0"
        signature = base64.b64encode(hmac.new(secret.encode(), text.encode(), "sha1").digest()).decode()
        assert rest == {**dict(pair.split("=") for pair in text.split("&")), "_api_signature": signature}
    elif scheme == "hmac-sm3":
        made = HMAC(secret.encode(), hashes.SM3())
        made.update(str(now_ms).encode() + b"\n" + body)
        assert rest == {"x-ca-key": name, "x-ca-signature": f"{now_ms}:{made.finalize().hex().upper()}"}
    else:
        assert scheme == "bearer"
        assert rest == {"authorization": "Bearer demo-bearer-0001"}


def digits(raw: bytes | str) -> Any:
    """JSON with its numbers as the text that was sent."""
    return json.loads(raw, parse_float=Digits, parse_int=Digits)


class Digits(str):
    """The text of a number."""

    __slots__ = ()


def told(value: Any) -> Any:
    """What takes part in the text of an enc-data channel: sorted, without empties, scalars as texts."""
    if isinstance(value, dict):
        return {key: told(value[key]) for key in sorted(value) if value[key] not in (None, "", [])}
    if isinstance(value, list):
        return [told(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def channel_text(channel: dict[str, Any], secret: str) -> bytes:
    parts = [
        f"{key}={json.dumps(told(value), ensure_ascii=False, separators=(',', ':')) if key == 'data' else value}"
        for key, value in sorted(channel.items())
        if key not in ("signData", "encData", "extra") and value not in (None, "")
    ]
    return ("&".join(parts) + f"&key={secret}").encode()


def channel_key(account: tuple[str, str]) -> bytes:
    return sm4(account[0][:16].encode(), account[1].encode()).hex().upper()[:16].encode()


def open_body(scheme: str, body: bytes, account: tuple[str, str]) -> Any:
    """The national envelope of what came in, after checking its signature."""
    sent = digits(body)
    if scheme == "plain":
        return sent
    if scheme == "cainfo_sm2+sm4":
        assert (sent["signtype"], sent["enc_type"]) == ("SM2", "SM4")
        text = sm4(account[0][:16].encode(), base64.b64decode(sent["input"]), back=True)
        assert is_signed(public(HOSPITAL), text, base64.b64decode(sent["cainfo"]))
        return {**sent, "input": digits(text)}
    assert (sent["encType"], sent["signType"], sent["version"], sent["appId"]) == ("SM4", "SM2", "1.0.0", account[0])
    assert sent["encData"] == sent["encData"].upper()
    data = digits(sm4(channel_key(account), bytes.fromhex(sent["encData"]), back=True))
    text = channel_text({**sent, "data": data}, account[1])
    assert is_signed(public(HOSPITAL), text, base64.b64decode(sent["signData"]))
    return data


def close_answer(scheme: str, answer: bytes, account: tuple[str, str], signer: int = PLATFORM) -> bytes:
    """An answer as the platform sends it, its output signed and encrypted by the scheme."""
    if scheme == "plain":
        return answer
    if scheme == "cainfo_sm2+sm4":
        given = json.loads(answer)
        text = json.dumps(given["output"], ensure_ascii=False).encode()
        made = {
            "output": base64.b64encode(sm4(account[0][:16].encode(), text)).decode(),
            "cainfo": base64.b64encode(sign(signer, text)).decode(),
        }
        return json.dumps({**given, **made, "signtype": "SM2", "err_msg": given["err_msg"] or "成功"}).encode()
    channel = {"appId": account[0], "code": "0", "message": "成功", "timestamp": "1"}
    signature = sign(signer, channel_text({**channel, "data": digits(answer)}, account[1]))
    sealed = sm4(channel_key(account), answer).hex().upper()
    return json.dumps({**channel, "encData": sealed, "signData": base64.b64encode(signature).decode()}).encode()
