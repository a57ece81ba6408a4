"""The end of a party on Discord: what is answered, what becomes of the card, and the night's message."""

from __future__ import annotations

import pytest

from bot.party.errors import ModeratorsOnly, NothingToEnd
from bot.service import PartyService
from cogs import card as live
from tests.cogs.stage import is_card, private, read, room
from tests.conftest import ANNA, BEN, MOD, Clock
from tests.fakes.discord_model import EVERYONE, SEND_MESSAGES, VIEW_CHANNEL, FakeChannel, FakeMessage
from tests.fakes.discord_server import FakeDiscord
from tests.patience import until as eventually

MANAGE_MESSAGES = 1 << 13
ADDRESS = "https://party.example"
SONGS = ("mr brightside", "take on me", "wonderwall")
SILENT = 1 << 12
"""The flag of a message without a notification (docs, "Message Flags": SUPPRESS_NOTIFICATIONS)."""


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards rest shorter than they really do."""
    monkeypatch.setattr(live, "EDIT_EVERY_S", 0.1)


@pytest.fixture(autouse=True)
def address(party: PartyService) -> None:
    """Browsers reach the page."""
    party.passes.address = ADDRESS


async def played(
    fake: FakeDiscord,
    party: PartyService,
    clock: Clock,
    place: FakeChannel | None = None,
    *,
    night: bool = True,
) -> None:
    """A party with three songs that were played, and a card where one can be."""
    here = room(fake, place)
    await party.settings.choose(here, MOD, {"night": night})
    for number, song in enumerate(SONGS):
        added = await party.queue.add(here, (ANNA, BEN)[number % 2], song)
        await party.ballots.vote(here, BEN, added.entry.id, 1)
        if place is None:
            await eventually(lambda: bool(cards(fake)))
        clock.pass_by(minutes=10)
        await party.clock.play_on()


def nights(fake: FakeDiscord) -> list[FakeMessage]:
    """The messages that show what a party was."""
    return [message for message in fake.messages if "What a night!" in message.text]


def links(message: FakeMessage) -> list[str]:
    """Where the buttons of a message lead."""
    return [button.url for button in message.buttons if button.url]


def cards(fake: FakeDiscord) -> list[FakeMessage]:
    """The cards that there are."""
    return [message for message in fake.messages if is_card(message)]


async def test_a_moderator_ends_the_party(fake: FakeDiscord, party: PartyService, clock: Clock) -> None:
    """They alone read so, with the link; the card says so to everybody, and the night is shown once."""
    await played(fake, party, clock)
    await party.queue.add(room(fake), ANNA, "hey jude")
    await party.queue.add(room(fake), ANNA, "creep radiohead")
    mo = fake.member("Mo", permissions=EVERYONE | MANAGE_MESSAGES)
    reply = await fake.slash(mo, "end")
    (message,) = reply.messages
    assert message.ephemeral
    assert "1 song didn't get its turn" in read(message.text)
    url = party.nights.url((await party.insight.now(room(fake))).night)
    assert url.startswith(f"{ADDRESS}/night/")
    assert links(message) == [url]
    await eventually(lambda: "This party is over" in cards(fake)[-1].text)
    assert links(cards(fake)[-1]) == [url]
    await eventually(lambda: bool(nights(fake)))
    (night,) = nights(fake)
    assert links(night) == [url]
    assert night.flags & SILENT
    shown = read(night.text)
    assert "4 songs · 2 people · 30 min" in shown
    assert "💛 Take on Me" in shown
    assert private(await fake.slash(mo, "end")) == NothingToEnd.text


async def test_nobody_else_does(fake: FakeDiscord, party: PartyService, clock: Clock) -> None:
    """Who tries is told so in private, and the music goes on."""
    await played(fake, party, clock)
    await party.queue.add(room(fake), ANNA, "hey jude")
    assert private(await fake.slash(fake.member("Ben"), "end")) == ModeratorsOnly.text
    assert (await party.insight.now(room(fake))).playing is not None


@pytest.mark.parametrize(("night", "address"), [(False, ADDRESS), (True, "")])
async def test_a_night_is_shown_only_where_it_is_wanted_and_can_be_seen(
    fake: FakeDiscord, party: PartyService, clock: Clock, night: bool, address: str
) -> None:
    """Not where the setting is off, nor where nobody outside reaches the page: no link leads nowhere."""
    party.passes.address = address
    await played(fake, party, clock, night=night)
    reply = await fake.slash(fake.member("Mo", permissions=EVERYONE | MANAGE_MESSAGES), "end")
    await eventually(lambda: "This party is over" in cards(fake)[-1].text)
    (message,) = reply.messages
    assert bool(links(message)) == bool(links(cards(fake)[-1])) == bool(address)
    assert nights(fake) == []


async def test_silence_is_noticed_and_shown_once(
    fake: FakeDiscord, party: PartyService, clock: Clock
) -> None:
    """Half a day later, and the card of the party that was says that it is over."""
    await played(fake, party, clock)
    clock.pass_by(hours=12.5)
    for _ in range(3):
        await party.nights.look()
        clock.pass_by(minutes=5)
    await eventually(lambda: bool(nights(fake)))
    await eventually(lambda: "This party is over" in cards(fake)[-1].text)
    kept = await party.nights.read((await party.insight.now(room(fake))).night)
    assert kept.title == fake.channel.name
    await party.queue.add(room(fake), ANNA, "hey jude")
    await eventually(lambda: "Hey Jude" in cards(fake)[-1].text)
    assert len(nights(fake)) == 1


async def test_a_night_of_long_ago_is_no_news(fake: FakeDiscord, party: PartyService, clock: Clock) -> None:
    """It ended days ago, while the bot was off: it has its page, and the channel is not told now."""
    await played(fake, party, clock)
    clock.pass_by(hours=90)
    await party.nights.look()
    assert (await party.insight.now(room(fake))).night
    await eventually(lambda: "This party is over" in cards(fake)[-1].text)
    assert nights(fake) == []


@pytest.mark.parametrize("missing", [VIEW_CHANNEL, SEND_MESSAGES, VIEW_CHANNEL | SEND_MESSAGES])
async def test_a_missing_permission_makes_no_noise(
    fake: FakeDiscord,
    party: PartyService,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    missing: int,
) -> None:
    """The log has one line, and nothing is tried again."""
    caplog.set_level("INFO")
    place = fake.add_channel("place", app_permissions=EVERYONE & ~missing)
    await played(fake, party, clock, place)
    await party.end(room(fake, place), MOD)
    await eventually(lambda: "Could not post the news" in caplog.text)
    assert caplog.text.count("Could not post the news") == 1
    assert [it for it in caplog.records if it.levelname in {"WARNING", "ERROR"}] == []
