"""`/favourites` on Discord, and the buttons under it."""

from __future__ import annotations

from bot.party.errors import NotAFavourite
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies
from cogs.client import open_discord
from tests.cogs.stage import TOKEN, private, read, room
from tests.fakes.discord_model import FakeChannel, FakeMember, FakeMessage
from tests.fakes.discord_parts import walk
from tests.fakes.discord_server import FakeDiscord

SONGS = ("mr brightside", "take on me", "wonderwall")
SAYS = Replies(language("en"), str)


async def wish(fake: FakeDiscord, member: FakeMember, channel: FakeChannel, *songs: str) -> None:
    """Ben adds songs elsewhere, and somebody votes for them."""
    for song in songs:
        await fake.slash(fake.member("Ben"), "add", song=song, channel=channel)
        await fake.slash(member, "vote", song=song.partition(" - ")[0].removeprefix("mr "), channel=channel)


async def titles(fake: FakeDiscord, party: PartyService) -> list[str]:
    """What plays, then what waits in the default channel."""
    now = await party.insight.now(room(fake))
    return [each.track.title for each in ((now.playing,) if now.playing else ()) + now.queue]


def labels(message: FakeMessage) -> list[str]:
    """What stands on the buttons."""
    return [button.label or "" for button in message.buttons]


async def test_what_was_voted_for_elsewhere_is_added_with_one_press(
    fake: FakeDiscord, party: PartyService
) -> None:
    """A private list with a button a song; what was pressed is told above it, and goes from it."""
    anna, other = fake.member("Anna"), fake.add_channel("other")
    await wish(fake, anna, other, *SONGS)
    reply = await fake.slash(anna, "favourites")
    assert "**3.** Mr. Brightside – The Killers" in private(reply)
    (message,) = reply.messages
    assert labels(message) == [
        "1. Wonderwall – Oasis",
        "2. Take on Me – a-ha",
        "3. Mr. Brightside – The Killers",
        "Add all 3",
    ]
    await fake.click(anna, message, message.buttons[1])
    assert read(message.text).startswith("Now playing: Take on Me – a-ha")
    assert labels(message) == ["1. Wonderwall – Oasis", "2. Mr. Brightside – The Killers", "Add all 2"]
    await fake.click(anna, message, message.buttons[-1])
    assert "Added Wonderwall – Oasis: next up.\nAdded Mr. Brightside" in read(message.text)
    assert labels(message) == []
    assert await titles(fake, party) == ["Take on Me", "Wonderwall", "Mr. Brightside"]


async def test_buttons_work_after_a_restart_and_for_their_owner_alone(
    fake: FakeDiscord, party: PartyService
) -> None:
    """What is to be added stands in their ids, and means nothing for who did not vote so."""
    anna, eve, other = fake.member("Anna"), fake.member("Eve"), fake.add_channel("other")
    await wish(fake, anna, other, *SONGS)
    await wish(fake, eve, other, "hey jude")
    (message,) = (await fake.slash(anna, "favourites")).messages
    (eves,) = (await fake.slash(eve, "favourites")).messages
    wonderwall = message.buttons[0].custom_id or ""
    (button,) = [part for part in walk(eves.components) if part.get("custom_id")]
    button["custom_id"] = wonderwall
    async with open_discord(party, TOKEN):
        await fake.ready()
        assert private(await fake.click(eve, eves, wonderwall)) == SAYS.error(NotAFavourite())
        await fake.click(anna, message, message.buttons[0])
    assert await titles(fake, party) == ["Wonderwall"]


async def test_older_ones_are_on_the_next_page(fake: FakeDiscord) -> None:
    """Ten at once within Discord's limits; a press on the second page stays there."""
    anna, other = fake.member("Anna"), fake.add_channel("other")
    await wish(fake, anna, other, *(f"Zzyzx Number {letter} - Qwfp" for letter in "abcdefghijklmn"))
    (message,) = (await fake.slash(anna, "favourites")).messages
    assert labels(message)[-2:] == ["Add all 10", "Older ones"]
    assert "Number n" in message.text
    assert "Number d" not in message.text
    await fake.click(anna, message, message.buttons[-1])
    assert labels(message)[0] == "1. Zzyzx Number d – Qwfp"
    await fake.click(anna, message, message.buttons[1])
    assert labels(message) == [
        "1. Zzyzx Number d – Qwfp",
        "2. Zzyzx Number b – Qwfp",
        "3. Zzyzx Number a – Qwfp",
        "Add all 3",
    ]


async def test_favourites_may_be_typed(fake: FakeDiscord, party: PartyService) -> None:
    """By their number in the list, or all; a number that is none is told so."""
    anna, other = fake.member("Anna"), fake.add_channel("other")
    none = private(await fake.slash(anna, "favourites"))
    assert none == "You have no favourites yet. Vote 👍 for songs in any party to find them here."
    await wish(fake, anna, other, *SONGS)
    for wrong in ("4", "0", "some song", "entry:999"):
        assert private(await fake.slash(anna, "favourites", song=wrong)) == SAYS.error(NotAFavourite())
    assert "Take on Me" in private(await fake.slash(anna, "favourites", song="2"))
    assert "Wonderwall" in private(await fake.slash(anna, "favourites", song="ALL"))
    assert await titles(fake, party) == ["Take on Me", "Wonderwall", "Mr. Brightside"]
    left = private(await fake.slash(anna, "favourites"))
    assert left == "That's all: your other favourites are already in the queue here."
