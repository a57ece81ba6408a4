"""The party and its ballots as Discord messages of Components V2.

Every button says all it needs in its id, so it works after a restart too. Discord allows 40 components and
4,000 characters of text a message (docs, "Component reference").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import discord
from discord import ui

from bot.doors.answers import Again
from bot.doors.meant import named
from bot.doors.presses import DOWN, NEXT, PAUSE, PLAY, More, Skip, TurnPage, Vote
from bot.party.errors import marked
from bot.party.limits import OFFER_LASTS_MS
from bot.party.results import Night
from bot.party.rules.lifetime import expired
from bot.party.words import Entry, Party, State
from bot.wording.base import PAUSE_IT, RESUME, SKIP_IT
from bot.wording.nights import BEGIN_ANEW, OVER, SEE_IT
from bot.wording.replies import LONGEST_SHOWN, Replies, apart, short
from cogs.escape import fitting

AnyItem = ui.Item[Any]

SIGNS = {+1: "👍", -1: "👎", 0: "↩️"}
WARM = discord.Colour(0xF2A65A)
SHOWN = 10
"""How many waiting songs a page of the card shows."""
IN_A_ROW = 5
"""How many buttons stand side by side."""
QUEUE_LIMIT = 2_450
"""So many characters of the card's 4,000 are the queue's ..."""
BALLOT_LIMIT = 950
"""... and so many the autopilot's question's."""
LABEL_LIMIT = 80
"""The longest label of a button that Discord takes, in characters."""
CHOICE_LIMIT = 100
"""The longest label of an option, likewise."""
MOST_OPEN = 5
"""How many suggestions a ballot shows."""


class Card(ui.LayoutView):
    """A message without a life of its own: nothing waits for its clicks."""

    def __init__(self, *items: AnyItem) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.Container(*items, accent_colour=WARM))


def party_card(party: Party, replies: Replies, page: int = 0, night: str = "") -> Card:
    """What plays and where, what waits with its votes, and what the autopilot asks.

    Of a party that is over it says so, with a link to the page that is kept of it, if there is a `night`.
    """
    pages = pages_of(party)
    page = min(max(page, 0), pages - 1)
    shown = party.queue[page * SHOWN : (page + 1) * SHOWN]
    items: list[AnyItem] = [_playing(party, replies)]
    if party.automatic and party.ballot:
        items += _question(party, replies)
    if shown or party.playing is None:
        items += [ui.Separator(), ui.TextDisplay(_queue(party, shown, page, replies))]
    items += _rows(
        _vote(Vote(entry.id, +1, on_card=True), _number(page * SHOWN + i, entry))
        for i, entry in enumerate(shown, start=1)
    )
    if shown:
        items.append(ui.ActionRow(_down(shown, page * SHOWN, replies)))
    turn = [(page - 1, "⬅️"), (page + 1, "➡️")]
    last: list[AnyItem] = [
        button(TurnPage(to).id, replies.page(to, pages), sign) for to, sign in turn if 0 <= to < pages
    ]
    if party.paused:
        last.append(button(PLAY, replies.say(RESUME), "▶️"))
    elif party.playing is not None:
        last.append(button(PAUSE, replies.say(PAUSE_IT), "⏸️"))
    if night:
        last.append(opening(night, replies.say(SEE_IT)))
    next_songs = button(NEXT, replies.say(marked("What next?")), "✨", discord.ButtonStyle.primary)
    items.append(ui.ActionRow(*last, next_songs))
    return Card(*items)


def pages_of(party: Party) -> int:
    """How many pages the card has."""
    return max(1, -(-len(party.queue) // SHOWN))


def _playing(party: Party, replies: Replies) -> AnyItem:
    playing, sounding = party.playing, replies.sound(party)
    if playing is None:
        title = replies.say(OVER if party.over else marked("The queue"))
        return ui.TextDisplay(f"### {title}" + (f"\n-# {sounding}" if sounding else ""))
    ends = "" if party.paused else replies.say(marked("ends {when}"), when=_when(playing.ends_ms))
    name = replies.say(marked("Now playing:"))
    small = " · ".join(part for part in (ends, sounding) if part)
    line = replies.line(playing, silent=playing.id in party.silent)
    text = f"{'⏸' if party.paused else '▶'} **{name}** {line}"
    skip = f"{replies.say(SKIP_IT)} {len(party.skippers)}/{party.skips_needed}"
    return ui.Section(
        text + (f"\n-# {small}" if small else ""), accessory=button(Skip(playing.id).id, skip, "⏭️")
    )


def _queue(party: Party, shown: Sequence[Entry], page: int, replies: Replies) -> str:
    if not party.queue:
        if party.over:
            return replies.say(BEGIN_ANEW)
        return replies.say(marked("Nothing here yet. `/add` a song and it starts, or ask me what's `/next`."))
    lines = _lines(shown, page * SHOWN, replies, party.silent)
    left = len(party.queue) - page * SHOWN - len(shown)
    more = replies.count("… and {number} more", "… and {number} more", left)
    below = [more] if left else []
    if len(party.queue) > SHOWN:
        below.append(f"-# {replies.page(page, pages_of(party))}")
    return "\n".join([fitting(lines, QUEUE_LIMIT), *below])


def _lines(shown: Sequence[Entry], before: int, replies: Replies, silent: Collection[int]) -> list[str]:
    """A line a song; only hostile names are so long that they have to be cut shorter than usual."""
    lines: list[str] = []
    for longest in (LONGEST_SHOWN, LONGEST_SHOWN // 2, LONGEST_SHOWN // 4):
        lines = [
            f"**{before + i}.** {replies.line(e, longest, silent=e.id in silent)}"
            for i, e in enumerate(shown, start=1)
        ]
        if sum(map(len, lines)) + len(lines) <= QUEUE_LIMIT:
            break
    return lines


def _question(party: Party, replies: Replies) -> list[AnyItem]:
    title = replies.say(marked("What next? Vote, or I'll choose {when}."), when=_when(party.decides_ms))
    asked = party.ballot[:MOST_OPEN]
    lines = [
        f"**{chr(64 + i)}.** {_suggestion(entry, replies, silent=entry.id in party.silent)}"
        for i, entry in enumerate(asked, start=1)
    ]
    rows = _rows(
        _vote(Vote(entry.id, +1, on_card=True), f"{chr(64 + i)} {_tally(entry.ups)}")
        for i, entry in enumerate(asked, start=1)
    )
    text = ui.TextDisplay[Any](f"✨ **{title}**\n{fitting(lines, BALLOT_LIMIT)}")
    return [ui.Separator(), text, *rows]


def ballot_card(
    ballot: Sequence[Entry],
    replies: Replies,
    *,
    intro: str,
    again: Again,
    now_ms: int,
    threshold: int,
    silent: Collection[int] = (),
) -> Card:
    """Suggestions with match, reason and votes, their vote buttons, and one for other suggestions.

    Args:
        ballot: the suggestions, whatever has become of them.
        replies: the words.
        intro: what stands above them.
        again: what other ones are asked for with.
        now_ms: of the clock that closes the ballot.
        threshold: how many votes queue a song.
        silent: the numbers of those that cannot sound here.
    """
    items: list[AnyItem] = [ui.TextDisplay(intro[:600])]
    for number, entry in enumerate(ballot[:MOST_OPEN], start=1):
        items.append(
            ui.TextDisplay(f"**{number}.** {_suggestion(entry, replies, silent=entry.id in silent)}")
        )
        closed = entry.state not in {State.SUGGESTED, State.QUEUED, State.PLAYING}
        closed |= expired(entry, now_ms)
        votes = ((+1, entry.ups), (-1, entry.downs))
        items.append(
            ui.ActionRow(
                *(_vote(Vote(entry.id, value), _tally(count), disabled=closed) for value, count in votes)
            )
        )
    closes_ms = max(entry.added_ms for entry in ballot) + OFFER_LASTS_MS
    rule = replies.count(
        "The first 👍 queues a song. A 👎 helps me learn.",
        "{number} 👍 queue a song. A 👎 helps me learn.",
        threshold,
    )
    closes = replies.say(marked("Voting ends {when}."), when=_when(closes_ms))
    items.append(ui.TextDisplay(f"-# {rule} {closes}"))
    items.append(ui.ActionRow(button(More(again).id, replies.say(marked("Other songs")), "🔀")))
    return Card(*items)


def button(
    custom_id: str,
    label: str = "",
    emoji: str | None = None,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    *,
    disabled: bool = False,
) -> ui.Button[Any]:
    """A button; what it is for stands in its id, see `bot.doors.presses`."""
    return ui.Button(
        label=short(label, LABEL_LIMIT) or None,
        emoji=emoji,
        style=style,
        custom_id=custom_id,
        disabled=disabled,
    )


def opening(url: str, label: str) -> ui.Button[Any]:
    """A button that opens a page."""
    return ui.Button(label=short(label, LABEL_LIMIT), url=url)


def night_card(night: Night, replies: Replies, url: str) -> Card:
    """What a party was, in a few lines, and the link to its page."""
    lines = replies.night(night)
    return Card(
        ui.TextDisplay(f"### {lines[0]}"),
        ui.TextDisplay("\n".join(lines[1:])),
        ui.ActionRow(opening(url, replies.say(SEE_IT))),
    )


def _vote(vote: Vote, label: str = "", *, disabled: bool = False) -> ui.Button[Any]:
    return button(vote.id, label, SIGNS[vote.value], disabled=disabled)


def _down(shown: Sequence[Entry], before: int, replies: Replies) -> ui.Select[Any]:
    options = [
        discord.SelectOption(
            label=short(f"{before + i}. {named(entry.track, CHOICE_LIMIT)}", CHOICE_LIMIT),
            value=str(entry.id),
            description=f"👎 {entry.downs}" if entry.downs else None,
        )
        for i, entry in enumerate(shown, start=1)
    ]
    placeholder = short(replies.say(marked("👎 Vote against a song")), 150)
    return ui.Select(custom_id=DOWN, placeholder=placeholder, options=options)


def _suggestion(entry: Entry, replies: Replies, *, silent: bool = False) -> str:
    became = "" if entry.state is State.SUGGESTED else f" · {replies.became(entry)}"
    mark = f" · {replies.silent(silent)}" if silent else ""
    song = f"**{replies.song(entry.track)}**{mark}{became}"
    return f"{song}\n-# {replies.matched(entry)} · {replies.because(entry)}"


def _number(place: int, entry: Entry) -> str:
    tally = f" · {entry.ups}" if entry.ups else ""
    return f"{place}. {apart(entry.track.title, 14)}{tally}"


def _tally(count: int) -> str:
    return str(count) if count else ""


def _rows(buttons: Iterable[AnyItem]) -> list[AnyItem]:
    made = list(buttons)
    return [ui.ActionRow(*made[i : i + IN_A_ROW]) for i in range(0, len(made), IN_A_ROW)]


def _when(at_ms: int | None) -> str:
    """An instant as Discord shows it, counting down in the reader's own language."""
    return f"<t:{(at_ms or 0) // 1000}:R>"
