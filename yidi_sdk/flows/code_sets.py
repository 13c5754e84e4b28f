"""Code sets fetched from the platform: the dictionary query, and the catalogue downloads, known by their names only."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, cast

from yidi_sdk import archive
from yidi_sdk.catalogue import row_of
from yidi_sdk.code_tables import CodeTable
from yidi_sdk.codes import Flag
from yidi_sdk.errors import Garbled
from yidi_sdk.flows.detail_files import FileFlawed, rows_of
from yidi_sdk.flows.driving import Flow, ask
from yidi_sdk.flows.files import CATALOGUE_FILE, fetch_text
from yidi_sdk.transactions import GetDictionary, Raw

OFF = (Flag.NO.value,)
MOST_BYTES = 20_000_000
"""Of an archive with a catalogue: as much as an answer can have."""


def refresh_code_set(
    name: str, *, division: str, on: date, now: datetime, dictionary_type: str = "", parent: str | None = None
) -> Flow[CodeTable]:
    """1901: the values of the code set `name` in force on a day. `dictionary_type` is the platform's name for the set
    where it differs from the wire field's: no source lists those names. `now` carries its offset.

    Raises Garbled when the answer is no table: nothing valid in it, another table, or one value with two labels."""
    message = GetDictionary(
        type=dictionary_type or name, admdvs=division, date=on.isoformat(), valiFlag=Flag.YES, parentValue=parent
    )
    answer = yield from ask(message)
    rows = [row for row in answer.list if row.vali_flag not in OFF]
    if any(row.type and row.type.lower() != message.type.lower() for row in rows):
        raise Garbled("the answer to a dictionary query is another table")
    versions = [row.version for row in rows if row.version is not None]
    values = _values((row.value, row.label) for row in rows)
    return CodeTable(name, values, str(max(versions, default="")), now, row_of(message).infno)


def download_code_set(
    message: Raw,
    name: str,
    *,
    institution_code: str,
    now: datetime,
    width: int,
    code_column: int = 0,
    label_column: int = 1,
    version: str = "",
    separator: str = "\t",
) -> Flow[CodeTable]:
    """A catalogue download, then 9102: the code set `name` from the file. `message` is the download as `Raw`, such as
    `Raw("1307", {"data": {"ver": "0"}})`. What the columns of these files mean was published by nobody, so the caller
    says how many there are (`width`) and which two are meant, from 0.

    Raises FileFlawed, also when the file has not as many lines as was told, and Garbled when there is no file."""
    told = _told((yield from ask(message)).nodes)
    number = str(told.get("file_qury_no") or "")
    if not number:
        raise Garbled("the answer to a catalogue download names no file")
    content = yield from fetch_text(
        number, CATALOGUE_FILE, institution_code, most=MOST_BYTES, most_unpacked=archive.MOST_UNPACKED
    )
    rows = rows_of(content, width, separator)
    said = told.get("data_cnt")
    if said not in (None, "") and str(said) != str(len(rows)):
        raise FileFlawed("cut", f"{len(rows)} lines, {said} were told")
    pairs = [(row[code_column], row[label_column]) for row in rows]
    return CodeTable(name, _values(pairs), version, now, row_of(message).infno)


def _told(nodes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the number of the file stands: in the output itself, or in a node of it."""
    inner = [cast("dict[str, Any]", node) for node in nodes.values() if isinstance(node, dict)]
    nowhere: Mapping[str, Any] = {}
    return next((found for found in (nodes, *inner) if found.get("file_qury_no")), nowhere)


def _values(pairs: Iterable[tuple[str | None, str | None]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for value, label in pairs:
        if not value:
            raise Garbled("a code table with a line without code")
        if values.setdefault(value, label or "") != (label or ""):
            raise Garbled("a code table in which one code has two labels")
    if not values:
        raise Garbled("a code table without a value that is in force")
    return values
