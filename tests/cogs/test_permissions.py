"""Channels in which the bot lacks a permission: people hear of it once, and the card goes on where it can."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.party.errors import NothingPlaying
from bot.party.words import Member
from bot.service import PartyService
from cogs import card as live
from cogs import side_door
from tests.cogs.stage import is_card, log_in, open_server, read, room
from tests.conftest import ANNA
from tests.fakes.discord_model import EVERYONE, SEND_MESSAGES, VIEW_CHANNEL, FakeChannel, FakeMessage, Reply
from tests.fakes.discord_people import ADMINISTRATOR, CONNECT, SEND_IN_THREADS, ChannelKind
from tests.fakes.discord_server import FakeDiscord
from tests.patience import pass_by
from tests.patience import until as eventually

PACE_S = 0.1
MINUTES_10 = 600.0
UNSEEN = EVERYONE & ~VIEW_CHANNEL
MUTE = EVERYONE & ~SEND_MESSAGES


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards rest shorter than they really do."""
    monkeypatch.setattr(live, "EDIT_EVERY_S", PACE_S)


def cards(fake: FakeDiscord, place: FakeChannel) -> list[FakeMessage]:
    """The cards that a channel shows."""
    return [message for message in fake.messages if is_card(message) and message.channel is place]


def notes(reply: Reply) -> list[str]:
    """What an answer says of missing permissions, to the asker alone."""
    told = [message for message in reply.messages if "up to date" in message.text]
    assert all(message.ephemeral for message in told)
    return [read(message.text) for message in told]


async def voted(
    fake: FakeDiscord, party: PartyService, place: FakeChannel, number: int
) -> Callable[[], bool]:
    """Votes for the last song from elsewhere; what is returned says whether the one card shows that."""
    song = (await party.insight.now(room(fake, place))).queue[-1].id
    await party.ballots.vote(room(fake, place), Member("discord", str(600 + number), "Guest"), song, +1)
    return lambda: [f"👍 {number}" in card.text for card in cards(fake, place)] == [True]


async def answered(reply: Reply) -> None:
    """Waits until the bot has told what it lacks, the last it does for a request: it knows the token then."""
    await eventually(lambda: notes(reply) != [])


async def add(fake: FakeDiscord, place: FakeChannel, song: str) -> Reply:
    """Somebody adds a song."""
    return await fake.slash(fake.member("Anna"), "add", channel=place, song=song)


@pytest.mark.parametrize(
    ("kind", "missing", "names"),
    [
        (ChannelKind.TEXT, VIEW_CHANNEL, ["View Channel"]),
        (ChannelKind.TEXT, SEND_MESSAGES, ["Send Messages"]),
        (ChannelKind.TEXT, VIEW_CHANNEL | SEND_MESSAGES, ["View Channel", "Send Messages"]),
        (ChannelKind.TEXT, SEND_IN_THREADS, []),
        (ChannelKind.VOICE, CONNECT, ["Connect"]),
        (ChannelKind.THREAD, SEND_IN_THREADS, ["Send Messages in Threads"]),
        (ChannelKind.THREAD, SEND_MESSAGES, []),
    ],
)
async def test_what_is_missing_is_said_once_in_private(
    fake: FakeDiscord, kind: ChannelKind, missing: int, names: list[str]
) -> None:
    """By its name in Discord's settings, with who can give it; a thread has a permission of its own."""
    may = EVERYONE & ~missing
    place = (
        fake.add_thread("thread", app_permissions=may)
        if kind is ChannelKind.THREAD
        else fake.add_channel("place", app_permissions=may, kind=kind)
    )
    first, second = await add(fake, place, "mr brightside"), await add(fake, place, "wonderwall")
    told = [read(", ".join(f"**{name}**" for name in names))] if names else []
    assert [note.partition("I need ")[2].partition(" to keep")[0] for note in notes(first)] == told
    assert all("server manager" in note for note in notes(first))
    assert notes(second) == []


