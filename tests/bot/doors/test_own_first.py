"""What can sound comes first as one types, in every door, where people's own music sounds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import aiohttp
import pytest

from bot.party.words import Member, Outlet, Room
from bot.recommend.bundle import Bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room import open_room
from bot.room.floors import LOBBY
from bot.service import PartyService
from bot.slack import forms
from db.store import Store
from tests.bot.room.visitor import connect
from tests.bot.slack import stage as slack
from tests.bot.slack.conftest import log_in as slack_log_in
from tests.bot.slack.conftest import open_server as open_slack
from tests.cogs import stage as discord
from tests.conftest import Clock
from tests.own_music import Own

OURS = "Dancing Queen – ABBA"
"""The one song that can sound; many that begin with a d are better known."""


@pytest.fixture
async def party(
    store: Store, bundle: Bundle, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[PartyService]:
    """A party service with one song of its own music."""
    own = await Own.of(store, bundle, catalogue, recommender, await catalogue.resolve("dancing queen abba"))
    service = PartyService(store, own.songs, own.models, clock, library=own.library)
    yield service
    await service.close()
    own.songs.close()


async def sounds(party: PartyService, room: Room) -> None:
    """Has own music sound in a room."""
    host = Member(room.platform, "77", "Hanna", moderator=True, manager=True)
    await party.outlets.begin(room, host, Outlet.PAGE, "speaker", "")


def names(offered: Iterable[tuple[str, str | int | float]]) -> list[str]:
    """What is offered, as it is shown."""
    return [name for name, _ in offered]


async def test_in_discord(party: PartyService) -> None:
    """In the list under a command."""
    async with discord.open_server() as fake, discord.log_in(fake, party):
        anna = fake.member("Anna")
        assert names(await fake.autocomplete(anna, "add", song="d"))[0] != OURS
        await sounds(party, discord.room(fake))
        assert names(await fake.autocomplete(anna, "add", song="d"))[0] == OURS


async def test_in_slack(party: PartyService) -> None:
    """In the form, which knows the channel where it was opened."""
    async with open_slack() as fake, slack_log_in(fake, party):
        anna = fake.member("Anna")
        await fake.slash(anna, "/add")
        assert names((await fake.suggest(anna, forms.SONG, "d")).offered)[0] != OURS
        await sounds(party, slack.room(fake))
        assert names((await fake.suggest(anna, forms.SONG, "d")).offered)[0] == OURS


async def test_on_the_page(party: PartyService) -> None:
    """Under the field for a song."""
    async with (
        open_room(party, "127.0.0.1", 0) as url,
        aiohttp.ClientSession() as web,
        connect(web, url) as ben,
    ):
        await ben.hello("Ben")
        assert (await ben.ask("search", text="d"))["tracks"][0]["title"] != "Dancing Queen"
        await sounds(party, LOBBY)
        assert (await ben.ask("search", text="d"))["tracks"][0]["title"] == "Dancing Queen"
