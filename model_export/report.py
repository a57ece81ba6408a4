"""The report: one page with pictures that shows how good and how odd a model is.

The page needs nothing but the pictures beside it. Titles and artists come from whoever wrote the data, so the
template escapes everything. Playlist names are personal: only how many hold a word is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import jinja2
import numpy as np

from model_export import plots
from model_export.bundle import LEARNED, Learned, load_learned
from model_export.evaluate import OURS, Bundle
from model_export.findings import (
    EVERY_SOURCE,
    TYPICAL_LENGTH,
    Begun,
    Map,
    Measured,
    Popularity,
    Reliability,
    Row,
    Sample,
    believed,
    learned_from,
    mapped,
    measured,
    popularity,
    remembering,
    samples,
    train_sample,
)
from model_export.playlists import SPLITS, DataError, Playlists
from model_export.strata import Strata, examined

PAGE = "index.html"
FILES = frozenset({PAGE, *plots.FILES})
"""What a report's folder may hold."""

FIGURES = {
    "r_precision": "R-precision",
    "ndcg": "NDCG@100",
    "recall_10": "Recall@10",
    "hit_10": "hit@10",
    "coverage": "coverage",
    "ndcg_all": "NDCG@100, all songs",
}
TALK: Mapping[str, Sequence[str]] = {
    OURS: ("35 %", "18 %", "15 %"),
    "same artist": ("8 %",),
    "same album": ("7 %",),
}
"""The accuracy that the talk gave its 3-dimensional model (train, validation, test) and the naive ones."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is told of one model; what cannot be told is None or stands in `missing`."""

    learned: Learned
    word: str
    measured: Mapping[str, Measured]
    missing: Mapping[str, str]  # why a split was not measured
    reliability: Mapping[str, Reliability]
    popularity: Popularity | None  # on test
    strata: Strata | None  # likewise
    map: Map
    samples: Sequence[Sample]


def examine(data: Playlists, model: Path, word: str, begun: Begun = lambda what: None) -> Report:
    """Finds out all that the report tells.

    Args:
        data: the playlists that the model was trained on, all splits.
        model: the folder that `train` wrote.
        word: playlists whose name contains it, in whatever case, are marked on the map.
        begun: told what is being worked on.

    Raises:
        DataError: no word, or no model, or one of other data.
    """
    word = word.strip()
    if not word:
        raise DataError("--word is empty; say a word that playlists have in their name, like workout")
    begun("reading the model")
    bundle = Bundle(model, data)
    learned = load_learned(model, data)
    landscape = _landscape(model, learned, word)
    missing: dict[str, str] = {}
    lists = dict(_measurable(bundle, data, missing))
    begun("learning the baselines")
    methods = remembering(bundle, data)
    return Report(
        learned,
        word,
        {
            split: measured(methods, own, bundle.catalogue, _prefixed(begun, split))
            for split, own in lists.items()
        },
        missing,
        {split: believed(bundle, own) for split, own in lists.items() if split != "train"},
        popularity(methods, bundle, data, lists["test"]) if "test" in lists else None,
        examined(bundle, methods[OURS], learned_from(bundle, data), lists["test"], TYPICAL_LENGTH)
        if "test" in lists
        else None,
        landscape,
        list(samples(bundle, data)),
    )


def _prefixed(begun: Begun, split: str) -> Begun:
    return lambda what: begun(f"{split}: {what}")


def _measurable(bundle: Bundle, data: Playlists, missing: dict[str, str]) -> Iterator[tuple[str, Playlists]]:
    """The playlists of each split, or why there are none to measure on."""
    for split in SPLITS:
        try:
            yield split, train_sample(data) if split == "train" else bundle.unseen(data, split)
        except DataError as error:
            missing[split] = str(error)


