"""From a bundle and a community's own playlists to a bundle that knows both, in about a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.afresh import is_strange, trained, wins
from model_export.bundle import MODEL, write_bundle, write_files
from model_export.checkpoint import room_for
from model_export.folders import written_whole
from model_export.grown import Community, Grown, community, grown
from model_export.learning import calibrated_by
from model_export.origin import original, save_origin, shipped
from model_export.own_words import with_words
from model_export.playlists import DataError, Playlists
from model_export.renew import Opened, apart, opened
from model_export.training import Told
from model_export.trial import Round, means, tried

SHORTEST = 2
"""A list of fewer songs says nothing of what belongs together."""
FEWEST = 10
"""From fewer different lists nothing is learned: it could not be seen whether it helps."""
FEWEST_CALIBRATED = 20
"""With fewer the match stays as the bundle has it."""
ALIKE = 0.5
"""Lists of one parent are copies of each other from so great a share of common songs on."""
AT_ONCE = 2**9
"""So many lists are compared with the others at once."""
COUNTED = frozenset({"tracks", "artists", "dims", "words"})
"""What a manifest counts anew."""
ANEW = "nothing is left half written"


@dataclass(frozen=True, slots=True)
class Adapted:
    """What was learned, and whether it helps."""

    lists: int  # that were learned from, copies counted once
    songs: int  # in the new bundle
    new_songs: int  # of them, that the old one lacked
    known: float  # the share of the lists' entries that were the old one's songs
    judged: int  # lists that before and after were measured on
    before: Mapping[int, float] = field(default_factory=dict)  # NDCG@100 by the queue's length, as it was
    after: Mapping[int, float] = field(default_factory=dict)  # the same of lists that it has not seen
    calibrated: bool = False  # whether `match` was fitted to the own lists
    alone: bool = False  # whether a model of these lists alone was better, and written
    replaced: int = 0  # lists that the old bundle had been adapted to, and that it forgot

    @property
    def better(self) -> bool:
        """Whether it is better than before on own lists that it has not seen."""
        return self.gain > 1

    @property
    def gain(self) -> float:
        """How many times as good it is."""
        before, after = sum(self.before.values()), sum(self.after.values())
        return after / before if before else float("inf") if after else 1.0


def adapt(bundle: Path, lists: Playlists, out: Path, *, progress: Told = lambda what, done: None) -> Adapted:
    """Writes a bundle that knows a community's playlists, too, whole or not at all.

    What it gains is measured on the same lists: each is asked about by what the lists of other folds tell.

    Args:
        bundle: the folder of the one to begin with.
        lists: the community's.
        out: the folder to write into.
        progress: told how far it is.

    Raises:
        DataError: no such bundle, too few lists, or `out` cannot be written.
    """
    usable, copies = _usable(lists)
    apart(bundle, out)
    with written_whole(out, MODEL, "model") as scratch:
        progress("reading", 0)
        whole = opened(bundle)
        base, again = original(whole, bundle), whole.manifest.get("adapted")
        of = community(base, usable, copies)
        strength, rounds = tried(of, copies, lambda done: progress("trying", 0.1 + 0.6 * done))
        progress("learning", 0.7)
        if is_strange(of) and wins(of, copies, rounds[0], _training(progress)):
            learned = trained(of, copies, _training(progress))
            with room_for(out, ANEW):
                write_bundle(learned, scratch)
            return replace(_told(of, copies, rounds, len(learned.lists.songs)), alone=True)
        found = with_words(grown(of, np.arange(len(of.lists)), strength), strength)
        told = _told(of, copies, rounds, len(found.bundle.songs))
        if told.calibrated:
            model = calibrated_by(found.bundle.model, [each.answers for each in rounds])
            found = replace(found, bundle=replace(found.bundle, model=model))
        if again:
            told = replace(told, replaced=int(again["lists"]))
        progress("writing", 0.8)
        with room_for(out, ANEW):
            _write(base, found, told, again["from"] if again else _name(base), scratch)
    return told


def _usable(lists: Playlists) -> tuple[Playlists, npt.NDArray[np.int64]]:
    """The lists that tell something, and the same number for those that are copies of each other.

    Raises:
        DataError: they are too few.
    """
    lists = lists.select(np.flatnonzero(np.diff(lists.bounds) >= SHORTEST))
    copies = copies_of(lists)
    different = len(np.unique(copies))
    if different < FEWEST:
        raise DataError(
            f"{different} different playlists of two songs or more are too few to learn from; "
            f"bring at least {FEWEST}"
        )
    return lists, copies


def copies_of(lists: Playlists) -> npt.NDArray[np.int64]:
    """The number of the first list that each is a copy of, or its own: (lists,).

    Only lists of one parent are copies: a playlist as it was on several days. Two evenings of one room, or
    two playlists of one account, share a parent too, and count as two.
    """
    first = np.arange(len(lists))
    seen, lengths = lists.matrix(), np.diff(lists.bounds)
    for parent in np.flatnonzero(np.bincount(lists.parent_of, minlength=1) > 1).tolist():
        theirs = np.flatnonzero(lists.parent_of == parent)
        for start in range(0, len(theirs), AT_ONCE):
            some = theirs[start : start + AT_ONCE]
            both = sparse.coo_array(seen[some] @ seen[theirs].T)
            one, other = some[both.row], theirs[both.col]
            alike = (both.data > ALIKE * (lengths[one] + lengths[other] - both.data)) & (other < one)
            np.minimum.at(first, one[alike], first[other[alike]])
    return first


def _training(progress: Told) -> Told:
    return lambda what, done: progress("training", 0.7 + 0.1 * done)


def _told(of: Community, copies: npt.NDArray[np.int64], rounds: Sequence[Round], songs: int) -> Adapted:
    different = len(np.unique(copies))
    return Adapted(
        lists=different,
        songs=songs,
        new_songs=max(songs - len(of.base.songs), 0),
        known=of.known(),
        judged=sum(len(each.asked) for each in rounds),
        before=means([each.before for each in rounds]),
        after=means([each.after for each in rounds]),
        calibrated=different >= FEWEST_CALIBRATED,
    )


def _name(base: Opened) -> str:
    """How the hash of a bundle's numbers begins; those of the first format had no file of their own."""
    files = base.manifest["files"]
    return str(files.get("model.data", files["model.onnx"]))[:12]


