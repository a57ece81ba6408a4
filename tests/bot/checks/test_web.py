"""Whether what is asked at PUBLIC_URL arrives at the room."""

from __future__ import annotations

import re
import socket
from contextlib import closing

import pytest
from aiohttp import web

from bot.checks import web as checks
from bot.checks.together import public
from bot.party.errors import NotReached
from bot.room import open_room
from bot.service import PartyService
from tests.bot.checks.conftest import Make


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, r"http://127\.0\.0\.1:8080, for browsers on this machine alone; .* ROOM_HOST=0\.0\.0\.0"),
        (
            {"room_host": "192.168.1.20"},
            r"http://192\.168\.1\.20:8080, for phones on your network, unless a firewall",
        ),
        ({"room_host": "8.8.8.8"}, r"http://8\.8\.8\.8:8080, for anybody on the internet"),
    ],
)
async def test_without_an_address_it_says_who_can_reach_it(
    make: Make, settings: dict[str, str], told: str
) -> None:
    """Nothing is asked, and nothing claimed that a firewall may know better."""
    assert re.match(told, (await checks.check(make(room_port=8080, **settings))).told)


async def test_in_a_container_it_cannot_be_known(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its port is published only who runs it can say."""
    monkeypatch.setenv("container", "docker")
    settings = make(room_host="0.0.0.0")  # noqa: S104 - nothing listens there
    assert "set PUBLIC_URL" in (await checks.check(settings)).told


@pytest.mark.parametrize(("token", "who"), [(None, "Only this machine"), ("x" * 16, "METRICS_TOKEN")])
async def test_it_says_who_may_read_the_figures(make: Make, token: str | None, who: str) -> None:
    """As they are set."""
    assert [note for note in (await checks.check(make(metrics_token=token))).notes if who in note]


async def test_before_the_bot_runs_the_check_answers_itself(make: Make, port: int) -> None:
    """It listens where the room would, and hears itself."""
    url = f"http://127.0.0.1:{port}"
    assert (await checks.check(make(room_port=port, public_url=url))).told == f"{url} arrives here"


async def test_while_the_bot_runs_the_room_answers(make: Make, port: int, party: PartyService) -> None:
    """The port is taken, by the room itself."""
    url = f"http://127.0.0.1:{port}"
    async with open_room(party, "127.0.0.1", port):
        assert (await checks.check(make(room_port=port, public_url=url))).told == f"{url} arrives here"


async def test_an_address_that_leads_elsewhere(make: Make, port: int) -> None:
    """A web server that is not ours answers there."""
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        with pytest.raises(NotReached, match="answered by something else"):
            await checks.check(make(public_url=f"http://127.0.0.1:{port}"))
    finally:
        await runner.cleanup()


async def test_an_address_where_nobody_answers(make: Make, port: int) -> None:
    """It is said, and that it may be reached from elsewhere."""
    with pytest.raises(NotReached, match="from another machine"):
        await checks.check(make(public_url=f"http://127.0.0.1:{port}"))


async def test_a_start_warns_of_an_address_that_leads_nowhere(
    make: Make, port: int, party: PartyService, caplog: pytest.LogCaptureFixture
) -> None:
    """The room goes on, for it may be reached from elsewhere; where it is reached nothing is said."""
    settings = make(public_url=f"http://127.0.0.1:{port}")
    await public(make())
    async with open_room(party, "127.0.0.1", port):
        await public(settings)
    assert caplog.text == ""
    await public(settings)
    assert "does not answer from here" in caplog.text
