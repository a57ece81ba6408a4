"""Sends signals to `python -m bot` and `python -m db` at random moments, and looks how they end.

    python -m tests.measure.ends --times 100 --seed 1

Each moment is drawn from the first line of ours to a while after the start; of every five ends one has a
second signal. What must hold: the exit code is 0 or 130, at most one line is printed, and the end comes
within ten seconds or half of what the start had taken (at once after a second signal). The exit code of this
program is 1 where it did not.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).parents[2]
CODES = (0, 130)
WITHIN_S, SECOND_WITHIN_S = 10.0, 1.0
LOOK_S = 0.0005


@dataclass(frozen=True)
class End:
    """How a process ended."""

    what: str
    after_s: float  # from the first line of ours to the first signal
    took_s: float
    code: int
    said: str  # from the signal on
    late: bool

    @property
    def well(self) -> bool:
        """Whether it ended as it should."""
        return self.code in CODES and len(self.said.splitlines()) <= 1 and not self.late


@dataclass
class Stage:
    """What is started, and where."""

    folder: Path
    url: str

    def start(self, *words: str) -> tuple[subprocess.Popen[bytes], Path]:
        """A process, and the file with all that it says."""
        said = self.folder / "said"
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.url,
            "ROOM_PORT": "0",
        }
        with said.open("wb") as file:
            return subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", *words], cwd=self.folder, env=environment, stdout=file, stderr=file
            ), said

    def ready_s(self) -> tuple[float, float]:
        """How long Python takes until our first line, and how long from there a start takes."""
        begun = time.monotonic()
        process, said = self.start("bot")
        try:
            heeds(process)
            first = time.monotonic()
            while b"http://" not in said.read_bytes():
                if process.poll() is not None:
                    raise SystemExit(said.read_text())
                time.sleep(LOOK_S)
            return first - begun, time.monotonic() - first
        finally:
            process.terminate()
            process.wait()

    def end(self, draw: random.Random, words: tuple[str, ...], longest_s: float) -> End:
        """Starts something, and ends it at some moment."""
        process, said = self.start(*words)
        try:
            return self._ended(process, said, draw, " ".join(words), longest_s)
        finally:
            if process.poll() is None:  # whoever measures has had enough
                process.kill()
                process.wait()

    @staticmethod
    def _ended(
        process: subprocess.Popen[bytes], said: Path, draw: random.Random, words: str, longest_s: float
    ) -> End:
        heeds(process)
        first = time.monotonic()
        after_s = draw.uniform(0.0, longest_s)
        time.sleep(after_s)
        number = draw.choice([signal.SIGTERM, signal.SIGINT])
        twice = draw.random() < 0.2
        before = len(said.read_bytes())
        asked = time.monotonic()
        took_until = max(WITHIN_S, (asked - first) / 2)
        if process.poll() is None:
            process.send_signal(number)
        if twice:
            time.sleep(draw.uniform(0.0, 0.2))
            if process.poll() is None:
                process.send_signal(number)
                asked, took_until = time.monotonic(), SECOND_WITHIN_S
        try:
            code, late = process.wait(took_until), False
        except subprocess.TimeoutExpired:
            process.kill()
            code, late = process.wait(), True
        what = f"{words} {signal.Signals(number).name}{' twice' if twice else ''}"
        took_s = time.monotonic() - asked
        return End(what, after_s, took_s, code, said.read_bytes()[before:].decode(errors="replace"), late)


def heeds(process: subprocess.Popen[bytes]) -> None:
    """Waits until a process heeds SIGTERM: before that only Python itself runs."""
    bit = 1 << (signal.SIGTERM - 1)
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) & bit:
            return
        time.sleep(LOOK_S)


def main() -> int:
    """Does it as often as it is asked to, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    asked = parser.parse_args()
    draw = random.Random(asked.seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not asked.postgres:
            return measure(Stage(folder, f"sqlite+aiosqlite:///{folder / 'party.db'}"), draw, asked)
        with postgres.running(postgres.AS_SHIPPED) as server, server.database(postgres.MIGRATED) as fresh:
            return measure(Stage(folder, server.url(fresh)), draw, asked)


def measure(stage: Stage, draw: random.Random, asked: argparse.Namespace) -> int:
    """Ends so many processes, and prints how."""
    python_s, start_s = stage.ready_s()
    print(f"Seed {asked.seed}. Python takes {python_s:.2f} s, then a start {start_s:.2f} s.", flush=True)
    ends = []
    for number in range(asked.times):
        words = ("db", "backup", "--try", "copy.db") if number % 5 == 4 else ("bot",)
        ends.append(stage.end(draw, words, start_s * 1.3))
        print("" if ends[-1].well else "NOT WELL: ", ends[-1], sep="", flush=True)
    well = sum(end.well for end in ends)
    took = sorted(end.took_s for end in ends)
    codes = sorted({end.code for end in ends})
    print(f"{well} of {len(ends)} ended well, with the exit codes {codes}:")
    print(f"{statistics.median(took):.2f} s in the median, {took[-1]:.2f} s at most.")
    return 0 if well == len(ends) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
