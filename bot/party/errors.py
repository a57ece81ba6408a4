"""Every way a request or a start can fail, worded once, for people.

EncoreError
├── StartError              the bot cannot start: one line and an exit code
└── PartyError              a request that cannot be met: one private sentence, nothing changed
    ├── EmptyText (NoWords), TextTooLong, NotUnderstood
    ├── UnknownSong, UnknownLink (SeveralSongs, UnknownChoice), NoSongInMessage, TooManyLines
    ├── QueueFull, TooManyOfYours, PlayedLately, ExplicitSong
    ├── NothingPlaying, AlreadyOver (BallotClosed)
    ├── NoSuchEntry, NothingToUndo, NothingToSuggest, NothingToShow, UnknownToModel
    ├── NotYours, ModeratorsOnly, ManagersOnly (OwnersOnly)
    ├── SpotifyError            what Spotify has to do with
    │   ├── NoSpotify, NotConnected (LinkAgain, LinkEndsSoon), NotPremium, NotOnTheList
    │   ├── SpotifyRests (RestsMeanwhile), SpotifyAway (SpotifyBusy), SpotifyRefuses
    │   ├── NoDevice (ManyDevices, DeviceGone, HostsDeviceGone), DeviceRefuses, DevicePlaysOn, NotOnSpotify
    │   ├── NoHost, HostLost, HostLeft, HostsOnly, HostedAlready
    │   ├── ShortLink, NothingBehindLink, PlaylistClosed, NoPlaylistLink
    │   └── LoginSpent, LoginRefused
    ├── ServersOnly, NotInvited, NoGuests, NotHere, NotDrawn
    └── NameNeeded, NameTaken, TooFast
"""

from __future__ import annotations

from typing import Any

CANNOT_START = 2
"""The exit code of a bot that cannot start."""
NOT_AS_CONFIGURED = 78
"""The exit code (EX_CONFIG of sysexits.h) when trying again unchanged does harm: Discord counts logins."""
HOURS_FROM_MIN = 90
"""A wait of so many minutes is said in hours."""


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


class PartyError(EncoreError):
    """A request that cannot be met; the text says what happened and what to do. The party is unchanged.

    `message` is the sentence in English and the key of its translations; `parts` fill its braces. Where a
    `number` is among them, `many` is the sentence for any other number than one.
    """

    def __init__(self, message: str, many: str | None = None, **parts: Any) -> None:
        super().__init__((many if many and parts["number"] != 1 else message).format(**parts))
        self.message = message
        self.many = many
        self.parts = parts


class EmptyText(PartyError):
    """Something was asked for without letters or digits."""

    def __init__(self) -> None:
        super().__init__(marked("I need a song for that: type a title, an artist, or both."))


class NoWords(EmptyText):
    """A party in words was asked for without a word."""

    def __init__(self) -> None:
        PartyError.__init__(
            self, marked("I need a word or two in English: a time, a style or a mood, like 90s rock.")
        )


class TextTooLong(PartyError):
    """A text that neither a song's name nor a few words can be."""

    def __init__(self, longest: int) -> None:
        super().__init__(marked("That is too long for me. Keep it to {longest} characters."), longest=longest)


class NotUnderstood(PartyError):
    """A request that no front door of ours sends."""

    def __init__(self) -> None:
        super().__init__(marked("I didn't understand that. Reload the page, or run the command again."))


class UnknownSong(PartyError):
    """The catalogue has nothing close, and the text does not say which part is the artist."""

    def __init__(self, text: str, nearest: str | None = None) -> None:
        if nearest is None:
            super().__init__(
                marked("I don't know “{text}”. To queue it all the same, type it as: title - artist"),
                text=text,
            )
        else:
            super().__init__(
                marked(
                    "I don't know “{text}”. Did you mean {nearest}? "
                    "To queue it all the same, type it as: title - artist"
                ),
                text=text,
                nearest=nearest,
            )


class UnknownLink(PartyError):
    """A link that is no track, or whose track the catalogue does not hold."""

    def __init__(self) -> None:
        super().__init__(
            marked(
                "I can't find a song behind that link. I know many Spotify track links; "
                "otherwise type it as: title - artist"
            )
        )


class SeveralSongs(UnknownLink):
    """A link to more than a song, where one is asked for."""

    def __init__(self) -> None:
        PartyError.__init__(
            self, marked("That link is a whole album or playlist. Bring all of it in with /import.")
        )


class UnknownChoice(UnknownLink):
    """A choice from a list that was never offered."""

    def __init__(self) -> None:
        PartyError.__init__(
            self,
            marked("I can't find a song behind that choice. Pick another one, or type it as: title - artist"),
        )


