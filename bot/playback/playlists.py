"""What goes to Spotify and comes from it: the night as a playlist, and playlists and albums as songs."""

from __future__ import annotations

from bot.party.adding import insert_song
from bot.party.errors import NothingToShow, PartyError, QueueFull, TooManyOfYours
from bot.party.reader import now_playing
from bot.party.rules.songs import same_song
from bot.party.unit_of_work import finished
from bot.party.words import BROUGHT_IN, Member, Room, State, Track
from bot.party.writer import MemberWriter
from bot.playback.device import Devices
from bot.playback.errors import NotConnected
from bot.playback.words import Imported, Saved

NIGHT = (State.PLAYED, State.PLAYING, State.QUEUED)
"""What belongs into the playlist of a night: not what was skipped."""
AT_ONCE = 25
"""So many songs are queued in one transaction; others come in between."""
LONGEST_NAME = 100
"""The longest name of a playlist."""
NEVER_FITS = (QueueFull, TooManyOfYours)
"""After one of these no further song is taken."""


class Playlists:
    """Saves parties and imports songs."""

    def __init__(self, devices: Devices) -> None:
        self.unit = devices.unit
        self._devices = devices

    @finished
    async def save(self, room: Room, member: Member, name: str, told: str, *, named: bool = True) -> Saved:
        """Writes the room's last party into a playlist of the member's; a second time brings it up to date.

        Args:
            room: whose party it is.
            member: whose account gets the playlist.
            name: of the playlist.
            told: what stands under its name, if it is new.
            named: whether somebody chose the name: then an earlier playlist gets it, too.

        Raises:
            NothingToShow: there was no song.
            SpotifyError: there is no account, or Spotify does not do it.
        """
        async with self._devices.control(room).saving:  # or two who ask at once would make two playlists
            return await self._save(room, member, name, told, named)

    async def _save(self, room: Room, member: Member, name: str, told: str, named: bool) -> Saved:
        async with self.unit.writing(room) as party:
            found = await party.last_night(NIGHT)
            queue = await party.ordered(found)
            started_ms = party.record.started_ms
            earlier = await party.tx.playbacks.saved_playlist(party.id, started_ms, member)
        begun = [e for e in found if e.state is not State.QUEUED and (e.started_ms or 0) >= started_ms]
        begun.sort(key=lambda entry: (entry.started_ms, entry.id))
        if not begun and not queue:
            raise NothingToShow
        if await self._devices.music.account(member) is None:
            raise NotConnected
        songs: list[str] = []
        missing: list[Track] = []
        for entry in (*begun, *queue):
            spotify_id = await self._devices.music.find(entry.track, member)
            if spotify_id is None:
                missing.append(entry.track)
            elif spotify_id not in songs:
                songs.append(spotify_id)
            if spotify_id is not None and spotify_id != entry.track.spotify_id:
                async with self.unit.writing(room) as party:
                    await party.tx.playbacks.set_spotify_id(entry.id, spotify_id)
        name = " ".join(name.split())[:LONGEST_NAME]
        playlist_id = await self._devices.music.write(member, earlier, name, told, songs, named=named)
        async with self.unit.writing(room) as party:
            await party.tx.playbacks.keep_saved_playlist(party.id, started_ms, member, playlist_id)
        return Saved(
            f"https://open.spotify.com/playlist/{playlist_id}",
            len(songs),
            playlist_id == earlier,
            tuple(missing),
        )

    @finished
    async def import_songs(self, room: Room, member: Member, link: str, key: str) -> Imported:
        """Queues the songs of a playlist that the member may read, or of an album, until no more fit.

        Raises:
            ShortLink, NoPlaylistLink, NothingBehindLink, PlaylistClosed: it is none, or not to be read.
            SpotifyError: there is no account, or Spotify does not answer.
        """
        collection = await self._devices.music.collection(link, member)
        added = seen = 0
        stopped: PartyError | None = None
        batch: list[Track] = []
        songs = collection.songs()
        while stopped is None:
            batch = []
            async for track in songs:
                batch.append(track)
                if len(batch) == AT_ONCE:
                    break
            if not batch:
                break
            more, stopped, looked = await self._queue_all(room, member, batch, f"{key}/{seen}")
            added += more
            seen += looked
        await songs.aclose()
        return Imported(collection.name, added, seen - added, max(collection.total, seen), stopped)

    async def _queue_all(
        self, room: Room, member: Member, tracks: list[Track], key: str
    ) -> tuple[int, PartyError | None, int]:
        """Queues songs in one transaction: how many were new, what stopped it, how many were looked at."""
        async with self.unit.writing_for(room, member, key) as party:
            if party.done:
                return party.done.vote_before, None, len(tracks)
            added, stopped, looked = await self._take_in(party, tracks)
            await party.note("import", None, added)
        return added, stopped, looked

    async def _take_in(self, party: MemberWriter, tracks: list[Track]) -> tuple[int, PartyError | None, int]:
        waiting = await party.waiting()
        added = 0
        stopped: PartyError | None = None
        looked = 0
        for track in tracks:
            # What waits already is left as it is: a playlist says nothing for it.
            if not any(same_song(entry.track, track) for entry in waiting):
                try:
                    waiting.append(await insert_song(party.part(looked), track, waiting, BROUGHT_IN))
                    added += 1
                except NEVER_FITS as error:
                    stopped = error
                    break
                except PartyError:
                    pass  # played lately, or explicit
            looked += 1
            if waiting and now_playing(waiting) is None:
                await party.start_next()
                waiting = await party.waiting()
        return added, stopped, looked
