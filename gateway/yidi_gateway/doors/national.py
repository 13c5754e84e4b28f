"""The national door: a HIS that speaks the platform's own envelope only changes its URL.

Its msgid is its key. What the platform said goes back as it was said; what the gateway adds stands in `warn_msg` and in
the field `yidi`. HTTP 200 always: `infcode` tells.
"""

import re
from dataclasses import replace
from typing import Any, cast

import structlog
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path

from yidi_gateway.access.addresses import Addresses
from yidi_gateway.access.callers import Caller, Signed
from yidi_gateway.access.redaction import redacted
from yidi_gateway.doors import reading, reversing, told
from yidi_gateway.doors.envelopes import Envelopes, Said
from yidi_gateway.doors.orders import busy_on, carried, is_ours, part, scopes_of
from yidi_gateway.doors.reading import hash_of
from yidi_gateway.doors.table import LARGE, House
from yidi_gateway.engine import Order
from yidi_gateway.ids import incident_of, new_id
from yidi_gateway.problem import Problem
from yidi_gateway.visits import Answer, Call
from yidi_gateway.visits.calls import decode
from yidi_sdk import wire
from yidi_sdk.catalogue import CATALOGUE, Effect, Transaction, by_infno, raw_row
from yidi_sdk.errors import Misused
from yidi_sdk.institution import Operator
from yidi_sdk.message import Input
from yidi_sdk.transactions import Raw, ReverseTransaction, SignIn, SignOut

log = structlog.get_logger("yidi.national")
SINGLE_PATH = "/fsi/api/callService"
PATHS: dict[str, str | None] = {SINGLE_PATH: None, **{row.path: row.infno for row in CATALOGUE if row.path}}
DIVISION = re.compile(r"[0-9]{6}")
NUMBER = re.compile(r"[0-9]{3,6}[A-Z]?")
LONGEST_OPERATOR = 50
OK, PENDING, UNAVAILABLE = 200, 202, 503


class Asked:
    """A message that came in: its envelope, read and checked. Raises Problem naming every field that is wrong."""

    def __init__(self, envelope: dict[str, Any], house: House) -> None:
        self.envelope = envelope
        wrong: list[tuple[str, str]] = []
        self.infno = _text(envelope, "infno", wrong)
        self.msgid = _text(envelope, "msgid", wrong, needed=False)
        self.division = _text(envelope, "insuplc_admdvs", wrong, needed=False)
        code = _text(envelope, "fixmedins_code", wrong, needed=False)
        ours = house.engine.institution
        if code and code != ours.code:
            wrong.append(("fixmedins_code", f"本网关只为{ours.code}发送"))
        if self.msgid and not re.fullmatch(rf"{re.escape(ours.code)}[0-9]{{{30 - len(ours.code)}}}", self.msgid):
            wrong.append(("msgid", "应为30位：机构编号、年月日时分秒、4位顺序号；也可留空由网关生成"))
        if self.division and not DIVISION.fullmatch(self.division):
            wrong.append(("insuplc_admdvs", "应为6位区划代码"))
        nodes: Any = envelope.get("input")
        if isinstance(nodes, str):
            nodes = _parsed(nodes)
        if not isinstance(nodes, dict):
            wrong.append(("input", "应为对象"))
            nodes = {}
        self.nodes = cast("dict[str, Any]", nodes)
        self.operator = self._operator(house.operator, wrong)
        if wrong:
            raise Problem("BAD_REQUEST", fields=wrong)

    def _operator(self, usual: Operator, wrong: list[tuple[str, str]]) -> Operator:
        given = [_text(self.envelope, name, wrong, needed=False) for name in ("opter", "opter_name", "opter_type")]
        wrong += [
            (name, f"最多{LONGEST_OPERATOR}个字符")
            for name, value in zip(("opter", "opter_name", "opter_type"), given, strict=True)
            if len(value) > LONGEST_OPERATOR
        ]
        who, name, kind = given
        return usual if not who else Operator(id=who, name=name or usual.name, kind=kind or usual.kind)

    @property
    def body_hash(self) -> str:
        """Of what the message says, whoever sends it when."""
        return hash_of({"infno": self.infno, "insuplc_admdvs": self.division, "input": self.nodes})


