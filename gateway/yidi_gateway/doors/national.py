"""The national door: a HIS that speaks the platform's own envelope only changes its URL.

Its msgid is its key. What the platform said goes back as it was said; what the gateway adds stands in `warn_msg` and in
the field `yidi`. HTTP 200 always: `infcode` tells.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path

from yidi_gateway.access.addresses import Addresses
from yidi_gateway.access.callers import Caller, NotAuthenticated
from yidi_gateway.access.redaction import redacted
from yidi_gateway.doors import browsers, dialects, reading, reversing, told
from yidi_gateway.doors.dialects import PLAIN, Charset, Dialect
from yidi_gateway.doors.envelopes import Envelopes, Said
from yidi_gateway.doors.incoming import Asked
from yidi_gateway.doors.orders import busy_on, carried, is_anothers, is_ours, part, scopes_of
from yidi_gateway.doors.table import LARGE, House
from yidi_gateway.engine import Order
from yidi_gateway.ids import incident_of, new_id
from yidi_gateway.lifecycle import State
from yidi_gateway.problem import Problem
from yidi_gateway.visits import Answer, Call
from yidi_gateway.visits.calls import decode
from yidi_sdk.catalogue import CATALOGUE, Effect, Transaction, by_infno, raw_row
from yidi_sdk.errors import Misused
from yidi_sdk.message import Input
from yidi_sdk.transactions import Raw, ReverseTransaction, SignIn, SignOut

log = structlog.get_logger("yidi.national")
SINGLE_PATH = "/fsi/api/callService"
PATHS: dict[str, str | None] = {SINGLE_PATH: None, **{row.path: row.infno for row in CATALOGUE if row.path}}
NUMBER = re.compile(r"[0-9]{3,6}[A-Z]?")
OK, PENDING, UNAVAILABLE = 200, 202, 503


@dataclass(slots=True)
class Course:
    """A message on its way through the door: what is known of it so far."""

    incident: str
    begun: float
    infno: str = ""
    caller: Caller | None = None
    dialect: Dialect = PLAIN
    charset: Charset = "utf-8"
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """An answer in the caller's dialect."""

    content: bytes
    charset: Charset
    media_type: str

    def response(self, headers: Mapping[str, str]) -> Response:
        """HTTP 200 always, with its length."""
        media_type = self.media_type
        if media_type == dialects.JSON and self.charset != "utf-8":
            media_type = f"{media_type}; charset={self.charset.upper()}"
        return told.response(Answer(OK, {}, self.content, {**headers, "Content-Type": media_type}))


Work = Callable[[Request, bytes, Course], Awaitable[Said]]
Read = Callable[[bytes, Charset], dict[str, Any]]


