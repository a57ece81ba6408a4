"""The words of a community's playlist names as words of its bundle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from model_export.graph import StandIns
from model_export.grown import OWN, Grown, Remembered, Strength, added, wider
from model_export.neighbours import nothing
from model_export.words import word_rows


def with_words(found: Grown, strength: Strength) -> Grown:
    """The same with the words of the own lists' names, those that three parents and more use."""
    bundle, before, after = found.bundle, found.before, Remembered.of(found.bundle)
    words, theirs = word_rows(bundle.model, found.lists, OWN)
    place = {word: i for i, word in enumerate(bundle.words)}
    new = [i for i, word in enumerate(words) if word not in place]
    all_words = [*bundle.words, *(words[i] for i in new)]
    others = StandIns(
        np.concatenate([bundle.others.factors, theirs.factors[new]]),
        np.concatenate([bundle.others.weights, theirs.weights[new]]),
        np.concatenate([bundle.others.artist_of, theirs.artist_of[new]]),
        nothing(len(bundle.artists) + len(all_words), len(bundle.songs)),
    )
    place = {word: i for i, word in enumerate(all_words)}
    shape = (after.likeness.shape[0] + len(new), after.likeness.shape[1])
    first = len(bundle.songs) + len(bundle.artists)
    rows = np.array([first + place[word] for word in words], np.int64)
    said = sparse.coo_array(theirs.likeness)
    near = sparse.csr_array((said.data, (rows[said.row], said.col)), shape=shape)
    before = Remembered(wider(before.likeness, *shape), before.kinship)
    likeness = added(wider(after.likeness, *shape), near, strength.likeness)
    after = Remembered(likeness, after.kinship)
    bundle = replace(bundle, others=others, words=all_words)
    return replace(found, bundle=after.put_into(bundle), before=before)
