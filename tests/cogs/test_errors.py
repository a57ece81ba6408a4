"""Whatever goes wrong on Discord is told to the asker alone, and the party stays as it was."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field

import pytest

from bot.party.errors import (
    EmptyText,
    NoSuchEntry,
    NothingPlaying,
    NothingToUndo,
    NotYours,
    NoWords,
    OwnersOnly,
    PartyError,
    TextTooLong,
    UnknownChoice,
    UnknownLink,
)
from bot.party.limits import LONGEST_TEXT
from bot.party.words import Party, Room
from bot.playback.errors import NoSpotify
from bot.service import PartyService
from db.store import Store
from tests.cogs.stage import is_card, private, public, read, room, until
from tests.fakes.discord_model import EVERYONE, Reply
from tests.fakes.discord_server import FakeDiscord
from tests.stall import stalled

UNKNOWN_TRACK = "https://open.spotify.com/track/0000000000000000000000"
ALBUM = "https://open.spotify.com/album/0000000000000000000000"
MANAGE_SERVER = 1 << 5
NUMBER = re.compile(r"\(error ([0-9a-f]{8})\)")


@dataclass(frozen=True)
class Failing:
    """A request of Ben's that cannot be met, at a party where Anna's song plays unless it is `empty`."""

    command: str
    error: PartyError
    options: dict[str, str] = field(default_factory=dict)
    empty: bool = False


def adding(text: str, error: PartyError) -> Failing:
    """`/add` with a text that is no song."""
    return Failing("add", error, {"song": text})


def removing(text: str, error: PartyError, *, empty: bool = False) -> Failing:
    """`/remove` with a text that is no song of Ben's."""
    return Failing("remove", error, {"song": text}, empty)


def vibing(text: str, error: PartyError) -> Failing:
    """`/vibe` with a text that is no words."""
    return Failing("vibe", error, {"words": text})


NO_WORDS = NoWords()
FAILING = {
    "an empty text": adding("", EmptyText()),
    "only spaces": adding("   ", EmptyText()),
    "only emoji": adding("🎉👍🏽", EmptyText()),
    "only punctuation": adding("?! - ...", EmptyText()),
    "a text of Discord's full length": adding("x" * 6000, TextTooLong(LONGEST_TEXT)),
    "a full length of signs": adding("*" * 6000, TextTooLong(LONGEST_TEXT)),
    "an unknown track": adding(UNKNOWN_TRACK, UnknownLink()),
    "an album": adding(ALBUM, NoSpotify()),
    "another site": adding("https://example.com/song", UnknownLink()),
    "a choice that was never offered": adding("track:nope", UnknownChoice()),
    "a vibe without words": vibing("", NO_WORDS),
    "a vibe of emoji": vibing("🎉👍🏽", NO_WORDS),
    "a vibe of Discord's full length": vibing("90s " * 1500, TextTooLong(LONGEST_TEXT)),
    "a skip of nothing": Failing("skip", NothingPlaying(), empty=True),
    "an undo of nothing": Failing("undo", NothingToUndo()),
    "an undo at an empty party": Failing("undo", NothingToUndo(), empty=True),
    "a removal from an empty party": removing("1", NoSuchEntry(), empty=True),
    "a removal of an empty text": removing("", NoSuchEntry()),
    "a removal of a title that is not there": removing("no such song", NoSuchEntry()),
    "a removal of a number that is not there": removing("1", NoSuchEntry()),
    "a removal of a choice that is not there": removing("entry:99", NoSuchEntry()),
    "a removal of a huge number": removing("entry:" + "9" * 5000, NoSuchEntry()),
    "a removal of a huge place": removing("9" * 6000, NoSuchEntry()),
    "a removal of somebody else's song": removing("brightside", NotYours()),
    "a removal of somebody else's choice": removing("entry:1", NotYours()),
    "learning switched on by anybody": Failing("learn", OwnersOnly(), {"choice": "on"}),
    "learning switched off by anybody": Failing("learn", OwnersOnly(), {"choice": "off"}, empty=True),
}


@pytest.mark.parametrize("name", FAILING)
async def test_an_error_is_private_and_changes_nothing(
    fake: FakeDiscord, party: PartyService, name: str
) -> None:
    """The asker alone reads the error's own sentence."""
    failing = FAILING[name]
    if not failing.empty:
        await fake.slash(fake.member("Anna"), "add", song="mr brightside")
    before = await party.insight.now(room(fake))
    reply = await fake.slash(fake.member("Ben"), failing.command, options=failing.options)
    assert private(reply) == str(failing.error)
    assert await party.insight.now(room(fake)) == before


