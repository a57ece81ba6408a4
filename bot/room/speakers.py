"""The pages that sound: which page is whose party's speaker, what it is told, and what if it is gone."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress

from bot.party.errors import PartyError
from bot.party.rules.visiting import is_visitor
from bot.party.shares import working_for
from bot.party.words import Entry, Member, Outlet, Room
from bot.playback.errors import NotForVisitors, SourceAway, SpeakerGone, SpeakerLost
from bot.playback.ports import Opener
from bot.playback.words import OwnSong
from bot.room.guest import Guest
from bot.room.rendering import Fields
from bot.room.songs import SongLinks
from bot.room.sounding import SoundJson, to_play
from bot.service import PartyService

log = logging.getLogger(__name__)

AWAY_S = 10.0
"""A speaker that was not heard of for so long is gone, in seconds."""
UNHEARD_S = 30.0
"""A speaker that no process has said to be there for so long does not come back, in seconds."""
BEATS = 3
"""How often that is said within that time."""
PING_S = 3.0
"""How often a speaker is asked whether it is still there."""
REST_S = 0.1
"""What a speaker should do is told it no more often than that."""
RETRY_S = 1.0
"""How long to wait after the party could not be read."""


class Speaker:
    """A page that sounds, or one that did and may come back."""

    def __init__(self, room: Room, device_id: str, member: Member) -> None:
        self.room, self.id, self.member = room, device_id, member
        self.guest: Guest | None = None
        self.left_s = time.monotonic()  # when its page went
        self.changed = asyncio.Event()
        self.telling: asyncio.Task[None] | None = None

    @property
    def silent_s(self) -> float:
        """For how long nothing was heard of it."""
        heard_s = self.guest.heard_s if self.guest is not None else self.left_s
        return time.monotonic() - heard_s


class Others:
    """The speakers that are not here: another process has them, or had them."""

    def __init__(self) -> None:
        self._seen: dict[Room, tuple[tuple[str, int], float]] = {}

    def gone(self, beats: Mapping[Room, tuple[str, int]], now_s: float) -> dict[Room, str]:
        """Those that were said to be there for the last time so long ago that they do not come back.

        The clocks of two processes may differ, so what counts is for how long nothing new was said.

        Args:
            beats: which page each room's is now, and when its process said last that it is there.
            now_s: seconds from any instant on.
        """
        before, self._seen = self._seen, {}
        for room, beat in beats.items():
            known, since_s = before.get(room, (None, 0.0))
            self._seen[room] = beat, since_s if known == beat else now_s
        return {room: beat[0] for room, (beat, since_s) in self._seen.items() if now_s - since_s > UNHEARD_S}


class Speakers:
    """All pages that sound.

    Args:
        party: all parties.
    """

    def __init__(self, party: PartyService) -> None:
        self._party = party
        self._speakers: dict[Room, Speaker] = {}
        self._others = Others()
        self.links = SongLinks(self._source, party.now_ms)
        party.notices.on_change(self._note)
        party.notices.on_gone(self._note)

    async def begin(self, room: Room, member: Member, guest: Guest, again: str, key: str) -> Fields:
        """Makes a page a party's speaker, or has the page be it again that was it a moment ago.

        Args:
            room: whose party it is.
            member: who wants it.
            guest: the page.
            again: what the page was called when it was the speaker; empty if it was not.
            key: of the request.

        Raises:
            NothingSounds, NotForVisitors, HostedAlready: see `Outlets.begin`.
        """
        rules = await self._party.settings.rules(room)
        if is_visitor(member, rules):
            raise NotForVisitors(room)
        now = await self._party.outlets.now(room)
        playback = now.playback if now is not None else None
        goes_on = playback is not None and playback.outlet is Outlet.PAGE and playback.device_id == again
        if playback is None or not goes_on:
            fresh = secrets.token_urlsafe(12)
            playback = await self._party.outlets.begin(room, member, Outlet.PAGE, fresh, "", key)
        speaker = self._take(room, playback.device_id, playback.host, guest)
        await self._party.outlets.beat([speaker.id])
        return {"speaker": speaker.id, "sound": await self._sound(speaker)}

    async def report(
        self, room: Room, guest: Guest, entry_id: int, left_ms: int, paused: bool | None
    ) -> Fields:
        """Has the party follow its speaker: how much is left, and whether the browser paused it by itself.

        Raises:
            SpeakerLost: the page is not the party's speaker.
            PartyError: see `Playing.pause` and `Playing.play`.
        """
        speaker = self._of(room, guest)
        await self._party.outlets.report(room, speaker.id, entry_id, left_ms)
        if paused is not None:
            await self._pause(speaker, entry_id, paused=paused)
        return {"sound": await self._sound(speaker)}

    async def over(self, room: Room, guest: Guest, entry_id: int, *, failed: bool) -> Fields:
        """Goes on to the next song.

        Raises:
            SpeakerLost: the page is not the party's speaker.
        """
        speaker = self._of(room, guest)
        await self._party.outlets.over(room, speaker.id, entry_id, failed=failed)
        return {"sound": await self._sound(speaker)}

    async def end(self, room: Room, guest: Guest) -> Fields:
        """Has the party go on by the clock.

        Raises:
            SpeakerLost: the page is not the party's speaker.
        """
        speaker = self._of(room, guest)
        await self._party.outlets.end(room, speaker.id)
        self._drop(speaker)
        return {"sound": None}

    def left(self, guest: Guest) -> None:
        """A page is closed, or its line broken: if it sounds, it may come back for a few seconds."""
        for speaker in self._speakers.values():
            if speaker.guest is guest:
                speaker.guest, speaker.left_s = None, time.monotonic()

    async def watch(self) -> None:
        """Ends speakers that are gone, for as long as it runs."""
        due_s = 0.0
        while True:
            await asyncio.sleep(PING_S)
            try:
                for speaker in [*self._speakers.values()]:
                    await self._look_after(speaker)
                if time.monotonic() >= due_s:
                    due_s = time.monotonic() + UNHEARD_S / BEATS
                    await self._look_for_others()
            except Exception:
                log.exception("Could not look after the pages that sound; trying again.")

    def close(self) -> None:
        """Tells nobody anything any more; the pages come back to the next process."""
        for speaker in [*self._speakers.values()]:
            self._drop(speaker)

    def _source(self, name: str) -> Opener:
        if self._party.library is None:
            raise SourceAway
        return self._party.library.source(name)

    def _of(self, room: Room, guest: Guest) -> Speaker:
        speaker = self._speakers.get(room)
        if speaker is None or speaker.guest is not guest:
            raise SpeakerLost
        return speaker

    def _take(self, room: Room, device_id: str, member: Member, guest: Guest) -> Speaker:
        speaker = self._speakers.get(room)
        if speaker is None or speaker.id != device_id:
            if speaker is not None:
                self._drop(speaker, tell=True)
            speaker = self._speakers[room] = Speaker(room, device_id, member)
            with working_for(None):  # all who hear it
                speaker.telling = asyncio.create_task(self._keep_told(speaker))
        elif speaker.guest is not None and speaker.guest is not guest:
            speaker.guest.send({"sound": None})
        speaker.guest = guest
        if not guest.open:
            self.left(guest)
        return speaker

    async def _sound(self, speaker: Speaker) -> SoundJson | None:
        """What a speaker should do; None where it is none any more, and then its links end."""
        now = await self._party.outlets.now(speaker.room)
        if now is None or now.playback.device_id != speaker.id:
            self._drop(speaker)
            return None

        def link(entry: Entry, song: OwnSong) -> str:
            return self.links.link(speaker.id, entry, song)

        self.links.keep(speaker.id, {each.id for each in (now.playing, now.next) if each is not None})
        return to_play(now, link)

    def _note(self, room: Room) -> None:
        if speaker := self._speakers.get(room):
            speaker.changed.set()

    async def _keep_told(self, speaker: Speaker) -> None:
        while self._speakers.get(speaker.room) is speaker:
            await speaker.changed.wait()
            speaker.changed.clear()
            guest = speaker.guest
            try:
                sound = await self._sound(speaker)
            except Exception:
                log.exception("The room could not read what its speaker plays; trying again.")
                speaker.changed.set()
                await asyncio.sleep(RETRY_S)
                continue
            if guest is not None and guest is speaker.guest:
                guest.send({"sound": sound})
            await asyncio.sleep(REST_S)

    def _drop(self, speaker: Speaker, *, tell: bool = False) -> None:
        """Takes note that a page is the speaker no more."""
        if self._speakers.get(speaker.room) is speaker:
            del self._speakers[speaker.room]
        self.links.end(speaker.id)
        if tell and speaker.guest is not None:
            speaker.guest.send({"sound": None})
        if speaker.telling is not None and speaker.telling is not asyncio.current_task():
            speaker.telling.cancel()

    async def _pause(self, speaker: Speaker, entry_id: int, *, paused: bool) -> None:
        now = await self._party.outlets.now(speaker.room)
        if now is None or now.playing is None or now.playing.id != entry_id or now.paused == paused:
            return
        change = self._party.playback.pause if paused else self._party.playback.play
        await change(speaker.room, speaker.member)

    async def _look_after(self, speaker: Speaker) -> None:
        if speaker.silent_s > AWAY_S:
            await self._party.outlets.end(speaker.room, speaker.id, SpeakerGone())
            self._drop(speaker, tell=True)
        elif speaker.guest is not None and not speaker.guest.full:
            with suppress(ConnectionError):
                await speaker.guest.socket.ping()

    async def _look_for_others(self) -> None:
        """Says which speakers are here, and ends those of a process that is gone."""
        outlets = self._party.outlets
        await outlets.beat([speaker.id for speaker in self._speakers.values()])
        beats = await outlets.beats(Outlet.PAGE)
        elsewhere = {room: beat for room, beat in beats.items() if room not in self._speakers}
        for room, device_id in self._others.gone(elsewhere, time.monotonic()).items():
            if room not in self._speakers:
                with suppress(PartyError):
                    await outlets.end(room, device_id, SpeakerGone())
