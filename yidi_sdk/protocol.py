"""A message into bytes, bytes into a typed answer or one error. Pure: clock, msgid, nonce and secret are arguments.

`encode` makes the bytes once; whoever sends keeps exactly them. `decode` believes little: an answer counts only when it
is whole, ours, and has the nodes without which nothing can go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from pydantic import ValidationError

from yidi_sdk import archive, envelope, signing, wire
from yidi_sdk.catalogue import Effect, Transaction, row_of
from yidi_sdk.errors import FieldProblem, Garbled, Misused, NotSent, Refused, Unknown
from yidi_sdk.explain import errors as explained
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.message import Input, Nothing, Output
from yidi_sdk.profile import Profile
from yidi_sdk.signing import bodies

OutputT = TypeVar("OutputT", bound=Output)
MSGID_LENGTH = 30
DIVISION_LENGTH = 6
FAILED_HERE = 500
"""HTTP status from which an answer proves nothing."""
NOT_TAKEN = 300
"""HTTP status from which an answer without an envelope comes from in front of the platform."""
WHOLE_ANSWER = 200
"""HTTP status of a file that is all there."""
TEXT_READ = 2000
MOVES_MONEY = (Effect.COMMIT, Effect.REVERSAL)


@dataclass(frozen=True, slots=True)
class Request:
    """One envelope, ready to be kept and sent. `psn_no` and `mdtrt_id` are what the answer must be about; `seal` opens
    the answer to a signed body."""

    infno: str
    msgid: str
    effect: Effect
    url: str
    headers: Mapping[str, str]
    body: bytes
    psn_no: str | None = None
    mdtrt_id: str | None = None
    seal: bodies.Seal | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Decoded(Generic[OutputT]):
    """An answer with what stood beside it."""

    output: OutputT
    warn_msg: str = ""
    inf_refmsgid: str = ""
    respond_time: str = ""


def make_msgid(profile: Profile, institution_code: str, second: datetime, serial: int) -> str:
    """A message number of 30 characters: institution (12), second (14), serial (4). ValueError for a serial that does
    not fit: whoever counts must go on to the next second."""
    text = profile.msgid_template.format(institution=institution_code, time=second, serial=serial)
    if serial < 0 or len(text) != MSGID_LENGTH:
        raise ValueError(f"a msgid has {MSGID_LENGTH} characters")
    return text


def read_input(row: Transaction[OutputT], nodes: Mapping[str, Any]) -> Input[OutputT]:
    """The message of a row from the value of `input`. Raises Misused with every field that is wrong."""
    try:
        return row.input.from_wire(dict(nodes))
    except ValidationError as error:
        found = problems(error)
        named = ", ".join(problem.path for problem in found)
        raise Misused(f"{row.infno}: wrong fields: {named}", fields=found, infno=row.infno) from None


def problems(error: ValidationError) -> tuple[FieldProblem, ...]:
    """Every field that is wrong, in wire names, without the values that were given."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(FieldProblem(".".join(map(str, entry["loc"])), entry["msg"]) for entry in found)


def encode(
    message: Input[OutputT],
    *,
    profile: Profile,
    url: str,
    institution: Institution,
    operator: Operator,
    msgid: str,
    now: datetime,
    insured_division: str = "",
    sign_no: str = "",
    nonce: str = "",
    secret: signing.HeaderSecret | None = None,
) -> Request:
    """The bytes of a message and where they go. `now` carries its offset. Raises Misused,
    naming everything that is wrong; a message that exists has valid fields already. NotSent when its signer failed."""
    row = row_of(message)
    nodes = message.to_wire()
    psn_no = _first(nodes, "psn_no")
    _refuse_misuse(row, profile, psn_no, url, institution, operator, msgid, now, insured_division)
    wrapped = envelope.wrap(
        row,
        nodes,
        profile=profile,
        institution=institution,
        operator=operator,
        msgid=msgid,
        now=now,
        insured_division=insured_division,
        sign_no=sign_no,
    )
    now_ms = int(now.timestamp()) * 1000 + now.microsecond // 1000
    try:
        seal = bodies.seal_of(profile, secret)
        body = wire.dumps(wrapped if seal is None else seal.close(wrapped, row.infno, now_ms))
        signed = signing.headers(profile, body, infno=row.infno, now_ms=now_ms, nonce=nonce, secret=secret)
    except (ValueError, TypeError) as error:
        raise Misused(f"{row.infno}: {error}", infno=row.infno, msgid=msgid) from None
    except signing.SignerFailed as error:
        raise NotSent(f"{row.infno}: not sent: {error}", infno=row.infno, msgid=msgid) from None
    return Request(
        infno=row.infno,
        msgid=msgid,
        effect=row.effect,
        url=url.rstrip("/") + profile.path_of(row.infno, row.path),
        headers={"content-type": profile.content_type, **signed},
        body=body,
        psn_no=psn_no,
        mdtrt_id=_first(nodes, "mdtrt_id"),
        seal=seal,
    )


