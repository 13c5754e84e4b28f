"""The hospital's own share of a clearing month, in the columns of forms 14-1 to 14-3 (规程 附件14). Pure.

form  rows              columns
14-1  insured province  total, employee, resident
14-2  insured province  the eight fund columns of employees, and their total
14-3  insured province  the four fund columns of residents, and their total

A row with * (规程 48) is money that comes back: a refund after its month was in clearing; it is negative. What no
column is made for goes to 其他; the hospital's own share is no fund. Local patients are not in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from yidi_gateway.amounts import to_yuan
from yidi_sdk.codes import InsuranceType

EMPLOYEE, RESIDENT = "employee", "resident"
OTHER, TOTAL, ACCOUNT = "other", "total", "account"
ACCOUNT_FUNDS = ("310200", "310201")
HOSPITAL_SHARE = "999996"
_ASSISTANCE = MappingProxyType(dict.fromkeys(("610100", "610101", "610102", "610103", "610104"), "assistance"))
COLUMNS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "14-1": {EMPLOYEE: "职工医保", RESIDENT: "居民医保"},
        "14-2": {
            "pooling": "基本医疗保险统筹基金",
            ACCOUNT: "基本医疗保险个人账户",
            "large_amount": "职工大额医疗费用补助",
            "supplementary": "补充医疗保险",
            "civil_servant": "公务员医疗补助",
            "disabled": "伤残人员医疗保障",
            "assistance": "医疗救助",
            OTHER: "其他",
        },
        "14-3": {
            "basic": "基本医疗保险",
            "critical_illness": "城乡居民大病保险",
            "assistance": "医疗救助",
            OTHER: "其他",
        },
    }
)
TITLES = MappingProxyType(
    {
        "14-1": "跨省异地就医应付医疗费用清算表（本机构）",
        "14-2": "跨省异地就医职工医保基金应付明细表（本机构）",
        "14-3": "跨省异地就医居民医保基金应付明细表（本机构）",
    }
)
OF_EMPLOYEE: Mapping[str, str] = MappingProxyType(
    {
        "310100": "pooling",
        "310101": "pooling",
        "310200": ACCOUNT,
        "310201": ACCOUNT,
        "330100": "large_amount",
        "330101": "large_amount",
        "370100": "supplementary",
        "370200": "supplementary",
        "320100": "civil_servant",
        "350100": "disabled",
        **_ASSISTANCE,
    }
)
OF_RESIDENT: Mapping[str, str] = MappingProxyType({"390100": "basic", "390200": "critical_illness", **_ASSISTANCE})
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """Money of one fund for one settlement, in fen. `province`: two digits of the insured place."""

    province: str
    insutype: str
    fund: str
    fen: int
    starred: bool = False

    @property
    def kind(self) -> str:
        return RESIDENT if self.insutype == InsuranceType.RESIDENT else EMPLOYEE

    @property
    def column(self) -> str:
        """Its column in 14-2 or 14-3; a code that nobody knows is never dropped."""
        return (OF_RESIDENT if self.kind == RESIDENT else OF_EMPLOYEE).get(self.fund, OTHER)


def all_forms(shares: Iterable[Share], month: str) -> Json:
    """The three forms of a month."""
    sums: dict[str, dict[tuple[bool, str], dict[str, int]]] = {form: {} for form in COLUMNS}
    for share in shares:
        if share.fund == HOSPITAL_SHARE:
            continue
        by_fund = "14-3" if share.kind == RESIDENT else "14-2"
        for form, column in (("14-1", share.kind), (by_fund, share.column)):
            names = (*COLUMNS[form], TOTAL)
            row = sums[form].setdefault((share.starred, share.province), dict.fromkeys(names, 0))
            row[column] += share.fen
            row[TOTAL] += share.fen
    return {form: _form(form, rows, month) for form, rows in sums.items()}


def _form(form: str, rows: Mapping[tuple[bool, str], Mapping[str, int]], month: str) -> Json:
    names = (*COLUMNS[form], TOTAL)
    shown = [
        {"region": f"{'*' if starred else ''}{province}0000", **_yuan(rows[starred, province])}
        for starred, province in sorted(rows)
        if any(rows[starred, province].values())
    ]
    total = {name: sum(row[name] for row in rows.values()) for name in names}
    return {
        "title": TITLES[form],
        "month": month,
        "unit": "元",
        "columns": {**COLUMNS[form], TOTAL: "合计"},
        "rows": shown,
        "total": _yuan(total),
    }


def _yuan(row: Mapping[str, int]) -> dict[str, str]:
    return {name: str(to_yuan(fen)) for name, fen in row.items()}
