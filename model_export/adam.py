"""AdamW (Loshchilov and Hutter, 2019) on a table of which every step touches a few rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from model_export.model import Floats

AT_ONCE = 2**15
"""How many numbers are brought up to date together, so that they stay in the processor's cache.

Threads were no faster: each of so short steps waits for the interpreter.
"""

PARTS = ("values", "mean", "square", "steps")


class Adam:
    """A table and what Adam remembers of its slopes, changed in place.

    Untouched rows stay as they are, decay and memory included (lazy Adam); each counts its own steps.
    """

    def __init__(self, values: Floats, decay: float = 0.0) -> None:
        """Takes (rows, columns) to begin with, and the weight decay."""
        self.values = values
        self.decay = decay
        self.mean = np.zeros_like(values)
        self.square = np.zeros_like(values)
        self.steps = np.zeros(len(values), np.int32)

    def state(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """All of it, as arrays under names that begin so."""
        return {f"{name}_{part}": getattr(self, part) for part in PARTS}

    @classmethod
    def restored(cls, arrays: Mapping[str, npt.NDArray[Any]], name: str, decay: float = 0.0) -> Adam:
        """What `state` gave under this name."""
        adam = cls(arrays[f"{name}_values"], decay)
        adam.mean, adam.square, adam.steps = (arrays[f"{name}_{part}"] for part in PARTS[1:])
        return adam

    def step(self, rows: npt.NDArray[np.integer], slopes: Floats, rate: float) -> None:
        """Moves these rows, none twice, down their slopes: (rows, columns)."""
        at_once = max(AT_ONCE // self.values.shape[1], 1)
        for first in range(0, len(rows), at_once):
            self._step(rows[first : first + at_once], slopes[first : first + at_once], rate)

    def _step(self, rows: npt.NDArray[np.integer], slopes: Floats, rate: float) -> None:
        steps = self.steps[rows] + 1
        self.steps[rows] = steps
        scratch = slopes * np.float32(0.1)
        mean = self.mean[rows]
        mean *= np.float32(0.9)
        mean += scratch
        self.mean[rows] = mean
        square = self.square[rows]
        square *= np.float32(0.999)
        scratch *= slopes
        scratch *= np.float32(0.01)
        square += scratch
        self.square[rows] = square
        # rate * (mean / (1 - 0.9 ** steps)) / (sqrt(square / (1 - 0.999 ** steps)) + 1e-8)
        spread = np.sqrt(square, out=square)
        spread += np.float32(1e-8)
        mean /= spread
        by = rate * np.sqrt(1 - 0.999**steps) / (1 - 0.9**steps)
        mean *= by.astype(np.float32)[:, None]
        values = self.values[rows]
        values *= np.float32(1 - rate * self.decay)
        values -= mean
        self.values[rows] = values
