"""The report's pictures, each in a light and a dark dress.

Colours are those of Okabe and Ito (2008), which colour-blind people tell apart, and never the only sign:
lines differ in their markers, dots in their shapes. Figures are made without pyplot: they share no state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator, PercentFormatter, StrMethodFormatter

from model_export.evaluate import OURS
from model_export.findings import EVERY_SOURCE, FINE, HELD_OUT, Map, Measured, Popularity, Reliability
from model_export.metrics import QUEUE_LENGTHS, Bin
from model_export.training import Epoch

Picture: TypeAlias = Figure
"""What is drawn and not yet saved."""

WIDTH_IN, DPI = 5.0, 240
FEWEST = 50
"""Answers that a point of the reliability diagram must have: fewer say little."""
_LABEL = 11


@dataclass(frozen=True, slots=True)
class Theme:
    """One dress of the pictures."""

    suffix: str  # of the file's name
    paper: str
    ink: str
    grid: str
    faint: str  # dots in the background
    ours: str
    others: Sequence[str]


THEMES = (
    Theme(
        "",
        "#ffffff",
        "#1d2330",
        "#d5d9e2",
        "#7d8799",
        "#d55e00",
        ("#0072b2", "#009e73", "#cc79a7", "#56b4e9"),
    ),
    Theme(
        "-dark",
        "#14181f",
        "#e8ebf2",
        "#353c4a",
        "#8b95a8",
        "#ff8a4c",
        ("#56b4e9", "#2fd0a0", "#f0a6cc", "#f0e442"),
    ),
)
PICTURES = ("quality", "reliability", "popularity", "map", "training")
FILES = tuple(f"{name}{theme.suffix}.png" for name in PICTURES for theme in THEMES)


def save(figure: Figure, path: Path) -> None:
    """Writes a picture; the same figure gives the same bytes."""
    figure.savefig(path, dpi=DPI, metadata={"Software": None})


def quality(measured: Measured, theme: Theme) -> Figure:
    """R-precision and NDCG@100 of every method by the length of the queue."""
    figure = _figure(5.6, theme)
    panels = [_axes(figure, theme, (2, 1, place)) for place in (1, 2)]
    for axes, (name, title) in zip(
        panels, {"r_precision": "R-precision", "ndcg": "NDCG@100"}.items(), strict=True
    ):
        for method, look in _looks(dict.fromkeys(row.method for row in measured.rows), theme):
            lengths, values = _by_length(measured, method, name)
            axes.plot(lengths, values, label=method, **look)
        axes.set_xscale("log")
        axes.set_xticks(QUEUE_LENGTHS, [str(length) for length in QUEUE_LENGTHS], minor=False)
        axes.set_xticks([], minor=True)
        axes.set_ylim(bottom=0)
        axes.set_ylabel(title)
    panels[1].set_xlabel("songs in the queue")
    _legend(figure, panels[0], theme, columns=3)
    return figure


def _by_length(measured: Measured, method: str, name: str) -> tuple[list[int], list[float]]:
    own = [
        row
        for row in measured.rows
        if (row.source, row.method) == (EVERY_SOURCE, method) and row.quality.cases
    ]
    return [row.length for row in own], [getattr(row.quality, name) for row in own]


def reliability(found: Mapping[str, Reliability], theme: Theme) -> Figure:
    """Promised against true shares of each split, and how many answers each point stands for."""
    figure = _figure(5.6, theme)
    grid = figure.add_gridspec(2, 1, height_ratios=(2, 1))
    above, below = _axes(figure, theme, grid[0]), _axes(figure, theme, grid[1])
    above.plot([0, 1], [0, 1], color=theme.ink, linestyle=":", label="match = truth")
    offset = -1.0
    for (split, each), look in zip(found.items(), _splits(theme), strict=False):
        bins = [one for one in each.bins if one.count >= FEWEST]
        match, true = [one.match for one in bins], [one.true for one in bins]
        above.errorbar(match, true, [_spread(one) for one in bins], label=split, capsize=3, **look)
        middles = [(int(one.match * FINE) + 0.5 + offset * 0.2) / FINE for one in each.bins]
        below.bar(middles, [one.count for one in each.bins], 0.36 / FINE, color=look["color"])
        offset = 1.0
    widest, highest = _reach(found.values())
    for axes in (above, below):
        axes.set_xlim(0, widest)
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    above.set_ylim(0, highest)
    above.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    above.set_ylabel("share that was right")
    below.set_yscale("log")
    below.yaxis.set_minor_locator(NullLocator())
    below.set_ylim(bottom=0.8)
    below.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    below.set_ylabel("answers")
    below.set_xlabel("match: the promised probability")
    _legend(figure, above, theme, columns=3)
    return figure


def _reach(found: Iterable[Reliability]) -> tuple[float, float]:
    """How far the axes go: a little past the highest match of all, and the highest share that is drawn."""
    bins = [one for each in found for one in each.bins]
    matches = [one.match for one in bins]
    shares = [max(one.match, one.true + _spread(one)) for one in bins if one.count >= FEWEST]
    return min(1.0, 1.08 * max([*matches, 0.1])), min(1.0, 1.08 * max([*shares, 0.1]))


def _spread(one: Bin) -> float:
    """Two standard errors of a share, had every answer been drawn by itself."""
    return 2 * float(np.sqrt(one.true * (1 - one.true) / one.count))


def _splits(theme: Theme) -> Iterator[dict[str, Any]]:
    for colour, marker in zip((theme.others[0], theme.ours), ("s", "o"), strict=True):
        yield {"color": colour, "marker": marker, "markersize": 6, "linewidth": 1.5}


def popularity(found: Popularity, theme: Theme) -> Figure:
    """The share of suggestions, and of the held-out songs, up to each popularity rank."""
    figure = _figure(4.2, theme)
    axes = _axes(figure, theme, (1, 1, 1))
    tracks = len(found.shares[HELD_OUT])
    ranks = np.arange(1, tracks + 1)
    for method, look in _looks([name for name in found.shares if name != HELD_OUT], theme):
        look.update(markevery=(0.08, 0.16))
        axes.plot(ranks, found.shares[method], label=method, **look)
    axes.plot(ranks, found.shares[HELD_OUT], color=theme.ink, linestyle="--", linewidth=2, label=HELD_OUT)
    axes.set_xscale("log")
    axes.set_xlim(1, max(tracks, 2))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(0, 1.02)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel("songs by popularity, the most popular first")
    axes.set_ylabel("share among these songs")
    _legend(figure, axes, theme, columns=3)
    return figure


def landscape(found: Map, word: str, theme: Theme) -> Figure:
    """Tracks and playlists in three dimensions, the playlists named for the word apart."""
    figure = _figure(5.0, theme)
    axes: Any = figure.add_subplot(projection="3d", facecolor=theme.paper, computed_zorder=False)
    marked = {"marker": "^", "edgecolors": theme.paper, "depthshade": False}
    for points, size, colour, alpha, label, look in (
        (found.tracks, 2, theme.faint, 0.3, "songs", {"linewidths": 0}),
        (found.without, 8, theme.others[0], 0.55, "other playlists", {"linewidths": 0}),
        (found.with_word, 60, theme.ours, 1, f"playlists with “{_legible(word)}” in their name", marked),
    ):
        axes.scatter(*points.T, s=size, color=colour, alpha=alpha, label=label, **look)
    for name, share in zip("xyz", found.explained, strict=True):
        _bare(getattr(axes, f"{name}axis"), f"component {'xyz'.index(name) + 1} ({share:.0%})", theme)
    axes.grid(False)
    axes.view_init(elev=22, azim=-58)
    axes.set_box_aspect(None, zoom=1.07)
    _legend(figure, axes, theme, columns=1, dots=50)
    return figure


def _bare(axis: Any, title: str, theme: Theme) -> None:
    """An axis without ticks, for a component's values mean nothing by themselves."""
    axis.set_pane_color((*to_rgb(theme.grid), 0.25))
    axis.set_ticks([])
    axis.line.set_color(theme.grid)
    axis.set_label_text(title)
    axis.labelpad = -8
    axis.label.set(color=theme.ink, fontsize=_LABEL)


