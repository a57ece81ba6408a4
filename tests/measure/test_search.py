"""The cases of `make bench-search` are the same for a seed, and mean what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.party.errors import EmptyText
from bot.party.words import Track
from bot.settings import STARTER
from tests.measure.search.cases import Case, Cases, made
from tests.measure.search.catalogues import names, without
from tests.measure.search.measuring import Encore, Fate, fate
from tests.measure.search.peers import PEERS
from tests.measure.search.songs import bare, said
from tests.measure.search.table import BEGIN, END, put

SONGS = 1_000
QUEEN = Case("order: T A", "Bohemian Rhapsody Queen", "Bohemian Rhapsody", "Queen", "song")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of the most popular songs."""
    whole, file = STARTER / "catalog.db", tmp_path_factory.mktemp("search") / "catalog.db"
    without(whole, set(range(SONGS, len(names(whole)))), file)
    return file


@pytest.fixture(scope="module")
def cases(file: Path) -> Cases:
    """A few cases of each kind."""
    return made(file, seed=1, each=4)


def test_cases_are_the_same_for_a_seed(file: Path, cases: Cases) -> None:
    """A seed makes the same cases again, another one others."""
    assert made(file, seed=1, each=4) == cases
    assert made(file, seed=2, each=4).present != cases.present


def test_a_kind_has_as_many_cases_as_asked_for(cases: Cases) -> None:
    """Every song of a kind is another one, and there are not more than asked for."""
    kinds: dict[str, list[Case]] = {}
    for case in cases.present:
        kinds.setdefault(case.kind, []).append(case)
    assert len(kinds) > 600
    assert max(map(len, kinds.values())) == 4
    assert all(len({(case.title, case.artist) for case in of}) == len(of) for of in kinds.values())


def test_what_is_taken_out_is_gone(file: Path, cases: Cases, tmp_path: Path) -> None:
    """No song that remains is one of those that are absent; the others are all there."""
    copy = tmp_path / "without.db"
    without(file, cases.removed, copy)
    remaining = names(copy)
    assert len(remaining) == SONGS - len(cases.removed)
    alone = {bare(case.title) for case in cases.absent if case.group == "absent title"}
    assert alone
    assert not alone & {bare(title) for title, _ in remaining}


@pytest.mark.parametrize(
    ("title", "artists", "right"),
    [
        ("Bohemian Rhapsody", "Queen", True),
        ("Bohemian Rhapsody - Remastered 2011", "Queen", True),
        ("bohemian rhapsody (Live Aid)", "QUEEN, Somebody", True),
        ("Bohemian Rhapsody", "Somebody, Queen", True),
        ("Bohemian Rhapsody", "Somebody feat. Queen", True),
        ("Bohemian Rhapsody", "Panic! At The Disco", False),
        ("Somebody to Love", "Queen", False),
    ],
)
def test_any_version_by_the_artist_is_right(title: str, artists: str, right: bool) -> None:
    """What stands in brackets or behind a dash does not matter; who made it does."""
    assert QUEEN.means(title, artists) is right


def test_the_same_name_may_be_written_otherwise() -> None:
    """A sign stands for "and", and "Pt." for a part."""
    case = Case("order: T A", "", "Spectrum, Pt. 2", "Florence + The Machine", "song")
    assert case.means("Spectrum Part 2 (Say My Name)", "Florence And The Machine")


def test_what_is_right_depends_on_the_group() -> None:
    """For a title alone anybody's is right; of what is absent nothing is."""
    alone = Case("title only: T", "Hello", "Hello", "Adele", "title")
    assert alone.means("Hello (Remix)", "Lionel Richie")
    assert not Case("absent: T A", "Hello Adele", "Hello", "Adele", "absent").means("Hello", "Adele")


def test_titles_are_said_without_guests_and_remasters() -> None:
    """What people leave out is left out, and no more."""
    assert said("Peaches (feat. Daniel Caesar & Giveon)") == "Peaches"
    assert said("Older featuring June Luva") == "Older"
    assert said("Dreams - 2004 Remaster") == "Dreams"
    assert said("(I Can't Get No) Satisfaction - Mono") == "(I Can't Get No) Satisfaction"


@dataclass
class Answer:
    """What a catalogue takes a text for."""

    outcome: str
    track: Track | None = None
    offered: list[Track] = field(default_factory=list)


def answering(answer: Answer) -> Callable[[str], Awaitable[Answer]]:
    """A catalogue that answers everything alike."""

    async def ask(text: str) -> Answer:
        return answer

    return ask


async def refusing(text: str) -> Answer:
    """A catalogue that takes nothing."""
    raise EmptyText


async def test_every_fate_is_told_apart() -> None:
    """Taken rightly, offered, not offered, taken wrongly, unknown, refused."""
    right, wrong = Track("Bohemian Rhapsody", "Queen"), Track("Africa", "Toto")
    fates = [
        await fate(answering(answer), QUEEN)
        for answer in (
            Answer("sure", right),
            Answer("unsure", offered=[wrong, right]),
            Answer("unsure", offered=[wrong]),
            Answer("sure", wrong),
            Answer("unknown", right),
        )
    ]
    assert fates == [Fate.RIGHT, Fate.OFFERED, Fate.MISSED, Fate.WRONG, Fate.UNKNOWN]
    assert await fate(refusing, QUEEN) is Fate.UNKNOWN


def test_everybody_finds_what_is_typed_rightly(file: Path) -> None:
    """Encore and each peer put the song first."""
    songs = names(file)
    for engine in (Encore(file), *(peer(songs) for peer in PEERS.values())):
        found = asyncio.run(engine.search("bohemian rhapsody queen"))
        engine.close()
        assert QUEEN.means(*found[0]), engine


def test_tables_are_put_between_their_marks(tmp_path: Path) -> None:
    """What stands around them stays, and putting them twice changes nothing."""
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    for _ in range(2):
        put(page, "new")
        assert page.read_text("utf-8") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
