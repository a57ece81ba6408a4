"""Pages: made from the templates in `templates`, in the language that somebody chose or their browser wants.

In a template `say("Add a song")` and `count("{number} song", "{number} songs", n)` are the texts that people
read; `asset("room.css")` is where a file of `static` is found.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache, lru_cache
from html import escape
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.room import assets
from bot.room.language import room_language
from bot.wording.languages import LANGUAGES, Language, spoken

TEMPLATES = Path(__file__).parent / "templates"
HINT = 'class="hint"'
WISH = re.compile(r"([A-Za-z-]{1,35})(?:\s{0,9};\s{0,9}q=([01](?:\.\d{0,3})?))?")
"""A language in Accept-Language, and how much it is wished for."""
LONGEST_WISHES = 500
"""So many characters of Accept-Language are looked at."""
LONGEST_TAG = 35
"""The longest name of a language (RFC 5646, 4.4.1)."""
CHOICE = "language"
"""What a link to the page in another language has in its query."""
COOKIE = "encore-language"
"""What keeps that choice."""
COOKIE_S = 365 * 24 * 3600
LATER = ("panel.js", "map.js", "mapscene.js")
"""What the room's page loads when it is wanted."""


def tag(name: str, inside: str, attributes: str = "") -> str:
    """An element; what is inside is HTML already."""
    return f"<{name} {attributes}>{inside}</{name}>"


def page(language: Language, about: str, title: str, *parts: str, status: int = 200) -> web.Response:
    """A page without scripts: what it is about in a word, its title, and what is below, all HTML already."""
    text = rendered(
        language,
        "page.html",
        about=Markup(about),  # noqa: S704 - HTML already, as are the others
        title=Markup(title),  # noqa: S704
        body=Markup("\n".join(parts)),  # noqa: S704
    )
    return web.Response(text=text, status=status, content_type="text/html")


def show(
    request: web.Request, template: str, *, entry: str | None = None, status: int = 200, **parts: object
) -> web.Response:
    """A page in the browser's language, or nothing where the browser has the same one already.

    Args:
        request: what asks for it.
        template: its name in `templates`.
        entry: the script that it loads, such as `room.js`.
        status: the answer's.
        parts: what the template needs besides; where all of it is text, the page is kept once it is made.
    """
    code = wished_code(request)
    make = _kept if all(isinstance(part, str) for part in parts.values()) else _made
    tag, body, packed = make(template, code, entry, **parts)
    headers = {"ETag": f'W/"{tag}"', "Vary": "Accept-Language, Cookie, Accept-Encoding"}
    if status == 200 and any(each.value in {tag, "*"} for each in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"], body = "gzip", packed
    return web.Response(body=body, status=status, headers=headers, content_type="text/html", charset="utf-8")


def _made(template: str, code: str, entry: str | None, **parts: object) -> tuple[str, bytes, bytes]:
    """A page's mark, what is in it, and the same compressed."""
    body = rendered(room_language(code), template, entry=entry, **parts).encode()
    return hashlib.sha256(body).hexdigest()[:16], body, gzip.compress(body, 6, mtime=0)


_kept = lru_cache(maxsize=64)(_made)


def rendered(language: Language, template: str, **parts: object) -> str:
    """The HTML of a template in a language."""
    code = language.code
    entry = parts.get("entry")
    return (
        _templates()
        .get_template(template)
        .render(
            {
                "lang": code.replace("_", "-"),
                "languages": {code.replace("_", "-"): name for code, name in LANGUAGES.items()},
                "say": _saying(language),
                "count": language.count,
                "words": assets.words_address(entry, code) if isinstance(entry, str) else None,
                "lazy": assets.lazy(LATER, code),
                "entry": entry,
                **parts,
            }
        )
    )


def _saying(language: Language) -> object:
    def say(message: str, **parts: object) -> Markup:
        """A marked text; of its parts only those that are HTML already keep their signs."""
        return Markup(escape(language.pattern(message))).format(**parts)  # noqa: S704 - escaped

    return say


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = assets.address
    return environment


def chosen_code(request: web.Request) -> str | None:
    """The code of the language that the address asks for; None where it asks for none that is spoken here."""
    tag = request.query.get(CHOICE, "")
    return _ours(tag)


def cookie(request: web.Request, name: str) -> str:
    """The value of a cookie of ours, empty where there is none; the thousands beside it are not looked at.

    What is sent is pairs with a semicolon and a space between them (RFC 6265, 4.2.1), all on one line.
    """
    sent = f"; {request.headers.get('Cookie', '')}"
    _, _, begins = sent.partition(f"; {name}=")
    return begins.partition(";")[0].strip().strip('"')


def wished_code(request: web.Request) -> str:
    """The code of a page's language: the one chosen now or earlier, else the browser's, else English."""
    return chosen_code(request) or _ours(cookie(request, COOKIE)) or _accepted(request)


@web.middleware
async def keep_choice(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Has the browser remember a language that was chosen just now."""
    response = await handler(request)
    code = chosen_code(request)
    if code:
        tag = code.replace("_", "-")
        response.set_cookie(COOKIE, tag, max_age=COOKIE_S, path="/", httponly=True, samesite="Lax")
    return response


def _ours(tag: str) -> str | None:
    if len(tag) > LONGEST_TAG:
        return None
    return next((code for code in LANGUAGES if code.replace("_", "-").casefold() == tag.casefold()), None)


def _accepted(request: web.Request) -> str:
    """The most wished-for language of the browser's that is spoken here, else English."""
    wishes = [
        (-float(quality or 1), tag)
        for tag, quality in WISH.findall(request.headers.get("Accept-Language", "")[:LONGEST_WISHES])
    ]
    for quality, tag in sorted(wishes, key=lambda wish: wish[0]):
        code = spoken(tag)
        if quality and (code != "en" or tag.casefold().startswith("en")):
            return code
    return "en"
