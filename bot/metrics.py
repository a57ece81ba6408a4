"""Figures of the running bot for Prometheus; only this module knows its client.

Counters are of the process, for however many houses are open in it. What goes up and down is read when it is
asked for, see `bot.party.vitals`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from functools import cache
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import REGISTRY, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from bot.party.errors import PartyError
from bot.party.vitals import Vitals

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
"""What `told` makes."""
LAG_EVERY_S = 0.5
"""How often it is measured how late the event loop is."""
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_SLOW = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS = Counter(
    "encore_requests",
    "Requests of people, by command, front door and outcome: ok, refused (they were told why), fault (ours), "
    "dropped (nobody waited for it any more)",
    ("command", "door", "outcome"),
)
SECONDS = Histogram(
    "encore_request_seconds",
    "How long what people asked for took, in seconds",
    ("command", "door"),
    buckets=_SLOW,
)
LAG = Histogram("encore_loop_lag_seconds", "How late the event loop came to what was due", buckets=_QUICK)


class Measured:
    """Counts and times what is done inside of it; see `REQUESTS`.

    Args:
        command: what is asked for; one of few.
        door: where.
    """

    __slots__ = ("_began", "_command", "_door")

    def __init__(self, command: str, door: str) -> None:
        self._command = command
        self._door = door

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        _seconds(self._command, self._door).observe(time.perf_counter() - self._began)
        _requests(self._command, self._door, _outcome(kind)).inc()


@cache
def _seconds(command: str, door: str) -> Histogram:
    return SECONDS.labels(command, door)


@cache
def _requests(command: str, door: str, outcome: str) -> Counter:
    return REQUESTS.labels(command, door, outcome)


def _outcome(kind: type[BaseException] | None) -> str:
    if kind is None:
        return "ok"
    if issubclass(kind, PartyError):
        return "refused"
    return "fault" if issubclass(kind, Exception) else "dropped"


async def watch_loop() -> None:
    """Measures for as long as it runs how late the event loop is."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_EVERY_S
        await asyncio.sleep(LAG_EVERY_S)
        LAG.observe(max(0.0, loop.time() - due))


class _House(Collector):
    """What can be read off one house."""

    def __init__(self, vitals: Vitals, parts: Mapping[str, bool]) -> None:
        self._vitals = vitals
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        """What is told of it."""
        yield InfoMetricFamily("encore", "Which model and catalogue this is", dict(self._vitals.versions))
        working = GaugeMetricFamily("encore_part_up", "Whether a part of the bot works", labels=["part"])
        for part, works in self._parts.items():
            working.add_metric([part], works)
        yield working
        families: dict[str, GaugeMetricFamily] = {}
        for each in self._vitals.figures():
            name = f"encore_{each.name}"
            if name not in families:
                families[name] = GaugeMetricFamily(name, each.help, labels=list(each.labels))
            families[name].add_metric(list(each.labels.values()), each.read())
        yield from families.values()


def told(vitals: Vitals, parts: Mapping[str, bool]) -> bytes:
    """All figures in Prometheus' text format: the process', the requests', and what the vitals say.

    Args:
        vitals: of the house.
        parts: whether each of its parts works.
    """
    house = CollectorRegistry()
    house.register(_House(vitals, parts))
    return generate_latest(REGISTRY) + generate_latest(house)
