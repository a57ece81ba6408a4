"""Lists of songs in files, sent with the form or shared in a message."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.party import errors
from bot.party.errors import FileLost, PartyError
from bot.party.limits import LARGEST_LIST_BYTES
from bot.service import PartyService
from bot.slack import asked, files, forms
from bot.slack.app import SCOPES, SHORTCUT
from tests.bot.slack.conftest import log_in, open_server
from tests.bot.slack.stage import (
    BRIGHTSIDE,
    answer,
    answered,
    private,
    public,
    read,
    room,
    sentence,
    titles,
    until,
)
from tests.fakes.slack_model import FakeFile, FakeMember, FakeMessage
from tests.fakes.slack_server import FakeSlack

CSV = "Title,Artist\nMr. Brightside,The Killers\nTake On Me,a-ha\nWonderwall,Oasis\n"
SONGS = ["Mr. Brightside", "Take on Me", "Wonderwall"]
NOT_DOWNLOADED = FileLost()


async def send(fake: FakeSlack, by: FakeMember, *sent: FakeFile) -> FakeMessage:
    """What is answered to files sent with the form."""
    view = (await fake.slash(by, "/import")).view
    return await answered(fake, fake.submit(by, view, {forms.LISTS: {forms.LISTS: [*sent]}}))


def downloads(fake: FakeSlack) -> int:
    """How many files were asked for."""
    return sum(it.method == "files-pri" for it in fake.requests)


def zipped() -> bytes:
    """An archive, whatever it is called."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("songs.csv", CSV)
    return packed.getvalue()


async def test_a_list_in_a_file_is_added_and_undone(fake: FakeSlack, party: PartyService) -> None:
    """The songs come in the file's order, everybody is told how many, and one undo takes all back."""
    anna = fake.member("Anna")
    told = await send(fake, anna, fake.file(anna, "Our songs.CSV", CSV))
    assert read(told) == "Found 3 of 3 songs. Added 3."
    assert not told.ephemeral
    assert await titles(fake, party) == SONGS
    await fake.slash(anna, "/undo")
    assert (await party.insight.now(room(fake))).queue == ()


async def test_several_files_are_one_list(fake: FakeSlack, party: PartyService) -> None:
    """They come one after the other, and are counted and undone together."""
    anna = fake.member("Anna")
    sent = (
        fake.file(anna, "a.csv", CSV),
        fake.file(anna, "b.m3u", "#EXTM3U\n#EXTINF:1,Oasis - Live Forever\nb.mp3\n"),
    )
    assert read(await send(fake, anna, *sent)).startswith("Found 4 of 4 songs. Added 4.")
    assert await titles(fake, party) == [*SONGS, "Live Forever"]


async def test_what_is_written_and_what_is_sent_are_both_added(fake: FakeSlack, party: PartyService) -> None:
    """First the text of the form, then its file, even if nothing comes of the text."""
    anna = fake.member("Anna")
    view = (await fake.slash(anna, "/add")).view
    sent: dict[str, dict[str, Any]] = {
        forms.LISTS: {forms.LISTS: [fake.file(anna, "a.csv", CSV)]},
        forms.SONGS: {forms.SONGS: "hey jude"},
    }
    await fake.submit(anna, view, sent)
    await until(lambda: sum(not it.actions for it in fake.messages) > 1)
    assert await titles(fake, party) == ["Hey Jude", *SONGS]
    view = (await fake.slash(anna, "/add")).view
    sent = {
        forms.LISTS: {forms.LISTS: [fake.file(anna, "b.csv", "Title,Artist\nHalo,Beyoncé\n")]},
        forms.SONGS: {forms.SONGS: "?!"},
    }
    await fake.submit(anna, view, sent)
    await until(lambda: any(read(it) == sentence(errors.EmptyText()) for it in fake.messages))
    assert "Halo" in await titles(fake, party)


async def test_a_form_with_a_file_that_comes_twice_counts_once(fake: FakeSlack, party: PartyService) -> None:
    """What Slack delivers again adds nothing a second time."""
    anna = fake.member("Anna")
    view = (await fake.slash(anna, "/import")).view
    reply = await fake.submit(anna, view, {forms.LISTS: {forms.LISTS: [fake.file(anna, "a.csv", CSV)]}})
    await fake.redeliver(reply)
    await until(lambda: len([it for it in fake.messages if "Found 3" in it.shown]) == 2)
    assert await titles(fake, party) == SONGS


