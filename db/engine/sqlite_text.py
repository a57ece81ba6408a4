"""A statement as the thread of a SQLite file runs it: its text, and its values in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Boolean, ColumnElement, Float


class Compiled(NamedTuple):
    """What SQLAlchemy makes of a statement."""

    text: str
    order: tuple[str, ...]  # the name of each question mark
    fixed: dict[str, Any]  # the values that the statement has itself
    floats: tuple[str, ...]  # the parameters that are floats


Ready = tuple[str, Sequence[Any]]
"""A statement's text, and its values."""

BEGIN: Ready = ("BEGIN IMMEDIATE", ())


class Prepared:
    """A statement that waits for its values."""

    def __init__(self, text: str, compiled: Compiled) -> None:
        self.text = text
        self.floats = compiled.floats
        self.parameters = frozenset(compiled.order) - compiled.fixed.keys()
        self._order = compiled.order
        self._fixed = compiled.fixed
        self._pick = itemgetter(*compiled.order) if len(compiled.order) > 1 else None

    def ready(self, values: Mapping[str, Any]) -> Ready:
        """The statement with these values, of which it takes those that it knows."""
        if self._fixed:
            values = {**self._fixed, **values}
        if self._pick is not None:
            return self.text, self._pick(values)
        return self.text, [values[name] for name in self._order]


def plain(compiled: Compiled) -> Prepared:
    """A statement that writes."""
    return Prepared(compiled.text, compiled)


def packed(compiled: Compiled, columns: Sequence[ColumnElement[Any]]) -> Prepared:
    """A query that leads to one row with one text: all that it finds, as JSON.

    Before each row SQLite lets other threads run, and afterwards it waits until they let it: with a busy
    event loop that takes longer than all else, so what is looked up comes in one.
    """
    names = ", ".join(f"c{i}" for i in range(len(columns)))
    values = ", ".join(_as_json(f"c{i}", column) for i, column in enumerate(columns))
    return Prepared(
        f"WITH found({names}) AS ({compiled.text}) SELECT json_group_array(json_array({values})) FROM found",  # noqa: S608 - only numbers
        compiled,
    )


def _as_json(name: str, column: ColumnElement[Any]) -> str:
    """A value as JSON that says all of it."""
    if isinstance(column.type, Boolean):
        return f"json(CASE WHEN {name} THEN 'true' WHEN NOT {name} THEN 'false' END)"
    if isinstance(column.type, Float):
        # Of itself JSON has 15 digits here. 17 would do if SQLite rounded them well; 20 always do.
        return f"json(CASE WHEN {name} IS NOT NULL THEN printf('%!.20g', {name}) END)"
    return name


def together(asked: Iterable[Ready]) -> Ready:
    """One statement whose only row has all that some packed ones lead to."""
    texts, values = zip(*asked, strict=True)
    return _together(texts), [*chain.from_iterable(values)]


@lru_cache(maxsize=200)
def _together(texts: tuple[str, ...]) -> str:
    return f"SELECT {', '.join(f'({text})' for text in texts)}"
