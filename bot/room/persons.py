"""People as the panel knows them: who is here, who has the say and is away, and what may be done to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.party.errors import PersonGone
from bot.party.rules.moderation import is_dj, mark_of, may_manage, may_moderate
from bot.party.words import Blocked, Member, Pass, Rules, Way
from bot.room.hosted import BlockedJson, PersonHereJson
from bot.room.rendering import Fields
from bot.room.state import known_as
from bot.room.visit import Visit
from bot.wording.replies import seen

MOST_SHOWN = 500
"""So many people are listed."""


def here(visit: Visit) -> Mapping[str, Member]:
    """Who is connected under a name, by what pages call them."""
    return {known_as(each): each for each in visit.hub.members(visit.room).values()}


def named(visit: Visit, rules: Rules) -> Mapping[str, str]:
    """The ids of the DJs by what pages call them; in a chat they are members or guests."""
    both = [
        Member(platform, user_id, "")
        for user_id in rules.djs.split()
        for platform in ("web", visit.room.platform)
    ]
    return {known_as(each): each.user_id for each in both}


async def known(visit: Visit, person: str) -> Member:
    """Somebody who is connected, or has added one of the songs that are shown.

    Raises:
        PersonGone: nobody has that id.
    """
    found = here(visit).get(person)
    if found is not None:
        return found
    adders = await _adders(visit)
    if person not in adders:
        raise PersonGone
    absent = adders[person]
    return await visit.party.passes.member_now(Pass(visit.room, Way.MEMBER, absent)) or absent


async def _adders(visit: Visit) -> Mapping[str, Member]:
    party = await visit.party.insight.now(visit.room)
    entries = [*([party.playing] if party.playing else []), *party.queue, *party.history]
    return {known_as(each.added_by): each.added_by for each in reversed(entries) if each.added_by}


async def people(visit: Visit) -> Fields:
    """Everybody who is here; to whoever moderates also the DJs who are not, and what is kept out."""
    rules = await visit.party.settings.rules(visit.room)
    me, present = visit.member, here(visit)
    moderates = me is not None and may_moderate(me, rules)
    told = [_person(visit, rules, each, is_here=True) for each in present.values()]
    if not moderates:
        return {"people": _in_order(told)}
    ids = {each.user_id for each in present.values()}
    away = [user_id for user_id in rules.djs.split() if user_id not in ids]
    if away:
        adders = {each.user_id: each for each in (await _adders(visit)).values()}
        absent = (adders.get(each) or Member(visit.room.platform, each, "") for each in away)
        told += [_person(visit, rules, each, is_here=False) for each in absent]
    blocked = await visit.party.blocks.of(visit.room)
    return {"people": _in_order(told), "blocked": _blocked(visit, blocked)}


def _in_order(people: Sequence[PersonHereJson]) -> list[PersonHereJson]:
    """People with the say first, then by name."""
    ranks = {"host": 0, "dj": 1}
    ordered = sorted(people, key=lambda each: (ranks.get(each["role"], 2), each["name"].casefold()))
    return ordered[:MOST_SHOWN]


def _person(visit: Visit, rules: Rules, whom: Member, *, is_here: bool) -> PersonHereJson:
    return {
        "id": known_as(whom),
        "name": seen(whom.name),
        "role": _role(rules, whom),
        "here": is_here,
        "me": whom == visit.member,
        "may": _may(visit.member, rules, whom, is_here=is_here),
    }


def _role(rules: Rules, whom: Member) -> str:
    if whom.manager or whom.moderator:
        return "host"
    if is_dj(whom, rules):
        return "dj"
    return "guest" if whom.platform == "web" else "member"


def _may(me: Member | None, rules: Rules, whom: Member, *, is_here: bool) -> list[str]:
    """What somebody may do to another person."""
    if me is None or whom == me:
        return []
    found = []
    if may_manage(me, rules):
        if whom.user_id in rules.djs.split():
            found.append("dismiss")
        elif not may_manage(whom, rules):
            found.append("appoint")
    if is_here and may_moderate(me, rules) and not may_moderate(whom, rules):
        found += ["kick", "block"]
    return found


def _blocked(visit: Visit, blocked: Blocked) -> list[BlockedJson]:
    members = [(mark_of(each), visit.own.person(each), False) for each in blocked.members]
    songs = [(mark_of(each), visit.own.song(each), True) for each in blocked.songs]
    return [{"mark": mark, "name": name, "song": song} for mark, name, song in (*members, *songs)]
