"""The calls of the insurance office: day ends, the problem ledger, totals and payment files of the hospital."""

import re
from collections.abc import Awaitable
from datetime import date
from typing import Any, TypeVar

from yidi_gateway.access.redaction import redacted
from yidi_gateway.clock import BEIJING
from yidi_gateway.doors.table import Asked, House
from yidi_gateway.engine import Held
from yidi_gateway.journal.port import JournalDown
from yidi_gateway.problem import Problem
from yidi_gateway.reconciling import telling
from yidi_gateway.reconciling.bodies import CloseIn, HisTotalsIn, PaymentsIn, ReconcileIn
from yidi_gateway.reconciling.clearing import ENDED
from yidi_gateway.reconciling.day import Result
from yidi_gateway.reconciling.ledger import NotOpen, told
from yidi_gateway.reconciling.office import Running
from yidi_gateway.reconciling.payments import BadPayments
from yidi_gateway.shapes import moment_text
from yidi_gateway.visits import Answer
from yidi_gateway.visits.hospital import unanswered
from yidi_gateway.visits.once import downtime
from yidi_sdk.errors import YidiError

T = TypeVar("T")
DONE, MADE, PENDING, CONFLICT, WRONG = 200, 201, 202, 409, 422
MOST = 200
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)
RETRY_S = 2


async def reconcile(house: House, asked: Asked) -> Answer:
    """`POST /v1/reconciliations`."""
    body: ReconcileIn = asked.body
    office = house.office
    if body.date > office.today():
        raise _wrong("date", asked, "不能晚于今天", "must not be later than today")
    return answered(await safe(office.reconcile(body.date, asked.call.patience_s)))


async def result(house: House, asked: Asked) -> Answer:
    """`GET /v1/reconciliations/{date}`: the newest result, or `version`; 202 while the day has none and one runs."""
    day = day_in(asked.path["date"])
    version = number_in(asked, "version", None, 1_000_000)
    found = await safe(house.office.days.result(day, version))
    running = house.office.running(day)
    if found is None:
        if running is None or version is not None:
            raise Problem("NOT_FOUND", detail=asked.path["date"])
        return answered(running)
    answer = answered(found)
    return answer if running is None else Answer(DONE, {**answer.body, "progress": running.progress.as_json()})


async def ledger(house: House, asked: Asked) -> Answer:
    """`GET /v1/ledger`: the item that is due first at the head."""
    state = asked.query.get("state", "open")
    if state not in ("open", "closed", "all"):
        raise Problem("BAD_REQUEST", http=WRONG, fields=[("state", "open, closed, all")])
    limit = number_in(asked, "limit", 50, MOST) or 50
    is_open = {"open": True, "closed": False}.get(state)
    try:
        page = await safe(house.office.ledger.page(is_open=is_open, limit=limit, cursor=asked.query.get("cursor")))
    except ValueError:
        raise Problem("BAD_REQUEST", http=WRONG, fields=[("cursor", "no page goes on from it")]) from None
    now = house.engine.clock.now()
    return Answer(DONE, {"items": [told(item, now, asked.call.language) for item in page.items], "next": page.next})


async def item(house: House, asked: Asked) -> Answer:
    """`GET /v1/ledger/{item_id}`."""
    found = await safe(house.office.ledger.item(asked.path["item_id"]))
    if found is None:
        raise Problem("NOT_FOUND", detail=asked.path["item_id"])
    return Answer(DONE, told(found, house.engine.clock.now(), asked.call.language))


async def close(house: House, asked: Asked) -> Answer:
    """`POST /v1/ledger/{item_id}/close`: by a person, with a reason."""
    body: CloseIn = asked.body
    by = f"{body.closed_by.id} ({body.closed_by.role})"
    try:
        closed = await safe(house.office.ledger.close(asked.path["item_id"], by=by, reason=redacted(body.reason)))
    except KeyError:
        raise Problem("NOT_FOUND", detail=asked.path["item_id"]) from None
    except NotOpen:
        raise Problem("ITEM_CLOSED", http=CONFLICT, detail=asked.path["item_id"]) from None
    return Answer(DONE, told(closed, house.engine.clock.now(), asked.call.language))


