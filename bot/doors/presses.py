"""What can be pressed and chosen under our messages, and what a press does; each says all it needs in its id.

So buttons work after a restart too, and the same ids serve every chat.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.doors.answers import Again, Answer, OfferDevices, OfferFavourites, Question, Said, ShowBallot
from bot.doors.ask import Ask
from bot.doors.favourites import AddFavourites, OlderFavourites
from bot.doors.handlers import favourites, look, sound, suggestions
from bot.doors.meant import named
from bot.metrics import Measured
from bot.party.errors import BallotClosed, NotUnderstood, PartyError, marked
from bot.party.limits import USUAL_SUGGESTIONS
from bot.party.songs import AS_TYPED, CHOSEN
from bot.party.words import Entry, Mood
from bot.wording.replies import Replies

NEXT, PAUSE, PLAY, DOWN = "encore:next", "encore:pause", "encore:play", "encore:down"
DEVICE = "encore:device"
ID_LIMIT, LABEL_LIMIT = 100, 75
"""The longest id and label of a button that every chat takes, in characters."""
WORDS_LIMIT = 60
"""So many characters of the words of a vibe fit into the id of its button."""
_VOTE = re.compile(r"encore:vote:([0-9]{1,15}):(-?1|0)(:queue)?")
_SKIP = re.compile(r"encore:skip:([0-9]{1,15})")
_PAGE = re.compile(r"encore:page:([0-9]{1,3})")
_MORE = re.compile(r"encore:more:(safe|balanced|adventurous):([1-5])(?::(.{1,60}))?")
_ADD = re.compile(rf"encore:add:((?:{CHOSEN}|{AS_TYPED}).+)", re.DOTALL)
_FORGET = re.compile(r"encore:forget:([0-9A-Za-z]{1,20})")
_ENTRY = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote on an entry, on the card or on a ballot; pressed again it takes the vote back."""

    entry_id: int
    value: int
    on_card: bool = False

    @property
    def id(self) -> str:
        """The button's id."""
        return f"encore:vote:{self.entry_id}:{self.value}{':queue' if self.on_card else ''}"

    @classmethod
    def read(cls, custom_id: str) -> Vote | None:
        """The vote that a button's id stands for, if it is one."""
        match = _VOTE.fullmatch(custom_id)
        return cls(int(match[1]), int(match[2]), bool(match[3])) if match else None


@dataclass(frozen=True, slots=True)
class Skip:
    """A wish to skip the song that the button was shown with, and no other."""

    entry_id: int

    @property
    def id(self) -> str:
        """The button's id."""
        return f"encore:skip:{self.entry_id}"


@dataclass(frozen=True, slots=True)
class Add:
    """A song that was offered because it was not sure which was meant, or what was typed as it is."""

    song: str  # as the argument of the command that adds: `track:` and an id, or `typed:` and a text

    @property
    def id(self) -> str:
        """The button's id."""
        return f"encore:add:{self.song}"


@dataclass(frozen=True, slots=True)
class TurnPage:
    """Another page of the card, for everybody."""

    page: int

    @property
    def id(self) -> str:
        """The button's id."""
        return f"encore:page:{self.page}"


@dataclass(frozen=True, slots=True)
class More:
    """Other suggestions of the same kind in a ballot's place."""

    again: Again

    @property
    def id(self) -> str:
        """The button's id; words that are too long for it are left out."""
        words = self.again.words
        named = f":{words}" if 0 < len(words) <= WORDS_LIMIT else ""
        return f"encore:more:{self.again.mood}:{self.again.count}{named}"

    @classmethod
    def read(cls, custom_id: str) -> More | None:
        """What a button's id asks for again, if it is such a button."""
        match = _MORE.fullmatch(custom_id)
        return cls(Again(Mood(match[1]), int(match[2]), match[3] or "")) if match else None


@dataclass(frozen=True, slots=True)
class Forget:
    """Erasure, for the member who asked for it."""

    user_id: str

    @property
    def id(self) -> str:
        """The button's id."""
        return f"encore:forget:{self.user_id}"


@dataclass(frozen=True, slots=True)
class Choose:
    """Something chosen from a menu whose id is all there is to know: `what` is one of the ids above."""

    what: str
    chosen: str = ""


Press = Vote | Skip | Add | TurnPage | More | Forget | AddFavourites | OlderFavourites | Choose


@dataclass(frozen=True, slots=True)
class Noted:
    """Nothing is said: what was pressed shows by itself."""


@dataclass(frozen=True, slots=True)
class UpdateBallot:
    """The ballot that was clicked, as it stands; `error` is told besides."""

    ballot: Sequence[Entry]
    error: PartyError | None = None


@dataclass(frozen=True, slots=True)
class Replace:
    """An answer in the place of the message that was clicked."""

    answer: Said | ShowBallot | OfferFavourites


@dataclass(frozen=True, slots=True)
class Settled:
    """A question is answered: it goes from the message that was clicked, and a text takes its place."""

    text: str
    press: Add


Outcome = Noted | TurnPage | UpdateBallot | Replace | Settled | Answer


