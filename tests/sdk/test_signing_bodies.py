"""Signed and encrypted bodies: both schemes against another implementation, and answers that prove nothing."""

import base64
import json
import warnings
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk import other_side, scene
from sdk.scene import COMMIT, QUERY, REVERSAL, TRIAL, UPLOAD, answer, request_of, settled

from yidi_sdk import wire
from yidi_sdk.catalogue import Effect, row_of
from yidi_sdk.errors import Garbled, Misused, NotSent, Refused, Unknown, YidiError
from yidi_sdk.message import Input, Output
from yidi_sdk.profile import Profile
from yidi_sdk.protocol import Request, decode
from yidi_sdk.signing import HeaderSecret, SoftwareSigner, sm2
from yidi_sdk.signing.bodies import Seal, seal_of
from yidi_sdk.signing.canonical import text_of

ACCOUNT = ("0123456789ABCDEF0123456789ABCDEF", "demo-secret-0001")
C = scene.PROFILE.with_(body_scheme="cainfo_sm2+sm4", kdf="clientid16")
E = scene.PROFILE.with_(body_scheme="enc-data")
SCHEMES = pytest.mark.parametrize("profile", [C, E], ids=lambda profile: profile.body_scheme)
MESSAGES: dict[Effect, Input[Any]] = {
    Effect.QUERY: QUERY,
    Effect.TRIAL: TRIAL,
    Effect.UPLOAD: UPLOAD,
    Effect.COMMIT: COMMIT,
    Effect.REVERSAL: REVERSAL,
}
GOOD: dict[Effect, Any] = {
    Effect.QUERY: scene.PERSON,
    Effect.TRIAL: settled(setl_id=None, medins_setl_id=None),
    Effect.UPLOAD: None,
    Effect.COMMIT: settled(),
    Effect.REVERSAL: None,
}
MONEY = (Effect.COMMIT, Effect.REVERSAL)


with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)  # gmalg is slow and says so
    try:
        BACKEND = sm2.choose()
    except sm2.Sm2Missing:
        pytest.skip("no SM2 implementation is installed here", allow_module_level=True)


@pytest.fixture(scope="module")
def secret() -> HeaderSecret:
    signer = SoftwareSigner(
        private_keys={"own": other_side.HOSPITAL.to_bytes(32, "big")},
        public_keys={"platform": other_side.public(other_side.PLATFORM)},
        channels={"own": ACCOUNT},
        backend=BACKEND,
    )
    return HeaderSecret(*ACCOUNT, signer=signer)


def outcome(effect: Effect, request: Request, body: bytes, status: int = 200) -> type[Output | YidiError]:
    row = row_of(MESSAGES[effect])
    try:
        decode(row, request, status, {}, body, profile=scene.PROFILE)
    except YidiError as error:
        failed = error
    else:
        return Output
    assert ACCOUNT[1] not in str(failed)
    return type(failed)


def plain(effect: Effect) -> bytes:
    return answer(GOOD[effect] or {})


@SCHEMES
@pytest.mark.parametrize("effect", Effect)
def test_there_and_back(profile: Profile, effect: Effect, secret: HeaderSecret) -> None:
    request = request_of(MESSAGES[effect], profile=profile, secret=secret)
    opened = other_side.open_body(profile.body_scheme, request.body, ACCOUNT)
    sent = other_side.digits(request_of(MESSAGES[effect]).body)
    assert opened["input"] == sent["input"]
    assert opened["msgid"] == scene.MSGID
    assert scene.ID_NUMBER.encode() not in request.body
    closed = other_side.close_answer(profile.body_scheme, plain(effect), ACCOUNT)
    assert outcome(effect, request, closed) is Output


def test_the_amounts_of_a_signed_answer_keep_their_digits(secret: HeaderSecret) -> None:
    closed = other_side.close_answer("cainfo_sm2+sm4", json.dumps(json.loads(plain(Effect.COMMIT))).encode(), ACCOUNT)
    got = decode(row_of(COMMIT), request_of(COMMIT, profile=C, secret=secret), 200, {}, closed, profile=C)
    assert got.setlinfo.fund_pay_sumamt == Decimal("83.88")


