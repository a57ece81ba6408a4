"""The shipped model behind its adapter."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.party.errors import NoMap, StartError
from bot.party.rules.christmas import for_christmas
from bot.party.spelling import song_key
from bot.party.words import Mood, Signal, Strategy, Track
from bot.recommend.bundle import Bundle, open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import FAR, LEAST_REASON, Answer, Ask, Recommender, strongest
from bot.recommend.scanner import Floats, Scanner
from bot.recommend.spoken import Spoken
from bot.recommend.taste import gains
from bot.settings import STARTER


async def told(catalogue: Catalogue, *songs: str, label: float = 1.0) -> list[Signal]:
    """Signals for songs as typed."""
    return [Signal(await catalogue.resolve(song), 1.0, label) for song in songs]


async def test_a_queue_finds_its_genre(catalogue: Catalogue, recommender: Recommender) -> None:
    """Hip-hop leads to hip-hop and classic rock to classic rock: the lists share no artist."""
    artists = []
    for songs in (
        ("in da club", "lose yourself", "still dre", "jay z empire state of mind"),
        ("led zeppelin black dog", "acdc thunderstruck", "pink floyd time", "queen we will rock you"),
    ):
        found = await recommender.suggest(await told(catalogue, *songs), [], 10)
        artists.append({suggestion.track.artist.split(",")[0] for suggestion in found})
    assert artists[0].isdisjoint(artists[1])


async def test_no_version_of_a_banned_song_comes_back(catalogue: Catalogue, recommender: Recommender) -> None:
    """Remasters and live takes of what is banned are banned too, and no song is suggested twice."""
    signals = await told(catalogue, "hey jude", "let it be", "come together")
    first = await recommender.suggest(signals, [], 10)
    banned = [signal.track for signal in signals] + [each.track for each in first]
    second = await recommender.suggest(signals, banned, 10)
    keys = [song_key(each.track) for each in second]
    assert not set(keys) & {song_key(track) for track in banned}
    assert len(keys) == len(set(keys))


async def test_one_artist_does_not_fill_a_ballot(catalogue: Catalogue, recommender: Recommender) -> None:
    """At most two of five are by the same artist, though the whole queue is."""
    signals = await told(catalogue, "hey jude", "let it be", "come together", "yesterday beatles")
    found = await recommender.suggest(signals, [], 5)
    artists = [each.track.artist.split(",")[0] for each in found]
    assert max(artists.count(artist) for artist in artists) <= 2


async def test_reasons_name_what_was_queued(catalogue: Catalogue, recommender: Recommender) -> None:
    """One or two titles of the queue speak for each song; a song that is unwanted never does."""
    signals = await told(catalogue, "wonderwall", "mr brightside")
    signals += await told(catalogue, "thriller", label=-0.2)
    for suggestion in await recommender.suggest(signals, [], 10):
        assert 1 <= len(suggestion.because) <= 2
        assert set(suggestion.because) <= {"Wonderwall", "Mr. Brightside"}


async def test_unknown_songs_are_no_obstacle(catalogue: Catalogue, recommender: Recommender) -> None:
    """A song nobody knows by an artist nobody knows says nothing; alone it leaves a mix, without reasons."""
    stranger = [Signal(Track("Nothing", "Nobody Anybody Knows"), 1.0, 1.0)]
    mix = await recommender.suggest([], [], 5)
    assert await recommender.suggest(stranger, [], 5) == mix
    assert all(not each.because for each in mix)


@pytest.mark.parametrize("mood", Mood)
async def test_nothing_known_is_a_mix_of_decades(recommender: Recommender, mood: Mood) -> None:
    """Two fifths of the starter's lists are classic rock: of twenty songs no decade has more than five."""
    found = await recommender.suggest([], [], 20, mood=mood)
    decades = Counter(each.track.year // 10 for each in found if each.track.year)
    assert len(decades) >= 5
    assert max(decades.values()) <= 5


async def test_skips_alone_make_nothing_known(catalogue: Catalogue, recommender: Recommender) -> None:
    """Skips alone say what not to play: it stays a mix, without reasons."""
    skipped = await told(catalogue, "dream on aerosmith", "more than a feeling", label=-0.25)
    found = await recommender.suggest(skipped, [signal.track for signal in skipped], 10)
    assert len({each.track.year // 10 for each in found if each.track.year}) >= 4
    assert not any(each.because for each in found)


async def test_skips_alone_lead_to_no_songs_that_nobody_knows(
    catalogue: Catalogue, recommender: Recommender
) -> None:
    """They say what not to play: least like it is what hardly anybody plays, and no mix for a party."""
    skipped = await told(catalogue, "in da club", "abba dancing queen", "still dre", label=-1.0)
    found = await recommender.suggest(skipped, [signal.track for signal in skipped], 20)
    places = [catalogue.index_of(each.track) for each in found]
    assert max(place for place in places if place is not None) < 0.07 * catalogue.counts[0]


async def test_without_factors_it_is_still_a_mix(catalogue: Catalogue, bundle: Bundle) -> None:
    """A graph of other names has no map, but its songs have years."""
    recommender = Recommender(bundle, catalogue, seed=0)
    recommender.__dict__["_factors"] = Pathless()
    found = await recommender.suggest([], [], 20)
    assert len({each.track.year // 10 for each in found if each.track.year}) >= 5


class Pathless:
    """Factors that are not there."""

    def of(self, _indices: object) -> object:
        """Says that there is no map."""
        raise NoMap


async def test_how_well_songs_fit(catalogue: Catalogue, recommender: Recommender) -> None:
    """The best of a room that is well known fits as well as can be; of one that is not, nothing fits well."""
    known = await recommender.suggest(await told(catalogue, *POP), [], 10)
    assert max(each.fit for each in known) > 0.95
    assert all(0 <= each.fit <= 1 for each in known)
    unknown = await recommender.suggest([], [], 10)
    assert {each.fit for each in unknown} == {0.0}


async def test_a_weak_reason_is_not_named(catalogue: Catalogue, recommender: Recommender) -> None:
    """What is named speaks for a song; of a queue that the model hardly knows nothing is."""
    signals = await told(catalogue, "marc anthony - vivir mi vida", "celia cruz - la vida es un carnaval")
    for each in await recommender.suggest(signals, [], 40):
        why = await recommender.why(signals, each.track, {})
        assert why is not None
        shares = {share.name: share.logit for share in why.songs}
        assert all(shares[name] * 2**0.6 >= LEAST_REASON for name in each.because)


async def test_christmas_songs_wait_until_they_are_wanted(recommender: Recommender) -> None:
    """A singer whose best known songs are for Christmas leads to none of them, unless it is asked for."""
    signals = [Signal(Track("My Funny Valentine", "Ella Fitzgerald"), 1.0, 1.0)]
    found = await recommender.suggest(signals, [], 10)
    assert not any(for_christmas(each.track) for each in found)
    merry = await recommender.suggest(signals, [], 10, christmas=True)
    assert sum(for_christmas(each.track) for each in merry) >= 3


async def test_a_crowd_that_nobody_knows_a_song_of_takes_no_part(
    catalogue: Catalogue, recommender: Recommender
) -> None:
    """Two of different tastes are served as if the many others were not there."""
    rap, rock = ("in da club", "lose yourself"), ("led zeppelin black dog", "acdc thunderstruck")
    two = [
        replace(signal, stances={user: 1.0})
        for user, songs in (("anna", rap), ("ben", rock))
        for signal in await told(catalogue, *songs)
    ]
    crowd = [
        Signal(Track(f"unheard of {at}", f"nobody at all {at}"), 1.0, 1.0, {f"guest {at % 60}": 1.0})
        for at in range(180)
    ]
    alone, among = [
        [each.track for each in await recommender.suggest(signals, [], 10)] for signals in (two, crowd + two)
    ]
    assert among == alone


async def test_halloween_is_no_christmas(catalogue: Catalogue, recommender: Recommender) -> None:
    """Songs of that night lead to each other's like."""
    signals = await told(
        catalogue,
        "michael jackson - thriller",
        "bobby pickett - monster mash",
        "ray parker jr - ghostbusters",
        "danny elfman - this is halloween",
        "rockwell - somebody's watching me",
    )
    titles = [each.track.title for each in await recommender.suggest(signals, [], 20)]
    assert not {"Little Saint Nick", "Happy Holiday / The Holiday Season"} & {*titles}


def test_every_christmas_song_of_the_catalogue_is_known(catalogue: Catalogue) -> None:
    """Found in thousands of lines at once, they are the ones that are found one by one."""
    tracks = catalogue.tracks(range(catalogue.counts[0]))
    expected = [index for index, track in enumerate(tracks) if for_christmas(track)]
    assert catalogue.christmas().tolist() == expected
    assert len(expected) > 400


async def test_shares_add_up_over_the_queue(catalogue: Catalogue, recommender: Recommender) -> None:
    """Each entry's share is its own: the shares of a doubled entry are equal, and shares grow with weight."""
    heard = [(catalogue.index_of(s.track) or 0, s) for s in await told(catalogue, "wonderwall", "thriller")]
    one = recommender.answer([heard[0], heard[0], heard[1]], set(), 5)
    np.testing.assert_allclose(one.reasons[:, 0], one.reasons[:, 1], rtol=1e-5)
    assert one.reasons.shape == (5, 3)
    assert np.isfinite(one.reasons).all()


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([0.5, 0.4, 0.1], ("a", "b")),
        ([0.5, 0.1, 0.1], ("a",)),
        ([0.0, -0.5, 0.2], ("c",)),
        ([-0.1, -0.5, 0.0], ()),
        ([], ()),
    ],
)
def test_the_strongest_one_or_two_are_named(shares: list[float], expected: tuple[str, ...]) -> None:
    """A second title is named only when it matters; what speaks against a song is no reason for it."""
    assert strongest(["a", "b", "c"], np.array(shares, np.float32)) == expected


CLASSICAL = ("debussy clair de lune", "ludovico einaudi nuvole bianche", "ludovico einaudi divenire")
RNB = ("usher yeah", "beyonce crazy in love", "alicia keys no one")
METAL = ("metallica master of puppets", "iron maiden the trooper", "slipknot duality")
POP = ("dua lipa levitating", "the weeknd blinding lights", "justin bieber peaches")


@pytest.mark.parametrize(("one", "other"), [(CLASSICAL, RNB), (METAL, POP), (CLASSICAL, METAL)])
@pytest.mark.parametrize("count", [5, 20])
async def test_both_of_two_have_their_songs_from_the_first_ballot_on(
    catalogue: Catalogue, recommender: Recommender, one: Sequence[str], other: Sequence[str], count: int
) -> None:
    """At least six of twenty are for each, by whose three songs alone add more, and one of the first five."""
    sides = [
        [Signal(await catalogue.resolve(song), 1.0, 1.0, {user: 1.0}) for song in songs]
        for user, songs in (("anna", one), ("ben", other))
    ]
    signals = [*sides[0], *sides[1]]
    found = await recommender.suggest(signals, [signal.track for signal in signals], count)
    alone = []
    for side in sides:
        whys = [await recommender.why(side, each.track, {}) for each in found]
        alone.append([sum(share.logit for share in why.songs) for why in whys if why])
    first = int((np.array(alone[0]) > np.array(alone[1])).sum())
    assert min(first, count - first) >= {5: 1, 20: 6}[count]


def test_who_hardly_has_a_song_among_all_is_asked_alone(recommender: Recommender, bundle: Bundle) -> None:
    """Beside nine hits one song that few know: what fits it alone is among the songs to choose from."""
    hits = [(index, Signal(Track(str(index), ""), 1.0, 1.0, {"ben": 1.0})) for index in range(9)]
    rare = [(80_000, Signal(Track("rare", ""), 1.0, 1.0, {"anna": 1.0}))]
    ask = Ask((*hits, *rare), (), 20, Mood.SAFE, Strategy.WITHOUT_MISERY, {}, False, 0, False, Spoken())
    answer = recommender.answer(ask.heard, (), 50)
    gained = gains(answer.reasons, [signal for _, signal in ask.heard])
    wide = recommender.widened(ask, answer, gained, set())
    alone = recommender.answer(rare, (), 40)
    assert set(alone.tracks.tolist()) <= set(wide.tracks.tolist())
    assert len(set(wide.tracks.tolist())) == len(wide.tracks) > len(answer.tracks)
    at = wide.tracks.tolist().index(int(alone.tracks[0]))
    exact = recommender.answer(ask.heard, np.delete(np.arange(bundle.tracks), alone.tracks[0]), 1)
    assert wide.match[at] == pytest.approx(float(exact.match[0]), rel=1e-4)


def heard(*songs: int) -> list[tuple[int, Signal]]:
    """Some of the catalogue's songs, wanted."""
    return [(song, Signal(Track(str(song), ""), 1.0, 1.0)) for song in songs]


def test_a_blend_changes_what_is_found(recommender: Recommender) -> None:
    """Without neighbours and artists other songs fit, and the factors alone give the reasons."""
    usual = recommender.answer(heard(3, 50, 700), (), 50)
    far = recommender.answer(heard(3, 50, 700), (), 50, blend=FAR[Mood.ADVENTUROUS])
    assert set(usual.tracks.tolist()) != set(far.tracks.tolist())


async def test_many_at_once_are_answered_as_one_alone(catalogue: Catalogue, bundle: Bundle) -> None:
    """Whoever waits beside them, everybody has what they would have alone, by the same graph."""
    recommender = Recommender(bundle, catalogue, seed=0, at_once=6)
    parties = [heard(*range(first, first + 5)) for first in range(0, 120, 5)]
    alone = [recommender.answer(party, (), 50) for party in parties]
    together = await asyncio.gather(
        *(asyncio.to_thread(recommender.answer, party, (), 50) for party in parties)
    )
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.tracks, other.tracks)
        assert np.allclose(one.match, other.match, atol=1e-6)
        assert np.allclose(one.reasons, other.reasons, atol=1e-6)


async def test_who_gives_up_costs_the_others_nothing(catalogue: Catalogue, bundle: Bundle) -> None:
    """Some are cancelled while they wait, at any moment; the others have their songs."""
    recommender = Recommender(bundle, catalogue, seed=0, at_once=4)
    signals = await told(catalogue, "hey jude", "let it be", "come together")
    expected = [each.track for each in await recommender.suggest(signals, [], 3)]
    asked = [asyncio.create_task(recommender.suggest(signals, [], 3)) for _ in range(24)]
    await asyncio.sleep(0)
    for number, task in enumerate(asked):
        if number % 3 == 0:
            task.cancel()
        elif number % 7 == 0:
            await asyncio.sleep(0.002)
    found = await asyncio.gather(*asked, return_exceptions=True)
    for number, each in enumerate(found):
        if number % 3:
            assert not isinstance(each, BaseException)
            assert [suggestion.track for suggestion in each] == expected


async def test_one_that_fails_fails_no_other(catalogue: Catalogue, bundle: Bundle) -> None:
    """A question that the graph refuses is told so; those beside it are answered."""
    recommender = Recommender(bundle, catalogue, seed=0, at_once=6)
    good, bad = heard(3, 50, 700), (0, 0, 0, 0)
    alone = recommender.answer(good, (), 20)

    def ask(number: int) -> Answer:
        return recommender.answer(good, (), 20, blend=bad if number % 4 == 0 else (1, 1, 1))

    found = await asyncio.gather(
        *(asyncio.to_thread(ask, number) for number in range(16)), return_exceptions=True
    )
    for number, each in enumerate(found):
        if number % 4 == 0:
            assert isinstance(each, Exception)
        else:
            assert isinstance(each, Answer)
            assert np.array_equal(each.tracks, alone.tracks)


def copied(tmp_path: Path) -> Path:
    """A bundle to damage."""
    return Path(shutil.copytree(STARTER, tmp_path / "model"))


@pytest.mark.parametrize("name", ["model.onnx", "model.data", "scan.onnx", "catalog.db", "manifest.json"])
@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_a_bundle_that_does_not_add_up_is_refused(tmp_path: Path, name: str, how: str) -> None:
    """A missing or changed file is named, with the mend, in one line."""
    folder = copied(tmp_path)
    path = folder / name
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(StartError) as refused:
        open_bundle(folder)
    assert name in str(refused.value)
    assert "MODEL_DIR" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("change", [{"format": 99}, {"tracks": None}, {"files": []}, {"files": {}}])
def test_a_manifest_that_makes_no_sense_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    """Another format, no counts or no digests: refused."""
    folder = copied(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, **change}), "utf-8")
    with pytest.raises(StartError):
        open_bundle(folder)


