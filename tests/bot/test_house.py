"""The whole house in one process: both front doors on one store."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.__main__ import open_house
from bot.party.errors import NOT_AS_CONFIGURED, StartError
from bot.settings import Settings
from tests.bot.room.visitor import connect
from tests.cogs.stage import TOKEN, open_server


def settings(folder: Path, token: str) -> Settings:
    """A house with a database of its own, on a free port."""
    url = f"sqlite+aiosqlite:///{folder / 'party.db'}"
    return Settings(discord_token=SecretStr(token), database_url=url, room_port=0)


async def test_both_doors_open(tmp_path: Path) -> None:
    """With a token Discord and the web room are open at once, each with a party of its own."""
    async with open_server() as fake, open_house(settings(tmp_path, TOKEN)) as house:
        await fake.ready()
        reply = await fake.slash(fake.member("Anna"), "add", song="mr brightside")
        assert "Now playing" in reply.text
        async with aiohttp.ClientSession() as web, connect(web, house.room_url) as guest:
            await guest.hello("Ben")
            assert (await guest.ask("add", text="take on me"))["ok"]
            state = await guest.until(lambda state: state["playing"])
        assert state["playing"]["title"] == "Take on Me"
        assert not any(door.done() for door in house.doors)
    assert not fake.violations


async def test_a_refused_token_closes_what_was_open(tmp_path: Path) -> None:
    """When Discord refuses, the room that was open already is closed, and the database is free again."""
    async with open_server() as fake:
        with pytest.raises(StartError, match="DISCORD_TOKEN") as refused:
            async with open_house(settings(tmp_path, "wrong")):
                pytest.fail("it opened")
        assert refused.value.code == NOT_AS_CONFIGURED  # which `main` returns: a supervisor gives up
        async with open_house(settings(tmp_path, TOKEN)):
            await fake.ready()