async def test_it_is_said_again_when_it_was_given_and_taken(fake: FakeDiscord) -> None:
    """Each time once, however many people act."""
    place = fake.add_channel("place", app_permissions=UNSEEN)
    told = []
    for may in (UNSEEN, UNSEEN, EVERYONE, EVERYONE, UNSEEN, UNSEEN):
        fake.permit(place, may)
        told.append(len(notes(await fake.slash(fake.member("Ben"), "now", channel=place))))
    assert told == [1, 0, 0, 0, 1, 0]


@pytest.mark.parametrize("may", [UNSEEN, MUTE, 0])
async def test_a_card_comes_and_goes_on_without_permission(
    fake: FakeDiscord, party: PartyService, may: int
) -> None:
    """The first song brings it, and it shows what is done elsewhere: interactions need no permission."""
    place = fake.add_channel("place", app_permissions=may)
    for song in ("mr brightside", "wonderwall"):
        await add(fake, place, song)
    await eventually(lambda: ["Wonderwall" in card.text for card in cards(fake, place)] == [True])
    for number in (1, 2, 3):
        await eventually(await voted(fake, party, place, number))
    refused = [it for it in fake.requests if it.status == 403]
    assert len(refused) <= 2


async def test_a_permission_that_is_taken_between_two_clicks(fake: FakeDiscord, party: PartyService) -> None:
    """The token of the last click keeps the card alive, and the next one's does."""
    place = fake.add_channel("place")
    for song in ("mr brightside", "wonderwall"):
        await add(fake, place, song)
    await eventually(lambda: ["Wonderwall" in card.text for card in cards(fake, place)] == [True])
    (card,) = cards(fake, place)
    vote = f"encore:vote:{(await party.insight.now(room(fake, place))).queue[-1].id}:1:queue"
    await fake.click(fake.member("Ben"), card, vote)
    fake.permit(place, UNSEEN)
    await eventually(await voted(fake, party, place, 2))
    await fake.click(fake.member("Cleo"), card, vote)
    await eventually(await voted(fake, party, place, 4))
    assert cards(fake, place) == [card]


async def test_a_refusal_that_no_permission_explains(fake: FakeDiscord, party: PartyService) -> None:
    """The token helps there too, nobody is told of anything, and the next request tries the channel again."""
    place = fake.channel
    for name in ("mr brightside", "wonderwall"):
        await add(fake, place, name)
    await eventually(lambda: ["Wonderwall" in card.text for card in cards(fake, place)] == [True])
    (card,) = cards(fake, place)
    song = (await party.insight.now(room(fake, place))).queue[-1].id
    await fake.click(fake.member("Ben"), card, f"encore:vote:{song}:1:queue")
    await eventually(lambda: "👍 1" in card.text)
    fake.fail_next("PATCH", f"/channels/{place.id}/", status=403, code=50001)
    await eventually(await voted(fake, party, place, 2))
    assert fake.requests[-1].path.endswith("/messages/@original")
    assert notes(await fake.slash(fake.member("Ben"), "now")) == []
    await eventually(await voted(fake, party, place, 3))
    assert [it.path for it in fake.requests if it.method == "PATCH"][-1].startswith(f"/channels/{place.id}/")


@pytest.mark.parametrize("way", ["the channel", "the bot's role", "another role"])
async def test_a_permission_that_comes_takes_the_card_up_again(
    fake: FakeDiscord, party: PartyService, way: str
) -> None:
    """Discord tells that the channel or a role has changed; nobody need do anything."""
    place = fake.add_channel("place", app_permissions=UNSEEN)
    await party.queue.add(room(fake, place), ANNA, "mr brightside")
    await fake.slash(fake.member("Ben"), "now", channel=fake.channel)
    assert cards(fake, place) == []
    if way == "the channel":
        fake.permit(place, EVERYONE)
    elif way == "the bot's role":
        fake.make_bot_admin(fake.guild)
    else:
        fake.make_bot_admin(fake.guild, by_role=fake.add_role("boss", permissions=ADMINISTRATOR))
    await eventually(lambda: len(cards(fake, place)) == 1)
    await party.queue.add(room(fake, place), ANNA, "wonderwall")
    await eventually(lambda: "Wonderwall" in cards(fake, place)[0].text)
    assert [it.path for it in fake.requests if it.method == "PATCH"][-1].startswith(f"/channels/{place.id}/")


