"""Answers to interactions that meet a closed connection are sent once more.

Discord closes connections that nobody uses. A request that comes over one just then gets no answer: aiohttp
says `ServerDisconnectedError`, or `ClientOSError` with ECONNRESET. aiohttp itself asks again for what may be
asked twice, which POST and PATCH are not among; discord.py asks again only for the error numbers of macOS
and Windows. Without an acknowledgement within 3 seconds a request has failed for whoever made it.

Discord takes one acknowledgement an interaction, and an edit twice is the same. A further message may come
twice, if only the answer to it was lost, which is better than none.
"""

from __future__ import annotations

from typing import Any

import aiohttp
import discord
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from cogs.request import ALREADY_ACKNOWLEDGED

CUT_OFF = (
    aiohttp.ServerDisconnectedError,
    aiohttp.ClientPayloadError,
    aiohttp.ClientOSError,
    ConnectionResetError,
)


class _Adapter(AsyncWebhookAdapter):
    """Sends all that goes by an interaction's token: acknowledgements, edits and further messages."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    async def request(self, route: Route, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().request(route, *args, **kwargs)
        except CUT_OFF:
            return await self._again(route, *args, **kwargs)

    async def _again(self, route: Route, *args: Any, **kwargs: Any) -> Any:
        for file in kwargs.get("files") or ():
            file.reset()  # the library itself starts at the end of what was read
        try:
            return await super().request(route, *args, **kwargs)
        except discord.HTTPException as error:
            if error.code != ALREADY_ACKNOWLEDGED:
                raise
            # The first one had arrived; only its answer was lost, in which the message would have been.
            return {"interaction": {"id": str(route.webhook_id), "type": 0}}


def resend_once() -> None:
    """Has this task, and those that it starts, send answers once more where a connection was closed."""
    async_context.set(_Adapter())
