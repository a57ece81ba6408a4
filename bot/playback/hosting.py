"""What the use cases of playback are made of: who hosts, on which device, and what the device is told."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.party.errors import PartyError, SpotifyError
from bot.party.rules.lifetime import ends_ms
from bot.party.rules.visiting import is_visitor, only_looks, only_votes
from bot.party.words import Entry, Member, Outlet, Playback, Room
from bot.party.writer import MemberWriter
from bot.playback.device import Devices
from bot.playback.errors import (
    DeviceRefuses,
    HostLeft,
    HostsDeviceGone,
    HostsOnly,
    ManyDevices,
    NoDevice,
    NotConnected,
    NotForVisitors,
    SpotifyAway,
    SpotifyRests,
    hosted_already,
)
from bot.playback.words import Device, Played

log = logging.getLogger(__name__)


class Hosts:
    """Makes members hosts, moves and silences their devices, and resumes what is paused."""

    def __init__(self, devices: Devices) -> None:
        self.unit = devices.unit
        self._devices = devices

    async def leave(self, host: Member, but: Room | None = None, *, silently: bool = False) -> None:
        """Lets the parties that sound on a member's account, except one, go on by the clock."""
        for room in await self._devices.hosted_by(host):
            async with self.unit.writing(room) as party:
                playback = party.playback
                if room == but or playback is None or playback.host != host:
                    continue
                if playback.outlet is not Outlet.SPOTIFY:
                    continue  # own music has begun there meanwhile
                await party.tx.playbacks.drop(party.id)
            if not silently:
                self.unit.notices.post(room, HostLeft(playback.host.name))
            await self.silence(room, playback)

    async def silence(self, room: Room, playback: Playback) -> None:
        """Has a device stop that the party has left, if it can be told; after what is being told to it.

        What plays own music stops by itself.
        """
        if playback.outlet is not Outlet.SPOTIFY:
            return
        try:
            async with self._devices.control(room).lock:
                await self._devices.music.pause(playback.host, playback.device_id)
        except PartyError as error:
            log.info("A device keeps playing without its party: %s", error)

    async def now(self, room: Room) -> tuple[Playback | None, Entry | None]:
        """Where a party sounds, and what plays."""
        async with self.unit.reading(room) as party:
            return party.playback, await party.playing()

    @staticmethod
    def may_steer(party: MemberWriter) -> None:
        """Lets the host and moderators, and every member of a chat where it sounds on nobody's account.

        Raises:
            HostsOnly: anybody else.
            NotForVisitors: it sounds on nobody's account, and the member has none.
        """
        playback = party.playback
        if party.moderates or (playback is not None and playback.host == party.member):
            return
        if playback is not None and playback.outlet is Outlet.SPOTIFY:
            raise HostsOnly(party.record.room)
        if is_visitor(party.member, party.rules):
            raise NotForVisitors(party.record.room)

    async def make_sure(self, room: Room, member: Member, key: str | None) -> Played:
        """Looks whether the member's device plays what it should, and finds another one if it is gone."""
        try:
            synced = await self._devices.sync(room, listen=True)
        except NoDevice:
            await self.begin(room, member, key)
            return await self.started(room, member)
        if synced.playing is not None and synced.playing.left_ms is not None:  # paused on the device
            await self.resume(room, member, key)
            return await self.started(room, member)
        return Played(synced.playback, synced.playing)

    async def started(self, room: Room, member: Member) -> Played:
        """What follows for the device; a host that Spotify does not let play is none."""
        try:
            synced = await self._devices.sync(room)
        except (SpotifyRests, SpotifyAway):
            raise
        except NoDevice as error:
            raise await self.without_device(room, member, error) from error
        except SpotifyError:
            await self._devices.lose_host(room)
            raise
        return Played(synced.playback, synced.playing)

    async def without_device(self, room: Room, member: Member, error: NoDevice) -> NoDevice:
        """Lets the party stand still, and says what the member is told: of their device, or of the host's."""
        await self._devices.lose_device(room)
        playback, _ = await self.now(room)
        if playback is None or playback.host == member:
            return error
        return HostsDeviceGone(playback.host.name)

    async def can_host(self, member: Member) -> bool:
        """Whether the member has an account that a party could play on."""
        if not self._devices.has_spotify:
            return False
        return await self._devices.music.account(member) is not None

    async def move_to(self, room: Room, member: Member, device: Device, key: str | None) -> None:
        """Goes on with a party of the member's on another device."""
        async with self.unit.writing_for(room, member, key) as party:
            playing, playback = await party.playing(), party.playback
            if playback is None or playback.host != member or party.done:
                return
            if playback.outlet is not Outlet.SPOTIFY:
                raise hosted_already(playback)  # own music has begun there meanwhile
            playback = replace(playback, device_id=device.id, device_name=device.name)
            await party.note("device")
            await party.tx.playbacks.set(party.id, playback)
            if playing is not None and playing.left_ms is not None:
                await party.tx.playbacks.resume(playing.id, party.now_ms + playing.left_ms)
        if playing is not None and playing.id == playback.on:
            await self._devices.music.move_to(member, device.id)
            self._devices.control(room).told(self.unit.now_ms())

    async def begin(self, room: Room, member: Member, key: str | None, device: Device | None = None) -> None:
        """Makes a member the host, on a device of theirs; what plays begins anew there.

        An account plays in one room at a time: two would take the device from each other with every song.

        Raises:
            NoSpotify, NotConnected, NoDevice: there is nothing to play on.
            HostedAlready: somebody else was faster.
            NotForVisitors: the member has no account here, and may not add songs.
        """
        account = await self._devices.music.account(member)
        if account is None:
            raise NotConnected
        device = device or choice(await self._devices.music.devices(member))
        playback = Playback(member, device.id, device.name)
        async with self.unit.writing_for(room, member, key) as party:
            before = party.playback
            if before is not None and before.taken(member):
                raise hosted_already(before)
            if only_looks(member, party.rules) or only_votes(member, party.rules):
                raise NotForVisitors(room)
            if not party.done:
                await party.note("host")
                await party.tx.playbacks.set(party.id, playback)
                playing = await party.playing()
                if playing is not None:
                    await party.tx.playbacks.resume(playing.id, ends_ms(playing.track, party.now_ms))
        await self.leave(member, room)

    async def release(self, room: Room, member: Member, key: str | None) -> Playback | None:
        """Lets the clock of what stands still go on; returns the playback whose device has that song.

        Raises:
            NotForVisitors: the member has no account here, and it is not theirs that plays.
        """
        async with self.unit.writing_for(room, member, key) as party:
            playing, playback = await party.playing(), party.playback
            if party.done or playing is None or playing.left_ms is None:
                return None
            if is_visitor(member, party.rules) and (playback is None or playback.host != member):
                raise NotForVisitors(room)
            await party.note("go on", playing)
            await party.tx.playbacks.resume(playing.id, party.now_ms + playing.left_ms)
            return playback if playback is not None and playback.on == playing.id else None

    async def came_before(self, room: Room, member: Member, key: str | None) -> bool:
        """Whether a request has done something already, when it came first."""
        async with self.unit.writing_for(room, member, key) as party:
            return party.done is not None

    async def play_from(self, room: Room, playback: Playback, entry: Entry, position_ms: int) -> None:
        """Goes to a place in a song on the host's device, or plays it from there.

        Raises:
            SpotifyError: the device does not do it.
        """
        music = self._devices.music
        async with self._devices.control(room).lock:
            if entry.id == playback.on:  # what stands in the device's own queue stays there
                await music.seek(playback.host, position_ms, playback.device_id)
                self._devices.control(room).told(self.unit.now_ms())
                return
            spotify_id = await music.find(entry.track, playback.host)
            if spotify_id is not None:
                await music.play(playback.host, spotify_id, playback.device_id, position_ms)
                self._devices.control(room).told(self.unit.now_ms())

    async def resume(self, room: Room, member: Member, key: str | None) -> None:
        """Lets what stands still go on, clock and device."""
        playback = await self.release(room, member, key)
        if playback is None or playback.outlet is not Outlet.SPOTIFY:
            return
        try:
            await self._devices.music.resume(playback.host, playback.device_id)
        except NoDevice as error:
            raise await self.without_device(room, member, error) from error
        except DeviceRefuses:
            pass  # it goes on already, or will be heard to stand still
        self._devices.control(room).told(self.unit.now_ms())


def choice(devices: list[Device]) -> Device:
    """The device that plays already, or the only one.

    Raises:
        NoDevice (ManyDevices): there is none, or it must be chosen.
    """
    for device in devices:
        if device.active or len(devices) == 1:
            return device
    if devices:
        raise ManyDevices(", ".join(device.name for device in devices))
    raise NoDevice
