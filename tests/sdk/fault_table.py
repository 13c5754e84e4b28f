"""What one call comes to, by effect and by what the network does to it: typed by hand, held by the test beside it.

`markdown` renders it for the docs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from yidi_sdk.catalogue import Effect


@dataclass(frozen=True, slots=True)
class Came:
    """How often the call was made, how often a byte of the message left, and what the caller was given."""

    tried: int
    sent: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for the network to fail, and what comes of it for each effect."""

    key: str
    zh: str
    en: str
    comes_to: Mapping[Effect, Came]


Q, T, U, C, R = Effect.QUERY, Effect.TRIAL, Effect.UPLOAD, Effect.COMMIT, Effect.REVERSAL
NEVER_TWICE = (C, R)


def proven() -> Mapping[Effect, Came]:
    """Not a byte left: made again, except what moves money forward."""
    return {effect: Came(tried, 0, "NotSent") for effect, tried in ((Q, 3), (T, 2), (U, 3), (C, 1), (R, 3))}


def doubt(outcome: str) -> Mapping[Effect, Came]:
    """It may have happened: only what changes nothing is asked again."""
    return {effect: Came(sent, sent, outcome) for effect, sent in ((Q, 3), (T, 2), (U, 1), (C, 1), (R, 1))}


def turned_away() -> Mapping[Effect, Came]:
    """Somebody in front of the platform says no: believed where no money moves."""
    no, unknown = Came(1, 1, "Refused"), Came(1, 1, "Unknown")
    return {Q: no, T: no, U: no, C: unknown, R: unknown}


def done() -> Mapping[Effect, Came]:
    return {effect: Came(1, 1, "answered") for effect in Effect}


FAULTS = (
    Fault("no fault", "正常应答", "none: a good answer", done()),
    Fault("refused", "连接被拒绝", "connection refused", proven()),
    Fault("no such name", "域名解析失败", "the name is not resolved", proven()),
    Fault("connect timeout", "连接超时", "the connection is not taken within the limit", proven()),
    Fault("no TLS there", "TLS握手失败", "what answers speaks no TLS", proven()),
    Fault("not trusted", "证书不受信任", "the certificate is not trusted", proven()),
    Fault("cut while writing", "报文未发完即断开", "cut while the message is written", doubt("TimedOut")),
    Fault("no answer", "超过时限无应答", "no answer within the limit", doubt("TimedOut")),
    Fault("closed at once", "未返回任何字节即断开", "closed before any byte of an answer", doubt("TimedOut")),
    Fault("cut in the head", "响应头未收完即断开", "cut in the headers of the answer", doubt("TimedOut")),
    Fault("cut in the body", "响应体未收完即断开", "cut in the body of the answer", doubt("TimedOut")),
    Fault("dies on reuse", "长连接复用时断开", "a kept connection dies when it is used again", doubt("TimedOut")),
    Fault("closed while idle", "长连接空闲时被关闭", "a kept connection was closed while idle", done()),
    Fault("HTTP 500", "HTTP 500", "HTTP 500", doubt("Garbled")),
    Fault("HTTP 502", "HTTP 502", "HTTP 502", doubt("Garbled")),
    Fault("HTTP 503", "HTTP 503", "HTTP 503", doubt("Garbled")),
    Fault("HTTP 504", "HTTP 504", "HTTP 504", doubt("Garbled")),
    Fault("HTTP 429", "HTTP 429（限流）", "HTTP 429", turned_away()),
    Fault("HTTP 302", "HTTP 302（重定向，不跟随）", "HTTP 302, not followed", turned_away()),
    Fault("HTML", "HTTP 200 但返回网页", "a web page with HTTP 200", doubt("Garbled")),
    Fault("not JSON", "返回内容不是JSON", "an answer that is not JSON", doubt("Garbled")),
    Fault("somebody else's", "返回的是其他报文的应答", "the answer of another message", doubt("Garbled")),
    Fault("wrong signature", "应答验签不通过", "an answer with a wrong signature", doubt("Garbled")),
)


def markdown(language: str = "en") -> str:
    """The table: a row a fault, a column an effect; in each cell how often the message left, and what came back."""
    heads = {"en": "the network", "zh": "网络故障"}
    lines = [
        "| " + " | ".join((heads[language], *(f"`{effect}`" for effect in Effect))) + " |",
        "|" + "---|" * (1 + len(Effect)),
    ]
    for fault in FAULTS:
        cells = (f"{came.sent}× `{came.outcome}`" for came in (fault.comes_to[effect] for effect in Effect))
        lines.append("| " + " | ".join((fault.zh if language == "zh" else fault.en, *cells)) + " |")
    return "\n".join(lines)
