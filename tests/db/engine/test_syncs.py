"""Whether what is committed is on the disk, as the kernel is asked for it: `strace` counts."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from db.store import open_store
from tests import postgres as private
from tests.conftest import ROOM
from tests.patience import PATIENCE_S

COMMITS = 20
SYNCS = "fsync,fdatasync,sync_file_range,msync"
SYNCED = re.compile(r"\b(fsync|fdatasync)\((\d+)(<[^>]*>)?\)")
WRITES = """
import asyncio, sys
from tests.db.engine.test_syncs import commit
asyncio.run(commit(sys.argv[1]))
"""


async def commit(url: str) -> None:
    """Commits some changes one after the other, and says on the error output when it begins and ends."""
    async with open_store(url) as store:
        async with store.writing() as tx:
            party = await tx.parties.open(ROOM, 1)
        os.write(2, b"begins\n")
        for number in range(COMMITS):
            async with store.writing() as tx:
                await tx.parties.open(ROOM, 1)
                await tx.parties.touch(party.id, 1, number)
        os.write(2, b"is through\n")


@contextmanager
def traced(out: Path, *whom: str) -> Iterator[subprocess.Popen[bytes]]:
    """What a process and its children have the disk do, written into a file; a skip where none may look."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("there is no strace on this machine")
    command = [strace, "-f", "-y", "-e", f"trace={SYNCS},write", "-o", str(out), *whom]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)  # noqa: S603 - our own command
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)


def may_trace(folder: Path) -> None:
    """Skips where this user may trace nobody: some containers keep it from everybody."""
    with traced(folder / "trial", "/bin/true") as process:
        if process.wait(PATIENCE_S):
            pytest.skip("strace may trace nobody here")


def test_a_file_is_synced_at_each_commit(tmp_path: Path) -> None:
    """At least once, the WAL, before the next one begins."""
    may_trace(tmp_path)
    url = f"sqlite+aiosqlite:///{tmp_path / 'party.db'}"
    with traced(tmp_path / "trace", sys.executable, "-c", WRITES, url) as process:
        assert process.wait(PATIENCE_S) == 0
    told = (tmp_path / "trace").read_text()
    meanwhile = told[told.index('"begins') : told.index('"is through')]
    synced = [found for found in SYNCED.finditer(meanwhile) if "party.db-wal" in f"{found[3]}"]
    assert len(synced) >= COMMITS


def test_postgresql_syncs_at_each_commit(tmp_path: Path) -> None:
    """As it comes: one commit after the other, each is in the log on the disk before it is acknowledged."""
    if reason := private.missing():
        pytest.skip(reason)
    may_trace(tmp_path)
    out = tmp_path / "trace"
    with private.running(private.AS_SHIPPED) as server, server.database(private.MIGRATED) as name:
        main = (server.folder / "data" / "postmaster.pid").read_text().splitlines()[0]
        with traced(out, "-p", main):
            until = time.monotonic() + PATIENCE_S
            while not (out.exists() and out.stat().st_size) and time.monotonic() < until:
                server.run("SELECT 1")  # whose answer is written by a process that is traced
            before = len(SYNCED.findall(out.read_text()))
            writes = [sys.executable, "-c", WRITES, server.url(name)]
            subprocess.run(writes, check=True, stderr=subprocess.DEVNULL)  # noqa: S603 - our own command
    assert len(SYNCED.findall(out.read_text())) - before >= COMMITS
