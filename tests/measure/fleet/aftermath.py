"""What is looked for once everything has settled: what was lost or done twice, and rooms that stand still."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.fakes.discord_model import STRICT, FakeMessage, Interaction
from tests.measure.discord import figures
from tests.measure.discord.scene import QUEUE_BUTTON
from tests.measure.fleet.crowd import Crowd
from tests.postgres import Server

SETTLES_S = 6.0
"""After so long of quiet every card shows its party as it stands."""
TRIES, ONE_AFTER_THE_OTHER_S = 3, 0.02
"""How often a room is asked that does not answer, and how long after the one before."""
SHOWN = 20
"""So many letters of a title are looked for: a card cuts a long one short."""
TWICE = {
    "one request written twice": (
        "SELECT count(*) FROM (SELECT 1 FROM changes WHERE key <> '' "
        "GROUP BY party_id, key HAVING count(*) > 1) AS twice"
    ),
    "two songs play in one room": (
        "SELECT count(*) FROM (SELECT 1 FROM entries WHERE state = 'playing' "
        "GROUP BY party_id HAVING count(*) > 1) AS twice"
    ),
    "two of the autopilot's ballots open": (
        "SELECT count(*) FROM (SELECT 1 FROM changes WHERE kind = 'autopilot' AND NOT undone "
        "GROUP BY party_id HAVING count(*) > 1) AS twice"
    ),
    "a ballot of the autopilot decided twice": (
        "SELECT count(*) FROM (SELECT 1 FROM entries JOIN changes ON changes.id = entries.ballot "
        "WHERE changes.kind = 'autopilot' AND entries.state <> 'suggested' AND entries.added_by IS NULL "
        "GROUP BY entries.ballot HAVING count(*) > 1) AS twice"
    ),
    "one song twice in a queue": (
        "SELECT count(*) FROM (SELECT 1 FROM entries WHERE state IN ('queued', 'playing') "
        "AND track_id IS NOT NULL GROUP BY party_id, track_id HAVING count(*) > 1) AS twice"
    ),
}
"""What must not be, and how many times it is."""
STANDS = (
    "SELECT json_build_object('channel', channel, 'card', card, 'playing', (SELECT title FROM entries "
    "WHERE party_id = parties.id AND state = 'playing'), 'overdue', (SELECT count(*) FROM entries WHERE "
    "party_id = parties.id AND state = 'playing' AND ends_ms < extract(epoch from now()) * 1000 - 5000)) "
    "FROM parties WHERE platform = 'discord'"
)


@dataclass
class Aftermath:
    """What was found."""

    lost: Counter[str] = field(default_factory=Counter)  # told as done, and not written
    examples: list[str] = field(default_factory=list)  # of what was lost
    cut_off: int = 0  # begun in a process that was killed, and neither told nor written
    twice: dict[str, int] = field(default_factory=dict)
    stuck: list[str] = field(default_factory=list)  # rooms that do not answer, or whose song never ends
    stale: list[str] = field(default_factory=list)  # cards that show something else than the database has
    cards: list[str] = field(default_factory=list)  # rooms with another number of cards than one
    unknown_cards: list[str] = field(default_factory=list)  # whose card the database does not know


async def look(crowd: Crowd, server: Server, database: str, killed: dict[int, float]) -> Aftermath:
    """Looks at everything once it has settled.

    Args:
        crowd: who did what.
        server: where the parties are.
        database: its name.
        killed: the shards whose processes were killed, and when.
    """
    found = Aftermath()
    sent = [*crowd.fake.world.interactions.values()]
    keys = server.run("SELECT key FROM changes WHERE key <> ''", database).splitlines()
    for kind, it in figures.unwritten(sent, keys, STRICT.acknowledge_s):
        if was_cut_off(it, killed.get(crowd.shard(it))):
            found.cut_off += 1
        elif figures.answered(it):
            found.lost[kind] += 1
            found.examples.append(_told(it))
    found.twice = {what: int(server.run(sql, database)) for what, sql in TWICE.items()}
    await _ask_everywhere(crowd, found)
    await asyncio.sleep(SETTLES_S)
    for row in map(json.loads, server.run(STANDS, database).splitlines()):
        if row["overdue"]:
            found.stuck.append(row["channel"])
        _look_at_cards(crowd, row, found)
    return found


def _told(it: Interaction) -> str:
    """What somebody did, and what came of it, for whoever looks for the reason."""
    shown = " / ".join(message.text for message in it.visible)
    acked = -1.0 if it.acknowledged is None else it.acknowledged - it.created
    return f"{it.label} in {it.channel.id} by {it.member.id}: {it.callback!r} after {acked:.2f} s, {shown!r}"


def was_cut_off(it: Interaction, killed: float | None) -> bool:
    """Whether a request was acknowledged as under way by a process that was killed before it was through."""
    if killed is None or it.acknowledged is None or it.visible:
        return False
    return it.callback in figures.DEFERRED and it.acknowledged <= killed <= it.created + figures.GIVEN_UP_S


async def _ask_everywhere(crowd: Crowd, found: Aftermath) -> None:
    asked = crowd.channels
    for _ in range(TRIES):  # on a busy machine an answer may come too late for Discord
        replies = []
        for channel, people in asked:
            reply = await crowd.fake.slash(people[0], "now", channel=channel, wait=False)
            replies.append(((channel, people), reply))
            await asyncio.sleep(ONE_AFTER_THE_OTHER_S)
        await asyncio.sleep(figures.GIVEN_UP_S)
        asked = [place for place, reply in replies if not figures.answered(reply.interaction)]
    found.stuck += [channel.id for channel, _ in asked]


def _look_at_cards(crowd: Crowd, row: dict[str, str | None], found: Aftermath) -> None:
    channel = str(row["channel"])
    cards = [it for it in crowd.fake.world.messages_in[channel] if not it.deleted and is_card(it)]
    if len(cards) != 1:
        found.cards.append(channel)
    elif cards[0].id != row["card"]:
        found.unknown_cards.append(channel)
    elif letters(row["playing"] or "")[:SHOWN] not in letters(cards[0].text):
        found.stale.append(channel)
    else:
        return
    found.examples.append(f"shard {crowd.shard_of(channel)}: {row}, shown {[it.text[:60] for it in cards]}")


def is_card(message: FakeMessage) -> bool:
    """Whether a message is a party's card."""
    return any(button.custom_id == QUEUE_BUTTON for button in message.buttons)


def letters(text: str) -> str:
    """A text without what Discord would act on, and what keeps it from that."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def latencies_ms(sent: Sequence[Interaction]) -> list[float]:
    """From sending an event to its acknowledgement, of those that have one."""
    return [1000 * (it.acknowledged - it.created) for it in sent if it.acknowledged is not None]


def between(sent: Sequence[Interaction], begun: float, ended: float) -> Iterator[Interaction]:
    """What was done in a span of the monotonic clock."""
    return (it for it in sent if begun <= it.created < ended)