def changed(body: bytes, **changes: Any) -> bytes:
    return json.dumps({k: v for k, v in {**json.loads(body), **changes}.items() if v is not ...}).encode()


def by_another(scheme: str, effect: Effect) -> bytes:
    return other_side.close_answer(scheme, plain(effect), ACCOUNT, signer=other_side.HOSPITAL)


SIGNED = {"cainfo_sm2+sm4": ("cainfo", "output"), "enc-data": ("signData", "encData")}
FORGED: dict[str, Callable[[str, Effect], bytes]] = {
    "plain": lambda scheme, effect: plain(effect),
    "signed by another": by_another,
    "no signature": lambda scheme, effect: changed(closed(scheme, effect), **{SIGNED[scheme][0]: ...}),
    "an empty signature": lambda scheme, effect: changed(closed(scheme, effect), **{SIGNED[scheme][0]: ""}),
    "a number as signature": lambda scheme, effect: changed(closed(scheme, effect), **{SIGNED[scheme][0]: 5}),
    "no base64": lambda scheme, effect: changed(closed(scheme, effect), **{SIGNED[scheme][0]: "*" * 88}),
    "half a signature": lambda scheme, effect: changed(closed(scheme, effect), **{SIGNED[scheme][0]: "A" * 44}),
    "zeros": lambda scheme, effect: changed(closed(scheme, effect), **{SIGNED[scheme][0]: "A" * 86 + "=="}),
    "the signature of another text": lambda scheme, effect: changed(
        closed(scheme, effect),
        **{SIGNED[scheme][0]: base64.b64encode(other_side.sign(other_side.PLATFORM, b"x")).decode()},
    ),
    "not encrypted": lambda scheme, effect: changed(closed(scheme, effect), **{SIGNED[scheme][1]: GOOD[effect] or {}}),
    "encrypted with another key": lambda scheme, effect: changed(
        closed(scheme, effect), **{SIGNED[scheme][1]: other_side.sm4(b"x" * 16, b"{}").hex().upper()}
    ),
    "cut": lambda scheme, effect: closed(scheme, effect)[:-10],
    "a list": lambda scheme, effect: b"[]",
}


def closed(scheme: str, effect: Effect) -> bytes:
    return other_side.close_answer(scheme, plain(effect), ACCOUNT)


@SCHEMES
@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("kind", FORGED)
def test_an_answer_that_proves_nothing_is_never_a_success(
    profile: Profile, effect: Effect, kind: str, secret: HeaderSecret
) -> None:
    request = request_of(MESSAGES[effect], profile=profile, secret=secret)
    got = outcome(effect, request, FORGED[kind](profile.body_scheme, effect))
    assert issubclass(got, YidiError)
    if effect in MONEY:
        assert got is Garbled


FINAL = "FSI-未办理异地就医备案[x]"


@SCHEMES
@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("status", [200, 401])
def test_a_refusal_without_signature_settles_no_doubt_about_money(
    profile: Profile, effect: Effect, status: int, secret: HeaderSecret
) -> None:
    request = request_of(MESSAGES[effect], profile=profile, secret=secret)
    for body in (answer(infcode=-1, err_msg=FINAL), json.dumps({"code": "9", "message": FINAL}).encode(), b"<html>"):
        got = outcome(effect, request, body, status)
        assert got is Garbled if effect in MONEY else issubclass(got, (Refused, Unknown))


def test_the_words_of_an_unsigned_refusal_are_kept(secret: HeaderSecret) -> None:
    request = request_of(COMMIT, profile=E, secret=secret)
    with pytest.raises(Garbled, match="no signature") as caught:
        decode(row_of(COMMIT), request, 200, {}, json.dumps({"code": "9", "message": FINAL}).encode(), profile=E)
    assert caught.value.err_msg == FINAL


