"""Day and month as the platform adds them up: totals and details from the settlements it holds, and nothing else."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from yidi_mocks.benefit import ACCOUNT_ROW, place_of
from yidi_mocks.world import ZERO, Settlement, World, used_up

SUMMED = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay")


def ledger_row(settlement: Settlement) -> dict[str, Any]:
    """One settlement as the ledger shows it; amounts as text with two places."""
    return {
        "setl_id": settlement.setl_id,
        "mdtrt_id": settlement.visit.mdtrt_id,
        "psn_no": settlement.visit.person.psn_no,
        "medins_setl_id": settlement.msgid,
        "dise_codg": settlement.disease or None,
        "med_type": settlement.med_type,
        **{name: text(settlement.amount(name)) for name in SUMMED},
        "refd_setl_flag": "1" if settlement.refunded or settlement.undoes else "0",
        "live": settlement.live,
        "reversed": settlement.reversed,
        "undoes": settlement.undoes.setl_id if settlement.undoes else None,
        "chrg_bchno": settlement.batch,
        "insutype": settlement.visit.insurance.insutype,
        "insuplc_admdvs": settlement.visit.insurance.division,
        "fixmedins_code": settlement.visit.institution.code,
        "setl_time": settlement.time,
        "date": settlement.day,
        "year": settlement.year,
        "clearing_month": settlement.clearing_month,
        "clearing_state": settlement.clearing_state,
    }


def text(amount: Decimal) -> str:
    """An amount as text with two places."""
    return f"{amount:.2f}"


def day(world: World, date: str) -> dict[str, Any]:
    """Day file: totals by insurance and clearing type, and every settlement of the day that was not reversed."""
    found = [s for s in world.settlements.values() if s.day == date and not s.reversed]
    totals = _grouped(found, lambda s: (s.visit.insurance.insutype, "11"), ("insutype", "clr_type"))
    return {
        "date": date,
        "count": len(found),
        **_sums(found),
        "totals": totals,
        "items": [ledger_row(s) for s in found],
    }


def clearing(world: World, month: str) -> dict[str, Any]:
    """Clearing month (附件14): by insured province, insurance and fund; refunds after clearing are negative."""
    found = [s for s in world.settlements.values() if s.clearing_month == month and not s.reversed]
    by_place = _grouped(
        found,
        lambda s: (place_of(s.visit.insurance.division).name, s.visit.insurance.insutype),
        ("province", "insutype"),
    )
    return {"month": month, "count": len(found), **_sums(found), "by_province": by_place, "funds": _funds(found)}


def _funds(found: Iterable[Settlement]) -> list[dict[str, Any]]:
    sums: dict[tuple[str, str], Decimal] = {}
    for settlement in found:
        for row in settlement.funds:
            key = (row["fund_pay_type"], row["fund_pay_type_name"])
            sums[key] = sums.get(key, ZERO) + row["fund_payamt"]
    return [
        {"type": code, "name": name, "amount": text(amount), "account": code == ACCOUNT_ROW}
        for (code, name), amount in sorted(sums.items())
    ]


def _sums(found: Iterable[Settlement]) -> dict[str, str]:
    rows = list(found)
    return {name: text(used_up(rows, name)) for name in SUMMED}


def _grouped(
    found: Iterable[Settlement], key: Callable[[Settlement], tuple[str, str]], names: tuple[str, str]
) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Settlement]] = {}
    for settlement in found:
        groups.setdefault(key(settlement), []).append(settlement)
    return [
        {**dict(zip(names, which, strict=True)), "count": len(rows), **_sums(rows)}
        for which, rows in sorted(groups.items())
    ]
