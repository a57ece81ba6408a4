"""What can be pressed and chosen under our messages; each says all it needs in its id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.party.domain import Entry, Mood
from bot.party.errors import BallotClosed, marked
from bot.wording.replies import Replies, short
from cogs.common import ZERO_WIDTH, Asked, Interaction, ask, explain

LABEL_LIMIT = 80
"""The longest label of a button that Discord takes, in characters."""
CHOICE_LIMIT = 100
"""The longest label of an option that Discord takes, in characters."""
WORDS_LIMIT = 60
"""So many characters of the words of a vibe fit into the id of its button."""
SIGNS = {+1: "👍", -1: "👎", 0: "↩️"}

AnyItem = ui.Item[Any]


class Pressed:
    """Takes a press to its subject, and tells what went wrong to whoever pressed."""

    private: ClassVar[bool] = False

    async def callback(self, interaction: Interaction) -> None:
        """Answers the press."""
        try:
            await self.press(await ask(interaction, private=self.private))
        except Exception as error:  # a button has no error hook of its own
            await explain(interaction, error)

    async def press(self, asked: Asked) -> None:
        """Does what the button is for."""
        raise NotImplementedError


class VoteButton(ui.Button[Any]):
    """Votes on one entry; what a press of it does is in `Vote`."""

    def __init__(
        self, entry_id: int, value: int, label: str = "", *, disabled: bool = False, on_card: bool = False
    ) -> None:
        super().__init__(
            label=short(label, LABEL_LIMIT) or None,
            emoji=SIGNS[value],
            style=discord.ButtonStyle.secondary,
            custom_id=f"encore:vote:{entry_id}:{value}{':queue' if on_card else ''}",
            disabled=disabled,
        )


@dataclass
class Vote(Pressed):
    """A press of a `VoteButton`: votes, and a second one takes the vote back.

    Nothing is pressed as often, and before a dynamic item is found the library makes each button of the
    clicked message anew, which takes an eighth of all that the event loop does in a rush.
    """

    ID: ClassVar = re.compile(r"encore:vote:(?P<entry>[0-9]{1,15}):(?P<value>-?1|0)(?P<card>:queue)?")

    entry_id: int
    value: int
    on_card: bool

    @classmethod
    def of(cls, custom_id: str) -> Vote | None:
        """The vote that a button's id stands for, if it is one."""
        match = cls.ID.fullmatch(custom_id)
        return cls(int(match["entry"]), int(match["value"]), bool(match["card"])) if match else None

    async def press(self, asked: Asked) -> None:
        """Counts the vote; the card shows it when it has rested, a ballot at once."""
        vote = asked.party.vote(asked.room, asked.member, self.entry_id, self.value, asked.key, toggle=True)
        try:
            result = await asked.soon(vote)
        except BallotClosed:
            if not self.on_card:
                await asked.client.suggest.close(asked, self.entry_id)
            raise
        if self.on_card or not result.ballot:
            await asked.noted()
        else:
            await asked.client.suggest.show(asked, result.ballot)


