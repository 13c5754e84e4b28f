"""Clearing across provinces: the month's rows fetched (3260), held against ours, confirmed (3261), rolled back (3262).

What is to be confirmed is written down before it is sent, page by page; a call that is repeated carries on and sends no
page again whose outcome is not known.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

import msgspec

from yidi_gateway.amounts import to_fen
from yidi_gateway.engine import Engine, Order
from yidi_gateway.lifecycle import TOLD, State
from yidi_gateway.papers import Paper, PaperKind
from yidi_gateway.reconciling import clearing_state
from yidi_gateway.reconciling.gathering import of_month
from yidi_gateway.reconciling.ledger import Ledger, Opening
from yidi_gateway.reconciling.mending import CALLER
from yidi_gateway.submission import Fen, Submission
from yidi_sdk.codes import Flag
from yidi_sdk.institution import Operator
from yidi_sdk.message import Input
from yidi_sdk.transactions import ConfirmClearingSplit, FetchClearingSplit, RollBackClearingConfirmation
from yidi_sdk.transactions.clearing import ClearingSplitRow, ConfirmedRow

PAGE = 100
MOST_PAGES = 10_000
PATIENCE_S = 120.0
ENDED = frozenset({"settled", "failed", "rolled_back"})
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """A row of the platform's split, and why it is not confirmed; "" when it is."""

    row: ClearingSplitRow
    objection: str


class Clearing:
    """One month at a time. Raises Held in a downtime, YidiError where the rows cannot be fetched."""

    def __init__(self, engine: Engine, operator: Operator, ledger: Ledger) -> None:
        self._engine = engine
        self._journal = engine.journal
        self._operator = operator
        self._ledger = ledger
        self._alone = asyncio.Lock()

    async def split(self, month: date) -> list[ClearingSplitRow]:
        """The month's rows, a hundred a page."""
        rows: list[ClearingSplitRow] = []
        for page in range(MOST_PAGES):
            year, number = f"{month:%Y}", f"{month:%m}"
            question = FetchClearingSplit(trt_year=year, trt_month=number, startrow=str(page * PAGE + 1))
            got = (await self._engine.ask(question, operator=self._operator)).data
            rows += got
            if len(got) < PAGE:
                break
        return rows

    async def check(self, month: date, rows: Sequence[ClearingSplitRow]) -> list[Checked]:
        """Each row held against our own settlement of that number; what differs is left out of the confirmation."""
        ours: dict[str, Fen] = {}
        async for line, _ in of_month(self._journal, month, self._engine.institution.division):
            if line.setl_id is not None:
                ours[line.setl_id] = line.fen
        seen: set[str] = set()
        checked: list[Checked] = []
        for row in rows:
            number = row.setl_sn or ""
            checked.append(Checked(row, "twice" if number in seen else objection(row, ours.get(number))))
            seen.add(number)
        return checked

    async def confirm(self, month: date) -> Json:
        """Confirm what agrees; how the month stands then."""
        async with self._alone:
            if await self._carry_on(month):
                await self._prepare(month)
                await self._carry_on(month)
            return await self.standing(month)

    async def roll_back(self, month: date) -> Json:
        """Take every confirmation of the month back."""
        async with self._alone:
            book = await self._book(month)
            for place, page in enumerate(book["pages"]):
                if page["state"] != "settled":
                    continue
                message = RollBackClearingConfirmation(
                    trt_year=f"{month:%Y}", trt_month=f"{month:%m}", otransid=page["msgid"]
                )
                row = await self._done(message, f"rollback:{page['key']}")
                if row.state is not State.CONFIRMED:
                    break
                await self._mark(page, {"state": "open", "month": f"{month:%Y-%m}", "rolled_back_at": self._now_text()})
                await self._change(month, place, {**page, "state": "rolled_back"})
            return await self.standing(month)

    async def standing(self, month: date) -> Json:
        """The pages of a month and their states; no person is in it."""
        book = await self._book(month)
        names = ("key", "state", "msgid", "submission_id")
        pages = [{**{name: page[name] for name in names}, "rows": len(page["setl_ids"])} for page in book["pages"]]
        return {
            "month": f"{month:%Y-%m}",
            "pages": pages,
            "confirmed": sum(page["rows"] for page in pages if page["state"] == "settled"),
            "left_out": book["left_out"],
        }

    async def _prepare(self, month: date) -> None:
        """Write down the pages of what is not confirmed yet."""
        book = await self._book(month)
        busy = {number for page in book["pages"] if page["state"] == "settled" for number in page["setl_ids"]}
        checked = await self.check(month, await self.split(month))
        good = [each.row for each in checked if not each.objection and each.row.setl_sn not in busy]
        left_out = {each.row.setl_sn or "": each.objection for each in checked if each.objection}
        await self._items(month, left_out)
        turn = sum(page["state"] in ("rolled_back", "failed") for page in book["pages"])
        pages = [_page(month, good[at : at + PAGE], turn) for at in range(0, len(good), PAGE)]
        if pages or book["left_out"] != left_out:
            await self._keep(month, {"pages": [*book["pages"], *pages], "left_out": left_out})

    async def _carry_on(self, month: date) -> bool:
        """Send and follow the pages that have not ended, in order; whether all of them have."""
        for place, page in enumerate((await self._book(month))["pages"]):
            if page["state"] in ENDED:
                continue
            row = await self._done(_message(month, page["rows"]), page["key"])
            state = TOLD[row.state]
            if state == "settled":
                told = {"state": "in_clearing", "month": f"{month:%Y-%m}", "confirmed_at": self._now_text()}
                await self._mark(page, {**told, "msgid": row.msgid})
            await self._change(month, place, {**page, "state": state, "msgid": row.msgid, "submission_id": row.id})
            if state not in ENDED:
                return False
        return True

    async def _done(self, message: Input[Any], key: str) -> Submission:
        """The submission under a key, as far as it goes. One that proved not to have been sent is sent anew."""
        order = Order(caller=CALLER, key=key, message=message, operator=self._operator, insured_division="")
        admitted = await self._engine.submit(order)
        return await self._engine.run(admitted.submission.id, PATIENCE_S)

    async def _mark(self, page: Json, told: Json) -> None:
        now = self._engine.clock.now()
        await asyncio.gather(*(clearing_state.write(self._journal, number, told, now) for number in page["setl_ids"]))

    async def _items(self, month: date, left_out: Mapping[str, str]) -> None:
        prefix = f"clearing:{month:%Y-%m}:"
        for number, why in left_out.items():
            subject = {"settlement_id": number, "month": f"{month:%Y-%m}"}
            await self._ledger.open(Opening(f"{prefix}{number}", "clearing_row", subject, 2, {"why": why}))
        await self._ledger.close_gone(prefix, {f"{prefix}{number}" for number in left_out})

    async def _book(self, month: date) -> Json:
        paper = await self._journal.paper(PaperKind.CONFIRMATION, f"{month:%Y-%m}")
        empty: Json = {"pages": [], "left_out": {}}
        return empty if paper is None else msgspec.json.decode(paper.document, type=Json)

    async def _change(self, month: date, place: int, page: Json) -> None:
        book = await self._book(month)
        book["pages"][place] = page
        await self._keep(month, book)

    async def _keep(self, month: date, book: Json) -> None:
        name = f"{month:%Y-%m}"
        while True:
            before = await self._journal.paper(PaperKind.CONFIRMATION, name)
            version = 1 if before is None else before.version + 1
            now, content = self._engine.clock.now(), msgspec.json.encode(book)
            paper = Paper(PaperKind.CONFIRMATION, name, version, now, content)
            if await self._journal.put_paper(paper):
                return

    def _now_text(self) -> str:
        return self._engine.clock.now().isoformat(timespec="seconds")


