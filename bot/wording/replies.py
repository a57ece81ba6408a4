"""Results into words, shared by every front door, in the language of who reads them.

Nothing that came from outside reaches a chat without the front door's own escape.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from bot.party.domain import (
    BROUGHT_IN,
    LONGEST_TEXT,
    Added,
    AddedAll,
    Entry,
    Forgotten,
    Member,
    MemberStats,
    Moved,
    Party,
    Skipped,
    State,
    Stats,
    Track,
    Undone,
    Vibe,
    Voted,
    Why,
)
from bot.party.errors import PartyError, marked
from bot.wording.languages import Language
from bot.wording.playback import SoundReplies

log = logging.getLogger(__name__)

Escape = Callable[[str], str]
"""Makes a text from outside harmless for one platform."""

LONGEST_SHOWN = 60
"""Titles and artists are cut to this many characters when they are shown."""
LISTED = 5
"""So many words are named before the others are only counted."""
LONGEST_NAME = 32
"""And the names of people, devices and playlists to so many."""
MOST_SHARES = 8
"""So many songs and members are named by `why` before the others are added up."""
MOST_MEMBERS = 10
"""So many members are named in the numbers."""

STATES = {
    State.SUGGESTED: "",
    State.QUEUED: marked("✅ queued"),
    State.PLAYING: marked("▶ playing"),
    State.PLAYED: marked("✔ played"),
    State.SKIPPED: marked("⏭ skipped"),
    State.REMOVED: marked("✖ taken out"),
}
"""What has become of a suggestion."""
UNDONE = {
    "add": marked("Took {song} out again."),
    "vote": marked("Your last vote on {song} is undone."),
    "remove": marked("Put {song} back into the queue."),
    "skip": marked("You no longer want to skip {song}."),
    "move": marked("{song} is back where it was."),
    "clear": marked("Put back what you had cleared, {song} and all."),
}
VOTED = {
    +1: marked("You voted for {song}."),
    -1: marked("You voted against {song}."),
    0: marked("You took your vote on {song} back."),
}


@lru_cache(maxsize=5_000)  # the same few songs are shown again and again
def short(text: str, longest: int = LONGEST_SHOWN) -> str:
    """A text cut to a length, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def minutes(duration_ms: int) -> str:
    """A length as minutes and seconds."""
    seconds = max(duration_ms, 0) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


