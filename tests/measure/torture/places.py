"""Where a tortured database is: a disk of its own that can be filled, a server that can be killed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.postgres import MIGRATED, Server

CHUNK = 1 << 16
GONE_WITHIN_S = 30.0


@dataclass(frozen=True)
class SmallDisk:
    """A file system of a few megabytes."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Leaves no byte free."""
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(CHUNK))
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:  # what a whole chunk did not fit into
                file.write(bytes(512))

    def empty(self) -> None:
        """Makes room again."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk | None]:
    """A file system of its own in a file, for as long as it is open; None where this user may mount none."""
    image, place = folder / "disk.img", folder / "disk"
    tools = [shutil.which(name, path=f"{os.environ.get('PATH', '')}:/sbin:/usr/sbin") for name in _TOOLS]
    if os.geteuid() or None in tools:
        yield None
        return
    mkfs, mount, umount = tools
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    try:
        # Small file systems have blocks of 1 kB otherwise, of which SQLite has only each fourth of its `-shm`
        # for sure: where the disk is full, to write to another one through the memory map ends a process.
        _run(f"{mkfs}", "-q", "-F", "-m", "0", "-b", "4096", f"{image}")
        _run(f"{mount}", "-o", "loop", f"{image}", f"{place}")
    except subprocess.CalledProcessError:
        yield None
        return
    try:
        yield SmallDisk(place)
    finally:
        _run(f"{umount}", "-l", f"{place}")


_TOOLS = ("mkfs.ext4", "mount", "umount")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command


@contextmanager
def database_on(server: Server, disk: SmallDisk) -> Iterator[str]:
    """A fresh database whose tables are on a small disk, gone afterwards; returns its name."""
    folder = disk.folder / "tables"
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        for each in (disk.folder, *disk.folder.parents):
            each.chmod(each.stat().st_mode | 0o011)  # so that the server comes to it
    server.run(f"CREATE TABLESPACE small LOCATION '{folder}'")
    try:
        server.run(f"CREATE DATABASE party_small TEMPLATE {MIGRATED} TABLESPACE small")
        yield "party_small"
        server.run("DROP DATABASE party_small WITH (FORCE)")
    finally:
        with suppress(subprocess.CalledProcessError):
            server.run("DROP TABLESPACE small")


def kill_server(server: Server) -> None:
    """Ends a PostgreSQL server and all its processes as a lack of memory would."""
    main = int((server.folder / "data" / "postmaster.pid").read_text("ascii").splitlines()[0])
    children = Path(f"/proc/{main}/task/{main}/children").read_text("ascii").split()
    processes = [main, *map(int, children)]
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + GONE_WITHIN_S
    while any(map(_runs, processes)) and time.monotonic() < until:
        time.sleep(0.01)
    # Where nobody waits for the dead they keep their number, and the next server would take it for alive.
    for lock in (server.folder / "data" / "postmaster.pid", *server.folder.glob(".s.PGSQL.*.lock")):
        lock.unlink()


def _runs(pid: int) -> bool:
    """Whether a process still does anything: one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def start_server(server: Server) -> None:
    """Starts it again, and waits until it has found all that was committed."""
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        pwd.getpwnam(user)
    subprocess.run(  # noqa: S603 - our own command
        [
            *(server.psql.parent / "pg_ctl", "-D", server.folder / "data", "-w"),
            *("-l", server.folder / "log", "start"),
        ],
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd=server.folder,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