async def his_totals(house: House, asked: Asked) -> Answer:
    """`POST /v1/his-totals`: kept in versions; the next day end of that day compares."""
    body: HisTotalsIn = asked.body
    version = await safe(house.office.take_his_totals(body.date, body.model_dump(mode="json", exclude={"date"})))
    return Answer(MADE, {"date": body.date.isoformat(), "version": version})


async def payments(house: House, asked: Asked) -> Answer:
    """`POST /v1/payment-files`."""
    body: PaymentsIn = asked.body
    try:
        version, count = await safe(house.office.take_payments(body.date, body.name, body.csv.encode()))
    except BadPayments as bad:
        raise Problem("BAD_REQUEST", http=WRONG, fields=[("csv", str(bad))]) from None
    return Answer(MADE, {"date": body.date.isoformat(), "name": body.name, "version": version, "count": count})


async def month(house: House, asked: Asked) -> Answer:
    """`GET /v1/clearing/{month}`: is it closed, what of it is cleared, our share in forms 14-1 to 14-3."""
    return Answer(DONE, await safe(house.office.months.report(month_in(asked.path["month"]))))


async def confirm(house: House, asked: Asked) -> Answer:
    """`POST /v1/clearing/{month}/confirm`: 202 while a page has no outcome; the same call carries on."""
    return _cleared(await safe(house.office.clearing.confirm(over_in(house, asked))))


async def roll_back(house: House, asked: Asked) -> Answer:
    """`POST /v1/clearing/{month}/roll-back`."""
    return _cleared(await safe(house.office.clearing.roll_back(over_in(house, asked))))


def answered(found: Result | Running) -> Answer:
    """A result, or how far it is."""
    if isinstance(found, Running):
        body: dict[str, Any] = {"date": found.day.isoformat(), "state": "running"}
        return Answer(PENDING, {**body, "progress": found.progress.as_json(), "retry_after_s": RETRY_S})
    checked_at = moment_text(found.at.astimezone(BEIJING))
    return Answer(DONE, telling.shown(found.document, found.version, checked_at))


async def safe(work: Awaitable[T]) -> T:
    """What the engine and the journal raise, as problems."""
    try:
        return await work
    except Held as held:
        raise downtime(held) from None
    except JournalDown:
        raise Problem("JOURNAL_DOWN", retry_after_s=5) from None
    except YidiError as error:
        raise unanswered(error) from None


def day_in(text: str) -> date:
    """A day of the path. Problem 404 for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem("NOT_FOUND", detail=text) from None


def month_in(text: str) -> date:
    """A month of the path, as its first day. Problem 404 for what is none."""
    return day_in(f"{text}-01") if MONTH.fullmatch(text) else day_in("")


def over_in(house: House, asked: Asked) -> date:
    """A month that is over. Problem 422 for one that is not."""
    month = month_in(asked.path["month"])
    if month >= house.office.today().replace(day=1):
        raise _wrong("month", asked, "该月还没有结束", "the month is not over")
    return month


def _cleared(standing: dict[str, Any]) -> Answer:
    waits = any(page["state"] not in ENDED for page in standing["pages"])
    return Answer(PENDING if waits else DONE, standing)


def number_in(asked: Asked, name: str, default: int | None, most: int) -> int | None:
    """A whole number of the query, from 1. Problem 422 for what is none."""
    text = asked.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):  # noqa: PLR2004 - digits
        raise Problem("BAD_REQUEST", http=WRONG, fields=[(name, f"1-{most}")])
    return int(text)


def _wrong(path: str, asked: Asked, zh: str, en: str) -> Problem:
    return Problem("BAD_REQUEST", http=WRONG, fields=[(path, zh if asked.call.language == "zh" else en)])
