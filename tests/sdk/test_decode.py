"""Every kind of answer for every effect gives the right outcome: an Output, Refused, or one of the kinds of Unknown."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk import scene
from sdk.scene import COMMIT, FIND, PROFILE, QUERY, REVERSAL, TRIAL, UPLOAD, answer, request_of, settled

from yidi_sdk.catalogue import Effect, row_of
from yidi_sdk.errors import Garbled, Refused, Unknown, YidiError
from yidi_sdk.message import Input, Nothing, Output
from yidi_sdk.protocol import decode, decode_full

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


def read(effect: Effect, body: bytes, status: int = 200) -> Output:
    message = MESSAGES[effect]
    return decode(row_of(message), request_of(message), status, {}, body, profile=PROFILE)


def outcome(effect: Effect, body: bytes, status: int = 200) -> type[Output | YidiError]:
    try:
        read(effect, body, status)
    except YidiError as error:
        failed = error
    else:
        return Output
    assert failed.infno == row_of(MESSAGES[effect]).infno
    assert failed.msgid == scene.MSGID
    assert scene.ID_NUMBER not in str(failed)
    assert scene.PSN_NO not in str(failed)
    return type(failed)


# answer: (status, body), then the outcome for QUERY TRIAL UPLOAD and for COMMIT REVERSAL
NO_ANSWER = {
    "HTTP 500": (500, answer(infcode=-1, err_msg="未办理异地就医备案")),
    "HTTP 502 with HTML": (502, b"<html>bad gateway</html>"),
    "HTTP 503 with success": (503, answer(settled())),
    "empty": (200, b""),
    "blank": (200, b"  \n"),
    "not JSON": (200, b"<html>welcome</html>"),
    "cut": (200, answer(settled())[:-20]),
    "a list": (200, b"[]"),
    "a number": (200, b"0"),
    "no infcode": (200, b'{"output":{}}'),
    "infcode null": (200, b'{"infcode":null,"output":{}}'),
    "infcode a word": (200, b'{"infcode":"ok","output":{}}'),
    "infcode huge": (200, b'{"infcode":"1e999999999","output":{}}'),
    "infcode half": (200, b'{"infcode":0.5,"output":{}}'),
    "infcode true": (200, b'{"infcode":true,"output":{}}'),
    "infcode twice": (200, b'{"infcode":-1,"infcode":0,"output":{}}'),
    "success with HTTP 404": (404, answer(settled())),
    "output is text that is not JSON": (200, answer("done")),
    "output is a list": (200, answer([])),
    "gateway says it went well": (200, b'{"code":0,"success":true,"message":"ok"}'),
}


@pytest.mark.parametrize("kind", NO_ANSWER)
@pytest.mark.parametrize("effect", Effect)
def test_no_answer_is_garbled_for_all(effect: Effect, kind: str) -> None:
    status, body = NO_ANSWER[kind]
    assert outcome(effect, body, status) is Garbled


DOUBT = {
    "unlisted text": (200, answer(infcode=-1, err_msg="本日天气晴好")),
    "no text": (200, answer(infcode=-1)),
    "text of the remote insurer": (200, answer(infcode="-1", err_msg="汕头市接口调用失败")),
    "already settled": (200, answer(infcode=-1, err_msg="FSI-该收费批次已结算，请勿重复结算[setlBO_002]")),
    "msgid repeated": (200, answer(infcode=-1, err_msg="报文ID重复")),
    "maintenance": (200, answer(infcode=-1, err_msg="系统停机维护，请稍后")),
    "internal error": (200, answer(infcode=-1, err_msg="MBS-cn.hsa.ais.HygeiaException: null")),
    "timeout behind the platform": (200, answer(infcode=-1, err_msg="调用超时")),
    "under way": (200, answer(infcode=-1, err_msg="结算进行中，请勿重复操作")),
    "gateway failure outside the envelope": (200, b'{"code":500159,"success":false,"message":"gateway failure"}'),
    "HTTP 404": (404, b"<html>not found</html>"),
    "HTTP 429": (429, b""),
    "redirect": (302, b""),
    "HTTP 400 outside the envelope": (400, b'{"detail":"bad"}'),
}


@pytest.mark.parametrize("kind", DOUBT)
@pytest.mark.parametrize("effect", Effect)
def test_doubt_is_unknown_for_money_and_a_refusal_for_the_rest(effect: Effect, kind: str) -> None:
    status, body = DOUBT[kind]
    assert outcome(effect, body, status) is (Unknown if effect in MONEY else Refused)


FINAL = {
    "not filed": (200, answer(infcode=-1, err_msg="FSI-未办理异地就医备案：参保地没有备案[trtBO_002]"), "NOT_FILED"),
    "as text": (200, answer(infcode="-1", err_msg="外伤涉及第三方责任"), "THIRD_PARTY_LIABLE"),
    "other number": (200, answer(infcode=-200, err_msg="待遇封锁"), "BENEFIT_SUSPENDED"),
    "not signed in": (200, answer(infcode=-1, err_msg="签到失效，请重新签到"), "PLATFORM_REFUSED"),
    "outside, Zhejiang": (200, b'{"type":"error","infcode":-1,"err_msg":"FSI-\xe6\x9c\xaa\xe7\x9f\xa5\xe4\xba\xa4\xe6\x98\x93\xe7\xbc\x96\xe5\x8f\xb7"}', "PLATFORM_REFUSED"),
    "front door, plain text": (401, "签名不一致!".encode(), "PLATFORM_REFUSED"),
    "front door, envelope": (403, answer(infcode=-1, err_msg="非法用户"), "PLATFORM_REFUSED"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FINAL)
@pytest.mark.parametrize("effect", Effect)
def test_a_listed_final_text_is_a_refusal_for_all(effect: Effect, kind: str) -> None:
    status, body, code = FINAL[kind]
    with pytest.raises(Refused) as caught:
        read(effect, body, status)
    assert caught.value.code == code
    assert caught.value.key is not None
    assert caught.value.err_msg


@pytest.mark.parametrize("infcode", [0, "0", " 0 ", Decimal("0.0"), "0.0"], ids=repr)
@pytest.mark.parametrize("effect", Effect)
def test_success(effect: Effect, infcode: Any) -> None:
    assert outcome(effect, answer(GOOD[effect], infcode=infcode, err_msg="成功")) is Output


@pytest.mark.parametrize("effect", [Effect.UPLOAD, Effect.REVERSAL])
@pytest.mark.parametrize("output", [None, "", {}, {"extra": 1}, "{}"], ids=repr)
def test_no_output_is_enough_where_none_is_wanted(effect: Effect, output: Any) -> None:
    assert isinstance(read(effect, answer(output)), Nothing)


NOT_ENOUGH = {
    "null": None,
    "empty text": "",
    "empty": {},
    "other node": {"setldetail": []},
    "node null": {"setlinfo": None},
    "node empty": {"setlinfo": {}},
    "node a list": {"setlinfo": [settled()["setlinfo"]]},
    "no setl_id": settled(setl_id=None),
    "setl_id empty": settled(setl_id=""),
    "amount empty": settled(fund_pay_sumamt=""),
    "amount no number": settled(fund_pay_sumamt="83,88"),
    "amount missing": settled(psn_cash_pay=None),
}


@pytest.mark.parametrize("kind", NOT_ENOUGH)
def test_a_settlement_without_what_it_needs_is_garbled(kind: str) -> None:
    assert outcome(Effect.COMMIT, answer(NOT_ENOUGH[kind])) is Garbled


FOREIGN = {
    "other msgid": settled(medins_setl_id="H50010399901202405200940000008"),
    "other person": settled(medins_setl_id=None, psn_no="9"),
    "other visit": settled(medins_setl_id="", mdtrt_id="9"),
    "other fund row": {**settled(medins_setl_id=None), "setldetail": [{"mdtrt_id": "9"}]},
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_somebody_elses_settlement_is_garbled(kind: str) -> None:
    with pytest.raises(Garbled, match="somebody else"):
        read(Effect.COMMIT, answer(FOREIGN[kind]))


def test_the_message_that_made_it_proves_it_ours() -> None:
    assert outcome(Effect.COMMIT, answer(settled())) is Output
    assert outcome(Effect.COMMIT, answer(settled(medins_setl_id=None))) is Output
    assert outcome(Effect.COMMIT, answer(settled(medins_setl_id=""))) is Output


def test_a_query_shows_another_message_as_the_maker() -> None:
    found = settled(medins_setl_id="H50010399901202405200940009999", cash_payamt="46.12", psn_cash_pay=None)
    request = request_of(FIND)
    got = decode(row_of(FIND), request, 200, {}, answer(found), profile=PROFILE)
    assert got.setlinfo.medins_setl_id == "H50010399901202405200940009999"
    with pytest.raises(Garbled, match="somebody else"):
        decode(
            row_of(FIND), request, 200, {}, answer({"setlinfo": {**found["setlinfo"], "psn_no": "9"}}), profile=PROFILE
        )


def test_amounts_come_back_digit_for_digit() -> None:
    got = read(Effect.COMMIT, answer(settled(balc="0.10", pool_prop_selfpay="0.6000")))
    node = getattr(got, "setlinfo")  # noqa: B009 - the test reads an Output of any kind
    assert (str(node.fund_pay_sumamt), str(node.balc), str(node.pool_prop_selfpay)) == ("83.88", "0.10", "0.6000")


def test_another_spelling_is_read_as_what_it_means() -> None:
    row = scene.NAMES["RevokeOutpatientSettlement"]
    revoke = row.input.model_validate({"setl_id": "1", "mdtrt_id": scene.MDTRT_ID, "psn_no": scene.PSN_NO})
    node = settled(psn_cash_pay=None, pdn_cash_pay="-46.12")
    got = decode(row, request_of(revoke), 200, {}, answer(node), profile=PROFILE)
    assert got.setlinfo.psn_cash_pay == Decimal("-46.12")
    plain = decode(row, request_of(revoke), 200, {}, answer(node), profile=PROFILE.with_(aliases={}))
    assert plain.setlinfo.psn_cash_pay is None


REVERSALS = {
    "原交易已冲正": Nothing,
    "该笔结算已撤销，请勿重复办理": Nothing,
    "未找到原交易": "reversal_not_found",
    "原交易已清算，不能冲正": "reversal_cleared",
    "非当日交易，不能冲正": "reversal_other_day",
}


@pytest.mark.parametrize("text", REVERSALS)
def test_the_five_answers_of_a_reversal(text: str) -> None:
    wanted = REVERSALS[text]
    try:
        got: Any = type(read(Effect.REVERSAL, answer(infcode=-1, err_msg=f"FSI-{text}[revBO_001]")))
    except Refused as error:
        got = error.key
    assert got == wanted


def test_done_before_is_success_only_where_the_wanted_end_is_reached() -> None:
    gone = answer(infcode=-1, err_msg="FSI-费用明细表中未查询到任何有效相关的记录[feeBO_001]")
    assert isinstance(read(Effect.UPLOAD, gone), Nothing)
    assert outcome(Effect.COMMIT, gone) is Unknown
    assert outcome(Effect.COMMIT, answer(infcode=-1, err_msg="该笔结算已撤销，请勿重复办理")) is Unknown


def test_what_stands_beside_the_output() -> None:
    body = answer(settled(), warn_msg="余额不足", respond_time="20240520094000365")
    full = decode_full(row_of(COMMIT), request_of(COMMIT), 200, {}, body, profile=PROFILE)
    assert (full.warn_msg, full.inf_refmsgid, full.respond_time) == ("余额不足", "R1", "20240520094000365")
    assert full.output.setlinfo.setl_id == "500103202405200000000777"


def test_an_error_names_the_cause_and_never_the_platforms_own_words() -> None:
    with pytest.raises(Unknown) as caught:
        read(Effect.COMMIT, answer(infcode=-1, err_msg=f"测试甲 {scene.ID_NUMBER} 不行"))
    assert "测试甲" not in str(caught.value)
    assert caught.value.err_msg.startswith("测试甲")
    assert caught.value.key is None


@given(st.binary(max_size=300), st.integers(100, 599), st.sampled_from(list(Effect)))
def test_any_bytes_end_in_an_output_or_one_error(body: bytes, status: int, effect: Effect) -> None:
    assert issubclass(outcome(effect, body, status), (Output, YidiError))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(["", "0", "-1", "1e9", "x"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["infcode", "output", "setlinfo", "err_msg", "setl_id", "code", "message"]),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(list(Effect)))
def test_any_json_ends_in_an_output_or_one_error_and_money_is_never_lightly_done(value: Any, effect: Effect) -> None:
    got = outcome(effect, scene.wire.dumps(value))
    assert issubclass(got, (Output, YidiError))
    if effect is Effect.COMMIT:
        assert got is not Output