class NationalDoor:
    """Answers messages in the platform's own envelope."""

    def __init__(self, house: House, addresses: Addresses, spoken_by: Mapping[str, Dialect]) -> None:
        self._house = house
        self._engine = house.engine
        self._addresses = addresses
        self._dialects = spoken_by
        self.envelopes = Envelopes(house.engine)

    def routes(self) -> list[Path]:
        """The single path and every path that is known for a number."""
        return [Path(path, self.call, methods=["POST"]) for path in PATHS]

    async def call(self, request: Request) -> Response:
        """One message, from bytes to bytes."""
        spoken = await self.spoken(request, partial(self.message, dialects.envelope_in))
        return spoken.response(self.page_headers(request))

    def page_headers(self, request: Request) -> dict[str, str]:
        """What lets a page of the HIS read the answer."""
        return browsers.headers_for(request.headers.get("origin"), self._addresses.origins)

    async def spoken(self, request: Request, work: Work) -> Spoken:
        """What `work` says of the body, in the caller's dialect; whatever goes wrong is said too."""
        course = Course(incident_of(new_id(self._engine.clock.now())), self._engine.clock.monotonic())
        try:
            said = await self._worked(request, work, course)
        except Exception as error:  # noqa: BLE001 - the outermost frame: nothing of a fault may leave the gateway
            said = self._failed(error, course)
        content = dialects.written(said, course.dialect, course.charset)
        longest = course.dialect.longest_answer
        if len(content) > longest:
            said = self.envelopes.too_large(said, longest)
            content = dialects.written(said, course.dialect, course.charset)
        known = course.infno if by_infno(course.infno) is not None else "other"
        self._house.figures.messaged(known, said.state)
        log.info(
            "call",
            infno=redacted(course.infno)[:8],
            state=said.state,
            caller=course.caller.id if course.caller else None,
            incident=course.incident,
            kind=course.kind,
            duration_ms=round((self._engine.clock.monotonic() - course.begun) * 1000),
        )
        return Spoken(content, course.charset, said.media_type)

    async def _worked(self, request: Request, work: Work, course: Course) -> Said:
        """Who calls is known by signed headers or a key where there are any, else by address."""
        recognise = self._addresses.caller_of
        raw, caller = await self._house.entrance.admitted(request, LARGE, recognise, _may_enter)
        course.caller, course.dialect = caller, self._dialects.get(caller.id, PLAIN)
        course.charset = course.dialect.charset
        course.charset = dialects.charset_of(request.headers.get("content-type"), course.dialect.charset)
        return await work(request, raw, course)

    def _failed(self, error: Exception, course: Course) -> Said:
        course.kind = type(error).__name__
        problem = told.problem_of(error)
        if problem is None:
            problem = told.broken()
            log.error("broken", infno=course.infno, incident=course.incident, kind=course.kind)
        return self.envelopes.of_problem(problem, course.incident)

    async def message(self, read: Read, request: Request, raw: bytes, course: Course) -> Said:
        """One message, whose envelope `read` finds in the body. Raises Problem."""
        path, caller = request.url.path, course.caller
        envelope = read(raw, course.charset)
        if envelope.get("infno") in (None, "") and PATHS.get(path):
            envelope = {**envelope, "infno": PATHS[path]}
        asked = Asked(envelope, self._house)
        course.infno = asked.infno
        self._at_its_path(path, asked.infno)
        usual_s = self._engine.timing.caller_patience_s
        patience_s = reading.patience_of(request.headers.get("x-yidi-patience"), usual_s)
        if caller is None:
            raise NotAuthenticated("nobody")
        call = Call(caller.id, asked.msgid, patience_s, "zh", asked.body_hash, course.incident)
        return await self._answered(asked, call, caller)

    def _at_its_path(self, path: str, infno: str) -> None:
        if PATHS.get(path) not in (None, infno):
            raise Problem("BAD_REQUEST", fields=[("infno", f"与请求地址不符：此地址为{PATHS[path]}")])

    async def _answered(self, asked: Asked, call: Call, caller: Caller) -> Said:
        row = self._row(asked)
        if not caller.may(scopes_of(row)):
            raise Problem("FORBIDDEN", http=403, detail=f"needs {' or '.join(scopes_of(row))}")
        if not caller.acts_as(asked.operator.id):
            raise Problem("FORBIDDEN", http=403, fields=[("opter", "不是这个调用方的操作员")])
        message = self._message(row, asked)
        if row.input is SignIn or row.input is SignOut:
            return self.envelopes.of_session(row, asked.operator)
        if isinstance(message, ReverseTransaction):
            about = (asked.operator, asked.division, call)
            return await reversing.reversed_for(self._engine, self.envelopes, message, *about)
        if row.effect in (Effect.QUERY, Effect.TRIAL):
            return await self._heard(asked, message, await self._free(asked.msgid))
        return await self._once(asked, call, row, message)

    def _row(self, asked: Asked) -> Transaction[Any]:
        row = by_infno(asked.infno, self._engine.profile.name)
        if row is not None:
            return row
        if not NUMBER.fullmatch(asked.infno) or by_infno(asked.infno) is not None:
            raise Problem("BAD_REQUEST", fields=[("infno", "本地没有这个交易编号")])
        return raw_row(asked.infno)

    def _message(self, row: Transaction[Any], asked: Asked) -> Input[Any]:
        if row.input is Raw:
            return Raw(asked.infno, asked.nodes)
        try:
            return row.input.from_wire(asked.nodes)
        except ValidationError as error:
            raise Problem("BAD_REQUEST", fields=reading.input_fields(row, error, "zh")) from None

    async def _free(self, msgid: str) -> str | None:
        """The caller's msgid where nothing has gone out under it; otherwise the gateway makes a new one."""
        if not msgid or await self._engine.journal.attempt(msgid) is not None:
            return None
        return msgid

    async def _heard(self, asked: Asked, message: Input[Any], msgid: str | None) -> Said:
        """A question, asked over the line; asked again under the same msgid it goes out under another."""
        try:
            heard = await self._engine.hear(
                message, operator=asked.operator, insured_division=asked.division, msgid=msgid
            )
        except Misused as error:
            raise Problem("BAD_REQUEST", fields=[(field.path, field.message) for field in error.fields]) from None
        return self.envelopes.of_heard(heard)

    async def _once(self, asked: Asked, call: Call, row: Transaction[Any], message: Input[Any]) -> Said:
        """Money and uploads: done once under the caller's msgid, the final answer the same for ever."""
        if not asked.msgid:
            call = replace(call, key=new_id(self._engine.clock.now()))
        money = row.effect is Effect.COMMIT and row.input is not Raw
        work = self._settled if money else self._uploaded

        async def once(_subject: str) -> Answer:
            try:
                said = await work(asked, call, row, message)
            except Problem as problem:
                if not problem.is_final or problem.code == "BASKET_BUSY":
                    raise
                said = self.envelopes.of_problem(problem, call.incident)
            status = PENDING if said.state == "pending" else UNAVAILABLE if said.state == "not_sent" else OK
            return Answer(status, {"said": said.content.decode(), "state": said.state})

        answer = await self._house.once(call, f"national/{row.infno}", new_id(self._engine.clock.now()), once)
        body = answer.body if answer.content is None else decode(answer.content)
        return Said(body["state"], body["said"].encode())

    async def _settled(self, asked: Asked, call: Call, row: Transaction[Any], message: Input[Any]) -> Said:
        if await is_ours(self._engine, message):
            raise Problem("OWNED_BY_VISIT", http=409, detail=row.infno)
        if await is_anothers(self._engine, message, call.caller):
            raise Problem("NOT_FOUND", fields=[("setl_id", "没有找到这笔结算")])
        order = Order(
            caller=call.caller,
            key=f"{call.key}:{row.infno}",
            message=message,
            operator=asked.operator,
            insured_division=asked.division,
            busy_on=busy_on(row, message),
            psn_no=part(message, "psn_no"),
            mdtrt_id=part(message, "mdtrt_id"),
            expected_total=getattr(message, "medfee_sumamt", None),
            msgid=await self._free(asked.msgid),
        )
        try:
            done = await carried(self._engine, order, call.patience_s)
        except Misused as error:
            raise Problem("BAD_REQUEST", fields=[(field.path, field.message) for field in error.fields]) from None
        if done.state is State.CONFIRMED and done.acknowledged_at is None:
            await self._engine.acknowledge(done)  # such a program has no other way to say that it has booked it
        return await self.envelopes.of_submission(done)

    async def _uploaded(self, asked: Asked, call: Call, _row: Transaction[Any], message: Input[Any]) -> Said:
        """An upload, or a number that has no class: sent once. In doubt it stays so: never sent again from here."""
        before = await self._engine.journal.attempt(asked.msgid) if asked.msgid else None
        if before is not None and before.outcome not in (None, "unknown", "not_sent"):
            return self.envelopes.of_attempt(before)
        if before is not None and before.outcome != "not_sent":
            raise Problem("UPLOAD_IN_DOUBT", http=PENDING, incident=call.incident)
        said = await self._heard(asked, message, None if before else asked.msgid or None)
        if said.state == "unknown":
            raise Problem("UPLOAD_IN_DOUBT", http=PENDING, incident=call.incident)
        return said


def _may_enter(_caller: Caller) -> None:
    """Which right is needed is known once the message has been read."""
