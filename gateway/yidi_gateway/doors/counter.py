"""The calls of a HIS about patients, visits, settlements and submissions: each goes to the desk."""

from dataclasses import replace
from datetime import datetime

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from yidi_gateway.doors.table import Asked, House
from yidi_gateway.journal.port import Page, Search
from yidi_gateway.lifecycle import TOLD
from yidi_gateway.problem import Problem
from yidi_gateway.submission import Submission
from yidi_gateway.visits import Answer
from yidi_gateway.visits.telling import submission_json

_moment: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)
MOST = 200
LOOKED_THROUGH = 5000


async def identity(house: House, asked: Asked) -> Answer:
    return await house.desk.identity(asked.call, asked.body)


async def eligibility(house: House, asked: Asked) -> Answer:
    return await house.desk.eligibility(asked.call, asked.body)


async def open_visit(house: House, asked: Asked) -> Answer:
    return await house.desk.open_visit(asked.call, asked.body)


async def visit(house: House, asked: Asked) -> Answer:
    return await house.desk.visit(asked.call, asked.path["visit_id"])


async def settle(house: House, asked: Asked) -> Answer:
    return await house.desk.settle(asked.call, asked.path["visit_id"], asked.body)


async def cancel(house: House, asked: Asked) -> Answer:
    return await house.desk.cancel(asked.call, asked.path["visit_id"], asked.body)


async def refund(house: House, asked: Asked) -> Answer:
    settlement_id = asked.path["settlement_id"]
    of_a_stay = await house.stays.is_settlement(settlement_id, asked.call.caller)
    desk = house.stays if of_a_stay else house.desk
    return await desk.refund(asked.call, settlement_id, asked.body)


async def submission(house: House, asked: Asked) -> Answer:
    return await house.desk.submission(asked.call, asked.path["submission_id"])


async def submissions(house: House, asked: Asked) -> Answer:
    search = search_of(asked)
    if search.key is None:
        return await house.desk.submissions(asked.call, search)
    return await under_key(house, asked, search, search.key)


async def under_key(house: House, asked: Asked, search: Search, key: str) -> Answer:
    """All that came of one request: a key covers its baskets, whose submissions carry it as `KEY:...`. Looks through
    the caller's newest `LOOKED_THROUGH`, or those since `since`."""
    found: list[Submission] = []
    page = Page((), search.cursor)
    seen = 0
    while seen == 0 or (page.next is not None and seen < LOOKED_THROUGH):
        try:
            page = await house.engine.journal.search(replace(search, key=None, cursor=page.next, limit=MOST))
        except ValueError:
            raise Problem("BAD_REQUEST", fields=[("cursor", "unknown")]) from None
        found += [row for row in page.items if row.key == key or row.key.startswith(f"{key}:")]
        seen += MOST
    items = [submission_json(row, house.engine.output_of, asked.call.language) for row in found[: search.limit]]
    return Answer(200, {"items": items, "next": None})


async def ack(house: House, asked: Asked) -> Answer:
    return await house.desk.ack(asked.call, asked.path["submission_id"])


async def void(house: House, asked: Asked) -> Answer:
    return await house.desk.void(asked.call, asked.path["submission_id"])


def search_of(asked: Asked) -> Search:
    """The filters of a page, all wrong ones named at once. A caller sees its own submissions only."""
    query = asked.query
    wrong: list[tuple[str, str]] = []
    words = set(TOLD.values())
    state, since = query.get("state"), None
    if state is not None and state not in words:
        wrong.append(("state", ", ".join(sorted(words))))
    try:
        since = _moment.validate_python(query["since"].replace(" ", "+")) if "since" in query else None
    except ValidationError:
        wrong.append(("since", "RFC 3339"))
    acknowledged = {"true": True, "false": False}.get(query.get("acknowledged", ""))
    if "acknowledged" in query and acknowledged is None:
        wrong.append(("acknowledged", "true, false"))
    limit = query.get("limit", "50")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= MOST):
        wrong.append(("limit", f"1-{MOST}"))
    if wrong:
        raise Problem("BAD_REQUEST", http=422, fields=wrong)
    return Search(
        caller=asked.call.caller,
        key=query.get("key"),
        states=None if state is None else frozenset(each for each, word in TOLD.items() if word == state),
        since=since,
        acknowledged=acknowledged,
        cursor=query.get("cursor"),
        limit=int(limit),
    )