def decode(
    row: Transaction[OutputT],
    request: Request,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    profile: Profile,
) -> OutputT:
    """The typed answer. Raises Refused, Garbled, or Unknown for a text after which it may have happened."""
    return decode_full(row, request, status, headers, body, profile=profile).output


def decode_full(
    row: Transaction[OutputT],
    request: Request,
    status: int,
    headers: Mapping[str, str],  # noqa: ARG001 - part of the port; a province may sign its answers there
    body: bytes,
    *,
    profile: Profile,
) -> Decoded[OutputT]:
    """Like `decode`, with warning and receiver's number beside the output."""
    if status >= FAILED_HERE:
        raise _garbled(row, request, f"HTTP {status}")
    if row.output.is_file and archive.begins_as_one(body):
        return Decoded(_file(row, request, status, body))
    answered = _answered(request, body)
    if answered.flaw and (answered.infcode == envelope.SUCCESS or row.effect in MOVES_MONEY):
        raise _garbled(row, request, answered.flaw, answered.err_msg)
    if answered.infcode is None:
        if status >= NOT_TAKEN:
            raise _no(row, request, body[:TEXT_READ].decode("utf-8", "replace"), profile)
        raise _garbled(row, request, "not JSON, or no infcode" if body else "empty")
    if answered.infcode == envelope.SUCCESS:
        if status >= NOT_TAKEN:
            raise _garbled(row, request, f"success with HTTP {status}")
        return _decoded(_accepted(row, request, answered, profile), answered)
    known = explained.match(answered.err_msg, row.infno, profile.name)
    if known is not None and row.infno in known.success_for and row.output is Nothing and not answered.flaw:
        return _decoded(row.output(), answered)
    raise _no(row, request, answered.err_msg, profile)


def _refuse_misuse(
    row: Transaction[Any],
    profile: Profile,
    psn_no: str | None,
    url: str,
    institution: Institution,
    operator: Operator,
    msgid: str,
    now: datetime,
    insured_division: str,
) -> None:
    wrong: list[FieldProblem] = []
    if row.profile and not profile.is_of(row.profile):
        wrong.append(FieldProblem("profile", f"this transaction is of {row.profile} alone, not of {profile.name}"))
    if not url.startswith(("http://", "https://")):
        wrong.append(FieldProblem("url", "must begin with http:// or https://"))
    if not msgid or len(msgid) > MSGID_LENGTH:
        wrong.append(FieldProblem("msgid", f"must have 1 to {MSGID_LENGTH} characters"))
    if not institution.code or len(institution.division) != DIVISION_LENGTH:
        wrong.append(FieldProblem("institution", "needs a code and a division of 6 digits"))
    if not operator.id or not operator.name:
        wrong.append(FieldProblem("operator", "needs an id and a name"))
    if now.tzinfo is None:
        wrong.append(FieldProblem("now", "must carry its offset"))
    if insured_division and (len(insured_division) != DIVISION_LENGTH or not insured_division.isascii()):
        wrong.append(FieldProblem("insuplc_admdvs", "the insured division has 6 digits"))
    if psn_no is not None and not insured_division:
        wrong.append(FieldProblem("insuplc_admdvs", "a message about a person needs the insured division"))
    if wrong:
        text = "; ".join(f"{problem.path}: {problem.message}" for problem in wrong)
        raise Misused(f"{row.infno}: {text}", fields=tuple(wrong), infno=row.infno, msgid=msgid)


def _answered(request: Request, body: bytes) -> envelope.Answered:
    """The answer without its envelope, and without the seal that the message asked for."""
    seal = request.seal
    try:
        if seal is None:
            return envelope.unwrap(wire.loads(body))
        opened = seal.open(wire.loads(body))
        return replace(envelope.unwrap(opened.value), flaw=opened.flaw)
    except wire.NotJson:
        return envelope.Answered(infcode=None, flaw="" if seal is None else "not signed")


def _file(row: Transaction[OutputT], request: Request, status: int, body: bytes) -> OutputT:
    """An answer that begins as a file: all of it must be there, or it is none."""
    flaw = archive.flaw_in(body) if status == WHOLE_ANSWER else f"a file with HTTP {status}"
    if flaw:
        raise _garbled(row, request, flaw)
    return row.output.model_validate({"content": body})


