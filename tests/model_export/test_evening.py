"""A night's learning: real parties in real databases, and the bundle that a bot runs on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from bot.recommend.current import Models
from bot.service import PartyService
from db.store import Store
from model_export.adapt import Adapted, adapt
from model_export.evening import Evening, evening, latest_last, playlists_of
from model_export.folders import held
from model_export.harvest import opted_in
from model_export.judged import judged
from model_export.playlists import DataError, Playlists
from model_export.training import Told
from tests.bot.recommend.bundles import ARTISTS, SONGS, TITLES, write_bundle
from tests.conftest import ON_BOTH, Clock
from tests.model_export.test_checkpoint import little_room
from tests.model_export.test_cli import run
from tests.model_export.test_harvest import ANNA, HERE, MO, THERE

LONG_AGO_S = 1_700_000_000.0
TASTES = (range(0, 40), range(100, 140))
"""Songs that stand together at the parties of one kind."""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """What every evening begins with: it knows songs, and nothing of what belongs together."""
    write_bundle(tmp_path / "base", 1)
    return tmp_path / "base"


@pytest.fixture
async def models(base: Path) -> AsyncIterator[Models]:
    """It, in use."""
    models = await Models.open(base)
    yield models
    await models.close()


@pytest.fixture
async def bot(store: Store, models: Models, clock: Clock) -> AsyncIterator[PartyService]:
    """A bot whose one room lets it learn."""
    clock.now_s = LONG_AGO_S
    bot = PartyService(store, models, models, clock)
    await bot.settings.share(HERE, MO, True)
    await bot.settings.choose(HERE, MO, {"one_of_each": False})
    yield bot
    await bot.close()


async def celebrate(
    bot: PartyService, clock: Clock, count: int, *, first: int = 0, tastes: Sequence[range] = TASTES
) -> None:
    """So many parties, of these tastes in turn, a day apart."""
    for party in range(first, first + count):
        songs = tastes[party % len(tastes)]
        for each in range(6):
            await add(bot, songs[(party // 2 * 5 + each * 7) % len(songs)])
        clock.pass_by(hours=24)


async def add(bot: PartyService, number: int) -> None:
    """Adds a song that the bundle knows."""
    await bot.queue.add(HERE, ANNA, f"{TITLES[number]} - {ARTISTS[number % len(ARTISTS)]}")


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def bundles_in(folder: Path) -> set[str]:
    """The names of all bundles there, hidden ones too."""
    return {place.parent.name for place in folder.glob("**/manifest.json")}


@pytest.fixture
def night(database_url: str, base: Path, clock: Clock) -> Callable[[Path], Evening]:
    """An evening's work at the party's time."""
    return lambda out: evening(database_url, base, out, now_ms=lambda: int(clock.now_s * 1000))


Night = Callable[[Path], Evening]


@ON_BOTH
async def test_what_parties_teach_is_taken_up(
    bot: PartyService, clock: Clock, night: Night, base: Path, tmp_path: Path
) -> None:
    """The first night writes a bundle, the second nothing, parties of another taste another bundle."""
    out = tmp_path / "ours"
    await celebrate(bot, clock, 20)
    first = night(out)
    assert first.changed, first.told
    about = json.loads((out / "manifest.json").read_text("utf-8"))["evening"]
    assert (about["parties"], about["judged"]) == (20, 5)
    assert about["after"] > about["before"]
    assert bundles_in(tmp_path) == {"base", "ours"}
    models = await Models.open(out)  # as the bot does
    assert models.now.bundle.tracks == SONGS
    await models.close()
    before = bytes_of(out)
    second = night(out)
    assert not second.changed
    assert "6 new parties to learn and to judge, and there are 0" in second.told
    assert bytes_of(out) == before
    await celebrate(bot, clock, 8, tastes=[range(200, 220)])
    third = night(out)
    about = json.loads((out / "manifest.json").read_text("utf-8"))["evening"]
    assert (third.changed, about["parties"], about["judged"]) == (True, 28, 5), third.told


async def test_the_latest_parties_are_no_part_of_what_is_tried(
    bot: PartyService, clock: Clock, night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the tried bundle nor the one in use has learned from what they are judged on."""
    learned: list[Playlists] = []
    asked: list[Playlists] = []

    def adapted(bundle: Path, lists: Playlists, out: Path, *, progress: Told) -> Adapted:
        learned.append(lists)
        return adapt(bundle, lists, out, progress=progress)

    def answered(bundle: Path, lists: Playlists) -> float:
        asked.append(lists)
        return judged(bundle, lists)

    monkeypatch.setattr("model_export.evening.adapt", adapted)
    monkeypatch.setattr("model_export.evening.judged", answered)
    await celebrate(bot, clock, 40)
    assert night(tmp_path / "ours").changed
    assert [len(each) for each in learned] == [32, 40]
    assert [len(each) for each in asked] == [8, 8]
    had = titles_of(learned[1])
    assert titles_of(learned[0]) == had[:-8]
    assert titles_of(asked[0]) == titles_of(asked[1]) == had[-8:]
    await celebrate(bot, clock, 7)
    night(tmp_path / "ours")
    assert len(learned[2]) == 42
    assert [len(each) for each in asked[2:]] == [5, 5]


