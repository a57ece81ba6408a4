"""What is said of Spotify: accounts, devices, what plays where, and what was saved and brought in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bot.party.domain import Entry, Member, Playback, Room, Track
from bot.party.errors import HostsDeviceGone, NoHost, PartyError, marked
from bot.playback.words import Account, Device, Imported, Played, Saved
from bot.wording.languages import Language

MOST_MISSING = 10
"""So many songs that were not found are named before the others are only counted."""

ABOUT_SPOTIFY = marked(
    "The party needs no account: the clock keeps time, and you play the music yourselves. "
    "With /spotify connect (Premium) I play it on your device, and /save and /import work on your playlists."
)
"""What `/help` says of accounts."""
NO_SPOTIFY = marked("The party needs no account: the clock keeps time, and you play the music yourselves.")
"""The same where Spotify is not set up."""


class SoundReplies:
    """The part of `Replies` that is about how a party sounds."""

    language: Language
    plain: Callable[[str], str]
    say: Callable[..., str]
    count: Callable[..., str]

    def song(self, track: Track) -> str:
        """A song's title and artist."""
        raise NotImplementedError

    def name(self, name: str) -> str:
        """A name from outside, cut to a length and made harmless."""
        raise NotImplementedError

    def error(self, error: PartyError) -> str:
        """What a person is told of a request that cannot be met."""
        raise NotImplementedError

    def about_spotify(self, has_spotify: bool) -> str:
        """What an account would add."""
        return self.say(ABOUT_SPOTIFY if has_spotify else NO_SPOTIFY)

    def connect(self) -> str:
        """What stands above the private link that connects an account."""
        return self.say(
            marked(
                "Open this link to connect your Spotify. It is for you alone, works once, "
                "and ends in ten minutes."
            )
        )

    def disconnected(self, was: bool) -> str:
        """What `disconnect` did."""
        if was:
            return self.say(marked("Your Spotify is disconnected, and everything I kept of it is erased."))
        return self.say(marked("You had no Spotify connected, so there was nothing to erase."))

    def account(self, account: Account | None, *, taken: bool = False) -> str:
        """How the member's account stands; `taken`: somebody else's plays the party there."""
        if account is None:
            return self.say(marked("You haven't connected Spotify yet. Do so with /spotify connect."))
        name = self.name(account.name)
        if taken:
            return self.say(marked("You are connected as {name}."), name=name)
        return self.say(marked("You are connected as {name}. /play plays the party there."), name=name)

    def standing(self, account: Account | None, playback: Playback | None, member: Member) -> str:
        """How the member's account stands, and where the party sounds."""
        taken = playback is not None and playback.taken(member)
        where = self.sounding(playback)
        if not where and account is None:  # who has an account is told to /play already
            where = self.error(HostsDeviceGone(playback.host.name) if playback else NoHost())
        return "\n".join(filter(None, [self.account(account, taken=taken), where]))

    def played(self, result: Played) -> str:
        """What `play` did."""
        if result.playback is None:
            return self.say(marked("▶ The party goes on."))
        device = self._device(result.playback)
        if result.playing is None:
            return self.say(
                marked("I'll play on {device} as soon as there is a song. Add one!"), device=device
            )
        return self.say(
            marked("▶ {song} plays on {device}."), song=self.song(result.playing.track), device=device
        )

    def _device(self, playback: Playback) -> str:
        return self.name(playback.device_name) or "Spotify"

    def paused(self, entry: Entry) -> str:
        """What `pause` did."""
        return self.say(marked("⏸ {song} stands still. /play goes on."), song=self.song(entry.track))

    def loud(self, percent: int) -> str:
        """What `volume` did."""
        return self.say(marked("🔊 The volume is {percent} % now."), percent=percent)

    def stopped(self, playback: Playback | None) -> str:
        """What `stop` did."""
        if playback is None:
            return self.say(marked("The party no longer plays on Spotify. The clock goes on."))
        name = self.name(playback.host.name)
        return self.say(
            marked("The party no longer plays on {name}'s Spotify. The clock goes on."), name=name
        )

    def sounding(self, playback: Playback | None) -> str:
        """Where the party sounds, for its card; empty for nowhere, and while the device is gone."""
        if playback is None or not playback.device_id:
            return ""
        return self.say(
            marked("🔊 {device}, by {name}"),
            device=self._device(playback),
            name=self.name(playback.host.name),
        )

    def devices(self, devices: Sequence[Device]) -> str:
        """What stands above a choice of devices."""
        if not devices:
            return self.say(
                marked("I find nothing to play on. Open Spotify on your phone or computer, then /play again.")
            )
        return self.say(marked("On which device shall the party play?"))

    def playlist_name(self, room: Room, now_ms: int) -> str:
        """What a saved party is called if nobody says."""
        day = datetime.fromtimestamp(now_ms / 1000, UTC).date()
        return self.say(marked("Party of {day}"), day=day.isoformat())

    def playlist_told(self) -> str:
        """What stands under the name of a saved party."""
        return self.say(marked("What we played at a party with Encore."))

    def saved(self, result: Saved) -> str:
        """What `save` did, with the songs that Spotify does not have."""
        if result.again:
            text = self.count(
                "Brought your playlist up to date: {number} song. {url}",
                "Brought your playlist up to date: {number} songs. {url}",
                result.songs,
                url=result.url,
            )
        else:
            text = self.count(
                "Saved the party as a playlist of yours: {number} song. {url}",
                "Saved the party as a playlist of yours: {number} songs. {url}",
                result.songs,
                url=result.url,
            )
        if not result.missing:
            return text
        lines = [f"• {self.song(track)}" for track in result.missing[:MOST_MISSING]]
        rest = len(result.missing) - MOST_MISSING
        if rest > 0:
            lines.append(self.count("{number} more", "{number} more", rest))
        return "\n".join([text, self.say(marked("These I can't find on Spotify:")), *lines])

    def _brought(self, result: Imported) -> str:
        name = self.name(result.name)
        if not (result.added or result.there):
            return self.say(marked("{name} brought nothing new."), name=name)
        if not result.added:
            return self.count(
                "{name} brought nothing new: {number} song was there already or may not be queued.",
                "{name} brought nothing new: {number} songs were there already or may not be queued.",
                result.there,
                name=name,
            )
        text = self.count(
            "Added {number} song from {name}.", "Added {number} songs from {name}.", result.added, name=name
        )
        if not result.there:
            return text
        there = self.count(
            "{number} was there already or may not be queued.",
            "{number} were there already or may not be queued.",
            result.there,
        )
        return f"{text} {there}"

    def imported(self, result: Imported) -> str:
        """What `import` did."""
        text = self._brought(result)
        left = result.total - result.added - result.there
        if isinstance(result.stopped, PartyError):
            text += "\n" + self.error(result.stopped)
            text += " " + self.count("{number} is left out.", "{number} are left out.", max(left, 0))
        return text
