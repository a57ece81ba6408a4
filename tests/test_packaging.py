"""The image, the compose files, and what docs/operations.md has people type: all of it does what it says.

No test builds the image, for which it takes a Docker engine; what it would hold is put together by hand.
"""

from __future__ import annotations

import asyncio
import fnmatch
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path, PurePosixPath
from typing import Any

import aiohttp
import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import told
from bot.party.vitals import Vitals
from bot.room import open_room
from bot.service import PartyService
from bot.settings import Settings
from tests.bot.room.visitor import connect, connect_as
from tests.patience import PATIENCE_S, until

ROOT = Path(__file__).parents[1]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
COMPOSE = ("compose.yaml", "compose.postgres.yaml")


def stages() -> list[list[tuple[str, str]]]:
    """The Dockerfile's instructions, stage by stage."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    found: list[list[tuple[str, str]]] = [[]]
    for name, rest in (line.split(None, 1) for line in lines if line.strip()):
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest))
    return found[1:]


def said(name: str, stage: int = -1) -> list[str]:
    """What an instruction of a stage says, each time."""
    return [rest for each, rest in stages()[stage] if each == name]


def copied(stage: int = -1) -> list[str]:
    """What a stage copies out of the repository."""
    return [source for rest in said("COPY", stage) if "--from" not in rest for source in rest.split()[:-1]]


def environment() -> dict[str, str]:
    """The image's own variables."""
    return dict(each.split("=", 1) for rest in said("ENV") for each in rest.split())


