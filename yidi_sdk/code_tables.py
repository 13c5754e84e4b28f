"""Code tables that the platform gave, kept in one plain file beside the shipped ones.

Each table carries its version, when it was fetched, from what, and a checksum. The file is replaced as a whole or not
at all. A table that is damaged is not used: the shipped one is, and the reader is told so. To fetch one:
`flows.refresh_code_set` (dictionary query) or `flows.download_code_set` (catalogue download).
"""

import hashlib
import json
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from yidi_sdk.codes import CODE_SETS

FORMAT = 1
CHECKSUM = "checksum"
DAMAGED = (
    "本地代码表{which}已损坏，改用随软件发布的代码表，请重新下载"
    " / the local code table{which} is damaged: the shipped one is used, fetch it again"
)
UNREADABLE = (
    "本地代码表文件读不出（{kind}），改用随软件发布的代码表"
    " / the file of local code tables cannot be read ({kind}): the shipped ones are used"
)


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One table as the platform has it: `values` maps code to label; `fetched_at` carries its offset; `source` is the
    number of the transaction. ValueError for a table without values or a time without offset."""

    name: str
    values: Mapping[str, str]
    version: str
    fetched_at: datetime
    source: str

    def __post_init__(self) -> None:
        if not self.name or not self.values or not all(self.values):
            raise ValueError("a code table has a name and values")
        if self.fetched_at.tzinfo is None:
            raise ValueError("the time of a code table carries its offset")

    @property
    def evidence(self) -> str:
        """What the values rest on, for people."""
        version = f" version {self.version}" if self.version else ""
        return f"the platform's own ({self.source}{version}, fetched {self.fetched_at.isoformat(timespec='seconds')})"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file holds: the tables that are whole, and one sentence for everything that is not."""

    tables: Mapping[str, CodeTable] = field(default_factory=dict[str, CodeTable])
    damage: tuple[str, ...] = ()


class TableFile:
    """The file. Threads may share it; of two processes that keep at the same moment the later one wins."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()

    def read(self) -> Kept:
        """Every whole table. A file that is not there yet holds none and is no damage."""
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return Kept()
        except OSError as error:
            return Kept(damage=(UNREADABLE.format(kind=type(error).__name__),))
        return _read(raw)

    def use(self) -> Kept:
        """Put every whole table over the shipped one, for this process: what is sent is checked against it, and labels
        and reports come from it. Call it when the program starts and after `keep`."""
        kept = self.read()
        for table in kept.tables.values():
            CODE_SETS.renew(table.name, table.values, table.evidence)
        return kept

    def keep(self, tables: Iterable[CodeTable]) -> None:
        """Add or replace tables. Raises OSError; the file is then as it was before."""
        with self._lock:
            merged = {**self.read().tables, **{table.name: table for table in tables}}
            content = {"format": FORMAT, "tables": [_written(table) for table in merged.values()]}
            _replace(self._path, json.dumps(content, ensure_ascii=False, indent=1).encode())


def _replace(path: Path, content: bytes) -> None:
    """All of it or nothing, also when the power fails in between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _written(table: CodeTable) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": table.name,
        "version": table.version,
        "fetched_at": table.fetched_at.isoformat(),
        "source": table.source,
        "values": dict(table.values),
    }
    return {**entry, CHECKSUM: _checksum(entry)}


def _checksum(entry: Mapping[str, Any]) -> str:
    """Over everything but itself; the order of the values belongs to it."""
    told = json.dumps({**entry, CHECKSUM: ""}, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _read(raw: bytes) -> Kept:
    try:
        content: Any = json.loads(raw)
        if content["format"] != FORMAT:
            return Kept(damage=(DAMAGED.format(which=""),))
        entries = list(content["tables"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return Kept(damage=(DAMAGED.format(which=""),))
    tables: dict[str, CodeTable] = {}
    damage: list[str] = []
    for entry in entries:
        table = _table(entry)
        if table is None:
            damage.append(DAMAGED.format(which=_which(entry)))
        else:
            tables[table.name] = table
    return Kept(tables, tuple(damage))


def _table(entry: Any) -> CodeTable | None:
    try:
        if entry[CHECKSUM] != _checksum(entry):
            return None
        return CodeTable(
            name=entry["name"],
            values={str(value): str(label) for value, label in entry["values"].items()},
            version=entry["version"],
            fetched_at=datetime.fromisoformat(entry["fetched_at"]),
            source=entry["source"],
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _which(entry: Any) -> str:
    """The name of a damaged table where it is still one of ours; nothing else of it is shown."""
    name: object = cast("dict[str, Any]", entry).get("name") if isinstance(entry, dict) else None
    return f" {name} " if isinstance(name, str) and name in CODE_SETS else ""
