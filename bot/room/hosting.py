"""What a host does on the page besides commands: who is here, whom to appoint, send out or block, the links.

Who may is checked here and in the use cases, whatever the page shows.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from bot.doors.meant import LONGEST_ID
from bot.party.errors import (
    CannotKick,
    Kicked,
    ManagersOnly,
    ModeratorsOnly,
    NotUnderstood,
    OwnersOnly,
    PersonGone,
    marked,
)
from bot.party.rules.moderation import may_manage, may_moderate
from bot.party.words import Way
from bot.room.asking import Own
from bot.room.choices import choices, wished
from bot.room.hosted import LinksJson, choice, link
from bot.room.persons import here, known, named, people
from bot.room.rendering import Fields, as_text
from bot.room.visit import Visit

Id = Annotated[
    str, Field(min_length=1, max_length=64, description="A person's `id` in the answer to `people`")
]


class People(Own):
    """Tells who is here, and to whoever moderates whom and what the room keeps out."""

    do: Literal["people"]

    async def run(self, visit: Visit) -> Fields:
        """Everybody who is here, and the DJs who are not."""
        return await people(visit)


class Choose(Own):
    """Changes one of the room's rules."""

    do: Literal["choose"]
    rule: Annotated[str, Field(max_length=32, description="As in the answer to `settings`")]
    value: Annotated[str, Field(max_length=32, description="One of its options; on or off for a switch")]

    async def run(self, visit: Visit) -> Fields:
        """How all choices stand then.

        Raises:
            NotUnderstood: the room is not offered that.
            ManagersOnly: who may not choose for everybody asked.
        """
        member = visit.named()
        rules = await visit.party.settings.rules(visit.room)
        if not may_manage(member, rules):
            raise ManagersOnly(visit.room)
        chosen = wished(visit.room, rules, self.rule, self.value)
        rules = await visit.party.settings.choose(visit.room, member, chosen, visit.key)
        told = [choice(each) for each in choices(visit.room, rules, visit.own)]
        return {"say": visit.own.say(marked("Saved.")), "settings": told}


class Appoint(Own):
    """Makes somebody a DJ, who may moderate and change the settings, or no longer."""

    do: Literal["appoint", "dismiss"]
    person: Id

    async def run(self, visit: Visit) -> Fields:
        """What became of it, and who is here.

        Raises:
            PersonGone: nobody here has that id.
            ManagersOnly, TooManyDJs: see `RoomSettings.appoint`.
        """
        member = visit.named()
        rules = await visit.party.settings.rules(visit.room)
        if not may_manage(member, rules):
            raise ManagersOnly(visit.room)
        dj = named(visit, rules).get(self.person) if self.do == "dismiss" else None
        whom = await known(visit, self.person) if dj is None else None
        user_id = whom.user_id if whom else dj or ""
        await visit.party.settings.appoint(visit.room, member, user_id, self.do == "appoint", visit.key)
        name = visit.own.name(whom.name) if whom else ""
        say = visit.own.say
        if self.do == "appoint":
            told = say(marked("{name} is a DJ now: they can moderate and change settings."), name=name)
        else:
            told = say(marked("Done. They're no longer a DJ."))
        return {"say": told, **await people(visit)}


class Kick(Own):
    """Ends somebody's connections; they may come back."""

    do: Literal["kick"]
    person: Id

    async def run(self, visit: Visit) -> Fields:
        """What became of it, and who is here.

        Raises:
            ModeratorsOnly: the asker may not.
            PersonGone: nobody here has that id.
            CannotKick: they moderate, or are the asker.
        """
        member = visit.named()
        rules = await visit.party.settings.rules(visit.room)
        if not may_moderate(member, rules):
            raise ModeratorsOnly(visit.room)
        whom = here(visit).get(self.person)
        if whom is None:
            raise PersonGone
        if whom == member or may_moderate(whom, rules):
            raise CannotKick(visit.room)
        visit.hub.drop(visit.room, whom.user_id, Kicked(visit.room))
        told = visit.own.say(
            marked("{name} is out, but can come back. Block them to keep them out."),
            name=visit.own.name(whom.name),
        )
        return {"say": told, **await people(visit)}


