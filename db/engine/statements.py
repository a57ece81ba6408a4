"""What SQLAlchemy has no word for that both databases understand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Table,
    Text,
    bindparam,
    literal_column,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

New = Mapping[str, ColumnElement[Any]]


def given(*columns: str) -> dict[str, BindParameter[Any]]:
    """Columns that get the value of a parameter of the same name."""
    return {name: bindparam(name) for name in columns}


def spelled_out(column: ColumnElement[str], *words: str) -> ColumnElement[bool]:
    """Whether a text is one of some words of ours, which the statement's text names.

    SQLite looks at a parameter that is compared with a state, for an index may hold one state only, and
    plans the whole statement anew when it has another value: for that it takes longer than to run it.
    """
    spelled = [literal_column(f"'{word}'", Text()) for word in words]
    # Of a list of one SQLite does not see that it is what an index holds.
    return column == spelled[0] if len(spelled) == 1 else column.in_(spelled)


class among(FunctionElement[bool]):  # noqa: N801 - it is used like SQLAlchemy's functions
    """Whether a number is one of a list, which comes as one value: `as_list` of the numbers."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: ColumnElement[int], parameter: str) -> None:
        super().__init__(column, bindparam(parameter, type_=Text()))

    def self_group(self, against: Any = None) -> among:
        """Itself: it needs no comparison with 1 to be a condition."""
        return self


def as_list(numbers: Iterable[int]) -> str:
    """The value of a parameter of `among`."""
    return orjson.dumps([*numbers]).decode()


@compiles(among, "sqlite")
def _among_in_sqlite(element: among, compiler: Any, **options: Any) -> str:
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 - of what SQLAlchemy has written


@compiles(among, "postgresql")
def _among_in_postgresql(element: among, compiler: Any, **options: Any) -> str:
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    # As an array, for which PostgreSQL looks into the index.
    return f"{column} = ANY (ARRAY(SELECT json_array_elements_text(CAST({numbers} AS json))::bigint))"


class as_object(FunctionElement[str]):  # noqa: N801 - as above
    """An aggregate: keys and their values as the text of a JSON object; without rows it is empty or NULL."""

    type = Text()
    inherit_cache = True


@compiles(as_object, "sqlite")
def _as_object_in_sqlite(element: as_object, compiler: Any, **options: Any) -> str:
    # SQLite would tell JSON from text by where it comes from; a sum of texts is text.
    return f"json_group_object({compiler.process(element.clauses, **options)}) || ''"


@compiles(as_object, "postgresql")
def _as_object_in_postgresql(element: as_object, compiler: Any, **options: Any) -> str:
    return f"CAST(json_object_agg({compiler.process(element.clauses, **options)}) AS text)"


class as_lines(FunctionElement[str]):  # noqa: N801 - as above
    """An aggregate: texts as one, a line each; without any it is NULL."""

    type = Text()
    inherit_cache = True


@compiles(as_lines, "sqlite")
def _as_lines_in_sqlite(element: as_lines, compiler: Any, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)}, char(10))"


@compiles(as_lines, "postgresql")
def _as_lines_in_postgresql(element: as_lines, compiler: Any, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)}, chr(10))"


@dataclass(frozen=True, slots=True)
class Upsert:
    """An INSERT that says ON CONFLICT, for which SQLAlchemy has a word for each database."""

    sqlite: sqlite.Insert
    postgresql: postgresql.Insert

    def returning(self, *columns: ColumnElement[Any]) -> Upsert:
        """The same with what it gives back, as SQLAlchemy has it."""
        return Upsert(self.sqlite.returning(*columns), self.postgresql.returning(*columns))  # type: ignore[arg-type] # it is one still


def upsert(
    table: Table,
    *,
    key: Sequence[str],
    columns: Sequence[str] = (),
    at_first: Sequence[str] = (),
    only_if: Callable[[New], ColumnElement[bool]] | None = None,
) -> Upsert:
    """An INSERT that becomes an UPDATE of the row that is there; all parameters are named as their columns.

    Args:
        table: where to.
        key: the columns by which the row is found.
        columns: those that are written in any case; without any the row that is there stays as it is.
        at_first: those that only the INSERT writes.
        only_if: when to update, by the row that was to be inserted.
    """

    def conflict(insert: Any) -> Any:
        statement = insert(table).values(given(*key, *columns, *at_first))
        index = [table.c[name] for name in key]
        if not columns:
            return statement.on_conflict_do_nothing(index_elements=index)
        return statement.on_conflict_do_update(
            index_elements=index,
            set_={name: statement.excluded[name] for name in columns},
            where=only_if(statement.excluded) if only_if else None,
        )

    return Upsert(conflict(sqlite.insert), conflict(postgresql.insert))