def titles_of(lists: Playlists) -> list[list[str]]:
    """The titles of each list."""
    return [[lists.songs[each].title for each in lists.tracks(i)] for i in range(len(lists))]


async def test_what_is_no_better_changes_nothing(
    bot: PartyService, clock: Clock, night: Night, base: Path, tmp_path: Path
) -> None:
    """The latest parties are of songs that nobody has ever heard: the bundle in use stays, to the byte."""
    out = tmp_path / "ours"
    await celebrate(bot, clock, 20)
    assert night(out).changed
    before = bytes_of(out)
    await celebrate(bot, clock, 4)
    for party in range(5):
        for each in range(3):
            await bot.queue.add(HERE, ANNA, f"typed:Unheard {party} {each} - Nobody {party} {each}")
        clock.pass_by(hours=24)
    told = night(out)
    assert not told.changed
    assert told.told.startswith(f"{out} stays: NDCG@100 on the latest 5")
    assert bytes_of(out) == before


async def test_too_little_is_said_plainly(
    bot: PartyService, clock: Clock, night: Night, base: Path, tmp_path: Path
) -> None:
    """How many it takes, and how many there are; nothing is written."""
    out = tmp_path / "ours"
    await celebrate(bot, clock, 3)
    assert night(out).told == f"{base} stays: it takes 6 new parties to learn and to judge, and there are 3"
    await celebrate(bot, clock, 11, first=3)
    told = night(out)
    assert not told.changed
    assert "10 parties or playlists beside the latest 5 parties, and there are 9" in told.told
    assert not out.exists()


async def test_a_room_that_opts_out_is_forgotten(
    bot: PartyService, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    """What counts is the choice at the time; without any room that is one line, and no failure."""
    await celebrate(bot, clock, 2)
    await bot.settings.share(THERE, MO, True)
    await bot.settings.share(HERE, MO, False)
    assert latest_last(opted_in(database_url)) == []
    await bot.settings.share(THERE, MO, False)
    done = run("evening", database_url, "--out", tmp_path / "ours")
    assert (done.returncode, done.stderr) == (0, "")
    assert "/learn on" in done.stdout
    assert done.stdout.count("\n") == 1
    assert not (tmp_path / "ours").exists()


async def test_a_timer_is_told_in_one_line(
    bot: PartyService, clock: Clock, database_url: str, base: Path, tmp_path: Path
) -> None:
    """A new bundle, with exit code 0; a damaged one is code 2."""
    await celebrate(bot, clock, 20)
    out = tmp_path / "ours"
    done = run("evening", database_url, "--out", out, "--base", base)
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)
    assert "has learned from 20 parties" in done.stdout
    (out / "manifest.json").write_text("[", "utf-8")
    done = run("evening", database_url, "--out", out, "--base", base)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "no whole model bundle" in done.stderr


