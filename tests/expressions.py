"""Every regular expression of ours, found in the modules themselves, and texts that are hard on one."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from bot import __path__ as bot_path
from cogs import __path__ as cogs_path
from db import __path__ as db_path

FOLDERS = {"bot": bot_path, "cogs": cogs_path, "db": db_path}
NOT_LOADED = re.compile(r"db\.migrations\.(?:env|versions.*)")
"""What Alembic alone loads; its modules have no regular expression, which is read from their text."""
WAYS = ("search", "match", "fullmatch")
"""How an expression is matched; all others look for it as `search` does."""
SEARCHES = {"search", "sub", "subn", "split", "findall", "finditer"}
MADE_ON_THE_WAY: Mapping[tuple[str, str], Sequence[Mapping[str, object]]] = {
    ("bot.slack.mentions", "each"): [{"each": "U0123456789"}],
    ("bot.hiding", "pattern"): [],  # all are in a table of the module
    ("bot.slack.credentials", "form"): [],  # every form is in a table of the module
    ("bot.wording.languages", "longest_first"): [{"longest_first": ["/spotify connect", "/spotify"]}],
    ("bot.logs", "longest_first"): [{"longest_first": ["xoxb-secret", "secret"]}],
}
"""Names in a function that an expression is made of, and examples of what they stand for."""
NO_SIGN = "\x00\x01"
"""What no expression of ours wants: behind much that fits, it makes an engine go back."""


@dataclass(slots=True)
class Expression:
    """A regular expression, where it stands, and how it is matched."""

    where: str
    pattern: re.Pattern[str]
    ways: set[str] = field(default_factory=set)


def modules() -> Iterator[ModuleType]:
    """Every module of the bot, loaded."""
    for folder, path in FOLDERS.items():
        for found in pkgutil.walk_packages(path, f"{folder}."):
            if not NOT_LOADED.fullmatch(found.name):
                yield importlib.import_module(found.name)


def tree(module: ModuleType) -> ast.Module:
    """What is written in a module."""
    return ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))


@cache
def expressions() -> tuple[Expression, ...]:
    """All of them: objects that modules hold, and what is written into a call of `re`."""
    loaded = [*modules()]
    trees = {module.__name__: tree(module) for module in loaded}
    used = _used(trees)
    found: dict[tuple[str, int], Expression] = {}
    for module in loaded:
        for name, value in vars(module).items():
            for pattern in _patterns(value, 3):
                key = (pattern.pattern, pattern.flags)
                one = found.setdefault(key, Expression(f"{module.__name__}.{name}", pattern))
                one.ways |= used.get(_known_as(module.__name__, name)) or {*WAYS}
        for one in _written(module, trees[module.__name__]):
            key = (one.pattern.pattern, one.pattern.flags)
            found.setdefault(key, one).ways.update(one.ways)
    for one in found.values():
        one.ways = one.ways or {*WAYS}
    return tuple(found.values())


def _patterns(value: object, depth: int) -> Iterator[re.Pattern[str]]:
    """The expressions in a value, and in what it holds."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth:
        held: Sequence[object] = ()
        if isinstance(value, dict | MappingProxyType):
            held = [*value.keys(), *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            held = [*value]
        elif isinstance(value, type) or type(value).__module__.split(".")[0] in FOLDERS:
            held = [*getattr(value, "__dict__", {}).values()]
        for each in held[:200]:
            yield from _patterns(each, depth - 1)


def _used(trees: Mapping[str, ast.Module]) -> dict[tuple[str, str], set[str]]:
    """How each name is matched, by the module that has it alone; none where it is handed on."""
    found: dict[tuple[str, str], set[str]] = {}
    handed_on: set[tuple[str, str]] = set()
    for module, written in trees.items():
        called = set()
        for node in ast.walk(written):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                name = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                if node.attr in SEARCHES | {*WAYS}:
                    way = "search" if node.attr in SEARCHES else node.attr
                    found.setdefault(_known_as(module, name), set()).add(way)
                    called.add(node.value)
        for node in ast.walk(written):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in called:
                handed_on.add(_known_as(module, node.id))
            if isinstance(node, ast.Attribute) and node not in called:
                handed_on.add(_known_as(module, node.attr))
    return {name: ways for name, ways in found.items() if name not in handed_on}


def _known_as(module: str, name: str) -> tuple[str, str]:
    """A name that begins so is its module's own."""
    return (module if name.startswith("_") else "", name)


def _written(module: ModuleType, written: ast.Module) -> Iterator[Expression]:
    """The expressions in calls of `re`, with the names that they are made of as the module has them."""
    for node in ast.walk(written):
        if not (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in SEARCHES | {*WAYS, "compile"}
        ):
            continue
        called = node.func.attr
        ways = {"search"} if called in SEARCHES else {called} & {*WAYS}
        flags = [each.value for each in node.keywords if each.arg == "flags"]
        flags += [each for each in node.args[1:] if "re." in ast.unparse(each)]
        for names in _names(module, node.args[0]):
            given = eval(_code(node.args[0]), vars(module), names)  # noqa: S307 - our own source
            flag = eval(_code(flags[0]), vars(module)) if flags else 0  # noqa: S307
            if isinstance(given, str):
                yield Expression(f"{module.__name__}:{node.lineno}", re.compile(given, flag), ways)


def _code(node: ast.expr) -> Any:
    return compile(ast.fix_missing_locations(ast.Expression(node)), "<ours>", "eval")


def _names(module: ModuleType, node: ast.expr) -> Iterator[dict[str, Any]]:
    bound = {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    wanted = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} - bound
    builtin = vars(importlib.import_module("builtins"))
    missing = sorted(name for name in wanted if name not in vars(module) and name not in builtin)
    if not missing:
        yield {}
        return
    for name in missing:
        yield from map(dict, MADE_ON_THE_WAY[module.__name__, name])


def hard_texts(pattern: re.Pattern[str], length: int) -> Iterator[str]:
    """Texts of a length that an engine may look through again and again: much fits, and then nothing does."""
    parsed = _parser().parse(pattern.pattern, pattern.flags)
    seen: dict[str, None] = {}
    whole = _shortest(parsed)[0]
    for before, body in (*_repeats(parsed, ""), ("", whole)):
        for beat in (body, before + body, before, body + whole, body + " "):
            if not beat:
                continue
            much = beat * (length // len(beat))
            for text in (much, before + much + NO_SIGN, much + NO_SIGN, before + much + "\n" + NO_SIGN):
                seen[text[: length + 2]] = None
    for sign in (" ", "a", "(", "<", '"', "0", "\u0301", "-", "a ", " a", "A|", "\t", "\n"):
        seen[sign * (length // len(sign)) + NO_SIGN] = None
    yield from seen


def _parser() -> Any:
    return importlib.import_module("re._parser")


def _repeats(parsed: Any, before: str) -> Iterator[tuple[str, str]]:
    """What stands before each part that may repeat, and what repeats in it."""
    for kind, value in parsed:
        name = str(kind)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            _, most, inner = value
            for body in _shortest(inner):
                if most > 20 and body:
                    yield before, body
            yield from _repeats(inner, before)
        elif name == "SUBPATTERN":
            yield from _repeats(value[3], before)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _repeats(branch, before)
        elif name == "ATOMIC_GROUP":
            yield from _repeats(value, before)
        elif name in {"ASSERT", "ASSERT_NOT"}:
            yield from _repeats(value[1], before)
        before += _one(kind, value)[0]


def _shortest(parsed: Any) -> list[str]:
    """Some short texts that fit, not minding what is asserted."""
    found = [""]
    for kind, value in parsed:
        found = [text + more for text in found for more in _one(kind, value)][:6]
    return found


SIGNS = " \ta0A-(<\"'.:,_[|=/*é\u3042\n"


def _one(kind: Any, value: Any) -> list[str]:
    name = str(kind)
    if name == "LITERAL":
        return [chr(value)]
    if name in {"NOT_LITERAL", "ANY"}:
        return [sign for sign in SIGNS if name == "ANY" or ord(sign) != value][:3]
    if name == "IN":
        return _of_class(value)
    if name == "BRANCH":
        return [text for branch in value[1][:6] for text in _shortest(branch)[:2]]
    if name == "SUBPATTERN":
        return _shortest(value[3])
    if name == "ATOMIC_GROUP":
        return _shortest(value)
    if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        least, most, inner = value
        return [each * max(least, 1 if most else 0) for each in _shortest(inner)]
    return [""]


def _of_class(value: Any) -> list[str]:
    """Some characters of a class: each of the usual signs that it has, or its first."""
    compiled = importlib.import_module("re._compiler").compile(_parsed_class(value))
    found = [sign for sign in SIGNS if compiled.match(sign)][:4]
    return found or [next(sign for sign in map(chr, range(0x110000)) if compiled.match(sign))]


def _parsed_class(value: Any) -> Any:
    parsed = _parser().parse("a")
    parsed.data[:] = [(importlib.import_module("re._constants").IN, value)]
    return parsed
