"""Code sets: wire values with their Chinese labels, and enums for the few that the rules speak of.

Provinces extend nearly every set. An open set lets unknown values through; a closed set refuses them before anything is
sent. The tables lie in `codes.toml`, with what each rests on, and are read when the first of them is asked for. What
the platform itself gave since (`code_tables`) stands over them, for the whole process.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class Mapped:
    """How far a hospital's own codes reach the national ones. `mapped`: own code to national code; `unmapped`: own
    codes without one, with how often each stands in the list; `astray`: own codes whose national code is not in the
    national list. `share`: the part of the list, each code as often as it stands there, that is mapped."""

    total: int
    mapped: Mapping[str, str]
    unmapped: Mapping[str, int]
    astray: Mapping[str, str]
    share: Decimal


class Tables(Mapping[str, CodeSet]):
    """The code sets by name: those that come with the package, read from their file once, and over them what was
    renewed. Threads may read while another renews."""

    def __init__(self) -> None:
        self._renewed: Mapping[str, CodeSet] = {}

    def __getitem__(self, name: str) -> CodeSet:
        return self._renewed.get(name) or _read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**_read(), **self._renewed})

    def __len__(self) -> int:
        return len({**_read(), **self._renewed})

    def renew(self, name: str, values: Mapping[str, str], evidence: str) -> None:
        """Put the platform's own values in the place of the shipped ones. A closed set keeps the shipped ones as well:
        a table that came back short must not stop the hospital."""
        shipped = _read().get(name) or CodeSet(name, name, {})
        kept = {**shipped.values, **values} if shipped.closed else dict(values)
        self._renewed = {**self._renewed, name: replace(shipped, values=kept, evidence=evidence)}

    def as_shipped(self) -> None:
        """Forget everything that was renewed."""
        self._renewed = {}


CODE_SETS = Tables()


def unmapped(name: str, given: Iterable[str]) -> Unmapped:
    """Which of the `given` codes the set `name` does not know. KeyError for a set that is not there."""
    known = CODE_SETS[name].values
    counted = Counter(given)
    unknown = {value: times for value, times in sorted(counted.items()) if value not in known}
    total = counted.total()
    return Unmapped(total, unknown, _share(sum(unknown.values()), total))


def coverage(given: Iterable[str], mapping: Mapping[str, str], national: Collection[str] | None = None) -> Mapped:
    """What becomes of the `given` own codes (of items, departments, anything) under a hospital's `mapping`. Without the
    list of `national` codes none is astray."""
    counted = Counter(given)
    targets = {code: mapping[code] for code in sorted(counted) if mapping.get(code)}
    astray = {code: target for code, target in targets.items() if national is not None and target not in national}
    mapped = {code: target for code, target in targets.items() if code not in astray}
    without = {code: times for code, times in sorted(counted.items()) if code not in targets}
    total = counted.total()
    return Mapped(total, mapped, without, astray, _share(sum(counted[code] for code in mapped), total))


def _share(part: int, total: int) -> Decimal:
    return (Decimal(part) / total).quantize(FOUR_PLACES) if total else Decimal(0)


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
