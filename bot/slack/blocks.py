"""The party and its ballots in Slack's Block Kit: 50 blocks a message, 3,000 characters a section."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.doors.answers import Again, OfferFavourites
from bot.doors.favourites import favourite_choices
from bot.doors.presses import DEVICE, DOWN, NEXT, PAUSE, PLAY, More, Skip, TurnPage, Vote
from bot.party.errors import marked
from bot.party.limits import OFFER_LASTS_MS, USUAL_SUGGESTIONS
from bot.party.results import Night
from bot.party.rules.lifetime import expired
from bot.party.visible import units
from bot.party.words import Entry, Party, State, Track
from bot.playback.words import Account, Device
from bot.wording.base import NAMELESS, PAUSE_IT, RESUME, SKIP_IT
from bot.wording.nights import BEGIN_ANEW, OVER, SEE_IT
from bot.wording.replies import Replies, apart, seen, short

Json = dict[str, Any]

SHOWN = 10
"""How many waiting songs a page of the card shows."""
SECTION_LIMIT = 3_000
"""The longest text of a section that Slack takes, in characters."""
LABEL_LIMIT = 75
"""The longest label of a button or an option that Slack takes, in characters."""
MOST_BUTTONS = 25
"""So many buttons Slack takes side by side."""
VOTE_FOR = marked("Vote for {title} by {artist}"), marked("Vote for {title}")
VOTE_AGAINST = marked("Vote against {title} by {artist}"), marked("Vote against {title}")
"""What screen readers say of a button that votes; the second where the artist is not known."""
CONNECT, DISCONNECT, OPENED = "encore:spotify:connect", "encore:spotify:disconnect", "encore:link"
"""The ids of the buttons about an account; the last one only opens an address."""


def section(text: str, accessory: Json | None = None) -> Json:
    """A text, in which addresses and names are not looked for."""
    block: Json = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": text[:SECTION_LIMIT] or " ", "verbatim": True},
    }
    return block | ({"accessory": accessory} if accessory else {})


def sections(text: str) -> list[Json]:
    """A text of any length, in as many sections as it needs, none cut within a line."""
    parts: list[str] = []
    part = ""
    for line in text.split("\n"):
        if part and len(part) + len(line) >= SECTION_LIMIT:
            parts, part = [*parts, part], line
        else:
            part = f"{part}\n{line}" if part else line
    return [section(each) for each in [*parts, part]]


def context(text: str) -> Json:
    """A small text."""
    return {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": text[:SECTION_LIMIT], "verbatim": True}],
    }


def label(text: str, longest: int = LABEL_LIMIT) -> Json:
    """A text that Slack shows as it is."""
    return {"type": "plain_text", "text": short(text, longest) or " ", "emoji": True}


def button(action: str, text: str, value: str = "", style: str | None = None, told: str = "") -> Json:
    """A button; what it is for stands in its id.

    Args:
        action: its id.
        text: what it shows.
        value: what it carries.
        style: `primary` or `danger`.
        told: what screen readers say in the place of `text`, which may be a picture.
    """
    made: Json = {"type": "button", "action_id": action, "text": label(text)}
    made["accessibility_label"] = short(told or text, LABEL_LIMIT) or " "
    return made | ({"value": value} if value else {}) | ({"style": style} if style else {})


def actions(*elements: Json) -> Json:
    """Buttons and menus side by side."""
    return {"type": "actions", "elements": list(elements)}


def party_card(party: Party, replies: Replies, page: int = 0, night: str = "") -> list[Json]:
    """What plays, what waits with its votes, and what the autopilot asks.

    Of a party that is over it says so, with a link to the page that is kept of it, if there is a `night`.
    """
    pages = max(1, -(-len(party.queue) // SHOWN))
    page = min(max(page, 0), pages - 1)
    shown = party.queue[page * SHOWN : (page + 1) * SHOWN]
    blocks = [_playing(party, replies)]
    if party.automatic and party.ballot:
        title = replies.say(marked("What next? Vote, or I'll choose {when}."), when=when(party.decides_ms))
        blocks += [{"type": "divider"}, section(f"✨ {replies.strong(title)}")]
        blocks += [
            _suggestion(entry, replies, silent=entry.id in party.silent)
            for entry in party.ballot[:USUAL_SUGGESTIONS]
        ]
    if shown:
        blocks.append({"type": "divider"})
    for place, entry in enumerate(shown, start=page * SHOWN + 1):
        line = replies.line(entry, silent=entry.id in party.silent)
        blocks.append(section(f"*{place}.* {line}", _vote(entry, 1, replies, on_card=True)))
    if not party.queue and party.playing is None:
        nothing = marked("Nothing here yet. `/add` a song and it starts, or ask me what's `/next`.")
        blocks.append(section(replies.say(BEGIN_ANEW if party.over else nothing)))
    turn = [(page - 1, "⬅"), (page + 1, "➡")]
    buttons = [_page(to, pages, sign, replies) for to, sign in turn if 0 <= to < pages]
    if party.paused:
        buttons.append(_with_sign(PLAY, "▶", replies.say(RESUME)))
    elif party.playing is not None:
        buttons.append(_with_sign(PAUSE, "⏸", replies.say(PAUSE_IT)))
    if night:
        buttons.append(opening(night, replies.say(SEE_IT)))
    buttons.append(_with_sign(NEXT, "✨", replies.say(marked("What next?")), style="primary"))
    return [*blocks, *_down(shown, page, replies), actions(*buttons)]


def opening(url: str, text: str, style: str | None = None) -> Json:
    """A button that opens a page: Slack itself opens addresses that stand in texts."""
    return button(OPENED, text, style=style) | {"url": url}


def night_card(night: Night, replies: Replies, url: str) -> list[Json]:
    """What a party was, in a few lines, and the link to its page."""
    return [*sections("\n".join(replies.night(night))), actions(opening(url, replies.say(SEE_IT), "primary"))]


def _with_sign(action: str, sign: str, text: str, style: str | None = None) -> Json:
    return button(action, f"{sign} {text}", style=style, told=text)


def _page(page: int, pages: int, sign: str, replies: Replies) -> Json:
    return _with_sign(TurnPage(page).id, sign, replies.page(page, pages))


def _vote(entry: Entry, value: int, replies: Replies, *, on_card: bool = False) -> Json:
    """The button for or against a song."""
    sign, count, told = ("👍", entry.ups, VOTE_FOR) if value > 0 else ("👎", entry.downs, VOTE_AGAINST)
    name = _told(told, entry.track, replies)
    return button(Vote(entry.id, value, on_card=on_card).id, f"{sign} {count or ''}", told=name)


def _told(told: tuple[str, str], track: Track, replies: Replies) -> str:
    """What a button does with a song, in as many characters as a label may have."""
    said = ""
    for longest in (LABEL_LIMIT, LABEL_LIMIT // 3, LABEL_LIMIT // 6):
        title, artist = apart(track.title, longest) or NAMELESS, apart(track.artist, longest)
        said = replies.say(told[0] if artist else told[1], title=title, artist=artist)
        if units(said) <= LABEL_LIMIT:
            break
    return said


def _playing(party: Party, replies: Replies) -> Json:
    sounding = replies.sound(party)
    if party.playing is None:
        name = replies.strong(replies.say(OVER if party.over else marked("The queue")))
        return section("\n".join(filter(None, [name, sounding])))
    name = replies.strong(replies.say(marked("Now playing:")))
    line = replies.line(party.playing, silent=party.playing.id in party.silent)
    lines = [f"{'⏸' if party.paused else '▶'} {name} {line}"]
    if not party.paused:
        lines.append(replies.say(marked("ends {when}"), when=when(party.playing.ends_ms)))
    standing = f"{len(party.skippers)}/{party.skips_needed}"
    told = f"{replies.say(SKIP_IT)} {standing}"
    skip = button(Skip(party.playing.id).id, f"⏭ {standing}", told=told)
    return section("\n".join(filter(None, [*lines, sounding])), skip)


def _down(shown: Sequence[Entry], page: int, replies: Replies) -> list[Json]:
    if not shown:
        return []
    options = [
        {"text": label(f"{place}. {apart(entry.track.title)}"), "value": str(entry.id)}
        for place, entry in enumerate(shown, start=page * SHOWN + 1)
    ]
    menu = {
        "type": "static_select",
        "action_id": DOWN,
        "placeholder": label(replies.say(marked("👎 Vote against a song"))),
        "options": options,
    }
    return [actions(menu)]


def _suggestion(entry: Entry, replies: Replies, *, silent: bool) -> Json:
    became = "" if entry.state is State.SUGGESTED else f" · {replies.became(entry)}"
    mark = f" · {replies.silent(silent)}" if silent else ""
    name = replies.strong(replies.song(entry.track))
    text = f"{name}{mark}{became}\n{replies.matched(entry)} · {replies.because(entry)}"
    return section(text, _vote(entry, 1, replies, on_card=True))


def ballot_card(
    ballot: Sequence[Entry],
    replies: Replies,
    *,
    intro: str,
    again: Again,
    now_ms: int,
    threshold: int,
    silent: Collection[int] = (),
) -> list[Json]:
    """Suggestions with match, reason and votes, their vote buttons, and one for other suggestions.

    Args:
        ballot: the suggestions, whatever has become of them.
        replies: the words.
        intro: what stands above them.
        again: what its button for other ones asks for.
        now_ms: of the clock that closes the ballot.
        threshold: how many votes queue a song.
        silent: the numbers of those that cannot sound here.
    """
    blocks = [section(intro)]
    for entry in ballot[:USUAL_SUGGESTIONS]:
        became = "" if entry.state is State.SUGGESTED else f" · {replies.became(entry)}"
        mark = f" · {replies.silent()}" if entry.id in silent else ""
        name = replies.strong(replies.song(entry.track))
        blocks.append(section(f"{name}{mark}{became}\n{replies.matched(entry)} · {replies.because(entry)}"))
        over = entry.state not in {State.SUGGESTED, State.QUEUED, State.PLAYING}
        if not over and not expired(entry, now_ms):
            blocks.append(actions(_vote(entry, 1, replies), _vote(entry, -1, replies)))
    closes_ms = max(entry.added_ms for entry in ballot) + OFFER_LASTS_MS
    rule = replies.count(
        "The first 👍 queues a song. A 👎 helps me learn.",
        "{number} 👍 queue a song. A 👎 helps me learn.",
        threshold,
    )
    closes = replies.say(marked("Voting ends {when}."), when=when(closes_ms))
    other = _with_sign(More(again).id, "🔀", replies.say(marked("Other songs")))
    return [*blocks, context(f"{rule} {closes}"), actions(other)]


def device_choice(text: str, devices: Sequence[Device]) -> list[Json]:
    """A member's devices, a button each, and a text above them; nobody else may see it."""
    buttons = [
        button(
            f"{DEVICE}:{number}", f"🔊 {seen(each.name)}" if each.active else seen(each.name) or "?", each.id
        )
        for number, each in enumerate(devices[:MOST_BUTTONS])
    ]
    return [section(text), *([actions(*buttons)] if buttons else [])]


def favourite_blocks(answer: OfferFavourites, replies: Replies) -> tuple[str, list[Json]]:
    """Somebody's favourites as text, and as blocks with a button a song, and those for several."""
    text = "\n".join(filter(None, [answer.said, answer.text]))
    single, several = favourite_choices(answer, replies)
    rows = [
        actions(*(button(action, label, style=style) for label, action in each))
        for each, style in ((single, None), (several, "primary"))
        if each
    ]
    return text, [*sections(text), *rows]


def account_block(text: str, account: Account | None, replies: Replies) -> Json:
    """How somebody's account stands, and the button that connects or disconnects it."""
    connect = button(CONNECT, replies.say(marked("Connect Spotify")), style="primary")
    disconnect = button(DISCONNECT, replies.say(marked("Disconnect")), style="danger")
    return section(text, connect if account is None else disconnect)


def when(at_ms: int | None) -> str:
    """An instant as Slack shows it, in the reader's own time."""
    seconds = (at_ms or 0) // 1000
    fallback = f"{datetime.fromtimestamp(seconds, UTC):%H:%M} UTC"
    return f"<!date^{seconds}^{{time_secs}}|{fallback}>"
