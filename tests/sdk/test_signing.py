"""Header schemes against the computed vectors, and the file that a secret comes from."""

import base64
import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk import scene

from yidi_sdk.errors import Misused, NotSent
from yidi_sdk.profile import Profile, load
from yidi_sdk.signing import HeaderSecret, SignerFailed, headers, read_secret, sm2, verify

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "signing_vectors.json").read_text(encoding="utf-8"))
SECRET = HeaderSecret(paasid="demo", token="demo-secret-0001")
SCHEMES = ("tif", "csb", "hmac-sm3", "bearer")
NOW_MS = 1_700_000_000_000


def made(scheme: str, body: bytes = b"{}", *, now_ms: int = NOW_MS, **changes: Any) -> dict[str, str]:
    unit = "s" if scheme == "tif" else "ms"
    profile = Profile("test").with_(header_scheme=scheme, timestamp_unit=changes.pop("timestamp_unit", unit))
    call: dict[str, Any] = {"infno": "1101", "now_ms": now_ms, "nonce": "n" * 32, "secret": SECRET}
    given_here = {name: changes.pop(name) for name in call.keys() & changes.keys()}
    return headers(profile.with_(**changes), body, **{**call, **given_here})


@pytest.mark.parametrize("vector", VECTORS["tif"], ids=lambda vector: vector["name"])
def test_tif_vector(vector) -> None:
    secret = HeaderSecret(paasid=vector["paasid"], token=vector["token"])
    found = made(
        "tif", now_ms=vector["now_s"] * 1000 + 999, nonce=vector["nonce"], secret=secret, hex_case=vector["hex_case"]
    )
    assert found == vector["headers"]
    assert verify("tif", found, now_s=vector["now_s"] + 60, secret=secret)


@pytest.mark.parametrize("vector", VECTORS["csb"], ids=lambda vector: vector["name"])
def test_csb_vector(vector) -> None:
    secret = HeaderSecret("ak123", "sk456")
    found = made(
        "csb",
        vector["body"].encode(),
        now_ms=1592225468715,
        secret=secret,
        csb_api_name="http2http1",
        content_type=vector["content_type"],
    )
    assert found == {
        "_api_access_key": "ak123",
        "_api_name": "http2http1",
        "_api_timestamp": "1592225468715",
        "_api_version": "1.0.0",
        "_api_signature": vector["signature"],
    }
    form = [("times", "123"), ("name", "中文name1")] if vector["name"] == "form" else []
    assert verify("csb", found, now_s=1592225468, secret=secret, form=form)
    assert not verify("csb", found, now_s=1592225468, secret=secret, form=[*form, ("more", "1")])