class DownSelect(Pressed, ui.DynamicItem[ui.Select[Any]], template=r"encore:down(?::(?P<page>[0-9]{1,4}))?"):
    """Votes against one of the songs on the card; chosen again, takes that back."""

    def __init__(self, shown: Sequence[Entry], before: int, replies: Replies) -> None:
        options = [
            discord.SelectOption(
                label=short(f"{before + i}. {entry.track.title} – {entry.track.artist}", CHOICE_LIMIT),
                value=str(entry.id),
                description=f"👎 {entry.downs}" if entry.downs else None,
            )
            for i, entry in enumerate(shown, start=1)
        ]
        super().__init__(
            ui.Select(
                custom_id="encore:down",
                placeholder=short(replies.say(marked("👎 Vote against a song")), 150),
                options=options,
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: AnyItem, match: re.Match[str], /) -> Self:
        """Makes the menu again; what was chosen is in the request."""
        made = cls.__new__(cls)
        ui.DynamicItem.__init__(made, item)
        return made

    async def press(self, asked: Asked) -> None:
        """Counts the vote against."""
        for entry_id in map(int, self.item.values):
            await asked.soon(asked.party.vote(asked.room, asked.member, entry_id, -1, asked.key, toggle=True))
        await asked.noted()


class SkipButton(Pressed, ui.DynamicItem[ui.Button[Any]], template=r"encore:skip:(?P<entry>[0-9]{1,15})"):
    """Votes to skip the song that it was shown with, and no other."""

    def __init__(self, entry_id: int, label: str = "") -> None:
        self.entry_id = entry_id
        super().__init__(
            ui.Button(
                label=label or None,
                emoji="⏭️",
                style=discord.ButtonStyle.secondary,
                custom_id=f"encore:skip:{entry_id}",
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: AnyItem, match: re.Match[str], /) -> Self:
        """Makes the button again from its id alone."""
        return cls(int(match["entry"]))

    async def press(self, asked: Asked) -> None:
        """Counts the wish."""
        await asked.soon(asked.party.skip(asked.room, asked.member, asked.key, self.entry_id))
        await asked.noted()


class PauseButton(Pressed, ui.DynamicItem[ui.Button[Any]], template=r"encore:(?P<what>pause|play)"):
    """Lets the party stand still or go on, as `/pause` and `/play` do."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            ui.Button(
                emoji="⏸️" if what == "pause" else "▶️",
                style=discord.ButtonStyle.secondary,
                custom_id=f"encore:{what}",
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: AnyItem, match: re.Match[str], /) -> Self:
        """Makes the button again from its id alone."""
        return cls(match["what"])

    async def press(self, asked: Asked) -> None:
        """Does it if the member may; the card shows it once it has rested."""
        if self.what == "pause":
            await asked.soon(asked.party.pause(asked.room, asked.member, asked.key))
        else:
            await asked.soon(asked.party.play(asked.room, asked.member, asked.key))
        await asked.noted()


class PageButton(Pressed, ui.DynamicItem[ui.Button[Any]], template=r"encore:page:(?P<page>[0-9]{1,3})"):
    """Turns the card's page, for everybody."""

    def __init__(self, page: int, label: str = "") -> None:
        self.page = page
        super().__init__(
            ui.Button(
                label=label or None, style=discord.ButtonStyle.secondary, custom_id=f"encore:page:{page}"
            )
            if page >= 0
            else ui.Button(label=label, custom_id="encore:page:0", disabled=True)
        )

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: AnyItem, match: re.Match[str], /) -> Self:
        """Makes the button again from its id alone."""
        return cls(int(match["page"]), "·")

    async def press(self, asked: Asked) -> None:
        """Shows the page with the card's next edit."""
        await asked.noted()
        asked.client.live.turn(asked.room, self.page)


class NextButton(Pressed, ui.DynamicItem[ui.Button[Any]], template=r"encore:next"):
    """Asks for suggestions, as `/next` does."""

    def __init__(self, label: str = "·") -> None:
        super().__init__(
            ui.Button(
                label=short(label, LABEL_LIMIT),
                emoji="✨",
                style=discord.ButtonStyle.primary,
                custom_id="encore:next",
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: AnyItem, match: re.Match[str], /) -> Self:
        """Makes the button again."""
        return cls()

    async def press(self, asked: Asked) -> None:
        """Posts a ballot."""
        await asked.client.suggest.offer(asked)


class MoreButton(
    Pressed,
    ui.DynamicItem[ui.Button[Any]],
    template=r"encore:more:(?P<mood>safe|balanced|adventurous):(?P<count>[1-5])(?::(?P<words>.{1,60}))?",
):
    """Puts other suggestions of the same kind into a ballot's place."""

    def __init__(self, mood: Mood, count: int, words: str = "", label: str = "·") -> None:
        self.mood = mood
        self.count = count
        self.words = words
        named = f":{words}" if 0 < len(words) <= WORDS_LIMIT else ""
        super().__init__(
            ui.Button(
                label=short(label, LABEL_LIMIT),
                emoji="🔀",
                style=discord.ButtonStyle.secondary,
                custom_id=f"encore:more:{mood}:{count}{named}",
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: AnyItem, match: re.Match[str], /) -> Self:
        """Makes the button again from its id alone."""
        return cls(Mood(match["mood"]), int(match["count"]), match["words"] or "")

    async def press(self, asked: Asked) -> None:
        """Asks for other songs; none that was offered in the last ten minutes comes again."""
        await asked.client.suggest.offer(asked, self.count, self.mood, self.words, instead=True)


BUTTONS: tuple[type[ui.DynamicItem[Any]], ...] = (
    DownSelect,
    SkipButton,
    PauseButton,
    PageButton,
    NextButton,
    MoreButton,
)


def copied(text: str) -> str:
    """A text without the signs that our escapes put into it: people copy from our messages."""
    return text.replace(ZERO_WIDTH, "").strip()
