"""A bot's own parties as playlists: written by the real party service, harvested as a person does it."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from bot.party.limits import PARTY_ENDS_AFTER_MS
from bot.party.words import Member, Room, State, Track
from bot.recommend.bundle import Bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.harvest import WANTED
from db.store import Store, alembic_config
from model_export import harvest
from model_export.playlists import DataError
from model_export.reading import read_playlists
from model_export.written import typed_id
from tests.conftest import ON_BOTH, ON_POSTGRESQL, Clock
from tests.model_export.planted import planted, table, write_playlists
from tests.model_export.test_cli import interrupted, refused, run
from tests.model_export.warm import ROOT
from tests.own_music import Own
from tests.patience import PATIENCE_S

GUILD = "880088008800880088"
HERE = Room("discord", GUILD, "991199119911991199")
THERE = Room("discord", GUILD, "992299229922992299")
ANNA = Member("discord", "771177117711771177", "Annabella Quux")
BEN = Member("discord", "772277227722772277", "Benvolio Quux")
CLEO = Member("discord", "773377337733773377", "Cleopatra Quux")
MO = Member("discord", "774477447744774477", "Mortimer Quux", moderator=True, manager=True)
SECRETS = [GUILD, HERE.channel, THERE.channel, "Quux"] + [who.user_id for who in (ANNA, BEN, CLEO, MO)]
TABLES = {"tracks.parquet", "playlists.parquet", "entries.parquet"}

DEMO = "Our Own Demo - The Garage Neighbours"
OTHER = "Another Demo - The Garage Neighbours"
THIRD = "A Third Demo - The Cellar Neighbours"


async def add(party: PartyService, *songs: str, room: Room = HERE, by: Member = ANNA) -> list[int]:
    """Adds songs in turn and returns the numbers of their entries."""
    return [(await party.queue.add(room, by, song)).entry.id for song in songs]


def harvested(database_url: str, out: Path) -> Path:
    """The folder that a harvest has written."""
    harvest.harvest(database_url, out)
    assert {path.name for path in out.iterdir()} == TABLES
    return out


def commanded(database_url: str, out: Path) -> Path:
    """The folder that a harvest has written, run as a person runs it: in a process of its own."""
    done = run("harvest", database_url, "--out", out)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in out.iterdir()} == TABLES
    return out


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of one of the three tables."""
    return pq.read_table(table(folder, name)).to_pylist()


def titles(folder: Path) -> list[list[str]]:
    """The titles of each playlist as the training reads them."""
    lists = read_playlists(folder)
    return [[lists.songs[track].title for track in lists.tracks(i)] for i in range(len(lists))]


@ON_BOTH
async def test_what_people_wanted_is_kept_in_their_order(
    party: PartyService, database_url: str, tmp_path: Path
) -> None:
    """Typed songs and suggestions taken up are kept; removed, skipped, voted down and ignored ones not."""
    await party.settings.share(HERE, MO, True)
    skipped, _, gone, unloved, argued = await add(
        party, "take on me", "mr brightside", "wonderwall", "africa toto", "bohemian rhapsody"
    )
    await add(party, DEMO, by=BEN)
    await party.queue.remove(HERE, ANNA, gone)
    await party.ballots.vote(HERE, BEN, unloved, -1)
    await party.ballots.vote(HERE, BEN, argued, -1)
    await party.ballots.vote(HERE, CLEO, argued, +1)
    ballot = await party.ballots.next(HERE, ANNA, 3)
    taken = (await party.ballots.vote(HERE, CLEO, ballot[1].id, +1)).entry
    await party.ballots.vote(HERE, CLEO, ballot[2].id, -1)
    for member in (ANNA, BEN, CLEO):
        await party.queue.skip(HERE, member, entry_id=skipped)
        if (playing := (await party.insight.now(HERE)).playing) and playing.id != skipped:
            break
    await add(party, OTHER, by=BEN)
    await party.queue.undo(HERE, BEN)
    await party.blocks.block_member(HERE, MO, Member("discord", "99", "Troll"))
    await party.blocks.block_song(HERE, MO, "typed:Vlorp - The Trolls")
    folder = commanded(database_url, tmp_path / "parties")
    assert not any(b"roll" in path.read_bytes() for path in folder.iterdir())
    assert titles(folder) == [["Mr. Brightside", "Bohemian Rhapsody", "Our Own Demo", taken.track.title]]
    assert [each["n_tracks"] for each in rows(folder, "playlists")] == [4]


