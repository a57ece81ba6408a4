"""Every line with which a start, or a command, can end: read from the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
RAISED = {"StartError", "NotReached"}
"""What ends a start with its text as the only line."""
VARIES = "…"
"""What stands for a part that is another one each time."""
PASSED_ON = re.compile(r"\{\w+\}|…(?:; .*)?", re.DOTALL)
"""What is worded elsewhere and only passed on."""
WORDED_ELSEWHERE = {
    "bot/room/listening.py": {"_why_not"},
    "cogs/login.py": {"ELSEWHERE"},
    "bot/settings.py": {"_shard_problems", "_slack_problems", "_install_problems", "_spotify_problems"},
}
"""Functions and constants that word such lines for somebody else to raise."""


def said(file: Path) -> Iterator[str]:
    """The lines that a file can end a start with; `…` where it depends."""
    tree = ast.parse(file.read_text("utf-8"))
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    functions = WORDED_ELSEWHERE.get(file.relative_to(ROOT).as_posix(), set())
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[text, *_]) if name in RAISED:
                yield from _texts(text, constants)
            case ast.Call(func=ast.Name(id="PydanticCustomError"), args=[_, text, *_]):
                yield from _texts(text, constants)
            case ast.FunctionDef(name=name) if name in functions:
                for inner in ast.walk(node):
                    if isinstance(inner, (ast.Return, ast.Yield)) and inner.value is not None:
                        yield from _texts(inner.value, constants)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Tuple(elts=[first, *_])) if (
                name in functions
            ):
                yield from _texts(first, constants)


def _texts(node: ast.expr, constants: dict[str, ast.expr]) -> Iterator[str]:
    """What an expression can say, if that stands there."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else VARIES for part in parts)
        case ast.Name(id=name) if name in constants:
            yield from _texts(constants[name], constants)


@cache
def all_said() -> dict[str, str]:
    """Each line without the mend behind its semicolon, and where it is worded."""
    files = [path for folder in ("bot", "cogs", "db") for path in (ROOT / folder).rglob("*.py")]
    return {
        line.split("; ")[0].strip(): path.relative_to(ROOT).as_posix()
        for path in sorted(files)
        for line in said(path)
        if not PASSED_ON.fullmatch(line)
    }
