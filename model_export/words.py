"""The words of playlist names as rows of the model: "90s rock" starts a party without a single song.

A word takes part in a queue as a song would. Its factors are those of the mean playlist that is named with
it, its neighbours the songs of those playlists. Only words of several parents are kept, and no name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from scipy import sparse

from model_export.graph import StandIns
from model_export.model import Model, Settings
from model_export.neighbours import Cosines, length_weights, nearest
from model_export.playlists import Playlists, list_weights

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
    named: defaultdict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(lists.names):
        for word in name_words(name):
            named[word].append(i)
    return {
        word: of for word, of in sorted(named.items()) if len({lists.parents[i] for i in of}) >= LEAST_PARENTS
    }


def word_rows(model: Model, lists: Playlists, settings: Settings) -> tuple[Sequence[str], StandIns]:
    """The words of these lists' names, and their rows."""
    named = shared_words(lists)
    tracks, words = len(model.factors), len(named)
    rows = np.concatenate([np.empty(0, np.int64), *([*of] for of in named.values())]).astype(np.int64)
    columns = np.repeat(np.arange(words), [len(of) for of in named.values()])
    says = sparse.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(lists), words))
    seen = lists.matrix()

    weights = sparse.diags_array(list_weights(lists, 1.0)) @ says  # a parent's snapshots count once
    weight = np.float32(STRENGTH * np.mean(model.weights))
    mean = (weights.T @ model.pooled(seen)) / np.asarray(weights.sum(0)).reshape(-1, 1)
    whole = sparse.csr_array(sparse.hstack([seen, says]))
    cosines = Cosines(whole, length_weights(lists, settings.length_damping))
    counts = np.zeros(tracks + words, np.int64)
    counts[tracks:] = settings.most_neighbours if model.memory else 0
    near = nearest(cosines, counts)
    return list(named), StandIns(
        factors=np.asarray(mean / weight ** (1 - model.power), np.float32),
        weights=np.full(words, weight, np.float32),
        artist_of=np.full(words, -1, np.int32),
        likeness=sparse.csr_array(near[tracks:][:, :tracks]),
    )
