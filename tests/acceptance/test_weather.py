"""Many tills at once in bad weather, a kill -9 in the middle: in the end the hub's ledger and the journal agree to the fen."""

import os
import random
import signal
import threading
import time
from pathlib import Path

import httpx
import pytest
from his import Json, credential_of, ledger, money_sends, post, visit_body
from main_job.running import caller, run_gateway, run_hub, write_config

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX"),
]
TILLS, EACH = 6, 6
WEATHER = [
    {"kind": "drop_reply", "infno": "2207", "where": "after_effect", "when": {"probability": 0.25}},
    {"kind": "drop_request", "infno": "2207", "where": "before_effect", "when": {"probability": 0.1}},
    {"kind": "status", "infno": "5204", "code": 502, "where": "before_effect", "when": {"probability": 0.3}},
    {"kind": "drop_reply", "infno": "2201", "where": "after_effect", "when": {"probability": 0.1}},
    {"kind": "drop_reply", "infno": "2601", "where": "after_effect", "when": {"probability": 0.3}},
    {"kind": "garble", "infno": "5203", "where": "after_effect", "when": {"probability": 0.2}},
]
PEOPLE = ["filed_hypertension", "filed_hypertension_diabetes", "retired_resettled", "account_in_fund", "tumour"]


def till(url: str, key: str, body: Json, number: str, until: float) -> None:
    """One patient: open and settle, repeating the same key until the answer is final. A broken line is tried again."""
    path, request, name = "/v1/visits", body, f"{number}-open"
    with caller(url, key) as gateway:
        while time.monotonic() < until:
            try:
                answer = post(gateway, path, request, name, patience=6)
            except httpx.TransportError:
                return  # the gateway is gone; the next one carries on by the same keys
            if answer.status_code == 201:
                path, request, name = f"/v1/visits/{answer.json()['visit_id']}/settle", {}, f"{number}-settle"
            elif answer.status_code in (202, 503):
                time.sleep(0.5)
            else:
                return


def storm(url: str, key: str, bodies: dict[str, Json], seconds: float) -> list[threading.Thread]:
    until = time.monotonic() + seconds
    threads = []
    for number in range(TILLS):
        mine = [(name, body) for name, body in bodies.items() if name.startswith(f"t{number}-")]

        def work(mine: list[tuple[str, Json]] = mine) -> None:
            for name, body in mine:
                till(url, key, body, name, until)

        threads.append(threading.Thread(target=work))
        threads[-1].start()
    return threads


@pytest.mark.requirement("R068", "R085")
def test_hub_and_journal_agree_after_bad_weather_and_a_kill(tmp_path: Path) -> None:
    dice = random.Random(20261124)
    with run_hub(tmp_path) as hub_program, httpx.Client(base_url=hub_program.url, trust_env=False, timeout=30) as hub:
        key = write_config(tmp_path, hub_program.url, quiet_s=3, commit_s=3, query_s=2)
        bodies = {
            f"t{t}-{n}": visit_body(credential_of(hub, dice.choice(PEOPLE))) for t in range(TILLS) for n in range(EACH)
        }
        for fault in WEATHER:
            assert hub.post("/_hub/faults", json=fault).status_code == 201
        with run_gateway(tmp_path) as first:
            threads = storm(first.url, key, bodies, 60)
            time.sleep(6)
            os.kill(first.process.pid, signal.SIGKILL)
            for thread in threads:
                thread.join(timeout=90)
        with run_gateway(tmp_path) as second:
            for thread in storm(second.url, key, bodies, 60):
                thread.join(timeout=90)
            hub.delete("/_hub/faults")
            with caller(second.url, key) as gateway:
                rows = settled_rows(gateway)
        live = {row["setl_id"]: row for row in ledger(hub) if row["live"]}
        sent = [m["msgid"] for m in money_sends(hub)]
    settled = {r["settlement"]["settlement_id"]: r for r in rows if r["state"] == "settled"}
    assert set(settled) == set(live)
    for number, row in settled.items():
        amounts = row["settlement"]["amounts"]
        told = (amounts["total"], amounts["fund"], amounts["account"], amounts["cash"])
        kept = live[number]
        assert told == (kept["medfee_sumamt"], kept["fund_pay_sumamt"], kept["acct_pay"], kept["psn_cash_pay"])
    assert len(sent) == len(set(sent))
    assert len(settled) >= len(bodies) // 2


def settled_rows(gateway: httpx.Client) -> list[Json]:
    """All settlements once none is pending."""
    for _ in range(240):
        rows: list[Json] = []
        cursor = None
        while True:
            page = gateway.get("/v1/submissions", params={"cursor": cursor} if cursor else {}).json()
            rows += [row for row in page["items"] if row["infno"] == "2207"]
            cursor = page["next"]
            if cursor is None:
                break
        if not any(row["state"] == "pending" for row in rows):
            return rows
        time.sleep(0.5)
    raise AssertionError("still pending")
