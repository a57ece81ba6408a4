"""Who may import whom, read from the imports themselves."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"bot", "cogs", "db", "model_export", "tests"}

SAYING = {"bot.party", "bot.playback.words", "bot.playback.errors"}
DOOR = {
    *("bot.party", "bot.playback", "bot.wording", "bot.takeaway", "bot.lists", "bot.service", "bot.doors"),
    "bot.metrics",
}
MAY_IMPORT: dict[str, set[str]] = {
    "bot/party": set(),
    "bot/playback": {"bot.party"},
    "bot/playback/sources": {"bot.party", "bot.playback", "bot.lists"},  # names of files are read as in lists
    "bot/spotify": {"bot.party", "bot.playback", "bot.vault"},
    "bot/recommend": {"bot.party", "bot.heap"},
    "bot/wording": SAYING,
    "bot/takeaway": {*SAYING, "bot.wording"},
    "bot/lists": {"bot.party"},
    "bot/service.py": {"bot.party", "bot.playback"},
    "bot/doors": DOOR,
    "cogs": DOOR,
    "bot/slack": {*DOOR, "bot.vault"},
    "bot/room": DOOR,
    "bot/room/connect.py": {*DOOR, "bot.room", "bot.spotify"},  # the pages that connect an account
    "db": {"bot.party", "bot.playback.words", "bot.spotify.words", "bot.vault"},
    "db/__main__.py": {"bot.party", "bot.settings", "bot.ends", "bot.hiding", "db"},
    # The training calls it, so it may know next to nothing of the bot.
    "db/harvest.py": {"db.schema", "db.engine.opening", "db.engine.postgres", "bot.party.errors"},
    "bot": {"bot.party"},  # settings, the vault and who reaches the room
    "bot/metrics.py": {"bot.party"},
    "bot/garbage.py": set(),
    "bot/ends.py": set(),
    "bot/heap.py": set(),
    "bot/copies.py": {"bot.party"},
    "bot/link.py": {"bot.party", "bot.settings", "bot.reach", "bot.terminal", "db.looking"},
    "bot/translate.py": {"bot.doors", "bot.wording"},
    "bot/checks": {  # only bot/__main__.py imports it
        *("bot.party", "bot.settings", "bot.vault", "bot.reach", "bot.copies", "bot.hiding"),
        *("bot.recommend.bundle", "bot.slack", "bot.spotify", "bot.playback.sources"),
        *("cogs.login", "cogs.voice_libraries", "db.looking"),
        "db.engine.lasting",
    },
    "bot/__main__.py": OURS,  # constructs everything
    "model_export": set(),
    "model_export/evening.py": {"model_export", "db.harvest"},
    "model_export/harvest.py": {"model_export", "db.harvest"},
    "model_export/exports/understanding.py": {"model_export", "bot.party", "bot.lists", "bot.recommend"},
}
"""Which folders and modules of ours a folder or file may import besides its own; the longest name counts."""

ONLY = {
    "onnxruntime": {
        *("bot/recommend/recommender.py", "model_export/evaluate.py", "model_export/judged.py"),
    },
    "spotipy": {"bot/spotify"},
    "requests": {"bot/spotify"},
    "sqlalchemy": {"db"},
    "alembic": {"db"},
    "asyncpg": {"db"},
    "sqlite3": {"db", "bot/recommend/catalogue.py", "model_export/catalogue.py"},
    "PIL": {"bot/takeaway/fonts.py", "bot/takeaway/lines.py", "bot/takeaway/pen.py", "bot/room/icons.py"},
    "matplotlib": {"model_export/plots.py"},
    "mpl_toolkits": {"model_export/plots.py"},
    "jinja2": {"model_export/report.py", "bot/room/pages.py"},
    "pyspark": {"model_export/spark.py", "model_export/jvm.py"},
    "discord": {"cogs", "bot/checks/discord.py"},
    "slack_sdk": {"bot/slack", "bot/checks/slack.py"},
    "slack_bolt": {"bot/slack"},
    "cryptography": {"bot/vault.py"},
    "prometheus_client": {"bot/metrics.py"},
    "pythonjsonlogger": {"bot/logs.py"},
    "tinytag": {"bot/playback/sources"},
    "av": {"bot/playback/sources", "cogs"},
    "segno": {"bot/terminal.py", "bot/room"},
    "babel": {"bot/wording/languages.py", "bot/translate.py"},
}
"""Which files or folders may know a package."""


def sources() -> list[str]:
    """Every file of ours but the tests."""
    files = [
        path for folder in ("bot", "cogs", "db", "model_export") for path in (ROOT / folder).rglob("*.py")
    ]
    return sorted(path.relative_to(ROOT).as_posix() for path in files)


def imports(file: str) -> Iterator[str]:
    """Every module that a file imports, `from x import y` as x and as x.y."""
    for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            yield node.module or ""


def within(module: str, allowed: set[str]) -> bool:
    """Whether a module is one of these, or inside one."""
    return any(module == each or module.startswith(f"{each}.") for each in allowed)


def stands_in(file: str, places: set[str]) -> bool:
    """Whether a file is one of these, or in one of these folders."""
    return any(file == place or file.startswith(f"{place}/") for place in places)


@pytest.mark.parametrize("file", sources())
def test_a_file_imports_only_what_it_may(file: str) -> None:
    """No file reaches past its neighbours in the design."""
    place = max((place for place in MAY_IMPORT if stands_in(file, {place})), key=len)
    own = {place.removesuffix(".py").replace("/", ".")}
    for module in imports(file):
        if module.split(".")[0] in OURS:
            assert within(module, MAY_IMPORT[place] | own), f"{file} imports {module}"


@pytest.mark.parametrize("file", sources())
def test_a_package_is_known_where_it_belongs(file: str) -> None:
    """SQL stays in db, Discord in its front door, onnxruntime in the recommender."""
    for module in imports(file):
        package = module.split(".")[0]
        assert package not in ONLY or stands_in(file, ONLY[package]), f"{file} imports {package}"


def test_the_party_needs_the_standard_library_only() -> None:
    """Words, rules and use cases depend on nobody; numpy is in a port's types alone."""
    for file in sources():
        if file.startswith("bot/party/"):
            foreign = {module.split(".")[0] for module in imports(file)} - sys.stdlib_module_names - OURS
            assert foreign <= {"numpy"}, f"{file} imports {foreign}"


