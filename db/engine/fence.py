"""What a statement may be: the fast way to SQLite can run less than SQLAlchemy, and the rest is refused.

The fast way knows whole numbers, texts, booleans and floats. It passes each parameter on as it is, and it
runs no Python of SQLAlchemy's: no processors of types, no defaults of columns, no lists in place of a value.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import NoneType
from typing import Any, NoReturn, TypeVar, cast, get_args, get_type_hints

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    ColumnClause,
    ColumnElement,
    CompoundSelect,
    Delete,
    Float,
    Insert,
    Integer,
    Label,
    Select,
    String,
    Table,
    Text,
    TextClause,
    Update,
)
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

from db.engine.sqlite_text import Compiled

Row = TypeVar("Row")
Columns = Sequence[ColumnElement[Any]]
Lookup = Select[Any] | CompoundSelect[Any]
Change = Insert | Update | Delete

DIALECT = SQLiteDialect_aiosqlite(paramstyle="qmark")
KINDS: dict[type[TypeEngine[Any]], type] = {
    Integer: int,
    BigInteger: int,
    String: str,
    Text: str,
    Boolean: bool,
    Float: float,
}
"""The types of columns that come back as they were written, and as what."""


def refuse(name: str, reason: str) -> NoReturn:
    """Says what is wrong with a statement."""
    raise TypeError(f"{name}: {reason}")


def check_query(name: str, statement: object) -> Columns:
    """The columns of a query, which writes nothing."""
    if not isinstance(statement, Select | CompoundSelect):
        refuse(name, f"a query is a select() or a union() of some, and not {type(statement).__name__}.")
    if any(isinstance(each, UpdateBase) for each in _parts(statement)):
        refuse(name, "a query writes nothing; use command() or returning().")
    _check_no_text(name, statement)
    return _known_columns(name, [*statement.exported_columns.values()])


def check_command(name: str, statement: object) -> None:
    """Whether it writes to a table."""
    if not isinstance(statement, Insert | Update | Delete):
        refuse(name, f"a command is insert(), update() or delete(), and not {type(statement).__name__}.")
    _check_no_text(name, statement)
    if isinstance(statement, Update):
        _check_where(name, statement)


def _check_where(name: str, statement: Update) -> None:
    """What SQLAlchemy is given for a parameter that is named as a column, it would write there, too."""
    for each in _parts(statement.whereclause):
        if isinstance(each, BindParameter) and each.required and each.key in statement.table.c:
            refuse(name, f"the parameter {each.key} of WHERE is named as a column; name it otherwise.")


def check_returns_nothing(name: str, statement: object) -> None:
    """Whether a command has no RETURNING."""
    if isinstance(statement, UpdateBase) and [*statement.exported_columns]:
        refuse(name, "a command gives nothing back; use returning() for one with RETURNING.")


def check_returned(name: str, statement: Change) -> Columns:
    """The columns that a command gives back."""
    columns = [*statement.exported_columns.values()]
    if not columns:
        refuse(name, "it gives nothing back; say what with .returning(), or use command().")
    return _known_columns(name, columns)


def _check_no_text(name: str, statement: Any) -> None:
    if any(isinstance(each, TextClause) for each in _parts(statement)):
        refuse(name, "text() hides columns and parameters; write it with SQLAlchemy's own words.")


def _known_columns(name: str, columns: Columns) -> Columns:
    for each in columns:
        if not isinstance(each, ColumnClause | Label):
            refuse(name, f"the column {each} has no name; give it one with .label().")
        _check_type(name, f"the column {each.name}", each.type)
    return columns


def _check_type(name: str, what: str, type_: TypeEngine[Any]) -> None:
    here = type_.dialect_impl(DIALECT)
    if type(type_) not in KINDS or type(here) not in KINDS or getattr(type_, "asdecimal", False):
        known = ", ".join(kind.__name__ for kind in KINDS)
        refuse(name, f"{what} is of the type {type(type_).__name__}; known are {known}.")


def check_row(name: str, row: type, columns: Columns) -> None:
    """Whether columns are the fields of a class, in order, and of the same types."""
    hints = get_type_hints(row)
    found = [str(cast(Any, column).name) for column in columns]
    if found != _fields(name, row):
        refuse(name, f"its columns are {found}, but {row.__name__} has {_fields(name, row)}.")
    for column, field in zip(columns, found, strict=True):
        meant = {each for each in get_args(hints[field]) or [hints[field]] if each is not NoneType}
        kind = KINDS[type(column.type)]
        if meant != {kind}:
            refuse(name, f"{field} is {kind.__name__}, but {row.__name__} says {hints[field]}.")
        if isinstance(column, Column) and column.nullable and NoneType not in get_args(hints[field]):
            refuse(name, f"{field} may be NULL, so that {row.__name__} must say {kind.__name__} | None.")


def _fields(name: str, row: type) -> list[str]:
    if issubclass(row, tuple) and hasattr(row, "_fields"):
        return [*row._fields]
    if dataclasses.is_dataclass(row):
        return [each.name for each in dataclasses.fields(row)]
    refuse(name, f"rows are of a NamedTuple or a dataclass, and {row.__name__} is neither.")


def maker(row: type[Row], raw: Columns = ()) -> Callable[[Sequence[Any]], Row]:
    """What makes a row of its values, in which `raw` columns are as SQLite keeps them."""
    booleans = [i for i, column in enumerate(raw) if isinstance(column.type, Boolean)]
    make = partial(tuple.__new__, cast(Any, row)) if issubclass(row, tuple) else lambda found: row(*found)
    if not booleans:
        return cast("Callable[[Sequence[Any]], Row]", make)

    def with_booleans(found: Sequence[Any]) -> Row:
        values = [*found]
        for i in booleans:
            values[i] = None if values[i] is None else bool(values[i])
        return cast(Row, make(values))

    return with_booleans


def compiled(name: str, statement: Lookup | Change) -> Compiled:
    """A statement's text for SQLite, and its parameters."""
    try:
        done: Any = statement.compile(dialect=DIALECT)
    except CompileError as error:
        refuse(name, f"SQLAlchemy cannot write it for SQLite ({error}).")
    if done.prefetch:
        refuse(name, f"{done.prefetch[0]} has a default in Python, which nobody would run.")
    for each in done.positiontup:
        _check_parameter(name, each, done.binds[each])
    return Compiled(
        done.string,
        tuple(done.positiontup),
        {each: done.binds[each].value for each in done.positiontup if not done.binds[each].required},
        tuple(each for each in done.positiontup if isinstance(done.binds[each].type, Float)),
    )


def _check_parameter(name: str, parameter: str, bound: BindParameter[Any]) -> None:
    if bound.expanding or bound.literal_execute:
        refuse(name, f"{parameter} is a list, whose text depends on its length; use among().")
    if bound.callable is not None:
        refuse(name, f"{parameter} asks a function for its value.")
    _check_type(name, f"the parameter {parameter}", bound.type)


def tables_of(statement: Lookup) -> frozenset[Table]:
    """The tables that a query reads."""
    return frozenset(each for each in _parts(statement) if isinstance(each, Table))


def _parts(statement: Any) -> Iterator[object]:
    return visitors.iterate(statement)
