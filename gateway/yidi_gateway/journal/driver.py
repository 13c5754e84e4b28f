"""Statements of SQLAlchemy Core, compiled once for their database and then run by its driver.

SQLAlchemy decides how a statement is written and how a value is bound; running it through SQLAlchemy again and again
costs several times what the database takes for it, and a cashier waits for a dozen of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Dialect, Executable
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]
Change = Callable[[Any], Any]


class Clash(Exception):
    """An index or a trigger of the schema refused a row: an invariant would break."""


class Statement:
    """One statement as a database and its driver want it."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = cast("Any", statement).compile(dialect=dialect)
        self.text: str = compiled.string
        names: Sequence[str] = compiled.positiontup or tuple(compiled.binds)
        self.positional = compiled.positiontup is not None
        self._order = tuple(names)
        self._binds: list[tuple[str, Any, Change | None]] = [
            (name, compiled.params[name], _bound(compiled.binds[name].type, dialect)) for name in names
        ]
        columns: Any = getattr(statement, "selected_columns", ())
        self._names: tuple[str, ...] = tuple(column.name for column in columns)
        read = ((column.name, _read(column.type, dialect)) for column in columns)
        self._reads = [(name, change) for name, change in read if change is not None]

    def values(self, given: Mapping[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        """What the driver binds. What is not given is as the statement says."""
        bound: list[Any] = []
        for name, usual, change in self._binds:
            value = given.get(name, usual)
            bound.append(value if change is None else change(value))
        return tuple(bound) if self.positional else dict(zip(self._order, bound, strict=True))

    def row(self, found: Sequence[Any]) -> Row:
        """A row of the answer by column name."""
        row = dict(zip(self._names, found, strict=True))
        for name, change in self._reads:
            row[name] = change(row[name])
        return row


class Statements:
    """The statements of one database, each compiled at its first use. A statement is known by being the same object."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._compiled: dict[Executable, Statement] = {}
        dbapi: Any = dialect.loaded_dbapi
        self.error: type[Exception] = dbapi.Error
        self.clash: type[Exception] = dbapi.IntegrityError

    def of(self, statement: Executable) -> Statement:
        """The compiled one."""
        found = self._compiled.get(statement)
        if found is None:
            found = self._compiled[statement] = Statement(statement, self._dialect)
        return found


class Driver:
    """One connection of a database. Raises Clash, or DBAPIError for what else a database says."""

    def __init__(self, connection: Any, statements: Statements) -> None:
        self._connection = connection
        self._statements = statements

    def execute(self, statement: Executable, values: Mapping[str, Any]) -> int:
        """How many rows it touched."""
        made = self._statements.of(statement)
        return cast("int", self._run(made.text, made.values(values)).rowcount)

    def execute_all(self, statement: Executable, rows: Iterable[Mapping[str, Any]]) -> None:
        """Once for each row."""
        for row in rows:
            self.execute(statement, row)

    def one(self, statement: Executable, **at: object) -> Row | None:
        """The first row."""
        made = self._statements.of(statement)
        found = self._run(made.text, made.values(at)).fetchone()
        return None if found is None else made.row(found)

    def all(self, statement: Executable, **at: object) -> list[Row]:
        """All rows."""
        made = self._statements.of(statement)
        return [made.row(found) for found in self._run(made.text, made.values(at)).fetchall()]

    def _run(self, text: str, values: object) -> Any:
        try:
            return self._connection.execute(text, values)
        except self._statements.clash as error:
            raise Clash(type(error).__name__) from error
        except self._statements.error as error:
            raise DBAPIError(None, None, error, hide_parameters=True) from error


def _bound(kind: Any, dialect: Dialect) -> Change | None:
    return cast("Change | None", kind.dialect_impl(dialect).bind_processor(dialect))


def _read(kind: Any, dialect: Dialect) -> Change | None:
    return cast("Change | None", kind.dialect_impl(dialect).result_processor(dialect, None))
