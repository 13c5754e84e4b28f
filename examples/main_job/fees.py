"""Fee lines from a CSV file, as a HIS exports them. Amounts stay text: the gateway judges them."""

import csv
from pathlib import Path

COLUMNS = ("line_no", "code", "local_code", "name", "quantity", "unit_price", "amount", "disease_code")
DATA = Path(__file__).parent.parent / "data"


class UnreadableFile(ValueError):
    """The file is no fee file; one sentence says why and where."""


def read_lines(path: Path) -> list[dict[str, str | None]]:
    """The lines of a fee file (UTF-8, header as in COLUMNS). Raises UnreadableFile; nothing is sent then."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableFile(f"{path.name}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path.name}: not UTF-8 text (byte {error.start})") from None
    rows = csv.reader(text.splitlines())
    header = next(rows, [])
    if missing := [name for name in COLUMNS if name not in header]:
        raise UnreadableFile(f"{path.name}, line 1: column {missing[0]} is missing")
    lines: list[dict[str, str | None]] = []
    for number, row in enumerate(rows, start=2):
        if not row:
            continue
        if len(row) != len(header):
            raise UnreadableFile(f"{path.name}, line {number}: {len(row)} columns, expected {len(header)}")
        named = dict(zip(header, row, strict=True))
        lines.append({name: named[name].strip() or None for name in COLUMNS})
    if not lines:
        raise UnreadableFile(f"{path.name}: no fee lines")
    return lines
