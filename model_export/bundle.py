"""The bundle: all that the bot needs of a model, in one folder.

`model.onnx` with its numbers in `model.data`, the same graph in three parts (`fold.onnx`, `scan.onnx` and
`rank.onnx`: see `model_export.graph`), `catalog.db`, `manifest.json` (format, counts, the SHA-256 of each
file, where the data came from, what was measured) and `MODEL_CARD.md`. No playlist is in it, nor any
playlist's name.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from model_export.catalogue import write_catalogue
from model_export.graph import StandIns, joined, save_graphs
from model_export.model import Blend, Floats, Model, Parts, Settings, membership
from model_export.neighbours import nothing, remember
from model_export.playlists import SPLITS, DataError, Playlists, Song, list_weights
from model_export.scoring import playlist_biases
from model_export.training import Epoch
from model_export.words import word_rows

FORMAT = 2
LEARNED = "learned.npz"
KEPT_LISTS, KEPT_SCORES = 20_000, 2**28
"""The factors and biases of so many playlists are kept at most, and for so many scores of theirs."""
FILES = (
    "model.onnx",
    "fold.onnx",
    "scan.onnx",
    "rank.onnx",
    "model.data",
    "catalog.db",
    "MODEL_CARD.md",
)
ORIGIN = "origin.npz"
MODEL = frozenset({*FILES, LEARNED, ORIGIN, "manifest.json", "search.bin"})
"""What a model's folder may hold."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What training leaves behind: the model, and from what and how it was learned."""

    model: Model
    lists: Playlists  # what it was learned from, over the model's songs
    settings: Settings
    epochs: int
    splits: tuple[str, ...]  # what of the data it has seen
    metrics: dict[str, Any]
    curve: Sequence[Epoch] = ()  # the course of the training that was judged; empty of models without it


