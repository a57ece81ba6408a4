"""One person in every table, and a walk through all that a database holds that finds them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bot.party.limits import DAY_MS
from bot.party.words import (
    Blocked,
    Change,
    Member,
    NightRecord,
    Playback,
    Room,
    Rules,
    State,
    Suggestion,
    Way,
)
from bot.spotify.words import Login
from db.schema import members, metadata
from db.store import Store
from tests.db.raw import run_sql
from tests.db.songs import SONG

NAME = 'Séntinel "Ö\\7f3a'
"""A name that JSON writes otherwise than it is."""
PLATFORMS = ("discord", "slack", "web")
NAMELESS = {
    "forgotten": "digests, which name nobody",
    "own_songs": "songs",
    "rests": "services",
    "slack_installs": "sealed; who installed it goes with the workspace",
    "slack_states": "digests",
    "spotify_songs": "songs",
    "nights": "what a night was is read from its songs",
}
"""The tables without a column for a person, and why."""


def sentinel(platform: str) -> Member:
    """The person."""
    return Member(platform, f"{platform}-7f3a_9", NAME)


async def plant(store: Store, who: Member, others: Member, room: Room, now_ms: int) -> None:
    """Has somebody leave every trace that there can be in a room, beside those of somebody else."""
    ended_ms = now_ms + 1_000
    async with store.writing() as tx:
        party = await tx.parties.open(room, now_ms)
        for member in (who, others):
            song = await tx.entries.insert(party.id, SONG, member, now_ms)
            for voter in (who, others):
                await tx.votes.set(song, voter, 1)
                await tx.votes.add_skip(song, voter)
            await tx.entries.move(song, State.QUEUED, State.PLAYED, now_ms=ended_ms)
            change, key = Change(0, "next", song, None, 0), f"{member.user_id}/key/{member.name}"
            ballot = await tx.diary.record(party.id, member, change, now_ms, key)
            await tx.entries.insert_ballot(party.id, ballot, [Suggestion(SONG, 0.5, ("Title",))], now_ms)
            [offer, *_] = (await tx.entries.standing(party.id, 0)).ballot
            await tx.entries.move(offer.id, State.SUGGESTED, State.QUEUED, now_ms=now_ms, added_by=member)
            await tx.entries.move(offer.id, State.QUEUED, State.REMOVED, now_ms=now_ms)
            await tx.passes.keep(
                f"{room.channel}{member.user_id}",
                party.id,
                Way.MEMBER,
                now_ms,
                member=member,
                ends_ms=now_ms + DAY_MS,
            )
            if member.platform == "web":
                looks = f"looks {member.name}"
                await tx.nicknames.keep(party.id, looks, member.user_id, member.name, now_ms)
            await tx.accounts.save(member, room.workspace, "sealed", now_ms)
            login = Login(member, room.workspace, "", "", now_ms + DAY_MS)
            await tx.logins.save(f"{room.channel}{member.user_id}", login, now_ms)
            await tx.playbacks.keep_saved_playlist(party.id, now_ms, member, "0" * 22)
        await tx.playbacks.set(party.id, Playback(who, "phone", f"{who.name}'s phone"))
        await tx.parties.set_rules(party.id, Rules(djs=f"{who.user_id} {others.user_id}"))
        await tx.parties.set_blocked(party.id, Blocked(members=(who, others)))
        night = NightRecord(party.id, room, f"s{room.channel}", "Night", now_ms, ended_ms, ended_ms + DAY_MS)
        await tx.nights.keep(night, f"d{room.channel}")


async def walk(store: Store) -> list[tuple[str, str, str]]:
    """Every text in every row of every table, those within JSON too: table, column, text.

    In the place of a member's number stands their id.
    """
    found: list[tuple[str, str, str]] = []
    people = dict(await run_sql(store, "SELECT id, user_id FROM members"))
    for table in metadata.sorted_tables:
        names = [column.name for column in table.columns]
        refer = {column.name for column in table.columns if column.references(members.c.id)}
        columns = ", ".join(f'"{name}"' for name in names)
        for row in await run_sql(store, f"SELECT {columns} FROM {table.name}"):  # noqa: S608
            for name, value in zip(names, row, strict=True):
                told = people.get(value, f"member {value}") if name in refer else value
                found += [(table.name, name, text) for text in texts(told)]
    return found


def texts(value: object) -> Iterator[str]:
    """A text, and all texts within it if it is JSON."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (*texts(key), *texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value
        if value[:1] in {"{", "["}:
            try:
                yield from texts(json.loads(value))
            except ValueError:
                return


async def traces(store: Store, who: Member) -> set[tuple[str, str]]:
    """Where somebody's id or name stands, by table and column."""
    return {
        (table, column)
        for table, column, text in await walk(store)
        if who.user_id in text or who.name in text
    }
