"""How steadily parties are heard in voice channels beside a crowd: a frame every 20 ms, none of them late.

The fake Discord runs here and the bot in a process of its own; when a frame arrived is the kernel's word, so
that the fake may be as late as it likes.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress

from tests.fakes.discord_people import FakeChannel, FakeMember
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.discord_voice_packets import Frame
from tests.hearing import RATE, tone, write
from tests.measure.discord.people import People
from tests.measure.discord.scene import TOKEN, Cards, open_fake
from tests.measure.house import Bot, open_process
from tests.measure.promises import Promise, Run, at_most, percentile, table, undisturbed

SCENE = "voice"
PARTIES, RATE_S = 10, 100.0
LATE_MS, LOOP_MS = 5.0, 50.0
FRAME_MS = 20
SONG_S = 90.0
KINDS = (".mp3", ".flac", ".m4a", ".opus")
WARM_S = 3.0


@dataclass(frozen=True)
class Steadiness:
    """How the frames of one channel came."""

    frames: int
    silent: int
    late_ms: list[float]  # each against the steady rhythm of all of them


def steadiness(frames: Sequence[Frame]) -> Steadiness:
    """Holds frames against the rhythm that the earliest of them keep.

    The library sends the first frame a beat before its rhythm begins, so it is left out.
    """
    own = [1e-6 * it.at_ns - FRAME_MS * number for number, it in enumerate(frames)][1:]
    first = min(own, default=0.0)
    silent = sum(len(it.opus) <= 3 for it in frames)
    return Steadiness(len(frames), silent, [at - first for at in own])


def records(folder: Path, seconds: float) -> Path:
    """A file of each kind, with a few tones in noise."""
    noise = np.random.default_rng(0).normal(0, 0.05, (round(seconds * RATE), 2)).astype(np.float32)
    folder.mkdir()
    for number, kind in enumerate(KINDS):
        write(folder / f"record{kind}", noise + tone(220 + 110 * number, seconds))
    return folder


IDLE = """
import sys, time
due, late = time.perf_counter(), []
for _ in range(int(float(sys.argv[1]) / 0.02)):
    due += 0.02
    time.sleep(max(0.0, due - time.perf_counter()))
    late.append(1000 * (time.perf_counter() - due))
print(sorted(late)[len(late) // 2], sorted(late)[int(len(late) * 0.99)])
"""
"""A process that has nothing to do but to wake up every 20 ms, and says how late it did."""


async def idle_late_ms(seconds: float) -> tuple[float, float]:
    """How late, at the median and the 99th percentile, who has nothing else to do is woken up here."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", IDLE, str(seconds), stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    median, most = told.split()
    return float(median), float(most)


@asynccontextmanager
async def open_bot(fake: FakeDiscord, database: Path, music: Path) -> AsyncIterator[Bot]:
    """The bot, logged in, with the records."""
    arguments = (f"sqlite+aiosqlite:///{database}", TOKEN, fake.rest_url, fake.gateway_url, str(music))
    async with open_process("tests.measure.sound.voice_house", arguments) as bot:
        await fake.ready(timeout=60)
        yield bot


async def join(fake: FakeDiscord, channel: FakeChannel, member: FakeMember) -> None:
    """Has a party be heard in a voice channel of its server."""
    fake.join_voice(member, fake.add_voice_channel("Music", channel.guild))
    reply = await fake.slash(member, "join", channel=channel)
    if not reply.messages or reply.messages[0].ephemeral:
        raise RuntimeError(f"the bot did not come: {reply.text}")


async def voice(
    run: Run, *, parties: int = PARTIES, rate: float = RATE_S, song_s: float = SONG_S
) -> list[Promise]:
    """So many parties are heard while so much is done each second, and for a moment before that."""
    music = await asyncio.to_thread(records, run.folder / "music", song_s)
    async with open_fake() as fake:
        people = People(fake, Cards(fake))
        people.settle()
        heard = [(place, crowd[0]) for place, crowd in people.channels[:: len(people.channels) // 10]][
            :parties
        ]
        async with open_bot(fake, run.folder / "voice.db", music) as bot:
            await people.begin()
            for channel, member in heard:
                await join(fake, channel, member)
            await asyncio.sleep(WARM_S)
            told = [
                *await _scene(run, fake, bot, people, heard, 0.0),
                *(await _scene(run, fake, bot, people, heard, rate) if rate else []),
            ]
    if fake.voice.violations:
        raise RuntimeError(f"the bot breached Discord's rules: {fake.voice.violations}")
    return told


async def _scene(
    run: Run,
    fake: FakeDiscord,
    bot: Bot,
    people: People,
    heard: Sequence[tuple[FakeChannel, FakeMember]],
    rate: float,
) -> list[Promise]:
    scene = f"{SCENE}: {len(heard)} parties, {rate:g} commands a second"
    before = {channel.guild.id: len(fake.voice.heard(channel.guild)) for channel, _ in heard}
    await bot.order("forget")
    idle = asyncio.create_task(idle_late_ms(run.seconds))
    with run.step(scene, run.seconds) as told:
        if rate:
            await people.act(rate, run.seconds, lambda done: told(done / rate))
        else:
            await asyncio.sleep(run.seconds)
    figures = await bot.order("figures")
    found = [steadiness(fake.voice.heard(channel.guild)[before[channel.guild.id] :]) for channel, _ in heard]
    idle_ms = await idle
    late = [each for one in found for each in one.late_ms]
    sent = sum(one.frames for one in found)
    wanted = run.seconds * 1000 / FRAME_MS * len(heard)
    return [
        Promise(scene, "frames sent, of those that were due", f"{sent:,} ({sent / wanted:.1%})"),
        Promise(scene, "of them silence", f"{sum(one.silent for one in found):,}"),
        Promise(scene, "frame late, median", f"{percentile(late, 0.5):.2f} ms"),
        at_most(scene, "frame late, p99", percentile(late, 0.99), LATE_MS, "ms"),
        Promise(scene, "frame late, at most", f"{max(late, default=0.0):.1f} ms"),
        Promise(
            scene, "an idle process beside it, median and p99", f"{idle_ms[0]:.2f} and {idle_ms[1]:.2f} ms"
        ),
        at_most(scene, "loop late, at most", figures["late_max_ms"], LOOP_MS, "ms"),
    ]


def main(
    seconds: Annotated[float, typer.Option(help="How long each scene takes.")] = 30.0,
    parties: Annotated[int, typer.Option(help="How many parties are heard.")] = PARTIES,
    rate: Annotated[float, typer.Option(help="How many commands come in a second.")] = RATE_S,
) -> None:
    """Prints what was promised of voice channels, and what was measured."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as progress:
        run = Run(progress, Path(folder), seconds, "")
        told = undisturbed(voice(run, parties=parties, rate=rate))
    console.print(table("Voice channels", told))
    if any(each.met is False for each in told):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
