"""The fake music server is as strict as the real ones, and says what is against the protocol."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from .subsonic import FakeSubsonic
from .subsonic_music import (
    AMPACHE,
    GONIC,
    NAVIDROME,
    NEXTCLOUD,
    OLD_NAVIDROME,
    SUPYSONIC,
    FakeSong,
    Flavour,
)

SONGS = [FakeSong(str(each), f"Song {each}", cover=b"\x89PNG") for each in range(3)]


@pytest.fixture
async def web() -> AsyncIterator[aiohttp.ClientSession]:
    """Whoever asks."""
    async with aiohttp.ClientSession() as session:
        yield session


def signed(fake: FakeSubsonic, **others: str) -> dict[str, str]:
    """What every request has, with a token."""
    token = hashlib.md5(f"{fake.password}salt".encode(), usedforsecurity=False).hexdigest()
    return {"u": fake.user, "t": token, "s": "salt", "v": "1.16.1", "c": "test", "f": "json", **others}


async def asked(
    web: aiohttp.ClientSession, fake: FakeSubsonic, method: str, params: dict[str, str]
) -> dict[str, Any]:
    """What a method answers."""
    async with web.get(f"{fake.url}/rest/{method}", params=params) as answer:
        told: dict[str, Any] = (await answer.json())["subsonic-response"]
        return told


async def test_a_request_as_it_should_be(web: aiohttp.ClientSession) -> None:
    """With `.view` behind the method, and without."""
    async with FakeSubsonic(SONGS) as fake:
        for method in ("ping", "ping.view"):
            told = await asked(web, fake, method, signed(fake))
            assert (told["status"], told["type"], told["openSubsonic"]) == ("ok", "navidrome", True)
        found = await asked(web, fake, "search3", signed(fake, query="", songCount="2"))
        assert [each["id"] for each in found["searchResult3"]["song"]] == ["0", "1"]
        assert fake.breaches == []


@pytest.mark.parametrize(
    ("method", "change", "code", "breach"),
    [
        ("ping", {"t": "0" * 32}, 40, ""),
        ("ping", {"u": "nobody"}, 40, ""),
        ("ping", {"v": None}, 10, "without v"),
        ("ping", {"p": "x"}, 43, "signed in by"),
        ("search3", {}, 10, "without query"),
        ("search3", {"query": "x", "songCount": "-1"}, None, "songCount is '-1'"),
        ("getAlbumList2", {"type": "all"}, None, "type is 'all'"),
        ("getAlbumList2", {"type": "newest", "size": "501"}, None, "size is '501'"),
        ("getSong", {"id": "0", "name": "x"}, None, "has no name"),
        ("getSong", {"id": "nobody"}, 70, ""),
        ("getAlbum", {"id": "nobody"}, 70, ""),
        ("getCoverArt", {"id": "0"}, 70, ""),
        ("getEverything", {}, 70, "there is no getEverything"),
    ],
)
async def test_what_is_against_the_protocol(
    web: aiohttp.ClientSession, method: str, change: dict[str, str | None], code: int | None, breach: str
) -> None:
    """Is refused as servers refuse it, or noted where they may let it pass."""
    async with FakeSubsonic(SONGS) as fake:
        params = {name: value for name, value in (signed(fake) | change).items() if value is not None}
        told = await asked(web, fake, method, params)
        assert told.get("error", {}).get("code") == code
        assert [breach in each for each in fake.breaches] == ([True] if breach else [])


@pytest.mark.parametrize(
    "more",
    [{"title": 5}, {"duration": "200"}, {"length": 200}, {"type": "song"}, {"artists": ["Anna"]}],
    ids=str,
)
async def test_an_answer_of_its_own_is_held_to_it_too(
    web: aiohttp.ClientSession, more: dict[str, object]
) -> None:
    """A test may have it say what no server should."""
    async with FakeSubsonic([FakeSong("1", "Song", more=more)]) as fake:
        await asked(web, fake, "getSong", signed(fake, id="1"))
        assert len(fake.breaches) == 1


async def test_forms_are_only_taken_where_they_are_told_of(web: aiohttp.ClientSession) -> None:
    """OpenSubsonic, "HTTP form POST"."""
    for flavour, status in ((NAVIDROME, 200), (OLD_NAVIDROME, 405), (AMPACHE, 405)):
        async with (
            FakeSubsonic(SONGS, flavour) as fake,
            web.post(f"{fake.url}/rest/ping.view", data=signed(fake)) as answer,
        ):
            assert answer.status == status


@pytest.mark.parametrize(
    ("flavour", "nothing", "quotes"),
    [
        (NAVIDROME, 3, 3),
        (OLD_NAVIDROME, None, 3),
        (GONIC, 3, 3),
        (AMPACHE, None, 0),
    ],
    ids=lambda it: it.version if isinstance(it, Flavour) else str(it),
)
async def test_what_a_search_for_nothing_finds(
    web: aiohttp.ClientSession, flavour: Flavour, nothing: int | None, quotes: int
) -> None:
    """Which servers take an empty query, and which two quotation marks."""
    async with FakeSubsonic(SONGS, flavour) as fake:
        for query, many in (("", nothing), ('""', quotes)):
            told = await asked(web, fake, "search3", signed(fake, query=query))
            found = told.get("searchResult3")
            assert (None if found is None else len(found.get("song", []))) == many


async def test_who_takes_no_token(web: aiohttp.ClientSession) -> None:
    """Each says so in its own way, and takes the password in hex."""
    for flavour, code, status in ((NEXTCLOUD, 41, 200), (SUPYSONIC, 10, 400)):
        async with FakeSubsonic(SONGS, flavour) as fake:
            params = signed(fake)
            async with web.get(f"{fake.url}/rest/ping", params=params) as answer:
                assert answer.status == status
                assert (await answer.json())["subsonic-response"]["error"]["code"] == code
            plain = {name: value for name, value in params.items() if name not in {"t", "s"}}
            plain["p"] = f"enc:{fake.password.encode().hex()}"
            assert (await asked(web, fake, "ping", plain))["status"] == "ok"


async def test_songs_in_parts_and_in_other_forms(web: aiohttp.ClientSession) -> None:
    """Ranges of the raw file; a transcoding has none, and a length only if asked for, which is wrong."""
    async with FakeSubsonic(SONGS) as fake:
        url, data = f"{fake.url}/rest/stream", SONGS[0].data
        raw = signed(fake, id="0", format="raw")
        async with web.get(url, params=raw, headers={"Range": "bytes=5-8"}) as answer:
            assert (answer.status, await answer.read()) == (206, data[5:9])
            assert answer.headers["Content-Range"] == f"bytes 5-8/{len(data)}"
        async with web.get(url, params=raw, headers={"Range": f"bytes={len(data)}-"}) as answer:
            assert answer.status == 416
        async with web.get(url, params=signed(fake, id="0"), headers={"Range": "bytes=5-8"}) as answer:
            assert (answer.status, answer.headers["Accept-Ranges"]) == (200, "none")
            assert answer.content_length is None
            assert await answer.read() != data
