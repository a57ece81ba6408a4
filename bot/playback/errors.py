"""What can go wrong with Spotify and with own music, worded once, for people; the party goes on without.

SoundError
├── NothingSounds, NoDemo, SourceAway, SongGone, SongFailed
├── SpeakerGone, SpeakerLost, VolumeElsewhere
├── VoiceMissing, NotInVoice, VoiceStage, VoiceForbidden, VoiceFull, VoiceTaken, VoiceUnreached
└── VoiceKicked, VoiceLost, VoiceAlone, VoiceMuted, NotJoined
SpotifyError
├── NoSpotify, NotConnected (LinkAgain), LinkEndsSoon, NotPremium, NotOnTheList
├── SpotifyRests (QuotaSpent, RestsMeanwhile), SpotifyAway (SpotifyBusy), SpotifyRefuses
├── NoDevice (ManyDevices, DeviceGone, HostsDeviceGone), DeviceRefuses, DevicePlaysOn, NotOnSpotify
├── NoHost, HostLost, HostLeft, HostsOnly, NotForVisitors, HostedAlready (PlaysAlready)
├── NothingBehindLink, PlaylistClosed, NoPlaylistLink
└── LoginSpent, LoginRefused
"""

from __future__ import annotations

from bot.party.errors import PartyError, RightsError, SpotifyError, counted, marked
from bot.party.words import Outlet, Playback

HOURS_FROM_MIN = 90
"""A wait of so many minutes is said in hours."""


class NoSpotify(SpotifyError):
    """Whoever runs the bot has not set Spotify up."""

    text = marked(
        "Spotify isn't set up here. The party works without it. Whoever runs me can add it: "
        "see Spotify in my README."
    )


class NotConnected(SpotifyError):
    """The member has connected no account."""

    text = marked("You haven't connected Spotify yet. Use /spotify connect.")


class LinkAgain(NotConnected):
    """Spotify no longer accepts what the member once agreed to."""

    text = marked("Spotify no longer accepts your connection. Connect again with /spotify connect.")


class LinkEndsSoon(SpotifyError):
    """Half a year after it was given, what the member agreed to ends."""

    text = counted(
        "Your Spotify connection expires in {number} day. Renew it with /spotify connect.",
        "Your Spotify connection expires in {number} days. Renew it with /spotify connect.",
    )
    named = ("number",)


class NotPremium(SpotifyError):
    """Only Premium accounts let others choose what plays."""

    text = marked(
        "Spotify only lets me play on Premium accounts. Ask somebody with Premium to use /play. "
        "You can still use /save and /import."
    )


class NotOnTheList(SpotifyError):
    """In development mode an app serves five people whom its owner has named."""

    text = marked(
        "Spotify only lets me serve people on a list. "
        "Ask whoever runs me to add you in Spotify's developer dashboard."
    )


