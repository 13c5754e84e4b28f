"""What the platform holds, as plain records: people, filings, institutions, visits, lines, settlements.

One file, though long: the records name one another.

Days are text, yyyy-MM-dd, and compare as such. Amounts are `Decimal` with two places. What a person has used up in a
year and what is left on the account are never stored: they are sums over live settlements, which undoing cannot forget.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from sys import intern
from typing import Any

from yidi_mocks import figures
from yidi_mocks.agency import Agency
from yidi_mocks.books import Books
from yidi_mocks.registers import Registers

ZERO = Decimal("0.00")
NOT_SHOWN = (-1, "", b"")

FILING_KINDS = ("resettled_retiree", "long_resident", "posted_worker", "referral", "emergency", "temporary_other")
LONG_TERM = frozenset(FILING_KINDS[:3])


class Care(StrEnum):
    """What a visit is. `SALE`: in a pharmacy; `COMBINED`: Guangdong's visit in one message."""

    OUTPATIENT = "outpatient"
    STAY = "stay"
    SALE = "sale"
    COMBINED = "combined"


ADMISSION, DISCHARGE = "1", "2"
"""Diagnoses of a stay, inout_diag_type."""
CLEARING: dict[Care, str] = {Care.STAY: "21", Care.SALE: "41"}
OUTPATIENT_CLEARING = "11"


