"""The parts of `make torture` and `make bench-db`: a short run of each, and that what is lost is found."""

from __future__ import annotations

import inspect
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import run_on_loop
from bot.service import PartyService
from db.store import Store
from tests import postgres as private
from tests.measure import database
from tests.measure.torture import large
from tests.measure.torture.acts import ACTS, BY_ITSELF, LEFT_OUT, READ_ONLY
from tests.measure.torture.aftermath import (
    Aftermath,
    look,
    postgres_broken,
    postgres_rows,
    sqlite_broken,
    sqlite_rows,
)
from tests.measure.torture.lives import Lives
from tests.measure.torture.places import kill_server, start_server
from tests.measure.torture.scenes import url_of
from tests.measure.torture.songs import Songs
from tests.measure.torture.writers import Weather
from tests.postgres import MIGRATED, Server

SEED, LIVES = 7, 6
WEATHER = (Weather(), Weather(cancelled=True), Weather(clock=True), Weather(full=True))
LOSSES = {
    "DELETE FROM changes WHERE key = (SELECT min(key) FROM changes WHERE kind = 'vote')": "lost",
    "DELETE FROM entries WHERE id = (SELECT min(id) FROM entries WHERE ballot IS NULL)": "lost",
    "UPDATE votes SET value = -value WHERE rowid = (SELECT max(rowid) FROM votes)": "lost",
    "UPDATE parties SET card = 'another' WHERE card <> ''": "lost",
    "INSERT INTO members (platform, user_id, name) SELECT platform, 'x', 'X' FROM members LIMIT 1": "",
    "UPDATE entries SET state = 'queued', track_id = 's1'": "twice",
    "DELETE FROM changes WHERE kind = 'next'": "lost",
    "UPDATE votes SET entry_id = -1 WHERE rowid = (SELECT max(rowid) FROM votes)": "torn",
}
"""What somebody does to a file behind the bot's back, and as what it is found."""


def lived(lives: Lives) -> None:
    """A few short lives in all weathers, the last of which ends as it should."""
    for number in range(LIVES):
        lives.live(WEATHER[number % len(WEATHER)])
    assert lives.settle(), lives.faults
    assert lives.kills == LIVES, lives.faults
    assert not lives.faults


def seen(lives: Lives, found: Aftermath) -> None:
    """All that was acknowledged is there, once."""
    assert not lives.history.open
    assert not lives.history.wrong
    assert lives.history.acknowledged > LIVES
    assert found.looked > lives.history.acknowledged
    assert found.well, found


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lives, Path]:
    """A file on which everything was done, each time cut off at another await."""
    folder = tmp_path_factory.mktemp("used")
    lives = Lives(url_of(folder / "party.db"), folder, SEED)
    assert lives.cut(), lives.faults
    assert lives.settle(), lives.faults
    return lives, folder / "party.db"


def test_nothing_is_lost_in_a_file(tmp_path: Path) -> None:
    """Though its bot was killed, its disk full, its clock turned, and people gave up."""
    file = tmp_path / "party.db"
    lives = Lives(url_of(file), tmp_path, SEED, mean_s=1.0)
    lived(lives)
    seen(lives, look(lives.history, sqlite_rows(file), sqlite_broken(file)))


def test_nothing_is_lost_on_postgresql(postgres: Server, tmp_path: Path) -> None:
    """Though its bots were killed, and their connections cut."""
    with postgres.database(MIGRATED) as name:
        lives = Lives(postgres.url(name), tmp_path, SEED, mean_s=1.0)
        ended: list[int] = []
        lives.live(Weather(), (lambda: ended.append(postgres.end_connections(lives.url)),) * 2)
        assert sum(ended)
        lives.kills -= 1
        lived(lives)
        seen(lives, look(lives.history, postgres_rows(postgres, name), postgres_broken(postgres, name)))


def test_nothing_is_lost_with_the_server(tmp_path: Path) -> None:
    """PostgreSQL is killed under a bot that goes on; what it had acknowledged is there when it is back."""
    if reason := private.missing():
        pytest.skip(reason)
    with private.running(private.AS_SHIPPED) as server, server.database(MIGRATED) as name:
        lives = Lives(server.url(name), tmp_path, SEED, mean_s=1.0)

        def killed() -> None:
            kill_server(server)
            start_server(server)

        lives.live(Weather(), (killed,))
        assert lives.settle(), lives.faults
        assert look(lives.history, postgres_rows(server, name), postgres_broken(server, name)).well


def test_each_await_may_be_the_last(used: tuple[Lives, Path]) -> None:
    """A use case that is cancelled at any of its awaits has happened or not, and once when it comes again."""
    lives, file = used
    assert lives.history.said["cancelled"] > len(ACTS)
    seen(lives, look(lives.history, sqlite_rows(file), sqlite_broken(file)))


@pytest.mark.parametrize("sql", LOSSES)
def test_what_is_lost_is_found(used: tuple[Lives, Path], tmp_path: Path, sql: str) -> None:
    """A line, a song, a vote or a ballot that is gone, and one that is there twice."""
    lives, file = used
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
        new.execute("DROP INDEX uq_entries_playing")
        assert new.execute(sql).rowcount > 0, sql
        new.commit()
    found = look(lives.history, sqlite_rows(copy))
    assert found.well == (LOSSES[sql] == ""), found
    assert not LOSSES[sql] or getattr(found, LOSSES[sql]), found


async def test_every_use_case_is_tried(store: Store) -> None:
    """Each that writes is one of the acts, or it is said why not; a new one has to be put in its place."""
    songs = Songs(0)
    party = PartyService(store, songs, songs)
    subjects: dict[str, object] = {"": party, **vars(party)}
    found = {
        f"{name}.{method}".lstrip(".")
        for name, subject in subjects.items()
        if type(subject).__module__.startswith("bot.") and not name.startswith("_")
        for method, code in vars(type(subject)).items()
        if not method.startswith("_") and _finished(code)
    }
    tried = {each for act in ACTS.values() for each in act.covers}
    known = {*tried, *BY_ITSELF, *LEFT_OUT, *READ_ONLY}
    assert found <= known, found - known
    assert not {*LEFT_OUT} - found


def _finished(code: object) -> bool:
    """Whether a method is a use case that runs to its end."""
    return inspect.iscoroutinefunction(getattr(code, "__wrapped__", None))


def test_requests_are_held_against_bare_transactions(tmp_path: Path) -> None:
    """Both databases say how many a second, of each kind how long, and what came of it beside bare ones."""
    paces = run_on_loop(database.measure(tmp_path, tasks=2, each=40, turns=2, seed=1))
    assert [each.name for each in paces] == ["SQLite", *([] if private.missing() else ["PostgreSQL"])]
    for each in paces:
        assert len(each.bare) == len(each.changed) == 2
        assert sum(map(len, each.took_ms.values())) == 80
        assert each.ratio > 0
    assert [table.row_count for table in database.shown(paces, "")] == [len(paces)] * 2


def test_a_file_is_filled_as_parties_fill_it(tmp_path: Path) -> None:
    """It is as large as was asked for, whole, and a bot is ready on it after its last one was killed."""
    file = tmp_path / "large.db"
    assert large.fill(file, 3, SEED) >= large.AT_ONCE
    assert 3 <= file.stat().st_size / 2**20 < 20
    assert sqlite_broken(file) == []
