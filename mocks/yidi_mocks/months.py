"""Clearing month as the platform adds it up: sums, forms, notices, prepayment, days; from the settlements it holds."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from yidi_mocks import clearing, forms, prepayment
from yidi_mocks.benefit import ACCOUNT_ROW
from yidi_mocks.books import A_DAY, Cut, Kind, Totals, days_between, funds_of, total_of
from yidi_mocks.feechecks import months_on
from yidi_mocks.figures import yuan
from yidi_mocks.statements import BALANCED, Statement
from yidi_mocks.world import Settlement, World

HOME = "50"
"""The province whose forms are shown unless another is asked for: that of the hub's hospitals."""


def month(
    world: World, name: str, today: str, cut: Cut, province: str = HOME, states: Iterable[str] = ()
) -> dict[str, Any]:
    """Everything about a clearing month, yyyy-MM. `states`: only settlements whose clearing stands there, all unless
    told. Refunds after clearing are negative in the month in which they were made."""
    wanted = frozenset(states) or frozenset(clearing.STATES)
    found = [one for one in world.books.month(name) if one.clearing_state in wanted]
    deductions = world.agency.deductions.of_month(name)
    entries = forms.entries_of(found, deductions)
    days = clearing.deadlines(name)
    return {
        "month": name,
        "count": len(found),
        **total_of(found).as_json(),
        "by_province": _by_province(found),
        "by_state": {state: _counted(one for one in found if one.clearing_state == state) for state in clearing.STATES},
        "open_for_days": _open_for(found, name, today),
        "local": _counted(one for one in found if not forms.is_across(one)),
        "funds": _funds(found),
        "province": forms.province_name(province),
        "forms": forms.all_forms(entries, province, name),
        "notices": {**forms.notices(entries, province, name), "terms": _terms(world, name)},
        "prepayment": _prepaid(world, name, entries, province, days["confirmed_by"]),
        "deductions": [one.as_json() for one in deductions],
        "lots": [lot.as_json() for lot in world.agency.clearing.lots if lot.month == name],
        "days": days,
        "reconciliation": _reconciliation(world, name, today, cut, days["reconciled_by"]),
    }


def is_month(text: str) -> bool:
    """Whether it is yyyy-MM."""
    try:
        date.fromisoformat(f"{text}-01")
    except ValueError:
        return False
    return len(text) == len("yyyy-MM")


def last_day(name: str) -> str:
    """The last day of a month."""
    return (date.fromisoformat(f"{months_on(name, 1)}-01") - A_DAY).isoformat()


def _open_for(found: Iterable[Settlement], name: str, today: str) -> int:
    """Days since the month ended, while anything in it is open; 0 when nothing is, or it is not over."""
    days = (date.fromisoformat(today) - date.fromisoformat(last_day(name))).days
    return max(0, days) if any(one.clearing_state == clearing.OPEN for one in found) else 0


def _by_province(found: Iterable[Settlement]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Settlement]] = {}
    for one in found:
        insurance = one.visit.insurance
        groups.setdefault((insurance.division[:2], insurance.insutype), []).append(one)
    return [
        {"province": forms.province_name(province), "insutype": insutype, **_counted(rows)}
        for (province, insutype), rows in sorted(groups.items())
    ]


def _counted(found: Iterable[Settlement]) -> dict[str, Any]:
    totals = total_of(found)
    return {"count": totals.count, **totals.as_json()}


def _funds(found: Iterable[Settlement]) -> list[dict[str, Any]]:
    sums: dict[tuple[str, str], int] = {}
    for one in found:
        for names, (_, fen) in zip(one.fund_names, funds_of(one), strict=True):
            sums[names] = sums.get(names, 0) + fen
    return [
        {"type": code, "name": name, "amount": f"{yuan(fen):.2f}", "account": code == ACCOUNT_ROW}
        for (code, name), fen in sorted(sums.items())
    ]


