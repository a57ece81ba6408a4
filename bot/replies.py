"""Results into words, shared by every front door.

Every function takes `plain`, the front door's own escape for text that people wrote: nothing that came from
outside reaches a chat without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.domain import Added, Entry, Member, Skipped, Track, Undone, Vibe, Voted

Escape = Callable[[str], str]
"""Makes a text from outside harmless for one platform."""

LONGEST_SHOWN = 60
"""Titles and artists are cut to this many characters when they are shown."""
LISTED = 5
"""So many words are named before the others are only counted."""
MOODS = "safe is what fits best, balanced now and then something else, adventurous goes further away"
"""What the moods mean."""


def song(track: Track, plain: Escape) -> str:
    """A song in a line: title and artist."""
    title = plain(short(track.title))
    return f"{title} – {plain(short(track.artist))}" if track.artist else title


def short(text: str, longest: int = LONGEST_SHOWN) -> str:
    """A text cut to a length, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def match(entry: Entry) -> str:
    """How well a suggestion fits, in per cent; empty for an entry that nobody suggested."""
    if entry.match is None:
        return ""
    return f"{entry.match:.0%} match" if entry.match >= 0.01 else "under 1% match"


def because(entry: Entry, plain: Escape) -> str:
    """Why the model suggests a song."""
    if not entry.because:
        return "popular with everyone"
    return f"because of {listed(entry.because, plain)}"


def listed(names: Sequence[str], plain: Escape) -> str:
    """Titles or words as one says them: a, b and c."""
    said = [plain(short(name, 40)) for name in names]
    if len(said) > LISTED + 1:
        said = [*said[:LISTED], f"{len(said) - LISTED} more"]
    return " and ".join(part for part in (", ".join(said[:-1]), *said[-1:]) if part)


def votes(entry: Entry) -> str:
    """The votes of an entry; empty when there are none."""
    return " ".join(f"{sign} {count}" for sign, count in (("👍", entry.ups), ("👎", entry.downs)) if count)


def minutes(duration_ms: int) -> str:
    """A length as minutes and seconds."""
    seconds = max(duration_ms, 0) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


def by(member: Member | None, plain: Escape) -> str:
    """Who added a song."""
    return f"added by {plain(short(member.name, 32))}" if member else ""


def added(result: Added, plain: Escape) -> str:
    """What became of `/add`."""
    name = song(result.entry.track, plain)
    if result.again and not result.place:
        return f"{name} is playing right now."
    if result.again:
        return f"{name} is in the queue already, so a wish for it counts as a 👍."
    if not result.place:
        return f"Now playing: {name}"
    return f"Added {name}: {'next up' if result.place == 1 else f'number {result.place} in the queue'}."


def offered(ballot: Sequence[Entry]) -> str:
    """What `/next` found."""
    if not any(entry.because for entry in ballot):
        return "I know none of your songs yet, so here is what many people like."
    if len(ballot) == 1:
        return "One song that fits. Vote for it if you want to hear it."
    return f"{len(ballot)} songs that fit. Vote for what you want to hear."


def vibe(result: Vibe, plain: Escape) -> str:
    """What `/vibe` found: what was looked for, and which words say nothing."""
    reasons = {reason for entry in result.ballot for reason in entry.because}
    queue = " and your queue" if reasons - {*result.known} else ""
    if result.known:
        found = f"Songs for “{plain(' '.join(result.known))}”{queue}: vote for what you want to hear."
    elif queue:
        found = "So I went by your queue alone: vote for what you want to hear."
    else:
        found = "So here is what many people like: vote for what you want to hear."
    words = "word" if len(result.unknown) == 1 else "words"
    unknown = f"I don't know the {words} {listed(result.unknown, plain)}." if result.unknown else ""
    return " ".join(part for part in (unknown, found) if part)


def voted(result: Voted, plain: Escape) -> str:
    """What became of a vote."""
    name = song(result.entry.track, plain)
    if result.taken_up:
        return f"{name} is in the queue now. Good choice!"
    said = {
        1: f"You voted for {name}",
        -1: f"You voted against {name}",
        0: f"You took your vote on {name} back",
    }
    tally = votes(result.entry)
    return f"{said[result.value]}{f' ({tally})' if tally else ''}."


def skipped(result: Skipped, plain: Escape) -> str:
    """How a vote to skip stands."""
    name = song(result.entry.track, plain)
    if not result.done:
        return f"{result.votes} of {result.needed} want to skip {name}."
    if result.playing is None:
        return f"Skipped {name}. The queue is empty: add a song, or ask for suggestions."
    return f"Skipped {name}. Now playing: {song(result.playing.track, plain)}"


def removed(entry: Entry, plain: Escape) -> str:
    """What became of `/remove`."""
    return f"Took {song(entry.track, plain)} out of the queue."


def undone(result: Undone, plain: Escape) -> str:
    """What `/undo` took back."""
    name = song(result.entry.track, plain)
    return {
        "add": f"Took {name} out again.",
        "vote": f"Your last vote on {name} is undone.",
        "remove": f"Put {name} back into the queue.",
        "skip": f"You no longer want to skip {name}.",
    }[result.kind]


def learning(on: bool) -> str:
    """How `/learn` stands, what is kept and what is not."""
    if on:
        return (
            "Learning is on here: the titles and artists of songs that this room queued and did not vote "
            "down may train my taste, past parties included. Who added or voted is never part of it."
        )
    return "Learning is off here: this room's songs and votes stay out of what I am trained on."
