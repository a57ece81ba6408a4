"""Every way a request or a start can fail, worded once, for people.

Spotify's are in `bot.playback.errors`, and what only Slack refuses is in `bot.slack.errors`.

EncoreError
├── StartError              the bot cannot start: one line and an exit code (NotReached)
└── PartyError              a request that cannot be met: one private sentence, nothing changed
    ├── EmptyText (NoWords), TextTooLong, NotUnderstood (WrongUsage), OutOfRange, NoMoment
    ├── UnsureSong, UnknownLink (SeveralSongs, UnknownChoice, ShortLink), NoSongInMessage, TooManyLines
    ├── ListTooLarge, NotAList, EmptyList, FileLost
    ├── QueueFull, TooManyOfYours, PlayedLately, ExplicitSong, SongTooLong, SongBlocked
    ├── NothingPlaying, AlreadyOver (BallotClosed), NothingToEnd, NightGone, NightKept
    ├── NoSuchEntry, NothingToUndo, NothingToSuggest (NothingToPlay)
    ├── NothingToShow (NoMap)
    ├── UnknownToModel, NotAFavourite
    ├── RightsError         worded for rooms of chats and for rooms with a host
    │   ├── NotYours, ModeratorsOnly, ManagersOnly (OwnersOnly), KeptOut, NotModerators, Kicked, CannotKick
    │   └── VisitorsLook, VisitorsVote, AddingLocked, JoiningLocked
    ├── TooNewToVote, TooNewToSkip
    ├── NotYourself, NoSuchPerson (PersonGone), NotBlocked, TooManyBlocked, TooManyDJs
    ├── ServersOnly, NotInvited, NoGuests, NotHere, NotDrawn
    ├── NameNeeded, NameTaken (NameReserved), TooFast
    ├── LinkGone, TooManyParties, RoomFull, HouseFull, TooManyFromHere, TooSlow
    ├── Unsaved                 what the database has to do with
    │   └── Interrupted         worth trying again: Unread, PerhapsSaved
    └── SpotifyError            what Spotify has to do with
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from bot.party.words import Room, Track

CANNOT_START = 2
"""The exit code of a bot that cannot start."""
NOT_AS_CONFIGURED = 78
"""The exit code (EX_CONFIG of sysexits.h) when trying again unchanged does harm: Discord counts logins."""


def marked(message: str) -> str:
    """Marks a text for the translators; it is translated where it is shown."""
    return message


def counted(one: str, many: str) -> tuple[str, str]:
    """Marks a text that depends on its `{number}`."""
    return one, many


class EncoreError(Exception):
    """Something that a person should be told in its own words."""


class StartError(EncoreError):
    """The bot cannot start; the text names the thing and the mend."""

    def __init__(self, text: str, code: int = CANNOT_START) -> None:
        super().__init__(text)
        self.code = code


class NotReached(StartError):
    """A service does not answer, so that nothing can be said of how the bot is set up there."""


class PartyError(EncoreError):
    """A request that cannot be met; the text says what happened and what to do. The party is unchanged.

    Each class has one sentence, `text`, or two that depend on a number. Its arguments fill the braces that
    `named` lists, in that order. `message` is the sentence in English and the key of its translations; where
    a `number` is among its `parts`, `many` is the sentence for any other number than one.
    """

    text: ClassVar[str | tuple[str, str]]
    named: ClassVar[tuple[str, ...]] = ()
    message: str
    many: str | None

    def __init__(self, *values: Any) -> None:
        self._say(self.text, **dict(zip(self.named, values, strict=True)))

    def _say(self, sentence: str | tuple[str, str], /, **parts: Any) -> None:
        self.message, self.many = (sentence, None) if isinstance(sentence, str) else sentence
        self.parts = parts
        several = self.many is not None and parts["number"] != 1
        super().__init__((self.many if self.many and several else self.message).format(**parts))


class RightsError(PartyError):
    """Something that the member may not do here; in a room on the page `hosted` says so, for it has a host.

    Args:
        room: where that is; a room of a chat if left out.
    """

    hosted: ClassVar[str]

    def __init__(self, room: Room | None = None) -> None:
        self._say(self.hosted if room is not None and room.platform == "web" else self.text)


class SpotifyError(PartyError):
    """A request that has to do with Spotify and cannot be met; the party goes on without."""


class EmptyText(PartyError):
    """Something was asked for without letters or digits."""

    text = marked("I need a song for that: type a title, an artist, or both.")


class NoWords(EmptyText):
    """A party in words was asked for without a word."""

    text = marked("I need a word or two in English: an era, a style or a mood, like 90s rock.")


class TextTooLong(PartyError):
    """A text that neither a song's name nor a few words can be."""

    text = marked("That's too long for me. Keep it to {longest} characters.")
    named = ("longest",)


