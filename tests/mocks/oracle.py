"""Books of one's own beside the hub: what happened, what may happen next, what every question must answer.

The law is typed here once more, as plain conditions from the facts, and shares nothing with the hub's table. Of the
money only what the insured place decides is taken from the hub's answers; totals, sums, signs, years and months are
reckoned here.
"""

from dataclasses import dataclass, field
from decimal import Decimal

SUMMED = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay")
CLEARING_TYPE = {"out": "11", "comb": "11", "stay": "21", "sale": "41"}
MAKES = {"out": "2207", "stay": "2304", "sale": "2102", "comb": "2260"}
UNDOES = {"out": "2208", "stay": "2305", "sale": "2103", "comb": "2261"}
REVERSIBLE = {"2207", "2208", "2304", "2305", "2102", "2103"}
UNQUALIFIED = {"inpatient_new_year"}
ZERO = Decimal("0.00")


@dataclass
class Item:
    number: str
    amount: Decimal
    batch: str = ""
    disease: str = ""
    origin: str = ""
    setl_id: str | None = None
    parts: tuple = ()


@dataclass
class Case:
    """A visit, stay, sale or combined visit."""

    kind: str
    who: str
    mdtrt_id: str
    number: str
    msgid: str = ""
    day: str = ""
    described: set = field(default_factory=set)
    items: dict = field(default_factory=dict)
    discharged: bool = False
    cancelled: bool = False


@dataclass
class Paper:
    """A settlement or its mirror. `sums`: by SUMMED."""

    setl_id: str
    msgid: str
    infno: str
    case: Case
    batch: str
    sums: dict
    deductible: Decimal
    day: str
    year: str
    month: str
    items: dict
    undoes: "Paper | None" = None
    live: bool = True
    refunded: bool = False
    reversed: bool = False
    clearing: str = "open"


