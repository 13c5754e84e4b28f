"""The control door under /_hub, for loopback callers only: look at the hub, change its world, plant faults.

Lists are {"items": [...], "next": null}. What makes no sense is 400 with {"error": "..."}; what is not there is 404.
"""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from json import JSONDecodeError
from typing import Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from yidi_mocks import days, downtime, filing_desk, office, report, worldview
from yidi_mocks.capabilities import BadCapability
from yidi_mocks.exchange import Exchange
from yidi_mocks.faults import BadFault
from yidi_mocks.office import Office
from yidi_mocks.refusals import Refusal
from yidi_mocks.registry import BadWorld
from yidi_mocks.scenario import BadScenario, restart
from yidi_mocks.steering import Steering
from yidi_mocks.world import Person

BAD = (*office.BAD, BadFault, BadCapability, BadWorld, BadScenario, downtime.BadWindow)
Action = Callable[[Request], Awaitable[Response]]


class NotThere(LookupError):
    """What was named does not exist."""


def page(items: list[Any]) -> JSONResponse:
    """A list as the contract shapes it."""
    return JSONResponse({"items": items, "next": None})


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object sent, {} where nothing was. Raises BadWorld for anything else."""
    raw = await request.body()
    if not raw:
        return {}
    try:
        given: Any = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        raise BadWorld("the body is not JSON") from None
    if not isinstance(given, dict):
        raise BadWorld("the body must be an object")
    return cast("dict[str, Any]", given)


def guarded(exchange: Exchange, action: Action) -> Action:
    """Loopback only; nonsense becomes 400, the missing 404. Whatever is not a look may have changed the world."""

    async def answer(request: Request) -> Response:
        if request.client is not None and not _is_loopback(request.client.host):
            return JSONResponse({"error": "the control door serves loopback only"}, 403)
        try:
            return await action(request)
        except BAD as error:
            return JSONResponse({"error": str(error)}, 400)
        except Refusal as refusal:  # the insured place's desk says no
            return JSONResponse({"error": refusal.text, "cause": refusal.cause}, 409)
        except NotThere as error:
            return JSONResponse({"error": f"{error.args[0]} is not there"}, 404)
        finally:
            if request.method != "GET":
                exchange.world.version += 1

    return answer


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("testclient", "localhost")


class Control:
    """The actions, over one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def app(self) -> Starlette:
        """The routes of the contract, section 3."""
        table: tuple[tuple[str, str, Action], ...] = (
            *Steering(self.exchange, body_of).table(),
            *Office(self.exchange, body_of, NotThere).table(),
            ("GET", "/health", self.health),
            ("POST", "/reset", self.reset),
            ("GET", "/world", self.world),
            ("POST", "/world/people", self.make_person),
            ("PATCH", "/world/people/{psn_no}", self.change_person),
            ("POST", "/world/people/{psn_no}/filings", self.file),
            ("POST", "/world/people/{psn_no}/filings/papers", self.hand_in),
            ("DELETE", "/world/people/{psn_no}/filings/{kind}", self.cancel_filing),
            ("PUT", "/world/institutions/{code}", self.put_institution),
            ("GET", "/world/institutions", self.institutions),
            ("GET", "/ledger", self.ledger),
            ("PATCH", "/ledger/{setl_id}", self.change_settlement),
            ("POST", "/faults", self.plant_fault),
            ("GET", "/faults", self.list_faults),
            ("GET", "/faults/{id}", self.one_fault),
            ("DELETE", "/faults", self.remove_faults),
            ("DELETE", "/faults/{id}", self.remove_faults),
            ("POST", "/maintenance", self.plant_window),
            ("GET", "/maintenance", self.list_windows),
            ("DELETE", "/maintenance", self.remove_windows),
            ("DELETE", "/maintenance/{id}", self.remove_windows),
            ("POST", "/clock", self.move_clock),
            ("GET", "/capabilities", self.capabilities),
            ("PUT", "/capabilities", self.change_capabilities),
            ("GET", "/received", self.received),
            ("GET", "/personas", self.personas),
            ("GET", "/report", self.report),
        )
        return Starlette(
            routes=[
                Route(f"/_hub{path}", guarded(self.exchange, action), methods=[verb]) for verb, path, action in table
            ]
        )

    async def health(self, _: Request) -> Response:
        """Up, and as whom."""
        hub = self.exchange
        now = hub.clock.now().isoformat()
        return JSONResponse({"status": "up", "profile": hub.profile, "scenario": hub.scenario, "clock": now})

    async def reset(self, request: Request) -> Response:
        """Back to the beginning of a scenario."""
        given = await body_of(request)
        scenario = given.get("scenario", self.exchange.scenario)
        restart(self.exchange, scenario, seed=int(given.get("seed", 1)), profile=given.get("profile"))
        return await self.health(request)

    async def world(self, request: Request) -> Response:
        """All, or what belongs to one person."""
        wanted = request.query_params.get("person")
        if wanted is None:
            return JSONResponse(worldview.whole(self.exchange.world))
        person = self.exchange.world.find_person(wanted)
        if person is None:
            raise NotThere(wanted)
        return JSONResponse(worldview.of_person(person))

    async def make_person(self, request: Request) -> Response:
        """A new person of the world."""
        person = worldview.make_person(self.exchange.world, await body_of(request), self.exchange.clock.today())
        return JSONResponse(worldview.person_row(person), 201)

    async def change_person(self, request: Request) -> Response:
        """Change what the body names."""
        person, today = self._person(request), self.exchange.clock.today()
        worldview.change_person(self.exchange.world, person, await body_of(request), today)
        return JSONResponse(worldview.person_row(person))

    async def file(self, request: Request) -> Response:
        """A filing at the insured place's desk: see `filing_desk`."""
        made = filing_desk.file(self._person(request), await body_of(request), self.exchange.clock.today())
        return JSONResponse(worldview.filing_row(made), 201)

    async def hand_in(self, request: Request) -> Response:
        """The papers that a promise stood for."""
        papers: Any = (await body_of(request)).get("papers")
        if not isinstance(papers, list):
            raise BadWorld("papers must be a list")
        found = filing_desk.hand_in(self._person(request), frozenset(map(str, cast("list[object]", papers))))
        if found is None:
            raise NotThere("a promise that these papers fulfil")
        return JSONResponse(worldview.filing_row(found))

    async def cancel_filing(self, request: Request) -> Response:
        """The standing filing of a kind ends today."""
        found = filing_desk.cancel(self._person(request), request.path_params["kind"], self.exchange.clock.today())
        if found is None:
            raise NotThere(request.path_params["kind"])
        return JSONResponse(worldview.filing_row(found))

    def _person(self, request: Request) -> Person:
        wanted = request.path_params["psn_no"]
        person = self.exchange.world.find_person(wanted)
        if person is None:
            raise NotThere(wanted)
        return person

    async def institutions(self, request: Request) -> Response:
        """Those in one of the states named: `status=not_connected,testing` is the ledger of those to come."""
        asked = request.query_params.get("status", ",".join(worldview.STATUSES)).split(",")
        if unknown := set(asked) - set(worldview.STATUSES):
            raise BadWorld(f"status must be one of {', '.join(worldview.STATUSES)}, not {', '.join(sorted(unknown))}")
        found = self.exchange.world.institutions.values()
        return page([worldview.institution_row(one) for one in found if one.status in asked])

    async def put_institution(self, request: Request) -> Response:
        """Make or change a hospital."""
        code = request.path_params["code"]
        institution = worldview.put_institution(
            self.exchange.world, code, await body_of(request), self.exchange.clock.today()
        )
        return JSONResponse(worldview.institution_row(institution))

    async def ledger(self, request: Request) -> Response:
        """Settlements, filtered by any of the fields named in the query."""
        world = self.exchange.world
        world.agency.clearing.close(self.exchange.clock.today())
        return page(list(days.ledger(world, dict(request.query_params))))

    async def change_settlement(self, request: Request) -> Response:
        """Clearing state and month, settlement day."""
        settlement = self.exchange.world.settlements.get(request.path_params["setl_id"])
        if settlement is None:
            raise NotThere(request.path_params["setl_id"])
        given, books = await body_of(request), self.exchange.world.books
        books.remove(settlement)
        try:
            worldview.change_settlement(settlement, given)
        finally:
            books.add(settlement)
        return JSONResponse(days.ledger_row(settlement))

    async def plant_fault(self, request: Request) -> Response:
        """One fault more."""
        return JSONResponse(self.exchange.faults.plant(await body_of(request)).as_json(), 201)

    async def list_faults(self, _: Request) -> Response:
        """All, in the order they were planted."""
        return page([fault.as_json() for fault in self.exchange.faults.planted.values()])

    async def one_fault(self, request: Request) -> Response:
        """One, with how often it was met."""
        fault = self.exchange.faults.planted.get(request.path_params["id"])
        if fault is None:
            raise NotThere(request.path_params["id"])
        return JSONResponse(fault.as_json())

    async def remove_faults(self, request: Request) -> Response:
        """One by id, or all."""
        return _removed(self.exchange.faults.planted, request.path_params.get("id"))

    async def plant_window(self, request: Request) -> Response:
        """One window more."""
        return JSONResponse(self.exchange.windows.plant(await body_of(request)).as_json(), 201)

    async def list_windows(self, _: Request) -> Response:
        """All windows."""
        return page([window.as_json() for window in self.exchange.windows.planted.values()])

    async def remove_windows(self, request: Request) -> Response:
        """One by id, or all."""
        return _removed(self.exchange.windows.planted, request.path_params.get("id"))

    async def move_clock(self, request: Request) -> Response:
        """Set or advance."""
        given = await body_of(request)
        if "now" in given:
            self.exchange.clock.set(downtime.moment(given["now"]))
        if "advance_s" in given:
            self.exchange.clock.advance(float(given["advance_s"]))
        return JSONResponse({"clock": self.exchange.clock.now().isoformat()})

    async def capabilities(self, _: Request) -> Response:
        """All flags."""
        return JSONResponse(self.exchange.capabilities.as_json())

    async def change_capabilities(self, request: Request) -> Response:
        """Set the flags named; the others stay."""
        self.exchange.capabilities.change(await body_of(request))
        return await self.capabilities(request)

    async def received(self, request: Request) -> Response:
        """What came in, filtered by any field."""
        asked = {name: value for name, value in request.query_params.items() if value}
        rows = (row.as_json() for row in self.exchange.received)
        return page([row for row in rows if all(str(row.get(name)) == value for name, value in asked.items())])

    async def personas(self, _: Request) -> Response:
        """The people with a story."""
        return page([worldview.persona_row(p) for p in self.exchange.world.people.values() if p.persona])

    async def report(self, request: Request) -> Response:
        """The conformance report."""
        found = report.conformance(self.exchange.received)
        form = request.query_params.get("format", "json")
        if form == "text":
            return PlainTextResponse(report.as_text(found))
        if form == "html":
            return HTMLResponse(report.as_html(found))
        return JSONResponse(found)


def _removed(planted: dict[str, Any], number: str | None) -> Response:
    if number is None:
        planted.clear()
    elif planted.pop(number, None) is None:
        raise NotThere(number)
    return Response(status_code=204)