@pytest.mark.parametrize("vector", VECTORS["hmac_sm3"])
def test_hmac_sm3_vector(vector) -> None:
    body = vector["body"].encode()
    found = made("hmac-sm3", body, now_ms=vector["now_ms"], hex_case="upper")
    assert found == {"x-ca-key": "demo", "x-ca-signature": vector["signature"]}
    assert verify("hmac-sm3", found, now_s=vector["now_ms"] // 1000, secret=SECRET, body=body)
    assert not verify("hmac-sm3", found, now_s=vector["now_ms"] // 1000, secret=SECRET, body=body + b" ")


def test_bearer_takes_its_token_from_a_callable_for_each_message() -> None:
    tokens = iter(["one", "two"])
    secret = HeaderSecret("", "", bearer=lambda: next(tokens))
    assert made("bearer", secret=secret) == {"authorization": "Bearer one"}
    assert made("bearer", secret=secret) == {"authorization": "Bearer two"}
    with pytest.raises(SignerFailed, match="StopIteration"):
        made("bearer", secret=secret)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nx-evil: 1", "密"])
def test_a_token_that_is_no_token_is_not_sent_and_not_quoted(token: str) -> None:
    secret = HeaderSecret("", "", bearer=lambda: token)
    with pytest.raises(SignerFailed) as caught:
        made("bearer", secret=secret)
    assert "evil" not in str(caught.value)
    with pytest.raises(NotSent, match="not sent"):
        scene.request_of(scene.COMMIT, profile=scene.PROFILE.with_(header_scheme="bearer"), secret=secret)


def test_names_and_algorithms_are_the_profiles() -> None:
    found = made("csb", hmac_alg="sha256", csb_api_name="svc-{infno}-x")
    assert found["_api_name"] == "svc-1101-x"
    assert len(base64.b64decode(found["_api_signature"])) == 32
    assert verify("csb", found, now_s=NOW_MS // 1000, secret=SECRET, hmac_alg="sha256")
    assert not verify("csb", found, now_s=NOW_MS // 1000, secret=SECRET)
    assert made("tif", nonce_length=6)["x-tif-nonce"] == "n" * 6
    assert made("tif", timestamp_unit="ms")["x-tif-timestamp"] == str(NOW_MS)


def test_none_sends_nothing() -> None:
    assert made("none", secret=None, nonce="") == {}
    assert verify("none", {}, now_s=0, secret=SECRET)


def test_refused() -> None:
    for scheme in SCHEMES:
        with pytest.raises(ValueError, match=f"{scheme} needs a secret"):
            made(scheme, secret=None)
    with pytest.raises(ValueError, match="nonce"):
        made("tif", nonce="")
    with pytest.raises(ValueError, match="callable"):
        made("bearer")
    with pytest.raises(Misused, match="callable"):
        scene.request_of(scene.COMMIT, profile=scene.PROFILE.with_(header_scheme="bearer"), secret=SECRET)
    assert not verify("nonsense", {}, now_s=0, secret=SECRET)


ACCOUNT = replace(SECRET, bearer=lambda: "demo-bearer-0001")


@pytest.mark.parametrize("scheme", SCHEMES)
@given(st.integers(1_000_000_000, 2**33), st.binary(max_size=40))
def test_any_change_fails(scheme: str, now_s: int, body: bytes) -> None:
    sent = made(scheme, body, now_ms=now_s * 1000, secret=ACCOUNT)
    check: dict[str, Any] = {"now_s": now_s, "secret": ACCOUNT, "body": body}
    assert verify(scheme, sent, **check)
    assert verify(scheme, {name.upper(): value for name, value in sent.items()}, **check)
    for name, value in sent.items():
        for other in ({**sent, name: ""}, {**sent, name: value + "x"}, {k: v for k, v in sent.items() if k != name}):
            assert not verify(scheme, other, **check)
    if scheme != "bearer":
        for far in (now_s + 301, now_s - 301):
            assert not verify(scheme, sent, **{**check, "now_s": far})
        for wrong in (HeaderSecret("demo", "other"), HeaderSecret("other", "demo-secret-0001")):
            assert not verify(scheme, sent, **{**check, "secret": wrong})


def test_a_timestamp_in_other_digits_is_no_timestamp() -> None:
    stamp = "１"
    signature = hashlib.sha256(f"{stamp}demo-secret-0001n{stamp}".encode()).hexdigest()
    sent = {"x-tif-paasid": "demo", "x-tif-timestamp": stamp, "x-tif-nonce": "n", "x-tif-signature": signature}
    assert not verify("tif", sent, now_s=1, secret=SECRET)
    assert not verify("tif", {**made("tif"), "x-tif-signature": "é"}, now_s=NOW_MS // 1000, secret=SECRET)


def test_the_token_never_shows(tmp_path: Path) -> None:
    file = tmp_path / "tif.toml"
    file.write_text('paasid = "demo"\ntoken = "demo-secret-0001"\n', encoding="utf-8")
    secret = read_secret(file)
    assert secret == SECRET
    assert "demo-secret" not in repr(secret)
    wrong = (
        'token = "demo-secret-0001"',
        'paasid = "a"\ntoken = ""',
        'paasid = "a"\ntoken = ["demo-secret-0001"]',
        "demo-secret-0001",
        b"\xff",
        'paasid = "a"\ntoken = "demo-secret-0001"\nsm2_private_key = "demo-secret-0001"',
        'paasid = "a"\ntoken = "t"\nsm2_private_key = "demo-secret-0001"\nsm2_platform_key = "demo-secret-0001"',
        'paasid = "a"\ntoken = "t"\nsigner = "demo_secret_0001:open"',
    )
    for text in wrong:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ValueError, match=r"secret file|a key is|must be texts") as caught:
            read_secret(file)
        assert "demo-secret" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_bearer_token_that_somebody_else_renews(tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text('paasid = "demo"\nbearer_file = "bearer.txt"\n', encoding="utf-8")
    secret = read_secret(tmp_path / "secret.toml")
    with pytest.raises(SignerFailed, match="FileNotFoundError"):
        made("bearer", secret=secret)
    for token in ("first", "second"):
        (tmp_path / "bearer.txt").write_text(f"{token}\n", encoding="ascii")
        assert made("bearer", secret=secret) == {"authorization": f"Bearer {token}"}


def test_a_signer_named_by_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, signer = tmp_path / "secret.toml", object()
    monkeypatch.setitem(sys.modules, "our_device", SimpleNamespace(opened=lambda: signer))
    file.write_text('paasid = "demo"\ntoken = "t"\nsigner = "our_device:opened"\n', encoding="utf-8")
    assert read_secret(file).signer is signer


def test_keys_in_the_file(tmp_path: Path) -> None:
    file, private = tmp_path / "secret.toml", "00" * 31 + "07"
    try:
        key = sm2.pair_of(bytes.fromhex(private)).public.hex()
        own = f'sm2_private_key = "{private}"\nsm2_platform_key = "{key}"\n'
        file.write_text(f'paasid = "0123456789ABCDEF"\ntoken = "demo-secret-0001"\n{own}', encoding="utf-8")
        signer = read_secret(file).signer
    except sm2.Sm2Missing:
        pytest.skip("no SM2 implementation is installed here")
    assert signer is not None
    assert signer.verify("platform", b"m", signer.sign("own", b"m", sm2.DEFAULT_ID), sm2.DEFAULT_ID)
    assert signer.decrypt("own", signer.encrypt("own", b"m", "hex_upper16"), "hex_upper16") == b"m"
    assert "demo-secret" not in repr(signer)


def test_provinces_sign_as_their_profile_says() -> None:
    found = {name: load(name).header_scheme for name in ("guangdong", "hunan", "zhejiang", "jilin", "chongqing")}
    assert list(found.values()) == ["tif", "csb", "hmac-sm3", "bearer", "tif"]