class NationalDoor:
    """Answers messages in the platform's own envelope."""

    def __init__(self, house: House, addresses: Addresses) -> None:
        self._house = house
        self._engine = house.engine
        self._addresses = addresses
        self._envelopes = Envelopes(house.engine)

    def routes(self) -> list[Path]:
        """The single path and every path that is known for a number."""
        return [Path(path, self.call, methods=["POST"]) for path in PATHS]

    async def call(self, request: Request) -> Response:
        """One message, from bytes to bytes."""
        incident = incident_of(new_id(self._engine.clock.now()))
        begun = self._engine.clock.monotonic()
        infno, caller, kind = "", None, None
        try:
            raw, caller = await self._received(request)
            asked = Asked(_envelope_in(raw), self._house)
            infno = asked.infno
            self._at_its_path(request.url.path, infno)
            patience_s = reading.patience_of(
                request.headers.get("x-yidi-patience"), self._engine.timing.caller_patience_s
            )
            call = Call(caller.id, asked.msgid, patience_s, "zh", asked.body_hash, incident)
            said = await self._answered(asked, call, caller)
        except Exception as error:  # noqa: BLE001 - the outermost frame: nothing of a fault may leave the gateway
            kind = type(error).__name__
            problem = told.problem_of(error)
            if problem is None:
                problem = told.broken()
                log.error("broken", infno=infno, incident=incident, kind=kind)  # noqa: TRY400 - no texts
            said = self._envelopes.of_problem(problem, incident)
        log.info(
            "call",
            infno=redacted(infno)[:8],
            state=said.state,
            caller=caller.id if caller else None,
            incident=incident,
            kind=kind,
            duration_ms=round((self._engine.clock.monotonic() - begun) * 1000),
        )
        return told.response(Answer(OK, {}, said.content, {"Content-Type": said.media_type}))

    async def _received(self, request: Request) -> tuple[bytes, Caller]:
        """The bytes and who sent them: signed headers or a key where there are any, else by address."""
        callers, now = self._house.callers, self._engine.clock.now().timestamp()
        signed = Signed.of(request.headers)
        if signed is not None:
            callers.claimed(signed, now)
            raw = await reading.read_bytes(request, LARGE)
            return raw, callers.verify(signed, request.method, reading.path_with_query(request), raw, now)
        caller = self._addresses.caller_of(request)
        return await reading.read_bytes(request, LARGE), caller

    def _at_its_path(self, path: str, infno: str) -> None:
        if PATHS.get(path) not in (None, infno):
            raise Problem("BAD_REQUEST", fields=[("infno", f"与请求地址不符：此地址为{PATHS[path]}")])

    async def _answered(self, asked: Asked, call: Call, caller: Caller) -> Said:
        row = self._row(asked)
        if not caller.may(scopes_of(row)):
            raise Problem("FORBIDDEN", http=403, detail=f"needs {' or '.join(scopes_of(row))}")
        message = self._message(row, asked)
        if row.input is SignIn or row.input is SignOut:
            return self._envelopes.of_session(row, asked.operator)
        if isinstance(message, ReverseTransaction):
            about = (asked.operator, asked.division, call)
            return await reversing.reversed_for(self._engine, self._envelopes, message, *about)
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
        return self._envelopes.of_heard(heard)

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
                said = self._envelopes.of_problem(problem, call.incident)
            status = PENDING if said.state == "pending" else UNAVAILABLE if said.state == "not_sent" else OK
            return Answer(status, {"said": said.content.decode(), "state": said.state})

        answer = await self._house.once(call, f"national/{row.infno}", new_id(self._engine.clock.now()), once)
        body = answer.body if answer.content is None else decode(answer.content)
        return Said(body["state"], body["said"].encode())

    async def _settled(self, asked: Asked, call: Call, row: Transaction[Any], message: Input[Any]) -> Said:
        if await is_ours(self._engine, message):
            raise Problem("OWNED_BY_VISIT", http=409, detail=row.infno)
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
        return await self._envelopes.of_submission(done)

    async def _uploaded(self, asked: Asked, call: Call, _row: Transaction[Any], message: Input[Any]) -> Said:
        """An upload, or a number that has no class: sent once. In doubt it stays so: never sent again from here."""
        before = await self._engine.journal.attempt(asked.msgid) if asked.msgid else None
        if before is not None and before.outcome not in (None, "unknown", "not_sent"):
            return self._envelopes.of_attempt(before)
        if before is not None and before.outcome != "not_sent":
            raise Problem("UPLOAD_IN_DOUBT", http=PENDING, incident=call.incident)
        said = await self._heard(asked, message, None if before else asked.msgid or None)
        if said.state == "unknown":
            raise Problem("UPLOAD_IN_DOUBT", http=PENDING, incident=call.incident)
        return said


def _envelope_in(raw: bytes) -> dict[str, Any]:
    """The envelope. Raises Problem."""
    try:
        given = wire.loads(raw)
    except wire.NotJson as error:
        raise Problem("BAD_REQUEST", fields=[("报文", f"不是正确的JSON（{error}）")]) from None
    if not isinstance(given, dict):
        raise Problem("BAD_REQUEST", fields=[("报文", "应为JSON对象")])
    return cast("dict[str, Any]", given)


def _parsed(text: str) -> Any:
    try:
        return wire.loads(text.encode("utf-8", "surrogatepass"))
    except wire.NotJson:
        return None


def _text(envelope: dict[str, Any], name: str, wrong: list[tuple[str, str]], *, needed: bool = True) -> str:
    value = envelope.get(name)
    if value is None or value == "":
        if needed:
            wrong.append((name, "不能为空"))
        return ""
    if not isinstance(value, str):
        wrong.append((name, "应为文本"))
        return ""
    return value
