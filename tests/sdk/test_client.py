"""Both clients: what is kept, what is sent, what is sent again, what never is."""

import asyncio
import inspect
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sdk import scene
from sdk.scene import COMMIT, DIVISION, QUERY, REVERSAL, TRIAL, UPLOAD, answer, settled

from yidi_sdk import wire
from yidi_sdk.attempts import Msgids, SharedMsgids
from yidi_sdk.catalogue import Effect, row_of
from yidi_sdk.client import AsyncClient, Client
from yidi_sdk.errors import Garbled, Misused, NotSent, Refused, TimedOut, Unknown, YidiError
from yidi_sdk.logging import ALLOWED, allow_listed
from yidi_sdk.message import Input
from yidi_sdk.posters import Limits, Reply
from yidi_sdk.protocol import encode
from yidi_sdk.transactions import SignIn

GOOD: dict[Effect, Any] = {
    Effect.QUERY: scene.PERSON,
    Effect.TRIAL: settled(setl_id=None, medins_setl_id=None),
    Effect.UPLOAD: None,
    Effect.COMMIT: settled(medins_setl_id=None),
    Effect.REVERSAL: None,
}
MESSAGES = {row_of(message).effect: message for message in (QUERY, TRIAL, UPLOAD, COMMIT, REVERSAL)}
Answer = Callable[[], bytes] | YidiError | bytes


