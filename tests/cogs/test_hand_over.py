"""Two processes that serve the same servers for a moment: one hands over to the next."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from bot.party.words import Room
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from cogs.client import open_discord
from db.store import Store, open_store
from tests.cogs.stage import TOKEN, is_card, public, room
from tests.conftest import ON_POSTGRESQL, Clock
from tests.fakes.discord_model import FakeMessage
from tests.fakes.discord_server import FakeDiscord
from tests.patience import until

pytestmark = ON_POSTGRESQL


@pytest.fixture
async def successor(
    fake: FakeDiscord,
    party: PartyService,
    store: Store,
    database_url: str,
    catalogue: Catalogue,
    recommender: Recommender,
    clock: Clock,
) -> AsyncIterator[PartyService]:
    """Another process on the same database that Discord tells the same as the first."""
    async with open_store(database_url) as own:
        service = PartyService(own, catalogue, recommender, clock)
        async with (
            store.listen(party.changed_elsewhere),
            own.listen(service.changed_elsewhere),
            open_discord(service, TOKEN),
        ):
            await until(lambda: fake.connected(0) == 2)
            yield service
        await service.close()


def cards(fake: FakeDiscord) -> list[FakeMessage]:
    """The cards that are there."""
    return [message for message in fake.messages if is_card(message)]


def is_gone(message: FakeMessage) -> Callable[[], bool]:
    """Tells whether a message is deleted."""
    return lambda: message.deleted


async def shown(fake: FakeDiscord, party: PartyService, where: Room) -> FakeMessage:
    """The one card of a room, which the database knows, once all is quiet."""
    for _ in range(3):
        await until(lambda: len(cards(fake)) == 1)
        (card,) = cards(fake)
        if await party.cards.of(where) == card.id:
            break
    assert await party.cards.of(where) == card.id
    return card


async def test_one_of_them_answers_and_the_change_is_made_once(
    fake: FakeDiscord, party: PartyService, successor: PartyService
) -> None:
    """Both hear of a command: it is answered once, and what it asks for is done once."""
    reply = await fake.slash(fake.member("Anna"), "add", song="take on me")
    assert "Take on Me" in public(reply).text
    for service in (party, successor):
        now = await service.insight.now(room(fake))
        assert now.playing is not None
        assert now.queue == ()


async def test_a_card_that_is_replaced_is_lost_by_neither(
    fake: FakeDiscord, party: PartyService, successor: PartyService
) -> None:
    """One shows the card anew, both are told that the old one is gone, and the new one stays the room's."""
    anna = fake.member("Anna")
    await fake.slash(anna, "add", song="take on me")
    first = await shown(fake, party, room(fake))
    for _ in range(3):
        await fake.slash(anna, "queue")
        await until(is_gone(first))
        first = await shown(fake, successor, room(fake))
    await fake.slash(anna, "add", song="mr brightside")
    await until(lambda: "Brightside" in first.text)
    assert cards(fake) == [first]
    assert await party.cards.of(room(fake)) == first.id
