"""What is told when a call is not done: one exception, and its shape as `application/problem+json`.

Cause and next step come from the reason table, for a refusal of the platform from the error catalogue. No identity
number and no name of a person stands in any of these texts: they are built from codes, paths and the platform's own
text, in which numbers that look like one are masked.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from yidi_gateway.submission import Window
from yidi_sdk.explain.errors import row_named
from yidi_sdk.rules.reasons import REASONS, Code, Language, Reason, http_of, text

Money = Literal["not_moved", "moved", "unknown"]
CONFLICT = 409
MEDIA_TYPE = "application/problem+json"
_ID_NUMBER = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx](?![0-9])|(?<![0-9])[1-9][0-9]{14}(?![0-9])"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A row for a code that the reason table does not have."""

    http: int
    zh: str
    en: str
    next_zh: str
    next_en: str
    who: str


_OWN = """
KEY_MISSING | 400 | 缺少Idempotency-Key请求头 | The Idempotency-Key header is missing | 每次收费用一个新的请求号，重发时沿用 | Use one key a charge, and the same when repeating | it
BAD_REQUEST | 422 | 请求内容不正确 | The request is not right | 按fields逐项更正 | Correct the fields that are named | it
NOT_FOUND | 404 | 没有找到 | There is none of that number | 核对编号 | Check the number | cashier
UNAUTHORISED | 401 | 没有通过身份验证 | Not authenticated | 请信息科检查密钥和时间 | IT checks key and clock | it
FORBIDDEN | 403 | 没有这项权限 | Not allowed | 请信息科检查权限 | IT checks the scopes | it
RATE_LIMITED | 429 | 调用太频繁，这一次没有受理，没有发生任何结算 | Too many calls: this one was not taken, nothing was settled | 按提示的秒数等一等，用同一请求号重试 | Wait the seconds told, then try again with the same key | it
TOO_LARGE | 413 | 请求太大 | The request is too large | 分次提交 | Send less at once | it
DID_NOT_HAPPEN | 409 | 医保平台没有收到这一笔，没有结算 | The platform never had it: nothing was settled | 用新的请求号重新办理 | Do it again with a new key | cashier
JOURNAL_DOWN | 503 | 本机存储不可用，没有发出任何请求 | The journal cannot keep anything: nothing was sent | 通知信息科；稍后用同一请求号重试 | Tell IT; try again soon with the same key | it
NO_ANSWER | 503 | 医保平台没有答复，没有发生任何结算 | The platform did not answer; nothing was settled | 稍后用同一请求号重试 | Try again soon with the same key | wait
NOT_BUILT | 501 | 本版本还不支持 | This version does not do that yet | 整笔退费后重新开单 | Refund the whole and open a new visit | it
KEPT | 202 | 停机期间已留存，恢复后自动上传，不用重发 | Kept during the downtime: it goes out by itself afterwards | 稍后用同一请求号查看结果 | Ask later with the same key | wait
QUEUE_FULL | 503 | 停机期间留存的上传太多，这一次没有留存 | Too many uploads wait already: this one was not kept | 停机结束后用同一请求号再传 | Send it again with the same key after the downtime | wait
UPLOAD_IN_DOUBT | 202 | 结果确认中，请勿重复发送：平台没有答复这一次 | The outcome is not known: the platform did not answer this one | 先查询平台上有没有，没有时用新的报文编号重发 | Ask the platform first; if it is not there send it under a new number | it
NOT_ADMITTED | 409 | 还没有办好入院登记 | The admission is not registered yet | 用原请求号把入院登记办完 | Finish the admission under its own key | cashier
ITEM_CLOSED | 409 | 这一项已经关闭 | The item is closed already | 无需再办 | Nothing is left to do | insurance_office
IN_DOUBT | 409 | 已结算金额待核，不要重复收费 | Settled, but the amounts are being checked: do not charge again | 请医保办核对后处理 | The insurance office checks and decides | insurance_office
"""  # noqa: E501 - one row a line


def _texts(table: str) -> Mapping[str, Text]:
    rows = ([cell.strip() for cell in line.split("|")] for line in table.strip().splitlines())
    return MappingProxyType({code: Text(int(http), *rest) for code, http, *rest in rows})


OWN = _texts(_OWN)
"""Codes of the gateway itself; all others are rows of the reason table."""


