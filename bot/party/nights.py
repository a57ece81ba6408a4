"""The night afterwards: a party ends, and what it was is kept on a page for a while."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.party.ending import keep_night
from bot.party.errors import ModeratorsOnly, NightGone, NothingToEnd
from bot.party.insight import MOST_LOVED, member_stats
from bot.party.limits import HOUR_MS, LONGEST_NIGHT, MINUTE_MS, NIGHT_LASTS_MS, PARTY_ENDS_AFTER_MS
from bot.party.link_secrets import digest_of
from bot.party.passes import Passes
from bot.party.ports import Catalogue
from bot.party.results import Ended, MemberStats, Night
from bot.party.rules.streaks import streaks
from bot.party.unit_of_work import NoParty, UnitOfWork, finished
from bot.party.words import NOBODY, Change, Entry, Member, NightRecord, Room, State
from bot.party.writer import MemberWriter

log = logging.getLogger(__name__)

LOOK_EVERY_MS = MINUTE_MS
"""How often is looked for parties that are over because nobody does anything any more."""
AT_ONCE = 20
"""So many of them are seen to at each look."""
LATER_MS = HOUR_MS
"""Those that another process serves are left to it for so long: it knows who is to be told, and where."""
Named = Callable[[Room], str]
"""What a room is called, empty where that is not known."""
KIND = "end"
"""What ending a party is called in the diary."""


class Nights:
    """Ends parties, and shows what they were."""

    def __init__(self, unit: UnitOfWork, catalogue: Catalogue, passes: Passes) -> None:
        self.unit = unit
        self._catalogue = catalogue
        self._passes = passes
        self._named: dict[str, Named] = {}
        self._since: dict[int, tuple[int, int]] = {}  # how far this process has looked, so long afterwards
        self._looked_ms = 0

    def named_by(self, platform: str, named: Named) -> None:
        """Has `named` say what rooms of this platform are called whose parties end by themselves."""
        self._named[platform] = named

    @staticmethod
    def path(secret: str) -> str:
        """Where a night's page is, for who is on the page already; empty without a secret."""
        return f"/night/{secret}" if secret else ""

    def url(self, secret: str) -> str:
        """Where everybody reaches it; empty without a secret, and where nobody outside can."""
        return self._passes.address + self.path(secret) if secret and self._passes.address else ""

    @finished
    async def end(self, room: Room, member: Member, key: str | None = None, title: str = "") -> Ended:
        """Ends the room's party: nothing plays any more, what waits is dropped; the next song begins anew.

        Args:
            room: whose party it is.
            member: who ends it.
            key: of the request.
            title: what the place is called.

        Raises:
            ModeratorsOnly: anybody else asked.
            NothingToEnd: there is no party, or it is over.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if not party.moderates:
                raise ModeratorsOnly(room)
            if party.done:
                return await _ended_before(party, party.done)
            waiting = await party.waiting()
            if party.over or not (waiting or await party.last_night((State.PLAYED, State.SKIPPED))):
                raise NothingToEnd
            result = await _end(party, waiting, title)
        if result.night:
            self.unit.notices.over(room, result.night)
        return result

    @finished
    async def read(self, secret: str) -> Night:
        """What is kept under a link.

        Raises:
            NightGone: nothing, or no longer.
        """
        async with self.unit.store.reading() as tx:
            found = await tx.nights.read(digest_of(secret), self.unit.now_ms())
            if found is None:
                raise NightGone
            songs = await tx.nights.songs(found.party_id, found.started_ms, found.ended_ms, LONGEST_NIGHT)
            unplayed = await tx.nights.unplayed(found.party_id, found.ended_ms, LONGEST_NIGHT)
        return _shown(found, songs, unplayed)

    async def linked(self, night: Night) -> list[Entry]:
        """The songs of a night with where they play on Spotify, if that is known."""
        links = await self._catalogue.spotify_ids([entry.track for entry in night.songs])
        return [
            replace(entry, track=replace(entry.track, spotify_id=link))
            for entry, link in zip(night.songs, links, strict=True)
        ]

    @finished
    async def look(self) -> None:
        """Keeps the nights of parties that are over by themselves, and forgets those whose time is over.

        It looks once a minute, and goes through those parties once, also through those that ended while
        no process ran. Whichever process keeps a night is the one that says so.
        """
        now_ms = self.unit.now_ms()
        if now_ms - self._looked_ms < LOOK_EVERY_MS:
            return
        self._looked_ms = now_ms
        for later_ms in (0, LATER_MS):
            await self._go_through(now_ms, later_ms)
        async with self.unit.store.writing() as tx:
            await tx.nights.sweep(now_ms)

    async def _go_through(self, now_ms: int, later_ms: int) -> None:
        """Goes on through the parties that have been over for so long: first its own rooms', later all."""
        since = self._since.get(later_ms, (now_ms - NIGHT_LASTS_MS, 0))
        async with self.unit.store.reading() as tx:
            found = await tx.nights.over(since, now_ms - PARTY_ENDS_AFTER_MS - later_ms, AT_ONCE)
        for room, place in found:
            self._since[later_ms] = place
            if not (later_ms or self.unit.serves(room)):
                continue
            try:
                await self._settle(room)
            except NoParty:
                continue  # the bot has left it meanwhile
            except Exception:
                log.exception("Could not keep the night of %s.", room)

    async def _settle(self, room: Room) -> None:
        named = self._named.get(room.platform)
        title = named(room) if named else ""
        async with self.unit.writing(room, make=False) as party:
            secret = await keep_night(party, title=title) if party.over else ""
        if secret:
            self.unit.notices.over(room, secret)


