"""What can be typed in Slack: each command by its name, and all of them behind `/party`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.party import links
from bot.party.domain import Entry, Mood, Party
from bot.party.errors import EmptyText, ManagersOnly, NoSuchEntry, NotUnderstood, marked
from bot.slack import forms, sound
from bot.slack.asked import Asked
from bot.slack.blocks import again, ballot_card
from bot.slack.live import SlackCards
from bot.slack.sound import SoundCommands
from bot.slack.words import typed
from bot.takeaway.files import Form, exported, filename
from bot.takeaway.mapping import drawn, pictured, worded

Handler = Callable[["Commands", Asked, str, str], Awaitable[None]]

LEAST, MOST = 3, 5
"""How many songs a ballot has."""
HISTORY = 20
"""How many songs of the past are shown."""


class Commands(SoundCommands):
    """The commands; each takes who asks, what was typed behind it, and the trigger that may open a form."""

    def __init__(self, cards: SlackCards) -> None:
        self.cards = cards

    async def run(self, name: str, asked: Asked, text: str, trigger: str) -> None:
        """Runs a command by its name.

        Raises:
            NotUnderstood: there is none of that name.
        """
        handler = HANDLERS.get(name)
        if handler is None:
            raise NotUnderstood
        await handler(self, asked, typed(text), trigger)

    async def party(self, asked: Asked, text: str, trigger: str) -> None:
        """Runs the command that is named first; `help` or nothing says what there is."""
        name, _, rest = text.partition(" ")
        if name.casefold() in {"", "help", "party"}:
            await self.help(asked, rest, trigger)
        else:
            await self.run(name.casefold(), asked, rest, trigger)

    async def help(self, asked: Asked, text: str, trigger: str) -> None:
        """Says what there is."""
        say = asked.own.say
        lines = [f"`/{name}` {say(told)}" for name, told in TOLD.items()]
        intro = say(
            marked(
                "Everybody here shares one queue. Add a few songs, then ask me what's next: "
                "I look for songs that belong with what you queued and voted for."
            )
        )
        also = say(
            marked("Where another app has taken a name, write `/party` in front of it: `/party next`.")
        )
        account = asked.own.about_spotify(asked.party.has_spotify)
        await asked.tell("\n".join([intro, "", *lines, "", account, "", also]))

    async def add(self, asked: Asked, text: str, trigger: str) -> None:
        """Adds a song or all of a playlist or album, or opens a form for several songs."""
        if not text:
            await forms.open_add(asked, trigger)
            return
        if links.several(text):
            await sound.bring_in(asked, text)
            return
        result = await asked.party.add(asked.room, asked.member, text, asked.key)
        quiet = asked.rules.quiet
        await asked.say((asked.own if quiet else asked.replies).added(result), quiet=quiet)

    async def queue(self, asked: Asked, text: str, trigger: str) -> None:
        """Posts the card."""
        await self.cards.show(asked.room)

    async def next(self, asked: Asked, text: str, trigger: str) -> None:
        """Posts a ballot; a number and a mood may be typed."""
        count, mood = MOST, Mood.BALANCED
        for word in text.casefold().split():
            if word.isdecimal():
                count = min(max(int(word[:3]), LEAST), MOST)
            elif word in {*Mood}:
                mood = Mood(word)
            else:
                raise NotUnderstood
        await self.offer(asked, count, mood)

    async def vibe(self, asked: Asked, text: str, trigger: str) -> None:
        """Posts a ballot for words."""
        await self.offer(asked, MOST, Mood.BALANCED, text, spoken=True)

    async def offer(
        self,
        asked: Asked,
        count: int,
        mood: Mood,
        words: str = "",
        *,
        spoken: bool = False,
        instead: bool = False,
    ) -> None:
        """Posts a ballot, or shows it instead of the one that was clicked."""
        if words or spoken:
            vibe = await asked.party.vibe(asked.room, asked.member, words, asked.key, mood=mood)
            ballot, intro, words = vibe.ballot, asked.replies.vibe(vibe), " ".join(vibe.known)
        else:
            ballot = await asked.party.next(asked.room, asked.member, count, asked.key, mood=mood)
            intro = asked.replies.offered(ballot)
        blocks = ballot_card(
            ballot,
            asked.replies,
            intro=intro,
            again=again(mood, count, words),
            now_ms=asked.party.now_ms(),
            threshold=asked.rules.threshold,
        )
        await (asked.replace(intro, blocks) if instead else asked.say(intro, blocks))

    async def skip(self, asked: Asked, text: str, trigger: str) -> None:
        """Votes to skip what plays."""
        result = await asked.party.skip(asked.room, asked.member, asked.key)
        await asked.say(asked.replies.skipped(result))

    async def vote(self, asked: Asked, text: str, trigger: str) -> None:
        """Votes for a song, or against it if `down` stands behind it."""
        song, _, how = text.rpartition(" ")
        value = {"up": 1, "down": -1, "none": 0}.get(how.casefold())
        if value is None:
            song, value = text, 1
        entry = meant(await asked.party.party(asked.room, history=0), song, asked)
        result = await asked.party.vote(asked.room, asked.member, entry.id, value, asked.key)
        await asked.tell(asked.own.voted(result))

    async def remove(self, asked: Asked, text: str, trigger: str) -> None:
        """Takes a song out."""
        entry = meant(await asked.party.party(asked.room, history=0), text, asked)
        removed = await asked.party.remove(asked.room, asked.member, entry.id, asked.key)
        await asked.say(asked.replies.removed(removed))

    async def undo(self, asked: Asked, text: str, trigger: str) -> None:
        """Takes back what the member did last."""
        result = await asked.party.undo(asked.room, asked.member, asked.key)
        if result.kind in {"vote", "skip"}:  # nobody else has seen it done
            await asked.tell(asked.own.undone(result))
        else:
            await asked.say(asked.replies.undone(result))

    async def history(self, asked: Asked, text: str, trigger: str) -> None:
        """Says what was played."""
        party = await asked.party.party(asked.room, history=HISTORY)
        await asked.tell("\n".join(asked.own.history(party)))

    async def why(self, asked: Asked, text: str, trigger: str) -> None:
        """Says what speaks for a song."""
        try:
            entry = meant(await asked.party.party(asked.room, history=0), text, asked)
            why = await asked.party.why(asked.room, entry_id=entry.id)
        except NoSuchEntry:
            why = await asked.party.why(asked.room, text)
        await asked.tell("\n".join(asked.own.why(why)))

    async def autopilot(self, asked: Asked, text: str, trigger: str) -> None:
        """Says how the autopilot stands, or switches it on or off."""
        rules, choice = asked.rules, text.casefold()
        if choice in {"on", "off"}:
            switch = {"autopilot": choice == "on"}
            rules = await asked.party.choose(asked.room, asked.member, switch, asked.key)
        elif choice:
            raise NotUnderstood
        await asked.say(asked.replies.autopilot(rules.autopilot, rules.autopilot_below))

    async def delete_my_data(self, asked: Asked, text: str, trigger: str) -> None:
        """Erases what is known of the asker, once they have confirmed it."""
        if text.casefold() != "yes":
            told = marked(
                "I keep your id and name, the songs you added, your votes, and when you did so. To erase "
                "your name, your id and your votes from every party here, write "
                "`/party delete-my-data yes`. That cannot be undone."
            )
            account = marked("Your Spotify connection goes with it.")
            also = [asked.own.say(account)] if asked.party.has_spotify else []
            await asked.tell(" ".join([asked.own.say(told), *also]))
            return
        await asked.tell(asked.own.forgotten(await asked.party.forget(asked.member)))

    async def settings(self, asked: Asked, text: str, trigger: str) -> None:
        """Opens the form of what the channel may choose."""
        if not (asked.member.manager or asked.member.user_id in asked.rules.djs.split()):
            raise ManagersOnly
        await forms.open_settings(asked, trigger)

    async def map(self, asked: Asked, text: str, trigger: str) -> None:
        """Draws how the songs lie to each other."""
        entries, shares = await asked.party.likeness(asked.room)
        title = asked.replies.say(marked("This party"))
        png = await drawn(pictured(title, entries, shares, worded(asked.replies)))
        told = asked.replies.say(marked("What lies close together belongs together."))
        await forms.upload(asked, png, "map.png", told)

    async def export(self, asked: Asked, text: str, trigger: str) -> None:
        """Sends the party as a file."""
        try:
            form = Form(text.casefold() or Form.CSV)
        except ValueError:
            raise NotUnderstood from None
        songs = await asked.party.songs(asked.room)
        data = exported(songs, form, "party")
        await forms.upload(asked, data, filename("party", form), asked.own.say(marked("This party")))


def meant(party: Party, text: str, asked: Asked) -> Entry:
    """The entry whose number in the queue or title was typed: one's own first.

    Raises:
        EmptyText: nothing was typed.
        NoSuchEntry: there is none.
    """
    if not text:
        raise EmptyText
    waiting = [*([party.playing] if party.playing else []), *party.queue]
    if text.isdecimal():
        found = list(party.queue[max(int(text[:9]) - 1, 0) : int(text[:9])])
    else:
        wanted = text.casefold()
        found = [e for e in waiting if wanted in f"{e.track.title} – {e.track.artist}".casefold()]
    if not found:
        raise NoSuchEntry
    return min(found, key=lambda entry: entry.added_by != asked.member)


HANDLERS: dict[str, Handler] = {
    "add": Commands.add,
    "next": Commands.next,
    "queue": Commands.queue,
    "skip": Commands.skip,
    "vote": Commands.vote,
    "remove": Commands.remove,
    "undo": Commands.undo,
    "history": Commands.history,
    "why": Commands.why,
    "vibe": Commands.vibe,
    "autopilot": Commands.autopilot,
    "settings": Commands.settings,
    "map": Commands.map,
    "export": Commands.export,
    "spotify": Commands.spotify,
    "play": Commands.play,
    "pause": Commands.pause,
    "volume": Commands.volume,
    "save": Commands.save,
    "import": Commands.bring_in,
    "delete-my-data": Commands.delete_my_data,
    "party": Commands.party,
    "help": Commands.help,
}
TOLD = {
    "add": marked("Add a song, or several, to the party."),
    "next": marked("Ask what to play next, and vote."),
    "vibe": marked("Say in words what to play, with an empty queue too, and vote."),
    "queue": marked("Bring the party's card down here: what plays, what waits, and vote."),
    "vote": marked("Vote for or against a song of the queue, or take your vote back."),
    "skip": marked("Vote to skip what plays; once enough of the people here agree it is skipped."),
    "remove": marked("Take a song out of the queue: your own, or any if you moderate."),
    "undo": marked("Take back the last thing you did here."),
    "history": marked("See what was played here."),
    "why": marked("See how much each song and member here speaks for a song."),
    "autopilot": marked("Let me ask what's next before the queue runs dry."),
    "settings": marked("Choose how this channel's party works."),
    "map": marked("See a picture of how this party's songs lie to each other."),
    "party delete-my-data": marked("Have everything erased that I know of you."),
    "export": marked("Take this party home as a file: what was played and what waits."),
    "spotify": marked("Connect your Spotify, choose a device, or stop playing on it."),
    "play": marked("Play the party on your Spotify, or go on after a pause."),
    "pause": marked("Let the party stand still."),
    "volume": marked("Set how loud the party is, from 0 to 100."),
    "save": marked("Save this party as a playlist of yours on Spotify."),
    "import": marked("Add all songs of a Spotify playlist or album."),
}
"""What each command is for."""
