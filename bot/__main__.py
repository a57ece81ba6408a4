"""`python -m bot`: opens settings, model, store and front doors, and closes them in reverse.

`python -m bot check` tries every setting instead, `python -m bot link` prints the host's link, `python -m bot
manifest` the manifest of a Slack app, and `python -m bot find` what texts mean. `python -m bot prepare` makes
the songs of a large model ready to be searched, ahead of the first start.
"""

from __future__ import annotations

import sys

from bot.ends import ending, leave
from bot.heap import give_back, keep_one

if __name__ == "__main__":  # before the imports, which take most of a start
    ending.heed(*([0] if sys.argv[1:2] in ([], ["run"]) else []))
    keep_one()

import argparse
import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot import link, logs
from bot.checks import together as checks
from bot.copies import Copies
from bot.find import find as find_song
from bot.garbage import tidy
from bot.hiding import hide, hide_in_crashes
from bot.metrics import watch_loop
from bot.party.errors import StartError
from bot.party.vitals import LAST_COPY
from bot.playback.demo import DemoSource, cache_folder
from bot.playback.library import Library
from bot.playback.ports import Source
from bot.playback.sources.folder import FolderSource
from bot.playback.sources.subsonic import Subsonic
from bot.playback.watcher import DeviceWatcher
from bot.reach import Place, find
from bot.recommend.current import Model, Models
from bot.recommend.own import AllSongs
from bot.recommend.preparing import prepared_for
from bot.room import open_room
from bot.room.connect import ConnectPages
from bot.room.floors import LOBBY
from bot.room.health import Watchers
from bot.room.limits import Limits
from bot.service import PartyService
from bot.settings import Settings, read_settings
from bot.slack import manifest
from bot.slack.app import SlackDoor, install_flow
from bot.slack.installs import Installs, Single
from bot.slack.names import names
from bot.slack.states import States
from bot.spotify.accounts import Accounts
from bot.spotify.breaker import Breaker
from bot.spotify.client import Spotify
from bot.spotify.music import SpotifyMusic
from bot.terminal import lines
from bot.vault import Vault
from cogs.client import open_discord
from db.engine.lasting import check_lasting
from db.store import Store, open_store

if sys.platform == "win32":  # where there is no uvloop
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

log = logging.getLogger("encore")

Result = TypeVar("Result")

SWITCH_S = 0.0001
"""How long one thread may keep the others waiting: searches and commits go on beside the event loop."""


@dataclass(frozen=True, slots=True)
class House:
    """All that is open: the party, where the room is, and what ends when a front door does."""

    party: PartyService
    room_url: str
    place: Place
    doors: list[asyncio.Task[None]]
    models: Models
    library: Library | None

    def model_changed(self, model: Model) -> None:
        """Says which model is in use, and has nothing of another one left."""
        self.party.map.forget()
        if self.library is not None:
            self.library.match_anew()
        self.party.vitals.versions = _versions(model)


