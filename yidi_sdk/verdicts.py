"""The verdict for people at a terminal: what `yidi eligibility` asks and prints."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast, get_args

from yidi_sdk import wire
from yidi_sdk.client import Client
from yidi_sdk.eligibility import ask_eligibility
from yidi_sdk.envelope import BEIJING
from yidi_sdk.institution import Institution
from yidi_sdk.rules import areas
from yidi_sdk.rules.eligibility import Question, Verdict
from yidi_sdk.rules.flags import Kind
from yidi_sdk.rules.identity import CERT_TYPES, Credential
from yidi_sdk.rules.reasons import text

CREDENTIALS = tuple(CERT_TYPES)
KINDS: tuple[str, ...] = get_args(Kind)
WORDS = {
    "direct": "可以直接结算 / settles directly",
    "direct_after": "办好下列事项后可以直接结算 / settles directly after the steps below",
    "not_direct": "不能直接结算 / does not settle directly",
    "refused": "输入有误，没有查询 / wrong input, nothing was asked",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What people answered; None is unanswered and never taken for no."""

    kind: str
    diseases: tuple[str, ...]
    emergency: bool | None
    trauma: bool | None
    third_party: bool | None
    name: str | None


def ask(
    client: Client, institution: Institution, kind: str, value: str, card_sn: str | None, answers: Answers
) -> Verdict:
    """The verdict for today."""
    today = datetime.now(BEIJING).date()
    question = Question(
        kind=cast("Kind", answers.kind),
        on=today,
        disease_codes=answers.diseases,
        emergency=answers.emergency,
        trauma=answers.trauma,
        third_party=answers.third_party,
    )
    place = areas.Institution(institution.division, institution.code)
    credential = Credential(cast("Any", kind), value, card_sn)
    return ask_eligibility(client, credential, question, place=place, today=today, name=answers.name)


def in_words(found: Verdict) -> Iterator[str]:
    """A line for the verdict and two for each reason, Chinese and English."""
    yield WORDS[found.verdict]
    for reason in found.reasons:
        for language in ("zh", "en"):
            cause, step = text(reason, language)
            about = f" {reason.disease_code}" if reason.disease_code else ""
            yield f"  {cause}{about}" + (f"；{step}" if step and step != "–" else "")
    if found.usable:
        yield f"  可用病种 / usable: {', '.join(found.usable)}"


def as_json(found: Verdict) -> Iterator[str]:
    """One line of JSON."""
    reasons: list[dict[str, Any]] = []
    for reason in found.reasons:
        cause, step = text(reason, "zh")
        told = {"code": str(reason.code), "effect": reason.effect, "text": cause, "next_step": step}
        reasons.append({**told, "who": reason.who, "disease_code": reason.disease_code})
    yield wire.dumps({"verdict": found.verdict, "reasons": reasons, "usable": list(found.usable)}).decode()
