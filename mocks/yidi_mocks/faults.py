"""Faults on request: kind x where x when. Which one meets a call, and what becomes of its reply, is decided here; pure.

`where`: before_effect means that nothing was done, after_effect that all was done and only the answer suffers.
`when`: {"nth": n} the n-th matching call from now, {"times": n} the next n, {"always": true}, {"probability": p} by
seed.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any, cast

from yidi_mocks.files import Stream
from yidi_mocks.refusals import sentence
from yidi_sdk import wire

BEFORE, AFTER = "before_effect", "after_effect"
ANY = "*"


class Kind(StrEnum):
    """The kinds of the contract."""

    DELAY = "delay"
    HANG = "hang"
    DROP_REQUEST = "drop_request"
    DROP_REPLY = "drop_reply"
    CUT = "cut"
    GARBLE = "garble"
    HTML = "html"
    STATUS = "status"
    REFUSE = "refuse"
    WRONG_SIGN = "wrong_sign"
    ANSWER_OF_ANOTHER = "answer_of_another"
    DUPLICATE_REPLY = "duplicate_reply"
    WRONG_AMOUNTS = "wrong_amounts"
    MAINTENANCE = "maintenance"
    SIGN_EXPIRED = "sign_expired"
    RATE_LIMIT = "rate_limit"
    REPEAT_REQUEST = "repeat_request"  # a middle box sends the request twice
    SLOW_COMMIT = "slow_commit"  # no answer now; it is done after a query has said that it is not there


# kind: where it strikes unless told, and where it may
PLACES: dict[Kind, tuple[str, frozenset[str]]] = {
    Kind.DELAY: (BEFORE, frozenset({BEFORE, AFTER})),
    Kind.HANG: (BEFORE, frozenset({BEFORE, AFTER})),
    Kind.DROP_REQUEST: (BEFORE, frozenset({BEFORE})),
    Kind.DROP_REPLY: (AFTER, frozenset({AFTER})),
    Kind.CUT: (AFTER, frozenset({BEFORE, AFTER})),
    Kind.GARBLE: (AFTER, frozenset({BEFORE, AFTER})),
    Kind.HTML: (BEFORE, frozenset({BEFORE, AFTER})),
    Kind.STATUS: (BEFORE, frozenset({BEFORE, AFTER})),
    Kind.REFUSE: (BEFORE, frozenset({BEFORE, AFTER})),
    Kind.WRONG_SIGN: (AFTER, frozenset({BEFORE, AFTER})),
    Kind.ANSWER_OF_ANOTHER: (AFTER, frozenset({BEFORE, AFTER})),
    Kind.DUPLICATE_REPLY: (AFTER, frozenset({AFTER})),
    Kind.WRONG_AMOUNTS: (AFTER, frozenset({AFTER})),
    Kind.MAINTENANCE: (BEFORE, frozenset({BEFORE, AFTER})),
    Kind.SIGN_EXPIRED: (BEFORE, frozenset({BEFORE, AFTER})),
    Kind.RATE_LIMIT: (BEFORE, frozenset({BEFORE, AFTER})),
    Kind.REPEAT_REQUEST: (AFTER, frozenset({AFTER})),
    Kind.SLOW_COMMIT: (AFTER, frozenset({AFTER})),
}
EXTRAS: tuple[str, ...] = ("seconds", "after_bytes", "code", "err_msg", "text", "answer", "after_queries")
ANSWER = ("first", "second")
OPTIONS = frozenset({"kind", "infno", "where", "when", *EXTRAS})
WHENS = frozenset({"nth", "times", "always", "probability"})
BUSY_PAGE = (
    b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)


class BadFault(ValueError):
    """A fault that makes no sense. The text says why."""


@dataclass(slots=True)
class Fault:
    """One planted fault. `seen` counts matching calls, `fired` those it met."""

    number: str
    kind: Kind
    infno: str
    where: str
    when: dict[str, Any]
    options: dict[str, Any]
    seen: int = 0
    fired: int = 0

    def as_json(self) -> dict[str, Any]:
        """As the control door shows it."""
        shown = {"id": self.number, "kind": self.kind.value, "infno": self.infno, "where": self.where}
        return {**shown, "when": self.when, **self.options, "seen": self.seen, "fired": self.fired}


@dataclass(slots=True)
class Faults:
    """All planted faults, in the order they were planted; the first that fires is the one."""

    random: Random
    planted: dict[str, Fault] = field(default_factory=dict[str, Fault])
    serial: int = 0

    def plant(self, row: dict[str, Any]) -> Fault:
        """Add one. Raises BadFault."""
        self.serial += 1
        fault = fault_from(row, f"f{self.serial}")
        self.planted[fault.number] = fault
        return fault

    def meeting(self, infno: str) -> Fault | None:
        """The fault that meets this call, if any. Counts the call for every fault that it matches."""
        met: Fault | None = None
        for fault in self.planted.values():
            if fault.infno in (ANY, infno):
                fault.seen += 1
                if met is None and self._fires(fault):
                    fault.fired += 1
                    met = fault
        return met

    def _fires(self, fault: Fault) -> bool:
        when = fault.when
        if "nth" in when:
            return fault.seen == int(when["nth"])
        if "times" in when:
            return fault.fired < int(when["times"])
        if "probability" in when:
            return self.random.random() < float(when["probability"])
        return bool(when.get("always"))


def fault_from(row: dict[str, Any], number: str) -> Fault:
    """Read a fault as the control door takes it. Raises BadFault."""
    unknown = set(row) - OPTIONS
    if unknown:
        raise BadFault(f"unknown: {', '.join(sorted(unknown))}")
    if row.get("kind") not in list(Kind):
        raise BadFault(f"kind must be one of {', '.join(Kind)}")
    kind = Kind(row["kind"])
    usual, possible = PLACES[kind]
    where = row.get("where") or usual
    if where not in possible:
        raise BadFault(f"{kind} strikes only {' or '.join(sorted(possible))}")
    when = cast("dict[str, Any]", row.get("when") or {"nth": 1})
    if set(when) - WHENS or len(when) != 1:
        raise BadFault(f"when must be one of {', '.join(sorted(WHENS))}")
    options: dict[str, Any] = {name: row[name] for name in EXTRAS if name in row}
    if options.get("answer", "second") not in ANSWER:
        raise BadFault(f"answer must be {' or '.join(ANSWER)}")
    return Fault(number, kind, str(row.get("infno") or ANY), where, when, options)


# the refusing kinds: what the caller reads
def refusal_text(fault: Fault, begin: str, end: str) -> str | None:
    """The text of a kind that answers with a refusal, None for the others."""
    if fault.kind is Kind.REFUSE:
        return str(fault.options.get("err_msg") or "FSI-参保地系统返回错误，请稍后再试[remoteBO_001]")
    if fault.kind is Kind.MAINTENANCE:
        told = {"text": fault.options.get("text", "平台例行维护"), "begin": begin, "end": end}
        return sentence(
            "maintenance", **{**told, **{name: fault.options[name] for name in told if name in fault.options}}
        )
    if fault.kind is Kind.SIGN_EXPIRED:
        return sentence("sign_expired")
    if fault.kind is Kind.RATE_LIMIT:
        return sentence("rate_limit")
    if fault.kind is Kind.WRONG_SIGN and fault.where == BEFORE:
        return sentence("signature")
    return None


def changed(fault: Fault, body: bytes, *, sealed: bool) -> bytes:
    """The answer after a kind that changes what it says. A sealed one is signed wrongly by whoever seals it."""
    change = CHANGES.get(fault.kind)
    if change is None or isinstance(body, Stream) or (sealed and fault.kind is Kind.WRONG_SIGN):
        return body
    answer = wire.loads(body)
    if not isinstance(answer, dict):
        return body
    change(cast("dict[str, Any]", answer))
    return wire.dumps(answer)


def spoiled(fault: Fault, body: bytes) -> tuple[int, bytes, bytes]:
    """Status, content type and body of a reply after the fault."""
    json_type = b"application/json"
    if fault.kind is Kind.GARBLE:
        return 200, json_type, body[: len(body) // 2] + b'\xff\xfe{"' + body[len(body) // 2 :]
    if fault.kind is Kind.HTML:
        return int(fault.options.get("code", 200)), b"text/html", BUSY_PAGE
    if fault.kind is Kind.STATUS:
        return int(fault.options.get("code", 502)), b"text/html", BUSY_PAGE
    return 200, json_type, body


def _sign_wrongly(answer: dict[str, Any]) -> None:
    answer["signtype"], answer["cainfo"] = "SM2", "MEUCIQ" + "0" * 58


def _swap_owner(answer: dict[str, Any]) -> None:
    """Another patient's answer: person, visit, settlement and message are not the caller's."""
    stack: list[Any] = [answer.get("output")]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)  # pyright: ignore[reportUnknownArgumentType] - any JSON
        elif isinstance(item, dict):
            row = cast("dict[str, Any]", item)
            for name in ("psn_no", "mdtrt_id", "setl_id", "medins_setl_id"):
                if row.get(name):
                    row[name] = f"{row[name]}"[:-4] + "7777"
            if row.get("psn_name"):
                row["psn_name"] = "测试他人"
            stack.extend(row.values())


def _shift_amounts(answer: dict[str, Any]) -> None:
    """One yuan too much cash (M2), or one fen too much in the first split line (M4)."""
    output = cast("dict[str, Any]", answer.get("output") or {})
    for name, field_name, by in (("setlinfo", "psn_cash_pay", "1.00"), ("setlinfo", "cash_payamt", "1.00")):
        node = output.get(name)
        if isinstance(node, dict) and field_name in node:
            row = cast("dict[str, Any]", node)
            row[field_name] = Decimal(str(row[field_name])) + Decimal(by)
    lines = output.get("result")
    if isinstance(lines, list) and lines:
        first = cast("dict[str, Any]", lines[0])
        first["inscp_scp_amt"] = Decimal(str(first["inscp_scp_amt"])) + Decimal("0.01")


CHANGES = {
    Kind.WRONG_SIGN: _sign_wrongly,
    Kind.ANSWER_OF_ANOTHER: _swap_owner,
    Kind.WRONG_AMOUNTS: _shift_amounts,
}
