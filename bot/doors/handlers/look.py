"""What there is to look at, to take home, and to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.doors.answers import Answer, AskForSettings, ConfirmErasure, Said, Sections, SendFile
from bot.doors.ask import Ask, Door
from bot.doors.table import Group
from bot.party.errors import ManagersOnly, marked
from bot.party.rules.moderation import may_manage
from bot.party.shares import beside
from bot.takeaway.files import Form, exported, filename
from bot.takeaway.mapping import drawn, pictured, worded
from bot.takeaway.own_data import NAME, own_data

SHOWN = 20
"""How many songs of the past are shown."""
CHANNEL_NAME = "party"
"""What a file is called where the place has no name."""


async def history(ask: Ask) -> Answer:
    """Says what was played."""
    party = await ask.party.insight.now(ask.room, history=SHOWN)
    return Said("\n".join(ask.words.history(party)))


async def stats(ask: Ask) -> Answer:
    """Says who added what got played, and what was loved most."""
    found = await ask.party.insight.stats(ask.room)
    return Said("\n".join(ask.words.stats(found)), about=found)


async def draw_map(ask: Ask) -> Answer:
    """Draws how similar the songs are."""
    seen = await ask.party.map.of(ask.room)
    title = ask.title or ask.words.say(marked("This party"))
    png = await drawn(pictured(title, seen, worded(ask.words)))
    return SendFile(
        "map.png", png, ask.words.say(marked("The closer two songs are, the more similar they are."))
    )


async def export(ask: Ask, form: str = Form.CSV) -> Answer:
    """Sends the party as a file."""
    songs = await ask.party.insight.songs(ask.room)
    title = ask.title or CHANNEL_NAME
    data = exported(songs, Form(form), title)
    return SendFile(filename(title, Form(form)), data, ask.words.say(marked("This party")))


async def settings(ask: Ask) -> Answer:
    """Shows what the room may choose, to whoever may."""
    rules = await ask.party.settings.rules(ask.room)
    if not may_manage(ask.member, rules):
        raise ManagersOnly(ask.room)
    return AskForSettings(rules, await ask.party.blocks.of(ask.room))


async def learn(ask: Ask, choice: str | None = None) -> Answer:
    """Says whether the room's songs may train a model, or chooses it."""
    if choice is None:
        on = await ask.party.settings.shared(ask.room)
    else:
        on = await ask.party.settings.share(ask.room, ask.member, choice == "on", ask.key)
    return Said(ask.words.learning(on), about=on)


async def my_data(ask: Ask) -> Answer:
    """Sends the asker all that is kept of them."""
    kept = await ask.party.own_data.of(ask.member)
    account = await ask.party.accounts.of(ask.member) if ask.party.has_spotify else None
    name = account.name if account else None
    data = await beside(own_data, ask.member, kept, name, ask.party.now_ms())
    return SendFile(NAME, data, ask.own.say(marked("Everything I know about you.")))


async def delete_my_data(ask: Ask, sure: str | None = None) -> Answer:
    """Erases what is kept of the asker, once they have confirmed it."""
    if sure is not None:
        return Said(ask.own.forgotten(await ask.party.forget(ask.member)))
    say = ask.own.say
    text = say(
        marked(
            "I keep your ID and name, the songs you added, your votes, and the time of each. Erase your "
            "name, "
            "ID and votes from every party here? This can't be undone."
        )
    )
    if ask.party.has_spotify:
        text += " " + say(marked("Your Spotify connection will be erased too."))
    text += " " + say(marked("If a moderator has blocked you somewhere, your ID stays there for that alone."))
    return ConfirmErasure(text, say(marked("Erase my data")))


def help_sections(ask: Ask, groups: Mapping[Group, Sequence[str]]) -> Sections:
    """How to use the bot: where the sound comes from, the commands by their headings, and what else helps."""
    say = ask.own.say
    # The pieces to try a party with are of use on the page alone.
    has_music = ask.party.outlets.has_music if ask.door is Door.ROOM else ask.party.insight.has_own_music
    sound = ask.own.about_sound(ask.party.has_spotify, has_music)
    introduction = say(
        marked(
            "Everybody here shares one queue. Add a few songs, then ask me what's next: "
            "I'll find songs that go with what you've queued and voted for."
        )
    )
    moods = say(
        marked(
            "The mood of `/next` and `/vibe`: safe picks what fits best, "
            "balanced adds a surprise now and then, adventurous strays further."
        )
    )
    votes = say(marked("Vote on a song with 👍 and 👎. Press again to take your vote back."))
    listed = ["\n".join([ask.own.strong(say(group)), *lines]) for group, lines in groups.items()]
    return Sections(["\n".join([sound, introduction]), *listed, "\n".join([moods, votes])])
