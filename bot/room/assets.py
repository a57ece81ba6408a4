"""What browsers load besides pages: scripts, style sheets, words and pictures.

Each has the hash of what is in it in its address, so that it can be kept for ever; it is compressed once.
A page loads one script: the modules that it is made of, in the order of their imports. Only one form of
import and export is understood (`import { names } from "./module.js";`, each declaration with its `export`),
and no two modules of a script may declare the same name. Style sheets are put together the same way.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

from bot.room import icons
from bot.room.language import room_language
from bot.wording.languages import LANGUAGES
from bot.wording.scripts import texts_in

STATIC = Path(__file__).parent / "static"
BASES = {"panel.js": "room.js", "map.js": "room.js"}
"""Scripts that a page loads later, and the one that it has by then: they share its modules."""
FOR_EVER = "public, max-age=31536000, immutable"
TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
ALREADY_SMALL = {"png", "woff2"}

_IMPORT = re.compile(r'^import (?:\{(?P<names>[^}]*)\}|\* as \w+) from "\./(?P<file>[\w./-]+)";\n', re.M)
_SHEET = re.compile(r'^@import "\./([\w.-]+)";\n', re.M)
_DECLARED = re.compile(r"^(export )?(?:async )?(?:function\*?|class|const|let) (\w+)", re.M)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) )", re.M)
_BESIDE = re.compile(r"""(["'])\./([\w.-]+\.js)\1""")
_HASHED = re.compile(r"(?P<stem>[\w.-]+)\.[0-9a-f]{12}\.(?P<ending>\w+)")
_WORDS = re.compile(r"words-(?P<script>\w+)-(?P<code>\w+)\.js")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    address: str
    data: bytes
    packed: bytes | None
    type: str


def address(name: str) -> str:
    """Where browsers find the file of this name in `static`, a script or sheet with all that it is made of.

    Raises:
        KeyError: there is none.
    """
    return asset(name).address


def words_address(script: str, code: str) -> str | None:
    """Where the words of a script are in a language; None for English, which the script has itself."""
    return None if code == "en" else address(f"words-{script.removesuffix('.js')}-{code}.js")


def lazy(scripts: tuple[str, ...], code: str) -> str:
    """What a page must know to load these scripts later, as JSON."""
    return json.dumps({script: _later(script, code) for script in scripts if script in _files()})


def _later(script: str, code: str) -> dict[str, str | None]:
    sheet = script.replace(".js", ".css")
    return {
        "script": address(script),
        "words": words_address(script, code),
        "style": address(sheet) if sheet in _files() else None,
    }


async def serve(request: web.Request) -> web.Response:
    """Sends a file; one that is asked for by an older hash is not kept."""
    asked = request.match_info["file"]
    named = _HASHED.fullmatch(asked)
    try:
        found = asset(f"{named['stem']}.{named['ending']}" if named else asked)
    except KeyError:
        raise web.HTTPNotFound from None
    headers = {"Cache-Control": FOR_EVER} if request.path == found.address else {}
    body = found.data
    if found.packed is not None:
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"], body = "gzip", found.packed
    return web.Response(body=body, headers=headers, content_type=found.type, charset=_charset(found.type))


def _charset(kind: str) -> str | None:
    return "utf-8" if kind.startswith("text/") else None


@cache
def asset(name: str) -> Asset:
    """The file of this name, made when it is first asked for.

    Raises:
        KeyError: there is none.
    """
    data = _made(name)
    stem, _, ending = name.rpartition(".")
    digest = hashlib.sha256(data).hexdigest()[:12]
    packed = None if ending in ALREADY_SMALL else gzip.compress(data, 9, mtime=0)
    return Asset(f"/static/{stem}.{digest}.{ending}", data, packed, TYPES[ending])


def _made(name: str) -> bytes:
    if name in icons.ICONS:
        return icons.drawn(name)
    words = _WORDS.fullmatch(name)
    if words and words["code"] in LANGUAGES and f"{words['script']}.js" in _files():
        return _words(f"{words['script']}.js", words["code"]).encode()
    path = _files()[name]
    match path.suffix:
        case _ if path.parent.name == "vendor":
            return _BESIDE.sub(_beside, path.read_text("utf-8")).encode()
        case ".js":
            return script(name).encode()
        case ".css":
            return sheet(name).encode()
    return path.read_bytes()


@cache
def _files() -> dict[str, Path]:
    """Every file by its name; those of others are in `static/vendor`."""
    return {path.name: path for path in STATIC.rglob("*") if path.suffix[1:] in TYPES}


def _beside(found: re.Match[str]) -> str:
    return f'"{address(found[2])}"' if found[2] in _files() else found[0]


def _text(name: str) -> str:
    return _files()[name].read_text("utf-8")


def _in_order(name: str, inner: Callable[[str], list[str]]) -> list[str]:
    """A file and all that it needs, each once and before whatever needs it."""
    found: dict[str, None] = {}

    def visit(each: str) -> None:
        for other in inner(each):
            if other not in found and other != name:
                visit(other)
        found[each] = None

    visit(name)
    return list(found)


def _imports(name: str) -> list[str]:
    return [found["file"] for found in _IMPORT.finditer(_text(name)) if "/" not in found["file"]]


def modules(name: str) -> list[str]:
    """The modules that a script is made of; not those that its page has already."""
    base = modules(BASES[name]) if name in BASES else []
    return [each for each in _in_order(name, _imports) if each not in base]


def script(name: str) -> str:
    """A script in one file.

    Raises:
        ValueError: two of its modules declare the same name, or one asks for what another does not export.
    """
    inside = modules(name)
    declared: dict[str, str] = {}
    exported: list[str] = []
    for module in inside:
        for export, one in _DECLARED.findall(_text(module)):
            if one in declared:
                raise ValueError(f"{one} is declared in {declared[one]} and in {module}; rename one of them")
            declared[one] = module
            exported += [one] * bool(export)
    parts = [*_outer(inside, name), *(_alone(module) for module in inside)]
    return "".join([*parts, f"export {{ {', '.join(exported)} }};\n" if exported else ""])


def _outer(inside: list[str], name: str) -> Iterator[str]:
    """The imports that are left: of the page's own script, and of what others wrote."""
    shared: dict[str, None] = {}
    for module in inside:
        for found in _IMPORT.finditer(_text(module)):
            if "/" in found["file"]:
                yield found[0].replace(f"./{found['file']}", address(found["file"].rpartition("/")[2]))
                continue
            names = [each.strip() for each in found["names"].split(",") if each.strip()]
            theirs = {one for export, one in _DECLARED.findall(_text(found["file"])) if export}
            if missing := set(names) - theirs:
                raise ValueError(
                    f"{module} imports {', '.join(missing)}, which {found['file']} does not export"
                )
            if found["file"] not in inside:
                shared |= dict.fromkeys(names)
    if shared:
        yield f'import {{ {", ".join(shared)} }} from "{address(BASES[name])}";\n'


def _alone(module: str) -> str:
    return _EXPORT.sub("", _IMPORT.sub("", _text(module)))


def sheet(name: str) -> str:
    """A style sheet in one file."""
    return "".join(
        _SHEET.sub("", _text(each)) for each in _in_order(name, lambda it: _SHEET.findall(_text(it)))
    )


def _words(name: str, code: str) -> str:
    """A script that tells another one its texts in a language."""
    words = room_language(code)
    told: dict[str, object] = {}
    for module in modules(name):
        for one, many in texts_in(_text(module)):
            if many:
                told[f"{one}\n{many}"] = words.patterns(one, many)
            else:
                told[one] = words.pattern(one)
    return f"Object.assign((globalThis.encoreWords ??= {{}}), {json.dumps(told, ensure_ascii=False)});\n"