class NotUnderstood(PartyError):
    """A request that no front door of ours sends."""

    text = marked("I didn't understand that. Reload the page, or run the command again.")


class WrongUsage(NotUnderstood):
    """A command with something behind it that does not belong there, or without what does."""

    text = marked("I didn't understand that. Use it like this: {usage}")
    named = ("usage",)


class OutOfRange(PartyError):
    """A number that is too small or too large."""

    text = marked("Pick a number from {least} to {most}.")
    named = ("least", "most")


class NoMoment(PartyError):
    """What should be a place in a song is none."""

    text = marked("Tell me where to go: a time like 1:23, or a step in seconds like +30 or -10.")


class UnsureSong(PartyError):
    """Several songs may be meant, or one that is spelt otherwise.

    Args:
        typed: what was asked for.
        offered: the songs, likeliest first.
    """

    text = marked("I'm not sure which song “{text}” is. Did you mean {nearest}?")

    def __init__(self, typed: str, offered: Sequence[Track]) -> None:
        self.typed = typed
        self.offered = tuple(offered)
        nearest = " / ".join(f"{track.title} – {track.artist}" for track in offered)
        self._say(self.text, text=typed, nearest=nearest)


class UnknownLink(PartyError):
    """A link that is no track, or whose track the catalogue does not hold."""

    text = marked(
        "I can't find a song at that link. Many Spotify song links work. If yours doesn't, type: "
        "title - artist"
    )


class SeveralSongs(UnknownLink):
    """A link to more than a song, where one is asked for."""

    text = marked("That link is a whole album or playlist. Import all of it with /import.")


class UnknownChoice(UnknownLink):
    """A choice from a list that was never offered."""

    text = marked("I can't find that song. Pick another one, or type it as: title - artist")


class NoSongInMessage(PartyError):
    """A message without a song in it."""

    text = marked("I can't find a song in that message. It needs a Spotify link, or a title and an artist.")


class TooManyLines(PartyError):
    """More songs at once than one request may hold."""

    text = marked("That's too many songs at once. Send me up to {most}.")
    named = ("most",)


class ListTooLarge(PartyError):
    """A file or text of more bytes than a list of songs has."""

    text = marked("That list is too big for me. Keep it under {most} MB, or send it in parts.")
    named = ("most",)


class NotAList(PartyError):
    """A file of another kind, or a broken one."""

    text = marked(
        "That file isn't a list of songs I can read. Send me a CSV, M3U, PLS, XSPF, JSPF, JSON or text file."
    )


class FileLost(PartyError):
    """A file that a chat does not hand over, or not in time; why is in the log."""

    text = marked("I couldn't download that file. Try again, or send the file once more.")


class EmptyList(PartyError):
    """A list without a song in it."""

    text = marked(
        "I can't find a song in that list. Put each song on its own line, like this: title - artist"
    )


class QueueFull(PartyError):
    """No more songs fit in."""

    text = marked("The queue is full ({longest} songs). Let a few play, then add more.")
    named = ("longest",)


class TooManyOfYours(PartyError):
    """The room lets nobody have more songs waiting."""

    text = counted(
        "You already have one song waiting, the limit here. Let it play, or remove it with /remove.",
        "You already have {number} songs waiting, the limit here. Let one play, or remove one with /remove.",
    )
    named = ("number",)


class PlayedLately(PartyError):
    """The room lets a song rest before it plays again."""

    text = counted(
        "That song was played a short while ago. You can add it again in a minute.",
        "That song was played a short while ago. You can add it again in {number} minutes.",
    )
    named = ("number",)


class ExplicitSong(PartyError):
    """The room keeps out songs that are marked explicit."""

    text = marked("That song is marked explicit, and those aren't allowed here. Try a clean version.")


class SongTooLong(PartyError):
    """The room keeps out songs that are longer than so many minutes."""

    text = counted(
        "Songs here can be one minute long at most, and that one lasts {length}. Pick a shorter one.",
        "Songs here can be {number} minutes long at most, and that one lasts {length}. Pick a shorter one.",
    )
    named = ("number", "length")


class SongBlocked(PartyError):
    """A moderator has blocked the song here."""

    text = marked("That song is blocked here. Pick another one.")


class NothingPlaying(PartyError):
    """There is no song to skip."""

    text = marked("Nothing is playing. Add a song to get started.")


class AlreadyOver(PartyError):
    """A vote on a song that is over."""

    text = marked("That song has ended or left the queue, so votes for it no longer count.")


class BallotClosed(AlreadyOver):
    """A vote on a suggestion after its time."""

    text = marked("Voting on that has ended. Get new suggestions with /next.")


class NothingToEnd(PartyError):
    """A party without a song, or one that is over, was to be ended."""

    text = marked("There's no party to end here. Add a song to start one.")


