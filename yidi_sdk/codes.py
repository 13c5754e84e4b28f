"""Code sets: wire values with their Chinese labels, and enums for the few that the rules speak of.

Provinces extend nearly every set. An open set lets unknown values through; a closed set refuses them before anything is
sent. The tables lie in `codes.toml`, with what each rests on, and are read when the first of them is asked for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class CodeSet:
    """A code table: `values` maps wire value to label; `closed` says that other values are refused in what we send;
    `variants` holds by province or implementer what differs there; `evidence` says what the table rests on."""

    name: str
    label: str
    values: dict[str, str]
    closed: bool = False
    variants: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    evidence: str = ""
    note: str = ""

    def admits(self, value: str) -> bool:
        """Whether `value` may be sent."""
        return not self.closed or value in self.values

    def label_of(self, value: str, variant: str = "") -> str:
        """The Chinese label, that of a variant first; the value itself where the set does not know it."""
        return self.variants.get(variant, {}).get(value) or self.values.get(value, value)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """How much of a list of codes a set does not know: the codes with how often each stands there, and their share of
    the list."""

    total: int
    unknown: Mapping[str, int]
    share: Decimal


class Tables(Mapping[str, CodeSet]):
    """The code sets by name, read from their file once."""

    def __getitem__(self, name: str) -> CodeSet:
        return _read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_read())

    def __len__(self) -> int:
        return len(_read())


CODE_SETS: Mapping[str, CodeSet] = Tables()


def unmapped(name: str, given: Iterable[str]) -> Unmapped:
    """Which of the `given` codes the set `name` does not know. KeyError for a set that is not there."""
    known = CODE_SETS[name].values
    counted = Counter(given)
    unknown = {value: times for value, times in sorted(counted.items()) if value not in known}
    total = counted.total()
    share = (Decimal(sum(unknown.values())) / total).quantize(FOUR_PLACES) if total else Decimal(0)
    return Unmapped(total, unknown, share)


@cache
def _read() -> dict[str, CodeSet]:
    import tomllib  # noqa: PLC0415 - with the line below, a third of what importing the shapes costs
    from importlib.resources import files  # noqa: PLC0415

    tables: dict[str, dict[str, Any]] = tomllib.loads(files("yidi_sdk").joinpath("codes.toml").read_text("utf-8"))
    return {name: CodeSet(name=name, values=table.pop("values", {}), **table) for name, table in tables.items()}


class CredentialType(StrEnum):
    """Kind of credential, mdtrt_cert_type."""

    E_CREDENTIAL = "01"
    ID_CARD = "02"
    SOCIAL_CARD = "03"


class InsuranceType(StrEnum):
    """Kinds of insurance settled across provinces, insutype."""

    EMPLOYEE = "310"
    RESIDENT = "390"


class MedType(StrEnum):
    """Category of care, med_type."""

    OUTPATIENT = "11"
    EMERGENCY = "13"
    CHRONIC_OUTPATIENT = "14"
    INPATIENT = "21"
    EMERGENCY_INPATIENT = "24"


class OperatorType(StrEnum):
    """Kind of operator, opter_type."""

    CLERK = "1"
    KIOSK = "2"
    MOBILE = "3"


class Flag(StrEnum):
    """Yes or no on the wire."""

    NO = "0"
    YES = "1"


class SettlingWay(StrEnum):
    """Way of settling, psn_setlway."""

    BY_ITEM = "01"
    BY_QUOTA = "02"


class ItemClass(StrEnum):
    """Class of an item, chrgitm_lv."""

    A = "01"
    B = "02"
    SELF_PAID = "03"
