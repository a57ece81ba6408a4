"""The words of playlist names as rows of the model: "90s rock" starts a party without a single song.

A word takes part in a queue as a song would. Its factors are those of the mean playlist that is named with
it, its neighbours the songs of those playlists. Only words of several parents are kept, and no name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain

import numpy as np
from scipy import sparse

from model_export.graph import StandIns
from model_export.model import Model, Settings
from model_export.neighbours import REACH, SUPPORT, as_bytes, from_bytes, nothing, supported
from model_export.playlists import Playlists, list_weights, numbered, parts, runs, summed

LEAST_PARENTS = 3
"""A word of fewer different playlists is kept out: it could tell whose they are."""
SHORTEST = 2
"""The shortest word, in characters."""
_TIME = re.compile(r"(19|20)?\d0s|(19|20)\d\d")
"""A decade or a year; other figures, of dates and charts, say nothing."""
STRENGTH = 4.0
"""A word speaks like so many songs of middling weight."""

_ACCENTS = re.compile(r"([a-z])[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")


def name_words(name: str) -> list[str]:
    """The words of a name, as the bot reads what people type: without case, accents and signs."""
    plain = _ACCENTS.sub(r"\1", unicodedata.normalize("NFKD", name.casefold()))
    found = _WORD.findall(unicodedata.normalize("NFC", plain))
    telling = (word for word in found if _TIME.fullmatch(word) or not any(map(str.isdigit, word)))
    return [word for word in dict.fromkeys(telling) if len(word) >= SHORTEST]


def shared_words(lists: Playlists) -> dict[str, list[int]]:
    """The words that enough parents use, in order, and the lists that are named with each."""
    words, says = _said(lists)
    bounds, of_list = says.indptr, says.indices
    return {word: of_list[bounds[i] : bounds[i + 1]].tolist() for i, word in enumerate(words)}


def _said(lists: Playlists) -> tuple[list[str], sparse.csr_array]:
    """The words that enough parents use, in order, and 1 where a list is named with one: (words, lists).

    Of a million lists few have a name that no other has, so each name is looked at once.
    """
    names, name_of = numbered(lists.names)
    numbers: dict[str, int] = {}
    of_name = [[numbers.setdefault(word, len(numbers)) for word in name_words(name)] for name in names]
    counts = np.array([len(words) for words in of_name], np.int64)
    flat = np.fromiter(chain.from_iterable(of_name), np.int64, int(counts.sum()))
    word = flat[runs(summed(counts)[:-1][name_of], counts[name_of])]
    of_list = np.repeat(np.arange(len(name_of)), counts[name_of])

    parents = int(lists.parent_of.max(initial=-1)) + 1
    pairs = np.unique(word * parents + lists.parent_of[of_list])
    used = np.bincount(pairs // max(parents, 1), minlength=len(numbers))
    spelled = list(numbers)
    kept = sorted(np.flatnonzero(used >= LEAST_PARENTS).tolist(), key=lambda number: spelled[number])
    row_of = np.full(len(numbers), -1, np.int64)
    row_of[kept] = np.arange(len(kept))
    rows = row_of[word]
    ones = np.ones(int((rows >= 0).sum()), np.float32)
    shape = (len(kept), len(lists))
    says = sparse.csr_array((ones, (rows[rows >= 0], of_list[rows >= 0])), shape=shape)
    says.sort_indices()
    return [spelled[number] for number in kept], says


def word_rows(model: Model, lists: Playlists, settings: Settings) -> tuple[Sequence[str], StandIns]:
    """The words of these lists' names, and their rows."""
    words, says = _said(lists)
    weights = sparse.csr_array(says @ sparse.diags_array(list_weights(lists, 1.0)))  # snapshots count once
    weight = np.float32(STRENGTH * np.mean(model.weights))
    mean = np.zeros((len(words), model.factors.shape[1]), np.float32)
    for part in parts(lists.bounds):
        mean += weights[:, part] @ model.pooled(_seen(lists, part))
    mean /= np.asarray(weights.sum(1)).reshape(-1, 1)
    return words, StandIns(
        factors=np.asarray(mean / weight ** (1 - model.power), np.float32),
        weights=np.full(len(words), weight, np.float32),
        artist_of=np.full(len(words), -1, np.int32),
        likeness=_near(lists, says, settings, settings.most_neighbours if model.memory else 0),
    )


def _seen(lists: Playlists, part: slice) -> sparse.csr_array:
    """1 where a list of a part holds a song."""
    bounds = lists.bounds[part.start : part.stop + 1]
    entries = lists.entries[bounds[0] : bounds[-1]]
    shape = (part.stop - part.start, len(lists.songs))
    return sparse.csr_array((np.ones(len(entries), np.float32), entries, bounds - bounds[0]), shape=shape)


def _near(lists: Playlists, says: sparse.csr_array, settings: Settings, most: int) -> sparse.csr_array:
    """The shrunk cosine of each word and its nearest songs, as it is shipped: (words, songs)."""
    songs, counts = len(lists.songs), supported(lists, settings.length_damping)
    lengths_of = np.diff(lists.bounds)
    times = np.zeros(songs, np.float32)
    for part in parts(lists.bounds):
        times += _seen(lists, part).T @ counts[part]
    weighted = sparse.csr_array(says @ sparse.diags_array(counts))
    of_word = np.asarray(weighted.sum(1), np.float32).ravel()
    columns, values, lengths = [np.empty(0, np.int32)], [np.empty(0, np.float32)], [0]
    for word in range(says.shape[0] if most else 0):
        own = slice(says.indptr[word], says.indptr[word + 1])
        named = says.indices[own]
        entries = lists.entries[runs(lists.bounds[named], lengths_of[named])]
        told = np.repeat(weighted.data[own], lengths_of[named])
        together = np.bincount(entries[entries < REACH], told[entries < REACH])
        near = np.flatnonzero(together)
        cosine = together[near] / (np.sqrt(of_word[word] * times[near]) + SUPPORT)
        if len(near) > most:
            best = np.sort(np.argpartition(-cosine, most)[:most])
            near, cosine = near[best], cosine[best]
        columns.append(near.astype(np.int32))
        values.append(cosine.astype(np.float32))
        lengths.append(len(near))
    small, step = as_bytes(np.concatenate(values))
    found = (from_bytes(small, step), np.concatenate(columns), np.cumsum(lengths))
    return sparse.csr_array(found, shape=(says.shape[0], songs)) if most else nothing(says.shape[0], songs)
