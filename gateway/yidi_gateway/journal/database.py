"""The database behind the journal: how it is opened, and how its schema is made and brought up to date."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from yidi_gateway.journal.port import JournalDown

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_S = 5.0
"""How long a transaction waits for another process; `?timeout=` in the URL says otherwise."""


class NewerSchema(JournalDown):
    """The database was made by a later version of the gateway. It is left as it is."""


def file_of(url: str) -> Path:
    """The database file of a `sqlite:///` URL. Raises JournalDown for any other URL."""
    parts = _parsed(url)
    if parts.get_backend_name() != "sqlite" or parts.database in (None, "", ":memory:"):
        raise JournalDown("the journal is kept in a file, sqlite:///yidi.db; memory:// keeps nothing")
    return Path(str(parts.database))


def engine_of(url: str, begin: str = "BEGIN IMMEDIATE") -> Engine:
    """An engine whose commits are on the disk when they return, and whose transactions begin with `begin`.

    `BEGIN IMMEDIATE` takes the write lock at once: one that read first and only then wants to write cannot wait for it.
    """
    file_of(url)
    parts = _parsed(url)
    timeout = {} if "timeout" in parts.query else {"timeout": BUSY_S}
    engine = create_engine(parts, connect_args=timeout, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # else the driver begins on its own
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def migrate(url: str) -> str:
    """Make the schema, or bring it up to date; the revision it has now. All in one transaction. Raises NewerSchema,
    JournalDown."""
    engine = engine_of(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    newest = str(scripts.get_current_head())
    known = {script.revision for script in scripts.walk_revisions()}
    try:
        with engine.begin() as connection:
            stands = MigrationContext.configure(connection).get_current_revision()
            if stands is not None and stands not in known:
                raise NewerSchema(
                    f"the journal has schema {stands}; this gateway knows up to {newest}: install a newer one"
                )
            if stands != newest:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
    except SQLAlchemyError as error:
        raise JournalDown(f"the journal cannot be opened ({type(error).__name__})") from error
    finally:
        engine.dispose()
    return newest


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise JournalDown("the journal's URL is not one") from None
