"""The agency's part of the control door: days, differences, clearing, prepayment, problems, fee checks, calendar.

GET, POST    /ledger/differences        POST {"kind","date","count","seed","until","fixmedins_code"}: see `differences`
DELETE       /ledger/differences[/{id}]
GET          /day/{date}?marked=1       `marked` names planted differences
GET          /clearing/{month}?province=50&state=in_clearing,cleared
POST         /deductions                {"setl_id","funds":{"310100":"12.00"},"reason","month"}
GET, PUT     /prepayments?year=2026     PUT {"year","amounts":{"53":"100000.00"}}
PUT          /prepayments/{year}/{province}/payment  {"bank","serial","date"}
PUT          /accounts/{province}       {"name","bank","number"}
GET, POST    /problems                  POST {"kind","about","by","to","level","psn_no"}
PATCH        /problems/{id}             {"answer"} | {"extended_to"} | {"confirm":true} | {"dispute"}
GET, POST    /fee-checks                POST the nine fields, or {"setl_id"} and those that it does not tell
PATCH        /fee-checks/{id}           {"result","reason"} | {"confirm":true} | any of the nine fields
DELETE       /fee-checks/{id}
GET, PUT     /calendar                  PUT {"year","holidays":[[first,last]],"make_up_days":[]}
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from yidi_mocks import clearing, days, months
from yidi_mocks.books import Cut
from yidi_mocks.deductions import BadDeduction
from yidi_mocks.differences import BadDifference
from yidi_mocks.exchange import Exchange
from yidi_mocks.feechecks import NINE, BadCheck
from yidi_mocks.forms import is_across
from yidi_mocks.prepayment import BadPrepayment
from yidi_mocks.problems import BadProblem
from yidi_mocks.registry import BadWorld
from yidi_mocks.shapes import is_day
from yidi_mocks.workdays import NoCalendar
from yidi_mocks.world import Settlement, World

BAD = (BadDeduction, BadDifference, BadCheck, BadPrepayment, BadProblem, NoCalendar)
Action = Callable[[Request], Awaitable[Response]]
Body = Callable[[Request], Awaitable[dict[str, Any]]]


class Office:
    """The actions, over one exchange. `body_of` reads the JSON object that a request brings; `absent` makes the error
    for what is not there."""

    def __init__(self, exchange: Exchange, body_of: Body, absent: Callable[[str], Exception]) -> None:
        self.exchange = exchange
        self.body_of = body_of
        self.absent = absent

    def table(self) -> tuple[tuple[str, str, Action], ...]:
        """Verb, path, action."""
        return (
            ("GET", "/day/{date}", self.day),
            ("GET", "/clearing/{month}", self.clearing),
            ("POST", "/ledger/differences", self.plant_difference),
            ("GET", "/ledger/differences", self.list_differences),
            ("DELETE", "/ledger/differences", self.remove_differences),
            ("DELETE", "/ledger/differences/{id}", self.remove_differences),
            ("POST", "/deductions", self.deduct),
            ("GET", "/prepayments", self.prepayments),
            ("PUT", "/prepayments", self.put_prepayments),
            ("PUT", "/prepayments/{year}/{province}/payment", self.put_payment),
            ("PUT", "/accounts/{province}", self.put_account),
            ("GET", "/problems", self.problems),
            ("POST", "/problems", self.raise_problem),
            ("PATCH", "/problems/{id}", self.change_problem),
            ("GET", "/fee-checks", self.fee_checks),
            ("POST", "/fee-checks", self.ask_check),
            ("PATCH", "/fee-checks/{id}", self.change_check),
            ("DELETE", "/fee-checks/{id}", self.withdraw_check),
            ("GET", "/calendar", self.calendar),
            ("PUT", "/calendar", self.put_calendar),
        )

    @property
    def world(self) -> World:
        """The world as it is now: what was due by today is done."""
        world = self.exchange.world
        world.agency.clearing.close(self.exchange.clock.today())
        return world

    def cut(self) -> Cut:
        """What counts to a day now."""
        return days.cut_of(self.exchange.world, self.exchange.capabilities, self.exchange.clock)

    async def day(self, request: Request) -> Response:
        """Day totals and details."""
        date, marked = request.path_params["date"], request.query_params.get("marked") in ("1", "true")
        if not is_day(date):
            raise BadWorld(f"{date} is no day (yyyy-MM-dd)")
        return JSONResponse(days.day(self.world, date, self.cut(), marked=marked))

    async def clearing(self, request: Request) -> Response:
        """Month totals and forms."""
        month, asked = request.path_params["month"], request.query_params
        if not months.is_month(month):
            raise BadWorld(f"{month} is no month (yyyy-MM)")
        states = [state for state in asked.get("state", "").split(",") if state]
        if set(states) - set(clearing.STATES):
            raise BadWorld(f"state must be some of {', '.join(clearing.STATES)}")
        today, province = self.exchange.clock.today(), asked.get("province", months.HOME)
        return JSONResponse(months.month(self.world, month, today, self.cut(), province, states))

    async def plant_difference(self, request: Request) -> Response:
        """One planting more."""
        ends_at, today = self.exchange.capabilities.day_ends_at, self.exchange.clock.today()
        planted = self.world.agency.differences.plant(self.world, await self.body_of(request), today, ends_at)
        return JSONResponse(planted.as_json(), 201)

    async def list_differences(self, _: Request) -> Response:
        """All, in the order they were planted."""
        return _page([one.as_json() for one in self.world.agency.differences.planted.values()])

    async def remove_differences(self, request: Request) -> Response:
        """One by id, or all, the newest first."""
        differences, number = self.world.agency.differences, request.path_params.get("id")
        if number is not None and number not in differences.planted:
            raise self.absent(number)
        for one in [number] if number is not None else list(reversed(differences.planted)):
            differences.remove(self.world, one)
        return Response(status_code=204)

    async def deduct(self, request: Request) -> Response:
        """What a review takes off a settlement, by fund and never more than the fund paid."""
        row = await self.body_of(request)
        found = self.world.settlements.get(str(row.get("setl_id")))
        if found is None:
            raise self.absent(str(row.get("setl_id")))
        month = str(row.get("month") or self.exchange.clock.today()[:7])
        if not months.is_month(month) or not is_across(found):
            raise BadWorld("a deduction counts to a month, yyyy-MM, and belongs to a settlement of another province")
        made = self.world.agency.deductions.deduct(found, row, month)
        return JSONResponse(made.as_json(), 201)

    async def prepayments(self, request: Request) -> Response:
        """Amounts that were set, the receiving accounts, and the notice of a year."""
        agency, today = self.world.agency, self.exchange.clock.today()
        year = request.query_params.get("year", today[:4])
        if not months.is_month(f"{year}-01"):
            raise BadWorld(f"{year} is no year (yyyy)")
        return JSONResponse(
            {**agency.prepayments.as_json(), "notice": agency.prepayments.notice(year, agency.calendar)}
        )

    async def put_payment(self, request: Request) -> Response:
        """How a year's amount was paid."""
        year, province = request.path_params["year"], request.path_params["province"]
        prepayments = self.world.agency.prepayments
        prepayments.put_payment(year, province, await self.body_of(request))
        return JSONResponse(prepayments.notice(year, self.world.agency.calendar))

    async def put_prepayments(self, request: Request) -> Response:
        """Set the amounts of a year."""
        self.world.agency.prepayments.put(await self.body_of(request))
        return await self.prepayments(request)

    async def put_account(self, request: Request) -> Response:
        """The account of a province from now on."""
        province, now = request.path_params["province"], self.exchange.clock.text()
        rows = self.world.agency.prepayments.put_account(province, await self.body_of(request), now)
        return JSONResponse({"items": rows, "next": None})

    async def problems(self, request: Request) -> Response:
        """All, or those in one state."""
        today, state = self.exchange.clock.today(), request.query_params.get("state")
        rows = [one.as_json(today) for one in self.world.agency.problems.raised.values()]
        return _page([row for row in rows if state in (None, "", row["state"])])

    async def raise_problem(self, request: Request) -> Response:
        """A new one."""
        made = self.world.agency.problems.raise_one(await self.body_of(request), self.exchange.clock.text())
        return JSONResponse(made.as_json(self.exchange.clock.today()), 201)

    async def change_problem(self, request: Request) -> Response:
        """One step; a dispute answers the new problem."""
        problems, number = self.world.agency.problems, request.path_params["id"]
        if number not in problems.raised:
            raise self.absent(number)
        problem, now = problems.raised[number], self.exchange.clock.text()
        changed = problems.change(problem, await self.body_of(request), now)
        return JSONResponse(changed.as_json(self.exchange.clock.today()))

    async def fee_checks(self, _: Request) -> Response:
        """All checks, and the lists that are made."""
        today, checks = self.exchange.clock.today(), self.world.agency.fee_checks
        items = [one.as_json(today) for one in checks.asked.values()]
        return JSONResponse({"items": items, "lists": checks.made_lists(today), "next": None})

    async def ask_check(self, request: Request) -> Response:
        """A new one; what the settlement of a stay tells need not be told again."""
        row = await self.body_of(request)
        if row.get("setl_id"):
            found = self.world.settlements.get(str(row["setl_id"]))
            if found is None:
                raise self.absent(str(row["setl_id"]))
            row = {**_nine_of(found), **row}
        made = self.world.agency.fee_checks.ask(row, self.exchange.clock.text())
        return JSONResponse(made.as_json(self.exchange.clock.today()), 201)

    async def change_check(self, request: Request) -> Response:
        """One step."""
        checks, number = self.world.agency.fee_checks, request.path_params["id"]
        if number not in checks.asked:
            raise self.absent(number)
        changed = checks.change(checks.asked[number], await self.body_of(request), self.exchange.clock.text())
        return JSONResponse(changed.as_json(self.exchange.clock.today()))

    async def withdraw_check(self, request: Request) -> Response:
        """Gone, while it is in no list."""
        checks, number = self.world.agency.fee_checks, request.path_params["id"]
        if number not in checks.asked:
            raise self.absent(number)
        checks.withdraw(checks.asked[number], self.exchange.clock.text())
        return Response(status_code=204)

    async def calendar(self, _: Request) -> Response:
        """The years whose working days are known."""
        return JSONResponse({"years": self.world.agency.calendar.years})

    async def put_calendar(self, request: Request) -> Response:
        """One year more, or another calendar for one."""
        self.world.agency.calendar.add(await self.body_of(request))
        return await self.calendar(request)


def _page(items: list[Any]) -> Response:
    return JSONResponse({"items": items, "next": None})


def _nine_of(found: Settlement) -> dict[str, str]:
    """What a settled stay tells of the nine fields; refuses what is no stay."""
    visit = found.visit
    if visit.stay is None:
        raise BadCheck("fee checks are asked for stays")
    person = visit.person
    told = (
        person.id_number,
        person.name,
        person.sex,
        visit.institution.name,
        visit.number,
        found.invoice,
        visit.begun[:10],
        visit.stay.ended[:10],
        days.text(found.amount("medfee_sumamt")),
    )
    return {name: value for name, value in zip(NINE, told, strict=True) if value}
