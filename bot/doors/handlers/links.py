"""Links to a party's page: one's own, and the one for guests; and parties of one's own on the page."""

from __future__ import annotations

from bot.doors.answers import Answer, OfferLink, Said
from bot.doors.ask import Ask, Door
from bot.party.errors import marked
from bot.party.limits import DAY_MS, OWN_LINK_LASTS_MS
from bot.party.words import Visitors

GUESTS_MAY = {
    Visitors.LOOK: marked("Guests can look, but not vote or add songs."),
    Visitors.VOTE: marked("Guests can look and vote, but not add songs."),
    Visitors.ADD: marked("Guests can look, vote and add songs."),
}
"""What is said of people without an account, by what the room has chosen for them."""
OUT_OF_REACH = marked(
    "This party has a page, but only a browser on the machine I run on can open it. Whoever runs me can "
    "change that: set PUBLIC_URL to the address where people reach me, see the README."
)


async def link(ask: Ask, choice: str | None = None) -> Answer:
    """Gives the asker a link that lets them in as themselves, and tells the one for guests.

    Raises:
        KeptOut: a moderator has blocked the asker here.
        ModeratorsOnly: all links should be made anew, and the asker may not.
    """
    say, passes = ask.own.say, ask.party.passes
    lines = []
    if choice is None:
        await ask.party.blocks.let_in(ask.room, ask.member)
    else:
        await passes.renew(ask.room, ask.member, ask.key)
        lines.append(say(marked("All earlier links to this party's page have stopped working.")))
    if not passes.address and ask.door is not Door.ROOM:
        return Said("\n".join([*lines, say(OUT_OF_REACH)]), private=True)
    guests = passes.url(await passes.guest(ask.room))
    url, told = await _own(ask, guests)
    lines += [*told, *await _for_guests(ask, guests)]
    return OfferLink("\n".join(lines), say(marked("Open the party's page")), url)


async def _own(ask: Ask, guests: str) -> tuple[str, list[str]]:
    """The best link that the asker may have, and what it does where it is not the guests'."""
    passes = ask.party.passes
    if ask.member.platform != "web":
        told = ask.own.count(
            "Your own link signs you in as yourself, so don't share it. It works for {number} day.",
            "Your own link signs you in as yourself, so don't share it. It works for {number} days.",
            OWN_LINK_LASTS_MS // DAY_MS,
        )
        return passes.url(await passes.own(ask.room, ask.member)), [told]
    if ask.room.platform == "web" and ask.member.manager:
        told = ask.own.say(marked("The host's link makes anybody who has it a host, so don't share it."))
        return passes.url(await passes.host(ask.room)), [told]
    return guests, []


async def _for_guests(ask: Ask, url: str) -> list[str]:
    say, rules = ask.own.say, await ask.party.settings.rules(ask.room)
    if not ask.party.passes.address:
        return [say(OUT_OF_REACH)]
    lines = [
        # Between these signs both chats show no preview, which would open the link.
        say(marked("To share: {link}"), link=url if ask.door is Door.ROOM else f"<{url}>"),
        say(marked("It needs no account, and works until a moderator replaces all links with /link."))
        if ask.room.platform != "web"
        else say(marked("It needs no account, and works until the host replaces all links.")),
        say(GUESTS_MAY[rules.visitors]),
    ]
    if rules.joining_locked:
        lines.append(say(marked("Nobody new can join right now.")))
    return lines


async def new(ask: Ask) -> Answer:
    """Begins a party of the asker's own on the page.

    Raises:
        TooManyParties: the asker, or all together, have begun too many lately.
    """
    passes = ask.party.passes
    begun = await passes.begin(ask.member)
    lines = [ask.own.say(marked("Your party is ready, and you're its host."))]
    lines.append(ask.own.say(marked("The host's link makes anybody who has it a host, so don't share it.")))
    if passes.address:
        lines.append(ask.own.say(marked("To share: {link}"), link=passes.url(begun.guest)))
    return OfferLink("\n".join(lines), ask.own.say(marked("Open the party's page")), passes.url(begun.host))