def _versions(model: Model) -> dict[str, str]:
    return {**model.bundle.versions, "songs": str(model.bundle.tracks)}


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Opens everything, in the order in which the parts need each other.

    Raises:
        StartError: a part cannot be opened; what was open already is closed again.
    """
    if not settings.allow_ephemeral:
        check_lasting(settings.database_url)
    async with AsyncExitStack() as stack:
        checking = asyncio.create_task(checks.at_start(settings), name="checks")  # while the model is read
        stack.push_async_callback(_stop, [checking])
        models = await Models.open(settings.model_dir)
        stack.push_async_callback(models.close)
        await checking
        store = await stack.enter_async_context(open_store(settings.database_url, settings.sealing_keys))
        await store.seal_links()
        spotify = await stack.enter_async_context(_spotify(settings, store, models))
        library = await stack.enter_async_context(_library(settings, store, models))
        songs = AllSongs(models, library, only=not settings.wants_demo) if library is not None else None
        if songs is not None:
            stack.callback(songs.close)
        party = PartyService(
            store,
            songs or models,
            models,
            store.clock,
            music=spotify.music if spotify else None,
            keep_names_days=settings.keep_names_days,
            library=library,
            demo=(lambda: library.own) if library is not None and settings.wants_demo else None,
        )
        stack.push_async_callback(party.close)
        opened = asyncio.Event()
        party.vitals.part("front doors", opened.is_set)
        party.vitals.versions = _versions(models.now)
        await stack.enter_async_context(store.listen(party.changed_elsewhere))
        slack = _slack(settings, store, party)
        if slack is not None:
            stack.push_async_callback(slack.tokens.close)
        routes = [each.add_routes for each in (slack, spotify.pages if spotify else None) if each is not None]
        room = open_room(
            party,
            settings.room_host,
            settings.room_port,
            settings.own_names,
            routes,
            Limits(
                guests=settings.room_guests,
                lines_each=settings.room_connections,
                joins_a_minute=settings.room_joins,
                proxies=settings.proxies,
            ),
            Watchers(_secret(settings.metrics_token)),
        )
        room_url = await stack.enter_async_context(room)
        place = find(settings.room_host, urlsplit(room_url).port or 0, settings.public_url)
        party.passes.address = place.guests or settings.public_url
        reaching = asyncio.create_task(checks.public(settings), name="public")
        stack.push_async_callback(_stop, [reaching])
        doors = [
            asyncio.create_task(party.clock.run(), name="clock"),
            asyncio.create_task(watch_loop(), name="lag"),
            asyncio.create_task(party.retention.run(), name="names"),
            *_copying(settings, party),
        ]
        if library is not None:
            library.report(party.vitals)
            library.on_change(party.notices.music)
            doors.append(asyncio.create_task(library.run(), name="music"))
        if songs is not None:
            doors.append(asyncio.create_task(songs.run(), name="own songs"))
        if spotify is not None:
            doors.append(
                asyncio.create_task(DeviceWatcher(party.devices, party.accounts).run(), name="devices")
            )
        stack.push_async_callback(_stop, doors)
        if settings.discord_token is not None:
            token = settings.discord_token.get_secret_value()
            discord = open_discord(party, token, settings.shard_ids, settings.shard_count)
            doors.append(await stack.enter_async_context(discord))
        if slack is not None:
            doors.append(await stack.enter_async_context(slack.open()))
        opened.set()
        yield House(party, room_url, place, doors, models, library)


def _copying(settings: Settings, party: PartyService) -> Iterator[asyncio.Task[None]]:
    """What makes copies of the parties, if there is a folder for them."""
    if settings.backup_dir is not None:
        copies = Copies(settings.database_url, settings.backup_dir)
        party.vitals.figure(
            LAST_COPY,
            "When the last copy of the parties was made, or found to be as good as a new one; 0 for never",
            lambda: copies.last.timestamp() if copies.last else 0.0,
        )
        yield asyncio.create_task(copies.run(), name="copies")


@asynccontextmanager
async def _library(settings: Settings, store: Store, catalogue: Models) -> AsyncIterator[Library | None]:
    """People's own music, if there is any."""
    sources = [*_sources(settings)]
    if not sources:
        yield None
        return
    library = Library(store, sources, catalogue)
    try:
        yield library
    finally:
        await library.close()


def _sources(settings: Settings) -> Iterator[Source]:
    if settings.music_dir:
        yield FolderSource(settings.music_dir)
    if settings.subsonic_password is not None:
        password = settings.subsonic_password.get_secret_value()
        yield Subsonic(settings.subsonic_url, settings.subsonic_user, password)
    if settings.wants_demo and (folder := cache_folder()) is not None:
        yield DemoSource(folder)


@dataclass(frozen=True, slots=True)
class _Spotify:
    music: SpotifyMusic
    pages: ConnectPages


@asynccontextmanager
async def _spotify(settings: Settings, store: Store, catalogue: Models) -> AsyncIterator[_Spotify | None]:
    """Spotify, if it is set up: what asks it, members' accounts, and the pages that connect them."""
    if settings.spotify_client_id is None:
        yield None
        return
    secret = settings.spotify_client_secret
    spotify = Spotify(
        settings.spotify_client_id.get_secret_value(),
        secret.get_secret_value() if secret is not None else None,
        f"{settings.own_url}/spotify/callback",
        Breaker(store, "Spotify"),
    )
    vault = Vault.from_setting(settings.encryption_keys)
    accounts = Accounts(store, vault, spotify, settings.own_url)
    try:
        await accounts.reseal()
        yield _Spotify(
            SpotifyMusic(spotify, accounts, catalogue, store),
            ConnectPages(accounts, settings.own_url, spotify.accounts_url, names("", settings.slack_command)),
        )
    finally:
        await accounts.close()
        spotify.close()


