"""What every reply is made of: songs, names, votes and reasons in words, in one language and for one chat.

Nothing that came from outside reaches a chat without the front door's own escape.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from bot.party.errors import PartyError, SongTooLong, marked
from bot.party.limits import LONGEST_TEXT
from bot.party.links import Kind, Link
from bot.party.results import Barred
from bot.party.rules.fits import Fit, blocks, fit
from bot.party.visible import isolated, short, visible
from bot.party.words import Entry, Member, State, Track
from bot.wording.languages import Language

log = logging.getLogger(__name__)

Escape = Callable[[str], str]
"""Makes a text from outside harmless for one platform."""
Linked = Callable[[str, str], str]
"""A label and an address as a link on one platform, which shows no preview of it."""

MOST_LOOKED_AT = 10
"""Of a text so many times as much is looked at as is shown: the rest may be invisible, or endless."""
LONGEST_SHOWN = 60
"""Titles and artists are cut to this many characters when they are shown."""
NAMELESS = "?"
"""What a song is called whose title nobody can see."""
PAUSE_IT, RESUME, SKIP_IT = marked("Pause"), marked("Resume"), marked("Skip")
"""What buttons that show a picture are called for those who do not see it."""
SILENT = marked("🔇 silent here")
"""What is said of a song that cannot sound where people's own music does: it runs by the clock."""
MOST_LISTED = 10
"""So many songs of a list are named; the others are only counted."""
LISTED = 5
"""So many words are named before the others are only counted."""
LONGEST_NAME = 32
"""And the names of people, devices and playlists to so many."""

STATES = {
    State.SUGGESTED: "",
    State.QUEUED: marked("✅ queued"),
    State.PLAYING: marked("▶ playing"),
    State.PLAYED: marked("✔ played"),
    State.SKIPPED: marked("⏭ skipped"),
    State.REMOVED: marked("✖ removed"),
}
"""What has become of a suggestion."""
FITS = {
    Fit.STRONG: marked("strong match"),
    Fit.GOOD: marked("good match"),
    Fit.TRY: marked("worth a try"),
}
"""How well a suggestion fits its room; `/why` has the number."""


def seen(text: str, longest: int = LONGEST_SHOWN) -> str:
    """A text from outside as people see it, on one line, for a place of its own."""
    return _seen(text[: MOST_LOOKED_AT * longest], longest)


@lru_cache(maxsize=5_000)  # the same few songs are shown again and again
def _seen(text: str, longest: int) -> str:
    return short(visible(text), longest)


def apart(text: str, longest: int = LONGEST_SHOWN) -> str:
    """The same for a sentence or a label of ours, where texts are shown as they are."""
    return isolated(seen(text, longest))