def test_done_before_is_no_success_without_signature(secret: HeaderSecret) -> None:
    body = answer(infcode=-1, err_msg="FSI-费用明细表中未查询到任何有效相关的记录[feeBO_001]")
    assert outcome(Effect.UPLOAD, request_of(UPLOAD), body) is Output
    assert outcome(Effect.UPLOAD, request_of(UPLOAD, profile=C, secret=secret), body) is Refused


@pytest.mark.parametrize("effect", Effect)
def test_a_channels_own_signed_failure_is_a_refusal_like_the_platforms(effect: Effect, secret: HeaderSecret) -> None:
    channel = {"appId": ACCOUNT[0], "code": "9", "message": FINAL}
    signature = other_side.sign(other_side.PLATFORM, other_side.channel_text(channel, ACCOUNT[1]))
    body = json.dumps({**channel, "signData": base64.b64encode(signature).decode()}).encode()
    request = request_of(MESSAGES[effect], profile=E, secret=secret)
    assert outcome(effect, request, body) is outcome(
        effect, request_of(MESSAGES[effect]), answer(infcode=-1, err_msg=FINAL)
    )


def test_a_failed_channel_with_a_success_inside_is_no_success(secret: HeaderSecret) -> None:
    channel = {"appId": ACCOUNT[0], "code": "9", "message": "x"}
    data = plain(Effect.COMMIT)
    text = other_side.channel_text({**channel, "data": other_side.digits(data)}, ACCOUNT[1])
    sealed = other_side.sm4(other_side.channel_key(ACCOUNT), data).hex()
    signature = base64.b64encode(other_side.sign(other_side.PLATFORM, text)).decode()
    body = json.dumps({**channel, "encData": sealed, "signData": signature}).encode()
    assert outcome(Effect.COMMIT, request_of(COMMIT, profile=E, secret=secret), body) is Unknown


FORMS = [("raw", "base64", 88), ("der", "base64", 96), ("raw", "hex", 128), ("der", "hex", 140)]


@pytest.mark.parametrize(("form", "encoding", "length"), FORMS)
def test_forms_of_signatures(form: str, encoding: str, length: int, secret: HeaderSecret) -> None:
    profile = C.with_(sig_format=form, sig_encoding=encoding)
    sent = wire.loads(request_of(COMMIT, profile=profile, secret=secret).body)
    assert abs(len(sent["cainfo"]) - length) <= 4
    raw = bytes.fromhex(sent["cainfo"]) if encoding == "hex" else base64.b64decode(sent["cainfo"])
    text = other_side.sm4(ACCOUNT[0][:16].encode(), base64.b64decode(sent["input"]), back=True)
    assert other_side.is_signed(
        other_side.public(other_side.HOSPITAL), text, sm2.from_der(raw) if form == "der" else raw
    )
    back = other_side.sign(other_side.PLATFORM, b"{}")
    given = sm2.to_der(back) if form == "raw" else back  # the other form is known by its length
    told = given.hex() if encoding == "hex" else base64.b64encode(given).decode()
    sealed = base64.b64encode(other_side.sm4(ACCOUNT[0][:16].encode(), b"{}")).decode()
    body = json.dumps({"infcode": 0, "output": sealed, "cainfo": told}).encode()
    request = request_of(UPLOAD, profile=profile, secret=secret)
    assert outcome(Effect.UPLOAD, request, body) is Output


def test_the_user_id_is_the_profiles(secret: HeaderSecret) -> None:
    profile = C.with_(sm2_id="channel-secret-id")
    request = request_of(COMMIT, profile=profile, secret=secret)
    with pytest.raises(AssertionError):
        other_side.open_body("cainfo_sm2+sm4", request.body, ACCOUNT)
    assert outcome(Effect.COMMIT, request, closed("cainfo_sm2+sm4", Effect.COMMIT)) is Garbled


