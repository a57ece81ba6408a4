"""Scripts, style sheets, words and pictures: how they are put together, and how long they are kept."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from bot.room import assets
from bot.room.icons import ICONS
from bot.wording.languages import LANGUAGES, language

MODULES = {
    "room.js": 'import { b } from "./b.js";\nimport { c } from "./c.js";\n\nexport const room = b + c;\n',
    "b.js": 'import { c } from "./c.js";\n\nconst one = 1;\nexport const b = () => one + c;\n',
    "c.js": "export const c = 3;\n",
    "panel.js": 'import { c } from "./c.js";\nimport { p } from "./p.js";\n\nexport const panel = p + c;\n',
    "p.js": 'import { V } from "./vendor/v.js";\n\nexport const p = say("Hello {name}") + V;\n',
    "a.css": '@import "./b.css";\n\na { color: red }\n',
    "b.css": "b { color: blue }\n",
}


@pytest.fixture
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of made-up modules in the place of ours."""
    for name, text in MODULES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor/v.js").write_text('import"./w.js";export const V = 1;')
    (tmp_path / "vendor/w.js").write_text("export const W = 1;")
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    """Has everything made anew."""
    for kept in (assets.asset, assets._files):  # noqa: SLF001
        kept.cache_clear()


@pytest.fixture
async def compressed() -> AsyncIterator[aiohttp.ClientSession]:
    """A client that leaves what it gets as it came."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield session


def test_one_script_of_many_modules(static: Path) -> None:
    """Each module once, after all that it imports; what they export, another script may import."""
    modules = ["const c = 3;\n", "\nconst one = 1;\nconst b = () => one + c;\n", "\nconst room = b + c;\n"]
    assert assets.script("room.js") == "".join([*modules, "export { c, b, room };\n"])


def test_a_later_script_shares_what_the_page_has(static: Path) -> None:
    """A module that is there already is not loaded again; what others wrote stays a file of its own."""
    script = assets.script("panel.js")
    assert "const c" not in script
    assert f'import {{ c }} from "{assets.address("room.js")}";' in script
    assert f'import {{ V }} from "{assets.address("v.js")}";' in script
    assert assets.address("w.js") in assets.asset("v.js").data.decode()


def test_sheets(static: Path) -> None:
    """A style sheet comes with what it imports, in front."""
    assert assets.sheet("a.css") == "b { color: blue }\n\na { color: red }\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("c.js", "export const c = 3;\nconst one = 2;\n", "one is declared in c.js and in b.js"),
        ("c.js", "const c = 3;\n", "which c.js does not export"),
    ],
)
def test_what_cannot_be_put_together(static: Path, name: str, text: str, said: str) -> None:
    """A name that is declared twice, or not exported, is told where it is."""
    (static / name).write_text(text)
    with pytest.raises(ValueError, match=said):
        assets.script("room.js")


@pytest.mark.parametrize("path", sorted(assets.STATIC.glob("*.*")), ids=lambda path: path.name)
def test_every_file_can_be_loaded(path: Path) -> None:
    """All our modules and sheets can be put together."""
    assert assets.asset(path.name).data


async def test_kept_for_ever(room: str, compressed: aiohttp.ClientSession) -> None:
    """What has the hash of its content in its address comes compressed, and is never asked for again."""
    for name in ("room.js", "room.css", "words-room-de.js", "logo.svg"):
        url = room + assets.address(name)
        async with compressed.get(url, headers={"Accept-Encoding": "gzip, br"}) as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(await answer.read()) == assets.asset(name).data
        async with compressed.get(url, headers={"Accept-Encoding": "identity"}) as answer:
            assert await answer.read() == assets.asset(name).data


async def test_another_hash(room: str, web: aiohttp.ClientSession) -> None:
    """A page of an older version gets the file as it is now, but does not keep it."""
    old = re.sub(r"\.[0-9a-f]{12}\.", ".0123456789ab.", assets.address("room.js"))
    for path in (old, "/static/room.js"):
        async with web.get(room + path) as answer:
            assert await answer.read() == assets.asset("room.js").data
            assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "name",
    ["none.js", "..%2Fpages.py", "pages.py", "words-room-tlh.js", "words-none-de.js", "%00", "room.html"],
)
async def test_nothing_else_is_served(room: str, web: aiohttp.ClientSession, name: str) -> None:
    """Only what the page loads can be loaded."""
    async with web.get(f"{room}/static/{name}") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("name", ICONS)
async def test_icons(room: str, web: aiohttp.ClientSession, name: str) -> None:
    """The logo is there as a picture of the size that its name says."""
    async with web.get(room + assets.address(name)) as answer:
        assert answer.content_type == "image/png"
        picture = Image.open(io.BytesIO(await answer.read()))
    assert picture.size == (ICONS[name].side, ICONS[name].side)
    assert picture.convert("RGB").getpixel((picture.width // 2, picture.height - 2)) == (217, 56, 30)


async def test_a_page_is_not_sent_twice(room: str, web: aiohttp.ClientSession) -> None:
    """Whoever has the page in this language gets a word that it is still the same."""
    async with web.get(room) as answer:
        tag = answer.headers["ETag"]
    async with web.get(room, headers={"If-None-Match": tag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with web.get(room, headers={"If-None-Match": tag, "Accept-Language": "de"}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_language_is_chosen_and_kept(room: str, web: aiohttp.ClientSession, code: str) -> None:
    """The choice counts before what the browser wants, on every page, until there is another."""
    tag = code.replace("_", "-")
    async with web.get(f"{room}/?language={tag}", headers={"Accept-Language": "fr"}) as answer:
        assert f'<html lang="{tag}"' in await answer.text()
        cookie = answer.headers["Set-Cookie"]
    assert cookie == f"encore-language={tag}; HttpOnly; Max-Age=31536000; Path=/; SameSite=Lax"
    for path in ("/", "/privacy"):
        async with web.get(room + path, cookies={"encore-language": tag}) as answer:
            assert f'<html lang="{tag}"' in await answer.text()
            assert "Set-Cookie" not in answer.headers


async def test_a_language_that_is_not_spoken(room: str, web: aiohttp.ClientSession) -> None:
    """Is not kept, and the browser's counts."""
    async with web.get(f"{room}/?language=tlh", headers={"Accept-Language": "de"}) as answer:
        assert '<html lang="de"' in await answer.text()
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_words(code: str) -> None:
    """Another language's words come in a file of their own, with a form for each kind of number."""
    words = assets.asset(f"words-room-{code}.js").data.decode()
    assert f'"Paused": "{language(code).say("Paused")}"' in words
    assert '"other":' in words
    assert assets.words_address("room.js", "en") is None
