"""The C library's memory, where that is glibc: held in one heap, and given back where it is free.

It is imported before all else, and knows nothing of ours.
"""

from __future__ import annotations

import contextlib
import ctypes

_M_ARENA_MAX = -8  # malloc.h


def keep_one() -> None:
    """Has all threads share one heap.

    Of the heap of its own that each would have, glibc never gives the end back (`mtrim` in malloc.c), and
    each comes to hold what its thread took most of. Searches take some three percent longer, and ballots as
    long as before. It says nothing of heaps that are there, so it comes before any thread.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Gives free memory back to the system: reading songs takes twenty megabytes."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
