"""The table of commands: each one once, for Discord, Slack, the web room, `/help` and the README.

To add one, write its handler in `bot.doors.handlers` and its row here.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.doors.answers import Answer
from bot.doors.arguments import (
    AnySong,
    Argument,
    BlockedOne,
    Device,
    File,
    Moment,
    Number,
    OneOf,
    Person,
    RemovableSong,
    ShownSong,
    Song,
    SongList,
    Text,
    WaitingSong,
)
from bot.doors.ask import Ask, Door
from bot.doors.handlers import favourites, links, look, moderation, night, queue, sound, suggestions
from bot.doors.table import Audience, Command, Group, Who, of_door
from bot.party.errors import marked
from bot.party.limits import LONGEST_QUEUE
from bot.party.words import Mood
from bot.takeaway.files import Form

ADD_FROM_MESSAGE = "Add to the party"
"""What the command in a message's own menu is called."""
GROUPS = {"spotify": marked("Play the party on your own Spotify: connect, choose a device, or stop.")}
"""The commands of two words, by the first, and what they are for together."""
FIRST_OF_GROUP = {"spotify": "spotify status"}
"""What the first word alone does where it can be typed alone."""
LEAST, MOST = 3, 5
"""How many songs a ballot has."""
LONGEST_PLAYLIST = 100
"""The longest name of a playlist."""

_SONG = marked("A song that's waiting or playing: pick it, or type its number or title")
_SWITCH = marked("On or off; leave this out to see the current setting")
_MOOD = Argument(
    "mood",
    OneOf(tuple(Mood)),
    marked("How far to stray from your songs: balanced if you leave this out (see /help)"),
)


async def _help(ask: Ask) -> Answer:
    """Lists what there is in the asker's door."""
    rows = of_door(TABLE, ask.door, spotify=ask.party.has_spotify)
    if not ask.party.trying.ready:
        rows = [row for row in rows if row.handler is not sound.demo]
    found = {group: [_line(ask, row) for row in rows if row.group is group] for group in Group}
    return look.help_sections(ask, {group: lines for group, lines in found.items() if lines})


def _line(ask: Ask, row: Command) -> str:
    """What a command is called, as something to click where the door has that, and what it does."""
    typed, link = ask.own.language.command(row.name), ask.links.get(row.name, "")
    names = [link] if link and typed == f"/{row.name}" else [link, f"`{typed}`"]
    return " ".join([*filter(None, names), ask.own.say(row.help)])