def _terms(world: World, name: str) -> dict[str, Any]:
    """The notices' own days (规程 第四十四条 to 第四十六条); None where no calendar is known. Submitted to the finance
    bureau, paid to the province of care, told to the agency; `up_and_down_by`: moved within the city."""
    published = last_day(months_on(name, 1))
    submit, pay, tell = prepayment.SUBMIT_WITHIN, prepayment.PAY_WITHIN, prepayment.TELL_WITHIN
    submitted, paid, told = prepayment.terms_from(world.agency.calendar, published, submit, pay, tell)
    (up_and_down,) = prepayment.terms_from(world.agency.calendar, published, submit)
    terms = {"submitted_by": submitted, "paid_by": paid, "told_by": told, "up_and_down_by": up_and_down}
    return {"published_by": published, **terms, "accounts": world.agency.prepayments.accounts}


def _prepaid(
    world: World, name: str, entries: list[forms.Entry], province: str, confirmed_on: str
) -> list[dict[str, Any]]:
    """By insured province: what it paid ahead to the province of care, and how much of that the month uses."""
    year, used = name[:4], forms.net_by_payer(entries, province)
    quarter = _quarter(world, year, province)
    prepayments, calendar = world.agency.prepayments, world.agency.calendar
    rows: list[dict[str, Any]] = []
    for payer in sorted(used):
        before = {month: sums[payer] for month, sums in quarter.items() if payer in sums}
        use = prepayment.use_of(prepayments.amount(year, payer, before), used[payer])
        row = {"province": forms.province_name(payer), "division": f"{payer}0000", **use}
        if use["warning"] == "red":
            terms = (prepayment.APPLY_WITHIN, prepayment.SUBMIT_WITHIN, prepayment.PAY_WITHIN, prepayment.TELL_WITHIN)
            names = ("apply_by", "submitted_by", "paid_by", "told_by")
            row["increase"] = dict(zip(names, prepayment.terms_from(calendar, confirmed_on, *terms), strict=True))
        rows.append(row)
    return rows


def _quarter(world: World, year: str, province: str) -> dict[str, dict[str, int]]:
    """What each insured province was cleared for in the last quarter of the year before, by month."""
    names = [f"{int(year) - 1:04d}-{number}" for number in prepayment.QUARTER]
    found = {name: forms.net_by_payer(forms.entries_of(world.books.month(name), ()), province) for name in names}
    return {name: sums for name, sums in found.items() if sums}


def _reconciliation(world: World, name: str, today: str, cut: Cut, until: str) -> dict[str, Any]:
    """Which days of the month are not reconciled: a kind of settlement that no comparison covers, or that has changed
    since. `state`: open, closed (by the 3rd, 规程 第三十五条), overdue."""
    days = list(days_between(f"{name}-01", last_day(name)))
    shown = [day for day in days if day <= today]
    left = [day for day in shown if not all(_reconciled(world, kind, day, cut) for kind in _kinds(world, day, cut))]
    over = today > days[-1]
    state = "closed" if over and not left else "overdue" if today > until else "open"
    return {"by": until, "state": state, "days_left": left}


def _kinds(world: World, day: str, cut: Cut) -> list[Kind]:
    kinds = world.books.kinds(day, day, cut)
    return [kind for kind in kinds if world.books.totals(kind, day, day, cut).count]


def _reconciled(world: World, kind: Kind, day: str, cut: Cut) -> bool:
    """Whether the last word about it was that both sides agree, and still holds."""
    code, insutype, clr_type = kind
    said = [
        one
        for one in world.agency.statements.last.values()
        if one.code == code
        and one.begin <= day <= one.end
        and one.insutype in (None, insutype)
        and one.clr_type in (None, clr_type)
    ]
    if not said:
        return False
    newest = said[-1]
    return newest.verdict == BALANCED and platform_totals(world, newest, cut) == newest.platform


def platform_totals(world: World, asked: Statement, cut: Cut) -> Totals:
    """What the platform counts now for the period and kinds of a comparison."""
    kinds = [
        (code, insutype, clr_type)
        for code, insutype, clr_type in world.books.kinds(asked.begin, asked.end, cut)
        if code == asked.code and asked.insutype in (None, insutype) and asked.clr_type in (None, clr_type)
    ]
    totals = (world.books.totals(kind, asked.begin, asked.end, cut, refunds=asked.refunds) for kind in kinds)
    return sum(totals, Totals())
