"""SM2: the standard's example, every implementation that is there, keys and signatures in the forms they come in."""

import base64
import json
import warnings
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sdk import other_side

from yidi_sdk.signing import SoftwareSigner, sm2
from yidi_sdk.signing.signer import derive, sm4_decrypt, sm4_encrypt

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "signing_vectors.json").read_text(encoding="utf-8"))
EXAMPLE = VECTORS["sm2"]
PRIVATE, PUBLIC = bytes.fromhex(EXAMPLE["private"]), bytes.fromhex(EXAMPLE["public"])
MESSAGE, SIGNATURE = EXAMPLE["message"].encode(), bytes.fromhex(EXAMPLE["signature"])
ID = sm2.DEFAULT_ID


def there(make: type[sm2.Backend]) -> sm2.Backend:
    try:
        return make()
    except (ImportError, OSError, AttributeError):
        pytest.skip(f"{make.name} is not installed here")


each_backend = pytest.mark.parametrize("make", sm2.BACKENDS, ids=lambda make: make.name)


def test_the_standards_example() -> None:
    assert sm2.pair_of(PRIVATE).public == PUBLIC == other_side.public(int.from_bytes(PRIVATE, "big"))
    assert sm2.digest(PUBLIC, MESSAGE, ID).hex().upper() == EXAMPLE["e"]
    assert sm2.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    assert sm4_encrypt(block, block)[:16].hex() == "681edf34d206965e86b3e94f536e4246"


def test_the_other_side_of_these_tests_agrees_with_the_standard() -> None:
    key = int.from_bytes(PRIVATE, "big")
    assert other_side.sign(key, MESSAGE, k=int(EXAMPLE["k"], 16)) == SIGNATURE
    assert other_side.is_signed(PUBLIC, MESSAGE, SIGNATURE)
    assert not other_side.is_signed(PUBLIC, MESSAGE + b".", SIGNATURE)


@each_backend
def test_every_implementation_signs_and_verifies(make) -> None:
    backend = there(make)
    assert sm2.passes_self_test(backend)
    pair = sm2.pair_of(PRIVATE)
    for message, user_id in ((b"", ID), (b"x" * 5000, b"1"), ("报文".encode(), b"another id")):
        signature = backend.sign(pair, message, user_id)
        assert other_side.is_signed(PUBLIC, message, signature, user_id)
        assert backend.verify(PUBLIC, message, signature, user_id)
        assert backend.verify(
            PUBLIC, message, other_side.sign(int.from_bytes(PRIVATE, "big"), message, user_id), user_id
        )
        assert not backend.verify(PUBLIC, message, signature, b"third id")
        assert not backend.verify(PUBLIC, message + b".", signature, user_id)
        assert not backend.verify(other_side.public(5), message, signature, user_id)


@each_backend
def test_what_is_no_signature_is_refused_before_any_mathematics(make) -> None:
    backend = there(make)
    for wrong in (b"", bytes(64), b"\xff" * 64, SIGNATURE[:63], SIGNATURE + b"\0", bytes(32) + SIGNATURE[32:]):
        assert not backend.verify(PUBLIC, MESSAGE, wrong, ID)


class Liar:
    """Passes for an implementation, and is wrong in one way."""

    name = "liar"

    def __init__(self, accepts: bool) -> None:
        self.accepts = accepts

    def sign(self, pair: sm2.Pair, message: bytes, user_id: bytes) -> bytes:
        return SIGNATURE

    def verify(self, public: bytes, message: bytes, signature: bytes, user_id: bytes) -> bool:
        return self.accepts


class Broken(Liar):
    def sign(self, pair: sm2.Pair, message: bytes, user_id: bytes) -> bytes:
        raise OSError


@pytest.mark.parametrize("wrong", [Liar(accepts=True), Liar(accepts=False), Broken(accepts=True)])
def test_the_self_test_fails_a_wrong_implementation(wrong: sm2.Backend) -> None:
    assert not sm2.passes_self_test(wrong)


def test_the_order_of_falling_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> sm2.Backend:
        raise ImportError

    monkeypatch.setattr(sm2, "choose", sm2.choose.__wrapped__)
    monkeypatch.setattr(sm2, "BACKENDS", (missing, lambda: Liar(accepts=True)))
    with pytest.raises(sm2.Sm2Missing, match=r"yidi-sdk\[sm2\]"):
        sm2.choose()
    with pytest.raises(ValueError, match="no SM2"):
        SoftwareSigner(private_keys={"own": PRIVATE})
    slow = there(sm2.Gmalg)
    monkeypatch.setattr(sm2, "BACKENDS", (missing, lambda: Liar(accepts=False), lambda: slow))
    with pytest.warns(RuntimeWarning, match="plain Python"):
        assert sm2.choose() is slow


