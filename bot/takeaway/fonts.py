"""Which font writes what on the map: Noto, which comes with us, or else whatever is installed."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain, islice
from pathlib import Path
from unicodedata import category

import numpy as np
from PIL import ImageFont

from bot.party.visible import normal
from bot.takeaway.charmap import NONE, Codes, contains, coverage

BUNDLED = "manimgx_fonts"
"""The package that brings Noto: most alphabets, and emoji, but no Chinese, Japanese or Korean."""
PREFERRED = (
    *("dejavusans", "notosans", "hiragino", "ヒラギノ", "pingfang", "yugoth", "msyh", "malgun", "wqyzenhei"),
    *("symbola", "arialunicode"),
)
"""How the names of the installed fonts begin that are taken before any other, best first."""
STYLES = ("italic", "oblique", "condensed", "mono", "serif", "thin", "light", "medium", "black", "heavy")
"""What stands in the names of fonts that would stand out on the map."""
BLANK = ("lastresort", "adobeblank", "adobenotdef")
"""The fonts that have a box, or nothing, for every character."""
MOST_INSTALLED = 1000
"""So many installed fonts are looked at, however many there are."""
BOLD, REGULAR = 700, 400
LAYOUTS = ImageFont.Layout.BASIC, ImageFont.Layout.RAQM


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a text that one font writes."""

    text: str
    font: Path


class Fonts:
    """Finds who can write a text."""

    def __init__(self, bundled: Sequence[Path] | None = None, folders: Sequence[Path] | None = None) -> None:
        """Two kinds of fonts.

        Args:
            bundled: the files that are asked first, in this order; those of `BUNDLED` if not told.
            folders: where installed fonts lie; where this system keeps them if not told.
        """
        self._bundled = noto() if bundled is None else bundled
        self._folders = _folders() if folders is None else folders
        self._found: dict[tuple[str, bool], Path | None] = {}

    def known(self, char: str) -> bool:
        """Whether any font can write this character."""
        return self._font(char, bold=False) is not None

    def runs(self, text: str, *, bold: bool = False) -> list[Run]:
        """A text by who writes which part of it, in the order of reading; what nobody can write is left out.

        Accents are written by the font of their letter. Spaces, digits and signs stay in the font of a word
        before them if it has them.
        """
        parts: list[Run] = []
        for cluster in clusters(text):
            last = parts[-1] if parts else None
            stays = last and _is_word(last.text) and not _is_word(cluster) and writes(last.font, cluster)
            font = last.font if last and stays else self._best(cluster, bold)
            if font is None:
                continue
            kept = cluster if writes(font, cluster) else cluster[0]
            if last and font == last.font:
                parts[-1] = Run(last.text + kept, font)
            else:
                parts.append(Run(kept, font))
        return parts

    def _best(self, cluster: str, bold: bool) -> Path | None:
        return self._font(cluster, bold) or self._font(cluster[0], bold)

    def _font(self, cluster: str, bold: bool) -> Path | None:
        if (cluster, bold) not in self._found:
            fonts = chain(self._bundled, self._installed(cluster, bold))
            self._found[cluster, bold] = next((font for font in fonts if writes(font, cluster)), None)
        return self._found[cluster, bold]

    def _installed(self, cluster: str, bold: bool) -> Iterator[Path]:
        # To ask each of them would take long, which a name full of rare letters could make use of.
        if contains(self._reach, cluster):
            yield from (font for font in self._sorted[bold] if writes(font, cluster) and _opens(font))

    @functools.cached_property
    def _reach(self) -> Codes:
        """The code of every character that any installed font has a shape for, in order."""
        return np.unique(np.concatenate([NONE, *map(coverage, self._sorted[False])]))

    @functools.cached_property
    def _sorted(self) -> tuple[list[Path], list[Path]]:
        """The installed fonts, best first: for plain text and for bold."""
        found = list(islice(chain.from_iterable(map(_inside, self._folders)), MOST_INSTALLED))
        plain, bold = (sorted(found, key=functools.partial(_rank, bold=bold)) for bold in (False, True))
        return plain, bold


@functools.cache
def loaded(font: Path, size: float, *, bold: bool = False, shaped: bool = True) -> ImageFont.FreeTypeFont:
    """A font in a size, in the weight that is asked for if it has several.

    Args:
        font: its file.
        size: in pixels.
        bold: which weight.
        shaped: whether Pillow shall order and join letters, where it can.
    """
    loaded = ImageFont.truetype(font, size, layout_engine=LAYOUTS[shaped])
    with suppress(OSError):  # it has one
        loaded.set_variation_by_axes([_along(axis, bold) for axis in loaded.get_variation_axes()])
    return loaded


def _along(axis: ImageFont.Axis, bold: bool) -> float:
    usual = axis["default"] or 0
    if axis.get("name") != b"Weight":
        return usual
    return min(max(BOLD if bold else REGULAR, axis["minimum"] or 0), axis["maximum"] or BOLD)


def noto() -> list[Path]:
    """Noto's upright fonts, letters before emoji, which have digits too."""
    fonts = [Path(str(each)) for each in files(BUNDLED).iterdir() if each.name.endswith(".ttf")]
    upright = [font for font in fonts if "Italic" not in font.name]
    return sorted(upright, key=lambda font: ("Emoji" in font.name, "NotoSans[" not in font.name, font.name))


def _folders() -> list[Path]:
    """Where Linux, macOS and Windows keep fonts."""
    home = Path(os.environ.get("HOME", "/nowhere"))
    windows = Path(os.environ.get("SYSTEMROOT", "/nowhere"))
    systems = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/System/Library/Fonts")]
    own = [home / ".local/share/fonts", home / ".fonts", home / "Library/Fonts"]
    return [*own, *systems, Path("/Library/Fonts"), windows / "Fonts"]


def _inside(folder: Path) -> Iterator[Path]:
    """The fonts in a folder and in those within, in the same order each time."""
    for place, within, names in os.walk(folder):
        within.sort()
        yield from (Path(place) / name for name in sorted(names) if _is_font(name.lower()))


def _is_font(name: str) -> bool:
    return name.endswith((".ttf", ".otf", ".ttc", ".otc")) and not name.startswith(BLANK)


def _rank(font: Path, bold: bool) -> tuple[int, int, str]:
    """The smaller, the better the font fits."""
    name = "".join(char for char in normal("NFC", font.stem.lower()) if char not in " -_")
    family = next((i for i, begin in enumerate(PREFERRED) if name.startswith(begin)), len(PREFERRED))
    strange = sum(style in name for style in STYLES) + (("bold" in name) != bold)
    return family, strange, name


def clusters(text: str) -> list[str]:
    """Each letter with the accents that stand on it."""
    clusters: list[str] = []
    for char in text:
        if clusters and category(char)[0] == "M":
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _is_word(text: str) -> bool:
    return any(category(char)[0] == "L" for char in text)


@functools.cache
def writes(font: Path, cluster: str) -> bool:
    """Whether a font has a shape for all of these characters."""
    return contains(coverage(font), cluster)


@functools.cache
def _opens(font: Path) -> bool:
    try:
        ImageFont.truetype(font, 10)
    except OSError:
        return False
    return True
