"""Whether what is saved is still there tomorrow: not on a disk that is thrown away with what runs on it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import URL

from bot.party.errors import StartError
from db.engine.opening import address

MOUNTS = Path("/proc/self/mountinfo")
"""Where Linux says what is mounted (proc_pid_mountinfo(5)); other systems have none."""
FLEETING = {
    "tmpfs": "in memory",
    "ramfs": "in memory",
    "overlay": "a container's own",
    "aufs": "a container's own",
    "fuse.fuse-overlayfs": "a container's own",
}
"""The file systems that end with the machine or the container: volumes are of other kinds."""
_MEND = (
    "it would be lost with all parties at the next restart. Name a file on a volume, use PostgreSQL, "
    "or set ALLOW_EPHEMERAL=1 if that is meant"
)


def check_lasting(database_url: str, environment: Mapping[str, str] | None = None) -> None:
    """Whether a SQLite file outlasts what the bot runs in.

    Raises:
        StartError: it does not, or the address is not one of ours.
    """
    place = address(database_url)
    if isinstance(place, URL):
        return
    if (os.environ if environment is None else environment).get("DYNO"):
        # Heroku sets it in each dyno ("Dyno Startup Behavior", "Local Environment Variables"), whose files
        # are gone with it, after a day at most ("Dynos and the Dyno Manager", "Ephemeral filesystem").
        raise StartError(f"DATABASE_URL: {place} is on a dyno's own disk; {_MEND}")
    kind = file_system(Path(os.path.realpath(place)).parent)
    if kind in FLEETING:
        raise StartError(f"DATABASE_URL: {place} is on a disk that is {FLEETING[kind]} ({kind}); {_MEND}")


def file_system(folder: Path) -> str:
    """The kind of the file system that a folder is on; empty where nobody says so."""
    try:
        lines = MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    found, kind = Path("/"), ""
    for point, of in _mounts(lines):
        if folder.is_relative_to(point) and len(point.parts) >= len(found.parts):  # the last one hides others
            found, kind = point, of
    return kind


def _mounts(lines: list[str]) -> Iterator[tuple[Path, str]]:
    """Where each is mounted, and its kind, which comes after a hyphen behind any number of fields."""
    for line in lines:
        fields = line.split(" ")
        if len(fields) > 4 and "-" in fields[6:-1]:
            yield Path(_plain(fields[4])), fields[fields.index("-", 6) + 1]


def _plain(written: str) -> str:
    """A path whose spaces and the like are written as numbers to the base of eight."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), written)