def _legible(word: str) -> str:
    """The word where the pictures' font has its letters; between dollar signs would stand mathematics."""
    return word.replace("$", r"\$") if word.isprintable() and max(map(ord, word)) < 0x250 else "…"


def training(curve: Sequence[Epoch], kept: int, theme: Theme) -> Figure:
    """The loss of every epoch and the NDCG@100 on validation where it was measured."""
    figure = _figure(5.6, theme)
    panels = [_axes(figure, theme, (2, 1, place)) for place in (1, 2)]
    epochs = [epoch for epoch, _, _ in curve]
    looked = [(epoch, ndcg) for epoch, _, ndcg in curve if ndcg is not None]
    panels[0].plot(epochs, [loss for _, loss, _ in curve], color=theme.others[0], label="loss on training")
    panels[0].set_ylabel("loss per song, nats")
    panels[1].plot(*zip(*looked, strict=True) if looked else ((), ()), color=theme.ours, marker="o")
    panels[1].set_ylabel("validation NDCG@100")
    panels[1].set_xlabel("epoch")
    for axes in panels:
        axes.axvline(kept, color=theme.ink, linestyle=":", label=f"kept: epoch {kept}")
        axes.set_xlim(0, max([*epochs, kept]) + 1)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _legend(figure, panels[0], theme, columns=2)
    return figure


def _figure(height_in: float, theme: Theme) -> Figure:
    figure = Figure(figsize=(WIDTH_IN, height_in), facecolor=theme.paper)
    figure.set_layout_engine("constrained", w_pad=0.08, h_pad=0.08)
    FigureCanvasAgg(figure)
    return figure


def _axes(figure: Figure, theme: Theme, place: Any) -> Axes:
    """An empty diagram with a quiet grid; the place is a gridspec's cell or rows, columns, number."""
    where = place if isinstance(place, tuple) else (place,)
    axes = figure.add_subplot(*where, facecolor=theme.paper)
    axes.grid(color=theme.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=theme.ink, labelsize=_LABEL)
    for side, spine in axes.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(theme.grid)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(color=theme.ink, fontsize=_LABEL)
    return axes


def _looks(methods: Iterable[str], theme: Theme) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each method with its colour and marker; ours stands out and lies on top."""
    signs = zip(cycle(theme.others), cycle("s^vDPX"), strict=False)
    for method in methods:
        if method == OURS:
            yield method, {"color": theme.ours, "marker": "o", "linewidth": 2.8, "markersize": 7, "zorder": 5}
        else:
            colour, marker = next(signs)
            yield method, {"color": colour, "marker": marker, "linewidth": 1.6, "markersize": 6}


def _legend(figure: Figure, axes: Axes, theme: Theme, columns: int, dots: float | None = None) -> None:
    """What the signs mean, above the picture, where it hides nothing; dots all of one size, where told."""
    handles, labels = axes.get_legend_handles_labels()
    legend = figure.legend(
        handles,
        labels,
        loc="outside upper center",
        ncols=columns,
        frameon=False,
        fontsize=_LABEL,
        labelcolor=theme.ink,
        columnspacing=1.2,
    )
    for handle in legend.legend_handles:
        if dots and isinstance(handle, PathCollection):
            handle.set_sizes([dots])
            handle.set_alpha(1)
