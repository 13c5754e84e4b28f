"""The outer JSON of every message: wrap what we send, unwrap what comes back. Pure.

An answer may also come from a gateway in front of the platform, outside the envelope, in two shapes; both are read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Protocol, cast

from yidi_sdk import wire
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.profile import Profile

SUCCESS, FAILURE = 0, -1
_WHOLE = re.compile(r"(-?\d{1,9})(?:\.0+)?", re.ASCII)
BEIJING = timezone(timedelta(hours=8))
"""The one time zone of the platform."""


class Numbered(Protocol):
    """A row of the catalogue, as far as the envelope needs it."""

    @property
    def infno(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer without its envelope. `infcode` is None when there was none; `output` is {} when there was none. `flaw`
    says why a signed answer is not proven to be the platform's; "" when it is, or when answers are not signed."""

    infcode: int | None
    err_msg: str = ""
    warn_msg: str = ""
    inf_refmsgid: str = ""
    respond_time: str = ""
    output: Any = None
    flaw: str = ""


def wrap(
    row: Numbered,
    nodes: Mapping[str, Any],
    *,
    profile: Profile,
    institution: Institution,
    operator: Operator,
    msgid: str,
    now: datetime,
    insured_division: str,
    sign_no: str,
) -> dict[str, Any]:
    """The envelope around `nodes`, these under the province's names. `now` carries its offset; the platform reads
    Beijing time."""
    wrapped = {
        "infno": row.infno,
        "msgid": msgid,
        "mdtrtarea_admvs": institution.division,
        "insuplc_admdvs": insured_division,
        "recer_sys_code": profile.recer_sys_code,
        "dev_no": "",
        "dev_safe_info": "",
        "cainfo": "",
        "signtype": "",
        "infver": profile.infver,
        "opter_type": operator.kind,
        "opter": operator.id,
        "opter_name": operator.name,
        "inf_time": now.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        "fixmedins_code": institution.code,
        "fixmedins_name": institution.name,
        "sign_no": sign_no,
        "input": profile.nodes_of(row.infno, nodes),
    }
    for name, value in profile.envelope_extra.items():
        told = value.replace("{insured_division}", insured_division).replace("{division}", institution.division)
        wrapped.setdefault(name, told)
    return wrapped


def unwrap(value: Any) -> Answered:
    """Read an answer. `infcode` may be a number or its text; `output` may be null, "" or JSON text. Raises NotJson when
    JSON text in `output` is none."""
    if not isinstance(value, dict):
        return Answered(infcode=None)
    answer = cast("dict[str, Any]", value)
    if "infcode" not in answer:
        return _outside(answer)
    return Answered(
        infcode=_code(answer["infcode"]),
        err_msg=_text(answer.get("err_msg")),
        warn_msg=_text(answer.get("warn_msg")),
        inf_refmsgid=_text(answer.get("inf_refmsgid")),
        respond_time=_text(answer.get("respond_time")),
        output=_output(answer.get("output")),
    )


def _outside(answer: dict[str, Any]) -> Answered:
    """A gateway's own failure, `{"code":...,"success":false,"message":...}`; anything else has no infcode."""
    message = answer.get("message")
    code = _code(answer.get("code"))
    failed = answer.get("success") is False or (code is not None and code not in (0, 200) and "success" not in answer)
    if not isinstance(message, str) or not failed:
        return Answered(infcode=None)
    return Answered(infcode=FAILURE, err_msg=message, output={})


def _code(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    found = _WHOLE.fullmatch(str(value).strip())
    return None if found is None else int(found[1])


def _output(value: Any) -> Any:
    if value is None or value == "":
        return {}
    return wire.loads(value.encode("utf-8", "surrogatepass")) if isinstance(value, str) else value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