def _write(base: Opened, found: Grown, told: Adapted, origin: str, folder: Path) -> None:
    """Writes the bundle, and beside it what was the old one's."""
    bundle, arrays = shipped(base, found)
    facts = {name: value for name, value in base.facts.items() if name not in COUNTED}
    about = {
        "from": origin,
        "lists": told.lists,
        "new_songs": told.new_songs,
        "calibrated": told.calibrated,
        "before": {str(length): round(value, 4) for length, value in told.before.items()},
        "after": {str(length): round(value, 4) for length, value in told.after.items()},
        "origin": save_origin(arrays, folder),
    }
    write_files(
        folder,
        bundle.model,
        bundle.others,
        bundle.songs,
        bundle.popularity,
        bundle.artists,
        bundle.words,
        {**facts, "adapted": about},
    )


def summary(told: Adapted) -> str:
    """What was learned and what it brings, for people: some lines."""
    lines = [
        f"{told.lists:,} playlists with {told.new_songs:,} new songs; {told.known:.0%} of theirs were known.",
        f"NDCG@100 on {told.judged} of them, each asked about when only the others were learned, "
        "songs that nobody knows counted as missed:",
        *(
            f"  first {length} songs: {before:.3f} before, {told.after[length]:.3f} after"
            for length, before in told.before.items()
        ),
    ]
    if told.replaced:
        lines.append(
            f"The bundle had been adapted to {told.replaced:,} playlists before: it forgot those. "
            "To keep them, name all together."
        )
    if told.alone:
        lines.append(
            "They share next to nothing with the bundle, and a model of them alone is better still: "
            "that is what I wrote. It knows nothing else."
        )
    elif told.better:
        gain = (
            f"{told.gain:.2f} times as good" if any(told.before.values()) else "it knew none of them before"
        )
        lines.append(f"  together {gain}.")
    else:
        lines.append("  This brings nothing on your playlists: keep the old bundle, or bring more of them.")
    if not told.calibrated:
        lines.append(f"The match stays as it was: it takes {FEWEST_CALIBRATED} playlists to fit it to yours.")
    return "\n".join(lines)