async def test_own_songs_count_by_their_names(
    store: Store,
    bundle: Bundle,
    catalogue: Catalogue,
    recommender: Recommender,
    clock: Clock,
    database_url: str,
    tmp_path: Path,
) -> None:
    """Their numbers count in one database: what is learned of them is learned as if they were typed."""
    song = Track("Our Own Demo", "The Garage Neighbours", duration_ms=200_000)
    own = await Own.of(store, bundle, catalogue, recommender, song)
    party = PartyService(store, own.songs, own.models, clock, library=own.library)
    await party.settings.share(HERE, MO, True)
    await add(party, "mr brightside", DEMO)
    queued = (await party.insight.now(HERE)).queue[0].track
    assert (queued.track_id or "").startswith("own:")
    tracks = rows(harvested(database_url, tmp_path / "parties"), "tracks")
    assert tracks[1]["track_id"] == typed_id(song.title, song.artist)
    await party.close()
    own.songs.close()


async def test_the_tables_are_the_data_format(
    party: PartyService, catalogue: Any, database_url: str, tmp_path: Path
) -> None:
    """Each table has its columns; known songs keep the catalogue's id and facts, others get one of theirs."""
    await party.settings.share(HERE, MO, True)
    await add(party, "mr brightside", DEMO)
    known = await catalogue.resolve("mr brightside")
    folder = harvested(database_url, tmp_path / "parties")
    (list_,) = rows(folder, "playlists")
    tracks = rows(folder, "tracks")
    typed = tracks[1]["track_id"]
    assert tracks == [
        {
            "track_id": known.track_id,
            "title": known.title,
            "artist": known.artist,
            "album": known.album,
            "year": known.year,
            "duration_ms": known.duration_ms,
            "spotify_id": None,
        },
        {
            "track_id": typed,
            "title": "Our Own Demo",
            "artist": "The Garage Neighbours",
            "album": None,
            "year": None,
            "duration_ms": None,
            "spotify_id": None,
        },
    ]
    assert typed.startswith("typed:")
    assert list_ == {
        "playlist_id": list_["playlist_id"],
        "parent_id": list_["parent_id"],
        "name": None,
        "source": "harvest",
        "licence": "own",
        "kind": "party",
        "n_tracks": 2,
    }
    assert rows(folder, "entries") == [
        {"playlist_id": list_["playlist_id"], "position": place, "track_id": track["track_id"]}
        for place, track in enumerate(tracks)
    ]


