"""The file of what bank or till was paid, and whether it is the cash of the settlements. Pure.

CSV with a head line; columns `settlement_id` and `amount` in yuan are needed, others stand as they are. UTF-8, with or
without a mark at its beginning. Repayments are negative.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from yidi_gateway.amounts import to_fen, to_yuan
from yidi_gateway.reconciling.lines import Line

NUMBER, AMOUNT = "settlement_id", "amount"
MOST_ROWS = 200_000
Json = dict[str, Any]


class BadPayments(ValueError):
    """The file cannot be used; says which line and why."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment for a settlement, in fen."""

    setl_id: str
    fen: int


def read_payments(content: bytes) -> tuple[Payment, ...]:
    """The payments of a file. Raises BadPayments."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadPayments("文件不是UTF-8编码 / the file is not UTF-8") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        if not {NUMBER, AMOUNT} <= set(reader.fieldnames or ()):
            raise BadPayments(f"第1行缺少列{NUMBER}或{AMOUNT} / line 1: columns {NUMBER} and {AMOUNT} are needed")
        rows: list[Payment] = []
        for row in reader:
            if len(rows) == MOST_ROWS:
                raise BadPayments(f"超过{MOST_ROWS}行 / more than {MOST_ROWS} lines")
            rows.append(_payment(dict(row), reader.line_num))
    except csv.Error:
        raise BadPayments(f"第{reader.line_num}行不是CSV / line {reader.line_num} is not CSV") from None
    return tuple(rows)


def cash_gaps(lines: Iterable[Line], payments: Sequence[Payment]) -> list[Json]:
    """Settlements whose cash is not what was paid, by number. A settlement without cash needs no payment."""
    cash: dict[str, int] = {}
    for line in lines:
        if line.setl_id is not None:
            cash[line.setl_id] = cash.get(line.setl_id, 0) + (line.fen.cash or 0)
    paid: dict[str, int] = {}
    for row in payments:
        paid[row.setl_id] = paid.get(row.setl_id, 0) + row.fen
    return [
        {"settlement_id": number, "cash": str(to_yuan(cash.get(number, 0))), "paid": str(to_yuan(paid.get(number, 0)))}
        for number in sorted(cash.keys() | paid.keys())
        if cash.get(number, 0) != paid.get(number, 0)
    ]


def _payment(row: dict[str | None, Any], line: int) -> Payment:
    number, amount = (row.get(NUMBER) or "").strip(), (row.get(AMOUNT) or "").strip()
    try:
        fen = to_fen(Decimal(amount))
    except (InvalidOperation, ValueError):
        fen = None
    if not number or fen is None or None in row:
        raise BadPayments(f"第{line}行不正确 / line {line} is not right")
    return Payment(number, fen)