@pytest.mark.parametrize("command", ["/add", "/import"])
async def test_a_pasted_list_is_a_list(fake: FakeSlack, party: PartyService, command: str) -> None:
    """Several lines behind a command, and in the form, are as good as a file."""
    anna = fake.member("Anna")
    lines = "\n".join(f"Oasis - Nothing like song {number}" for number in range(10))
    said = read(await answer(await fake.slash(anna, command, f"wonderwall\n{lines}")))
    assert "of 11 songs. Added 11." in said
    view = (await fake.slash(anna, command)).view
    told = await answered(fake, fake.submit(anna, view, {forms.SONGS: {forms.SONGS: f"hey jude\n{lines}"}}))
    assert "Added one. 10 were already queued" in read(told)


# What is no list


@pytest.mark.parametrize(
    ("content", "error", "asked_for"),
    [
        (b"a" * (2 << 20), errors.ListTooLarge(LARGEST_LIST_BYTES >> 20), 0),
        (zipped(), errors.NotAList(), 1),
        (b"", errors.EmptyList(), 1),
        (b"Title,Artist\n", errors.EmptyList(), 1),
    ],
)
async def test_a_file_that_is_no_list_is_one_private_sentence(
    fake: FakeSlack, party: PartyService, content: bytes, error: PartyError, asked_for: int
) -> None:
    """Whoever sent it hears why, and what is too large is not even downloaded."""
    anna = fake.member("Anna")
    told = await send(fake, anna, fake.file(anna, "songs.csv", content))
    assert (read(told), told.private_to) == (sentence(error), anna)
    assert downloads(fake) == asked_for
    assert await titles(fake, party) == []