class NoSongInMessage(PartyError):
    """A message without a song in it."""

    def __init__(self) -> None:
        super().__init__(
            marked("I see no song in that message: it needs a Spotify link, or a title and an artist.")
        )


class TooManyLines(PartyError):
    """More songs at once than one request may hold."""

    def __init__(self, most: int) -> None:
        super().__init__(marked("Those are too many songs at once. Send me up to {most}."), most=most)


class QueueFull(PartyError):
    """No more songs fit in."""

    def __init__(self, longest: int) -> None:
        super().__init__(
            marked("The queue is full ({longest} songs). Let a few play first, then add again."),
            longest=longest,
        )


class TooManyOfYours(PartyError):
    """The room lets nobody have more songs waiting."""

    def __init__(self, most: int) -> None:
        super().__init__(
            *counted(
                "Here everybody may have one song waiting, and you have. "
                "Let it play, or take it out with /remove.",
                "Here everybody may have {number} songs waiting, and you have. "
                "Let one play, or take one out with /remove.",
            ),
            number=most,
        )


class PlayedLately(PartyError):
    """The room lets a song rest before it plays again."""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            *counted(
                "That song was played a short while ago. It may come back in a minute.",
                "That song was played a short while ago. It may come back in {number} minutes.",
            ),
            number=minutes,
        )


class ExplicitSong(PartyError):
    """The room keeps out songs that are marked explicit."""

    def __init__(self) -> None:
        super().__init__(
            marked("That song is marked explicit, and this room keeps those out. Try a clean version.")
        )


class NothingPlaying(PartyError):
    """There is no song to skip."""

    def __init__(self) -> None:
        super().__init__(marked("Nothing is playing. Add a song and it starts."))


class AlreadyOver(PartyError):
    """A vote on a song that is over."""

    def __init__(self) -> None:
        super().__init__(marked("That song is over or out of the queue, so votes no longer count for it."))


class BallotClosed(AlreadyOver):
    """A vote on a suggestion after its time."""

    def __init__(self) -> None:
        PartyError.__init__(self, marked("That vote is closed. Ask for new songs with /next."))


class NoSuchEntry(PartyError):
    """An entry that this party does not have, or has no more."""

    def __init__(self) -> None:
        super().__init__(
            marked("That song isn't in this party's queue any more. Look at the queue and pick again.")
        )


class NothingToUndo(PartyError):
    """The member has done nothing here that can be taken back."""

    def __init__(self) -> None:
        super().__init__(marked("There is nothing of yours to undo here. Songs that are over stay over."))


class NothingToSuggest(PartyError):
    """Every song the model knows is queued, played or unwanted."""

    def __init__(self) -> None:
        super().__init__(marked("I have no song left that this party hasn't had. Add one of your own."))


class NothingToShow(PartyError):
    """A party without songs has no map and no file."""

    def __init__(self) -> None:
        super().__init__(
            marked("There is nothing to show here yet. Add songs with /add, let one play, then ask me again.")
        )


class UnknownToModel(PartyError):
    """Nothing is known of a song that could be told."""

    def __init__(self) -> None:
        super().__init__(
            marked("I don't know that song well enough to say what it belongs with. Try another one.")
        )


class SpotifyError(PartyError):
    """A request that has to do with Spotify and cannot be met; the party goes on without."""


class NoSpotify(SpotifyError):
    """Whoever runs the bot has not set Spotify up."""

    def __init__(self) -> None:
        super().__init__(
            marked(
                "Spotify isn't set up here, and the party needs none. "
                "Whoever runs me can add it: see Spotify in my README."
            )
        )


class NotConnected(SpotifyError):
    """The member has connected no account."""

    def __init__(self) -> None:
        super().__init__(marked("You haven't connected Spotify yet. Do so with /spotify connect."))


class LinkAgain(NotConnected):
    """Spotify no longer accepts what the member once agreed to."""

    def __init__(self) -> None:
        SpotifyError.__init__(
            self, marked("Spotify no longer lets me in for you. Connect again with /spotify connect.")
        )


class LinkEndsSoon(NotConnected):
    """Half a year after it was given, what the member agreed to ends."""

    def __init__(self, days: int) -> None:
        SpotifyError.__init__(
            self,
            *counted(
                "Your Spotify connection ends in {number} day. Renew it with /spotify connect.",
                "Your Spotify connection ends in {number} days. Renew it with /spotify connect.",
            ),
            number=days,
        )


class NotPremium(SpotifyError):
    """Only Premium accounts let others choose what plays."""

    def __init__(self) -> None:
        super().__init__(
            marked(
                "Spotify lets me play on Premium accounts only. Ask somebody with Premium to /play; "
                "/save and /import work for you all the same."
            )
        )