def block(language: str) -> str:
    """The example in a language that the page on operations has."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", OPERATIONS, re.MULTILINE | re.DOTALL)
    return str(found)


@asynccontextmanager
async def in_image(folder: Path) -> AsyncIterator[tuple[Path, dict[str, str]]]:
    """A bot that runs with the image's files and variables alone, and its folder."""
    app, data = folder / "encore", folder / "data"
    data.mkdir()
    for source in copied():
        place = app / source
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, place)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    variables = environment()
    url = variables["DATABASE_URL"].replace("/data/", f"{data}/")
    variables |= {"PATH": os.environ["PATH"], "ROOM_PORT": port, "DATABASE_URL": url, "ALLOW_EPHEMERAL": "1"}
    process = await asyncio.create_subprocess_exec(
        *command(said("ENTRYPOINT")[-1]), cwd=app, env=variables, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
        assert line.startswith(b"Encore is ready")
        yield app, variables
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def command(form: str) -> list[str]:
    """A command in the form that needs no shell, run by this very Python."""
    words = json.loads(form.removeprefix("CMD").strip())
    assert words[0] == "python"
    return [sys.executable, *words[1:]]


async def output(words: list[str], folder: Path, variables: dict[str, str]) -> tuple[int | None, str]:
    """The exit code and the output of a command."""
    process = await asyncio.create_subprocess_exec(
        *words, cwd=folder, env=variables, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return process.returncode, out.decode()


async def test_what_the_image_holds_is_enough(tmp_path: Path) -> None:
    """The bot starts from it, is well by the image's own health check, and its host's link can be shown."""
    check = said("HEALTHCHECK")[-1].split("CMD", 1)[1]
    async with in_image(tmp_path) as (app, variables):
        assert await output(command(check), app, variables) == (0, "")
        code, link = await output([*command(said("ENTRYPOINT")[-1]), "link"], app, variables)
        assert (code, bool(re.fullmatch(r"http://127\.0\.0\.1:\d+/party/\S{32}\n", link))) == (0, True)
        url = f"http://127.0.0.1:{variables['ROOM_PORT']}"
        async with aiohttp.ClientSession() as web, web.get(url) as page:
            assert page.status == 200
    assert await output(command(check), app, variables) == (1, "")


def test_nothing_is_copied_that_is_kept_out() -> None:
    """Each source is there, and .dockerignore lets it through; nothing else gets in."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]

    def gets_in(path: str) -> bool:
        """As Docker decides (Dockerfile reference, ".dockerignore file"): the last match counts."""
        held = False
        parts = PurePosixPath(path).parts
        for rule in rules:
            pattern = rule.removeprefix("!").removeprefix("**/")
            prefixes = ["/".join(parts[: end + 1]) for end in range(len(parts))]
            tails = prefixes + (list(parts) if "**/" in rule else [])
            if any(fnmatch.fnmatchcase(each, pattern) for each in tails):
                held = not rule.startswith("!")
        return not held

    for source in [*copied(0), *copied()]:
        assert (ROOT / source).exists(), source
        assert gets_in(source), source
    assert gets_in("models/starter/model.onnx")
    assert gets_in("bot/room/static/room.js")
    kept_out = (
        ".env",
        "party.db",
        ".git/config",
        "tests/conftest.py",
        "models/mine/model.onnx",
        ".venv/bin/python",
    )
    assert not [path for path in (*kept_out, "bot/__pycache__/x.pyc", "bot/.env") if gets_in(path)]


def test_the_image_is_run_by_nobody_special() -> None:
    """Not by root, without a compiler, from wheels pinned by hash, with its data in a volume."""
    assert said("USER")[-1] == "encore"
    assert not re.search(r"apt-get|gcc|build-essential|curl", (ROOT / "Dockerfile").read_text("utf-8"))
    (install,) = (rest for rest in said("RUN", 0) if "pip install" in rest)
    assert "--require-hashes" in install
    assert "--only-binary=:all:" in install
    assert "-r requirements.txt ${VOICE:+-r requirements-voice.txt}" in install
    assert said("VOLUME") == ["/data"]
    assert said("STOPSIGNAL") == ["SIGTERM"]
    assert {rest.split()[0] for stage in (0, -1) for rest in said("FROM", stage)} == {"python:${PYTHON}"}
    settings = {name.upper() for name in Settings.model_fields}
    assert set(environment()) - settings == {"PATH", "PYTHONUNBUFFERED", "container"}


def services(name: str) -> dict[str, Any]:
    """The services of a compose file."""
    found: dict[str, Any] = yaml.safe_load((ROOT / name).read_text("utf-8"))["services"]
    return found


@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_opens_nothing_unasked(name: str) -> None:
    """Ports are published to this machine alone, the database's to nobody; nobody has rights to spare."""
    for service, given in services(name).items():
        if service == "database":
            assert "ports" not in given
            assert given["healthcheck"]["test"][1] == "pg_isready"
            continue
        (port,) = given["ports"]
        assert re.fullmatch(r"\$\{PUBLISH(_SECOND)?:-127\.0\.0\.1:\d+\}:8080", port)
        assert given["read_only"]
        assert given["cap_drop"] == ["ALL"]
        assert given["environment"]["ROOM_HOST"] == environment()["ROOM_HOST"]
        assert given["environment"]["ROOM_PORT"] == environment()["ROOM_PORT"]
        named = set(given["environment"]) - {each.upper() for each in Settings.model_fields}
        assert not named, named


def test_with_postgresql_the_bot_waits_for_it() -> None:
    """Until it is healthy; without a password nothing starts."""
    for name, given in services("compose.postgres.yaml").items():
        if name != "database":
            assert given["depends_on"]["database"]["condition"] == "service_healthy"
            assert "${POSTGRES_PASSWORD:?" in given["environment"]["DATABASE_URL"]


def compose() -> list[str]:
    """The command that reads compose files, if there is one on this machine."""
    for words in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(words[0]):
            done = subprocess.run([*words, "version"], capture_output=True, check=False)  # noqa: S603
            if done.returncode == 0:
                return words
    return []


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_reads_it(name: str) -> None:
    """As people's own does."""
    words = compose()
    if not words:
        pytest.skip("there is no docker compose on this machine")
    variables = {**os.environ, "POSTGRES_PASSWORD": "letters"}
    done = subprocess.run(  # noqa: S603 - our own command
        [*words, "--file", name, "--profile", "second", "config", "--quiet"],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_systemd_unit_is_understood(tmp_path: Path) -> None:
    """By systemd, with no word to say about it."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd on this machine")
    unit = tmp_path / "encore.service"
    unit.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", block("ini")))
    done = subprocess.run(  # noqa: S603 - our own command
        ["systemd-analyze", "verify", "--man=no", str(unit)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@asynccontextmanager
async def nginx(folder: Path, room: str) -> AsyncIterator[str]:
    """Nginx with the example of the page in front of a room, and its address."""
    binary = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if binary is None:
        pytest.skip("there is no nginx on this machine")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = re.sub(
        r"^\s*(ssl_\S+|listen \[::\].*|access_log off);?.*\n", "", block("nginx"), flags=re.MULTILINE
    )
    server = server.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    server = server.replace("http://127.0.0.1:8080", room)
    places = "".join(
        f"{each}_temp_path {folder};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {places}\n{server} }}\n"
    )
    process = await asyncio.create_subprocess_exec(
        *(binary, "-p", str(folder), "-c", str(folder / "nginx.conf")), stderr=asyncio.subprocess.PIPE
    )

    def listens() -> bool:
        with closing(socket.socket()) as looking:
            return process.returncode is not None or looking.connect_ex(("127.0.0.1", port)) == 0

    try:
        await until(listens)
        assert process.returncode is None
        yield f"http://127.0.0.1:{port}"
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def test_nginx_passes_on_what_the_room_needs(
    party: PartyService, web: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """The page and its WebSocket, and no figures; what comes through it is not from this machine."""
    async with open_room(party, "127.0.0.1", 0) as room, nginx(tmp_path, room) as url:
        async with web.get(url) as page:
            assert page.status == 200
        async with connect(web, url) as guest:
            await guest.hello("Ann")
            assert (await guest.ask("add", text="mr brightside"))["ok"]
        async with web.get(f"{url}/metrics") as answer:
            assert answer.status == 404
        async with web.get(f"{url}/metrics/") as answer:
            assert answer.status == 404
        async with web.get(f"{room}/metrics") as answer:
            assert answer.status == 200


@pytest.fixture
async def web() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client."""
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_backup_is_whole(party: PartyService, tmp_path: Path) -> None:
    """What was acknowledged by the running bot is in the copy that the page's command makes."""
    async with open_room(party, "127.0.0.1", 0) as url, connect_as(url, "Ann") as guest:
        assert (await guest.ask("add", text="mr brightside"))["ok"]
        (line,) = re.findall(r"^\.venv/bin/python (-m db backup) /safe/party.db$", OPERATIONS, re.MULTILINE)
        environment = {"PATH": os.environ["PATH"], "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/party.db"}
        code, _ = await output(
            [sys.executable, *line.split(), str(tmp_path / "backup.db")], ROOT, environment
        )
        assert code == 0
    with closing(sqlite3.connect(tmp_path / "backup.db")) as backup:
        assert backup.execute("SELECT count(*) FROM entries").fetchone() == (1,)
        assert backup.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def figures_named() -> Iterator[str]:
    """Each figure that the page names."""
    yield from re.findall(r"\bencore_[a-z_]+", OPERATIONS)


async def test_every_figure_that_is_named_is_there(party: PartyService) -> None:
    """In the table and in the alerts, which are rules as Prometheus reads them."""
    async with open_room(party, "127.0.0.1", 0):
        vitals: Vitals = party.vitals
        vitals.figure("card_edits_waiting", "Cards", lambda: 0, door="discord")
        vitals.figure("last_copy_timestamp_seconds", "Copies", lambda: 0)
        text = told(vitals, {"database": True}).decode()
    there = {
        name
        for family in text_string_to_metric_families(text)
        for name in {family.name, f"{family.name}_total", f"{family.name}_bucket"}
    }
    assert not set(figures_named()) - there
    (rules,) = [
        each for each in re.findall(r"^```yaml\n(.*?)^```$", OPERATIONS, re.M | re.S) if "alert:" in each
    ]
    for rule in yaml.safe_load(rules)["groups"][0]["rules"]:
        assert set(rule) <= {"alert", "expr", "for"}
        assert rule["expr"].count("(") == rule["expr"].count(")")
