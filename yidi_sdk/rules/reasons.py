"""Reason codes: what stands between a patient and direct settlement, with texts for people (rules 4).

The rows are in `reason_table.py`; their order there is the order in which reasons are told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, cast

from yidi_sdk.rules.reason_table import TABLE

Effect = Literal["N", "A", "I", "R"]
Language = Literal["zh", "en"]

_CELLS = 7
# N first; A only without N; then R, then I
_RANK: Mapping[Effect, int] = MappingProxyType({"N": 0, "A": 1, "R": 2, "I": 3})
REFUSED_HTTP = 409


class Code(StrEnum):
    """Every reason code, in table order."""

    PERSON_NOT_FOUND = "PERSON_NOT_FOUND"
    IDENTITY_MISMATCH = "IDENTITY_MISMATCH"
    NO_INSURANCE = "NO_INSURANCE"
    INSURANCE_KIND_NOT_COVERED = "INSURANCE_KIND_NOT_COVERED"
    ENROLMENT_PAUSED = "ENROLMENT_PAUSED"
    BENEFIT_SUSPENDED = "BENEFIT_SUSPENDED"
    THIRD_PARTY_LIABLE = "THIRD_PARTY_LIABLE"
    SELF_PAID_ALREADY = "SELF_PAID_ALREADY"
    INSTITUTION_NOT_CONNECTED = "INSTITUTION_NOT_CONNECTED"
    CHRONIC_NOT_QUALIFIED = "CHRONIC_NOT_QUALIFIED"
    CHRONIC_EXPIRED = "CHRONIC_EXPIRED"
    CHRONIC_NOT_BEGUN = "CHRONIC_NOT_BEGUN"
    DISEASE_NOT_YET_OPEN = "DISEASE_NOT_YET_OPEN"
    CHRONIC_AREA_NOT_OPEN = "CHRONIC_AREA_NOT_OPEN"
    CHRONIC_NOT_OPEN_HERE = "CHRONIC_NOT_OPEN_HERE"
    INSURANCE_CHOICE_NEEDED = "INSURANCE_CHOICE_NEEDED"
    INSURED_DIVISION_CHANGED = "INSURED_DIVISION_CHANGED"
    STAY_KIND_UNANSWERED = "STAY_KIND_UNANSWERED"
    TRAUMA_UNANSWERED = "TRAUMA_UNANSWERED"
    THIRD_PARTY_UNANSWERED = "THIRD_PARTY_UNANSWERED"
    TRAUMA_IDENTITY_WEAK = "TRAUMA_IDENTITY_WEAK"
    COMMITMENT_MISSING = "COMMITMENT_MISSING"
    FILING_UNCONFIRMED = "FILING_UNCONFIRMED"
    FILING_PENDING = "FILING_PENDING"
    FILING_NOT_BEGUN = "FILING_NOT_BEGUN"
    FILING_EXPIRED = "FILING_EXPIRED"
    FILING_CANCELLED = "FILING_CANCELLED"
    FILING_OTHER_AREA = "FILING_OTHER_AREA"
    NOT_FILED = "NOT_FILED"
    OUTPATIENT_NOT_CHOSEN = "OUTPATIENT_NOT_CHOSEN"
    CHRONIC_UNCONFIRMED = "CHRONIC_UNCONFIRMED"
    LOCAL_PATIENT = "LOCAL_PATIENT"
    EMERGENCY_DEEMED_FILED = "EMERGENCY_DEEMED_FILED"
    FILED_LATE = "FILED_LATE"
    FILING_ENDED_DURING_STAY = "FILING_ENDED_DURING_STAY"
    PROMISE_PAPERS_OPEN = "PROMISE_PAPERS_OPEN"
    ENROLMENT_UNCONFIRMED = "ENROLMENT_UNCONFIRMED"
    EMERGENCY_UNANSWERED = "EMERGENCY_UNANSWERED"
    DISEASE_CODE_MAPPED = "DISEASE_CODE_MAPPED"
    NO_LOCAL_SCOPE = "NO_LOCAL_SCOPE"
    CHRONIC_LINE_TO_ORDINARY = "CHRONIC_LINE_TO_ORDINARY"
    BASKET_ZERO = "BASKET_ZERO"
    LINE_ROUNDING = "LINE_ROUNDING"
    BASKET_STOPPED = "BASKET_STOPPED"
    ESTIMATE_CHANGED = "ESTIMATE_CHANGED"
    STAY_CROSSES_YEAR = "STAY_CROSSES_YEAR"
    FEE_CHECK_READY = "FEE_CHECK_READY"
    REFUND_NOT_LATEST = "REFUND_NOT_LATEST"
    REFUND_CROSS_YEAR = "REFUND_CROSS_YEAR"
    REFUND_AFTER_CLEARING = "REFUND_AFTER_CLEARING"
    AMOUNTS_M3 = "AMOUNTS_M3"
    CREDENTIAL_FORMAT = "CREDENTIAL_FORMAT"
    ID_CHECK_DIGIT = "ID_CHECK_DIGIT"
    CREDENTIAL_REFUSED = "CREDENTIAL_REFUSED"
    FLAGS_CONTRADICT = "FLAGS_CONTRADICT"
    FLAG_CODE_NOT_SET = "FLAG_CODE_NOT_SET"
    COMMITMENT_INCOMPLETE = "COMMITMENT_INCOMPLETE"
    DISEASE_CODE_UNKNOWN = "DISEASE_CODE_UNKNOWN"
    DISEASE_CODE_AMBIGUOUS = "DISEASE_CODE_AMBIGUOUS"
    DISEASE_CODE_WRONG_KIND = "DISEASE_CODE_WRONG_KIND"
    IN_STAY = "IN_STAY"
    NO_LINES = "NO_LINES"
    LINE_NO_DUPLICATE = "LINE_NO_DUPLICATE"
    AMOUNT_FORMAT = "AMOUNT_FORMAT"
    LINE_AMOUNT_MISMATCH = "LINE_AMOUNT_MISMATCH"
    NEGATIVE_LINE = "NEGATIVE_LINE"
    NEGATIVE_LINE_NO_ORIGIN = "NEGATIVE_LINE_NO_ORIGIN"
    AMOUNTS_M1 = "AMOUNTS_M1"
    AMOUNTS_M2 = "AMOUNTS_M2"
    AMOUNTS_M4 = "AMOUNTS_M4"
    AMOUNTS_M5 = "AMOUNTS_M5"
    PLATFORM_REFUSED = "PLATFORM_REFUSED"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    PRESETTLE_STALE = "PRESETTLE_STALE"
    NOT_DISCHARGED = "NOT_DISCHARGED"
    MID_STAY_SETTLEMENT = "MID_STAY_SETTLEMENT"
    OUTSIDE_FORM_MISSING = "OUTSIDE_FORM_MISSING"
    OUTSIDE_DATE = "OUTSIDE_DATE"
    REFUND_NOT_SETTLED = "REFUND_NOT_SETTLED"
    REFUND_ALREADY_DONE = "REFUND_ALREADY_DONE"
    REFUND_PARTIAL_CROSS_YEAR = "REFUND_PARTIAL_CROSS_YEAR"
    REFUND_INPATIENT_NOT_LATEST = "REFUND_INPATIENT_NOT_LATEST"
    REFUND_INPATIENT_CLEARED = "REFUND_INPATIENT_CLEARED"
    REVERSAL_NOT_ALLOWED = "REVERSAL_NOT_ALLOWED"
    UNDO_ORDER = "UNDO_ORDER"
    STATEMENT_NOT_PRINTABLE = "STATEMENT_NOT_PRINTABLE"
    MAINTENANCE = "MAINTENANCE"
    BASKET_BUSY = "BASKET_BUSY"
    KEY_REUSED = "KEY_REUSED"
    NOT_SENT = "NOT_SENT"
    OWNED_BY_VISIT = "OWNED_BY_VISIT"


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One row of the table. `http` is the status of a call refused for it; None where the row names none."""

    code: Code
    effect: Effect
    http: int | None
    zh: str
    en: str
    next_zh: str
    next_en: str
    who: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One objection or notice found.

    `disease_code` and `line_no` say what it is about, `detail` names the field or the cause. `lowered` marks an N that
    counts as A because another disease asked for is usable (CH11).
    """

    code: Code
    disease_code: str | None = None
    line_no: str | None = None
    detail: str | None = None
    lowered: bool = False

    @property
    def row(self) -> ReasonRow:
        """The table row."""
        return REASONS[self.code]

    @property
    def effect(self) -> Effect:
        """N, A, I or R, after lowering."""
        return "A" if self.lowered else self.row.effect

    @property
    def who(self) -> str:
        """Who can do something about it."""
        return self.row.who


def _row(line: str) -> ReasonRow:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) != _CELLS:
        raise ValueError(f"a row of the reason table needs {_CELLS} cells: {line}")
    code, effect_and_http, zh, en, next_zh, next_en, who = cells
    effect, _, http = effect_and_http.partition(" ")
    if effect not in _RANK:
        raise ValueError(f"unknown effect in the reason table: {line}")
    return ReasonRow(Code(code), cast("Effect", effect), int(http) if http else None, zh, en, next_zh, next_en, who)


REASONS: Mapping[Code, ReasonRow] = MappingProxyType(
    {row.code: row for row in (_row(line) for line in TABLE.strip().splitlines() if "|" in line)}
)
_POSITION: Mapping[Code, int] = MappingProxyType({code: place for place, code in enumerate(REASONS)})


def ordered(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Reasons as they are told: each once, N A R I, inside an effect in table order; A only when there is no N."""
    distinct = tuple(dict.fromkeys(reasons))
    refused_for_good = any(reason.effect == "N" for reason in distinct)
    told = (reason for reason in distinct if not (refused_for_good and reason.effect == "A"))
    return tuple(sorted(told, key=_place))


def _place(reason: Reason) -> tuple[int, bool, int]:
    return _RANK[reason.effect], not reason.lowered, _POSITION[reason.code]


def text(reason: Reason, language: Language = "zh") -> tuple[str, str]:
    """Cause and next step in Chinese or English; the next step is empty where nothing needs doing."""
    row = reason.row
    return (row.zh, row.next_zh) if language == "zh" else (row.en, row.next_en)


def http_of(reasons: Iterable[Reason]) -> int:
    """HTTP status of a call refused for these reasons: the first one's own, 409 where its row names none."""
    first = next(iter(reasons), None)
    return (first.row.http if first else None) or REFUSED_HTTP


def without_notices(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """What objects: N, A and R."""
    return tuple(reason for reason in reasons if reason.effect != "I")


def notices(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """What is only told."""
    return tuple(reason for reason in reasons if reason.effect == "I")
