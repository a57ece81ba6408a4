"""What is said of a party's past and of what the model thinks, and of what a room lets be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.party.errors import marked
from bot.party.results import Favourites, Forgotten, MemberStats, Stats, Why
from bot.party.words import Party, State
from bot.wording.playback import PlaybackReplies

MOST_SHARES = 8
"""So many songs and members are named by `why` before the others are added up."""
MOST_MEMBERS = 10
"""So many members are named in the numbers."""


class InsightReplies(PlaybackReplies):
    """The part of `Replies` that is about what was and why."""

    def favourites(self, found: Favourites) -> str:
        """Somebody's favourites, numbered, or why there are none."""
        if found.songs:
            told = self.say(marked("Your favourites, the latest first. Press a song to add it here."))
            songs = [self.song(each.track) for each in found.songs]
            return "\n".join([told, *(f"{self.strong(f'{n}.')} {song}" for n, song in enumerate(songs, 1))])
        if found.voted:
            return self.say(marked("That's all: your other favourites are already in the queue here."))
        return self.say(
            marked("You have no favourites yet. Vote 👍 for songs in any party to find them here.")
        )

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
        if result.stand_in is not None:
            told = marked("I only know the artist, so these points are for another song of theirs: {song}.")
            lines.append(self.say(told, song=self.song(result.stand_in)))
        songs = [(self.outside(share.name), share.logit) for share in result.songs]
        lines += self._shares(songs)
        lines.append(self._share(self.say(marked("how popular it is on its own")), result.start))
        lines.append(self._share(self.say(marked("what the queue adds to every song")), result.room))
        total = result.start + result.room + sum(share.logit for share in result.songs)
        lines.append(self._share(self.say(marked("in total")), total))
        if len(result.members) > 1:
            lines.append(self.say(marked("What each member's songs add:")))
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
                    "Longest streak: {name}, {number} song in a row without a skip.",
                    "Longest streak: {name}, {number} songs in a row without a skip.",
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
            return self.say(marked("The autopilot is off. Use /next when you want suggestions."))
        return self.count(
            "The autopilot is on: when no songs are left, I ask what's next, and pick a song if nobody does.",
            "The autopilot is on: when fewer than {number} songs are left, I ask what's next, "
            "and pick a song if nobody does.",
            below,
        )

    def learning(self, on: bool) -> str:
        """How `learn` stands, what is kept and what is not."""
        if on:
            return self.say(
                marked(
                    "Learning is on here: I may be trained on the titles and artists of songs "
                    "that this channel queued and didn't vote down, including past parties. "
                    "Who added or voted is never included."
                )
            )
        return self.say(marked("Learning is off here: I won't be trained on this channel's songs and votes."))

    def copied(self, at_ms: int) -> str:
        """When all parties were last copied, for whoever runs the bot; 0 for never."""
        if not at_ms:
            return self.say(marked("No safe copy of the parties has been made yet."))
        day, clock = self.language.day(at_ms), self.language.clock(at_ms)
        return self.say(marked("Last safe copy of all parties: {day}, {clock} UTC."), day=day, clock=clock)

    def forgotten(self, result: Forgotten) -> str:
        """What was erased."""
        songs = self.count("{number} song", "{number} songs", result.songs)
        votes = self.count("{number} vote", "{number} votes", result.votes)
        return self.say(
            marked(
                "Done. Your name and votes are gone from every party. The songs you added stay, "
                "without your name. That was {songs} and {votes}."
            ),
            songs=songs,
            votes=votes,
        )