TABLE: tuple[Command, ...] = (
    Command(
        "add",
        queue.add,
        marked("Add one or more songs to the party."),
        (
            Argument(
                "song", Song(), marked("Title and artist, or a link; leave this out to add several at once")
            ),
        ),
        audience=Audience.QUIET,
        group=Group.SONGS,
    ),
    Command(
        "next",
        suggestions.next_songs,
        marked("Get suggestions for what to play next, and vote."),
        (Argument("count", Number(LEAST, MOST), marked("How many songs; 5 if you leave this out")), _MOOD),
        group=Group.VOTING,
    ),
    Command(
        "vibe",
        suggestions.vibe,
        marked("Describe what to play in a few words, even with an empty queue, and vote."),
        (
            Argument(
                "words",
                Text(),
                marked("A style, an era, a mood or an occasion, like 90s rock or girls night"),
                required=True,
            ),
            _MOOD,
        ),
        group=Group.VOTING,
    ),
    Command(
        "queue",
        queue.queue,
        marked("Show the queue here: see what's playing and what's next, and vote."),
        without={Door.ROOM: "the page is the card"},
        group=Group.SONGS,
    ),
    Command("now", queue.now, marked("See what's playing."), group=Group.SONGS),
    Command(
        "vote",
        queue.vote,
        marked("Vote for or against a song in the queue, or take your vote back."),
        (
            Argument("song", WaitingSong(), _SONG, required=True),
            Argument("vote", OneOf(tuple(queue.VOTES)), marked("Up if you leave this out")),
        ),
        audience=Audience.ALONE,
        group=Group.VOTING,
    ),
    Command(
        "skip",
        queue.skip,
        marked("Vote to skip the song that's playing. It's skipped once enough people here agree."),
        (Argument("song", ShownSong(), "The song that the button was shown with", shown=False),),
        group=Group.VOTING,
    ),
    Command(
        "remove",
        queue.remove,
        marked("Remove a song from the queue: your own, or any song if you're a moderator."),
        (
            Argument(
                "song",
                RemovableSong(),
                marked("The song to remove: pick it, or type its number or title"),
                required=True,
            ),
        ),
        who=Who.OWNER_OR_MODERATOR,
        slack="drop",  # Slack's own /remove takes people out of the channel
        group=Group.SONGS,
    ),
    Command("undo", queue.undo, marked("Undo the last thing you did here."), group=Group.SONGS),
    Command(
        "move",
        queue.move,
        marked("Move a waiting song to another place. For moderators and DJs."),
        (
            Argument(
                "song",
                WaitingSong(),
                marked("The song to move: pick it, or type its number or title"),
                required=True,
            ),
            Argument("place", Number(1, LONGEST_QUEUE), marked("Its new place in the queue; 1 plays next")),
        ),
        who=Who.MODERATORS,
        group=Group.SONGS,
    ),
    Command(
        "clear",
        queue.clear,
        marked("Remove all waiting songs. For moderators and DJs."),
        who=Who.MODERATORS,
        group=Group.SONGS,
    ),
    Command(
        "history",
        look.history,
        marked("See what was played here."),
        audience=Audience.ALONE,
        group=Group.SONGS,
    ),
    Command(
        "favourites",
        favourites.favourites,
        marked("See what you voted for in any party, and add it here. Only you see this."),
        (
            Argument(
                "song", Text(40), marked("Its number in the list, or: all. Leave this out to see the list")
            ),
        ),
        audience=Audience.ALONE,
        group=Group.YOU,
    ),
    Command(
        "block",
        moderation.block,
        marked("Block a member or a song, or see what's blocked. For moderators and DJs."),
        (
            Argument("member", Person(), marked("Who may only look from now on")),
            Argument("song", AnySong(), marked("A song from the queue, or any other song")),
        ),
        who=Who.MODERATORS,
        audience=Audience.ALONE,
        without={Door.ROOM: "the panel there has buttons for it"},
        group=Group.PARTY,
    ),
    Command(
        "unblock",
        moderation.unblock,
        marked("Let a blocked member or song back in. For moderators and DJs."),
        (
            Argument(
                "what",
                BlockedOne(),
                marked("Whom or what to unblock: pick it, or type the name or title"),
                required=True,
            ),
        ),
        who=Who.MODERATORS,
        audience=Audience.ALONE,
        without={Door.ROOM: "the panel there has buttons for it"},
        group=Group.PARTY,
    ),
    Command(
        "why",
        suggestions.why,
        marked("See why a song fits: what each song and member adds."),
        (Argument("song", AnySong(), marked("A song from the queue, or any other song"), required=True),),
        audience=Audience.ALONE,
        group=Group.VOTING,
    ),
    Command(
        "autopilot",
        suggestions.autopilot,
        marked(
            "Let me ask what's next before the queue runs dry. Switching needs Manage Server or the DJ role."
        ),
        (Argument("choice", OneOf(("on", "off")), _SWITCH),),
        who=Who.MANAGERS,
        group=Group.VOTING,
    ),
    Command(
        "play",
        sound.play,
        marked("Add a song; without one, resume, or play the party on your Spotify."),
        (Argument("song", Song(), marked("Title and artist, or a link; leave this out to resume")),),
        audience=Audience.QUIET,
        slow=True,
        group=Group.PLAYING,
    ),
    Command(
        "pause",
        sound.pause,
        marked("Pause the song until somebody uses /play."),
        who=Who.HOST_OR_MODERATOR,
        slow=True,
        group=Group.PLAYING,
    ),
    Command(
        "seek",
        sound.seek,
        marked("Go to another place in the song. For the host and moderators."),
        (
            Argument(
                "to",
                Moment(),
                marked("A time like 1:23, or a step in seconds like +30 or -10"),
                required=True,
            ),
        ),
        who=Who.HOST_OR_MODERATOR,
        slow=True,
        group=Group.PLAYING,
    ),
    Command(
        "volume",
        sound.volume,
        marked("Set the party's volume. For the host and moderators."),
        (Argument("percent", Number(0, 100), marked("Volume, from 0 to 100"), required=True),),
        who=Who.HOST_OR_MODERATOR,
        slow=True,
        group=Group.PLAYING,
    ),
    Command(
        "demo",
        sound.demo,
        marked("Queue ten short pieces, to hear what a party sounds like."),
        without={
            Door.DISCORD: "the page offers it in an empty room",
            Door.SLACK: "the page offers it in an empty room",
        },
        group=Group.PLAYING,
    ),
    Command(
        "join",
        sound.join,
        marked("Play the party's own music in your voice channel."),
        slow=True,
        without={Door.SLACK: "its huddles let no bots in", Door.ROOM: "the page plays by itself"},
        group=Group.PLAYING,
    ),
    Command(
        "leave",
        sound.leave,
        marked("Make me leave the voice channel. The queue keeps its own time."),
        without={Door.SLACK: "its huddles let no bots in", Door.ROOM: "the page plays by itself"},
        group=Group.PLAYING,
    ),
    Command(
        "spotify connect",
        sound.connect,
        marked("Connect your Spotify account with a link that only you can see."),
        audience=Audience.ALONE,
        spotify=True,
        personal=True,
        group=Group.SPOTIFY,
    ),
    Command(
        "spotify disconnect",
        sound.disconnect,
        marked("Disconnect Spotify and erase everything I keep about it."),
        audience=Audience.ALONE,
        spotify=True,
        personal=True,
        group=Group.SPOTIFY,
    ),
    Command(
        "spotify status",
        sound.status,
        marked("Check your Spotify connection and where this party is playing."),
        audience=Audience.ALONE,
        spotify=True,
        personal=True,
        group=Group.SPOTIFY,
    ),
    Command(
        "spotify device",
        sound.device,
        marked("Choose which of your devices the party plays on."),
        (Argument("device", Device(), marked("Which device; leave this out to see them all")),),
        audience=Audience.ALONE,
        slow=True,
        spotify=True,
        group=Group.SPOTIFY,
    ),
    Command(
        "spotify stop",
        sound.stop,
        marked("Stop playing this party on Spotify. The queue keeps its own time."),
        who=Who.HOST_OR_MODERATOR,
        slow=True,
        spotify=True,
        group=Group.SPOTIFY,
    ),
    Command(
        "save",
        sound.save,
        marked("Save this party as a playlist on your Spotify, or update the one you saved."),
        (
            Argument(
                "name",
                Text(LONGEST_PLAYLIST),
                marked("The playlist's name; today's date if you leave this out"),
            ),
        ),
        audience=Audience.ALONE,
        slow=True,
        spotify=True,
        group=Group.SPOTIFY,
    ),
    Command(
        "import",
        sound.import_songs,
        marked("Add a whole list of songs: from a file, or from a Spotify playlist or album."),
        (
            Argument("link", SongList(), marked("A link to a Spotify album or to one of your playlists")),
            Argument("file", File(), marked("A list of songs: CSV, M3U, XSPF, JSPF, PLS or text")),
        ),
        audience=Audience.QUIET,
        slow=True,
        group=Group.SONGS,
    ),
    Command(
        "link",
        links.link,
        marked("Get a link to this party's page: one for you, and one to share. Only you see this."),
        (Argument("choice", OneOf(("new",)), marked("new replaces all links; only for moderators and DJs")),),
        audience=Audience.ALONE,
        group=Group.PARTY,
    ),
    Command(
        "new",
        links.new,
        marked("Start a party of your own, with a link to share."),
        audience=Audience.ALONE,
        without={Door.DISCORD: "a channel has one party", Door.SLACK: "a channel has one party"},
        group=Group.PARTY,
    ),
    Command(
        "settings",
        look.settings,
        marked("Change how this channel's party works. Needs Manage Server or the DJ role."),
        who=Who.MANAGERS,
        audience=Audience.ALONE,
        group=Group.PARTY,
    ),
    Command(
        "stats",
        look.stats,
        marked("See whose songs got played, which were loved most, and the longest streak."),
        group=Group.PARTY,
    ),
    Command(
        "map",
        look.draw_map,
        marked("See a map of how similar this party's songs are."),
        slow=True,
        group=Group.PARTY,
    ),
    Command(
        "export",
        look.export,
        marked("Take this party home as a file: what was played and what's still waiting."),
        (
            Argument(
                "form",
                OneOf(tuple(Form)),
                marked("CSV for spreadsheets; M3U, XSPF or JSPF for music players"),
            ),
        ),
        audience=Audience.ALONE,
        group=Group.PARTY,
    ),
    Command(
        "end",
        night.end,
        marked("End the party: the music stops, and the night gets a page to keep. For moderators and DJs."),
        who=Who.MODERATORS,
        audience=Audience.ALONE,
        slow=True,
        group=Group.PARTY,
    ),
    Command(
        "learn",
        look.learn,
        marked("See whether I may learn from this channel's songs. Changing it needs Manage Server."),
        (Argument("choice", OneOf(("on", "off")), _SWITCH),),
        who=Who.OWNERS,
        group=Group.PARTY,
    ),
    Command(
        "my-data",
        look.my_data,
        marked("Get everything I know about you, as a file. Only you see it."),
        audience=Audience.ALONE,
        personal=True,
        slack="",  # behind /party: the name would be taken for Slack's own data
        group=Group.YOU,
    ),
    Command(
        "delete-my-data",
        look.delete_my_data,
        marked("Erase everything I know about you."),
        (Argument("sure", OneOf(("yes",)), marked("Erase my data"), shown=False),),
        audience=Audience.ALONE,
        personal=True,
        slack="",  # behind /party: the name would be taken for Slack's own data
        group=Group.YOU,
    ),
    Command(
        "help",
        _help,
        marked("See what I can do."),
        audience=Audience.ALONE,
        personal=True,
        slack="",  # behind /party: /help would be everybody's
        group=Group.YOU,
    ),
)
"""Every command, in the order in which help lists them."""

BY_NAME: Mapping[str, Command] = {command.name: command for command in TABLE}
