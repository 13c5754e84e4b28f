"""The outer JSON as the platform reads and writes it: its fields, their limits, and the three shapes of a failure."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from yidi_mocks.dialect import PLAIN, Dialect
from yidi_mocks.refusals import Refusal
from yidi_mocks.shapes import is_moment
from yidi_sdk import wire
from yidi_sdk.codes import CODE_SETS


@dataclass(frozen=True, slots=True)
class EnvelopeField:
    """One field of the request envelope."""

    name: str
    label: str
    length: int
    required: bool


FIELDS: dict[str, EnvelopeField] = {
    row.name: row
    for row in (
        EnvelopeField("infno", "交易编号", 6, required=True),
        EnvelopeField("msgid", "发送方报文ID", 30, required=True),
        EnvelopeField("mdtrtarea_admvs", "就医地医保区划", 6, required=True),
        EnvelopeField("insuplc_admdvs", "参保地医保区划", 6, required=False),
        EnvelopeField("recer_sys_code", "接收方系统代码", 10, required=True),
        EnvelopeField("dev_no", "设备编号", 100, required=False),
        EnvelopeField("dev_safe_info", "设备安全信息", 2000, required=False),
        EnvelopeField("cainfo", "数字签名信息", 1024, required=False),
        EnvelopeField("signtype", "签名类型", 10, required=False),
        EnvelopeField("infver", "接口版本号", 6, required=True),
        EnvelopeField("opter_type", "经办人类别", 3, required=True),
        EnvelopeField("opter", "经办人", 30, required=True),
        EnvelopeField("opter_name", "经办人姓名", 50, required=True),
        EnvelopeField("inf_time", "交易时间", 19, required=True),
        EnvelopeField("fixmedins_code", "定点医药机构编号", 12, required=True),
        EnvelopeField("fixmedins_name", "定点医药机构名称", 200, required=True),
        EnvelopeField("sign_no", "交易签到流水号", 30, required=False),
    )
}
# seen in some provinces; carried, not read
ALSO_SEEN = frozenset(
    {
        "recer_admdvs",
        "enc_type",
        "enctype",
        "fixmedins_soft_fcty",
        "serv_code",
        "serv_sign",
        "medins_code",
        "insur_code",
    }
)
MUST = tuple(field.name for field in FIELDS.values() if field.required)
KNOWN = frozenset(FIELDS) | ALSO_SEEN | {"input"}
SENDERS_HELD = 256
COMPLETE = len(FIELDS) + 1
USUAL = tuple(name for name in FIELDS if name not in ("msgid", "inf_time", "sign_no"))
_usual: Callable[[dict[str, Any]], tuple[Any, ...]] = itemgetter(*USUAL)  # pyright: ignore[reportUnknownVariableType]
LIMITS = {field.name: field.length for field in FIELDS.values()}
INPUT_LIMIT = 40000
GATEWAY_FAILURE = 500159


def _is_division(text: str) -> bool:
    return len(text) == LIMITS["mdtrtarea_admvs"] and text.isdigit()


FORMS: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("mdtrtarea_admvs", _is_division, "应为六位数字"),
    ("insuplc_admdvs", _is_division, "应为六位数字"),
    ("opter_type", CODE_SETS["opter_type"].admits, "代码不在字典opter_type中"),
    ("inf_time", is_moment, "应为yyyy-MM-dd HH:mm:ss"),
)


def check(envelope: dict[str, Any]) -> None:
    """Refuse an envelope with missing, unknown or too long fields. Raises Refusal naming the field."""
    if not _in_order(envelope):
        _refuse_first(envelope)


def _in_order(envelope: dict[str, Any]) -> bool:
    """Whether nothing is wrong: so are nearly all, and all but three fields are those of the last one. In doubt no."""
    try:
        if len(envelope) != COMPLETE or not envelope["input"]:
            return False
        _demand_usual(_usual(envelope))
        msgid, moment, sign_no = envelope["msgid"], envelope["inf_time"], envelope["sign_no"]
    except (KeyError, TypeError):
        return False
    if not (type(msgid) is type(moment) is type(sign_no) is str and msgid and is_moment(moment)):
        return False
    return len(msgid) <= LIMITS["msgid"] and len(sign_no) <= LIMITS["sign_no"]


@lru_cache(SENDERS_HELD)
def _demand_usual(told: tuple[Any, ...]) -> None:
    """Raises TypeError for anything wrong, so that only what is right is remembered."""
    given = dict(zip(USUAL, told, strict=True))
    texts = all(isinstance(value, str) and len(value) <= LIMITS[name] for name, value in given.items())
    if not texts or not all(given[name] for name in MUST if name in given):
        raise TypeError
    if not all(known(given[name]) for name, known, _ in FORMS if given.get(name)):
        raise TypeError


def _refuse_first(envelope: dict[str, Any]) -> None:
    """Name the first thing wrong, in the order of the document."""
    for name in MUST:
        if not envelope.get(name):
            raise Refusal("field_missing", label=FIELDS[name].label, name=name)
    for name, value in envelope.items():
        limit = LIMITS.get(name)
        if limit is None:
            if name not in KNOWN:
                raise Refusal("field_unknown", name=name)
        elif value is not None and (not isinstance(value, str) or len(value) > limit):
            _refuse(FIELDS[name], value)
    for name, known, why in FORMS:
        value = envelope.get(name)
        if value and not known(value):
            raise Refusal("field_kind", label=FIELDS[name].label, name=name, why=why)
    if envelope.get("input") in (None, ""):
        raise Refusal("node_missing", name="input")


def _refuse(field: EnvelopeField, value: Any) -> None:
    if not isinstance(value, str):
        raise Refusal("field_kind", label=field.label, name=field.name, why="应为文本")
    raise Refusal("field_length", label=field.label, name=field.name, length=field.length)


def success(received_id: str, received_at: str, answered_at: str, output: dict[str, Any] | bytes | None) -> bytes:
    """The answer of a transaction that was done; `output` None: it returns no node; bytes: JSON already."""
    made = output if isinstance(output, bytes) else wire.dumps(output)
    return _answer(b"0", received_id, received_at, answered_at, b"null", made)


def spoken(
    received_id: str, received_at: str, answered_at: str, output: Any, warning: str | None, dialect: Dialect
) -> bytes:
    """The same in a dialect, which has written the output already, and with a warning."""
    said = [wire.dumps(text) for text in (dialect.success_text, warning)]
    infcode = _code(0, dialect)
    return _answer(infcode, received_id, received_at, answered_at, said[0], wire.dumps(output), said[1])


def refused(received_id: str, received_at: str, answered_at: str, text: str, dialect: Dialect = PLAIN) -> bytes:
    """The answer of a business refusal."""
    return _answer(_code(-1, dialect), received_id, received_at, answered_at, wire.dumps(text), b"null")


def outside(text: str, serial: int | None, dialect: Dialect = PLAIN) -> bytes:
    """A failure before the envelope was understood: without ids and times (spec: unknown infno). Without a serial it
    is the front door's, in its own words."""
    told = text if serial is None else f"FSI-{text}, 异常流水号:{serial:010d}"
    if dialect.failure == "code":
        return wire.dumps({"code": GATEWAY_FAILURE, "success": False, "message": told})
    return wire.dumps({"type": "error", "infcode": -1, "err_msg": told})


def _code(infcode: int, dialect: Dialect) -> bytes:
    return b'"%d"' % infcode if dialect.infcode == "string" else b"%d" % infcode


def _answer(
    infcode: bytes,
    received_id: str,
    received_at: str,
    answered_at: str,
    err_msg: bytes,
    output: bytes,
    warning: bytes = b"null",
) -> bytes:
    """Joined by hand: ids and times are digits of our own, the rest is JSON already."""
    head = f',"inf_refmsgid":"{received_id}","refmsg_time":"{received_at}","respond_time":"{answered_at}"'
    tail = b',"warn_msg":' + warning + b',"cainfo":null,"signtype":null,"output":'
    return b'{"infcode":' + infcode + head.encode() + b',"err_msg":' + err_msg + tail + output + b"}"
