"""A platform in forty lines behind the poster's port, and a clock that jumps: for tests of the engine alone.

Written from the wire facts and not from the mock hub: JSON in, JSON out, one settlement a msgid, reversal by msgid.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from yidi_gateway.clock import BEIJING
from yidi_sdk.errors import NotSent, TimedOut
from yidi_sdk.posters import Limits, Reply

START = datetime(2026, 11, 21, 9, 0, tzinfo=BEIJING)


class JumpingClock:
    """Sleeping moves time on at once; nothing waits."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


@dataclass
class TinyPlatform:
    """`before` and `after` hold faults by infno, taken once each, in order: called before or after the effect."""

    clock: JumpingClock
    settled: dict[str, dict[str, Any]] = field(default_factory=dict)
    reversed: list[str] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    before: dict[str, list[Callable[[], Reply | None]]] = field(default_factory=dict)
    after: dict[str, list[Callable[[], Reply | None]]] = field(default_factory=dict)
    always: dict[str, Callable[[], Reply | None]] = field(default_factory=dict)
    reversal_texts: list[str] = field(default_factory=list)
    total: str = "180.00"
    cash: str = "96.12"

    async def post(self, url: str, headers: Any, body: bytes, limits: Limits) -> Reply:
        message = json.loads(body)
        infno = message["infno"]
        self.received.append(message)
        if infno in self.always and (reply := self.always[infno]()) is not None:
            return reply
        if self.before.get(infno) and (reply := self.before[infno].pop(0)()) is not None:
            return reply
        answer = getattr(self, f"on_{infno}")(message)
        if self.after.get(infno) and (reply := self.after[infno].pop(0)()) is not None:
            return reply
        return self.reply(answer)

    def reply(self, answer: Any) -> Reply:
        good = {"infcode": 0, "inf_refmsgid": "5", "err_msg": None, "output": answer}
        bad = {"infcode": -1, "inf_refmsgid": None, "err_msg": answer, "output": None}
        return Reply(200, {}, json.dumps(bad if isinstance(answer, str) else good, ensure_ascii=False).encode())

    def on_9001(self, _message: dict[str, Any]) -> Any:
        return {"signinoutb": {"sign_time": "2026-11-21 09:00:00", "sign_no": f"S{len(self.received)}"}}

    def on_1101(self, _message: dict[str, Any]) -> Any:
        return {
            "baseinfo": {"psn_no": "P1", "certno": "530102198803150001", "psn_name": "测试甲"},
            "insuinfo": [{"insutype": "310", "insuplc_admdvs": "530100"}],
        }

    def on_2207(self, message: dict[str, Any]) -> Any:
        data = message["input"]["data"]
        live = [s for s in self.settled.values() if s["mdtrt_id"] == data["mdtrt_id"] and s["refd_setl_flag"] == "0"]
        if live:
            return "FSI-该批次已结算，请勿重复结算"
        row = {
            "setl_id": f"SETL{len(self.settled) + 1}",
            "mdtrt_id": data["mdtrt_id"],
            "psn_no": data["psn_no"],
            "medins_setl_id": message["msgid"],
            "medfee_sumamt": self.total,
            "fulamt_ownpay_amt": "0.00",
            "overlmt_selfpay": "0.00",
            "preselfpay_amt": "0.00",
            "inscp_scp_amt": self.total,
            "fund_pay_sumamt": "83.88",
            "acct_pay": "0.00",
            "psn_cash_pay": self.cash,
            "refd_setl_flag": "0",
        }
        self.settled[message["msgid"]] = row
        detail = [{"fund_pay_type": "310100", "fund_payamt": "83.88", "fund_pay_type_name": "统筹"}]
        return {"setlinfo": row, "setldetail": detail}

    def on_5204(self, message: dict[str, Any]) -> Any:
        visit = message["input"]["data"]["mdtrt_id"]
        rows = [s for s in self.settled.values() if s["mdtrt_id"] == visit]
        numbers = [s["setl_id"] for s in rows if s["refd_setl_flag"] == "0"] or [""]
        return {"data": [{"mdtrt_id": visit, "feedetl_sn": f"F{n}", "setl_id": s} for n, s in enumerate(numbers)]}

    def on_5203(self, message: dict[str, Any]) -> Any:
        for row in self.settled.values():
            if row["setl_id"] == message["input"]["data"]["setl_id"]:
                shown = {k: v for k, v in row.items() if k != "psn_cash_pay"}
                return {"setlinfo": {**shown, "cash_payamt": row["psn_cash_pay"]}, "setldetail": []}
        return "FSI-未查询到结算信息"

    def on_2601(self, message: dict[str, Any]) -> Any:
        if self.reversal_texts:
            return self.reversal_texts.pop(0)
        omsgid = message["input"]["data"]["omsgid"]
        if omsgid not in self.settled:
            return "FSI-冲正失败：未找到原交易"
        if omsgid in self.reversed:
            return "FSI-冲正失败：原交易已冲正"
        self.reversed.append(omsgid)
        self.settled[omsgid]["refd_setl_flag"] = "1"
        return {}

    def sent(self, infno: str) -> list[dict[str, Any]]:
        return [m for m in self.received if m["infno"] == infno]

    def live(self) -> list[dict[str, Any]]:
        return [s for s in self.settled.values() if s["refd_setl_flag"] == "0"]

    # ---- faults

    def lost(self) -> Reply | None:
        raise TimedOut("connection closed without an answer")

    def hang(self) -> Reply | None:
        self.clock.seconds += 30
        raise TimedOut("no answer in time")

    def refused_connection(self) -> Reply | None:
        raise NotSent("connection refused")

    def html(self) -> Reply | None:
        return Reply(200, {"content-type": "text/html"}, b"<html>login</html>")

    def http_502(self) -> Reply | None:
        return Reply(502, {}, b"bad gateway")

    def cut(self) -> Reply | None:
        return Reply(200, {}, b'{"infcode":0,"output":{"setlin')

    def empty(self) -> Reply | None:
        return Reply(200, {}, b"")

    def somebody_elses(self) -> Reply | None:
        other = {"setl_id": "X", "mdtrt_id": "OTHER", "psn_no": "OTHER", "medins_setl_id": "OTHER"}
        amounts = ("medfee_sumamt", "inscp_scp_amt", "psn_cash_pay", "fund_pay_sumamt", "acct_pay")
        zero = {"fulamt_ownpay_amt": "0.00", "overlmt_selfpay": "0.00", "preselfpay_amt": "0.00"}
        return self.reply({"setlinfo": {**other, **zero, **dict.fromkeys(amounts, "0.00")}, "setldetail": []})

    def without_node(self) -> Reply | None:
        return self.reply({})

    def unlisted(self) -> Reply | None:
        return self.reply("平台甲乙丙丁，从未见过的一句话")

    def maintenance(self) -> Reply | None:
        return self.reply("系统停机维护：例行升级（2026-11-21T09:00:00+08:00 至 2026-11-21T09:05:00+08:00）")

    def refused(self) -> Reply | None:
        return self.reply("FSI-参保人待遇被封锁")

    def signed_out(self) -> Reply | None:
        return self.reply("FSI-签到编号已失效，请重新签到")
