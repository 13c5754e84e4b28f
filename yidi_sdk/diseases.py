"""Chronic diseases settled across provinces, as data: national codes, since when each is open, and local codes.

Source: 医保办函〔2021〕4号, attachment (ten codes) and its remark (related therapies go under M00500 and M07801).
The first two diseases opened with the pilot on 2021-01-01, the other eight by the end of 2021. Rows without a date are
known from elsewhere and stay off until a setting gives them one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

IN_THE_DOCUMENTS = "4号 附件"
NOT_IN_THE_DOCUMENTS = "not in the five documents"


@dataclass(frozen=True, slots=True)
class Disease:
    """One national disease code.

    `opens_on` is the first day it may be settled across provinces (None: off unless a setting opens it), `group` the
    class the attachment puts it in, `evidence` where the row comes from.
    """

    code: str
    name: str
    group: str
    opens_on: date | None
    evidence: str = IN_THE_DOCUMENTS


_PILOT = date(2021, 1, 1)
_END_OF_2021 = date(2021, 12, 31)

DISEASES: tuple[Disease, ...] = (
    Disease("M03900", "高血压", "高血压", _PILOT),
    Disease("M01600", "糖尿病", "糖尿病", _PILOT),
    Disease("M00500", "恶性肿瘤门诊治疗", "恶性肿瘤门诊治疗", _END_OF_2021),
    Disease("M07801", "透析", "慢性肾功能衰竭", _END_OF_2021),
    Disease("M08301", "肾移植抗排异治疗", "器官移植抗排异治疗", _END_OF_2021),
    Disease("M08302", "骨髓移植抗排异治疗", "器官移植抗排异治疗", _END_OF_2021),
    Disease("M08303", "心移植抗排异治疗", "器官移植抗排异治疗", _END_OF_2021),
    Disease("M08304", "肝移植抗排异治疗", "器官移植抗排异治疗", _END_OF_2021),
    Disease("M08305", "肺移植抗排异治疗", "器官移植抗排异治疗", _END_OF_2021),
    Disease("M08306", "肝肾移植抗排异治疗", "器官移植抗排异治疗", _END_OF_2021),
    Disease("M05300", "慢性阻塞性肺疾病", "慢性阻塞性肺疾病", None, NOT_IN_THE_DOCUMENTS),
    Disease("M06900", "类风湿关节炎", "类风湿关节炎", None, NOT_IN_THE_DOCUMENTS),
    Disease("M04600", "冠心病", "冠心病", None, NOT_IN_THE_DOCUMENTS),
    Disease("M00201", "慢性乙型肝炎", "病毒性肝炎", None, NOT_IN_THE_DOCUMENTS),
    Disease("M00202", "慢性丙型肝炎", "病毒性肝炎", None, NOT_IN_THE_DOCUMENTS),
    Disease("M07200", "强直性脊柱炎", "强直性脊柱炎", None, NOT_IN_THE_DOCUMENTS),
)

BY_CODE: Mapping[str, Disease] = MappingProxyType({row.code: row for row in DISEASES})
_POSITION: Mapping[str, int] = MappingProxyType({row.code: place for place, row in enumerate(DISEASES)})

# CH7: local code -> national code
LOCAL_TO_NATIONAL: Mapping[str, str] = MappingProxyType(
    {"M00501": "M00500", "M00503": "M00500", "M00599": "M00500", "M07803": "M07801", "M07804": "M07801"}
)

# CH8: one code that may mean any of several national ones: the organ is not named
AMBIGUOUS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"M08300": ("M08301", "M08302", "M08303", "M08304", "M08305", "M08306")}
)


def national(code: str, opened: Collection[str] = ()) -> str | None:
    """The national code of a national or local one (CH7); None where there is none or the row is off.

    `opened` names rows that a setting switches on.
    """
    row = BY_CODE.get(LOCAL_TO_NATIONAL.get(code, code))
    if row is None or (row.opens_on is None and row.code not in opened):
        return None
    return row.code


def opens_on(code: str, earlier: Mapping[str, date] | None = None) -> date | None:
    """The first day a national code may be settled; a date in `earlier` counts where it comes before the table's."""
    row = BY_CODE.get(code)
    days = [day for day in (row and row.opens_on, (earlier or {}).get(code)) if day]
    return min(days, default=None)


def position(code: str | None) -> int:
    """Place of a national code in the table, for ordering baskets; ordinary care (None) and unknown codes come last."""
    return len(DISEASES) if code is None else _POSITION.get(code, len(DISEASES))


def name_of(code: str) -> str:
    """The national name, or the code itself where the table does not know it."""
    row = BY_CODE.get(code)
    return row.name if row else code


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a list of codes reaches the national ones. `share` is the part of the list that has one national code."""

    mapped: Mapping[str, str]
    ambiguous: Mapping[str, tuple[str, ...]]
    not_open: Mapping[str, str]
    unknown: tuple[str, ...]
    share: Decimal


def coverage(codes: Collection[str], opened: Collection[str] = ()) -> Coverage:
    """What becomes of each code: one national code, any of several, one that is off, or none. Each code counts once."""
    given = sorted(set(codes))
    ambiguous = {code: AMBIGUOUS[code] for code in given if code in AMBIGUOUS}
    meant = {code: LOCAL_TO_NATIONAL.get(code, code) for code in given if code not in ambiguous}
    mapped = {code: row for code, row in meant.items() if national(code, opened) is not None}
    not_open = {code: row for code, row in meant.items() if code not in mapped and row in BY_CODE}
    unknown = tuple(code for code in meant if code not in mapped and code not in not_open)
    share = (Decimal(len(mapped)) / len(given)).quantize(Decimal("0.0001")) if given else Decimal(0)
    return Coverage(mapped, ambiguous, not_open, unknown, share)
