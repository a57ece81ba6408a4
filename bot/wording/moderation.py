"""What is said of whom and what a room keeps out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.party.errors import marked
from bot.party.results import BlockedMember
from bot.party.words import Blocked, Member, Track
from bot.wording.base import LONGEST_NAME, MOST_LISTED
from bot.wording.nights import NightReplies


class ModerationReplies(NightReplies):
    """The part of `Replies` that is for moderators."""

    def person(self, member: Member) -> str:
        """A blocked member's name; with the id where nobody could read it, or where it was erased."""
        name = self.name(member.name)
        if any(sign.isalnum() for sign in name):
            return name
        return f"{name} (ID {self.outside(member.user_id, LONGEST_NAME)})".strip()

    def blocked_member(self, result: BlockedMember) -> str:
        """What became of blocking a member."""
        said = self.say(
            marked("{name} is blocked: they can look, but not take part. Use /unblock to let them back in."),
            name=self.person(result.member),
        )
        if not result.songs:
            return said
        gone = self.count(
            "I removed their waiting song.", "I removed their {number} waiting songs.", result.songs
        )
        return f"{said} {gone}"

    def blocked_song(self, track: Track) -> str:
        """What became of blocking a song."""
        return self.say(
            marked("{song} is blocked here, in every version. Use /unblock to allow it again."),
            song=self.song(track),
        )

    def unblocked(self, those: Sequence[Member | Track]) -> str:
        """What became of unblocking."""
        lines = [
            self.say(marked("{name} can take part again."), name=self.person(each))
            if isinstance(each, Member)
            else self.say(marked("{song} can be added again."), song=self.song(each))
            for each in those
        ]
        return "\n".join(lines) or self.say(marked("Unblocked."))

    def blocked(self, blocked: Blocked) -> list[str]:
        """Whom and what the room keeps out."""
        if not (blocked.members or blocked.songs):
            return [self.say(marked("Nothing is blocked here. Use /block with a member or a song."))]
        lines = []
        if blocked.members:
            lines.append(self.say(marked("Blocked members:")))
            lines += [f"• {self.person(each)}" for each in blocked.members[:MOST_LISTED]]
            rest = len(blocked.members) - MOST_LISTED
            if rest > 0:
                lines.append(self.count("{number} more", "{number} more", rest))
        if blocked.songs:
            lines += [self.say(marked("Blocked songs:")), *self.named(blocked.songs)]
        return [*lines, self.say(marked("Use /unblock to let one back in."))]
