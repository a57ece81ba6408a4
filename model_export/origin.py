"""What was a bundle's own before it was adapted, so that adapting it again starts there and nothing drifts.

`origin.npz` lies beside an adapted bundle's files. The bot does not read it.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.bundle import ORIGIN
from model_export.graph import StandIns
from model_export.grown import Grown, Remembered, memory_of
from model_export.model import Memory
from model_export.neighbours import as_bytes, from_bytes
from model_export.playlists import DataError
from model_export.renew import Opened

Arrays = dict[str, npt.NDArray[Any]]
NOWHERE = np.iinfo(np.int64).max
"""A place that no pair has."""


def shipped(base: Opened, found: Grown) -> tuple[Opened, Arrays]:
    """The new bundle in the precision in which it is written, and what `original` needs of the old one.

    Args:
        base: the bundle as it was.
        found: what it became.
    """
    now, model = Remembered.of(found.bundle), base.model
    likeness, likeness_marks = _marked("likeness", now.likeness, found.before.likeness)
    kinship, kinship_marks = _marked("kinship", now.kinship, found.before.kinship)
    arrays: Arrays = {
        "place": np.where(found.order < len(base.songs), found.order, -1).astype(np.int32),
        "others": np.array([len(base.artists), len(base.words)]),
        "track_bias": model.track_bias,
        "popularity": base.popularity,
        "calibration": np.array([model.temper, model.scale, model.level]),
        **likeness_marks,
        **kinship_marks,
    }
    return Remembered(likeness, kinship).put_into(found.bundle), arrays


def save_origin(arrays: Arrays, folder: Path) -> str:
    """Writes that into a folder, and returns the file's SHA-256."""
    np.savez_compressed(folder / ORIGIN, **arrays)  # type: ignore[arg-type] # arrays by name
    return _digest(folder / ORIGIN)


def original(bundle: Opened, folder: Path) -> Opened:
    """The bundle as it was before it was adapted; one that never was as it is.

    Raises:
        DataError: the file that says so is missing or damaged.
    """
    about = bundle.manifest.get("adapted")
    if not about:
        return bundle
    try:
        if _digest(folder / ORIGIN) != about["origin"]:
            raise ValueError("it is not the file that the manifest describes")
        with (folder / ORIGIN).open("rb") as file, np.load(file) as arrays:
            stored = {name: arrays[name] for name in arrays.files}
        return _restored(bundle, stored)
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{folder} has been adapted before, and {ORIGIN} in it cannot be read ({error}); "
            "adapt the bundle that it was made from"
        ) from error


def _marked(name: str, now: sparse.csr_array, before: sparse.csr_array) -> tuple[sparse.csr_array, Arrays]:
    """The neighbours as they are read from a bundle; which of them were there before, and how near then."""
    now.sort_indices()
    small, step = as_bytes(now.data)
    theirs, where = np.append(_keys(before), NOWHERE), _keys(now)
    order = np.argsort(theirs)
    values = np.append(before.data, np.float32(0))
    place = order[np.searchsorted(theirs, where, sorter=order)]
    there = theirs[place] == where
    small = np.maximum(small, there)  # what is too little to be shipped is still known to be there
    changed = there & (now.data != values[place])
    marks = {
        f"{name}_theirs": np.packbits(there[small > 0]),
        f"{name}_changed": np.packbits(changed[there]),
        f"{name}_values": values[place[changed]],
    }
    read = sparse.csr_array((from_bytes(small, step), now.indices, now.indptr), shape=now.shape)
    read.eliminate_zeros()
    return read, marks


def _keys(of: sparse.csr_array) -> npt.NDArray[np.int64]:
    rows = np.repeat(np.arange(of.shape[0]), np.diff(of.indptr))
    return np.asarray(rows * of.shape[1] + of.indices, np.int64)


def _unmarked(name: str, now: sparse.csr_array, arrays: Arrays) -> sparse.csr_array:
    """The neighbours that were there before."""
    now.sort_indices()
    theirs = np.unpackbits(arrays[f"{name}_theirs"], count=len(now.data)).astype(np.bool_)
    changed = np.unpackbits(arrays[f"{name}_changed"], count=int(theirs.sum())).astype(np.bool_)
    values = now.data[theirs]
    values[changed] = arrays[f"{name}_values"]
    rows = np.repeat(np.arange(now.shape[0]), np.diff(now.indptr))[theirs]
    return sparse.csr_array((values, (rows, now.indices[theirs])), shape=now.shape)


def _restored(bundle: Opened, arrays: Arrays) -> Opened:
    place = arrays["place"]
    rows = np.argsort(place)[np.count_nonzero(place < 0) :]
    tracks, (artists, words) = len(rows), arrays["others"].tolist()
    now = Remembered.of(bundle)
    others = np.concatenate([np.arange(artists), len(bundle.artists) + np.arange(words)])
    likeness = _unmarked("likeness", now.likeness, arrays)
    likeness = likeness[np.concatenate([rows, len(place) + others])][:, rows]
    kinship = _unmarked("kinship", now.kinship, arrays)[:artists][:, :artists]
    model, beside = bundle.model, bundle.others
    temper, scale, level = arrays["calibration"].tolist()
    artist_of = memory_of(bundle.model).artist_of[rows]
    return Opened(
        {name: value for name, value in bundle.manifest.items() if name != "adapted"},
        replace(
            model,
            factors=model.factors[rows],
            weights=model.weights[rows],
            track_bias=arrays["track_bias"],
            memory=Memory(sparse.csr_array(likeness[:tracks]), sparse.csr_array(kinship), artist_of),
            temper=temper,
            scale=scale,
            level=level,
        ),
        StandIns(
            beside.factors[others],
            beside.weights[others],
            beside.artist_of[others],
            sparse.csr_array(likeness[tracks:]),
        ),
        [bundle.songs[row] for row in rows.tolist()],
        arrays["popularity"],
        bundle.artists[:artists],
        bundle.words[:words],
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
