"""One course through everything the hub answers, on a hub of this process whose clock stands still: each of the 90
transactions is accepted at least once, on a day of hospital and office. What came of every message is kept.

A message that was accepted is one that the world was ready for: the hub's state before and after is compared, and the same
bytes are put to a hub that has seen nothing, to learn whether the answer came from what happened before.
"""

import asyncio
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any

from mocks.conftest import Cashier
from mocks.sale import CODE as PHARMACY
from mocks.sale import Pharmacy
from mocks.test_filings import disease, institution, referral
from mocks.test_institutions import asked, match, order, unmatch
from mocks.test_lists import NOT_IN_A, key, listed, state
from mocks.test_self_pay import WHO, line, lines, stay, stay_line, visit
from mocks.test_self_pay import key as self_pay_key
from mocks.ward import Ward

from yidi_mocks import answers
from yidi_mocks.clock import Clock
from yidi_mocks.control import Control
from yidi_mocks.exchange import SINGLE_PATH, Exchange
from yidi_mocks.plugin import RunningHub
from yidi_sdk import wire

BEGIN = datetime.fromisoformat("2026-11-10T09:00:00+08:00")
UNSEEN = frozenset({"shown", "serial", "version", "shared"})  # caches and counters: no state of the platform


@dataclass(frozen=True)
class Seen:
    """One message and what came of it. `told`: output or refusal text, without the ids and times of the envelope."""

    infno: str
    raw: bytes
    seconds: float
    accepted: bool
    cause: str | None
    moved: bool
    told: Any


