"""An older bundle in today's form: the same numbers, songs and words, and so the same answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper
from scipy import sparse

from model_export.bundle import FORMAT, LEARNED, write_files
from model_export.catalogue import CatalogueError, read_catalogue
from model_export.graph import Layout, StandIns
from model_export.model import Blend, Memory, Model
from model_export.neighbours import from_bytes
from model_export.playlists import DataError, Song

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Opened:
    """All that a bundle says, read back from its files; the blend is in the model's numbers already."""

    manifest: dict[str, Any]
    model: Model
    others: StandIns  # the artists, and behind them the words
    songs: Sequence[Song]  # in index order, the popular ones first
    popularity: npt.NDArray[np.float32]  # (songs,), 1 the most popular
    artists: Sequence[str]  # by name, in the order of `others`
    words: Sequence[str]  # likewise

    @property
    def facts(self) -> dict[str, Any]:
        """What the manifest says beside the format and the files."""
        return {name: value for name, value in self.manifest.items() if name not in ("format", "files")}


def apart(old: Path, out: Path) -> None:
    """Looks that what was trained is not lost with the folder that is replaced.

    Raises:
        DataError: it would be.
    """
    with suppress(OSError):  # whoever writes there says what is wrong with the name
        if (out / LEARNED).exists() and out.resolve() == old.resolve():
            raise DataError(
                f"{out} holds {LEARNED}, what `train` learned, which would be lost; name another --out"
            )


def renew(old: Path, folder: Path) -> int:
    """Writes into a folder what an older bundle says, and returns of how many songs.

    Raises:
        DataError: there is no such bundle, it is damaged, or it is newer than this.
    """
    found = opened(old)
    write_files(
        folder,
        found.model,
        found.others,
        found.songs,
        found.popularity,
        found.artists,
        found.words,
        found.facts,
    )
    return len(found.songs)


def opened(bundle: Path) -> Opened:
    """Reads a bundle of this or an older format.

    Raises:
        DataError: there is no such bundle, it is damaged, or it is newer than this.
    """
    try:
        manifest = json.loads((bundle / "manifest.json").read_text("utf-8"))
        if manifest["format"] not in range(1, FORMAT + 1):
            raise DataError(
                f"{bundle / 'manifest.json'} has bundle format {manifest['format']!r}, but I know those "
                f"up to {FORMAT}; renew it with the Encore that wrote it"
            )
        arrays = _arrays(bundle / "model.onnx")
        tracks = len(arrays["track_bias"])
        model, others = _model(arrays, _in_order(arrays, tracks))
        songs, popularity, artists, words = read_catalogue(bundle / "catalog.db")
    except (OSError, ValueError, KeyError, TypeError, IndexError, CatalogueError) as error:
        told = str(error) if isinstance(error, OSError) else repr(error)  # a lone key tells nothing
        raise DataError(f"{bundle} is no whole model bundle ({told}); name the folder of one") from error
    if not len(songs) == len(popularity) == tracks:
        raise DataError(
            f"{bundle} has {tracks} songs in its model and {len(songs)} in its catalogue; it is damaged"
        )
    return Opened(manifest, model, others, songs, popularity, artists, words)


def _arrays(path: Path) -> Arrays:
    try:
        tensors = onnx.load(path).graph.initializer
        return {each.name: numpy_helper.to_array(each) for each in tensors}
    except OSError:
        raise
    except Exception as error:  # the libraries' own classes have no common base
        raise ValueError(f"{path.name}: {error}") from error


def _in_order(arrays: Arrays, tracks: int) -> npt.NDArray[np.int64]:
    """The rows of the tracks and, behind them, of the others."""
    stored = arrays["stored_factors"]
    if stored.dtype == np.int8:  # format 1: one behind the other
        return np.arange(len(stored))
    layout = Layout(tracks, int(arrays["dims"]))
    return np.concatenate([layout.rows(), np.arange(layout.padded, len(stored))])


def _model(arrays: Arrays, rows: npt.NDArray[np.int64]) -> tuple[Model, StandIns]:
    """The model, and what stands in for songs that it lacks; the blend is in the numbers already."""
    tracks, artists = len(arrays["track_bias"]), int(arrays["artists"][0])
    near = _likeness(arrays, "near", rows, tracks)
    kin = _likeness(arrays, "kin", np.arange(artists), artists)
    stored = arrays["stored_factors"]
    dims = int(arrays["dims"]) if "dims" in arrays else stored.shape[-1]
    factors = np.empty((len(rows), dims), np.float32)
    for first in range(0, len(rows), 1 << 16):
        some = rows[first : first + (1 << 16)]
        small = stored[some].reshape(len(some), -1)[:, :dims]
        signed = small if small.dtype == np.int8 else (small ^ 128).view(np.int8)
        factors[first : first + len(some)] = signed * arrays["factor_step"][some]
    weights = arrays["entry_weight"][rows]
    of = arrays["artist_of"][rows]
    artist_of = np.where(of < artists, of, -1).astype(np.int32)
    model = Model(
        factors[:tracks],
        weights[:tracks],
        arrays["track_bias"],
        float(arrays["power"]),
        Memory(near[:tracks], kin, artist_of[:tracks]),
        Blend(1.0, float(arrays["same_artist"]), 1.0),
        temper=float(arrays["temper"]),
        scale=float(arrays["scale"]),
        level=float(arrays["level"]),
    )
    return model, StandIns(factors[tracks:], weights[tracks:], artist_of[tracks:], near[tracks:])


def _likeness(arrays: Arrays, name: str, rows: npt.NDArray[np.int64], columns: int) -> sparse.csr_array:
    """What each of these rows remembers of the columns."""
    bounds = arrays[f"{name}_first"] if f"{name}_first" in arrays else arrays[f"stored_{name}_first"]
    near = arrays[f"stored_{name}"].astype(np.int32)
    values = from_bytes(arrays[f"stored_{name}_likeness"], np.float32(arrays[f"{name}_step"]))
    whole = sparse.csr_array(
        (values[: bounds[-1]], near[: bounds[-1]], np.append(0, bounds[1:])), shape=(len(bounds) - 1, columns)
    )
    found = sparse.csr_array(whole[rows])
    found.eliminate_zeros()
    return found
