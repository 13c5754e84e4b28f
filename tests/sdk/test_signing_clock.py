"""How far the clocks are apart, told by an answer."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, assert_type

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdk import scene
from sdk.scene import COMMIT, DIVISION, QUERY, answer

from yidi_sdk.attempts import ABOUT_TIME
from yidi_sdk.client import AsyncClient, Client
from yidi_sdk.errors import Refused, YidiError
from yidi_sdk.explain.errors import row_named
from yidi_sdk.posters import Reply
from yidi_sdk.signing import Skew, SkewWatch, clock, measure

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


# ---- as the answers come

ON_TIME, BEHIND = "Mon, 20 May 2024 01:40:00 GMT", "Mon, 20 May 2024 01:30:00 GMT"


def test_a_watch_keeps_what_the_last_answer_proved() -> None:
    watch = SkewWatch(lambda: SENT, lambda: 5.0, 300)
    watch.hear({}, 5.0)
    assert watch.latest is None
    watch.hear({"date": BEHIND}, 5.0)
    assert watch.latest == Skew(599, "Date", 300)
    for unreadable in ({}, {"date": ""}, {"date": "soon"}):
        watch.hear(unreadable, 5.0)
        assert watch.latest == Skew(599, "Date", 300)
    watch.hear({"date": ON_TIME}, 5.0)
    assert watch.latest == Skew(0, "Date", 300)


def test_the_way_is_measured_by_the_stopwatch_and_not_by_the_clock() -> None:
    """An answer of 8 s shows no skew of 8 s; a clock that jumps ten minutes ahead on the way shows all of it."""
    slow = SkewWatch(lambda: SENT + timedelta(seconds=8), lambda: 108.0, 300)
    slow.hear({"date": ON_TIME}, 100.0)
    assert slow.latest == Skew(0, "Date", 300)
    jumped = SkewWatch(lambda: SENT + timedelta(minutes=10), lambda: 100.5, 300)
    jumped.hear({"date": ON_TIME}, 100.0)
    assert jumped.latest == Skew(598, "Date", 300)


def test_a_second_told_before_costs_a_look_up_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def now() -> datetime:
        asked.append("clock")
        return SENT

    watch = SkewWatch(now, lambda: 1.0, 300)
    for _ in range(1000):
        watch.hear({"date": BEHIND}, 1.0)
    watch.hear({}, 1.0)
    assert asked == ["clock"]
    monkeypatch.setattr(clock, "measure", lambda *_args, **_named: asked.append("measured"))
    watch.hear({"date": ON_TIME}, 1.0)
    assert asked == ["clock", "clock", "measured"]


class Dated:
    """A poster whose platform has a clock of its own."""

    def __init__(self, *answers: tuple[str, bytes]) -> None:
        self.answers = list(answers)

    def post(self, _url: str, _headers: Mapping[str, str], _body: bytes, _limits: Any) -> Reply:
        date, body = self.answers.pop(0)
        return Reply(200, {"date": date, "content-type": "application/json"} if date else {}, body)


class AsyncDated(Dated):
    async def post(self, *args: Any) -> Reply:  # type: ignore[override]
        return super().post(*args)


def sync_client(*answers: tuple[str, bytes]) -> tuple[Client, Callable[[Any], Any]]:
    client = Client(
        "http://127.0.0.1:1",
        institution=scene.INSTITUTION,
        operator=scene.OPERATOR,
        poster=Dated(*answers),
        clock=lambda: SENT,
    )
    return client, lambda message: client.send(message, insured_division=DIVISION)


def async_client(*answers: tuple[str, bytes]) -> tuple[AsyncClient, Callable[[Any], Any]]:
    client = AsyncClient(
        "http://127.0.0.1:1",
        institution=scene.INSTITUTION,
        operator=scene.OPERATOR,
        poster=AsyncDated(*answers),
        clock=lambda: SENT,
    )
    return client, lambda message: asyncio.run(client.send(message, insured_division=DIVISION))


@pytest.fixture
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopwatch that stands: every answer is there at once."""
    monkeypatch.setattr("yidi_sdk.attempts.time.perf_counter", lambda: 7.0)


each_client = pytest.mark.parametrize("make", [sync_client, async_client], ids=["sync", "async"])


@each_client
@pytest.mark.usefixtures("_still")
def test_a_client_shows_the_skew(make: Any) -> None:
    client, send = make(("", answer(scene.PERSON)), (BEHIND, answer(scene.PERSON)), ("", answer(scene.PERSON)))
    assert client.clock_skew is None
    send(QUERY)
    assert client.clock_skew is None
    send(QUERY)
    assert_type(sync_client()[0].clock_skew, Skew | None)
    assert client.clock_skew == Skew(599, "Date", 300)
    assert client.clock_skew.is_too_much
    send(QUERY)
    assert client.clock_skew == Skew(599, "Date", 300)


@each_client
@pytest.mark.usefixtures("_still")
@pytest.mark.parametrize("message", [QUERY, COMMIT], ids=["query", "commit"])
@pytest.mark.parametrize("text", ["签名时间戳超时", "签名不一致"])
def test_a_refusal_about_time_says_what_was_measured(make: Any, message: Any, text: str) -> None:
    _, send = make((BEHIND, answer(infcode=-1, err_msg=text)))
    with pytest.raises(Refused) as caught:
        send(message)
    assert "本机时钟比平台快 599 秒（平台容许 300 秒）：签名会被拒绝，请立即校时。" in str(caught.value)
    assert "599 s ahead of the platform's" in str(caught.value)
    assert (caught.value.err_msg, caught.value.msgid != "") == (text, True)


@each_client
def test_a_refusal_about_anything_else_speaks_of_no_clock(make: Any) -> None:
    _, send = make((BEHIND, answer(infcode=-1, err_msg="未办理异地就医备案")), ("", answer(infcode=-1, err_msg="x")))
    for _ in range(2):
        with pytest.raises(YidiError) as caught:
            send(QUERY)
        assert "时钟" not in str(caught.value)


@each_client
def test_where_no_answer_told_the_time_nothing_is_made_up(make: Any) -> None:
    _, send = make(("", answer(infcode=-1, err_msg="签名时间戳超时")))
    with pytest.raises(Refused) as caught:
        send(QUERY)
    assert "本机时钟比平台" not in str(caught.value)


def test_the_rows_about_time_are_in_the_error_catalogue() -> None:
    assert all(row_named(key) is not None for key in ABOUT_TIME)
