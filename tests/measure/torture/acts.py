"""Every use case that writes, as something that a member does: to what, and what is so afterwards."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.party.errors import PartyError
from bot.party.link_secrets import digest_of
from bot.party.rules.moderation import mark_of
from bot.party.words import Room, Wanted
from bot.service import PartyService
from tests.measure.torture.asks import MODERATOR, Ask, Claims, added, line, person, song, vote
from tests.measure.torture.songs import COUNT, named, track

BLOCKED = range(COUNT - 5, COUNT)
"""Songs that moderators block and let in again."""
OUTCASTS, NAMES = 6, 9
LINES, BROUGHT = 3, 8
SHOWN_PLACES = 20


class Wrong(Exception):
    """What was shown cannot be."""


@dataclass(frozen=True)
class Choice:
    """What somebody chooses from."""

    rng: random.Random
    known: Sequence[int]  # the numbers of entries that were seen in the room lately

    def song(self) -> int:
        """Any song, now and then one that is blocked."""
        return self.rng.randrange(COUNT)

    def entry(self) -> int:
        """An entry of the room; one that there is not where none was seen."""
        return self.rng.choice(self.known) if self.known else 0


Do = Callable[[PartyService, Ask], Awaitable[Claims]]
Choose = Callable[[Choice], dict[str, Any]]


@dataclass(frozen=True)
class Act:
    """One kind of request.

    Its `weight` says how often it is chosen; `covers` names the use cases, by subject.
    """

    weight: float
    covers: tuple[str, ...]
    choose: Choose
    do: Do
    moderators: bool = False
    web: bool = False  # only on the page
    steps: bool = False  # several use cases one after the other, which are not done by several at once


def _nothing(_: Choice) -> dict[str, Any]:
    return {}


def _song(it: Choice) -> dict[str, Any]:
    return {"song": it.song()}


def _entry(it: Choice) -> dict[str, Any]:
    return {"entry": it.entry()}


async def _add(party: PartyService, ask: Ask) -> Claims:
    result = await party.queue.add(ask.room, ask.member, named(ask.args["song"]), ask.key)
    return added(result, ask.who, ask.key)


async def _add_all(party: PartyService, ask: Ask) -> Claims:
    lines = [named(number) for number in ask.args["songs"]]
    result = await party.queue.add_all(ask.room, ask.member, "\n".join(lines), ask.key)
    refused, claims, there = {text for text, _ in result.refused}, Claims(), iter(result.added)
    for number, text in enumerate(lines):
        if text not in refused:
            claims += added(next(there), ask.who, f"{ask.key}/{number}")
    return claims


async def _bring(party: PartyService, ask: Ask) -> Claims:
    wanted = [Wanted(named(number)) for number in ask.args["songs"]]
    result = await party.lists.bring(ask.room, ask.member, wanted, ask.key)
    return [line(f"{ask.key}/0", "import"), ["brought", f"{ask.key}/0/", result.added]]


async def _vote(party: PartyService, ask: Ask) -> Claims:
    args = ask.args
    result = await party.ballots.vote(ask.room, ask.member, args["entry"], args["value"], ask.key)
    there = line(ask.key, "vote", "vote again", entry=result.entry.id)
    return [there, ["vote", result.entry.id, ask.who, result.value]]


async def _skip(party: PartyService, ask: Ask) -> Claims:
    result = await party.queue.skip(ask.room, ask.member, ask.key)
    return [line(ask.key, "skip", "skip again", "skip at once", entry=result.entry.id)]


async def _remove(party: PartyService, ask: Ask) -> Claims:
    entry = await party.queue.remove(ask.room, ask.member, ask.args["entry"], ask.key)
    return [line(ask.key, "remove", entry=entry.id), ["gone", entry.id]]


async def _clear(party: PartyService, ask: Ask) -> Claims:
    count = await party.queue.clear(ask.room, ask.member, ask.key)
    return [line(ask.key, "clear")] if count else []


async def _move(party: PartyService, ask: Ask) -> Claims:
    moved = await party.queue.move(ask.room, ask.member, ask.args["entry"], ask.args["place"], ask.key)
    return [line(ask.key, "move", entry=moved.entry.id)]


async def _undo(party: PartyService, ask: Ask) -> Claims:
    undone = await party.queue.undo(ask.room, ask.member, ask.key)
    return [line(ask.key, f"undo {undone.kind}", entry=undone.entry.id), vote(undone.entry, ask.who)]


async def _next(party: PartyService, ask: Ask) -> Claims:
    entries = await party.ballots.next(ask.room, ask.member, ask.args["count"], ask.key)
    return [line(ask.key, "next"), ["ballot", ask.key, [entry.id for entry in entries]]]


async def _vibe(party: PartyService, ask: Ask) -> Claims:
    entries = (await party.ballots.vibe(ask.room, ask.member, "songs for dancing", ask.key)).ballot
    return [line(ask.key, "next"), ["ballot", ask.key, [entry.id for entry in entries]]]


async def _favourites(party: PartyService, ask: Ask) -> Claims:
    newest = ask.args["entry"] + 50
    result = await party.favourites.add(ask.room, ask.member, newest, newest - 100, ask.key)
    return [line(ask.key, "favourites"), *(song(each.entry) for each in result.added)]


async def _choose(party: PartyService, ask: Ask) -> Claims:
    name, value = ask.args["rule"], ask.args["value"]
    await party.settings.choose(ask.room, ask.member, {name: value}, ask.key)
    return [line(ask.key, "rules"), ["rule", name, value]]


async def _appoint(party: PartyService, ask: Ask) -> Claims:
    whom, on = f"outcast{ask.args['whom']}", ask.args["on"]
    await party.settings.appoint(ask.room, ask.member, whom, on, ask.key)
    return [line(ask.key, "rules"), ["dj", whom, on]]


async def _share(party: PartyService, ask: Ask) -> Claims:
    on = ask.args["on"]
    await party.settings.share(ask.room, ask.member, on, ask.key)
    return [line(ask.key, "share" if on else "unshare"), ["shared", on]]


async def _block_song(party: PartyService, ask: Ask) -> Claims:
    number = ask.args["blocked"]
    await party.blocks.block_song(ask.room, ask.member, named(number), key=ask.key)
    return [line(ask.key, "block"), ["blocked", f"s{number}", True]]


async def _unblock(party: PartyService, ask: Ask) -> Claims:
    number = ask.args["blocked"]
    await party.blocks.unblock(ask.room, ask.member, [mark_of(track(number))], ask.key)
    return [line(ask.key, "unblock"), ["blocked", f"s{number}", False]]


async def _block_member(party: PartyService, ask: Ask) -> Claims:
    whom = person(ask.room.platform, f"barred{ask.args['whom']}")
    await party.block_member(ask.room, ask.member, whom, ask.key)
    return [line(ask.key, "block"), ["barred", whom.user_id, True]]


async def _end(party: PartyService, ask: Ask) -> Claims:
    result = await party.end(ask.room, ask.member, ask.key)
    return [line(ask.key, "end"), *([["night", digest_of(result.night)]] if result.night else [])]


async def _card(party: PartyService, ask: Ask) -> Claims:
    await party.cards.keep(ask.room, ask.args["card"])
    return [["card", ask.args["card"]]]


async def _pause(party: PartyService, ask: Ask) -> Claims:
    await party.playback.pause(ask.room, ask.member, ask.key)
    return []


async def _play(party: PartyService, ask: Ask) -> Claims:
    await party.playback.play(ask.room, ask.member, ask.key)
    return []


async def _seek(party: PartyService, ask: Ask) -> Claims:
    await party.outlets.seek(ask.room, ask.member, ask.args["ms"], ask.key)
    return []


async def _own_link(party: PartyService, ask: Ask) -> Claims:
    return [["link", digest_of(await party.passes.own(ask.room, ask.member))]]


async def _guests_link(party: PartyService, ask: Ask) -> Claims:
    return [["link", digest_of(await party.passes.guest(ask.room))]]


async def _hosts_link(party: PartyService, ask: Ask) -> Claims:
    return [["host", digest_of(await party.passes.host(ask.room))]]


async def _renew(party: PartyService, ask: Ask) -> Claims:
    await party.passes.renew(ask.room, ask.member, ask.key)
    return [line(ask.key, "links"), ["no links"]]


async def _renew_host(party: PartyService, ask: Ask) -> Claims:
    await party.passes.renew_host(ask.room, ask.member, ask.key)
    return [line(ask.key, "host link"), ["no host"]]


async def _begin(party: PartyService, ask: Ask) -> Claims:
    begun = await party.passes.begin(person("web", f"{ask.who}-{ask.key}"))
    return [["pass", digest_of(begun.host)], ["pass", digest_of(begun.guest)]]


async def _name(party: PartyService, ask: Ask) -> Claims:
    name = f"Name {ask.args['name']}"
    await party.nicknames.claim(ask.room, person("web", ask.who, name), name.lower())
    return [["name", ask.who, name]]


async def _come_and_go(party: PartyService, ask: Ask) -> Claims:
    """Somebody who adds a song, votes, and asks to be forgotten."""
    passing = person(ask.room.platform, f"passing-{ask.key}")
    with suppress(PartyError):
        found = await party.queue.add(ask.room, passing, named(ask.args["song"]), f"{ask.key}/add")
        await party.ballots.vote(ask.room, passing, found.entry.id, +1, f"{ask.key}/vote")
    await party.forget(passing)
    return [["forgotten", passing.platform, passing.user_id]]


async def _leave(party: PartyService, ask: Ask) -> Claims:
    """A party in a place that the bot then leaves."""
    place = Room(ask.room.platform, f"left-{ask.key}", "1")
    with suppress(PartyError):
        await party.queue.add(
            place, person(place.platform, f"left-{ask.key}"), named(ask.args["song"]), ask.key
        )
    if ask.args["whole"]:
        await party.leave(place.platform, place.workspace)
    else:
        await party.leave_rooms(place.platform, place.workspace, [place.channel])
    return [["left", place.platform, place.workspace]]


async def _look(party: PartyService, ask: Ask) -> Claims:
    """The party as all see it: each song has one place, and none is there twice."""
    shown = await party.insight.now(ask.room)
    there = [*shown.queue, *([shown.playing] if shown.playing else [])]
    if len({entry.id for entry in there}) != len(there):
        raise Wrong(f"one entry in two places: {[entry.id for entry in there]}")
    if len({entry.track.track_id for entry in there}) != len(there):
        raise Wrong(f"one song in two places: {[entry.track.track_id for entry in there]}")
    return [["seen", *(entry.id for entry in (*there[:SHOWN_PLACES], *shown.ballot))]]


def _many(count: int) -> Choose:
    return lambda it: {"songs": it.rng.sample(range(COUNT), count)}


def _blocked(it: Choice) -> dict[str, Any]:
    return {"blocked": it.rng.choice(BLOCKED)}


def _whom(it: Choice) -> dict[str, Any]:
    return {"whom": it.rng.randrange(OUTCASTS), "on": it.rng.random() < 0.5}


def _switch(it: Choice) -> dict[str, Any]:
    return {"on": it.rng.random() < 0.5}


def _rule(it: Choice) -> dict[str, Any]:
    name = it.rng.choice(("quiet", "night", "newcomers", "voice_status"))
    return {"rule": name, "value": it.rng.random() < 0.5}


ACTS: dict[str, Act] = {
    "look": Act(8, ("insight.now",), _nothing, _look),
    "add": Act(30, ("queue.add",), _song, _add),
    "add all": Act(2, ("queue.add_all",), _many(LINES), _add_all),
    "bring": Act(1, ("lists.bring",), _many(BROUGHT), _bring),
    "vote": Act(
        30, ("ballots.vote",), lambda it: {"entry": it.entry(), "value": it.rng.choice((-1, 0, 1, 1))}, _vote
    ),
    "skip": Act(5, ("queue.skip",), _nothing, _skip),
    "remove": Act(5, ("queue.remove",), _entry, _remove),
    "clear": Act(1, ("queue.clear",), _nothing, _clear, moderators=True),
    "move": Act(
        6,
        ("queue.move",),
        lambda it: {"entry": it.entry(), "place": it.rng.randint(1, 9)},
        _move,
        moderators=True,
    ),
    "undo": Act(5, ("queue.undo",), _nothing, _undo),
    "next": Act(4, ("ballots.next",), lambda it: {"count": it.rng.randint(1, 10)}, _next),
    "vibe": Act(1, ("ballots.vibe",), _nothing, _vibe),
    "favourites": Act(2, ("favourites.add",), _entry, _favourites),
    "rules": Act(3, ("settings.choose",), _rule, _choose, moderators=True),
    "appoint": Act(2, ("settings.appoint",), _whom, _appoint, moderators=True),
    "share": Act(2, ("settings.share",), _switch, _share, moderators=True),
    "block song": Act(2, ("blocks.block_song",), _blocked, _block_song, moderators=True),
    "unblock": Act(2, ("blocks.unblock",), _blocked, _unblock, moderators=True),
    "block member": Act(1, ("block_member",), _whom, _block_member, moderators=True),
    "end": Act(0.4, ("end", "nights.end"), _nothing, _end, moderators=True),
    "card": Act(
        3, ("cards.keep",), lambda it: {"card": str(it.rng.randrange(10**6))}, _card, moderators=True
    ),
    "pause": Act(1, ("playback.pause",), _nothing, _pause),
    "play": Act(1, ("playback.play",), _nothing, _play),
    "seek": Act(1, ("outlets.seek",), lambda it: {"ms": it.rng.randrange(200_000)}, _seek, moderators=True),
    "own link": Act(1, ("passes.own",), _nothing, _own_link, moderators=True),
    "guests' link": Act(1, ("passes.guest",), _nothing, _guests_link, moderators=True),
    "renew": Act(0.5, ("passes.renew",), _nothing, _renew, moderators=True),
    "host's link": Act(1, ("passes.host",), _nothing, _hosts_link, moderators=True, web=True),
    "renew host": Act(0.5, ("passes.renew_host",), _nothing, _renew_host, moderators=True, web=True),
    "begin": Act(0.2, ("passes.begin",), _nothing, _begin, web=True),
    "name": Act(3, ("nicknames.claim",), lambda it: {"name": it.rng.randrange(NAMES)}, _name, web=True),
    "come and go": Act(1, ("forget",), _song, _come_and_go, steps=True),
    "leave": Act(
        0.5,
        ("leave", "leave_rooms"),
        lambda it: {"song": it.song(), "whole": it.rng.random() < 0.5},
        _leave,
        steps=True,
    ),
}
"""What people do, by its name."""

BY_ITSELF = ("clock.play_on", "clock.keep_time", "autopilot.roll_on", "nights.look")
"""What the party's clock does, which runs in every process."""
LEFT_OUT = {
    "cards.let_go": "is `cards.keep` of an empty one",
    "playback.choose_device": "needs a device at Spotify",
    "playback.stop": "likewise",
    "accounts.disconnect": "likewise",
    "devices.claim": "likewise",
    "devices.release": "likewise",
    "devices.lose_host": "likewise",
    "devices.lose_device": "likewise",
    "devices.sync": "likewise",
    "playlists.save": "likewise",
    "playlists.import_songs": "likewise; it ends in `lists.bring`",
    "outlets.begin": "needs own music, see tests/bot/playback/test_outlets.py",
    "outlets.beat": "likewise",
    "outlets.end": "likewise",
    "outlets.moved": "likewise",
    "outlets.over": "likewise",
    "outlets.report": "likewise",
    "trying.begin": "likewise; it ends in `lists.bring`",
    "blocks.block_member": "is what `block_member` does first",
}
"""Use cases that write and that nobody here does, and why."""
READ_ONLY = (
    *("favourites.of", "ballots.of", "cards.of", "cards.rooms", "settings.rules", "settings.shared"),
    *("insight.rooms_of", "insight.why", "insight.stats", "insight.songs", "nights.read"),
    *("ballots.only_own", "insight.silent", "outlets.now", "outlets.position_ms", "outlets.sounding_from"),
    *("outlets.may_begin", "outlets.beats"),
    *("blocks.of", "blocks.let_in", "passes.read", "map.of", "devices.hosted_by", "own_data.of"),
)
"""What only looks."""


def may(who: str, room: Room, act: Act) -> bool:
    """Whether this is for somebody of this id in this room."""
    moderates = who.startswith(MODERATOR)
    return (moderates or not act.moderators) and (room.platform == "web" or not act.web)


def chosen(it: Choice, who: str, room: Room) -> tuple[str, dict[str, Any]]:
    """What somebody does next."""
    names = [name for name, act in ACTS.items() if may(who, room, act)]
    [name] = it.rng.choices(names, [ACTS[each].weight for each in names])
    return name, ACTS[name].choose(it)
