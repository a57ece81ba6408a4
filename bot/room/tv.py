"""TV mode: a party on a screen on the wall."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from bot.party.shares import beside
from bot.room import pages
from bot.room.asking import Own
from bot.room.qr import qr_code
from bot.room.rendering import Fields
from bot.room.visit import Visit

LONGEST_ADDRESS = 300
"""The longest address that a code is made of, in characters."""


class Code(Own):
    """Makes a QR code of an address."""

    do: Literal["code"]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_ADDRESS)]

    async def run(self, visit: Visit) -> Fields:
        """The code, as a picture's path."""
        return {"qr": await beside(qr_code, self.text)}


async def show(request: web.Request) -> web.Response:
    """The page; which party it shows is in its address, and the line says if that leads nowhere."""
    return pages.show(request, "tv.html", entry="tv.js")
