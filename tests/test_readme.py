"""The README stays true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.__main__ import arguments
from bot.doors.markdown import table
from bot.recommend.bundle import Bundle
from bot.settings import Settings
from model_export.__main__ import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def first_column(heading: str) -> list[str]:
    """The code in the first cells of the table whose first heading this is, from where it first stands."""
    tables = re.findall(rf"^\| {heading} \|.*\n\|[-| ]+\|\n((?:\|.*\n)+)", README, re.MULTILINE)
    return [re.findall(r"`([^`]+)`", row)[0] for table in tables for row in table.splitlines()]


def test_the_table_of_commands_is_the_readmes() -> None:
    """The README shows the table as `python -m bot.doors.markdown` prints it."""
    assert table() in README


def test_every_training_command_is_in_the_table() -> None:
    """The table names every command of model_export."""
    named = {cell.split()[0] for cell in first_column("command") if cell[0] != "/"}
    assert named == {command.name for command in app.registered_commands}


def test_every_setting_is_in_the_table() -> None:
    """The table names every setting with its default."""
    assert {name.upper() for name in Settings.model_fields} == set(first_column("setting"))
    assert f"`{Settings.model_fields['database_url'].default}`" in README


def test_a_file_that_is_named_is_there() -> None:
    """Whoever follows a map finds what it shows."""
    papers = [*ROOT.glob("docs/*.md"), ROOT / "CONTRIBUTING.md", ROOT / "README.md"]
    named = {
        name
        for paper in papers
        for name in re.findall(
            r"`((?:bot|cogs|db|tests|model_export|models)/[\w./-]*\w)`", paper.read_text("utf-8")
        )
    }
    assert {"bot/doors/commands.py", "db/store.py"} < named
    assert not [name for name in named if not (ROOT / name).exists()]


def leads_somewhere(link: str) -> bool:
    """Whether there is such a file beside the README, and in it, or in the README itself, such a heading."""
    name, _, heading = link.partition("#")
    path = ROOT / (name or "README.md")
    if not heading:
        return path.exists()
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return heading in {re.sub(r"[^\w -]", "", each.casefold()).replace(" ", "-") for each in headings}


def test_links_lead_somewhere() -> None:
    """Every file and every heading that the README links is there."""
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert not [link for link in links if not leads_somewhere(link)]


@pytest.mark.parametrize("command", ["run", "test"])
def test_the_two_commands_are_targets(command: str) -> None:
    """`make run` and `make test` are what the README says they are."""
    assert f"make {command} " in README
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_the_first_screen_says_where_the_sound_comes_from() -> None:
    """Nobody sets a bot up and then wonders why it is silent, or where its music is from."""
    first = " ".join(README[: README.index("## ")].split())
    assert "plays [your own music](#sound)" in first
    assert "[Spotify](#spotify) Premium" in first
    assert "nothing from YouTube" in first


def test_the_first_minute_sounds() -> None:
    """What the README says to press is what the page is called to have."""
    first = README[: README.index("## Commands")]
    page = "".join(path.read_text("utf-8") for path in (ROOT / "bot/room/templates").glob("*.html"))
    for button in re.findall(r"\*(Try [^*]+)\*", first):
        assert f'say("{button}")' in page
    assert "*Try it with ten short pieces*" in first
    assert "`MUSIC_DIR`" in first


@pytest.mark.parametrize("command", ["check", "link", "manifest", "find"])
def test_what_else_the_bot_does_is_told(command: str) -> None:
    """Each command besides running stands in the README as one types it."""
    assert arguments([command]).command == command
    assert f".venv/bin/python -m bot {command}" in README


def test_nothing_names_a_machine() -> None:
    """No file that people read names a path of somebody's machine or a package registry."""
    names = (
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Makefile",
        ".env.example",
        ".ci/run",
        "Dockerfile",
    )
    papers = [ROOT / name for name in (*names, "compose.yaml", "compose.postgres.yaml")]
    for path in [*papers, *ROOT.glob("docs/*.md"), *ROOT.glob("requirements*.txt")]:
        assert not re.search(r"/(home|root|Users|work)/|pypi\.org|pythonhosted", path.read_text("utf-8")), (
            path
        )


def test_the_number_of_songs_is_the_shipped_models(bundle: Bundle) -> None:
    """The README counts the songs of the catalogue that comes with it."""
    assert f"{bundle.tracks:,} songs" in README