class Problem(Exception):
    """A call that is not done, and why.

    `fields`: what is wrong where, as (path, message). `reasons`: all objections when there are several. `extra` goes
    beside the fixed members (such as visit_id). `begun`: something of the call was begun before, so that its key stays
    bound to it. `key` names the error catalogue's row of the platform's text `raw`.
    """

    def __init__(
        self,
        code: str,
        *,
        http: int | None = None,
        detail: str = "",
        fields: Iterable[tuple[str, str]] = (),
        reasons: Iterable[Reason] = (),
        raw: str | None = None,
        key: str | None = None,
        window: Window | None = None,
        retry_after_s: int | None = None,
        money: Money = "not_moved",
        extra: Mapping[str, Any] | None = None,
        incident: str = "",
        begun: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.http = http or status_of(code)
        self.detail = detail
        self.fields = tuple(fields)
        self.reasons = tuple(reasons)
        self.raw = raw
        self.key = key
        self.window = window
        self.retry_after_s = retry_after_s
        self.money: Money = money
        self.extra = dict(extra or {})
        self.incident = incident
        self.begun = begun

    @property
    def is_final(self) -> bool:
        """Whether the same key gets this very answer again."""
        return self.http not in (202, 503)


def of_reasons(reasons: Iterable[Reason], *, fields: Iterable[tuple[str, str]] = (), **more: Any) -> Problem:
    """The problem of a call that rules refuse: the first reason speaks, all are listed."""
    told = tuple(reasons)
    return Problem(str(told[0].code), http=http_of(told), reasons=told, fields=fields, **more)


def status_of(code: str) -> int:
    """HTTP status of a code."""
    if code in OWN:
        return OWN[code].http
    row = REASONS.get(Code(code)) if code in Code.__members__ else None
    return (row.http if row else None) or CONFLICT


def words(code: str, language: Language = "zh", *, key: str | None = None) -> tuple[str, str, str]:
    """Cause, next step and who acts; those of the error catalogue's row `key` where there is one."""
    row = row_named(key) if key else None
    if row is not None:
        return (row.cause_zh, row.next_zh, row.who) if language == "zh" else (row.cause_en, row.next_en, row.who)
    if code in OWN:
        own = OWN[code]
        return (own.zh, own.next_zh, own.who) if language == "zh" else (own.en, own.next_en, own.who)
    reason = Reason(Code(code) if code in Code.__members__ else Code.PLATFORM_REFUSED)
    return (*text(reason, language), reason.who)


def render(
    problem: Problem, language: Language = "zh", incident: str = ""
) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, headers and body of the answer."""
    cause, step, who = words(problem.code, language, key=problem.key)
    if problem.window is not None:
        cause = f"{cause}（{span_of(problem.window)}）" if language == "zh" else f"{cause} ({span_of(problem.window)})"
    headers = {"Content-Type": MEDIA_TYPE}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    body: dict[str, Any] = {
        "type": f"urn:yidi:problem:{problem.code.lower()}",
        "title": cause,
        "status": problem.http,
        "detail": problem.detail or cause,
        "code": problem.code,
        "cause": cause,
        "next_step": step,
        "who": who,
        "money": problem.money,
        "incident": problem.incident or incident,
        "retry_after_s": problem.retry_after_s,
        "maintenance": window_json(problem.window),
        "fields": [{"path": path, "message": message} for path, message in problem.fields],
        "raw": masked(problem.raw),
    }
    if problem.reasons:
        body["reasons"] = [reason_json(reason, language) for reason in problem.reasons]
    return problem.http, headers, {**body, **problem.extra}


def reason_json(reason: Reason, language: Language = "zh") -> dict[str, Any]:
    """One reason as the contract writes it."""
    cause, step = text(reason, language)
    told: dict[str, Any] = {
        "code": str(reason.code),
        "effect": reason.effect,
        "text": cause,
        "next_step": step,
        "who": reason.who,
        "disease_code": reason.disease_code,
    }
    if reason.line_no is not None:
        told["line_no"] = reason.line_no
    return told


def window_json(window: Window | None) -> dict[str, Any] | None:
    """A downtime window as the contract writes it."""
    if window is None:
        return None
    ends = window.ends.isoformat() if window.ends else None
    return {"from": window.begins.isoformat(), "to": ends, "text": window.text}


def span_of(window: Window) -> str:
    """From and to, to the minute."""
    ends = f"{window.ends:%Y-%m-%d %H:%M}" if window.ends else "?"
    return f"{window.begins:%Y-%m-%d %H:%M} – {ends}"


def masked(raw: str | None) -> str | None:
    """The platform's own text, with ID numbers masked."""
    return None if raw is None else _ID_NUMBER.sub("****", raw)