def _landscape(model: Path, learned: Learned, word: str) -> Map:
    """The map of the tracks and of one playlist of each parent, as `train` stored them."""
    lists = learned.lists
    with np.load(model / LEARNED) as stored:
        tracks, playlists = stored["track_factors"], stored["playlist_factors"]
        older = "playlist" not in stored  # those of all playlists
        chosen = np.arange(len(playlists)) if older else stored["playlist"]
        count = len(playlists) if older else int(stored["playlists"])
    if count != len(lists):
        raise DataError(f"{model} was trained on other playlists than this data's; name its own data")
    first = np.unique(lists.parent_of[chosen], return_index=True)[1]
    names = lists.names if len(lists.names) else [""] * len(lists)
    marked = np.array([word.casefold() in names[i].casefold() for i in chosen[first].tolist()], np.bool_)
    return mapped(tracks, playlists[first], marked)


def write_report(report: Report, folder: Path) -> None:
    """Writes the page and its pictures into a folder."""
    shown = set()
    for theme in plots.THEMES:
        for name, figure in _pictures(report, theme):
            plots.save(figure, folder / f"{name}{theme.suffix}.png")
            shown.add(name)
    (folder / PAGE).write_text(_page(report, shown), "utf-8")


def _pictures(report: Report, theme: plots.Theme) -> Iterator[tuple[str, plots.Picture]]:
    best_known = next((split for split in ("test", "validation") if split in report.measured), None)
    if best_known:
        yield "quality", plots.quality(report.measured[best_known], theme)
    if report.reliability:
        yield "reliability", plots.reliability(report.reliability, theme)
    if report.popularity:
        yield "popularity", plots.popularity(report.popularity, theme)
    yield "map", plots.landscape(report.map, report.word, theme)
    if report.learned.curve:
        yield "training", plots.training(report.learned.curve, report.learned.epochs, theme)


def _page(report: Report, shown: set[str]) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(chance=chance, percent=percent, times=times)
    environment.globals.update(decimal=decimal, percent=percent)
    return environment.get_template("report.html").render(
        report=report,
        shown=shown,
        splits=SPLITS,
        ours=OURS,
        talk=TALK,
        figures=FIGURES,
        tables={split: list(_tables(found)) for split, found in report.measured.items()},
        every_source=EVERY_SOURCE,
        typical=TYPICAL_LENGTH,
        sources=sorted(Counter(report.learned.lists.sources).items()),
    )


@dataclass(frozen=True, slots=True)
class Group:
    """The methods' figures for one queue length, as text, and which of each figure is the best."""

    length: int
    cases: int
    lines: Sequence[tuple[str, Sequence[tuple[str, bool]]]]


def _tables(found: Measured) -> Iterator[tuple[str, Sequence[Group]]]:
    """A table of each source, all of them together first."""
    sources = sorted({row.source for row in found.rows}, key=lambda source: (source != EVERY_SOURCE, source))
    for source in sources:
        own = [row for row in found.rows if row.source == source and row.quality.cases]
        yield source, [_group(k, list(rows)) for k, rows in groupby(own, key=lambda row: row.length)]


def _group(length: int, rows: Sequence[Row]) -> Group:
    texts = [[decimal(getattr(row.quality, name)) for name in FIGURES] for row in rows]
    best = [max(column) for column in zip(*texts, strict=True)]
    lines = [
        (row.method, [(text, text == top) for text, top in zip(line, best, strict=True)])
        for row, line in zip(rows, texts, strict=True)
    ]
    return Group(length, rows[0].quality.cases, lines)


def decimal(figure: float) -> str:
    """A figure with three decimals; what is no number is a dash."""
    return "–" if figure != figure else f"{figure:.3f}"


def percent(share: float) -> str:
    """A share in per cent; what is no number is a dash."""
    return "–" if share != share else f"{share:.1%}".replace("%", " %")


def chance(probability: float) -> str:
    """A probability for people: in per cent, or one in so many where that is less than one per cent."""
    if probability >= 0.01:
        return percent(probability)
    return f"1 in {float(f'{1 / max(probability, 1e-12):.2g}'):,.0f}"


def times(factor: float) -> str:
    """A factor of the odds, with as many digits as mean something."""
    return f"× {factor:.1f}" if factor >= 1 else f"× {factor:.2f}"