def test_an_older_bundle_is_refused_with_the_command_that_renews_it(tmp_path: Path) -> None:
    """A bundle of format 1 is one line that names its manifest and says how to write it anew."""
    folder = copied(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 1}), "utf-8")
    with pytest.raises(StartError) as refused:
        open_bundle(folder)
    assert str(folder / "manifest.json") in str(refused.value)
    assert f"python -m model_export renew {folder} --out" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["rank.onnx", "model.data"])
def test_another_graph_is_another_version(name: str, tmp_path: Path, bundle: Bundle) -> None:
    """Whoever watches `/readyz` sees that a model was replaced, whichever of its files is another."""
    folder = copied(tmp_path)
    with (folder / name).open("ab") as file:
        file.write(b"\0")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert open_bundle(folder).versions["model"] != bundle.versions["model"]
    assert open_bundle(folder).versions["catalogue"] == bundle.versions["catalogue"]


def test_a_manifest_that_leaves_the_numbers_out_is_refused(tmp_path: Path) -> None:
    """The graphs' own file must be among those that are checked."""
    folder = copied(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    del manifest["files"]["model.data"]
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(StartError, match=r"model\.data"):
        open_bundle(folder)


def test_a_file_that_is_no_graph_is_refused(tmp_path: Path, bundle: Bundle, catalogue: Catalogue) -> None:
    """A file with a right digest and wrong content is refused as well."""
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a graph")
    with pytest.raises(StartError, match="cannot be loaded"):
        Recommender(Bundle(path, bundle.catalogue, bundle.tracks, bundle.artists), catalogue)


@pytest.mark.parametrize("more", [-1, 1, 1000])
def test_a_graph_of_other_songs_is_refused(bundle: Bundle, catalogue: Catalogue, more: int) -> None:
    """The graph must know exactly as many songs as the manifest counts."""
    with pytest.raises(StartError, match="does not have as many songs"):
        Recommender(replace(bundle, tracks=bundle.tracks + more), catalogue)


ROCK = ("led zeppelin black dog", "acdc thunderstruck", "pink floyd time", "queen we will rock you")
RAP = ("in da club", "lose yourself", "still dre", "jay z empire state of mind")


async def wished(catalogue: Catalogue, **members: tuple[str, ...]) -> list[Signal]:
    """Songs as each member queued them."""
    return [
        replace(signal, stances={member: 1.0})
        for member, songs in members.items()
        for signal in await told(catalogue, *songs)
    ]


async def test_a_minority_is_heard(catalogue: Catalogue, recommender: Recommender) -> None:
    """One rap fan among three who queued rock gets more of their own than if all were pooled."""
    alone = await recommender.suggest(await told(catalogue, *RAP), [], 100)
    theirs = {each.track.track_id for each in alone}
    group = await wished(catalogue, anna=ROCK[:2], ben=ROCK[2:], cleo=RAP[:2], dora=ROCK)

    async def share(strategy: Strategy) -> int:
        found = await recommender.suggest(group, [], 20, strategy=strategy)
        return sum(each.track.track_id in theirs for each in found)

    assert await share(Strategy.WITHOUT_MISERY) > await share(Strategy.POOLED)


async def test_whoever_was_served_least_comes_first(catalogue: Catalogue, recommender: Recommender) -> None:
    """In turns the first song is for whom the party has played least."""
    group = await wished(catalogue, anna=ROCK, ben=RAP)
    alone = {
        "anna": await recommender.suggest(await told(catalogue, *ROCK), [], 50),
        "ben": await recommender.suggest(await told(catalogue, *RAP), [], 50),
    }
    for member, other in (("anna", "ben"), ("ben", "anna")):
        (first,) = await recommender.suggest(group, [], 1, strategy=Strategy.TURNS, served={other: 3})
        assert first.track in [each.track for each in alone[member]]
        assert first.track not in [each.track for each in alone[other]]


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.parametrize("mood", Mood)
async def test_every_way_to_agree_answers(
    catalogue: Catalogue, recommender: Recommender, strategy: Strategy, mood: Mood
) -> None:
    """As many songs as asked for, none twice, none of the queue, whatever the strategy and the mood."""
    group = await wished(catalogue, anna=ROCK, ben=RAP)
    banned = [signal.track for signal in group]
    found = await recommender.suggest(group, banned, 5, strategy=strategy, mood=mood)
    assert len({each.track.track_id for each in found} - {track.track_id for track in banned}) == 5
    assert all(0 < each.match < 1 for each in found)


async def test_a_safe_mood_leaves_nothing_to_chance(catalogue: Catalogue, recommender: Recommender) -> None:
    """The same question gets the same songs when safe, other ones now and then when adventurous."""
    signals = await told(catalogue, *ROCK)
    safe = [await recommender.suggest(signals, [], 5) for _ in range(3)]
    assert safe[0] == safe[1] == safe[2]
    wild = [await recommender.suggest(signals, [], 5, mood=Mood.ADVENTUROUS) for _ in range(5)]
    assert len({tuple(each.track.track_id for each in found) for found in wild}) > 1


async def test_an_adventurous_mood_goes_further(catalogue: Catalogue, recommender: Recommender) -> None:
    """What is suggested fits the queue less, by the model's own word, the more adventurous the mood."""
    signals = await told(catalogue, *ROCK)

    async def fit(mood: Mood) -> float:
        known = {e.track.track_id: e.match for e in await recommender.suggest(signals, [], 200)}
        found = [await recommender.suggest(signals, [], 5, mood=mood) for _ in range(10)]
        return float(np.mean([known.get(each.track.track_id, 0) for five in found for each in five]))

    safe, balanced, adventurous = [await fit(mood) for mood in Mood]
    assert safe == pytest.approx(balanced, rel=0.02)  # the second look is not in this word
    assert min(safe, balanced) > adventurous


async def test_words_lead_somewhere(catalogue: Catalogue, recommender: Recommender) -> None:
    """Two words of playlist names lead to different songs, and the word is the reason."""
    rap = await recommender.suggest([], [], 10, words=["hip", "hop"])
    rock = await recommender.suggest([], [], 10, words=["90s", "rock"])
    assert not {each.track for each in rap} & {each.track for each in rock}
    assert all(set(each.because) <= {"hip", "hop"} for each in rap)
    assert any(each.because for each in rap)
    nothing = await recommender.suggest([], [], 5, words=["qwertz"])
    assert nothing == await recommender.suggest([], [], 5)


@pytest.mark.parametrize(("words", "looks"), [(["90s rock"], 2), (["hochzeit"], 2), ([], 1)])
async def test_words_cost_one_look_through_the_table_more(
    recommender: Recommender, monkeypatch: pytest.MonkeyPatch, words: list[str], looks: int
) -> None:
    """One for each half of the songs that stand for them, however many of what was meant are ranked."""
    looked: list[Floats] = []
    scan = Scanner.scan

    def counted(scanner: Scanner, playlist: Floats) -> Floats:
        looked.append(playlist)
        return scan(scanner, playlist)

    monkeypatch.setattr(Scanner, "scan", counted)
    assert await recommender.suggest([], [], 5, words=words)
    assert len(looked) == looks
