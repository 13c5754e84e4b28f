"""What differs between provinces in doubt (settlement_state_machine.md, section 1), as flags of the running hub."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from math import isfinite
from random import Random
from typing import Any

from yidi_mocks.dialect import PLAIN
from yidi_mocks.gate import HEADER_SCHEMES
from yidi_mocks.seals import BODY_SCHEMES


class BadCapability(ValueError):
    """A flag that the hub does not have, or a value of the wrong kind."""


@dataclass(slots=True)
class Capabilities:
    """Defaults are the pessimistic ones, except that queries show the msgid and a batch has one live settlement.

    `acct_in_fund` None leaves it to the insured place. `sign_ttl` and `D_max` in seconds, None for no limit.
    `filing_delay_s`: how long a filing made by message is being handled before it counts, None for at once.
    `reversible` overrides the catalogue per infno. `sign_required`, `header_scheme` and `body_scheme` None leave it to
    the profile; so does a part of `answer` (see `dialect.Dialect`) that is left out. `refuses_repeats` false: a second
    message under the same msgid is done again. `door_clock_off_s`: how far the clock of the front door is off.

    Reconciliation: the platform's day ends at `day_ends_at` (HH:MM, 24:00 midnight), a settlement is final
    `final_after_s` seconds after it was made, a task of 3211 takes `task_takes_s`. `refunds_counted`: negative rows
    count where refd_setl_flag is left out. `statement_codes`: long (000000) or short (0). `statement_lists`: all rows
    in a result file, or differences. `refund_variants`: see `refunding`.
    """

    idem_msgid: bool = False
    tombstone: bool = False
    one_live: bool = True
    query_without_setl_id: bool = False
    query_shows_msgid: bool = True
    acct_in_fund: bool | None = None
    sign_required: bool | None = None
    sign_ttl: float | None = None
    D_max: float | None = None
    strict_codes: bool = False
    filing_delay_s: float | None = None
    reversible: dict[str, bool] = field(default_factory=dict[str, bool])
    maint_codes: list[str] = field(default_factory=list[str])
    refuses_repeats: bool = True
    header_scheme: str | None = None
    body_scheme: str | None = None
    door_clock_off_s: float = 0
    answer: dict[str, Any] = field(default_factory=dict[str, Any])
    day_ends_at: str = "24:00"
    final_after_s: float = 0
    task_takes_s: float = 0
    refunds_counted: bool = True
    statement_codes: str = "long"
    statement_lists: str = "all"
    refund_variants: dict[str, bool] = field(default_factory=dict[str, bool])

    def as_json(self) -> dict[str, Any]:
        """All flags."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def change(self, row: dict[str, Any]) -> None:
        """Set the flags named; `drawn` with a seed draws those in doubt first. Raises BadCapability, then nothing is
        changed."""
        if "drawn" in row:
            seed = row["drawn"]
            if not isinstance(seed, int) or isinstance(seed, bool):
                raise BadCapability("drawn must be a whole number")
            row = {**drawn(Random(seed)), **{name: value for name, value in row.items() if name != "drawn"}}  # noqa: S311 - flags repeat by seed
        known = {f.name for f in fields(self)}
        for name, value in row.items():
            if name not in known:
                raise BadCapability(f"unknown flag: {name}")
            _demand(name, value)
        try:
            PLAIN.changed(row.get("answer") or {})
        except (TypeError, ValueError) as error:
            raise BadCapability(str(error)) from None
        for name, value in row.items():
            setattr(self, name, value)


DEFAULTS = Capabilities()
DAY_END = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
CHOICES = {
    "header_scheme": HEADER_SCHEMES,
    "body_scheme": BODY_SCHEMES,
    "statement_codes": ("long", "short"),
    "statement_lists": ("all", "differences"),
}
SECONDS = ("sign_ttl", "D_max", "filing_delay_s", "final_after_s", "task_takes_s")
MAY_BE_NONE = frozenset(f.name for f in fields(Capabilities) if getattr(DEFAULTS, f.name) is None)
IN_DOUBT = ("idem_msgid", "tombstone", "one_live", "query_without_setl_id", "query_shows_msgid")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def _holds(kind: type[Any], value: Any) -> bool:
    """Whether it is an object or a list of nothing but that kind."""
    within: Any = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [None]  # pyright: ignore[reportUnknownVariableType] - any JSON
    return all(isinstance(one, kind) for one in within)


FORMS: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(SECONDS, (lambda value: _is_number(value) and value >= 0, "a number of seconds")),
    "door_clock_off_s": (_is_number, "a number of seconds"),
    "day_ends_at": (lambda value: bool(DAY_END.fullmatch(str(value))), "HH:MM, 24:00 for midnight"),
    "maint_codes": (lambda value: isinstance(value, list) and _holds(str, value), "a list of texts"),
    "reversible": (lambda value: isinstance(value, dict) and _holds(bool, value), "an object of true and false"),
    "refund_variants": (lambda value: isinstance(value, dict) and _holds(bool, value), "an object of true and false"),
    "answer": (lambda value: isinstance(value, dict), "an object"),
}
"""What a flag may be, and how that is said; one that is neither here nor in CHOICES is true or false."""
TRUTH: tuple[Callable[[Any], bool], str] = (lambda value: isinstance(value, bool), "true or false")


def _demand(name: str, value: Any) -> None:
    """Raises BadCapability for a value that the flag cannot have."""
    if value is None and name in MAY_BE_NONE:
        return
    if name in CHOICES:
        fits, what = value in CHOICES[name], f"one of {', '.join(CHOICES[name])}"
    else:
        check, what = FORMS.get(name, TRUTH)
        fits = check(value)
    if not fits:
        raise BadCapability(f"{name} must be {what}")


def drawn(random: Random) -> dict[str, Any]:
    """Flags by chance: every one of which no source says how it is."""
    found: dict[str, Any] = {name: random.random() < 0.5 for name in IN_DOUBT}  # noqa: PLR2004 - a coin
    found["acct_in_fund"] = random.choice((None, True, False))
    found["sign_ttl"] = random.choice((None, 3600, 28800))
    found["D_max"] = random.choice((None, 30, 120))
    return found