class NotOnTheList(SpotifyError):
    """In development mode an app serves five people whom its owner has named."""

    def __init__(self) -> None:
        super().__init__(
            marked(
                "Spotify lets me serve only people whom my operator has put on a list. "
                "Ask whoever runs me to add you in Spotify's developer dashboard."
            )
        )


class SpotifyRests(SpotifyError):
    """Spotify has asked to be left alone for so many `minutes`; a long time is said in hours."""

    IN_MINUTES = counted(
        "Spotify asks me to wait. Try again in about {number} minute.",
        "Spotify asks me to wait. Try again in about {number} minutes.",
    )
    IN_HOURS = counted(
        "Spotify asks me to wait. Try again in about {number} hour.",
        "Spotify asks me to wait. Try again in about {number} hours.",
    )

    def __init__(self, minutes: int) -> None:
        if minutes < HOURS_FROM_MIN:
            super().__init__(*self.IN_MINUTES, number=minutes, minutes=minutes)
        else:
            super().__init__(*self.IN_HOURS, number=(minutes + 30) // 60, minutes=minutes)


class RestsMeanwhile(SpotifyRests):
    """The same, for a room whose party goes on."""

    IN_MINUTES = counted(
        "Spotify asks me to wait about {number} minute. The party goes on by the clock meanwhile.",
        "Spotify asks me to wait about {number} minutes. The party goes on by the clock meanwhile.",
    )
    IN_HOURS = counted(
        "Spotify asks me to wait about {number} hour. The party goes on by the clock meanwhile.",
        "Spotify asks me to wait about {number} hours. The party goes on by the clock meanwhile.",
    )


class SpotifyAway(SpotifyError):
    """Spotify does not answer, or has a fault."""

    def __init__(self) -> None:
        super().__init__(marked("Spotify doesn't answer just now. Try again in a minute."))


class SpotifyBusy(SpotifyAway):
    """So much is asked of Spotify that this would wait for too long."""

    def __init__(self) -> None:
        SpotifyError.__init__(self, marked("I am asking Spotify for a lot just now. Try again in a minute."))


class SpotifyRefuses(SpotifyError):
    """Spotify says no and why is not known."""

    def __init__(self) -> None:
        super().__init__(
            marked("Spotify refused that. Connect again with /spotify connect, or try something else.")
        )


class NoDevice(SpotifyError):
    """Nothing of the host's is there to play on."""

    def __init__(self) -> None:
        super().__init__(
            marked("I find nothing to play on. Open Spotify on your phone or computer, then /play again.")
        )


class ManyDevices(NoDevice):
    """None of several devices plays, so one must be chosen."""

    def __init__(self, names: str) -> None:
        SpotifyError.__init__(
            self,
            marked("On which device shall I play? You have: {names}. Choose with /spotify device."),
            names=names,
        )


class DeviceGone(NoDevice):
    """What the party was playing on is not there any more."""

    def __init__(self) -> None:
        SpotifyError.__init__(
            self,
            marked(
                "The device that played is gone, so the party stands still; every song is kept. "
                "Open Spotify again, then /play."
            ),
        )


class HostsDeviceGone(NoDevice):
    """The host's device is not there, and somebody else wants the party to go on."""

    def __init__(self, name: str) -> None:
        SpotifyError.__init__(
            self,
            marked(
                "{name}'s device is gone, so the party stands still. They can open Spotify and use /play, "
                "or anybody with Premium takes over: /spotify connect, then /play."
            ),
            name=name,
        )


class DeviceRefuses(SpotifyError):
    """The device does not let itself be steered."""

    def __init__(self) -> None:
        super().__init__(
            marked("That device doesn't let me do that. Choose another one with /spotify device.")
        )


class DevicePlaysOn(SpotifyError):
    """The party stands still, and its device could not be told."""

    def __init__(self) -> None:
        super().__init__(
            marked(
                "The party stands still, but I can't reach Spotify just now, so the device may play on. "
                "Pause it there, too."
            )
        )


class NotOnSpotify(SpotifyError):
    """A song that is passed over."""

    def __init__(self, title: str) -> None:
        super().__init__(marked("I can't find “{title}” on Spotify, so the party goes on."), title=title)


class HostLost(SpotifyError):
    """The account that played cannot be used any more."""

    def __init__(self, name: str) -> None:
        super().__init__(
            marked(
                "I can't play on {name}'s Spotify any more, so the party goes on by the clock. "
                "Anybody with Premium can take over with /play."
            ),
            name=name,
        )


class NoHost(SpotifyError):
    """There is no account to play on."""

    def __init__(self) -> None:
        super().__init__(
            marked("Nobody plays this party on Spotify yet. Connect with /spotify connect, then /play.")
        )


class HostLeft(SpotifyError):
    """The host plays another party from now on."""

    def __init__(self, name: str) -> None:
        super().__init__(
            marked("The party no longer plays on {name}'s Spotify. The clock goes on."), name=name
        )


class HostsOnly(SpotifyError):
    """The host's device is the host's."""

    def __init__(self) -> None:
        super().__init__(marked("Only who plays this party on Spotify, or a moderator, can do that."))


class HostedAlready(SpotifyError):
    """Somebody else's account plays."""

    def __init__(self, name: str) -> None:
        super().__init__(
            marked("{name} plays this party already. They can hand it over with /spotify stop."), name=name
        )


class ShortLink(SpotifyError):
    """A link that says nothing of what it leads to."""

    def __init__(self) -> None:
        super().__init__(
            marked(
                "I don't follow shortened links. Open it, and copy the link that starts with "
                "open.spotify.com."
            )
        )


class NothingBehindLink(SpotifyError):
    """Spotify does not know it."""

    def __init__(self) -> None:
        super().__init__(
            marked("Spotify has nothing behind that link. Copy it again, or type it as: title - artist")
        )


class PlaylistClosed(SpotifyError):
    """The playlist is not the member's to read."""

    def __init__(self) -> None:
        super().__init__(
            marked(
                "Spotify lets me read only playlists that you own or that you make together with others. "
                "Copy the songs into one of your own, then import that."
            )
        )


class NoPlaylistLink(SpotifyError):
    """What should be imported is no playlist and no album."""

    def __init__(self) -> None:
        super().__init__(
            marked("I can import playlists and albums: send me a link that starts with open.spotify.com.")
        )


class LoginSpent(SpotifyError):
    """A link or an answer for connecting that is used, too old, or another browser's."""

    def __init__(self) -> None:
        super().__init__(
            marked(
                "This link is used up, too old, or was opened in another browser. "
                "Ask for a new one with /spotify connect."
            )
        )


class LoginRefused(SpotifyError):
    """The member did not agree."""

    def __init__(self) -> None:
        super().__init__(
            marked("You said no at Spotify, so nothing is connected. Change your mind with /spotify connect.")
        )


class NotYours(PartyError):
    """Only the adder or a moderator may do this."""

    def __init__(self) -> None:
        super().__init__(
            marked("Only who added a song, or a moderator, can take it out. You can vote it down.")
        )


class ModeratorsOnly(PartyError):
    """Only a moderator or DJ may do this."""

    def __init__(self) -> None:
        super().__init__(
            marked("Only moderators and DJs can do that. Ask one of them, or vote with everybody else.")
        )


class ManagersOnly(PartyError):
    """Only who manages the server, or a DJ, may choose this for the room."""

    def __init__(self) -> None:
        super().__init__(
            marked("Only who may manage this server, or a DJ, can choose that. Ask one of them.")
        )


class OwnersOnly(ManagersOnly):
    """Only who manages the server may choose this; a DJ may not."""

    def __init__(self) -> None:
        PartyError.__init__(self, marked("Only who may manage this server can choose that. Ask one of them."))


class NoGuests(PartyError):
    """The room is for members of the workspace."""

    def __init__(self) -> None:
        super().__init__(
            marked("This party is for members of this workspace. Ask one of them to join in for you.")
        )


class NotHere(PartyError):
    """A card cannot be where the bot is not."""

    def __init__(self) -> None:
        super().__init__(marked("I can't post here yet. Invite me to this channel, then ask me again."))


class ServersOnly(PartyError):
    """A request from a private conversation."""

    def __init__(self) -> None:
        super().__init__(
            marked("A party needs company: I work in the channels of a server, not in private messages.")
        )


class NotInvited(PartyError):
    """A request from a server that the bot is not in."""

    def __init__(self) -> None:
        super().__init__(
            marked("I am not in this server yet. Ask who manages it to invite me, then try again.")
        )


class NotDrawn(PartyError):
    """The map was not drawn, or not in time; why is in the log."""

    def __init__(self) -> None:
        super().__init__(marked("I couldn't draw the map just now. Ask for it again in a minute."))


class NameNeeded(PartyError):
    """Someone without a name wants to change a party."""

    def __init__(self) -> None:
        super().__init__(marked("Tell the room your name first: 1 to 32 letters or digits."))


class NameTaken(PartyError):
    """The name belongs to somebody else in this room."""

    def __init__(self, name: str) -> None:
        super().__init__(marked("Somebody here is called {name} already. Pick another name."), name=name)


class TooFast(PartyError):
    """More requests than people make."""

    def __init__(self) -> None:
        super().__init__(marked("Slow down a little: that was too much at once. Try again in a moment."))
