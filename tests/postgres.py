"""A private PostgreSQL server for the tests, and fresh databases on it."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from alembic import command
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from db.store import alembic_config

USER = "encore"
PASSWORD = "p@ss/word"
"""With signs that an address must escape."""
EMPTY = "template0"
MIGRATED = "migrated"
"""What a fresh database may be a copy of: nothing, or the tables of today."""

CONFIGURATION = """
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 60
shared_buffers = 16MB
autovacuum = off
"""
"""What is quick to start, and lost with the machine."""
AS_SHIPPED = """
max_connections = 100
shared_buffers = 128MB
"""
"""As PostgreSQL comes: what is committed is on the disk, and dead rows are cleared away."""


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL on this machine: Debian keeps it out of PATH."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: float(each.parent.name), reverse=True
    )
    return next((each for each in folders if (each / "postgres").exists()), None)


def missing() -> str | None:
    """Why there can be no server on this machine."""
    if binaries() is None:
        return "there is no PostgreSQL on this machine: install Debian's postgresql"
    if os.geteuid() == 0 and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        return "PostgreSQL refuses to run as root, and there is no user postgres"
    return None


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is running: on a socket everybody is let in, over TCP with the password."""

    psql: Path
    folder: Path
    port: int
    control: Callable[..., object]  # runs `pg_ctl` for it

    def url(self, database: str) -> str:
        """A database's address on the socket."""
        return f"postgresql+asyncpg://{USER}@/{database}?host={self.folder}&port={self.port}"

    def tcp_url(self, database: str, password: str = PASSWORD, scheme: str = "postgresql") -> str:
        """A database's address over TCP."""
        return f"{scheme}://{USER}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def run(self, sql: str, database: str = "postgres") -> str:
        """What the superuser's statement returns, one line a row."""
        options = ["-h", str(self.folder), "-p", str(self.port), "-U", USER, "-d", database]
        done: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603 - our own command
            [self.psql, "-XqAt", "-v", "ON_ERROR_STOP=1", *options, "-c", sql],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def end_connections(self, url: str) -> int:
        """Ends every connection to a database, and says how many there were."""
        return self.run(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "  # noqa: S608 - our own name
            f"WHERE datname = '{make_url(url).database}'"
        ).count("t")

    def start(self) -> None:
        """Starts it, and waits until it lets people in."""
        self.control("-l", self.folder / "log", "start")

    def stop(self) -> None:
        """Ends it as if it had crashed: the next start recovers what was committed."""
        self.control("-m", "immediate", "stop")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Has it answer nobody while this is open, though its connections stay: as a net that is cut."""
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for pid in (postmaster, *map(int, children)):
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in (*map(int, children), postmaster):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    @contextmanager
    def database(self, template: str) -> Iterator[str]:
        """The name of a fresh copy of a database, which is gone afterwards."""
        name = f"party_{uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def migrate(self) -> None:
        """Makes the database that others are copied from."""
        self.run(f"CREATE DATABASE {MIGRATED} TEMPLATE {EMPTY}")
        with ThreadPoolExecutor() as thread:  # away from the loop of the tests
            thread.submit(asyncio.run, self._migrate()).result()

    async def _migrate(self) -> None:
        engine = create_async_engine(make_url(self.url(MIGRATED)))
        async with engine.begin() as connection:
            await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "head"))
        await engine.dispose()


@contextmanager
def running(configuration: str = CONFIGURATION) -> Iterator[Server]:
    """A server with a cluster of its own, in a folder that is gone afterwards."""
    bin_folder = binaries()
    assert bin_folder is not None
    with tempfile.TemporaryDirectory(prefix="encore-") as name:
        folder = Path(name)
        # PostgreSQL refuses to run as root; Debian's package brings a user for it.
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            shutil.chown(folder, user, user)
        run = partial(
            subprocess.run,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)  # in a folder that nobody else may enter
        options = ["-U", USER, "--pwfile", secret, "--auth-local=trust", "--auth-host=scram-sha-256"]
        run([bin_folder / "initdb", "-D", folder / "data", "-E", "UTF8", "--locale=C", "--no-sync", *options])
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.write(configuration)
            port = _free_port()
            file.write(f"port = {port}\nlisten_addresses = '127.0.0.1'\n")
            file.write(f"unix_socket_directories = '{folder}'\n")
        control = [bin_folder / "pg_ctl", "-D", folder / "data", "-w"]
        server = Server(bin_folder / "psql", folder, port, lambda *words: run([*control, *words]))
        server.start()
        try:
            server.migrate()
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])
