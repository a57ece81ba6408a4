"""`/block`, `/unblock`, skips without a vote and newcomers' votes on Discord, as its users see them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.party.errors import (
    KeptOut,
    ModeratorsOnly,
    NoSuchPerson,
    NotBlocked,
    NotModerators,
    NotYourself,
    SongBlocked,
    SongTooLong,
    TooNewToVote,
)
from bot.party.words import Member, Room
from bot.service import PartyService
from tests.cogs.stage import log_in, open_server, private, public, read, room
from tests.fakes.discord_model import EVERYONE, FakeMember
from tests.fakes.discord_parts import walk
from tests.fakes.discord_server import FakeDiscord

MANAGE_SERVER, MANAGE_MESSAGES = 1 << 5, 1 << 13
MARKS = "\u0301\u0302\u0308"


def moderator(fake: FakeDiscord) -> FakeMember:
    """Who may manage messages, and so everybody's songs."""
    return fake.member("Mia", permissions=EVERYONE | MANAGE_MESSAGES)


async def fill(fake: FakeDiscord) -> None:
    """Anna's song plays, Ben's and another one of Anna's wait."""
    for name, song in (("Anna", "mr brightside"), ("Ben", "take on me"), ("Anna", "wonderwall")):
        await fake.slash(fake.member(name), "add", song=song)


async def waiting(fake: FakeDiscord, party: PartyService) -> list[str]:
    """What waits."""
    return [entry.track.title for entry in (await party.insight.now(room(fake))).queue]


async def test_a_member_is_blocked_and_let_in_again(fake: FakeDiscord, party: PartyService) -> None:
    """In private; what they do is refused in private, until they are picked from the list of the blocked."""
    await fill(fake)
    mia, ben = moderator(fake), fake.member("Ben")
    said = private(await fake.slash(mia, "block", member=ben))
    assert read(said).startswith("Ben is blocked: they can look, but not take part.")
    assert await waiting(fake, party) == ["Wonderwall"]
    for name, options in (("add", {"song": "imagine"}), ("skip", {}), ("vote", {"song": "1"}), ("next", {})):
        assert private(await fake.slash(ben, name, options=options)) == str(KeptOut())
    assert "Wonderwall" in public(await fake.slash(ben, "queue")).text
    assert "• Ben" in read(private(await fake.slash(mia, "block")))
    offered = await fake.autocomplete(mia, "unblock", what="be")
    assert [name for name, _ in offered] == ["Ben"]
    said = private(await fake.slash(mia, "unblock", what=offered[0][1]))
    assert read(said) == "Ben can take part again."
    public(await fake.slash(ben, "add", song="imagine"))


async def test_a_blocked_member_presses_nothing(fake: FakeDiscord, party: PartyService) -> None:
    """Votes, skips and pages of the card and votes on a ballot are refused in private and change nothing."""
    await fill(fake)
    for number in range(18):
        await party.queue.add(room(fake), Member("discord", "77", "Cleo"), f"typed:song {number} - nobody")
    mia, ben = moderator(fake), fake.member("Ben")
    ballot = public(await fake.slash(fake.member("Anna"), "next"))
    card = public(await fake.slash(fake.member("Anna"), "queue"))
    await fake.slash(mia, "block", member=ben)
    before = await party.insight.now(room(fake))
    presses = [(card, each) for each in card.buttons if "device" not in str(each.custom_id)]
    presses += [(ballot, each) for each in ballot.buttons]
    assert {str(each.custom_id).split(":")[1] for _, each in presses} >= {
        "vote",
        "skip",
        "next",
        "pause",
        "page",
        "more",
    }
    for message, button in presses:
        assert private(await fake.click(ben, message, button)) == str(KeptOut()), button.custom_id
    assert await party.insight.now(room(fake)) == before