def save_learned(learned: Learned, folder: Path) -> None:
    """Writes all factors and biases, so that they can be looked at and exported again.

    Of the playlists, those of at most `KEPT_LISTS`, evenly spread, are written: the more songs there are, the
    longer each one's bias takes.
    """
    model, lists = learned.model, learned.lists
    most = max(min(KEPT_LISTS, KEPT_SCORES // len(model.factors)), 1)
    chosen = np.arange(len(lists)) if len(lists) <= most else np.arange(most) * len(lists) // most
    some = lists.select(chosen)
    facts = {
        "power": model.power,
        "temper": model.temper,
        "scale": model.scale,
        "level": model.level,
        "blend": model.blend,
        "settings": asdict(learned.settings),
        "epochs": learned.epochs,
        "splits": learned.splits,
        "metrics": learned.metrics,
        "curve": learned.curve,
    }
    np.savez(
        folder / LEARNED,
        playlists=np.array(len(lists)),
        playlist=chosen,
        playlist_factors=np.concatenate(list(_pooled(model, some))),
        playlist_bias=np.array(list(playlist_biases(model, some)), np.float32),
        track_factors=model.factors,
        track_bias=model.track_bias,
        track_weight=model.weights,
        track_id=np.array([song.track_id.encode() for song in lists.songs]),
        facts=np.array(json.dumps(facts)),
    )


def _pooled(model: Model, lists: Playlists) -> Iterator[Floats]:
    matrix = lists.matrix()
    for first in range(0, len(lists), 256):
        yield model.pooled(matrix[first : first + 256])


def load_learned(folder: Path, lists: Playlists) -> Learned:
    """Reads what `save_learned` wrote, over the data that it was learned from.

    Raises:
        DataError: there is no such model, or the data is not what it was learned from.
    """
    path = folder / LEARNED
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            stored = {name: arrays[name] for name in arrays.files}
        facts = json.loads(str(stored["facts"]))
        settings = Settings(**facts["settings"])
        splits = tuple(facts["splits"])
        curve = [(int(epoch), float(loss), ndcg) for epoch, loss, ndcg in facts.get("curve", ())]
        model = Model(
            stored["track_factors"],
            stored["track_weight"],
            stored["track_bias"],
            facts["power"],
            blend=Blend(*facts["blend"]),
            temper=facts.get("temper", 1.0),
            scale=facts["scale"],
            level=facts["level"],
        )
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is no trained model ({error}); make one with `train`") from error
    number = {song.track_id.encode(): i for i, song in enumerate(lists.songs)}
    ids = stored["track_id"]
    if ids.dtype.kind == "U":  # as older models have them
        ids = np.char.encode(ids, "utf-8")
    try:
        keep = np.array([number[track_id] for track_id in ids.tolist()])
    except KeyError as error:
        raise DataError(
            f"the data lacks track {error.args[0].decode()!r} of {path}; name the data it was trained on"
        ) from error
    learned_from = lists.select(
        np.flatnonzero(np.isin(lists.splits, [SPLITS.index(name) for name in splits]))
    ).restricted(keep)
    return Learned(
        replace(model, memory=remember(learned_from, settings)),
        learned_from,
        settings,
        facts["epochs"],
        splits,
        facts["metrics"],
        curve,
    )


def write_bundle(learned: Learned, folder: Path) -> None:
    """Writes the bundle's files into a folder."""
    model, lists = learned.model, learned.lists
    popularity = popularity_of(lists)
    parts = Parts.of(lists)
    words, rows = word_rows(model, lists, learned.settings)
    others = joined(_artists(model, parts, popularity), rows)
    write_files(folder, model, others, lists.songs, popularity, parts.artists, words, _facts(learned))


def write_files(
    folder: Path,
    model: Model,
    others: StandIns,
    songs: Sequence[Song],
    popularity: Floats,
    artists: Sequence[str],
    words: Sequence[str],
    facts: Mapping[str, Any],
) -> None:
    """Writes the files of a bundle into a folder.

    Args:
        folder: it exists, and holds none of them.
        model: over the songs.
        others: the artists, and behind them the words.
        songs: in index order, the popular ones first.
        popularity: (songs,), 1 the most popular.
        artists: by name, in the order of `others`.
        words: likewise.
        facts: what the manifest says beside the counts and digests.
    """
    save_graphs(model, others, folder)
    write_catalogue(folder / "catalog.db", songs, popularity, artists, words)
    counts = {
        "format": FORMAT,
        "tracks": len(songs),
        "artists": len(artists),
        "dims": model.factors.shape[1],
    }
    facts = {**counts, **facts, "words": len(words)}
    (folder / "MODEL_CARD.md").write_text(_card(facts), "utf-8")
    facts["files"] = {name: _digest(folder / name) for name in FILES}
    (folder / "manifest.json").write_text(json.dumps(facts, indent=2) + "\n", "utf-8")


def popularity_of(lists: Playlists) -> Floats:
    """How much each song is played, 1 for the most popular: (songs,). No source drowns the others."""
    popularity = lists.matrix().T @ list_weights(lists, 0.5)
    return np.asarray(popularity / max(float(popularity.max()), 1e-9), np.float32)


def _artists(model: Model, parts: Parts, popularity: Floats) -> StandIns:
    """The stand-in of each artist: the mean of its songs, the popular ones first."""
    share = sparse.diags_array(popularity + np.float32(1e-3)) @ membership(
        parts.artist_of, len(parts.artists)
    )
    total = np.asarray(share.sum(0), np.float32).ravel()
    return StandIns(
        factors=np.asarray(share.T @ model.factors / total[:, None], np.float32),
        weights=np.asarray(share.T @ model.weights / total, np.float32),
        artist_of=np.arange(len(total), dtype=np.int32),
        likeness=nothing(len(total), len(popularity)),
    )


def _facts(learned: Learned) -> dict[str, Any]:
    lists = learned.lists
    parents = Counter(source for source, _ in set(zip(lists.sources, lists.parents, strict=True)))
    counts = Counter(lists.sources)
    return {
        "blend": learned.model.blend._asdict(),
        "data": [
            {
                "source": source,
                "licence": lists.licences[source],
                "playlists": counts[source],
                "parents": parents[source],
            }
            for source in sorted(counts)
        ],
        "splits": list(learned.splits),
        "settings": asdict(learned.settings),
        "epochs": learned.epochs,
        "metrics": learned.metrics,
    }


_CREDITS = {
    "bbc_radio_history": "the songs of one BBC selector's shows, MIT.",
    "beatify_party": "party packs of a music game in nine languages, MIT.",
    "billboard_cran": "US charts by year, MIT.",
    "billboard_utdata": "US charts by quarter and year, MIT.",
    "classic_rock_538": "FiveThirtyEight's radio logs of classic rock (June 2014), CC BY 4.0; "
    "the plays were grouped into sessions and matched to songs.",
    "hari_playlists": "one curator's mixes and years, MIT.",
    "songseeker_hitster": "songs of the Hitster card decks, MIT.",
    "spotify_archive_forks": "four playlists of forks of the archive below, MIT.",
    "spotify_editorial": "an archive of public playlists, 2019 to 2026, MIT.",
    "tidytuesday_spotify": "TidyTuesday, 21 January 2020, MIT as stored.",
}


def _card(facts: Mapping[str, Any]) -> str:
    data = "\n".join(
        f"| {each['source']} | {each['licence']} | {each['playlists']:,} | {each['parents']:,} |"
        for each in facts["data"]
    )
    credits_ = "\n".join(
        f"- `{each['source']}`: {_CREDITS[each['source']]}"
        for each in facts["data"]
        if each["source"] in _CREDITS
    )
    figures = ("r_precision", "ndcg", "recall_10", "hit_10")
    metrics = "\n".join(
        f"| {split} | {length} | {' | '.join(f'{quality[name]:.3f}' for name in figures)} |"
        for split, by_length in facts["metrics"].items()
        for length, quality in by_length.items()
    )
    return (
        Path(__file__)
        .with_name("card.md")
        .read_text("utf-8")
        .format(
            **{
                **facts,
                "adapted": _adapted(facts.get("adapted")),
                "credits": credits_,
                "data": data,
                "metrics": metrics,
                "splits": ", ".join(facts["splits"]),
            }
        )
    )


def _adapted(about: Mapping[str, Any] | None) -> str:
    """What the card says of a bundle that was adapted."""
    if about is None:
        return ""
    gain = "; ".join(
        f"{about['before'][length]:.3f} to {after:.3f} for {length}"
        for length, after in about["after"].items()
    )
    fitted = "was fitted to them" if about["calibrated"] else "is the older bundle's"
    return (
        f"\nAdapted from the bundle `{about['from']}` (how the SHA-256 of its `model.data` begins) to a "
        f"community's {about['lists']:,} playlists,\nwith {about['new_songs']:,} songs that it lacked; "
        f"`match` {fitted}. NDCG@100 on own lists that were left out, by the length of the\n"
        f"queue: {gain}. What is said below of training and measuring is the older bundle's. "
        "`origin.npz` holds what was\nits own, for adapting again; the bot does not need it.\n"
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