class Door(RunningHub):
    """A hub of this process: its control door without a network."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__("http://127.0.0.1:1")
        self.exchange = exchange
        self._app = Control(exchange).app()

    def control(self, path: str, body: Any = None, method: str | None = None) -> Any:
        place, _, query = path.partition("?")
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"" if body is None else json.dumps(body).encode()}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method or ("GET" if body is None else "POST"),
            "path": f"/_hub{place}",
            "query_string": query.encode(),
            "headers": [],
            "client": ("127.0.0.1", 1),
        }
        asyncio.run(self._app(scope, receive, send))
        raw = b"".join(message.get("body", b"") for message in sent)
        assert sent[0]["status"] < 300, raw
        return json.loads(raw) if raw else None


class Desk(Cashier):
    """A cashier at that hub, who keeps what she saw."""

    def __init__(self) -> None:
        self.exchange = new_hub()
        self.seen: list[Seen] = []
        super().__init__(Door(self.exchange))

    def post(self, raw: bytes, path: str = SINGLE_PATH) -> tuple[int, bytes]:
        before = digest(self.exchange)
        body = self.exchange.perform(self.exchange.admit(raw, path))
        row = self.exchange.received[-1]
        moved, told = digest(self.exchange) != before, told_by(body)
        seconds = self.exchange.clock.seconds()
        self.seen.append(Seen(row.infno, raw, seconds, row.verdict == "ok", row.cause, moved, told))
        return 200, body

    def fetch(self, nodes: dict[str, Any]) -> bytes:
        """A download, which is answered without an envelope."""
        return self.post(wire.dumps(self.envelope("9102", nodes)))[1]


def new_hub() -> Exchange:
    """Nothing has happened, and no time passes."""
    answers.register_all()
    return Exchange(clock=Clock(BEGIN.timestamp))


def told_by(body: bytes) -> Any:
    """What an answer says beyond its envelope: bytes that are no envelope count as they are."""
    try:
        answer = wire.loads(body)
    except wire.NotJson:
        return body
    return answer["output"] if answer["infcode"] == 0 else answer["err_msg"]


def answer_of_a_new_hub(seen: Seen) -> Any:
    """What a hub that has seen nothing tells at the same moment to the same bytes."""
    hub = new_hub()
    hub.clock.advance(seen.seconds - hub.clock.seconds())
    hub.capabilities.sign_required = False
    return told_by(hub.perform(hub.admit(seen.raw, SINGLE_PATH)))


def digest(hub: Exchange) -> bytes:
    """All of the world and the sessions as one number of 32 bytes."""
    found = sha256()
    for piece in _pieces((hub.world, hub.sessions), {}):
        found.update(piece.encode())
    return found.digest()


def _pieces(value: Any, met: dict[int, int]) -> Iterator[str]:
    if value is None or isinstance(value, (str, int, float, Decimal, bytes, Enum)):
        yield repr(value)
        return
    if id(value) in met:
        yield f"#{met[id(value)]}"
        return
    met[id(value)] = len(met)
    yield type(value).__name__
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _pieces(name, met)
            yield from _pieces(inner, met)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value:
            yield from _pieces(inner, met)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in UNSEEN:
                yield from _pieces(getattr(value, field.name), met)
    else:
        names = [*getattr(value, "__dict__", ()), *getattr(type(value), "__slots__", ())]
        for name in names:
            if name not in UNSEEN:
                yield from _pieces(getattr(value, name, None), met)


def run() -> Desk:
    """The whole course."""
    desk = Desk()
    desk.sign_in()
    published(desk)
    filings(desk)
    outpatient(desk)
    lists(desk)
    at_once(desk)
    ward(desk)
    self_pay(desk)
    office(desk)
    desk.ok("9002", {"signOut": {"sign_no": desk.sign_no, "opter_no": "op001"}})
    return desk


def published(desk: Desk) -> None:
    """Tables, institutions, matches, review."""
    desk.hub.control("/world/institutions/H50010300777", {"name": "新示例医院", "division": "500103"}, "PUT")
    desk.ok("1201", {"medinsinfo": {"fixmedins_type": "1", "fixmedins_code": "H50010300777"}})
    desk.ok(
        "1901",
        {"data": {"type": "med_type", "parentValue": "", "admdvs": "500103", "date": desk.today(), "valiFlag": "1"}},
    )
    desk.ok("5101", {})
    desk.ok("5102", {"data": {"prac_psn_type": "1"}})
    desk.ok("3301", match(desk))
    desk.ok("3302", unmatch(desk))
    desk.ok("3101", asked(desk, order("1"), order("2")))
    desk.ok("3102", asked(desk, order("1"), order("2")))


def filings(desk: Desk) -> None:
    """What can be filed, is seen by the queries, and goes again."""
    desk.serve("not_filed")
    data = {"psn_no": desk.psn_no}
    number = desk.ok("2501", referral(desk))["result"]["trt_dcla_detl_sn"]
    desk.ok("2502", {"data": {**data, "trt_dcla_detl_sn": number, "memo": "患者放弃转院"}})
    desk.ok("2501A", referral(desk))
    ill = desk.ok("2503", disease(desk))["result"]["trt_dcla_detl_sn"]
    chosen = desk.ok("2505", institution(desk))["result"]["trt_dcla_detl_sn"]
    about = {"insutype": desk.insutype, "fixmedins_code": desk.code, "med_type": "11"}
    desk.ok("2001", {"data": {**data, **about, "begntime": f"{desk.today()} 09:00:00"}})
    desk.ok("5301", {"data": data})
    desk.ok("5302", {"data": data})
    desk.ok("5304", {"data": {**data, "begntime": desk.today(), "endtime": f"{desk.today()} 23:59:59"}})
    desk.ok("1160", {"data": {**data, "med_type": "14"}})
    desk.ok("5360", {"data": data})
    withdrawn = {**data, "memo": "录入有误"}
    desk.ok("2504", {"data": {**withdrawn, "trt_dcla_detl_sn": ill}})
    desk.ok("2506", {"data": {**withdrawn, "trt_dcla_detl_sn": chosen}})


def outpatient(desk: Desk) -> None:
    """Visits: registered, told, charged, tried, settled, asked about, undone."""
    desk.serve("filed_hypertension")
    desk.ok("5401", {"bilgiteminfo": {"psn_no": desk.psn_no}})
    report = {"psn_no": desk.psn_no, "rpotc_no": "RPT-LAB-0001", "fixmedins_code": "H50010399901"}
    desk.ok("5402", {"rptdetailinfo": report})
    idle = desk.register("MZ0")
    desk.ok("2203", desk.encounter_nodes(idle))
    desk.ok("2202", {"data": {"mdtrt_id": idle, "psn_no": desk.psn_no, "ipt_otp_no": "MZ0"}})
    first, batch = desk.basket("MZ1", "M03900")
    desk.ok("2205", {"data": {"mdtrt_id": first, "chrg_bchno": batch, "psn_no": desk.psn_no}})
    desk.charge(first, batch, desk.line(first, batch, "MZ1-2", dise_codg="M03900"))
    desk.ok("2206A", {"data": desk.trial_data(first, batch, "100.00", "14")})
    info = desk.settle(first, batch, "100.00", "14")["setlinfo"]
    named = {"psn_no": desk.psn_no, "mdtrt_id": first}
    period = {"psn_no": desk.psn_no, "begntime": f"{desk.today()} 00:00:00", "endtime": f"{desk.today()} 23:59:59"}
    desk.ok("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": desk.id_number}})
    desk.ok("5201", {"data": {**period, "med_type": "14"}})
    desk.ok("5202", {"data": named})
    desk.ok("5203", {"data": {**named, "setl_id": info["setl_id"]}})
    desk.ok("5204", {"data": named})
    desk.ok("5205", {"data": period})
    desk.ok("5206", {"data": {"psn_no": desk.psn_no}})
    desk.ok("5260", {"data": {**named, "setl_id": info["setl_id"]}})
    desk.ok("5261", {"data": period})
    second, batch = desk.basket("MZ2")
    msgid = "COURSE-TO-BE-REVERSED"
    desk.ok("2207A", {"data": desk.settle_data(second, batch, "100.00")}, msgid=msgid)
    desk.ok("2601", {"data": {"psn_no": desk.psn_no, "omsgid": msgid, "oinfno": "2207A"}})
    desk.ok("2208", {"data": {**named, "setl_id": info["setl_id"]}})


def lists(desk: Desk) -> None:
    """The list of a settlement."""
    desk.serve("filed_hypertension")
    one, batch = desk.register("MZ3"), "PC-MZ3"
    desk.describe(one, "14", "M03900")
    codes = ("XB01AAA0001", "XC09AAA001", "ZF00001")
    amounts = ("100.00", "60.00", "40.00")
    desk.charge(
        one,
        batch,
        *(
            desk.line(one, batch, f"MZ3-{n}", amount, dise_codg="M03900", med_list_codg=code)
            for n, (amount, code) in enumerate(zip(amounts, codes, strict=True))
        ),
    )
    answer = desk.settle(one, batch, "200.00", "14")
    desk.ok("4101", listed(desk, answer))
    desk.ok("4104", {"data": {"psn_no": desk.psn_no}})
    desk.ok("4105", {"data": {"fixmedins_code": desk.code}})
    desk.ok("4102", state(desk, answer, "1"))
    desk.ok("4102", state(desk, answer, "0"))
    head = listed(desk, answer, psn_no=desk.psn_no, resp_nurs_code="N1")["setlinfo"]
    desk.ok("4101A", {"setlinfo": {name: value for name, value in head.items() if name not in NOT_IN_A}})
    desk.ok("4103", {"data": key(desk, answer)})


def at_once(desk: Desk) -> None:
    """A pharmacy's sale, and Guangdong's visit in one message."""
    hospital = desk.code
    shop = Pharmacy(desk, "filed_hypertension")
    shop.enter()
    assert desk.code == PHARMACY
    desk.ok("2101", shop.sale())
    desk.ok(*shop.undoing(shop.sell()))
    desk.code = hospital
    desk.sign_in()
    desk.ok(*shop.undoing(shop.visit()))


def ward(desk: Desk) -> None:
    """A stay and its way back, and one that stays settled."""
    clerk = Ward(desk, "filed_hypertension_diabetes")
    clerk.admit()
    clerk.charge(clerk.line("ZY1-1", "5000.00"))
    desk.ok("2403", clerk.change_nodes(adm_bed="15"))
    data = {"psn_no": desk.psn_no, "begntime": "2026-11-01 00:00:00", "endtime": "2026-11-30 23:59:59"}
    desk.ok("5303", {"data": data})
    clerk.discharge()
    desk.ok("2303", clerk.bill())
    info = clerk.settle()["setlinfo"]
    desk.ok("2305", clerk.named(setl_id=info["setl_id"]))
    desk.ok("2405", clerk.named())
    desk.ok("2302", clerk.revocation("0000"))
    desk.ok("2404", clerk.named())


def self_pay(desk: Desk) -> None:
    """A visit and a stay of somebody who pays alone."""
    desk.ok("4205", visit(desk))
    desk.ok("4206", self_pay_key(desk))
    desk.ok("4205", visit(desk))
    desk.ok("4201", {"feedetail": [line(desk, "1"), line(desk, "2", "20.00")]})
    desk.ok("4207", self_pay_key(desk))
    desk.ok("4208", {"data": {"psn_cert_type": WHO["psn_cert_type"], "certno": WHO["certno"]}})
    desk.ok("4209", self_pay_key(desk))
    desk.ok("4203", self_pay_key(desk, cplt_flag="1"))
    desk.ok("4202", stay(desk))
    desk.ok("4201A", lines(stay_line(desk, "1")))
    desk.ok("4204", {"feedetail": [self_pay_key(desk, "ZY1")["data"]]})


def office(desk: Desk) -> None:
    """A day compared, a month cleared."""
    desk.serve("filed_hypertension")
    one, batch = desk.basket("MZ4")
    info = desk.settle(one, batch, "100.00")["setlinfo"]
    day = desk.today()
    rows = desk.hub.ledger(date=day)
    of_type = [
        row
        for row in rows
        if not row["reversed"] and row["fixmedins_code"] == desk.code and row["med_type"] in ("11", "14")
    ]
    period = {"stmt_begndate": day, "stmt_enddate": day, "setl_optins": "500103", "clr_type": "11"}
    sums = {name: _sum(of_type, name) for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
    desk.ok(
        "3201",
        {"data": {**period, "insutype": "310", **sums, "fixmedins_setl_cnt": len(of_type), "refd_setl_flag": "1"}},
    )
    columns = ("setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "refd_setl_flag")
    held = [row for row in of_type if row["setl_id"] != info["setl_id"]]  # one is missing at the hospital
    text = "\n".join("\t".join(row[name] for name in columns) for row in held)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("stmt.txt", text)
    content = {"in": list(made.getvalue()), "filename": "stmt.zip", "fixmedins_code": desk.code}
    number = desk.ok("9101", {"fsUploadIn": content})["file_qury_no"]
    told = {
        "file_qury_no": number,
        "medfee_sumamt": _sum(held, "medfee_sumamt"),
        "fund_pay_sumamt": _sum(held, "fund_pay_sumamt"),
        "cash_payamt": _sum(held, "psn_cash_pay"),
        "fixmedins_setl_cnt": len(held),
    }
    file = desk.ok("3202", {"data": {**period, **told, "refd_setl_flag": "1"}})["fileinfo"]
    assert desk.fetch(
        {
            "fsDownloadIn": {
                "file_qury_no": file["file_qury_no"],
                "filename": file["filename"],
                "fixmedins_code": desk.code,
            }
        }
    ).startswith(b"PK")
    desk.ok("3209A", {"data": {"begndate": day, "enddate": day}})
    task = {"clr_begin_ymd": day, "clr_end_ymd": day, "file_qury_no": number, "upload_file_name": "d001"}
    begun = desk.ok("3211", {"data": task})["fileinfo"]["task_key"]
    desk.ok("3212", {"data": {"task_key": begun}})
    desk.hub.control("/clock", {"now": "2026-12-02T09:00:00+08:00"})
    month = {"trt_year": "2026", "trt_month": "11"}
    number = desk.ok("3203", {"data": {"clr_type": "11", "clr_way": "1", "setlym": "202611"}})["result"][
        "clr_appy_evt_id"
    ]
    desk.ok("3204", {"data": {"clr_appy_evt_id": number}})
    split = desk.ok("3260", {"data": {**month, "startrow": "1"}})["data"]
    row = next(row for row in split if row["setl_sn"] == info["setl_id"])
    names = ("certno", "mdtrt_id", "mdtrt_setl_time", "setl_sn", "medfee_sumamt", "optins_pay_sumamt")
    detail = {**{name: row[name] for name in names}, "cnfm_flag": "1"}
    desk.ok("3261", {"data": {**month, "totalrow": "1"}, "detail": [detail]}, msgid="COURSE-CONFIRMED")
    desk.ok("3262", {"data": {**month, "otransid": "COURSE-CONFIRMED"}})


def _sum(rows: list[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), Decimal("0.00"))
