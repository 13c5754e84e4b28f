"""How far the clocks are apart, told by an answer."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk.signing import Skew, measure

SENT = datetime.fromisoformat("2024-05-20T09:40:00+08:00")
BACK = SENT + timedelta(seconds=2)


def found(date: str = "", respond_time: str = "", limit_s: int = 300) -> Skew | None:
    return measure({"DATE": date}, respond_time, sent_at=SENT, received_at=BACK, limit_s=limit_s)


@pytest.mark.parametrize(
    ("date", "ahead_s"),
    [
        ("Mon, 20 May 2024 01:40:01 GMT", 0),
        ("Mon, 20 May 2024 01:39:59 GMT", 0),
        ("Mon, 20 May 2024 01:39:29 GMT", 30),
        ("Mon, 20 May 2024 01:30:00 GMT", 599),
        ("Mon, 20 May 2024 01:40:32 GMT", -30),
        ("Sun, 19 May 2024 01:40:02 GMT", 86397),
    ],
)
def test_by_the_date_header(date: str, ahead_s: int) -> None:
    skew = found(date, respond_time="20300101000000000")
    assert skew is not None
    assert (skew.ahead_s, skew.source, skew.is_too_much) == (ahead_s, "Date", abs(ahead_s) > 300)


def test_by_the_envelope_where_there_is_no_header() -> None:
    assert found(respond_time="20240520094001365") == Skew(0, "respond_time", 300)
    assert found("nonsense", "20240520095000") == Skew(-598, "respond_time", 300)


@pytest.mark.parametrize(
    "date", ["", "20 May 2024", "Mon, 20 Mai 2024 01:40:01 GMT", "Mon, 99 May 2024 01:40:01 GMT", "２０"]
)
def test_no_time_no_skew(date: str) -> None:
    assert found(date) is None
    assert found(date, "20241320094001365") is None
    assert measure({}, "", sent_at=SENT, received_at=BACK, limit_s=1) is None


def test_one_sentence() -> None:
    fast, slow, right = (Skew(ahead, "Date", 300) for ahead in (420, -30, 0))
    assert fast.sentence_zh == "本机时钟比平台快 420 秒（平台容许 300 秒）：签名会被拒绝，请立即校时。"
    assert slow.sentence_zh == "本机时钟比平台慢 30 秒（平台容许 300 秒）：目前签名仍可通过，建议校时。"
    assert fast.sentence_en.startswith(
        "Our clock is 420 s ahead of the platform's, which allows 300 s: signatures will"
    )
    assert "30 s behind" in slow.sentence_en
    assert (right.sentence_zh, right.sentence_en) == ("本机时钟与平台一致。", "Our clock agrees with the platform's.")


@given(st.integers(-86_400, 86_400), st.integers(0, 30_000), st.integers(0, 30_000))
def test_the_way_is_no_skew_and_no_skew_is_overstated(ahead: int, there: int, back: int) -> None:
    answered = SENT + timedelta(milliseconds=there)
    theirs = answered - timedelta(seconds=ahead)
    told = f"{theirs:%Y%m%d%H%M%S}000"
    received = answered + timedelta(milliseconds=back)
    skew = measure({}, told, sent_at=SENT, received_at=received, limit_s=300)
    assert skew is not None
    assert abs(skew.ahead_s) <= abs(ahead)
    assert skew.ahead_s * ahead >= 0
    assert abs(ahead) - abs(skew.ahead_s) <= (there + back) / 1000 + 2
