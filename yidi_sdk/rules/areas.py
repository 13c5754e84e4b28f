"""Places: what six-digit division codes have in common, and what is known of the hospital's own services."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

# 北京 天津 上海 重庆: one pool each
MUNICIPALITIES = ("11", "12", "31", "50")
# 海南 西藏 兵团: one pool each as far as insurance goes (ID10)
PROVINCE_POOLS = ("46", "54", "66")
# digits 3-4 of counties governed by a province directly (FI9)
DIRECTLY_GOVERNED = "90"


def _no_dates() -> Mapping[str, date]:
    return {}


@dataclass(frozen=True, slots=True)
class Institution:
    """What is known of the hospital; its division always is. None: not known here, no objection, the platform decides.

    `status`: open, testing, not_connected, suspended. `services`: outpatient, chronic, inpatient. `open_from`: the
    hospital's own first day of a disease, which may come before the national one. `no_local_scope`: national codes the
    treating place has no payment scope for (CH14).
    """

    division: str
    code: str | None = None
    status: str | None = None
    services: Collection[str] | None = None
    open_diseases: Collection[str] | None = None
    open_from: Mapping[str, date] = field(default_factory=_no_dates)
    no_local_scope: Collection[str] = ()


def same_pool(a: str, b: str) -> bool:
    """Whether two divisions belong to one insurance pool (ID10): a city, a municipality or a whole-province pool."""
    digits = 2 if a[:2] in MUNICIPALITIES + PROVINCE_POOLS else 4
    return a[:digits] == b[:digits]


def is_cross_province(insured_division: str, our_division: str) -> bool:
    """CP1: the first two digits differ. 66 兵团 and 65 新疆 differ."""
    return insured_division[:2] != our_division[:2]


def lies_in(division: str, areas: Collection[str]) -> bool:
    """Whether a division begins with one of the leading digits in `areas`."""
    return any(division.startswith(area) for area in areas)
