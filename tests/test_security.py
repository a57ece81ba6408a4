"""SECURITY.md says where what is checked, and that is so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECURITY = (ROOT / "SECURITY.md").read_text("utf-8")
TABLE = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in SECURITY.splitlines()
    if line.startswith("| ") and "`" in line
]
REACHES_OUT = re.compile(
    r"router\.add_\w+\(|ClientSession\(|AsyncWeb\w*Client\(|create_subprocess_\w+\(|subprocess\.\w+\(|ProcessPool"
)
"""What listens, asks another server, or starts a process."""


def places(cell: str) -> list[tuple[str, str]]:
    """The files that a cell names, each with the name in it that it means."""
    return [
        (name, symbol)
        for name, _, symbol in (each.partition("::") for each in re.findall(r"`([^`]+)`", cell))
    ]


def defined(path: Path) -> set[str]:
    """What a file defines, in its classes too."""
    tree = ast.parse(path.read_text("utf-8"))
    found = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    return found | {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


@pytest.mark.parametrize("row", TABLE, ids=[row[1][:40] for row in TABLE])
def test_what_a_row_says_is_so(row: list[str]) -> None:
    """It names files and what is defined in them, and tests that are there."""
    _, _, where, shown = row
    assert places(where)
    assert places(shown)
    for name, symbol in [*places(where), *places(shown)]:
        assert (ROOT / name).exists(), name
        assert not symbol or symbol in defined(ROOT / name), f"{name} has no {symbol}"
    assert all(name.startswith("tests/") for name, _ in places(shown))


def test_whatever_reaches_out_is_in_the_table() -> None:
    """A new address to come in by, or to go out to, asks who may do what there."""
    named = {name for row in TABLE for name, _ in places(row[2])}
    files = [path for folder in ("bot", "cogs", "db") for path in (ROOT / folder).rglob("*.py")]
    reaching = {
        path.relative_to(ROOT).as_posix() for path in files if REACHES_OUT.search(path.read_text("utf-8"))
    }
    assert len(reaching) > 10
    assert not reaching - named


def test_links_in_it_lead_somewhere() -> None:
    """To files, and to headings in them."""
    for name, heading in re.findall(r"\]\(([\w./-]+)(?:#([\w-]+))?\)", SECURITY):
        text = (ROOT / name).read_text("utf-8")
        headings = {
            re.sub(r"[^\w -]", "", each.casefold()).replace(" ", "-")
            for each in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        }
        assert not heading or heading in headings, f"{name}#{heading}"