def test_the_choice_is_made_once() -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            first = sm2.choose()
    except sm2.Sm2Missing:
        pytest.skip("no SM2 implementation is installed here")
    assert sm2.choose() is first


@given(st.integers(1, sm2.N - 1), st.integers(1, sm2.N - 1))
def test_der_there_and_back(r: int, s: int) -> None:
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert sm2.from_der(sm2.to_der(raw)) == raw


@given(st.binary(max_size=80))
@example(b"\0\0\0!\1" + bytes(33))
def test_only_der_is_der(raw: bytes) -> None:
    for wrong in (raw, sm2.to_der(SIGNATURE) + raw[:1] + b"\0", sm2.to_der(SIGNATURE)[:-1], b"\x30\x44" + raw):
        with pytest.raises(ValueError, match="DER"):
            sm2.from_der(wrong)
    with pytest.raises(ValueError, match="64 bytes"):
        sm2.to_der(raw[:63])


FORMS = {
    "bytes": (PRIVATE, PUBLIC),
    "hex": (PRIVATE.hex(), PUBLIC.hex().upper()),
    "base64": (base64.b64encode(PRIVATE).decode(), base64.b64encode(PUBLIC).decode()),
    "leading bytes": (base64.b64encode(b"\0" + PRIVATE).decode(), base64.b64encode(b"\4" + PUBLIC).decode()),
    "leading bytes in hex": ("00" + PRIVATE.hex(), "04" + PUBLIC.hex()),
}


@pytest.mark.parametrize("form", FORMS)
def test_keys_in_the_forms_they_come_in(form: str) -> None:
    private, public = FORMS[form]
    backend = there(sm2.Gmssl)
    signer = SoftwareSigner(private_keys={"own": private}, public_keys={"platform": public}, backend=backend)
    assert signer.verify("platform", b"m", signer.sign("own", b"m", ID), ID)
    assert signer.verify("own", b"m", signer.sign("own", b"m", ID), ID)
    for shown in (repr(signer), repr(sm2.pair_of(PRIVATE))):
        assert PRIVATE.hex() not in shown
        assert str(PRIVATE) not in shown


@pytest.mark.parametrize("wrong", [b"", b"\0" * 32, b"\xff" * 32, b"\1" + PRIVATE, "no key at all", "AAAA"])
def test_what_is_no_key_is_refused_and_not_quoted(wrong: str | bytes) -> None:
    with pytest.raises(ValueError, match="key") as caught:
        SoftwareSigner(private_keys={"own": wrong})
    assert "no key at all" not in str(caught.value)
    with pytest.raises(ValueError, match="key"):
        SoftwareSigner(public_keys={"own": wrong})
    with pytest.raises(ValueError, match="point of the curve"):
        SoftwareSigner(public_keys={"own": PUBLIC[:-1] + b"\0"})


@pytest.mark.parametrize("vector", VECTORS["sm4"], ids=lambda vector: vector["plain"])
def test_sm4_vector(vector) -> None:
    key = derive(vector["kdf"], vector["client_id"], vector["secret"])
    assert key.decode() == vector.get("key", vector["client_id"])
    signer = SoftwareSigner(channels={"own": (vector["client_id"], vector["secret"])})
    sealed = signer.encrypt("own", vector["plain"].encode(), vector["kdf"])
    right = bytes.fromhex(vector["hex"]) if "hex" in vector else base64.b64decode(vector["base64"])
    assert sealed == right == sm4_encrypt(key, vector["plain"].encode())
    assert signer.decrypt("own", sealed, vector["kdf"]).decode() == vector["plain"]
    assert vector["client_id"] not in repr(signer)
    with pytest.raises(ValueError, match="no SM2 key"):
        signer.sign("own", b"", ID)


def test_derivations() -> None:
    sealed = other_side.sm4(b"0123456789ABCDEF", b"secret")
    assert derive("base64_16", "0123456789ABCDEFxyz", "secret") == base64.b64encode(sealed)[:16]
    assert derive("hex_upper16", "0123456789ABCDEFxyz", "secret") == sealed.hex().upper()[:16].encode()
    for wrong in (("clientid16", "short", ""), ("nonsense", "0123456789ABCDEF", "")):
        with pytest.raises(ValueError, match=r"16 bytes|unknown"):
            derive(*wrong)


@given(st.binary(max_size=100))
def test_sm4_agrees_with_the_other_side(plain: bytes) -> None:
    key = b"0123456789ABCDEF"
    assert sm4_encrypt(key, plain) == other_side.sm4(key, plain)
    assert sm4_decrypt(key, sm4_encrypt(key, plain)) == plain
