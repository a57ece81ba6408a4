"""What the front doors call: all use cases of a party, by subject."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from bot.party.autopilot import Autopilot
from bot.party.ballots import Ballots
from bot.party.blocking import Blocking
from bot.party.bringing import Bringing
from bot.party.cards import Cards
from bot.party.clock import Clock
from bot.party.erasure import Erasure
from bot.party.favourites import FavouriteSongs
from bot.party.insight import Insight
from bot.party.limits import KEEP_NAMES_DAYS
from bot.party.map import PartyMap
from bot.party.nicknames import Nicknames
from bot.party.nights import Nights
from bot.party.notices import Notices
from bot.party.own_data import OwnData
from bot.party.passes import Passes
from bot.party.ports import Catalogue, Recommender
from bot.party.queue import Queue
from bot.party.results import BlockedMember, Ended, Forgotten
from bot.party.retention import Retention
from bot.party.settings import RoomSettings
from bot.party.shares import Shares
from bot.party.songs import Songs
from bot.party.steady import SteadyClock
from bot.party.suggesting import Suggestions
from bot.party.transactions import Store
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.vitals import Vitals
from bot.party.words import Member, Room, Track
from bot.playback.accounts import Accounts
from bot.playback.control import Playing
from bot.playback.device import Devices
from bot.playback.errors import HostLeft
from bot.playback.hosting import Hosts
from bot.playback.outlets import Outlets
from bot.playback.playlists import Playlists
from bot.playback.ports import Music, OwnMusic
from bot.playback.trying import Trying


class PartyService:
    """The parties of one database.

    Args:
        store: where they live.
        catalogue: what songs there are.
        recommender: what belongs with what.
        clock: seconds since 1970; left out: in even steps from now on, whatever the machine's clock says.
        music: Spotify, if it is set up.
        keep_names_days: how long names are kept; 0 for as long as the database.
        library: people's own music, if there is any.
        demo: the short pieces that there are now, where people have no music of their own.
    """

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        recommender: Recommender,
        clock: Callable[[], float] | None = None,
        music: Music | None = None,
        keep_names_days: int = KEEP_NAMES_DAYS,
        library: OwnMusic | None = None,
        demo: Callable[[], Sequence[Track]] | None = None,
    ) -> None:
        self.notices = Notices()
        self.shares = Shares()
        self.unit = UnitOfWork(store, self.notices, clock or SteadyClock())
        self.vitals = Vitals(self._ask_database)
        self.vitals.figure("work_under_way", "Use cases under way", lambda: len(self.unit.running))
        songs, suggestions = Songs(catalogue, music), Suggestions(self.unit, recommender, catalogue)
        self.queue = Queue(self.unit, songs)
        self.lists = Bringing(self.unit, songs)
        self.ballots = Ballots(self.unit, catalogue, suggestions)
        self.favourites = FavouriteSongs(self.unit)
        self.insight = Insight(self.unit, songs, recommender, library)
        self.map = PartyMap(self.unit, recommender)
        self.settings = RoomSettings(self.unit)
        self.blocks = Blocking(self.unit, songs)
        self.passes = Passes(self.unit)
        self.nicknames = Nicknames(self.unit)
        self.cards = Cards(self.unit)
        keeps_to_own = library is not None and catalogue.stock() is not None
        self.autopilot = Autopilot(self.unit, suggestions, library if keeps_to_own else None)
        self.nights = Nights(self.unit, catalogue, self.passes)
        self.clock = Clock(self.unit, self.autopilot, self.nights)
        self.devices = Devices(self.unit, music)
        self._hosts = Hosts(self.devices)
        self.playback = Playing(self.devices, self._hosts)
        self.accounts = Accounts(self.devices, self._hosts)
        self.library = library
        self.trying = Trying(self.unit, self.lists, demo)
        self.outlets = Outlets(self.devices, self._hosts, library)
        self.playlists = Playlists(self.devices, self.lists)
        self._erasure = Erasure(self.unit)
        self.retention = Retention(self.unit, keep_names_days)
        self.own_data = OwnData(self.unit)

    @property
    def busy(self) -> bool:
        """Whether so much is under way that an answer takes longer than usual."""
        return self.unit.busy

    @property
    def has_spotify(self) -> bool:
        """Whether members can connect accounts here."""
        return self.devices.has_spotify

    async def _ask_database(self) -> None:
        async with self.unit.store.reading() as tx:
            await tx.parties.overdue(0, 0)  # none is: this finds nothing, by an index

    def now_ms(self) -> int:
        """The party's time."""
        return self.unit.now_ms()

    def changed_elsewhere(self, room: Room) -> None:
        """Takes note of a change that another process has made."""
        self.unit.forget_rules(room)
        self.notices.changed(room)

    @finished
    async def forget(self, member: Member) -> Forgotten:
        """Takes a member out of everything that is kept, and stops what plays on an account of theirs."""
        if self.has_spotify:
            await self._hosts.leave(member, silently=True)  # who is forgotten is not named once more
        return await self._erasure.member(member)

    @finished
    async def block_member(
        self, room: Room, member: Member, whom: Member, key: str | None = None
    ) -> BlockedMember:
        """Keeps a member out of a room, see `Blocking.block_member`; their device that plays it stops."""
        result = await self.blocks.block_member(room, member, whom, key)
        if result.playback is not None:
            self.notices.post(room, HostLeft(result.playback.host.name))
            await self._hosts.silence(room, result.playback)
        return result

    @finished
    async def end(self, room: Room, member: Member, key: str | None = None, title: str = "") -> Ended:
        """Ends a room's party, see `Nights.end`; the device that plays it stops."""
        result = await self.nights.end(room, member, key, title)
        if result.playback is not None:
            await self._hosts.silence(room, result.playback)
        return result

    async def leave(self, platform: str, workspace: str) -> None:
        """Takes out all that a workspace had, for good: its parties, and who was in no other."""
        await self._erasure.workspace(platform, workspace)

    async def leave_rooms(self, platform: str, workspace: str, channels: Collection[str]) -> None:
        """The same for some channels of a workspace that are gone; a device that plays there stops."""
        known = await self._erasure.known(platform, workspace, set(channels))
        if not known:
            return
        sounding = [(room, (await self._hosts.now(room))[0]) for room in known] if self.has_spotify else []
        await self._erasure.rooms(platform, workspace, [room.channel for room in known])
        for room, playback in sounding:
            if playback is not None:
                await self._hosts.silence(room, playback)

    async def workspaces(self, platform: str) -> list[str]:
        """The workspaces of a platform that have a party."""
        return await self._erasure.workspaces(platform)

    async def close(self) -> None:
        """Waits for the use cases under way."""
        await self.unit.close()
