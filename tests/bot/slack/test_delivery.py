"""How Slack's requests arrive: signed or not, late, twice, and while the database is busy."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import random
import time
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web

from bot.party.errors import StartError
from bot.service import PartyService
from bot.slack.app import SlackDoor, watch_connections
from bot.slack.installs import Single
from db.store import Store
from tests.bot.slack.conftest import log_in, open_server
from tests.bot.slack.stage import card, fill, public, read, room, titles, until
from tests.fakes.slack_http import Retry
from tests.fakes.slack_server import FakeSlack
from tests.stall import stalled

FUZZED = 2_000
SPOILED = [
    {"X-Slack-Request-Timestamp": ""},
    {"X-Slack-Request-Timestamp": "yesterday"},
    {"X-Slack-Request-Timestamp": "-1"},
    {"X-Slack-Request-Timestamp": "1e9"},
    {"X-Slack-Request-Timestamp": "9" * 400},
    {"X-Slack-Request-Timestamp": "\u0661\u0662"},
    {"X-Slack-Signature": ""},
    {"X-Slack-Signature": "v0="},
    {"X-Slack-Signature": "v0=" + "0" * 64},
    {"X-Slack-Signature": "v0=\u00e9\u00fc"},
    {"X-Slack-Signature": "v1=" + "f" * 70_00},
]


@contextlib.asynccontextmanager
async def served(fake: FakeSlack, party: PartyService) -> AsyncIterator[str]:
    """The real bot behind a URL, as Slack finds it; yields the URL."""
    door = SlackDoor(
        party, Single(fake.bot_token), signing_secret=fake.signing_secret, base_url=fake.base_url
    )
    app = web.Application()
    door.add_routes(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        async with door.open():
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
            fake.http(url)
            yield url
    finally:
        await runner.cleanup()


@pytest.fixture
async def http(party: PartyService) -> AsyncIterator[tuple[FakeSlack, str]]:
    """A workspace whose bot takes signed requests, and where."""
    async with open_server() as fake, served(fake, party) as url:
        yield fake, url


def signed(fake: FakeSlack, body: bytes, at_s: float | None = None) -> dict[str, str]:
    """The headers with which Slack would send a body."""
    at = str(int(time.time() if at_s is None else at_s))
    digest = hmac.new(fake.signing_secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


async def status(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """What a request is answered with."""
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


async def test_commands_work_over_http(http: tuple[FakeSlack, str], party: PartyService) -> None:
    """A signed request does what the same does over Socket Mode, and the URL can be verified."""
    fake, _ = http
    reply = await fake.slash(fake.member("Anna"), "/add", "wonderwall")
    assert "Now playing: Wonderwall" in read(await public(reply))
    assert reply.status == 200
    assert await fake.verify_url()


@pytest.mark.parametrize("how", ["forged", "old", "unsigned", "garbled"])
async def test_what_slack_has_not_signed_is_refused(
    http: tuple[FakeSlack, str], party: PartyService, how: str
) -> None:
    """A signature that is wrong, stale, missing or garbled is a 401, and nothing happens."""
    fake, _ = http
    with fake.signing(how):  # type: ignore[arg-type]
        reply = await fake.slash(fake.member("Anna"), "/add", "wonderwall")
    assert reply.status == 401
    assert await titles(fake, party) == []


async def test_a_wrong_signing_secret_is_logged_once(
    http: tuple[FakeSlack, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever runs the bot reads why nothing works, and nobody fills the log by sending rubbish."""
    fake, _ = http
    with fake.signing("forged"):
        for _ in range(3):
            await fake.slash(fake.member("Anna"), "/add", "wonderwall")
    assert caplog.text.count("not signed with SLACK_SIGNING_SECRET") == 1


@pytest.mark.parametrize("spoiled", SPOILED, ids=lambda it: ascii(it)[:60])
async def test_a_spoiled_header_is_refused(http: tuple[FakeSlack, str], spoiled: dict[str, str]) -> None:
    """Headers that no Slack sends are a 401 and never a fault of ours."""
    fake, url = http
    body = b"command=%2Fadd&text=wonderwall"
    assert await status(url, body, signed(fake, body) | spoiled) == 401


async def test_a_replayed_request_is_refused(http: tuple[FakeSlack, str]) -> None:
    """A good signature is good for five minutes."""
    fake, url = http
    body = b"command=%2Fadd&text=wonderwall"
    assert await status(url, body, signed(fake, body, time.time() - 301)) == 401
    assert await status(url, body, signed(fake, body, time.time() + 3600)) == 401


