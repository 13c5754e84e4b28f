"""The REST door: authenticate, read, hand over, tell. Every call goes through `Door.call`; the rows are in `routes`."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path
from starlette.types import Lifespan

from yidi_gateway.access.callers import Caller, NotAuthenticated
from yidi_gateway.access.network import is_loopback
from yidi_gateway.doors import observing, openapi, reading, told
from yidi_gateway.doors.routes import ROUTES
from yidi_gateway.doors.table import Asked, House, Route
from yidi_gateway.ids import incident_of, new_id
from yidi_gateway.problem import Problem
from yidi_gateway.shapes import Body
from yidi_gateway.visits import Answer, Call
from yidi_gateway.visits.calls import encode
from yidi_sdk.rules.reasons import Language

log = structlog.get_logger("yidi.rest")
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
REFUSALS = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}
OPENAPI_PATH = "/openapi.json"


class Door:
    """Answers the calls of the table."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._clock = house.engine.clock

    async def call(self, route: Route, request: Request) -> Response:
        """One call, from bytes to bytes."""
        begun = self._clock.monotonic()
        incident = incident_of(new_id(self._clock.now()))
        language = reading.language_of(request.headers.get("accept-language", ""))
        caller = None
        kind = None
        try:
            raw, caller = await self._received(route, request)
            asked = self._read(route, request, raw, caller, incident)
            answer = await route.handler(self._house, asked)
        except Exception as error:  # noqa: BLE001 - the outermost frame: nothing of a fault may leave the gateway
            problem = told.problem_of(error)
            kind = type(error).__name__
            if problem is None:
                problem = told.broken()
                log.error("broken", route=route.path, incident=incident, kind=kind)  # noqa: TRY400 - no texts
            challenge = {"WWW-Authenticate": "Bearer"} if isinstance(error, NotAuthenticated) else None
            answer = told.of_problem(problem, language, incident, challenge)
        seconds = self._clock.monotonic() - begun
        self._house.figures.called(route.method, route.path, answer.status, seconds)
        log.info(
            "call",
            method=route.method,
            route=route.path,
            status=answer.status,
            caller=caller.id if caller else None,
            incident=incident,
            kind=kind,
            duration_ms=round(seconds * 1000),
        )
        return told.response(answer)

    async def _received(self, route: Route, request: Request) -> tuple[bytes, Caller | None]:
        """The body and who sent it."""
        if not route.scopes:
            return b"", None
        limit = route.limit if route.body is not None else 0
        return await self._house.entrance.admitted(request, limit, self._bearer, partial(self._may, route))

    def _bearer(self, request: Request) -> Caller:
        """A bearer key counts on this machine only; behind a proxy the caller is somewhere else."""
        peer = request.client.host if request.client else None
        if not is_loopback(peer) or any(name in request.headers for name in FORWARDED):
            raise NotAuthenticated(
                "from elsewhere a call needs the signed headers X-Yidi-Caller, -Time, -Nonce, -Signature"
            )
        given = request.headers.get("authorization")
        if given is None:
            raise NotAuthenticated("Authorization: Bearer KEY is missing")
        return self._house.callers.bearer(given)

    def _may(self, route: Route, caller: Caller) -> None:
        if not caller.may(route.scopes):
            raise Problem("FORBIDDEN", http=403, detail=f"needs {' or '.join(route.scopes)}")

    def _read(self, route: Route, request: Request, raw: bytes, caller: Caller | None, incident: str) -> Asked:
        language = reading.language_of(request.headers.get("accept-language", ""))
        key = reading.key_of(request.headers.get("idempotency-key"), needed=route.needs_key)
        default_s = self._house.engine.timing.caller_patience_s
        patience_s = reading.patience_of(request.headers.get("x-yidi-patience"), default_s)
        body, body_hash = None, reading.hash_of({})
        if route.body is not None:
            body, body_hash = reading.parse(raw, route.body, needed=route.body_needed, language=language)
            self._at_its_till(caller, body, language)
        known = {query.name for query in route.query}
        unknown = [(name, "unknown") for name in request.query_params if name not in known]
        if unknown:
            raise Problem("BAD_REQUEST", http=422, fields=unknown)
        call = Call(caller.id if caller else "", key, patience_s, language, body_hash, incident)
        scopes = caller.scopes if caller else frozenset[str]()
        return Asked(call, request.path_params, request.query_params, body, scopes)

    def _at_its_till(self, caller: Caller | None, body: Body, language: Language) -> None:
        """Who acts is one of the caller's own operators, in every call that can name one."""
        if caller is None or not caller.tills or "operator" not in type(body).model_fields:
            return
        if not caller.acts_as(self._house.operator_of(getattr(body, "operator", None)).id):
            message = "不是这个调用方的操作员" if language == "zh" else "is no operator of this caller"
            raise Problem("FORBIDDEN", http=403, fields=[("operator.id", message)])

    async def failed(self, request: Request, error: Exception) -> Response:
        """What never reached a row: no such path, or not with this method."""
        incident = incident_of(new_id(self._clock.now()))
        language = reading.language_of(request.headers.get("accept-language", ""))
        status = error.status_code if isinstance(error, HTTPException) else told.BUG
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        code = REFUSALS.get(status)
        problem = Problem(code, http=status) if code else told.broken()
        log.info("call", route="-", status=status, incident=incident, kind=type(error).__name__)
        return told.response(told.of_problem(problem, language, incident, headers))


def app(house: House, lifespan: Lifespan[Starlette] | None = None, more: Iterable[Path] = ()) -> Starlette:
    """The door as an ASGI application, with the paths of other doors beside its own."""
    door = Door(house)
    paths = [Path(row.path, _endpoint(door, row), methods=[row.method]) for row in ROUTES]
    paths.append(Path(OPENAPI_PATH, _fixed(encode(openapi.document()), "application/json"), methods=["GET"]))
    paths += [
        Path(f"/docs/{name}", _fixed(observing.asset(name), media_type), methods=["GET"])
        for name, media_type in observing.ASSETS.items()
    ]
    paths += more
    handlers = {HTTPException: door.failed, Exception: door.failed}
    return Starlette(routes=paths, lifespan=lifespan, exception_handlers=handlers)


def _endpoint(door: Door, row: Route) -> Callable[[Request], Awaitable[Response]]:
    return partial(door.call, row)


def _fixed(content: bytes, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_request: Request) -> Response:
        headers = {"Content-Type": media_type, "Cache-Control": "no-cache"}
        return told.response(Answer(200, {}, content, headers))

    return endpoint
