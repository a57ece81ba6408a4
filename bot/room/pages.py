"""Pages without scripts: how they look, and in which of our languages a browser wants them."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from aiohttp import web

from bot.wording.languages import Language, spoken

PAGE = Template((Path(__file__).parent / "page.html").read_text("utf-8"))
HINT = 'class="hint"'
WISH = re.compile(r"\s*([A-Za-z-]{1,35})\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?")
"""A language in Accept-Language, and how much it is wished for."""


def tag(name: str, inside: str, attributes: str = "") -> str:
    """An element; what is inside is HTML already."""
    return f"<{name} {attributes}>{inside}</{name}>"


def page(language: Language, about: str, title: str, *parts: str, status: int = 200) -> web.Response:
    """A page: what it is about in a word, its title, and what stands below, all HTML already."""
    text = PAGE.substitute(
        lang=language.code.replace("_", "-"), about=about, title=title, body="\n".join(parts)
    )
    return web.Response(text=text, status=status, content_type="text/html")


def wished_code(request: web.Request) -> str:
    """The code of the most wished-for language of the browser's that is spoken here, else English."""
    wishes = [
        (-float(quality or 1), tag)
        for tag, quality in WISH.findall(request.headers.get("Accept-Language", ""))
    ]
    for quality, tag in sorted(wishes, key=lambda wish: wish[0]):
        code = spoken(tag)
        if quality and (code != "en" or tag.casefold().startswith("en")):
            return code
    return "en"
