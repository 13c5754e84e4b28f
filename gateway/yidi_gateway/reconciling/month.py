"""Month end: is every day reconciled by the 3rd, what of the month is cleared, and our share in forms 14-1 to 14-3."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from yidi_gateway.amounts import to_fen
from yidi_gateway.clock import BEIJING
from yidi_gateway.engine import Engine
from yidi_gateway.papers import PaperKind
from yidi_gateway.reconciling import clearing_state
from yidi_gateway.reconciling.clearing import Clearing, age_days
from yidi_gateway.reconciling.forms import ACCOUNT_FUNDS, Share, all_forms
from yidi_gateway.reconciling.gathering import line_for, next_month, of_month, original_of
from yidi_gateway.reconciling.ledger import Ledger, Opening
from yidi_gateway.reconciling.lines import TAKING_BACK, Line, day_of, fund_rows, settlement_info
from yidi_gateway.submission import Submission
from yidi_sdk.rules import clocks

Json = dict[str, Any]
CLOSED = "balanced"


@dataclass(frozen=True, slots=True)
class Closing:
    """Whether a month is reconciled. `missing`: days that are not, by their state. `closed_at`: when the last was."""

    month: date
    missing: Mapping[str, str]
    open_items: int
    closed_at: datetime | None
    due: clocks.Due

    @property
    def closed(self) -> bool:
        return not self.missing and self.open_items == 0

    def as_json(self, now: datetime) -> Json:
        due_at = self.due.due_at
        return {
            "closed": self.closed,
            "closed_at": self.closed_at.isoformat(timespec="seconds") if self.closed and self.closed_at else None,
            "due_at": due_at.isoformat() if due_at else None,
            "in_time": self.closed and self.closed_at is not None and due_at is not None and self.closed_at < due_at,
            "overdue": not self.closed and due_at is not None and now >= due_at,
            "missing": dict(self.missing),
            "open_items": self.open_items,
        }


class MonthEnd:
    """Looks at a month."""

    def __init__(self, engine: Engine, ledger: Ledger, clearing: Clearing) -> None:
        self._engine = engine
        self._journal = engine.journal
        self._ledger = ledger
        self._clearing = clearing
        self._place = engine.institution.division

    async def closing(self, month: date) -> Closing:
        """Every day of the month that is over has to be balanced, and no item of them open (规程 35)."""
        first, end = month.replace(day=1), next_month(month)
        papers = await self._journal.papers(PaperKind.DAY, first.isoformat(), (end - timedelta(days=1)).isoformat())
        states = {paper.name: msgspec.json.decode(paper.document, type=Json)["state"] for paper in papers}
        days = ((first + timedelta(days=n)).isoformat() for n in range((end - first).days))
        missing = {day: states.get(day, "not_run") for day in days if states.get(day) != CLOSED}
        prefix = f"day:{month:%Y-%m}-"
        items = [item async for item in self._ledger.open_items() if item.cause.startswith(prefix)]
        closed_at = max((paper.at.astimezone(BEIJING) for paper in papers), default=None)
        due = clocks.due("month_reconciliation", first, clocks.published())
        return Closing(first, missing, len(items), closed_at, due)

    async def watch(self, month: date) -> None:
        """Open an item when the month is not closed on the 3rd, and close it when it is."""
        closing, now = await self.closing(month), self._engine.clock.now()
        cause = f"month:{month:%Y-%m}"
        if closing.closed:
            await self._ledger.close_cause(cause)
        elif closing.due.red is not None and now >= closing.due.red:
            detail = {"missing": len(closing.missing), "open_items": closing.open_items}
            await self._ledger.open(Opening(cause, "month_open", {"month": f"{month:%Y-%m}"}, 1, detail, closing.due))

    async def report(self, month: date) -> Json:
        """The month as the door tells it."""
        now = self._engine.clock.now().astimezone(BEIJING)
        states: Counter[str] = Counter()
        oldest = 0
        shares: list[Share] = []
        async for line, row, starred in self._counted(month):
            if line.division[:2] == self._place[:2]:
                continue
            shares += shares_of(line, row, starred=starred)
            told = await clearing_state.read(self._journal, line.setl_id or "")
            state = clearing_state.state_at(told, now)
            states[state] += 1
            oldest = max(oldest, age_days(told, line.day, now)) if state != "cleared" else oldest
        return {
            "month": f"{month:%Y-%m}",
            "reconciliation": (await self.closing(month)).as_json(now),
            "clearing": {
                **{state: states[state] for state in ("open", "in_clearing", "cleared")},
                "oldest_days": oldest,
                **await self._clearing.standing(month),
            },
            "deadlines": {name: deadline(name, month) for name in DEADLINES},
            "forms": all_forms(shares, f"{month:%Y-%m}"),
        }

    async def _counted(self, month: date) -> AsyncIterator[tuple[Line, Submission, bool]]:
        """The month's settlements, and the refunds that count to it: one made before its original went into clearing
        counts to the original's month, one made after to its own, with * (RE6)."""
        first = month.replace(day=1)
        async for line, row in of_month(self._journal, month, self._place):
            if not line.refund:
                yield line, row, False
        begin = datetime.combine(first, time(), BEIJING)
        until = self._engine.clock.now() + timedelta(days=1)
        refunds = await self._journal.made(tuple(sorted(TAKING_BACK)), begin - timedelta(days=2), until)
        for row in refunds:
            taken = await line_for(self._journal, row, {}, self._place)
            if taken is None:
                continue
            original = await original_of(self._journal, row, {})
            settled_on = taken.day if original is None else day_of(original, settlement_info(original))
            starred = await self._was_in_clearing(original, row)
            if (taken.day if starred else settled_on).replace(day=1) == first:
                yield taken, row, starred and settled_on.replace(day=1) != first

    async def _was_in_clearing(self, original: Submission | None, refund: Submission) -> bool:
        told = None if original is None else await clearing_state.read(self._journal, original.setl_id or "")
        return clearing_state.state_at(told, refund.created_at) != "open" and _before(told, refund.created_at)


def shares_of(line: Line, row: Submission, *, starred: bool) -> list[Share]:
    """The fund rows of a settlement as shares. Where the platform tells no rows, the sums; where it tells none for the
    account, the account."""
    province, insutype = line.division[:2], line.group.insutype
    rows = [(str(each.get("fund_pay_type") or ""), _fen(each.get("fund_payamt"))) for each in fund_rows(row)]
    shares = [Share(province, insutype, code, fen, starred) for code, fen in rows if fen]
    account = line.fen.account or 0
    if account and not any(share.fund in ACCOUNT_FUNDS for share in shares):
        shares.append(Share(province, insutype, ACCOUNT_FUNDS[0], account, starred))
    if not rows and line.fen.fund:
        shares.append(Share(province, insutype, "", line.fen.fund, starred))
    return shares


DEADLINES = ("month_reconciliation", "hospital_confirmation", "month_declaration", "declaration_latest")
"""The 3rd, the 18th, the 20th, and the latest of all (规程 35, 37, 47)."""


def deadline(name: str, month: date) -> Json:
    """When it is due for a month, and when it alarms."""
    found = clocks.due(name, month.replace(day=1), clocks.published())
    moments = {"due_at": found.due_at, "yellow": found.yellow, "red": found.red}
    return {key: moment.isoformat() if moment else None for key, moment in moments.items()}


def _before(told: Json | None, moment: datetime) -> bool:
    return told is not None and datetime.fromisoformat(told["confirmed_at"]) <= moment


def _fen(value: object) -> int:
    return 0 if value in (None, "") else to_fen(Decimal(str(value)))
