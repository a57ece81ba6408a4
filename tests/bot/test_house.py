"""The whole house in one process: both front doors on one store."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.__main__ import open_house
from bot.party.errors import NOT_AS_CONFIGURED, StartError
from bot.playback.synthesis.pieces import PIECES
from bot.settings import STARTER, Settings
from tests.bot.room.visitor import connect, dial
from tests.cogs.stage import TOKEN, open_server
from tests.patience import LOOK_EVERY_S

CATALOGUE = json.loads((STARTER / "manifest.json").read_text("utf-8"))["files"]["catalog.db"][:12]


def settings(folder: Path, token: str) -> Settings:
    """A house with a database of its own, on a free port."""
    url = f"sqlite+aiosqlite:///{folder / 'party.db'}"
    return Settings(discord_token=SecretStr(token), database_url=url, room_port=0)


async def still_missing(web: aiohttp.ClientSession, ready: str) -> list[str]:
    """What /readyz says is not there yet; its status has to say the same."""
    async with web.get(ready) as answer:
        said: dict[str, Any] = await answer.json()
        assert (answer.status == 200) == said["ready"] == (not said["missing"])
        missing: list[str] = said["missing"]
        return missing


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
        async with aiohttp.ClientSession() as web:
            ready = f"{house.room_url}/readyz"
            while missing := await still_missing(web, ready):
                assert missing == ["Discord"]  # its client waits for more servers before it is ready
                await asyncio.sleep(LOOK_EVERY_S)
            async with web.get(f"{house.room_url}/metrics") as answer:
                figures = await answer.text()
        assert not any(door.done() for door in house.doors)
    assert not fake.violations
    for line in (
        'encore_part_up{part="Discord"} 1.0',
        'encore_card_edits_waiting{door="discord"}',
        'encore_requests_total{command="add",door="Discord",outcome="ok"}',
        f'encore_info{{catalogue="{CATALOGUE}"',
    ):
        assert line in figures
    assert TOKEN not in figures


async def test_a_new_bot_can_be_tried_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The room does not wait for the pieces; a page that is open offers them once they are made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    url = f"sqlite+aiosqlite:///{tmp_path / 'party.db'}"
    async with open_house(Settings(database_url=url, room_port=0, demo=True)) as house:
        async with aiohttp.ClientSession() as web, connect(web, house.room_url) as guest:
            await guest.hello("Ben")
            await guest.until(lambda state: state["demo"])
            assert (await guest.ask("demo"))["say"] == "Added 10 songs from Encore Demo."
            state = await guest.until(lambda state: len(state["queue"]) == 9)
        assert state["playing"]["title"] == PIECES[0].title
        assert house.party.outlets.has_music
    assert {each.suffix for each in (tmp_path / "cache").rglob("*.*")} == {".wav"}


async def test_it_is_not_ready_before_discord_is(tmp_path: Path) -> None:
    """The room is open while Discord is still being connected, and says what is missing."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = settings(tmp_path, TOKEN).model_copy(update={"room_port": port})
    async with open_server() as fake, aiohttp.ClientSession() as web:
        async with open_house(given) as house:
            while missing := await still_missing(web, f"http://127.0.0.1:{port}/readyz"):
                assert set(missing) <= {"front doors", "Discord"}
                await asyncio.sleep(LOOK_EVERY_S)
            await fake.ready()
            discord = house.party.vitals.parts()
            assert discord == {"front doors": True, "Discord": True}
        assert not house.party.vitals.parts()["Discord"]


async def test_a_refused_token_closes_what_was_open(tmp_path: Path) -> None:
    """When Discord refuses, the room that was open already is closed, and the database is free again."""
    async with open_server() as fake:
        with pytest.raises(StartError, match="DISCORD_TOKEN") as refused:
            async with open_house(settings(tmp_path, "wrong")):
                pytest.fail("it opened")
        assert refused.value.code == NOT_AS_CONFIGURED  # which `main` returns: a supervisor gives up
        async with open_house(settings(tmp_path, TOKEN)):
            await fake.ready()


@pytest.mark.parametrize(
    ("chosen", "kind"),
    [
        ({"room_guests": 1}, "RoomFull"),
        ({"room_connections": 1}, "TooManyFromHere"),
        ({"room_joins": 1}, "TooManyFromHere"),
    ],
)
async def test_who_may_come_is_as_the_settings_say(tmp_path: Path, chosen: dict[str, Any], kind: str) -> None:
    """The second page is sent away, with the reason."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'party.db'}"
    async with (
        open_house(Settings(database_url=url, room_port=0, **chosen)) as house,
        aiohttp.ClientSession() as web,
        connect(web, house.room_url),
        dial(web, house.room_url) as second,
    ):
        with suppress(AssertionError, TypeError, ConnectionError):  # it may be closed before it asks
            await second.enter()
        async for _ in second.rest():
            pass
        assert second.bye["kind"] == kind
