"""What is said of Spotify: accounts, devices, what plays where, and what was saved and brought in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.party.errors import PartyError, marked
from bot.party.words import Entry, Member, Outlet, Party, Playback, Room
from bot.playback.errors import HostsDeviceGone, NoHost
from bot.playback.words import SCREEN, Account, Device, Imported, Played, Saved
from bot.wording.base import Wording

ABOUT_SPOTIFY = marked(
    "I don't make a sound myself: put the songs on wherever you like, or use /spotify connect (with Premium) "
    "and /play, and I'll play them on your device."
)
"""Where the sound comes from: the first that `/help` says."""
NO_SPOTIFY = marked(
    "I don't make a sound myself: put the songs on wherever you like, and the queue keeps its own time."
)
"""The same where Spotify is not set up."""


OWN_MUSIC = marked("I play your own music: on this party's page, and in Discord in a voice channel.")
"""The same where people have music of their own."""


class PlaybackReplies(Wording):
    """The part of `Replies` that is about how a party sounds."""

    def about_sound(self, has_spotify: bool, has_music: bool) -> str:
        """Where the sound comes from, and what an account would add."""
        if has_music:
            return self.say(OWN_MUSIC)
        return self.say(ABOUT_SPOTIFY if has_spotify else NO_SPOTIFY)

    def connect(self) -> str:
        """What stands above the private link that connects an account."""
        return self.say(
            marked(
                "Open this link to connect your Spotify. It's just for you, works once, "
                "and expires in ten minutes."
            )
        )

    def disconnected(self, was: bool) -> str:
        """What `disconnect` did."""
        if was:
            return self.say(marked("Spotify is disconnected, and everything I kept about it is erased."))
        return self.say(marked("You had no Spotify account connected, so there was nothing to erase."))

    def account(self, account: Account | None, *, taken: bool = False) -> str:
        """How the member's account stands; `taken`: somebody else's plays the party there."""
        if account is None:
            return self.say(marked("You haven't connected Spotify yet. Use /spotify connect."))
        name = self.name(account.name)
        if taken:
            return self.say(marked("You're connected as {name}."), name=name)
        return self.say(marked("You're connected as {name}. Use /play to play the party there."), name=name)

    def standing(self, account: Account | None, playback: Playback | None, member: Member) -> str:
        """How the member's account stands, and where the party sounds."""
        taken = playback is not None and playback.taken(member)
        where = self.sounding(playback)
        if not where and account is None:  # who has an account is told to /play already
            where = self.error(HostsDeviceGone(playback.host.name) if playback else NoHost())
        return "\n".join(filter(None, [self.account(account, taken=taken), where]))

    def played(self, result: Played) -> str:
        """What `play` did."""
        again = self.say(marked("▶ The party is playing again."))
        if result.playback is None:
            return again
        if result.playback.outlet is Outlet.PAGE:  # which has no name
            return again if result.playing is not None else self.sounding(result.playback)
        device = self._device(result.playback)
        if result.playing is None:
            return self.say(
                marked("I'll play on {device} as soon as there's a song. Add one!"), device=device
            )
        return self.say(
            marked("▶ Playing {song} on {device}."), song=self.song(result.playing.track), device=device
        )

    def listen_along(self, host: Member) -> str:
        """How others hear in Discord what a member's account plays."""
        return self.say(
            marked(
                "With Premium you can hear it too: use Listen Along on {name}'s profile, "
                "if it shows what they play on Spotify."
            ),
            name=self.name(host.name),
        )

    def _device(self, playback: Playback) -> str:
        return self.name(playback.device_name) or "Spotify"

    def paused(self, entry: Entry) -> str:
        """What `pause` did."""
        return self.say(marked("⏸ Paused: {song}. Use /play to resume."), song=self.song(entry.track))

    def sought(self, entry: Entry, position_ms: int | None) -> str:
        """What `seek` did; None where the song is over already."""
        song = self.song(entry.track)
        if position_ms is None:
            return self.say(marked("⏩ {song} is over."), song=song)
        minutes, seconds = divmod(position_ms // 1000, 60)
        return self.say(marked("⏩ {song} plays from {time}."), song=song, time=f"{minutes}:{seconds:02}")

    def loud(self, percent: int) -> str:
        """What `volume` did."""
        return self.say(marked("🔊 The volume is now {percent}%."), percent=percent)

    def joined(self, playback: Playback) -> str:
        """Says in which voice channel the party is heard from now on."""
        return self.say(
            marked("🔊 Playing in {channel}. Use /leave to make me go."),
            channel=self.name(playback.device_name),
        )

    def stopped(self, playback: Playback | None) -> str:
        """What `stop` did."""
        if playback is None:
            return self.say(
                marked("The party is no longer playing on Spotify. The queue keeps its own time.")
            )
        if playback.outlet is not Outlet.SPOTIFY:
            return self.say(marked("The music has stopped here. The queue keeps its own time."))
        name = self.name(playback.host.name)
        return self.say(
            marked("The party is no longer playing on {name}'s Spotify. The queue keeps its own time."),
            name=name,
        )

    def sounding(self, playback: Playback | None) -> str:
        """Where the party sounds; empty for nowhere, and while the device is gone."""
        if playback is None or not playback.device_id:
            return ""
        if playback.outlet is Outlet.PAGE and playback.host.user_id == SCREEN:
            return self.say(marked("🔊 On the TV"))
        if playback.outlet is Outlet.PAGE:
            return self.say(marked("🔊 On {name}'s page"), name=self.name(playback.host.name))
        return self.say(
            marked("🔊 {device}, hosted by {name}"),
            device=self._device(playback),
            name=self.name(playback.host.name),
        )

    def sound(self, party: Party) -> str:
        """Where the sound comes from, for the party's card; empty while the host's device is gone."""
        if party.playback is not None:
            return self.sounding(party.playback)
        if party.own_music:
            return self.say(marked("🔇 I'm not playing anywhere yet: see /help for where I can."))
        return self.say(marked("🔇 I don't make a sound: put the songs on yourselves, or see /help."))

    def devices(self, devices: Sequence[Device]) -> str:
        """What stands above a choice of devices."""
        if not devices:
            return self.say(
                marked(
                    "I can't find a device to play on. Open Spotify on your phone or computer, "
                    "then use /play again."
                )
            )
        return self.say(marked("Which device should the party play on?"))

    def playlist_name(self, room: Room, now_ms: int) -> str:
        """What a saved party is called if nobody says."""
        day = datetime.fromtimestamp(now_ms / 1000, UTC).date()
        return self.say(marked("Party on {day}"), day=day.isoformat())

    def playlist_told(self) -> str:
        """What stands under the name of a saved party."""
        return self.say(marked("What we played at a party with Encore."))

    def saved(self, result: Saved) -> str:
        """What `save` did, with the songs that Spotify does not have."""
        if result.again:
            text = self.count(
                "Updated your playlist: {number} song. {url}",
                "Updated your playlist: {number} songs. {url}",
                result.songs,
                url=result.url,
            )
        else:
            text = self.count(
                "Saved this party as a playlist: {number} song. {url}",
                "Saved this party as a playlist: {number} songs. {url}",
                result.songs,
                url=result.url,
            )
        if not result.missing:
            return text
        return "\n".join(
            [text, self.say(marked("I can't find these on Spotify:")), *self.named(result.missing)]
        )

    def _brought(self, result: Imported) -> str:
        name = self.name(result.name)
        if not (result.added or result.there):
            return self.say(marked("Nothing new in {name}."), name=name)
        if not result.added:
            return self.count(
                "Nothing new in {name}: {number} song was already queued or isn't allowed here.",
                "Nothing new in {name}: {number} songs were already queued or aren't allowed here.",
                result.there,
                name=name,
            )
        text = self.count(
            "Added {number} song from {name}.", "Added {number} songs from {name}.", result.added, name=name
        )
        if not result.there:
            return text
        there = self.count(
            "{number} was already queued or isn't allowed here.",
            "{number} were already queued or aren't allowed here.",
            result.there,
        )
        return f"{text} {there}"

    def imported(self, result: Imported) -> str:
        """What `import` did."""
        text = self._brought(result)
        left = result.total - result.added - result.there - len(result.barred)
        if isinstance(result.stopped, PartyError):
            text += "\n" + self.error(result.stopped)
            text += " " + self.count("{number} was left out.", "{number} were left out.", max(left, 0))
        return "\n".join([text, *self.barred(result.barred)])
