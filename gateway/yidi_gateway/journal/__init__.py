"""The journal: what the gateway knows, kept so that a crash forgets nothing. `port` is the seam."""

from pathlib import Path

from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.journal.port import Journal, JournalDown

__all__ = ["Journal", "JournalDown", "MemoryJournal", "open_journal"]


async def open_journal(url: str, *, key_file: Path | None = None) -> Journal:
    """Open the journal at `url`: `sqlite:///yidi.db`, or `memory://` which keeps nothing.

    A database that is not there is made; one of an older schema is brought up to date. Personal fields are sealed with
    the keys in `key_file`; by default a file beside the database, made with the database. Raises JournalDown.
    """
    if url == "memory://":
        return MemoryJournal()
    from yidi_gateway.journal.sql import open_sql  # noqa: PLC0415 - who keeps nothing loads no database

    return await open_sql(url, key_file)