def kept(row: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The fields named that say something; equal texts become one object, because a hub may hold many lines."""
    found = ((name, row.get(name)) for name in names)
    return {name: intern(v) if isinstance(v, str) else v for name, v in found if v is not None and v != ""}


@dataclass(slots=True)
class Insurance:
    """One insurance of a person. `balance` is what the account held before any settlement here."""

    insutype: str
    division: str
    status: str = "1"
    paused_from: str | None = None
    since: str = "2015-07-01"
    balance: Decimal = ZERO
    psn_type: str = "11"
    civil_servant: bool = False
    emp_name: str = ""


@dataclass(slots=True)
class Filing:
    """One filing. `state`: active, pending, cancelled, or unseen (in force, but no query shows it).

    `illness`: the diagnosis it was made for, "" where none was told. `form`: the filing form (规程 附件1) of one
    that was made at the insured place's desk.
    """

    kind: str
    area: str
    begin: str
    end: str | None = None
    state: str = "active"
    cancelled_on: str | None = None
    insured_division: str | None = None
    promise_papers_open: bool = False
    illness: str = ""
    form: dict[str, Any] | None = None


@dataclass(slots=True)
class Qualification:
    """One chronic-disease qualification; `end` None has no end."""

    code: str
    name: str
    begin: str
    end: str | None = None


@dataclass(slots=True)
class Credential:
    """What a person shows: `kind` is e_credential, id_card or social_card."""

    kind: str
    value: str
    card_sn: str | None = None


@dataclass(slots=True)
class Person:
    """An invented person. `number` is the hub's own key; `psn_no` may change in mid-visit."""

    number: int
    psn_no: str
    name: str
    id_number: str
    insurances: list[Insurance]
    credentials: list[Credential]
    filings: list[Filing] = field(default_factory=list[Filing])
    qualifications: list[Qualification] = field(default_factory=list[Qualification])
    designated: list[str] | None = None
    benefit: str = "enjoyed"
    in_stay: bool = False
    persona: str | None = None
    title: str = ""
    about: str = ""
    settlements: list["Settlement"] = field(default_factory=list["Settlement"])
    visits: list["Visit"] = field(default_factory=list["Visit"])
    stays: tuple["Visit", ...] = ()
    shown: tuple[int, str, bytes] = NOT_SHOWN

    @property
    def birthday(self) -> str:
        """As the ID number says."""
        text = self.id_number
        return f"{text[6:10]}-{text[10:12]}-{text[12:14]}"

    @property
    def sex(self) -> str:
        """Wire value of gend, as the ID number says."""
        return "1" if self.id_number[16] in "13579" else "2"

    @property
    def open_stay(self) -> "Visit | None":
        """The stay that the person lies in now, at any hospital."""
        open_ones = (visit for visit in self.stays if visit.stay is not None and visit.stay.open)
        return next((visit for visit in open_ones if not visit.cancelled), None)

    @property
    def in_hospital(self) -> bool:
        """Whether the person lies in a hospital: in a stay that the hub holds, or in one that it was told of."""
        return self.in_stay or bool(self.stays and self.open_stay)

    def age_on(self, day: str) -> Decimal:
        """Age in years with one decimal, rounded down to tenths."""
        years, months = int(day[:4]) - int(self.id_number[6:10]), int(day[5:7]) - int(self.id_number[10:12])
        tenths = (years * 12 + months) * 10 // 12
        return Decimal(tenths).scaleb(-1)


@dataclass(slots=True)
class Institution:
    """A hospital by its twelve-character wire code; `about` keeps the five-digit `local_code` of the document.

    `status`: not_connected, testing, open or suspended; `moves`: every change of it, with its day.
    """

    code: str
    name: str
    division: str
    level: str = ""
    status: str = "open"
    services: list[str] = field(default_factory=lambda: ["outpatient", "chronic", "inpatient"])
    open_diseases: list[str] = field(default_factory=list[str])
    about: dict[str, Any] = field(default_factory=dict[str, Any])
    moves: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def become(self, status: str, day: str) -> None:
        """Take another state; what it was and the day are kept."""
        if status != self.status:
            self.moves.append({"day": day, "from": self.status, "to": status})
            self.status = status


@dataclass(frozen=True, slots=True)
class LineSplit:
    """One line in its four parts, which are the line."""

    amount: Decimal
    self_paid: Decimal
    over_limit: Decimal
    class_b_first: Decimal
    in_scope: Decimal
    item_class: str
    ratio: Decimal
    limit: Decimal
    category: str


@dataclass(slots=True)
class Line:
    """One fee line and the settlement it is in while that one is live. `given` is shared between equal lines."""

    number: str
    batch: str
    disease: str
    time: str
    count: Decimal
    price: Decimal
    fen: int
    given: dict[str, Any]
    setl_id: str | None = None

    @property
    def amount(self) -> Decimal:
        """What it costs."""
        return figures.yuan(self.fen)


@dataclass(slots=True)
class StayLine(Line):
    """One fee line of a stay. A negative one takes back a part of the line `origin`: `parts`, in fen, in the order of
    `figures.PARTS`. They are kept, because what is left to take depends on the negative lines before."""

    origin: str = ""
    parts: tuple[int, int, int, int] | None = None


@dataclass(slots=True)
class Stay:
    """What a stay has beyond other visits: the message that made it and its day, and how it ended.

    `group`: the group of the filing that was in force on the admission day, None where none was. What becomes of that
    filing later changes nothing.
    """

    msgid: str
    made_on: str
    group: str | None = None
    discharge: dict[str, Any] | None = None

    @property
    def open(self) -> bool:
        """Whether the person has not left."""
        return self.discharge is None

    @property
    def discharged(self) -> bool:
        """Whether the person has left."""
        return self.discharge is not None

    @property
    def ended(self) -> str:
        """When, "" while it is open."""
        return self.discharge["endtime"] if self.discharge is not None else ""


@dataclass(slots=True)
class Visit:
    """One registration. `encounters` are the uploads of 2203/2203A by disease code, "" for ordinary care and stays.

    `given` and `encounters` are shared between equal visits and never changed in place. Most visits have one line and
    one settlement: tuples are the smallest that holds them. `diagnoses`: each with its `of`, the disease code of the
    encounter, or ADMISSION or DISCHARGE.
    """

    mdtrt_id: str
    person: Person
    institution: Institution
    insurance: Insurance
    given: dict[str, Any]
    number: str = ""
    begun: str = ""
    encounters: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    lines: tuple[Line, ...] = ()
    settlements: tuple["Settlement", ...] = ()
    cancelled: bool = False
    care: Care = Care.OUTPATIENT
    stay: Stay | None = None
    diagnoses: tuple[dict[str, Any], ...] = ()

    @property
    def clearing_type(self) -> str:
        """Wire value of clr_type."""
        return CLEARING.get(self.care, OUTPATIENT_CLEARING)

    def batch(self, number: str) -> list[Line]:
        """The lines of one charge batch."""
        return [line for line in self.lines if line.batch == number]


@dataclass(slots=True)
class Settlement:
    """One settlement, or the negative one that undoes it (`undoes`). `infno`: the transaction that made it.

    `packed`: its amounts and fund rows packed, `fund_names` the codes and names of the rows.
    """

    setl_id: str
    msgid: str
    visit: Visit
    batch: str
    disease: str
    med_type: str
    packed: bytes
    fund_names: figures.FundNames
    ratio: Decimal
    time: str
    day: str
    year: str
    clearing_month: str
    invoice: str = ""
    lines: tuple[str, ...] = ()
    live: bool = True
    refunded: bool = False
    reversed: bool = False
    clearing_state: str = "open"
    undoes: "Settlement | None" = None
    credential_type: str = "02"
    infno: str = ""

    @property
    def amounts(self) -> dict[str, Decimal]:
        """By wire name of 2207."""
        return dict(zip(figures.AMOUNTS, map(figures.yuan, figures.all_of(self.packed, self.fund_names)), strict=False))

    @property
    def funds(self) -> list[dict[str, Any]]:
        """The rows of setldetail."""
        return figures.fund_rows(self.packed, self.fund_names)

    def fen(self, name: str) -> int:
        """One amount, in fen."""
        return figures.all_of(self.packed, self.fund_names)[figures.PLACE[name]]

    def amount(self, name: str) -> Decimal:
        """One amount."""
        return figures.yuan(self.fen(name))


@dataclass(slots=True)
class World:
    """Everything, in dictionaries by the key a message names it with."""

    people: dict[int, Person] = field(default_factory=dict[int, Person])
    by_psn_no: dict[str, Person] = field(default_factory=dict[str, Person])
    by_credential: dict[tuple[str, str], Person] = field(default_factory=dict[tuple[str, str], Person])
    institutions: dict[str, Institution] = field(default_factory=dict[str, Institution])
    visits: dict[str, Visit] = field(default_factory=dict[str, Visit])
    settlements: dict[str, Settlement] = field(default_factory=dict[str, Settlement])
    by_msgid: dict[str, Settlement] = field(default_factory=dict[str, Settlement])
    admissions: dict[str, Visit] = field(default_factory=dict[str, Visit])
    shared: figures.Shared = field(default_factory=figures.Shared)
    registers: Registers = field(default_factory=Registers)
    books: Books = field(default_factory=Books)
    agency: Agency = field(default_factory=Agency)
    serial: int = 0
    version: int = 0  # moves with every change from outside; what a message changes is its own person's

    def next_serial(self) -> int:
        """A number that was not given before."""
        self.serial += 1
        return self.serial

    def add_person(self, person: Person) -> None:
        """Make the person known by number and by each credential."""
        self.people[person.number] = person
        self.by_psn_no[person.psn_no] = person
        for credential in person.credentials:
            self.by_credential[credential.kind, credential.value] = person

    def rename(self, person: Person, psn_no: str) -> None:
        """Give the person another number; the old one is nobody's from now on."""
        self.by_psn_no.pop(person.psn_no, None)
        person.psn_no = psn_no
        self.by_psn_no[psn_no] = person

    def add_settlement(self, settlement: Settlement) -> None:
        """Book it: by id, by the msgid that made it, with its person and visit."""
        self.settlements[settlement.setl_id] = settlement
        self.by_msgid[settlement.msgid] = settlement
        settlement.visit.settlements += (settlement,)
        settlement.visit.person.settlements.append(settlement)
        self.books.add(settlement)

    def add_visit(self, visit: Visit) -> None:
        """Make it known by its number, and an admission by the msgid that made it."""
        self.visits[visit.mdtrt_id] = visit
        visit.person.visits.append(visit)
        if visit.stay is not None:
            visit.person.stays += (visit,)
            self.admissions[visit.stay.msgid] = visit

    def find_person(self, wanted: str) -> Person | None:
        """By psn_no, persona name or ID number."""
        named = next((person for person in self.people.values() if person.persona == wanted), None)
        return self.by_psn_no.get(wanted) or self.by_credential.get(("id_card", wanted)) or named


def live_of(person: Person, insurance: Insurance, year: str | None = None) -> Iterator[Settlement]:
    """Live settlements of one insurance, of one year when named."""
    for settlement in person.settlements:
        if settlement.live and settlement.visit.insurance is insurance and year in (None, settlement.year):
            yield settlement


def used_up(settlements: Iterable[Settlement], name: str) -> Decimal:
    """One amount of all of them."""
    return figures.yuan(sum(settlement.fen(name) for settlement in settlements))


def balance_left(person: Person, insurance: Insurance) -> Decimal:
    """What the account still holds."""
    return insurance.balance - used_up(live_of(person, insurance), "acct_pay")
