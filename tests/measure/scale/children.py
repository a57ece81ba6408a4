"""Parts of the measurement in processes of their own: their memory is theirs, and so is their one thread."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ODD = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Variables that make one library slower or faster than it is."""


class Failed(Exception):
    """A process ended badly; the text is the last line it wrote."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a process wrote, how long it ran, and how much memory it held at most."""

    out: str
    seconds: float
    peak_gb: float


def run(module: str, arguments: Sequence[str], threads: int | None = None) -> Done:
    """Runs `python -m module` to its end; stops it when this one is stopped.

    Raises:
        Failed: its exit code is not 0.
    """
    environment = _environment(threads)
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", module, *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
        )
        assert process.stdout is not None
        try:
            out = process.stdout.read()
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            raise
        finally:
            process.stdout.close()
        code = process.returncode = os.waitstatus_to_exitcode(status)
        if code:
            errors.seek(0)
            raise Failed(
                _last_line(errors.read().decode("utf-8", "replace")) or f"{module} ended with {code}"
            )
    return Done(out.decode(), time.perf_counter() - begun, used.ru_maxrss / 1024**2)


def figures(module: str, arguments: Sequence[str]) -> dict[str, Any]:
    """The figures that a measuring module prints, as JSON, on one thread.

    Raises:
        Failed: it ended badly.
    """
    found: dict[str, Any] = json.loads(run(module, arguments, threads=1).out.splitlines()[-1])
    return found


def _environment(threads: int | None) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ODD}
    kept["OMP_WAIT_POLICY"] = "PASSIVE"  # who waits does not take what others could use
    return kept if threads is None else {**kept, **dict.fromkeys(THREADS, str(threads))}


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip(" │╭╮╰╯─")]
    return lines[-1] if lines else ""
