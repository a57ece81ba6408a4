"""Who waits for the table is looked for together, and stays on their own in what goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from bot.recommend.scanner import MOST, Floats, Scanner
from tests.patience import PATIENCE_S

TABLE = np.arange(12, dtype=np.float32).reshape(4, 3)


def playlist(*factors: float) -> Floats:
    """As the graph gives it."""
    return np.array([factors], np.float32)


class Table:
    """A table that is looked through when it may be, and notes for how many at a time."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun = threading.Semaphore(0)
        self.rows: list[int] = []

    def look(self, playlists: Floats) -> Floats:
        """The products; there are none with what is no number."""
        self.begun.release()
        assert self.open.wait(PATIENCE_S)
        self.rows.append(len(playlists))
        if np.isnan(playlists).any():
            raise ValueError("no number")
        return playlists @ TABLE.T


def together(scanner: Scanner, table: Table, wanted: list[Floats]) -> list[Future[Floats]]:
    """What comes of some that all wait while one is looked for."""
    workers = ThreadPoolExecutor(len(wanted) + 1)
    first = workers.submit(scanner.scan, playlist(0, 0, 0))
    assert table.begun.acquire(timeout=PATIENCE_S)
    asked = threading.Barrier(len(wanted) + 1)

    def ask(each: Floats) -> Floats:
        asked.wait(PATIENCE_S)
        return scanner.scan(each)

    futures = [workers.submit(ask, each) for each in wanted]
    asked.wait(PATIENCE_S)
    wait_for(lambda: scanner.waiting == len(wanted))
    table.open.set()
    assert not first.result(PATIENCE_S).any()
    workers.shutdown()
    return futures


def wait_for(met: Callable[[], bool]) -> None:
    """Waits for what other threads do."""
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / 0.005)):
        if met():
            return
        pause.wait(0.005)
    raise TimeoutError


def test_who_waits_is_looked_for_together() -> None:
    """In one go, each with what is theirs."""
    table = Table()
    wanted = [playlist(1, 0, 0), playlist(0, 1, 0), playlist(0, 0, 2)]
    found = together(Scanner(table.look), table, wanted)
    assert table.rows == [1, 3]
    for each, future in zip(wanted, found, strict=True):
        assert future.result().tolist() == (each @ TABLE.T).tolist()


def test_at_most_so_many_are_looked_for_at_a_time() -> None:
    """All of them in the end."""
    table = Table()
    wanted = [playlist(number, 1, 0) for number in range(MOST + 3)]
    found = together(Scanner(table.look), table, wanted)
    assert table.rows == [1, MOST, 3]
    for each, future in zip(wanted, found, strict=True):
        assert future.result().tolist() == (each @ TABLE.T).tolist()


def test_one_that_fails_fails_alone() -> None:
    """The others are looked for once more without it."""
    table = Table()
    wanted = [playlist(1, 0, 0), playlist(float("nan"), 0, 0), playlist(0, 0, 2)]
    found = together(Scanner(table.look), table, wanted)
    assert found[0].result().tolist() == (wanted[0] @ TABLE.T).tolist()
    assert found[2].result().tolist() == (wanted[2] @ TABLE.T).tolist()
    with pytest.raises(ValueError, match="no number"):
        found[1].result()


def test_who_comes_later_is_served_after_a_failure() -> None:
    """Nobody holds the turn for ever."""
    table = Table()
    table.open.set()
    scanner = Scanner(table.look)
    with pytest.raises(ValueError, match="no number"):
        scanner.scan(playlist(float("nan"), 0, 0))
    assert scanner.scan(playlist(1, 1, 1)).tolist() == [[3, 12, 21, 30]]
