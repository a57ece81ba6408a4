"""Whether the C library holds one heap, where that is glibc."""

from __future__ import annotations

import asyncio
import platform
import sys

import pytest

THREADS = """
import ctypes
import threading
from bot.heap import keep_one
{first}
held = [threading.Thread(target=lambda: (bytearray(100_000), all_there.wait())) for _ in range(4)]
all_there = threading.Barrier(len(held))
for each in held:
    each.start()
for each in held:
    each.join()
ctypes.CDLL(None).malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries hold memory otherwise")
@pytest.mark.parametrize(("first", "heaps"), [("keep_one()", 1), ("", 5)])
async def test_threads_share_one_heap(first: str, heaps: int) -> None:
    """Each else has one of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", THREADS.format(first=first)), stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()
    assert told.count(b"Arena ") == heaps
