"""Files that people send with a command or a message."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import discord

from bot.doors.arguments import Upload
from bot.party.errors import FileLost, ListTooLarge
from bot.party.limits import LARGEST_LIST_BYTES

log = logging.getLogger(__name__)

READ_WITHIN_S = 10.0
"""So long a download may take; a list of songs is small."""
MOST_FILES = 5
"""So many files of one message are read."""
ENDINGS = (".csv", ".tsv", ".txt", ".m3u", ".m3u8", ".pls", ".xspf", ".jspf", ".json")
"""What the name of a file with a list may end in, if Discord does not say that it is text."""


async def read(attachment: discord.Attachment) -> Upload:
    """Downloads a file that somebody sent.

    Raises:
        ListTooLarge: it is larger than a list may be; nothing of it is read.
        FileLost: Discord does not hand it over.
    """
    if attachment.size > LARGEST_LIST_BYTES:
        raise ListTooLarge(LARGEST_LIST_BYTES >> 20)
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            data = await attachment.read()
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        log.info("A file could not be downloaded: %s", error or type(error).__name__)
        raise FileLost from error
    return Upload(attachment.filename, data)


async def lists_in(message: discord.Message) -> list[Upload]:
    """Downloads what a message brings that may be lists of songs.

    Raises:
        ListTooLarge: there is nothing else in it than lists that are too large.
        FileLost: Discord does not hand one over.
    """
    lists = [each for each in message.attachments if _may_be_a_list(each)]
    small = [each for each in lists if each.size <= LARGEST_LIST_BYTES]
    if lists and not small and not message.content.strip():
        raise ListTooLarge(LARGEST_LIST_BYTES >> 20)
    return list(await asyncio.gather(*(read(each) for each in small[:MOST_FILES])))


def _may_be_a_list(attachment: discord.Attachment) -> bool:
    is_text = (attachment.content_type or "").startswith("text/")
    return is_text or attachment.filename.casefold().endswith(ENDINGS)
