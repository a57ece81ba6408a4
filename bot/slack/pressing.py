"""What can be pressed in Slack: what every chat has, see `bot.doors.presses`, and what only Slack has."""

from __future__ import annotations

import re

from bot.doors import presses
from bot.doors.presses import Press
from bot.slack import which
from bot.slack.blocks import CONNECT, DISCONNECT, OPENED, Json
from bot.slack.forms import LISTS, PEOPLE, SONG

ROWS = {CONNECT: "spotify connect", DISCONNECT: "spotify disconnect"}
"""Buttons that do what a command does, and which."""
SILENT = {OPENED, SONG, PEOPLE, LISTS}
"""What Slack tells of though nothing is due: a link, and fields of forms."""
SLOW = {presses.PLAY, presses.PAUSE, presses.DEVICE}
"""What asks Spotify."""
_SETTINGS = re.compile(r"encore:settings:([A-Z0-9]{1,20})")
_DEVICE = re.compile(rf"{presses.DEVICE}:[0-9]{{1,2}}")


def settings_id(channel: str) -> str:
    """The id of the button that opens the settings of a channel."""
    return f"encore:settings:{channel}"


def settings_of(action_id: str) -> str:
    """The channel whose settings a button opens; empty for any other button."""
    found = _SETTINGS.fullmatch(action_id)
    return found[1] if found else ""


def read(action: Json) -> Press | None:
    """What was pressed or chosen; None for what is none of ours."""
    action_id = str(action["action_id"])
    if pressed := which.read(action):
        return presses.Add(pressed.song)
    if _DEVICE.fullmatch(action_id):  # numbered, because no two buttons of a message may have the same id
        return presses.Choose(presses.DEVICE, str(action.get("value") or ""))
    return presses.read(action_id, str((action.get("selected_option") or {}).get("value") or ""))


def is_personal(action: Json) -> bool:
    """Whether a press concerns the asker alone, so that it needs no channel."""
    personal = str(action["action_id"]) in {OPENED, *ROWS}
    return personal or isinstance(read(action), presses.Forget)


def is_slow(press: Press) -> bool:
    """Whether a press may take longer than a blink."""
    return isinstance(press, presses.Choose) and press.what in SLOW
