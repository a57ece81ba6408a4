"""Own music that sounds: on a page or in a voice channel, one of them a party. The party's clock follows it.

Whatever sounds plays by itself and says how far it is; it learns here what to play.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.party.errors import NothingPlaying, PartyError
from bot.party.limits import TYPICAL_SONG_MS
from bot.party.reader import PartyReader
from bot.party.rules.visiting import is_visitor
from bot.party.unit_of_work import NoParty, UnitOfWork, finished
from bot.party.words import Entry, Member, Outlet, Playback, Room, State
from bot.party.writer import MemberWriter, PartyWriter
from bot.playback.device import Devices
from bot.playback.errors import (
    HostsOnly,
    NotForVisitors,
    NothingSounds,
    SongFailed,
    hosted_already,
)
from bot.playback.hosting import Hosts
from bot.playback.ports import OwnMusic
from bot.playback.words import OwnSong, Sounding

LAST_MS = 1_000
"""Nobody goes closer to the end of a song than this: what is after it is for the queue to say."""
SLACK_MS = 700
"""The end of a song is written down anew when it has moved by more than this."""
SETTLES_MS = 1_500
"""What comes so soon after a seek was on its way before it, and would take it back."""


class Outlets:
    """Where own music sounds.

    Args:
        devices: the party's transactions, and Spotify, which is told to stop where own music begins.
        hosts: what tells a device to stop.
        library: the songs, if there are any.
    """

    def __init__(self, devices: Devices, hosts: Hosts, library: OwnMusic | None) -> None:
        self.unit: UnitOfWork = devices.unit
        self._devices, self._hosts, self._library = devices, hosts, library
        self._sought_ms: dict[Room, int] = {}  # when somebody last went elsewhere in a song

    @property
    def has_music(self) -> bool:
        """Whether there is own music that could sound."""
        return self._library is not None and self._library.any()

    @finished
    async def may_begin(self, room: Room, member: Member, key: str | None = None) -> None:
        """Refuses whom `begin` would, and does nothing; for where it takes a while to be ready to sound.

        Raises:
            NothingSounds, NotForVisitors, HostedAlready: see `begin`.
        """
        if not self.has_music:
            raise NothingSounds
        async with self.unit.writing_for(room, member, key) as party:
            if not party.done:
                _let_begin(party)

    @finished
    async def begin(
        self,
        room: Room,
        member: Member,
        outlet: Outlet,
        device_id: str,
        device_name: str,
        key: str | None = None,
    ) -> Playback:
        """Has the party sound there from now on; what plays begins anew, unless it sounded already.

        Args:
            room: whose party it is.
            member: who wants it.
            outlet: a page or a voice channel.
            device_id: which one.
            device_name: what people call it.
            key: of the request.

        Raises:
            NothingSounds: there is no own music.
            NotForVisitors: the member has no account, and is no moderator.
            HostedAlready: it sounds somewhere else, and the member is no moderator.
        """
        if not self.has_music:
            raise NothingSounds
        playback = Playback(member, device_id, device_name, outlet=outlet)
        async with self.unit.writing_for(room, member, key) as party:
            before = party.playback
            if party.done and before is not None:
                return before
            _let_begin(party)
            await party.note("host")
            playing = await party.playing()
            sounded = before is not None and before.outlet is not Outlet.SPOTIFY
            song = None if sounded else await self._song(playing)
            on = before.on if before is not None and sounded else playing.id if playing and song else None
            playback = replace(playback, on=on)  # as long as its file is what plays, not as in the catalogue
            await party.tx.playbacks.set(party.id, playback)
            if playing is not None and not sounded:
                await self._reckon(party, playing, _file_length_ms(song, playing))
        if before is not None:
            await self._hosts.silence(room, before)
        return playback

    @finished
    async def end(self, room: Room, device_id: str, why: PartyError | None = None) -> bool:
        """Has the party go on by the clock, for what it sounded from is gone; says whether it did there.

        Args:
            room: whose party it is.
            device_id: what is gone.
            why: what the room is told.
        """
        try:
            async with self.unit.writing(room, make=False) as party:
                if not _sounds_from(party, device_id):
                    return False
                await party.tx.playbacks.drop(party.id)
        except NoParty:  # its room is gone as well
            return False
        if why is not None:
            self.unit.notices.post(room, why)
        return True

    @finished
    async def moved(self, room: Room, device_id: str, to_id: str, to_name: str) -> None:
        """Has the party sound from another voice channel, to which a moderator of the chat has moved it.

        Args:
            room: whose party it is.
            device_id: where it sounded.
            to_id: where it sounds now.
            to_name: what people call that.
        """
        async with self.unit.writing(room, make=False) as party:
            playback = party.playback
            if playback is not None and _sounds_from(party, device_id):
                there = replace(playback, device_id=to_id, device_name=to_name)
                await party.tx.playbacks.set(party.id, there)

    @finished
    async def sounding_from(self, outlet: Outlet) -> list[Room]:
        """The rooms that sound from such an outlet."""
        async with self.unit.store.reading() as tx:
            return await tx.playbacks.sounding_from(outlet)

    @finished
    async def beat(self, device_ids: Collection[str]) -> None:
        """Says that what own music sounds from is there, for the processes that do not see it."""
        if not device_ids or not self.unit.store.shared:
            return
        async with self.unit.store.writing() as tx:
            for device_id in sorted(device_ids):
                await tx.playbacks.beat(device_id, self.unit.now_ms())

    @finished
    async def beats(self, outlet: Outlet) -> dict[Room, tuple[str, int]]:
        """The rooms that sound from such an outlet: from which one, and when it was last said to be there."""
        async with self.unit.store.reading() as tx:
            return await tx.playbacks.beats(outlet)

    @finished
    async def now(self, room: Room) -> Sounding | None:
        """What sounds, and how far it is; None where no own music sounds."""
        async with self.unit.reading(room) as party:
            playback = party.playback
            if playback is None or playback.outlet is Outlet.SPOTIFY:
                return None
            waiting = await party.waiting()
            playing = await party.playing()
            queue = await party.ordered(waiting)
            now_ms = party.now_ms
        song = await self._song(playing)
        upcoming = queue[0] if queue else None
        position_ms = 0
        if playing is not None:
            reported = playback.on == playing.id and song is not None
            length_ms = (song.track.duration_ms if song and reported else None) or _length_ms(playing)
            position_ms = max(0, length_ms - _left_ms(playing, now_ms))
        return Sounding(
            playback,
            playing,
            position_ms,
            playing is not None and playing.left_ms is not None,
            upcoming,
            song,
            await self._song(upcoming),
            party.rules,
        )

    @finished
    async def position_ms(self, room: Room, entry_id: int) -> int | None:
        """How far a song is that plays, wherever it sounds; None where it does not play."""
        sounding = await self.now(room)
        if sounding is not None:
            playing, position_ms = sounding.playing, sounding.position_ms
        else:
            async with self.unit.reading(room) as party:
                playing, now_ms = await party.playing(), party.now_ms
            position_ms = _length_ms(playing) - _left_ms(playing, now_ms) if playing is not None else 0
        return max(0, position_ms) if playing is not None and playing.id == entry_id else None

    @finished
    async def report(self, room: Room, device_id: str, entry_id: int, left_ms: int) -> None:
        """Has the party's clock follow what sounds; what another one says, or of another song, is not heard.

        Args:
            room: whose party it is.
            device_id: what sounds.
            entry_id: of the song that sounds there.
            left_ms: how much of it is left.
        """
        left_ms = max(0, left_ms)
        async with self.unit.reading(room) as look:
            playing, playback = await look.playing(), look.playback
            if playing is None or playing.id != entry_id or not _sounds_from(look, device_id):
                return
            moved = abs(_left_ms(playing, look.now_ms) - left_ms) > SLACK_MS
            if moved and self._is_of_before(room, look.now_ms):
                return
            if playback is not None and playback.on == entry_id and not moved:
                return
        async with self.unit.writing(room, make=False) as party:
            playing = await party.playing()
            if playing is None or playing.id != entry_id or not _sounds_from(party, device_id):
                return
            if abs(_left_ms(playing, party.now_ms) - left_ms) > SLACK_MS:
                await self._reckon(party, playing, left_ms)
            await party.tx.playbacks.mark(party.id, entry_id, None)

    @finished
    async def over(self, room: Room, device_id: str, entry_id: int, *, failed: bool = False) -> None:
        """Goes on to the next song, for what sounded is over, or could not be played.

        Args:
            room: whose party it is.
            device_id: what sounds.
            entry_id: of the song that is over.
            failed: whether it could not be played; the room is told.
        """
        async with self.unit.writing(room, make=False) as party:
            playing = await party.playing()
            if playing is None or playing.id != entry_id or not _sounds_from(party, device_id):
                return
            await party.end(playing, State.SKIPPED if failed else State.PLAYED)
        if failed:
            self.unit.notices.post(room, SongFailed(playing.track.title))

    @finished
    async def seek(
        self, room: Room, member: Member, position_ms: int, key: str | None = None, *, step: bool = False
    ) -> Entry:
        """Goes to a place in what plays, wherever it sounds; not past its end, which would be a skip.

        Args:
            room: whose party it is.
            member: who wants it: the host or a moderator.
            position_ms: which place.
            key: of the request.
            step: whether that is so far from where it is; below 0 for back.

        Raises:
            NothingPlaying: nothing does.
            HostsOnly: anybody else asked.
            SpotifyError: the device does not do it.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if party.done:
                return await party.entry(party.done.entry_id)
            playing, playback = await party.playing(), party.playback
            if playing is None:
                raise NothingPlaying
            if not party.moderates and (playback is None or playback.host != member):
                raise HostsOnly(room)
            length_ms = _length_ms(playing)
            if playback is not None and playback.outlet is not Outlet.SPOTIFY and playback.on == playing.id:
                length_ms = await self._length_ms(playing)
            if step:
                position_ms += max(0, length_ms - _left_ms(playing, party.now_ms))
            position_ms = max(0, min(position_ms, length_ms - LAST_MS))
            await party.note("seek", playing)
            await self._reckon(party, playing, length_ms - position_ms)
            self._sought_ms[room] = party.now_ms
        on = playback is not None and playback.on == playing.id
        if playback is not None and playback.outlet is Outlet.SPOTIFY and (on or playing.left_ms is None):
            await self._hosts.play_from(room, playback, playing, position_ms)
        return playing

    def _is_of_before(self, room: Room, now_ms: int) -> bool:
        """Whether what sounds cannot know yet that somebody has just gone elsewhere in the song."""
        if now_ms - self._sought_ms.get(room, now_ms - SETTLES_MS) < SETTLES_MS:
            return True
        self._sought_ms.pop(room, None)
        return False

    async def _song(self, entry: Entry | None) -> OwnSong | None:
        return await self._library.song(entry.track) if entry is not None and self._library else None

    async def _length_ms(self, entry: Entry) -> int:
        return _file_length_ms(await self._song(entry), entry)

    @staticmethod
    async def _reckon(party: PartyWriter, playing: Entry, left_ms: int) -> None:
        """Has so much of what plays be left, whether it stands still or not."""
        await party.tx.playbacks.resume(playing.id, party.now_ms + left_ms)
        if playing.left_ms is not None:
            await party.tx.playbacks.hold(playing.id, left_ms)


def _let_begin(party: MemberWriter) -> None:
    """Lets whoever may have a party sound elsewhere.

    Raises:
        NotForVisitors, HostedAlready: see `Outlets.begin`.
    """
    if party.moderates:
        return
    if is_visitor(party.member, party.rules):
        raise NotForVisitors(party.record.room)
    if party.playback is not None and party.playback.taken(party.member):
        raise hosted_already(party.playback)


def _sounds_from(party: PartyReader, device_id: str) -> bool:
    playback = party.playback
    return playback is not None and playback.outlet is not Outlet.SPOTIFY and playback.device_id == device_id


def _length_ms(entry: Entry) -> int:
    """How long a song is by the party's own reckoning."""
    return entry.track.duration_ms or TYPICAL_SONG_MS


def _file_length_ms(song: OwnSong | None, entry: Entry) -> int:
    """How long a song is by its file, if it has one that says so."""
    return (song.track.duration_ms if song else None) or _length_ms(entry)


def _left_ms(entry: Entry, now_ms: int) -> int:
    if entry.left_ms is not None:
        return entry.left_ms
    return (entry.ends_ms or now_ms) - now_ms