class Wording:
    """Says things, in one language and for one platform."""

    def __init__(
        self, language: Language, plain: Escape, bold: str = "**", linked: Linked | None = None
    ) -> None:
        self.language = language
        self.plain = plain
        self.bold = bold  # what the platform puts around bold text
        self._linked = linked
        self.say = language.say
        self.count = language.count

    def strong(self, text: str) -> str:
        """A text in bold type."""
        return f"{self.bold}{text}{self.bold}"

    def outside(self, text: str, longest: int = LONGEST_SHOWN) -> str:
        """A text from outside, harmless and as long as it may be, for a sentence of ours."""
        return isolated(self.plain(seen(text, longest)))

    def error(self, error: PartyError) -> str:
        """What a person is told of a request that cannot be met."""
        parts: dict[str, Any] = {
            name: self.outside(part, LONGEST_TEXT) if isinstance(part, str) else part
            for name, part in error.parts.items()
        }
        if error.many is None:
            return self.say(error.message, **parts)
        return self.count(error.message, error.many, **parts)

    def failure(self, error: BaseException) -> str:
        """What a person is told of anything that went wrong: its own words, or a number that the log has."""
        if isinstance(error, PartyError):
            return self.error(error)
        number = secrets.token_hex(4)
        log.error("Failure %s", number, exc_info=error)
        return self.say(
            marked(
                "Sorry, something went wrong on my side. Check /queue before you try again. (error {number})"
            ),
            number=number,
        )

    def song(self, track: Track, longest: int = LONGEST_SHOWN) -> str:
        """A song in a line: title and artist, each so long at most, and its source if that is Spotify."""
        title = self.outside(track.title, longest) or NAMELESS
        artist = self.outside(track.artist, longest)
        return (f"{title} – {artist}" if artist else title) + self._source(track)

    def _source(self, track: Track) -> str:
        """Spotify's name, with a link to the song, behind what came from there (its Design Guidelines)."""
        if self._linked is None or not track.on_spotify:
            return ""
        return f" ({self._linked('Spotify', Link(Kind.TRACK, track.on_spotify).url)})"

    def name(self, name: str) -> str:
        """The name of a member, an account, a device or a playlist."""
        return self.outside(name, LONGEST_NAME)

    def match(self, entry: Entry) -> str:
        """How well a suggestion fits this room, in words; empty for an entry that nobody suggested."""
        return "" if entry.match is None else self.say(FITS[fit(entry)])

    def matched(self, entry: Entry) -> str:
        """The same behind a bar, for chats."""
        return "" if entry.match is None else f"{blocks(entry)} {self.match(entry)}"

    def page(self, page: int, pages: int) -> str:
        """Which page of how many, counted from 0."""
        return self.say(marked("Page {page} of {pages}"), page=page + 1, pages=pages)

    def because(self, entry: Entry) -> str:
        """Why the model suggests a song."""
        if not entry.because:
            return self.say(marked("I don't know much about this yet"))
        return self.say(marked("because of {names}"), names=self.listed(entry.because))

    def listed(self, names: Sequence[str]) -> str:
        """Titles or words as one says them: a, b and c."""
        said = [self.outside(name, 40) for name in names]
        if len(said) > LISTED + 1:
            more = self.count("{number} more", "{number} more", len(said) - LISTED)
            said = [*said[:LISTED], more]
        return self.language.listed(said)

    def named(self, tracks: Sequence[Track]) -> list[str]:
        """Songs of a list, one a line; of many the others are only counted."""
        lines = [f"• {self.song(track)}" for track in tracks[:MOST_LISTED]]
        rest = len(tracks) - MOST_LISTED
        return [*lines, self.count("{number} more", "{number} more", rest)] if rest > 0 else lines

    def barred(self, barred: Sequence[Barred]) -> list[str]:
        """The songs of a list that the room keeps out, under the reason."""
        long = [each for each in barred if isinstance(each.error, SongTooLong)]
        others = [each.track for each in barred if not isinstance(each.error, SongTooLong)]
        lines = []
        for error in [each.error for each in long[:1] if isinstance(each.error, SongTooLong)]:
            told = self.count(
                "These are longer than one minute, so I left them out:",
                "These are longer than {number} minutes, so I left them out:",
                error.parts["number"],
            )
            lines += [told, *self.named([each.track for each in long])]
        if others:
            lines.append(self.say(marked("These are blocked here, so I left them out:")))
            lines += self.named(others)
        return lines

    def votes(self, entry: Entry) -> str:
        """The votes of an entry; empty when there are none."""
        return " ".join(
            f"{sign} {count}" for sign, count in (("👍", entry.ups), ("👎", entry.downs)) if count
        )

    def by(self, member: Member | None) -> str:
        """Who added a song; empty for nobody, and for who wanted to be forgotten."""
        name = self.name(member.name) if member is not None else ""
        return self.say(marked("added by {name}"), name=name) if name else ""

    def line(self, entry: Entry, longest: int = LONGEST_SHOWN, *, silent: bool = False) -> str:
        """A queued song in a line: its name, if it is silent, its votes, and who added it or that I did."""
        by = self.by(entry.added_by) if entry.added_by else self.say(marked("added by me"))
        song = self.song(entry.track, longest)
        return " · ".join(filter(None, (song, self.silent(silent), self.votes(entry), by)))

    def silent(self, silent: bool = True) -> str:
        """That a song cannot sound where own music does; empty for one that can."""
        return self.say(SILENT) if silent else ""

    def became(self, entry: Entry) -> str:
        """What has become of a suggestion; empty while it is one."""
        return self.say(STATES[entry.state]) if STATES[entry.state] else ""
