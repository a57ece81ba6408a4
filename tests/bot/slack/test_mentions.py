"""What is said to the bot by its name in a channel."""

from __future__ import annotations

from typing import Any

import pytest

from bot.party import errors
from bot.party.errors import PartyError
from bot.service import PartyService
from bot.slack import mentions
from bot.slack.errors import NoFormHere
from bot.slack.mentions import NAME
from tests.bot.slack.stage import cards, choose, fill, is_card, read, room, sentence, titles, until, votes
from tests.fakes.slack_model import FakeMember, FakeMessage
from tests.fakes.slack_server import FakeSlack


def said(fake: FakeSlack) -> list[FakeMessage]:
    """What the bot has answered, without cards and what stands under them."""
    ours = [each for each in fake.messages if each.author is None and not is_card(each)]
    shown = {each.ts for each in cards(fake)}
    return [each for each in ours if each.thread_ts not in shown]


async def ask(fake: FakeSlack, by: FakeMember, text: str, thread: FakeMessage | None = None) -> FakeMessage:
    """What is answered to somebody who says something in the first channel."""
    before = len(said(fake))
    assert await fake.mention(by, fake.general, text, thread=thread) is not None
    await until(lambda: len(said(fake)) > before)
    return said(fake)[-1]


@pytest.mark.parametrize("text", ["@Encore add africa toto", "hey @Encore add africa toto"])
async def test_a_song_is_added_by_name(fake: FakeSlack, party: PartyService, text: str) -> None:
    """Everybody reads the answer, in the channel, as after the command."""
    told = await ask(fake, fake.member("Anna"), text)
    assert read(told) == "Now playing: Africa – TOTO"
    assert (told.ephemeral, told.thread_ts, told.options["unfurl_links"]) == (False, None, False)
    assert await titles(fake, party) == ["Africa"]


async def test_a_ballot_is_voted_for(fake: FakeSlack, party: PartyService) -> None:
    """Its buttons work like those of the command's answer."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside")
    ballot = await ask(fake, anna, "@Encore next")
    await fake.press(anna, ballot, votes(ballot)[0])
    assert len(await titles(fake, party)) == 2


async def test_the_card_comes_down(fake: FakeSlack) -> None:
    """As after `/queue`."""
    await fake.mention(fake.member("Anna"), fake.general, "@Encore queue")
    await until(lambda: len(cards(fake)) == 1)


async def test_who_asks_in_a_thread_is_answered_there(fake: FakeSlack) -> None:
    """For everybody and in private alike."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    talk = fake.say(ben, fake.general, "what about africa?")
    assert (await ask(fake, anna, "@Encore add africa toto", talk)).thread_ts == talk.ts
    private = await ask(fake, anna, "@Encore history", talk)
    assert (private.private_to, private.thread_ts) == (anna, talk.ts)


@pytest.mark.parametrize("text", ["@Encore", "thanks @Encore", "@Encore help", "<@U0ELSE> @Encore help"])
async def test_the_name_alone_asks_for_help(fake: FakeSlack, text: str) -> None:
    """In private, so that thanks disturb nobody."""
    anna = fake.member("Anna")
    told = await ask(fake, anna, text)
    assert told.private_to is anna
    assert "`/add`" in told.shown


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("@Encore dance", errors.WrongUsage(f"{NAME} help")),
        ("@Encore spotify dance", errors.WrongUsage(f"{NAME} spotify connect|disconnect|status|device|stop")),
        ("@Encore next ten", errors.WrongUsage(f"{NAME} next [3–5] [safe|balanced|adventurous]")),
        ("@Encore skip", errors.NothingPlaying()),
        ("@Encore add", NoFormHere("/add")),
        ("@Encore settings", NoFormHere("/settings")),
    ],
)
async def test_what_cannot_be_is_told_in_private(fake: FakeSlack, text: str, error: PartyError) -> None:
    """Forms need a command: which one, is said."""
    boss = fake.member("Boss", admin=True)
    told = await ask(fake, boss, text)
    assert (read(told), told.private_to) == (sentence(error), boss)


async def test_a_mention_that_comes_twice_has_one_effect(fake: FakeSlack, party: PartyService) -> None:
    """Slack sends an event again that it thinks was lost; nothing is added or said a second time."""
    anna = fake.member("Anna")
    await choose(party, room(fake), one_of_each=False)
    for count, text in enumerate(("@Encore add wonderwall", "@Encore now"), start=1):
        first = await fake.mention(anna, fake.general, text)
        assert first is not None
        await until(lambda count=count: len(said(fake)) == count)  # type: ignore[misc]
        await fake.redeliver(first)
        assert len(said(fake)) == count
    assert await titles(fake, party) == ["Wonderwall"]


async def test_after_a_restart_a_mention_has_one_effect_too(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the bot no longer remembers, the database does."""
    monkeypatch.setattr(mentions.Seen, "again", lambda self, event_id: False)
    await choose(party, room(fake), one_of_each=False)
    first = await fake.mention(fake.member("Anna"), fake.general, "@Encore add wonderwall")
    assert first is not None
    await fake.redeliver(first)
    await until(lambda: len(said(fake)) == 2)
    assert await titles(fake, party) == ["Wonderwall"]


@pytest.mark.parametrize(
    "more",
    [{"bot_id": "B1"}, {"subtype": "bot_message"}, {"edited": {"user": "U1", "ts": "1.1"}}, {"user": ""}],
)
async def test_neither_bots_nor_edits_count(
    fake: FakeSlack, party: PartyService, more: dict[str, Any]
) -> None:
    """What another bot says by the bot's name, or what was corrected into a mention, is nobody's request."""
    await fake.mention(fake.member("Anna"), fake.general, "@Encore add wonderwall", **more)
    assert (said(fake), await titles(fake, party)) == ([], [])


async def test_a_mention_follows_the_rule_for_guests(fake: FakeSlack, party: PartyService) -> None:
    """Each way in asks who it is."""
    vera = fake.member("Vera", guest=True)
    await choose(party, room(fake), guests=False)
    assert read(await ask(fake, vera, "@Encore add wonderwall")) == sentence(errors.NoGuests())
    assert await titles(fake, party) == []


async def test_an_answer_that_a_thread_does_not_take_is_told_elsewhere(
    fake: FakeSlack, party: PartyService
) -> None:
    """The song is in all the same."""
    anna = fake.member("Anna")
    talk = fake.say(anna, fake.general, "hm")
    fake.refuse("chat.postMessage", error="cannot_reply_to_message", channel=fake.general)
    told = await ask(fake, anna, "@Encore add wonderwall", talk)
    assert read(told).startswith("Now playing: Wonderwall")
    assert told.private_to is anna
    assert await titles(fake, party) == ["Wonderwall"]