class Recorded:
    """A poster that plays a list of answers and keeps what was sent."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.sent: list[dict[str, Any]] = []
        self.limits: list[Limits] = []

    def post(self, _url: str, _headers: Mapping[str, str], body: bytes, limits: Limits) -> Reply:
        self.sent.append(wire.loads(body))
        self.limits.append(limits)
        given = self.answers.pop(0)
        if isinstance(given, YidiError):
            raise given
        return Reply(200, {}, given if isinstance(given, bytes) else given())


class AsyncRecorded(Recorded):
    async def post(self, *args: Any) -> Reply:  # type: ignore[override]
        return super().post(*args)


class Both:
    """One test, two clients."""

    def __init__(self, *, is_async: bool) -> None:
        self.is_async = is_async
        self.slept: list[float] = []
        self.poster = AsyncRecorded() if is_async else Recorded()

    def client(self, *answers: Answer, **options: Any) -> Any:
        self.poster.answers[:] = answers
        arguments: dict[str, Any] = {
            "institution": scene.INSTITUTION,
            "operator": scene.OPERATOR,
            "poster": self.poster,
            "clock": lambda: scene.NOW,
            "sleep": self._async_sleep if self.is_async else self.slept.append,
            **options,
        }
        return (AsyncClient if self.is_async else Client)("http://127.0.0.1:1", **arguments)

    async def _async_sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def run(self, result: Any) -> Any:
        async def wait() -> Any:
            return await result

        return asyncio.run(wait()) if inspect.isawaitable(result) else result

    def send(self, client: Any, message: Input[Any], **options: Any) -> Any:
        async def wait() -> Any:
            return await client.send(message, insured_division=DIVISION, **options)

        return asyncio.run(wait()) if self.is_async else client.send(message, insured_division=DIVISION, **options)


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def both(request: pytest.FixtureRequest) -> Both:
    return Both(is_async=request.param)


@pytest.mark.parametrize("effect", Effect)
def test_a_typed_answer_on_the_first_try_and_no_pause(both: Both, effect: Effect) -> None:
    client = both.client(answer(GOOD[effect]))
    got = both.send(client, MESSAGES[effect])
    assert type(got) is row_of(MESSAGES[effect]).output
    assert (len(both.poster.sent), both.slept) == (1, [])


TRIES = {Effect.QUERY: 3, Effect.TRIAL: 2, Effect.UPLOAD: 1, Effect.COMMIT: 1, Effect.REVERSAL: 1}


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("doubt", [TimedOut("t"), b"", b"<html>"], ids=["timeout", "empty", "html"])
def test_doubt_repeats_queries_and_trials_only(both: Both, effect: Effect, doubt: Answer) -> None:
    client = both.client(*[doubt] * 5)
    with pytest.raises(Unknown) as caught:
        both.send(client, MESSAGES[effect])
    sent = both.poster.sent
    assert len(sent) == TRIES[effect]
    assert len({body["msgid"] for body in sent}) == len(sent)  # each time a new number
    assert caught.value.msgid == sent[-1]["msgid"]
    assert len(both.slept) == len(sent) - 1
    assert all(0 <= pause <= 4 for pause in both.slept)


UNSENT = {Effect.QUERY: 3, Effect.TRIAL: 2, Effect.UPLOAD: 3, Effect.COMMIT: 1, Effect.REVERSAL: 3}


@pytest.mark.parametrize("effect", Effect)
def test_what_was_not_sent_goes_again_except_what_moves_money(both: Both, effect: Effect) -> None:
    client = both.client(*[NotSent("n")] * 5)
    with pytest.raises(NotSent):
        both.send(client, MESSAGES[effect])
    assert len(both.poster.sent) == UNSENT[effect]


def test_doubt_after_not_sent_ends_the_repeats_of_an_upload(both: Both) -> None:
    client = both.client(NotSent("n"), TimedOut("t"), answer())
    with pytest.raises(TimedOut):
        both.send(client, UPLOAD)
    assert len(both.poster.sent) == 2


@pytest.mark.parametrize("effect", Effect)
def test_a_refusal_is_never_repeated(both: Both, effect: Effect) -> None:
    client = both.client(answer(infcode=-1, err_msg="未办理异地就医备案"))
    with pytest.raises(Refused) as caught:
        both.send(client, MESSAGES[effect])
    assert caught.value.code == "NOT_FILED"


def test_a_repeat_that_works_gives_the_answer(both: Both) -> None:
    client = both.client(TimedOut("t"), b"cut", answer(scene.PERSON))
    assert both.send(client, QUERY).baseinfo.psn_no == scene.PSN_NO


def test_a_number_of_the_callers_own_is_sent_once(both: Both) -> None:
    client = both.client(TimedOut("t"), answer(scene.PERSON))
    with pytest.raises(TimedOut):
        both.send(client, QUERY, msgid=scene.MSGID)
    assert [body["msgid"] for body in both.poster.sent] == [scene.MSGID]


class Kept:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.rows: list[tuple[str, str, bytes]] = []

    def keep(self, infno: str, msgid: str, body: bytes) -> None:
        if self.error:
            raise self.error
        self.rows.append((infno, msgid, body))


class AsyncKept(Kept):
    async def keep(self, infno: str, msgid: str, body: bytes) -> None:  # type: ignore[override]
        super().keep(infno, msgid, body)


@pytest.mark.parametrize("kind", [Kept, AsyncKept])
def test_the_bytes_are_kept_before_they_leave(both: Both, kind: type[Kept]) -> None:
    if kind is AsyncKept and not both.is_async:
        return
    outbox = kind()
    client = both.client(answer(settled(medins_setl_id=None)), outbox=outbox)
    both.send(client, COMMIT)
    ((infno, msgid, body),) = outbox.rows
    assert wire.loads(body) == both.poster.sent[0]
    assert (infno, msgid) == (both.poster.sent[0]["infno"], both.poster.sent[0]["msgid"])


@pytest.mark.parametrize("effect", Effect)
def test_not_kept_is_not_sent_and_not_tried_again(both: Both, effect: Effect) -> None:
    outbox = Kept(OSError("disk full"))
    client = both.client(outbox=outbox)
    with pytest.raises(NotSent) as caught:
        both.send(client, MESSAGES[effect])
    assert both.poster.sent == []
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.msgid


def test_sign_in_travels_until_sign_out(both: Both) -> None:
    client = both.client(
        answer({"signinoutb": {"sign_no": "S1"}}), answer(scene.PERSON), answer({}), answer(scene.PERSON)
    )
    if both.is_async:

        async def play() -> None:
            await client.sign_in()
            await client.send(QUERY)
            await client.sign_out()
            await client.send(QUERY, sign_no="own")
            with pytest.raises(Misused):
                await client.sign_out()

        asyncio.run(play())
    else:
        client.sign_in()
        client.send(QUERY)
        client.sign_out()
        client.send(QUERY, sign_no="own")
        with pytest.raises(Misused):
            client.sign_out()
    assert [body["sign_no"] for body in both.poster.sent] == ["", "S1", "S1", "own"]
    assert both.poster.sent[0]["input"]["signIn"]["opter_no"] == scene.OPERATOR.id


def test_a_person_needs_the_insured_division(both: Both) -> None:
    client = both.client()
    with pytest.raises(Misused, match="insured division"):
        both.run(client.send(COMMIT)) if not both.is_async else asyncio.run(client.send(COMMIT))
    assert both.poster.sent == []


def test_limits_by_effect(both: Both) -> None:
    client = both.client(answer(scene.PERSON), answer(settled(medins_setl_id=None)))
    both.send(client, QUERY)
    both.send(client, COMMIT)
    assert both.poster.limits == [Limits(5, 10), Limits(5, 30)]
    other = both.client(answer(scene.PERSON), limits={Effect.QUERY: Limits(1, 2)})
    both.send(other, QUERY)
    assert both.poster.limits[-1] == Limits(1, 2)


def test_msgids_may_be_a_callable_or_an_iterator(both: Both) -> None:
    first = both.client(answer(scene.PERSON), msgids=iter(["M1"]))
    both.send(first, QUERY)
    second = both.client(answer(scene.PERSON), msgids=lambda: "M2")
    both.send(second, QUERY)
    assert [body["msgid"] for body in both.poster.sent] == ["M1", "M2"]


def test_msgids_never_repeat_also_when_the_clock_goes_back_or_stands_still() -> None:
    times = [scene.NOW, scene.NOW, scene.NOW - timedelta(hours=1), *[scene.NOW] * 10_000]
    clock = iter(times)
    make = Msgids(scene.PROFILE, "H50010399901", lambda: next(clock))
    made = [make() for _ in times]
    assert len(set(made)) == len(made)
    assert made == sorted(made)


def test_shared_msgids_never_meet_and_outlive_the_process(tmp_path: Path) -> None:
    file = tmp_path / "new" / "msgid.db"
    counters = [SharedMsgids(file, scene.PROFILE, "H50010399901") for _ in range(5)]
    made = [counter() for _ in range(3) for counter in counters]
    made += [SharedMsgids(file, scene.PROFILE, "H50010399901")() for _ in range(3)]
    assert len(set(made)) == len(made)
    assert all(len(msgid) == 30 for msgid in made)
    first = SharedMsgids(file, scene.PROFILE, "H50010399901")
    many = [first() for _ in range(10_001)]
    assert len(set(many)) == len(many)


def test_a_counter_that_cannot_be_kept_says_so(tmp_path: Path) -> None:
    (tmp_path / "msgid.db").write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(OSError, match="counter"):
        SharedMsgids(tmp_path / "msgid.db", scene.PROFILE, "H1")()


def test_an_unknown_profile_is_misuse() -> None:
    with pytest.raises(Misused, match="atlantis"):
        Client("http://127.0.0.1:1", institution=scene.INSTITUTION, operator=scene.OPERATOR, profile="atlantis")


def test_the_async_poster_alone() -> None:
    poster = AsyncRecorded(b"raw")

    async def play() -> Reply:
        async with AsyncClient(
            "http://127.0.0.1:1", institution=scene.INSTITUTION, operator=scene.OPERATOR, poster=poster
        ) as client:
            request = encode(
                SignIn(opter_no="1"),
                profile=scene.PROFILE,
                url="http://127.0.0.1:1",
                institution=scene.INSTITUTION,
                operator=scene.OPERATOR,
                msgid="M1",
                now=datetime.fromisoformat("2024-05-20T09:40:00+08:00"),
            )
            return await client.post(request, Limits(1, 1))

    assert asyncio.run(play()).body == b"raw"
    assert poster.sent[0]["msgid"] == "M1"


def test_the_default_poster_is_made_and_closed() -> None:
    with (
        Client(
            "http://127.0.0.1:9", institution=scene.INSTITUTION, operator=scene.OPERATOR, sleep=lambda _s: None
        ) as c,
        pytest.raises(NotSent),
    ):
        c.send(QUERY)

    async def play() -> None:
        async with AsyncClient("http://127.0.0.1:9", institution=scene.INSTITUTION, operator=scene.OPERATOR) as client:
            with pytest.raises(NotSent):
                await client.send(COMMIT, insured_division=DIVISION)

    asyncio.run(play())


def test_the_log_has_allowed_fields_only(both: Both, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="yidi_sdk")
    client = both.client(answer(scene.PERSON), b"")
    both.send(client, QUERY)
    with pytest.raises(Garbled):
        both.send(client, COMMIT)
    first, second = (record.getMessage() for record in caplog.records)
    assert "infno='1101'" in first
    assert "outcome='ok'" in first
    assert "outcome='Garbled'" in second
    for secret in (scene.ID_NUMBER, scene.PSN_NO, "测试甲", "示例收费员"):
        assert secret not in caplog.text


def test_the_allow_list_drops_everything_else() -> None:
    event = {"event": "sent", "infno": "1", "psn_name": "测试甲", "body": b"x", "key": {"a": 1}, "milliseconds": 3}
    assert allow_listed(None, "info", event) == {"event": "sent", "infno": "1", "milliseconds": 3}
    assert not ALLOWED & {"psn_no", "psn_name", "certno", "body", "err_msg"}
