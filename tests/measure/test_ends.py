"""Whoever measures how others end leaves none of them behind."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from tests.measure import ends


def test_ctrl_c_leaves_no_process_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was started ends with the measurement, which is stopped while it waits for it."""
    started: list[subprocess.Popen[bytes]] = []

    def interrupted(process: subprocess.Popen[bytes]) -> None:
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(ends, "heeds", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ends.Stage(tmp_path, "").end(random.Random(1), ("http.server", "0"), 1.0)  # noqa: S311 - no secret
    assert [process.returncode is not None for process in started] == [True]
