"""A guest's own part of what is shown: who they are here, what they may do, how they voted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict  # which pydantic asks for before Python 3.12

from bot.party.rules.moderation import is_dj, is_kept_out, may_manage, may_moderate
from bot.party.words import Entry, Member, Party, Visitors, Way
from bot.room.sheet import shown
from bot.room.state import known_as


class MayJson(TypedDict):
    """What somebody may do."""

    add: bool
    vote: bool
    skip: bool
    pause: Annotated[bool, Field(description="And play, and set the volume")]
    sound: Annotated[bool, Field(description="And have the party sound on this page, where it has own music")]
    moderate: bool
    manage: bool


OwnJson = TypedDict(
    "OwnJson",
    {
        "me": Annotated[str | None, Field(description="As in `by_id`; null without a name")],
        "name": str | None,
        "as": Annotated[str, Field(description="guest, member or host")],
        "may": MayJson,
        "votes": Annotated[
            dict[str, int], Field(description="1 or -1 by the song's id; 0 takes one out of what was told")
        ],
        "skip": Annotated[bool, Field(description="Whether they want to skip what plays")],
    },
    total=False,
)
"""At first all of it, then only what is another."""


class OwnMessage(TypedDict):
    """Comes to one guest, before the state or the change that it belongs to."""

    own: OwnJson


NOTHING: MayJson = {
    "add": False,
    "vote": False,
    "skip": False,
    "pause": False,
    "sound": False,
    "moderate": False,
    "manage": False,
}
"""What whoever is blocked may do."""


def own(party: Party, way: Way, member: Member | None) -> OwnJson:
    """All of a guest's own part."""
    votes: dict[str, int] = {}
    if member is not None:
        me = member.user_id
        votes = {str(one.id): one.votes[me] for one in shown(party) if me in one.votes}
    return {
        "me": known_as(member) if member else None,
        "name": member.name if member else None,
        "as": way.value,
        "may": may(party, way, member),
        "votes": votes,
        "skip": member is not None and member.user_id in party.skippers,
    }


def rights(party: Party) -> tuple[object, ...]:
    """What of a party decides what people may do there."""
    return party.rules, party.blocked, party.playback


def may(party: Party, way: Way, member: Member | None) -> MayJson:
    """What somebody may do; of whoever has no name yet, as soon as they have."""
    rules = party.rules
    if member is not None and is_kept_out(member, rules, party.blocked):
        return NOTHING
    moderates = member is not None and may_moderate(member, rules)
    visits = way is Way.GUEST and not moderates
    votes = not visits or rules.visitors is not Visitors.LOOK
    hosts = member is not None and party.playback is not None and party.playback.host == member
    return {
        "add": moderates or (not rules.adding_locked and (not visits or rules.visitors is Visitors.ADD)),
        "vote": votes,
        "skip": votes,
        "pause": not visits or hosts,
        "sound": not visits,
        "moderate": moderates,
        "manage": member is not None and may_manage(member, rules),
    }


def role(party: Party, way: Way, member: Member) -> str:
    """What somebody is here, for all to see."""
    if way is Way.HOST:
        return "host"
    if is_dj(member, party.rules) or (way is Way.MEMBER and may_moderate(member, party.rules)):
        return "dj"
    return way.value


def difference(before: OwnJson, now: OwnJson) -> OwnJson:
    """What is another than before."""
    old: Mapping[str, Any] = {**before}
    new: Mapping[str, Any] = {**now}
    found: Any = {name: value for name, value in new.items() if name != "votes" and value != old[name]}
    if now["votes"] != before["votes"]:
        gone = before["votes"].keys() - now["votes"].keys()
        votes = {
            number: value for number, value in now["votes"].items() if before["votes"].get(number) != value
        }
        found["votes"] = {**dict.fromkeys(gone, 0), **votes}
    made: OwnJson = found
    return made


def touched(before: Party, now: Party) -> set[str]:
    """The user_ids of those whose own part may be another now, by their votes and wishes."""
    old: dict[int, Entry] = {one.id: one for one in shown(before)}
    users = set(before.skippers ^ now.skippers)
    for one in shown(now):
        known = old.get(one.id)
        if known is None:
            users.update(one.votes)
        elif known is not one and known.votes != one.votes:
            users.update(user for user, _ in known.votes.items() ^ one.votes.items())
    return users