@pytest.mark.parametrize("sign", [True, False])
async def test_no_body_is_a_fault_of_ours(
    http: tuple[FakeSlack, str], sign: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is sent, signed or not, is answered, and never with a 500."""
    caplog.set_level(logging.CRITICAL)
    fake, url = http
    chance = random.Random(7)  # noqa: S311
    async with aiohttp.ClientSession() as session:

        async def send(body: bytes, kind: str) -> int:
            headers = (signed(fake, body) if sign else {}) | {"Content-Type": kind}
            async with session.post(url, data=body, headers=headers) as answer:
                return answer.status

        kinds = ["application/x-www-form-urlencoded", "application/json", "text/plain; charset=utf-7", "x/y"]
        found: set[int] = set()
        for _ in range(FUZZED // 2 // 20):
            sent = [send(_body(chance), chance.choice(kinds)) for _ in range(20)]
            found |= {*await asyncio.gather(*sent)}
    assert found <= {200, 400, 401, 404}
    assert sign or found == {401}


def _body(chance: random.Random) -> bytes:
    shapes = [
        lambda: chance.randbytes(chance.randrange(80)),
        lambda: json.dumps(_tree(chance, 3)).encode(),
        lambda: urlencode({"payload": json.dumps(_tree(chance, 3))}).encode(),
        lambda: urlencode({"payload": "{" * chance.randrange(9)}).encode(),
        lambda: urlencode({_word(chance): _word(chance) for _ in range(4)}).encode(),
    ]
    made: bytes = chance.choice(shapes)()
    return made


def _word(chance: random.Random) -> str:
    known = ["type", "command", "/add", "team_id", "user", "block_actions", "view_submission", "event", "id"]
    known += [
        "actions",
        "action_id",
        "encore:vote:1:1",
        "callback_id",
        "encore:add",
        "view",
        "channel",
        "é\0",
    ]
    known += ["event_callback", "app_home_opened", "app_uninstalled", "tokens_revoked", "block_suggestion"]
    return chance.choice(known)


def _tree(chance: random.Random, depth: int) -> object:
    kind = chance.randrange(5 if depth else 3)
    if kind < 3:
        return chance.choice([None, True, -1, _word(chance), "\ud800", 10**30])
    if kind == 3:
        return [_tree(chance, depth - 1) for _ in range(chance.randrange(4))]
    return {_word(chance): _tree(chance, depth - 1) for _ in range(chance.randrange(6))}


async def test_a_retry_has_one_effect(http: tuple[FakeSlack, str], party: PartyService) -> None:
    """What Slack sends again over HTTP is acknowledged and changes nothing more."""
    fake, _ = http
    anna = fake.member("Anna")
    await fill(fake, anna, "mr brightside")
    reply = await fake.slash(anna, "/add", "wonderwall")
    again = await fake.redeliver(reply, Retry(1))
    assert (again.status, again.failure) == (200, None)
    assert await titles(fake, party) == ["Mr. Brightside", "Wonderwall"]
    assert (await party.insight.now(room(fake))).queue[0].votes == {}


async def test_a_retry_whose_first_copy_was_lost_is_met(
    http: tuple[FakeSlack, str], party: PartyService
) -> None:
    """A retry is not thrown away for being one: the first copy may never have arrived."""
    fake, url = http
    way = fake._http  # noqa: SLF001
    assert way is not None
    way._url = await _nobody()  # noqa: SLF001
    reply = await fake.slash(fake.member("Anna"), "/add", "wonderwall")
    home = await fake.open_home(fake.member("Ben"))
    assert reply.failure == home.failure == "dispatch_failed"
    way._url = url  # noqa: SLF001
    await fake.redeliver(reply, Retry(1, "http_error"))
    again = await fake.redeliver(home, Retry(1, "http_error"))
    assert await titles(fake, party) == ["Wonderwall"]
    assert again.views


async def _nobody() -> str:
    """A URL behind which nobody is."""
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()
    return url


@pytest.mark.parametrize("way", ["socket", "http"])
async def test_everything_is_acknowledged_at_once(party: PartyService, store: Store, way: str) -> None:
    """While another request holds the database, commands, presses and forms are acknowledged all the same."""
    async with contextlib.AsyncExitStack() as stack:
        fake = await stack.enter_async_context(open_server())
        await stack.enter_async_context(log_in(fake, party) if way == "socket" else served(fake, party))
        anna, ben = fake.member("Anna"), fake.member("Ben")
        view = (await fake.slash(ben, "/add")).view
        await fill(fake, anna, "mr brightside", "take on me")
        shown = await card(fake, lambda it: "Take on Me" in it.shown)
        up = next(each for each in shown.actions if each.startswith("encore:vote:"))
        songs = {"encore:songs": {"encore:songs": "hey jude"}}
        async with stalled(store):
            acts = [
                await fake.slash(anna, "/add", "wonderwall", wait=False),
                await fake.press(anna, shown, up, wait=False),
                await fake.submit(ben, view, songs, wait=False),
                await fake.event({"type": "app_home_opened", "user": ben.id, "tab": "home"}, wait=False),
            ]
            await until(lambda: all(act.acked_ms is not None or act.failure for act in acts))
        for act in acts:
            assert act.failure is None
            assert act.acked_ms is not None
            await fake.settled(act)
        await until(lambda: len([it for it in fake.messages if it.text]) >= 5)
        assert {*await titles(fake, party)} == {"Mr. Brightside", "Take on Me", "Wonderwall", "Hey Jude"}
        assert "👍 1" in (await card(fake, lambda it: "👍 1" in it.shown)).shown


# Socket Mode


async def test_a_redelivered_envelope_has_one_effect(fake: FakeSlack, party: PartyService) -> None:
    """An envelope that comes twice over the socket is acknowledged twice and counts once."""
    ben = fake.member("Ben")
    await fill(fake, ben, "mr brightside")
    reply = await fake.slash(ben, "/add", "wonderwall")
    again = await fake.redeliver(reply)
    assert again.acked_ms is not None
    assert await titles(fake, party) == ["Mr. Brightside", "Wonderwall"]


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_socket_is_renewed_when_slack_asks(
    fake: FakeSlack, party: PartyService, reason: str
) -> None:
    """When Slack asks the connection to go, another one is opened and people notice nothing."""
    (former,) = fake.socket.live
    await fake.socket.disconnect(reason)  # type: ignore[arg-type]
    await fake.reconnected(former)
    await fake.connected(1)
    await fill(fake, fake.member("Anna"), "wonderwall")
    assert await titles(fake, party) == ["Wonderwall"]


async def test_a_second_connection_is_warned_of(
    party: PartyService, caplog: pytest.LogCaptureFixture
) -> None:
    """Who starts the bot twice is told in the log why half of the clicks are lost."""
    async with open_server() as fake, log_in(fake, party):
        assert "connections of this app" not in caplog.text
        second = SlackDoor(party, Single(fake.bot_token), app_token=fake.app_token, base_url=fake.base_url)
        async with second.open():
            await fake.connected(2)
            await until(lambda: "Slack counts 2 connections of this app" in caplog.text)


async def test_other_messages_are_no_hello(caplog: pytest.LogCaptureFixture) -> None:
    """A hello without a number, and what is no hello, warn of nothing."""
    for message in ({"type": "hello"}, {"type": "hello", "num_connections": None}, {"num_connections": 4}):
        await watch_connections(None, message, None)
    assert caplog.text == ""


async def test_closing_ends_the_connection_and_every_task(party: PartyService) -> None:
    """A bot that is cancelled leaves no connection and no task of its own behind."""
    async with open_server() as fake:
        before = asyncio.all_tasks()

        async def run() -> None:
            async with log_in(fake, party):
                await asyncio.Event().wait()

        task = asyncio.create_task(run())
        await fake.connected(1)
        await fill(fake, fake.member("Anna"), "wonderwall")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await fake.connected(0)
        await until(lambda: not (_ours() - before))


def _ours() -> set[asyncio.Task[object]]:
    named = (task for task in asyncio.all_tasks() if "aiohttp" not in repr(task.get_coro()))
    return {task for task in named if "slack_sdk" in repr(task) or "card" in task.get_name()}


@pytest.mark.parametrize("token", ["xapp-wrong", "xoxb"])
async def test_a_token_that_slack_refuses_is_named(party: PartyService, token: str) -> None:
    """A wrong app-level token ends the start with what to do, and without the token itself."""
    async with open_server() as fake:
        used = fake.bot_token if token == "xoxb" else token
        door = SlackDoor(party, Single(fake.bot_token), app_token=used, base_url=fake.base_url)
        with pytest.raises(StartError, match="SLACK_APP_TOKEN is not accepted") as found:
            async with door.open():
                pass
        assert used not in str(found.value)


async def test_slack_out_of_reach_is_said(party: PartyService) -> None:
    """Where nobody answers, the start ends with what to check."""
    door = SlackDoor(party, Single("xoxb-1"), app_token="xapp-1", base_url=f"{await _nobody()}api/")
    with pytest.raises(StartError, match="Slack cannot be reached"):
        async with door.open():
            pass
