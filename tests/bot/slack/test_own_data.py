"""What members have erased of themselves in Slack, and what concerns them alone."""

from __future__ import annotations

import json

from bot.party import errors
from bot.service import PartyService
from tests.bot.slack.stage import (
    answer,
    answers,
    private,
    read,
    room,
    sentence,
    until,
)
from tests.fakes.slack_server import FakeSlack


async def forgotten(fake: FakeSlack, party: PartyService) -> bool:
    """Whether who added what plays has no name any more."""
    playing = (await party.insight.now(room(fake))).playing
    assert playing is not None
    assert playing.added_by is not None
    return playing.added_by.name == ""


async def test_who_confirms_it_is_erased(fake: FakeSlack, party: PartyService) -> None:
    """First it is told what is kept; a press on the button erases it, and the songs stay, without a name."""
    anna = fake.member("Anna")
    await answer(await fake.slash(anna, "/add", "wonderwall"))
    message = await answer(await fake.slash(anna, "/party", "delete-my-data"))
    assert (message.private_to, [*message.actions]) == (anna, [f"encore:forget:{anna.id}"])
    assert "I keep your ID and name" in read(message)
    assert not await forgotten(fake, party)
    await fake.press(anna, message, f"encore:forget:{anna.id}")
    await until(lambda: not message.actions)
    assert "1 song" in read(message)
    assert await forgotten(fake, party)


async def test_who_types_yes_is_erased(fake: FakeSlack, party: PartyService) -> None:
    """Whoever confirms it in the same line needs no button."""
    anna = fake.member("Anna")
    await fake.slash(anna, "/add", "wonderwall")
    assert "1 song" in await private(await fake.slash(anna, "/party", "delete-my-data YES"))
    assert await forgotten(fake, party)


async def test_nobody_erases_somebody_else(fake: FakeSlack, party: PartyService) -> None:
    """The button is its owner's: pressed by another it does nothing."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await fake.slash(anna, "/add", "wonderwall")
    message = await answer(await fake.slash(anna, "/party", "delete-my-data"))
    message.private_to = None  # Slack shows it to nobody else; what comes in another's name is refused
    reply = await fake.press(ben, message, f"encore:forget:{anna.id}")
    assert sentence(errors.NotUnderstood()) in [read(each) for each in answers(reply)]
    assert not await forgotten(fake, party)


async def test_what_concerns_oneself_needs_no_channel(fake: FakeSlack, party: PartyService) -> None:
    """Help and erasure work in a direct message too, and a mistake is told how it is done."""
    anna = fake.member("Anna")
    await fake.slash(anna, "/add", "wonderwall")
    here = fake.dm(anna)
    assert "Everybody here" in await private(await fake.slash(anna, "/party", "help", channel=here))
    told = await private(await fake.slash(anna, "/party", "dance", channel=here))
    assert told == sentence(errors.WrongUsage("/party help"))
    message = await answer(await fake.slash(anna, "/party", "delete-my-data", channel=here))
    await fake.press(anna, message, f"encore:forget:{anna.id}")
    await until(lambda: not message.actions)
    assert await forgotten(fake, party)


async def test_everything_about_oneself_is_a_file(fake: FakeSlack) -> None:
    """It comes as a direct message, whether it was asked for there or in a channel."""
    anna, ben = fake.member("Anna"), fake.member("Benedikt")
    await answer(await fake.slash(anna, "/add", "wonderwall"))
    await answer(await fake.slash(ben, "/add", "africa toto"))
    for channel in (fake.general, fake.dm(anna)):
        fake.files.clear()
        await fake.slash(anna, "/party", "my-data", channel=channel)
        await until(lambda: bool(fake.files))
        ((name, data),) = fake.files.items()
        assert name == "encore-my-data.json"
        told = json.loads(data)
        assert told["about"]["id"] == anna.id
        assert [each["title"] for each in told["songs"]] == ["Wonderwall"]
        assert "Benedikt" not in data.decode()
    assert {it.channel for it in fake.messages if it.files} == {fake.dm(anna)}
