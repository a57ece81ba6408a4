"""How SQL is written here: once, with SQLAlchemy, when a module is imported, and checked right there.

`query` is for what is looked up and `command` for what is written. `returning` is a command that gives rows
back, and `numbered` one whose rows get numbers. PostgreSQL runs a statement through SQLAlchemy. SQLite runs
its text past SQLAlchemy, so what only SQLAlchemy could do is refused (`db.engine.fence`).
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import CompoundSelect, Delete, FromClause, Insert, Select, Update, bindparam

from db.engine import fence
from db.engine.sqlite_text import Prepared, packed, plain
from db.engine.statements import Upsert

Row = TypeVar("Row")
Values = Mapping[str, object]
Written = Insert | Update | Delete | Upsert


def query(row: type[Row], statement: Select[Any] | CompoundSelect[Any]) -> Query[Row]:
    """A query whose columns are the fields of `row`, a NamedTuple or a dataclass, by name and in order.

    Raises:
        TypeError: it cannot be run as it is written.
    """
    return Query(_place(), row, statement)


def command(statement: Written, *, silent: bool = False) -> Command:
    """A statement that writes; `silent` if nobody sees a difference.

    Raises:
        TypeError: it cannot be run as it is written.
    """
    name = _place()
    fence.check_returns_nothing(name, _for_sqlite(statement))
    return Command(name, statement, silent)


def returning(row: type[Row], statement: Written, *, silent: bool = False) -> Returning[Row]:
    """A command whose RETURNING columns are the fields of `row`.

    Raises:
        TypeError: it cannot be run as it is written.
    """
    return Returning(_place(), row, statement, silent)


def numbered(statement: Insert, *, silent: bool = False) -> Numbered:
    """An INSERT into a table whose rows have an `id`, which is found out when they are written.

    Raises:
        TypeError: it cannot be run as it is written.
    """
    name = _place()
    fence.check_returns_nothing(name, statement)
    return Numbered(name, statement, silent)


def _place() -> str:
    """Where a query is written, which is how errors call it."""
    frame = inspect.currentframe()
    for _ in range(2):
        frame = frame and frame.f_back
    return f"{frame.f_globals['__name__']}, line {frame.f_lineno}" if frame else "a query"


def _for_sqlite(statement: Written) -> Insert | Update | Delete:
    return statement.sqlite if isinstance(statement, Upsert) else statement


class _Statement:
    """What all of them have: the statement for PostgreSQL, the text for SQLite, and the parameters."""

    def __init__(self, name: str, postgres: Any, sqlite: Prepared) -> None:
        self.name = name
        self.postgres = postgres
        self.sqlite = sqlite
        self.parameters = sqlite.parameters

    def check(self, values: Values) -> None:
        """Whether these are values for all parameters, and for nothing else.

        Raises:
            TypeError: they are not, or one is a number that is not finite, which SQLite's JSON cannot say.
        """
        if values.keys() != self.parameters:
            lacks = ", ".join(sorted(self.parameters - values.keys())) or "nothing"
            surplus = ", ".join(sorted(values.keys() - self.parameters)) or "nothing"
            raise TypeError(f"{self.name}: it lacks a value for {lacks}; it does not know {surplus}.")
        for name in self.sqlite.floats:
            value = values[name]
            if isinstance(value, float) and not math.isfinite(value):
                raise TypeError(f"{self.name}: {name} is {value}, which cannot be kept.")


class Query(_Statement, Generic[Row]):
    """Something to look up."""

    def __init__(self, name: str, row: type[Row], statement: Select[Any] | CompoundSelect[Any]) -> None:
        columns = fence.check_query(name, statement)
        fence.check_row(name, row, columns)
        super().__init__(name, statement, packed(fence.compiled(name, statement), columns))
        self.tables = fence.tables_of(statement)
        self.make = fence.maker(row)

    def ask(self, **values: object) -> Asked[Row]:
        """The query with values for its parameters.

        Raises:
            TypeError: these are not its parameters.
        """
        if values.keys() != self.parameters:
            self.check(values)
        return Asked(self, values)


class Asked(Generic[Row]):
    """A query with values for its parameters; it has rows as soon as it was answered."""

    __slots__ = ("_found", "_rows", "query", "values")

    def __init__(self, query: Query[Row], values: Values) -> None:
        self.query = query
        self.values = values
        self._found: Sequence[Any] = ()
        self._rows: list[Row] | None = None

    def answer(self, found: Sequence[Any]) -> None:
        """Takes what a database has found."""
        self._found = found
        self._rows = None

    def answer_like(self, other: Asked[Row]) -> None:
        """Takes the answer to the same question."""
        self._found = other._found
        self._rows = other._rows

    @property
    def rows(self) -> list[Row]:
        """The rows, made when somebody wants them: of what is read ahead that may be nobody."""
        if self._rows is None:
            self._rows = [*map(self.query.make, self._found)]
        return self._rows


class Command(_Statement):
    """Something to write."""

    def __init__(self, name: str, statement: Written, silent: bool) -> None:
        sqlite = _for_sqlite(statement)
        fence.check_command(name, sqlite)
        postgres = statement.postgresql if isinstance(statement, Upsert) else statement
        super().__init__(name, postgres, plain(fence.compiled(name, sqlite)))
        self.table: FromClause = sqlite.table
        self.silent = silent


class Returning(Command, Generic[Row]):
    """Something to write that gives rows back."""

    def __init__(self, name: str, row: type[Row], statement: Written, silent: bool) -> None:
        super().__init__(name, statement, silent)
        columns = fence.check_returned(name, _for_sqlite(statement))
        fence.check_row(name, row, columns)
        self._make = fence.maker(row, columns)

    def rows_of(self, found: Iterable[Sequence[Any]]) -> list[Row]:
        """What a database has given back, as rows."""
        return [*map(self._make, found)]


class Numbered(Command):
    """Rows to write whose numbers are wanted: SQLite is told them, PostgreSQL tells them."""

    def __init__(self, name: str, statement: Insert, silent: bool) -> None:
        super().__init__(name, statement, silent)
        number = statement.table.c.id
        self.postgres = statement.returning(number, sort_by_parameter_order=True)
        self.sqlite = plain(fence.compiled(name, statement.values(id=bindparam("id"))))
