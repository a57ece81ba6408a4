"""The party and its host's device, brought together: what `report` decides is done here."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Entry, Member, Outlet, Playback, Room, State
from bot.party.writer import PartyWriter
from bot.playback.errors import DeviceRefuses, NoDevice, NoSpotify, NotOnSpotify
from bot.playback.ports import Music
from bot.playback.report import Step, decide, may_be_ahead, needs_to_listen, plays
from bot.playback.words import Heard

log = logging.getLogger(__name__)

PASSED_OVER = 20
"""So many songs in a row are passed over because Spotify does not have them."""
FROM_START_MS = 10_000
"""A song that has been on for less than this is played from its beginning."""


@dataclass(slots=True)
class Control:
    """What this process has told a room's device; one at a time tells it something."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    saving: asyncio.Lock = field(default_factory=asyncio.Lock)
    told_ms: int = 0
    forwarded: bool = False

    def told(self, now_ms: int, *, forwarded: bool = False) -> None:
        """Notes that the device was just told something."""
        self.told_ms, self.forwarded = now_ms, forwarded


@dataclass(frozen=True, slots=True)
class Synced:
    """How a party and its device stand to each other now."""

    playback: Playback | None = None
    playing: Entry | None = None
    changed: bool = False  # whether either had moved on


class Devices:
    """Keeps parties and the devices of their hosts together.

    Args:
        unit: the party's transactions.
        music: Spotify, if it is set up.
    """

    def __init__(self, unit: UnitOfWork, music: Music | None) -> None:
        self.unit = unit
        self._music = music
        self._controls: dict[Room, Control] = {}

    @property
    def has_spotify(self) -> bool:
        """Whether members can connect accounts here."""
        return self._music is not None

    @property
    def music(self) -> Music:
        """Spotify.

        Raises:
            NoSpotify: it is not set up.
        """
        if self._music is None:
            raise NoSpotify
        return self._music

    def control(self, room: Room) -> Control:
        """What this process has told a room's device."""
        return self._controls.setdefault(room, Control())

    @finished
    async def hosted_by(self, host: Member) -> list[Room]:
        """The rooms that sound on a member's account."""
        async with self.unit.store.reading() as tx:
            return await tx.playbacks.hosted_by(host)

    @finished
    async def claim(self, owner: str, for_ms: int) -> list[Room]:
        """The rooms whose devices this process watches for so long: those that no other one does."""
        async with self.unit.store.writing() as tx:
            now_ms = self.unit.now_ms()
            return await tx.playbacks.claim(owner, now_ms + for_ms, now_ms)

    @finished
    async def release(self, owner: str) -> None:
        """Leaves the devices to the other processes."""
        async with self.unit.store.writing() as tx:
            await tx.playbacks.release(owner)

    @finished
    async def lose_host(self, room: Room) -> Member | None:
        """Plays the party on nobody's account, for the host's cannot be used; returns who that was."""
        async with self.unit.writing(room) as party:
            if not _at_spotify(party.playback):
                return None
            await party.tx.playbacks.drop(party.id)
            return party.playback.host if party.playback else None

    @finished
    async def lose_device(self, room: Room) -> bool:
        """Lets the party stand still, for what it played on is gone; says whether it played."""
        async with self.unit.writing(room) as party:
            playing, playback = await party.playing(), party.playback
            if playing is None or playback is None or not _at_spotify(playback):
                return False
            await party.tx.playbacks.set(party.id, Playback(playback.host))
            return await party.tx.playbacks.hold(
                playing.id, max(0, (playing.ends_ms or party.now_ms) - party.now_ms)
            )

    @finished
    async def sync(self, room: Room, *, listen: bool = False) -> Synced:
        """Brings a party and its device together.

        Args:
            room: whose party it is.
            listen: whether to ask the device though the party has not moved on by itself.

        Raises:
            SpotifyError: the device cannot be asked or told.
        """
        control = self.control(room)
        async with control.lock:
            changed = False
            for _ in range(PASSED_OVER):
                synced = await self._stand(room)
                playback, playing = synced.playback, synced.playing
                if playback is None or playing is None:
                    if playback is not None and playback.on is not None:
                        await self._hush(room, playback, playback.on)
                    return replace(synced, changed=changed)
                if needs_to_listen(playing, playback) and not listen:
                    return replace(synced, changed=changed)
                asks = listen or may_be_ahead(playing, playback)
                heard = await self.music.heard(playback.host) if asks else None
                async with self.unit.writing(room) as party:
                    there = party.playback
                    if there is None or there.host != playback.host or not _at_spotify(there):
                        continue  # the host has stopped meanwhile: what was heard is nobody's business
                    queue = await party.ordered(await party.waiting())
                    step = decide(
                        await party.playing(),
                        queue,
                        there,
                        heard,
                        party.now_ms,
                        told_ms=control.told_ms,
                        forwarded=control.forwarded,
                    )
                    moved = await self._apply(party, step, playing, heard)
                if step.gone:
                    raise NoDevice
                changed |= moved or step.forward or step.play is not None
                if await self._order(room, playback, step, control) and step.over is None:
                    return replace(await self._stand(room), changed=changed)
                listen = False
            return Synced(changed=True)

    async def _hush(self, room: Room, playback: Playback, on: int) -> None:
        """Has the device stop with a song that is over for the party while no other one follows."""
        async with self.unit.reading(room) as party:
            entry = await party.entry(on)
        heard = await self.music.heard(playback.host)
        if heard is not None and heard.playing and plays(heard, entry):
            with suppress(DeviceRefuses):  # it stands still by now
                await self.music.pause(playback.host, playback.device_id)
        async with self.unit.writing(room) as party:
            if party.playback == playback:
                await party.tx.playbacks.mark(party.id, None, playback.ahead)

    async def _stand(self, room: Room) -> Synced:
        async with self.unit.reading(room) as party:
            playback = party.playback if _at_spotify(party.playback) else None  # else it follows by itself
            return Synced(playback, await party.playing())

    async def _apply(self, party: PartyWriter, step: Step, seen: Entry, heard: Heard | None) -> bool:
        """Writes down what the device has done; says whether that changes what people see."""
        playing, playback = await party.playing(), party.playback
        if playing is None or playing.id != seen.id or playback is None:
            return False  # somebody was faster; the next look decides anew
        if step.over is not None:
            await self._move_on(party, step, playing, playback)
        elif step.ends_ms is not None:
            await party.tx.playbacks.resume(playing.id, step.ends_ms)
        elif step.left_ms is not None:
            await party.tx.playbacks.hold(playing.id, step.left_ms)
        on = step.on
        if step.joined is not None:
            joined = await party.playing()
            on = joined.id if joined is not None else None
        marks = playback
        if heard is not None and heard.device is not None:  # the host may have taken the music elsewhere
            marks = replace(marks, device_id=heard.device.id, device_name=heard.device.name)
        if marks != playback:
            await party.tx.playbacks.set(party.id, marks)
        if not (step.play or step.forward) and (on, step.ahead) != (playback.on, playback.ahead):
            await party.tx.playbacks.mark(party.id, on, step.ahead)  # else once it is done
        return party.tx.changed

    async def _move_on(self, party: PartyWriter, step: Step, playing: Entry, playback: Playback) -> None:
        """Ends what plays, and starts what the device has started."""
        await party.tx.entries.move(playing.id, playing.state, step.over or State.PLAYED, now_ms=party.now_ms)
        queue = await party.ordered(await party.waiting())
        if step.joined is not None:
            number = await party.tx.entries.insert(party.id, step.joined, playback.host, party.now_ms)
            await party.tx.entries.move(
                number, State.QUEUED, State.PLAYING, now_ms=party.now_ms, ends_ms=step.ends_ms
            )
        elif step.start is not None:
            await party.start(step.start, queue)
            if step.ends_ms is not None:
                await party.tx.playbacks.resume(step.start.id, step.ends_ms)
        else:
            await party.start_next()

    async def _order(self, room: Room, playback: Playback, step: Step, control: Control) -> bool:
        """Tells the device what to do; False if the song was passed over, and another one is on."""
        music, host, device_id = self.music, playback.host, playback.device_id
        if step.forward:
            with suppress(DeviceRefuses):  # then the song is played
                await music.forward(host, device_id)
            control.told(self.unit.now_ms(), forwarded=True)
        elif step.play is not None:
            spotify_id = await music.find(step.play.track, host)
            if spotify_id is None:
                await self._pass_over(room, step.play)
                return False
            await music.play(host, spotify_id, device_id, self._from_ms(step.play))
            control.told(self.unit.now_ms())
            await self._note(room, step, step.play, spotify_id)
            return True
        elif step.enqueue is not None:
            spotify_id = await music.find(step.enqueue.track, host)
            if spotify_id is None:
                return True
            with suppress(DeviceRefuses):  # then the song is played when its turn comes
                await music.enqueue(host, spotify_id, device_id)
                await self._note(room, replace(step, ahead=step.enqueue.id), step.enqueue, spotify_id, pin=1)
            return True
        if step.forward:
            await self._note(room, step)
        return True

    async def _note(
        self,
        room: Room,
        step: Step,
        entry: Entry | None = None,
        spotify_id: str = "",
        pin: int | None = None,
    ) -> None:
        """Remembers what the device was told."""
        async with self.unit.writing(room) as party:
            if party.playback is None or not _at_spotify(party.playback):
                return
            if entry is not None:
                await party.tx.playbacks.set_spotify_id(entry.id, spotify_id)
            if entry is not None and pin is not None:
                await party.tx.entries.pin(entry.id, pin)
            await party.tx.playbacks.mark(party.id, step.on, step.ahead)

    async def _pass_over(self, room: Room, entry: Entry) -> None:
        """Goes on without a song that Spotify does not have."""
        async with self.unit.writing(room) as party:
            playing = await party.playing()
            if not _at_spotify(party.playback):
                return
            if playing is not None and playing.id == entry.id:
                await party.end(playing, State.PLAYED)
        self.unit.notices.post(room, NotOnSpotify(entry.track.title))

    def _from_ms(self, entry: Entry) -> int:
        """Where in a song to begin: it may have stood still, or gone on without the device."""
        length_ms = entry.track.duration_ms
        if length_ms is None or entry.ends_ms is None:
            return 0
        passed_ms = length_ms - (entry.ends_ms - self.unit.now_ms())
        return passed_ms if FROM_START_MS <= passed_ms < length_ms else 0


def _at_spotify(playback: Playback | None) -> bool:
    """Whether a party is Spotify's business: own music may have begun while a device was asked or told."""
    return playback is None or playback.outlet is Outlet.SPOTIFY
