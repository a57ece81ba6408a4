"""What is said when a party ends, and of the night that it was."""

from __future__ import annotations

from bot.party.errors import marked
from bot.party.limits import HOUR_MS, MINUTE_MS
from bot.party.results import Ended, Night
from bot.wording.insight import InsightReplies

SEE_IT = marked("See the night")
"""What the link to a night's page is called."""
OVER = marked("This party is over")
BEGIN_ANEW = marked("`/add` a song to start a new one.")
"""What a card says of a party that is over."""
MOST_LOVED_SHOWN = 3
"""So many of the most loved songs stand on a chat's card of the night."""


class NightReplies(InsightReplies):
    """The part of `Replies` that is about parties that are over."""

    def ended(self, result: Ended, *, kept: bool) -> str:
        """What became of a party that somebody ended; `kept` where a link to its page stands below."""
        over = marked("The party is over, and this can't be undone. The next song starts a new one.")
        lines = [self.say(over)]
        if result.dropped:
            lines.append(
                self.count(
                    "{number} song didn't get its turn.",
                    "{number} songs didn't get their turn.",
                    result.dropped,
                )
            )
        if kept:
            lines.append(
                self.say(marked("What you played is on a page of its own, to keep and to share for 30 days."))
            )
        return "\n".join(lines)

    def night(self, night: Night) -> list[str]:
        """A night in a few lines: what it was, its numbers, and what was loved most."""
        lines = [f"🌙 {self.strong(self.say(marked('What a night!')))}", self.numbers(night)]
        loved = night.loved[:MOST_LOVED_SHOWN]
        if loved:
            lines.append(self.say(marked("Most loved:")))
            lines += [f"💛 {self.song(entry.track)} · {self.votes(entry)}" for entry in loved]
        return lines

    def numbers(self, night: Night) -> str:
        """How many songs, by how many people, and how long it was."""
        songs = self.count("{number} song", "{number} songs", night.played)
        people = self.count("{number} person", "{number} people", night.people)
        return f"{songs} · {people} · {self.lasted(night.ended_ms - night.started_ms)}"

    def lasted(self, duration_ms: int) -> str:
        """How long something was: hours and minutes, or the minutes of what was shorter than an hour."""
        hours, minutes = divmod(max(duration_ms, MINUTE_MS) // MINUTE_MS, HOUR_MS // MINUTE_MS)
        if not hours:
            return self.say(marked("{minutes} min"), minutes=minutes)
        return self.say(marked("{hours} h {minutes} min"), hours=hours, minutes=minutes)
