"""No secret gets out: each kind comes in by its real door, and is looked for wherever something is written.

The libraries are the real ones at LOG_LEVEL debug, those included that the bot has told to be quiet. What
they would have written is kept as well: a secret that no library mentions would be no test of the log.
"""

from __future__ import annotations

import io
import logging
import re
import sys
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import aiohttp
import pytest
from cryptography.fernet import Fernet

from bot.logs import formatter, set_up
from bot.party.errors import SpotifyError
from bot.party.words import Member
from bot.playback.errors import SongGone, SourceAway
from bot.playback.sources.subsonic import Subsonic
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room import open_room
from bot.room.connect import ConnectPages
from bot.room.floors import LOBBY
from bot.room.health import Watchers
from bot.service import PartyService
from bot.slack.names import names
from db.keeping.backup import backup
from db.store import Store, open_store
from tests.bot.party.test_nights import SONGS, played
from tests.bot.room.test_connect import Browser
from tests.bot.room.visitor import connect
from tests.bot.slack import conftest as slack_stage
from tests.bot.slack.stage import answers, card
from tests.bot.slack.test_installs_door import served
from tests.bot.spotify.stage import Stage, sounding
from tests.cogs.stage import TOKEN, log_in, open_server, sent
from tests.conftest import ANNA, ON_BOTH, Clock
from tests.fakes.slack_reply import Reply
from tests.fakes.slack_server import FakeSlack
from tests.fakes.spotify_server import FakeSpotify
from tests.fakes.subsonic import FakeSubsonic
from tests.fakes.subsonic_music import NEXTCLOUD, OLD_NAVIDROME, FakeSong
from tests.patience import until

# slack_sdk still sends the client's secret by what aiohttp is about to rename.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

KEY = Fernet.generate_key().decode()
METRICS_TOKEN = "a-token-for-whoever-watches-over-it"
PUBLIC_URL = "http://127.0.0.1:8080"
TOLD_TO_BE_QUIET = ("spotipy", "bot.slack.renewal.requests")

Canaries = dict[str, set[str]]
"""Secrets by what they are."""


class Heard:
    """All that was logged: as the libraries wrote it, and in our log's two forms."""

    def __init__(self) -> None:
        self.raw, self.text, self.json = io.StringIO(), io.StringIO(), io.StringIO()