async def test_spellings_of_an_unknown_song_are_one(
    party: PartyService, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    """Case, accents and signs do not make another song of one that the catalogue does not know."""
    await party.settings.share(HERE, MO, True)
    await party.settings.choose(HERE, MO, {"one_of_each": False})
    await add(party, "Déjà Démo - The Garage Neighbours", OTHER)
    clock.pass_by(hours=20)
    await add(party, "DEJA DEMO! - the garage neighbours", THIRD)
    folder = harvested(database_url, tmp_path / "parties")
    assert titles(folder) == [["Déjà Démo", "Another Demo"], ["Déjà Démo", "A Third Demo"]]
    assert len(rows(folder, "tracks")) == 3


async def test_a_party_ends_where_nothing_happened_for_twelve_hours(
    party: PartyService, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    """A vote keeps a party going as a song does; twelve hours of silence and a bit begin another one."""
    await party.settings.share(HERE, MO, True)
    _, second = await add(party, DEMO, OTHER)
    clock.pass_by(hours=11)
    await party.ballots.vote(HERE, BEN, second, +1)
    clock.pass_by(hours=12)
    await add(party, THIRD)
    clock.pass_by(hours=12, minutes=1)
    await add(party, "mr brightside", "take on me")
    assert titles(harvested(database_url, tmp_path / "parties")) == [
        ["Our Own Demo", "Another Demo", "A Third Demo"],
        ["Mr. Brightside", "Take on Me"],
    ]


def test_a_party_is_what_the_bot_calls_one() -> None:
    """Where a party ends, and which states are wanted, is what the bot's own rules say."""
    assert harvest.PARTY_ENDS_AFTER_MS == PARTY_ENDS_AFTER_MS
    assert set(WANTED) == set(State) - {State.SUGGESTED, State.SKIPPED, State.REMOVED}


async def test_a_party_of_one_song_is_none(
    party: PartyService, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    """A party in which only one song was wanted says nothing and is left out."""
    await party.settings.share(HERE, MO, True)
    await add(party, DEMO)
    clock.pass_by(hours=13)
    await add(party, OTHER, THIRD)
    folder = harvested(database_url, tmp_path / "parties")
    assert titles(folder) == [["Another Demo", "A Third Demo"]]
    assert len(rows(folder, "tracks")) == 2


async def test_only_rooms_that_opted_in_are_read(
    party: PartyService, database_url: str, tmp_path: Path
) -> None:
    """What counts is the choice at the time of the harvest, for all of a room's parties, past ones too."""
    await add(party, DEMO, OTHER)
    await add(party, "mr brightside", "take on me", room=THERE)
    await party.settings.share(THERE, MO, True)
    folder = harvested(database_url, tmp_path / "parties")
    assert titles(folder) == [["Mr. Brightside", "Take on Me"]]
    assert not {"Our Own Demo", "Another Demo"} & {each["title"] for each in rows(folder, "tracks")}
    await party.settings.share(HERE, MO, True)
    await party.settings.share(THERE, MO, False)
    assert titles(harvested(database_url, folder)) == [["Our Own Demo", "Another Demo"]]


async def test_no_file_says_who_or_where(
    party: PartyService, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    """Neither a member's id or name nor a channel's or server's stands in the raw bytes; titles do."""
    for room in (HERE, THERE):
        await party.settings.share(room, MO, True)
        await add(party, DEMO, room=room)
        (entry,) = await add(party, OTHER, room=room, by=BEN)
        await party.ballots.vote(room, CLEO, entry, +1)
        await party.ballots.next(room, CLEO)
    assert all(secret in stored(database_url) for secret in SECRETS)
    folder = harvested(database_url, tmp_path / "parties")
    written = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"Our Own Demo" in written
    assert [secret for secret in SECRETS if secret.encode() in written] == []
    assert str(int(clock.now_s))[:6].encode() not in written


def stored(database_url: str) -> str:
    """All that the bot's database holds; never by reading its files, which would drop the bot's locks."""
    with closing(sqlite3.connect(database_url.partition("///")[2])) as database:
        return "\n".join(database.iterdump())


async def test_a_room_is_one_parent_drawn_by_lot(
    party: PartyService, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    """All parties of a room share a parent, no two rooms do, and the next harvest draws other ones."""
    for room in (HERE, THERE):
        await party.settings.share(room, MO, True)
        await add(party, DEMO, OTHER, room=room)
        clock.pass_by(hours=13)
        await add(party, "mr brightside", "take on me", room=room)
    one, two = (
        [each["parent_id"] for each in rows(harvested(database_url, tmp_path / name), "playlists")]
        for name in ("one", "two")
    )
    assert one[0] == one[1] != one[2] == one[3]
    assert len({*one, *two}) == 4
    playlists = [each["playlist_id"] for each in rows(tmp_path / "one", "playlists")]
    assert len(set(playlists)) == 4


# --- beside a running bot


async def test_the_bot_may_write_meanwhile(
    party: PartyService, store: Store, database_url: str, tmp_path: Path
) -> None:
    """In the midst of a transaction of the bot's, the harvest sees what was committed and changes nothing."""
    await party.settings.share(HERE, MO, True)
    await add(party, DEMO, OTHER)
    before = stored(database_url)
    async with store.writing() as tx:
        await tx.parties.set_shared((await tx.parties.open(HERE, 0)).id, False)
        folder = commanded(database_url, tmp_path / "parties")
        assert stored(database_url) == before
    assert titles(folder) == [["Our Own Demo", "Another Demo"]]
    assert not await party.settings.shared(HERE)
    await add(party, THIRD)


KILLED = """
import asyncio, os, signal, sys
from bot.party.words import Track
from db.store import open_store
from tests.model_export.test_harvest import ANNA, HERE

async def main():
    async with open_store(sys.argv[1]) as store:
        async with store.writing() as tx:
            party = await tx.parties.open(HERE, 1)
            await tx.parties.set_shared(party.id, True)
            for title in ("One", "Two"):
                await tx.entries.insert(party.id, Track(title, "Somebody"), ANNA, 2)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_what_a_killed_bot_left_is_read(tmp_path: Path) -> None:
    """Parties that stand only in SQLite's write-ahead log are harvested, and the file stays as it is."""
    path = tmp_path / "100% left #1" / "party.db"
    path.parent.mkdir()
    url = f"sqlite+aiosqlite:///{path}"
    bot = [sys.executable, "-c", KILLED, url]
    killed = subprocess.run(bot, cwd=ROOT, timeout=PATIENCE_S, check=False)  # noqa: S603 - our own command
    assert killed.returncode == -signal.SIGKILL
    before = path.read_bytes()
    assert b"Somebody" not in before
    assert titles(commanded(url, tmp_path / "parties")) == [["One", "Two"]]
    assert path.read_bytes() == before


# --- refusals


def write_older(path: Path) -> None:
    """A database of the first Encore."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
    engine.dispose()


def write_stranger(path: Path) -> None:
    """A database of something else."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (title TEXT)")


def write_notes(path: Path) -> None:
    """A file that is no database."""
    path.write_bytes(b"these are my holiday notes, not a database" * 100)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (None, "is not there"),
        (Path.touch, "no parties of Encore"),
        (Path.mkdir, "is not there"),
        (write_notes, "not a database"),
        (write_stranger, "no parties of Encore"),
        (write_older, "older Encore"),
    ],
)
def test_a_database_that_cannot_be_read_is_one_line(tmp_path: Path, make: Any, said: str) -> None:
    """What is wrong with the file is said in one line, exit code 2; it is left as it was, nothing is made."""
    path = tmp_path / "party.db"
    if make:
        make(path)
    before = path.read_bytes() if path.is_file() else None
    line = refused(run("harvest", f"sqlite+aiosqlite:///{path}", "--out", tmp_path / "new" / "parties"))
    assert said in line
    assert str(path) in line
    assert [each.name for each in tmp_path.iterdir()] == (["party.db"] if make else [])
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize(
    "url",
    [
        "",
        "party.db",
        "postgresql+asyncpg://somebody:secret@localhost/party",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "sqlite+aiosqlite:///party.db?mode=secret",
    ],
)
def test_an_address_that_is_none_is_one_line(tmp_path: Path, url: str) -> None:
    """An address that the bot does not take either is refused without its password."""
    with pytest.raises(DataError) as refusal:
        harvest.harvest(url, tmp_path / "parties")
    assert str(refusal.value).startswith("DATABASE_URL")
    assert "secret" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


@ON_POSTGRESQL
async def test_a_server_that_cannot_be_read_is_one_line(database_url: str, tmp_path: Path) -> None:
    """Not there, another password, no such database, or one of something else; never the password."""
    url = make_url(database_url)
    for wrong, said in (
        (url.set(database="nowhere"), "has no database with this name"),
        (url.set(database="postgres"), "holds no parties of Encore"),
        (url.set(query={"host": "/nowhere"}), "cannot be reached"),
        (url.set(query={"passfile": "secret"}), "options that I don't know"),
    ):
        with pytest.raises(DataError, match=said) as refusal:
            harvest.harvest(wrong.render_as_string(hide_password=False), tmp_path / "parties")
        assert "secret" not in str(refusal.value)
        assert "\n" not in str(refusal.value)


async def test_without_a_room_that_opted_in_it_is_said_how(
    party: PartyService, database_url: str, tmp_path: Path
) -> None:
    """Where nobody opted in, or nobody does any more, one line names the command, and nothing is written."""
    await add(party, DEMO, OTHER)
    await party.settings.share(HERE, MO, True)
    await party.settings.share(HERE, MO, False)
    line = refused(run("harvest", database_url, "--out", tmp_path / "parties"))
    assert "/learn on" in line
    assert not (tmp_path / "parties").exists()


async def test_without_a_party_there_is_nothing_to_harvest(
    party: PartyService, database_url: str, tmp_path: Path
) -> None:
    """Rooms that opted in without two songs at any party are told apart from nobody having opted in."""
    await party.settings.share(HERE, MO, True)
    await add(party, DEMO)
    with pytest.raises(DataError, match="two wanted songs"):
        harvest.harvest(database_url, tmp_path / "parties")
    assert not (tmp_path / "parties").exists()


async def test_only_a_harvest_is_replaced(party: PartyService, database_url: str, tmp_path: Path) -> None:
    """A folder with something else in it is refused and stays; a refused harvest leaves the last one."""
    await party.settings.share(HERE, MO, True)
    await add(party, DEMO, OTHER)
    folder = harvested(database_url, tmp_path / "parties")
    before = table(folder, "tracks").read_bytes()
    await party.settings.share(HERE, MO, False)
    with pytest.raises(DataError, match="/learn on"):
        harvest.harvest(database_url, folder)
    assert table(folder, "tracks").read_bytes() == before
    await party.settings.share(HERE, MO, True)
    (folder / "beach.jpg").write_text("sand")
    with pytest.raises(DataError, match=re.escape("beach.jpg")):
        harvest.harvest(database_url, folder)
    assert {path.name for path in folder.iterdir()} == {*TABLES, "beach.jpg"}
    with pytest.raises(DataError, match="cannot be written"):
        harvest.harvest(database_url, folder / "beach.jpg" / "parties")


def scratch(out: Path) -> list[Path]:
    """Where a harvest is being written."""
    return list(out.parent.glob(f".{out.name}-*"))


async def test_control_c_leaves_nothing(party: PartyService, database_url: str, tmp_path: Path) -> None:
    """Ctrl-C in the midst of a harvest ends it without a traceback, and no folder remains."""
    await party.settings.share(HERE, MO, True)
    await add(party, DEMO)
    with closing(sqlite3.connect(database_url.partition("///")[2])) as database, database:
        database.execute(
            "INSERT INTO entries (party_id, state, title, artist, added_ms) "
            "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers LIMIT 300000) "
            "SELECT 1, 'played', 'Song ' || i, 'Band', 1800000000000 + i FROM numbers"
        )
    out = tmp_path / "new" / "parties"
    done = interrupted(lambda: bool(scratch(out)), "harvest", database_url, "--out", out)
    assert (done.stdout, done.stderr) == ("", "Stopped; nothing is left half written.\n")
    assert not (tmp_path / "new").exists()


# --- the flywheel


def catalogue_titles(bundle: Path) -> Sequence[str]:
    """The titles in a bundle's catalogue."""
    with closing(sqlite3.connect(bundle / "catalog.db")) as catalogue:
        return [title for (title,) in catalogue.execute("SELECT title FROM tracks")]


async def test_a_model_learns_what_the_rooms_played(
    party: PartyService, database_url: str, tmp_path: Path
) -> None:
    """Trained on open data and a harvest, the catalogue holds the rooms' own song, and shared songs once."""
    for room in (HERE, THERE):
        await party.settings.share(room, MO, True)
        await add(party, DEMO, "Rock Song 1 - rock band 0", "rock song 2 - Rock Band 0", room=room)
    data = write_playlists(tmp_path / "open", planted())
    parties = commanded(database_url, tmp_path / "parties")
    short = ("--dims", "4", "--epochs", "5")
    done = run("train", data, parties, "--out", tmp_path / "model", *short, "--everything")
    assert done.returncode == 0, done.stderr
    known = catalogue_titles(tmp_path / "model")
    assert known.count("Our Own Demo") == 1
    assert known.count("rock song 1") == 1
    assert "Rock Song 1" not in known
    about = json.loads((tmp_path / "model" / "manifest.json").read_text("utf-8"))["data"]
    assert {"source": "harvest", "licence": "own", "playlists": 2, "parents": 2} in about
    done = run("export", data, parties, "--model", tmp_path / "model", "--out", tmp_path / "bundle")
    assert done.returncode == 0, done.stderr
    assert catalogue_titles(tmp_path / "bundle") == known
    assert str(tmp_path / "model") in refused(
        run("export", data, "--model", tmp_path / "model", "--out", tmp_path / "bundle")
    )


async def test_several_folders_are_measured_together(
    party: PartyService, database_url: str, tmp_path: Path
) -> None:
    """Evaluating takes the folders that training took."""
    await party.settings.share(HERE, MO, True)
    await add(party, DEMO, "Rock Song 1 - rock band 0")
    data = write_playlists(tmp_path / "open", planted())
    parties = harvested(database_url, tmp_path / "parties")
    done = run("train", data, parties, "--out", tmp_path / "model", "--dims", "4", "--epochs", "5")
    assert done.returncode == 0, done.stderr
    done = run("evaluate", data, parties, "--model", tmp_path / "model")
    assert done.returncode == 0, done.stderr
    assert "calibration error of match" in done.stdout
