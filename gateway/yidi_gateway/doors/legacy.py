"""What older programs ask in their own ways: a local bridge's `dll/call`, questions by GET, pages that call from a
browser. Each becomes a message of the national door; nothing about money is decided here."""

from functools import partial
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path

from yidi_gateway.access.addresses import FORWARDED
from yidi_gateway.access.callers import NotAuthenticated
from yidi_gateway.access.network import is_loopback
from yidi_gateway.doors import browsers, dialects, told
from yidi_gateway.doors.dialects import Charset
from yidi_gateway.doors.envelopes import Said
from yidi_gateway.doors.national import PATHS, Course, NationalDoor
from yidi_gateway.doors.table import House
from yidi_gateway.journal.port import Search
from yidi_gateway.problem import Problem
from yidi_gateway.settings import LegacySettings
from yidi_gateway.submission import Submission
from yidi_gateway.visits import Answer
from yidi_sdk import wire
from yidi_sdk.catalogue import by_infno, row_of
from yidi_sdk.transactions import FindInstitutions, GetDictionary, QueryDepartments

DLL_PATH = "/dll/call"
ASK_PATH = "/fsi/api/ask/{infno}"
RESULT_PATH = "/fsi/api/result/{infno}/{msgid}"
HANDLE, INIT = "BUSINESS_HANDLE", "INIT"
BY_GET = tuple(row_of(message).infno for message in (FindInstitutions, GetDictionary, QueryDepartments))
"""Questions about institutions and dictionaries. One about a person is not asked by GET: addresses stay in logs."""
ENVELOPE_NAMES = ("msgid", "insuplc_admdvs", "opter", "opter_name", "opter_type")
RESULT_SCOPES = ("query", "settle")
NO_CONTENT = 204


class LegacyDoor:
    """The ways of older programs to the national door."""

    def __init__(self, house: House, national: NationalDoor, settings: LegacySettings) -> None:
        self._house = house
        self._national = national
        self._settings = settings

    def routes(self) -> list[Path]:
        """Only what the configuration asks for."""
        paths: list[Path] = []
        if self._settings.dll_call:
            paths.append(Path(DLL_PATH, self.dll_call, methods=["POST"]))
        if self._settings.ask_by_get:
            paths.append(Path(ASK_PATH, self.ask, methods=["GET"]))
            paths.append(Path(RESULT_PATH, self.result, methods=["GET"]))
        if self._settings.origins:
            open_to_pages = [*PATHS, *(path.path for path in paths)]
            paths += [Path(path, self.preflight, methods=["OPTIONS"]) for path in open_to_pages]
        return paths

    async def dll_call(self, request: Request) -> Response:
        """A call of the bridge: the answer is a JSON text in `body[0][0]`."""
        spoken = await self._national.spoken(request, self._bridged)
        text = spoken.content.decode(spoken.charset)
        content = wire.dumps({"body": [[text]]}).decode().encode(spoken.charset)
        headers = self._national.page_headers(request)
        return type(spoken)(content, spoken.charset, dialects.JSON).response(headers)

    async def _bridged(self, request: Request, raw: bytes, course: Course) -> Said:
        peer = request.client.host if request.client else None
        if not is_loopback(peer) or any(name in request.headers for name in FORWARDED):
            raise NotAuthenticated("dll/call is for programs on this machine")
        if _method_in(dialects.envelope_in(raw, course.charset)) == INIT:
            return self._national.envelopes.ready()
        return await self._national.message(_message_in, request, raw, course)

    async def ask(self, request: Request) -> Response:
        """A question whose fields stand in the address."""
        read = partial(_question_in, request)
        spoken = await self._national.spoken(request, partial(self._national.message, read))
        return spoken.response(self._national.page_headers(request))

    async def result(self, request: Request) -> Response:
        """What became of a money message, by its number and msgid."""
        spoken = await self._national.spoken(request, self._result)
        return spoken.response(self._national.page_headers(request))

    async def _result(self, request: Request, _raw: bytes, course: Course) -> Said:
        course.infno = request.path_params["infno"]
        if course.caller is None or not course.caller.may(RESULT_SCOPES):
            raise Problem("FORBIDDEN", http=403, detail=f"needs {' or '.join(RESULT_SCOPES)}")
        row = await self._under(course.caller.id, course.infno, request.path_params["msgid"])
        if row is None:
            return self._national.envelopes.not_known()
        return await self._national.envelopes.of_submission(row)

    async def _under(self, caller: str, infno: str, msgid: str) -> Submission | None:
        journal = self._house.engine.journal
        by_key = await journal.search(Search(caller=caller, key=f"{msgid}:{infno}"))
        found = [row for row in by_key.items if not row.released] or list(by_key.items)
        if not found:
            by_number = await journal.search(Search(caller=caller, msgid=msgid))
            found = [row for row in by_number.items if row.infno == infno]
        return found[0] if found else None

    async def preflight(self, request: Request) -> Response:
        """A browser asks whether a page may call."""
        headers = browsers.preflight_for(request.headers.get("origin"), frozenset(self._settings.origins))
        return told.response(Answer(NO_CONTENT, {}, b"", headers))


def _method_in(given: dict[str, Any]) -> str:
    method = given.get("method")
    if method not in (HANDLE, INIT):
        raise Problem("BAD_REQUEST", fields=[("method", f"应为{HANDLE}")])
    return cast("str", method)


def _message_in(raw: bytes, charset: Charset) -> dict[str, Any]:
    """`parameters.in`: an envelope, or one in a JSON text, once or twice."""
    parameters: Any = dialects.envelope_in(raw, charset).get("parameters")
    message: Any = cast("dict[str, Any]", parameters).get("in") if isinstance(parameters, dict) else None
    for _ in range(2):
        if isinstance(message, str):
            message = dialects.parsed(message.rstrip("\x00"))
    if not isinstance(message, dict):
        raise Problem("BAD_REQUEST", fields=[("parameters.in", "应为报文：JSON对象或其文本")])
    return cast("dict[str, Any]", message)


def _question_in(request: Request, _raw: bytes, _charset: Charset) -> dict[str, Any]:
    """The envelope of a question: names of the envelope beside its `input`, all others in it."""
    infno: str = request.path_params["infno"]
    row = by_infno(infno)
    if infno not in BY_GET or row is None:
        raise Problem("BAD_REQUEST", fields=[("infno", f"用GET只能问{'、'.join(BY_GET)}；涉及个人的用POST")])
    given = dict(request.query_params)
    envelope: dict[str, Any] = {name: given.pop(name) for name in ENVELOPE_NAMES if name in given}
    node = row.input.main_node
    if node is None and given:
        raise Problem("BAD_REQUEST", fields=[(name[:60], "没有这个字段") for name in given])
    return {**envelope, "infno": infno, "input": {} if node is None else {node: given}}
