"""A day's result as the door tells it. Pure; it names settlements, visits and submissions, and no person."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from yidi_gateway.amounts import to_yuan
from yidi_gateway.reconciling.differences import REAL, Difference, Kind
from yidi_gateway.reconciling.lines import Group
from yidi_gateway.reconciling.looking import Look
from yidi_gateway.reconciling.totals import Sum
from yidi_gateway.submission import Fen

Json = dict[str, Any]
NAMES = ("total", "fund", "account", "cash")
HIDDEN = ("cause", "psn_no")


def document(day: date, found: Look, mended: Iterable[Json], four_way: Json) -> Json:
    """Everything that was found, in an order of its own: the same finding is the same document."""
    differences = sorted(
        (difference(each) for each in found.differences),
        key=lambda row: (row["kind"], row["settlement_id"] or "", row["msgid"]),
    )
    done = sorted(mended, key=lambda row: row["cause"])
    counts = Counter(row["kind"] for row in (*differences, *done))
    return {
        "date": day.isoformat(),
        "state": state_of(found),
        "pending": len(found.gathered.pending),
        "totals": [_total(group, ours, found) for group, ours in found.sums.items()],
        "counts": {kind.value: counts.get(kind.value, 0) for kind in Kind},
        "differences": differences,
        "difference": _gap(found.differences),
        "mended": done,
        "quarantined": [
            {
                "clr_type": part.clr_type,
                "place": part.place,
                "flaw": got.set_aside.flaw,
                "line": got.set_aside.line,
                "bytes": len(got.set_aside.content),
            }
            for part, got in found.details.items()
            if got.set_aside is not None
        ],
        "four_way": four_way,
    }


def state_of(found: Look) -> str:
    """`balanced`: nothing is different. `not_final`: only what one side is not done with. `incomplete`: the platform
    did not tell, a file could not be used, or the differences do not account for the totals."""
    kinds = {each.kind for each in found.differences}
    if "not_told" in found.verdicts.values() or any(proof is not True for proof in found.explained.values()):
        return "incomplete"
    if kinds & (REAL | {Kind.UNCLEAR}):
        return "differences"
    return "not_final" if kinds else "balanced"


def difference(each: Difference) -> Json:
    """One difference; amounts in yuan."""
    group = each.group
    return {
        "kind": each.kind.value,
        "settlement_id": each.setl_id,
        "msgid": each.msgid,
        "mdtrt_id": each.mdtrt_id or None,
        "submission_id": each.submission_id,
        "insutype": group.insutype if group else None,
        "clr_type": group.clr_type if group else None,
        "place": group.place if group else None,
        "ours": amounts(each.ours),
        "platform": amounts(each.platform),
        "memo": each.memo,
    }


def amounts(fen: Fen | None) -> dict[str, str | None] | None:
    """Yuan with two decimals by name; None for what is not known."""
    if fen is None:
        return None
    parts = (fen.total, fen.fund, fen.account, fen.cash)
    return {name: None if part is None else str(to_yuan(part)) for name, part in zip(NAMES, parts, strict=True)}


def _total(group: Group, ours: Sum, found: Look) -> Json:
    got = next(
        (got for part, got in found.details.items() if (part.clr_type, part.place) == (group.clr_type, group.place)),
        None,
    )
    verdict = found.verdicts[group]
    return {
        "insutype": group.insutype,
        "clr_type": group.clr_type,
        "place": group.place,
        "count": ours.count,
        **(amounts(ours.fen) or {}),
        "platform": verdict,
        "details": "not_needed" if verdict == "balanced" or got is None else got.status,
        "explained": found.explained.get(group, verdict == "balanced"),
    }


def _gap(differences: Iterable[Difference]) -> dict[str, str]:
    """How far the sides are apart in real differences: the sum over all of what each differs by, without sign."""
    apart = [0, 0, 0]
    for each in differences:
        if each.kind in REAL:
            ours, its = each.ours or Fen(0, 0, 0, 0), each.platform or Fen(0, 0, 0, 0)
            pairs = ((ours.total, its.total), (ours.fund, its.fund), (ours.account, its.account))
            for place, (mine, their) in enumerate(pairs):
                apart[place] += abs((mine or 0) - (their or 0))
    return {name: str(to_yuan(fen)) for name, fen in zip(NAMES, apart, strict=False)}


def shown(stored: Json, version: int, checked_at: str) -> Json:
    """A stored result for a caller: without what is only kept."""
    mended = [{name: value for name, value in row.items() if name not in HIDDEN} for row in stored["mended"]]
    return {**stored, "mended": mended, "version": version, "checked_at": checked_at}
