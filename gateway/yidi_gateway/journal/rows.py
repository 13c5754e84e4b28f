"""Records to rows and back: sealed columns are sealed for their place, amounts are spread over their columns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any, cast

from yidi_gateway.access.chain import EPOCH, canonical, microseconds
from yidi_gateway.access.sealing import Sealer
from yidi_gateway.clock import BEIJING
from yidi_gateway.papers import Item, Paper, PaperKind
from yidi_gateway.submission import Attempt, AuditRow, Fen, Kept, Request, SignedSession, Submission, Visit, Window

Values = dict[str, Any]
Row = Mapping[str, Any]
Record = Submission | Attempt | Request | Visit | Window | SignedSession | Kept | Paper | Item

TABLES: dict[type[Record], str] = {
    Submission: "submissions",
    Attempt: "attempts",
    Request: "requests",
    Visit: "visits",
    Window: "windows",
    SignedSession: "sessions",
    Kept: "kept",
    Paper: "papers",
    Item: "items",
}
IDS = {
    "submissions": ("id",),
    "attempts": ("msgid",),
    "requests": ("caller", "key"),
    "visits": ("id",),
    "windows": ("id",),
    "sessions": ("institution", "operator"),
    "kept": ("id",),
    "papers": ("kind", "name", "version"),
    "items": ("id",),
}
SEALED = {
    "submissions": ("psn_no", "operator", "input", "outcome"),
    "attempts": ("body", "answer"),
    "requests": ("answer",),
    "visits": ("document",),
    "windows": (),
    "sessions": ("sign_no",),
    "kept": ("operator", "input"),
    "papers": ("document",),
    "items": ("document",),
}
NAMES: dict[type[Any], tuple[str, ...]] = {
    kind: tuple(item.name for item in fields(kind)) for kind in (*TABLES, AuditRow)
}
TEXTS = frozenset({"psn_no", "operator", "sign_no"})
"""Sealed columns whose field is text."""
AMOUNTS = {"total_fen": "total", "fund_fen": "fund", "account_fen": "account", "cash_fen": "cash"}


class Rows:
    """Turns records into rows and rows into records, under one sealer."""

    def __init__(self, sealer: Sealer) -> None:
        self.sealer = sealer

    def of(self, record: Record) -> Values:
        """All columns of a record."""
        return self._packed(record, NAMES[type(record)])

    def between(self, before: Submission, after: Submission) -> Values:
        """The columns in which `after` differs."""
        return self._packed(
            after, [name for name in NAMES[Submission] if getattr(before, name) != getattr(after, name)]
        )

    def submission(self, row: Row) -> Submission:
        values = self._opened("submissions", row)
        values["fen"] = Fen(**{name: values.pop(column) for column, name in AMOUNTS.items()})
        del values["psn_index"]
        return Submission(**values)

    def attempt(self, row: Row) -> Attempt:
        return Attempt(**self._opened("attempts", row))

    def request(self, row: Row) -> Request:
        return Request(**self._opened("requests", row))

    def visit(self, row: Row) -> Visit:
        return Visit(**self._opened("visits", row))

    def kept(self, row: Row) -> Kept:
        return Kept(**self._opened("kept", row))

    def paper(self, row: Row) -> Paper:
        values = self._opened("papers", row)
        values["kind"] = PaperKind(values["kind"])
        return Paper(**values)

    def item(self, row: Row) -> Item:
        return Item(**self._opened("items", row))

    def window(self, row: Row) -> Window:
        return Window(**row)

    def session(self, row: Row) -> SignedSession:
        return SignedSession(**self._opened("sessions", row))

    def sealed(self, table: str, column: str, row_id: tuple[str, ...], value: bytes | str | None) -> bytes | None:
        """One value, sealed for its place."""
        if value is None:
            return None
        data = value.encode() if isinstance(value, str) else value
        return self.sealer.seal(data, table, column, json.dumps(row_id))

    def resealed(self, table: str, row: Row) -> Values:
        """The sealed columns of a row that an older key sealed, sealed with the newest; nothing where none did."""
        row_id = tuple(row[name] for name in IDS[table])
        old = [name for name in SEALED[table] if row[name] is not None and not self.sealer.is_newest(row[name])]
        if not old:
            return {}
        place = json.dumps(row_id)
        opened = {name: self.sealer.open(row[name], table, name, place) for name in old}
        values: Values = {name: self.sealer.seal(data, table, name, place) for name, data in opened.items()}
        if "psn_no" in opened:
            values["psn_index"] = self.sealer.blind(opened["psn_no"].decode())
        return values

    def _packed(self, record: Record, names: Sequence[str]) -> Values:
        table = TABLES[type(record)]
        values = {name: getattr(record, name) for name in names}
        if "psn_no" in values:
            values["psn_index"] = self.sealer.blind(values["psn_no"])
        row_id = tuple(getattr(record, name) for name in IDS[table])
        for column in SEALED[table]:
            if column in values:
                values[column] = self.sealed(table, column, row_id, values[column])
        if "fen" in values:
            fen: Fen = values.pop("fen")
            values |= {column: getattr(fen, name) for column, name in AMOUNTS.items()}
        return values

    def _opened(self, table: str, row: Row) -> Values:
        values = dict(row)
        row_id = json.dumps(tuple(values[name] for name in IDS[table]))
        for column in SEALED[table]:
            if values[column] is not None:
                data = self.sealer.open(values[column], table, column, row_id)
                values[column] = data.decode() if column in TEXTS else data
        return values


def event_values(row: AuditRow) -> Values:
    """The columns of an audit row."""
    values = {name: getattr(row, name) for name in NAMES[AuditRow]}
    return values | {"at": microseconds(row.at), "detail": canonical(row.detail)}


def event(row: Row) -> AuditRow:
    """The audit row. Raises ValueError or TypeError when somebody made it unreadable."""
    values = dict(row)
    for name in ("subject", "event", "before", "after", "previous_hash", "hash", "detail"):
        if not isinstance(values[name], str):
            raise TypeError(f"{name} is no text")
    at = (EPOCH + timedelta(microseconds=values.pop("at"))).astimezone(BEIJING)
    return AuditRow(at=at, detail=cast("dict[str, Any]", json.loads(values.pop("detail"))), **values)


def readable_event(row: Row) -> AuditRow | None:
    """The audit row, or None when somebody made it unreadable."""
    try:
        return event(row)
    except (ValueError, TypeError, OverflowError):
        return None
