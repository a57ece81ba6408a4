"""How the night of a party that is over is kept: steps inside a transaction."""

from __future__ import annotations

from bot.party.limits import LEAST_OF_A_NIGHT, LONGEST_NIGHT, NIGHT_LASTS_MS
from bot.party.link_secrets import digest_of, new_secret
from bot.party.words import NightRecord, State
from bot.party.writer import PartyWriter


async def keep_night(party: PartyWriter, ended_ms: int | None = None, title: str = "") -> str:
    """Keeps the night of the room's last party; returns its secret, or nothing.

    There is nothing to keep of a party with few songs, and nothing to do where it was kept before.

    Args:
        party: it.
        ended_ms: when somebody ended it; without, it ended when nobody did anything any more.
        title: what the place is called.
    """
    record = party.record
    if await party.tx.nights.of(party.id, record.started_ms):
        return ""
    songs = await party.tx.nights.songs(party.id, record.started_ms, party.now_ms, LONGEST_NIGHT)
    if sum(song.state is not State.SKIPPED for song in songs) < LEAST_OF_A_NIGHT:
        return ""
    last_ms = max(song.started_ms or 0 for song in songs)
    night = NightRecord(
        party.id,
        record.room,
        new_secret(),
        title,
        record.started_ms,
        ended_ms or max(record.active_ms, last_ms),
        party.now_ms + NIGHT_LASTS_MS,
    )
    return night.secret if await party.tx.nights.keep(night, digest_of(night.secret)) else ""
