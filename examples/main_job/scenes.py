"""Eight scenes at the counter. Each talks HTTP only and raises `Unexpected` when the answer is not what is promised."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from main_job.fees import read_lines
from main_job.running import Running
from main_job.telling import Teller

Json = dict[str, Any]


class Unexpected(AssertionError):
    """The product did not do what this demo promises."""


@dataclass
class Counter:
    """The hospital's counter: what the scenes share."""

    running: Running
    teller: Teller
    folder: Path
    fees: Path
    people: dict[str, Json] = field(default_factory=dict)
    numbers: int = 0
    seen: dict[str, Any] = field(default_factory=dict)

    def person(self, name: str) -> Json:
        if not self.people:
            items = self.running.hub.get("/_hub/personas").json()["items"]
            self.people = {item["name"]: item for item in items}
        return self.people[name]

    def call(self, method: str, path: str, body: Json | None = None, *, patience: int = 25) -> httpx.Response:
        """One call of the HIS, under a new key where the call is a POST."""
        self.numbers += 1
        headers = {"X-Yidi-Patience": str(patience)}
        if method == "POST":
            headers["Idempotency-Key"] = f"demo-{self.numbers}"
        return self.running.gateway.request(method, path, json=body, headers=headers)

    def visit(self, who: str, kind: str, fees: str | Path, **flags: Any) -> httpx.Response:
        """Open a visit with the lines of a fee file."""
        now = datetime.now().astimezone()
        started = (now - timedelta(minutes=5)).isoformat(timespec="seconds")
        lines = read_lines(fees if isinstance(fees, Path) else self.folder / fees)
        body: Json = {
            "visit_no": f"MZ{now:%H%M%S}{self.numbers:03d}",
            "kind": kind,
            "credential": self.person(who)["credential"],
            "emergency": False,
            "trauma": False,
            "third_party": None,
            "commitment": None,
            "started_at": started,
            "department": {"code": "A03", "name": "内科"},
            "doctor": {"code": "D500103000001", "name": "示例医师"},
            "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
            "lines": [{**line, "prescribed_at": started} for line in lines],
        }
        return self.call("POST", "/v1/visits", {**body, **flags})

    def eligibility(self, who: str, kind: str, **flags: Any) -> httpx.Response:
        body = {"credential": self.person(who)["credential"], "kind": kind, **flags}
        return self.call("POST", "/v1/eligibility", body)

    def ledger(self) -> list[Json]:
        return self.running.hub.get("/_hub/ledger").json()["items"]

    def fault(self, kind: str, where: str) -> None:
        body = {"kind": kind, "infno": "2207", "where": where, "when": {"nth": 1}}
        expect(self.running.hub.post("/_hub/faults", json=body), 200, 201)


