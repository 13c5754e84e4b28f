"""Our own refusals in plain words: reason codes of the rules, codes of the gateway, the SDK's sentences and exceptions.

Texts of reason codes come from the reason table, the rest from `refusals.toml`. Nothing here is ever held against a
text of the platform.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from yidi_sdk.rules.reasons import REASONS, Code

Origin = Literal["rules", "gateway", "sdk"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal of ours. `key`: the code, the name of the exception, or a name for a sentence; `pattern` finds the
    sentence, None where there is none. `money`: not_moved, moved, unknown or notice; `repeat`: yes, query or no.
    `general`: the sentence hands on what somebody else said."""

    key: str
    origin: Origin
    category: str
    who: str
    money: str
    repeat: str
    cause_zh: str
    next_zh: str
    cause_en: str
    next_en: str
    pattern: re.Pattern[str] | None = None
    general: bool = False


def refusals() -> tuple[Refusal, ...]:
    """All of them: reason codes in table order, then the gateway's codes, then the SDK's."""
    return tuple(_by_key().values())


def named(key: str) -> Refusal | None:
    """By code, exception or name, in any case; None when there is none."""
    found = _by_key()
    return found.get(key) or next((row for row in found.values() if row.key.lower() == key.lower()), None)


def said(text: str) -> Refusal | None:
    """The refusal that one of our own sentences is; None when it is none of ours."""
    return next((row for row in refusals() if row.pattern is not None and row.pattern.search(text)), None)


@lru_cache(maxsize=1)
def _by_key() -> dict[str, Refusal]:
    data = tomllib.loads(files("yidi_sdk").joinpath("explain", "refusals.toml").read_text(encoding="utf-8"))
    reasons: dict[str, str] = data["reasons"]
    found = [_reason(code, reasons[code]) for code in REASONS]
    found += [_row(entry) for entry in data["refusal"]]
    return {row.key: row for row in found}


def _reason(code: Code, told: str) -> Refusal:
    category, money, repeat = told.split()
    row = REASONS[code]
    return Refusal(
        str(code),
        "rules",
        category,
        row.who,
        money,
        repeat,
        row.zh,
        row.next_zh or NOTHING,
        row.en,
        row.next_en or NONE,
    )


NOTHING, NONE = "无需处理", "Nothing to do"


def _row(entry: dict[str, Any]) -> Refusal:
    said_in = {language: entry.pop(language) for language in ("zh", "en")}
    match: str = entry.pop("match", "")
    expression = match.removeprefix("re:") if match.startswith("re:") else re.escape(match)
    return Refusal(
        cause_zh=said_in["zh"]["cause"],
        next_zh=said_in["zh"]["next"],
        cause_en=said_in["en"]["cause"],
        next_en=said_in["en"]["next"],
        pattern=re.compile(expression) if match else None,
        **entry,
    )
