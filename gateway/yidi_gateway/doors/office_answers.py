"""What the insurance office's calls answer, as models for the OpenAPI."""

from datetime import date as day_type
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from yidi_gateway.doors.answers import TWO_DECIMALS, Told

Verdict = Literal["balanced", "platform_more", "institution_more", "differs", "not_told"]


class Progress(Told):
    """How far a day end is."""

    step: str
    done: int
    of: int


class DayRunning(Told):
    """Not done yet: ask again."""

    date: day_type
    state: Literal["running"]
    progress: Progress
    retry_after_s: int


class Yuan(Told):
    """Sums in yuan; null where nobody told them."""

    total: str | None
    fund: str | None
    account: str | None
    cash: str | None


class GroupTotal(Told):
    """One insurance, clearing type and clearing agency."""

    insutype: str
    clr_type: str
    place: str = Field(description="setl_optins, clr_optins")
    count: int = Field(description="fixmedins_setl_cnt")
    total: str = Field(pattern=TWO_DECIMALS, description="medfee_sumamt")
    fund: str = Field(pattern=TWO_DECIMALS, description="fund_pay_sumamt")
    account: str = Field(pattern=TWO_DECIMALS, description="acct_pay")
    cash: str = Field(pattern=TWO_DECIMALS)
    platform: Verdict = Field(description="stmt_rslt of 3201")
    details: Literal["not_needed", "compared", "set_aside", "not_told", "no_lines"]
    explained: bool | None = Field(description="the differences account for the totals; null: it cannot be said")


class Difference(Told):
    """A settlement on which the sides do not agree."""

    kind: str
    settlement_id: str | None
    msgid: str
    mdtrt_id: str | None
    submission_id: str | None
    insutype: str | None
    clr_type: str | None
    place: str | None
    ours: Yuan | None
    platform: Yuan | None
    memo: str = Field(description="the platform's own words")


class Mended(Difference):
    """A difference that was mended: the event of the lifecycle, and what came of it."""

    event: str
    outcome: str
    mended_by: str | None


class Quarantined(Told):
    """A file that was set aside and proves nothing; it is kept sealed."""

    clr_type: str
    place: str
    flaw: Literal["cut", "garbled", "doubled", "too_large", "gb18030", "late", "missing"]
    line: int | None
    bytes: int


class DayResult(Told):
    """What was found for a day. `state`: balanced, not_final (only what one side is not done with), differences,
    incomplete (the platform did not tell, a file was set aside, or the totals are not accounted for)."""

    date: day_type
    version: int
    checked_at: datetime
    state: Literal["balanced", "not_final", "differences", "incomplete"]
    pending: int = Field(description="submissions of the day that are not final yet; they are never called different")
    totals: list[GroupTotal]
    counts: dict[str, int]
    differences: list[Difference]
    difference: dict[str, str]
    mended: list[Mended]
    quarantined: list[Quarantined]
    four_way: dict[str, Any]
    progress: Progress | None = None


class History(Told):
    """What happened to an item."""

    at: datetime
    what: Literal["opened", "closed", "opened_again"]
    by: str
    reason: str


class LedgerItem(Told):
    """Something to be looked into until it is explained."""

    id: str
    kind: str
    problem_class: Literal["filing", "system", "other"] = Field(alias="class")
    severity: int
    state: Literal["open", "closed"]
    owner: str
    text: str
    patient_text: str = Field(description="what may be told to the patient; empty where it is none of theirs")
    subject: dict[str, str | None]
    detail: dict[str, Any]
    opened_at: datetime
    alarm_at: datetime
    due_at: datetime
    closed_at: datetime | None
    alarm: bool
    overdue: bool
    notice: str = Field(description="where the days off of a year are not known yet")
    history: list[History]


class LedgerItems(Told):
    """A page of the problem ledger."""

    items: list[LedgerItem]
    next: str | None


class HisTotalsKept(Told):
    """The HIS's totals are kept."""

    date: day_type
    version: int


class PaymentsKept(Told):
    """The payment file is kept."""

    date: day_type
    name: str
    version: int
    count: int


class Page(Told):
    """A hundred rows, confirmed together by 3261."""

    key: str
    state: str
    msgid: str | None = Field(description="otransid of 3262")
    submission_id: str | None
    rows: int


class Confirmation(Told):
    """The confirmations of a month. `left_out`: settlement numbers that were not confirmed, and why."""

    month: str
    pages: list[Page]
    confirmed: int
    left_out: dict[str, str]


class ClearingTold(Confirmation):
    """How many settlements of other provinces are open, in clearing and cleared; the age of the oldest, in days."""

    open: int
    in_clearing: int
    cleared: int
    oldest_days: int


class ClosingTold(Told):
    """Whether every day of the month is reconciled, and until when it has to be (the 3rd)."""

    closed: bool
    closed_at: datetime | None
    due_at: datetime
    in_time: bool
    overdue: bool
    missing: dict[str, str] = Field(description="days that are not balanced, and how they stand")
    open_items: int


class MonthTold(Told):
    """A month: reconciliation, clearing, deadlines, and our share in forms 14-1 to 14-3."""

    month: str
    reconciliation: ClosingTold
    clearing: ClearingTold
    deadlines: dict[str, dict[str, datetime | None]]
    forms: dict[str, Any]
