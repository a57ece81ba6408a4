"""Ctrl-C that waits where it would leave a file half told."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self


class ControlC:
    """While it is entered, Ctrl-C waits; it counts at once only in what says so. For the main thread."""

    def __init__(self) -> None:
        self._pressed = False
        self._counts = False
        self._before: signal._HANDLER = None

    def __enter__(self) -> Self:
        """Takes Ctrl-C over."""
        self._before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives it back; what was pressed and has not counted yet does so now.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        signal.signal(signal.SIGINT, self._before)
        if error is None:
            self._check()

    @contextmanager
    def counting(self) -> Iterator[None]:
        """In here Ctrl-C counts at once, as does what was pressed before."""
        with self._until_then(counts=True):
            self._check()
            yield

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """In here it waits, to count right after."""
        with self._until_then(counts=False):
            yield
        self._check()

    @contextmanager
    def _until_then(self, *, counts: bool) -> Iterator[None]:
        before, self._counts = self._counts, counts
        try:
            yield
        finally:
            self._counts = before

    def _check(self) -> None:
        if self._pressed:
            raise KeyboardInterrupt

    def _press(self, number: int, frame: FrameType | None) -> None:
        self._pressed = True
        if self._counts:
            raise KeyboardInterrupt
