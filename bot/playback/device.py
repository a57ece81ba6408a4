"""The party and its host's device, brought together: what `following` decides is done here."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot.party.base import Service, finished
from bot.party.desk import Desk
from bot.party.domain import Entry, Member, Playback, Room, State
from bot.party.errors import DeviceRefuses, NoDevice, NotOnSpotify
from bot.playback.report import Step, decide, may_be_ahead, needs_to_listen, plays
from bot.playback.words import Heard

log = logging.getLogger(__name__)

PASSED_OVER = 20
"""So many songs in a row are passed over because Spotify does not have them."""
FROM_START_MS = 10_000
"""A song that has been on for less than this is played from its beginning."""


@dataclass(slots=True)
class Hand:
    """What this process has told a room's device; one at a time tells it something."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    saving: asyncio.Lock = field(default_factory=asyncio.Lock)
    told_ms: int = 0
    forwarded: bool = False

    def told(self, now_ms: int, *, forwarded: bool = False) -> None:
        """Notes that the device was just told something."""
        self.told_ms, self.forwarded = now_ms, forwarded


@dataclass(frozen=True, slots=True)
class Followed:
    """How a party and its device stand to each other now."""

    playback: Playback | None = None
    playing: Entry | None = None
    changed: bool = False  # whether either had moved on