@pytest.mark.parametrize("trouble", ["missing", "broken", "slow", "endless", "redirect"])
async def test_a_download_that_fails_is_one_private_sentence(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """A file that is gone, an outage, no end in sight, more than was told: all end soon and are told."""
    anna = fake.member("Anna")
    file = fake.file(anna, "songs.csv", CSV)
    file.trouble = trouble  # type: ignore[assignment]
    if trouble == "slow":
        monkeypatch.setattr(files, "WITHIN_S", 0.3)
    async with elsewhere() as (address, seen):
        file.elsewhere = address
        told = await send(fake, anna, file)
    wanted = errors.ListTooLarge(LARGEST_LIST_BYTES >> 20) if trouble == "endless" else NOT_DOWNLOADED
    assert (read(told), told.private_to) == (sentence(wanted), anna)
    assert seen == []
    await until(lambda: trouble != "endless" or 0 < fake.world.sent_bytes < 32 << 20)


@asynccontextmanager
async def elsewhere() -> AsyncIterator[tuple[str, list[str]]]:
    """Another server, and what it was sent to say who asks."""
    seen: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        return web.Response(text=CSV, content_type="text/csv")

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/songs.csv", seen
    finally:
        await runner.cleanup()


async def test_the_token_goes_to_slacks_own_host_alone(fake: FakeSlack, party: PartyService) -> None:
    """A file that says it is elsewhere, such as one of another service, is not asked for."""
    anna = fake.member("Anna")
    async with elsewhere() as (address, seen):
        own = URL(fake.base_url)
        for url in (address, f"http://{own.authority}@{URL(address).authority}/x", "http://[", ""):
            file = fake.file(anna, "songs.csv", CSV)
            file.told = {"url_private": url, "is_external": True}
            assert read(await send(fake, anna, file)) == sentence(NOT_DOWNLOADED)
    assert (seen, downloads(fake)) == ([], 0)
    assert await titles(fake, party) == []


def test_the_real_slack_has_its_files_at_one_host() -> None:
    """It is not the Web API's, and nothing that only looks like it will do."""
    origin = files._origin(AsyncWebClient.BASE_URL)  # noqa: SLF001 - the tests' own Slack is elsewhere
    for url, good in {
        "https://files.slack.com/files-pri/T1-F1/a.csv": True,
        "http://files.slack.com/a.csv": False,
        "https://files.slack.com.example/a.csv": False,
        "https://slack.com/a.csv": False,
        "https://files.slack.com:8443/a.csv": False,
    }.items():
        assert (URL(url).origin() == origin) is good, url


# Installed before it could read files


async def test_without_the_scope_the_form_has_no_field_for_files(party: PartyService) -> None:
    """Where the bot was installed before, Slack refuses the field; the form is there all the same."""
    async with open_server() as fake:
        grant = fake.world.grants[fake.bot_token]
        grant.scopes = tuple(each for each in SCOPES if each != "files:read")
        async with log_in(fake, party):
            anna = fake.member("Anna")
            view = (await fake.slash(anna, "/add")).view
            assert forms.LISTS not in view.actions
            told = await answered(
                fake, fake.submit(anna, view, {forms.SONGS: {forms.SONGS: "mr brightside"}})
            )
            assert read(told) == f"Now playing: {BRIGHTSIDE}"


async def test_a_login_page_is_no_list(
    fake: FakeSlack, party: PartyService, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the scope Slack sends its login page as a success; the log names what is missing."""
    anna = fake.member("Anna")
    view = (await fake.slash(anna, "/add")).view
    fake.world.grants[fake.bot_token].scopes = tuple(each for each in SCOPES if each != "files:read")
    sent = {forms.LISTS: {forms.LISTS: [fake.file(anna, "songs.csv", CSV)]}}
    told = await answered(fake, fake.submit(anna, view, sent))
    assert (read(told), told.private_to) == (sentence(NOT_DOWNLOADED), anna)
    assert "files:read" in caplog.text
    assert fake.bot_token not in caplog.text
    assert await titles(fake, party) == []


# Messages with files


async def test_a_list_shared_in_a_message_is_added(fake: FakeSlack, party: PartyService) -> None:
    """The shortcut reads the lists of a message, and leaves its pictures and its text alone."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    shared = [fake.file(ben, "us.png", b"\x89PNG"), fake.file(ben, "songs.csv", CSV)]
    said = fake.say(ben, fake.general, "hey jude", shared)
    told = await public(await fake.shortcut(anna, SHORTCUT, message=said))
    assert read(told) == "Found 3 of 3 songs. Added 3."
    assert await titles(fake, party) == SONGS
    assert downloads(fake) == 1
    await fake.slash(anna, "/undo")
    assert (await party.insight.now(room(fake))).queue == ()


async def test_a_message_with_a_picture_is_its_text(fake: FakeSlack, party: PartyService) -> None:
    """Where no file can be a list, the words of the message are the song, as ever."""
    anna = fake.member("Anna")
    said = fake.say(anna, fake.general, "mr brightside", [fake.file(anna, "us.png", b"\x89PNG")])
    await public(await fake.shortcut(anna, SHORTCUT, message=said))
    assert await titles(fake, party) == ["Mr. Brightside"]
    assert downloads(fake) == 0


async def test_a_list_in_a_channel_shared_with_others_is_read(fake: FakeSlack, party: PartyService) -> None:
    """There Slack tells only the file's id at first, and the rest when it is asked."""
    anna = fake.member("Anna")
    place = fake.channel("both", shared=True)
    said = fake.say(anna, place, "", [fake.file(anna, "songs.csv", CSV)])
    await public(await fake.shortcut(anna, SHORTCUT, message=said))
    assert await titles(fake, party, place) == SONGS


async def test_a_list_where_the_bot_is_not_cannot_be_read(fake: FakeSlack, party: PartyService) -> None:
    """A file in a channel that the bot is not in stays unread, and the asker is told."""
    anna = fake.member("Anna")
    place = fake.channel("elsewhere", private=True, has_bot=False)
    said = fake.say(anna, place, "", [fake.file(anna, "songs.csv", CSV)])
    assert await private(await fake.shortcut(anna, SHORTCUT, message=said)) == sentence(NOT_DOWNLOADED)
    assert await titles(fake, party, place) == []


async def test_a_long_download_says_so(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a list takes long the asker is told that it is read, not that Spotify is asked."""
    monkeypatch.setattr(asked, "SOON_S", 0.05)
    monkeypatch.setattr(files, "WITHIN_S", 0.5)
    anna = fake.member("Anna")
    file = fake.file(anna, "songs.csv", CSV)
    file.trouble = "slow"
    reply = await fake.shortcut(anna, SHORTCUT, message=fake.say(anna, fake.general, "", [file]))
    await until(lambda: len(reply.messages) == 2)
    assert [read(it) for it in reply.messages] == [
        "One moment, I'm reading that list.",
        sentence(NOT_DOWNLOADED),
    ]
