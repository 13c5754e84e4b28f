"""What the gateway adds to a settlement, counted in single durable commits of the same disk."""

import secrets
import sqlite3
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from tests.bench import material
from tests.bench.hub import HUB
from tests.bench.measuring import Axis, Figure
from tests.bench.programs import NotStarted, program
from yidi_sdk.client import Client
from yidi_sdk.flows import BasketPlan, DiagnosisPlan, LinePlan, VisitPlan, open_basket, run, settlement
from yidi_sdk.rules.money import Amounts
from yidi_sdk.transactions import GetPerson, OutpatientTrial, SettleOutpatient

ADDED = Axis(
    "gateway, added latency", "through the gateway minus direct", "its durable commits, one by one", "s", "<=", 1.8
)
ROUNDS = 15
AT_MOST_S = 40
GATEWAY = "from yidi_gateway.cli import main; main()"
ID_NUMBER = "530102198803150001"
BEIJING = timezone(timedelta(hours=8))
CONFIG = """\
[platform]
url = "{hub}"
[institution]
code = "H50010300001"
name = "示例市人民医院(虚构)"
division = "500103"
[journal]
url = "sqlite:///{folder}/yidi.db"
[access]
callers = [{{ id = "his", key_file = "his.key", scopes = ["query", "settle"] }}]
[log]
level = "warning"
"""


def measure(folder: Path) -> Iterator[Figure]:
    """Both sides talk to the same hub; commits are counted in the journal's own write-ahead log."""
    key = secrets.token_hex(32)
    (folder / "his.key").write_text(key)
    (folder / "his.key").chmod(0o400)
    config = folder / "gateway.toml"
    try:
        with ExitStack() as stack:
            hub = stack.enter_context(program("hub ready", folder / "hub-of-gateway.log", *HUB))
            config.write_text(CONFIG.format(hub=hub, folder=folder.as_posix()), encoding="utf-8")
            serve = ("-c", GATEWAY, "serve", "--config", str(config), "--port", "0")
            gateway = stack.enter_context(program("gateway ready", folder / "gateway.log", *serve))
            his = stack.enter_context(
                httpx.Client(base_url=gateway, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=30)
            )
            client = stack.enter_context(
                Client(hub, institution=material.HOSPITAL, operator=material.OPERATOR, msgids=numbers())
            )
            client.sign_in()
            yield figure(his, client, hub, folder)
    except NotStarted as error:
        yield ADDED.skipped(str(error))


def figure(his: httpx.Client, client: Client, hub: str, folder: Path) -> Figure:
    through: list[float] = []
    direct: list[float] = []
    one: list[float] = []
    counts: list[int] = []
    database = single_commits(folder / "single.db")
    sent = 0
    begun = time.monotonic()
    for turn in range(ROUNDS):
        if turn > 1 and time.monotonic() - begun > AT_MOST_S:
            break
        visit = opened(his, turn)
        sent = messages(hub)
        before = commits(folder / "yidi.db-wal")
        through.append(settled(his, visit, turn))
        after = commits(folder / "yidi.db-wal")
        if before is not None and after is not None and before[0] == after[0]:
            counts.append(after[1] - before[1])
        sent = messages(hub) - sent
        message, division = tried(client, turn)
        at = time.perf_counter()
        client.send(message, insured_division=division)
        direct.append(time.perf_counter() - at)
        one += [commit(database) for _ in range(20)]
    database.close()
    if not counts:
        return ADDED.skipped("the journal's write-ahead log shows no commits")
    number = int(median(counts))
    added, each = median(through) - median(direct), median(one)
    told = f"gateway: {median(through) * 1000:.1f} ms with {sent} messages to the platform, direct: {median(direct) * 1000:.1f} ms"
    return ADDED.figure(added, each * number, note=f"{told} with 1; {number} commits of {each * 1000:.2f} ms")


def numbers() -> Iterator[str]:
    """Message numbers that the gateway's counter, for the same hospital in the same second, cannot make."""
    return (f"DIRECT{number:024d}" for number in count(1))


def messages(hub: str) -> int:
    """How many the hub has received."""
    return len(httpx.get(f"{hub}/_hub/received", trust_env=False).json()["items"])


