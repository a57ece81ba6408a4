"""Whole columns that are surely sound by the rules of `model_export.fields`; of any other, nothing.

What is refused here may still be sound: the rules themselves, value by value, have the last word.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Column = Any  # an Arrow array, whose published types fit few of its functions


def texts(column: Column, *, needed: bool = False) -> Column | None:
    """Texts of whole characters, perhaps null, as one type."""
    if pa.types.is_null(column.type):
        return None if needed else column.cast(pa.large_string())
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return None
    if needed and column.null_count:
        return None
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return None if pc.any(pc.match_substring(column, "\0")).as_py() else column.cast(pa.large_string())


def identities(column: Column) -> Column | None:
    """Texts with something in them, or whole numbers as texts."""
    if column.null_count:
        return None
    if pa.types.is_integer(column.type):
        return column.cast(pa.large_string())
    found = texts(column, needed=True)
    return None if found is None or pc.any(pc.equal(found, "")).as_py() else found


def numbers(column: Column, most: int, *, whole: bool = True) -> Column | None:
    """Numbers from 0 to `most`, perhaps null; what is no `whole` one is cut."""
    if pa.types.is_null(column.type):
        return column.cast(pa.int64())
    if pa.types.is_integer(column.type):
        ends = pc.min_max(column).as_py()
        sound = ends["min"] is None or (ends["min"] >= 0 and ends["max"] <= most)
        return column.cast(pa.int64()) if sound else None
    if not pa.types.is_floating(column.type):
        return None
    values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    known = ~np.isnan(values)
    found = values[known]
    if not ((found >= 0) & (found <= most)).all() or (whole and (found != np.floor(found)).any()):
        return None
    return pa.array(np.where(known, values, 0).astype(np.int64), mask=~known)


def all_match(column: Column, pattern: str) -> bool:
    """Whether all texts that are there match a pattern from end to end."""
    return pc.all(pc.match_substring_regex(column, f"^(?:{pattern})$")).as_py() is not False
