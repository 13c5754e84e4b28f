"""One row of an error catalogue, and the reading of a file of them: ours, a province's, or a hospital's own.

A file that is wrong is refused whole, with one sentence that names the file and the row: a row that is half understood
could call a settlement safe that is not.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, cast

from yidi_sdk.rules.reasons import Code

MAINTENANCE = "maintenance"
"""Category of the rows that say the platform is down for maintenance."""
DUPLICATE = "duplicate"
"""Category of the rows that say it was done before: query, and find it."""
DEFAULT_CODE = "PLATFORM_REFUSED"
CATEGORIES = {
    "network": "网络 / network",
    "gateway_auth": "接口鉴权 / authentication of the interface",
    MAINTENANCE: "停机维护 / maintenance",
    "platform_down": "平台暂停或限流 / platform pauses or limits calls",
    "session": "签到 / sign-in",
    "identity": "身份与凭证 / identity and credential",
    "enrolment": "参保与待遇 / enrolment and benefits",
    "filing": "异地备案 / filing",
    "chronic": "慢特病资格 / chronic-disease qualification",
    "third_party": "第三方责任 / third-party liability",
    "institution": "机构与开通 / institution",
    "sequence": "流程顺序 / order of steps",
    "reversal": "冲正与退费 / reversal and refund",
    DUPLICATE: "重复办理 / done before",
    "catalogue": "编码与目录 / codes",
    "amount": "金额 / amounts",
    "request": "报文 / the message itself",
    "settings": "配置 / configuration",
    "signing": "签名 / signing",
    "answer": "答复不可信 / answer that cannot be believed",
    "remote_insurer": "参保地 / the insured place",
    "unknown_outcome": "结果未知 / outcome not known",
    "notice": "提示 / notice",
}
PROVE_NOTHING = frozenset({MAINTENANCE, DUPLICATE, "remote_insurer", "unknown_outcome"})
"""Categories whose rows are never proof that nothing was done."""
WHO = frozenset({"cashier", "insurance_office", "it", "patient", "insured_place", "wait"})
MONEY = frozenset({"not_moved", "moved", "unknown"})
REPEAT = frozenset({"yes", "query", "no"})
EVIDENCE = frozenset({"seen", "vendor", "policy", "hub", "inferred"})
_LANGUAGES = ("zh", "en")
_REGEX = "re:"


@dataclass(frozen=True, slots=True)
class Row:
    """One cause. `final`: certainly not executed. `money`: not_moved, moved or unknown. `repeat`: yes (the same again
    under a new msgid), query (perhaps executed: ask first), no (somebody acts first). `code`: the reason code.
    `success_for`: transactions for which the text says that the wanted end is reached already. `general`: only the form
    of the text is known, so that it explains and never counts as a row of the text."""

    key: str
    match: str
    category: str
    who: str
    cause_zh: str
    next_zh: str
    cause_en: str
    next_en: str
    final: bool = False
    money: str = "unknown"
    repeat: str = "query"
    code: str = DEFAULT_CODE
    success_for: tuple[str, ...] = ()
    only_for: tuple[str, ...] = ()
    general: bool = False
    evidence: str = "inferred"

    @property
    def maintenance(self) -> bool:
        """Whether the platform says that it is down for maintenance."""
        return self.category == MAINTENANCE

    def pattern(self) -> re.Pattern[str]:
        """What the row looks for. `re.error` for an expression that is none."""
        expression = self.match.removeprefix(_REGEX) if self.match.startswith(_REGEX) else re.escape(self.match)
        return re.compile(expression)


class RowsWrong(ValueError):
    """A file of error rows cannot be used. The text names the file and the row."""


def read(text: str, source: str) -> tuple[Row, ...]:
    """The rows of a file, in its order. `source` is the file's name, for the sentence. Raises RowsWrong."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RowsWrong(f"{source} is not TOML: {error}") from None
    given: Any = data.get("row")
    if data.keys() != {"row"} or not isinstance(given, list):
        raise RowsWrong(f"{source}: tables [[row]] are wanted, and nothing else")
    entries: list[Any] = given  # pyright: ignore[reportUnknownVariableType] - any TOML
    found: dict[str, Row] = {}
    for number, entry in enumerate(entries, 1):
        row, flaw = _row(entry)
        name = f"row {number}" if row is None else f"row {number} ({row.key})"
        flaw = flaw or next(_flaws(row, found), "") if row else flaw
        if row is None or flaw:
            raise RowsWrong(f"{source}: {name}: {flaw}")
        found[row.key] = row
    return tuple(found.values())


_NAMES = {field.name: field for field in fields(Row)}
_TEXTS = ("cause", "next")
_GIVEN = frozenset(_NAMES) - {f"{text}_{language}" for text in _TEXTS for language in _LANGUAGES}
_LISTS = frozenset({"success_for", "only_for"})
_NEEDED = frozenset(name for name in _GIVEN if _NAMES[name].default is MISSING)


def _row(entry: Any) -> tuple[Row | None, str]:
    """A row and what is wrong with it; None where it cannot even be made."""
    if not isinstance(entry, dict):
        return None, "a table is wanted"
    given = cast("dict[str, Any]", entry)
    unknown = sorted(given.keys() - _GIVEN - set(_LANGUAGES))
    missing = sorted((_NEEDED | set(_LANGUAGES)) - given.keys())
    if unknown or missing:
        return None, f"unknown: {', '.join(unknown)}" if unknown else f"missing: {', '.join(missing)}"
    values = {name: value for name, value in given.items() if name in _GIVEN}
    for language in _LANGUAGES:
        said: Any = given[language]
        if not isinstance(said, dict) or {*cast("dict[str, Any]", said)} != set(_TEXTS):
            return None, f"{language}: a cause and a next are wanted"
        values |= {f"{text}_{language}": value for text, value in cast("dict[str, Any]", said).items()}
    for name, value in values.items():
        flaw = _unlike(name, value)
        if flaw:
            return None, flaw
    made: dict[str, Any] = {name: tuple(values[name]) for name in _LISTS & values.keys()}
    return Row(**{**values, **made}), ""


def _unlike(name: str, value: Any) -> str:
    """What a value is instead of what its name wants; "" where it is that."""
    if name in ("final", "general"):
        return "" if isinstance(value, bool) else f"{name}: true or false is wanted"
    if name in _LISTS:
        entries: list[Any] = value if isinstance(value, list) else [None]  # pyright: ignore[reportUnknownVariableType] - any TOML
        return "" if all(isinstance(one, str) for one in entries) else f"{name}: a list of numbers in quotes is wanted"
    return "" if isinstance(value, str) and value.strip() else f"{name}: a text is wanted"


def _flaws(row: Row, before: Mapping[str, Row]) -> Iterator[str]:
    if row.key in before:
        yield "the key stands twice"
    for name, allowed in (
        ("category", CATEGORIES.keys()),
        ("who", WHO),
        ("money", MONEY),
        ("repeat", REPEAT),
        ("evidence", EVIDENCE),
        ("code", {DEFAULT_CODE, *Code}),
    ):
        if getattr(row, name) not in allowed:
            yield f"{name}: one of {', '.join(sorted(allowed))} is wanted"
    try:
        if row.pattern().search(""):
            yield "match: it finds every text"
    except re.error as error:
        yield f"match: no regular expression: {error}"
    if row.final and (row.category in PROVE_NOTHING or row.general):
        yield "final: such a row is no proof that nothing was done"
    if not row.final and row.repeat == "yes":
        yield "repeat: only what certainly was not executed may be sent again"