async def test_files_need_no_permission_in_an_answer(fake: FakeDiscord) -> None:
    """Where the bot may not attach files, `/export` brings one all the same."""
    place = fake.add_channel("place", app_permissions=0)
    await add(fake, place, "mr brightside")
    reply = await fake.slash(fake.member("Anna"), "export", channel=place)
    assert [len(message.files) for message in reply.messages] == [1]


async def test_news_that_cannot_be_posted_make_no_noise(
    fake: FakeDiscord, party: PartyService, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has a line, and nobody is troubled."""
    caplog.set_level("INFO")
    place = fake.add_channel("place", app_permissions=UNSEEN)
    party.notices.post(room(fake, place), NothingPlaying())
    await eventually(lambda: "Could not post the news" in caplog.text)
    assert [it for it in caplog.records if it.levelname in {"WARNING", "ERROR"}] == []


async def test_a_newer_token_takes_over_before_the_old_one_ends(
    fake: FakeDiscord, party: PartyService
) -> None:
    """The card is posted anew with it, and the old card is gone: no second one shows an old state."""
    place = fake.add_channel("place", app_permissions=UNSEEN)
    await answered(await add(fake, place, "mr brightside"))
    await eventually(lambda: len(cards(fake, place)) == 1)
    (first,) = cards(fake, place)
    pass_by(MINUTES_10)
    await add(fake, place, "wonderwall")
    await eventually(lambda: "Wonderwall" in first.text)
    pass_by(side_door.FRESH_S - MINUTES_10 + 1)
    await eventually(lambda: first.deleted and len(cards(fake, place)) == 1)
    pass_by(MINUTES_10 / 2)
    await eventually(await voted(fake, party, place, 1))


async def test_a_card_that_was_asked_for_says_so_too(party: PartyService) -> None:
    """Also where nothing has changed since `/queue` answered with it."""
    async with open_server() as fake:
        async with log_in(fake, party):
            await party.queue.add(room(fake), ANNA, "mr brightside")
            await eventually(lambda: len(cards(fake, fake.channel)) == 1)
            await fake.slash(fake.member("Ben"), "queue")
        (before,) = cards(fake, fake.channel)
        async with log_in(fake, party):
            edit = f"/channels/{fake.channel.id}/messages/{before.id}"
            await eventually(lambda: any(it.path == edit and it.method == "PATCH" for it in fake.requests))
            # The cards of the earlier run are picked up by now, and nothing else looks at the next one.
            place = fake.add_channel("place", app_permissions=UNSEEN)
            shown = await fake.slash(fake.member("Ben"), "queue", channel=place)
            (asked,) = filter(is_card, shown.messages)
            await answered(shown)
            pass_by(side_door.FRESH_S + 1)
            await eventually(lambda: "can't keep this card" in asked.text)


async def test_a_card_that_nobody_keeps_alive_says_so(fake: FakeDiscord, party: PartyService) -> None:
    """Before its token ends it shows no old state any more, and its button brings the new one."""
    place = fake.add_channel("place", app_permissions=UNSEEN)
    await answered(await add(fake, place, "mr brightside"))
    await eventually(lambda: len(cards(fake, place)) == 1)
    (card,) = cards(fake, place)
    pass_by(side_door.FRESH_S + 1)
    await eventually(lambda: "can't keep this card" in card.text)
    assert "Brightside" not in card.text
    pass_by(side_door.FRESH_S)
    await party.queue.add(room(fake, place), ANNA, "wonderwall")
    await fake.click(fake.member("Ben"), card, "encore:page:0")
    await eventually(lambda: "Wonderwall" in card.text)
