"""What the terminal says when the room is open: the host's link, and how guests come in.

The host's link is for whoever looks at a terminal. Where the output goes into a file or a service's journal
it is not there; `python -m bot link` shows it.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import get_terminal_size
from typing import TextIO

import segno

from bot.reach import Place, Reach

BLOCKS = "█▀▄"
"""What a code is drawn with."""
MARGIN = 2
"""How many light squares are around a code; readers find it by them."""
WHITE_ON_BLACK, USUAL = "\x1b[97;40m", "\x1b[0m"


def lines(place: Place, host_link: str, out: TextIO) -> Iterator[str]:
    """What is told when the room is open.

    Args:
        place: where the room is.
        host_link: of the lobby; a secret.
        out: where it will be told.
    """
    if not out.isatty():
        opened = place.guests or place.here
        yield f"Encore is ready: open {opened} in a browser. For the host's link: {_python()} -m bot link"
        return
    yield f"Encore is ready. You're the host, with this link (keep it to yourself): {host_link}"
    yield from for_guests(place, out)


def for_guests(place: Place, out: TextIO) -> Iterator[str]:
    """How guests come in: a sentence, and a code for their phones where the terminal can show one."""
    yield _sentence(place)
    if place.guests:
        yield from code(place.guests, out)


def _sentence(place: Place) -> str:
    match place.reach:
        case Reach.MACHINE:
            return (
                "Only this computer can open it. To let phones on your network in: ROOM_HOST=0.0.0.0 make run"
            )
        case Reach.CONTAINER:
            return (
                "Guests open the address where this container's port is published. Set PUBLIC_URL to it, "
                "like http://192.168.1.20:8080, and I can show it here."
            )
        case Reach.NETWORK if not place.guests:
            return (
                "Phones on your network can open it at this computer's address there, which I couldn't "
                "find; set PUBLIC_URL to it, like http://192.168.1.20:8080"
            )
        case Reach.NETWORK:
            return f"Guests on your network open {place.guests}"
        case Reach.INTERNET:
            return f"Anybody on the internet can open {place.guests}"
        case Reach.PUBLIC:
            return f"Guests open {place.guests}"


def code(url: str, out: TextIO) -> Iterator[str]:
    """An address as a QR code, a line each; nothing where it would not look like one.

    It is dark on light whatever the terminal's colours are: many readers take no other.
    """
    if not out.isatty() or os.environ.get("TERM") == "dumb" or not _can_draw(out):
        return
    drawn = io.StringIO()
    segno.make(url, error="m", micro=False).terminal(drawn, compact=True, border=MARGIN)
    rows = drawn.getvalue().splitlines()
    if max(map(len, rows)) > get_terminal_size().columns:
        return
    for row in rows:
        yield row if sys.platform == "win32" else f"{WHITE_ON_BLACK}{row}{USUAL}"


def _can_draw(out: TextIO) -> bool:
    try:
        BLOCKS.encode(out.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _python() -> str:
    """The interpreter, as one types it in this folder."""
    running = Path(sys.executable)
    return str(running.relative_to(Path.cwd())) if running.is_relative_to(Path.cwd()) else "python"
