"""What a page asks that is its party's speaker, or wants to be: to begin, and to say how far it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from bot.doors.meant import LONGEST_ID
from bot.party.errors import LinkGone, marked
from bot.party.words import Member, Way
from bot.playback.errors import NotForVisitors
from bot.playback.words import SCREEN
from bot.room import names
from bot.room.asking import Own
from bot.room.rendering import Fields
from bot.room.visit import Visit

LONGEST_SONG_MS = 48 * 3_600_000
"""No song is longer."""

EntryId = Annotated[StrictInt, Field(ge=0, lt=10**LONGEST_ID, description="The song's `id` in the state")]


class Speak(Own):
    """Makes this page the party's speaker."""

    do: Literal["speak"]
    again: Annotated[
        str, Field(max_length=64, description="Its `speaker` of before, of a page that comes back")
    ] = ""
    name: Annotated[str | None, Field(description="Whose screen it is, of a page that only looks ..")] = None
    secret: Annotated[str | None, Field(description=".. as in `hello`")] = None

    async def run(self, visit: Visit) -> Fields:
        """What it is called, and what to play.

        Raises:
            NameNeeded: they have no name yet.
            NothingSounds, NotForVisitors, HostedAlready: see `Outlets.begin`.
        """
        member = await self._screens(visit) if visit.guest.looks else visit.named()
        return await visit.hub.speakers.begin(visit.room, member, visit.guest, self.again, visit.key)

    async def _screens(self, visit: Visit) -> Member:
        """Whose a screen is: of whoever came by a link of their own, or has the host's."""
        let_in = visit.guest.let_in
        if visit.way is Way.MEMBER and let_in is not None:
            member = await visit.party.passes.member_now(let_in)
            if member is None:
                raise LinkGone
            return member
        if visit.way is not Way.HOST:
            raise NotForVisitors(visit.room)
        member = Member(names.PLATFORM, SCREEN, visit.own.say(marked("TV")))
        if self.name and self.secret:
            member = names.person(self.name, self.secret)
        return replace(member, moderator=True, manager=True)


class SpeakAt(Own):
    """Says how much is left of what sounds here, every few seconds and when that is another than expected."""

    do: Literal["speak-at"]
    entry: EntryId
    left_ms: Annotated[StrictInt, Field(ge=0, le=LONGEST_SONG_MS)]
    paused: Annotated[
        StrictBool | None,
        Field(description="Only where the browser has paused it, or has gone on, by itself"),
    ] = None

    async def run(self, visit: Visit) -> Fields:
        """What to play.

        Raises:
            SpeakerLost: the page is not the party's speaker.
        """
        return await visit.hub.speakers.report(visit.room, visit.guest, self.entry, self.left_ms, self.paused)


class SpeakOver(Own):
    """Says that a song has come to its end here, or could not be played."""

    do: Literal["speak-over"]
    entry: EntryId
    failed: StrictBool = False

    async def run(self, visit: Visit) -> Fields:
        """What to play.

        Raises:
            SpeakerLost: the page is not the party's speaker.
        """
        return await visit.hub.speakers.over(visit.room, visit.guest, self.entry, failed=self.failed)


class SpeakEnd(Own):
    """Has the page be the party's speaker no more."""

    do: Literal["speak-end"]

    async def run(self, visit: Visit) -> Fields:
        """Nothing to play.

        Raises:
            SpeakerLost: the page is not the party's speaker.
        """
        return await visit.hub.speakers.end(visit.room, visit.guest)


SPEAKING: tuple[type[Own], ...] = (Speak, SpeakAt, SpeakOver, SpeakEnd)
"""The requests of the speaker."""
