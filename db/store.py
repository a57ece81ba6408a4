"""Where parties live: what one opens, and a transaction with its queries by subject.

A transaction that writes locks its party first (`parties.open`, `parties.enter`), so that all that happens in
one party happens one after the other. Two transactions never wait for each other in a circle: each locks one
party, and only then writes one member.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from bot.party.patience import patient
from bot.party.steady import SteadyClock
from bot.party.words import Room
from db.engine.migrating import alembic_config
from db.engine.opening import Database, open_database
from db.engine.session import Session
from db.queries.accounts import Accounts
from db.queries.diary import Diary
from db.queries.entries import Entries
from db.queries.erasure import Erasure
from db.queries.installs import Installs
from db.queries.logins import Logins
from db.queries.members import Members
from db.queries.nicknames import Nicknames
from db.queries.nights import Nights
from db.queries.own_data import OwnData
from db.queries.own_songs import OwnSongs
from db.queries.parties import NONE_YET, Parties
from db.queries.passes import Passes
from db.queries.playbacks import Playbacks
from db.queries.rests import Rests
from db.queries.retention import Retention
from db.queries.songs import Songs
from db.queries.times import Times
from db.queries.votes import Votes
from db.sealing import Seal, seal_for

__all__ = ["NONE_YET", "Store", "Transaction", "alembic_config", "open_store"]


@asynccontextmanager
async def open_store(database_url: str, keys: Collection[str] = ()) -> AsyncIterator[Store]:
    """Opens the database, brings its tables up to date, and closes it.

    Args:
        database_url: where it is.
        keys: those of ENCRYPTION_KEYS, which seal what must not be read in it.

    Raises:
        StartError: the URL is not one of ours, or what it names cannot be opened.
    """
    async with open_database(database_url) as database:
        yield Store(database, seal_for(database_url, keys))


class Transaction:
    """All that can be asked in one transaction, by subject. What only reads raises where it would write."""

    def __init__(self, session: Session, seal: Seal) -> None:
        self._session, self._seal = session, seal
        self._members = Members(session)
        self.parties = Parties(session, self._members)
        self.entries = Entries(session, self._members)
        self.votes = Votes(session, self._members)
        self.diary = Diary(session, self._members)

    @property
    def playbacks(self) -> Playbacks:
        """Where parties sound, what is paused, and what was saved."""
        return Playbacks(self._session, self._members)

    @property
    def nights(self) -> Nights:
        """Parties that are over."""
        return Nights(self._session, self._seal)

    @property
    def passes(self) -> Passes:
        """Links to a party's page."""
        return Passes(self._session, self._seal)

    @property
    def nicknames(self) -> Nicknames:
        """The names of people without an account."""
        return Nicknames(self._session)

    @property
    def erasure(self) -> Erasure:
        """Forgetting for good."""
        return Erasure(self._session, self._members, self.installs)

    @property
    def retention(self) -> Retention:
        """Names that go with time."""
        return Retention(self._session, self._members)

    @property
    def own_data(self) -> OwnData:
        """What is kept of one member."""
        return OwnData(self._session)

    @property
    def own_songs(self) -> OwnSongs:
        """Songs of people's own music."""
        return OwnSongs(self._session)

    @property
    def installs(self) -> Installs:
        """Where Slack's app is installed."""
        return Installs(self._session)

    @property
    def accounts(self) -> Accounts:
        """Members' accounts at Spotify."""
        return Accounts(self._session)

    @property
    def logins(self) -> Logins:
        """Logins at Spotify that are under way."""
        return Logins(self._session)

    @property
    def songs(self) -> Songs:
        """Songs that were looked up at Spotify."""
        return Songs(self._session)

    @property
    def times(self) -> Times:
        """When things are over."""
        return Times(self._session)

    @property
    def rests(self) -> Rests:
        """Services that are left alone."""
        return Rests(self._session)

    @property
    def changed(self) -> bool:
        """Whether something was written that people see."""
        return self._session.changed


class Store:
    """Parties in one database."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database, self._seal = database, seal

    @patient
    async def seal_links(self) -> None:
        """Seals all links with the newest key; those of an older Encore are not sealed at all."""
        async with self.writing() as tx:
            await tx.passes.seal()
            await tx.nights.seal()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A transaction that cannot write. On SQLite no change keeps it waiting, or waits for it.

        What is asked in one go is of one moment there, and what is asked later of a later one.
        """
        async with self._database.reading() as session:
            yield Transaction(session, self._seal)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        """All or nothing: COMMIT on a clean exit; ROLLBACK when an error passes through.

        Other processes hear of what people see.
        """
        async with self._database.writing() as session:
            yield Transaction(session, self._seal)

    @property
    def shared(self) -> bool:
        """Whether other processes may use it as well."""
        return self._database.shared

    @property
    def clock(self) -> SteadyClock:
        """The party's time."""
        return self._database.clock

    def listen(self, changed: Callable[[Room], None]) -> AbstractAsyncContextManager[None]:
        """Calls `changed(room)` for what other processes change, while it is open; SQLite has none."""
        return self._database.listen(changed)