def test_no_two_folders_import_each_other() -> None:
    """Between folders there is no circle: what a folder needs never needs it."""
    # A file with a rule of its own belongs to its folder.
    places = [
        each for each in MAY_IMPORT if each.count("/") < 2 and not each.startswith(("db/", "model_export/"))
    ]
    folders = {place.replace("/", ".").removesuffix(".py") for place in places}
    needs: dict[str, set[str]] = {folder: set() for folder in folders}
    for file in sources():
        own = folder_of(file.removesuffix(".py").replace("/", "."), folders)
        found = {folder_of(module, folders) for module in imports(file) if module.split(".")[0] in OURS}
        needs[own] |= found - {own}
    list(TopologicalSorter(needs).static_order())  # raises where there is a circle


def folder_of(module: str, folders: set[str]) -> str:
    """The longest of the folders and modules of the rules that a module is in."""
    return max((each for each in folders if within(module, {each})), key=len)


def test_the_training_loads_nothing_of_the_bots() -> None:
    """Reading a bot's database from model_export brings in no module of the bot, not even by a detour."""
    look = "import sys, model_export.__main__; print(*(name for name in sys.modules if name[:3] == 'bot'))"
    found = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", f"{look}; print('db.harvest' in sys.modules, 'db.store' in sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names, ours = found.stdout.splitlines()
    assert not {name for name in names.split() if name.split(".")[0] == "bot"}
    assert ours == "True False"


def test_nobody_imports_the_composition_root() -> None:
    """`bot.__main__` constructs; nothing is constructed from it."""
    assert not [file for file in sources() if "bot.__main__" in set(imports(file))]


def test_the_bot_needs_no_training_package() -> None:
    """requirements.txt brings no torch, pandas, pyarrow, onnx or scipy, and pins everything with a hash."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    pinned = [line.split("==")[0] for line in lines if "==" in line]
    assert {"discord-py", "onnxruntime", "numpy", "aiosqlite", "spotipy"} <= set(pinned)
    assert not {"torch", "pandas", "pyarrow", "onnx", "scipy"} & set(pinned)
    assert sum("--hash=sha256:" in line for line in lines) >= len(pinned)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-train.txt", "requirements-dev.txt"])
def test_locks_agree(name: str) -> None:
    """A package is pinned to the same version wherever it is pinned, and no index is named."""
    text = (ROOT / name).read_text("utf-8")
    assert "http" not in text.replace("aiohttp", "").replace("httpx", "").replace("httpcore", "")
    everything = set((ROOT / "requirements-dev.txt").read_text("utf-8").splitlines())
    assert {line for line in text.splitlines() if "==" in line} <= everything


def test_the_top_level_is_the_designs() -> None:
    """The names that the design fixes are there."""
    names = (
        "bot cogs model_export db tests Procfile requirements.txt models/starter README.md Makefile LICENSE"
    )
    names += " CHANGELOG.md .env.example pyproject.toml requirements-train.txt requirements-dev.txt .ci/run"
    assert not [name for name in names.split() if not (ROOT / name).exists()]
