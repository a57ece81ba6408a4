"""Every way a request or a start can fail, worded once, for people.

EncoreError
├── StartError              the bot cannot start: one line, exit code 2
└── PartyError              a request that cannot be met: one private sentence, nothing changed
    ├── EmptyText
    ├── TextTooLong
    ├── UnknownSong
    ├── UnknownLink
    ├── QueueFull
    ├── NothingPlaying
    ├── NoSuchEntry
    ├── NotYours
    ├── ModeratorsOnly
    ├── AlreadyOver
    ├── NothingToUndo
    ├── NothingToSuggest
    ├── NotUnderstood
    ├── NameNeeded
    ├── NameTaken
    └── TooFast
"""

from __future__ import annotations


class EncoreError(Exception):
    """Something that a person should be told in its own words."""


class StartError(EncoreError):
    """The bot cannot start; the text names the thing and the mend."""


class PartyError(EncoreError):
    """A request that cannot be met; the text says what happened and what to do. The party is unchanged."""


class EmptyText(PartyError):
    """Something was asked for without letters or digits."""

    def __init__(self, needed: str = "a song for that: type a title, an artist, or both") -> None:
        super().__init__(f"I need {needed}.")


class TextTooLong(PartyError):
    """A text that neither a song's name nor a few words can be."""

    def __init__(self, longest: int) -> None:
        super().__init__(f"That is too long for me. Keep it to {longest} characters.")


class UnknownSong(PartyError):
    """The catalogue has nothing close, and the text does not say which part is the artist."""

    def __init__(self, text: str, nearest: str | None = None) -> None:
        hint = f" Did you mean {nearest}?" if nearest else ""
        super().__init__(f"I don't know “{text}”.{hint} To queue it all the same, type it as: title - artist")


class UnknownLink(PartyError):
    """A link that is no track, or whose track the catalogue does not hold."""

    def __init__(self, text: str = "that link") -> None:
        super().__init__(
            f"I can't find a song behind {text}. I know many Spotify track links; "
            "otherwise type it as: title - artist"
        )


class QueueFull(PartyError):
    """No more songs fit in."""

    def __init__(self, longest: int) -> None:
        super().__init__(f"The queue is full ({longest} songs). Let a few play first, then add again.")


class NothingPlaying(PartyError):
    """There is no song to skip."""

    def __init__(self) -> None:
        super().__init__("Nothing is playing. Add a song and it starts.")


class NoSuchEntry(PartyError):
    """An entry that this party does not have, or has no more."""

    def __init__(self) -> None:
        super().__init__("That song isn't in this party's queue any more. Look at the queue and pick again.")


class NotYours(PartyError):
    """Only the adder or a moderator may do this."""

    def __init__(self) -> None:
        super().__init__("Only who added a song, or a moderator, can take it out. You can vote it down.")


class ModeratorsOnly(PartyError):
    """Only a moderator may choose this for the room."""

    def __init__(self) -> None:
        super().__init__("Only who may manage this server can choose that. Ask one of them.")


class AlreadyOver(PartyError):
    """A vote on a song that is over."""

    def __init__(self) -> None:
        super().__init__("That song is over or out of the queue, so votes no longer count for it.")


class NothingToUndo(PartyError):
    """The member has done nothing here that can be taken back."""

    def __init__(self) -> None:
        super().__init__("There is nothing of yours to undo here. Songs that are over stay over.")


class NothingToSuggest(PartyError):
    """Every song the model knows is queued, played or unwanted."""

    def __init__(self) -> None:
        super().__init__("I have no song left that this party hasn't had. Add one of your own.")


class NotUnderstood(PartyError):
    """A request that no front door of ours sends."""

    def __init__(self) -> None:
        super().__init__("I didn't understand that. Reload the page, or run the command again.")


class NameNeeded(PartyError):
    """Someone without a name wants to change a party."""

    def __init__(self) -> None:
        super().__init__("Tell the room your name first: 1 to 32 letters or digits.")


class NameTaken(PartyError):
    """The name belongs to somebody else in this room."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Somebody here is called {name} already. Pick another name.")


class TooFast(PartyError):
    """More requests than people make."""

    def __init__(self) -> None:
        super().__init__("Slow down a little: that was too much at once. Try again in a moment.")
