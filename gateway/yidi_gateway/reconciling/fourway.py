"""Four totals of a day that must be the same (账账相符): platform, gateway, HIS, receipts; and the cash (账款相符).

The platform's own figure is known only as far as it agreed to ours: it never tells sums, so it stands as ours where
they balance, and as ours corrected by proven differences where those account for it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from yidi_gateway.amounts import to_fen, to_yuan
from yidi_gateway.journal.port import Journal
from yidi_gateway.papers import PaperKind
from yidi_gateway.reconciling.differences import delta
from yidi_gateway.reconciling.ledger import Ledger, Opening
from yidi_gateway.reconciling.looking import Look
from yidi_gateway.reconciling.payments import cash_gaps, read_payments
from yidi_gateway.reconciling.totals import Sum, sum_of
from yidi_gateway.submission import Fen

Json = dict[str, Any]
PARTS = ("total", "fund", "account", "cash")


async def compare(journal: Journal, ledger: Ledger, day: date, found: Look) -> Json:
    """The four totals side by side, and what is wrong with them. Opens a ledger item when they are not the same, and
    closes it when they are."""
    ours = sum_of(found.lines)
    paper = await journal.paper(PaperKind.HIS_TOTALS, day.isoformat())
    his: Json = {} if paper is None else msgspec.json.decode(paper.document, type=dict[str, Any])
    told = {"platform": platform_sum(found), "gateway": ours, "his": summed(his.get("totals")), "receipts": None}
    if his.get("receipts") is not None:
        told["receipts"] = summed([his["receipts"]])
    wrong = unequal(told)
    payments = await journal.papers(PaperKind.PAYMENTS, f"{day}/", f"{day}/~")
    gaps: Sequence[Json] = ()
    if payments:
        rows = [row for each in payments for row in read_payments(each.document)]
        gaps = cash_gaps(found.lines, rows)
    own = unequal(
        {name: each for name, each in told.items() if name != "platform"}
    )  # that difference has its own items
    await _item(ledger, f"four_way:{day}", "four_way", day, own and {"unequal": own})
    await _item(ledger, f"payments:{day}", "payments", day, gaps and {"gaps": len(gaps)})
    return {
        **{name: _told(each) for name, each in told.items()},
        "unequal": wrong,
        "payments": {"files": len(payments), "gaps": list(gaps)},
    }


def platform_sum(found: Look) -> Sum | None:
    """What the platform agreed to; None where that is not known. Cash it is not asked for."""
    count, parts = 0, [0, 0, 0]
    for group, ours in found.sums.items():
        proven = found.explained.get(group, found.verdicts[group] == "balanced")
        if proven is not True:
            return None
        corrected = ours
        for each in found.differences:
            if each.group == group and group in found.explained:
                corrected = corrected.plus(delta(each))
        count += corrected.count
        for place, part in enumerate((corrected.fen.total, corrected.fen.fund, corrected.fen.account)):
            parts[place] += part or 0
    return Sum(count, Fen(parts[0], parts[1], parts[2]))


def summed(rows: Sequence[Mapping[str, Any]] | None) -> Sum | None:
    """The sum of what a HIS told; a part that some row leaves out is not known. None where nothing was told."""
    if rows is None:
        return None
    parts: list[int | None] = []
    for name in PARTS:
        values = [row.get(name) for row in rows]
        parts.append(None if None in values else sum(to_fen(Decimal(str(value))) for value in values))
    return Sum(sum(int(row["count"]) for row in rows), Fen(*parts))


def unequal(told: Mapping[str, Sum | None]) -> list[str]:
    """Names of the parts that are not the same with all who told them."""
    wrong: list[str] = []
    for name in ("count", *PARTS):
        values = {
            each.count if name == "count" else getattr(each.fen, name) for each in told.values() if each is not None
        } - {None}
        if len(values) > 1:
            wrong.append(name)
    return wrong


async def _item(ledger: Ledger, cause: str, kind: str, day: date, detail: Any) -> None:
    if detail:
        await ledger.open(Opening(cause, kind, {"date": day.isoformat()}, 2, detail))
    else:
        await ledger.close_cause(cause)


def _told(each: Sum | None) -> Json | None:
    if each is None:
        return None
    parts = (each.fen.total, each.fen.fund, each.fen.account, each.fen.cash)
    shown = {name: None if part is None else str(to_yuan(part)) for name, part in zip(PARTS, parts, strict=True)}
    return {"count": each.count, **shown}