async def test_whom_nobody_can_block(fake: FakeDiscord, party: PartyService) -> None:
    """Moderators, managers, DJs, oneself and bots; and members block nobody and see no list."""
    mia, anna = moderator(fake), fake.member("Anna")
    dj = fake.add_role("DJ")
    boss = fake.member("Boss", permissions=EVERYONE | MANAGE_SERVER)
    opened = (await fake.slash(boss, "settings")).messages[0]
    (roles,) = [it for it in opened.menus if it.custom_id.endswith("dj_role")]
    await fake.click(boss, opened, roles, values=[dj])
    helper = fake.member("Hal", permissions=EVERYONE | MANAGE_MESSAGES)
    for whom in (boss, helper, fake.member("Dee", roles=[dj])):
        assert private(await fake.slash(mia, "block", member=whom)) == str(NotModerators())
    assert private(await fake.slash(mia, "block", member=mia)) == str(NotYourself())
    robot = fake.member("Robot", bot=True)
    assert private(await fake.slash(mia, "block", member=robot)) == str(NoSuchPerson())
    assert private(await fake.slash(mia, "block", song="@ben")) == str(NoSuchPerson())
    for options in ({}, {"member": fake.member("Ben")}, {"song": "imagine"}):
        assert private(await fake.slash(anna, "block", options=options)) == str(ModeratorsOnly())
    assert private(await fake.slash(anna, "unblock", what="Ben")) == str(ModeratorsOnly())
    assert await fake.autocomplete(anna, "unblock", what="") == []
    assert (await party.blocks.of(room(fake))).members == ()


async def test_a_song_is_blocked_by_its_place_or_name(fake: FakeDiscord, party: PartyService) -> None:
    """One of the queue leaves it, and none of them can be added again until it is let in by its title."""
    await fill(fake)
    mia, anna = moderator(fake), fake.member("Anna")
    for song, named in (("1", "Take on Me – a-ha"), ("imagine lennon", "Imagine – John Lennon")):
        said = read(private(await fake.slash(mia, "block", song=song)))
        assert said == f"{named} is blocked here, in every version. Use /unblock to allow it again."
    assert await waiting(fake, party) == ["Wonderwall"]
    assert private(await fake.slash(anna, "add", song="imagine lennon")) == str(SongBlocked())
    assert private(await fake.slash(mia, "unblock", what="hey jude")) == str(NotBlocked())
    said = read(private(await fake.slash(mia, "unblock", what="imagine")))
    assert said == "Imagine – John Lennon can be added again."
    public(await fake.slash(anna, "add", song="imagine lennon"))


async def test_settings_show_what_is_blocked_and_let_it_in(fake: FakeDiscord, party: PartyService) -> None:
    """A menu for members and one for songs, where there are any; the very message shows what is left."""
    boss = fake.member("Boss", permissions=EVERYONE | MANAGE_SERVER)
    message = (await fake.slash(boss, "settings")).messages[0]
    assert not [it for it in message.menus if "blocked" in it.custom_id]
    for name in ("*Ben*", MARKS, "Cleo"):
        await fake.slash(boss, "block", member=fake.member(name), song="imagine lennon")
    message = (await fake.slash(boss, "settings")).messages[0]
    members, songs = [it for it in message.menus if "blocked" in it.custom_id]
    assert [label for label, _ in members.options] == [
        "Cleo",
        f"(ID {fake.member(MARKS).id})",
        "*Ben*",
    ]
    assert [label for label, _ in songs.options] == ["Imagine – John Lennon"]
    assert len([*walk(message.components)]) <= 40
    reply = await fake.click(boss, message, songs, values=[songs.options[0][1]])
    assert reply.updated
    assert [it.custom_id for it in message.menus if "blocked" in it.custom_id] == [members.custom_id]
    chosen = [value for _, value in members.options[:2]]
    await fake.click(boss, message, members, values=chosen)
    blocked = await party.blocks.of(room(fake))
    assert ([each.name for each in blocked.members], blocked.songs) == (["*Ben*"], ())
    reply = await fake.click(boss, message, members, values=[members.options[2][1]])
    assert not [it for it in message.menus if "blocked" in it.custom_id]


async def test_more_are_blocked_than_a_menu_shows(fake: FakeDiscord, party: PartyService) -> None:
    """Discord's menus take 25: the latest are shown, and the others come after them."""
    boss = fake.member("Boss", permissions=EVERYONE | MANAGE_SERVER)
    for number in range(27):
        await fake.slash(boss, "block", member=fake.member(f"Troll {number}"))
    message = (await fake.slash(boss, "settings")).messages[0]
    (members,) = [it for it in message.menus if "blocked" in it.custom_id]
    assert [label for label, _ in members.options] == [f"Troll {number}" for number in range(26, 1, -1)]
    assert "17 more" in private(await fake.slash(boss, "block"))


