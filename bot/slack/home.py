"""The App Home: a member's parties, what plays there, what the member wanted, and the Spotify account."""

from __future__ import annotations

from bot.party.domain import PARTY_ENDS_AFTER_MS, Member, Party, Room
from bot.party.errors import marked
from bot.playback.words import Account
from bot.service import PartyService
from bot.slack.blocks import Json, button, context, section
from bot.slack.sound import CONNECT, DISCONNECT
from bot.wording.replies import Replies

MOST_SHOWN = 8
"""So many parties are shown, the latest first."""
MOST_VOTES = 8


async def home_view(party: PartyService, member: Member, replies: Replies) -> Json:
    """The view as Slack takes it."""
    since_ms = party.now_ms() - PARTY_ENDS_AFTER_MS
    rooms = [room for room in await party.rooms_of(member, since_ms) if room.platform == "slack"]
    blocks = [section(replies.strong(replies.say(marked("Your parties"))))]
    for room in rooms[:MOST_SHOWN]:
        blocks += _party(room, await party.party(room, history=0), member, replies)
    if not rooms:
        told = marked("You are in no party yet. Write `/add` and a song in any channel.")
        blocks.append(section(replies.say(told)))
    if party.has_spotify:
        blocks += _spotify(await party.account(member), replies)
    return {"type": "home", "blocks": blocks}


def _spotify(account: Account | None, replies: Replies) -> list[Json]:
    connect = button(CONNECT, replies.say(marked("Connect Spotify")), style="primary")
    disconnect = button(DISCONNECT, replies.say(marked("Disconnect")), style="danger")
    told = section(replies.account(account), connect if account is None else disconnect)
    return [{"type": "divider"}, section(replies.strong("Spotify")), told]


def _party(room: Room, now: Party, member: Member, replies: Replies) -> list[Json]:
    may = member.manager or member.user_id in now.rules.djs.split()
    settings = button(f"encore:settings:{room.channel}", replies.say(marked("Settings"))) if may else None
    lines = [f"<#{room.channel}>", replies.now(now)]
    waiting = replies.count("{number} song waits", "{number} songs wait", len(now.queue))
    mine = [entry for entry in now.queue if entry.added_by == member]
    voted = [e for e in (*now.queue, *now.ballot) if member.user_id in e.votes][:MOST_VOTES]
    votes = [f"{'👍' if e.votes[member.user_id] > 0 else '👎'} {replies.song(e.track)}" for e in voted]
    yours = replies.count("{number} of them is yours", "{number} of them are yours", len(mine))
    blocks = [{"type": "divider"}, section("\n".join(lines), settings), context(f"{waiting} · {yours}")]
    if votes:
        title = replies.say(marked("Your votes:"))
        blocks.append(section("\n".join([title, *votes])))
    return blocks