class NightGone(PartyError):
    """No page is kept under this link: it was guessed, or its time is over."""

    text = marked("There's no night at this link. They're kept for 30 days, then they're gone.")


class NightKept(PartyError):
    """A party is over, and has a page: told to everybody who looks on."""

    text = marked("The party is over. What you played is on a page of its own, to keep for 30 days.")


class NoSuchEntry(PartyError):
    """An entry that this party does not have, or has no more."""

    text = marked("That song isn't in the queue any more. Check the queue and pick again.")


class NothingToUndo(PartyError):
    """The member has done nothing here that can be taken back."""

    text = marked("You have nothing to undo here. Songs that have ended can't come back.")


class NothingToSuggest(PartyError):
    """Every song the model knows is queued, played or unwanted."""

    text = marked("I'm out of songs that are new to this party. Add one of your own.")


class NothingToPlay(NothingToSuggest):
    """Every song that can sound is queued, played or unwanted, where only these are suggested."""

    text = marked(
        "I'm out of songs that I can play here and that are new to this party. "
        "Add one of your own, or let me suggest other songs in /settings."
    )


class NothingToShow(PartyError):
    """A party without songs has no map and no file."""

    text = marked("There's nothing to show here yet. Add songs with /add, let one play, then try again.")


class NotAFavourite(PartyError):
    """A song that the asker's list of favourites does not have, or no longer."""

    text = marked("That isn't on your list, or it's already in the queue. See your list with /favourites.")


class UnknownToModel(PartyError):
    """Nothing is known of a song that could be told."""

    text = marked("I don't know that song well enough to say what it goes with. Try another one.")


class ShortLink(UnknownLink):
    """A link that says nothing of what it leads to."""

    text = marked(
        "I can't follow shortened links. Open it, and copy the link that starts with open.spotify.com."
    )


class NotYours(RightsError):
    """Only the adder or a moderator may do this."""

    text = marked(
        "Only the person who added a song, or a moderator, can remove it. You can vote it down instead."
    )
    hosted = marked(
        "Only the person who added a song, or the host, can remove it. You can vote it down instead."
    )


class ModeratorsOnly(RightsError):
    """Only a moderator or DJ may do this."""

    text = marked("Only moderators and DJs can do that. Ask one of them, or vote like everybody else.")
    hosted = marked("Only the host and DJs can do that. Ask one of them, or vote like everybody else.")


class ManagersOnly(RightsError):
    """Only who manages the server, or a DJ, may choose this for the room."""

    text = marked("Only server managers and DJs can change that. Ask one of them.")
    hosted = marked("Only the host and DJs can change that. Ask one of them.")


class OwnersOnly(ManagersOnly):
    """Only who manages the server may choose this; a DJ may not."""

    text = marked("Only server managers can change that. Ask one of them.")
    hosted = marked("Only the host can change that. Ask them.")


class KeptOut(RightsError):
    """A moderator has blocked the member here."""

    text = marked(
        "A moderator has blocked you from this party: you can look, but not take part. Ask them why."
    )
    hosted = marked(
        "The host has blocked you from this party: you can look, but not take part. Ask them why."
    )


class TooNewToVote(PartyError):
    """The room doesn't count the votes of members who joined less than a day ago."""

    text = marked(
        "You joined less than a day ago, so your vote doesn't count here yet. You can add songs already."
    )


class VisitorsLook(RightsError):
    """People without an account may only look here."""

    text = marked("Guests can only look here. Ask a moderator if you'd like to take part.")
    hosted = marked("Guests can only look here. Ask the host if you'd like to take part.")


class VisitorsVote(RightsError):
    """People without an account may vote here, and add nothing."""

    text = marked("Guests can vote here, but not add songs. Ask a moderator to add yours.")
    hosted = marked("Guests can vote here, but not add songs. Ask the host to add yours.")


class AddingLocked(RightsError):
    """Only moderators add songs for now."""

    text = marked("A moderator has locked the queue, so nobody can add songs right now. You can still vote.")
    hosted = marked("The host has locked the queue, so nobody can add songs right now. You can still vote.")


class JoiningLocked(RightsError):
    """Nobody new comes in without an account for now."""

    text = marked("Nobody new can join this party right now. Ask a moderator to let you in.")
    hosted = marked("Nobody new can join this party right now. Ask the host to let you in.")


class TooNewToSkip(PartyError):
    """The wish of somebody who came a moment ago, without an account."""

    text = marked(
        "You've only just joined, so your vote to skip doesn't count yet. Try again in a few minutes."
    )


class NotYourself(PartyError):
    """Somebody who wants to block themselves."""

    text = marked("You can't block yourself. Pick somebody else.")


class NotModerators(RightsError):
    """Somebody who moderates cannot be blocked."""

    text = marked("Moderators and DJs can't be blocked. Pick somebody else.")
    hosted = marked("The host and DJs can't be blocked. Pick somebody else.")