class Replies(SoundReplies):
    """What is said, in one language and for one platform."""

    def __init__(self, language: Language, plain: Escape, bold: str = "**") -> None:
        self.language = language
        self.plain = plain
        self.bold = bold  # what the platform puts around bold text
        self.say = language.say
        self.count = language.count

    def strong(self, text: str) -> str:
        """A text in bold type."""
        return f"{self.bold}{text}{self.bold}"

    def error(self, error: PartyError) -> str:
        """What a person is told of a request that cannot be met."""
        parts: dict[str, Any] = {
            name: self.plain(short(part, LONGEST_TEXT)) if isinstance(part, str) else part
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
                "Sorry, something went wrong on my side. Look at /queue before you try again. "
                "(error {number})"
            ),
            number=number,
        )

    def song(self, track: Track, longest: int = LONGEST_SHOWN) -> str:
        """A song in a line: title and artist, each of so many characters at most."""
        title = self.plain(short(track.title, longest))
        return f"{title} – {self.plain(short(track.artist, longest))}" if track.artist else title

    def name(self, name: str) -> str:
        """The name of a member, an account, a device or a playlist."""
        return self.plain(short(name, LONGEST_NAME))

    def match(self, entry: Entry) -> str:
        """How well a suggestion fits, in per cent; empty for an entry that nobody suggested."""
        if entry.match is None:
            return ""
        if entry.match < 0.01:
            return self.say(marked("under {percent} match"), percent=self.language.percent(0.01))
        return self.say(marked("{percent} match"), percent=self.language.percent(entry.match))

    def because(self, entry: Entry) -> str:
        """Why the model suggests a song."""
        if not entry.because:
            return self.say(marked("popular with everyone"))
        return self.say(marked("because of {names}"), names=self.listed(entry.because))

    def listed(self, names: Sequence[str]) -> str:
        """Titles or words as one says them: a, b and c."""
        said = [self.plain(short(name, 40)) for name in names]
        if len(said) > LISTED + 1:
            more = self.count("{number} more", "{number} more", len(said) - LISTED)
            said = [*said[:LISTED], more]
        return self.language.listed(said)

    def votes(self, entry: Entry) -> str:
        """The votes of an entry; empty when there are none."""
        return " ".join(
            f"{sign} {count}" for sign, count in (("👍", entry.ups), ("👎", entry.downs)) if count
        )

    def by(self, member: Member | None) -> str:
        """Who added a song; empty for nobody, and for who wanted to be forgotten."""
        if member is None or not member.name:
            return ""
        return self.say(marked("added by {name}"), name=self.name(member.name))

    def line(self, entry: Entry, longest: int = LONGEST_SHOWN) -> str:
        """A queued song in a line: its name, its votes, and who added it or that I did."""
        by = self.by(entry.added_by) if entry.added_by else self.say(marked("added by me"))
        return " · ".join(part for part in (self.song(entry.track, longest), self.votes(entry), by) if part)

    def became(self, entry: Entry) -> str:
        """What has become of a suggestion; empty while it is one."""
        return self.say(STATES[entry.state]) if STATES[entry.state] else ""

    def added(self, result: Added) -> str:
        """What became of an add."""
        name = self.song(result.entry.track)
        if result.again and not result.place:
            return self.say(marked("{song} is playing right now."), song=name)
        if result.again and not result.wished:
            return self.say(marked("{song} is in the queue already."), song=name)
        if result.again:
            return self.say(
                marked("{song} is in the queue already, so a wish for it counts as a 👍."), song=name
            )
        if not result.place:
            return self.say(marked("Now playing: {song}"), song=name)
        if result.place == 1:
            return self.say(marked("Added {song}: next up."), song=name)
        return self.say(marked("Added {song}: number {place} in the queue."), song=name, place=result.place)

    def added_all(self, result: AddedAll) -> str:
        """What became of several songs."""
        lines = [self.added(each) for each in result.added]
        for text, error in result.refused:
            told = self.error(error) if isinstance(error, PartyError) else ""
            lines.append(f"✖ {self.plain(short(text, 40))}: {told}")
        return "\n".join(lines)

    def offered(self, ballot: Sequence[Entry]) -> str:
        """What `next` found."""
        if not any(entry.because for entry in ballot):
            return self.say(marked("I know none of your songs yet, so here is what many people like."))
        return self.count(
            "One song that fits. Vote for it if you want to hear it.",
            "{number} songs that fit. Vote for what you want to hear.",
            len(ballot),
        )

    def vibe(self, result: Vibe) -> str:
        """What `vibe` found: what was looked for, and which words say nothing."""
        reasons = {reason for entry in result.ballot for reason in entry.because}
        queue = bool(reasons - {*result.known})
        words = self.plain(" ".join(result.known))
        if result.known and queue:
            found = marked("Songs for “{words}” and your queue: vote for what you want to hear.")
        elif result.known:
            found = marked("Songs for “{words}”: vote for what you want to hear.")
        elif queue:
            found = marked("So I went by your queue alone: vote for what you want to hear.")
        else:
            found = marked("So here is what many people like: vote for what you want to hear.")
        found = self.say(found, words=words)
        if not result.unknown:
            return found
        unknown = self.count(
            "I don't know the word {words}.",
            "I don't know the words {words}.",
            len(result.unknown),
            words=self.listed(result.unknown),
        )
        return f"{unknown} {found}"

    def voted(self, result: Voted) -> str:
        """What became of a vote."""
        name = self.song(result.entry.track)
        if result.taken_up:
            return self.say(marked("{song} is in the queue now. Good choice!"), song=name)
        tally = self.votes(result.entry)
        return self.say(VOTED[result.value], song=name) + (f" ({tally})" if tally else "")

    def skipped(self, result: Skipped) -> str:
        """How a vote to skip stands."""
        name = self.song(result.entry.track)
        if not result.done:
            return self.say(
                marked("{votes} of {needed} want to skip {song}."),
                votes=result.votes,
                needed=result.needed,
                song=name,
            )
        if result.playing is None:
            return self.say(
                marked("Skipped {song}. The queue is empty: add a song, or ask for suggestions."), song=name
            )
        return self.say(
            marked("Skipped {song}. Now playing: {other}"), song=name, other=self.song(result.playing.track)
        )

    def removed(self, entry: Entry) -> str:
        """What became of a removal."""
        return self.say(marked("Took {song} out of the queue."), song=self.song(entry.track))

    def cleared(self, songs: int) -> str:
        """What became of a clearing."""
        if not songs:
            return self.say(marked("The queue was empty already."))
        return self.count(
            "Took the one waiting song out. /undo brings it back.",
            "Took all {number} waiting songs out. /undo brings them back.",
            songs,
        )

    def moved(self, result: Moved) -> str:
        """What became of a move."""
        return self.say(
            marked("{song} is number {place} now and stays there."),
            song=self.song(result.entry.track),
            place=result.place,
        )

    def undone(self, result: Undone) -> str:
        """What `undo` took back."""
        if result.kind == BROUGHT_IN:
            return self.count(
                "Took the one song of your import that waited out again.",
                "Took all {number} songs of your import that waited out again.",
                result.songs,
            )
        return self.say(UNDONE[result.kind], song=self.song(result.entry.track))

    def now(self, party: Party) -> str:
        """What plays."""
        if party.playing is None:
            return self.say(marked("Nothing is playing. Add a song and it starts."))
        now = marked("⏸ Standing still: {song}") if party.paused else marked("Now playing: {song}")
        lines = [self.say(now, song=self.line(party.playing)), self.sounding(party.playback)]
        return "\n".join(filter(None, lines))

    def history(self, party: Party) -> list[str]:
        """What was played or skipped, latest first, a line each."""
        if not party.history:
            return [self.say(marked("Nothing has been played here yet."))]
        return [
            f"{'⏭' if entry.state is State.SKIPPED else '✔'} {self.line(entry)}" for entry in party.history
        ]

    def why(self, result: Why) -> list[str]:
        """Why a song fits, a line a reason, in points of the model's own measure, the logit."""
        lines = [
            self.say(
                marked("{song}: {percent} match"),
                song=self.strong(self.song(result.track)),
                percent=self.language.percent(result.match),
            )
        ]
        songs = [(self.plain(short(share.name)), share.logit) for share in result.songs]
        lines += self._shares(songs)
        lines.append(self._share(self.say(marked("how popular it is by itself")), result.start))
        lines.append(self._share(self.say(marked("what the queue does to every song")), result.room))
        total = result.start + result.room + sum(share.logit for share in result.songs)
        lines.append(self._share(self.say(marked("all together")), total))
        if len(result.members) > 1:
            lines.append(self.say(marked("Whose songs say so:")))
            nobody = self.say(marked("nobody"))
            lines += self._shares([(self.name(s.name) or nobody, s.logit) for s in result.members])
        return lines

    def _shares(self, shares: Sequence[tuple[str, float]]) -> list[str]:
        lines = [self._share(name, logit) for name, logit in shares[:MOST_SHARES]]
        rest = shares[MOST_SHARES:]
        if rest:
            more = self.count("{number} more", "{number} more", len(rest))
            lines.append(self._share(more, sum(logit for _, logit in rest)))
        return lines

    def _share(self, name: str, logit: float) -> str:
        return f"`{logit:+.2f}` {name}"

    def stats(self, result: Stats) -> list[str]:
        """A room's history in numbers."""
        lines = [
            self.say(
                marked("Played: {played} · skipped: {skipped}"), played=result.played, skipped=result.skipped
            )
        ]
        lines += [self._member_stats(member) for member in result.members[:MOST_MEMBERS]]
        if result.loved:
            lines.append(self.say(marked("Most loved:")))
            lines += [f"💛 {self.song(entry.track)} · {self.votes(entry)}" for entry in result.loved]
        best = max(result.members, key=lambda member: member.streak, default=None)
        if best is not None and best.streak > 1:
            lines.append(
                self.count(
                    "Longest streak: {name}, {number} song in a row that nobody skipped.",
                    "Longest streak: {name}, {number} songs in a row that nobody skipped.",
                    best.streak,
                    name=self.name(best.name),
                )
            )
        return lines

    def _member_stats(self, member: MemberStats) -> str:
        return self.say(
            marked("{name}: {added} added, {played} played, 👍 {loved}"),
            name=self.strong(self.name(member.name)),
            added=member.added,
            played=member.played,
            loved=member.loved,
        )

    def autopilot(self, on: bool, below: int) -> str:
        """How the autopilot stands."""
        if not on:
            return self.say(marked("The autopilot is off. Ask me with /next when you want songs."))
        return self.count(
            "The autopilot is on: when no song is left I ask what comes next, and choose if nobody does.",
            "The autopilot is on: with fewer than {number} songs left I ask what comes next, "
            "and choose if nobody does.",
            below,
        )

    def learning(self, on: bool) -> str:
        """How `learn` stands, what is kept and what is not."""
        if on:
            return self.say(
                marked(
                    "Learning is on here: the titles and artists of songs that this room queued and did "
                    "not vote down may train my taste, past parties included. Who added or voted is never "
                    "part of it."
                )
            )
        return self.say(
            marked("Learning is off here: this room's songs and votes stay out of what I am trained on.")
        )

    def forgotten(self, result: Forgotten) -> str:
        """What was erased."""
        songs = self.count("{number} song", "{number} songs", result.songs)
        votes = self.count("{number} vote", "{number} votes", result.votes)
        return self.say(
            marked(
                "Done. Your name and your votes are gone from every party; songs you added stay "
                "without your name. That was {songs} and {votes}."
            ),
            songs=songs,
            votes=votes,
        )