# the text that an enc-data channel signs
def text(envelope: dict[str, Any], **changes: Any) -> str:
    return text_of(envelope, E.with_(**changes), "S").decode()


def test_the_text_as_published() -> None:
    envelope = {
        "version": "1.0.0",
        "transType": "ec.gen.index",
        "timestamp": "20190911151421",
        "signType": "SM2",
        "encType": "SM4",
        "data": {"idType": "01", "idNo": "1"},
        "appId": "A",
        "signData": "x",
        "encData": "x",
        "extra": {"x": 1},
    }
    assert text(envelope) == (
        'appId=A&data={"idNo":"1","idType":"01"}&encType=SM4&signType=SM2&timestamp=20190911151421'
        "&transType=ec.gen.index&version=1.0.0&key=S"
    )


def test_empties_are_dropped_wherever_they_stand() -> None:
    envelope = {"a": None, "b": "", "c": [], "data": {"x": "", "y": [], "z": {"k": None}, "l": [{"m": ""}, {"n": "1"}]}}
    assert text(envelope) == 'data={"l":[{},{"n":"1"}],"z":{}}&key=S'


def test_scalars_of_the_data_become_texts_if_the_profile_says_so() -> None:
    data = {"d": Decimal("12.10"), "i": 5, "t": True, "f": False, "l": [1, "二"], "z": 0}
    assert text({"data": data}) == 'data={"d":"12.10","f":"false","i":"5","l":["1","二"],"t":"true","z":"0"}&key=S'
    plainly = text({"data": data}, stringify_scalars=False)
    assert plainly == 'data={"d":12.10,"f":false,"i":5,"l":[1,"二"],"t":true,"z":0}&key=S'
    assert text({"code": 0, "n": {"i": 1}}) == 'code=0&n={"i":1}&key=S'


SORTED = {
    "ordinal": 'Zed=1&_a=4&aB=2&a_=5&ab=3&data={"B":"1","_":"3","a":"2"}&key=S',
    "ordinal_then_ci": '_a=4&a_=5&aB=2&ab=3&data={"B":"1","_":"3","a":"2"}&Zed=1&key=S',
    "ci": '_a=4&a_=5&aB=2&ab=3&data={"_":"3","a":"2","B":"1"}&Zed=1&key=S',
}


@pytest.mark.parametrize("order", SORTED)
def test_the_three_orders_differ_in_case_and_underscore_alone(order: str) -> None:
    envelope = {"ab": "3", "aB": "2", "Zed": "1", "data": {"a": "2", "B": "1", "_": "3"}, "a_": "5", "_a": "4"}
    assert text(envelope, canon_sort=order) == SORTED[order]
    assert {text({"b": "1", "a": "2", "c": "3"}, canon_sort=each) for each in SORTED} == {"a=2&b=1&c=3&key=S"}


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text('ab_文"\\', max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("aBc_", min_size=1, max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text("aBc_", min_size=1, max_size=3), JSON, max_size=4))
def test_the_order_of_keys_on_the_wire_does_not_matter(data: dict[str, Any]) -> None:
    turned = dict(reversed(data.items()))
    for order in SORTED:
        assert text({"data": data, "a": "1"}, canon_sort=order) == text({"a": "1", "data": turned}, canon_sort=order)


# signers that fail
class Device:
    """A signer of which one thing is wrong."""

    def __init__(self, **wrong: Any) -> None:
        self._wrong = wrong

    def __getattr__(self, name: str) -> Any:
        def act(*_: Any) -> Any:
            value = self._wrong.get(name, b"\1" * 64)
            if isinstance(value, Exception):
                raise value
            return value

        return act


LOUD = RuntimeError(f"PIN {ACCOUNT[1]} wrong")


