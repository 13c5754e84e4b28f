"""What leaves the REST door: bytes made once, problem+json for everything that is not done, no details of a fault."""

from collections.abc import Mapping

from starlette.responses import Response

from yidi_gateway import problem as problems
from yidi_gateway.access.callers import NotAuthenticated
from yidi_gateway.engine import Held
from yidi_gateway.journal.port import JournalDown
from yidi_gateway.problem import Problem
from yidi_gateway.visits import Answer
from yidi_gateway.visits.calls import encode
from yidi_gateway.visits.hospital import unanswered
from yidi_gateway.visits.once import downtime
from yidi_sdk.errors import YidiError
from yidi_sdk.rules.reasons import Language

FIXED = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
BUG = 500

OWN: Mapping[str, tuple[tuple[str, str], tuple[str, str], str]] = {
    "METHOD_NOT_ALLOWED": (
        ("此地址不支持这种请求方法", "This address does not take this method"),
        ("对照/openapi.json核对", "Compare with /openapi.json"),
        "it",
    ),
    "BROKEN": (
        ("网关内部出错，结果不明，不要重复收费", "The gateway itself broke; do not charge again"),
        ("把编号告诉信息科；用同一请求号查询或重试", "Give IT the incident number; ask or repeat with the same key"),
        "it",
    ),
    "OWNED_BY_GATEWAY": (
        ("签到、签退和冲正由网关自己办理", "The gateway signs in, signs out and reverses by itself"),
        ("不用发送；要放弃一笔用void", "Do not send it; to give one up use void"),
        "it",
    ),
    "NOT_MANUAL": (
        ("这一笔不在人工处理状态", "This submission is not waiting for a decision"),
        ("先查询它的状态", "Ask for its state first"),
        "insurance_office",
    ),
}
"""Texts of what only this door refuses: cause, next step, who acts."""


def response(answer: Answer) -> Response:
    """The answer's bytes with their length."""
    content = encode(answer.body) if answer.content is None else answer.content
    headers = {**FIXED, **answer.headers}
    media_type = headers.pop("Content-Type", "application/json")
    return Response(content, answer.status, headers, media_type=media_type)


def of_problem(problem: Problem, language: Language, incident: str, headers: Mapping[str, str] | None = None) -> Answer:
    """The answer that tells a problem."""
    status, told, body = problems.render(problem, language, incident)
    own = OWN.get(problem.code)
    if own is not None:
        (cause, cause_en), (step, step_en), who = own
        cause, step = (cause, step) if language == "zh" else (cause_en, step_en)
        body |= {"title": cause, "detail": problem.detail or cause, "cause": cause, "next_step": step, "who": who}
    return Answer(status, body, headers={**told, **(headers or {})})


def problem_of(error: Exception) -> Problem | None:
    """The problem that an expected error means; None for a fault of our own."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, NotAuthenticated):
        return Problem("UNAUTHORISED", http=401, detail=str(error))
    if isinstance(error, Held):
        return downtime(error)
    if isinstance(error, JournalDown):
        return Problem("JOURNAL_DOWN", retry_after_s=5)
    if isinstance(error, YidiError):
        return unanswered(error)
    return None


def broken() -> Problem:
    """A fault of our own: no details, only the incident number under which the log has them."""
    return Problem("BROKEN", http=BUG, money="unknown")