class Block(Own):
    """Keeps a person or a song out."""

    do: Literal["block"]
    person: Annotated[str | None, Field(max_length=64, description="Whom: the person's `id`")] = None
    entry: Annotated[
        StrictInt | None, Field(ge=0, lt=10**LONGEST_ID, description="What: the song's `id` in the state")
    ] = None

    async def run(self, visit: Visit) -> Fields:
        """What became of it, and who is here.

        Raises:
            NotUnderstood: neither is named, or both.
            ModeratorsOnly, NotYourself, NotModerators, NoSuchEntry, TooManyBlocked: see `Blocking`.
        """
        member = visit.named()
        if (self.person is None) == (self.entry is None):
            raise NotUnderstood
        if self.entry is not None:
            track = await visit.party.blocks.block_song(visit.room, member, "", self.entry, visit.key)
            told = visit.own.blocked_song(track)
        else:
            if not may_moderate(member, await visit.party.settings.rules(visit.room)):
                raise ModeratorsOnly(visit.room)
            whom = await known(visit, self.person or "")
            done = await visit.party.block_member(visit.room, member, whom, visit.key)
            told = visit.own.blocked_member(done)
        return {"say": as_text(told), **await people(visit)}


class Unblock(Own):
    """Lets a person or a song back in."""

    do: Literal["unblock"]
    mark: Annotated[str, Field(max_length=100, description="As in the answer to `people`")]

    async def run(self, visit: Visit) -> Fields:
        """What became of it, and who is here.

        Raises:
            ModeratorsOnly, NotBlocked: see `Blocking.unblock`.
        """
        those = await visit.party.blocks.unblock(visit.room, visit.named(), {self.mark}, visit.key)
        return {"say": as_text(visit.own.unblocked(those)), **await people(visit)}


class Links(Own):
    """Tells the links to the party, and makes one anew."""

    do: Literal["links"]
    renew: Annotated[
        Literal["guest", "host"] | None,
        Field(description="Which one ends, with all who came by it, for a new one"),
    ] = None

    async def run(self, visit: Visit) -> Fields:
        """The links that the asker may know.

        Raises:
            ModeratorsOnly, OwnersOnly: see `Passes.renew` and `Passes.renew_host`.
        """
        told: Fields = {}
        if self.renew is not None:
            await _renew(visit, self.renew)
            told = {"say": visit.own.say(marked("The old link no longer works. Share the new one."))}
        return {**told, "links": await _links(visit)}


async def _renew(visit: Visit, which: str) -> None:
    member, passes = visit.named(), visit.party.passes
    if which == "guest":
        await passes.renew(visit.room, member, visit.key)
    elif not _hosts(visit):
        raise OwnersOnly(visit.room)
    else:
        await passes.renew_host(visit.room, member, visit.key)


async def _links(visit: Visit) -> LinksJson:
    rules, passes = await visit.party.settings.rules(visit.room), visit.party.passes
    moderates = visit.member is not None and may_moderate(visit.member, rules)
    hosts = _hosts(visit)
    return {
        "guest": link(passes.address, await passes.guest(visit.room)),
        "host": link(passes.address, await passes.host(visit.room)) if hosts else None,
        "renews": [*(["guest"] if moderates else []), *(["host"] if hosts else [])],
    }


def _hosts(visit: Visit) -> bool:
    """Whether somebody has the host's link by right: in a chat the chat says who has the say."""
    return visit.way is Way.HOST and visit.room.platform == "web"


HOSTING: tuple[type[Own], ...] = (People, Choose, Appoint, Kick, Block, Unblock, Links)
"""The requests of the panel."""