@SCHEMES
@pytest.mark.parametrize(
    "wrong", [{"sign": LOUD}, {"encrypt": LOUD}, {"sign": b"short"}, {"sign": None}, {"encrypt": None}]
)
def test_what_a_signer_did_not_sign_is_not_sent(profile: Profile, wrong: dict[str, Any]) -> None:
    secret = HeaderSecret(*ACCOUNT, signer=Device(**wrong))
    with pytest.raises(NotSent, match="the signer failed") as caught:
        request_of(COMMIT, profile=profile, secret=secret)
    assert ACCOUNT[1] not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@SCHEMES
def test_what_a_signer_cannot_check_is_not_believed(profile: Profile) -> None:
    sealed = plain(Effect.COMMIT) if profile is E else wire.dumps(GOOD[Effect.COMMIT])
    for wrong in ({"verify": LOUD}, {"decrypt": LOUD}, {"verify": None}, {"verify": 1}, {"decrypt": None}):
        secret = HeaderSecret(*ACCOUNT, signer=Device(**{"decrypt": sealed, **wrong}))
        request = request_of(COMMIT, profile=profile, secret=secret)
        body = closed(profile.body_scheme, Effect.COMMIT)
        assert outcome(Effect.COMMIT, request, body) is Garbled
    accepting = HeaderSecret(*ACCOUNT, signer=Device(decrypt=sealed, verify=True))
    request = request_of(COMMIT, profile=profile, secret=accepting)
    assert outcome(Effect.COMMIT, request, closed(profile.body_scheme, Effect.COMMIT)) is Output


@SCHEMES
def test_nobody_to_sign_is_our_own_mistake(profile: Profile) -> None:
    for nobody in (None, HeaderSecret(*ACCOUNT)):
        with pytest.raises(Misused, match="signer"):
            request_of(COMMIT, profile=profile, secret=nobody)
    assert seal_of(scene.PROFILE, None) is None


def test_nothing_secret_shows(secret: HeaderSecret) -> None:
    request = request_of(COMMIT, profile=E, secret=secret)
    shown = repr(request) + repr(request.seal) + repr(secret) + repr(secret.signer)
    for hidden in (ACCOUNT[1], f"{other_side.HOSPITAL:x}", str(other_side.HOSPITAL.to_bytes(32, "big"))):
        assert hidden not in shown


def test_other_services_can_speak_through_the_channel(secret: HeaderSecret) -> None:
    seal = seal_of(E.with_(channel_id_name="clientId"), secret)
    assert isinstance(seal, Seal)
    sent = seal.close_data({"keys": ""}, "ec.gen.index", 1700000000)
    assert sent["encData"] == other_side.sm4(other_side.channel_key(ACCOUNT), b'{"keys":""}').hex().upper()
    assert (sent["clientId"], sent["transType"], sent["timestamp"]) == (ACCOUNT[0], "ec.gen.index", "1700000000")
    text = other_side.channel_text({**sent, "data": {"keys": ""}}, ACCOUNT[1])
    assert other_side.is_signed(other_side.public(other_side.HOSPITAL), text, base64.b64decode(sent["signData"]))


def test_half_a_character_is_no_text_that_can_be_signed(secret: HeaderSecret) -> None:
    request = request_of(COMMIT, profile=E, secret=secret)
    for body in (
        b'{"code":"0","message":"\\ud800","signData":"x"}',
        b'{"code":"0","more":{"x":"\\ud800"},"signData":"x"}',
    ):
        assert outcome(Effect.COMMIT, request, body) is Garbled


@SCHEMES
@given(st.binary(max_size=200), st.sampled_from(list(Effect)))
def test_any_bytes_end_in_one_error(profile: Profile, body: bytes, effect: Effect) -> None:
    request = request_of(MESSAGES[effect], profile=profile, secret=HeaderSecret(*ACCOUNT, signer=Device(verify=False)))
    assert issubclass(outcome(effect, request, body), YidiError)
    assert issubclass(
        outcome(effect, request, wire.dumps({"infcode": 0, "output": "AAAA", "encData": "00"})), YidiError
    )
