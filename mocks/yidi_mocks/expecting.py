"""Asking what came in, as a test does; when it did not come, what came closest and how it differs."""

from collections.abc import Callable
from typing import Any

Row = dict[str, Any]
FIELDS = (
    "infno",
    "msgid",
    "psn_no",
    "mdtrt_id",
    "chrg_bchno",
    "setl_id",
    "med_type",
    "verdict",
    "cause",
    "effect",
    "err_msg",
    "in_maintenance",
    "bytes_sha256",
    "n",
    "at",
)
WORTH = {"infno": 4, "mdtrt_id": 3, "psn_no": 3, "chrg_bchno": 2}
SHOWN = 3


class NotReceived(AssertionError):
    """What was expected did not come in. The text names the closest messages and how they differ."""


class ReceivedLog:
    """The record of a hub. Fields are those of /_hub/received; `...` stands for any value that is there."""

    def __init__(self, fetch: Callable[[dict[str, str]], list[Row]]) -> None:
        self._fetch = fetch

    def __call__(self, **filters: str) -> list[Row]:
        """The rows that have these values, in order."""
        return self._fetch(filters)

    def expect(self, **fields: Any) -> Row:
        """The one message with these fields. Raises NotReceived for none and for several."""
        [row] = self.expect_count(1, **fields)
        return row

    def expect_none(self, **fields: Any) -> None:
        """Raises NotReceived when such a message came in."""
        self.expect_count(0, **fields)

    def expect_count(self, count: int, **fields: Any) -> list[Row]:
        """Exactly so many messages with these fields, in order. Raises NotReceived."""
        if strange := set(fields) - set(FIELDS):
            raise TypeError(f"no field {', '.join(sorted(strange))}; there are {', '.join(FIELDS)}")
        rows = self._fetch({})
        found = [row for row in rows if not differences(row, fields)]
        if len(found) != count:
            raise NotReceived(sentence(count, fields, found, rows))
        return found

    def expect_order(self, *infnos: str) -> list[Row]:
        """These transactions, one after the other, others between them do not matter. Raises NotReceived."""
        rows = self._fetch({})
        found: list[Row] = []
        place = 0
        for infno in infnos:
            after = next((at for at in range(place, len(rows)) if rows[at]["infno"] == infno), None)
            if after is None:
                came = " ".join(row["infno"] for row in rows) or "nothing"
                done = " ".join(infnos[: len(found)]) or "the beginning"
                raise NotReceived(f"no {infno} after {done}; in order there came: {came}")
            found.append(rows[after])
            place = after + 1
        return found


def differences(row: Row, fields: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field to (wanted, received), for those that differ."""
    wanted = {name: value for name, value in fields.items() if value is not ... or row.get(name) in (None, "")}
    return {name: (value, row.get(name)) for name, value in wanted.items() if not _same(value, row.get(name))}


def sentence(count: int, fields: dict[str, Any], found: list[Row], rows: list[Row]) -> str:
    """What was wanted, how many came, and what came closest."""
    wanted = ", ".join(f"{name}={_told(value)}" for name, value in fields.items()) or "any message"
    lines = [f"expected {count} with {wanted}; received {len(found)} of {len(rows)} messages in all"]
    if len(found) > count:
        return "\n".join([*lines, *(f"  {shown(row)}" for row in found[: SHOWN + count])])
    if not rows:
        return f"{lines[0]}: nothing came in. Is the address right?"
    near = sorted((row for row in rows if row not in found), key=lambda row: _distance(row, fields))
    for place, row in enumerate(near[:SHOWN]):
        lines.append(f"  {'closest' if place == 0 else 'then'}: {shown(row)}")
        for name, (value, was) in differences(row, fields).items():
            lines.append(f"    {name}: wanted {_told(value)}, was {was!r}{_hint(value, was)}")
    return "\n".join(lines)


def shown(row: Row) -> str:
    """One row in a line."""
    told = [f"#{row['n']} {row['infno'] or '?'} {row['verdict']}"]
    told += [f"{name}={row[name]}" for name in ("mdtrt_id", "chrg_bchno", "setl_id") if row.get(name)]
    return " ".join([*told, *([str(row["err_msg"])] if row.get("err_msg") else [])])


def _distance(row: Row, fields: dict[str, Any]) -> tuple[int, int]:
    return sum(WORTH.get(name, 1) for name in differences(row, fields)), int(row["n"])


def _same(wanted: Any, was: Any) -> bool:
    if isinstance(wanted, (set, frozenset, tuple, list)):
        several: Any = wanted  # pyright: ignore[reportUnknownVariableType] - of any kind
        return any(_same(one, was) for one in several)
    return bool(wanted == was)


def _told(value: Any) -> str:
    return "anything" if value is ... else repr(value)


def _hint(wanted: Any, was: Any) -> str:
    if isinstance(wanted, str) and isinstance(was, str) and was and wanted != was:
        if wanted.strip().lower() == was.strip().lower():
            return " (only spaces or case differ)"
        if wanted in was or was in wanted:
            return " (one is a part of the other)"
    if str(wanted) == str(was):
        return f" (a {type(was).__name__}, not a {type(wanted).__name__})"
    return ""
