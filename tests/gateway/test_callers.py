"""Threat T02: who calls. That nobody calls again with somebody's signature is in `test_replays`."""

from dataclasses import replace
from pathlib import Path

import pytest

from yidi_gateway.access.callers import Caller, Callers, NotAuthenticated, Signed, read_callers, signature, weaknesses
from yidi_gateway.settings import BadSettings, CallerSettings

NOW = 1_800_000_000.0
HIS = Caller("his", b"k" * 32, frozenset({"query"}))
BODY = b'{"a":1}'


def signed(nonce: str = "n1", time: int = int(NOW), caller: Caller = HIS) -> Signed:
    made = signature(caller.key, "POST", "/v1/identity?x=1", BODY, time=str(time), nonce=nonce)
    return Signed(caller.id, str(time), nonce, made)


def test_bearer() -> None:
    callers = Callers([HIS, Caller("other", b"o" * 32, frozenset())])
    assert callers.bearer("Bearer " + "k" * 32) is HIS
    for wrong in ("", "Bearer", "Bearer ", "Bearer " + "k" * 31, "Basic " + "k" * 32, "k" * 32, "Bearer 钥匙"):
        with pytest.raises(NotAuthenticated):
            callers.bearer(wrong)


def test_signature_holds() -> None:
    callers = Callers([HIS])
    assert callers.verify(signed(), "POST", "/v1/identity?x=1", BODY, NOW) is HIS
    assert callers.verify(signed("n2"), "POST", "/v1/identity?x=1", BODY, NOW) is HIS


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/identity?x=1", BODY),
        ("POST", "/v1/identity", BODY),
        ("POST", "/v1/identity?x=2", BODY),
        ("POST", "/v1/identity?x=1", BODY + b" "),
    ],
)
def test_signature_covers_everything(method: str, path: str, body: bytes) -> None:
    with pytest.raises(NotAuthenticated):
        Callers([HIS]).verify(signed(), method, path, body, NOW)


def test_signature_is_bound_to_time_nonce_and_caller() -> None:
    callers = Callers([HIS, Caller("other", b"o" * 32, frozenset())])
    good = signed()
    changed = [
        replace(good, time=str(int(NOW) + 1)),
        replace(good, nonce="n9"),
        replace(good, caller="other"),
        replace(good, caller="nobody"),
        replace(good, signature=""),
        replace(good, signature="签名"),
        replace(good, time="soon"),
        replace(good, nonce="n" * 65),
    ]
    for each in changed:
        with pytest.raises(NotAuthenticated):
            callers.verify(each, "POST", "/v1/identity?x=1", BODY, NOW)


def test_clock_may_differ_by_300_seconds() -> None:
    for offset, may in ((-301, False), (-300, True), (300, True), (301, False)):
        made = signed(f"n{offset}", int(NOW) + offset)
        callers = Callers([HIS])
        if may:
            callers.verify(made, "POST", "/v1/identity?x=1", BODY, NOW)
        else:
            with pytest.raises(NotAuthenticated, match="300 s"):
                callers.verify(made, "POST", "/v1/identity?x=1", BODY, NOW)


def test_headers_are_all_there_or_none() -> None:
    headers = {"x-yidi-caller": "his", "x-yidi-time": "1", "x-yidi-nonce": "n", "x-yidi-signature": "s"}
    assert Signed.of(headers) == Signed("his", "1", "n", "s")
    for name in headers:
        assert Signed.of({**headers, name: ""}) is None


def test_no_secret_in_a_representation() -> None:
    assert "kkk" not in repr(HIS)


def entry(path: Path, name: str = "his") -> CallerSettings:
    return CallerSettings(id=name, key_file=path)


def test_key_files(tmp_path: Path) -> None:
    good, same, empty = tmp_path / "good", tmp_path / "same", tmp_path / "empty"
    good.write_text("0123456789abcdef\n")
    same.write_text("0123456789abcdef")
    empty.write_text(" \n")
    assert read_callers([entry(good)]).bearer("Bearer 0123456789abcdef").id == "his"
    for callers, text in (
        ([entry(tmp_path / "none")], "key file none of his cannot be read"),
        ([entry(empty)], "is empty"),
        ([entry(good), entry(same, "b")], "same key"),
        ([entry(good), entry(good)], "twice"),
    ):
        with pytest.raises(BadSettings, match=text):
            read_callers(callers)


def test_poor_keys_are_named(tmp_path: Path) -> None:
    poor = tmp_path / "poor"
    poor.write_text("short")
    poor.chmod(0o644)
    found = weaknesses([entry(poor), entry(tmp_path / "none", "b")])
    assert [text for text in found if "shorter" in text]
    assert [text for text in found if "0400" in text]
    poor.chmod(0o400)
    assert len(weaknesses([entry(poor)])) == 1