def objection(row: ClearingSplitRow, ours: Fen | None) -> str:
    """Why a row is not confirmed; "" when it is ours. The offices pay the funds, with the account or without."""
    if ours is None or ours.total is None:
        return "not_ours"
    total, paid = _fen(row.medfee_sumamt), _fen(row.optins_pay_sumamt)
    if total != ours.total:
        return "total"
    fund, account = ours.fund or 0, ours.account or 0
    return "" if paid in (fund, fund + account) else "paid"


def _page(month: date, rows: Iterable[ClearingSplitRow], turn: int) -> Json:
    told = [_told(row) for row in rows]
    numbers = [row["setl_sn"] for row in told]
    digest = sha256("\n".join(numbers).encode()).hexdigest()[:16]
    key = f"confirm:{month:%Y-%m}:{digest}:{turn}"
    return {"key": key, "rows": told, "setl_ids": numbers, "state": "new", "msgid": None, "submission_id": None}


def _told(row: ClearingSplitRow) -> Json:
    return {
        "certno": row.certno,
        "mdtrt_id": row.mdtrt_id,
        "mdtrt_setl_time": row.mdtrt_setl_time,
        "setl_sn": row.setl_sn,
        "medfee_sumamt": str(row.medfee_sumamt),
        "optins_pay_sumamt": str(row.optins_pay_sumamt),
        "cnfm_flag": Flag.YES.value,
    }


def _message(month: date, rows: Sequence[Json]) -> ConfirmClearingSplit:
    return ConfirmClearingSplit(
        trt_year=f"{month:%Y}",
        trt_month=f"{month:%m}",
        totalrow=str(len(rows)),
        detail=[ConfirmedRow(**row) for row in rows],
    )


def _fen(value: object) -> int | None:
    try:
        return to_fen(Decimal(str(value)))
    except (InvalidOperation, ValueError):
        return None


def age_days(told: Json | None, settled_on: date, now: datetime) -> int:
    """Days since a settlement that is still open, or since it went into clearing."""
    since = settled_on if told is None or told["state"] != "in_clearing" else _day(told["confirmed_at"])
    return (now.date() - since).days


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date()
