"""What the use cases of playback are made of: who hosts, on which device, and what the device is told."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.party import domain
from bot.party.desk import MemberDesk
from bot.party.domain import Entry, Member, Playback, Room
from bot.party.errors import (
    DeviceRefuses,
    HostedAlready,
    HostLeft,
    HostsDeviceGone,
    HostsOnly,
    ManyDevices,
    NoDevice,
    NotConnected,
    PartyError,
    SpotifyAway,
    SpotifyError,
    SpotifyRests,
)
from bot.playback.device import DeviceService
from bot.playback.words import Device, Played

log = logging.getLogger(__name__)


class HostingService(DeviceService):
    """Makes members hosts, moves and silences their devices, and lets what stands still go on."""

    async def _leave(self, host: Member, but: Room | None = None, *, silently: bool = False) -> None:
        """Lets the parties that sound on a member's account, except one, go on by the clock."""
        for room in await self.hosted_by(host):
            async with self._read(room) as desk:
                playback = desk.party.playback
                if room == but or playback is None or playback.host != host:
                    continue
                await desk.tx.drop_playback(desk.party.id)
                await desk.tx.announce(room)
            self.tell(room)
            if not silently:
                self.say(room, HostLeft(playback.host.name))
            await self._silence(room, playback)

    async def _silence(self, room: Room, playback: Playback) -> None:
        """Has a device stop that the party has left, if it can be told; after what is being told to it."""
        try:
            async with self._hand(room).turn:
                await self._music().hold(playback.host, playback.device_id)
        except PartyError as error:
            log.info("A device plays on without its party: %s", error)

    async def _now(self, room: Room) -> tuple[Playback | None, Entry | None]:
        async with self._read(room) as desk:
            return desk.party.playback, await desk.playing()

    def _may_steer(self, desk: MemberDesk) -> None:
        """Lets the host and moderators, and everybody where it sounds nowhere.

        Raises:
            HostsOnly: anybody else.
        """
        playback = desk.party.playback
        if playback is not None and playback.host != desk.member and not desk.moderates:
            raise HostsOnly

    async def _make_sure(self, room: Room, member: Member, key: str | None) -> Played:
        """Looks whether the member's device plays what it should, and finds another one if it is gone."""
        try:
            followed = await self.follow_device(room, listen=True)
        except NoDevice:
            await self._begin(room, member, key)
            return await self._started(room, member)
        if followed.playing is not None and followed.playing.left_ms is not None:  # paused on the device
            await self._go_on(room, member, key)
            return await self._started(room, member)
        return Played(followed.playback, followed.playing)

    async def _started(self, room: Room, member: Member) -> Played:
        """What follows for the device; a host that Spotify does not let play is none."""
        try:
            followed = await self.follow_device(room)
        except (SpotifyRests, SpotifyAway):
            raise
        except NoDevice as error:
            raise await self._without_device(room, member, error) from error
        except SpotifyError:
            await self.lose_host(room)
            raise
        return Played(followed.playback, followed.playing)

    async def _without_device(self, room: Room, member: Member, error: NoDevice) -> NoDevice:
        """Lets the party stand still, and says what the member is told: of their device, or of the host's."""
        await self.lose_device(room)
        playback, _ = await self._now(room)
        if playback is None or playback.host == member:
            return error
        return HostsDeviceGone(playback.host.name)

    async def _can_host(self, member: Member) -> bool:
        if not self.has_spotify:
            return False
        return await self._music().account(member) is not None

    async def _move_to(self, room: Room, member: Member, device: Device, key: str | None) -> None:
        """Goes on with a party of the member's on another device."""
        async with self._desk(room, member, key) as desk:
            playing, playback = await desk.playing(), desk.party.playback
            if playback is None or playback.host != member or desk.done:
                return
            playback = replace(playback, device_id=device.id, device_name=device.name)
            await desk.record("device")
            await desk.tx.set_playback(desk.party.id, playback)
            if playing is not None and playing.left_ms is not None:
                await desk.tx.go_on(playing.id, desk.now_ms + playing.left_ms)
        if playing is not None and playing.id == playback.on:
            await self._music().move_to(member, device.id)
            self._hand(room).told(self.now_ms())

    async def _begin(self, room: Room, member: Member, key: str | None, device: Device | None = None) -> None:
        """Makes a member the host, on a device of theirs; what plays begins anew there.

        An account plays in one room at a time: two would take the device from each other with every song.

        Raises:
            NoSpotify, NotConnected, NoDevice: there is nothing to play on.
            HostedAlready: somebody else was faster.
        """
        account = await self._music().account(member)
        if account is None:
            raise NotConnected
        device = device or choice(await self._music().devices(member))
        playback = Playback(member, device.id, device.name)
        async with self._desk(room, member, key) as desk:
            before = desk.party.playback
            if before is not None and before.taken(member):
                raise HostedAlready(before.host.name)
            if not desk.done:
                await desk.record("host")
                await desk.tx.set_playback(desk.party.id, playback)
                playing = await desk.playing()
                if playing is not None:
                    await desk.tx.go_on(playing.id, domain.ends_ms(playing.track, desk.now_ms))
        await self._leave(member, room)

    async def _release(self, room: Room, member: Member, key: str | None) -> Playback | None:
        """Lets the clock of what stands still go on; returns the playback whose device has that song."""
        async with self._desk(room, member, key) as desk:
            playing, playback = await desk.playing(), desk.party.playback
            if desk.done or playing is None or playing.left_ms is None:
                return None
            await desk.record("go on", playing)
            await desk.tx.go_on(playing.id, desk.now_ms + playing.left_ms)
            return playback if playback is not None and playback.on == playing.id else None

    async def _go_on(self, room: Room, member: Member, key: str | None) -> None:
        """Lets what stands still go on, clock and device."""
        playback = await self._release(room, member, key)
        if playback is None:
            return
        try:
            await self._music().go_on(playback.host, playback.device_id)
        except NoDevice as error:
            raise await self._without_device(room, member, error) from error
        except DeviceRefuses:
            pass  # it goes on already, or will be heard to stand still
        self._hand(room).told(self.now_ms())


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
