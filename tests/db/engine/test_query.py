"""What a statement may be, and what is refused where it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Enum,
    Float,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql

from db.engine.query import command, numbered, query, returning
from db.engine.statements import among, as_list, given, upsert


class Shouted(TypeDecorator[str]):
    """A text that Python changes on its way."""

    impl = Text
    cache_ok = True


things = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(5), nullable=False),
    Column("size", Float),
    Column("good", Boolean, nullable=False),
    Column("photo", LargeBinary),
    Column("made", DateTime),
    Column("more", JSON),
    Column("price", Numeric),
    Column("kind", Enum("a", "b")),
    Column("uuid", Uuid),
    Column("shout", Shouted),
    Column("odd", BigInteger().with_variant(JSON(), "sqlite")),
)
marked = Table("marked", MetaData(), Column("id", Integer), Column("mark", Integer, default=lambda: 7))


class Named(NamedTuple):
    """One text."""

    name: str


class Thing(NamedTuple):
    """A row with a column of each kind."""

    id: int
    name: str
    size: float | None
    good: bool


@dataclass(frozen=True, slots=True)
class Number:
    """One number."""

    id: int


@dataclass(frozen=True, slots=True)
class Twice:
    """A number that may be missing."""

    id: int | None


class NoRow:
    """Neither a NamedTuple nor a dataclass."""


OF_NAME = things.c.name == bindparam("called")
Written = Callable[[], object]

REFUSED: dict[str, tuple[Written, str]] = {
    "other names": (lambda: query(Named, select(things.c.id)), r"\['id'\].*\['name'\]"),
    "another order": (
        lambda: query(Thing, select(things.c.name, things.c.id, things.c.size, things.c.good)),
        "its columns are",
    ),
    "too few": (lambda: query(Thing, select(things.c.id)), "its columns are"),
    "another type": (lambda: query(Named, select(things.c.id.label("name"))), "name is int"),
    "NULL": (
        lambda: query(Number, select(marked.c.id)),
        r"id may be NULL, so that Number must say int \| None",
    ),
    "no row class": (lambda: query(NoRow, select(things.c.id)), "NoRow is neither"),
    "no name": (lambda: query(Number, select(things.c.id + 1)), "has no name"),
    "a function without a name": (lambda: query(Number, select(func.max(things.c.id))), "has no name"),
    "bytes": (lambda: query(Named, select(things.c.photo.label("name"))), "type LargeBinary"),
    "a date": (lambda: query(Named, select(things.c.made.label("name"))), "type DateTime"),
    "JSON": (lambda: query(Named, select(things.c.more.label("name"))), "type JSON"),
    "a decimal": (lambda: query(Named, select(things.c.price.label("name"))), "type Numeric"),
    "a float as a decimal": (
        lambda: query(Named, select(literal_column("1", Float(asdecimal=True)).label("name"))),
        "type Float",
    ),
    "an enum": (lambda: query(Named, select(things.c.kind.label("name"))), "type Enum"),
    "a UUID": (lambda: query(Named, select(things.c.uuid.label("name"))), "type Uuid"),
    "a type of one's own": (lambda: query(Named, select(things.c.shout.label("name"))), "type Shouted"),
    "a type that is another one here": (lambda: query(Number, select(things.c.odd.label("id"))), "the type"),
    "no type": (lambda: query(Named, select(literal_column("1").label("name"))), "type NullType"),
    "text": (lambda: query(Named, select(things.c.name).where(text("id = :id"))), r"text\(\) hides"),
    "all text": (lambda: query(Named, text("SELECT 1")), "a query is a select"),  # type: ignore[arg-type]
    "a command as a query": (lambda: query(Named, insert(things)), "a query is a select"),  # type: ignore[arg-type]
    "a query that writes": (
        lambda: query(Number, select(insert(things).values(given("name")).returning(things.c.id).cte().c.id)),
        "a query writes nothing",
    ),
    "a list": (
        lambda: query(Named, select(things.c.name).where(things.c.id.in_([1, 2]))),
        r"is a list.*among\(\)",
    ),
    "a list to come": (
        lambda: query(Named, select(things.c.name).where(things.c.id.in_(bindparam("ids", expanding=True)))),
        r"ids is a list.*among\(\)",
    ),
    "a parameter of no type": (
        lambda: query(Named, select(things.c.name).limit(bindparam("most"))),
        "parameter most is of the type NullType",
    ),
    "a parameter that is bytes": (
        lambda: command(update(things).where(OF_NAME).values(given("photo"))),
        "parameter photo is of the type LargeBinary",
    ),
    "a parameter that is a date": (
        lambda: query(Named, select(things.c.name).where(things.c.made > bindparam("since"))),
        "parameter since is of the type DateTime",
    ),
    "a value from a function": (
        lambda: query(Named, select(things.c.name).where(things.c.id == bindparam("x", callable_=lambda: 1))),
        "asks a function",
    ),
    "what only PostgreSQL knows": (
        lambda: query(
            Named, select(things.c.name).where(postgresql.array([things.c.id]) == postgresql.array([1]))
        ),
        "for SQLite",
    ),
    "a default in Python": (lambda: command(insert(marked).values(given("id"))), "default in Python"),
    "a query as a command": (lambda: command(select(things.c.id)), "a command is insert"),  # type: ignore[arg-type]
    "RETURNING in a command": (
        lambda: command(delete(things).where(OF_NAME).returning(things.c.id)),
        r"use returning\(\)",
    ),
    "RETURNING with a number": (
        lambda: numbered(insert(things).values(given("name")).returning(things.c.id)),
        r"use returning\(\)",
    ),
    "nothing returned": (lambda: returning(Number, delete(things).where(OF_NAME)), "gives nothing back"),
    "something else returned": (
        lambda: returning(Named, delete(things).where(OF_NAME).returning(things.c.id)),
        "its columns are",
    ),
    "a parameter that would be written, too": (
        lambda: command(update(things).where(things.c.id == bindparam("id")).values(given("name"))),
        "parameter id of WHERE is named as a column",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_run_is_refused_where_it_is_written(what: str) -> None:
    """The error names the place and the reason, when the module is imported."""
    write, reason = REFUSED[what]
    with pytest.raises(TypeError, match=rf"^{__name__}, line \d+: .*{reason}"):
        write()


def test_the_types_that_are_known_are_taken() -> None:
    """Whole numbers, texts, floats and booleans; a row may be a NamedTuple or a dataclass."""
    assert query(Thing, select(things.c.id, things.c.name, things.c.size, things.c.good)).parameters == set()
    assert query(Number, select(things.c.id).where(OF_NAME)).parameters == {"called"}
    asked = query(Twice, select(func.max(things.c.id).label("id"))).ask()
    asked.answer([[None], [3]])
    assert asked.rows == [Twice(None), Twice(3)]
    assert returning(Number, delete(things).where(OF_NAME).returning(things.c.id)).parameters == {"called"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "lacks a value for called"),
        ({"called": "x", "age": 3}, "does not know age"),
        ({"name": "x"}, "lacks a value for called; it does not know name"),
    ],
)
def test_missing_and_surplus_values_are_told(values: dict[str, Any], said: str) -> None:
    """A call with other values than the parameters is a fault that names both."""
    for each in (
        query(Number, select(things.c.id).where(OF_NAME)),
        command(delete(things).where(OF_NAME)),
        returning(Number, delete(things).where(OF_NAME).returning(things.c.id)),
    ):
        with pytest.raises(TypeError, match=rf"{__name__}, line \d+: .*{said}"):
            each.check(values)
    with pytest.raises(TypeError, match=said):
        query(Number, select(things.c.id).where(OF_NAME)).ask(**values)


@pytest.mark.parametrize("size", [float("inf"), float("-inf"), float("nan")])
def test_a_number_that_is_not_finite_is_not_kept(size: float) -> None:
    """SQLite could not give it back."""
    with pytest.raises(TypeError, match=r"size is .*cannot be kept"):
        command(update(things).where(OF_NAME).values(given("size"))).check({"called": "x", "size": size})


def test_booleans_that_are_returned_are_booleans() -> None:
    """SQLite itself has only 0 and 1."""

    class Good(NamedTuple):
        """Whether it is good."""

        good: bool

    made = returning(Good, delete(things).where(OF_NAME).returning(things.c.good)).rows_of([(0,), (1,)])
    assert [row.good is True for row in made] == [False, True]
    assert [row.good is False for row in made] == [True, False]


def test_an_upsert_is_known_to_both_databases() -> None:
    """Each has its own, with the same parameters."""
    save = command(upsert(things, key=("id",), columns=("name",), at_first=("good",)))
    assert save.parameters == {"id", "name", "good"}
    assert "ON CONFLICT (id) DO UPDATE SET name = excluded.name" in save.sqlite.text
    assert isinstance(save.postgres, Insert)
    assert "ON CONFLICT (id) DO UPDATE SET name = excluded.name" in str(
        save.postgres.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call] # SQLAlchemy's own
    )
    assert "DO NOTHING" in command(upsert(things, key=("id",), at_first=("name",))).sqlite.text


def test_a_list_is_one_value() -> None:
    """Its length does not change the text."""
    find = query(Number, select(things.c.id).where(among(things.c.id, "ids")))
    assert find.parameters == {"ids"}
    assert "json_each(?)" in find.sqlite.text
    assert as_list(range(3)) == "[0,1,2]"