class SpotifyRests(SpotifyError):
    """Spotify has asked to be left alone for so many `minutes`; a long time is said in hours."""

    IN_MINUTES = counted(
        "Spotify has asked me to wait. Try again in about {number} minute.",
        "Spotify has asked me to wait. Try again in about {number} minutes.",
    )
    IN_HOURS = counted(
        "Spotify has asked me to wait. Try again in about {number} hour.",
        "Spotify has asked me to wait. Try again in about {number} hours.",
    )

    def __init__(self, minutes: int) -> None:
        if minutes < HOURS_FROM_MIN:
            self._say(self.IN_MINUTES, number=minutes, minutes=minutes)
        else:
            self._say(self.IN_HOURS, number=(minutes + 30) // 60, minutes=minutes)


class QuotaSpent(SpotifyRests):
    """What Spotify allows to the developer account of whoever runs the bot is used up."""

    IN_MINUTES = counted(
        "I've used up what Spotify allows me for now. Try again in about {number} minute.",
        "I've used up what Spotify allows me for now. Try again in about {number} minutes.",
    )
    IN_HOURS = counted(
        "I've used up what Spotify allows me for now. Try again in about {number} hour.",
        "I've used up what Spotify allows me for now. Try again in about {number} hours.",
    )


class RestsMeanwhile(SpotifyRests):
    """The same, for a room whose party goes on."""

    IN_MINUTES = counted(
        "Spotify has asked me to wait about {number} minute. Until then, the queue keeps its own time.",
        "Spotify has asked me to wait about {number} minutes. Until then, the queue keeps its own time.",
    )
    IN_HOURS = counted(
        "Spotify has asked me to wait about {number} hour. Until then, the queue keeps its own time.",
        "Spotify has asked me to wait about {number} hours. Until then, the queue keeps its own time.",
    )


class SpotifyAway(SpotifyError):
    """Spotify does not answer, or has a fault."""

    text = marked("Spotify isn't answering right now. Try again in a minute.")


class SpotifyBusy(SpotifyAway):
    """So much is asked of Spotify that this would wait for too long."""

    text = marked("I'm asking a lot of Spotify right now. Try again in a minute.")


class SpotifyRefuses(SpotifyError):
    """Spotify says no and why is not known."""

    text = marked("Spotify refused that. Connect again with /spotify connect, or try something else.")


class NoDevice(SpotifyError):
    """Nothing of the host's is there to play on."""

    text = marked(
        "I can't find a device to play on. Open Spotify on your phone or computer, then use /play again."
    )


class ManyDevices(NoDevice):
    """None of several devices plays, so one must be chosen."""

    text = marked("Which device should I play on? You have {names}. Choose one with /spotify device.")
    named = ("names",)


class DeviceGone(NoDevice):
    """What the party was playing on is not there any more."""

    text = marked(
        "The device we were playing on is gone, so the party is paused. No songs are lost: "
        "open Spotify again, then use /play."
    )


class HostsDeviceGone(NoDevice):
    """The host's device is not there, and somebody else wants the party to go on."""

    text = marked(
        "{name}'s device is gone, so the party is paused. They can open Spotify and use /play, "
        "or anybody with Premium can take over: /spotify connect, then /play."
    )
    named = ("name",)


class DeviceRefuses(SpotifyError):
    """The device does not let itself be steered."""

    text = marked("That device won't let me do that. Choose another one with /spotify device.")


class DevicePlaysOn(SpotifyError):
    """The party stands still, and its device could not be told."""

    text = marked(
        "The party is paused, but I can't reach Spotify, so your device may keep playing. Pause it there too."
    )


class NotOnSpotify(SpotifyError):
    """A song that is passed over."""

    text = marked("I can't find “{title}” on Spotify, so I skipped it.")
    named = ("title",)


class HostLost(SpotifyError):
    """The account that played cannot be used any more."""

    text = marked(
        "I can't play on {name}'s Spotify any more, so the queue keeps its own time. "
        "Anybody with Premium can take over with /play."
    )
    named = ("name",)


class NoHost(SpotifyError):
    """There is no account to play on."""

    text = marked(
        "Nobody is playing this party on Spotify yet. Connect with /spotify connect, then use /play."
    )


class HostLeft(SpotifyError):
    """The host plays another party from now on."""

    text = marked("The party is no longer playing on {name}'s Spotify. The queue keeps its own time.")
    named = ("name",)


class HostsOnly(RightsError, SpotifyError):
    """The host's device is the host's."""

    text = marked("Only the host or a moderator can do that.")
    hosted = marked("Only the host, or the person whose Spotify is playing, can do that.")


class NotForVisitors(RightsError, SpotifyError):
    """What people without an account do not do to the sound, unless it is theirs."""

    text = marked("Guests can't control the music here. Ask a moderator, or vote to skip the song.")
    hosted = marked("Guests can't control the music here. Ask the host, or vote to skip the song.")


class HostedAlready(SpotifyError):
    """Somebody else's account plays."""

    text = marked("{name} is already hosting this party. They can hand over with /spotify stop.")
    named = ("name",)


class PlaysAlready(HostedAlready):
    """Own music sounds where somebody else has chosen."""

    text = marked("{name} already plays the music here. They can stop it, or a moderator can take over.")


def hosted_already(playback: Playback) -> HostedAlready:
    """Why nobody but the host has the party sound elsewhere."""
    kind = HostedAlready if playback.outlet is Outlet.SPOTIFY else PlaysAlready
    return kind(playback.host.name)


class NothingBehindLink(SpotifyError):
    """Spotify does not know it."""

    text = marked(
        "Spotify can't find anything at that link. Copy it again, or type the song as: title - artist"
    )


class PlaylistClosed(SpotifyError):
    """The playlist is not the member's to read."""

    text = marked(
        "Spotify only lets me read playlists that you own or collaborate on. "
        "Copy the songs into one of your own, then import that."
    )


class NoPlaylistLink(SpotifyError):
    """What should be imported is no playlist and no album."""

    text = marked("I can import playlists and albums: send me a link that starts with open.spotify.com.")


class LoginSpent(SpotifyError):
    """A link or an answer for connecting that is used, too old, or another browser's."""

    text = marked(
        "This link was already used, has expired, or was opened in another browser. "
        "Get a new one with /spotify connect."
    )


class LoginRefused(SpotifyError):
    """The member did not agree."""

    text = marked(
        "You said no at Spotify, so nothing is connected. If you change your mind, use /spotify connect."
    )


class SoundError(PartyError):
    """Something about own music."""


class NoDemo(SoundError):
    """The demo's pieces were asked for, and are not there."""

    text = marked("The short pieces aren't here right now. Add a song instead.")


class NothingSounds(SoundError):
    """There is no own music here."""

    text = marked(
        "There's no music here that I can play myself. Whoever runs me can add some: see Sound in my README."
    )


class SourceAway(SoundError):
    """The folder or the server of own music cannot be reached."""

    text = marked("I can't reach the music right now. Try again in a minute.")


class SongGone(SoundError):
    """A file is not there any more, or is none that sounds."""

    text = marked("That song's file is gone or can't be played.")


class SongFailed(SoundError):
    """A song that is passed over."""

    text = marked("I couldn't play “{title}”, so I skipped it.")
    named = ("title",)


class SpeakerGone(SoundError):
    """The page that sounded is closed."""

    text = marked("The page that played the music is gone. The queue keeps its own time.")


class SpeakerLost(SoundError):
    """A page that speaks for the party without being its speaker any more."""

    text = marked("The party no longer plays on this page. To play it here, press “Sound here”.")


class VolumeElsewhere(SoundError):
    """How loud own music is, is set where it sounds."""

    text = marked("Set the volume where the music plays.")


class VoiceMissing(SoundError):
    """What voice channels need is not installed."""

    text = marked(
        "I can't play in voice channels here yet. Whoever runs me can add that: see Sound in my README."
    )


class NotInVoice(SoundError):
    """The member is in no voice channel, and the settings name none."""

    text = marked("Join a voice channel first, then use /join.")


class VoiceStage(SoundError):
    """A stage, where only speakers are heard."""

    text = marked("I can't play on a stage. Join a voice channel, then use /join.")


class VoiceForbidden(SoundError):
    """The bot lacks a permission in a voice channel."""

    text = marked(
        "I need Connect and Speak to play in {channel}. Whoever manages the channel can turn that on for me "
        "in its settings, under Permissions."
    )
    named = ("channel",)


class VoiceFull(SoundError):
    """No more people fit into a voice channel."""

    text = marked("{channel} is full. Make room for me, or use /join in another voice channel.")
    named = ("channel",)


class VoiceTaken(SoundError):
    """Another party of the server is heard already."""

    text = marked(
        "I'm playing another party in {channel}, and I can only be in one voice channel here. "
        "Use /leave in that party first."
    )
    named = ("channel",)


class VoiceUnreached(SoundError):
    """Discord lets the bot into no voice channel."""

    text = marked(
        "I couldn't connect to {channel}. Try again in a minute. If it keeps happening, whoever runs me "
        "should check that I can reach Discord over UDP."
    )
    named = ("channel",)


class VoiceKicked(SoundError):
    """Somebody has taken the bot out of a voice channel, or the channel is gone."""

    text = marked(
        "I was disconnected from {channel}. The queue keeps its own time. Use /join to bring me back."
    )
    named = ("channel",)


class VoiceLost(SoundError):
    """The connection to a voice channel could not be mended."""

    text = marked(
        "I lost the connection to {channel}. The queue keeps its own time. Use /join to bring me back."
    )
    named = ("channel",)


class VoiceAlone(SoundError):
    """Nobody was in the voice channel for a while."""

    text = marked(
        "Nobody was left in {channel}, so I left too. The queue keeps its own time. "
        "Use /join to bring me back."
    )
    named = ("channel",)


class VoiceMuted(SoundError):
    """Nobody hears the bot."""

    text = marked(
        "I'm muted in {channel}, so nobody hears me. A moderator can unmute me, or turn on Speak for me "
        "there."
    )
    named = ("channel",)


class NotJoined(SoundError):
    """The party is in no voice channel."""

    text = marked("This party isn't playing in a voice channel. Use /join to bring me into yours.")
