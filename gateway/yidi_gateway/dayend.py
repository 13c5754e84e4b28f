"""A day end on the command line: what is printed of it. Pure, the day of today aside."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from yidi_gateway.clock import BEIJING

ENDS: Mapping[str, str] = {
    "differences": "hospital and platform do not hold the same: see the lines above, and GET /v1/ledger",
    "not_final": "some settlements are not final yet: reconcile again later",
    "incomplete": "the day is not proven: the platform did not tell all, or a file was set aside",
}
STEPS = {"gather": "settlements", "totals": "totals (3201)", "details": "details (3202)", "mend": "repairs"}


def day_of(text: str) -> str:
    """The day as yyyy-MM-dd. ValueError for what is none."""
    if text == "yesterday":
        return (datetime.now(BEIJING).date() - timedelta(days=1)).isoformat()
    return date.fromisoformat(text).isoformat()


def progress_text(found: Mapping[str, Any]) -> str:
    """How far it is."""
    progress = found["progress"]
    return f"{STEPS.get(progress['step'], progress['step'])}: {progress['done']} of {progress['of']}"


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The result, a line a total and a line a difference."""
    yield f"{found['date']}  {found['state']}  (version {found['version']}, {found['checked_at']})"
    for row in found["totals"]:
        sums = "  ".join(f"{name} {row[name]:>12}" for name in ("total", "fund", "account"))
        kind = f"{row['insutype']} {row['clr_type']} {row['place']}"
        yield f"  {kind}  {row['count']:>6}  {sums}  {row['platform']}  {row['details']}"
    for row in found["quarantined"]:
        yield f"  file {row['clr_type']} {row['place']}: set aside, {row['flaw']}"
    for row in found["differences"]:
        yield f"  {row['kind']:14} {row['settlement_id'] or '-'}  {_sums(row['ours'])} | {_sums(row['platform'])}"
    for row in found["mended"]:
        yield f"  {row['kind']:14} {row['settlement_id'] or '-'}  {row['event']}: {row['outcome']}"
    if found["pending"]:
        yield f"  {found['pending']} not final yet"
    wrong = found["four_way"]["unequal"]
    yield f"  platform, gateway, HIS, receipts: {'not the same: ' + ', '.join(wrong) if wrong else 'nothing differs'}"


def _sums(amounts: Mapping[str, Any] | None) -> str:
    return "-" if amounts is None else " / ".join(str(amounts[name]) for name in ("total", "fund", "account"))