def _decoded(output: OutputT, answered: envelope.Answered) -> Decoded[OutputT]:
    return Decoded(output, answered.warn_msg, answered.inf_refmsgid, answered.respond_time)


def _accepted(row: Transaction[OutputT], request: Request, answered: envelope.Answered, profile: Profile) -> OutputT:
    nodes: Any = answered.output
    if not isinstance(nodes, dict):
        raise _garbled(row, request, "output is no object")
    nodes = _spelled(cast("dict[str, Any]", nodes), profile.aliases)
    try:
        output = row.output.model_validate(nodes)
    except ValidationError as error:
        named = ", ".join(sorted({problem.path for problem in problems(error)}))
        raise _garbled(row, request, f"success without what it needs: {named}") from None
    if not _is_ours(row, request, nodes):
        raise _garbled(row, request, "somebody else's answer")
    return output


def _is_ours(row: Transaction[Any], request: Request, nodes: dict[str, Any]) -> bool:
    """Whether every node that names a person or a visit names ours. A settlement that names the message which made it
    is ours by that alone: `inf_refmsgid` is the receiver's own number and proves nothing."""
    settled: Any = nodes.get("setlinfo")
    if row.effect is Effect.COMMIT and isinstance(settled, dict):
        made_by = cast("dict[str, Any]", settled).get("medins_setl_id")
        if made_by not in (None, ""):
            return str(made_by) == request.msgid
    wanted = {"psn_no": request.psn_no, "mdtrt_id": request.mdtrt_id}
    for found in _objects(nodes):
        for name, value in wanted.items():
            named = found.get(name)
            if value and named != value and named not in (None, "") and str(named) != value:
                return False
    return True


def _no(row: Transaction[Any], request: Request, text: str, profile: Profile) -> Refused | Unknown:
    """The error that a platform's text is. Only a text that the catalogue lists as final is a refusal of a message that
    moves money; after any other it may have happened."""
    known = explained.understand(text, row.infno, profile.name)
    named = {"err_msg": text, "infno": row.infno, "msgid": request.msgid}
    key = None if known is None else known.key
    cause = "an unlisted text (err_msg has it)" if known is None else f"{known.cause_zh} / {known.cause_en}"
    if row.effect in MOVES_MONEY and (known is None or not known.final):
        return Unknown(f"{row.infno}: outcome not known: {cause}", key=key, **named)
    code = explained.DEFAULT_CODE if known is None else known.code
    return Refused(f"{row.infno}: refused: {cause}", code=code, key=key, **named)


def _garbled(row: Transaction[Any], request: Request, why: str, err_msg: str = "") -> Garbled:
    text = f"{row.infno}: no answer that can be believed: {why}"
    return Garbled(text, err_msg=err_msg, infno=row.infno, msgid=request.msgid)


def _objects(nodes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The nodes and the rows of nodes that are lists."""
    found: list[dict[str, Any]] = []
    for node in nodes.values():
        rows: list[Any] = node if isinstance(node, list) else [node]  # pyright: ignore[reportUnknownVariableType] - any JSON
        found.extend(cast("dict[str, Any]", row) for row in rows if isinstance(row, dict))
    return found


def _first(nodes: Mapping[str, Any], name: str) -> str | None:
    """The first value of a field, wherever in the message it stands."""
    for found in _objects(nodes):
        if found.get(name):
            return str(found[name])
    return None


def _spelled(nodes: dict[str, Any], aliases: Mapping[str, str]) -> dict[str, Any]:
    """Fields in the specification's spelling, where the platform has another and not the right one too."""
    spelled = dict(nodes)
    for name, node in nodes.items():
        if isinstance(node, list):
            rows: list[Any] = node  # pyright: ignore[reportUnknownVariableType] - any JSON
            spelled[name] = [
                _renamed(cast("dict[str, Any]", row), aliases) if isinstance(row, dict) else row for row in rows
            ]
        elif isinstance(node, dict):
            spelled[name] = _renamed(cast("dict[str, Any]", node), aliases)
    return spelled


def _renamed(fields: dict[str, Any], aliases: Mapping[str, str]) -> dict[str, Any]:
    if aliases.keys().isdisjoint(fields):
        return fields
    renamed = dict(fields)
    for wrong, right in aliases.items():
        if wrong in renamed and right not in renamed:
            renamed[right] = renamed.pop(wrong)
    return renamed
