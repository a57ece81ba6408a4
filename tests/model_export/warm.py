"""Runs `python -m model_export` in a process of its own that need not import everything first.

A server that has imported what is slow to import forks for each command; the child is what a fresh process
would be by then: it has its own arguments and streams, takes signals, and ends with its own exit code.
`python -m tests.model_export.warm` is the server: it reads a line of JSON for each command, forks, and
answers with the child's number, then with its exit code.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
SLOW = (
    "db.harvest",
    "jinja2",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "onnx",
    "optuna",
    "rich.progress",
    "rich.table",
    "scipy.optimize",
    "scipy.sparse",
    "scipy.special",
    "sqlalchemy",
    "typer",
)
"""What the commands import for more than a second. Not onnxruntime and pyarrow: their imports start threads,
which a forked child lacks and waits for at its end."""
THREADS = Path("/proc/self/task")


class Server:
    """Starts commands; one after the other."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.model_export.warm"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # else a number might lie in a buffer where nothing waits for it
        )

    def close(self) -> None:
        """Ends the server."""
        self._process.communicate()

    def start(self, arguments: Sequence[str]) -> Command:
        """Starts a command."""
        return Command(self, arguments)

    def ask(self, of: object) -> int:
        """Sends a line and returns the number that comes back."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(of).encode() + b"\n")
        return self.answer(PATIENCE_S)

    def answer(self, within_s: float) -> int:
        """The next number; TimeoutError if none comes."""
        assert self._process.stdout is not None
        if not self.says(within_s):
            raise TimeoutError
        return int(self._process.stdout.readline())

    def says(self, within_s: float = 0) -> bool:
        """Whether there is a number to read."""
        assert self._process.stdout is not None
        return bool(select([self._process.stdout], [], [], within_s)[0])


class Command:
    """A command that runs, as `subprocess.Popen` is one."""

    def __init__(self, server: Server, arguments: Sequence[str]) -> None:
        self._server = server
        self._folder = TemporaryDirectory()
        self._streams = [Path(self._folder.name) / name for name in ("stdout", "stderr")]
        self.arguments = arguments
        self._pid = server.ask([list(arguments), *map(str, self._streams)])

    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return not self._server.says()

    def interrupt(self) -> None:
        """Presses Ctrl-C."""
        os.kill(self._pid, signal.SIGINT)

    def kill(self) -> None:
        """Ends it at once, if it still runs."""
        if self.runs():
            os.kill(self._pid, signal.SIGKILL)
            self._server.answer(PATIENCE_S)

    def end(self) -> subprocess.CompletedProcess[str]:
        """Waits for its end; kills it if that does not come."""
        try:
            code = self._server.answer(PATIENCE_S)
        except TimeoutError:
            self.kill()
            raise
        with self._folder:
            out, error = (stream.read_text("utf-8") for stream in self._streams)
        return subprocess.CompletedProcess(self.arguments, code, out, error)


def serve() -> tuple[list[str], str, str] | None:
    """Forks for each line that comes; returns to the child what it shall do, and None at the end."""
    for line in sys.stdin:
        if not (pid := os.fork()):
            arguments, out, error = json.loads(line)
            return arguments, out, error
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    return None


def become(out: str, error: str) -> None:
    """Takes the streams of a command, and Ctrl-C as a shell's foreground job has it."""
    for number, stream in enumerate((os.devnull, out, error)):
        opened = os.open(stream, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    for module in SLOW:
        importlib.import_module(module)
    assert not THREADS.exists() or len([*THREADS.iterdir()]) == 1, "one of them starts a thread"
    gc.freeze()  # a child that looked through all of it would copy it
    asked = serve()
    if asked:
        sys.argv[1:], *streams = asked
        become(*streams)
        runpy.run_module("model_export", run_name="__main__", alter_sys=True)
