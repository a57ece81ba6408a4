"""The bot's processes, each with a share of Discord's servers: started, killed, asked to end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.discord_server import FakeDiscord

ROOT = Path(__file__).parents[3]
STARTS_IN_S, ENDS_IN_S, LOOK_S = 180.0, 90.0, 0.01
ERROR = re.compile(r"[\w.]*(Error|Exception|NotFound|Forbidden|Closed|Timeout|Limited)\b: ")
"""How the last line of a traceback begins."""
TOLD = re.compile(r"raised an exception: |10062|40060")
"""What is said once more, and requests that Discord has given up or that another process has answered."""


@dataclass
class Worker:
    """One process, and the shard that it serves."""

    shard: int
    process: asyncio.subprocess.Process
    log: Path
    begun: float = field(default_factory=time.monotonic)
    took_s: float = 0.0  # from its start to READY

    @property
    def pid(self) -> int:
        """Its number."""
        return self.process.pid

    def kill(self) -> float:
        """Ends it as a power cut would; returns when, on the monotonic clock."""
        self.process.send_signal(signal.SIGKILL)
        return time.monotonic()

    async def ask_to_end(self) -> tuple[int, float]:
        """Ends it as an operator does; returns its exit code, and how many seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(ENDS_IN_S):
            code = await self.process.wait()
        return code, time.monotonic() - begun


@dataclass
class Fleet:
    """All processes on one database, one shard each."""

    fake: FakeDiscord
    folder: Path
    database_url: str
    shards: int
    workers: list[Worker] = field(default_factory=list)  # also those that have ended

    async def start(self, shard: int) -> Worker:
        """Starts a process for a shard, and waits until Discord has welcomed it."""
        worker = await self.begin(shard)
        await self.ready(worker)
        return worker

    async def begin(self, shard: int) -> Worker:
        """Starts a process for a shard."""
        log = self.folder / f"bot-{len(self.workers)}.log"
        settings = {
            "DISCORD_TOKEN": self.fake.world.token,
            "DATABASE_URL": self.database_url,
            "SHARD_IDS": str(shard),
            "SHARD_COUNT": str(self.shards),
            "ROOM_PORT": "0",
            "ALLOW_EPHEMERAL": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "info",
        }
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "tests.measure.fleet.house", self.fake.rest_url, self.fake.gateway_url),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.folder,
                env=os.environ | settings,
            )
        worker = Worker(shard, process, log)
        self.workers.append(worker)
        return worker

    async def ready(self, worker: Worker) -> None:
        """Waits until a process that was started has its connection; RuntimeError if it ends before."""
        known = self.fake.connected(worker.shard)
        async with asyncio.timeout(STARTS_IN_S):
            while self.fake.connected(worker.shard) <= known:
                if worker.process.returncode is not None:
                    raise RuntimeError(f"a bot has ended:\n{worker.log.read_text()[-2000:]}")
                await asyncio.sleep(LOOK_S)
        worker.took_s = time.monotonic() - worker.begun

    def alive(self) -> list[Worker]:
        """The processes that run."""
        return [each for each in self.workers if each.process.returncode is None]

    def faults(self) -> Counter[str]:
        """The errors in the logs that nobody should have to read, each by the line that names it."""
        lines = [line for each in self.workers for line in each.log.read_text("utf-8").splitlines()]
        return Counter(line[:90] for line in lines if ERROR.match(line) and not TOLD.search(line))


@asynccontextmanager
async def open_fleet(fake: FakeDiscord, folder: Path, database_url: str, shards: int) -> AsyncIterator[Fleet]:
    """A process for each shard, at once; all are ended with the block, however that ends."""
    fleet = Fleet(fake, folder, database_url, shards)
    try:
        await asyncio.gather(*(fleet.start(shard) for shard in range(shards)))
        yield fleet
    finally:
        for worker in fleet.alive():
            with contextlib.suppress(ProcessLookupError):
                worker.process.kill()
        await asyncio.gather(*(each.process.wait() for each in fleet.workers))


def memory_mb(pid: int) -> tuple[float, float]:
    """What a process has in memory, and what of it counts as its own: pages that n share count 1/n each.

    Linux names them Rss and Pss (its documentation, "The /proc Filesystem").
    """
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines[1:]}
    return found["Rss"], found["Pss"]
