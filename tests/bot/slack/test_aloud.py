"""What screen readers say in Slack: a message's text, and of each button its label."""

from __future__ import annotations

import pytest

from bot.party.words import Member
from bot.service import PartyService
from tests.bot.slack.stage import answer, card, choose, fill, public, read, room, until
from tests.fakes.slack_model import FakeMessage
from tests.fakes.slack_server import FakeSlack

LABEL_LIMIT = 75


def labels(message: FakeMessage) -> list[str]:
    """What its buttons are called."""
    return [it["accessibility_label"] for it in message.actions.values() if it["type"] == "button"]


async def test_a_card_says_what_plays_and_what_waits(fake: FakeSlack, party: PartyService) -> None:
    """The titles are in the text, first those that play next, and no button is a mere picture."""
    for song in ("mr brightside", "take on me", "wonderwall"):
        await party.queue.add(room(fake), Member("slack", "UANNA", "Anna"), song)
    shown = await card(fake, lambda it: "Wonderwall" in read(it))
    assert "Now playing: Mr. Brightside – The Killers" in shown.aloud
    assert "Up next: Take on Me – a-ha and Wonderwall – Oasis" in shown.aloud
    assert labels(shown) == [
        "Skip 0/1",
        "Vote for Take on Me by a-ha",
        "Vote for Wonderwall by Oasis",
        "Pause",
        "What next?",
    ]


async def test_pages_have_numbers(fake: FakeSlack, party: PartyService) -> None:
    """The buttons that turn pages say which page they turn to."""
    anna = Member("slack", "UANNA", "Anna")
    for number in range(24):
        await party.queue.add(room(fake), anna, f"Qwxzv {number} - The Wvvkjs")
    shown = await card(fake, lambda it: "Page 2 of 3" in labels(it))
    await fake.press(fake.member("Ben"), shown, "encore:page:1")
    await until(lambda: "Page 3 of 3" in labels(shown))
    assert "Page 1 of 3" in labels(shown)


async def test_a_ballot_names_its_songs(fake: FakeSlack) -> None:
    """What can be voted for is in the text, also when other songs or votes have changed it."""
    ben = fake.member("Ben")
    await fill(fake, ben, "mr brightside")
    shown = await public(await fake.slash(ben, "/next", "3 safe"))
    voted = [label for label in labels(shown) if label.startswith("Vote for")]
    assert len(voted) == 3
    for label in voted:
        assert label.removeprefix("Vote for ").split(" by ")[0] in shown.aloud
    assert sum(label.startswith("Vote against") for label in labels(shown)) == 3
    await fake.press(ben, shown, next(each for each in shown.actions if ":vote:" in each))
    assert "Vote for" in shown.aloud


async def test_the_autopilots_question_is_in_the_text(fake: FakeSlack, party: PartyService) -> None:
    """The card that asks says between which songs."""
    ben = fake.member("Ben")
    await choose(party, room(fake), autopilot=True)
    await fill(fake, ben, "mr brightside")
    await party.autopilot.roll_on()
    shown = await card(fake, lambda it: "What next? Vote" in read(it))
    titles = [label.removeprefix("Vote for ").split(" by ")[0] for label in labels(shown) if "Vote" in label]
    assert titles
    assert all(title in shown.aloud for title in titles)


@pytest.mark.parametrize("title", ["x" * 200, "🎉" * 90, "שלום" * 30, "é" * 80, "&<>" * 40])
async def test_no_label_is_longer_than_slack_takes(fake: FakeSlack, party: PartyService, title: str) -> None:
    """However long a title is and whatever it is made of, Slack takes the card and the questions."""
    anna = Member("slack", "UANNA", "Anna")
    await party.queue.add(room(fake), anna, "mr brightside")
    await party.queue.add(room(fake), anna, f"typed:{title} - Nobody Else {title[:60]}")
    shown = await card(fake, lambda it: len(labels(it)) == 4)
    assert all(len(label.encode("utf-16-le")) // 2 <= LABEL_LIMIT for label in labels(shown))


async def test_help_is_read_aloud(fake: FakeSlack) -> None:
    """A private answer says all of itself in its text."""
    told = await answer(await fake.slash(fake.member("Ben"), "/party", "help"))
    assert "/add" in told.aloud
