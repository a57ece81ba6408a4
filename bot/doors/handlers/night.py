"""The end of a party."""

from __future__ import annotations

from bot.doors.answers import Answer, OfferLink, Said
from bot.doors.ask import Ask, Door
from bot.wording.nights import SEE_IT


async def end(ask: Ask) -> Answer:
    """Ends the party, and gives the link of the night's page if it has one that can be reached."""
    result = await ask.party.end(ask.room, ask.member, ask.key, ask.title)
    nights = ask.party.nights
    url = nights.path(result.night) if ask.door is Door.ROOM else nights.url(result.night)
    told = ask.own.ended(result, kept=bool(url))
    return OfferLink(told, ask.own.say(SEE_IT), url) if url else Said(told, private=True)
