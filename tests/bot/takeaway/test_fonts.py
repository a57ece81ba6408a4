"""Which font writes what: the bundled one for everything it has, then whatever is installed, best first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.takeaway import fonts
from bot.takeaway.fonts import Fonts, clusters, loaded, noto

LATIN, THAI = noto()[0], next(font for font in noto() if "Thai" in font.name)


def written(text: str, here: Fonts | None = None) -> list[tuple[str, str]]:
    """Which part of a text which font writes."""
    return [(run.text, run.font.name.split("[")[0]) for run in (here or Fonts()).runs(text)]


def installed(folder: Path, *names: str) -> Fonts:
    """A machine where only Latin is bundled, and Thai is installed under these names."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(THAI, folder / name)
    return Fonts([LATIN], [folder])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Beyoncé – Ελλάδα, Привет!", [("Beyoncé – Ελλάδα, Привет!", "NotoSans")]),
        ("สวัสดี 24 go", [("สวัสดี ", "NotoSansThai"), ("24 go", "NotoSans")]),
        ("🎉 24 🔥🎉", [("🎉", "NotoEmoji"), (" 24 ", "NotoSans"), ("🔥🎉", "NotoEmoji")]),
        ("a\u0301 ❤\ufe0f", [("a\u0301 ", "NotoSans"), ("❤\ufe0f", "NotoEmoji")]),
        ("a\u0e49b", [("ab", "NotoSans")]),
        ("\ue000", []),
        ("", []),
    ],
)
def test_each_part_of_a_text_has_a_font(text: str, parts: list[tuple[str, str]]) -> None:
    """Spaces stay with words, accents with letters; what no font has is left out."""
    assert written(text, Fonts(folders=[])) == parts


def test_the_bundled_fonts_write_most_alphabets() -> None:
    """What names at a party are written in, but for Chinese, Japanese and Korean."""
    here = Fonts(folders=[])
    for text in ("Çağla", "Ελένη", "Дмитрий", "محمد", "עמית", "ณัฐ", "देव", "ქეთი", "Արամ", "♥♪", "🎉🔥"):
        assert all(here.known(char) for char in text), text
    assert not any(here.known(char) for char in "中のキ한")


def test_an_installed_font_writes_what_is_not_bundled(tmp_path: Path) -> None:
    """Wherever in the folders it lies; without it nobody writes that."""
    assert not Fonts([LATIN], [tmp_path, tmp_path / "nowhere"]).known("ส")
    here = installed(tmp_path, "deep/within/Some.OTF")
    assert here.known("ส")
    assert written("a ส", here) == [("a ", "NotoSans"), ("ส", "Some.OTF")]


@pytest.mark.parametrize(
    ("names", "plain", "bold"),
    [
        (["A-Bold.ttf", "B-Regular.ttf"], "B-Regular.ttf", "A-Bold.ttf"),
        (["A-Italic.ttf", "A-Mono.ttf", "A.ttf"], "A.ttf", "A.ttf"),
        (["A.ttf", "Noto Sans Thai.ttf", "wqy-zenhei.ttc"], "Noto Sans Thai.ttf", "Noto Sans Thai.ttf"),
        (["A.ttf", "LastResort.otf"], "A.ttf", "A.ttf"),
    ],
)
def test_the_font_that_fits_best_is_taken(names: list[str], plain: str, bold: str, tmp_path: Path) -> None:
    """Known families and upright ones first, bold for bold, never one that has a box for everything."""
    here = installed(tmp_path, *names)
    assert [run.font.name for run in here.runs("ส")] == [plain]
    assert [run.font.name for run in here.runs("ส", bold=True)] == [bold]


def test_a_font_that_cannot_be_opened_is_passed_by(tmp_path: Path) -> None:
    """A file may have a table of characters and be broken all the same."""
    here = installed(tmp_path, "B.ttf")
    whole = THAI.read_bytes()
    (tmp_path / "A.ttf").write_bytes(whole.replace(b"head", b"daeh", 1).replace(b"maxp", b"pxam", 1))
    assert [run.font.name for run in here.runs("ส")] == ["B.ttf"]
    (tmp_path / "B.ttf").unlink()
    assert not Fonts([LATIN], [tmp_path]).known("ส")


def test_only_so_many_installed_fonts_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may have thousands."""
    monkeypatch.setattr(fonts, "MOST_INSTALLED", 2)
    for name in ("A.ttf", "B.ttf"):
        shutil.copy(LATIN, tmp_path / name)
    assert not installed(tmp_path, "C.ttf").known("ส")
    assert installed(tmp_path, "AA.ttf").known("ส")


def test_bold_is_wider_and_small_is_narrower() -> None:
    """One file has both weights, in every size."""
    plain = loaded(LATIN, 40).getlength("Party")
    assert loaded(LATIN, 40, bold=True).getlength("Party") > 1.02 * plain
    assert loaded(LATIN, 20).getlength("Party") == pytest.approx(plain / 2, rel=0.02)


def test_accents_stand_with_their_letter() -> None:
    """A text that begins with one has it alone."""
    assert clusters("e\u0301\u0302a") == ["e\u0301\u0302", "a"]
    assert clusters("\u0301a") == ["\u0301", "a"]
    assert clusters("") == []
