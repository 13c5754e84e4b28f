"""Filing for care elsewhere (备案): how long it lasts, where it counts, which one is used (rules 2).

Sources: 22号 二(二) to 二(五), 三(一); 规程 5 to 11, 14, 31; 转发 二(三). Days are inclusive.
"""

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from yidi_sdk.rules.areas import DIRECTLY_GOVERNED, MUNICIPALITIES, lies_in, same_pool
from yidi_sdk.rules.reasons import Code, Reason
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

FilingState = Literal["active", "pending", "unseen"]

# 长期居住: no end of their own
LONG_TERM = ("resettled_retiree", "long_resident", "posted_worker")
# 临时外出; of these only the emergency lasts as long as the visit
TEMPORARY = ("referral", "emergency", "temporary_other")
VISIT_ONLY = ("emergency",)

# FI23: the shortest next step first
NEAREST = (
    Code.FILING_UNCONFIRMED,
    Code.FILING_PENDING,
    Code.FILING_NOT_BEGUN,
    Code.FILING_EXPIRED,
    Code.FILING_CANCELLED,
    Code.FILING_OTHER_AREA,
    Code.NOT_FILED,
)


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing as 2001 or 5304 told it.

    `kind` is one of LONG_TERM or TEMPORARY, `area` the division filed for. `state` unseen: a filing is there, its
    state was not told. `insured_division` None: the answer does not say whose insurance filed it.
    """

    kind: str
    area: str
    begin: date | None
    end: date | None = None
    state: FilingState = "active"
    cancelled_on: date | None = None
    insured_division: str | None = None
    promise_papers_open: bool = False


@dataclass(frozen=True, slots=True)
class LastDay:
    """Last day of a filing: None without end; `certain` False where the area may grant more (FI4, FI5)."""

    day: date | None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Filed:
    """What the filings come to: reasons, and the filing that is used or nearest to being of use."""

    reasons: tuple[Reason, ...] = ()
    used: Filing | None = None


def term_end(begin: date, months: int) -> date:
    """FI3: same day number some months later, or that month's last day."""
    year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    month += 1
    return date(year, month, min(begin.day, calendar.monthrange(year, month)[1]))


def last_day(filing: Filing, insured_division: str, settings: RuleSettings = DEFAULTS) -> LastDay:
    """FI1, FI2, FI4, FI5: the platform's end, none for long stays, else the term of the insured area."""
    if filing.end is not None:
        return LastDay(filing.end, certain=filing.kind not in LONG_TERM)
    if filing.kind in LONG_TERM or filing.begin is None:
        return LastDay(None)
    if filing.kind in VISIT_ONLY:
        return LastDay(filing.begin, certain=False)
    terms = settings.filing_term_months
    known = max((area for area in terms if area != "other" and insured_division.startswith(area)), key=len, default="")
    return LastDay(term_end(filing.begin, terms[known or "other"]), certain=bool(known))


def area_matches(area: str, division: str, settings: RuleSettings = DEFAULTS) -> bool:
    """FI8 to FI10: whether a filing for `area` counts in `division`."""
    if area[:2] in MUNICIPALITIES + settings.province_level_areas:
        return area[:2] == division[:2]
    if area[2:] == "0000":
        return settings.whole_province_filings and area[:2] == division[:2]
    if DIRECTLY_GOVERNED in (area[2:4], division[2:4]):
        return area == division
    return area[:4] == division[:4]


def standing(
    filing: Filing, day: date, insured_division: str, our_division: str, settings: RuleSettings = DEFAULTS
) -> Code | None:
    """None while the filing is in force here on that day (FI6), else what stands in the way."""
    if not area_matches(filing.area, our_division, settings):
        return Code.FILING_OTHER_AREA
    if filing.state == "unseen" or filing.begin is None:
        return Code.FILING_UNCONFIRMED
    if filing.state == "pending":
        return Code.FILING_PENDING
    return _standing_in_time(filing, filing.begin, day, last_day(filing, insured_division, settings))


