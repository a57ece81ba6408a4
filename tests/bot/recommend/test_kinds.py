"""Which kind of music artists make, as far as it is known, and how alike kinds are."""

from __future__ import annotations

import numpy as np
import pytest

from bot.party.words import Track
from bot.recommend.catalogue import Catalogue
from bot.recommend.kinds import Kinds
from bot.recommend.recommender import Recommender
from bot.recommend.topics import Makers, facts
from tests.bot.recommend.test_recommender import told

ARTIST_OF = np.array([*[0] * 90, *[1] * 90, 2, 3, 4, -1])
"""Of each song; the first two artists have nearly all."""


def made(country: str, *genres: str) -> Makers:
    """Artists of a country and of genres."""
    return Makers(country, frozenset(genres), (), ())


@pytest.fixture
def kinds() -> Kinds:
    """Two make rock, two make bossa nova, and of one nothing is known."""
    groups = [
        (made("us", "rock"), np.array([0, 1])),
        (made("br", "bossa nova"), np.array([2, 3])),
        (made("br", "samba"), np.array([3])),
    ]
    return Kinds(groups, ARTIST_OF)


def test_of_whom_nothing_is_known_is_of_no_kind(kinds: Kinds) -> None:
    """Neither an artist of no group nor nobody is like anybody."""
    assert kinds.of(np.array([4, -1])).tolist() == [0, 0]
    assert not kinds.alike[0].any()
    assert not kinds.alike[:, 0].any()


def test_what_is_rare_says_more(kinds: Kinds) -> None:
    """Two of bossa nova are more alike than two of rock, whom nearly all songs are by."""
    rock, other_rock, bossa, samba, _ = kinds.of(np.arange(5)).tolist()
    assert rock == other_rock
    assert kinds.alike[bossa, bossa] > kinds.alike[bossa, samba] > kinds.alike[rock, rock] >= 0
    assert kinds.alike[bossa, rock] == 0
    np.testing.assert_allclose(kinds.alike, kinds.alike.T)
    assert kinds.alike.max() <= 1


def test_two_of_unknown_countries_share_none() -> None:
    """Where somebody is from is a fact only where it is known."""
    groups = [(made("", "techno"), np.array([2])), (made("", "opera"), np.array([3]))]
    techno, opera = Kinds(groups, ARTIST_OF).of(np.array([2, 3])).tolist()
    assert Kinds(groups, ARTIST_OF).alike[techno, opera] == 0


def test_without_any_facts_nobody_is_like_anybody() -> None:
    """A catalogue whose artists no table knows is as good as before."""
    nothing = Kinds([], ARTIST_OF)
    assert nothing.of(ARTIST_OF).tolist() == [0] * len(ARTIST_OF)
    assert nothing.alike.tolist() == [[0]]


CITY_POP = (
    "miki matsubara - stay with me",
    "tatsuro yamashita - ride on time",
    "anri - remember summer days",
)
REGGAE = (
    "bob marley - could you be loved",
    "peter tosh - legalize it",
    "sean paul - get busy",
    "damian marley - jamrock",
)


@pytest.mark.parametrize(("songs", "country"), [(CITY_POP, "jp"), (REGGAE, "jm")])
async def test_a_room_of_one_kind_finds_its_like(
    catalogue: Catalogue, recommender: Recommender, songs: tuple[str, ...], country: str
) -> None:
    """Where the lists know little, most of what comes first is from there all the same."""
    found = await recommender.suggest(await told(catalogue, *songs), [], 5)
    artists = [catalogue.artist(each.track) for each in found]
    groups = [group for group in facts().makers if group.country == country]
    theirs = {catalogue.artist(Track("", name)) for group in groups for name in group.names} - {-1}
    assert sum(artist in theirs for artist in artists) >= 3