async def test_own_lists_are_learned_every_night(
    bot: PartyService, clock: Clock, database_url: str, base: Path, tmp_path: Path
) -> None:
    """With lists of one's own six parties will do; the parties are judged on all the same."""
    await celebrate(bot, clock, 20)
    own = playlists_of(latest_last(opted_in(database_url)))
    await bot.settings.share(HERE, MO, False)
    await bot.settings.share(THERE, MO, True)
    for party in range(6):
        for each in range(4):
            number = TASTES[party % 2][party + 7 * each]
            await bot.queue.add(THERE, ANNA, f"{TITLES[number]} - {ARTISTS[number % len(ARTISTS)]}")
        clock.pass_by(hours=24)
    told = evening(database_url, base, tmp_path / "ours", own, now_ms=lambda: int(clock.now_s * 1000))
    assert told.changed, told.told


async def test_own_lists_may_be_exports(
    bot: PartyService, clock: Clock, database_url: str, base: Path, tmp_path: Path
) -> None:
    """What services and players export needs no folder of playlists in between, as with `adapt`."""
    await celebrate(bot, clock, 6)
    exports = tmp_path / "exports"
    exports.mkdir()
    for party in range(12):
        numbers = [TASTES[party % 2][(party + 7 * each) % 40] for each in range(4)]
        rows = [f"{ARTISTS[number % len(ARTISTS)]} - {TITLES[number]}\n" for number in numbers]
        (exports / f"list {party}.txt").write_text("".join(rows), "utf-8")
    done = run("evening", database_url, "--lists", exports, "--out", tmp_path / "ours", "--base", base)
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)
    assert "NDCG@100 on the latest 5" in done.stdout
    done = run("evening", database_url, "--lists", exports / "none", "--out", tmp_path / "ours")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


async def test_two_at_once_do_not_meet(bot: PartyService, clock: Clock, night: Night, tmp_path: Path) -> None:
    """The second one says so and ends; what a killed one has left is taken away."""
    await celebrate(bot, clock, 20)
    work = tmp_path / ".ours.evening"
    (work / "tried").mkdir(parents=True)
    with held(work):
        told = night(tmp_path / "ours")
        assert not told.changed
        assert "another evening is at work" in told.told
        assert (work / "tried").exists()
    assert night(tmp_path / "ours").changed
    assert not work.exists()


async def test_a_full_disk_leaves_what_was(
    bot: PartyService, clock: Clock, night: Night, tmp_path: Path
) -> None:
    """One line says to make room, and the bundle in use is as it was."""
    out = tmp_path / "ours"
    await celebrate(bot, clock, 20)
    assert night(out).changed
    before = bytes_of(out)
    await celebrate(bot, clock, 12, first=20)
    with little_room(20_000), pytest.raises(DataError, match="make room") as refusal:
        night(out)
    assert "\n" not in str(refusal.value)
    assert bytes_of(out) == before
    assert not (tmp_path / ".ours.evening").exists()


async def test_the_bundle_to_begin_with_stays(database_url: str, base: Path) -> None:
    """It is not replaced by what is made of it."""
    with pytest.raises(DataError, match="name another --out"):
        evening(database_url, base, base / ".." / "base")


async def test_songs_that_a_bundle_lacks_count_as_missed(
    bot: PartyService, clock: Clock, database_url: str, base: Path
) -> None:
    """Half of a party's songs are unknown: even a bundle that found all others would miss these."""
    for each in range(4):
        await bot.queue.add(HERE, ANNA, f"typed:Unheard {each} - Nobody {each}")
    (party,) = latest_last(opted_in(database_url))
    assert judged(base, playlists_of([party])) == 0.0
