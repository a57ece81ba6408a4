"""Which entry or device is meant by what was chosen or typed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.doors.arguments import MENTION
from bot.party.errors import NoMoment, NoSuchEntry, NotBlocked
from bot.party.rules.moderation import mark_of
from bot.party.visible import bare, normal
from bot.party.words import Blocked, Entry, Member, Party, Track
from bot.playback.words import Device
from bot.wording.languages import language
from bot.wording.replies import Replies, short

CHOSEN = "entry:"
"""Marks an entry picked from a list: the rest of the text is its number."""
DEVICE = "device:"
"""Marks a device picked from a list: the rest of the text is its id."""
BLOCKED = "blocked:"
"""Marks what was picked from what is blocked: the rest of the text is its mark."""
LONGEST_MOMENT = 20
"""No more of what may be a place in a song is looked at."""
_MOMENT = re.compile(
    r"(?P<sign>[-+−]?) ?(?P<time>[0-9]{1,5}|[0-9]{1,3}:[0-5][0-9]|[0-9]{1,2}(:[0-5][0-9]){2})"
)
LONGEST_ID = 15
"""No entry has a number of more digits."""
_AS_IT_IS = Replies(language("en"), str)


def named(track: Track, longest: int, place: int = 0) -> str:
    """A song as a choice in a list, which shows text as it is; with its number there, if it has one."""
    return short(f"{place}. {_AS_IT_IS.song(track)}" if place else _AS_IT_IS.song(track), longest)


def on_and_waiting(party: Party) -> list[Entry]:
    """What plays, and what is queued in its order."""
    return [*([party.playing] if party.playing else []), *party.queue]


def entry_chosen(text: str) -> int | None:
    """The entry that was picked from a list; None for any other text."""
    number = text.removeprefix(CHOSEN)
    return int(number[:LONGEST_ID]) if text.startswith(CHOSEN) and number.isdecimal() else None


def entry_meant(party: Party, text: str, member: Member) -> int:
    """The entry that was chosen, or whose number in the queue or title was typed: one's own first.

    Raises:
        NoSuchEntry: there is none.
    """
    text = text.strip()
    chosen = entry_chosen(text)
    if chosen is not None:
        return chosen
    if text.isdecimal():
        place = int(text[:9])
        found = list(party.queue[max(place - 1, 0) : place])
    else:
        wanted = bare(text)
        found = [each for each in on_and_waiting(party) if wanted in bare(_AS_IT_IS.song(each.track))]
    if not text or not found:
        raise NoSuchEntry
    return min(found, key=lambda entry: entry.added_by != member).id


def blocked_meant(blocked: Blocked, text: str) -> str:
    """The mark of the blocked member or song that was chosen, mentioned or named.

    Raises:
        NotBlocked: there is none.
    """
    text = text.strip()
    if text.startswith(BLOCKED):
        return text.removeprefix(BLOCKED)
    mention = MENTION.fullmatch(text)
    if mention is not None:
        return f"member:{mention[1]}"
    wanted = bare(text.removeprefix("@"))
    named = [(each.name, mark_of(each)) for each in blocked.members]
    named += [(_AS_IT_IS.song(each), mark_of(each)) for each in blocked.songs]
    found = [(bare(name) != wanted, mark) for name, mark in named if wanted in bare(name)]
    if not wanted or not found:
        raise NotBlocked
    return min(found)[1]


def moment_meant(text: str) -> tuple[int, bool]:
    """A place in a song in milliseconds, or a step to it: whether it is one is said besides.

    Raises:
        NoMoment: it is neither.
    """
    match = _MOMENT.fullmatch(normal("NFKC", text[:LONGEST_MOMENT]).strip())
    if match is None:
        raise NoMoment
    parts = [int(part) for part in match["time"].split(":")]
    seconds = sum(part * 60**power for power, part in enumerate(reversed(parts)))
    step = {"+": 1, "-": -1, "−": -1}.get(match["sign"])
    return seconds * 1000 * (step or 1), step is not None


def device_chosen(text: str) -> str | None:
    """The id of the device that was picked from a list; None for any other text."""
    return text.removeprefix(DEVICE) if text.startswith(DEVICE) else None


def device_meant(devices: Sequence[Device], text: str) -> str | None:
    """The id of the only device that is called so; None where that is open."""
    wanted = text.strip().casefold()
    exact = [each for each in devices if each.name.casefold() == wanted]
    alike = exact or [each for each in devices if wanted in each.name.casefold()]
    return alike[0].id if wanted and len(alike) == 1 else None
