"""The words of playlist names: what they are, which are kept, and where they lead."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.recommend.texts import words as typed_words
from model_export.bundle import Learned, write_bundle
from model_export.catalogue import read_words, write_catalogue
from model_export.evaluate import Bundle, words_ndcg
from model_export.learning import learn
from model_export.metrics import DEPTH, ndcg
from model_export.model import Memory, Model, Settings, queue_matrix
from model_export.neighbours import SUPPORT, nothing
from model_export.playlists import Playlists
from model_export.words import STRENGTH, name_words, shared_words, word_rows
from tests.model_export.planted import GENRES, QUICK, planted, playlists

TEXTS = [
    "Été à Paris",
    "AC/DC & Motörhead!!",
    "don't stop_me now",
    "STRASSE Straße",
    "  Любовь, й и 野口さん ",
    "ﬁesta ＲＯＣＫ",
    "rock-n-roll 🎸 rock",
    "Zoë’s “best”",
    "",
    "!?",
]


def named(lists: Playlists, names: Sequence[str], parents: Sequence[str] | None = None) -> Playlists:
    """The lists under these names."""
    return replace(lists, names=names, parents=parents or lists.parents)


def secret(index: int) -> str:
    """A word that nobody else uses, of letters alone."""
    return "zyx" + "".join(chr(ord("a") + int(digit)) for digit in f"{index:03}") + "quu"


# --- what a word is


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Été à Paris", ["ete", "paris"]),
        ("AC/DC & Motörhead!!", ["ac", "dc", "motorhead"]),
        ("don't stop_me now", ["don", "stop", "me", "now"]),
        ("STRASSE Straße", ["strasse"]),
        ("ＲＯＣＫ rock ROCK", ["rock"]),
        ("90s Rock, 1990s & 2012", ["90s", "rock", "1990s", "2012"]),
        ("８０Ｓ", ["80s"]),
        ("Top 100, 03/14, mp3, 1899, 2100, 95s, 190s", ["top"]),
        ("й и い", []),
        ("🎉 a b c", []),
        ("", []),
    ],
)
def test_words_are_without_case_accents_and_signs(name: str, expected: list[str]) -> None:
    """Two letters at least, each once, and of figures decades and years alone."""
    assert name_words(name) == expected


@pytest.mark.parametrize("text", TEXTS)
def test_the_bot_reads_what_is_typed_the_same_way(text: str) -> None:
    """But for single letters and repetitions, a name's words are what the bot makes of the same text."""
    assert name_words(text) == [word for word in dict.fromkeys(typed_words(text)) if len(word) > 1]


@pytest.mark.parametrize("text", ["90s Rock 2012", "Top 100 of the 2000s", "mp3 ８０Ｓ"])
def test_figures_are_written_as_the_bot_reads_them(text: str) -> None:
    """A decade or year that is kept is one of the words the bot sees."""
    assert set(name_words(text)) <= set(typed_words(text))


# --- which words are kept


def test_only_words_of_three_parents_are_kept() -> None:
    """Two parents are too few, twenty snapshots of one count once, and a word twice in a name counts once."""
    names = ["rock rock", "rock gym", "Rock!", "gym", *["ours"] * 20]
    parents = ["a", "b", "c", "d", *["same"] * 20]
    lists = named(playlists([[0, 1]] * 24, 2), names, parents)
    assert shared_words(lists) == {"rock": [0, 1, 2]}


def test_the_words_stand_in_order() -> None:
    """Words come in the order of the alphabet, so that the same data makes the same rows."""
    lists = named(playlists([[0, 1]] * 3, 2), ["zulu alpha", "mike zulu alpha", "alpha mike zulu mike"])
    lists = replace(lists, names=[f"{name} mike" for name in lists.names])
    assert list(shared_words(lists)) == ["alpha", "mike", "zulu"]


