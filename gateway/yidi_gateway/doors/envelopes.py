"""What leaves the national door: the platform's envelope with what the gateway adds, or one of the gateway's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from yidi_gateway import problem as problems
from yidi_gateway.clock import BEIJING
from yidi_gateway.engine import Engine
from yidi_gateway.ids import new_id
from yidi_gateway.journal.port import Search
from yidi_gateway.lifecycle import OPEN, TOLD, State
from yidi_gateway.problem import Problem, masked, words
from yidi_gateway.sending import Heard
from yidi_gateway.submission import Attempt, Submission
from yidi_sdk import wire
from yidi_sdk.catalogue import Transaction, row_of
from yidi_sdk.errors import NotSent, Refused
from yidi_sdk.explain.errors import Row, match
from yidi_sdk.institution import Operator
from yidi_sdk.signing import bodies
from yidi_sdk.transactions import RevokeInpatientSettlement, RevokeOutpatientSettlement, SignIn

SUCCESS, FAILURE = 0, -1
DONE = ("done", "settled")
LONGEST_TEXT = 200
"""Characters of err_msg and warn_msg."""
CONFIRMING = "结果确认中，请勿重复收费；用同一报文编号再问，{seconds}秒内有结果"
NEVER_SENT = "没有发出，没有发生任何结算；用同一报文编号重试"
REVERSED = "这一笔已冲正，没有结算"
ANSWER_LOST = "原答复丢失，经查询确认已办成"
PROBLEM_STATES = {
    "UPLOAD_IN_DOUBT": "unknown",
    "MAINTENANCE": "maintenance",
    "RATE_LIMITED": "not_sent",
    "BROKEN": "unknown",
}
BROKEN = "结果确认中，请勿重复收费；网关内部出错，用同一报文编号再问，把编号告诉信息科"
NOT_KNOWN = "网关没有收到这个报文编号；核对编号，或用同一报文编号重发"
TOO_LARGE = "答复超过{limit}字节，这个程序放不下，没有返回内容；缩小查询范围"
TOO_LARGE_DONE = "结果确认中，请勿重复收费：已办成，但答复超过{limit}字节放不下；到网关查看"
REVOKES = frozenset(row_of(message).infno for message in (RevokeOutpatientSettlement, RevokeInpatientSettlement))
NO_AMOUNTS = frozenset({"pool_prop_selfpay", "age"})
SEALS = ("cainfo", "signtype", "signData", "encData")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it leaves: `state` is done, failed, pending, not_sent, unknown or a state of the contract."""

    state: str
    content: bytes
    media_type: str = "application/json"