class NoSuchPerson(PartyError):
    """A name that the chat has not turned into a person, or a bot's."""

    text = marked(
        "I can't tell who that is, or it's a bot. Pick the person from the list that opens as you type."
    )


class PersonGone(NoSuchPerson):
    """Somebody who is on the page no longer, and of whom the party has no song."""

    text = marked("They aren't here any more. Check who's here, then pick again.")


class Kicked(RightsError):
    """A moderator has ended somebody's connections to the page; they may come back."""

    text = marked("A moderator has sent you out of this party. Reload the page to come back, and be kind.")
    hosted = marked("The host has sent you out of this party. Reload the page to come back, and be kind.")


class CannotKick(RightsError):
    """Whoever moderates is not sent out, by themselves or others."""

    text = marked("You can't send out moderators, DJs or yourself. Pick somebody else.")
    hosted = marked("You can't send out hosts, DJs or yourself. Pick somebody else.")


class TooManyDJs(PartyError):
    """More DJs than a room may name."""

    text = marked("There are {most} DJs here already, the most I can keep. Remove one first.")
    named = ("most",)


class NotBlocked(PartyError):
    """Something that is not blocked was to be unblocked."""

    text = marked("That isn't blocked here. Use /block to see what is.")


class TooManyBlocked(PartyError):
    """More members or songs than a room can keep out."""

    text = marked(
        "You've blocked {most} already, and that's as many as I can keep. Unblock one with /unblock."
    )
    named = ("most",)


class NoGuests(PartyError):
    """The room is for members of the workspace."""

    text = marked("This party is for members of this workspace. Ask one of them to add songs for you.")


class NotHere(PartyError):
    """A card cannot be where the bot is not."""

    text = marked("I can't post here yet. Invite me to this channel, then try again.")


class ServersOnly(PartyError):
    """A request from a private conversation."""

    text = marked("A party needs company: I work in channels, not in direct messages.")


class NotInvited(PartyError):
    """A request from a server that the bot is not in."""

    text = marked("I'm not in this server yet. Ask a server manager to invite me, then try again.")


class NotDrawn(PartyError):
    """The map was not drawn, or not in time; why is in the log."""

    text = marked("I couldn't draw the map just now. Try again in a minute.")


class NoMap(NothingToShow):
    """The model's file does not say where its songs lie."""

    text = marked("The music model I use here has no map. Ask whoever runs me to change MODEL_DIR.")


class NameNeeded(PartyError):
    """Someone without a name wants to change a party."""

    text = marked("Tell the room your name first, in 1 to 32 letters or digits.")


class NameTaken(PartyError):
    """The name belongs to somebody else in this room."""

    text = marked("Somebody here is already called {name}. Pick another name.")
    named = ("name",)


class NameReserved(NameTaken):
    """The name would be taken for the house's, or for that of whoever has the say."""

    text = marked("{name} would be taken for somebody else here. Pick another name.")


class TooFast(PartyError):
    """More requests than people make."""

    text = marked("Slow down a little: that was too much at once. Try again in a moment.")


class LinkGone(PartyError):
    """A link to a party's page that was never one, was made anew, or is over."""

    text = marked("That link doesn't lead to a party any more. Ask whoever shared it for a new one.")


class TooManyParties(PartyError):
    """More new parties than people begin in an hour."""

    text = marked("That's a lot of new parties at once. Try again in an hour, or join one that's going on.")


class RoomFull(PartyError):
    """More people than one party's page is made for."""

    text = counted(
        "This party is full: one person is in already. Try again in a minute.",
        "This party is full: {number} people are in already. Try again in a minute.",
    )
    named = ("number",)


class HouseFull(PartyError):
    """More parties at once than the bot is made for."""

    text = marked("There are too many parties going on right now. Try again in a few minutes.")


class TooManyFromHere(PartyError):
    """More connections from one address than a household needs, or too many within a minute."""

    text = marked(
        "Too many people are coming in from your network right now. Close a tab, or try again in a minute."
    )


class TooSlow(PartyError):
    """Somebody who takes nothing of what is sent."""

    text = marked("Your connection was too slow to keep up. Check your network, then reload the page.")


class Unsaved(PartyError):
    """The database takes nothing just now; nothing was changed. Why is in the log."""

    text = marked("I can't save that right now, so nothing has changed. Try again in a minute.")


class Interrupted(Unsaved):
    """The database was gone for a moment or had to choose between two; the same once more may succeed."""


class Unread(Interrupted):
    """The same where nothing was to be changed."""

    text = marked("I can't look that up right now. Try again in a minute.")


class PerhapsSaved(Interrupted):
    """The database was lost while it was told to keep a change, and has not said whether it did."""

    text = marked(
        "I lost my connection while saving that, so it may or may not have worked. "
        "Check in a minute before you try again."
    )
