"""What every test may ask for: a party on a fresh database with the model that is shipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from alembic import command
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine

from bot.doors.check import problems
from bot.doors.commands import GROUPS, TABLE
from bot.party.words import Member, Room
from bot.recommend.bundle import Bundle, open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from bot.settings import STARTER
from db.store import Store, alembic_config, open_store
from tests import postgres as private
from tests.patience import PATIENCE_S

SPECS = Path(__file__).parents[2] / "shared" / "specs"
DATA = Path(__file__).parents[2] / "shared" / "data"

ROOM = Room("discord", "1", "2")
ANNA = Member("discord", "11", "Anna")
BEN = Member("discord", "12", "Ben")
CLEO = Member("discord", "13", "Cleo")
MOD = Member("discord", "14", "Mo", moderator=True, manager=True)


def pytest_sessionstart() -> None:
    """Starts no test with a table of commands that a door cannot show."""
    found = problems(TABLE, GROUPS)
    if found:
        raise pytest.UsageError("The table of commands cannot be shown:\n" + "\n".join(found))


os.environ.setdefault("DEMO", "0")  # of all the bots that tests start none makes music unasked
os.environ.setdefault("ALLOW_EPHEMERAL", "1")  # in a container, or with /tmp in memory, tests run as well
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

LIMITS = (
    "bot.checks.result.WITHIN_S",
    "bot.party.insight.LOOK_WITHIN_S",
    "bot.party.patience.LONGEST_S",
    "bot.party.shares.WITHIN_S",
    "bot.playback.sources.subsonic_server.ANSWER_WITHIN_S",
    "bot.playback.sources.subsonic_server.CONNECT_WITHIN_S",
    "bot.playback.sources.subsonic_server.SILENT_FOR_S",
    "bot.room.guest.TAKE_WITHIN_S",
    "bot.room.health.WITHIN_S",
    "bot.room.hub.ENTER_WITHIN_S",
    "bot.slack.asked.TIMEOUT_S",
    "bot.slack.renewal.ANSWER_S",
    "bot.slack.asked.SOON_S",
    "bot.slack.door.OFFERED_WITHIN_S",
    "bot.slack.files.WITHIN_S",
    "bot.spotify.calls.WITHIN_S",
    "bot.spotify.client.WITHIN_S",
    "bot.takeaway.mapping.TIMEOUT_S",
    "cogs.files.READ_WITHIN_S",
    "cogs.offers.DEVICES_WITHIN_S",
    "cogs.offers.OFFER_WHEN_BUSY_S",
    "cogs.offers.OFFER_WITHIN_S",
    "cogs.request.ANSWER_WITHIN_S",
)
"""After so long the bot does something else than when it is fast; who tests that sets it."""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, nothing counts as taking long unless a test says so."""
    for limit in LIMITS:
        monkeypatch.setattr(limit, PATIENCE_S)


@dataclass
class Clock:
    """A clock that tests set."""

    now_s: float = field(default=1_800_000_000.0)

    def __call__(self) -> float:
        """The time, as `time.time` tells it."""
        return self.now_s

    def pass_by(self, *, minutes: float = 0, hours: float = 0) -> None:
        """Lets time go by."""
        self.now_s += 60 * minutes + 3600 * hours


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    """The shipped model's files."""
    return open_bundle(STARTER)


@pytest.fixture(scope="session")
def catalogue(bundle: Bundle) -> Iterator[Catalogue]:
    """The shipped model's songs."""
    with closing(Catalogue.open(bundle)) as catalogue:
        yield catalogue


@pytest.fixture(scope="session")
def recommender(bundle: Bundle, catalogue: Catalogue) -> Recommender:
    """The shipped model."""
    return Recommender(bundle, catalogue, seed=0)


@pytest.fixture
def clock() -> Clock:
    """The party's clock."""
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[private.Server]:
    """A PostgreSQL server of the tests' own."""
    reason = private.missing()
    if reason:
        pytest.skip(reason)
    with private.running() as server:
        yield server


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables of today, which a fresh database is a copy of."""
    file = tmp_path_factory.mktemp("migrated") / "party.db"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "head")
    engine.dispose()
    return file


ON_BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""Runs tests on a fresh database of either kind, or of the one; the others run on SQLite."""


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database."""
    if getattr(request, "param", "sqlite") == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "party.db")
        yield f"sqlite+aiosqlite:///{tmp_path / 'party.db'}"
        return
    server = request.getfixturevalue("postgres")
    with server.database(private.MIGRATED) as name:
        yield server.url(name)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A fresh store."""
    async with open_store(database_url) as store:
        yield store


@pytest.fixture
async def party(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[PartyService]:
    """A party service on a fresh database, with the shipped model."""
    service = PartyService(store, catalogue, recommender, clock)
    yield service
    await service.close()


MakeMembers = Callable[[int], list[Member]]


@pytest.fixture
def members() -> MakeMembers:
    """Makes so many different people."""
    return lambda count: [Member("discord", str(100 + i), f"Guest {i}") for i in range(count)]
