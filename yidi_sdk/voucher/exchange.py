"""A call of the voucher's program into bytes, bytes into an answer or one error. Pure.

Around the data stand, both ways, `orgId` and `extra`; `transType` on the way there; `code` (0 is done) and `message` on
the way back. The outcomes are those of every message: an answer, Refused, or Unknown, which nothing repeats.
"""

from decimal import Decimal
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from yidi_sdk import wire
from yidi_sdk.catalogue import Effect
from yidi_sdk.errors import FieldProblem, Garbled, Misused, Refused, Unknown
from yidi_sdk.explain import errors as explained
from yidi_sdk.message import Answer
from yidi_sdk.voucher.calls import Call, VoucherData

AnswerT = TypeVar("AnswerT", bound=Answer)
DONE = "0"


def encode(call: Call[Any], org_id: str, extra: Any = None) -> bytes:
    """The bytes of a request, UTF-8. Misused when the institution is missing or the data cannot be written as JSON."""
    if not org_id:
        raise Misused("orgId: the institution's code is missing", fields=(FieldProblem("orgId", "must not be empty"),))
    wrapped: dict[str, Any] = {
        "orgId": org_id,
        "transType": call.function.name,
        "data": call.to_wire(org_id),
        "extra": {} if extra is None else extra,
    }
    try:
        return wire.dumps(wrapped)
    except (TypeError, ValueError) as error:
        raise Misused(f"{call.function.name}: {error}", infno=call.function.name) from None


def decode(call: Call[AnswerT], org_id: str, body: bytes) -> AnswerT:
    """The answer. Raises Refused, Garbled, or Unknown for a text after which it may have happened."""
    try:
        told: Any = wire.loads(body)
    except wire.NotJson:
        raise _wrong("not JSON" if body else "empty", call) from None
    answer: dict[str, Any] = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
    code = _code(answer.get("code"))
    if code is None:
        raise _wrong("no code", call)
    if answer.get("orgId") not in (None, "", org_id):
        raise _wrong("somebody else's answer", call)
    if code != DONE:
        raise _no(call, str(answer.get("message") or ""))
    return _accepted(call, answer.get("data"))


def _accepted(call: Call[AnswerT], data: Any) -> AnswerT:
    shape = cast("type[AnswerT]", call.answer)
    if issubclass(shape, VoucherData):
        return shape(data=data)
    try:
        fields: Any = wire.loads(data.encode("utf-8", "surrogatepass")) if isinstance(data, str) else data
        return shape.model_validate(fields if isinstance(fields, dict) else {})
    except wire.NotJson:
        raise _wrong("data is text that is not JSON", call) from None
    except ValidationError as error:
        named = ", ".join(sorted({".".join(map(str, entry["loc"])) for entry in error.errors(include_input=False)}))
        raise _wrong(f"done, but without what it needs: {named}", call) from None


def _code(value: Any) -> str | None:
    """The code as text: of a number or a text, of nothing else."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    return DONE if value == 0 else str(value).strip() or None


def _no(call: Call[Any], text: str) -> Refused | Unknown:
    """As for every message: what moves money is refused only by a text that is listed as final."""
    name = call.function.name
    known = explained.match(text, name)
    key = None if known is None else known.key
    cause = "an unlisted text (err_msg has it)" if known is None else f"{known.cause_zh} / {known.cause_en}"
    if call.function.effect is Effect.COMMIT and (known is None or not known.final):
        return Unknown(f"{name}: outcome not known: {cause}", err_msg=text, key=key, infno=name)
    code = explained.DEFAULT_CODE if known is None else known.code
    return Refused(f"{name}: refused: {cause}", err_msg=text, code=code, key=key, infno=name)


def _wrong(why: str, call: Call[Any]) -> Garbled:
    text = f"{call.function.name}: no answer that can be believed: {why}"
    return Garbled(text, infno=call.function.name)
