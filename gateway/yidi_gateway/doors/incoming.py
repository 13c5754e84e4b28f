"""A message of the national door as it came in."""

import re
from typing import Any, cast

from yidi_gateway.doors import dialects
from yidi_gateway.doors.reading import hash_of
from yidi_gateway.doors.table import House
from yidi_gateway.problem import Problem
from yidi_sdk.institution import Operator

DIVISION = re.compile(r"[0-9]{6}")
LONGEST_OPERATOR = 50


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
            nodes = dialects.parsed(nodes)
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
