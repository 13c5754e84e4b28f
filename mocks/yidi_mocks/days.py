"""Day as the platform adds it up: totals and details from the settlements it holds, and nothing else."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from yidi_mocks.books import Cut, Totals, is_refund, total_of
from yidi_mocks.capabilities import Capabilities
from yidi_mocks.clock import Clock
from yidi_mocks.world import Settlement, World

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
        "clr_type": settlement.visit.clearing_type,
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


def cut_of(world: World, flags: Capabilities, clock: Clock) -> Cut:
    """What counts to a day now."""
    after = timedelta(seconds=flags.final_after_s)
    final_to = (clock.now() - after).strftime("%Y-%m-%d %H:%M:%S") if after else None
    return Cut(flags.day_ends_at, final_to, world.agency.differences.waiting(clock.text()))


def day(world: World, date: str, cut: Cut, *, marked: bool = False) -> dict[str, Any]:
    """Day file: totals by insurance and clearing type, every settlement of the day that stands, and apart from them
    those that are not final yet. `marked`: an item with a planted difference says so in `planted`.

    `reconciled`: what 3201 and 3202 said last of periods with this day in them.
    """
    found = list(world.books.settled(date, date, cut))
    waiting = list(world.books.settled(date, date, cut, final=False))
    planted = world.agency.differences.kinds() if marked else {}
    items, not_final = ([_item(one, planted) for one in rows] for rows in (found, waiting))
    return {
        "date": date,
        "ends_at": cut.ends_at,
        "count": len(found),
        **total_of(found).as_json(),
        "refunds": _counted(total_of(filter(is_refund, found))),
        "totals": _by_kind(world, date, cut),
        "items": items,
        "not_final": not_final,
        "reconciled": world.agency.statements.of_day(date),
    }


def _by_kind(world: World, date: str, cut: Cut) -> list[dict[str, Any]]:
    """From the shelves, as 3201 counts; all hospitals together."""
    sums: dict[tuple[str, str], Totals] = {}
    for kind in world.books.kinds(date, date, cut):
        of_hospital = world.books.totals(kind, date, date, cut)
        sums[kind[1:]] = sums.get(kind[1:], Totals()) + of_hospital
    return [
        {"insutype": insutype, "clr_type": clr_type, **_counted(totals)}
        for (insutype, clr_type), totals in sorted(sums.items())
        if totals.count
    ]


def _counted(totals: Totals) -> dict[str, Any]:
    return {"count": totals.count, **totals.as_json()}


def _item(settlement: Settlement, planted: dict[str, str]) -> dict[str, Any]:
    row = ledger_row(settlement)
    return {**row, "planted": planted[settlement.setl_id]} if settlement.setl_id in planted else row


def ledger(world: World, asked: dict[str, str]) -> Iterable[dict[str, Any]]:
    """Ledger rows, filtered by any of their fields; the first filter that has an index is used."""
    found: Iterable[Settlement] = world.settlements.values()
    person = world.by_psn_no.get(asked.get("psn_no", ""))
    if asked.get("date"):
        found = world.books.booked_on(asked["date"])
    elif person is not None:
        found = person.settlements
    live = asked.get("live")
    rows = (ledger_row(settlement) for settlement in found)
    if live:
        wanted = live.lower() in ("true", "1")
        rows = (row for row in rows if row["live"] == wanted)
    named = {name: value for name, value in asked.items() if value and name != "live"}
    return (row for row in rows if all(row.get(name) == value for name, value in named.items()))
