"""Lists of songs in files that people sent in Slack, downloaded with the workspace's token."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.doors.arguments import Upload
from bot.party.errors import FileLost, ListTooLarge
from bot.party.limits import LARGEST_LIST_BYTES
from bot.slack.asked import Asked, Slack
from bot.slack.blocks import Json
from bot.slack.refusals import reason

log = logging.getLogger(__name__)

ENDINGS = ["csv", "tsv", "txt", "m3u", "m3u8", "pls", "xspf", "jspf", "json"]
"""How the names of lists end."""
TEXT_TYPES = {"text", "csv", "tsv", "json"}
"""What Slack calls the type of a list without such a name, such as a snippet."""
MOST_FILES = 5
"""So many lists are read at once."""
WITHIN_S = 20.0
"""How long the download of a list may take."""
CHUNK_BYTES = 1 << 16
_FILES = URL("https://files.slack.com")
_HTML = (b"<!doctype html", b"<html")


async def lists(asked: Asked, files: Sequence[Json]) -> list[Json]:
    """Those of a message's files that may be lists of songs, the first few."""
    found: list[Json] = []
    for each in files:
        file = await _whole(asked, each)
        if _may_be_list(file) and len(found) < MOST_FILES:
            found.append(file)
    return found


async def read(asked: Asked, file: Json) -> Upload:
    """A file, as Slack describes it, with what is in it.

    Raises:
        ListTooLarge: more than a list of songs has.
        FileLost: Slack did not hand it out.
    """
    file = await _whole(asked, file)
    if int(file.get("size") or 0) > LARGEST_LIST_BYTES:
        raise ListTooLarge(LARGEST_LIST_BYTES >> 20)
    name, url = str(file.get("name") or ""), _address(str(file.get("url_private") or ""))
    if asked.client is None or url is None or url.origin() != _origin(asked.slack.base_url):
        log.warning("A file is not on Slack's own host and was not read: %s", file.get("id"))
        raise FileLost
    try:
        async with asyncio.timeout(WITHIN_S):
            data = await _download(asked.slack, asked.client, url)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        log.warning("A file could not be downloaded from Slack: %s", type(error).__name__)
        raise FileLost from error
    return Upload(name, data)


async def _whole(asked: Asked, file: Json) -> Json:
    """A file's description: in channels shared with other companies Slack sends only its id."""
    if "url_private" in file or asked.client is None or not file.get("id"):
        return file
    try:
        told = await asked.client.files_info(file=str(file["id"]))
    except SlackApiError as error:
        log.warning("Slack does not describe a file: %s", reason(error))
        return file
    return dict(told["file"])


def _may_be_list(file: Json) -> bool:
    _, dot, ending = str(file.get("name") or "").rpartition(".")
    return ending.casefold() in ENDINGS if dot else file.get("filetype") in TEXT_TYPES


def _address(text: str) -> URL | None:
    try:
        url = URL(text)
        return url if url.host and url.user is None and url.password is None else None
    except ValueError:
        return None


def _origin(base_url: str) -> URL:
    """Where files are, the only place that may see the token: beside the Web API if that is not Slack's."""
    return _FILES if base_url == AsyncWebClient.BASE_URL else URL(base_url).origin()


async def _download(slack: Slack, client: AsyncWebClient, url: URL) -> bytes:
    """What is in a file; the token does not follow a redirect.

    Raises:
        ListTooLarge: more than a list of songs has.
        FileLost: something else than the file came.
    """
    headers = {"Authorization": f"Bearer {client.token}", "Accept-Encoding": "identity"}
    async with (
        _session(slack) as session,
        session.get(url, headers=headers, allow_redirects=False, proxy=client.proxy) as response,
    ):
        if response.status != HTTPStatus.OK:
            log.warning("Slack answered a download with status %s.", response.status)
            raise FileLost
        data = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            data += chunk
            if len(data) > LARGEST_LIST_BYTES:
                raise ListTooLarge(LARGEST_LIST_BYTES >> 20)
        if response.content_type == "text/html" or data[:64].lstrip().lower().startswith(_HTML):
            log.error(
                "Slack showed its login page in place of a file: the bot is not in the channel of the file, "
                "or lacks the scope files:read, which it gets when it is installed once more."
            )
            raise FileLost
        return bytes(data)


@contextlib.asynccontextmanager
async def _session(slack: Slack) -> AsyncIterator[aiohttp.ClientSession]:
    if slack.session is not None:
        yield slack.session
        return
    async with aiohttp.ClientSession() as session:
        yield session
