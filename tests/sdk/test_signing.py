"""Header schemes against the computed vectors."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk.signing import HeaderSecret, headers, read_secret, verify

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "signing_vectors.json").read_text(encoding="utf-8"))
SECRET = HeaderSecret(paasid="demo", token="demo-secret-0001")


@pytest.mark.parametrize("vector", VECTORS["tif"], ids=lambda vector: vector["name"])
def test_tif_vector(vector) -> None:
    secret = HeaderSecret(paasid=vector["paasid"], token=vector["token"])
    made = headers(
        "tif", b"{}", now_s=vector["now_s"], nonce=vector["nonce"], secret=secret, hex_case=vector["hex_case"]
    )
    assert made == vector["headers"]
    assert verify("tif", made, now_s=vector["now_s"] + 60, secret=secret)


def test_none_sends_nothing() -> None:
    assert headers("none", b"{}", now_s=0, nonce="", secret=None) == {}
    assert verify("none", {}, now_s=0, secret=SECRET)


@pytest.mark.parametrize(("scheme", "nonce", "secret"), [("csb", "n", SECRET), ("tif", "", SECRET), ("tif", "n", None)])
def test_refused(scheme: str, nonce: str, secret: HeaderSecret | None) -> None:
    with pytest.raises(ValueError, match="scheme"):
        headers(scheme, b"", now_s=0, nonce=nonce, secret=secret)


@given(st.integers(0, 2**33), st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_any_change_fails(now_s: int, nonce: str) -> None:
    made = headers("tif", b"", now_s=now_s, nonce=nonce, secret=SECRET)
    assert verify("tif", made, now_s=now_s, secret=SECRET)
    assert not verify("tif", made, now_s=now_s + 301, secret=SECRET)
    assert not verify("tif", {**made, "x-tif-nonce": nonce + "x"}, now_s=now_s, secret=SECRET)
    assert not verify("tif", made, now_s=now_s, secret=HeaderSecret("demo", "other"))
    assert not verify("tif", made, now_s=now_s, secret=HeaderSecret("other", "demo-secret-0001"))


@pytest.mark.parametrize("name", ["x-tif-paasid", "x-tif-timestamp", "x-tif-nonce", "x-tif-signature"])
def test_every_header_is_needed(name: str) -> None:
    made = headers("tif", b"", now_s=1, nonce="n", secret=SECRET)
    assert not verify("tif", {**made, name: ""}, now_s=1, secret=SECRET)
    assert not verify("tif", {key: value for key, value in made.items() if key != name}, now_s=1, secret=SECRET)


def test_a_timestamp_in_other_digits_is_no_timestamp() -> None:
    made = headers("tif", b"", now_s=1, nonce="n", secret=SECRET)
    assert not verify("tif", {**made, "x-tif-timestamp": "１"}, now_s=1, secret=SECRET)
    assert not verify("tif", {**made, "x-tif-signature": "é"}, now_s=1, secret=SECRET)


def test_the_token_never_shows(tmp_path: Path) -> None:
    file = tmp_path / "tif.toml"
    file.write_text('paasid = "demo"\ntoken = "demo-secret-0001"\n', encoding="utf-8")
    secret = read_secret(file)
    assert secret == SECRET
    assert "demo-secret" not in repr(secret)
    for wrong in ('token = "demo-secret-0001"', 'paasid = "a"\ntoken = ""', "demo-secret-0001"):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(ValueError, match="secret file") as caught:
            read_secret(file)
        assert "demo-secret" not in str(caught.value)
