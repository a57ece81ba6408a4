"""The party and its ballots as Discord messages, with vote buttons that outlive a restart of the bot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot import replies
from bot.domain import Entry, Party, State
from cogs.common import explain, key_of, member_of, party_of, plain, room_of

WARM = discord.Colour(0xF2A65A)
SHOWN = 10
"""How many waiting songs a queue message shows."""
ROWS = 5
"""How many rows of buttons a message has room for."""
SIGNS = {+1: "👍", -1: "👎", 0: "↩️"}
LABEL_LIMIT = 80
"""The longest label of a button that Discord takes, in characters."""
TEXT_LIMIT = 4096
"""The longest description of an embed that Discord takes, in characters."""


class VoteButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"encore:vote:(?P<entry>[0-9]{1,15}):(?P<value>-?1|0)(?P<queue>:queue)?",
):
    """Votes on one entry, or takes a vote back; it refreshes the queue or the ballot that it stands in."""

    def __init__(
        self,
        entry_id: int,
        value: int,
        label: str = "",
        *,
        row: int | None = None,
        disabled: bool = False,
        in_queue: bool = False,
    ) -> None:
        self.entry_id = entry_id
        self.value = value
        self.in_queue = in_queue
        super().__init__(
            discord.ui.Button(
                label=replies.short(label, LABEL_LIMIT) or None,
                emoji=SIGNS[value],
                style=discord.ButtonStyle.secondary,
                custom_id=f"encore:vote:{entry_id}:{value}{':queue' if in_queue else ''}",
                row=row,
                disabled=disabled,
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Makes the button again from its id alone."""
        return cls(int(match["entry"]), int(match["value"]), in_queue=bool(match["queue"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Counts the vote and shows how the vote stands, in the message itself."""
        try:
            await interaction.response.defer()
            party, room = party_of(interaction), room_of(interaction)
            result = await party.vote(
                room, member_of(interaction), self.entry_id, self.value, key_of(interaction)
            )
            if self.in_queue:
                embed, view = queue_card(await party.party(room))
            else:
                embed, view = ballot_card(result.ballot)
            await interaction.edit_original_response(embed=embed, view=view)
        except Exception as error:  # a button has no error hook of its own
            await explain(interaction, error)


def ballot_card(ballot: Sequence[Entry]) -> tuple[discord.Embed, discord.ui.View]:
    """Suggestions with match, reason and votes, and their vote buttons."""
    lines = [
        f"**{number}. {replies.song(entry.track, plain)}**{_standing(entry)}\n"
        f"{replies.match(entry)} · {replies.because(entry, plain)}"
        for number, entry in enumerate(ballot, start=1)
    ]
    embed = discord.Embed(title="What next?", description=_fitting(lines), colour=WARM)
    embed.set_footer(text="Vote 👍 and it is queued. Vote 👎 and I learn.")
    view = discord.ui.View(timeout=None)
    if len(ballot) <= ROWS:
        for row, entry in enumerate(ballot):
            _add_votes(view, entry, row)
    else:
        for number, entry in enumerate(ballot, start=1):
            for value in (+1, -1):
                label = str(number) if value > 0 else ""
                view.add_item(_button(entry, value, label, (number - 1) // 2))
    return embed, view


def _fitting(lines: Sequence[str]) -> str:
    """As many lines as an embed takes; only hostile names are ever that long."""
    text = "\n".join(lines)
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT].rpartition("\n")[0]


def _standing(entry: Entry) -> str:
    """What has become of a suggestion."""
    tally = replies.votes(entry)
    became = {
        State.SUGGESTED: "",
        State.QUEUED: "✅ queued",
        State.PLAYING: "▶ playing",
        State.PLAYED: "✔ played",
        State.SKIPPED: "⏭ skipped",
        State.REMOVED: "✖ taken out",
    }[entry.state]
    return "".join(f" · {each}" for each in (tally, became) if each)


def queue_card(party: Party) -> tuple[discord.Embed, discord.ui.View]:
    """What plays and what waits, with vote buttons for the waiting songs."""
    shown = party.queue[:SHOWN]
    lines = [f"**{number}.** {_line(entry)}" for number, entry in enumerate(shown, start=1)]
    if len(party.queue) > SHOWN:
        lines.append(f"… and {len(party.queue) - SHOWN} more")
    if party.playing is not None:
        lines.insert(0, f"▶ **Now playing:** {_line(party.playing)}\n")
    empty = "Nothing here yet. `/add` a song and it starts, or ask me what's `/next`."
    embed = discord.Embed(title="The queue", description=_fitting(lines) or empty, colour=WARM)
    view = discord.ui.View(timeout=None)
    for row, entry in enumerate(shown[:ROWS]):
        _add_votes(view, entry, row, in_queue=True)
    return embed, view


def _add_votes(view: discord.ui.View, entry: Entry, row: int, *, in_queue: bool = False) -> None:
    """A row of buttons: for, against, and taking one's vote back."""
    for value in (+1, -1, 0):
        label = f"{row + 1}. {entry.track.title}" if value > 0 else ""
        view.add_item(_button(entry, value, label, row, in_queue=in_queue))


def _line(entry: Entry) -> str:
    parts = (
        replies.song(entry.track, plain),
        replies.votes(entry),
        replies.by(entry.added_by, plain),
    )
    return " · ".join(part for part in parts if part)


def _button(entry: Entry, value: int, label: str, row: int, *, in_queue: bool = False) -> VoteButton:
    over = entry.state not in {State.SUGGESTED, State.QUEUED, State.PLAYING}
    return VoteButton(entry.id, value, label, row=row, disabled=over, in_queue=in_queue)