@pytest.mark.usefixtures("hasty")
async def test_commands_and_clicks_are_acknowledged_before_the_store_is_asked(
    fake: FakeDiscord, store: Store
) -> None:
    """While the database is busy every request is deferred already, so Discord does not give it up."""
    anna = fake.member("Anna")
    await fake.slash(anna, "add", song="mr brightside")
    ballot = public(await fake.slash(anna, "next"))
    async with stalled(store):
        waiting = [
            await fake.slash(anna, "add", song="take on me", wait=False),
            await fake.slash(anna, "next", wait=False),
            await fake.slash(anna, "vibe", words="90s", wait=False),
            await fake.slash(anna, "queue", wait=False),
            await fake.slash(anna, "skip", wait=False),
            await fake.slash(anna, "remove", song="brightside", wait=False),
            await fake.slash(anna, "undo", wait=False),
            await fake.slash(anna, "learn", wait=False),
            await fake.click(anna, ballot, ballot.buttons[0], wait=False),
        ]
        for reply in waiting:
            await until(reply.interaction, lambda reply=reply: reply.deferred)  # type: ignore[misc]
            assert reply.messages == []
    for reply in waiting:
        await fake.settled(reply)


async def test_looking_waits_for_no_change(fake: FakeDiscord, store: Store) -> None:
    """While a change takes long, what plays is said at once, as it is committed."""
    anna = fake.member("Anna")
    await fake.slash(anna, "add", song="mr brightside")
    async with stalled(store, looks=False):
        adding = await fake.slash(anna, "add", song="take on me", wait=False)
        now = await fake.slash(anna, "now")
        assert "Brightside" in now.text
        assert adding.messages == []
    await fake.settled(adding)


@pytest.mark.usefixtures("hasty")
async def test_an_error_is_told_though_the_deferral_was_deleted(fake: FakeDiscord, store: Store) -> None:
    """A moderator may delete the bot's "thinking" message meanwhile; the asker still gets the sentence."""
    async with stalled(store):
        reply = await fake.slash(fake.member("Anna"), "skip", wait=False)
        await until(reply.interaction, lambda: reply.deferred)
        assert reply.interaction.original is not None
        fake.world.delete(reply.interaction.original, by=None)
    assert private(await fake.settled(reply)) == str(NothingPlaying())


@asynccontextmanager
async def broken(database_url: str) -> AsyncIterator[None]:
    """A database that lacks a table."""
    with closing(sqlite3.connect(database_url.partition("///")[2])) as database:
        database.execute("ALTER TABLE changes RENAME TO lost")
        yield
        database.execute("ALTER TABLE lost RENAME TO changes")


