"""The end of a party in Slack: what is answered, what becomes of the card, and the night's message."""

from __future__ import annotations

import pytest

from bot.party.errors import ModeratorsOnly, NothingToEnd
from bot.party.words import Member
from bot.service import PartyService
from bot.slack import card as live
from tests.bot.slack.stage import BOSS, answer, card, choose, private, read, room, sentence, until
from tests.conftest import Clock
from tests.fakes.slack_model import FakeMessage
from tests.fakes.slack_server import FakeSlack

ADDRESS = "https://party.example"
ANNA, BEN = Member("slack", "UANNA", "Anna"), Member("slack", "UBEN", "Ben")
SONGS = ("mr brightside", "take on me", "wonderwall")


@pytest.fixture(autouse=True)
def address(party: PartyService) -> None:
    """Browsers reach the page."""
    party.passes.address = ADDRESS


async def played(fake: FakeSlack, party: PartyService, clock: Clock, *, night: bool = True) -> None:
    """A party with three songs that were played, and its card."""
    await choose(party, room(fake), night=night)
    for number, song in enumerate(SONGS):
        added = await party.queue.add(room(fake), (ANNA, BEN)[number % 2], song)
        await party.ballots.vote(room(fake), BEN, added.entry.id, 1)
        await card(fake)
        clock.pass_by(minutes=10)
        await party.clock.play_on()


def nights(fake: FakeSlack) -> list[FakeMessage]:
    """The messages that show what a party was."""
    return [message for message in fake.messages if "What a night!" in message.shown]


def links(message: FakeMessage) -> list[str]:
    """Where the buttons of a message lead."""
    return [each["url"] for each in message.actions.values() if "url" in each]


async def test_a_moderator_ends_the_party(fake: FakeSlack, party: PartyService, clock: Clock) -> None:
    """They alone read so, with the link; the card says so to everybody, and the night is shown once."""
    await played(fake, party, clock)
    await party.queue.add(room(fake), ANNA, "hey jude")
    await party.queue.add(room(fake), ANNA, "creep radiohead")
    await card(fake, lambda it: "Creep" in read(it))
    boss = fake.member("Mo", admin=True)
    said = await answer(await fake.slash(boss, "/end"))
    assert said.ephemeral
    assert "1 song didn't get its turn" in read(said)
    url = party.nights.url((await party.insight.now(room(fake))).night)
    assert url.startswith(f"{ADDRESS}/night/")
    assert links(said) == [url]
    shown = await card(fake, lambda it: "This party is over" in read(it))
    assert links(shown) == [url]
    await until(lambda: bool(nights(fake)))
    (night,) = nights(fake)
    assert links(night) == [url]
    assert "4 songs · 2 people · 30 min" in read(night)
    assert "💛 Take on Me" in read(night)
    assert "What a night!" in night.aloud
    assert await private(await fake.slash(boss, "/end")) == sentence(NothingToEnd())


async def test_nobody_else_does(fake: FakeSlack, party: PartyService, clock: Clock) -> None:
    """Who tries is told so in private, and the music goes on."""
    await played(fake, party, clock)
    await party.queue.add(room(fake), ANNA, "hey jude")
    said = await private(await fake.slash(fake.member("Ben"), "/end"))
    assert said == sentence(ModeratorsOnly())
    assert (await party.insight.now(room(fake))).playing is not None


@pytest.mark.parametrize(("night", "address"), [(False, ADDRESS), (True, "")])
async def test_a_night_is_shown_only_where_it_is_wanted_and_can_be_seen(
    fake: FakeSlack, party: PartyService, clock: Clock, night: bool, address: str
) -> None:
    """Not where the setting is off, nor where nobody outside reaches the page: no link leads nowhere."""
    party.passes.address = address
    await played(fake, party, clock, night=night)
    said = await answer(await fake.slash(fake.member("Mo", admin=True), "/end"))
    shown = await card(fake, lambda it: "This party is over" in read(it))
    assert bool(links(said)) == bool(links(shown)) == bool(address)
    assert nights(fake) == []


async def test_silence_is_noticed_once(fake: FakeSlack, party: PartyService, clock: Clock) -> None:
    """Half a day later, and the card of the party that was says that it is over."""
    await played(fake, party, clock)
    clock.pass_by(hours=12.5)
    for _ in range(3):
        await party.nights.look()
        clock.pass_by(minutes=5)
    await until(lambda: bool(nights(fake)))
    await card(fake, lambda it: "This party is over" in read(it))
    await party.queue.add(room(fake), ANNA, "hey jude")
    await card(fake, lambda it: "Hey Jude" in read(it))
    assert len(nights(fake)) == 1


async def test_what_slack_cannot_take_is_shown_later(
    fake: FakeSlack,
    party: PartyService,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A night that Slack refuses for a while comes afterwards; one that it never takes makes no noise."""
    monkeypatch.setattr(live, "RETRY_S", 0.01)
    monkeypatch.setattr("bot.slack.news.RETRY_S", 0.01)
    await played(fake, party, clock)
    fake.fail_next("chat.postMessage", status=503)
    await party.end(room(fake), BOSS)
    await until(lambda: bool(nights(fake)))
    clock.pass_by(minutes=5)
    await played(fake, party, clock)
    fake.refuse("chat.postMessage", error="restricted_action")
    await party.end(room(fake), BOSS)
    await until(lambda: any("restricted_action" in str(it.answer) for it in fake.requests))
    assert len(nights(fake)) == 1
    assert [it for it in caplog.records if it.levelname == "ERROR"] == []
