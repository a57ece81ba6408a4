"""The App Home: a member's parties, what plays there, what the member wanted, and the Spotify account."""

from __future__ import annotations

from bot.party.errors import marked
from bot.party.limits import PARTY_ENDS_AFTER_MS
from bot.party.rules.moderation import is_dj
from bot.party.words import Member, Party, Room
from bot.service import PartyService
from bot.slack.blocks import Json, account_block, button, context, section
from bot.slack.pressing import settings_id
from bot.wording.replies import Replies

MOST_SHOWN = 8
"""So many parties are shown, the latest first."""
MOST_VOTES = 8


async def home_view(party: PartyService, member: Member, replies: Replies) -> Json:
    """The view as Slack takes it."""
    since_ms = party.now_ms() - PARTY_ENDS_AFTER_MS
    rooms = [room for room in await party.insight.rooms_of(member, since_ms) if room.platform == "slack"]
    blocks = [section(replies.strong(replies.say(marked("Your parties"))))]
    for room in rooms[:MOST_SHOWN]:
        blocks += _party(room, await party.insight.now(room, history=0), member, replies)
    if not rooms:
        told = marked("You're not in a party yet. Type `/add` and a song in any channel.")
        blocks.append(section(replies.say(told)))
    if party.has_spotify:
        account = await party.accounts.of(member)
        shown = account_block(replies.account(account), account, replies)
        blocks += [{"type": "divider"}, section(replies.strong("Spotify")), shown]
    return {"type": "home", "blocks": blocks}


def _party(room: Room, now: Party, member: Member, replies: Replies) -> list[Json]:
    may = member.manager or is_dj(member, now.rules)
    settings = button(settings_id(room.channel), replies.say(marked("Settings"))) if may else None
    lines = [f"<#{room.channel}>", replies.now(now)]
    waiting = replies.count("{number} song waiting", "{number} songs waiting", len(now.queue))
    mine = [entry for entry in now.queue if entry.added_by == member]
    voted = [e for e in (*now.queue, *now.ballot) if member.user_id in e.votes][:MOST_VOTES]
    votes = [f"{'👍' if e.votes[member.user_id] > 0 else '👎'} {replies.song(e.track)}" for e in voted]
    yours = replies.count("{number} of them is yours", "{number} of them are yours", len(mine))
    blocks = [{"type": "divider"}, section("\n".join(lines), settings), context(f"{waiting} · {yours}")]
    if votes:
        title = replies.say(marked("Your votes:"))
        blocks.append(section("\n".join([title, *votes])))
    return blocks
