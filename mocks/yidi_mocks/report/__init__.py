"""The conformance report: did the caller behave? Read from the record of what came in, and nothing else.

`violations` what would cost money or break the order · `items` the graded list of what a hospital shows before it is
connected · `printing` text and a page for the printer.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from yidi_mocks.record import Received
from yidi_mocks.report.items import GRADES, ITEMS, Verdict
from yidi_mocks.report.printing import as_html, as_text
from yidi_mocks.report.story import Story
from yidi_mocks.report.violations import RULES
from yidi_sdk.catalogue import by_infno

__all__ = ["as_html", "as_text", "conformance"]


def conformance(received: Iterable[Received]) -> dict[str, Any]:
    """Counts by transaction, violations in order, refusals by cause, graded items; `passed` when there is no violation
    and no item failed. What was not tried fails nothing."""
    rows = list(received)
    violations = [found for rule in RULES for found in rule(rows)]
    violations.sort(key=lambda violation: violation["n"])
    story = Story.of(rows, violations)
    items = [item.judged(story) for item in ITEMS]
    failed = any(item["verdict"] == Verdict.FAIL for item in items)
    return {
        "passed": not violations and not failed,
        "received": len(rows),
        "by_transaction": [_counted(infno, rows) for infno in sorted({row.infno for row in rows})],
        "violations": violations,
        "refusals": dict(sorted(Counter(row.cause or "" for row in rows if row.verdict == "refused").items())),
        "faults": dict(sorted(Counter(row.verdict for row in rows if row.verdict.startswith("fault:")).items())),
        "grades": {grade: _graded(grade, items) for grade in GRADES},
        "items": items,
        "first_at": rows[0].at if rows else None,
        "last_at": rows[-1].at if rows else None,
    }


def _graded(grade: str, items: list[dict[str, Any]]) -> dict[str, int]:
    mine = Counter(item["verdict"] for item in items if item["grade"] == grade)
    return {verdict.value: mine[verdict] for verdict in Verdict}


def _counted(infno: str, rows: list[Received]) -> dict[str, Any]:
    mine = [row for row in rows if row.infno == infno]
    known = by_infno(infno)
    return {
        "infno": infno,
        "name": known.name if known else "",
        "received": len(mine),
        "ok": sum(row.verdict == "ok" for row in mine),
        "refused": sum(row.verdict == "refused" for row in mine),
        "fault": sum(row.verdict.startswith("fault:") for row in mine),
    }
