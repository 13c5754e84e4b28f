"""The electronic voucher: what goes to the local program, what comes back, and what is made of it for 1101."""

import asyncio
import inspect
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, assert_type

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sdk import rawserver, scene

from yidi_sdk.catalogue import Effect, row_of
from yidi_sdk.errors import Garbled, Misused, NotSent, Refused, TimedOut, Unknown, YidiError
from yidi_sdk.flows import run, who_is
from yidi_sdk.institution import Operator
from yidi_sdk.posters import Limits, Reply
from yidi_sdk.protocol import decode as decode_message
from yidi_sdk.rules.identity import Credential
from yidi_sdk.transactions import GetPerson
from yidi_sdk.voucher import (
    FUNCTIONS,
    AsyncHttpMiddleware,
    AsyncVoucherReader,
    AuthorizeByFace,
    CheckFace,
    DecodeVoucher,
    FaceChecked,
    HttpMiddleware,
    VoucherCall,
    VoucherData,
    VoucherPerson,
    VoucherReader,
)

ORG = "H50010399901"
TOKEN = "530102O1JJ0JDM0123456789abcdef0123456789"
SCAN = DecodeVoucher(
    businessType="01301", operatorId="op001", operatorName="示例收费员", officeId="A01", officeName="内科门诊"
)
# Typed from the published lists of fields.
SENT = """{"orgId": "H50010399901", "transType": "ec.query", "data": {"orgId": "H50010399901", "businessType": "01301",
 "operatorId": "op001", "operatorName": "示例收费员", "officeId": "A01", "officeName": "内科门诊"}, "extra": {}}"""
PERSON = {
    "idNo": "530102198803150000",
    "idType": "01",
    "userName": "测试甲",
    "ecToken": TOKEN,
    "insuOrg": "530100",
    "ecIndexNo": "X1",
    "gender": 1,
    "birthday": "1988-03-15",
    "nationality": None,
    "email": "",
    "extData": {"a": "b"},
    "authNo": "AU1",
    "chnlId": "C1",
    "ecQrCode": "6901",
}
MONEY = [name for name, function in FUNCTIONS.items() if function.effect is Effect.COMMIT]


def answer(data: Any = None, *, code: Any = 0, message: Any = "成功", **more: Any) -> bytes:
    return json.dumps({"orgId": ORG, "code": code, "message": message, "data": data, "extra": None, **more}).encode()