def test_lists_without_names_have_no_words() -> None:
    """Data without names has no words, no rows, and is no fault; nor are names that share nothing."""
    lists = planted(6)
    for unnamed in (lists, named(lists, [secret(i) for i in range(6)])):
        assert shared_words(unnamed) == {}
        words, rows = word_rows(remembering(lists), unnamed, QUICK)
        assert list(words) == []
        assert rows.factors.shape == (0, 3)
        assert rows.likeness.shape == (0, len(lists.songs))
        assert len(rows.weights) == len(rows.artist_of) == 0


# --- a word's row


def remembering(lists: Playlists) -> Model:
    """A model of random factors with a memory, over the songs of these lists."""
    songs, rng = len(lists.songs), np.random.default_rng(1)
    memory = Memory(nothing(songs, songs), nothing(0, 0), np.full(songs, -1, np.int32))
    return Model(
        rng.normal(size=(songs, 3)).astype(np.float32),
        np.exp(rng.normal(size=songs)).astype(np.float32),
        np.zeros(songs, np.float32),
        0.6,
        memory,
    )


def test_a_word_alone_pools_to_the_mean_of_its_lists() -> None:
    """Queued alone it is the mean playlist named with it; a parent's three snapshots count as one list."""
    tracks = [[0, 1], [0, 1], [0, 1], [2, 3], [4], [0, 4]]
    lists = named(playlists(tracks, 5), [*["chill"] * 5, "other"], ["a", "a", "a", "b", "c", "d"])
    model = remembering(lists)
    words, rows = word_rows(model, lists, QUICK)
    assert list(words) == ["chill"]
    pooled = model.pooled(queue_matrix([np.array(each) for each in ([0, 1], [2, 3], [4])], 5))
    weight = float(rows.weights[0])
    assert weight == pytest.approx(STRENGTH * float(model.weights.mean()), rel=1e-5)
    alone = weight * rows.factors[0] / weight**model.power
    np.testing.assert_allclose(alone, pooled.mean(axis=0), rtol=1e-4)
    assert rows.artist_of.tolist() == [-1]


def test_a_words_neighbours_are_the_songs_of_its_lists() -> None:
    """The shrunk cosine of word and song by hand: in 3 lists of 4 songs' lists together, undamped."""
    lists = named(playlists([[0, 1], [0, 1], [0], [0, 2]], 4), ["chill", "chill", "chill", "other"])
    settings = replace(QUICK, length_damping=0.0)
    _, rows = word_rows(remembering(lists), lists, settings)
    expected = [3 / (12**0.5 + SUPPORT), 2 / (6**0.5 + SUPPORT), 0, 0]
    np.testing.assert_allclose(rows.likeness.toarray()[0], expected, rtol=0.01)
    forgetful = replace(remembering(lists), memory=None)
    assert word_rows(forgetful, lists, settings)[1].likeness.nnz == 0


def test_the_catalogue_numbers_words_after_songs_and_artists(tmp_path: Path) -> None:
    """The first word's index is the number of songs and artists, and each is read back under its own."""
    lists = planted(3)
    write_catalogue(
        tmp_path / "catalog.db",
        lists.songs,
        np.ones(len(lists.songs), np.float32),
        ["one", "two"],
        ["90s", "rock"],
    )
    first = len(lists.songs) + 2
    assert read_words(tmp_path / "catalog.db") == {"90s": first, "rock": first + 1}
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as connection:
        assert connection.execute("SELECT max(idx) FROM artists").fetchone() == (first - 1,)


# --- a bundle with words


@pytest.fixture(scope="module")
def spoken() -> Playlists:
    """Planted lists, each named with its genre, "party" and a word of nobody else's."""
    lists = planted()
    return named(lists, [f"{GENRES[i % 3].upper()} party {secret(i)}!" for i in range(len(lists))])


@pytest.fixture(scope="module")
def taught(spoken: Playlists) -> Learned:
    """What is learned from them."""
    return learn(spoken, replace(QUICK, epochs=20))