def expect(answer: httpx.Response, *statuses: int) -> Json:
    """The body, when the status is one of these."""
    if answer.status_code not in statuses:
        raise Unexpected(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
    body: Json = answer.json()
    return body


def require(fact: bool, promise: str) -> None:
    if not fact:
        raise Unexpected(promise)


def settle(counter: Counter, visit: Json, *statuses: int, patience: int = 25) -> Json:
    return expect(counter.call("POST", f"/v1/visits/{visit['visit_id']}/settle", {}, patience=patience), *statuses)


def several_diseases(counter: Counter) -> None:
    """(a) 高血压＋糖尿病＋无关项目：一次就诊，三张结算单"""
    verdict = expect(
        counter.eligibility(
            "filed_hypertension_diabetes", "chronic", disease_codes=["M03900", "M01600"], emergency=False, trauma=False
        ),
        200,
    )
    require(verdict["verdict"] == "direct", "a filed and qualified patient settles directly")
    counter.teller.verdict(verdict)
    visit = expect(counter.visit("filed_hypertension_diabetes", "chronic", counter.fees), 201)
    counter.teller.baskets(visit)
    require(len(visit["baskets"]) == 3, "two diseases and ordinary care are three baskets")
    done = settle(counter, visit, 200)
    require([b["state"] for b in done["baskets"]] == ["settled"] * 3, "each basket settles alone")
    counter.teller.receipts(visit, done)


def emergency(counter: Counter) -> None:
    """(b) 急诊，没有备案：视同已备案"""
    verdict = expect(counter.eligibility("emergency_not_filed", "emergency", emergency=True, trauma=False), 200)
    codes = [reason["code"] for reason in verdict["reasons"]]
    require(verdict["verdict"] == "direct" and "EMERGENCY_DEEMED_FILED" in codes, "an emergency counts as filed")
    counter.teller.verdict(verdict)
    visit = expect(counter.visit("emergency_not_filed", "emergency", "fees_emergency.csv", emergency=True), 201)
    done = settle(counter, visit, 200)
    require(done["baskets"][0]["state"] == "settled", "it settles")
    counter.teller.receipts(visit, done)


def trauma(counter: Counter) -> None:
    """(c) 外伤：无第三方责任凭承诺书结算；有第三方责任不结算"""
    person = counter.person("trauma_no_third_party")
    now = datetime.now().astimezone()
    commitment = {
        "signer": "测试庚",
        "relation": "本人",
        "phone": "00000000000",
        "cert_type": "01",
        "cert_no": person["credential"]["value"],
        "patient_cannot_sign": False,
        "happened_at": (now - timedelta(hours=3)).isoformat(timespec="seconds"),
        "place": "小区门口",
        "course": "下雨路滑，自己摔倒，手腕着地",
        "signed_at": (now - timedelta(minutes=10)).isoformat(timespec="seconds"),
    }
    known = {"name": "测试庚", "id_number": person["credential"]["value"]}
    answers = {"trauma": True, "third_party": False, "commitment": commitment, "patient": known}
    visit = expect(counter.visit("trauma_no_third_party", "outpatient", "fees_fracture.csv", **answers), 201)
    done = settle(counter, visit, 200)
    require(done["baskets"][0]["state"] == "settled", "trauma without a third party settles with form 11")
    counter.teller.receipts(visit, done)
    before = len(counter.ledger())
    refused = expect(
        counter.visit("trauma_third_party", "outpatient", "fees_fracture.csv", trauma=True, third_party=True), 409
    )
    require(refused["code"] == "THIRD_PARTY_LIABLE", "a liable third party is refused, with the cause")
    require(len(counter.ledger()) == before, "nothing was settled")
    counter.teller.problem(refused)


def not_filed(counter: Counter) -> None:
    """(d) 没有备案：指引办理，不收错费"""
    before = len(counter.ledger())
    verdict = expect(counter.eligibility("not_filed", "outpatient", emergency=False, trauma=False), 200)
    require(verdict["verdict"] == "direct_after" and verdict["reasons"][0]["code"] == "NOT_FILED", "guided to file")
    counter.teller.verdict(verdict)
    opened = counter.visit("not_filed", "outpatient", "fees_fracture.csv")
    problem = opened.json()
    if opened.status_code == 201:
        problem = settle(counter, problem, 409)
    require(problem["code"] == "NOT_FILED" and problem["money"] == "not_moved", "not charged as if it were nothing")
    require(len(counter.ledger()) == before, "nothing was settled")
    counter.teller.problem(problem)
    undo = counter.call("POST", f"/v1/visits/{(problem.get('visit_id') or opened.json()['visit_id'])}/cancel", {})
    require(undo.status_code in (200, 202), "the visit that led to nothing is cancelled")


def lost_answer(counter: Counter) -> None:
    """(e) 医保已结算、答复丢失：几秒内找回，不重复结算"""
    visit = expect(counter.visit("filed_hypertension", "chronic", "fees_hypertension.csv"), 201)
    counter.fault("drop_reply", "after_effect")
    began = time.monotonic()
    with counter.teller.waiting("医保答复丢失，正在向平台查询"):
        done = settle(counter, visit, 200)
    seconds = time.monotonic() - began
    basket = done["baskets"][0]
    require(basket["state"] == "settled", "the settlement is found again")
    rows = [row for row in counter.ledger() if row["setl_id"] == basket["settlement"]["settlement_id"]]
    sent = counter.running.hub.get("/_hub/received", params={"infno": "2207"}).json()["items"]
    mine = [m for m in sent if m["msgid"] == basket["settlement"]["msgid"]]
    live = [row for row in counter.ledger() if row["mdtrt_id"] == rows[0]["mdtrt_id"] and row["live"]]
    require(len(rows) == 1 and len(live) == 1 and len(mine) == 1, "sent once, settled once")
    counter.seen["lost_reply_recovered"] = True
    counter.teller.say(f"患者等了 {seconds:.1f} 秒；平台上只有一笔 {rows[0]['setl_id']}，报文只发过一次。")
    counter.teller.receipts(visit, done)


def lost_request(counter: Counter) -> None:
    """(f) 请求在路上丢失：先说“正在确认”，确认没有发生后才说“没有结算”"""
    visit = expect(counter.visit("filed_hypertension", "chronic", "fees_hypertension.csv"), 201)
    before = len(counter.ledger())
    counter.fault("drop_request", "before_effect")
    first = settle(counter, visit, 202, patience=2)
    require(first["baskets"][0]["state"] == "pending", "no early verdict")
    counter.teller.message(first["baskets"][0])
    with counter.teller.waiting("正在确认这一笔有没有发生"):
        last = until(counter, visit["visit_id"], lambda body: body["baskets"][0]["state"] != "pending", 60)
    require(last["baskets"][0]["state"] == "failed", "it did not happen")
    require(len(counter.ledger()) == before, "nothing was charged")
    counter.teller.message(last["baskets"][0])


def maintenance(counter: Counter) -> None:
    """(g) 平台停机维护：停机时间随接口返回，期间不发送结算，结束后恢复"""
    visit = expect(counter.visit("filed_hypertension", "chronic", "fees_hypertension.csv"), 201)
    now = datetime.now().astimezone()
    window = {
        "from": (now - timedelta(seconds=1)).isoformat(timespec="seconds"),
        "to": (now + timedelta(seconds=9)).isoformat(timespec="seconds"),
        "text": "跨省平台升级",
        "announced": False,
        "scope": "platform",
    }
    expect(counter.running.hub.post("/_hub/maintenance", json=window), 200, 201)
    money = len(counter.running.hub.get("/_hub/received", params={"infno": "2207"}).json()["items"])
    asked = expect(counter.eligibility("filed_hypertension", "outpatient", emergency=False, trauma=False), 503)
    require(asked["code"] == "MAINTENANCE" and asked["maintenance"]["to"], "the text with its end comes back")
    counter.teller.problem(asked)
    refused = expect(counter.call("POST", f"/v1/visits/{visit['visit_id']}/settle", {}), 503)
    require(refused["money"] == "not_moved" and refused["retry_after_s"], "no money message while it lasts")
    sent = len(counter.running.hub.get("/_hub/received", params={"infno": "2207"}).json()["items"])
    require(sent == money, "the platform received no settlement in the window")
    counter.seen["maintenance_shown"] = True
    with counter.teller.waiting("停机维护中，到时自动恢复"):
        done = until_settled(counter, visit, 40)
    counter.teller.receipts(visit, done)


def refund(counter: Counter) -> None:
    """(h) 退费：原额负数冲回，个人账户和基金各归各位"""
    visit = expect(counter.visit("filed_hypertension", "chronic", "fees_hypertension.csv"), 201)
    done = settle(counter, visit, 200)
    settlement = done["baskets"][0]["settlement"]
    back = expect(
        counter.call("POST", f"/v1/settlements/{settlement['settlement_id']}/refund", {"reason": "开药错误"}), 200
    )
    require(back["state"] == "settled", "the refund is done")
    rows = [row for row in counter.ledger() if row["mdtrt_id"] and row["setl_id"] == settlement["settlement_id"]]
    require(not rows[0]["live"], "the original no longer counts")
    counter.teller.refund(settlement["amounts"], back)


def until(counter: Counter, visit_id: str, done: Callable[[Json], bool], seconds: int) -> Json:
    """Ask for the visit until it says so; bounded."""
    for _ in range(seconds * 2):
        body = expect(counter.call("GET", f"/v1/visits/{visit_id}"), 200, 202)
        if done(body):
            return body
        time.sleep(0.5)
    raise Unexpected(f"visit {visit_id}: not within {seconds} s")


def until_settled(counter: Counter, visit: Json, seconds: int) -> Json:
    """Try again as the answer says, until the window is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = counter.call("POST", f"/v1/visits/{visit['visit_id']}/settle", {})
        if answer.status_code == 200:
            return expect(answer, 200)
        expect(answer, 503)
        time.sleep(min(1.0, float(answer.headers["Retry-After"])))
    raise Unexpected("still held back after the window")


SCENES = (several_diseases, emergency, trauma, not_filed, lost_answer, lost_request, maintenance, refund)
