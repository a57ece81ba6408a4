"""A room with songs of its own, and ears: what a real Chromium sends to the loudspeakers, every 3 ms."""

from __future__ import annotations

import asyncio
import json
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web
from playwright.async_api import BrowserContext, Page

from tests.patience import PATIENCE_S

EAR = Path(__file__).parent / "ear.js"
TONES = (500, 1500, 3000, 5000)
"""Pitches in Hz that 128 samples tell apart."""
RATE = 48_000
LOUD = 0.02
"""What is quieter is silence; the tones are at 0.35."""

HEAR = """
(() => {
  window.heard = [];
  window.players = [];
  const [connect, Original] = [AudioNode.prototype.connect, Audio];
  window.Audio = function () {
    const made = new Original();
    window.players.push(made);
    return made;
  };
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      const { context } = this;
      context.audioWorklet.addModule("/ear.js").then(() => {
        const ear = new AudioWorkletNode(context, "ear", { processorOptions: { tones: TONES } });
        ear.port.onmessage = ({ data }) => window.heard.push(...data);
        connect.call(this, ear);
        connect.call(ear, context.destination); // it is silent
        window.ears = true;
      });
    }
    return connect.call(this, to, ...rest);
  };
})();
""".replace("TONES", json.dumps(TONES))
"""Has a page listen to itself, before what goes to the loudspeakers is anybody else's."""


def tone(path: Path, which: int, seconds: float, level: float = 0.5) -> None:
    """Writes a WAV file of one of the tones."""
    samples = level * np.sin(2 * np.pi * TONES[which] * np.arange(int(seconds * RATE)) / RATE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


def add_ears(app: web.Application) -> None:
    """Serves what hears beside the room's own scripts: no other may run there."""

    async def serve(request: web.Request) -> web.Response:
        return web.Response(text=EAR.read_text(), content_type="text/javascript")

    app.router.add_get("/ear.js", serve)


async def with_ears(context: BrowserContext) -> None:
    """Has all pages of a browser hear themselves."""
    await context.add_init_script(HEAR)


@dataclass(frozen=True)
class Heard:
    """What a page has sounded like: instants in seconds, loudness, and which tone."""

    at_s: np.ndarray[Any, Any]
    loud: np.ndarray[Any, Any]
    tone: np.ndarray[Any, Any]

    def order(self) -> list[int]:
        """The tones that sounded for more than a moment, in order."""
        found: list[int] = []
        count = 0
        last = -1
        for loud, tone in zip(self.loud, self.tone, strict=True):
            here = int(tone) if loud > LOUD else -1
            count = count + 1 if here == last else 1
            last = here
            if here >= 0 and count == 20 and (not found or found[-1] != here):
                found.append(here)
        return found

    def silences_ms(self) -> list[float]:
        """How long it was silent each time, between two sounds."""
        sounds = np.flatnonzero(self.loud > LOUD)
        if not len(sounds):
            return []
        gaps = np.diff(sounds)
        starts = sounds[:-1][gaps > 1]
        ends = sounds[1:][gaps > 1]
        block_s = 128 / RATE
        return [
            float(1000 * (self.at_s[end] - self.at_s[start] - block_s))
            for start, end in zip(starts, ends, strict=True)
        ]


async def heard(page: Page, since_s: float = 0.0) -> Heard:
    """What a page has sounded like since an instant of its audio clock."""
    rows = await page.evaluate("(since) => window.heard.filter(([at]) => at >= since)", since_s)
    table = np.array(rows, dtype=float).reshape(-1, 3)
    return Heard(table[:, 0], table[:, 1], table[:, 2])


async def until_heard(page: Page, which: int, within_s: float = PATIENCE_S) -> None:
    """Waits until one of the tones sounds."""
    await page.wait_for_function(
        "([which, loud]) => window.heard.slice(-8).filter(([, l, t]) => l > loud && t === which).length >= 6",
        arg=[which, LOUD],
        timeout=1000 * within_s,
        polling=20,
    )


async def until_silent(page: Page) -> None:
    """Waits until nothing sounds for a quarter of a second."""
    await page.wait_for_function(
        "(loud) => window.heard.length > 100 && window.heard.slice(-90).every(([, l]) => l < loud)",
        arg=LOUD,
        timeout=1000 * PATIENCE_S,
        polling=50,
    )


@asynccontextmanager
async def going(work: Any) -> AsyncIterator[None]:
    """Has something run in the background meanwhile."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
