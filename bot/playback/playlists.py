"""What goes to Spotify and comes from it: the night as a playlist, and playlists and albums as songs."""

from __future__ import annotations

from bot.party.bringing import AT_ONCE, Bringing, Taken
from bot.party.errors import Interrupted, NothingToShow, Unsaved
from bot.party.unit_of_work import finished
from bot.party.words import Member, Room, State, Track
from bot.playback.device import Devices
from bot.playback.errors import NotConnected
from bot.playback.words import Imported, Saved

NIGHT = (State.PLAYED, State.PLAYING, State.QUEUED)
"""What belongs into the playlist of a night: not what was skipped."""
LONGEST_NAME = 100
"""The longest name of a playlist."""


class Playlists:
    """Saves parties and imports songs."""

    def __init__(self, devices: Devices, bringing: Bringing) -> None:
        self.unit = devices.unit
        self._devices = devices
        self._bringing = bringing

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
        try:
            playlist_id = await self._devices.music.write(member, earlier, name, told, songs, named=named)
            await self._keep(room, started_ms, member, playlist_id)
        except Interrupted as error:
            raise Unsaved from error  # done again from the beginning it would make another playlist
        return Saved(
            f"https://open.spotify.com/playlist/{playlist_id}",
            len(songs),
            playlist_id == earlier,
            tuple(missing),
        )

    @finished
    async def _keep(self, room: Room, started_ms: int, member: Member, playlist_id: str) -> None:
        async with self.unit.writing(room) as party:
            await party.tx.playbacks.keep_saved_playlist(party.id, started_ms, member, playlist_id)

    @finished
    async def import_songs(self, room: Room, member: Member, link: str, key: str) -> Imported:
        """Queues the songs of a playlist that the member may read, or of an album, until no more fit.

        Raises:
            ShortLink, NoPlaylistLink, NothingBehindLink, PlaylistClosed: it is none, or not to be read.
            SpotifyError: there is no account, or Spotify does not answer.
            VisitorsLook, VisitorsVote, AddingLocked: the member adds nothing here.
        """
        await self._bringing.let_add(room, member)
        collection = await self._devices.music.collection(link, member)
        taken = Taken()
        batch: list[Track] = []
        songs = collection.songs()
        while taken.stopped is None:
            batch = []
            async for track in songs:
                batch.append(track)
                if len(batch) == AT_ONCE:
                    break
            if not batch:
                break
            taken += await self._bringing.take_in(room, member, batch, f"{key}/{taken.looked}")
        await songs.aclose()
        total = max(collection.total, taken.looked)
        return Imported(collection.name, taken.added, taken.there, total, taken.stopped, taken.barred)