@contextmanager
def listening(patch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """The log as `python -m bot` begins it with LOG_LEVEL=debug, told of no secret beforehand."""
    heard, root = Heard(), logging.getLogger()
    with patch.context() as here:
        for place, name in (
            (root, "level"),
            (sys, "excepthook"),
            (sys, "unraisablehook"),
            (threading, "excepthook"),
        ):
            here.setattr(place, name, getattr(place, name))
        here.setattr(root, "handlers", [])
        here.setattr(sys, "stderr", heard.text)
        set_up("debug", "text")
        for stream, written in (
            (heard.json, formatter("json")),
            (heard.raw, logging.Formatter("%(message)s")),
        ):
            handler = logging.StreamHandler(stream)
            handler.setFormatter(written)
            root.addHandler(handler)
        for name in TOLD_TO_BE_QUIET:
            here.setattr(logging.getLogger(name), "level", logging.DEBUG)
            logging.getLogger(name).manager._clear_cache()  # type: ignore[attr-defined] # noqa: SLF001
        try:
            yield heard
        finally:
            logging.captureWarnings(False)
    for name in TOLD_TO_BE_QUIET:
        logging.getLogger(name).manager._clear_cache()  # type: ignore[attr-defined] # noqa: SLF001


def shows(text: str, secret: str) -> bool:
    """Whether a text holds a secret, or much of one, as it is or as addresses spell it."""
    middle = len(secret) // 2
    parts = {secret, secret[-16:], secret[middle - 8 : middle + 8]} if len(secret) > 24 else {secret}
    return any(part in text or quote(part, safe="") in text for part in parts)


def mentioned(canaries: Canaries, text: str) -> set[str]:
    """Which kinds of secrets a text shows."""
    return {kind for kind, secrets in canaries.items() if any(shows(text, each) for each in secrets)}


async def in_discord(party: PartyService) -> Canaries:
    """People use commands and buttons, and Discord refuses an answer."""
    async with open_server() as fake, log_in(fake, party):
        anna = fake.member("Anna")
        await fake.slash(anna, "add", song="mr brightside")
        shown = await fake.slash(anna, "queue")
        await fake.click(anna, shown.messages[0], "encore:next")
        await fake.slash(anna, "link")
        fake.fail_next("POST", "/callback", status=404, code=10062, message="Unknown interaction")
        refused = (await fake.slash(anna, "queue", wait=False)).interaction.token
        await until(lambda: any(refused in it.path for it in fake.requests))
        fake.limit("POST", "/callback")
        for _ in range(2):
            await fake.slash(anna, "queue")
        links = re.findall(r"/party/([\w-]+)", str(sent(fake)))
        tokens = {it.token for it in fake.world.interactions.values()}
    assert links
    return {"bot token": {TOKEN}, "interaction token": tokens, "own link": set(links)}


async def install(slack: FakeSlack, base: str) -> Canaries:
    """Somebody installs the app through its pages: the state and the cookie of that."""
    async with aiohttp.ClientSession() as browser:
        async with browser.get(f"{base}/slack/install") as page:
            (link,) = re.findall(r'href="(https://slack.com/oauth[^"]*)"', await page.text())
            cookie = page.headers["Set-Cookie"].split(";")[0]
        back = slack.authorise(
            unescape(link), slack.member("Anna"), redirect_uri=f"{base}/slack/oauth_redirect"
        )
        async with browser.get(back, headers={"Cookie": cookie}) as page:
            assert page.status == 200
    return {"state": {dict(parse_qsl(urlsplit(back).query))["state"]}, "cookie": {cookie.partition("=")[2]}}


def of_slack(slack: FakeSlack) -> Canaries:
    """All that a workspace and an app have that is secret."""
    world = slack.world
    tickets = re.findall(r"ticket=([\w-]+)", str([it.answer for it in world.requests]))
    return {
        "bearer": set(world.grants),
        "refresh token": {it.refresh_token for it in world.grants.values() if it.refresh_token},
        "response_url": set(world.hooks),
        "trigger": set(world.triggers),
        "code": set(world.codes),
        "client secret": {world.client_secret},
        "signing secret": {world.signing_secret},
        "verification token": {world.verification_token},
        "ticket": set(tickets),
    }


async def told(reply: Reply) -> None:
    """Waits until an act has been answered."""
    await until(lambda: bool(answers(reply)))


async def in_slack(party: PartyService, store: Store) -> list[Canaries]:
    """A workspace installs the app and uses it until its token is renewed; another has a socket."""
    async with FakeSlack(installed=False, rotate=True) as slack, served(slack, party, store) as base:
        anna = slack.member("Anna")
        walked = await install(slack, base)
        await told(await slack.slash(anna, "/add", "wonderwall"))
        shown = await card(slack)
        await slack.press(anna, shown, "encore:next")
        slack.pass_by(12.5 * 3600)
        slack.fail_next("response_url", status=500)
        await slack.slash(anna, "/queue", wait=False)
        await told(await slack.slash(anna, "/link"))
        found = of_slack(slack)
    async with slack_stage.open_server() as slack, slack_stage.log_in(slack, party):
        await told(await slack.slash(slack.member("Ben"), "/add", "hey jude"))
        return [walked, found, of_slack(slack)]


async def at_spotify(stage: Stage, url: str, web: aiohttp.ClientSession) -> Canaries:
    """Somebody connects an account in a browser; it is asked, refuses, and its token is renewed."""
    fake, browser = stage.fake, Browser(web, PUBLIC_URL)
    link = await stage.accounts.connect(ANNA, "")
    sent = await browser.press(url + urlsplit(link).path)
    cookie = str(browser.cookie)
    back = await fake.agree(sent.headers["Location"], fake.user("Anna"))
    came = await browser.ask("GET", f"{url}{urlsplit(back).path}?{urlsplit(back).query}")
    assert came.status == 200, came.text
    await stage.spotify.me(await stage.accounts.token(ANNA))
    await stage.accounts.renew(ANNA, await stage.accounts.token(ANNA))
    fake.world.faults.fail(500, "/me")
    with pytest.raises(SpotifyError):
        await stage.spotify.me(await stage.accounts.token(ANNA))
    fake.world.faults.fail(None, "/me")
    answered = dict(parse_qsl(urlsplit(back).query))
    forms = [it.body for it in fake.world.requests if isinstance(it.body, dict)]
    return {
        "bearer of Spotify": set(fake.world.access),
        "refresh token of Spotify": set(fake.world.refresh),
        "code of Spotify": {answered["code"]},
        "state of Spotify": {answered["state"]},
        "verifier": {str(form["code_verifier"]) for form in forms if "code_verifier" in form},
        "cookie of Spotify": {cookie},
        "link to connect": {link.rpartition("/")[2]},
        "client secret of Spotify": {str(fake.client_secret)},
    }


async def in_the_room(
    party: PartyService, clock: Clock, url: str, web: aiohttp.ClientSession
) -> tuple[Canaries, str]:
    """Guests and a host come in by their links, and look back at a night; besides what the figures say."""
    place = (await party.passes.begin()).room
    guest, host = await party.passes.guest(place), await party.passes.host(LOBBY)
    own = await party.passes.own(place, ANNA)
    async with connect(web, url) as visitor:
        for link in (host, own, guest):
            assert (await visitor.ask("enter", link=link))["ok"]
        await visitor.hello("Ann")
        assert (await visitor.ask("add", text="mr brightside"))["ok"]
        secret = visitor.secret
    await played(party, clock, *SONGS, room=place)
    ended = await party.nights.end(place, Member("web", "host", "Host", moderator=True, manager=True))
    for path in (
        f"/party/{guest}",
        f"/party/{guest}/tv",
        f"/night/{ended.night}",
        "/party/nobodys-link-at-all",
    ):
        async with web.get(url + path) as page:
            await page.read()
    async with web.get(f"{url}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}) as answered:
        assert answered.status == 200
        figures = await answered.text()
    links = {"guests' link": {guest}, "host's link": {host}, "member's link": {own}, "night": {ended.night}}
    return {**links, "browser's secret": {secret}, "metrics token": {METRICS_TOKEN}}, figures


async def at_a_music_server() -> Canaries:
    """Songs are looked through and heard, until the server wants the password and then fails in every way."""
    async with FakeSubsonic([FakeSong("1", "Song")], OLD_NAVIDROME) as fake:
        source = Subsonic(fake.url, fake.user, fake.password)
        assert [each async for each in source.look({})]
        fake.flavour = NEXTCLOUD
        for fault in ({"broken": True}, {"code": 41}, {"body": b"?"}, {"location": "http://a.example/?t=1"}):
            fake.fail("search3", 3, **fault)
            with suppress(SourceAway):
                assert [each async for each in source.look({})]
        try:
            async with source.open("2"):
                pass
        except SongGone:
            logging.getLogger(__name__).exception("A song is gone")
        await source.close()
        asked = [each.asked for each in fake.requests]
    return {
        "password of a music server": {fake.password, *(each["p"] for each in asked if "p" in each)},
        "token of a music server": {each["t"] for each in asked if "t" in each},
    }


def in_files(folder: Path) -> dict[str, str]:
    """What is in each file of a folder, by its name."""
    return {path.name: path.read_bytes().decode("latin-1") for path in folder.iterdir()}


@asynccontextmanager
async def evening(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[tuple[PartyService, Stage, str]]:
    """A party with Spotify, and the room with its pages."""
    async with (
        FakeSpotify(clock=clock) as fake,
        sounding(store, catalogue, recommender, clock, fake) as (party, stage),
    ):
        party.passes.address = PUBLIC_URL
        pages = ConnectPages(stage.accounts, PUBLIC_URL, fake.accounts_url, names())
        routes = [pages.add_routes]
        async with open_room(party, "127.0.0.1", 0, (), routes, None, Watchers(METRICS_TOKEN)) as url:
            yield party, stage, url


@ON_BOTH
async def test_no_secret_is_anywhere(
    database_url: str,
    catalogue: Catalogue,
    recommender: Recommender,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In no log of either form, no traceback, no figure, and in no file or copy but sealed."""
    canaries: defaultdict[str, set[str]] = defaultdict(set)
    with listening(monkeypatch) as heard:
        async with (
            open_store(database_url, [KEY]) as store,
            evening(store, catalogue, recommender, clock) as (party, stage, url),
            aiohttp.ClientSession() as web,
        ):
            inside, figures = await in_the_room(party, clock, url, web)
            found = [inside, await in_discord(party), await at_spotify(stage, url, web)]
            found.append(await at_a_music_server())
            for each in [*found, *await in_slack(party, store)]:
                for kind, secrets in each.items():
                    canaries[kind] |= secrets
            await backup(database_url, tmp_path / "copy.db")
            kept = in_files(tmp_path)
    empty = [kind for kind, secrets in canaries.items() if not secrets or "" in secrets]
    assert not empty
    assert len(canaries) == 30
    assert {"copy.db"} < set(kept) or "postgresql" in database_url
    would_have_been = mentioned(canaries, heard.raw.getvalue())
    assert {
        *("interaction token", "response_url", "bearer", "refresh token", "code", "ticket", "trigger"),
        *("bearer of Spotify", "refresh token of Spotify", "code of Spotify", "verifier"),
    } <= would_have_been
    assert "[hidden]" in heard.text.getvalue()
    for place, text in {
        "log": heard.text.getvalue(),
        "log in JSON": heard.json.getvalue(),
        "figures": figures,
    }.items():
        assert not mentioned(canaries, text), place
    spent = {"trigger"}  # good once and for three seconds; the key under which a request is told from another
    for name, text in kept.items():
        assert not mentioned(canaries, text) - spent, name
