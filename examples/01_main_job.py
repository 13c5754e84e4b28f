"""The main job, end to end, over HTTP: a chronic visit split by disease, and what happens when things go wrong.

    python examples/01_main_job.py [--json] [--keep] [--fees FILE.csv]

Starts a mock hub and a gateway of its own on free loopback ports, with a throw-away journal; stops both at the end.
"""

import argparse
import json
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from main_job.fees import DATA, UnreadableFile, read_lines
from main_job.running import Running, hub_and_gateway
from main_job.scenes import SCENES, Counter, Unexpected
from main_job.telling import Teller

QUIET_S = 6
"""Shortened for the demo: how long after sending a "no" of the platform is believed. The default is 150 s."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--keep", action="store_true", help="leave hub and gateway running until Ctrl-C")
    fees = DATA / "fees_hypertension_diabetes.csv"
    parser.add_argument("--fees", type=Path, default=fees, help="fee lines of scene a (CSV)")
    options = parser.parse_args()
    try:
        read_lines(options.fees)
    except UnreadableFile as error:
        print(f"{error}; nothing was sent", file=sys.stderr)
        return 2
    began = time.monotonic()
    teller = Teller()
    with hub_and_gateway(QUIET_S) as running:
        counter = Counter(running, teller, DATA, options.fees)
        try:
            for scene in SCENES:
                teller.scene((scene.__doc__ or scene.__name__).strip())
                scene(counter)
        except Unexpected as error:
            print(f"not as promised: {error}", file=sys.stderr)
            return 1
        result = account(running, counter, time.monotonic() - began)
        teller.scene("账目")
        teller.totals(result)
        if options.json:
            print(json.dumps(result, ensure_ascii=False))
        if options.keep:
            keep(running)
    return 0 if result["hub_equals_journal"] and result["unknown"] == 0 else 1


def account(running: Running, counter: Counter, seconds: float) -> dict[str, Any]:
    """The figures, each read back from the hub's ledger and the gateway's journal."""
    ledger = counter.ledger()
    live = [row for row in ledger if row["live"]]
    journal = settlements(running)
    words = [row["state"] for row in journal]
    visits = {row["visit_id"] for row in journal if row["visit_id"]}
    hub_side = {(row["setl_id"], row["medfee_sumamt"], row["fund_pay_sumamt"], row["psn_cash_pay"]) for row in live}
    undone = {row["refund_of"] for row in journal if row["refund_of"] and row["state"] == "settled"}
    ours = [r for r in journal if r["state"] == "settled" and not r["refund_of"] and r["submission_id"] not in undone]
    our_side = {
        (
            row["settlement"]["settlement_id"],
            row["settlement"]["amounts"]["total"],
            row["settlement"]["amounts"]["fund"],
            row["settlement"]["amounts"]["cash"],
        )
        for row in ours
    }
    return {
        "settled": len(live),
        "failed": words.count("failed"),
        "unknown": words.count("pending"),
        "reversed": sum(not row["live"] for row in ledger if Decimal(row["medfee_sumamt"]) > 0),
        "visits": len(visits),
        "baskets": len({(row["visit_id"], row["basket_id"]) for row in journal}),
        "total": str(sum((Decimal(row["medfee_sumamt"]) for row in live), Decimal("0.00"))),
        "fund": str(sum((Decimal(row["fund_pay_sumamt"]) for row in live), Decimal("0.00"))),
        "cash": str(sum((Decimal(row["psn_cash_pay"]) for row in live), Decimal("0.00"))),
        "lost_reply_recovered": counter.seen.get("lost_reply_recovered", False),
        "maintenance_shown": counter.seen.get("maintenance_shown", False),
        "hub_equals_journal": hub_side == our_side,
        "seconds": round(seconds, 1),
    }


def settlements(running: Running) -> list[dict[str, Any]]:
    """Every settlement and refund of the journal, page by page."""
    rows: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = running.gateway.get("/v1/submissions", params={"cursor": cursor} if cursor else {}).json()
        rows += [row for row in page["items"] if row["infno"] in ("2207", "2208")]
        cursor = page["next"]
        if cursor is None:
            return rows


def keep(running: Running) -> None:
    print(f"hub {running.hub_url}\ngateway {running.gateway_url}\nAPI {running.gateway_url}/docs\nCtrl-C stops both")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    sys.exit(main())
