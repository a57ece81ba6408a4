"""Copies of the parties in a folder, made while something happens; old ones go.

Each is made by `python -m db backup`, in a process of its own: the event loop waits for none of it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.party.errors import StartError

log = logging.getLogger(__name__)

EVERY_S = 15 * 60.0
HOURS, DAYS = 24, 14
"""Of so many hours, and of so many days, the last copy is kept."""
PATIENCE_S = 10.0
"""How long a copy that is ended may take to clean up."""
_NAME = re.compile(r"encore-(?P<moment>[0-9]{8}-[0-9]{6})\.db")
_MOMENT = "%Y%m%d-%H%M%S"
_SAFE = "Last safe copy of the parties: %s (looked through, and restored for a trial)."


class Copies:
    """The copies in one folder.

    Args:
        database_url: of what is copied.
        folder: made if it is not there.
        now: the time.

    Raises:
        StartError: the folder cannot be written to.
    """

    def __init__(
        self,
        database_url: str,
        folder: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database_url = database_url
        self._folder = folder
        self._now = now
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            moments = _moments(folder)
        except OSError as error:
            raise StartError(
                f"BACKUP_DIR: {folder} cannot be used ({error.strerror}); name a folder of yours"
            ) from error
        if not os.access(folder, os.W_OK):
            raise StartError(f"BACKUP_DIR: {folder} cannot be written to; name a folder of yours")
        self.last: datetime | None = max(moments, default=None)
        """When the last copy was made, or found to be as good as a new one."""

    async def run(self, every_s: float = EVERY_S) -> None:
        """Goes on for as long as it is let."""
        while True:
            await self.copy()
            await asyncio.sleep(every_s)

    async def copy(self) -> None:
        """Makes a copy if anything is different from the last one; what goes wrong is logged."""
        moment = self._now()
        file = self._folder / f"encore-{moment.strftime(_MOMENT)}.db"
        try:
            code, said = await self._made(file)
            if code:
                log.error("No copy of the parties could be made: %s", said)
                return
            self.last = moment
            if await asyncio.to_thread(file.exists):
                log.info(_SAFE, file)
                await asyncio.to_thread(self._tidy)
        except OSError as error:  # the folder is gone, or there is no room for another process
            log.error("No copy of the parties could be made: %s", error)

    async def _made(self, file: Path) -> tuple[int, str]:
        """The exit code of the process that makes a copy, and the last line that it said."""
        older = max(await asyncio.to_thread(_moments, self._folder), default=None)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "db", "backup", "--try", str(file)),
            *(("--unlike", str(self._folder / f"encore-{older.strftime(_MOMENT)}.db")) if older else ()),
            env={**os.environ, "DATABASE_URL": self._database_url, "PYTHONPATH": _path()},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, errors = await process.communicate()
        except asyncio.CancelledError:
            process.terminate()
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
            raise
        return process.returncode or 0, (errors.decode(errors="replace").splitlines() or [""])[-1]

    def _tidy(self) -> None:
        """Takes away what is not kept any more."""
        moments = _moments(self._folder)
        for moment in moments - kept(moments):
            (self._folder / f"encore-{moment.strftime(_MOMENT)}.db").unlink(missing_ok=True)


def last_copy(folder: Path) -> datetime | None:
    """When the last copy in a folder was made.

    Raises:
        OSError: it cannot be looked into.
    """
    return max(_moments(folder), default=None)


def kept(moments: Iterable[datetime]) -> set[datetime]:
    """Of these copies the last of each of the last hours and days that have any."""
    by_hour: dict[str, datetime] = {}
    by_day: dict[str, datetime] = {}
    for moment in sorted(moments):
        by_hour[moment.strftime("%Y%m%d%H")] = moment
        by_day[moment.strftime("%Y%m%d")] = moment
    return {*list(by_hour.values())[-HOURS:], *list(by_day.values())[-DAYS:]}


def _moments(folder: Path) -> set[datetime]:
    """When the copies in a folder were made."""
    found = set()
    for each in folder.iterdir():
        if named := _NAME.fullmatch(each.name):
            with suppress(ValueError):  # digits that are no moment
                found.add(datetime.strptime(named["moment"], _MOMENT).replace(tzinfo=UTC))
    return found


def _path() -> str:
    """Where Python finds us, wherever the bot was started."""
    ours, others = str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")
    return os.pathsep.join([ours, others] if others else [ours])
