"""One's own music: whether its folders can be read, and whether its server lets us in."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path, PurePath

from bot.checks.result import Result, not_set, works
from bot.party.errors import NotReached, StartError
from bot.playback.sources.subsonic import Subsonic
from bot.playback.sources.subsonic_answers import NotSignedIn, Trouble
from bot.playback.sources.subsonic_songs import KINDS
from bot.settings import Settings

FOLDERS, SERVER = "Music folders", "Music server"
GLANCE_S = 2.0
"""So long files are counted."""
OPEN = "who listens on the way to SUBSONIC_URL can sign in as SUBSONIC_USER"
MEND = "set SUBSONIC_URL to an https:// address, or to one in your own network"


async def folders(settings: Settings) -> Result:
    """Whether the folders are there and can be read, and how many songs are in them, at a glance.

    Raises:
        StartError: one is none, or may not be read; NotReached where its disk is not there.
    """
    if not settings.music_dir:
        return not_set(FOLDERS, "set MUSIC_DIR to folders of your own music")
    return await asyncio.to_thread(_looked, settings.music_dir)


async def server(settings: Settings) -> Result:
    """Which server it is, whether it lets us in, and how many songs it has.

    Raises:
        StartError: it does not let us in; NotReached where it does not answer as such a server.
    """
    if settings.subsonic_password is None:
        return not_set(SERVER, "set SUBSONIC_URL to your music server, such as Navidrome")
    secret = settings.subsonic_password.get_secret_value()
    source = Subsonic(settings.subsonic_url, settings.subsonic_user, secret)
    try:
        hello, status = await source.hello(), await source.status()
    except NotSignedIn as error:
        raise StartError(f"SUBSONIC_URL: the server {error.reason}; {error.mend}") from None
    except Trouble as error:
        mend = error.mend or "check the address, and whether the server runs"
        raise NotReached(f"SUBSONIC_URL: the server {error.reason}; {mend}") from None
    finally:
        await source.close()
    songs = f", {status.songs:,} songs" if status is not None and status.songs is not None else ""
    busy = ", it is going through its files" if status is not None and status.scanning else ""
    told = f"{hello.name} {hello.version} lets {settings.subsonic_user} in{songs}{busy}"
    if source.server.private:
        return works(SERVER, told)
    return works(SERVER, told, missing=OPEN, mend=MEND)


def _looked(places: Sequence[Path]) -> Result:
    until_s = time.monotonic() + GLANCE_S
    many = 0
    for place in places:
        try:
            os.scandir(place).close()
        except FileNotFoundError:
            mend = "correct the path, or mount its disk"
            raise NotReached(f"MUSIC_DIR: {place} is not there; {mend}") from None
        except OSError as error:
            if not isinstance(error, PermissionError | NotADirectoryError):  # a stale network drive
                mend = "look after its disk"
                raise NotReached(f"MUSIC_DIR: {place} does not answer ({error.strerror}); {mend}") from None
            mend = "name a folder that I may read"
            raise StartError(f"MUSIC_DIR: {place} cannot be read ({error.strerror}); {mend}") from None
        many += _songs(place, until_s)
    least = "at least " if time.monotonic() > until_s else ""
    where = ", ".join(str(place) for place in places)
    return works(FOLDERS, f"{where}: {least}{many:,} song{'' if many == 1 else 's'}")


def _songs(place: Path, until_s: float) -> int:
    """How many files in a folder may be songs, by their names, as far as there is time."""
    many = 0
    for _, _, names in os.walk(place):
        many += sum(PurePath(name).suffix[1:].casefold() in KINDS for name in names)
        if time.monotonic() > until_s:
            break
    return many
