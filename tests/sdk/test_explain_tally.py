"""Texts without a row are counted, and nothing of a person is kept."""

import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk import scene

from yidi_sdk import explain
from yidi_sdk.catalogue import row_of
from yidi_sdk.errors import Refused, Unknown
from yidi_sdk.explain import errors
from yidi_sdk.explain.tally import MOST_LENGTH, OTHERS, Tally, normal
from yidi_sdk.message import Input
from yidi_sdk.profile import load
from yidi_sdk.protocol import decode
from yidi_sdk.transactions import RevokeInpatientFees


@pytest.fixture(autouse=True)
def begin_anew() -> None:
    explain.unmapped.clear()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("FSI-费用明细第12行金额超限[feeBO_777]", "FSI-费用明细第#行金额超限[feeBO_777]"),
        ("结算ID(setl_id)500103202611210001无效", "结算ID(setl_id)#无效"),
        ("参保人：张三丰，证件530102198803150001", "参保人·，证件#"),
        ("姓名[欧阳震华]与登记信息不符", "姓名·]与登记信息不符"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_what_is_kept(text: str, kept: str) -> None:
    assert normal(text) == kept


NAMES = ["张三丰", "欧阳震华", "李雷", "韩梅梅", "王建国", "阿依古丽", "Zhang Wei", "ZHANGWEI", "买买提·艾山"]
AROUND = [
    "{}未办理登记",
    "参保人{}的待遇受限",
    "{}",
    "人员{}，请核对",
    "该患者（{}）重复",
    "FSI-{}费用有误[demoBO_001]",
]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_kept(name: str, around: str) -> None:
    assert name not in normal(around.format(name))


@given(st.text(max_size=60), st.from_regex(r"[1-9]\d{16}[\dX]", fullmatch=True), st.text(max_size=60))
def test_no_digit_is_kept_but_an_error_number(before: str, number: str, after: str) -> None:
    kept = normal(f"{before}{number}{after}")
    head = kept.split("[")[0]
    assert number[:6] not in kept
    assert not any(sign.isdigit() and sign.isascii() for sign in head)
    assert len(kept) <= MOST_LENGTH


def test_the_same_cause_is_counted_together() -> None:
    tally = Tally()
    for number in range(5):
        tally.add(f"结算{number}金额有误")
    tally.add("另有原因")
    assert list(tally.counts().values()) == [5, 1]
    assert tally.total == 6
    tally.clear()
    assert (tally.counts(), tally.total) == ({}, 0)


def test_a_tally_is_bounded() -> None:
    tally = Tally(most=3)
    for sign in "-:：,，.。;；!！":
        tally.add(f"结算{sign}")
    counts = tally.counts()
    assert len(counts) == 4
    assert counts[OTHERS] == tally.total - 3


def test_threads_share_one() -> None:
    tally = Tally()
    threads = [threading.Thread(target=lambda: [tally.add(f"结算{at}金额有误") for at in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert list(tally.counts().values()) == [4000]


def test_the_catalogue_feeds_it_what_no_row_explains() -> None:
    assert errors.understand("未办理异地就医备案") is not None
    assert errors.understand("今日金额有误") is None
    assert errors.understand("") is None
    assert errors.understand(" ") is None
    assert explain.unmapped.total == 1


@pytest.mark.parametrize(("message", "kind"), [(scene.QUERY, Refused), (scene.COMMIT, Unknown)])
def test_an_answer_of_the_platform_is_counted_once(message: Input[Any], kind: type[Exception]) -> None:
    """Whether the message moves money or only asks."""
    body = scene.answer(infcode=-1, err_msg="FSI-费用明细第12行金额超限[feeBO_777]")
    with pytest.raises(kind):
        decode(row_of(message), scene.request_of(message), 200, {}, body, profile=scene.PROFILE)
    assert dict(explain.unmapped.counts()) == {"FSI-费用明细第#行金额超限[feeBO_777]": 1}


def test_a_province_reads_its_own_rows_of_an_answer() -> None:
    body = scene.answer(infcode=-1, err_msg="汕头市平台处理结果：不予撤销")
    message = revocation()
    for profile, key in (("guangdong", "guangdong_insured_city"), ("national", None)):
        with pytest.raises(Refused) as caught:
            decode(row_of(message), scene.request_of(message), 200, {}, body, profile=load(profile))
        assert caught.value.key == key


def revocation() -> RevokeInpatientFees:
    lines = [{"feedetl_sn": "0000", "mdtrt_id": scene.MDTRT_ID, "psn_no": scene.PSN_NO}]
    return RevokeInpatientFees.model_validate({"data": lines})


def test_a_form_is_no_row() -> None:
    """FSI- before a text and a number behind it explain nothing yet."""
    errors.understand("FSI-今日金额有误[demoBO_001]")
    assert explain.unmapped.total == 1