class Played:
    """A driver that plays answers and keeps what it was asked."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[Any] = []

    def exchange(self, body: bytes) -> bytes:
        self.asked.append(json.loads(body))
        given_answer = self.answers.pop(0)
        if isinstance(given_answer, Exception):
            raise given_answer
        return given_answer


class AsyncPlayed(Played):
    async def exchange(self, body: bytes) -> bytes:  # type: ignore[override]
        return super().exchange(body)


def sync_reader(*answers: bytes | Exception) -> tuple[Callable[..., Any], Played]:
    port = Played(*answers)
    return VoucherReader(port, ORG).send, port


def async_reader(*answers: bytes | Exception) -> tuple[Callable[..., Any], Played]:
    port = AsyncPlayed(*answers)
    reader = AsyncVoucherReader(port, ORG)
    return lambda call, **options: asyncio.run(reader.send(call, **options)), port


each_reader = pytest.mark.parametrize("make", [sync_reader, async_reader], ids=["sync", "async"])


@each_reader
@pytest.mark.requirement("R025", "R056")
def test_a_code_becomes_a_credential_for_1101(make: Any) -> None:
    send, port = make(answer(PERSON))
    shown = send(SCAN)
    assert port.asked == [json.loads(SENT)]
    assert (shown.ecToken, shown.insuOrg, shown.gender, shown.extData) == (TOKEN, "530100", "1", {"a": "b"})
    assert shown.credential == Credential("e_credential", TOKEN)
    assert shown.get_person() == GetPerson(mdtrt_cert_type="01", mdtrt_cert_no=TOKEN)
    assert next(who_is(shown.credential)) == shown.get_person()


def test_answers_are_typed() -> None:
    reader = VoucherReader(Played(answer(PERSON), answer(PERSON), answer()), ORG)
    assert_type(reader.send(SCAN), VoucherPerson)
    assert_type(reader.send(CheckFace(outBizNo="B1")), FaceChecked)
    assert_type(reader.send(VoucherCall("hos.query.insu")), VoucherData)


@each_reader
def test_data_may_come_as_text(make: Any) -> None:
    send, _ = make(answer(json.dumps(PERSON), code="0"), answer("not JSON"))
    assert send(SCAN).userName == "测试甲"
    with pytest.raises(Garbled, match="not JSON"):
        send(SCAN)


@each_reader
@pytest.mark.parametrize("call", [AuthorizeByFace, CheckFace])
def test_a_face_is_checked(make: Any, call: Any) -> None:
    send, port = make(answer({**PERSON, "ecToken": None}), answer({"ecToken": TOKEN}))
    found = send(call(outBizNo="B1", authNo="AU0", extData={"x": 1}))
    assert (found.authNo, found.ecToken, found.userName) == ("AU1", None, "测试甲")
    (asked,) = port.asked
    assert asked["transType"] == {"AuthorizeByFace": "EcAuth", "CheckFace": "AuthCheck"}[call.__name__]
    assert asked["data"] == {"outBizNo": "B1", "authNo": "AU0", "extData": {"x": 1}}
    with pytest.raises(Garbled, match="authNo"):
        send(call(outBizNo="B2"))


def test_every_published_function_is_there() -> None:
    """The six names of the middleware and the two of the face check."""
    assert set(FUNCTIONS) == {
        "ec.query",
        "iot.gain.ec.qrcode",
        "hos.query.insu",
        "hos.upload.fee",
        "hos.revoke.order",
        "hos.refund.setl",
        "EcAuth",
        "AuthCheck",
    }
    assert set(MONEY) == {"hos.upload.fee", "hos.revoke.order", "hos.refund.setl"}
    assert VoucherCall("something.new").function.effect is Effect.COMMIT


@each_reader
@pytest.mark.parametrize("name", [*FUNCTIONS, "something.new"])
@pytest.mark.parametrize("data", [None, {"a": [1, "b"]}, "text", [{}]], ids=repr)
def test_what_nobody_published_goes_and_comes_as_it_is(make: Any, name: str, data: Any) -> None:
    send, port = make(answer(data))
    assert send(VoucherCall(name, data), extra={"k": "v"}).data == data
    (asked,) = port.asked
    assert asked == {"orgId": ORG, "transType": name, "data": {} if data is None else data, "extra": {"k": "v"}}


def test_a_kiosk_says_that_it_is_one() -> None:
    clerk = DecodeVoucher.at(Operator("op001", "示例收费员"), "A01", "内科门诊", "01301")
    assert clerk == SCAN
    kiosk = DecodeVoucher.at(Operator("k1", "自助机", kind="2"), "A01", "内科门诊", "01301")
    assert kiosk.to_wire(ORG)["deviceType"] == "SelfService"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("businessType", "013011"),
        ("operatorId", "x" * 21),
        ("operatorName", "x" * 31),
        ("officeId", "x" * 21),
        ("officeName", "x" * 31),
        ("deviceType", "x" * 31),
        ("orgId", "x" * 41),
        ("businessType", ""),
        ("unheard", "x"),
    ],
)
def test_limits_are_checked_before_anything_is_asked(field: str, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DecodeVoucher.model_validate({**SCAN.model_dump(exclude_none=True), field: value})
    assert [entry["loc"] for entry in caught.value.errors()] == [(field,)]


@pytest.mark.parametrize(("field", "value"), [("outBizNo", "x" * 65), ("outBizNo", ""), ("authNo", "x" * 65)])
def test_limits_of_a_face_check(field: str, value: str) -> None:
    with pytest.raises(ValidationError):
        CheckFace.model_validate({"outBizNo": "B1", field: value})


# ---- three outcomes

REFUSALS = ["无效token", "电子凭证二维码已失效", "an unlisted text", ""]


@each_reader
@pytest.mark.parametrize("text", REFUSALS)
@pytest.mark.parametrize("code", [-1, "-1", 1, "E001"], ids=repr)
def test_no_is_a_refusal_of_what_moves_nothing(make: Any, text: str, code: Any) -> None:
    send, _ = make(answer(code=code, message=text))
    with pytest.raises(Refused) as caught:
        send(SCAN)
    assert (caught.value.err_msg, caught.value.infno) == (text, "ec.query")


@each_reader
@pytest.mark.parametrize("name", [*MONEY, "something.new"])
def test_only_a_listed_text_refuses_what_moves_money(make: Any, name: str) -> None:
    send, _ = make(answer(code=-1, message="订单状态异常"), answer(code=-1, message="无效token"))
    with pytest.raises(Unknown):
        send(VoucherCall(name, {}))
    with pytest.raises(Refused):
        send(VoucherCall(name, {}))


@each_reader
def test_a_used_token_is_explained(make: Any) -> None:
    send, _ = make(answer(code=-1, message="FSI-无效token"))
    with pytest.raises(Refused) as caught:
        send(SCAN)
    assert (caught.value.code, caught.value.key) == ("CREDENTIAL_REFUSED", "credential_expired")
    assert "电子凭证" in str(caught.value)


def test_a_used_token_is_explained_where_1101_refuses_it() -> None:
    message = VoucherPerson.model_validate(PERSON).get_person()
    with pytest.raises(Refused) as caught:
        decode_message(
            row_of(message),
            scene.request_of(message),
            200,
            {},
            scene.answer(infcode=-1, err_msg="FSI-无效token[secBO_001]"),
            profile=scene.PROFILE,
        )
    assert (caught.value.code, caught.value.key) == ("CREDENTIAL_REFUSED", "credential_expired")


NO_ANSWER = {
    "empty": b"",
    "HTML": b"<html>welcome</html>",
    "cut": answer(PERSON)[:-9],
    "a list": b"[]",
    "no code": b'{"data":{}}',
    "code null": answer(PERSON, code=None),
    "code true": answer(PERSON, code=True),
    "code false": answer(PERSON, code=False),
    "code blank": answer(PERSON, code=" "),
    "code a list": answer(PERSON, code=[0]),
    "code twice": b'{"code":-1,"code":0,"data":{}}',
    "of another institution": answer(PERSON, orgId="H50010300001"),
    "no data": answer(),
    "data a list": answer([PERSON]),
    "no token": answer({**PERSON, "ecToken": None}),
    "token empty": answer({**PERSON, "ecToken": ""}),
    "not UTF-8": answer(PERSON).decode("unicode_escape").encode("gbk"),
}


@each_reader
@pytest.mark.parametrize("kind", NO_ANSWER)
def test_what_is_no_answer_is_not_known(make: Any, kind: str) -> None:
    send, _ = make(NO_ANSWER[kind])
    with pytest.raises(Garbled) as caught:
        send(SCAN)
    for secret in (TOKEN, "530102198803150000", "测试甲"):
        assert secret not in str(caught.value)


names = st.sampled_from(["code", "data", "orgId", "message", "ecToken"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from([0, "0", ORG]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=4),
    max_leaves=9,
)


@given(st.binary(max_size=99) | anything.map(lambda value: json.dumps(value).encode()))
def test_any_answer_is_one_of_the_three(body: bytes) -> None:
    try:
        found = VoucherReader(Played(body), ORG).send(SCAN)
    except (Refused, Unknown):
        return
    assert found.ecToken


@each_reader
@pytest.mark.parametrize(
    "failure", [NotSent("n"), TimedOut("t"), Refused("r", err_msg="", code="X", key=None)], ids=repr
)
def test_what_a_driver_knows_is_told_as_it_is(make: Any, failure: YidiError) -> None:
    send, port = make(failure)
    with pytest.raises(type(failure)) as caught:
        send(SCAN)
    assert caught.value.infno == "ec.query"
    assert len(port.asked) == 1  # nothing is repeated


@each_reader
@pytest.mark.parametrize("call", [SCAN, VoucherCall("hos.refund.setl", {})], ids=["query", "money"])
def test_a_driver_that_breaks_leaves_doubt(make: Any, call: Any) -> None:
    send, _ = make(OSError(f"access violation {TOKEN}"))
    with pytest.raises(Unknown, match="the driver failed, outcome not known: OSError") as caught:
        send(call)
    assert TOKEN not in str(caught.value)


@each_reader
def test_nothing_is_kept_between_two_patients(make: Any) -> None:
    send, port = make(answer(PERSON), answer({**PERSON, "ecToken": "second"}), answer(code=-1, message="无效token"))
    assert [send(SCAN).ecToken, send(SCAN).ecToken] == [TOKEN, "second"]
    with pytest.raises(Refused):
        send(SCAN)
    assert len(port.asked) == 3
    readers = (VoucherReader(Played(answer(PERSON)), ORG), AsyncVoucherReader(AsyncPlayed(), ORG))
    readers[0].send(SCAN)
    assert all(set(vars(reader)) == {"_port", "_org_id"} for reader in readers)


@each_reader
@pytest.mark.parametrize(
    "data", [{"a": 1.5}, {"a": object()}, {"a": "\ud800"}], ids=["float", "object", "half a character"]
)
def test_what_cannot_be_written_is_not_asked(make: Any, data: Any) -> None:
    send, port = make()
    with pytest.raises(Misused):
        send(VoucherCall("hos.query.insu", data))
    assert port.asked == []


def test_without_an_institution_nothing_is_asked() -> None:
    port = Played()
    with pytest.raises(Misused, match="orgId"):
        VoucherReader(port, "").send(SCAN)
    assert port.asked == []


# ---- over HTTP


@pytest.mark.parametrize("url", ["", "127.0.0.1:8080", "ftp://127.0.0.1/", "/ec"])
@pytest.mark.parametrize("adapter", [HttpMiddleware, AsyncHttpMiddleware])
def test_without_an_address_nothing_is_asked(adapter: Any, url: str) -> None:
    with pytest.raises(Misused, match="没有配置电子凭证中间件的地址"):
        adapter(url)


@pytest.mark.parametrize("adapter", [HttpMiddleware, AsyncHttpMiddleware])
def test_no_address_is_built_in(adapter: Any) -> None:
    assert inspect.signature(adapter).parameters["url"].default is inspect.Parameter.empty


class Posted:
    """A poster that keeps what was posted."""

    def __init__(self, status: int, body: bytes) -> None:
        self.reply = Reply(status, {}, body)
        self.posted: list[tuple[str, Mapping[str, str], Limits]] = []

    def post(self, url: str, headers: Mapping[str, str], _body: bytes, limits: Limits) -> Reply:
        self.posted.append((url, headers, limits))
        return self.reply


class AsyncPosted(Posted):
    async def post(self, *args: Any) -> Reply:  # type: ignore[override]
        return super().post(*args)


def over_http(poster: Posted) -> VoucherPerson:
    url = "http://127.0.0.1:18080/ec"
    if isinstance(poster, AsyncPosted):
        return asyncio.run(AsyncVoucherReader(AsyncHttpMiddleware(url, poster=poster), ORG).send(SCAN))
    return VoucherReader(HttpMiddleware(url, poster=poster), ORG).send(SCAN)


@pytest.mark.parametrize("kind", [Posted, AsyncPosted])
def test_a_middleware_is_posted_to(kind: type[Posted]) -> None:
    poster = kind(200, answer(PERSON))
    assert over_http(poster).ecToken == TOKEN
    ((url, headers, limits),) = poster.posted
    assert (url, headers["content-type"]) == ("http://127.0.0.1:18080/ec", "application/json; charset=utf-8")
    assert limits == Limits(connect_s=3, read_s=60)


@pytest.mark.parametrize("kind", [Posted, AsyncPosted])
@pytest.mark.parametrize("status", [204, 302, 404, 500])
def test_another_status_is_no_answer(kind: type[Posted], status: int) -> None:
    with pytest.raises(Garbled, match=f"HTTP {status}"):
        over_http(kind(status, answer(PERSON)))


def test_the_default_posters_reach_a_program_that_is_there_and_no_other() -> None:
    body = answer(PERSON)
    head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n".encode()

    async def in_loop(url: str) -> VoucherPerson:
        middleware = AsyncHttpMiddleware(url)
        try:
            return await AsyncVoucherReader(middleware, ORG).send(SCAN)
        finally:
            await middleware.aclose()

    with rawserver.serving(rawserver.answering(head + body)) as server:
        middleware = HttpMiddleware(server.url)
        assert VoucherReader(middleware, ORG).send(SCAN).ecToken == TOKEN
        middleware.close()
        assert asyncio.run(in_loop(server.url)).ecToken == TOKEN
        assert json.loads(server.received[0].partition(b"\r\n\r\n")[2]) == json.loads(SENT)
    with pytest.raises(NotSent):
        VoucherReader(HttpMiddleware(f"http://127.0.0.1:{rawserver.unused_port()}/"), ORG).send(SCAN)
    HttpMiddleware("http://127.0.0.1:1", poster=Posted(200, b"")).close()
    asyncio.run(AsyncHttpMiddleware("http://127.0.0.1:1", poster=AsyncPosted(200, b"")).aclose())


# ---- nobody is named


@each_reader
def test_the_log_and_the_screen_name_nobody(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="yidi_sdk")
    send, _ = make(answer(PERSON), answer(PERSON), answer(PERSON), answer(code=-1, message=f"无效token {TOKEN}"))
    shown = [repr(send(call)) for call in (SCAN, CheckFace(outBizNo="B1"), VoucherCall("hos.query.insu", {}))]
    with pytest.raises(Refused) as caught:
        send(SCAN)
    assert "outcome='ok'" in caplog.records[0].getMessage()
    assert "outcome='Refused'" in caplog.records[3].getMessage()
    for secret in (TOKEN, "530102198803150000", "测试甲"):
        assert secret not in caplog.text
        assert all(secret not in text for text in (*shown, str(caught.value)))


def test_a_whole_identification_with_a_voucher() -> None:
    """Scan, 1101, known: the token is in one message alone."""

    class Platform:
        def __init__(self) -> None:
            self.sent: list[Any] = []

        def send(self, message: Any) -> Any:
            self.sent.append(message)
            body = scene.answer(scene.PERSON)
            return decode_message(row_of(message), scene.request_of(message), 200, {}, body, profile=scene.PROFILE)

    platform = Platform()
    shown = VoucherReader(Played(answer(PERSON)), ORG).send(SCAN)
    known = run(platform, who_is(shown.credential))
    assert known.person is not None
    assert [(message.mdtrt_cert_type, message.mdtrt_cert_no) for message in platform.sent] == [("01", TOKEN)]