def choices(question: Question, words: Replies) -> list[tuple[str, str]]:
    """The buttons under a question, the label and the id of each: the songs, and what was typed as it is."""
    offered = [
        (named(track, LABEL_LIMIT), Add(f"{CHOSEN}{track.track_id}").id)
        for track in question.offered
        if track.track_id
    ]
    typed = Add(f"{AS_TYPED}{question.typed}").id
    as_typed = [(words.say(marked("As I typed it")), typed)] if len(typed) <= ID_LIMIT else []
    return [each for each in [*offered, *as_typed] if len(each[1]) <= ID_LIMIT]


def read(custom_id: str, chosen: str = "") -> Press | None:
    """What was pressed or chosen; None for an id that is none of ours.

    Args:
        custom_id: of the button or menu.
        chosen: the value, of a menu.
    """
    if press := Vote.read(custom_id) or More.read(custom_id):
        return press
    if wish := AddFavourites.read(custom_id) or OlderFavourites.read(custom_id):
        return wish
    if match := _SKIP.fullmatch(custom_id):
        return Skip(int(match[1]))
    if match := _PAGE.fullmatch(custom_id):
        return TurnPage(int(match[1]))
    if match := _ADD.fullmatch(custom_id):
        return Add(match[1])
    if match := _FORGET.fullmatch(custom_id):
        return Forget(match[1])
    return Choose(custom_id, chosen) if custom_id in _CHOICES else None


def is_private(press: Press) -> bool:
    """Whether nobody but who presses sees the message that is pressed on."""
    return isinstance(press, Forget | Add | AddFavourites | OlderFavourites) or (
        isinstance(press, Choose) and press.what == DEVICE
    )


async def act(ask: Ask, press: Press) -> Outcome:
    """Does what was pressed.

    Raises:
        PartyError: it cannot be.
    """
    with Measured(f"button {_kind(press)}", ask.door):
        return await _act(ask, press)


def _kind(press: Press) -> str:
    """What was pressed, in a word."""
    return press.what.rpartition(":")[2] if isinstance(press, Choose) else type(press).__name__.casefold()


async def _act(ask: Ask, press: Press) -> Outcome:
    match press:
        case Vote():
            return await _vote(ask, press)
        case Skip(entry_id):
            skipped = await ask.party.queue.skip(ask.room, ask.member, ask.key, entry_id)
            return Said(ask.words.skipped(skipped)) if skipped.at_once else Noted()
        case Add(song):
            added = await ask.party.queue.add(ask.room, ask.member, song, ask.key)
            return Settled(ask.own.added(added), press)
        case TurnPage():  # for everybody
            await ask.party.blocks.let_in(ask.room, ask.member)
            return press
        case More(again):
            ballot = await suggestions.more(ask, again)
            return Replace(ballot) if isinstance(ballot, ShowBallot) else ballot
        case Forget(user_id):
            if user_id != ask.member.user_id:
                raise NotUnderstood
            erased = await look.delete_my_data(ask, "yes")
            return Replace(erased) if isinstance(erased, Said) else erased
        case AddFavourites(newest, oldest, before):
            return Replace(await favourites.add(ask, newest, oldest, before))
        case OlderFavourites(before):
            return Replace(await favourites.page(ask, before))
        case Choose(what, chosen):
            return await _CHOICES[what](ask, chosen)


async def _vote(ask: Ask, press: Vote) -> Outcome:
    """Counts a vote; the card shows it when it has rested, a ballot at once."""
    try:
        result = await ask.party.ballots.vote(
            ask.room, ask.member, press.entry_id, press.value, ask.key, toggle=True
        )
    except BallotClosed as closed:
        if press.on_card:
            raise
        ballot = await ask.party.ballots.of(ask.room, press.entry_id)
        if not ballot:
            raise
        return UpdateBallot(ballot, closed)
    return Noted() if press.on_card or not result.ballot else UpdateBallot(result.ballot)


async def _down(ask: Ask, chosen: str) -> Outcome:
    if not _ENTRY.fullmatch(chosen):
        raise NotUnderstood
    return await _vote(ask, Vote(int(chosen), -1, on_card=True))


async def _next(ask: Ask, chosen: str) -> Outcome:
    return await suggestions.next_songs(ask, USUAL_SUGGESTIONS)


async def _pause(ask: Ask, chosen: str) -> Outcome:
    await ask.party.playback.pause(ask.room, ask.member, ask.key)
    return Noted()


async def _play(ask: Ask, chosen: str) -> Outcome:
    """Resumes what is paused; if nothing is, this is the second half of a double click."""
    if not (await ask.party.insight.now(ask.room, history=0)).paused:
        return Noted()
    played = await sound.play(ask)
    return played if isinstance(played, OfferDevices) else Noted()


async def _device(ask: Ask, chosen: str) -> Outcome:
    played = await ask.party.playback.choose_device(ask.room, ask.member, chosen, ask.key)
    return Replace(Said(ask.own.played(played)))


_CHOICES = {NEXT: _next, PAUSE: _pause, PLAY: _play, DOWN: _down, DEVICE: _device}
