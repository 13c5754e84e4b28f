"""The tables of a clearing month, 附件14 to 附件16 of the 规程, from settlements and deductions and nothing else. Pure.

form  in the document                          rows                     columns
14    全国跨省异地就医费用清算表                receiving province (收款省)  each paying province (付款省)
14-1  应付医疗费用清算表                        province of care         total, employee, resident
14-2  职工医保基金应付明细表                    province of care         the eight fund columns and total
14-3  居民医保基金应付明细表                    province of care         the four fund columns and total
14-4  医保基金审核扣款明细表                    province of care         total, employee, resident
14-5  职工医保基金审核扣款明细表                as 14-2                  as 14-2
14-6  居民医保基金审核扣款明细表                as 14-3                  as 14-3
14-7  应收医疗费用清算表                        insured province         total, employee, resident
15    费用付款通知书                            province                 amount
16    费用收款通知书                            province                 amount

14-1 to 14-6 and 15 are those of a province as payer, 14-7 and 16 as receiver. Only provinces with something to show
have a row. A row whose `region` begins with * (规程 第四十八条) is money that comes back: a settlement refunded after
its month was cleared. It is negative in the tables, and in the notices it stands on the other side. 14, 14-7, 15 and 16
are less deductions. What no column is made for goes to `other`; the hospital's own share is no fund.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from yidi_mocks.books import funds_of
from yidi_mocks.deductions import Deduction
from yidi_mocks.figures import yuan
from yidi_mocks.world import Settlement
from yidi_sdk.codes import CODE_SETS, InsuranceType

EMPLOYEE: dict[str, str] = {
    "pooling": "基本医疗保险统筹基金",
    "account": "基本医疗保险个人账户",
    "large_amount": "职工大额医疗费用补助",
    "supplementary": "补充医疗保险",
    "civil_servant": "公务员医疗补助",
    "disabled": "伤残人员医疗保障",
    "assistance": "医疗救助",
    "other": "其他",
}
RESIDENT: dict[str, str] = {
    "basic": "基本医疗保险",
    "critical_illness": "城乡居民大病保险",
    "assistance": "医疗救助",
    "other": "其他",
}
OTHER, TOTAL = "other", "total"
OF_EMPLOYEE: dict[str, str] = {
    "310100": "pooling",
    "310101": "pooling",
    "310200": "account",
    "310201": "account",
    "330100": "large_amount",
    "330101": "large_amount",
    "370100": "supplementary",
    "370200": "supplementary",
    "320100": "civil_servant",
    "350100": "disabled",
    **dict.fromkeys(("610100", "610101", "610102", "610103", "610104"), "assistance"),
}
OF_RESIDENT: dict[str, str] = {
    "390100": "basic",
    "390200": "critical_illness",
    **dict.fromkeys(("610100", "610101", "610102", "610103", "610104"), "assistance"),
}
HOSPITAL_SHARE = "999996"
CORPS = "66"
KINDS = {"employee": "职工医保", "resident": "居民医保"}


@dataclass(frozen=True, slots=True)
class Entry:
    """Money from one fund, in fen; `starred`: it comes back. `deducted`: found by review."""

    payer: str
    receiver: str
    kind: str
    column: str
    fen: int
    starred: bool = False
    deducted: bool = False


def entries_of(settlements: Iterable[Settlement], deductions: Iterable[Deduction]) -> list[Entry]:
    """The fund rows of settlements across provinces, summed as far as no form tells them apart."""
    sums: dict[tuple[str, str, str, str, bool, bool], int] = {}
    for settlement in settlements:
        payer, receiver = provinces_of(settlement)
        if payer == receiver:
            continue
        kind, columns = _columns(settlement)
        starred = settlement.undoes is not None and settlement.undoes.clearing_month != settlement.clearing_month
        for code, fen in funds_of(settlement):
            if code != HOSPITAL_SHARE:
                key = (payer, receiver, kind, columns.get(code, OTHER), starred, False)
                sums[key] = sums.get(key, 0) + fen
    for deduction in deductions:
        payer, receiver = provinces_of(deduction.settlement)
        kind, columns = _columns(deduction.settlement)
        for code, fen in deduction.funds.items():
            key = (payer, receiver, kind, columns.get(code, OTHER), False, True)
            sums[key] = sums.get(key, 0) + fen
    return [Entry(*key[:4], fen, starred=key[4], deducted=key[5]) for key, fen in sums.items()]


def provinces_of(settlement: Settlement) -> tuple[str, str]:
    """Two digits each: of the insured place, which pays, and of the place of care, which receives."""
    return settlement.visit.insurance.division[:2], settlement.visit.institution.division[:2]


def is_across(settlement: Settlement) -> bool:
    """Whether insured place and place of care lie in two provinces."""
    payer, receiver = provinces_of(settlement)
    return payer != receiver


def province_name(province: str) -> str:
    """The Chinese name of a province by its two digits."""
    return "新疆生产建设兵团" if province == CORPS else CODE_SETS["admdvs"].label_of(f"{province}0000")


def _columns(settlement: Settlement) -> tuple[str, dict[str, str]]:
    resident = settlement.visit.insurance.insutype == InsuranceType.RESIDENT
    return ("resident", OF_RESIDENT) if resident else ("employee", OF_EMPLOYEE)


@dataclass(slots=True)
class Table:
    """Sums by region and column. A region is (starred, province)."""

    columns: dict[str, str]
    sums: dict[tuple[bool, str], dict[str, int]] = field(default_factory=dict[tuple[bool, str], dict[str, int]])

    def add(self, region: tuple[bool, str], column: str, fen: int) -> None:
        """Add to a column and to the total."""
        row = self.sums.setdefault(region, dict.fromkeys((*self.columns, TOTAL), 0))
        for name in {column, TOTAL}:
            row[name] += fen

    def as_json(self, title: str, month: str) -> dict[str, Any]:
        """Title, columns with their Chinese names, rows, total."""
        shown = [(region, row) for region, row in sorted(self.sums.items()) if any(row.values())]
        total = {name: sum(row[name] for _, row in shown) for name in (*self.columns, TOTAL)}
        return {
            "title": title,
            "month": month,
            "unit": "元",
            "columns": {**self.columns, TOTAL: "合计"},
            "rows": [{**_region(region), **_money(row)} for region, row in shown],
            "total": _money(total),
        }


def all_forms(entries: list[Entry], province: str, month: str) -> dict[str, Any]:
    """Every form of the month; `province` is whose they are, by two digits."""
    name = province_name(province)
    payable = [one for one in entries if one.payer == province and not one.deducted]
    deducted = [one for one in entries if one.payer == province and one.deducted]
    receivable = [one for one in entries if one.receiver == province]
    by_kind = {
        "14-1": (f"{name}跨省异地就医应付医疗费用清算表", [(one, one.receiver) for one in payable]),
        "14-4": (f"{name}跨省异地就医医保基金审核扣款明细表", [(one, one.receiver) for one in deducted]),
        "14-7": (f"{name}跨省异地就医应收医疗费用清算表", [(one, one.payer) for one in receivable]),
    }
    by_fund = {
        "14-2": (f"{name}跨省异地就医职工医保基金应付明细表", payable, "employee", EMPLOYEE),
        "14-3": (f"{name}跨省异地就医居民医保基金应付明细表", payable, "resident", RESIDENT),
        "14-5": (f"{name}跨省异地就医职工医保基金审核扣款明细表", deducted, "employee", EMPLOYEE),
        "14-6": (f"{name}跨省异地就医居民医保基金审核扣款明细表", deducted, "resident", RESIDENT),
    }
    made = {"14": _national(entries, month)}
    for form, (title, rows) in by_kind.items():
        table = Table(KINDS)
        for one, other in rows:
            table.add((one.starred, other), one.kind, _net(one) if form == "14-7" else one.fen)
        made[form] = table.as_json(title, month)
    for form, (title, found, kind, columns) in by_fund.items():
        table = Table(columns)
        for one in found:
            if one.kind == kind:
                table.add((one.starred, one.receiver), one.column, one.fen)
        made[form] = table.as_json(title, month)
    return dict(sorted(made.items(), key=lambda item: int(item[0].partition("-")[2] or 0)))


def notices(entries: list[Entry], province: str, month: str) -> dict[str, Any]:
    """附件15 and 附件16 of a province: what it pays and what it receives. Money that comes back stands, as a positive
    amount with *, in the notice of the other direction."""
    pays, receives = Table({}), Table({})
    for one in entries:
        if one.payer == province:
            table = receives if one.starred else pays
            table.add((one.starred, one.receiver), TOTAL, -one.fen if one.starred else _net(one))
        elif one.receiver == province:
            table = pays if one.starred else receives
            table.add((one.starred, one.payer), TOTAL, -one.fen if one.starred else _net(one))
    name = province_name(province)
    return {
        "15": pays.as_json(f"{name}跨省异地就医费用付款通知书", month),
        "16": receives.as_json(f"{name}跨省异地就医费用收款通知书", month),
    }


def net_by_payer(entries: Iterable[Entry], receiver: str) -> dict[str, int]:
    """What each insured province owes a province of care, deductions and returns taken off, in fen."""
    sums: dict[str, int] = {}
    for one in entries:
        if one.receiver == receiver:
            sums[one.payer] = sums.get(one.payer, 0) + _net(one)
    return sums


def _national(entries: list[Entry], month: str) -> dict[str, Any]:
    payers = sorted({one.payer for one in entries})
    table = Table({payer: province_name(payer) for payer in payers})
    for one in entries:
        table.add((False, one.receiver), one.payer, _net(one))
    return table.as_json("全国跨省异地就医费用清算表", month)


def _net(one: Entry) -> int:
    return -one.fen if one.deducted else one.fen


def _region(region: tuple[bool, str]) -> dict[str, Any]:
    starred, province = region
    return {"region": f"{'*' if starred else ''}{province_name(province)}", "division": f"{province}0000"}


def _money(row: dict[str, int]) -> dict[str, str]:
    return {name: f"{yuan(fen):.2f}" for name, fen in row.items()}