async def _end(party: MemberWriter, waiting: Sequence[Entry], title: str) -> Ended:
    """Lets nothing play or wait, and the party be over as if nobody had done anything for long."""
    queued = [entry for entry in waiting if entry.state is State.QUEUED]
    for entry in waiting:
        over = State.REMOVED if entry in queued else State.PLAYED
        await party.tx.entries.move(entry.id, entry.state, over, now_ms=party.now_ms)
    if party.playback is not None:
        await party.tx.playbacks.drop(party.id)
    await party.note(KIND, vote_before=len(queued))
    secret = await keep_night(party, party.now_ms, title)
    long_ago_ms = party.now_ms - PARTY_ENDS_AFTER_MS - 1
    await party.tx.parties.touch(party.id, party.record.started_ms, long_ago_ms)
    return Ended(len(queued), secret, party.playback)


async def _ended_before(party: MemberWriter, done: Change) -> Ended:
    return Ended(done.vote_before, await party.tx.nights.ended(party.id, done.at_ms))


def _shown(found: NightRecord, songs: Sequence[Entry], unplayed: Sequence[Entry]) -> Night:
    wanted = [entry for entry in songs if entry.state is not State.SKIPPED and entry.score > 0]
    return Night(
        room=found.room,
        title=found.title,
        started_ms=found.started_ms,
        ended_ms=found.ended_ms,
        ends_ms=found.ends_ms,
        songs=tuple(songs),
        unplayed=tuple(unplayed),
        loved=tuple(sorted(wanted, key=lambda entry: (-entry.score, -entry.id))[:MOST_LOVED]),
        members=_members([*songs], [*songs, *unplayed]),
        played=sum(entry.state is not State.SKIPPED for entry in songs),
        skipped=sum(entry.state is State.SKIPPED for entry in songs),
        people=len(_people([*songs, *unplayed])),
    )


def _people(entries: Sequence[Entry]) -> set[str]:
    """The user_ids of those who added or voted."""
    added = {entry.added_by.user_id for entry in entries if entry.added_by}
    return added.union(*(entry.votes for entry in entries)) - {NOBODY}


def _members(songs: list[Entry], entries: Sequence[Entry]) -> tuple[MemberStats, ...]:
    """What everybody who added something has brought."""
    runs = streaks(songs)
    people = {entry.added_by for entry in entries if entry.added_by and entry.added_by.user_id != NOBODY}
    made = [
        member_stats(
            member,
            songs,
            sum(entry.added_by == member for entry in entries),
            runs.get(member.user_id, 0),
        )
        for member in people
    ]
    return tuple(sorted(made, key=lambda each: (-each.played, -each.loved, each.name)))