async def test_a_moderators_skip_is_told_to_all(fake: FakeDiscord, party: PartyService) -> None:
    """By command and by the button of the card; a member's press is a vote that shows by itself."""
    await fill(fake)
    mia = moderator(fake)
    said = read(public(await fake.slash(mia, "skip")).text)
    assert said == ("Mia skipped Mr. Brightside – The Killers as a moderator. Now playing: Take on Me – a-ha")
    card = public(await fake.slash(mia, "queue"))
    (skip,) = [it for it in card.buttons if str(it.custom_id).startswith("encore:skip:")]
    assert (await fake.click(fake.member("Anna"), card, skip)).messages == []
    reply = await fake.click(mia, card, skip)
    assert "Mia skipped Take on Me" in read(public(reply).text)
    card = public(await fake.slash(mia, "queue"))
    (skip,) = [it for it in card.buttons if str(it.custom_id).startswith("encore:skip:")]
    said = read(public(await fake.click(fake.member("Anna"), card, skip)).text)
    assert said.startswith("Anna skipped Wonderwall – Oasis, their own song.")


async def test_a_song_that_is_too_long_is_refused_in_private(fake: FakeDiscord, party: PartyService) -> None:
    """With the limit and its length."""
    said = private(await fake.slash(fake.member("Anna"), "add", song="Tubular Bells - Pt. I - Mike Oldfield"))
    assert said.replace("\u200b", "") == str(SongTooLong(10, "26:01"))


@pytest.fixture
async def grown(party: PartyService) -> AsyncIterator[FakeDiscord]:
    """A server that is a month old, with the bot in it."""
    async with open_server() as fake:
        fake.guild = fake.add_guild("Grown", days=30)
        fake.channel = fake.add_channel("music")
        async with log_in(fake, party):
            yield fake


async def test_the_votes_of_members_who_joined_today(grown: FakeDiscord, party: PartyService) -> None:
    """Are refused in private on the card, on ballots, by command and to skip, until the room allows them."""
    anna, nia = grown.member("Anna", days=2), grown.member("Nia", days=0)
    boss = grown.member("Boss", permissions=EVERYONE | MANAGE_SERVER, days=0)
    for member, song in ((anna, "mr brightside"), (nia, "take on me"), (anna, "wonderwall")):
        public(await grown.slash(member, "add", song=song))
    ballot = public(await grown.slash(nia, "next"))
    card = public(await grown.slash(nia, "queue"))
    refused = [await grown.slash(nia, "vote", song="wonderwall"), await grown.slash(nia, "skip")]
    for message in (card, ballot):
        button = next(it for it in message.buttons if str(it.custom_id).startswith("encore:vote:"))
        refused.append(await grown.click(nia, message, button))
    assert [private(reply) for reply in refused] == [str(TooNewToVote())] * 4
    now = await party.insight.now(Room("discord", grown.guild.id, grown.channel.id))
    assert [entry.votes for entry in (*now.queue, *now.ballot)] == [{}] * 7
    for member in (anna, boss, grown.member("Gast", days=1)):
        assert "voted for" in private(await grown.slash(member, "vote", song="wonderwall"))
    message = (await grown.slash(boss, "settings")).messages[0]
    (switches,) = [it for it in message.menus if it.custom_id.endswith("switches")]
    await grown.click(boss, message, switches, values=["newcomers", "at_once"])
    assert "voted for" in private(await grown.slash(nia, "vote", song="wonderwall"))


async def test_listeners_who_joined_today_are_not_counted(grown: FakeDiscord, party: PartyService) -> None:
    """In the voice channel count those whose votes would."""
    voice = grown.add_voice_channel("Music")
    boss = grown.member("Boss", permissions=EVERYONE | MANAGE_SERVER, days=9)
    message = (await grown.slash(boss, "settings")).messages[0]
    for rule, value in (("voice", voice), ("quorum", "all")):
        (menu,) = [it for it in message.menus if it.custom_id.endswith(rule)]
        await grown.click(boss, message, menu, values=[value])
    for name, days in (("Anna", 2), ("Nia", 0), ("Noe", 0)):
        grown.join_voice(grown.member(name, days=days), voice)
    await grown.slash(boss, "add", song="mr brightside")
    here = Room("discord", grown.guild.id, grown.channel.id)
    assert (await party.insight.now(here)).skips_needed == 2  # Boss and Anna


async def test_nobody_is_new_in_a_new_server(fake: FakeDiscord) -> None:
    """Where all have joined today, everybody's votes count."""
    await fill(fake)
    assert "voted for" in private(await fake.slash(fake.member("Nia"), "vote", song="wonderwall"))
