"""What the platform keeps besides visits and settlements: filings made through institutions, item matches,
settlement lists, and what was uploaded of patients who pay alone.

A filing made here is a row of the person's own `filings`, `qualifications` or `designated` too, which is where
entitlement looks. The register knows its number, who made it, and what was said; it brings about what is due later: a
request that becomes a filing after a while, a designation that begins or ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yidi_mocks.world import Filing, Institution, Insurance, Person, Qualification

CHOSEN = "03"  # biz_appy_type 就医定点: the institution is one that the person chose


@dataclass(slots=True, eq=False)
class Filed:
    """One filing made with a message. `kind`: referral, disease or institution, by the message that made it.

    `due`: seconds since the epoch from which it counts, None once it does. `withdrawn_on`: a day, None while it stands.
    """

    number: str
    kind: str
    person: "Person"
    insurance: "Insurance"
    by: "Institution"
    begin: str
    end: str | None
    given: dict[str, Any]
    purpose: str = ""
    due: float | None = None
    filing: "Filing | None" = None
    qualification: "Qualification | None" = None
    chosen: str | None = None
    withdrawn_on: str | None = None

    def covers(self, day: str) -> bool:
        """Whether it stands on the day."""
        return self.withdrawn_on is None and self.begin <= day and (self.end is None or day <= self.end)

    def meets(self, begin: str, end: str | None) -> bool:
        """Whether it stands and its days touch a period."""
        return (
            self.withdrawn_on is None and (end is None or self.begin <= end) and (self.end is None or begin <= self.end)
        )


@dataclass(slots=True, eq=False)
class Match:
    """Which national item an item of one hospital is, from a day to a day."""

    fixmedins_code: str
    local: str
    national: str
    list_type: str
    begin: str
    end: str | None
    given: dict[str, Any]

    def meets(self, begin: str, end: str | None) -> bool:
        """Whether its days touch a period."""
        return (end is None or self.begin <= end) and (self.end is None or begin <= self.end)


@dataclass(slots=True, eq=False)
class SettlementList:
    """A settlement list as it was uploaded. `submitted` closes it to a further upload."""

    number: str
    setl_id: str
    head: dict[str, Any]
    nodes: dict[str, list[dict[str, Any]]]
    uploaded_at: str
    submitted: bool = False


@dataclass(slots=True, eq=False)
class SelfPayVisit:
    """What was uploaded of one visit of a patient who pays alone. `who`: document kind, number and name.

    `about` is None until the visit itself is uploaded; fee lines may come before it.
    """

    number: str
    fixmedins_code: str
    who: tuple[str, str, str] | None = None
    about: dict[str, Any] | None = None
    stay: bool = False
    diagnoses: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    lines: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    completed: bool = False


@dataclass(slots=True)
class Registers:
    """All registers, by the key a message names a row with."""

    filed: dict[str, Filed] = field(default_factory=dict[str, Filed])
    of_person: dict[int, list[Filed]] = field(default_factory=dict[int, list[Filed]])
    matches: dict[str, list[Match]] = field(default_factory=dict[str, list[Match]])
    lists: dict[str, SettlementList] = field(default_factory=dict[str, SettlementList])
    self_pay: dict[tuple[str, str], SelfPayVisit] = field(default_factory=dict[tuple[str, str], SelfPayVisit])

    def add(self, filed: Filed) -> None:
        """Keep a filing."""
        self.filed[filed.number] = filed
        self.of_person.setdefault(filed.person.number, []).append(filed)

    def standing(self, person: "Person", kind: str) -> Iterator[Filed]:
        """The person's filings of one kind that are not withdrawn."""
        for filed in self.of_person.get(person.number, ()):
            if filed.kind == kind and filed.withdrawn_on is None:
                yield filed

    def made(self, person: "Person", filing: "Filing") -> Filed | None:
        """The message behind a filing of the person, None for one that was not made through an institution."""
        return next((filed for filed in self.of_person.get(person.number, ()) if filed.filing is filing), None)

    def bring_about(self, person: "Person", today: str, seconds: float) -> None:
        """What is due by now happens to the person: requests are granted, designations begin and end."""
        for filed in self.of_person.get(person.number, ()):
            if filed.withdrawn_on is not None:
                continue
            if filed.due is not None and filed.due <= seconds:
                filed.due = None
                if filed.filing is not None and filed.filing.state == "pending":
                    filed.filing.state = "active"
            if filed.chosen is not None and person.designated is not None:
                there = filed.chosen in person.designated
                if filed.due is None and filed.covers(today) and not there:
                    person.designated.append(filed.chosen)
                elif there and filed.end is not None and filed.end < today:
                    person.designated.remove(filed.chosen)