def _slack(settings: Settings, store: Store, party: PartyService) -> SlackDoor | None:
    """The Slack front door, if one is set up: for one workspace's token, or for all that install the bot."""
    socket, signed = _secret(settings.slack_app_token), _secret(settings.slack_signing_secret)
    if settings.slack_bot_token is not None:
        single = Single(_secret(settings.slack_bot_token))
        return SlackDoor(party, single, app_token=socket, signing_secret=signed, only=settings.slack_command)
    if settings.slack_client_id is None:
        return None
    client_id, client_secret = _secret(settings.slack_client_id), _secret(settings.slack_client_secret)
    installs = Installs(store, Vault.from_setting(settings.encryption_keys), client_id, client_secret)
    flow = install_flow(installs, States(store), client_id, client_secret)
    return SlackDoor(
        party,
        installs,
        app_token=socket,
        signing_secret=signed,
        flow=flow,
        only=settings.slack_command,
    )


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value is not None else ""


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def run(settings: Settings) -> None:
    """Keeps the house open until a signal asks to stop, even while it opens, or a front door fails."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine that runs has a task
    loop = asyncio.get_running_loop()
    ending.by(lambda: loop.call_soon_threadsafe(_cancel_once, task))
    renew = _hung_up(task)
    try:
        async with open_house(settings) as house:
            house.doors.append(asyncio.create_task(tidy(give_back), name="tidy"))
            watching = house.models.watch(renew, house.model_changed)
            house.doors.append(asyncio.create_task(watching, name="model"))
            await _say_ready(house, settings)
            done, _ = await asyncio.wait(house.doors, return_when=asyncio.FIRST_COMPLETED)
            for door in done:
                door.result()
    except asyncio.CancelledError:
        pass
    except Exception as error:
        if not ending.asked:
            raise
        log.warning("Something was in the way of a clean end: %s", error or type(error).__name__)
    finally:
        ending.over()
    if ending.asked:
        leave(0)  # a model that is still being read is not waited for


def _cancel_once(task: asyncio.Task[None]) -> None:
    """Asks a task to end; what it does to end is not cancelled."""
    if not task.cancelling():
        task.cancel()


def _hung_up(task: asyncio.Task[None]) -> asyncio.Event:
    """What SIGHUP sets, which asks for the model anew; from a terminal that is closed it ends the bot."""
    renew = asyncio.Event()
    terminals = [fd for fd in range(3) if os.isatty(fd)]

    def hung_up() -> None:
        if all(map(os.isatty, terminals)):
            renew.set()
        else:
            _cancel_once(task)

    with contextlib.suppress(AttributeError, NotImplementedError):  # Windows has no such signal
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up)
    return renew


async def _say_ready(house: House, settings: Settings) -> None:
    """Tells the terminal how people come in."""
    secret = await house.party.passes.host(LOBBY)  # made now, for `python -m bot link`, if it is not shown
    told = lines(house.place, f"{house.place.host}/party/{secret}", sys.stdout)
    if settings.logs_json and not sys.stdout.isatty():
        log.info(" ".join(told))
    else:
        print(*told, sep="\n", flush=True)


def run_on_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs to its end what `asyncio.run` would, on the loop that takes least of the processor."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


def arguments(line: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line; an error in it ends the process with code 2."""
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="A party bot for Discord, Slack and the browser."
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("run", help="start the bot (this is what happens without a command)")
    commands.add_parser(
        "check", help="try every token and setting, print what works and what is missing, and do nothing else"
    )
    commands.add_parser("link", help="print the host's link to the web room, and do nothing else")
    slack = commands.add_parser("manifest", help="print the manifest of the Slack app, for From a manifest")
    slack.add_argument(
        "--url",
        default="",
        help="for HTTP in place of Socket Mode: where Slack reaches the bot, like https://your.host",
    )
    named = slack.add_mutually_exclusive_group()
    named.add_argument("--prefix", default="", help="a word in front of each command: party makes /party-add")
    named.add_argument(
        "--only", default="", help="one command that runs all others: party makes /party, for /party add"
    )
    preparing = commands.add_parser(
        "prepare", help="make the songs of a large model ready to be searched, and do nothing else"
    )
    preparing.add_argument("folder", nargs="?", type=Path, help="the model's folder; left out: MODEL_DIR")
    finding = commands.add_parser(
        "find", help="print which song each of some texts means, and do nothing else"
    )
    finding.add_argument("texts", nargs="*", help="what people type; left out: a line of the input each")
    finding.add_argument("--json", action="store_true", help="print an object a line instead of a table")
    finding.add_argument("--as-you-type", action="store_true", help="print what is offered while one types")
    return parser.parse_args(line)


def _has_spotify() -> bool:
    """Whether Spotify is set up, or may be: half of the settings may be there while the app is made."""
    try:
        return read_settings().spotify_client_id is not None
    except StartError:
        return True


def main(line: Sequence[str] | None = None) -> int:
    """Does what the command line asks for and returns the exit code."""
    asked = arguments(line)
    told_in_log = False
    try:
        if asked.command == "manifest":
            print(manifest.printed(asked.url, asked.prefix, asked.only, spotify=_has_spotify()))
            return 0
        settings = read_settings()
        if asked.command == "find":
            run_on_loop(
                find_song(settings.model_dir, asked.texts, as_json=asked.json, typing=asked.as_you_type)
            )
            return 0
        if asked.command == "prepare":
            print(prepared_for(asked.folder or settings.model_dir))
            return 0
        if asked.command == "link":
            run_on_loop(link.show(settings))
            return 0
        if asked.command == "check":
            logging.disable(logging.CRITICAL)  # all that there is to say is in the table
            return run_on_loop(checks.check(settings))
        sys.setswitchinterval(SWITCH_S)
        logs.set_up(settings.log_level, settings.log_format, settings.secrets)
        told_in_log = settings.logs_json
        run_on_loop(run(settings))
    except StartError as error:
        if told_in_log:
            log.critical("%s", error)
        else:
            print(hide(str(error)), file=sys.stderr)
        return error.code
    return 0


if __name__ == "__main__":
    hide_in_crashes()
    leave(main())
