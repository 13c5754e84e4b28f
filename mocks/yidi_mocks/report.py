"""The conformance report: did the caller behave? Read from the record of what came in, and nothing else."""

import html
from collections import Counter
from collections.abc import Iterable
from typing import Any

from yidi_mocks.record import Received
from yidi_mocks.visit_rules import TABLE, Forbidden
from yidi_sdk.catalogue import Effect, by_infno, row_of
from yidi_sdk.transactions import (
    QueryEncounters,
    QueryFees,
    QuerySettlement,
    ReverseTransaction,
    RevokeOutpatientSettlement,
    SettleOutpatient,
)

MONEY = frozenset({Effect.COMMIT, Effect.REVERSAL})
ORDER = frozenset(cell.cause for row in TABLE.values() for cell in row.values() if isinstance(cell, Forbidden))
UNDOES = frozenset({row_of(RevokeOutpatientSettlement).infno, row_of(ReverseTransaction).infno})
ASKS = frozenset(row_of(message).infno for message in (QueryEncounters, QuerySettlement, QueryFees))
LOST = frozenset(f"fault:{kind}" for kind in ("drop_request", "drop_reply", "hang", "cut", "garble", "html", "status"))
LINE = "  {infno:<6}{name}  收到{received} 成功{ok} 拒绝{refused} 故障{fault}"
SETTLES = row_of(SettleOutpatient).infno


def conformance(received: Iterable[Received]) -> dict[str, Any]:
    """Counts by transaction, violations in order, refusals by cause; `passed` when there is no violation."""
    rows = list(received)
    violations = [found for rule in RULES for found in rule(rows)]
    violations.sort(key=lambda violation: violation["n"])
    return {
        "passed": not violations,
        "received": len(rows),
        "by_transaction": [_counted(infno, rows) for infno in sorted({row.infno for row in rows})],
        "violations": violations,
        "refusals": dict(sorted(Counter(row.cause or "" for row in rows if row.verdict == "refused").items())),
        "faults": dict(sorted(Counter(row.verdict for row in rows if row.verdict.startswith("fault:")).items())),
    }


def _counted(infno: str, rows: list[Received]) -> dict[str, Any]:
    mine = [row for row in rows if row.infno == infno]
    known = by_infno(infno)
    return {
        "infno": infno,
        "name": known.name if known else "",
        "received": len(mine),
        "ok": sum(row.verdict == "ok" for row in mine),
        "refused": sum(row.verdict == "refused" for row in mine),
        "fault": sum(row.verdict.startswith("fault:") for row in mine),
    }


def _violation(row: Received, rule: str, about: str) -> dict[str, Any]:
    return {"n": row.n, "rule": rule, "infno": row.infno, "msgid": row.msgid, "text": about}


def _repeated_commits(rows: list[Received]) -> Iterable[dict[str, Any]]:
    """A batch settled again although the settlement before stands (done, whatever the caller heard of it)."""
    standing: dict[tuple[str, str], str | None] = {}
    for row in rows:
        key = (row.mdtrt_id, row.chrg_bchno)
        if row.infno == SETTLES and row.chrg_bchno:
            if key in standing:
                yield _violation(row, "duplicate_commit", "同一收费批次重复结算")
            if row.effect:
                standing[key] = row.setl_id
        elif row.infno in UNDOES and row.effect:
            standing = {batch: setl_id for batch, setl_id in standing.items() if not _undone(row, batch, setl_id)}


def _blind_repeats(rows: list[Received]) -> Iterable[dict[str, Any]]:
    """A batch sent again after its answer was lost, without asking what had become of it."""
    doubtful: set[tuple[str, str, str]] = set()
    for row in rows:
        key = (row.psn_no, row.mdtrt_id, row.chrg_bchno)
        if row.infno == SETTLES and row.chrg_bchno:
            if key in doubtful:
                yield _violation(row, "blind_repeat", "结果未知时未查询即再次结算")
            doubtful.discard(key)
            if row.verdict in LOST:
                doubtful.add(key)
        elif row.infno in ASKS or row.infno in UNDOES:
            doubtful = {d for d in doubtful if d[0] != row.psn_no or row.mdtrt_id not in ("", d[1])}


def _undone(row: Received, batch: tuple[str, str], setl_id: str | None) -> bool:
    """A revocation names the visit, a reversal the settlement."""
    return row.mdtrt_id == batch[0] if row.mdtrt_id else row.setl_id == setl_id


def _during_maintenance(rows: list[Received]) -> Iterable[dict[str, Any]]:
    for row in rows:
        known = by_infno(row.infno)
        if row.in_maintenance and known is not None and known.effect in MONEY:
            yield _violation(row, "sent_during_maintenance", "停机维护期间仍发送资金类交易")


def _wrong_order(rows: list[Received]) -> Iterable[dict[str, Any]]:
    for row in rows:
        if row.verdict == "refused" and row.cause in ORDER and row.cause != "no_fees_to_revoke":
            yield _violation(row, "wrong_order", row.err_msg or "")


def _repeated_ids(rows: list[Received]) -> Iterable[dict[str, Any]]:
    for row in rows:
        if row.cause == "duplicate_msgid":
            yield _violation(row, "duplicate_msgid", row.err_msg or "")


RULES = (_repeated_commits, _blind_repeats, _during_maintenance, _wrong_order, _repeated_ids)


def as_text(found: dict[str, Any]) -> str:
    """For people, in a terminal."""
    lines = [f"一致性报告 conformance report: {'通过 passed' if found['passed'] else '不通过 failed'}", ""]
    lines += [LINE.format(**row) for row in found["by_transaction"]]
    lines += ["", f"违反 violations: {len(found['violations'])}"]
    lines += [f"  #{v['n']} {v['rule']} {v['infno']} {v['msgid']} {v['text']}" for v in found["violations"]]
    lines += ["", "拒绝 refusals:"] + [f"  {cause}: {count}" for cause, count in found["refusals"].items()]
    return "\n".join(lines) + "\n"


def as_html(found: dict[str, Any]) -> str:
    """One page, no outside request."""

    def table(heads: tuple[str, ...], rows: list[dict[str, Any]]) -> str:
        top = "".join(f"<th>{html.escape(head)}</th>" for head in heads)
        cells = ("".join(f"<td>{html.escape(str(row[head]))}</td>" for head in heads) for row in rows)
        return f"<table><tr>{top}</tr>{''.join(f'<tr>{cell}</tr>' for cell in cells)}</table>"

    verdict = "通过 passed" if found["passed"] else "不通过 failed"
    counts = table(("infno", "name", "received", "ok", "refused", "fault"), found["by_transaction"])
    wrong = table(("n", "rule", "infno", "msgid", "text"), found["violations"])
    style = "<style>body{font-family:sans-serif}td,th{border:1px solid #999;padding:2px 8px}</style>"
    head = f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>yidi-hub</title>{style}</head>'
    return f"{head}<body><h1>一致性报告：{verdict}</h1>{counts}<h2>违反 violations</h2>{wrong}</body></html>"
