"""What long queues take is given back: a process of its own asks, and the kernel says what it holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
KEPT_MB = 60
"""What an allocator may keep of it; each answer takes some fifty megabytes meanwhile, two at a time."""
ASKED = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from bot.party.words import Signal, Track
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import CANDIDATES, Recommender

def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) // 1024

bundle = open_bundle(Path("models/starter"))
catalogue = Catalogue.open(bundle)
catalogue.index_of(Track("", "Queen"))
recommender = Recommender(bundle, catalogue)
song = Track("title", "artist")

def ask(number):
    heard = [(7 * number + 9 * each, Signal(song, 1.0, 1.0)) for each in range(320)]
    recommender.answer(heard, [], CANDIDATES)

recommender.answer([], [], CANDIDATES)
before = held()
with ThreadPoolExecutor(2) as workers:
    list(workers.map(ask, range(40)))
print(held() - before)
catalogue.close()
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says what a process holds")
def test_long_queues_give_their_memory_back() -> None:
    """Forty of them, two at a time, leave little behind."""
    command = [sys.executable, "-c", ASKED]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert ran.stderr == ""
    assert int(ran.stdout) < KEPT_MB
