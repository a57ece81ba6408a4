"""Channels and people that go, and what is kept of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.party.words import Member
from bot.service import PartyService
from tests.bot.slack.stage import card, cards, choose, fill, in_time, read, room, titles, until
from tests.fakes.slack_server import FakeSlack

ANNA = Member("slack", "UANNA", "Anna")


async def adder(fake: FakeSlack, party: PartyService) -> str:
    """The name of who added what plays."""
    playing = (await party.insight.now(room(fake))).playing
    assert playing is not None
    assert playing.added_by is not None
    return playing.added_by.name


@pytest.mark.parametrize("private", [True, False])
async def test_a_deleted_channels_party_is_forgotten(
    fake: FakeSlack, party: PartyService, private: bool
) -> None:
    """With its rules and its card; those of other channels stay."""
    place = fake.channel("gone", private=private)
    await party.queue.add(room(fake), ANNA, "mr brightside")
    await party.queue.add(room(fake, place), ANNA, "wonderwall")
    await choose(party, room(fake, place), quiet=True)
    await until(lambda: bool(cards(fake, place)))
    await fake.delete_channel(place)

    async def forgotten() -> bool:
        return await titles(fake, party, place) == []

    await in_time(forgotten)
    assert not (await party.settings.rules(room(fake, place))).quiet
    assert await titles(fake, party) == ["Mr. Brightside"]


@pytest.mark.parametrize("private", [True, False])
async def test_where_the_bot_is_removed_the_party_stays(
    fake: FakeSlack, party: PartyService, private: bool
) -> None:
    """Its card is edited no longer, and comes back when somebody asks for it after an invitation."""
    anna = fake.member("Anna")
    place = fake.channel("left", private=private)
    await fake.slash(anna, "/add", "wonderwall", channel=place)
    await until(lambda: bool(cards(fake, place)))
    await fake.remove_bot(place)
    before = len(fake.requests)
    await party.queue.add(room(fake, place), ANNA, "mr brightside")
    await fake.slash(anna, "/now", channel=place)
    assert not [it for it in fake.requests[before:] if it.method == "chat.update"]
    place.has_bot = True
    await fake.slash(anna, "/queue", channel=place)
    await until(lambda: "Mr. Brightside" in read(cards(fake, place)[-1]))


async def test_who_is_deactivated_is_forgotten(fake: FakeSlack, party: PartyService) -> None:
    """Their songs stay, without a name, and so does the party; whoever may moderate is one fewer."""
    anna = fake.member("Anna")
    await choose(party, room(fake), djs=anna.id)
    await fill(fake, anna, "mr brightside")
    await fake.deactivate(anna)

    async def forgotten() -> bool:
        return await adder(fake, party) == ""

    await in_time(forgotten)
    assert (await party.settings.rules(room(fake))).djs == ""
    assert await titles(fake, party) == ["Mr. Brightside"]


@pytest.mark.parametrize(
    "more",
    [
        {"deleted": False},
        {"deleted": "true"},
        {"team_id": "T0ELSEWHERE"},
        {"enterprise_user": {"id": "W1", "teams": ["T0ELSEWHERE"]}},
    ],
)
async def test_who_only_changes_is_kept(fake: FakeSlack, party: PartyService, more: dict[str, Any]) -> None:
    """A profile that changes, another company's word, or a person who stays in the organisation."""
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside")
    await fake.deactivate(anna, **more)
    assert await adder(fake, party) != ""


async def test_who_changes_is_asked_for_anew(fake: FakeSlack, party: PartyService) -> None:
    """A new admin need not wait until Slack is asked the next time."""
    anna = fake.member("Anna")
    assert (await fake.slash(anna, "/settings")).views == []
    anna.admin = True
    await fake.change(anna)
    assert (await fake.slash(anna, "/settings")).views


async def test_a_channel_that_is_opened_again_shows_its_party(fake: FakeSlack, party: PartyService) -> None:
    """Also where no card was when it was archived."""
    await party.queue.add(room(fake), ANNA, "mr brightside")
    await card(fake)
    await fake.unarchive(fake.general)
    assert len(cards(fake)) == 1