class Oracle:
    """Everything that is true, and what the law says of the next message."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.papers: list[Paper] = []

    # what is true

    def live_in(self, case: Case) -> list[Paper]:
        return [paper for paper in self.papers if paper.case is case and paper.live]

    def in_hospital(self, who: str) -> bool:
        return any(c.kind == "stay" and c.who == who and not c.cancelled and not c.discharged for c in self.cases)

    def of_year(self, who: str, year: str) -> list[Paper]:
        return [p for p in self.papers if p.case.who == who and p.live and p.year == year]

    def account_paid(self, who: str) -> Decimal:
        return sum((p.sums["acct_pay"] for p in self.papers if p.case.who == who and p.live), ZERO)

    def deductible_used(self, who: str, year: str) -> Decimal:
        return sum((p.deductible for p in self.of_year(who, year) if p.case.kind != "stay"), ZERO)

    def stays_settled(self, who: str, year: str) -> int:
        return sum(p.case.kind == "stay" for p in self.of_year(who, year))

    # the law

    def may_register(self, who: str) -> bool:
        return not self.in_hospital(who)

    def may_describe(self, case: Case) -> bool:
        return case.kind == "out" and not case.cancelled

    def may_charge(self, case: Case, batch: str, disease: str) -> bool:
        there = [item for item in case.items.values() if item.batch == batch]
        if case.kind != "out" or case.cancelled or disease not in case.described:
            return False
        return all(item.setl_id is None and item.disease == disease for item in there)

    def may_revoke_fees(self, case: Case, batch: str) -> bool:
        return case.kind == "out" and not case.cancelled and bool(self.unsettled(case, batch))

    def unsettled(self, case: Case, batch: str) -> list[Item]:
        return [i for i in case.items.values() if batch in ("0000", i.batch) and i.setl_id is None]

    def may_settle(self, case: Case, batch: str) -> bool:
        items = [item for item in case.items.values() if item.batch == batch]
        if case.kind != "out" or case.cancelled or not items or self.in_hospital(case.who):
            return False
        if any(item.disease for item in items) and case.who in UNQUALIFIED:
            return False
        return all(item.setl_id is None for item in items)

    def may_cancel(self, case: Case) -> bool:
        return case.kind == "out" and not case.cancelled and not case.items

    def may_refund(self, paper: Paper, infno: str) -> bool:
        if not paper.live or infno != UNDOES[paper.case.kind]:
            return False
        if paper.case.kind != "stay":
            return True
        later = self.papers[self.papers.index(paper) + 1 :]
        newer = any(p.live and p.case.kind == "stay" and p.case.who == paper.case.who for p in later)
        return not newer and paper.clearing == "open"

    def may_admit(self, who: str) -> bool:
        return not self.in_hospital(who)

    def is_open(self, case: Case) -> bool:
        return case.kind == "stay" and not case.cancelled and not case.discharged

    def may_revoke_lines(self, case: Case, numbers: set[str]) -> bool:
        gone = set(case.items) if "0000" in numbers else numbers & set(case.items)
        orphans = any(i.origin in gone and i.number not in gone for i in case.items.values())
        return self.is_open(case) and bool(gone) and not orphans

    def left_of(self, case: Case, number: str) -> Decimal:
        taken = sum((item.amount for item in case.items.values() if item.origin == number), ZERO)
        return case.items[number].amount + taken

    def may_reopen(self, case: Case) -> bool:
        if case.kind != "stay" or case.cancelled or not case.discharged or self.live_in(case):
            return False
        return not self.in_hospital(case.who)

    def may_settle_stay(self, case: Case) -> bool:
        if case.kind != "stay" or case.cancelled or not case.discharged:
            return False
        return bool(case.items) and not self.live_in(case)

    def may_cancel_stay(self, case: Case) -> bool:
        return self.is_open(case) and not case.items

    def may_reverse(self, paper: Paper, infno: str, today: str) -> bool:
        if paper.infno != infno or infno not in REVERSIBLE or paper.reversed or paper.refunded:
            return False
        if paper.clearing != "open" or paper.day != today:
            return False
        return paper.undoes is None or self.as_it_was(paper.undoes)

    def as_it_was(self, original: Paper) -> bool:
        """Whether a refund can be taken back: the same lines, unsettled, and a stay still waits to be settled."""
        case, there = original.case, original.case.items
        if any(number not in there or there[number].setl_id is not None for number in original.items):
            return False
        if sum((there[number].amount for number in original.items), ZERO) != original.sums["medfee_sumamt"]:
            return False
        if case.kind != "stay":
            return True
        return case.discharged and not case.cancelled and set(there) == set(original.items)

    def may_reverse_admission(self, case: Case, today: str) -> bool:
        return self.may_cancel_stay(case) and case.day == today

    # what happens

    def book(self, paper: Paper) -> None:
        self.papers.append(paper)
        for number in paper.items:
            paper.case.items[number].setl_id = paper.setl_id

    def mirror(self, original: Paper, setl_id: str, msgid: str, infno: str, today: str) -> Paper:
        original.live, original.refunded = False, True
        self._free(original)
        negative = Paper(
            setl_id,
            msgid,
            infno,
            original.case,
            original.batch,
            {name: -amount for name, amount in original.sums.items()},
            -original.deductible,
            today,
            original.year,
            today[:7] if original.clearing != "open" else original.month,
            {},
            undoes=original,
            live=False,
        )
        self.papers.append(negative)
        if original.case.kind in ("sale", "comb"):
            original.case.cancelled = True
        return negative

    def reverse(self, paper: Paper) -> None:
        paper.live, paper.reversed = False, True
        if paper.undoes is None:
            self._free(paper)
        else:
            paper.undoes.live, paper.undoes.refunded = True, False
            for number in paper.undoes.items:
                paper.case.items[number].setl_id = paper.undoes.setl_id
        if paper.case.kind == "sale":
            paper.case.cancelled = paper.undoes is None

    def _free(self, paper: Paper) -> None:
        for item in paper.case.items.values():
            if item.setl_id == paper.setl_id:
                item.setl_id = None

    # what must be answered

    def ledger(self) -> dict[str, tuple]:
        return {
            p.setl_id: (
                p.case.mdtrt_id,
                p.msgid,
                p.live,
                p.reversed,
                "1" if p.refunded or p.undoes else "0",
                p.undoes.setl_id if p.undoes else None,
                p.day,
                p.year,
                p.month,
                p.clearing,
                *(f"{p.sums[name]:.2f}" for name in SUMMED),
            )
            for p in self.papers
        }

    def day(self, day: str, insutypes: dict[str, str]) -> dict[tuple[str, str], tuple]:
        found: dict[tuple[str, str], list[Paper]] = {}
        for paper in self.papers:
            if paper.day == day and not paper.reversed:
                key = (insutypes[paper.case.who], CLEARING_TYPE[paper.case.kind])
                found.setdefault(key, []).append(paper)
        return {key: (len(rows), *self.sums_of(rows)) for key, rows in found.items()}

    def month(self, month: str) -> tuple:
        rows = [paper for paper in self.papers if paper.month == month and not paper.reversed]
        return (len(rows), *self.sums_of(rows))

    def sums_of(self, rows: list[Paper]) -> list[str]:
        return [f"{sum((p.sums[name] for p in rows), ZERO):.2f}" for name in SUMMED]