@pytest.fixture(scope="module")
def folder(taught: Learned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its bundle."""
    path = tmp_path_factory.mktemp("words")
    write_bundle(taught, path)
    return path


def test_a_word_leads_to_the_songs_of_its_lists(spoken: Playlists, folder: Path) -> None:
    """Each genre's word brings songs of that genre before all others, and unknown words say nothing."""
    bundle = Bundle(folder, spoken)
    assert set(bundle.words) == {*GENRES, "party"}
    for genre in GENRES:
        for said in ([genre], [genre, "never heard of"], ["party", genre]):
            best = bundle.of_words(said, 20)
            assert {spoken.songs[song].track_id.split("-")[0] for song in best} == {genre}
    assert bundle.of_words(["never heard of"], 20).tolist() == bundle.of_words([], 20).tolist()


def test_words_are_never_suggested(spoken: Playlists, taught: Learned, folder: Path) -> None:
    """However many are asked for, the answer to a word is songs, each of them once."""
    found = Bundle(folder, spoken).of_words(["rock"], 10**6)
    assert sorted(found.tolist()) == sorted(Bundle(folder, spoken).catalogue.tolist())
    assert len(found) == len(taught.lists.songs)


def test_no_name_and_no_rare_word_is_in_any_file(spoken: Playlists, folder: Path) -> None:
    """No byte of the bundle tells a list's name or a word that fewer than three parents use."""
    contents = [path.read_bytes().lower() for path in folder.iterdir()]
    assert any(b"party" in content for content in contents)
    for i, name in enumerate(spoken.names):
        for told in (name.lower(), secret(i), f"{GENRES[i % 3]} party"):
            for coded in (told.encode(), told.encode("utf-16-le")):
                assert not [content for content in contents if coded in content]


def test_words_of_held_out_lists_alone_are_not_learned(spoken: Playlists, tmp_path: Path) -> None:
    """A word that three parents of the validation split use, and no other list, is in no bundle."""
    names = [
        f"hush {name}" if spoken.split_name(i) == "validation" else name
        for i, name in enumerate(spoken.names)
    ]
    assert sum(name.startswith("hush") for name in names) >= 3
    lists = replace(spoken, names=names)
    write_bundle(learn(lists, replace(QUICK, epochs=1)), tmp_path)
    assert "hush" not in read_words(tmp_path / "catalog.db")


def test_what_the_words_of_a_name_tell_is_measured(spoken: Playlists, folder: Path) -> None:
    """The words of unseen names foretell their songs, as ranked by hand, and better than no words do."""
    bundle = Bundle(folder, spoken)
    unseen = bundle.unseen(spoken, "test")
    unseen = replace(unseen, names=["nothing known", *unseen.names[1:]])
    count, said, unsaid = words_ndcg(bundle, unseen)
    assert count == len(unseen) - 1
    by_hand = []
    for i in range(1, len(unseen)):
        wanted, genre = unseen.tracks(i), unseen.songs[unseen.tracks(i)[0]].track_id.split("-")[0]
        ranked = bundle.of_words([genre, "party"], DEPTH)
        by_hand.append(ndcg(np.isin(ranked, wanted), len(wanted)))
    assert said == pytest.approx(np.mean(by_hand))
    assert said > unsaid + 0.1


def test_where_no_name_has_a_known_word_nothing_is_measured(spoken: Playlists, folder: Path) -> None:
    """Without names, or without a known word in any, the count is 0 and no exception."""
    bundle = Bundle(folder, spoken)
    unseen = bundle.unseen(spoken, "test")
    for lists in (replace(unseen, names=()), replace(unseen, names=["hush"] * len(unseen))):
        assert words_ndcg(bundle, lists) == (0, 0.0, 0.0)


def test_settings_of_no_neighbours_still_make_words(spoken: Playlists, tmp_path: Path) -> None:
    """Factors alone know the words too."""
    write_bundle(learn(spoken, Settings(dims=8, epochs=20, batch=32, neighbours=0, kin=0)), tmp_path)
    best = Bundle(tmp_path, spoken).of_words(["jazz"], 15)
    assert {spoken.songs[song].track_id.split("-")[0] for song in best} == {"jazz"}
