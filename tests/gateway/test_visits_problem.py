"""Problems as they are told: every code has words, nothing personal is in them; and calls that are done once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from gateway.tiny_platform import JumpingClock

from yidi_gateway.clock import BEIJING
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.line import Held
from yidi_gateway.link import Hold
from yidi_gateway.problem import OWN, Problem, masked, of_reasons, render, status_of, words
from yidi_gateway.submission import Window
from yidi_gateway.visits.calls import Answer, Call
from yidi_gateway.visits.once import Once
from yidi_sdk.explain.errors import rows
from yidi_sdk.rules.reasons import Code, Reason

AT = datetime(2026, 11, 21, 22, 0, tzinfo=BEIJING)
MEMBERS = {
    "type",
    "title",
    "status",
    "detail",
    "code",
    "cause",
    "next_step",
    "who",
    "money",
    "incident",
    "retry_after_s",
    "maintenance",
    "fields",
    "raw",
}
WHO = {"cashier", "insurance_office", "it", "patient", "insured_place", "wait"}


@pytest.mark.parametrize("code", [*OWN, *Code])
def test_every_code_has_words(code: str) -> None:
    for language in ("zh", "en"):
        cause, _, who = words(code, language)  # type: ignore[arg-type]
        assert cause
        assert who in WHO
    status, headers, body = render(Problem(code), "zh", "E7K4-93")
    assert body.keys() >= MEMBERS
    assert body["status"] == status == status_of(code)
    assert headers["Content-Type"] == "application/problem+json"


def test_the_catalogue_speaks_for_a_refusal() -> None:
    row = rows()[0]
    _, _, body = render(Problem("PLATFORM_REFUSED", key=row.key, raw="原文"), "zh")
    assert (body["cause"], body["next_step"], body["raw"]) == (row.cause_zh, row.next_zh, "原文")
    assert render(Problem("PLATFORM_REFUSED", key=row.key), "en")[2]["cause"] == row.cause_en
    assert words("SOMETHING_ELSE")[0] == words("PLATFORM_REFUSED")[0]


def test_downtime_names_its_window() -> None:
    window = Window("w", AT, AT + timedelta(hours=2), "升级")
    _, headers, body = render(Problem("MAINTENANCE", window=window, retry_after_s=7200), "zh")
    assert headers["Retry-After"] == "7200"
    assert body["maintenance"] == {"from": AT.isoformat(), "to": (AT + timedelta(hours=2)).isoformat(), "text": "升级"}
    assert "2026-11-21 22:00" in body["cause"]
    assert render(Problem("MAINTENANCE", window=Window("w", AT, None, "")), "en")[2]["maintenance"]["to"] is None


def test_all_reasons_are_told_and_the_first_speaks() -> None:
    problem = of_reasons((Reason(Code.TRAUMA_UNANSWERED), Reason(Code.AMOUNT_FORMAT, line_no="3")), fields=[("a", "b")])
    _, _, body = render(problem)
    assert (body["status"], body["code"]) == (422, "TRAUMA_UNANSWERED")
    assert [row["code"] for row in body["reasons"]] == ["TRAUMA_UNANSWERED", "AMOUNT_FORMAT"]
    assert body["reasons"][1]["line_no"] == "3"
    assert body["fields"] == [{"path": "a", "message": "b"}]


def test_numbers_of_persons_are_masked() -> None:
    assert masked("证件53010219600512001X不符") == "证件****不符"
    assert masked("15位530102600512001") == "15位****"
    assert masked(None) is None


@pytest.fixture
def once() -> Once:
    return Once(MemoryJournal(), JumpingClock())


CALL = Call("his", "k", body_hash="h")


async def test_a_key_is_needed(once: Once) -> None:
    with pytest.raises(Problem) as problem:
        await once(Call("his"), "r", "s", no_work)
    assert (problem.value.http, problem.value.code) == (400, "KEY_MISSING")


async def no_work(_: str) -> Answer:
    raise AssertionError("not called")


def working(*answers: Answer | Exception) -> Any:
    todo = list(answers)

    async def work(_: str) -> Answer:
        answer = todo.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return work


async def test_not_final_carries_on(once: Once) -> None:
    assert (await once(CALL, "r", "s", working(Answer(202, {"n": 1})))).status == 202
    first = await once(CALL, "r", "s", working(Answer(200, {"n": 2})))
    again = await once(CALL, "r", "s", no_work)
    assert (again.status, again.content, again.body) == (200, b'{"n":2}', {"n": 2})
    assert first.content == again.content


async def test_a_refusal_is_an_answer(once: Once) -> None:
    first = await once(CALL, "r", "s", working(Problem("NOT_FILED")))
    again = await once(CALL, "r", "s", no_work)
    assert (first.status, again.content) == (409, first.content)
    assert again.headers == {"Content-Type": "application/problem+json"}


@pytest.mark.parametrize(
    "error",
    [
        Held(Hold(None, 5)),
        Held(Hold(Window("w", AT, None, ""), 60)),
        Problem("NOT_SENT"),
        Problem("BASKET_BUSY"),
    ],
)
async def test_what_began_nothing_leaves_the_key_free(once: Once, error: Exception) -> None:
    with pytest.raises(Problem):
        await once(CALL, "r", "s", working(error))
    other = Call("his", "k", body_hash="other")
    assert (await once(other, "r", "s", working(Answer(200, {})))).status == 200


async def test_what_began_something_keeps_the_key(once: Once) -> None:
    with pytest.raises(Problem):
        await once(CALL, "r", "s", working(Problem("NOT_SENT", begun=True)))
    with pytest.raises(Problem, match="KEY_REUSED"):
        await once(Call("his", "k", body_hash="other"), "r", "s", no_work)
    with pytest.raises(Problem, match="KEY_REUSED"):
        await once(CALL, "another route", "s", no_work)
    assert (await once(CALL, "r", "s", working(Answer(201, {})))).status == 201


async def test_the_subject_is_the_first_ones(once: Once) -> None:
    seen: list[str] = []

    async def work(subject: str) -> Answer:
        seen.append(subject)
        return Answer(202, {})

    await once(CALL, "r", "first", work)
    await once(CALL, "r", "second", work)
    assert seen == ["first", "first"]
