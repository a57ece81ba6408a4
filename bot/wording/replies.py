"""Results into words, shared by every front door, in the language of who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from bot.party.errors import PartyError, marked
from bot.party.limits import LONGEST_TEXT
from bot.party.results import Added, AddedAll, Brought, Moved, Skipped, Taken, Undone, Vibe, Voted
from bot.party.spelling import fold
from bot.party.visible import short
from bot.party.words import BROUGHT_IN, Entry, Member, Party, Track
from bot.wording.base import LISTED, LONGEST_SHOWN, apart, seen
from bot.wording.moderation import ModerationReplies

__all__ = ["LONGEST_SHOWN", "Replies", "apart", "seen", "short"]

UNKNOWN = marked("I don't know this song, so it's queued just as you typed it. Use /undo to take it out.")
UNDONE = {
    "add": marked("Removed {song} again."),
    "vote": marked("Your last vote on {song} has been undone."),
    "remove": marked("Put {song} back in the queue."),
    "skip": marked("You took back your vote to skip {song}."),
    "move": marked("{song} is back where it was."),
    "clear": marked("Put back everything you cleared, including {song}."),
}
VOTED = {
    +1: marked("You voted for {song}."),
    -1: marked("You voted against {song}."),
    0: marked("You took back your vote on {song}."),
}


class Replies(ModerationReplies):
    """What is said of what people do."""

    def added(self, result: Added) -> str:
        """What became of an add."""
        said = self._added(result)
        if result.again or result.entry.track.known:
            return said
        return f"{said if said.endswith(('.', '。')) else said + '.'} {self.say(UNKNOWN)}"

    def _added(self, result: Added) -> str:
        name = self.song(result.entry.track)
        if result.again and not result.place:
            return self.say(marked("{song} is playing right now."), song=name)
        if result.again and not result.wished:
            return self.say(marked("{song} is already in the queue."), song=name)
        if result.again:
            return self.say(marked("{song} is already in the queue, so I counted that as a 👍."), song=name)
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
            lines.append(f"✖ {self.outside(text, 40)}: {told}")
        return "\n".join(lines)

    def which(self, unsure: Sequence[tuple[str, Sequence[Track]]]) -> str:
        """Asks which songs were meant; for who cannot press buttons it names them."""
        lines = []
        for typed, offered in unsure:
            names = self.language.listed([self.song(track) for track in offered], "or")
            told = marked("I'm not sure which song “{text}” is. Did you mean {nearest}?")
            lines.append(self.say(told, text=self.outside(typed), nearest=names))
        return "\n".join(lines)

    def asked_later(self, songs: int) -> str:
        """Says that there are more songs to be asked about than can be asked about at once."""
        return self.count(
            "I'm not sure about one more. Answer these, then send it again.",
            "I'm not sure about {number} more. Answer these, then send those again.",
            songs,
        )

    def brought(self, result: Brought) -> str:
        """What became of a list of songs."""
        lines = [self.say(marked("Found {known} of {total} songs."), known=result.known, total=result.total)]
        if result.added:
            lines[0] += " " + self.count("Added one.", "Added {number}.", result.added)
        if result.there:
            told = self.count(
                "{number} was already queued or isn't allowed here.",
                "{number} were already queued or aren't allowed here.",
                result.there,
            )
            lines[0] += f" {told}"
        if isinstance(result.stopped, PartyError):
            left = self.count("{number} was left out.", "{number} were left out.", result.left)
            lines.append(f"{self.error(result.stopped)} {left}")
        if result.unknown:
            lines.append(self.say(marked("I don't know these, so they're queued as they stand in the list:")))
            lines += self.named(result.unknown)
        lines += self.barred(result.barred)
        if result.refused:
            lines.append(
                self.count("{number} line names no song.", "{number} lines name no song.", result.refused)
            )
        return "\n".join(lines)

    def offered(self, ballot: Sequence[Entry]) -> str:
        """What `next` found."""
        if not any(entry.because for entry in ballot):
            return self.say(
                marked("I don't know much about your music yet, so here's a mix of decades and styles.")
            )
        return self.count(
            "Here's a song that fits. Vote for it if you want to hear it.",
            "Here are {number} songs that fit. Vote for the ones you want to hear.",
            len(ballot),
        )

    def only_own(self, *, few: bool) -> str:
        """That only songs that can sound are suggested; of `few` that there are no more of them."""
        if few:
            return self.say(marked("I only suggest songs that I can play here, and found no more that fit."))
        return self.say(marked("I only suggest songs that I can play here."))

    def vibe(self, result: Vibe) -> str:
        """What `vibe` found: what was looked for and taken for what, and which words say nothing."""
        said = {word for phrase in result.known for word in phrase.split()}
        queue = any(
            not said.issuperset(reason.split()) for entry in result.ballot for reason in entry.because
        )
        words = self.outside(" ".join(result.known), LONGEST_TEXT)
        if result.known and queue:
            found = marked("Songs for “{words}” and your queue: vote for what you want to hear.")
        elif result.known:
            found = marked("Songs for “{words}”: vote for what you want to hear.")
        elif queue:
            found = marked("I went by your queue instead: vote for what you want to hear.")
        else:
            found = marked("Here's what many people like instead: vote for what you want to hear.")
        found = self.say(found, words=words)
        unknown = self.count(
            "I don't know the word {words}.",
            "I don't know the words {words}.",
            len(result.unknown),
            words=self.listed(result.unknown),
        )
        return " ".join([*([unknown] if result.unknown else []), *self._taken(result.taken), found])

    def _taken(self, taken: Sequence[Taken]) -> list[str]:
        """What phrases were taken for, of those that are called otherwise."""
        told = []
        for each in taken:
            names = [name[self.language.code] for name in each.meant]
            if any(_plain(name) not in _plain(each.said) for name in names):
                meant = self.language.listed(names)
                told.append(
                    self.say(marked("“{said}” as {meant}"), said=self.outside(each.said), meant=meant)
                )
        if not told:
            return []
        return [self.say(marked("I took {taken}."), taken=self.language.listed(told))]

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
                marked("{votes} of {needed} votes to skip {song}."),
                votes=result.votes,
                needed=result.needed,
                song=name,
            )
        if result.at_once is not None:
            return self._skipped_at_once(result, result.at_once)
        if result.playing is None:
            return self.say(
                marked("Skipped {song}. The queue is empty: add a song, or ask for suggestions."), song=name
            )
        return self.say(
            marked("Skipped {song}. Now playing: {other}"), song=name, other=self.song(result.playing.track)
        )

    def _skipped_at_once(self, result: Skipped, by: Member) -> str:
        """Who skipped it without a vote, by which right, and what follows."""
        told = (
            marked("{name} skipped {song}, their own song.")
            if result.own
            else marked("{name} skipped {song} as a moderator.")
        )
        said = self.say(told, name=self.name(by.name), song=self.song(result.entry.track))
        if result.playing is None:
            follows = self.say(marked("The queue is empty: add a song, or ask for suggestions."))
        else:
            follows = self.say(marked("Now playing: {song}"), song=self.song(result.playing.track))
        return f"{said} {follows}"

    def removed(self, entry: Entry) -> str:
        """What became of a removal."""
        return self.say(marked("Removed {song} from the queue."), song=self.song(entry.track))

    def cleared(self, songs: int) -> str:
        """What became of a clearing."""
        if not songs:
            return self.say(marked("The queue was already empty."))
        return self.count(
            "Removed the only waiting song. /undo brings it back.",
            "Removed all {number} waiting songs. /undo brings them back.",
            songs,
        )

    def moved(self, result: Moved) -> str:
        """What became of a move."""
        return self.say(
            marked("{song} is now number {place} and will stay there."),
            song=self.song(result.entry.track),
            place=result.place,
        )

    def undone(self, result: Undone) -> str:
        """What `undo` took back."""
        if result.kind == BROUGHT_IN:
            return self.count(
                "Removed the imported song that was still waiting.",
                "Removed the {number} imported songs that were still waiting.",
                result.songs,
            )
        return self.say(UNDONE[result.kind], song=self.song(result.entry.track))

    def now(self, party: Party) -> str:
        """What plays."""
        if party.playing is None:
            return self.say(marked("Nothing is playing. Add a song to get started."))
        now = marked("⏸ Paused: {song}") if party.paused else marked("Now playing: {song}")
        song = self.line(party.playing, silent=party.playing.id in party.silent)
        lines = [self.say(now, song=song), self.sounding(party.playback)]
        return "\n".join(filter(None, lines))

    def aloud(self, party: Party) -> str:
        """A card in a few lines, for notifications and screen readers: what plays, waits and is asked."""
        lines = [self.now(party)]
        if party.queue:
            waiting = self.songs([entry.track for entry in party.queue])
            lines.append(self.say(marked("Up next: {songs}."), songs=waiting))
        if party.automatic and party.ballot:
            lines.append(self.asked_aloud(party.ballot))
        return "\n".join(lines)

    def asked_aloud(self, ballot: Sequence[Entry]) -> str:
        """The songs of a ballot, likewise."""
        return self.say(
            marked("Vote for {songs}."), songs=self.songs([entry.track for entry in ballot], "or")
        )

    def songs(self, tracks: Sequence[Track], style: Literal["standard", "or"] = "standard") -> str:
        """Songs as one says them; of many the first few."""
        names = [self.song(track) for track in tracks[:LISTED]]
        rest = len(tracks) - LISTED
        if rest > 0:
            names.append(self.count("{number} more", "{number} more", rest))
        return self.language.listed(names, style)


def _plain(text: str) -> str:
    return fold(text).replace(" ", "")