def numbered(reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    """The answer is a private apology whose number stands in the log, with what went wrong."""
    text = private(reply)
    number = NUMBER.search(text)
    assert number is not None, text
    assert text.startswith("Sorry")
    (record,) = [it for it in caplog.records if number[1] in it.getMessage()]
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None


async def test_a_broken_store_is_apologised_for(
    fake: FakeDiscord, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every command and click gets an apology of its own; when the store is mended the bot goes on."""
    anna = fake.member("Anna")
    await fake.slash(anna, "add", song="mr brightside")
    ballot = public(await fake.slash(anna, "next"))
    async with broken(database_url):
        replies = [
            await fake.slash(anna, "add", song="take on me"),
            await fake.slash(anna, "next"),
            await fake.slash(anna, "vibe", words="90s"),
            await fake.slash(anna, "queue"),
            await fake.slash(anna, "skip"),
            await fake.slash(anna, "remove", song="entry:1"),
            await fake.slash(anna, "undo"),
            await fake.click(anna, ballot, ballot.buttons[0]),
        ]
    for reply in replies:
        numbered(reply, caplog)
        assert "no such table" not in reply.text
    assert len({reply.text for reply in replies}) == len(replies)
    reply = await fake.slash(anna, "add", song="take on me")
    assert "next up" in public(reply).text


async def test_an_apology_never_denies_what_was_done(
    fake: FakeDiscord, party: PartyService, caplog: pytest.LogCaptureFixture
) -> None:
    """When only the answer cannot be shown, the song is queued and the apology does not say otherwise."""
    fake.fail_next("POST", "/callback", status=403, code=50013, message="Missing Permissions")
    reply = await fake.slash(fake.member("Anna"), "add", song="mr brightside")
    numbered(reply, caplog)
    assert (await party.insight.now(room(fake))).playing is not None
    assert "nothing was changed" not in reply.text


async def test_a_vote_whose_message_is_gone_is_apologised_for(
    fake: FakeDiscord, party: PartyService, caplog: pytest.LogCaptureFixture
) -> None:
    """A click whose ballot cannot be edited counts, and its member hears of the failure in private."""
    message = public(await fake.slash(fake.member("Anna"), "next"))
    fake.fail_next("POST", "/callback", status=404, code=10008, message="Unknown Message")
    reply = await fake.click(fake.member("Ben"), message, message.buttons[0])
    numbered(reply, caplog)
    assert (await party.insight.now(room(fake))).playing is not None
    assert "nothing was changed" not in reply.text


@pytest.mark.usefixtures("hasty")
async def test_a_refused_deferral_is_apologised_for(
    fake: FakeDiscord, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """A request that Discord did not let the bot defer is answered at once, in private."""
    fake.fail_next("POST", "/callback", status=400, code=50035, message="Invalid Form Body")
    async with stalled(store):
        reply = await fake.slash(fake.member("Anna"), "add", song="mr brightside")
    numbered(reply, caplog)


@pytest.mark.usefixtures("hasty")
async def test_a_failure_after_a_public_deferral_leaves_no_trace_of_it(
    fake: FakeDiscord, store: Store
) -> None:
    """What everybody saw of a slow request is gone when only the asker is to hear of it."""
    async with stalled(store):
        reply = await fake.slash(fake.member("Anna"), "skip", wait=False)
        await until(reply.interaction, lambda: reply.deferred)
    assert private(await fake.settled(reply)) == str(NothingPlaying())


async def deliver_again(fake: FakeDiscord, reply: Reply) -> None:
    """Delivers an interaction a second time and waits until the bot has been refused and has gone quiet."""
    it = reply.interaction
    assert it.payload["id"] == reply.interaction_id
    if it.source is None:
        given = {option["name"]: option["value"] for option in it.payload["data"].get("options", [])}
        name = it.payload["data"]["name"]
        key = reply.interaction_id
        await fake.slash(it.member, name, interaction_id=key, wait=False, options=given)
    else:
        button = it.payload["data"]["custom_id"]
        await fake.click(it.member, it.source, button, interaction_id=reply.interaction_id, wait=False)
    callback = f"/interactions/{it.id}/"
    await until(it, lambda: sum(request.path.startswith(callback) for request in fake.requests) == 2)
    await fake.settled(reply)


async def everything(fake: FakeDiscord, party: PartyService, where: Room) -> tuple[Party, list[str]]:
    """The party, and every message that there is but the card, which follows the party when it may."""
    answers = [message.text for message in fake.messages if not is_card(message)]
    return await party.insight.now(where), answers


async def test_a_request_that_is_delivered_twice_happens_once(
    fake: FakeDiscord, party: PartyService, caplog: pytest.LogCaptureFixture
) -> None:
    """The second delivery of any command or click changes nothing, shows nobody anything, alarms nobody."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fake.slash(anna, "add", song="mr brightside")
    await fake.slash(anna, "add", song="wonderwall")
    ballot = public(await fake.slash(ben, "next", count=3))
    for reply in (
        await fake.slash(anna, "add", song="take on me"),
        await fake.slash(ben, "next", count=4),
        await fake.slash(ben, "vibe", words="90s rock"),
        await fake.slash(ben, "queue"),
        await fake.slash(ben, "skip"),
        await fake.slash(anna, "remove", song="1"),
        await fake.slash(anna, "undo"),
        await fake.click(ben, ballot, ballot.buttons[0]),
        await fake.click(anna, ballot, ballot.buttons[1]),
        await fake.slash(fake.member("Mo", permissions=EVERYONE | MANAGE_SERVER), "learn", choice="on"),
        await fake.slash(ben, "learn"),
        await fake.slash(ben, "help"),
    ):
        before = await everything(fake, party, room(fake))
        await deliver_again(fake, reply)
        assert await everything(fake, party, room(fake)) == before
    assert [it.getMessage() for it in caplog.records if it.levelno >= logging.ERROR] == []


async def test_a_failing_request_that_is_delivered_twice_is_told_once(fake: FakeDiscord) -> None:
    """The second delivery of a request that cannot be met adds no second sentence."""
    reply = await fake.slash(fake.member("Anna"), "skip")
    await deliver_again(fake, reply)
    assert [read(message.text) for message in fake.messages] == [str(NothingPlaying())]