class Envelopes:
    """Makes the answers of the national door."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        platform = engine.platform
        self._seal = bodies.seal_of(platform.profile, platform.secret)

    def of_session(self, row: Transaction[Any], operator: Operator) -> Said:
        """Sign-in and sign-out, which the gateway does by itself: the number it gives opens nothing anywhere."""
        now = self._engine.clock.now()
        time = f"{now.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
        if row.input is SignIn:
            output: dict[str, Any] = {
                "signinoutb": {"sign_time": time, "sign_no": f"Y{new_id(now).replace('-', '')}"[:30]}
            }
        else:
            output = {"signoutoutb": {"sign_time": time}}
        del operator
        return self._own("done", SUCCESS, "", output, "签到签退由网关自己办理")

    def of_heard(self, heard: Heard) -> Said:
        """The answer to a question or an upload, as the platform gave it."""
        reply, error = heard.reply, heard.error
        given = None if reply is None else self._opened(reply.body)
        if error is None and reply is not None:
            if given is None:  # a file: no envelope at all
                return Said("done", reply.body, reply.headers.get("content-type", "application/octet-stream"))
            return self._passed_on("done", given)
        if isinstance(error, Refused) and given is not None:
            return self._passed_on("failed", given, explained(match(error.err_msg, heard.request.infno)))
        if isinstance(error, NotSent):
            return self._own("not_sent", FAILURE, _said("NOT_SENT"))
        return self._own("unknown", FAILURE, _said("NO_ANSWER"))

    def of_attempt(self, attempt: Attempt) -> Said:
        """The answer to an upload that was heard before."""
        given = None if attempt.answer is None else self._opened(attempt.answer)
        state = "done" if attempt.outcome == "ok" else "failed"
        if given is None:
            return self._own(state, SUCCESS if state == "done" else FAILURE, "")
        return self._passed_on(state, given)

    async def of_submission(self, row: Submission) -> Said:
        """How a money message stands."""
        about = {"incident": row.incident, "query": f"/v1/submissions/{row.id}", "msgid": row.msgid}
        state = TOLD[row.state]
        if row.state in OPEN:
            text = CONFIRMING.format(seconds=int(self._engine.timing.quiet_s))
            return self._own("pending", FAILURE, text, yidi=about)
        if row.state is State.CONFIRMED:
            return await self._settled(row, about)
        reason = row.reason or {}
        if row.state is State.REVERSED:
            return self._own(state, FAILURE, REVERSED, yidi=about)
        if row.state is State.ABSENT and row.released:
            return self._own("not_sent", FAILURE, NEVER_SENT, yidi=about)
        code, key = str(reason.get("code") or "DID_NOT_HAPPEN"), reason.get("key")
        if row.state is State.REJECTED and (given := await self._answer_of(row)) is not None:
            return self._passed_on(state, given, _said(code, key), about)
        return self._own(state, FAILURE, _said("IN_DOUBT" if row.state is State.MANUAL else code, key), yidi=about)

    async def _settled(self, row: Submission, about: Mapping[str, Any]) -> Said:
        given = await self._answer_of(row)
        if given is not None and str(given.get("infcode")) == "0":
            return self._passed_on("settled", given, yidi=about)
        output = None if row.outcome is None else wire.loads(row.outcome)
        if output is None and row.refund_of is None:
            output = await self._mirrored(row)
        return self._own("settled", SUCCESS, "", output, ANSWER_LOST, about)

    async def _mirrored(self, row: Submission) -> dict[str, Any] | None:
        """What a revocation without an answer came to, from the settlement that it undid: the platform tells nobody the
        number of the negative settlement afterwards, so that one is empty."""
        undone: Any = wire.loads(row.input).get("data") or {}
        number = undone.get("setl_id")
        if row.infno not in REVOKES or not number:
            return None
        found = await self._engine.journal.search(Search(setl_id=number))
        settled = next((each for each in found.items if each.infno not in REVOKES and each.outcome is not None), None)
        if settled is None or settled.outcome is None:
            return None
        original: dict[str, Any] = wire.loads(settled.outcome)
        info = {name: _negative(name, value) for name, value in original["setlinfo"].items() if name != "balc"}
        rows = [
            {name: _negative(name, value) for name, value in fund.items() if name != "setl_id"}
            for fund in original.get("setldetail") or ()
        ]
        return {"setlinfo": {**info, "setl_id": "", "medins_setl_id": row.msgid}, "setldetail": rows}

    async def _answer_of(self, row: Submission) -> dict[str, Any] | None:
        attempt = None if row.msgid is None else await self._engine.journal.attempt(row.msgid)
        if attempt is None or attempt.answer is None or attempt.outcome not in ("ok", "refused"):
            return None
        return self._opened(attempt.answer)

    def of_problem(self, problem: Problem, incident: str) -> Said:
        """What is not done, in one text that names what is wrong."""
        _, _, body = problems.render(problem, "zh", incident)
        text = f"{body['cause']}。{body['next_step']}"
        if problem.window is not None:
            text = f"{masked(problem.window.text)}（{problems.span_of(problem.window)}）"
        elif problem.code == "BROKEN":
            text = BROKEN
        elif problem.fields:
            text = "；".join(f"{path}：{message}" for path, message in problem.fields)
        state = PROBLEM_STATES.get(problem.code, "failed")
        if state == "failed" and not problem.is_final:
            state = "not_sent"
        about = {"incident": body["incident"], "query": None, "code": problem.code}
        if "submission_id" in problem.extra:
            about["query"] = f"/v1/submissions/{problem.extra['submission_id']}"
        return self._own(state, FAILURE, text, yidi=about)

    def not_known(self) -> Said:
        """Nothing is kept under the number that was asked for: it may not have come yet."""
        return self._own("unknown", FAILURE, NOT_KNOWN, yidi={"code": "NOT_FOUND"})

    def ready(self) -> Said:
        """Nothing was asked and nothing is wrong."""
        return self._own("done", SUCCESS, "")

    def too_large(self, said: Said, limit: int) -> Said:
        """Instead of an answer that the caller's buffer cannot take. What was done stays done."""
        about: Any = None
        if said.media_type == "application/json":
            about = cast("dict[str, Any]", wire.loads(said.content)).get("yidi")
        text = TOO_LARGE_DONE if said.state in DONE else TOO_LARGE
        return self._own(said.state, FAILURE, text.format(limit=limit), yidi=about)

    def reversed_already(self, text: str, row: Submission | None) -> Said:
        """A reversal that reached its end; `text` where that was so before."""
        about = {} if row is None else {"incident": row.incident, "query": f"/v1/submissions/{row.id}"}
        return self._own("done", SUCCESS, "", None, text, about)

    def not_reversed(self, text: str, row: Submission | None) -> Said:
        """A reversal that is refused."""
        about = {} if row is None else {"incident": row.incident, "query": f"/v1/submissions/{row.id}"}
        return self._own("failed", FAILURE, text, yidi=about)

    def _opened(self, body: bytes) -> dict[str, Any] | None:
        """The platform's envelope, its seal opened; None for what is none."""
        try:
            value: Any = wire.loads(body)
        except wire.NotJson:
            return None
        if self._seal is not None:
            value = self._seal.open(value).value
        return cast("dict[str, Any]", value) if isinstance(value, dict) else None

    def _passed_on(
        self, state: str, given: Mapping[str, Any], warn_msg: str = "", yidi: Mapping[str, Any] | None = None
    ) -> Said:
        """What the platform said, with what we add."""
        answer = {name: value for name, value in given.items() if self._seal is None or name not in SEALS}
        said = answer.get("warn_msg")
        answer["warn_msg"] = _short("；".join(filter(None, (said if isinstance(said, str) else "", warn_msg))))
        answer["yidi"] = {"state": state, "incident": None, "query": None, **(yidi or {})}
        return Said(state, wire.dumps(answer))

    def _own(
        self,
        state: str,
        infcode: int,
        err_msg: str,
        output: Any = None,
        warn_msg: str = "",
        yidi: Mapping[str, Any] | None = None,
    ) -> Said:
        """An envelope of our own."""
        stamp = _stamp(self._engine.clock.now())
        answer = {
            "infcode": infcode,
            "inf_refmsgid": None,
            "refmsg_time": stamp,
            "respond_time": stamp,
            "err_msg": _short(err_msg),
            "warn_msg": _short(warn_msg),
            "output": output,
            "yidi": {"state": state, "incident": None, "query": None, **(yidi or {})},
        }
        return Said(state, wire.dumps(answer))


def _negative(name: str, value: Any) -> Any:
    """An amount mirrored; anything else, a ratio and an age too, as it is."""
    mirrored = isinstance(value, Decimal) and name not in NO_AMOUNTS and value != 0
    return -value if mirrored else value


def explained(row: Row | None) -> str:
    """Cause and next step of a platform's text; "" for one that the catalogue does not list."""
    return "" if row is None else f"{row.cause_zh}。{row.next_zh}"


def _said(code: str, key: str | None = None) -> str:
    cause, step, _ = words(code, "zh", key=key)
    return f"{cause}。{step}"


def _short(text: str) -> str:
    return re.sub(r"\s+", " ", text)[:LONGEST_TEXT]


def _stamp(now: datetime) -> str:
    local = now.astimezone(BEIJING)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}"
