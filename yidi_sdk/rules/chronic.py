"""Qualification for chronic outpatient diseases (门诊慢特病资格), and where they are open (rules 3).

Sources: 81号 一; press; 4号 一, 二, 三(一); 规程 11, 28. Codes and dates are data in `yidi_sdk.diseases`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from yidi_sdk import diseases
from yidi_sdk.rules.areas import Institution, lies_in
from yidi_sdk.rules.reasons import Code, Reason
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

# CH2, CH3: the pilot table counts up to this day
PILOT_ENDS = date(2021, 12, 30)

# CH10: no benefit to lose (BA3), as against a benefit that exists but is not open (BA4)
NO_BENEFIT = (Code.CHRONIC_NOT_QUALIFIED, Code.CHRONIC_EXPIRED, Code.CHRONIC_NOT_BEGUN)


@dataclass(frozen=True, slots=True)
class Qualification:
    """One 5301 row. `begin` None: not stated, taken as begun; `end` None: no end (CH5)."""

    code: str
    name: str = ""
    begin: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Chronic:
    """What the diseases asked for come to: national codes that may be used, reasons, CH11 applied."""

    usable: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a disease would be settled."""

    institution: Institution
    insured_division: str
    on: date
    settings: RuleSettings = DEFAULTS


def read_code(code: str, settings: RuleSettings = DEFAULTS) -> str | Reason:
    """CH7, CH8: the national code of what was asked, or DISEASE_CODE_AMBIGUOUS or DISEASE_CODE_UNKNOWN."""
    found = diseases.national(code, settings.extra_diseases)
    if found is not None:
        return found
    wrong = Code.DISEASE_CODE_AMBIGUOUS if code in diseases.AMBIGUOUS else Code.DISEASE_CODE_UNKNOWN
    return Reason(wrong, disease_code=code)


def mapped(codes: Iterable[str], settings: RuleSettings = DEFAULTS) -> list[Reason]:
    """CH7: a notice for each local code that was read as a national one."""
    found = ((code, diseases.national(code, settings.extra_diseases)) for code in codes)
    return [
        Reason(Code.DISEASE_CODE_MAPPED, disease_code=code, detail=f"{code} → {national}")
        for code, national in dict.fromkeys(found)
        if national not in (None, code)
    ]


def rows_for(national: str, qualifications: Sequence[Qualification], settings: RuleSettings) -> list[Qualification]:
    """The qualification rows of a national code, local codes included."""
    return [row for row in qualifications if diseases.national(row.code, settings.extra_diseases) == national]


def qualified(
    national: str, on: date, qualifications: Sequence[Qualification], settings: RuleSettings = DEFAULTS
) -> Code | None:
    """CH5, CH6: None when one row is in force, else the first of NOT_QUALIFIED, EXPIRED, NOT_BEGUN that is true.

    A row under an ambiguous code cannot be read as a "no": CHRONIC_UNCONFIRMED.
    """
    rows = rows_for(national, qualifications, settings)
    if any(_in_force(row, on) for row in rows):
        return None
    if any(national in diseases.AMBIGUOUS.get(row.code, ()) and _in_force(row, on) for row in qualifications):
        return Code.CHRONIC_UNCONFIRMED
    if not rows:
        return Code.CHRONIC_NOT_QUALIFIED
    ended = any(row.end is not None and row.end < on for row in rows)
    return Code.CHRONIC_EXPIRED if ended else Code.CHRONIC_NOT_BEGUN


def _in_force(row: Qualification, on: date) -> bool:
    return (row.begin is None or row.begin <= on) and (row.end is None or on <= row.end)


def open_objection(national: str, place: Place) -> Code | None:
    """CH2 to CH4 in the order of CH10: date, areas, hospital."""
    here, settings = place.institution, place.settings
    opened = diseases.opens_on(national, {**settings.extra_diseases, **here.open_from})
    if opened is None or place.on < opened:
        return Code.DISEASE_NOT_YET_OPEN
    if not _areas_open(place):
        return Code.CHRONIC_AREA_NOT_OPEN
    return None if _open_here(national, here, place.on) else Code.CHRONIC_NOT_OPEN_HERE


def _areas_open(place: Place) -> bool:
    """CH2 while the pilot lasts, CH3 afterwards."""
    sides = (place.insured_division, place.institution.division)
    if place.on <= PILOT_ENDS:
        return all(lies_in(side, place.settings.pilot_areas) for side in sides)
    return not any(lies_in(side, place.settings.chronic_closed_areas) for side in sides)


def _open_here(national: str, here: Institution, on: date) -> bool:
    """CH4: service and disease switched on for the day; not known here is no objection."""
    service = here.services is None or "chronic" in here.services
    disease = here.open_diseases is None or national in here.open_diseases
    since = here.open_from.get(national)
    return service and disease and (since is None or since <= on)


def objection(national: str, qualifications: Sequence[Qualification], place: Place) -> Code | None:
    """CH10: the first objection to one disease."""
    return qualified(national, place.on, qualifications, place.settings) or open_objection(national, place)


def judge(asked: Sequence[str], qualifications: Sequence[Qualification] | None, place: Place) -> Chronic:
    """What the diseases asked for come to (CH4 to CH14). `asked` empty: all that are qualified (CH12).

    `qualifications` None: 5301 failed (CH13); an empty list means that there is none (CH5). Codes that cannot be read
    come back as reasons of effect R.
    """
    settings = place.settings
    codes = list(dict.fromkeys(asked)) or _all_codes(qualifications, settings)
    read = {code: read_code(code, settings) for code in codes}
    unread = tuple(found for found in read.values() if isinstance(found, Reason))
    if unread:
        return Chronic(reasons=unread)
    if qualifications is None:
        return Chronic(reasons=(Reason(Code.CHRONIC_UNCONFIRMED, detail="5301"),))
    wanted = list(dict.fromkeys(found for found in read.values() if isinstance(found, str)))
    if not wanted:
        return Chronic(reasons=_nothing_readable(qualifications))
    against = {national: objection(national, qualifications, place) for national in wanted}
    usable = tuple(national for national, code in against.items() if code is None)
    tell = () if usable and not asked else against.items()
    reasons = [
        Reason(code, disease_code=national, lowered=bool(usable) and code is not Code.CHRONIC_UNCONFIRMED)
        for national, code in tell
        if code is not None
    ]
    held = [row.code for national in wanted for row in rows_for(national, qualifications, settings)]
    scope = [
        Reason(Code.NO_LOCAL_SCOPE, disease_code=national)
        for national in usable
        if national in place.institution.no_local_scope
    ]
    return Chronic(usable, (*reasons, *mapped([*codes, *held], settings), *scope))


def _all_codes(qualifications: Sequence[Qualification] | None, settings: RuleSettings) -> list[str]:
    """CH12: the diseases held whose codes can be read."""
    held = (diseases.national(row.code, settings.extra_diseases) for row in qualifications or ())
    return list(dict.fromkeys(code for code in held if code is not None))


def _nothing_readable(qualifications: Sequence[Qualification]) -> tuple[Reason, ...]:
    """CH12: no row at all is no qualification; rows of diseases outside the table are not open."""
    if not qualifications:
        return (Reason(Code.CHRONIC_NOT_QUALIFIED),)
    return tuple(
        Reason(
            Code.CHRONIC_UNCONFIRMED if row.code in diseases.AMBIGUOUS else Code.DISEASE_NOT_YET_OPEN,
            disease_code=row.code,
        )
        for row in qualifications
    )