class DeviceService(Service):
    """Follows the devices of hosts."""

    @cached_property
    def _hands(self) -> dict[Room, Hand]:
        return {}

    def _hand(self, room: Room) -> Hand:
        return self._hands.setdefault(room, Hand())

    @finished
    async def hosted_by(self, host: Member) -> list[Room]:
        """The rooms that sound on a member's account."""
        async with self._store.transaction() as tx:
            return await tx.hosted(host)

    @finished
    async def follow(self, owner: str, for_ms: int) -> list[Room]:
        """The rooms whose devices this process follows for so long: those that no other one does."""
        async with self._store.transaction() as tx:
            now_ms = self.now_ms()
            return await tx.follow(owner, now_ms + for_ms, now_ms)

    @finished
    async def unfollow(self, owner: str) -> None:
        """Leaves the devices to the other processes."""
        async with self._store.transaction() as tx:
            await tx.unfollow(owner)

    @finished
    async def lose_host(self, room: Room) -> Member | None:
        """Plays the party on nobody's account, for the host's cannot be used; returns who that was."""
        async with self._changing(room) as desk:
            await desk.tx.drop_playback(desk.party.id)
            return desk.party.playback.host if desk.party.playback else None

    @finished
    async def lose_device(self, room: Room) -> bool:
        """Lets the party stand still, for what it played on is gone; says whether it played."""
        async with self._changing(room) as desk:
            playing, playback = await desk.playing(), desk.party.playback
            if playing is None or playback is None:
                return False
            await desk.tx.set_playback(desk.party.id, Playback(playback.host))
            return await desk.tx.hold(playing.id, max(0, (playing.ends_ms or desk.now_ms) - desk.now_ms))

    @finished
    async def follow_device(self, room: Room, *, listen: bool = False) -> Followed:
        """Brings a party and its device together.

        Args:
            room: whose party it is.
            listen: whether to ask the device though the party has not moved on by itself.

        Raises:
            SpotifyError: the device cannot be asked or told.
        """
        hand = self._hand(room)
        async with hand.turn:
            changed = False
            for _ in range(PASSED_OVER):
                followed = await self._stand(room)
                playback, playing = followed.playback, followed.playing
                if playback is None or playing is None:
                    if playback is not None and playback.on is not None:
                        await self._hush(room, playback, playback.on)
                    return replace(followed, changed=changed)
                if needs_to_listen(playing, playback) and not listen:
                    return replace(followed, changed=changed)
                asks = listen or may_be_ahead(playing, playback)
                heard = await self._music().heard(playback.host) if asks else None
                async with self._read(room) as desk:
                    there = desk.party.playback
                    if there is None or there.host != playback.host:
                        continue  # the host has stopped meanwhile: what was heard is nobody's business
                    queue = await desk.ordered(await desk.waiting())
                    step = decide(
                        await desk.playing(),
                        queue,
                        there,
                        heard,
                        desk.now_ms,
                        told_ms=hand.told_ms,
                        forwarded=hand.forwarded,
                    )
                    moved = await self._apply(desk, step, playing, heard)
                if moved:
                    self.tell(room)
                if step.gone:
                    raise NoDevice
                changed |= moved or step.forward or step.play is not None
                if await self._order(room, playback, step, hand) and step.over is None:
                    return replace(await self._stand(room), changed=changed)
                listen = False
            return Followed(changed=True)

    async def _hush(self, room: Room, playback: Playback, on: int) -> None:
        """Has the device stop with a song that is over for the party while no other one follows."""
        async with self._read(room) as desk:
            entry = await desk.entry(on)
        heard = await self._music().heard(playback.host)
        if heard is not None and heard.playing and plays(heard, entry):
            with suppress(DeviceRefuses):  # it stands still by now
                await self._music().hold(playback.host, playback.device_id)
        async with self._read(room) as desk:
            if desk.party.playback == playback:
                await desk.tx.set_playback(desk.party.id, replace(playback, on=None))

    async def _stand(self, room: Room) -> Followed:
        async with self._read(room) as desk:
            return Followed(desk.party.playback, await desk.playing())

    async def _apply(self, desk: Desk, step: Step, seen: Entry, heard: Heard | None) -> bool:
        """Writes down what the device has done; says whether that changes what people see."""
        playing, playback = await desk.playing(), desk.party.playback
        if playing is None or playing.id != seen.id or playback is None:
            return False  # somebody was faster; the next look decides anew
        if step.over is not None:
            await self._move_on(desk, step, playing, playback)
        elif step.ends_ms is not None:
            await desk.tx.go_on(playing.id, step.ends_ms)
        elif step.left_ms is not None:
            await desk.tx.hold(playing.id, step.left_ms)
        on = step.on
        if step.joined is not None:
            joined = await desk.playing()
            on = joined.id if joined is not None else None
        marks = playback
        if heard is not None and heard.device is not None:  # the host may have taken the music elsewhere
            marks = replace(marks, device_id=heard.device.id, device_name=heard.device.name)
        changed = step.over is not None or step.left_ms is not None or marks != playback
        if not (step.play or step.forward):  # else once it is done
            marks = replace(marks, on=on, ahead=step.ahead)
        if marks != playback:
            await desk.tx.set_playback(desk.party.id, marks)
        changed |= step.ends_ms is not None and playing.left_ms is not None
        if changed:
            await desk.tx.touch(desk.party.id, desk.party.started_ms, desk.now_ms)
            await desk.tx.announce(desk.party.room)
        return changed or step.ends_ms is not None

    async def _move_on(self, desk: Desk, step: Step, playing: Entry, playback: Playback) -> None:
        """Ends what plays, and starts what the device has started."""
        await desk.tx.move(playing.id, playing.state, step.over or State.PLAYED, now_ms=desk.now_ms)
        queue = await desk.ordered(await desk.waiting())
        if step.joined is not None:
            number = await desk.tx.insert_entry(desk.party.id, step.joined, playback.host, desk.now_ms)
            await desk.tx.move(number, State.QUEUED, State.PLAYING, now_ms=desk.now_ms, ends_ms=step.ends_ms)
        elif step.start is not None:
            await desk.start(step.start, queue)
            if step.ends_ms is not None:
                await desk.tx.go_on(step.start.id, step.ends_ms)
        else:
            await desk.start_next()

    async def _order(self, room: Room, playback: Playback, step: Step, hand: Hand) -> bool:
        """Tells the device what to do; False if the song was passed over, and another one is on."""
        music, host, device_id = self._music(), playback.host, playback.device_id
        if step.forward:
            with suppress(DeviceRefuses):  # then the song is played
                await music.forward(host, device_id)
            hand.told(self.now_ms(), forwarded=True)
        elif step.play is not None:
            spotify_id = await music.find(step.play.track, host)
            if spotify_id is None:
                await self._pass_over(room, step.play)
                return False
            await music.play(host, spotify_id, device_id, self._from_ms(step.play))
            hand.told(self.now_ms())
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
        async with self._read(room) as desk:
            if desk.party.playback is None:
                return
            if entry is not None:
                await desk.tx.sounds_as(entry.id, spotify_id)
            if entry is not None and pin is not None:
                await desk.tx.pin(entry.id, pin)
            marks = replace(desk.party.playback, on=step.on, ahead=step.ahead)
            await desk.tx.set_playback(desk.party.id, marks)

    async def _pass_over(self, room: Room, entry: Entry) -> None:
        """Goes on without a song that Spotify does not have."""
        async with self._changing(room) as desk:
            playing = await desk.playing()
            if playing is not None and playing.id == entry.id:
                await desk.end(playing, State.PLAYED)
        self.say(room, NotOnSpotify(entry.track.title))

    def _from_ms(self, entry: Entry) -> int:
        """Where in a song to begin: it may have stood still, or gone on without the device."""
        length_ms = entry.track.duration_ms
        if length_ms is None or entry.ends_ms is None:
            return 0
        passed_ms = length_ms - (entry.ends_ms - self.now_ms())
        return passed_ms if FROM_START_MS <= passed_ms < length_ms else 0