def opened(his: httpx.Client, turn: int) -> str:
    now = datetime.now(BEIJING).replace(microsecond=0)
    line = {"code": "XC08CAA001B002010100001", "local_code": "10020", "name": "氨氯地平片", "disease_code": "M03900"}
    amounts = {"quantity": "2", "unit_price": "12.30", "amount": "24.60"}
    body: dict[str, Any] = {
        "visit_no": f"BENCH-{turn}",
        "kind": "chronic",
        "credential": {"kind": "id_card", "value": ID_NUMBER, "card_sn": None},
        "emergency": False,
        "trauma": False,
        "started_at": now.isoformat(),
        "department": {"code": "A03", "name": "内科"},
        "doctor": {"code": "D500103000001", "name": "示例医师"},
        "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
        "lines": [{"line_no": "1", **line, **amounts, "prescribed_at": now.isoformat()}],
    }
    answer = his.post("/v1/visits", json=body, headers={"Idempotency-Key": f"bench-open-{turn}"})
    answer.raise_for_status()
    visit_id: str = answer.json()["visit_id"]
    return visit_id


def settled(his: httpx.Client, visit_id: str, turn: int) -> float:
    """Seconds of one settlement through the gateway."""
    begun = time.perf_counter()
    answer = his.post(f"/v1/visits/{visit_id}/settle", json={}, headers={"Idempotency-Key": f"bench-settle-{turn}"})
    spent = time.perf_counter() - begun
    answer.raise_for_status()
    if [basket["state"] for basket in answer.json()["baskets"]] != ["settled"]:
        raise AssertionError(f"not settled: {answer.text}")
    return spent


def tried(client: Client, turn: int) -> tuple[SettleOutpatient, str]:
    """A basket opened straight at the hub; what is left is its settlement."""
    person = client.send(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no=ID_NUMBER))
    insurance = person.insuinfo[0]
    now = datetime.now(BEIJING)
    visit = VisitPlan(
        psn_no=person.baseinfo.psn_no,
        insutype=insurance.insutype,
        cert_type="02",
        cert_no=ID_NUMBER,
        started_at=now,
        department_code="A03",
        department_name="内科",
        doctor_code="D500103000001",
        doctor_name="示例医师",
        diagnoses=(DiagnosisPlan("I10.x00", "高血压", main=True),),
        category="A03",
    )
    total = Decimal("24.60")
    line = LinePlan("1", "XC08CAA001B002010100001", "10020", "氨氯地平片", Decimal(2), Decimal("12.30"), total, now)
    basket = BasketPlan(f"DIRECT-{turn}", "0001", "14", "M03900", total, (line,))
    ready = run(client, open_basket(visit, basket), insured_division=insurance.insuplc_admdvs)
    return settlement(visit, basket, ready.mdtrt_id, amounts(ready.trial)), insurance.insuplc_admdvs


def amounts(trial: OutpatientTrial) -> Amounts:
    """The trial's amounts in our own words."""
    told = trial.setlinfo
    return Amounts(
        total=told.medfee_sumamt,
        in_scope=told.inscp_scp_amt,
        class_b_first=told.preselfpay_amt,
        over_limit=told.overlmt_selfpay,
        self_paid=told.fulamt_ownpay_amt,
        fund=told.fund_pay_sumamt,
        account=told.acct_pay,
        cash=told.psn_cash_pay,
    )


def single_commits(path: Path) -> sqlite3.Connection:
    """A database with the journal's own durability."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT)")
    return database


def commit(database: sqlite3.Connection) -> float:
    """Seconds of one row in one durable commit."""
    begun = time.perf_counter()
    database.execute("INSERT INTO row (text) VALUES (?)", ("x" * 500,))
    return time.perf_counter() - begun


def commits(log: Path) -> tuple[bytes, int] | None:
    """Generation and commits of a SQLite write-ahead log: frames that carry a database size. None without a log."""
    try:
        raw = log.read_bytes()
    except FileNotFoundError:
        return None
    if len(raw) < 32:  # the log's header
        return None
    page = struct.unpack(">I", raw[8:12])[0]
    salts = raw[16:24]
    count = 0
    for at in range(32, len(raw) - 24 - page + 1, 24 + page):
        if raw[at + 8 : at + 16] != salts:
            break
        count += struct.unpack(">I", raw[at + 4 : at + 8])[0] > 0
    return salts, count