def _standing_in_time(filing: Filing, begin: date, day: date, last: LastDay) -> Code | None:
    if filing.cancelled_on is not None and filing.cancelled_on <= day:
        return Code.FILING_CANCELLED
    if begin > day:
        return Code.FILING_NOT_BEGUN
    if last.day is None or day <= last.day:
        return None
    return Code.FILING_EXPIRED if last.certain else Code.FILING_UNCONFIRMED


def concerns(filing: Filing, insured_division: str) -> bool:
    """Whether the filing was made under the insurance of that division, as far as it says."""
    return filing.insured_division is None or same_pool(filing.insured_division, insured_division)


def in_force_here(
    filing: Filing, day: date, insured_division: str, our_division: str, settings: RuleSettings = DEFAULTS
) -> bool:
    """FI6 and FI8 together, for one insurance."""
    return (
        concerns(filing, insured_division) and standing(filing, day, insured_division, our_division, settings) is None
    )


def deemed_filed(insured_division: str, settings: RuleSettings = DEFAULTS) -> bool:
    """FI20: whether the insured area takes an emergency as filed."""
    return settings.emergency_deemed_filed and not lies_in(insured_division, settings.emergency_not_deemed_areas)


def judge(
    filings: Sequence[Filing] | None,
    on: date,
    insured_division: str,
    our_division: str,
    settings: RuleSettings = DEFAULTS,
    *,
    admitted_on: date | None = None,
    emergency: bool = False,
) -> Filed:
    """What the filings of a person come to on a day (FI6 to FI23).

    `filings` None: could not be asked. `admitted_on`: a stay, valid by its admission day or by `on` (FI14).
    `emergency`: answered yes by a person.
    """
    own = [filing for filing in filings or () if concerns(filing, insured_division)]

    def first_in_force(day: date) -> Filing | None:
        return next((f for f in own if standing(f, day, insured_division, our_division, settings) is None), None)

    now = first_in_force(on)
    then = first_in_force(admitted_on) if admitted_on else now
    used = then or now
    if used is not None:
        reasons = [Reason(Code.PROMISE_PAPERS_OPEN)] if used.promise_papers_open else []
        if now is None and _has_ended(used, on, insured_division, our_division, settings):
            reasons.append(Reason(Code.FILING_ENDED_DURING_STAY))  # FI15
        if then is None:
            reasons.append(Reason(Code.FILED_LATE))  # FI16
        return Filed(tuple(reasons), used)
    if emergency and deemed_filed(insured_division, settings):
        return Filed((Reason(Code.EMERGENCY_DEEMED_FILED),))
    if filings is None:
        return Filed((Reason(Code.FILING_UNCONFIRMED, detail="not asked"),))  # FI22
    return _nearest(own, on, insured_division, our_division, settings)


def _has_ended(filing: Filing, on: date, insured_division: str, our_division: str, settings: RuleSettings) -> bool:
    """A lower bound that has passed is no end (FI4)."""
    ends = (Code.FILING_EXPIRED, Code.FILING_CANCELLED)
    return standing(filing, on, insured_division, our_division, settings) in ends


def _nearest(
    own: Sequence[Filing], on: date, insured_division: str, our_division: str, settings: RuleSettings
) -> Filed:
    """FI23."""
    found = [(standing(filing, on, insured_division, our_division, settings), filing) for filing in own]
    for code in NEAREST:
        for stands, filing in found:
            if stands == code:
                return Filed((Reason(code),), filing)
    return Filed((Reason(Code.NOT_FILED),))


def outpatient_objection(
    designated: Collection[str] | None, our_code: str | None, insured_division: str, settings: RuleSettings = DEFAULTS
) -> Reason | None:
    """FI12: the insured area wants a chosen outpatient hospital (5302) and we are not among them.

    `designated` None: the list was not asked; the platform decides.
    """
    chooses = settings.outpatient_choice
    area = max((area for area in chooses if insured_division.startswith(area)), key=len, default=None)
    wants = area is not None and chooses[area] == "designated"
    if wants and designated is not None and our_code is not None and our_code not in designated:
        return Reason(Code.OUTPATIENT_NOT_CHOSEN)
    return None
